"""Compiled tabu search for job shops with alternative machines: chains of operations, one machine each, the latest end counts.

Source: an operation of a critical path is taken out and put back at the best place of any of its machines (k-insertion),
Mastrolilli & Gambardella (2000), Journal of Scheduling 3. Places outside the range looked at are never better, those in it
never make a circle, and the longest way through the operation is known exactly before it is moved.
"""

from typing import NamedTuple

import numpy as np

from gongfang.engines.compiled import compiled, compiled_part
from gongfang.engines.scheduling.arrays import Ints
from gongfang.engines.scheduling.chains import NOTHING
from gongfang.engines.scheduling.kernels import copy_into, next_random

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


class Times(NamedTuple):
    """Longest ways to each start and from each end on, the order they were reckoned in, and room to reckon in."""

    heads: Ints
    tails: Ints
    order: Ints
    place: Ints
    missing: Ints
    heads_without: Ints
    tails_without: Ints


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


@compiled_part
def measure(f: FlexibleShop, s: State, t: Times) -> int:
    """Longest ways to each start and from each end on; returns the longest of all. Cost: O(n)."""
    count, filled = len(s.mode), 0
    for op in range(count):
        t.missing[op] = (f.before[op] >= 0) + (s.previous[op] >= 0)
        if t.missing[op] == 0:
            t.order[filled] = op
            filled += 1
    at = 0
    while at < filled:
        op = t.order[at]
        t.place[op] = at
        at += 1
        head, before, previous = f.release[op], f.before[op], s.previous[op]
        if before >= 0:
            head = max(head, t.heads[before] + s.minutes[before])
        if previous >= 0:
            head = max(head, t.heads[previous] + s.minutes[previous])
        t.heads[op] = head
        for following in (f.after[op], s.following[op]):
            if following >= 0:
                t.missing[following] -= 1
                if t.missing[following] == 0:
                    t.order[filled] = following
                    filled += 1
    longest = NOTHING
    for at in range(count - 1, -1, -1):
        op = t.order[at]
        tail, after, following = f.tail[op], f.after[op], s.following[op]
        if after >= 0:
            tail = max(tail, t.tails[after] + s.minutes[after])
        if following >= 0:
            tail = max(tail, t.tails[following] + s.minutes[following])
        t.tails[op] = tail
        longest = max(longest, t.heads[op] + s.minutes[op] + tail)
    return longest


@compiled_part
def critical_path(f: FlexibleShop, s: State, t: Times, longest: int, random: Ints, path: Ints) -> int:
    """One longest way, picked at random where ways part, written from its end back; returns its length."""
    seen, op = 0, -1
    for candidate in range(len(s.mode)):
        if t.heads[candidate] + s.minutes[candidate] + f.tail[candidate] == longest:
            seen += 1
            if next_random(random) % seen == 0:
                op = candidate
    length = 0
    while op >= 0:
        path[length] = op
        length += 1
        before, previous = f.before[op], s.previous[op]
        by_job = before >= 0 and t.heads[before] + s.minutes[before] == t.heads[op]
        by_machine = previous >= 0 and t.heads[previous] + s.minutes[previous] == t.heads[op]
        if by_job and by_machine:
            op = before if next_random(random) % 2 else previous
        elif by_job:
            op = before
        elif by_machine:
            op = previous
        else:
            op = -1
    return length


@compiled_part
def take_out(s: State, op: int) -> None:
    """Close the gap that an operation leaves on its machine; the operation itself keeps its neighbours."""
    previous, following = s.previous[op], s.following[op]
    if previous >= 0:
        s.following[previous] = following
    if following >= 0:
        s.previous[following] = previous


@compiled_part
def put_back(s: State, op: int) -> None:
    """Undo `take_out`."""
    previous, following = s.previous[op], s.following[op]
    if previous >= 0:
        s.following[previous] = op
    if following >= 0:
        s.previous[following] = op


