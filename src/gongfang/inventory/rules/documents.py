"""What the keeper's documents have to hold, and where the value of other receipts and issues goes."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem
from gongfang.kernel.money import to_cents

RECEIPT_ROLES: dict[str, str] = {
    "found": "count_gain", "gift": "other_income", "sample": "selling_expense", "disassembly": "overhead_material", "opening": "opening",
}  # fmt: skip
CONVERSION_ROLE = "count_difference"
"""Where the value stands between what goes in and what comes out; it is zero again after each conversion."""
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


def lot_date_problems(lines: Iterable[Any], grid: str, on: date) -> list[Problem]:
    """Dates that cannot be those of a lot that is received on a day."""
    problems = []
    for n, line in enumerate(lines):
        made = line.made_on or on
        if (line.made_on or line.expires_on) and not line.lot_code.strip():
            problems.append(Problem("dates_need_lot", "{item}: dates are those of a lot; enter its number.", where=f"{grid}.{n}.lot_code", item=line.item.code))  # fmt: skip
        if line.made_on and line.made_on > on:
            problems.append(Problem("made_later", "{item}: it cannot be made after it was received.", where=f"{grid}.{n}.made_on", item=line.item.code))  # fmt: skip
        if line.expires_on and line.expires_on < made:
            problems.append(Problem("dates_reversed", "{item}: it expires before it was made.", where=f"{grid}.{n}.expires_on", item=line.item.code))  # fmt: skip
    return problems


def receipt_value(quantity: Decimal, unit_cost: Decimal | None) -> Decimal | None:
    """Value of goods received at a unit cost, to the cent; None where no cost was entered. Both of the same unit."""
    return None if unit_cost is None else to_cents(quantity * unit_cost)


def conversion_problems(lines: Iterable[Any], outputs: Iterable[Any], kind: str) -> list[Problem]:
    """Something goes in and something else comes out; an assembly has one product, a disassembly one source."""
    lines, outputs = list(lines), list(outputs)
    problems = line_problems(lines)
    if not outputs:
        problems.append(Problem("no_outputs", "Enter at least one item that comes out."))
    for n, line in enumerate(outputs):
        if line.quantity <= 0:
            problems.append(
                Problem("quantity_not_positive", "{item}: the quantity must be greater than zero.", where=f"outputs.{n}.quantity", item=line.item.code)
            )  # fmt: skip
        if line.item.tracking != "none" and not line.lot_code.strip():
            problems.append(
                Problem("lot_code_missing", "{item}: enter the lot or serial number.", where=f"outputs.{n}.lot_code", item=line.item.code)
            )  # fmt: skip
    if kind == "assembly" and len(outputs) > 1:
        problems.append(Problem("one_product", "An assembly makes one item.", where="outputs"))
    if kind == "disassembly" and len(lines) > 1:
        problems.append(Problem("one_source", "A disassembly takes one item apart.", where="lines"))
    return problems
