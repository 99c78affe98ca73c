"""Who serves whom within one item: supplies in the order they come in, given to needs in the order they are served."""

from ..compiled import compiled_part
from .tables import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, KIND_SHIFT, Facts, Records


@compiled_part
def peg_item(
    at: int, facts: Facts, needs: Records, first_need: int, end_need: int,
    arrivals: Records, first: int, end: int, orders: Records, first_order: int, end_order: int, pegs: Records, peg: int,
) -> int:  # fmt: skip
    """Append the pegs of one item and hand each order the priority of the most urgent need it serves; give the end.

    Stock comes first, then supplies and orders by day. What fills the safety stock serves no need and leaves no peg, so an
    order that was planned for a need is pegged to that need. Cost O(needs + arrivals + orders).
    """
    item = facts.items[at]
    kept = item.safety if item.phantom else min(item.on_hand, item.safety)
    kind, reference, left = FROM_STOCK, at, max(0, item.on_hand - kept)
    refill, lacking = item.safety - kept, 0
    if item.phantom:
        refill, lacking, end_order = 0, max(0, item.safety - item.on_hand), first_order
    arrival, order, need = first, first_order, first_need
    wanted, filling = 0, False
    while True:
        if wanted == 0:
            if need == end_need:
                return peg
            filling = refill > 0 and needs[need].day >= facts.today
            wanted = refill if filling else needs[need].quantity
            if filling:
                refill = 0
            elif wanted == 0:
                need += 1
                continue
        while left == 0:
            if arrival < end and (order == end_order or arrivals[arrival].day <= orders[order].due):
                kind, reference, left = FROM_SUPPLY, arrivals[arrival].reference, arrivals[arrival].quantity
                if reference < 0:
                    kind, reference = FROM_BYPRODUCT, -1 - reference
                if item.phantom:
                    kept = min(left, lacking)
                    left -= kept
                    lacking -= kept
                    skip = _passed_over(needs, need, end_need, arrivals[arrival].day)
                    if skip != need:
                        need, wanted = skip, 0
                arrival += 1
            elif order < end_order:
                kind, reference, left = FROM_ORDER, order, orders[order].good
                order += 1
            else:
                return peg
        if wanted == 0:  # the need before was passed to the phantom's components
            continue
        served = min(left, wanted)
        left -= served
        wanted -= served
        if filling:
            continue
        pegs[peg].supply, pegs[peg].need, pegs[peg].quantity = (kind << KIND_SHIFT) | reference, need, served
        peg += 1
        if kind == FROM_ORDER and needs[need].priority < orders[reference].priority:
            orders[reference].priority = needs[need].priority
        if wanted == 0:
            need += 1


@compiled_part
def _passed_over(needs: Records, need: int, end: int, day: int) -> int:
    """Give the first need a supply of this day can still serve: a phantom's earlier needs went to its components."""
    while need < end and needs[need].day < day:
        need += 1
    return need


@compiled_part
def first_needed(at: int, facts: Facts, arrivals: Records, first: int, end: int, periods: Records, count: int) -> None:
    """Write for each supply the day on which it is first needed if no order were planned (0: never), by-products fixed."""
    item = facts.items[at]
    kept = item.safety if item.phantom else min(item.on_hand, item.safety)
    covered = item.on_hand - kept
    row = 0
    total = periods[0].need if count else 0
    for arrival in range(first, end):
        while row < count and total <= covered:
            row += 1
            if row < count:
                total += periods[row].need
        supply = arrivals[arrival].reference
        if supply >= 0:
            facts.supplies[supply].needed = periods[row].day if row < count else 0
        covered += arrivals[arrival].quantity
