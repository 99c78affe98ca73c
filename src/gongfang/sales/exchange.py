"""Open sales orders as a sheet of the exchange workbook."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.services import open_orders
from gongfang.platform.exchange.sheets import Column, Context, Row, Sheet
from gongfang.sales.models import SalesOrder, SalesOrderLine

SIDE = open_orders.Side(
    "sales_orders", SalesOrder, SalesOrderLine, "customer", "promised_date",
    roles=("is_customer",), head=("customer", "date", "warehouse", "salesperson", "customer_reference"),
    wrong_side=N_("This partner is not a customer."), reversed_dates=N_("It is promised before it was ordered."),
)  # fmt: skip


def load(rows: Sequence[Row], context: Context) -> None:
    """Approved orders with what is still to come."""
    people = context.ids("users")
    open_orders.load(
        SIDE, rows, context,
        salesperson_id=lambda row: people.get(row.get("salesperson", "")),
        customer_reference=lambda row: row.get("customer_reference", ""),
    )  # fmt: skip


def export(context: Context) -> Iterable[Mapping[str, Any]]:
    """What customers still wait for."""
    for line, row in open_orders.export(SIDE, "salesperson"):
        order = line.document
        seller = order.salesperson.username if order.salesperson else None
        yield row | {"salesperson": seller, "customer_reference": order.customer_reference}


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
        check=partial(open_orders.check, SIDE), load=load, export=export,
    )
]  # fmt: skip
