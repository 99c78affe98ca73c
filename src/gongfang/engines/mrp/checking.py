"""What makes a problem unusable, found in the columns: each fault with the path it has in a problem file."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..formats import QUANTITY_LIMIT, RATIO_ONE, Faults
from .problem import (
    FIRST_DAY,
    FIXED,
    LAST_DAY,
    LEAST_UNIT_COST,
    LOT_RULES,
    MINIMUM_MULTIPLE,
    PERIOD,
    PROCUREMENTS,
    Flags,
    Identity,
    Problem,
)
from .structure import edges_of, find_cycles, low_level_codes

LONGEST_LEAD_TIME = 36_525
"""A hundred years."""
MOST_SHOWN = 100
"""Faults of one kind that are listed before the rest is only counted."""


def check_problem(problem: Problem, faults: Faults) -> None:
    """Add every fault of the problem's numbers, references and structure."""
    _check_items(problem, faults)
    _check_lots(problem, faults)
    _check_bom(problem, faults)
    _check_dated(problem, faults)
    _check_capacity(problem, faults)
    _check_ids(problem, faults)
    if problem.calendar is not None and not problem.calendar.working_weekdays:
        faults.add("$.calendar.working_weekdays", "no weekday is a working day")
    end = problem.today + problem.horizon_days
    if not FIRST_DAY <= problem.today <= end <= LAST_DAY:
        faults.add("$.horizon_days", "must not be negative nor end after the year 9999")
    if not faults:
        check_cycles(problem, faults)


def check_cycles(problem: Problem, faults: Faults) -> None:
    """Name every group of items that need each other, on a BOM line that is part of the ring."""
    edges = edges_of(problem)
    codes = low_level_codes(len(problem.items.ids), edges)
    if codes.size == 0 or codes.min() >= 0:
        return
    lines = {pair: row for row, pair in reversed(list(enumerate(zip(edges[0].tolist(), edges[1].tolist()))))}
    for cycle in find_cycles(edges, codes):
        ring = [*cycle, cycle[0]]
        names = " → ".join(str(problem.items.ids[item]) for item in ring)
        row = lines[ring[0], ring[1]]
        bom_lines = len(problem.bom.parent)
        path = f"$.bom[{row}]" if row < bom_lines else f"$.byproducts[{row - bom_lines}]"
        faults.add(path, f"cycle: {names}")


def _add(faults: Faults, wrong: NDArray[np.bool_], path: Callable[[int], str], reason: str) -> None:
    rows = np.flatnonzero(wrong).tolist()
    for row in rows[:MOST_SHOWN]:
        faults.add(path(row), reason)
    if len(rows) > MOST_SHOWN:
        faults.add(path(rows[MOST_SHOWN]), f"{reason} (and {len(rows) - MOST_SHOWN - 1} more rows)")


def _outside(values: NDArray[np.int64]) -> Flags:
    return (values >= QUANTITY_LIMIT) | (values <= -QUANTITY_LIMIT)


def _check_items(problem: Problem, faults: Faults) -> None:
    items = problem.items

    def path(name: str) -> Callable[[int], str]:
        return lambda row: f"$.items[{row}].{name}"

    _add(faults, items.lead_time < 0, path("lead_time_days"), "must not be under 0")
    _add(faults, items.lead_time > LONGEST_LEAD_TIME, path("lead_time_days"), "must not be over a hundred years")
    _add(faults, items.safety_time < 0, path("safety_time_days"), "must not be under 0")
    _add(faults, items.safety_time > LONGEST_LEAD_TIME, path("safety_time_days"), "must not be over a hundred years")
    _add(faults, (items.fence < 0) | (items.fence > LONGEST_LEAD_TIME), path("fence"), "is out of range")
    _add(faults, items.safety_stock < 0, path("safety_stock"), "must not be under 0")
    _add(faults, _outside(items.on_hand), path("on_hand"), "is out of range")
    _add(faults, _outside(items.safety_stock), path("safety_stock"), "is out of range")
    wrong_yield = (items.yield_share <= 0) | (items.yield_share > RATIO_ONE)
    _add(faults, wrong_yield, path("yield"), "must be over 0 and not over 1")
    unknown = (items.procurement < 0) | (items.procurement >= len(PROCUREMENTS))
    _add(faults, unknown, path("procurement"), "is not known")


