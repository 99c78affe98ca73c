"""Give each item's supplies to its needs again, the most urgent need first, and learn from that how urgent its orders are."""

import numpy as np

from ...compiled import compiled, compiled_part
from ..gathering import sort_found
from ..problem import Days, Integers, References
from ..tables import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, KIND_SHIFT, MOST_ROWS, SORTED, Records
from .network import NEVER, Links, Network

_FAR = 2**30
_BIAS = 2**31
_WORD = 2**32


@compiled
def allocate(
    network: Network, spans: Records, arrivals: Records, orders: Records, fixed: Links, stock: Integers, target: Days,
    links: Links, latest: Days, rank: References, spare: bool,
) -> int:  # fmt: skip
    """Fill `links` (with room for needs, arrivals and orders together) and each order's latest release and priority; give the pegs.

    Items from the top down: by then the latest releases of all that use an item are known. An item's supplies are stock, then
    supplies, by-products and orders in the order of the unconstrained plan; its needs come by priority, then by the latest
    release of what they are for. Latest releases are in working days and may lie before the calendar; `target` are the days
    the demands aim at. Phantoms keep the pegs of `fixed`. spare: a need takes the latest supply that is in time for it, so that the
    early ones are left to needs of a lower priority; else supplies are handed out in their order.
    """
    size = 1
    for at in range(len(spans)):
        size = max(size, spans[at].end_need - spans[at].first_need)
    found, other, run = np.empty(size, SORTED), np.empty(size, SORTED), np.empty(size + 1, np.int64)
    for order in range(len(latest)):
        latest[order], rank[order] = _FAR, NEVER
    peg = 0
    for at in range(len(spans)):
        span = spans[at]
        for place in range(span.end_need - span.first_need):
            need = span.first_need + place
            user = network.consumer[need]
            if user >= 0:
                day, priority = min(_FAR, latest[user] + network.offset[need]), rank[user]
            else:
                day = network.work_index[target[~user] + network.offset[need] - network.base]
                priority = network.demand_priority[~user]
            found[place].key = priority * _WORD + (day + _BIAS)
            found[place].origin = need
            found[place].quantity = network.need_quantity[need]
        count = span.end_need - span.first_need
        if span.end_order > span.first_order and network.idle[span.first_order]:
            peg = _keep(fixed, links, span.first_need, span.end_need, peg)
        else:
            sort_found(found, other, run, count)
            if spare and count > 1 and found[0].key >> 32 != found[count - 1].key >> 32:
                peg = _serve_late(network, at, span, arrivals, orders, stock[at], found, count, links, peg)
            else:
                peg = _serve(at, span, arrivals, orders, stock[at], found, count, links, peg)
        for place in range(count):
            need = found[place].origin
            _tell(links, need, (found[place].key & (_WORD - 1)) - _BIAS, found[place].key >> 32, latest, rank)
        for order in range(span.first_order, span.end_order):
            if latest[order] < _FAR:
                latest[order] -= network.lead[order] + network.safety_time[order]
    return peg


@compiled_part
def _keep(fixed: Links, links: Links, first: int, end: int, peg: int) -> int:
    """Copy the pegs of a phantom's needs."""
    for need in range(first, end):
        links.first[need] = peg
        for old in range(fixed.first[need], fixed.end[need]):
            links.supply[peg], links.quantity[peg] = fixed.supply[old], fixed.quantity[old]
            peg += 1
        links.end[need] = peg
    return peg


@compiled_part
def _serve(
    at: int, span: Records, arrivals: Records, orders: Records, stock: int, found: Records, count: int, links: Links, peg: int
) -> int:  # fmt: skip
    """Hand the item's supplies, in order, to the sorted needs."""
    arrival, order = span.first_arrival, span.first_order
    supply, left = (FROM_STOCK << KIND_SHIFT) | at, stock
    for place in range(count):
        need = found[place].origin
        wanted = found[place].quantity
        links.first[need] = peg
        while wanted > 0:
            while left == 0:
                if arrival < span.end_arrival and (
                    order == span.end_order or arrivals[arrival].day <= orders[order].due
                ):
                    row = arrivals[arrival].reference
                    supply = (
                        (FROM_SUPPLY << KIND_SHIFT) | row if row >= 0 else (FROM_BYPRODUCT << KIND_SHIFT) | (-1 - row)
                    )
                    left = arrivals[arrival].quantity
                    arrival += 1
                elif order < span.end_order:
                    supply, left = (FROM_ORDER << KIND_SHIFT) | order, orders[order].good
                    order += 1
                else:
                    break
            if left == 0:
                break
            served = min(left, wanted)
            links.supply[peg], links.quantity[peg] = supply, served
            left -= served
            wanted -= served
            peg += 1
        links.end[need] = peg
    return peg


