"""Subcontracting on the screen: orders, deliveries, receipts, what is at subcontractors' and its reckoning."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.money import ZERO
from gongfang.kernel.states import Approval
from gongfang.production.models import (
    SubcontractMaterial,
    SubcontractOrder,
    SubcontractTransfer,
    WorkOrder,
    WorkOrderOperation,
)
from gongfang.production.permissions import VIEW_ORDERS
from gongfang.production.queries import outside_operations
from gongfang.production.services.subcontract_receiving import reckoning, why_not_undo_receipt
from gongfang.production.services.subcontracting import LIFECYCLE
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Preset, Print, Screen, Tab, Table, VerbButton

PRECISION = "order__item__unit__precision"


def _quantity(path: str, title: Any) -> Column:
    return Column(path, title, kind="quantity")


def _pieces(document: SubcontractOrder) -> Table:
    """Where the pieces of a subcontract order are."""
    one = document.given
    row = {
        "ordered": one.quantity, "sent": one.sent, "good": one.good, "lost": one.lost, "away": one.away, "returned": one.returned,
        "off": one.unworked, "to_do": one.claimed - one.worked,
    }  # fmt: skip
    return Table(
        [
            _quantity("ordered", _("Ordered")), _quantity("sent", _("Pieces sent")), _quantity("good", _("Good")), _quantity("lost", _("Lost or scrap")),
            _quantity("away", _("Still away")), _quantity("returned", _("Returned unworked")),
            _quantity("off", _("Off this order")), _quantity("to_do", _("Still to do there")),
        ],
        [row], title=_("Pieces"),
        note=_("What came back unworked is off this order: report it at the operation, or give it to another subcontractor. Sent again it counts here again."),
    )  # fmt: skip


def outside_tables(order: WorkOrder, operations: Sequence[WorkOrderOperation]) -> list[Table]:
    """On a work order: which subcontractors have pieces of its outside operations, and what came back unworked. Two statements."""
    steps = [row for row in operations if row.is_subcontracted]
    if not steps:
        return []
    where = outside_operations([operations], {order.pk: order.quantity})
    rows = [
        {"operation": str(row), "there": one.there, "open": max(one.open, ZERO), "away": one.away, "back": one.for_here, "here": max(one.without_order, ZERO)}
        for row in steps
        for one in [where[row.pk]]
    ]  # fmt: skip
    given = order.subcontracts.exclude(approval=Approval.VOID).select_related("partner", "operation").order_by("pk")
    return [
        Table(
            [
                Column("operation", _("Outside operation")), _quantity("there", _("Arrived")), _quantity("open", _("Not given out")),
                _quantity("away", _("Still away")), _quantity("back", _("Back unworked, to be done")),
                _quantity("here", _("Done here")),
            ],
            rows, title=_("Outside operations"),
        ),
        Table(
            [
                Column("number", _("Subcontract order"), to=""), Column("operation__name", _("Operation")),
                Column("partner__name", _("Subcontractor")), _quantity("quantity", _("Ordered")), _quantity("sent_quantity", _("Pieces sent")),
                _quantity("received_quantity", _("Good")), _quantity("lost_quantity", _("Lost or scrap")),
                _quantity("returned_quantity", _("Returned unworked")), _quantity("away_quantity", _("Still away")),
                Column("due", _("Due"), kind="date"), Column("approval", _("Approval"), kind="state"), Column("execution", _("Execution"), kind="state"),
            ],
            list(given), title=_("Subcontract orders"), empty=_("Nothing is given out yet."),
        ),
    ]  # fmt: skip


def _reckoning(user: Any, document: SubcontractOrder) -> list[Table]:
    """Pieces, and material sent, returned, used against what the work should have taken."""
    rows = list(document.materials.select_related("material", "item__unit", "document"))
    return [
        _pieces(document),
        Table(
            [
                Column("code", _("Component")), Column("name", _("Name")), _quantity("sent", _("Sent")), _quantity("returned", _("Returned")),
                _quantity("used", _("Used")), _quantity("standard", _("Should have taken")), _quantity("loss", _("Loss")),
                _quantity("left", _("Still there")), Column("unit", _("Unit")),
            ],
            reckoning(rows), title=_("Material reckoned"), empty=_("No material goes to the subcontractor."),
            note=_("Receive with what was really used, take back what is left; what is lost may be charged to the subcontractor."),
        )
    ]  # fmt: skip


def _papers(user: Any, document: SubcontractOrder) -> list[Table]:
    date, number = Column("business_date", _("Date"), kind="date"), Column("number", _("Document"))
    live = {"approval": Approval.APPROVED}
    return [
        Table(
            [date, number, Column("kind", _("Kind"), kind="text", value=lambda row: row.get_kind_display()), _quantity("pieces", _("Pieces")), Column("created_by__name", _("Made by"))],
            list(document.transfers.filter(**live).select_related("created_by").order_by("pk")), title=_("Subcontract deliveries"),
        ),
        Table(
            [date, number, _quantity("good", _("Good")), _quantity("scrap", _("Lost or scrap")),
             Column("fee", _("Processing fee"), kind="money", scope="cost"), Column("deduction", _("Charged for losses"), kind="money", scope="cost"),
             Column("invoiced", _("Invoiced"), kind="money", scope="cost"), Column("report__number", _("Work report")),
             Column("output__number", _("Production receipt"))],
            list(document.receipts.filter(**live).select_related("report", "output").order_by("pk")), title=_("Subcontract receipts"),
        ),
    ]  # fmt: skip


def _used(user: Any, document: Any) -> list[Table]:
    rows = document.issue.lines.select_related("item__unit", "lot") if document.issue else []
    return [
        Table(
            [Column("item__code", _("Component")), Column("item__name", _("Name")), Column("lot__code", _("Lot")), _quantity("quantity", _("Quantity")),
             Column("item__unit__name", _("Unit")), Column("value", _("Value"), kind="money", scope="cost")],
            list(rows), title=_("Material used"), empty=_("No material was reckoned."),
        )
    ]  # fmt: skip


def _live(document: Any) -> bool:
    return document.approval == Approval.APPROVED


def _empty(user: Any) -> None:
    """A form begins without the column's 0, so that what is agreed is taken."""


