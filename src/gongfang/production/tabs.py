"""Tabs and grids of the shop floor's documents."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.ledger import queries as ledger
from gongfang.platform.documents.registry import document_types
from gongfang.production.instructions import instruction_files
from gongfang.production.live import forecast
from gongfang.production.models import LotUse, WorkOrder, WorkOrderOperation
from gongfang.production.models.orders import OperationState
from gongfang.production.outside_screens import outside_tables
from gongfang.production.permissions import VIEW_ORDERS
from gongfang.production.queries import open_demand, open_supply, orders_visible_to
from gongfang.production.rules import closing_problems, closing_warnings, stage_problem
from gongfang.production.services.closing import closings
from gongfang.ui.screens import Column, ExtraTab, LineGrid, Tab, Table
from gongfang.ui.sentences import sentences


def _operations(user: Any, order: WorkOrder) -> list[Table]:
    rows = list(order.operations.select_related("work_centre", "assigned_to", "subcontractor"))
    return [
        Table(
            [
                Column("operation_no", _("Operation number"), kind="number"), Column("name", _("Operation")), Column("work_centre__name", _("Work centre")),
                Column("state", _("State"), kind="state", choices=OperationState.choices), Column("setup_minutes", _("Set-up (min)"), kind="quantity"),
                Column("run_minutes", _("Run (min per unit)"), kind="quantity"), Column("crew", _("Crew"), kind="number"),
                Column("good_quantity", _("Good"), kind="quantity"), Column("scrap_material", _("Scrap, material's fault"), kind="quantity"),
                Column("scrap_worker", _("Scrap, worker's fault"), kind="quantity"), Column("rework_quantity", _("Rework"), kind="quantity"),
                Column("minutes", _("Minutes spent"), kind="quantity"), Column("given_to", _("Assigned to")),
                Column("labour_rate", _("Labour rate"), kind="price", scope="cost"),
            ],
            rows,
            empty=_("This order has no operations; its output can be received at once."),
        ),
        *outside_tables(order, rows),
        *_instructions(user, order, rows),
    ]  # fmt: skip


def _instructions(user: Any, order: WorkOrder, rows: Sequence[WorkOrderOperation]) -> list[Table]:
    """What the terminal shows at each operation: its words, and pictures and PDF of routing and product."""
    for row in rows:
        row.document = order
    files = instruction_files(rows, user)
    shown: list[dict[str, Any]] = []
    for row in rows:
        words = [{"operation": str(row), "text": row.instruction}] if row.instruction else []
        shown += [
            *words,
            *({"operation": str(row), "file": (one.name, f"/-/file/{one.pk}")} for one in files.get(row.pk, ())),
        ]
    columns = [
        Column("operation", _("Operation")),
        Column("text", _("Instruction")),
        Column("file", _("Picture or PDF"), kind="link", value=lambda row: row.get("file")),
    ]
    note = _(
        "Attach pictures and PDF to the routing or the product; a name that begins with an operation number shows them there only."
    )
    return (
        [Table(columns, shown, title=_("Instructions"), note=note, empty=_("No words, pictures or PDF yet."))]
        if rows
        else []
    )


def _outlook(user: Any, order: WorkOrder) -> list[Table]:
    """When it will be finished, how likely that is too late, and what makes it so."""
    one = forecast(timezone.now()).get(order.pk)
    rows = (
        []
        if one is None
        else [{"half": one.on, "likely": one.likely, "sure": one.sure, "due": order.due, "risk": one.risk}]
    )
    causes = [] if one is None else [{"name": name, "share": share} for share, name in one.causes]
    return [
        Table(
            [Column("half", _("Finished in half of the cases"), kind="date"), Column("likely", _("In 80 of 100 cases"), kind="date"),
             Column("sure", _("In 95 of 100 cases"), kind="date"), Column("due", _("Due"), kind="date"), Column("risk", _("Risk of delay"), kind="percent")],
            rows, empty=_("The finish is forecast once the order is released, until its last operation is done."),
            note=_("Drawn many times from the reports of its work centres, the queue before it, and how punctual deliveries were."),
        ),
        Table(
            [Column("name", _("What makes it late")), Column("share", _("Share of the late cases"), kind="percent")], causes,
            title=_("Causes"), empty=_("Nothing stands out."),
        ),
    ]  # fmt: skip


def _documents(user: Any, order: WorkOrder) -> list[Table]:
    """What was done on the order, the latest first, each line with the way to its document."""
    live = {"document__approval": "approved"}
    day, by = (
        Column("document__business_date", _("Date"), kind="date"),
        Column("document__created_by__name", _("Made by")),
    )

    def number(screen: str) -> Column:
        return Column("document__number", _("Document"), to=screen)

    goods = [
        Column("item__code", _("Component")), Column("item__name", _("Name")),
        Column("quantity", _("Quantity"), kind="quantity", precision="item__unit__precision", unit="item__unit__name"), Column("lot__code", _("Lot")),
        Column("warehouse__name", _("Warehouse")), Column("value", _("Value"), kind="money", scope="cost"), by,
    ]  # fmt: skip
    of_goods = ("document__created_by", "item__unit", "lot", "warehouse")
    return [
        Table(
            [day, number("production/reports"), Column("operation__operation_no", _("Operation number"), kind="number"),
             Column("operation__name", _("Operation")), Column("good", _("Good"), kind="quantity"),
             Column("scrap_material", _("Scrap, material's fault"), kind="quantity"), Column("scrap_worker", _("Scrap, worker's fault"), kind="quantity"),
             Column("rework", _("Rework"), kind="quantity"), Column("minutes", _("Minutes"), kind="quantity"), Column("cause", _("Cause")),
             Column("subcontractor__name", _("Subcontractor")), by],
            list(order.report_lines.filter(**live).select_related("document__created_by", "operation", "subcontractor").order_by("-pk")), title=_("Work reports"),
        ),
        Table(
            [day, number("production/receipts"), Column("item__code", _("Item")), *goods[1:]],
            list(order.receipt_lines.filter(**live).select_related(*of_goods).order_by("-pk")), title=_("Production receipts"),
        ),
        Table(
            [day, number("production/issues"), *goods], list(order.issuelines.filter(**live).select_related(*of_goods).order_by("-pk")),
            title=_("Material issues"),
        ),
        Table(
            [day, number("production/returns"), *goods], list(order.materialreturnlines.filter(**live).select_related(*of_goods).order_by("-pk")),
            title=_("Material returns"), empty=_("Nothing came back."),
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
            Column("received_quantity", _("Received into stock"), kind="quantity"), Column("start", _("Planned start"), kind="date"),
            Column("due", _("Due"), kind="date"), Column("stage", _("State"), kind="state"),
        ],
        list(rows),
        empty=_("No work order makes this item yet."),
    )  # fmt: skip


ITEM_TAB = ExtraTab(
    "masterdata/items",
    Tab("work_orders", _("Work orders"), tables=_orders_of_item, permission=VIEW_ORDERS, icon="clipboard-list"),
)


def _needs(user: Any, order: WorkOrder) -> list[Table]:
    """Why this quantity: what it is for, what is there, what else is coming, who else wants it."""
    others = [row for row in open_supply([order.item_id]) if row.order_id != order.pk]
    wanted = open_demand([order.item_id])
    stock = ledger.available([order.item_id], demand_of=WorkOrder.doc_type)[order.item_id]
    source = document_types().get(order.source_type)
    origin = source._default_manager.filter(pk=order.source_id).first() if source else None
    coming, needed = (
        sum((row.quantity for row in others), Decimal(0)),
        sum((row.quantity for row in wanted), Decimal(0)),
    )
    rows: list[dict[str, Any]] = [
        {"what": _("Free in the stores"), "quantity": stock}, {"what": _("Other open orders will bring"), "quantity": coming},
        {"what": _("Open orders need of it"), "quantity": -needed}, {"what": _("Safety stock"), "quantity": -order.item.safety_stock},
        {"what": _("Before this order"), "quantity": stock + coming - needed - order.item.safety_stock},
        {"what": _("This order"), "quantity": order.open_quantity},
    ]  # fmt: skip
    for row in rows:
        row |= {"unit": order.item.unit.name, "precision": order.item.unit.precision}
    note = " · ".join(dict.fromkeys(str(text) for text in (order.why, origin) if text))
    quantity = Column("quantity", _("Quantity"), kind="quantity", unit="unit", precision="precision")
    return [
        Table([Column("what", _("Needs analysis")), quantity], rows, note=note),
        Table([Column("number", _("Work order"), kind="link", value=lambda row: (row.number, f"/production/orders/{row.order_id}/")),
               Column("stage_text", _("State")), Column("quantity", _("Quantity"), kind="quantity"), Column("due", _("Due"), kind="date")],
              others, title=_("Other orders of the product"), empty=_("None.")),
    ]  # fmt: skip


def _family(user: Any, order: WorkOrder) -> list[Table]:
    """The orders above and below, and how often the order was held."""
    columns = [
        Column("number", _("Work order"), to="production/orders"), Column("item__name", _("Product")), Column("kind", _("Kind"), kind="choice"),
        Column("quantity", _("Planned"), kind="quantity"), Column("received_quantity", _("Received"), kind="quantity"),
        Column("due", _("Due"), kind="date"), Column("stage", _("State"), kind="state"),
    ]  # fmt: skip
    up: list[WorkOrder] = []
    above = order.parent
    while above is not None and len(up) < 20:
        up.append(above)
        above = above.parent
    return [
        Table(columns, up, title=_("Parent orders"), empty=_("None.")),
        Table(columns, list(order.children.select_related("item").order_by("pk")), title=_("Child orders"), empty=_("None.")),
        Table(
            [Column("kind", _("Kind"), kind="choice"), Column("reason", _("Reason")), Column("began_at", _("Held since"), kind="datetime"),
             Column("began_by__name", _("Made by")), Column("ended_at", _("Resumed at"), kind="datetime"), Column("answer", _("What was done"))],
            list(order.pauses.select_related("began_by")), title=_("Holds"), empty=_("It was never held."),
        ),
    ]  # fmt: skip


def _closing(user: Any, order: WorkOrder) -> dict[str, Any]:
    """Every check before closing, passed or not, with where to go."""
    one = closings([order])[0]
    found = {problem.code: problem for problem in (*closing_problems(one), *closing_warnings(one))}
    checks = [
        ("short_output", _("Everything planned came out or is scrapped"), "#receipts"),
        ("not_yet_received", _("Everything reported good is received"), f"/production/receipts/?q={order.number}"),
        ("in_process", _("No piece is left between two operations"), f"/production/report/?q={order.number}"),
        ("short_issue", _("What was received has been issued for"), f"/production/pick/?order={order.pk}"),
        ("left_at_line", _("Nothing is left at the line"), f"/production/components/?document={order.pk}"),
        ("not_decided", _("Every supplement and change is decided"), f"/production/issues/?q={order.number}"),
        ("open_inspections", _("Every inspection is decided"), f"/quality/inspections/?q={order.number}"),
        ("still_outside", _("Nothing is at a subcontractor's"), f"/production/subcontracts/?q={order.number}"),
        ("material_outside", _("No material is at a subcontractor's"), f"/production/outside/?q={order.number}"),
    ]  # fmt: skip
    return {
        "checks": [
            {"title": title, "fault": sentences([found[code]])[0] if code in found else "", "url": url, "hard": code in HARD}
            for code, title, url in checks
        ],
        "stage": problem if (problem := stage_problem(order.number, order.stage, "close")) else None,
    }  # fmt: skip


HARD = {"not_decided", "open_inspections", "still_outside", "material_outside"}


def _kept(user: Any, order: WorkOrder) -> Table:
    """What is reserved for the order, line by line."""
    return Table(
        [
            Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), Column("location__name", _("Location")),
            Column("lot__code", _("Lot / serial")), Column("quantity", _("Reserved"), kind="quantity", precision="item__unit__precision", unit="item__unit__name"),
            Column("kind", _("Kind"), kind="choice"),
        ],
        ledger.kept_of(WorkOrder.doc_type, order.pk), empty=_("Nothing is reserved."),
        note=_("Hard: nobody else can take these goods. Soft: a promise that shows; goods may still leave."),
    )  # fmt: skip


ORDER_TABS = [
    Tab("operations", _("Operations"), tables=_operations, icon="route"),
    Tab("work", _("Issues, reports, receipts"), tables=_documents, icon="activity"),
    Tab("outlook", _("Finish and risk"), tables=_outlook, icon="calendar-stats"),
    Tab("needs", _("Needs"), tables=_needs, icon="zoom-question"),
    Tab("kept", _("Reservations"), tables=_kept, icon="bookmark"),
    Tab("family", _("Family and holds"), tables=_family, icon="sitemap"),
    Tab("closing", _("Close check list"), template="production/_closing.html", context=_closing, icon="checklist"),
    Tab("lots", _("Output and lots"), tables=_outputs, icon="barcode"),
    Tab("labels", _("Carton labels"), template="production/_labels_tab.html", context=lambda user, order: {"kind": "order", "pk": order.pk}, icon="tag"),
]  # fmt: skip
RECEIPT_TABS = [
    Tab("labels", _("Carton labels"), template="production/_labels_tab.html", context=lambda user, document: {"kind": "receipt", "pk": document.pk}, icon="tag"),
]  # fmt: skip

REPORT_LINES = LineGrid(
    "lines", title=_("Operations"), readonly=True,
    columns=[
        "line_no", Column("order__number", _("Work order"), to="production/orders"), Column("order__item__name", _("Product")),
        Column("operation__operation_no", _("Operation number")), Column("operation__name", _("Operation")), Column("good", total=True), "scrap_material",
        "scrap_worker", "rework", "minutes", "labour_minutes", "machine", "cause", Column("subcontractor__name", _("Subcontractor")), Column("labour_value", total=True), "machine_value", "overhead_value",
        Column("subcontract_value", total=True),
    ],
)  # fmt: skip