@compiled_part
def _serve_late(
    network: Network, at: int, span: Records, arrivals: Records, orders: Records, stock: int, found: Records, count: int,
    links: Links, peg: int,
) -> int:  # fmt: skip
    """Hand to each of the sorted needs the latest supplies that are in time for it, then the first of the others."""
    supply, day, left = _sources(network, at, span, arrivals, orders, stock)
    size = len(supply)
    before, after = (
        np.arange(size + 1),
        np.arange(size + 1),
    )  # the nearest supply not used up: before[n] < n <= after[n]
    for place in range(count):
        need = found[place].origin
        wanted = found[place].quantity
        links.first[need] = peg
        in_time = np.searchsorted(day, (found[place].key & (_WORD - 1)) - _BIAS, side="right")
        while wanted > 0:
            row = _nearest(before, left, in_time, -1)
            if row < 0:
                row = _nearest(after, left, in_time, 1)
            if row < 0:
                break
            served = min(left[row], wanted)
            links.supply[peg], links.quantity[peg] = supply[row], served
            left[row] -= served
            wanted -= served
            peg += 1
        links.end[need] = peg
    return peg


@compiled_part
def _nearest(jump: Integers, left: Integers, start: int, step: int) -> int:
    """Find the nearest supply with something left, before a place (step -1) or from it on (1); -1: none. `jump` learns the way."""
    at = start
    while True:
        row = at - 1 if step < 0 else at
        if row < 0 or row >= len(left):
            found = -1
            break
        if left[row] > 0:
            found = row
            break
        at = jump[at] if jump[at] != at else at + step
    goal, walk = at, start
    while walk != goal:
        following = jump[walk] if jump[walk] != walk else walk + step
        jump[walk] = goal
        walk = following
    return found


@compiled_part
def _sources(
    network: Network, at: int, span: Records, arrivals: Records, orders: Records, stock: int
) -> tuple[References, Integers, Integers]:
    """(kind and row, working day, quantity) of an item's supplies in their order, stock first."""
    size = 1 + span.end_arrival - span.first_arrival + span.end_order - span.first_order
    supply, day, left = np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.int64)
    supply[0], day[0], left[0] = (FROM_STOCK << KIND_SHIFT) | at, -_BIAS, stock
    arrival, order = span.first_arrival, span.first_order
    for place in range(1, size):
        if arrival < span.end_arrival and (order == span.end_order or arrivals[arrival].day <= orders[order].due):
            row = arrivals[arrival].reference
            supply[place] = (
                (FROM_SUPPLY << KIND_SHIFT) | row if row >= 0 else (FROM_BYPRODUCT << KIND_SHIFT) | (-1 - row)
            )
            on, left[place] = arrivals[arrival].day, arrivals[arrival].quantity
            arrival += 1
        else:
            supply[place] = (FROM_ORDER << KIND_SHIFT) | order
            on, left[place] = orders[order].due, orders[order].good
            order += 1
        inside = min(max(on - network.base, 0), len(network.work_index) - 1)
        day[place] = max(day[place - 1], network.work_index[inside])
    return supply, day, left


@compiled_part
def _tell(links: Links, need: int, day: int, priority: int, latest: Days, rank: References) -> None:
    """Tell the orders that serve a need by when and how urgently."""
    for peg in range(links.first[need], links.end[need]):
        if links.supply[peg] >> KIND_SHIFT >= FROM_ORDER:
            source = links.supply[peg] & (MOST_ROWS - 1)
            latest[source] = min(latest[source], day)
            rank[source] = min(rank[source], priority)
