"""Why a demand is late, how heavy each demand lies on the resources, and which orders are of use at all."""

import numpy as np
from numpy.typing import NDArray

from ...compiled import compiled, compiled_part
from ..problem import Days, Flags, Integers, References
from ..tables import FROM_ORDER, FROM_STOCK, FROM_SUPPLY, KIND_SHIFT, MOST_ROWS
from .network import NEVER, Lacks, Links, Network

Floats = NDArray[np.float64]
_MOST_STEPS = 1000
"""What waits for what it yields itself goes round in a ring; no real way has so many levels."""
NO_REASON, CAPACITY, LEAD_TIME, MATERIAL, VERSION = range(5)


@compiled
def burdens(network: Network, links: Links, good: Integers, weight: Floats) -> Floats:
    """Give the weighted hours that lie behind each demand through all levels: orders share theirs out by quantity served."""
    orders = len(network.item)
    behind = np.zeros(orders, np.float64)
    for order in range(orders - 1, -1, -1):
        item = network.item[order]
        for line in range(network.work_first[item], network.work_first[item + 1]):
            hours = float(network.quantity[order]) * network.work_hours[line]
            behind[order] += hours * weight[network.work_resource[line]]
        for place in range(network.order_first[order], network.order_first[order + 1]):
            behind[order] += _share(links, network.order_needs[place], behind, good)
    result = np.zeros(len(network.demand_day), np.float64)
    for demand in range(len(result)):
        for place in range(network.demand_first[demand], network.demand_first[demand + 1]):
            result[demand] += _share(links, network.demand_needs[place], behind, good)
    return result


@compiled_part
def _share(links: Links, need: int, behind: Floats, good: Integers) -> float:
    total = 0.0
    for peg in range(links.first[need], links.end[need]):
        if links.supply[peg] >> KIND_SHIFT == FROM_ORDER:
            source = links.supply[peg] & (MOST_ROWS - 1)
            total += behind[source] * links.quantity[peg] / good[source]
    return total


@compiled
def mark_useful(network: Network, links: Links, due: Days, promise: Days) -> Flags:
    """Tell which orders are of use: they can be made, and something they serve can (or they serve nothing but stock)."""
    orders = len(network.item)
    asked = np.zeros(orders, np.bool_)
    wanted = np.zeros(orders, np.bool_)
    useful = np.zeros(orders, np.bool_)
    for demand in range(len(promise)):
        for place in range(network.demand_first[demand], network.demand_first[demand + 1]):
            _want(links, network.demand_needs[place], True, asked, wanted)
    for order in range(orders):
        useful[order] = due[order] < NEVER and not network.idle[order] and (wanted[order] or not asked[order])
        for place in range(network.order_first[order], network.order_first[order + 1]):
            _want(links, network.order_needs[place], useful[order], asked, wanted)
    return useful


@compiled_part
def _want(links: Links, need: int, useful: bool, asked: Flags, wanted: Flags) -> None:
    for peg in range(links.first[need], links.end[need]):
        if links.supply[peg] >> KIND_SHIFT >= FROM_ORDER:
            source = links.supply[peg] & (MOST_ROWS - 1)
            asked[source] = True
            wanted[source] |= useful


