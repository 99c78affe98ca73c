"""Compiled tabu search for plain job shops: one machine per operation, chains of operations, the latest end counts.

Sources: moves N7 of Zhang, Li, Guan & Rao (2007), Computers & Operations Research 34; how a move is judged without
making it: Balas & Vazacopoulos (1998), Management Science 44; tabu tenure as in Zhang et al. (2008), C&OR 35.
"""

from typing import NamedTuple

import numpy as np

from gongfang.engines.compiled import compiled, compiled_inside, compiled_part
from gongfang.engines.scheduling.arrays import Ints
from gongfang.engines.scheduling.chains import NOTHING
from gongfang.engines.scheduling.kernels import copy_into, next_random
from gongfang.engines.scheduling.ways import Links, Times, critical_path, measure


class JobShop(NamedTuple):
    """n operations. before/after: the neighbour in its job or -1; machine_at: row pointers of `sequence` by machine.

    local: number of an operation among those of its machine; tail: minutes after its end that count (NOTHING: none).
    """

    minutes: Ints
    release: Ints
    tail: Ints
    before: Ints
    after: Ints
    machine: Ints
    machine_at: Ints
    local: Ints


@compiled_inside
def link(j: JobShop, w: Links, sequence: Ints, low: int, high: int) -> None:
    """Write down who stands beside whom after a change of the places from low to high of one machine."""
    machine = j.machine[sequence[low]]
    begins, ends = j.machine_at[machine], j.machine_at[machine + 1]
    for place in range(max(low - 1, begins), min(high + 2, ends)):
        op = sequence[place]
        w.previous[op] = sequence[place - 1] if place > begins else -1
        w.following[op] = sequence[place + 1] if place + 1 < ends else -1


@compiled_part
def link_all(j: JobShop, w: Links, sequence: Ints, position: Ints) -> None:
    """Places and neighbours of a whole plan."""
    for at in range(len(sequence)):
        position[sequence[at]] = at
    for machine in range(len(j.machine_at) - 1):
        link(j, w, sequence, j.machine_at[machine], j.machine_at[machine + 1] - 1)


@compiled_inside
def judge(j: JobShop, sequence: Ints, heads: Ints, tails: Ints, source: int, target: int, scratch: Ints) -> int:
    """The longest way through the operations between two places of one machine if one moved from source to target."""
    low, high = min(source, target), max(source, target)
    machine = j.machine[sequence[low]]
    begins, ends = j.machine_at[machine], j.machine_at[machine + 1]
    size, step = high - low + 1, 1 if source < target else -1
    ready = NOTHING
    if low > begins:
        previous = sequence[low - 1]
        ready = heads[previous] + j.minutes[previous]
    for offset in range(size):
        place = low + offset
        op = sequence[source] if place == target else sequence[place + step]  # as it would stand then
        head = max(ready, j.release[op])
        if j.before[op] >= 0:
            head = max(head, heads[j.before[op]] + j.minutes[j.before[op]])
        scratch[offset] = head
        ready = head + j.minutes[op]
    behind, longest = NOTHING, NOTHING
    if high + 1 < ends:
        following = sequence[high + 1]
        behind = tails[following] + j.minutes[following]
    for offset in range(size - 1, -1, -1):
        place = low + offset
        op = sequence[source] if place == target else sequence[place + step]  # as it would stand then
        tail = max(behind, j.tail[op])
        if j.after[op] >= 0:
            tail = max(tail, tails[j.after[op]] + j.minutes[j.after[op]])
        longest = max(longest, scratch[offset] + j.minutes[op] + tail)
        behind = tail + j.minutes[op]
    return longest


@compiled_inside
def allowed(j: JobShop, sequence: Ints, heads: Ints, tails: Ints, source: int, target: int) -> bool:
    """Surely no circle: nothing between waits, over another machine or in its own job, for what it is moved past."""
    op, other = sequence[source], sequence[target]
    if source < target:
        following = j.after[op]
        if following == other:
            return False
        return bool(following < 0 or tails[other] + j.minutes[other] >= tails[following] + j.minutes[following])
    previous = j.before[op]
    if previous == other:
        return False
    return bool(previous < 0 or heads[other] + j.minutes[other] >= heads[previous] + j.minutes[previous])


@compiled_inside
def is_tabu(j: JobShop, sequence: Ints, tabu: Ints, source: int, target: int, now: int) -> bool:
    """Would the move put two operations back into an order that was left a short while ago?"""
    op = sequence[source]
    if source < target:
        for place in range(source + 1, target + 1):
            if tabu[sequence[place], j.local[op]] > now:
                return True
    else:
        for place in range(target, source):
            if tabu[op, j.local[sequence[place]]] > now:
                return True
    return False


