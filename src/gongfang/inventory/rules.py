"""What the keeper's documents have to hold, and where the value of other receipts and issues goes."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem

RECEIPT_ROLES: dict[str, str] = {
    "found": "count_gain", "gift": "other_income", "sample": "selling_expense", "disassembly": "overhead_material", "opening": "opening",
}  # fmt: skip
ISSUE_ROLES: dict[str, str] = {
    "workshop": "overhead_material", "office": "admin_expense", "research": "560203", "sample": "selling_expense", "scrap": "scrap",
    "gift": "other_expense",
}  # fmt: skip


def line_problems(lines: Iterable[Any]) -> list[Problem]:
    """Every line has a quantity; there is at least one line."""
    problems = []
    n = -1
    for n, line in enumerate(lines):
        if line.quantity <= 0:
            problems.append(
                Problem(
                    "quantity_not_positive", "{item}: the quantity must be greater than zero.", where=f"lines.{n}.quantity",
                    item=line.item.code,
                )
            )  # fmt: skip
    if n < 0:
        problems.append(Problem("no_lines", "Enter at least one line."))
    return problems


def count_problems(lines: Iterable[Any]) -> list[Problem]:
    """Every line of a count was counted, and nothing was counted twice."""
    problems, seen, n = [], set(), -1
    for n, line in enumerate(lines):
        key = (line.item_id, line.lot_id)
        if key in seen:
            problems.append(
                Problem("counted_twice", "{item} {lot} stands on two lines.", where=f"lines.{n}.item", item=line.item.code, lot=line.lot or "")
            )  # fmt: skip
        seen.add(key)
        if line.counted is None:
            problems.append(
                Problem("not_counted", "{item} {lot} is not counted yet.", where=f"lines.{n}.counted", item=line.item.code, lot=line.lot or "")
            )  # fmt: skip
        elif line.counted < 0:
            problems.append(
                Problem(
                    "quantity_negative",
                    "{item}: the quantity cannot be negative.",
                    where=f"lines.{n}.counted",
                    item=line.item.code,
                )
            )
        if line.item.tracking != "none" and line.lot_id is None:
            problems.append(
                Problem(
                    "lot_needed",
                    "{item} is kept by lot or serial number: say which.",
                    where=f"lines.{n}.lot",
                    item=line.item.code,
                )
            )
    if n < 0:
        problems.append(Problem("no_lines", "Enter at least one line."))
    return problems


def receipt_value(quantity: Decimal, unit_cost: Decimal | None) -> Decimal | None:
    """Value of goods received at a unit cost, unrounded; None where no cost was entered."""
    return None if unit_cost is None else quantity * unit_cost
