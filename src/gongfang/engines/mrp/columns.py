"""Turn the run's records into the plan's columns, in machine code: one pass over millions of rows."""

from ..compiled import compiled
from .problem import Codes, Days, Integers, References
from .tables import FIRST_DEMAND, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, KIND_SHIFT, MOST_ROWS, Records


@compiled
def split_needs(
    needs: Records, spans: Records, item_at: References, demand_at: References, demand_item: References, renumbered: References,
    place: References, item: References, quantity: Integers, due: Days, order: References, demand: References,
) -> int:  # fmt: skip
    """Fill the columns of the requirements and give their number; `place` gets each need's row there, or ~row of its demand."""
    count = 0
    for at in range(len(spans)):
        for need in range(spans[at].first_need, spans[at].end_need):
            origin = needs[need].origin
            source = -1
            if origin < 0:
                source = demand_at[origin - FIRST_DEMAND]
                if demand_item[origin - FIRST_DEMAND] == item_at[at]:
                    place[need] = ~source
                    continue
            place[need] = count
            item[count] = item_at[at]
            quantity[count] = needs[need].quantity
            due[count] = needs[need].day
            demand[count] = source
            order[count] = -1
            if origin >= 0:
                order[count] = renumbered[origin] if len(renumbered) else origin
            count += 1
    return count


@compiled
def in_order(item: References, due: Days, order: References) -> bool:
    """Tell whether the rows of one item and day stand in the order of their orders."""
    for row in range(1, len(item)):
        if item[row] == item[row - 1] and due[row] == due[row - 1] and order[row] < order[row - 1]:
            return False
    return True


@compiled
def translate_pegs(
    pegs: Records, spans: Records, item_at: References, supply_at: References, renumbered: References, place: References,
    item: References, kind: Codes, supply: References, demand: References, requirement: References, quantity: Integers,
) -> None:  # fmt: skip
    """Fill the columns of the pegging."""
    for at in range(len(spans)):
        for peg in range(spans[at].first_peg, spans[at].end_peg):
            source = pegs[peg].supply >> KIND_SHIFT
            row = pegs[peg].supply & (MOST_ROWS - 1)
            if source == FROM_STOCK:
                row = item_at[row]
            elif source == FROM_SUPPLY:
                row = supply_at[row]
            elif source >= FROM_ORDER and len(renumbered):
                row = renumbered[row]
            target = place[pegs[peg].need]
            item[peg] = item_at[at]
            kind[peg] = source
            supply[peg] = row
            demand[peg] = ~target if target < 0 else -1
            requirement[peg] = target if target >= 0 else -1
            quantity[peg] = pegs[peg].quantity
