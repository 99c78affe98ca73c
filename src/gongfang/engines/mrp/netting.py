"""Net one item: walk its days of need, and where stock would fall under the safety stock plan an order by the lot rule."""

import numpy as np

from ..compiled import compiled_part
from ..lotsizing import least_unit_cost, part_period, silver_meal, wagner_whitin
from .exact import LIMIT, OVERFLOW, ratio_down, ratio_up
from .problem import FIXED, LEAST_UNIT_COST, PART_PERIOD, PERIOD, SILVER_MEAL, Integers
from .tables import NO_PRIORITY, NO_ROOM, ORDERS, TOO_LARGE, TOO_MANY, WANTED, Facts, Records


@compiled_part
def days_of_need(
    item: Records, today: int, earliest: int, needs: Records, first: int, end: int, periods: Records
) -> int:
    """Sum the needs by day into `periods`; stock under safety at the start is a need of today. OVERFLOW if too large.

    Needs before `earliest` are taken together on that day.
    """
    refill = item.safety - item.on_hand
    if item.phantom or refill < 0:
        refill = 0
    count = 0
    total = refill
    for row in range(first, end):
        day = max(needs[row].day, earliest)
        if refill > 0 and needs[row].day >= today:
            periods[count].day, periods[count].need = max(today, earliest), refill
            count += 1
            refill = 0
        if count == 0 or periods[count - 1].day != day:
            periods[count].day, periods[count].need = day, 0
            count += 1
        periods[count - 1].need += needs[row].quantity
        total += needs[row].quantity
        if total > LIMIT:
            return OVERFLOW
    if refill > 0:
        periods[count].day, periods[count].need = max(today, earliest), refill
        count += 1
    return count


@compiled_part
def _free(item: Records) -> int:
    """Give the opening stock above what is kept: the safety stock, or all of it where it is less."""
    return item.on_hand - min(item.on_hand, item.safety)


@compiled_part
def cut_lots(item: Records, arrivals: Records, first: int, end: int, periods: Records, count: int) -> None:
    """Mark the days of need on which the item's cost-balancing rule begins a lot."""
    day, need = np.empty(count, np.int32), np.empty(count, np.int64)
    row, starts = np.empty(count, np.int64), np.zeros(count, np.bool_)
    free = _free(item)
    arrival = first
    lots = 0
    for at in range(count):
        periods[at].starts = False
        while arrival < end and arrivals[arrival].day <= periods[at].day:
            free += arrivals[arrival].quantity
            arrival += 1
        free -= periods[at].need
        if free < 0:
            day[lots], need[lots], row[lots] = periods[at].day, -free, at
            lots += 1
            free = 0
    setup, holding = float(item.setup), float(item.holding)
    if item.rule == LEAST_UNIT_COST:
        least_unit_cost(day, need, lots, setup, holding, starts)
    elif item.rule == PART_PERIOD:
        part_period(day, need, lots, setup, holding, starts)
    elif item.rule == SILVER_MEAL:
        silver_meal(day, need, lots, setup, holding, starts)
    else:
        wagner_whitin(day, need, lots, np.full(lots, setup), holding, starts)
    for lot in range(lots):
        periods[row[lot]].starts = starts[lot]


@compiled_part
def _covered(item: Records, periods: Records, at: int, count: int) -> int:
    """Give the row after the last day of need that an order for this day covers."""
    after = at + 1
    if item.rule == PERIOD:
        while after < count and periods[after].day < periods[at].day + item.days:
            after += 1
    elif item.rule >= LEAST_UNIT_COST:
        while after < count and not periods[after].starts:
            after += 1
    return after


@compiled_part
def _shortage(arrivals: Records, arrival: int, end: int, periods: Records, at: int, after: int, free: int) -> int:
    """Give the largest shortage over the days [at, after), starting from the (negative) free stock of day `at`."""
    worst = -free
    for row in range(at + 1, after):
        while arrival < end and arrivals[arrival].day <= periods[row].day:
            free += arrivals[arrival].quantity
            arrival += 1
        free -= periods[row].need
        worst = max(worst, -free)
    return worst