@compiled
def late_reasons(
    network: Network, links: Links, release: Days, due: Days, ready: Days, blocked: References, promise: Days, asked: Days,
    need_item: References, kind: Integers, item: References, resource: References, week: Days,
    bound_demand: References, bound_order: References, lacks: Lacks,
) -> int:  # fmt: skip
    """Say why each demand is later than the day asked for: follow what comes last, level by level, down to its start.

    Hours are the reason where the waiting for them on that way makes up the delay, named where it was longest; else what
    the way starts from: a lead time that cannot be shorter, a supply that comes late, or the day from which a bill of materials holds
    (`week` is that day). Where hours are, all orders on the way that waited for some are listed as far as there is room in `bound_demand`
    and `bound_order`; give how many there are.
    """
    count = 0
    for demand in range(len(promise)):
        kind[demand], item[demand], resource[demand], week[demand] = NO_REASON, -1, -1, 0
        if promise[demand] <= asked[demand]:
            continue
        need = _last(network, links, network.demand_first, network.demand_needs, demand, due)
        kind[demand] = LEAD_TIME
        if need >= 0 and network.demand_opens[demand] > max(network.today, _comes(network, links, need, due)):
            kind[demand], item[demand], week[demand] = VERSION, need_item[need], network.demand_opens[demand]
            continue
        longest = total = 0
        steps, before = 0, count
        while need >= 0 and steps < _MOST_STEPS:
            steps += 1
            item[demand] = need_item[need]
            source, row = _latest_source(network, links, need, due)
            if source == FROM_SUPPLY:
                kind[demand] = MATERIAL
            if source < FROM_ORDER:
                break
            item[demand] = network.item[row]
            kind[demand] = LEAD_TIME
            if due[row] == NEVER and (ready[row] < NEVER or blocked[row] >= 0):
                longest = total = NEVER
            wait = release[row] - ready[row] if due[row] < NEVER else longest
            if blocked[row] >= 0 and wait > 0:
                if wait >= longest:
                    longest, resource[demand] = wait, row
                count = _note_order(demand, row, bound_demand, bound_order, count)
            total = min(NEVER, total + wait)
            need = _last(network, links, network.order_first, network.order_needs, row, due)
            if due[row] < NEVER:
                there = -1 if need < 0 else _comes(network, links, need, due) - network.offset[need]
                if network.opens[row] > max(network.today, there):
                    kind[demand], week[demand] = VERSION, network.opens[row]
                    break
                if there <= network.today:
                    break
        order = resource[demand]
        resource[demand] = -1
        if order >= 0 and total >= promise[demand] - asked[demand]:
            kind[demand], item[demand], resource[demand] = CAPACITY, network.item[order], blocked[order]
            week[demand] = _full_since(network, lacks, order, blocked[order])
        else:
            count = before
    return count


@compiled_part
def _full_since(network: Network, lacks: Lacks, order: int, resource: int) -> int:
    """Give the Monday of the first week in which the resource had no hours for the order."""
    item, week = network.item[order], 0
    for line in range(network.work_first[item], network.work_first[item + 1]):
        if network.work_resource[line] == resource:
            week = lacks.begin[lacks.first[order] + line - network.work_first[item]]
    return int(network.today - (network.today - 1) % 7 + 7 * week)


@compiled_part
def _note_order(demand: int, row: int, bound_demand: References, bound_order: References, count: int) -> int:
    """Note that an order on the way of a demand waited for hours, where there is room; give the count."""
    if count < len(bound_order):
        bound_demand[count], bound_order[count] = demand, row
    return count + 1


@compiled_part
def _comes(network: Network, links: Links, need: int, due: Days) -> int:
    """Give the day on which what serves a need last is there (0: it is stock)."""
    source, row = _latest_source(network, links, need, due)
    if source == FROM_SUPPLY:
        return int(network.supply_day[row])
    return 0 if source == FROM_STOCK else int(due[row])


@compiled_part
def _last(network: Network, links: Links, first: Integers, needs: Integers, user: int, due: Days) -> int:
    """Give the need of an order or demand that is served last, or -1."""
    best = -1
    latest = np.int64(-1)
    for place in range(first[user], first[user + 1]):
        need = needs[place]
        comes = _comes(network, links, need, due)
        if comes - network.offset[need] > latest or best < 0:
            best, latest = need, comes - network.offset[need]
    return best


@compiled_part
def _latest_source(network: Network, links: Links, need: int, due: Days) -> tuple[int, int]:
    """Give kind and row of the supply that comes last among those serving a need."""
    kind, row, latest = FROM_STOCK, 0, np.int64(-1)
    for peg in range(links.first[need], links.end[need]):
        source = links.supply[peg] >> KIND_SHIFT
        number = links.supply[peg] & (MOST_ROWS - 1)
        comes = np.int64(0)
        if source == FROM_SUPPLY:
            comes = np.int64(network.supply_day[number])
        elif source != FROM_STOCK:
            comes = np.int64(due[number])
        if comes > latest:
            kind, row, latest = source, number, comes
    return kind, row