SUBCONTRACTS = Screen(
    "production/subcontracts", model="production.SubcontractOrder", title=_("Subcontract orders"), one=_("Subcontract order"),
    icon="truck-loading", order=40, view_permission=VIEW_ORDERS,
    columns=[
        "number", Column("partner__name", _("Subcontractor"), to="masterdata/partners"), Column("order__number", _("Work order"), to="production/orders"),
        Column("order__item__name", _("Product")), Column("operation__name", _("Operation")), Column("quantity", precision=PRECISION, total=True),
        Column("sent_quantity", precision=PRECISION), Column("returned_quantity", precision=PRECISION, hidden=True),
        Column("received_quantity", precision=PRECISION, total=True),
        Column("lost_quantity", precision=PRECISION), "due", "price", Column("fee_value", total=True), "approval", "execution",
        Column("is_whole", hidden=True),
    ],
    filters=["approval", "execution", Filter("partner", ref="masterdata/subcontractors"), Filter("order", _("Work order")),
             Filter("order__item", _("Product")), "due", "is_whole"],
    views=[Preset("open", _("Unfinished"), {"approval": "approved", "execution": ["open", "partial"]})],
    search=["number", "order__number", "partner__name", "partner__pinyin", "order__item__code"], ordering=["-id"],
    header=[
        Field("order", ref="production/orders", on_edit=False), Field("operation_no", _("Operation number"), path="operation__operation_no", kind="number",
              required=False, on_edit=False, help=_("Empty: the whole order.")),
        Field("partner", ref="masterdata/subcontractors", on_edit=False, required=False, help=_("Empty: as the routing says.")),
        Field("quantity", required=False, help=_("Empty: all that is not given out yet.")), Field("price", required=False, default=_empty, help=_("Empty: as the routing says.")),
        Field("tax_rate", required=False, default=_empty, help=_("Empty: the subcontractor's.")),
        Field("due", default=lambda user: timezone.localdate() + timedelta(days=7)), Field("loss_tolerance", default=0), Field("remark", span=4),
    ],
    lines=LineGrid(
        "materials", title=_("Material to be sent"), readonly=True, on_create=False, on_edit=False,
        columns=[Column("item__code", _("Component"), to="masterdata/items"), Column("item__name", _("Name")), Column("quantity", unit="item__unit__name"),
                 "sent_quantity", "returned_quantity", Column("done_quantity", _("Used")), "execution"],
    ),
    state="approval", second_state="execution", create_verb="production.create_subcontract_order", edit_verb="production.edit_subcontract_order",
    editable=lambda document: document.is_editable, document_type=SubcontractOrder.doc_type, number="number", date="due", label="{number}",
    lookup=["number", "partner__name", "order__number", "operation__name"],
    verbs=lifecycle_buttons(
        LIFECYCLE,
        [
            VerbButton("production.send_subcontract", _("Send all that waits"), icon="truck-delivery", shown=_live,
                       arguments=lambda document, answers: {"subcontract_id": document.pk}),
            VerbButton("production.receive_subcontract", _("Receive"), icon="package-import", shown=_live, page="/production/subcontract-receipts/new?subcontract",
                       ask=[Field("good", _("Good"), kind="quantity", required=True), Field("scrap", _("Lost or scrap"), kind="quantity"),
                            Field("deduction", _("Charged for losses"), kind="money", scope="cost"), Field("cause", _("Cause"), max_length=100),
                            Field("lot_code", _("Lot"), max_length=60)],
                       arguments=lambda document, answers: {"subcontract_id": document.pk, **{k: v for k, v in answers.items() if v is not None}}),
            VerbButton("production.resize_subcontract_order", _("Order more or fewer"), icon="arrows-diff", shown=_live, primary=False,
                       ask=[Field("quantity", _("Quantity"), kind="quantity", required=True, help=_("No fewer than are sent, worked or came back unworked.")),
                            Field("reason", _("Reason"), required=True, max_length=200)],
                       arguments=lambda document, answers: {"subcontract_id": document.pk, **answers}),
            VerbButton("production.reckon_loss", _("Reckon a loss"), icon="scale", shown=_live, primary=False,
                       ask=[Field("item", _("Component"), kind="ref", ref="masterdata/items", required=True),
                            Field("quantity", _("Lost quantity"), kind="quantity", required=True),
                            Field("deduction", _("Charged for losses"), kind="money", scope="cost"), Field("reason", _("Reason"), required=True, max_length=200)],
                       arguments=lambda document, answers: {"subcontract_id": document.pk, "item_id": getattr(answers["item"], "pk", answers["item"]),
                                                            **{k: v for k, v in answers.items() if k != "item" and v is not None}}),
            VerbButton("production.return_subcontract", _("Take back what is left"), icon="truck-return", shown=_live, primary=False,
                       page="/production/subcontract-returns/new?subcontract",
                       ask=[Field("pieces", _("Pieces not worked on"), kind="quantity", help=_("They are off the order: done here or by another subcontractor."))],
                       arguments=lambda document, answers: {"subcontract_id": document.pk, "everything": True, "pieces": answers.get("pieces") or 0}),
        ],
        closable=False,
    ),
    tabs=[Tab("reckoning", _("Pieces and material"), tables=_reckoning, icon="scale"), Tab("papers", _("Deliveries and receipts"), tables=_papers, icon="files")],
    prints=[
        Print("order", _("Subcontract order"), grid="materials", qr=lambda document: document.number, signatures=[_("Planner"), _("Subcontractor")],
              header=[Field("number"), Field("partner"), Field("order"), Field("item", _("Product"), path="order__item__name"),
                      Field("operation"), "quantity", "price", "due", "remark"],
              columns=["line_no", Column("item__code", _("Component")), Column("item__name", _("Name")), Column("item__spec", _("Specification")),
                       Column("quantity", _("Quantity"), kind="quantity"), Column("item__unit__name", _("Unit"))]),
    ],
    teach=_("Work that somebody else does: one operation of a work order, or all of it. Material stays ours until it is used."),
)  # fmt: skip

