"""Entered order lines into rows: items, units and prices looked up set-wise, amounts computed here and nowhere else."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.kernel.pricing import (
    Amounts,
    EnteredLine,
    base_problems,
    line_amounts,
    net_price,
    priced_line_problems,
    summed,
)
from gongfang.kernel.units import Factor
from gongfang.masterdata import queries as masterdata
from gongfang.purchasing.rules.inputs import OrderLine

UNUSABLE = ("blocked", "retired")
NOT_BOUGHT = ("phantom",)


def order_rows(
    lines: Sequence[OrderLine], *, supplier: Any, includes_tax: bool, on: date, due: date | None
) -> list[dict[str, Any]]:
    """Field values of the lines of an order, checked. supplier: the partner. Five statements, whatever the number of lines.

    Raises DomainError with every problem at its line.
    """
    items = masterdata.items_by_ids({line.item_id for line in lines})
    factors = masterdata.factors(items.values())
    prices = masterdata.supplier_prices(items, on) if any(line.price is None for line in lines) else {}
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    rows = []
    for index, line in enumerate(lines):
        where = f"lines.{index}"
        found, row = _row(line, where, items, factors, prices, supplier, includes_tax, due)
        problems += found
        rows.append(row)
    refuse_if(problems)
    return rows


def _row(
    line: OrderLine, where: str, items: Mapping[int, Any], factors: Mapping[tuple[int, int], Factor],
    prices: Mapping[int, list[Any]], supplier: Any, includes_tax: bool, due: date | None,
) -> tuple[list[Problem], dict[str, Any]]:  # fmt: skip
    item = items.get(line.item_id)
    if item is None:
        return [Problem("item_unknown", "There is no such item.", f"{where}.item")], {}
    if item.status in UNUSABLE or item.kind in NOT_BOUGHT:
        return [Problem("item_not_bought", "{item} cannot be bought: it is blocked, retired or a phantom.", f"{where}.item", item=str(item))], {}  # fmt: skip
    unit_id = line.unit_id or item.unit_id
    factor = factors.get((item.pk, unit_id))
    if factor is None:
        return [Problem("unit_unknown", "{item} is not kept in this unit.", f"{where}.unit", item=str(item))], {}
    rate = supplier.tax_rate if line.tax_rate is None else line.tax_rate
    price = line.price
    if price is None and line.quantity.is_finite():
        price = agreed_price(prices.get(item.pk, []), supplier.pk, factor, line.quantity, rate, includes_tax)
    precision = item.unit.precision if unit_id == item.unit_id else 6
    problems = priced_line_problems(
        EnteredLine(str(item), line.quantity, price or ZERO, line.discount, rate, precision), where
    )
    problems += base_problems(
        str(item), line.quantity, f"{where}.quantity", factor, item.unit.precision, item.unit.name
    )
    problems += [
        Problem("bad_tolerance", "{item}: a tolerance lies between 0 % and 100 %.", f"{where}.{name}", item=str(item))
        for name, share in (("over_receipt", line.over_receipt), ("under_receipt", line.under_receipt))
        if share is not None and not 0 <= share <= 1
    ]
    due_date = line.due_date or due
    if due_date is None:
        problems.append(Problem("due_missing", "{item}: say when it is due.", f"{where}.due_date", item=str(item)))
    if problems:
        return problems, {}
    amounts = line_amounts(line.quantity, price or ZERO, line.discount, rate, includes_tax=includes_tax)
    base = factor.to_base(line.quantity)
    return [], {
        "id": line.id, "item_id": item.pk, "unit_id": unit_id, "unit_quantity": line.quantity, "quantity": base,
        "price": price or ZERO, "discount": line.discount, "tax_rate": rate, "net_price": net_price(amounts.net, base),
        "net_amount": amounts.net, "tax_amount": amounts.tax, "total_amount": amounts.total, "due_date": due_date,
        "over_receipt": line.over_receipt, "over_mode": line.over_mode or "", "under_receipt": line.under_receipt, "need": line.need[:200], "remark": line.remark[:200],
    }  # fmt: skip


def agreed_price(
    rows: list[Any], supplier_id: int, factor: Factor, quantity: Decimal, rate: Decimal, includes_tax: bool
) -> Decimal | None:
    """The agreed price per ordered unit, with or without tax as the order is entered; None: nothing is agreed."""
    row = masterdata.best_supplier_price(rows, supplier_id, factor.to_base(quantity), only=True) if rows else None
    if row is None:
        return None
    price = row.price * factor.numerator / factor.denominator
    if row.tax_included and not includes_tax:
        price /= 1 + rate
    elif includes_tax and not row.tax_included:
        price *= 1 + rate
    return to_micro(price)


def agreed_prices(item_ids: Sequence[int], supplier_id: int, on: date, *, includes_tax: bool) -> dict[int, Decimal]:
    """The agreed price of one unit of each item, as it stands in front of whoever enters an order. Three statements.

    Left out: items without an agreement, and those whose price depends on the quantity.
    """
    items = masterdata.items_by_ids(item_ids)
    offers = masterdata.supplier_prices(items, on)
    found = {}
    for item in items.values():
        rows = [row for row in offers.get(item.pk, []) if row.supplier_id == supplier_id]
        if len({row.min_quantity for row in rows}) == 1:
            price = agreed_price(rows, supplier_id, Factor(), rows[0].min_quantity, item.tax_rate, includes_tax)
            if price is not None:
                found[item.pk] = price
    return found


def foot(rows: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    """The totals of a document, from the amounts of its lines."""
    total = summed(Amounts(row["net_amount"], row["tax_amount"], row["total_amount"]) for row in rows)
    return {"net_amount": total.net, "tax_amount": total.tax, "total_amount": total.total}
