"""What would be if: a problem changed by a few figures, and two plans compared. Nothing here touches the problem it starts from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .plan import EXCEPTION_KINDS, FROM_BYPRODUCT, FROM_ORDER, Plan
from .problem import Capacity, Demands, Identity, Integers, Problem, Supplies

Column = TypeVar("Column", bound=NDArray[Any])


@dataclass(frozen=True, slots=True)
class NewDemand:
    """A demand that is not there yet: `quantity` 10^-6, `due` a day number."""

    id: Identity
    item: Identity
    quantity: int
    due: int
    priority: int = 1


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Changes by id. Quantities and hours 10^-6, dates day numbers, lead times working days; what is not named stays.

    `demand_share` and `hours_share` multiply all that is not named one by one (1.2: a fifth more), rounded to 10^-6.
    """

    demand_quantity: Mapping[Identity, int] = field(default_factory=dict)
    demand_due: Mapping[Identity, int] = field(default_factory=dict)
    demand_priority: Mapping[Identity, int] = field(default_factory=dict)
    without_demands: frozenset[Identity] = frozenset()
    more_demands: Sequence[NewDemand] = ()
    demand_share: float = 1.0
    on_hand: Mapping[Identity, int] = field(default_factory=dict)
    safety_stock: Mapping[Identity, int] = field(default_factory=dict)
    lead_time: Mapping[Identity, int] = field(default_factory=dict)
    supply_quantity: Mapping[Identity, int] = field(default_factory=dict)
    supply_date: Mapping[Identity, int] = field(default_factory=dict)
    without_supplies: frozenset[Identity] = frozenset()
    hours_per_week: Mapping[Identity, int] = field(default_factory=dict)
    hours_share: float = 1.0


class UnknownId(ValueError):
    """A change names something that the problem has not got."""

    def __init__(self, what: str, name: Identity) -> None:
        super().__init__(f"unknown {what} {name}")
        self.what, self.name = what, name


def changed(problem: Problem, what: WhatIf) -> Problem:
    """Give the problem with the changes. Raises UnknownId; the faults of new figures are found by `check_problem`. Cost O(rows)."""
    items, capacity = problem.items, problem.capacity
    row_of = {name: row for row, name in enumerate(items.ids)}
    return replace(
        problem,
        items=replace(
            items,
            on_hand=_set(items.on_hand, row_of, what.on_hand, "item"),
            safety_stock=_set(items.safety_stock, row_of, what.safety_stock, "item"),
            lead_time=_set(items.lead_time, row_of, what.lead_time, "item"),
        ),
        demands=_demands(problem.demands, row_of, what),
        supplies=_supplies(problem.supplies, what),
        capacity=_capacity(capacity, what),
    )


def _set(column: Column, row_of: Mapping[Identity, int], values: Mapping[Identity, int], what: str) -> Column:
    if not values:
        return column
    result = column.copy()
    for name, value in values.items():
        if name not in row_of:
            raise UnknownId(what, name)
        result[row_of[name]] = value
    return result


def _demands(demands: Demands, item_row: Mapping[Identity, int], what: WhatIf) -> Demands:
    row_of = {name: row for row, name in enumerate(demands.ids)}
    quantity = demands.quantity
    if what.demand_share != 1.0:
        quantity = np.rint(quantity * what.demand_share).astype(np.int64)
    quantity = _set(quantity, row_of, what.demand_quantity, "demand")
    due = _set(demands.due, row_of, what.demand_due, "demand")
    priority = _set(demands.priority, row_of, what.demand_priority, "demand")
    kept = _kept(row_of, what.without_demands, "demand")
    more = what.more_demands
    for one in more:
        if one.item not in item_row:
            raise UnknownId("item", one.item)
    return Demands.of(
        [*(demands.ids[row] for row in kept), *(one.id for one in more)],
        np.concatenate([demands.item[kept], np.array([item_row[one.item] for one in more], np.int32)]),
        np.concatenate([quantity[kept], np.array([one.quantity for one in more], np.int64)]),
        np.concatenate([due[kept], np.array([one.due for one in more], np.int32)]),
        np.concatenate([priority[kept], np.array([one.priority for one in more], np.int32)]),
    )


def _supplies(supplies: Supplies, what: WhatIf) -> Supplies:
    row_of = {name: row for row, name in enumerate(supplies.ids)}
    kept = _kept(row_of, what.without_supplies, "supply")
    return Supplies.of(
        [supplies.ids[row] for row in kept],
        supplies.item[kept],
        _set(supplies.quantity, row_of, what.supply_quantity, "supply")[kept],
        _set(supplies.available, row_of, what.supply_date, "supply")[kept],
        supplies.firm[kept],
    )


def _kept(row_of: Mapping[Identity, int], without: frozenset[Identity], what: str) -> list[int]:
    for name in without:
        if name not in row_of:
            raise UnknownId(what, name)
    return [row for name, row in row_of.items() if name not in without]