_UNDO: dict[str, Any] = {"icon": "rotate-2", "primary": False, "danger": True, "opens": "document", "shown": _live}
TRANSFERS = Screen(
    "production/subcontract-transfers", model="production.SubcontractTransfer", title=_("Subcontract deliveries"), one=_("Subcontract delivery"),
    icon="truck-delivery", order=42, view_permission=VIEW_ORDERS,
    columns=["number", "business_date", "kind", Column("subcontract__partner__name", _("Subcontractor")),
             Column("subcontract__number", _("Subcontract order"), to="production/subcontracts"), "pieces", "approval", Column("created_by__name", _("Made by"))],
    filters=["business_date", "kind", "approval", Filter("subcontract__partner", _("Subcontractor")), Filter("lines__item", _("Item"))],
    search=["number", "subcontract__number", "subcontract__order__number", "subcontract__partner__name"], ordering=["-id"], state="approval",
    number="number", date="business_date", label="{number}",
    header=[Field("subcontract", ref="production/subcontracts", where={"approval": "approved"}), Field("pieces", required=False),
            Field("on", path="business_date", required=False, default="today"), Field("remark", span=2)],
    lines=LineGrid(
        "lines", title=_("Material"), at_least=0,
        fields=[Field("item", ref="masterdata/items"), Field("item_name", _("Name"), path="item__name", readonly=True), "quantity", "lot",
                Field("warehouse", required=False)],
        columns=[Column("value", total=True)], teach=_("Leave the lines empty to send everything that is still needed."),
    ),
    create_verb="production.send_subcontract",
    verbs=[VerbButton("production.undo_subcontract_transfer", _("Undo"), ask=[Field("reason", _("Reason"), max_length=200)], **_UNDO)],
    prints=[
        Print("note", _("Subcontract delivery note"), grid="lines", qr=lambda document: document.number, signatures=[_("Keeper"), _("Subcontractor")],
              header=[Field("number"), "business_date", Field("subcontract"), Field("partner", _("Subcontractor"), path="subcontract__partner__name"), "pieces", "remark"],
              columns=["line_no", Column("item__code", _("Component")), Column("item__name", _("Name")), Column("lot__code", _("Lot")),
                       Column("quantity", _("Quantity"), kind="quantity"), Column("item__unit__name", _("Unit"))]),
    ],
    teach=_("Material and pieces that went to a subcontractor, or came back unused."),
)  # fmt: skip


