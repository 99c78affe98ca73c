"""Entered lines of orders and quotations into rows: items, units and prices looked up set-wise, amounts computed here only."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import DomainError, Kind, Problem, counted, refuse_if
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
from gongfang.platform.verbs import confirming
from gongfang.sales.rules.inputs import OrderLine, QuotedLine

UNUSABLE = ("blocked", "retired")
NOT_SOLD = ("phantom",)
NO_PRICE, NAMED = "no_price", 10


def priced_rows(
    lines: Sequence[OrderLine] | Sequence[QuotedLine],
    *,
    customer: Any,
    includes_tax: bool,
    on: date,
    promised: date | None = None,
) -> list[dict[str, Any]]:
    """Field values of priced lines, checked. Four statements, whatever the number of lines.

    Raises DomainError with every problem at its line.
    """
    items = masterdata.items_by_ids({line.item_id for line in lines})
    factors = masterdata.factors(items.values())
    prices = masterdata.customer_prices(items, customer, on) if any(line.price is None for line in lines) else {}
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    rows = []
    for index, line in enumerate(lines):
        found, row = _row(line, f"lines.{index}", items, factors, prices, customer, includes_tax)
        if isinstance(line, QuotedLine):
            row["lead_days"] = line.lead_days
        else:
            due = line.promised_date or promised
            if due is None:
                found.append(
                    Problem(
                        "promise_missing",
                        "Line {line}: promise a date.",
                        f"lines.{index}.promised_date",
                        line=index + 1,
                    )
                )
            if line.over_delivery is not None and not 0 <= line.over_delivery <= 1:
                found.append(
                    Problem(
                        "bad_tolerance",
                        "Line {line}: a tolerance lies between 0 % and 100 %.",
                        f"lines.{index}.over_delivery",
                        line=index + 1,
                    )
                )
            row |= {"promised_date": due, "over_delivery": line.over_delivery, "over_mode": line.over_mode or ""}
        problems += found
        rows.append(row)
    refuse_if(problems)
    ask_about_no_price([(index, items[line.item_id]) for index, line in enumerate(lines) if is_unpriced(rows[index])])
    return rows


def is_unpriced(row: Mapping[str, Any]) -> bool:
    """Whether a line costs nothing without being marked as a gift, which is a discount of 100 %."""
    return not row["price"] and row["discount"] < 1


def ask_about_no_price(lines: Sequence[tuple[int, Any]]) -> None:
    """Ask before lines (place from 0, item) are saved at 0.00. Raises DomainError(no_price) until it is confirmed."""
    if not lines or not confirming(NO_PRICE):
        return
    told = [
        Problem(
            NO_PRICE,
            "Line {line}, {item}: no price is agreed, so it would be saved at 0.00.",
            line=index + 1,
            item=str(item),
        )
        for index, item in lines[:NAMED]
    ]
    if len(lines) > NAMED:
        told.append(
            Problem(
                NO_PRICE,
                counted(
                    "… and {count} more line without a price.", "… and {count} more lines without a price.", "count"
                ),
                count=len(lines) - NAMED,
            )
        )
    told.append(
        Problem(
            NO_PRICE,
            "Enter a price; for goods free of charge a discount of 100 %; or confirm to save it so and price it later.",
        )
    )
    raise DomainError(told, Kind.CONFIRM)


def _row(
    line: OrderLine | QuotedLine, where: str, items: Mapping[int, Any], factors: Mapping[tuple[int, int], Factor],
    prices: Mapping[int, list[Any]], customer: Any, includes_tax: bool,
) -> tuple[list[Problem], dict[str, Any]]:  # fmt: skip
    item = items.get(line.item_id)
    if item is None:
        return [Problem("item_unknown", "There is no such item.", f"{where}.item")], {}
    if item.status in UNUSABLE or item.kind in NOT_SOLD:
        return [Problem("item_not_sold", "{item} cannot be sold: it is blocked, retired or a phantom.", f"{where}.item", item=str(item))], {}  # fmt: skip
    unit_id = line.unit_id or item.unit_id
    factor = factors.get((item.pk, unit_id))
    if factor is None:
        return [Problem("unit_unknown", "{item} is not kept in this unit.", f"{where}.unit", item=str(item))], {}
    rate = item.tax_rate if line.tax_rate is None else line.tax_rate
    price = line.price
    if price is None and line.quantity.is_finite():
        price = usual_price(item, prices.get(item.pk, []), factor, line.quantity, rate, includes_tax)
    precision = item.unit.precision if unit_id == item.unit_id else 6
    problems = priced_line_problems(
        EnteredLine(str(item), line.quantity, price or ZERO, line.discount, rate, precision), where
    )
    problems += base_problems(
        str(item), line.quantity, f"{where}.quantity", factor, item.unit.precision, item.unit.name
    )
    if problems:
        return problems, {}
    amounts = line_amounts(line.quantity, price or ZERO, line.discount, rate, includes_tax=includes_tax)
    base = factor.to_base(line.quantity)
    return [], {
        "id": line.id, "item_id": item.pk, "unit_id": unit_id, "unit_quantity": line.quantity, "quantity": base,
        "price": price or ZERO, "discount": line.discount, "tax_rate": rate, "net_price": net_price(amounts.net, base),
        "net_amount": amounts.net, "tax_amount": amounts.tax, "total_amount": amounts.total, "remark": line.remark[:200],
    }  # fmt: skip


def usual_price(
    item: Any, rows: list[Any], factor: Factor, quantity: Decimal, rate: Decimal, includes_tax: bool
) -> Decimal:
    """The price per ordered unit: the customer's, else the list price, else the item's; with or without tax as entered."""
    base = factor.to_base(quantity)
    row = next((row for row in rows if row.min_quantity <= base), None)
    price, with_tax = (row.price, row.tax_included) if row is not None else (item.sales_price, False)
    price = price * factor.numerator / factor.denominator
    if with_tax and not includes_tax:
        price /= 1 + rate
    elif includes_tax and not with_tax:
        price *= 1 + rate
    return to_micro(price)


def usual_prices(
    item_ids: Sequence[int], customer_id: int | None, on: date, *, includes_tax: bool
) -> dict[int, Decimal]:
    """The price of one unit of each item for a customer, as it stands in front of whoever enters an order. Three statements.

    Left out: items whose price depends on the quantity, and those without any price.
    """
    items = masterdata.items_by_ids(item_ids)
    customer = masterdata.partners_by_ids([customer_id]).get(customer_id) if customer_id else None
    prices = masterdata.customer_prices(items, customer, on)
    found = {}
    for item in items.values():
        rows = prices.get(item.pk, [])
        if len({row.min_quantity for row in rows}) > 1:
            continue
        price = usual_price(
            item, rows, Factor(), max([row.min_quantity for row in rows], default=ZERO), item.tax_rate, includes_tax
        )
        if price:
            found[item.pk] = price
    return found


def foot(rows: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    """The totals of a document, from the amounts of its lines."""
    total = summed(Amounts(row["net_amount"], row["tax_amount"], row["total_amount"]) for row in rows)
    return {"net_amount": total.net, "tax_amount": total.tax, "total_amount": total.total}