@compiled_part
def _pieces(item: Records, wanted: int) -> tuple[int, int, int]:
    """Apply the quantity rule: how many orders, how much each but the last, and the last one (OVERFLOW: too large)."""
    if item.rule == FIXED:
        return (wanted - 1) // item.lot + 1, item.lot, item.lot
    whole = 0
    if item.largest > 0 and wanted > item.largest:
        whole = (wanted - 1) // item.largest
    last = max(wanted - whole * item.largest, item.lot)
    if last > LIMIT - item.multiple:
        return 1, 0, OVERFLOW
    return whole + 1, item.largest, ((last - 1) // item.multiple + 1) * item.multiple


@compiled_part
def _good_share(item: Records, facts: Facts, release: int) -> tuple[int, int]:
    """Give numerator and denominator of the good share of an order released on a day."""
    numerator, denominator = item.yield_numerator, item.yield_denominator
    for row in range(item.first_share, item.end_share):
        if facts.shares[row].valid_from <= release <= facts.shares[row].valid_to:
            numerator, denominator = facts.shares[row].numerator, facts.shares[row].denominator
    return numerator, denominator


@compiled_part
def plan_item(
    at: int, facts: Facts, arrivals: Records, first: int, end: int,
    periods: Records, count: int, orders: Records, counts: Integers, order_limit: int,
) -> int:  # fmt: skip
    """Append the item's planned orders; give where they end, or minus the status where it fails.

    An order comes in on the last working day on which it is still in time, and is released its lead time of working days before.
    """
    item = facts.items[at]
    free = _free(item)
    arrival = first
    placed = counts[ORDERS]
    for row in range(count):
        day = periods[row].day
        while arrival < end and arrivals[arrival].day <= day:
            free += arrivals[arrival].quantity
            arrival += 1
        free -= periods[row].need
        if free >= 0:
            continue
        after = _covered(item, periods, row, count)
        net = _shortage(arrivals, arrival, end, periods, row, after, free)
        index = facts.work_index[day - item.safety_time - facts.work_base]
        due, release = facts.work_day[index], facts.work_day[index - item.lead]
        numerator, denominator = _good_share(item, facts, release)
        wanted = ratio_up(net, denominator, 1, numerator)
        if wanted == OVERFLOW:
            return -TOO_LARGE
        pieces, piece, last = _pieces(item, wanted)
        if last == OVERFLOW or float(piece) * pieces > LIMIT:
            return -TOO_LARGE
        if placed + pieces > order_limit:
            return -TOO_MANY
        if placed + pieces > len(orders):
            counts[WANTED] = placed + pieces - counts[ORDERS] + count
            return -NO_ROOM
        ordered = 0
        received = 0
        for number in range(pieces):
            order = orders[placed]
            order.quantity = piece if number < pieces - 1 else last
            ordered += order.quantity
            order.good = ratio_down(ordered, numerator, 1, denominator) - received
            received += order.good
            order.net, order.need, order.cover = net, day, periods[after - 1].day
            order.due, order.release = due, release
            order.priority, order.source = NO_PRIORITY, placed
            placed += 1
        free += received
    return placed


@compiled_part
def pass_phantom(
    at: int, facts: Facts, needs: Records, first_need: int, end_need: int,
    arrivals: Records, first: int, end: int, orders: Records, placed: int,
) -> int:  # fmt: skip
    """Append what the phantom's own stock cannot serve, need by need, as quantities for its components; give the end."""
    item = facts.items[at]
    free = item.on_hand - item.safety
    arrival = first
    if placed + end_need - first_need > len(orders):
        return -NO_ROOM
    for row in range(first_need, end_need):
        need = needs[row]
        while arrival < end and arrivals[arrival].day <= need.day:
            free += arrivals[arrival].quantity
            arrival += 1
        served = min(max(free, 0), need.quantity)
        free -= served
        if served < need.quantity:
            order = orders[placed]
            order.quantity = order.good = order.net = need.quantity - served
            order.need = order.cover = order.due = order.release = need.day
            order.priority, order.source = need.priority, need.origin
            placed += 1
    return placed
