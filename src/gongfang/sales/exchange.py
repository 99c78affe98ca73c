"""Open sales orders as a sheet of the exchange workbook."""

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
from gongfang.sales.models import SalesOrder, SalesOrderLine

HEAD = ("customer", "date", "warehouse", "salesperson", "customer_reference")


def check(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    taken = set(SalesOrder.objects.filter(number__in={row["number"] for row in rows}).values_list("number", flat=True))
    sides = {code: row.get("is_customer") for code, row in _partner_rows(context).items()}
    known = partners_by_codes({row["customer"] for row in rows} - sides.keys())
    sides |= {code: partner.is_customer for code, partner in known.items()}
    for (number,), lines in by_group(rows, "number"):
        if number in taken:
            yield fault(
                "sales_orders",
                lines[0],
                "number",
                "order_exists",
                "The order {number} is in the system already.",
                number=number,
            )
        if not sides.get(lines[0]["customer"], True):
            yield fault("sales_orders", lines[0], "customer", "wrong_side", "This partner is not a customer.")
        for line in lines:
            if any(line.get(name) != lines[0].get(name) for name in HEAD):
                yield fault(
                    "sales_orders",
                    line,
                    "customer",
                    "head_differs",
                    "It differs from row {number} of the same order.",
                    number=lines[0].number,
                )
            if line["promised_date"] < line["date"]:
                yield fault(
                    "sales_orders", line, "promised_date", "dates_reversed", "It is promised before it was ordered."
                )


def _partner_rows(context: Context) -> dict[str, Row]:
    return {row["code"]: row for row in context.rows.get("partners", ()) if row.get("code")}


def load(rows: Sequence[Row], context: Context) -> None:
    """Approved orders with what is still to come; the numbers stay those of the old system. Two inserts."""
    items = items_by_codes(row["item"] for row in rows)
    partners = partners_by_codes(row["customer"] for row in rows)
    warehouses = warehouses_by_codes({row["warehouse"] for row in rows if row.get("warehouse")})
    people = context.ids("users")
    groups = list(by_group(rows, "number"))
    orders, lines = [], []
    for (number,), own in groups:
        customer = partners[own[0]["customer"]]
        warehouse = warehouses.get(own[0].get("warehouse", ""))
        order = SalesOrder(
            number=number, business_date=own[0]["date"], customer=customer, salesperson_id=people.get(own[0].get("salesperson", "")), customer_reference=own[0].get("customer_reference", ""), warehouse=warehouse, currency=customer.currency,
            price_includes_tax=customer.price_includes_tax, payment_days=customer.payment_days, promised_date=min(row["promised_date"] for row in own),
            approval=ApprovalState.APPROVED, execution=ExecutionState.OPEN, created_by=context.actor, submitted_by=context.actor,
            approved_by=context.actor, approved_at=timezone.now(), remark=own[0].get("remark", ""),
        )  # fmt: skip
        total: list[Amounts] = []
        for line_no, row in enumerate(own, start=1):
            item = items[row["item"]]
            rate = row.get("tax_rate", customer.tax_rate)
            amounts = line_amounts(row["quantity"], row["price"], ZERO, rate, includes_tax=order.price_includes_tax)
            total.append(amounts)
            lines.append(
                SalesOrderLine(
                    document=order, line_no=line_no, item=item, unit_id=item.unit_id, quantity=row["quantity"], unit_quantity=row["quantity"],
                    price=row["price"], tax_rate=rate, net_price=net_price(amounts.net, row["quantity"]), net_amount=amounts.net,
                    tax_amount=amounts.tax, total_amount=amounts.total, promised_date=row["promised_date"],
                )
            )  # fmt: skip
        foot = summed(total)
        order.net_amount, order.tax_amount, order.total_amount = foot.net, foot.tax, foot.total
        orders.append(order)
    SalesOrder.objects.bulk_create(orders, batch_size=2000)
    SalesOrderLine.objects.bulk_create(lines, batch_size=2000)


def export(context: Context) -> Iterable[Mapping[str, Any]]:
    """What customers still wait for."""
    rows = SalesOrderLine.objects.filter(
        document__approval=ApprovalState.APPROVED, execution__in=[ExecutionState.OPEN, ExecutionState.PARTIAL]
    ).select_related("document__customer", "document__warehouse", "document__salesperson", "item")
    for row in rows.order_by("document__number", "line_no"):
        order, left = row.document, row.open_quantity
        if left <= 0:
            continue
        yield {
            "number": order.number, "customer": order.customer.code, "date": order.business_date,
            "warehouse": order.warehouse.code if order.warehouse else None,
            "salesperson": order.salesperson.username if order.salesperson else None, "customer_reference": order.customer_reference, "item": row.item.code, "quantity": left,
            "price": row.price * row.unit_quantity / row.quantity, "tax_rate": row.tax_rate, "promised_date": row.promised_date, "remark": order.remark,
        }  # fmt: skip


SHEETS = [
    Sheet(
        "sales_orders", N_("Open sales orders"), note=N_("What customers still wait for; rows with the same number make one order."),
        columns=[
            Column("number", N_("Order number"), required=True, max_length=40), Column("customer", N_("Customer code"), required=True, ref="partners"),
            Column("date", N_("Order date"), kind="date", required=True, shifts=True), Column("warehouse", N_("Warehouse code"), ref="warehouses"),
            Column("salesperson", N_("Salesperson (user name)"), ref="users"), Column("customer_reference", N_("Customer's order number"), default="", max_length=60),
            Column("item", N_("Item code"), required=True, ref="items"),
            Column("quantity", N_("Open quantity"), kind="quantity", required=True, above=0, note=N_("In base units, still to be shipped.")),
            Column("price", N_("Price"), kind="price", required=True, minimum=0, scope="price", note=N_("With or without tax as the customer's record says.")),
            Column("tax_rate", N_("Tax rate"), kind="ratio", minimum=0, maximum=Decimal("0.99"), note=N_("Empty: the customer's.")),
            Column("promised_date", N_("Promised date"), kind="date", required=True, shifts=True), Column("remark", N_("Remark"), default=""),
        ],
        check=check, load=load, export=export,
    )
]  # fmt: skip