@compiled_part
def make_move(
    j: JobShop, w: Links, sequence: Ints, position: Ints, tabu: Ints, source: int, target: int, until: int
) -> None:
    """Move one operation along its machine and forbid the orders that this undoes."""
    op = sequence[source]
    step = 1 if target > source else -1
    for place in range(source, target, step):
        other = sequence[place + step]
        if step > 0:
            tabu[op, j.local[other]] = until
        else:
            tabu[other, j.local[op]] = until
        sequence[place] = other
        position[other] = place
    sequence[target] = op
    position[op] = target
    link(j, w, sequence, min(source, target), max(source, target))


@compiled_part
def candidates(position: Ints, path: Ints, length: int, machine: Ints, sources: Ints, targets: Ints) -> int:
    """N7: within each block of the critical path to its first or last place, and its first and last into it."""
    found, end = 0, 0
    while end < length:
        begin = end
        while begin + 1 < length and machine[path[begin + 1]] == machine[path[end]]:
            begin += 1
        first, last = position[path[begin]], position[path[end]]
        for place in range(first, last):
            sources[found], targets[found] = place, last
            found += 1
            if place > first:
                sources[found], targets[found] = place, first
                sources[found + 1], targets[found + 1] = first, place
                sources[found + 2], targets[found + 2] = last, place
                found += 3
        if last > first + 1:
            sources[found], targets[found] = last, first
            found += 1
        end = begin + 1
    return found


@compiled_part
def shake(
    j: JobShop, w: Links, t: Times, sequence: Ints, position: Ints, tabu: Ints, random: Ints, path: Ints, swaps: int
) -> None:
    """Swap neighbours on critical paths at random: always possible, and far enough away to search elsewhere."""
    for _ in range(swaps):
        longest = measure(w, t)
        length = critical_path(w, t.heads, longest, random, path)
        for _attempt in range(20):
            at = next_random(random) % max(1, length - 1)
            if length > 1 and j.machine[path[at]] == j.machine[path[at + 1]] and j.after[path[at + 1]] != path[at]:
                make_move(j, w, sequence, position, tabu, position[path[at + 1]], position[path[at]], 0)
                break


@compiled_part
def choose(
    j: JobShop, sequence: Ints, heads: Ints, tails: Ints, tabu: Ints, sources: Ints, targets: Ints, found: int,
    now: int, best: int, random: Ints, scratch: Ints,
) -> int:  # fmt: skip
    """The move judged best of those not forbidden (or better than ever); where all are forbidden one of them; -1: none."""
    chosen, value, ties, forbidden, spare = -1, 1 << 60, 0, 0, -1
    for number in range(found):
        source, target = sources[number], targets[number]
        if not allowed(j, sequence, heads, tails, source, target):
            continue
        estimate = judge(j, sequence, heads, tails, source, target, scratch)
        if is_tabu(j, sequence, tabu, source, target, now) and estimate >= best:
            forbidden += 1
            if next_random(random) % forbidden == 0:
                spare = number
        elif estimate < value:
            chosen, value, ties = number, estimate, 1
        elif estimate == value:
            ties += 1
            if next_random(random) % ties == 0:
                chosen = number
    return chosen if chosen >= 0 else spare


@compiled
def search(
    j: JobShop, sequence: Ints, best_sequence: Ints, best: int, iterations: int, patience: int, random: Ints,
    tabu: Ints, clock: Ints, floor: int,
) -> int:  # fmt: skip
    """Make `iterations` moves; after `patience` without a better plan go on from the best one, shaken.

    clock: [moves made so far, move of the last improvement]. Returns the best value; its order is in best_sequence.
    """
    count = len(sequence)
    position, path, scratch = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    w = Links(j.before, j.after, np.empty(count, np.int64), np.empty(count, np.int64), j.release, j.minutes, j.tail)
    t = Times(
        np.zeros(count, np.int64), np.zeros(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64),
        np.empty(count, np.int64),
    )  # fmt: skip
    sources, targets = np.empty(4 * count + 4, np.int64), np.empty(4 * count + 4, np.int64)
    link_all(j, w, sequence, position)
    machines = len(j.machine_at) - 1
    tenure = 10 + (count // machines) // machines
    for _ in range(iterations):
        now = clock[0]
        longest = measure(w, t)
        if longest < best:
            best = longest
            copy_into(best_sequence, sequence)
            clock[1] = now
            if best <= floor:
                break
        if now - clock[1] > patience:
            clock[1] = now
            copy_into(sequence, best_sequence)
            link_all(j, w, sequence, position)
            for op in range(count):
                for at in range(tabu.shape[1]):
                    tabu[op, at] = 0
            shake(j, w, t, sequence, position, tabu, random, path, 5 + next_random(random) % max(5, count // 20))
            longest = measure(w, t)
        clock[0] += 1
        length = critical_path(w, t.heads, longest, random, path)
        found = candidates(position, path, length, j.machine, sources, targets)
        chosen = choose(j, sequence, t.heads, t.tails, tabu, sources, targets, found, now, best, random, scratch)
        if chosen < 0:
            clock[1] = now - patience - 1
            continue
        until = now + tenure + next_random(random) % (1 + tenure * 2 // 5)
        make_move(j, w, sequence, position, tabu, sources[chosen], targets[chosen], until)
    return best
