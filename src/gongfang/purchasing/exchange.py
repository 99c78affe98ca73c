"""Open purchase orders as a sheet of the exchange workbook."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.services import open_orders
from gongfang.platform.exchange.sheets import Column, Context, Row, Sheet
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine

SIDE = open_orders.Side(
    "purchase_orders", PurchaseOrder, PurchaseOrderLine, "supplier", "due_date",
    roles=("is_supplier", "is_subcontractor"), head=("supplier", "date", "warehouse"),
    wrong_side=N_("This partner is not a supplier."), reversed_dates=N_("It is due before it was ordered."),
)  # fmt: skip


def load(rows: Sequence[Row], context: Context) -> None:
    """Approved orders with what is still to come, ordered by who loads them."""
    open_orders.load(SIDE, rows, context, buyer=lambda row: context.actor)


def export(context: Context) -> Iterable[Mapping[str, Any]]:
    """What suppliers still have to bring, by the day it is to be expected."""
    for line, row in open_orders.export(SIDE):
        yield row | {"due_date": line.due}


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
        check=partial(open_orders.check, SIDE), load=load, export=export,
    )
]  # fmt: skip
