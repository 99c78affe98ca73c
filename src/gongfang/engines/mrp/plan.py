"""The plan as columns: planned orders, requirements, pegs, exceptions, projected stock, each in its order of printing."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .names import OrderNames
from .problem import Codes, Days, Integers, Problem, References
from .regeneration import Run
from .tables import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, Facts

__all__ = ["FROM_BYPRODUCT", "FROM_ORDER", "FROM_STOCK", "FROM_SUPPLY", "Exceptions", "Orders", "Pegging", "Plan",
           "Projection", "Requirements"]  # fmt: skip

EXCEPTION_KINDS = (
    "past_due_release", "past_due_demand", "expedite", "defer", "cancel", "below_safety_stock", "beyond_horizon",
)  # fmt: skip
PAST_DUE_RELEASE, PAST_DUE_DEMAND, EXPEDITE, DEFER, CANCEL, BELOW_SAFETY_STOCK, BEYOND_HORIZON = range(7)
ABOUT_ORDER, ABOUT_DEMAND, ABOUT_SUPPLY, ABOUT_ITEM = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Planned orders by low-level code, item, due date. The row number is the order.

    `quantity` is ordered, `good` of it arrives (10^-6). `need` is the day on which stock would fall short by `net` without the
    order (and the orders beside it of the same need), `covers_to` the last day of need it was sized for, `priority` that
    of the most urgent need it serves (2^31 - 1: none).
    """

    item: References
    quantity: Integers
    good: Integers
    release: Days
    due: Days
    need: Days
    covers_to: Days
    net: Integers
    priority: References

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True, eq=False)
class Requirements:
    """What planned orders need of their components, by low-level code, item, date, origin.

    `order` is the planned order's row; -1 where a demand for a phantom was passed straight on, then `demand` is its row.
    """

    item: References
    quantity: Integers
    due: Days
    order: References
    demand: References

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True, eq=False)
class Pegging:
    """Level by level who serves whom: a supply of the item to a demand or requirement for it.

    `supply` is a row of items (FROM_STOCK), of supplies (FROM_SUPPLY) or of orders (FROM_ORDER, FROM_BYPRODUCT); `demand` is a row of
    the problem's demands or -1, `requirement` a row of the plan's requirements or -1.
    """

    item: References
    supply_kind: Codes
    supply: References
    demand: References
    requirement: References
    quantity: Integers

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True, eq=False)
class Exceptions:
    """What the planner should look at. `kind` indexes EXCEPTION_KINDS; day 0 and quantity -1 stand for none.

    `subject` is a row of what `about` says: orders, demands, supplies or items.
    """

    item: References
    kind: Codes
    about: Codes
    subject: References
    moved_from: Days
    moved_to: Days
    quantity: Integers

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Stock of an item at the end of each day on which it moves."""

    item: References
    day: Days
    quantity: Integers

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """Work centres that had no hours for an order on the way of a late demand, in the order of demands as planned, then of the way.

    `demand`, `item`, `resource` are rows; `first`, `last` the Mondays of the weeks without hours (`last` 0: to the end); `hours` are what
    the order asks for in one of them, in 10^-6.
    """

    demand: References
    item: References
    resource: References
    first: Days
    last: Days
    hours: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """When each demand can be served within the hours there are; all demands, by low-level code, item, due date, id.

    `date` is 0 and `short` the quantity where it cannot be served whole at all (or lies beyond the horizon); `kind` indexes REASONS;
    `item`, `resource` are rows or -1, `week` the Monday of the week without hours, of a version the day from which it holds, or 0.
    """

    demand: References
    date: Days
    late_days: Days
    short: Integers
    kind: Codes
    item: References
    resource: References
    week: Days
    bound: Bound

    def __len__(self) -> int:
        return len(self.demand)


REASONS = (None, "capacity", "lead_time", "material", "version")


@dataclass(frozen=True, eq=False)
class Plan:
    """The answer to a problem; rows of items, demands and supplies are those of the problem."""

    problem: Problem
    low_level_codes: References
    item_order: References
    """Rows of the items in order of printing: low-level code, then id."""
    orders: Orders
    requirements: Requirements
    pegging: Pegging
    exceptions: Exceptions
    facts: Facts
    run: Run
    promises: Promises | None = None
    projected: Projection | None = None
    replanned: References | None = None
    """After a net change: rows of the items whose orders differ from the plan before; None: all were planned."""

    @cached_property
    def projection(self) -> Projection:
        """Projected stock, computed when first asked for."""
        if self.projected is not None:
            return self.projected
        from .assembly import projection  # the assembly builds plans, so it is above this module

        return projection(self)

    @cached_property
    def requirement_ordinals(self) -> Integers:
        """Which requirement of its origin for its item a row is: 1, or 2, 3 … where one order needs an item on several days."""
        rows, bom = self.requirements, self.problem.bom
        ordinals = np.ones(len(rows), np.int64)
        pairs = bom.parent.astype(np.int64) << 32 | bom.component
        if len(np.unique(pairs)) == len(pairs) and not self.problem.items.phantom.any():
            return ordinals
        origin = np.where(rows.order >= 0, rows.order, -1 - rows.demand.astype(np.int64))
        order = np.lexsort((rows.due, origin, rows.item))
        same = (rows.item[order][1:] == rows.item[order][:-1]) & (origin[order][1:] == origin[order][:-1])
        at = np.arange(len(order))
        first = np.maximum.accumulate(np.where(np.concatenate([[True], ~same])[: len(order)], at, 0))
        ordinals[order] = at - first + 1
        return ordinals

    @cached_property
    def order_names(self) -> OrderNames:
        """Ids of the planned orders: P and a number, clear of the problem's own ids."""
        return OrderNames.beside(self.problem, len(self.orders))
