"""The planning problem as columns: one numpy array per attribute, one row per item, BOM line, demand or supply.

Units: quantities and costs are int64 of 10^-6, ratios int64 of 10^-12, dates int32 day numbers (`date.toordinal`), references
int32 row numbers in `Items`. A row per record and no object per row, so that 100,000 items and their 350,000 BOM lines stay
a few megabytes and are handed to machine code as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..formats import RATIO_ONE

Integers = NDArray[np.int64]
Days = NDArray[np.int32]
References = NDArray[np.int32]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]
Identity = str | int

PROCUREMENTS = ("make", "buy", "subcontract", "transfer")
MAKE, BUY, SUBCONTRACT, TRANSFER = range(4)
"""A subcontracted item's lines are what is sent along; a transferred item's one line is the same item in the other plant."""

LOT_RULES = (
    "lot_for_lot", "fixed", "minimum_multiple", "period",
    "least_unit_cost", "part_period", "silver_meal", "wagner_whitin",
)  # fmt: skip
LOT_FOR_LOT, FIXED, MINIMUM_MULTIPLE, PERIOD, LEAST_UNIT_COST, PART_PERIOD, SILVER_MEAL, WAGNER_WHITIN = range(8)

FIRST_DAY, LAST_DAY = 1, 3652059
"""Day numbers of 0001-01-01 and 9999-12-31: an open validity."""


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What is planned: one row per item (per item and plant, where there are several)."""

    ids: Sequence[Identity]
    lead_time: Days
    procurement: Codes
    on_hand: Integers
    safety_stock: Integers
    safety_time: Days
    yield_share: Integers
    phantom: Flags
    lot_rule: Codes
    lot_quantity: Integers
    lot_minimum: Integers
    lot_multiple: Integers
    lot_maximum: Integers
    lot_days: Days
    setup_cost: Integers
    holding_cost: Integers
    fence: Days

    @classmethod
    def of(
        cls,
        ids: Sequence[Identity],
        *,
        lead_time: ArrayLike,
        procurement: ArrayLike = MAKE,
        on_hand: ArrayLike = 0,
        safety_stock: ArrayLike = 0,
        safety_time: ArrayLike = 0,
        yield_share: ArrayLike = RATIO_ONE,
        phantom: ArrayLike = False,
        lot_rule: ArrayLike = LOT_FOR_LOT,
        lot_quantity: ArrayLike = 0,
        lot_minimum: ArrayLike = 0,
        lot_multiple: ArrayLike = 0,
        lot_maximum: ArrayLike = 0,
        lot_days: ArrayLike = 0,
        setup_cost: ArrayLike = 0,
        holding_cost: ArrayLike = 0,
        fence: ArrayLike = 0,
    ) -> "Items":
        """Build the columns from arrays, lists or one value for all rows; `lot_maximum` 0 means none.

        `fence` is the planning time fence in days: no order is planned to come in within so many days from today.
        """
        n = len(ids)
        return cls(
            ids=ids,
            lead_time=_column(lead_time, np.int32, n),
            procurement=_column(procurement, np.int8, n),
            on_hand=_column(on_hand, np.int64, n),
            safety_stock=_column(safety_stock, np.int64, n),
            safety_time=_column(safety_time, np.int32, n),
            yield_share=_column(yield_share, np.int64, n),
            phantom=_column(phantom, np.bool_, n),
            lot_rule=_column(lot_rule, np.int8, n),
            lot_quantity=_column(lot_quantity, np.int64, n),
            lot_minimum=_column(lot_minimum, np.int64, n),
            lot_multiple=_column(lot_multiple, np.int64, n),
            lot_maximum=_column(lot_maximum, np.int64, n),
            lot_days=_column(lot_days, np.int32, n),
            setup_cost=_column(setup_cost, np.int64, n),
            holding_cost=_column(holding_cost, np.int64, n),
            fence=_column(fence, np.int32, n),
        )


