"""Order changes and blanket orders on the screen."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.states import Approval, Execution
from gongfang.purchasing import queries
from gongfang.purchasing.models import BlanketLine, Contact
from gongfang.purchasing.rules.inputs import BlanketItem, ChangedLine
from gongfang.purchasing.services import BLANKET, ORDER_CHANGE
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Column,
    Field,
    Filter,
    LineGrid,
    Preset,
    Print,
    Screen,
    Tab,
    Table,
    VerbButton,
)

PRECISION = "item__unit__precision"


def _is_live(document: Any) -> bool:
    return document.approval == Approval.APPROVED and document.execution in (Execution.OPEN, Execution.PARTIAL)


ORDER_CHANGES = Screen(
    "purchasing/order-changes", model="purchasing.OrderChange", title=_("Order changes"), one=_("Order change"), icon="file-diff", order=21,
    view_permission=queries.VIEW_ORDERS,
    columns=["number", Column("order__number", _("Order"), to="purchasing/orders"), Column("order__supplier__name", _("Supplier")), "business_date", "reason",
             "total_before", "total_amount", "increase", "approval"],
    filters=["approval", "business_date", Filter("order__supplier", _("Supplier"), ref="masterdata/suppliers")], search=["number", "order__number", "reason", "order__supplier__name"],
    views=[Preset("draft", _("To approve"), {"approval": ["draft", "submitted"]})],
    header=[Field("order", ref="purchasing/orders", where={"approval": "approved"}, on_edit=False), Field("supplier", _("Supplier"), path="order__supplier__name", kind="text", readonly=True),
            Field("reason", span=2), Field("remark", span=4)],
    lines=LineGrid("lines", make=ChangedLine, fields=[
        Field("order_line", ref="purchasing/order-lines", width=240), Field("quantity_before", readonly=True), Field("quantity", required=False, help=_("Empty: as it is.")),
        Field("price_before", readonly=True), Field("price", required=False, help=_("Empty: as it is.")), Field("due_before", readonly=True), Field("due_date", required=False, help=_("Empty: as it is."))]),
    footer=["total_before", "total_amount", "increase"], state="approval", number="number", date="business_date", document_type="purchasing.order_change",
    create_verb="purchasing.create_order_change", edit_verb="purchasing.change_order_change", editable=lambda row: row.is_editable,
    verbs=[button for button in lifecycle_buttons(ORDER_CHANGE, closable=False) if "unapprove" not in button.verb],
    prints=[Print("change", _("Order change"), signatures=[_("Buyer"), _("Approved by"), _("Supplier (seal)")])],
    teach=_("A change to an approved order shows before and after, is approved by amount like the order, and only then takes effect."),
)  # fmt: skip

BLANKETS = Screen(
    "purchasing/blankets", model="purchasing.Blanket", title=_("Blanket orders"), one=_("Blanket order"), icon="file-stack", order=18,
    view_permission=queries.VIEW_ORDERS,
    columns=["number", Column("supplier__name", _("Supplier"), to="masterdata/suppliers"), "valid_from", "valid_to", Column("total_amount", total=True), "approval",
             Column("execution", _("Called off"))],
    filters=["approval", "execution", Filter("supplier", ref="masterdata/suppliers"), "valid_to", Filter("lines__item", _("Item"))],
    search=["number", "supplier__name", "supplier__pinyin", "lines__item__code", "lines__item__name"],
    views=[Preset("open", _("Something left"), {"approval": "approved", "execution": ["open", "partial"]})],
    header=[Field("supplier", ref="masterdata/suppliers", on_edit=False, fills={"price_includes_tax": "price_includes_tax"}),
            Field("valid_from", default=lambda user: timezone.localdate()), "valid_to", Field("price_includes_tax", required=False), Field("remark", span=4)],
    lines=LineGrid("lines", make=BlanketItem, fields=[
        Field("item", ref="masterdata/items", width=220), Field("spec", _("Specification"), path="item__spec", readonly=True), Field("quantity", total=True, precision=PRECISION),
        Field("unit", _("Unit"), path="item__unit__name", readonly=True), "price", Field("tax_rate", required=False), Field("remark", required=False)],
        columns=[Column("done_quantity", _("Called off"), precision=PRECISION),
                 Column("left", _("Remaining"), kind="quantity", value=lambda line: line.open_quantity, needs=["quantity", "done_quantity", "execution"], precision=PRECISION), "execution"]),
    footer=["total_amount"], state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.blanket",
    create_verb="purchasing.create_blanket", edit_verb="purchasing.change_blanket", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(BLANKET, own=[
        VerbButton("purchasing.call_off", _("Call off everything left"), icon="shopping-cart-down", shown=_is_live, ask=[Field("due_date", _("Delivery date"), kind="date", required=True)],
                   arguments=lambda row, answers: {"blanket_id": row.pk, **answers})]),
    prints=[Print("blanket", _("Blanket order"), words="total_amount", signatures=[_("Buyer"), _("Approved by"), _("Supplier (seal)")])],
    teach=_("A blanket order fixes quantity and price for months; orders call it off until nothing remains."),
)  # fmt: skip

BLANKET_LINES = Screen(
    "purchasing/blanket-lines", model="purchasing.BlanketLine", title=_("Blanket order lines"), one=_("Blanket order line"), icon="list", order=19,
    view_permission=queries.VIEW_ORDERS, number="id", label="{document__number}-{line_no} {item__code}", ordering=["document__valid_to", "id"],
    queryset=lambda user: BlanketLine.objects.filter(document__approval=Approval.APPROVED).select_related("document__supplier", "item__unit"),
    columns=[Column("document__number", _("Blanket order"), to="purchasing/blankets"), Column("document__supplier__name", _("Supplier")), Column("item__code", _("Item code")),
             Column("item__name", _("Name")), Column("quantity", precision=PRECISION, unit="item__unit__name"), Column("done_quantity", _("Called off"), precision=PRECISION),
             Column("left", _("Remaining"), kind="quantity", value=lambda line: line.open_quantity, needs=["quantity", "done_quantity", "execution"], sortable=False, precision=PRECISION),
             "price", Column("document__valid_to", _("Valid to")), "execution"],
    filters=["execution", "item", Filter("document__supplier", _("Supplier"), ref="masterdata/suppliers")], search=["document__number", "item__code", "item__name", "document__supplier__name"],
    views=[Preset("open", _("Something left"), {"execution": ["open", "partial"]})], related=["document__supplier", "item__unit"],
    verbs=[VerbButton("purchasing.call_off_line", _("Call off"), icon="shopping-cart-down", shown=lambda line: line.execution in ("open", "partial"), ask=[
        Field("quantity", _("Quantity"), kind="quantity", required=True), Field("due_date", _("Delivery date"), kind="date", required=True)])],
    teach=_("What remains of every blanket order, item by item."),
)  # fmt: skip


def contacts(user: Any, line: Any) -> Table:
    """When somebody asked the supplier about a line, and what he said."""
    rows = Contact.objects.filter(order_line=line).select_related("made_by")
    return Table(["on", "kind", "note", "promised_date", Column("made_by__name", _("Made by"))], list(rows), empty=_("Nobody has asked yet."))  # fmt: skip


CONTACTS = Tab("contacts", _("Contacts"), tables=contacts, icon="phone")
