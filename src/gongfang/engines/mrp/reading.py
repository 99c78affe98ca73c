"""Read a problem file (format gongfang/mrp-problem/1) into columns, naming every fault by its JSON path."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from .. import formats
from ..formats import QUANTITY_LIMIT, QUANTITY_ONE, RATIO_ONE, RATIO_PLACES, Faults
from .checking import check_problem
from .problem import (
    FIRST_DAY,
    LAST_DAY,
    LOT_RULES,
    PROCUREMENTS,
    BillOfMaterials,
    Byproducts,
    Capacity,
    Demands,
    Integers,
    Items,
    Problem,
    References,
    Supplies,
    WorkCalendar,
)

FORMAT = "gongfang/mrp-problem/1"
_REQUIRED = ("format", "today", "horizon_days", "items", "bom", "demands", "supplies")
_OPTIONAL = ("calendar", "byproducts", "resources", "work")
_LOT_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lot_for_lot": ((), ()),
    "fixed": (("qty",), ()),
    "minimum_multiple": (("min", "multiple"), ("max",)),
    "period": (("days",), ()),
    "least_unit_cost": (("setup_cost", "holding_cost"), ()),
    "part_period": (("setup_cost", "holding_cost"), ()),
    "silver_meal": (("setup_cost", "holding_cost"), ()),
    "wagner_whitin": (("setup_cost", "holding_cost"), ()),
}
_LOT_COLUMNS = ("qty", "min", "multiple", "max", "days", "setup_cost", "holding_cost")
_PLAIN_LOT = {"rule": "lot_for_lot"}

Reader = Callable[[object, str, Faults], int]


class Table:
    """The rows of one list of the file, read a column at a time: the plain cases in bulk, the rest one by one."""

    def __init__(
        self, value: object, name: str, required: Sequence[str], optional: Mapping[str, object], faults: Faults
    ) -> None:
        self.path = f"$.{name}"
        self.faults = faults
        self.defaults = optional
        self.rows: Sequence[dict[str, Any]] = formats.check_list(value, self.path, faults)
        self.keys: set[str] = set()
        if set(map(type, self.rows)) <= {dict}:
            self.keys.update(*self.rows)
        if not (self._columns(required) and self.keys <= {*required, *optional}):
            self._check_rows(required)

    def _columns(self, required: Sequence[str]) -> bool:
        """Take the required columns out of all rows at once; False if some row has no such key."""
        self._values: dict[str, list[Any]] = {}
        try:
            for key in required:
                self._values[key] = list(map(itemgetter(key), self.rows))
        except (KeyError, TypeError, IndexError):
            return False
        return True

    def _check_rows(self, required: Sequence[str]) -> None:
        """Find what is wrong with which row."""
        for number, row in enumerate(self.rows):
            formats.check_keys(row, f"{self.path}[{number}]", required, self.defaults, self.faults)
        self.rows = [row if isinstance(row, dict) else {} for row in self.rows]
        self.keys.update(*self.rows)
        self._values = {}

    def values(self, key: str) -> list[Any]:
        default = self.defaults.get(key)
        if key not in self._values:
            if key not in self.keys:
                return [default] * len(self.rows)
            self._values[key] = [row.get(key, default) for row in self.rows]
        return self._values[key]

    def column(self, key: str, read: Reader, absent: int = 0) -> list[int]:
        """Read each value; a missing one is a fault already and stands as `absent`."""
        optional = key in self.defaults
        return [
            read(row.get(key, self.defaults.get(key)), f"{self.path}[{number}].{key}", self.faults)
            if optional or key in row
            else absent
            for number, row in enumerate(self.rows)
        ]

    def integers(self, key: str) -> References:
        values = self.values(key)
        if set(map(type, values)) <= {int} and (not values or max(map(abs, values)) < 2**31):
            return np.array(values, np.int32)
        return np.array(self.column(key, _whole), np.int32)

    def quantities(self, key: str) -> Integers:
        values = self.values(key)
        if set(map(type, values)) <= {int} and (not values or max(map(abs, values)) < QUANTITY_LIMIT // QUANTITY_ONE):
            return np.array(values, np.int64) * QUANTITY_ONE
        return np.array(self.column(key, formats.decimal), np.int64)

    def ratios(self, key: str) -> Integers:
        values = self.values(key)
        if set(map(type, values)) <= {int} and (not values or max(map(abs, values)) <= 1000):
            return np.array(values, np.int64) * RATIO_ONE
        return np.array(self.column(key, _ratio), np.int64)

    def flags(self, key: str) -> Any:
        values = self.values(key)
        if not set(map(type, values)) <= {bool}:
            values = self.column(key, formats.boolean)
        return np.array(values, np.bool_)

    def days(self, key: str, missing: int | None = None) -> Any:
        """Read dates; each text is parsed once. With `missing`, null stands for that day."""
        values = self.values(key)
        known: dict[Any, int] = {}
        try:
            for value in set(values):
                silent = Faults()
                day = formats.day(value, "", silent)
                if not silent:
                    known[value] = day
            if missing is not None:
                known[None] = missing
            return np.array(list(map(known.__getitem__, values)), np.int32)
        except (KeyError, TypeError):
            read: Reader = formats.day
            if missing is not None:
                read = lambda value, path, faults: missing if value is None else formats.day(value, path, faults)  # noqa: E731
            return np.array(self.column(key, read, FIRST_DAY), np.int32)

    def texts(self, key: str) -> list[str]:
        values = self.values(key)
        if set(map(type, values)) <= {str} and "" not in values:
            return values
        return [
            formats.text(row[key], f"{self.path}[{number}].{key}", self.faults) if key in row else ""
            for number, row in enumerate(self.rows)
        ]

    def references(self, key: str, index: Mapping[str, int], what: str) -> References:
        """Read ids as row numbers."""
        try:
            return np.array(list(map(index.__getitem__, self.values(key))), np.int32)
        except (KeyError, TypeError):

            def read(value: object, path: str, faults: Faults) -> int:
                name = formats.text(value, path, faults)
                if name and name not in index:
                    faults.add(path, f"unknown {what} {name}")
                return index.get(name, 0)

            return np.array(self.column(key, read), np.int32)

    def words(self, key: str, allowed: Sequence[str]) -> Any:
        index = {word: code for code, word in enumerate(allowed)}
        try:
            return np.array(list(map(index.__getitem__, self.values(key))), np.int8)
        except (KeyError, TypeError):
            return np.array(
                self.column(key, lambda value, path, faults: index[formats.choice(value, path, allowed, faults)]),
                np.int8,
            )


def _whole(value: object, path: str, faults: Faults) -> int:
    return formats.integer(value, path, faults, -(2**31) + 1, 2**31 - 1)


def _ratio(value: object, path: str, faults: Faults) -> int:
    return formats.decimal(value, path, faults, places=RATIO_PLACES, low=0, high=1000)


def read_problem(source: str | Path) -> Problem:
    """Read and check a problem file. Raises FormatError with every fault found."""
    return problem_from(formats.read_json(source))


def problem_from(value: object) -> Problem:
    """Build a problem from parsed JSON (numbers int or Decimal). Raises FormatError with every fault found."""
    faults = Faults()
    top = formats.check_keys(value, "$", _REQUIRED, _OPTIONAL, faults)
    if top is None:
        raise formats.FormatError(faults)
    formats.check_format(top, FORMAT, faults)
    items = _items(top["items"], faults)
    index = {str(name): row for row, name in enumerate(items.ids)}
    problem = Problem(
        today=formats.day(top["today"], "$.today", faults),
        horizon_days=formats.integer(top["horizon_days"], "$.horizon_days", faults, 0, LAST_DAY),
        items=items,
        bom=_bom(top["bom"], index, faults),
        demands=_demands(top["demands"], index, faults),
        supplies=_supplies(top["supplies"], index, faults),
        byproducts=_byproducts(top.get("byproducts", []), index, faults),
        capacity=_capacity(top.get("resources", []), top.get("work", []), index, faults),
        calendar=_calendar(top.get("calendar"), faults),
    )
    check_problem(problem, faults)
    if faults:
        raise formats.FormatError(dict.fromkeys(faults))
    return problem


def _items(value: object, faults: Faults) -> Items:
    optional = {
        "safety_stock": 0, "on_hand": 0, "lot": _PLAIN_LOT, "yield": 1, "phantom": False, "safety_time_days": 0,
    }  # fmt: skip
    table = Table(value, "items", ("id", "procurement", "lead_time_days"), optional, faults)
    lots = _lots(table, faults)
    return Items.of(
        table.texts("id"),
        lead_time=table.integers("lead_time_days"),
        procurement=table.words("procurement", PROCUREMENTS),
        on_hand=table.quantities("on_hand"),
        safety_stock=table.quantities("safety_stock"),
        safety_time=table.integers("safety_time_days"),
        yield_share=table.ratios("yield"),
        phantom=table.flags("phantom"),
        lot_rule=lots["rule"],
        lot_quantity=lots["qty"],
        lot_minimum=lots["min"],
        lot_multiple=lots["multiple"],
        lot_maximum=lots["max"],
        lot_days=lots["days"],
        setup_cost=lots["setup_cost"],
        holding_cost=lots["holding_cost"],
    )


def _lots(table: Table, faults: Faults) -> dict[str, Integers]:
    """Read the lot rules, each with the keys of its rule only."""
    columns = {name: np.zeros(len(table.rows), np.int64) for name in ("rule", *_LOT_COLUMNS)}
    for row, lot in enumerate(table.values("lot")):
        if lot == _PLAIN_LOT:
            continue
        path = f"$.items[{row}].lot"
        if not isinstance(lot, dict) or "rule" not in lot:
            formats.check_keys(lot, path, ("rule",), _LOT_COLUMNS, faults)
            continue
        rule = formats.choice(lot["rule"], f"{path}.rule", LOT_RULES, faults)
        if rule != lot["rule"]:
            continue
        columns["rule"][row] = LOT_RULES.index(rule)
        required, optional = _LOT_KEYS[rule]
        if formats.check_keys(lot, path, ("rule", *required), optional, faults) is None:
            columns["rule"][row] = 0
            continue
        for key in (*required, *optional):
            if key == "days":
                columns[key][row] = formats.integer(lot[key], f"{path}.{key}", faults, 1, LAST_DAY)
            elif lot.get(key) is not None or key not in optional:
                columns[key][row] = formats.decimal(lot[key], f"{path}.{key}", faults)
                if key == "max" and columns[key][row] == 0:
                    faults.add(f"{path}.max", "must be over 0")
    return columns


def _bom(value: object, index: Mapping[str, int], faults: Faults) -> BillOfMaterials:
    optional = {"scrap": 0, "fixed": False, "offset_days": 0, "valid_from": None, "valid_to": None}
    table = Table(value, "bom", ("parent", "component", "qty"), optional, faults)
    return BillOfMaterials.of(
        table.references("parent", index, "item"),
        table.references("component", index, "item"),
        table.quantities("qty"),
        scrap=table.ratios("scrap"),
        fixed=table.flags("fixed"),
        offset=table.integers("offset_days"),
        valid_from=table.days("valid_from", FIRST_DAY),
        valid_to=table.days("valid_to", LAST_DAY),
    )


def _byproducts(value: object, index: Mapping[str, int], faults: Faults) -> Byproducts:
    table = Table(value, "byproducts", ("parent", "item", "qty"), {}, faults)
    return Byproducts.of(
        table.references("parent", index, "item"), table.references("item", index, "item"), table.quantities("qty")
    )


def _demands(value: object, index: Mapping[str, int], faults: Faults) -> Demands:
    table = Table(value, "demands", ("id", "item", "qty", "due"), {"priority": 1}, faults)
    return Demands.of(
        table.texts("id"),
        table.references("item", index, "item"),
        table.quantities("qty"),
        table.days("due"),
        table.integers("priority"),
    )


def _supplies(value: object, index: Mapping[str, int], faults: Faults) -> Supplies:
    table = Table(value, "supplies", ("id", "item", "qty", "available"), {"firm": True}, faults)
    return Supplies.of(
        table.texts("id"),
        table.references("item", index, "item"),
        table.quantities("qty"),
        table.days("available"),
        table.flags("firm"),
    )


def _capacity(resources: object, work: object, index: Mapping[str, int], faults: Faults) -> Capacity:
    table = Table(resources, "resources", ("id", "hours_per_week"), {}, faults)
    names = table.texts("id")
    lines = Table(work, "work", ("item", "resource", "hours_per_unit"), {}, faults)
    return Capacity.of(
        names,
        table.quantities("hours_per_week"),
        lines.references("item", index, "item"),
        lines.references("resource", {name: row for row, name in enumerate(names)}, "resource"),
        lines.quantities("hours_per_unit"),
    )


def _calendar(value: object, faults: Faults) -> WorkCalendar | None:
    if value is None:
        return None
    keys = ("working_weekdays", "holidays", "extra_working_days")
    calendar = formats.check_keys(value, "$.calendar", keys[:1], keys[1:], faults)
    if calendar is None:
        return WorkCalendar(frozenset(range(1, 8)))
    path = "$.calendar.working_weekdays"
    weekdays = [
        formats.integer(day, f"{path}[{number}]", faults, 1, 7)
        for number, day in enumerate(formats.check_list(calendar["working_weekdays"], path, faults))
    ]
    dates = [
        frozenset(
            formats.day(day, f"$.calendar.{key}[{number}]", faults)
            for number, day in enumerate(formats.check_list(calendar.get(key, []), f"$.calendar.{key}", faults))
        )
        for key in keys[1:]
    ]
    return WorkCalendar(frozenset(weekdays), *dates)
