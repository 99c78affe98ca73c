"""Collect what is needed of one item and what already comes in, sorted."""

from ..compiled import compiled_part
from .exact import OVERFLOW, ratio_down, ratio_up
from .problem import Integers
from .tables import FIRST_DEMAND, Facts, Records

_ONE_UNIT = 1_000_000
_PRIORITY_ZERO = 1 << 31
_DAY = 1 << 32


@compiled_part
def most_needs(at: int, facts: Facts, spans: Records) -> int:
    """Give a bound on how many needs the item has: demands, and BOM lines times orders of the parent."""
    item = facts.items[at]
    bound = item.end_demand - item.first_demand
    for line in range(item.first_line, item.end_line):
        parent = spans[facts.lines[line].parent]
        bound += parent.end_order - parent.first_order
    return bound


@compiled_part
def collect_needs(at: int, facts: Facts, spans: Records, orders: Records, found: Records) -> int:
    """Put demands and requirements of the item into `found`, unsorted; give their number or OVERFLOW.

    The key is day then priority, so that sorting by key and origin is the order of serving.
    """
    item = facts.items[at]
    count = 0
    for row in range(item.first_demand, item.end_demand):
        demand = facts.demands[row]
        found[count].key = demand.day * _DAY + (demand.priority + _PRIORITY_ZERO)
        found[count].origin = FIRST_DEMAND + row
        found[count].quantity = demand.quantity
        count += 1
    for row in range(item.first_line, item.end_line):
        line = facts.lines[row]
        b, c, d, offset = line.b, line.c, line.d, line.offset
        passed = facts.items[line.parent].phantom
        parent = spans[line.parent]
        for number in range(parent.first_order, parent.end_order):
            order = orders[number]
            if order.release < line.valid_from or order.release > line.valid_to:
                continue
            quantity = ratio_up(_ONE_UNIT if line.fixed else order.quantity, b, c, d)
            if quantity == OVERFLOW:
                return OVERFLOW
            found[count].key = (order.release + offset) * _DAY + (order.priority + _PRIORITY_ZERO)
            found[count].origin = order.source if passed else number
            found[count].quantity = quantity
            count += 1
    return count


@compiled_part
def sort_found(found: Records, other: Records, run: Integers, count: int) -> None:
    """Sort by key and origin: merge the runs that are there already (each BOM line brings one), pairwise."""
    runs = 0
    for i in range(count):
        if i == 0 or _before(found, i, i - 1):
            run[runs] = i
            runs += 1
    run[runs] = count
    flipped = False
    while runs > 1:
        merged = 0
        for pair in range(0, runs, 2):
            low, middle = run[pair], run[pair + 1]
            high = run[pair + 2] if pair + 2 <= runs else middle
            if flipped:
                _merge(other, found, low, middle, high)
            else:
                _merge(found, other, low, middle, high)
            run[merged] = low
            merged += 1
        runs = merged
        run[runs] = count
        flipped = not flipped
    if flipped:
        for i in range(count):
            found[i] = other[i]


@compiled_part
def _before(rows: Records, i: int, j: int) -> bool:
    return rows[i].key < rows[j].key or (rows[i].key == rows[j].key and rows[i].origin < rows[j].origin)


@compiled_part
def _merge(source: Records, target: Records, low: int, middle: int, high: int) -> None:
    """Merge the sorted stretches [low, middle) and [middle, high) into the other array."""
    left, right = low, middle
    for slot in range(low, high):
        if right >= high or (left < middle and not _before(source, right, left)):
            target[slot] = source[left]
            left += 1
        else:
            target[slot] = source[right]
            right += 1


@compiled_part
def store_needs(found: Records, count: int, needs: Records, first: int) -> int:
    """Append the sorted needs; those of one origin on one day become one. Give the end, or OVERFLOW."""
    end = first
    for i in range(count):
        key, origin = found[i].key, found[i].origin
        if i > 0 and key == found[i - 1].key and origin == found[i - 1].origin:
            needs[end - 1].quantity += found[i].quantity
            if needs[end - 1].quantity < 0:
                return OVERFLOW
            continue
        needs[end].day = key >> 32
        needs[end].priority = (key & (_DAY - 1)) - _PRIORITY_ZERO
        needs[end].origin = origin
        needs[end].quantity = found[i].quantity
        end += 1
    return end


@compiled_part
def most_arrivals(at: int, facts: Facts, spans: Records) -> int:
    """Give a bound on how many arrivals the item has: supplies, and by-products times orders of the parent."""
    item = facts.items[at]
    bound = item.end_supply - item.first_supply
    for line in range(item.first_byproduct, item.end_byproduct):
        parent = spans[facts.byproducts[line].parent]
        bound += parent.end_order - parent.first_order
    return bound


@compiled_part
def store_arrivals(
    at: int, facts: Facts, spans: Records, orders: Records, arrivals: Records, first: int,
    found: Records, other: Records, run: Integers,
) -> int:  # fmt: skip
    """Append supplies and by-products of the item in order of day, supplies first; give the end, or OVERFLOW."""
    item = facts.items[at]
    count = 0
    for row in range(item.first_supply, item.end_supply):
        found[count].key = facts.supplies[row].day * 2
        found[count].origin = row
        found[count].quantity = facts.supplies[row].quantity
        count += 1
    for row in range(item.first_byproduct, item.end_byproduct):
        line = facts.byproducts[row]
        if facts.items[line.parent].phantom:
            continue
        parent = spans[line.parent]
        for number in range(parent.first_order, parent.end_order):
            if orders[number].release < line.valid_from or orders[number].release > line.valid_to:
                continue
            quantity = ratio_down(orders[number].quantity, line.b, 1, line.d)
            if quantity == OVERFLOW:
                return OVERFLOW
            found[count].key = orders[number].due * 2 + 1
            found[count].origin = number
            found[count].quantity = quantity
            count += 1
    sort_found(found, other, run, count)
    for i in range(count):
        arrivals[first + i].day = found[i].key >> 1
        arrivals[first + i].reference = -1 - found[i].origin if found[i].key & 1 else found[i].origin
        arrivals[first + i].quantity = found[i].quantity
    return first + count
