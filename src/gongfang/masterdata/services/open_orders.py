"""Open orders of either side as rows of the exchange workbook: rows with the same number make one order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone

from gongfang.kernel.money import ZERO
from gongfang.kernel.pricing import Amounts, line_amounts, net_price, summed
from gongfang.masterdata.models import Partner
from gongfang.masterdata.queries import items_by_codes, partners_by_codes, warehouses_by_codes
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.exchange.sheets import Context, Fault, Row, by_group, fault


@dataclass(frozen=True, slots=True)
class Side:
    """What sets sales and purchase orders apart on their sheets.

    partner, due: columns and fields of the partner and of the day; roles: what a partner has to be, one of them; head: columns that
    are the same in all rows of an order; wrong_side, reversed_dates: the words of the two faults.
    """

    sheet: str
    order: type[Model]
    line: type[Model]
    partner: str
    due: str
    roles: tuple[str, ...]
    head: tuple[str, ...]
    wrong_side: str
    reversed_dates: str


def check(side: Side, rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    """Faults between rows: numbers that exist, partners of the other side, heads that differ, dates the wrong way round."""
    numbers = side.order._default_manager.filter(number__in={row["number"] for row in rows})
    taken = set(numbers.values_list("number", flat=True))
    is_right = _partners(side, {row[side.partner] for row in rows}, context)
    for (number,), lines in by_group(rows, "number"):
        first = lines[0]
        if number in taken:
            yield fault(
                side.sheet,
                first,
                "number",
                "order_exists",
                "The order {number} is in the system already.",
                number=number,
            )
        if not is_right.get(first[side.partner], True):
            yield fault(side.sheet, first, side.partner, "wrong_side", side.wrong_side)
        for line in lines:
            if any(line.get(name) != first.get(name) for name in side.head):
                yield fault(
                    side.sheet, line, side.partner, "head_differs", "It differs from row {number} of the same order.",
                    number=first.number,
                )  # fmt: skip
            if line[side.due] < line["date"]:
                yield fault(side.sheet, line, side.due, "dates_reversed", side.reversed_dates)


def _partners(side: Side, codes: Collection[str], context: Context) -> dict[str, bool]:
    """Whether a partner may stand on such an order: as the workbook says, else as it is stored."""
    entered = {row["code"]: row for row in context.rows.get("partners", ()) if row.get("code")}
    found = {code: any(row.get(role) for role in side.roles) for code, row in entered.items()}
    stored = partners_by_codes(set(codes) - found.keys())
    return found | {code: any(getattr(one, role) for role in side.roles) for code, one in stored.items()}


def load(side: Side, rows: Sequence[Row], context: Context, **extra: Any) -> None:
    """Approved orders with what is still to come; the numbers stay those of the old system. Two inserts.

    extra: fields of the order by name, each a function of the order's first row.
    """
    items = items_by_codes(row["item"] for row in rows)
    partners = partners_by_codes(row[side.partner] for row in rows)
    warehouses = warehouses_by_codes({row["warehouse"] for row in rows if row.get("warehouse")})
    orders, lines = [], []
    for (number,), own in by_group(rows, "number"):
        first, partner = own[0], partners[own[0][side.partner]]
        order: Any = side.order(
            number=number, business_date=first["date"], warehouse=warehouses.get(first.get("warehouse", "")), remark=first.get("remark", ""),
            currency=partner.currency, price_includes_tax=partner.price_includes_tax, payment_days=partner.payment_days,
            approval=ApprovalState.APPROVED, execution=ExecutionState.OPEN, created_by=context.actor, submitted_by=context.actor,
            approved_by=context.actor, approved_at=timezone.now(), **{side.partner: partner, side.due: min(row[side.due] for row in own)},
            **{name: of(first) for name, of in extra.items()},
        )  # fmt: skip
        own_lines = [
            _line(side, order, line_no, row, items[row["item"]], partner) for line_no, row in enumerate(own, start=1)
        ]
        foot = summed(Amounts(line.net_amount, line.tax_amount, line.total_amount) for line in own_lines)
        order.net_amount, order.tax_amount, order.total_amount = foot.net, foot.tax, foot.total
        orders.append(order)
        lines += own_lines
    side.order._default_manager.bulk_create(orders, batch_size=2000)
    side.line._default_manager.bulk_create(lines, batch_size=2000)


def _line(side: Side, order: Any, line_no: int, row: Row, item: Any, partner: Partner) -> Any:
    quantity, price, rate = row["quantity"], row["price"], row.get("tax_rate", partner.tax_rate)
    amounts = line_amounts(quantity, price, ZERO, rate, includes_tax=order.price_includes_tax)
    return side.line(
        document=order, line_no=line_no, item=item, unit_id=item.unit_id, quantity=quantity, unit_quantity=quantity, price=price,
        tax_rate=rate, net_price=net_price(amounts.net, quantity), net_amount=amounts.net, tax_amount=amounts.tax,
        total_amount=amounts.total, **{side.due: row[side.due]},
    )  # fmt: skip


def export(side: Side, *related: str) -> Iterable[tuple[Any, dict[str, Any]]]:
    """Lines of approved orders with what is open of them, each with its row. related: more fields of the order to join."""
    joined = (side.partner, "warehouse", *related)
    rows = side.line._default_manager.filter(
        document__approval=ApprovalState.APPROVED, execution__in=[ExecutionState.OPEN, ExecutionState.PARTIAL]
    ).select_related("item", *(f"document__{name}" for name in joined))
    line: Any
    for line in rows.order_by("document__number", "line_no"):
        order, left = line.document, line.open_quantity
        if left > 0:
            yield line, {
                "number": order.number, side.partner: getattr(order, side.partner).code, "date": order.business_date,
                "warehouse": order.warehouse.code if order.warehouse else None, "item": line.item.code, "quantity": left,
                "price": line.price * line.unit_quantity / line.quantity, "tax_rate": line.tax_rate, "remark": order.remark,
                side.due: getattr(line, side.due),
            }  # fmt: skip
