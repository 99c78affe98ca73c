"""Place orders in weeks: each as early as materials and hours allow, the most urgent first; then as late as their use allows."""

import numpy as np

from ...compiled import compiled, compiled_part
from ..problem import Days, Integers, References
from ..tables import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, KIND_SHIFT, MOST_ROWS
from .network import NEVER, Lacks, Links, Network


@compiled_part
def _comes(network: Network, links: Links, need: int, due: Days) -> int:
    """Give the day on which all that serves a need is there (0: it is stock; NEVER)."""
    day = 0
    for peg in range(links.first[need], links.end[need]):
        kind = links.supply[peg] >> KIND_SHIFT
        row = links.supply[peg] & (MOST_ROWS - 1)
        if kind == FROM_SUPPLY:
            day = max(day, network.supply_day[row])
        elif kind != FROM_STOCK:
            day = max(day, due[row])
    return day


@compiled_part
def _waiting(network: Network, links: Links) -> tuple[Integers, Integers, References]:
    """Count how many supplying orders each order waits for, and list the waiting orders of each: their pegs' consumers."""
    orders = len(network.item)
    count = np.zeros(orders, np.int64)
    first = np.zeros(orders + 1, np.int64)
    for fill in range(2):
        consumers = np.empty(first[orders] if fill else 0, np.int32)
        at = first[:-1].copy()
        for order in range(orders):
            for place in range(network.order_first[order], network.order_first[order + 1]):
                need = network.order_needs[place]
                for peg in range(links.first[need], links.end[need]):
                    if links.supply[peg] >> KIND_SHIFT >= FROM_ORDER:
                        source = links.supply[peg] & (MOST_ROWS - 1)
                        if fill:
                            consumers[at[source]] = order
                            at[source] += 1
                            count[order] += 1
                        else:
                            first[source + 1] += 1
        if not fill:
            for order in range(orders):
                first[order + 1] += first[order]
    return count, first, consumers


@compiled
def schedule(
    network: Network, links: Links, place: Integers, left: Integers, loads: Integers,
    release: Days, due: Days, ready: Days, blocked: References, lacks: Lacks,
) -> int:  # fmt: skip
    """Release each order as early as possible, in the sequence of `place` (a permutation) as far as materials let it; give how many.

    Writes release, due, the day from which it could have been released but for hours, and the resource (in `blocked`, -1: none)
    that was full for longest; `lacks` tells of all of them. `left` [resource, week] are the hours free. Orders that can never be released get NEVER.
    """
    orders = len(network.item)
    count, first, consumers = _waiting(network, links)
    heap = np.empty(orders, np.int64)
    sequence = np.empty(orders, np.int64)
    size = 0
    for order in range(orders):
        sequence[place[order]] = order
        due[order], blocked[order] = NEVER, -1
        if count[order] == 0:
            size = _push(heap, size, place[order])
    done = 0
    while size > 0:
        order = sequence[heap[0]]
        size = _pop(heap, size)
        done += 1
        if not network.idle[order]:
            _release_early(network, links, order, left, loads, release, due, ready, blocked, lacks)
        for at in range(first[order], first[order + 1]):
            waiting = consumers[at]
            count[waiting] -= 1
            if count[waiting] == 0:
                size = _push(heap, size, place[waiting])
    return done


@compiled_part
def _push(heap: Integers, size: int, value: int) -> int:
    at = size
    while at > 0 and heap[(at - 1) >> 1] > value:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = value
    return size + 1


@compiled_part
def _pop(heap: Integers, size: int) -> int:
    value = heap[size - 1]
    size -= 1
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value
    return size


@compiled_part
def _full(network: Network, order: int, week: int, left: Integers, loads: Integers) -> int:
    """Give a resource without hours for the order in the week, or -1."""
    item = network.item[order]
    for line in range(network.work_first[item], network.work_first[item + 1]):
        if left[network.work_resource[line], week] < loads[order] * network.work_hours[line]:
            return int(network.work_resource[line])
    return -1


@compiled_part
def _note(network: Network, order: int, week: int, left: Integers, loads: Integers, lacks: Lacks) -> None:
    """Note each resource without hours for the order in the week."""
    item = network.item[order]
    for line in range(network.work_first[item], network.work_first[item + 1]):
        if left[network.work_resource[line], week] < loads[order] * network.work_hours[line]:
            at = lacks.first[order] + line - network.work_first[item]
            if lacks.begin[at] < 0:
                lacks.begin[at] = week
            lacks.end[at] = week
            lacks.weeks[at] += 1


@compiled_part
def _scarcest(network: Network, order: int, lacks: Lacks) -> int:
    """Give the resource that had no hours for the order in most weeks, or -1."""
    item, most, found = network.item[order], 0, -1
    for line in range(network.work_first[item], network.work_first[item + 1]):
        count = lacks.weeks[lacks.first[order] + line - network.work_first[item]]
        if count > most:
            most, found = count, int(network.work_resource[line])
    return found


@compiled_part
def _book(network: Network, order: int, week: int, left: Integers, loads: Integers, sign: int) -> None:
    """Take the order's hours from the week, or give them back."""
    item = network.item[order]
    for line in range(network.work_first[item], network.work_first[item + 1]):
        left[network.work_resource[line], week] -= sign * loads[order] * network.work_hours[line]