def _left_there(user: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """A return begins with everything that is still at the subcontractor's."""
    asked = str(given.get("subcontract", ""))
    rows = (
        SubcontractMaterial.objects.filter(document=int(asked)).order_by("line_no")
        if asked.isdigit() and len(asked) < 19
        else []
    )
    return {"lines": [{"item": row.item_id, "quantity": row.left} for row in rows if row.left > 0]}


UNUSED = TRANSFERS.with_(
    key="production/subcontract-returns", title=_("Subcontract returns"), one=_("Subcontract return"), icon="truck-return", order=43,
    queryset=lambda user: SubcontractTransfer.objects.filter(kind="return"), create_verb="production.return_subcontract", initial=_left_there,
    header=[Field("subcontract", ref="production/subcontracts", where={"approval": "approved"}),
            Field("pieces", _("Pieces not worked on"), required=False, help=_("They are off the order: done here or by another subcontractor.")), Field("on", path="business_date", required=False, default="today"), Field("remark", span=2)],
    lines=replace(TRANSFERS.grids[0], teach=_("What comes back unused, of which lot, into which warehouse; strike out what stays there.")),
    prints=[], teach=_("Material and pieces that came back from a subcontractor unused, all or in part."),
)  # fmt: skip
RECEIPTS = Screen(
    "production/subcontract-receipts", model="production.SubcontractReceipt", title=_("Subcontract receipts"), one=_("Subcontract receipt"),
    icon="truck-return", order=44, view_permission=VIEW_ORDERS,
    columns=["number", "business_date", Column("subcontract__partner__name", _("Subcontractor")),
             Column("subcontract__number", _("Subcontract order"), to="production/subcontracts"), Column("good", total=True), Column("scrap", total=True),
             Column("fee", total=True), Column("deduction", total=True), Column("invoiced", total=True), "approval"],
    filters=["business_date", "approval", Filter("subcontract__partner", _("Subcontractor")), Filter("subcontract__order", _("Work order"))],
    search=["number", "subcontract__number", "subcontract__order__number", "subcontract__partner__name"], ordering=["-id"], state="approval",
    number="number", date="business_date", label="{number}",
    header=[Field("subcontract", ref="production/subcontracts", where={"approval": "approved"}), Field("good"), Field("scrap", required=False),
            Field("fee", required=False, default=_empty, help=_("Empty: by the agreed price.")), Field("deduction", required=False),
            Field("cause", _("Cause"), kind="text", required=False, max_length=100, on_edit=False), Field("lot_code", _("Lot"), kind="text", required=False, max_length=60, on_edit=False,
                  help=_("Empty: the order's lot, else its number.")), Field("on", path="business_date", required=False, default="today"), Field("remark", span=2)],
    lines=LineGrid(
        "lines", title=_("Really used"), at_least=0,
        fields=[Field("item", ref="masterdata/items"), Field("item_name", _("Name"), path="item__name", readonly=True), Field("quantity", minimum=0),
                Field("lot", ref="inventory/lots", required=False)],
        columns=["standard", Column("loss", _("Loss"), kind="quantity", value=lambda row: row.loss, needs=["quantity", "standard"]),
                 Column("item__unit__name", _("Unit"))],
        teach=_("Components left out take what the bill of materials says. Enter those of which more or less was used, 0 where none was."),
    ),
    tabs=[Tab("material", _("Material used"), tables=_used, icon="package")],
    create_verb="production.receive_subcontract",
    verbs=[
        VerbButton("production.undo_subcontract_receipt", _("Undo"), possible=why_not_undo_receipt, ask=[Field("reason", _("Reason"), max_length=200)], **_UNDO),
        VerbButton("finance.invoice_fees", _("Enter invoice"), icon="file-import", batch=True, ask=[Field("invoice_no", _("Invoice number"), required=True, max_length=30),
                   Field("net_amount", _("Net amount"), kind="money", scope="cost", help=_("Empty: as booked."))],
                   shown=lambda document: _live(document) and document.net > document.invoiced),
    ],
    views=[Preset("open", _("To be invoiced"), {"approval": "approved"})],
    teach=_("Work that came back from a subcontractor: good and lost pieces, the fee, the material it took."),
)  # fmt: skip


def _rows(user: Any) -> Any:
    return SubcontractMaterial.objects.exclude(document__approval="void").filter(sent_quantity__gt=0)


OUTSIDE = Screen(
    "production/outside", model="production.SubcontractMaterial", title=_("Stock at subcontractors"), one=_("Material at a subcontractor"),
    icon="building-factory", order=46, view_permission=VIEW_ORDERS, queryset=_rows, number="item__code",
    columns=[
        Column("document__partner__name", _("Subcontractor")), Column("document__number", _("Subcontract order"), to="production/subcontracts"),
        Column("document__order__number", _("Work order")), Column("item__code", _("Item"), to="masterdata/items"), Column("item__name", _("Name")),
        Column("sent_quantity", precision="item__unit__precision", total=True), Column("returned_quantity", precision="item__unit__precision"),
        Column("done_quantity", _("Used"), precision="item__unit__precision"),
        Column("left", _("Still there"), kind="quantity", value=lambda row: row.left, needs=["sent_quantity", "returned_quantity", "done_quantity"],
               precision="item__unit__precision", unit="item__unit__name", sortable=False),
    ],
    filters=[Filter("document__partner", _("Subcontractor")), Filter("item", _("Item")), Filter("document__order", _("Work order"))],
    search=["item__code", "item__name", "document__partner__name", "document__number"], ordering=["document__partner", "item__code"], label="{item__code}",
    header=["document", "item", "sent_quantity", "returned_quantity", Field("done_quantity", _("Used"))],
    teach=_("What of ours is at subcontractors', for which order, and what of it is used."),
)  # fmt: skip
SCREENS = [SUBCONTRACTS, TRANSFERS, UNUSED, RECEIPTS, OUTSIDE]