@compiled_part
def measure_without(f: FlexibleShop, s: State, t: Times, op: int) -> int:
    """As `measure` with an operation taken out (it lasts no time and holds no machine); only what may change is reckoned anew."""
    count, at_op = len(s.mode), t.place[op]
    for at in range(at_op):
        other = t.order[at]
        t.heads_without[other] = t.heads[other]
    for at in range(at_op + 1, count):
        other = t.order[at]
        t.tails_without[other] = t.tails[other]
    head, before = f.release[op], f.before[op]
    if before >= 0:
        head = max(head, t.heads[before] + s.minutes[before])
    tail, after = f.tail[op], f.after[op]
    if after >= 0:
        tail = max(tail, t.tails[after] + s.minutes[after])
    t.heads_without[op], t.tails_without[op] = head, tail
    minutes = s.minutes[op]
    s.minutes[op] = 0
    for at in range(at_op + 1, count):
        other = t.order[at]
        head, before, previous = f.release[other], f.before[other], s.previous[other]
        if before >= 0:
            head = max(head, t.heads_without[before] + s.minutes[before])
        if previous >= 0:
            head = max(head, t.heads_without[previous] + s.minutes[previous])
        t.heads_without[other] = head
    for at in range(at_op - 1, -1, -1):
        other = t.order[at]
        tail, after, following = f.tail[other], f.after[other], s.following[other]
        if after >= 0:
            tail = max(tail, t.tails_without[after] + s.minutes[after])
        if following >= 0:
            tail = max(tail, t.tails_without[following] + s.minutes[following])
        t.tails_without[other] = tail
    longest = NOTHING
    for other in range(count):
        longest = max(longest, t.heads_without[other] + s.minutes[other] + t.tails_without[other])
    s.minutes[op] = minutes
    return longest


@compiled_part
def best_place(f: FlexibleShop, s: State, t: Times, op: int, mode: int, random: Ints) -> tuple[int, int]:
    """(operation to stand behind or -1, longest way through `op` then) on the machine of `mode`, `op` being taken out.

    It stands behind all that end before it could start anyway and before all whose work comes after its own (and both ways
    for what is neither). Where it stood before is not looked at. (-2, …): there is no other place.
    """
    head, tail, minutes = t.heads_without[op], t.tails_without[op], f.minutes[mode]
    machine = f.machine[mode]
    here = s.previous[op] if machine == f.machine[s.mode[op]] else -2
    late_begins, early_ends, size = -1, 0, 0
    other = first_without(s, machine, op)
    while other >= 0:
        if late_begins < 0 and t.heads_without[other] + s.minutes[other] > head:
            late_begins = size
        if t.tails_without[other] + s.minutes[other] > tail:
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
                begin = max(begin, t.heads_without[behind] + s.minutes[behind])
            if other >= 0:
                rest = max(rest, t.tails_without[other] + s.minutes[other])
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


@compiled_part
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
    f: FlexibleShop, s: State, t: Times, tabu: Ints, path: Ints, length: int, now: int, best: int, random: Ints
) -> Move:
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
        without = measure_without(f, s, t, op)
        for mode in range(f.modes_at[op], f.modes_at[op + 1]):
            behind, through = best_place(f, s, t, op, mode, random)
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
def shake(f: FlexibleShop, s: State, t: Times, random: Ints, path: Ints, moves: int) -> None:
    """Move operations of critical paths to their best places on machines taken at random."""
    for _ in range(moves):
        longest = measure(f, s, t)
        length = critical_path(f, s, t, longest, random, path)
        op = path[next_random(random) % length]
        mode = f.modes_at[op] + next_random(random) % (f.modes_at[op + 1] - f.modes_at[op])
        take_out(s, op)
        measure_without(f, s, t, op)
        behind, _ = best_place(f, s, t, op, mode, random)
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
    t = Times(
        np.zeros(count, np.int64), np.zeros(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64),
        np.empty(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64),
    )  # fmt: skip
    path = np.empty(count, np.int64)
    for _ in range(iterations):
        now = clock[0]
        longest = measure(f, s, t)
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
            shake(f, s, t, random, path, 5 + next_random(random) % max(5, count // 20))
            longest = measure(f, s, t)
        clock[0] += 1
        length = critical_path(f, s, t, longest, random, path)
        move = choose(f, s, t, tabu, path, length, now, best, random)
        if move.op < 0:
            clock[1] = now - patience - 1
            continue
        options = f.modes_at[move.op + 1] - f.modes_at[move.op]
        until = now + 1 + length // 2 + options + next_random(random) % (1 + length // 2)
        tabu[move.op, f.machine[s.mode[move.op]]] = until
        apply(f, s, move.op, move.mode, move.behind)
    return best
