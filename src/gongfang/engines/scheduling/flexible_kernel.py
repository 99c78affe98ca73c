"""Compiled tabu search for job shops with alternative machines: chains of operations, one machine each, the latest end counts.

Source: an operation of a critical path is taken out and put back at the best place of any of its machines (k-insertion),
Mastrolilli & Gambardella (2000), Journal of Scheduling 3. Places outside the range looked at are never better, those in it
never make a circle, and the longest way through the operation is known exactly before it is moved.
"""

from typing import NamedTuple

import numpy as np

from gongfang.engines.compiled import compiled, compiled_inside, compiled_part
from gongfang.engines.scheduling.arrays import Ints
from gongfang.engines.scheduling.chains import NOTHING
from gongfang.engines.scheduling.kernels import copy_into, next_random
from gongfang.engines.scheduling.ways import Links, Times, critical_path, measure

LOOKS = 60_000  # operations measured again per move at most: on long critical paths only some operations are tried


class FlexibleShop(NamedTuple):
    """n operations, m modes in a row. modes_at: row pointers; machine, minutes: by mode; before, after: in the job or -1.

    tail: minutes after its end that count (NOTHING: none).
    """

    release: Ints
    tail: Ints
    before: Ints
    after: Ints
    modes_at: Ints
    machine: Ints
    minutes: Ints


class State(NamedTuple):
    """A plan: mode of each operation; previous, following on its machine or -1; first of each machine or -1; minutes taken."""

    mode: Ints
    previous: Ints
    following: Ints
    first: Ints
    minutes: Ints


class Without(NamedTuple):
    """Heads and tails of all operations while one is taken out."""

    heads: Ints
    tails: Ints


class Move(NamedTuple):
    """Where an operation would go: behind `behind` (-1: first) in `mode`; longest way then, and the one through it."""

    op: int
    mode: int
    behind: int
    longest: int
    through: int


@compiled_part
def overwrite_state(target: State, source: State) -> None:
    """One plan over another."""
    copy_into(target.mode, source.mode)
    copy_into(target.previous, source.previous)
    copy_into(target.following, source.following)
    copy_into(target.first, source.first)
    copy_into(target.minutes, source.minutes)


@compiled_inside
def take_out(s: State, op: int) -> None:
    """Close the gap that an operation leaves on its machine; the operation itself keeps its neighbours."""
    previous, following = s.previous[op], s.following[op]
    if previous >= 0:
        s.following[previous] = following
    if following >= 0:
        s.previous[following] = previous


@compiled_inside
def put_back(s: State, op: int) -> None:
    """Undo `take_out`."""
    previous, following = s.previous[op], s.following[op]
    if previous >= 0:
        s.following[previous] = op
    if following >= 0:
        s.previous[following] = op


@compiled_part
def measure_without(w: Links, t: Times, x: Without, op: int) -> int:
    """As `measure` with an operation taken out (it lasts no time and holds no machine); only what may change is reckoned anew."""
    count, at_op = len(w.before), t.place[op]
    for at in range(at_op):
        other = t.order[at]
        x.heads[other] = t.heads[other]
    for at in range(at_op + 1, count):
        other = t.order[at]
        x.tails[other] = t.tails[other]
    head, before = w.release[op], w.before[op]
    if before >= 0:
        head = max(head, t.heads[before] + w.minutes[before])
    tail, after = w.tail[op], w.after[op]
    if after >= 0:
        tail = max(tail, t.tails[after] + w.minutes[after])
    x.heads[op], x.tails[op] = head, tail
    minutes = w.minutes[op]
    w.minutes[op] = 0
    for at in range(at_op + 1, count):
        other = t.order[at]
        head, before, previous = w.release[other], w.before[other], w.previous[other]
        if before >= 0:
            head = max(head, x.heads[before] + w.minutes[before])
        if previous >= 0:
            head = max(head, x.heads[previous] + w.minutes[previous])
        x.heads[other] = head
    for at in range(at_op - 1, -1, -1):
        other = t.order[at]
        tail, after, following = w.tail[other], w.after[other], w.following[other]
        if after >= 0:
            tail = max(tail, x.tails[after] + w.minutes[after])
        if following >= 0:
            tail = max(tail, x.tails[following] + w.minutes[following])
        x.tails[other] = tail
    longest = NOTHING
    for other in range(count):
        longest = max(longest, x.heads[other] + w.minutes[other] + x.tails[other])
    w.minutes[op] = minutes
    return longest


@compiled_part
def best_place(f: FlexibleShop, s: State, x: Without, op: int, mode: int, random: Ints) -> tuple[int, int]:
    """(operation to stand behind or -1, longest way through `op` then) on the machine of `mode`, `op` being taken out.

    It stands behind all that end before it could start anyway and before all whose work comes after its own (and both ways
    for what is neither). Where it stood before is not looked at. (-2, …): there is no other place.
    """
    head, tail, minutes = x.heads[op], x.tails[op], f.minutes[mode]
    machine = f.machine[mode]
    here = s.previous[op] if machine == f.machine[s.mode[op]] else -2
    late_begins, early_ends, size = -1, 0, 0
    other = first_without(s, machine, op)
    while other >= 0:
        if late_begins < 0 and x.heads[other] + s.minutes[other] > head:
            late_begins = size
        if x.tails[other] + s.minutes[other] > tail:
            early_ends = size + 1
        size += 1
        other = s.following[other]
    if late_begins < 0:
        late_begins = size
    low, high = min(late_begins, early_ends), max(late_begins, early_ends)
    best, value, ties = -2, 1 << 60, 0
    behind, other, number = -1, first_without(s, machine, op), 0
    while number <= high:
        if number >= low and behind != here:
            begin, rest = head, tail
            if behind >= 0:
                begin = max(begin, x.heads[behind] + s.minutes[behind])
            if other >= 0:
                rest = max(rest, x.tails[other] + s.minutes[other])
            through = begin + minutes + rest
            if through < value:
                best, value, ties = behind, through, 1
            elif through == value:
                ties += 1
                if next_random(random) % ties == 0:
                    best = behind
        behind = other
        other = s.following[other] if other >= 0 else -1
        number += 1
    return best, value


