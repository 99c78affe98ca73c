"""Plan what can be planned: name every fault in the data, leave out or put right what is faulty, keep the rest.

`check_problem` refuses a faulty problem as a whole, as a file must be; live data always have some fault somewhere, and one item
without a lead time must not keep a factory from planning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..formats import QUANTITY_LIMIT, RATIO_ONE
from .checking import LONGEST_LEAD_TIME
from .problem import (
    BUY,
    FIRST_DAY,
    FIXED,
    LAST_DAY,
    LEAST_UNIT_COST,
    LOT_FOR_LOT,
    LOT_RULES,
    MAKE,
    MINIMUM_MULTIPLE,
    PERIOD,
    PROCUREMENTS,
    BillOfMaterials,
    Byproducts,
    Capacity,
    Days,
    Demands,
    Flags,
    Identity,
    Integers,
    Items,
    Problem,
    Supplies,
    Yields,
)
from .structure import edges_of, find_cycles, low_level_codes

FAULT_CODES = (
    "cycle", "no_lead_time", "bad_yield", "bad_lot", "no_structure", "no_supplier", "no_working_day", "no_capacity",
    "bad_line", "bad_byproduct", "bad_demand", "bad_supply", "given_twice", "out_of_range",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataFault:
    """One fault: its code, where it stands (table and row of the problem as given) and the item it is about (-1: none).

    `ring`: the rows of the items of a cycle, each used in the one before it. What is done about it:
    cycle: the line named is left out. no_lead_time: planned with 0 days. bad_yield: with 1. bad_lot: lot for lot. no_structure,
    no_supplier: planned, but nobody can carry the order out. no_working_day: every day counts as worked. no_capacity: nothing is
    promised from that resource. bad_…, given_twice: the row is left out. out_of_range: the figure counts as 0.
    """

    code: str
    table: str
    row: int
    item: int = -1
    ring: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Mended:
    """A problem that `solve` takes, and what was wrong. Rows of items and resources are those given; `demand_rows` and
    `supply_rows` give for the rows that stayed which they were.
    """

    problem: Problem
    faults: tuple[DataFault, ...]
    demand_rows: Integers
    supply_rows: Integers


def mend(problem: Problem, supplied: Flags | None = None) -> Mended:
    """Find the faults and give a problem without them. Cost O(rows), and for each cycle a search.

    supplied: which items have a supplier; None: all. The same problem gives the same faults in the same order.
    """
    faults: list[DataFault] = []
    items = _items(problem.items, faults)
    demands, demand_rows = _demands(problem.demands, problem.today, faults)
    supplies, supply_rows = _supplies(problem.supplies, problem.today, faults)
    calendar = problem.calendar
    if calendar is not None and not calendar.working_weekdays:
        faults.append(DataFault("no_working_day", "calendar", 0))
        calendar = None
    horizon = min(max(problem.horizon_days, 0), LAST_DAY - problem.today)
    if horizon != problem.horizon_days:
        faults.append(DataFault("out_of_range", "horizon_days", 0))
    bom, byproducts = _lines(problem.bom, faults), _yielded(problem.byproducts, faults)
    mended = replace(
        problem, items=items, demands=demands, supplies=supplies, bom=bom[0], byproducts=byproducts[0], calendar=calendar,
        horizon_days=horizon, capacity=_capacity(problem, faults), yields=_shares(problem.yields, faults),
    )  # fmt: skip
    mended = _without_cycles(mended, bom[1], byproducts[1], faults)
    faults += _sources(mended, problem.bom, supplied)
    return Mended(mended, tuple(faults), demand_rows, supply_rows)


def _tell(faults: list[DataFault], code: str, table: str, wrong: Flags, item: NDArray[Any] | None = None) -> None:  # fmt: skip
    for row in np.flatnonzero(wrong).tolist():
        faults.append(DataFault(code, table, row, row if item is None else int(item[row])))


def _outside(values: Integers, low: int = 0) -> Flags:
    return (values < low) | (values >= QUANTITY_LIMIT)


def _items(items: Items, faults: list[DataFault]) -> Items:
    no_lead = (items.lead_time < 0) | (items.lead_time > LONGEST_LEAD_TIME)
    _tell(faults, "no_lead_time", "items", no_lead)
    no_yield = (items.yield_share <= 0) | (items.yield_share > RATIO_ONE)
    _tell(faults, "bad_yield", "items", no_yield)
    bad_lot = _bad_lots(items)
    _tell(faults, "bad_lot", "items", bad_lot)
    stock = _outside(items.on_hand, 1 - QUANTITY_LIMIT)
    safety = _outside(items.safety_stock)
    time = (items.safety_time < 0) | (items.safety_time > LONGEST_LEAD_TIME)
    fence = (items.fence < 0) | (items.fence > LONGEST_LEAD_TIME)
    kind = (items.procurement < 0) | (items.procurement >= len(PROCUREMENTS))
    _tell(faults, "out_of_range", "items", stock | safety | time | fence | kind)
    return replace(
        items,
        lead_time=np.where(no_lead, 0, items.lead_time).astype(np.int32),
        yield_share=np.where(no_yield, RATIO_ONE, items.yield_share),
        lot_rule=np.where(bad_lot, LOT_FOR_LOT, items.lot_rule).astype(np.int8),
        on_hand=np.where(stock, 0, items.on_hand),
        safety_stock=np.where(safety, 0, items.safety_stock),
        safety_time=np.where(time, 0, items.safety_time).astype(np.int32),
        fence=np.where(fence, 0, items.fence).astype(np.int32),
        procurement=np.where(kind, BUY, items.procurement).astype(np.int8),
        lot_quantity=np.where(bad_lot, 0, items.lot_quantity),
        lot_minimum=np.where(bad_lot, 0, items.lot_minimum),
        lot_multiple=np.where(bad_lot, 0, items.lot_multiple),
        lot_maximum=np.where(bad_lot, 0, items.lot_maximum),
        setup_cost=np.where(bad_lot, 0, items.setup_cost),
        holding_cost=np.where(bad_lot, 0, items.holding_cost),
    )


def _bad_lots(items: Items) -> Flags:
    rule = items.lot_rule
    bad: Flags = (rule < 0) | (rule >= len(LOT_RULES))
    bad |= (rule == FIXED) & (items.lot_quantity <= 0)
    bad |= (rule == PERIOD) & (items.lot_days < 1)
    multiple = np.maximum(items.lot_multiple, 1)
    largest = items.lot_maximum // multiple * multiple
    ranged = (items.lot_minimum < 0) | (items.lot_multiple <= 0) | (items.lot_maximum < 0)
    ranged |= (items.lot_maximum > 0) & ((largest < items.lot_minimum) | (largest <= 0))
    bad |= (rule == MINIMUM_MULTIPLE) & ranged
    bad |= (rule >= LEAST_UNIT_COST) & ((items.setup_cost < 0) | (items.holding_cost < 0))
    for name in ("lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum", "setup_cost", "holding_cost"):
        bad |= _outside(getattr(items, name), 1 - QUANTITY_LIMIT)
    return bad


def _far_off(days: Days, today: int) -> Flags:
    """No date, or over a hundred years away: a slip of the pen, for which no calendar is tabled."""
    return (days < max(FIRST_DAY, today - LONGEST_LEAD_TIME)) | (days > min(LAST_DAY, today + LONGEST_LEAD_TIME))


def _twice(ids: Sequence[Identity]) -> Flags:
    """Tell which rows have an id that a row before them has."""
    wrong = np.zeros(len(ids), np.bool_)
    if len(set(ids)) < len(ids):
        seen: set[Identity] = set()
        for row, name in enumerate(ids):
            wrong[row] = name in seen
            seen.add(name)
    return wrong


def _demands(demands: Demands, today: int, faults: list[DataFault]) -> tuple[Demands, Integers]:
    wrong = _outside(demands.quantity) | _far_off(demands.due, today)
    twice = _twice(demands.ids) & ~wrong
    _tell(faults, "bad_demand", "demands", wrong, demands.item)
    _tell(faults, "given_twice", "demands", twice, demands.item)
    rows = np.flatnonzero(~(wrong | twice))
    if len(rows) == len(demands.ids):
        return demands, rows
    ids = [demands.ids[row] for row in rows.tolist()]
    return (
        Demands.of(ids, demands.item[rows], demands.quantity[rows], demands.due[rows], demands.priority[rows]),
        rows,
    )


def _supplies(supplies: Supplies, today: int, faults: list[DataFault]) -> tuple[Supplies, Integers]:
    wrong = _outside(supplies.quantity) | _far_off(supplies.available, today)
    twice = _twice(supplies.ids) & ~wrong
    _tell(faults, "bad_supply", "supplies", wrong, supplies.item)
    _tell(faults, "given_twice", "supplies", twice, supplies.item)
    rows = np.flatnonzero(~(wrong | twice))
    if len(rows) == len(supplies.ids):
        return supplies, rows
    ids = [supplies.ids[row] for row in rows.tolist()]
    return (
        Supplies.of(ids, supplies.item[rows], supplies.quantity[rows], supplies.available[rows], supplies.firm[rows]),
        rows,
    )


def _lines(bom: BillOfMaterials, faults: list[DataFault]) -> tuple[BillOfMaterials, Integers]:
    wrong = _outside(bom.quantity, 1) | (bom.scrap < 0) | (bom.scrap > 1000 * RATIO_ONE)
    wrong |= (np.abs(bom.offset) > LONGEST_LEAD_TIME) | (bom.valid_to < bom.valid_from)
    _tell(faults, "bad_line", "bom", wrong, bom.parent)
    rows = np.flatnonzero(~wrong)
    return bom.only(rows), rows


def _yielded(byproducts: Byproducts, faults: list[DataFault]) -> tuple[Byproducts, Integers]:
    wrong = _outside(byproducts.quantity, 1)
    _tell(faults, "bad_byproduct", "byproducts", wrong, byproducts.parent)
    rows = np.flatnonzero(~wrong)
    return byproducts.only(rows), rows


def _shares(yields: Yields, faults: list[DataFault]) -> Yields:
    wrong = (yields.share <= 0) | (yields.share > RATIO_ONE)
    _tell(faults, "bad_yield", "yields", wrong, yields.item)
    return replace(yields, share=np.where(wrong, RATIO_ONE, yields.share))


def _capacity(problem: Problem, faults: list[DataFault]) -> Capacity:
    capacity = problem.capacity
    worked = np.zeros(len(capacity.ids), np.bool_)
    worked[capacity.resource[capacity.hours_per_unit > 0]] = True
    for row in np.flatnonzero(worked & (capacity.hours_per_week <= 0)).tolist():
        faults.append(DataFault("no_capacity", "resources", row))
    wrong = capacity.hours_per_unit < 0
    _tell(faults, "out_of_range", "work", wrong, capacity.item)
    return replace(
        capacity,
        hours_per_week=np.maximum(capacity.hours_per_week, 0),
        hours_per_unit=np.where(wrong, 0, capacity.hours_per_unit),
    )


def _without_cycles(
    problem: Problem, lines: Integers, yielded: Integers, faults: list[DataFault]
) -> Problem:  # fmt: skip
    """Leave out one line of each ring, until there is none: the one that leads back to its smallest row."""
    while True:
        edges = edges_of(problem)
        codes = low_level_codes(len(problem.items.ids), edges)
        if not codes.size or codes.min() >= 0:
            return problem
        out_bom, out_yielded = np.zeros(len(lines), np.bool_), np.zeros(len(yielded), np.bool_)
        for ring in find_cycles(edges, codes):
            last, first = ring[-1], ring[0]
            bom, besides = problem.bom, problem.byproducts
            for row in np.flatnonzero((bom.parent == last) & (bom.component == first)).tolist():
                faults.append(DataFault("cycle", "bom", int(lines[row]), last, tuple(ring)))
                out_bom[row] = True
            for row in np.flatnonzero((besides.parent == last) & (besides.item == first)).tolist():
                faults.append(DataFault("cycle", "byproducts", int(yielded[row]), last, tuple(ring)))
                out_yielded[row] = True
        kept, stay = np.flatnonzero(~out_bom), np.flatnonzero(~out_yielded)
        problem = replace(problem, bom=problem.bom.only(kept), byproducts=problem.byproducts.only(stay))
        lines, yielded = lines[kept], yielded[stay]


def _sources(problem: Problem, given: BillOfMaterials, supplied: Flags | None) -> list[DataFault]:
    """Name the items that are wanted and can be neither made (no bill of materials) nor bought (no supplier). given: the lines as they
    were; an item whose faulty lines were left out has a bill of materials all the same."""
    items, count = problem.items, len(problem.items.ids)
    wanted = np.bincount(problem.demands.item, minlength=count) + np.bincount(problem.bom.component, minlength=count)
    asked = (wanted > 0) | (items.safety_stock > 0)
    built = np.bincount(given.parent, minlength=count) > 0
    faults: list[DataFault] = []
    _tell(faults, "no_structure", "items", asked & ~built & ((items.procurement == MAKE) | items.phantom))
    if supplied is not None:
        _tell(faults, "no_supplier", "items", asked & ~supplied & (items.procurement != MAKE) & ~items.phantom)
    return faults
