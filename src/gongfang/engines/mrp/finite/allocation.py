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
    links: Links, latest: Days, rank: References,
) -> int:  # fmt: skip
    """Fill `links` (with room for needs, arrivals and orders together) and each order's latest release and priority; give the pegs.

    Items from the top down: by then the latest releases of all that use an item are known. An item's supplies are stock, then
    supplies, by-products and orders in the order of the unconstrained plan; its needs come by priority, then by the latest
    release of what they are for. Latest releases are in working days and may lie before the calendar; `target` are the days
    the demands aim at. Phantoms keep the pegs of `fixed`.
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
def _tell(links: Links, need: int, day: int, priority: int, latest: Days, rank: References) -> None:
    """Tell the orders that serve a need by when and how urgently."""
    for peg in range(links.first[need], links.end[need]):
        if links.supply[peg] >> KIND_SHIFT >= FROM_ORDER:
            source = links.supply[peg] & (MOST_ROWS - 1)
            latest[source] = min(latest[source], day)
            rank[source] = min(rank[source], priority)