@dataclass(frozen=True, slots=True, eq=False)
class BillOfMaterials:
    """What goes into what: one row per BOM line."""

    parent: References
    component: References
    quantity: Integers
    scrap: Integers
    fixed: Flags
    offset: Days
    valid_from: Days
    valid_to: Days

    @classmethod
    def of(
        cls,
        parent: ArrayLike = (),
        component: ArrayLike = (),
        quantity: ArrayLike = (),
        *,
        scrap: ArrayLike = 0,
        fixed: ArrayLike = False,
        offset: ArrayLike = 0,
        valid_from: ArrayLike = FIRST_DAY,
        valid_to: ArrayLike = LAST_DAY,
    ) -> "BillOfMaterials":
        """Build the columns from arrays, lists or one value for all rows."""
        n = np.size(parent)
        return cls(
            parent=_column(parent, np.int32, n),
            component=_column(component, np.int32, n),
            quantity=_column(quantity, np.int64, n),
            scrap=_column(scrap, np.int64, n),
            fixed=_column(fixed, np.bool_, n),
            offset=_column(offset, np.int32, n),
            valid_from=_column(valid_from, np.int32, n),
            valid_to=_column(valid_to, np.int32, n),
        )

    def only(self, rows: NDArray[Any]) -> "BillOfMaterials":
        """The lines named (by number or by flag)."""
        return BillOfMaterials(
            self.parent[rows], self.component[rows], self.quantity[rows], self.scrap[rows], self.fixed[rows], self.offset[rows],
            self.valid_from[rows], self.valid_to[rows],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Byproducts:
    """What comes out besides: quantity of `item` per unit ordered of `parent`, of orders released within the dates."""

    parent: References
    item: References
    quantity: Integers
    valid_from: Days
    valid_to: Days

    @classmethod
    def of(
        cls, parent: ArrayLike = (), item: ArrayLike = (), quantity: ArrayLike = (), *,
        valid_from: ArrayLike = FIRST_DAY, valid_to: ArrayLike = LAST_DAY,
    ) -> "Byproducts":  # fmt: skip
        """Build the columns from arrays, lists or one value for all rows."""
        n = np.size(parent)
        return cls(
            _column(parent, np.int32, n), _column(item, np.int32, n), _column(quantity, np.int64, n),
            _column(valid_from, np.int32, n), _column(valid_to, np.int32, n),
        )  # fmt: skip

    def only(self, rows: NDArray[Any]) -> "Byproducts":
        """The rows named (by number or by flag)."""
        return Byproducts(
            self.parent[rows], self.item[rows], self.quantity[rows], self.valid_from[rows], self.valid_to[rows]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Yields:
    """Good share of what orders of an item make when they are released within the dates, in place of the item's own. Spans of one
    item must not overlap."""

    item: References
    share: Integers
    valid_from: Days
    valid_to: Days

    @classmethod
    def of(
        cls, item: ArrayLike = (), share: ArrayLike = (), valid_from: ArrayLike = FIRST_DAY, valid_to: ArrayLike = LAST_DAY
    ) -> "Yields":  # fmt: skip
        """Build the columns from arrays, lists or one value for all rows."""
        n = np.size(item)
        return cls(
            _column(item, np.int32, n), _column(share, np.int64, n), _column(valid_from, np.int32, n),
            _column(valid_to, np.int32, n),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Demands:
    """What is wanted from outside: one row per order line or forecast. Priority 1 is served before 2."""

    ids: Sequence[Identity]
    item: References
    quantity: Integers
    due: Days
    priority: References

    @classmethod
    def of(
        cls, ids: Sequence[Identity], item: ArrayLike, quantity: ArrayLike, due: ArrayLike, priority: ArrayLike = 1
    ) -> "Demands":
        """Build the columns from arrays, lists or one value for all rows."""
        n = len(ids)
        return cls(
            ids,
            _column(item, np.int32, n),
            _column(quantity, np.int64, n),
            _column(due, np.int32, n),
            _column(priority, np.int32, n),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Supplies:
    """What is already coming: open purchase and work orders, with the quantity still to arrive."""

    ids: Sequence[Identity]
    item: References
    quantity: Integers
    available: Days
    firm: Flags

    @classmethod
    def of(
        cls, ids: Sequence[Identity], item: ArrayLike, quantity: ArrayLike, available: ArrayLike, firm: ArrayLike = True
    ) -> "Supplies":
        """Build the columns from arrays, lists or one value for all rows."""
        n = len(ids)
        return cls(
            ids,
            _column(item, np.int32, n),
            _column(quantity, np.int64, n),
            _column(available, np.int32, n),
            _column(firm, np.bool_, n),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Capacity:
    """Weekly hours of the resources and what a unit of an item takes of them (hours in 10^-6).

    taken: resources × weeks from that of today, hours of a week that are not free; what lies beyond is wholly free.
    """

    ids: Sequence[Identity]
    hours_per_week: Integers
    item: References
    resource: References
    hours_per_unit: Integers
    taken: Integers = field(default_factory=lambda: np.zeros((0, 0), np.int64))

    @classmethod
    def of(
        cls,
        ids: Sequence[Identity] = (),
        hours_per_week: ArrayLike = (),
        item: ArrayLike = (),
        resource: ArrayLike = (),
        hours_per_unit: ArrayLike = (),
        *,
        taken: ArrayLike = (),
    ) -> "Capacity":
        """Build the columns from arrays, lists or one value for all rows."""
        n = np.size(item)
        return cls(
            ids,
            _column(hours_per_week, np.int64, len(ids)),
            _column(item, np.int32, n),
            _column(resource, np.int32, n),
            _column(hours_per_unit, np.int64, n),
            np.asarray(taken, np.int64).reshape(len(ids), -1) if np.size(taken) else np.zeros((0, 0), np.int64),
        )


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: weekdays as in ISO 8601 (1 Monday … 7 Sunday), holidays and worked rest days (day numbers)."""

    working_weekdays: frozenset[int]
    holidays: frozenset[int] = frozenset()
    extra_working_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """All that a plan is made from. `today` is a day number; a demand after today + horizon_days is not planned for."""

    today: int
    horizon_days: int
    items: Items
    bom: BillOfMaterials = field(default_factory=BillOfMaterials.of)
    demands: Demands = field(default_factory=lambda: Demands.of((), (), (), ()))
    supplies: Supplies = field(default_factory=lambda: Supplies.of((), (), (), ()))
    byproducts: Byproducts = field(default_factory=Byproducts.of)
    capacity: Capacity = field(default_factory=Capacity.of)
    calendar: WorkCalendar | None = None
    yields: Yields = field(default_factory=Yields.of)


def _column(values: ArrayLike, dtype: DTypeLike, length: int) -> NDArray[Any]:
    """Give a contiguous column of the length: the array itself, or one value repeated."""
    column = np.asarray(values)
    if column.size == 0 and length == 0:
        return np.empty(0, dtype=dtype)
    if column.ndim == 0:
        return np.full(length, column, dtype=dtype)
    if column.shape != (length,):
        raise ValueError(f"a column of {column.shape} where {length} rows are expected")
    return np.ascontiguousarray(column, dtype=dtype)
