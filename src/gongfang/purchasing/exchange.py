"""Open purchase orders as a sheet of the exchange workbook."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_
from gongfang.kernel.money import ZERO
from gongfang.kernel.pricing import Amounts, line_amounts, net_price, summed
from gongfang.masterdata.queries import items_by_codes, partners_by_codes, warehouses_by_codes
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, by_group, fault
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine

HEAD = ("supplier", "date", "warehouse")


def check(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    taken = set(
        PurchaseOrder.objects.filter(number__in={row["number"] for row in rows}).values_list("number", flat=True)
    )
    sides = {
        code: row.get("is_supplier") or row.get("is_subcontractor") for code, row in _partner_rows(context).items()
    }
    known = partners_by_codes({row["supplier"] for row in rows} - sides.keys())
    sides |= {code: partner.is_supplier or partner.is_subcontractor for code, partner in known.items()}
    for (number,), lines in by_group(rows, "number"):
        if number in taken:
            yield fault(
                "purchase_orders",
                lines[0],
                "number",
                "order_exists",
                "The order {number} is in the system already.",
                number=number,
            )
        if not sides.get(lines[0]["supplier"], True):
            yield fault("purchase_orders", lines[0], "supplier", "wrong_side", "This partner is not a supplier.")
        for line in lines:
            if any(line.get(name) != lines[0].get(name) for name in HEAD):
                yield fault(
                    "purchase_orders",
                    line,
                    "supplier",
                    "head_differs",
                    "It differs from row {number} of the same order.",
                    number=lines[0].number,
                )
            if line["due_date"] < line["date"]:
                yield fault("purchase_orders", line, "due_date", "dates_reversed", "It is due before it was ordered.")


def _partner_rows(context: Context) -> dict[str, Row]:
    return {row["code"]: row for row in context.rows.get("partners", ()) if row.get("code")}


def load(rows: Sequence[Row], context: Context) -> None:
    """Approved orders with what is still to come; the numbers stay those of the old system. Two inserts."""
    items = items_by_codes(row["item"] for row in rows)
    partners = partners_by_codes(row["supplier"] for row in rows)
    warehouses = warehouses_by_codes({row["warehouse"] for row in rows if row.get("warehouse")})
    groups = list(by_group(rows, "number"))
    orders, lines = [], []
    for (number,), own in groups:
        supplier = partners[own[0]["supplier"]]
        warehouse = warehouses.get(own[0].get("warehouse", ""))
        order = PurchaseOrder(
            number=number, business_date=own[0]["date"], supplier=supplier, buyer=context.actor, warehouse=warehouse, currency=supplier.currency,
            price_includes_tax=supplier.price_includes_tax, payment_days=supplier.payment_days, due_date=min(row["due_date"] for row in own),
            approval=ApprovalState.APPROVED, execution=ExecutionState.OPEN, created_by=context.actor, submitted_by=context.actor,
            approved_by=context.actor, approved_at=timezone.now(), remark=own[0].get("remark", ""),
        )  # fmt: skip
        total: list[Amounts] = []
        for line_no, row in enumerate(own, start=1):
            item = items[row["item"]]
            rate = row.get("tax_rate", supplier.tax_rate)
            amounts = line_amounts(row["quantity"], row["price"], ZERO, rate, includes_tax=order.price_includes_tax)
            total.append(amounts)
            lines.append(
                PurchaseOrderLine(
                    document=order, line_no=line_no, item=item, unit_id=item.unit_id, quantity=row["quantity"], unit_quantity=row["quantity"],
                    price=row["price"], tax_rate=rate, net_price=net_price(amounts.net, row["quantity"]), net_amount=amounts.net,
                    tax_amount=amounts.tax, total_amount=amounts.total, due_date=row["due_date"],
                )
            )  # fmt: skip
        foot = summed(total)
        order.net_amount, order.tax_amount, order.total_amount = foot.net, foot.tax, foot.total
        orders.append(order)
    PurchaseOrder.objects.bulk_create(orders, batch_size=2000)
    PurchaseOrderLine.objects.bulk_create(lines, batch_size=2000)


def export(context: Context) -> Iterable[Mapping[str, Any]]:
    """What suppliers still have to bring."""
    rows = PurchaseOrderLine.objects.filter(
        document__approval=ApprovalState.APPROVED, execution__in=[ExecutionState.OPEN, ExecutionState.PARTIAL]
    ).select_related("document__supplier", "document__warehouse", "item")
    for row in rows.order_by("document__number", "line_no"):
        order, left = row.document, row.open_quantity
        if left <= 0:
            continue
        yield {
            "number": order.number, "supplier": order.supplier.code, "date": order.business_date,
            "warehouse": order.warehouse.code if order.warehouse else None, "item": row.item.code, "quantity": left,
            "price": row.price * row.unit_quantity / row.quantity, "tax_rate": row.tax_rate, "due_date": row.due, "remark": order.remark,
        }  # fmt: skip


SHEETS = [
    Sheet(
        "purchase_orders", N_("Open purchase orders"), note=N_("What suppliers still have to bring; rows with the same number make one order."),
        columns=[
            Column("number", N_("Order number"), required=True, max_length=40), Column("supplier", N_("Supplier code"), required=True, ref="partners"),
            Column("date", N_("Order date"), kind="date", required=True, shifts=True), Column("warehouse", N_("Warehouse code"), ref="warehouses"),
            Column("item", N_("Item code"), required=True, ref="items"),
            Column("quantity", N_("Open quantity"), kind="quantity", required=True, above=0, note=N_("In base units, still to come.")),
            Column("price", N_("Price"), kind="price", required=True, minimum=0, scope="cost", note=N_("With or without tax as the supplier's record says.")),
            Column("tax_rate", N_("Tax rate"), kind="ratio", minimum=0, maximum=Decimal("0.99"), note=N_("Empty: the supplier's.")),
            Column("due_date", N_("Due date"), kind="date", required=True, shifts=True), Column("remark", N_("Remark"), default=""),
        ],
        check=check, load=load, export=export,
    )
]  # fmt: skip