@compiled_part
def _release_early(
    network: Network, links: Links, order: int, left: Integers, loads: Integers,
    release: Days, due: Days, ready: Days, blocked: References, lacks: Lacks,
) -> None:  # fmt: skip
    day = max(network.today, network.opens[order])
    release[order] = due[order] = ready[order] = NEVER
    blocked[order] = -1
    for at in range(network.order_first[order], network.order_first[order + 1]):
        need = network.order_needs[at]
        comes = _comes(network, links, need, due)
        if comes == NEVER:
            return
        day = max(day, comes - network.offset[need])
    monday = network.today - (network.today - 1) % 7
    weeks = left.shape[1]
    week = (day - monday) // 7
    if week >= weeks:
        return
    index = network.work_index[day - network.base]
    if network.work_day[index] < day:
        index += 1
    ready[order] = network.work_day[index]
    week = (network.work_day[index] - monday) // 7
    while week < weeks:
        full = _full(network, order, week, left, loads)
        if full < 0:
            start = max(day, monday + 7 * week)
            index = network.work_index[start - network.base]
            if network.work_day[index] < start:
                index += 1
            if index + network.lead[order] >= len(network.work_day):
                return
            if network.work_day[index] < monday + 7 * week + 7:
                _book(network, order, week, left, loads, 1)
                release[order] = network.work_day[index]
                due[order] = network.work_day[index + network.lead[order]]
                break
        else:
            _note(network, order, week, left, loads, lacks)
        week += 1
    blocked[order] = _scarcest(network, order, lacks)


@compiled
def promises(network: Network, links: Links, due: Days) -> Days:
    """Give the day on which each demand can be served whole, not before it is due."""
    result = np.maximum(network.demand_day, network.demand_opens)
    for demand in range(len(result)):
        for place in range(network.demand_first[demand], network.demand_first[demand + 1]):
            need = network.demand_needs[place]
            comes = _comes(network, links, need, due)
            result[demand] = NEVER if comes == NEVER else max(result[demand], comes - network.offset[need])
    return result


@compiled
def delay(
    network: Network, links: Links, left: Integers, loads: Integers, promise: Days, release: Days, due: Days
) -> None:
    """Move every order as late as what it serves allows and hours permit, users before makers, so that nothing lies about early.

    Orders that serve nothing stay. `left` is kept up to date.
    """
    orders = len(network.item)
    latest = np.full(orders, NEVER, np.int32)
    for demand in range(len(promise)):
        for place in range(network.demand_first[demand], network.demand_first[demand + 1]):
            need = network.demand_needs[place]
            if promise[demand] < NEVER:
                _bound(links, need, promise[demand] + network.offset[need], latest, True)
                _bound(links, need, promise[demand] + network.offset[need], latest, False)
    for order in range(orders):
        if release[order] < NEVER:
            for place in range(network.order_first[order], network.order_first[order + 1]):
                need = network.order_needs[place]
                _bound(links, need, release[order] + network.offset[need], latest, False)
    last = orders - 1
    order = 0
    while order < orders:
        end = order
        while end <= last and network.item[end] == network.item[order]:
            end += 1
        for row in np.argsort(-latest[order:end]):
            each = order + row
            if release[each] == NEVER or network.idle[each]:
                continue
            if latest[each] < NEVER:
                _release_late(network, each, latest[each], left, loads, release, due)
            for place in range(network.order_first[each], network.order_first[each + 1]):
                need = network.order_needs[place]
                _bound(links, need, release[each] + network.offset[need], latest, True)
        order = end


@compiled_part
def _bound(links: Links, need: int, day: int, latest: Days, made: bool) -> None:
    """Tell the orders that serve a need that they must be in by then; what is yielded besides is told by present dates only."""
    for peg in range(links.first[need], links.end[need]):
        kind = links.supply[peg] >> KIND_SHIFT
        if (made and kind == FROM_ORDER) or (not made and kind == FROM_BYPRODUCT):
            source = links.supply[peg] & (MOST_ROWS - 1)
            latest[source] = min(latest[source], day)


@compiled_part
def _release_late(
    network: Network, order: int, latest: int, left: Integers, loads: Integers, release: Days, due: Days
) -> None:
    monday = network.today - (network.today - 1) % 7
    wanted = max(latest - network.safety_time[order], due[order])
    wanted = min(wanted, network.base + len(network.work_index) - 1)
    index = network.work_index[wanted - network.base] - network.lead[order]
    closes = min(network.closes[order], network.base + len(network.work_index) - 1)
    index = min(index, network.work_index[max(closes, network.base) - network.base])
    if index < 0 or network.work_day[index] <= release[order]:
        return
    present = (release[order] - monday) // 7
    week = min((network.work_day[index] - monday) // 7, left.shape[1] - 1)
    _book(network, order, present, left, loads, -1)
    while week > present:
        if _full(network, order, week, left, loads) < 0:
            last = network.work_index[min(network.work_day[index], monday + 7 * week + 6) - network.base]
            if network.work_day[last] >= monday + 7 * week:
                break
        week -= 1
    last = network.work_index[min(network.work_day[index], monday + 7 * week + 6) - network.base]
    _book(network, order, week, left, loads, 1)
    if network.work_day[last] > release[order]:
        release[order] = network.work_day[last]
        due[order] = network.work_day[last + network.lead[order]]
