"""Tabs and grids of the shop floor's documents."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.production.models import LotUse, WorkOrder
from gongfang.production.permissions import VIEW_ORDERS
from gongfang.production.queries import orders_visible_to
from gongfang.ui.screens import Column, ExtraTab, LineGrid, Tab, Table


def _operations(user: Any, order: WorkOrder) -> list[Table]:
    rows = list(order.operations.select_related("work_centre", "assigned_to", "subcontractor"))
    return [
        Table(
            [
                Column("operation_no", _("No."), kind="number"), Column("name", _("Operation")), Column("work_centre__name", _("Work centre")),
                Column("state", _("State"), kind="state"), Column("setup_minutes", _("Set-up (min)"), kind="quantity"),
                Column("run_minutes", _("Run (min per unit)"), kind="quantity"), Column("crew", _("Crew"), kind="number"),
                Column("good_quantity", _("Good"), kind="quantity"), Column("scrap_material", _("Scrap, material's fault"), kind="quantity"),
                Column("scrap_worker", _("Scrap, worker's fault"), kind="quantity"), Column("rework_quantity", _("Rework"), kind="quantity"),
                Column("minutes", _("Minutes spent"), kind="quantity"), Column("assigned_to__name", _("Assigned to")),
                Column("labour_rate", _("Labour rate"), kind="price", scope="cost"),
            ],
            rows,
            empty=_("This order has no operations; its output can be received at once."),
        )
    ]  # fmt: skip


def _documents(user: Any, order: WorkOrder) -> list[Table]:
    number = Column("document__number", _("Document"))
    live = {"document__approval": "approved"}
    return [
        Table(
            [Column("document__business_date", _("Date"), kind="date"), number, Column("operation__operation_no", _("No."), kind="number"),
             Column("operation__name", _("Operation")), Column("good", _("Good"), kind="quantity"),
             Column("scrap_material", _("Scrap, material's fault"), kind="quantity"), Column("scrap_worker", _("Scrap, worker's fault"), kind="quantity"),
             Column("rework", _("Rework"), kind="quantity"), Column("minutes", _("Minutes"), kind="quantity"), Column("cause", _("Cause")),
             Column("document__created_by__name", _("By"))],
            list(order.report_lines.filter(**live).select_related("document__created_by", "operation")), title=_("Work reports"),
        ),
        Table(
            [Column("document__business_date", _("Date"), kind="date"), number, Column("item__code", _("Item")), Column("item__name", _("Name")),
             Column("quantity", _("Quantity"), kind="quantity"), Column("lot__code", _("Lot")), Column("warehouse__name", _("Warehouse")),
             Column("value", _("Value"), kind="money", scope="cost")],
            list(order.receipt_lines.filter(**live).select_related("document", "item", "lot", "warehouse")), title=_("Production receipts"),
        ),
        Table(
            [Column("document__business_date", _("Date"), kind="date"), number, Column("item__code", _("Component")), Column("item__name", _("Name")),
             Column("quantity", _("Quantity"), kind="quantity"), Column("lot__code", _("Lot")), Column("warehouse__name", _("Warehouse")),
             Column("value", _("Value"), kind="money", scope="cost")],
            list(order.issuelines.filter(**live).select_related("document", "item", "lot", "warehouse")), title=_("Material issues"),
        ),
    ]  # fmt: skip


def _outputs(user: Any, order: WorkOrder) -> list[Table]:
    return [
        Table(
            [Column("item__code", _("Item")), Column("item__name", _("Name")), Column("kind", _("Kind"), kind="choice"),
             Column("quantity", _("Planned"), kind="quantity"), Column("received_quantity", _("Received"), kind="quantity"),
             Column("unit_cost", _("Standard unit cost"), kind="price", scope="cost")],
            list(order.outputs.select_related("item")), title=_("Further output"), empty=_("Nothing else comes out of this order."),
        ),
        Table(
            [Column("role", _("Role"), kind="choice"), Column("lot__item__code", _("Item")), Column("lot__item__name", _("Name")),
             Column("lot__code", _("Lot")), Column("quantity", _("Quantity"), kind="quantity")],
            list(LotUse.objects.filter(order=order, quantity__gt=Decimal(0)).select_related("lot__item").order_by("role", "lot__item__code")),
            title=_("Lots in and out"), empty=_("No lots yet."),
        ),
    ]  # fmt: skip


def _orders_of_item(user: Any, item: Any) -> Table:
    """Open orders of an item and the latest finished ones."""
    rows = orders_visible_to(user).filter(item=item).select_related("item__unit").order_by("-pk")[:50]
    return Table(
        [
            Column("number", _("Work order"), to="production/orders"), Column("quantity", _("Planned"), kind="quantity"),
            Column("received_quantity", _("In stock"), kind="quantity"), Column("start", _("Planned start"), kind="date"),
            Column("due", _("Due"), kind="date"), Column("stage", _("State"), kind="state"),
        ],
        list(rows),
        empty=_("No work order makes this item yet."),
    )  # fmt: skip


ITEM_TAB = ExtraTab(
    "masterdata/items",
    Tab("work_orders", _("Work orders"), tables=_orders_of_item, permission=VIEW_ORDERS, icon="clipboard-list"),
)

ORDER_TABS = [
    Tab("operations", _("Operations"), tables=_operations, icon="route"),
    Tab("work", _("Issues, reports, receipts"), tables=_documents, icon="activity"),
    Tab("lots", _("Output and lots"), tables=_outputs, icon="barcode"),
]

REPORT_LINES = LineGrid(
    "lines", title=_("Operations"), readonly=True,
    columns=[
        "line_no", Column("order__number", _("Work order"), to="production/orders"), Column("order__item__name", _("Product")),
        Column("operation__operation_no", _("No.")), Column("operation__name", _("Operation")), Column("good", total=True), "scrap_material",
        "scrap_worker", "rework", "minutes", "labour_minutes", "machine", "cause", Column("labour_value", total=True), "machine_value", "overhead_value",
    ],
)  # fmt: skip
