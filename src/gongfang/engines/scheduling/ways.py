"""Compiled: longest ways through a job shop plan, which both tabu searches measure after every move.

An operation waits for the one before it in its job and the previous one on its machine; the longest way through those is the plan's
value, and only a move that touches such a way can shorten it.
"""

from typing import NamedTuple

from gongfang.engines.compiled import compiled_part
from gongfang.engines.scheduling.arrays import Ints
from gongfang.engines.scheduling.chains import NOTHING
from gongfang.engines.scheduling.kernels import next_random


class Links(NamedTuple):
    """n operations. before, after: neighbours in the job, previous, following: on the machine, or -1. release, minutes: of each.

    tail: minutes after its end that count (NOTHING: none).
    """

    before: Ints
    after: Ints
    previous: Ints
    following: Ints
    release: Ints
    minutes: Ints
    tail: Ints


class Times(NamedTuple):
    """Longest ways to each start and from each end on; the order they were reckoned in, each one's place in it, room to reckon in."""

    heads: Ints
    tails: Ints
    order: Ints
    place: Ints
    missing: Ints


@compiled_part
def measure(w: Links, t: Times) -> int:
    """Reckon all times; returns the longest way of all. Cost: O(n)."""
    count, filled = len(w.before), 0
    for op in range(count):
        t.missing[op] = (w.before[op] >= 0) + (w.previous[op] >= 0)
        if t.missing[op] == 0:
            t.order[filled] = op
            filled += 1
    at = 0
    while at < filled:
        op = t.order[at]
        t.place[op] = at
        at += 1
        head, before, previous = w.release[op], w.before[op], w.previous[op]
        if before >= 0:
            head = max(head, t.heads[before] + w.minutes[before])
        if previous >= 0:
            head = max(head, t.heads[previous] + w.minutes[previous])
        t.heads[op] = head
        for following in (w.after[op], w.following[op]):
            if following >= 0:
                t.missing[following] -= 1
                if t.missing[following] == 0:
                    t.order[filled] = following
                    filled += 1
    longest = NOTHING
    for at in range(count - 1, -1, -1):
        op = t.order[at]
        tail, after, behind = w.tail[op], w.after[op], w.following[op]
        if after >= 0:
            tail = max(tail, t.tails[after] + w.minutes[after])
        if behind >= 0:
            tail = max(tail, t.tails[behind] + w.minutes[behind])
        t.tails[op] = tail
        longest = max(longest, t.heads[op] + w.minutes[op] + tail)
    return longest


@compiled_part
def critical_path(w: Links, heads: Ints, longest: int, random: Ints, path: Ints) -> int:
    """One longest way, picked at random where ways part, written from its end back; returns its length."""
    seen, op = 0, -1
    for candidate in range(len(w.before)):
        if heads[candidate] + w.minutes[candidate] + w.tail[candidate] == longest:
            seen += 1
            if next_random(random) % seen == 0:
                op = candidate
    length = 0
    while op >= 0:
        path[length] = op
        length += 1
        before, previous = w.before[op], w.previous[op]
        by_job = before >= 0 and heads[before] + w.minutes[before] == heads[op]
        by_machine = previous >= 0 and heads[previous] + w.minutes[previous] == heads[op]
        if by_job and by_machine:
            op = before if next_random(random) % 2 else previous
        elif by_job:
            op = before
        elif by_machine:
            op = previous
        else:
            op = -1
    return length