@compiled_inside
def first_without(s: State, machine: int, op: int) -> int:
    """The first operation of a machine, `op` being taken out."""
    first = s.first[machine]
    return int(s.following[op]) if first == op else int(first)


@compiled_part
def apply(f: FlexibleShop, s: State, op: int, mode: int, behind: int) -> None:
    """Move an operation behind another one of the machine of `mode` (-1: to its beginning)."""
    take_out(s, op)
    old, machine = f.machine[s.mode[op]], f.machine[mode]
    if s.first[old] == op:
        s.first[old] = s.following[op]
    following = s.following[behind] if behind >= 0 else s.first[machine]
    s.previous[op], s.following[op] = behind, following
    if behind >= 0:
        s.following[behind] = op
    else:
        s.first[machine] = op
    if following >= 0:
        s.previous[following] = op
    s.mode[op], s.minutes[op] = mode, f.minutes[mode]


@compiled_part
def choose(
    f: FlexibleShop, s: State, w: Links, t: Times, x: Without, tabu: Ints, path: Ints, length: int, now: int, best: int,
    random: Ints,
) -> Move:  # fmt: skip
    """The best move of the critical path's operations not forbidden (or better than ever); where all are, one of them."""
    none = Move(-1, -1, -1, 1 << 60, 1 << 60)
    chosen, spare, ties, forbidden = none, none, 0, 0
    tries = max(4, min(length, LOOKS // len(s.mode)))
    for number in range(tries if tries < length else length):
        if tries < length:  # a random one of those not yet tried
            other = number + next_random(random) % (length - number)
            path[number], path[other] = path[other], path[number]
        op = path[number]
        take_out(s, op)
        without = measure_without(w, t, x, op)
        for mode in range(f.modes_at[op], f.modes_at[op + 1]):
            behind, through = best_place(f, s, x, op, mode, random)
            if behind == -2:
                continue
            longest = max(without, through)
            if tabu[op, f.machine[mode]] > now and longest >= best:
                forbidden += 1
                if next_random(random) % forbidden == 0:
                    spare = Move(op, mode, behind, longest, through)
            elif longest < chosen.longest or (longest == chosen.longest and through < chosen.through):
                chosen, ties = Move(op, mode, behind, longest, through), 1
            elif longest == chosen.longest and through == chosen.through:
                ties += 1
                if next_random(random) % ties == 0:
                    chosen = Move(op, mode, behind, longest, through)
        put_back(s, op)
    return chosen if chosen.op >= 0 else spare


@compiled_part
def shake(f: FlexibleShop, s: State, w: Links, t: Times, x: Without, random: Ints, path: Ints, moves: int) -> None:
    """Move operations of critical paths to their best places on machines taken at random."""
    for _ in range(moves):
        longest = measure(w, t)
        length = critical_path(w, t.heads, longest, random, path)
        op = path[next_random(random) % length]
        mode = f.modes_at[op] + next_random(random) % (f.modes_at[op + 1] - f.modes_at[op])
        take_out(s, op)
        measure_without(w, t, x, op)
        behind, _ = best_place(f, s, x, op, mode, random)
        put_back(s, op)
        if behind != -2:
            apply(f, s, op, mode, behind)


@compiled
def search(
    f: FlexibleShop, s: State, best_state: State, best: int, iterations: int, patience: int, random: Ints, tabu: Ints,
    clock: Ints, floor: int,
) -> int:  # fmt: skip
    """Make `iterations` moves; after `patience` without a better plan go on from the best one, shaken.

    clock: [moves made so far, move of the last improvement]. Returns the best value; its plan is in best_state.
    """
    count = len(s.mode)
    w = Links(f.before, f.after, s.previous, s.following, f.release, s.minutes, f.tail)
    t = Times(
        np.zeros(count, np.int64), np.zeros(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64),
        np.empty(count, np.int64),
    )  # fmt: skip
    x = Without(np.zeros(count, np.int64), np.zeros(count, np.int64))
    path = np.empty(count, np.int64)
    for _ in range(iterations):
        now = clock[0]
        longest = measure(w, t)
        if longest < best:
            best = longest
            overwrite_state(best_state, s)
            clock[1] = now
            if best <= floor:
                break
        if now - clock[1] > patience:
            clock[1] = now
            overwrite_state(s, best_state)
            tabu[:] = 0
            shake(f, s, w, t, x, random, path, 5 + next_random(random) % max(5, count // 20))
            longest = measure(w, t)
        clock[0] += 1
        length = critical_path(w, t.heads, longest, random, path)
        move = choose(f, s, w, t, x, tabu, path, length, now, best, random)
        if move.op < 0:
            clock[1] = now - patience - 1
            continue
        options = f.modes_at[move.op + 1] - f.modes_at[move.op]
        until = now + 1 + length // 2 + options + next_random(random) % (1 + length // 2)
        tabu[move.op, f.machine[s.mode[move.op]]] = until
        apply(f, s, move.op, move.mode, move.behind)
    return best