def _capacity(capacity: Capacity, what: WhatIf) -> Capacity:
    row_of = {name: row for row, name in enumerate(capacity.ids)}
    hours = capacity.hours_per_week
    if what.hours_share != 1.0:
        hours = np.rint(hours * what.hours_share).astype(np.int64)
    return replace(capacity, hours_per_week=_set(hours, row_of, what.hours_per_week, "resource"))


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item whose planned orders differ: number of orders and quantity (10^-6) before and after, first release (0: none)."""

    item: Identity
    orders_before: int
    orders_after: int
    quantity_before: int
    quantity_after: int
    first_release_before: int
    first_release_after: int


@dataclass(frozen=True, slots=True)
class DemandChange:
    """A demand that becomes late, or earlier or later than it was: days late before and after; None: not in that plan, or never."""

    demand: Identity
    late_before: int | None
    late_after: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two plans: items and demands by id, and the number of exceptions of each kind in both."""

    items: tuple[ItemChange, ...]
    demands: tuple[DemandChange, ...]
    exceptions: Mapping[str, tuple[int, int]]
    late_before: int
    late_after: int


def compare(before: Plan, after: Plan) -> Comparison:
    """Compare two plans by ids; they need not have the same items. Cost: the rows of both."""
    first, second = _by_item(before), _by_item(after)
    items = tuple(
        ItemChange(name, one[0], two[0], one[1], two[1], one[2], two[2])
        for name in sorted(first.keys() | second.keys(), key=str)
        if (one := first.get(name, _NO_ORDERS)) != (two := second.get(name, _NO_ORDERS))
    )
    late_first, late_second = days_late(before), days_late(after)
    demands = tuple(
        DemandChange(name, late_first.get(name), late_second.get(name))
        for name in sorted(late_first.keys() | late_second.keys(), key=str)
        if late_first.get(name) != late_second.get(name)
    )
    kinds = [Counter(plan.exceptions.kind.tolist()) for plan in (before, after)]
    return Comparison(
        items,
        demands,
        {kind: (kinds[0][code], kinds[1][code]) for code, kind in enumerate(EXCEPTION_KINDS)},
        _late(late_first),
        _late(late_second),
    )


_NO_ORDERS = (0, 0, 0, ())


def _late(days: Mapping[Identity, int | None]) -> int:
    return sum(1 for value in days.values() if value is None or value > 0)


def _by_item(plan: Plan) -> dict[Identity, tuple[int, int, int, tuple[tuple[int, int, int], ...]]]:
    """By item: number, quantity, first release, and the orders themselves (release, due, quantity)."""
    orders = plan.orders
    rows = np.argsort(orders.item, kind="stable")
    edges = np.searchsorted(orders.item[rows], np.arange(len(plan.problem.items.ids) + 1))
    result = {}
    for item in np.unique(orders.item).tolist():
        own = rows[edges[item] : edges[item + 1]]
        each = zip(orders.release[own].tolist(), orders.due[own].tolist(), orders.quantity[own].tolist(), strict=True)
        quantity, release = int(orders.quantity[own].sum()), int(orders.release[own].min())
        result[plan.problem.items.ids[item]] = (len(own), quantity, release, tuple(each))
    return result


def days_late(plan: Plan) -> dict[Identity, int | None]:
    """Give the days each demand within the horizon will be late; None: it cannot be served.

    A finite plan says it itself. In one without capacity a demand is late by as much as the order behind it that should have
    been released longest ago.
    """
    problem, demands = plan.problem, plan.problem.demands
    if plan.promises is not None:
        rows = plan.promises
        return {
            demands.ids[demand]: (late if date else None)
            for demand, late, date in zip(
                rows.demand.tolist(), rows.late_days.tolist(), rows.date.tolist(), strict=True
            )
            if demands.due[demand] <= problem.today + problem.horizon_days
        }
    worst = np.maximum(np.maximum(problem.today - demands.due, 0), _behind(plan))
    within = np.flatnonzero(demands.due <= problem.today + problem.horizon_days)
    return {demands.ids[row]: days for row, days in zip(within.tolist(), worst[within].tolist(), strict=True)}


def _behind(plan: Plan) -> Integers:
    """Give by demand how long ago the first of the orders behind it should have been released. Cost O(levels × pegs)."""
    pegging, requirements = plan.pegging, plan.requirements
    made = np.flatnonzero((pegging.supply_kind == FROM_ORDER) | (pegging.supply_kind == FROM_BYPRODUCT))
    ago = np.maximum(plan.problem.today - plan.orders.release.astype(np.int64), 0)
    requirement = pegging.requirement[made]
    inner = requirement >= 0
    user, demand = np.full(len(made), -1, np.int64), pegging.demand[made].astype(np.int64)
    user[inner] = requirements.order[requirement[inner]]
    demand[inner] = requirements.demand[requirement[inner]]
    source, up, out = pegging.supply[made], user >= 0, demand >= 0
    result = np.zeros(len(plan.problem.demands.ids), np.int64)
    for _ in range(len(plan.problem.items.ids)):
        before = ago.copy()
        np.maximum.at(ago, user[up], ago[source[up]])
        if (before == ago).all():
            break
    np.maximum.at(result, demand[out], ago[source[out]])
    return result


__all__ = [
    "Comparison",
    "DemandChange",
    "ItemChange",
    "NewDemand",
    "UnknownId",
    "WhatIf",
    "changed",
    "compare",
    "days_late",
]