def _check_lots(problem: Problem, faults: Faults) -> None:
    items = problem.items

    def path(name: str) -> Callable[[int], str]:
        return lambda row: f"$.items[{row}].lot.{name}"

    rule = items.lot_rule
    _add(faults, (rule < 0) | (rule >= len(LOT_RULES)), path("rule"), "is not known")
    _add(faults, (rule == FIXED) & (items.lot_quantity <= 0), path("qty"), "must be over 0")
    _add(faults, (rule == PERIOD) & (items.lot_days < 1), path("days"), "must not be under 1")
    ranged = rule == MINIMUM_MULTIPLE
    _add(faults, ranged & (items.lot_minimum < 0), path("min"), "must not be under 0")
    _add(faults, ranged & (items.lot_multiple <= 0), path("multiple"), "must be over 0")
    multiple = np.maximum(items.lot_multiple, 1)
    largest = items.lot_maximum // multiple * multiple
    wrong = ranged & (items.lot_maximum < 0)
    wrong |= ranged & (items.lot_maximum > 0) & ((largest < items.lot_minimum) | (largest <= 0))
    _add(faults, wrong, path("max"), "leaves no multiple between min and max")
    costed = rule >= LEAST_UNIT_COST
    _add(faults, costed & (items.setup_cost < 0), path("setup_cost"), "must not be under 0")
    _add(faults, costed & (items.holding_cost < 0), path("holding_cost"), "must not be under 0")
    for name, values in (
        ("qty", items.lot_quantity), ("min", items.lot_minimum), ("multiple", items.lot_multiple),
        ("max", items.lot_maximum), ("setup_cost", items.setup_cost), ("holding_cost", items.holding_cost),
    ):  # fmt: skip
        _add(faults, _outside(values), path(name), "is out of range")


def _check_bom(problem: Problem, faults: Faults) -> None:
    bom, byproducts = problem.bom, problem.byproducts

    def path(name: str) -> Callable[[int], str]:
        return lambda row: f"$.bom[{row}].{name}"

    _add(faults, bom.quantity <= 0, path("qty"), "must be over 0")
    _add(faults, _outside(bom.quantity), path("qty"), "is out of range")
    _add(faults, bom.scrap < 0, path("scrap"), "must not be under 0")
    _add(faults, bom.scrap > 1000 * RATIO_ONE, path("scrap"), "must not be over 1000")
    _add(faults, np.abs(bom.offset) > LONGEST_LEAD_TIME, path("offset_days"), "must not be over a hundred years")
    _add(faults, bom.valid_to < bom.valid_from, path("valid_to"), "must not be before valid_from")
    yields = problem.yields
    wrong = (yields.share <= 0) | (yields.share > RATIO_ONE)
    _add(faults, wrong, lambda row: f"$.yields[{row}].share", "must be over 0 and not over 1")
    _add(faults, byproducts.quantity <= 0, lambda row: f"$.byproducts[{row}].qty", "must be over 0")
    _add(faults, _outside(byproducts.quantity), lambda row: f"$.byproducts[{row}].qty", "is out of range")


def _check_dated(problem: Problem, faults: Faults) -> None:
    demands, supplies = problem.demands, problem.supplies
    _add(faults, demands.quantity < 0, lambda row: f"$.demands[{row}].qty", "must not be under 0")
    _add(faults, _outside(demands.quantity), lambda row: f"$.demands[{row}].qty", "is out of range")
    _add(faults, supplies.quantity < 0, lambda row: f"$.supplies[{row}].qty", "must not be under 0")
    _add(faults, _outside(supplies.quantity), lambda row: f"$.supplies[{row}].qty", "is out of range")
    for days, name in ((demands.due, "demands[{}].due"), (supplies.available, "supplies[{}].available")):
        wrong = (days < FIRST_DAY) | (days > LAST_DAY)
        _add(faults, wrong, lambda row, name=name: f"$.{name.format(row)}", "is not a date")  # type: ignore[misc]


def _check_capacity(problem: Problem, faults: Faults) -> None:
    capacity = problem.capacity
    _add(faults, capacity.hours_per_week < 0, lambda row: f"$.resources[{row}].hours_per_week", "must not be under 0")
    _add(faults, capacity.hours_per_unit < 0, lambda row: f"$.work[{row}].hours_per_unit", "must not be under 0")


def _check_ids(problem: Problem, faults: Faults) -> None:
    for name, ids in (
        ("items", problem.items.ids),
        ("demands", problem.demands.ids),
        ("supplies", problem.supplies.ids),
        ("resources", problem.capacity.ids),
    ):
        for row in _twice(ids):
            faults.add(f"$.{name}[{row}].id", f"{ids[row]} is given twice")


def _twice(ids: Sequence[Identity]) -> list[int]:
    if len(set(ids)) == len(ids):
        return []
    seen: set[Identity] = set()
    return [row for row, value in enumerate(ids) if value in seen or seen.add(value)]  # type: ignore[func-returns-value]
