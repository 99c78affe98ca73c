"""Purchasing on the screen: what the buyer orders, what the keeper receives."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.states import Approval, Execution
from gongfang.masterdata.queries import counts_in_two_units, units_offered
from gongfang.platform.identity.scopes import scoped
from gongfang.purchasing import desk, pages, queries, sourcing, suppliers
from gongfang.purchasing.models import Arrival, ContactKind, PurchaseOrder, PurchaseOrderLine, Receipt, Requisition
from gongfang.purchasing.rules.inputs import (
    AskedItem,
    IncomingGoods,
    OfferedPrice,
    OrderLine,
    RequisitionItem,
    ReturnedGoods,
)
from gongfang.purchasing.services import ARRIVAL, ORDER, RECEIPT, REQUISITION, RETURN, RFQ
from gongfang.purchasing.services.incoming import needs_accepting
from gongfang.purchasing.services.lines import agreed_prices
from gongfang.purchasing.services.taking_over import has_consigned
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    ExtraTab,
    Field,
    Figure,
    Filter,
    LineGrid,
    ListVerb,
    Page,
    Preset,
    Print,
    ProcessBox,
    Scan,
    Screen,
    Tab,
    Tile,
    VerbButton,
)

PRECISION = "item__unit__precision"
OPEN = ["open", "partial"]


def _agreed_prices(user: Any, given: Mapping[str, str], pks: list[int]) -> dict[int, dict[str, Any]]:
    """What is agreed with the supplier of the header."""
    if not given.get("supplier", "").isdigit():
        return {}
    with_tax = given.get("price_includes_tax") == "1"
    found = agreed_prices(pks, int(given["supplier"]), timezone.localdate(), includes_tax=with_tax)
    return {pk: {"price": price} for pk, price in found.items()}


ITEM_FIELDS = [
    Field("item", ref="masterdata/items", width=200, fills={"unit": "unit"}, fill_with=_agreed_prices),
    Field("spec", _("Specification"), path="item__spec", readonly=True, width=140),
]  # fmt: skip
AMOUNTS = ["net_amount", "tax_amount", "total_amount"]


def today(user: Any) -> Any:
    """Default of date fields."""
    return timezone.localdate()


def is_live(document: Any) -> bool:
    """Approved, with something still open."""
    return document.approval == Approval.APPROVED and document.execution in (Execution.OPEN, Execution.PARTIAL)


def in_warehouse(model: Any) -> Callable[[Any], QuerySet[Any]]:
    """Rows of the warehouses a person works in."""
    return lambda user: scoped(model.objects.all(), user, warehouse="warehouse__code")


def _confirmed(rows: Any, value: Any) -> Any:
    """Filter "confirmed": yes or no."""
    return rows.filter(confirmed_on__isnull=value == "no")


def _pressing(rows: Any, value: Any) -> Any:
    """Filter "pressing": lines to expedite, or the others."""
    pressing = queries.expected_late(timezone.localdate()).order_by().values("pk")
    return rows.filter(pk__in=pressing) if value == "yes" else rows.exclude(pk__in=pressing)


def _promised_late(line: Any) -> int | None:
    """Days that the promise lies after the day asked for."""
    return max((line.promised_date - line.due_date).days, 0) if line.promised_date else None


ORDERS = Screen(
    "purchasing/orders", model="purchasing.PurchaseOrder", title=_("Purchase orders"), one=_("Purchase order"), icon="shopping-cart", order=20,
    view_permission=queries.VIEW_ORDERS, queryset=in_warehouse(PurchaseOrder),
    columns=[
        "number", Column("supplier__name", _("Supplier"), to="masterdata/suppliers"), "business_date", "due_date", Column("total_amount", total=True),
        "approval", "execution", Column("buyer__name", _("Buyer")), Column("confirmed_on", hidden=True), Column("net_amount", hidden=True, total=True),
        Column("supplier_reference", hidden=True), Column("revision", hidden=True),
    ],
    filters=["approval", "execution", Filter("supplier", ref="masterdata/suppliers"), "business_date", "due_date", "buyer", "warehouse",
             Filter("lines__item", _("Item")), Filter("total_amount"),
             Filter("confirmed", _("Confirmed"), kind="choice", choices=[("yes", _("Yes")), ("no", _("No"))], apply=_confirmed)],
    search=["number", "supplier__name", "supplier__short_name", "supplier__pinyin", "supplier_reference", "lines__item__code", "lines__item__name"],
    views=[
        Preset("open", _("Open orders"), {"approval": "approved", "execution": OPEN}), Preset("draft", _("To approve"), {"approval": ["draft", "submitted"]}),
        Preset("unconfirmed", _("Not confirmed"), {"approval": "approved", "execution": OPEN, "confirmed": "no"}), Preset("mine", _("My orders"), {"buyer": "@me"}),
    ],
    header=[
        Field("supplier", ref="masterdata/suppliers", fills={"price_includes_tax": "price_includes_tax", "payment_days": "payment_days"}),
        Field("business_date", default=today, required=False), Field("due_date", required=False), "warehouse",
        Field("buyer", required=False), Field("price_includes_tax", required=False), Field("payment_days", required=False),
        "supplier_reference", Field("remark", span=4),
    ],
    lines=LineGrid(
        "lines", make=OrderLine,
        fields=[
            *ITEM_FIELDS, Field("quantity", _("Quantity"), path="unit_quantity", kind="quantity", total=True, minimum=0),
            Field("unit", required=False, help=_("Empty: the item's base unit.")), Field("price", required=False, help=_("Empty: the agreed price.")),
            Field("discount", required=False, default=0), Field("tax_rate", required=False),
            Field("amount", _("Amount"), path="total_amount", readonly=True, total=True, formula="quantity * price * (1 - discount)"),
            Field("due_date", required=False), Field("over_receipt", required=False), Field("over_mode", required=False, help=_("Empty: as the item says.")), Field("under_receipt", required=False), Field("need", required=False), Field("remark", required=False),
        ],
        columns=[
            Column("received_quantity", precision=PRECISION), Column("returned_quantity", precision=PRECISION),
            Column("invoiced_quantity", precision=PRECISION), Column("on_way_quantity", precision=PRECISION, hidden=True), "promised_date", "execution",
        ],
    ),
    footer=AMOUNTS, state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.order",
    create_verb="purchasing.create_order", edit_verb="purchasing.change_order", editable=lambda order: order.is_editable,
    verbs=lifecycle_buttons(ORDER, own=[
        VerbButton("purchasing.receive_order", _("Receive all"), icon="package-import", shown=is_live,
                   ask=[Field("delivery_note", _("Delivery note"), max_length=60)],
                   confirm=_("Take everything that is open of this order into stock?")),
        VerbButton("purchasing.take_over", _("Take over"), icon="heart-handshake", primary=False, shown=lambda order: is_live(order) and has_consigned(order),
                   confirm=_("Take over what is open of this order from the goods the supplier has consigned?")),
        VerbButton("purchasing.push_arrival", _("Make arrival"), icon="truck-delivery", shown=is_live, batch=True),
        VerbButton("purchasing.confirm_order", _("Confirmed by supplier"), icon="calendar-check", shown=is_live, primary=False, opens="document",
                   ask=[Field("promised_date", _("Promised date"), kind="date"), Field("supplier_reference", _("Supplier's reference"), max_length=60)]),
    ]),
    prints=[
        Print("order", _("Purchase order"), words="total_amount", signatures=[_("Buyer"), _("Approved by"), _("Supplier (seal)")], blank_rows=5,
              header=["number", Field("supplier", path="supplier__name"), Field("contact", _("Contact"), path="supplier__contact"),
                      Field("phone", _("Phone"), path="supplier__phone"), "business_date", "due_date", "payment_days", Field("warehouse", path="warehouse__name"), "remark"],
              columns=["line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification")),
                       Column("unit_quantity", _("Quantity")), Column("unit__name", _("Unit")), "price", "tax_rate", "total_amount", "due_date"],
              totals=AMOUNTS),
    ],
    teach=_("A purchase order asks a supplier for goods. Planning drafts them; you can also add one here."),
)  # fmt: skip

ORDER_LINES = Screen(
    "purchasing/order-lines", model="purchasing.PurchaseOrderLine", title=_("Expediting list"), one=_("Order line"), icon="bell-ringing", order=22,
    view_permission=queries.VIEW_ORDERS, ordering=["due_date", "id"], number="id", label="{document__number}-{line_no} {item__code}",
    queryset=lambda user: queries.with_contacts(PurchaseOrderLine.objects.filter(document__approval=Approval.APPROVED)).select_related("document__supplier", "item__unit"),
    columns=[
        Column("document__number", _("Order"), to="purchasing/orders"), "line_no", Column("document__supplier__name", _("Supplier")),
        Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification"), hidden=True),
        Column("quantity", precision=PRECISION, unit="item__unit__name"), Column("done_quantity", _("Received"), precision=PRECISION),
        Column("open", _("Open"), kind="quantity", value=lambda line: line.open_quantity, needs=["quantity", "done_quantity", "execution"], sortable=False),
        "due_date", "promised_date",
        Column("late", _("Days late"), kind="number", sortable=False, needs=["due_date", "promised_date", "execution"],
               value=lambda line: max((timezone.localdate() - line.due).days, 0) if line.execution in OPEN else None),
        Column("promised_late", _("Promised days late"), kind="number", sortable=False, needs=["due_date", "promised_date"], value=_promised_late),
        Column("asked_on", _("Last asked"), kind="date"), Column("contact_count", _("Times asked"), kind="number", hidden=True), Column("document__confirmed_on", _("Confirmed on"), hidden=True),
        Column("price", hidden=True), Column("need", hidden=True), "execution",
    ],
    filters=["execution", "due_date", "item", Filter("document__supplier", _("Supplier"), ref="masterdata/suppliers"), Filter("document__buyer", _("Buyer")),
             Filter("pressing", _("To expedite"), kind="choice", choices=[("yes", _("Yes")), ("no", _("No"))], apply=_pressing)],
    search=["document__number", "item__code", "item__name", "item__pinyin", "document__supplier__name"],
    views=[Preset("pressing", _("To expedite"), {"pressing": "yes"}), Preset("open", _("Open"), {"execution": OPEN}), Preset("late", _("Overdue"), {"execution": OPEN, "due_date": "@past"})],
    lookup=[Column("document__number", _("Order")), Column("item__code", _("Item code")), Column("item__name", _("Name")),
            Column("open", _("Open"), kind="quantity", value=lambda line: line.open_quantity, needs=["quantity", "done_quantity", "execution"]), "due_date"],
    related=["document__supplier", "item__unit"], row_class=lambda line: "late" if line.execution in OPEN and line.due < timezone.localdate() else "",
    tabs=[sourcing.CONTACTS],
    verbs=[VerbButton("purchasing.log_contact", _("Log contact"), icon="phone", batch=True, opens="document", shown=lambda line: line.execution in OPEN,
                      arguments=lambda line, answers: {"line_ids": [line.pk], **answers}, ask=[
        Field("kind", _("Kind"), kind="choice", choices=ContactKind.choices, default="call"), Field("note", _("What was said"), max_length=200),
        Field("promised_date", _("Promised date"), kind="date", required=False)])],
    teach=_("Every line of an approved order, by date: what is late stands on top."),
)  # fmt: skip

ENTERED_UNIT = Field("unit", _("Unit"), path="item__unit", kind="ref", ref="masterdata/units", required=False, where=units_offered, width=90,
                     help=_("Another unit of the item is turned into its base unit when it is saved."))  # fmt: skip
GOODS_FIELDS = [
    Field("order_line", ref="purchasing/order-lines", width=220), Field("item_text", _("Item"), path="item", readonly=True, kind="text", width=200), Field("quantity", total=True, precision=PRECISION),
    ENTERED_UNIT, Field("lot_code", required=False, max_length=4000, width=150, help=_("Empty: made by the system. Serial numbers: SN001-SN010, SN015.")),
    Field("second", _("Second quantity"), path="second_quantity", kind="quantity", required=False, minimum=0, precision="item__second_unit__precision",
          offered=counts_in_two_units, help=_("Of items counted in two units. Empty: by the item's factor.")),
    Field("second_unit", _("Second unit"), path="item__second_unit__name", readonly=True, kind="text", offered=counts_in_two_units),
    Field("made_on", required=False), Field("expires_on", required=False), Field("remark", required=False),
]  # fmt: skip


def _open_lines(given: Mapping[str, str]) -> dict[str, Any]:
    """The order lines of the supplier that may still bring goods."""
    return {"execution__in": OPEN} | ({"document__supplier": given["supplier"]} if given.get("supplier") else {})


GOODS_SCAN = Scan("order_line", item_path="item_id", lot="lot_code", among=_open_lines)
GOODS_HEADER = [
    Field("supplier", ref="masterdata/suppliers", on_edit=False), Field("business_date", default=today, required=False),
    Field("warehouse", required=False), "delivery_note", Field("remark", span=4),
]  # fmt: skip
GOODS_FILTERS = [
    "approval",
    Filter("supplier", ref="masterdata/suppliers"),
    "business_date",
    "warehouse",
    Filter("lines__item", _("Item")),
]
GOODS_SEARCH = [
    "number",
    "supplier__name",
    "supplier__pinyin",
    "delivery_note",
    "lines__item__code",
    "lines__item__name",
    "lines__lot_code",
]


def _accept(verb: str) -> VerbButton:
    """Accept more than the tolerance allows, where the company lets somebody accept it."""
    return VerbButton(verb, _("Accept excess"), icon="checks", primary=False, opens="document", ask=[Field("reason", _("Reason"), required=True, max_length=200)],
                      shown=lambda row: row.is_editable and needs_accepting(row))  # fmt: skip


ARRIVALS = Screen(
    "purchasing/arrivals", model="purchasing.Arrival", title=_("Arrivals"), one=_("Arrival"), icon="truck-delivery", order=30,
    view_permission=queries.VIEW_RECEIPTS, queryset=in_warehouse(Arrival),
    columns=["number", Column("supplier__name", _("Supplier")), "business_date", "delivery_note", Column("warehouse__name", _("Warehouse")), "approval",
             "execution", Column("created_by__name", _("Made by"), hidden=True)],
    filters=GOODS_FILTERS, search=GOODS_SEARCH, views=[Preset("draft", _("To receive"), {"approval": ["draft", "submitted"]})], header=GOODS_HEADER,
    lines=LineGrid("lines", make=IncomingGoods, fields=GOODS_FIELDS, columns=["is_inspected", "execution"], scan=GOODS_SCAN),
    state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.arrival",
    create_verb="purchasing.create_arrival", edit_verb="purchasing.change_arrival", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(ARRIVAL, closable=False, own=[_accept("purchasing.accept_arrival_excess")]),
    prints=[Print("arrival", _("Arrival"), signatures=[_("Warehouse"), _("Inspector")])],
    teach=_("An arrival is what a lorry brought. Approving it takes the goods into stock; inspected items wait for the inspector."),
)  # fmt: skip

RECEIPTS = Screen(
    "purchasing/receipts", model="purchasing.Receipt", title=_("Purchase receipts"), one=_("Purchase receipt"), icon="package-import", order=32,
    view_permission=queries.VIEW_RECEIPTS, queryset=in_warehouse(Receipt),
    columns=["number", Column("supplier__name", _("Supplier")), "business_date", "delivery_note", Column("warehouse__name", _("Warehouse")),
             Column("net_amount", total=True), "approval", Column("execution", _("Invoiced")), Column("total_amount", hidden=True, total=True), Column("is_take_over", hidden=True)],
    filters=[*GOODS_FILTERS, "execution", "is_take_over"], search=GOODS_SEARCH,
    views=[Preset("draft", _("To receive"), {"approval": ["draft", "submitted"]}), Preset("month", _("This month"), {"business_date": "@month"}),
           Preset("uninvoiced", _("Not invoiced"), {"approval": "approved", "execution": OPEN})],
    header=GOODS_HEADER,
    lines=LineGrid("lines", make=IncomingGoods, fields=GOODS_FIELDS, scan=GOODS_SCAN,
                   columns=["price", "net_amount", "tax_amount", "is_inspected", Column("returned_quantity", precision=PRECISION),
                            Column("done_quantity", _("Invoiced"), precision=PRECISION), Column("on_way_quantity", precision=PRECISION, hidden=True)]),
    footer=AMOUNTS, state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.receipt",
    create_verb="purchasing.create_receipt", edit_verb="purchasing.change_receipt", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(RECEIPT, closable=False, own=[
        _accept("purchasing.accept_excess"),
        VerbButton("finance.invoice_receipts", _("Enter invoice"), icon="file-import", shown=is_live, batch=True,
                   ask=[Field("invoice_no", _("Invoice number"), required=True, max_length=30), Field("business_date", _("Date"), kind="date")]),
        VerbButton("purchasing.return_receipt", _("Return to supplier"), icon="package-export", primary=False,
                   shown=lambda row: row.approval == Approval.APPROVED,
                   ask=[Field("reason", _("Reason"), required=True, max_length=200),
                        Field("handling", _("Handling"), kind="choice", choices=[("credit", _("Refund")), ("replace", _("Replacement"))], default="credit")]),
    ]),
    prints=[
        Print("receipt", _("Purchase receipt"), signatures=[_("Delivered by"), _("Warehouse"), _("Buyer")], paper="241", blank_rows=6,
              header=["number", Field("supplier", path="supplier__name"), "business_date", Field("warehouse", path="warehouse__name"), "delivery_note", "remark"],
              columns=["line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification")), "quantity",
                       Column("item__unit__name", _("Unit")), "lot_code", "price", "net_amount"],
              totals=["net_amount"]),
    ],
    teach=_("A receipt takes bought goods into stock at the order's price. Most come from arrivals or from the order's button."),
)  # fmt: skip

RECEIPT_LINES = Screen(
    "purchasing/receipt-lines", model="purchasing.ReceiptLine", title=_("Receipt lines"), one=_("Receipt line"), icon="list", menu=False,
    view_permission=queries.VIEW_RECEIPTS, number="id", label="{document__number}-{line_no} {item__code}", ordering=["-id"],
    columns=[Column("document__number", _("Receipt"), to="purchasing/receipts"), "line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")),
             Column("quantity", precision=PRECISION), Column("returned_quantity", precision=PRECISION), "lot_code", "net_amount"],
    filters=["item", Filter("document__supplier", _("Supplier"), ref="masterdata/suppliers"), Filter("document__business_date", _("Date"))],
    search=["document__number", "item__code", "item__name", "lot_code"], related=["document", "item__unit"],
    lookup=[Column("document__number", _("Receipt")), Column("item__code", _("Item code")), Column("item__name", _("Name")), "lot_code", "quantity", "returned_quantity"],
)  # fmt: skip

RETURNS = Screen(
    "purchasing/returns", model="purchasing.PurchaseReturn", title=_("Purchase returns"), one=_("Purchase return"), icon="package-export", order=34,
    view_permission=queries.VIEW_RECEIPTS,
    columns=["number", Column("supplier__name", _("Supplier")), "business_date", "handling", "reason", Column("net_amount", total=True), "approval"],
    filters=["approval", Filter("supplier", ref="masterdata/suppliers"), "business_date", "handling", "warehouse"],
    search=["number", "supplier__name", "reason", "lines__item__code"], views=[Preset("draft", _("To send back"), {"approval": ["draft", "submitted"]})],
    header=[Field("supplier", ref="masterdata/suppliers", on_edit=False), Field("warehouse", on_edit=False), Field("business_date", default=today, required=False),
            "handling", Field("reason", span=2), Field("remark", span=2)],
    lines=LineGrid("lines", make=ReturnedGoods, fields=[
        Field("receipt_line", ref="purchasing/receipt-lines", width=220), Field("item_text", _("Item"), path="item", readonly=True, kind="text", width=200), Field("lot_code", _("Lot"), path="lot__code", readonly=True),
        Field("quantity", total=True, precision=PRECISION), "place", Field("remark", required=False)], columns=["net_amount"]),
    footer=AMOUNTS, state="approval", number="number", date="business_date", document_type="purchasing.return",
    create_verb="purchasing.create_return", edit_verb="purchasing.change_return", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(RETURN, closable=False), prints=[Print("return", _("Purchase return"), signatures=[_("Warehouse"), _("Carrier"), _("Supplier")])],
    teach=_("Goods that go back to a supplier leave at the value they came in with."),
)  # fmt: skip

REQUISITIONS = Screen(
    "purchasing/requisitions", model="purchasing.Requisition", title=_("Requisitions"), one=_("Requisition"), icon="clipboard-text", order=10,
    view_permission=queries.VIEW_REQUISITIONS,
    columns=["number", "business_date", "department", "purpose", "origin", Column("created_by__name", _("Asked by")), "approval", "execution"],
    filters=["approval", "execution", "origin", "business_date", "created_by", Filter("lines__item", _("Item"))], search=["number", "purpose", "department", "lines__item__code"],
    views=[Preset("open", _("To order"), {"approval": "approved", "execution": OPEN}), Preset("mine", _("Made by me"), {"created_by": "@me"})],
    header=["department", Field("purpose", span=2), Field("business_date", default=today, required=False, on_edit=False), Field("remark", span=4)],
    lines=LineGrid("lines", make=RequisitionItem, fields=[
        *ITEM_FIELDS, Field("quantity", total=True, precision=PRECISION), ENTERED_UNIT, "due_date",
        Field("supplier", ref="masterdata/suppliers", required=False), Field("warehouse", required=False), Field("remark", required=False)],
        columns=[Column("done_quantity", _("Ordered"), precision=PRECISION), "execution"]),
    state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.requisition",
    create_verb="purchasing.create_requisition", edit_verb="purchasing.change_requisition", editable=lambda row: row.is_editable,
    list_verbs=[ListVerb("purchasing.order_open", _("Order what is requested"), icon="shopping-cart", ask=[Field("needed_until", _("Needed until"), kind="date", required=False, help=_("Empty: everything."))],
                         confirm=_("Merge all open requisition lines into orders, one per supplier?"))],
    verbs=lifecycle_buttons(REQUISITION, own=[
        VerbButton("purchasing.order_requisition", _("Make orders"), icon="shopping-cart", shown=is_live, batch=True),
        VerbButton("purchasing.inquire", _("Ask suppliers"), icon="messages", shown=is_live, primary=False, ask=[Field("answer_by", _("Answers until"), kind="date", required=False)])]),
    prints=[Print("requisition", _("Requisition"), signatures=[_("Asked by"), _("Approved by"), _("Buyer")])],
    teach=_("A requisition asks the buyer to buy something. Approved, it becomes one order per supplier at a click."),
)  # fmt: skip

RFQS = Screen(
    "purchasing/rfqs", model="purchasing.Rfq", title=_("Requests for quotation"), one=_("Request for quotation"), icon="messages", order=15,
    view_permission=queries.VIEW_SUPPLIERS,
    columns=["number", "business_date", "answer_by", Column("created_by__name", _("Buyer")), "approval", "execution"],
    filters=["approval", "execution", "business_date", "answer_by", Filter("lines__item", _("Item")), Filter("offers__supplier", _("Supplier"), ref="masterdata/suppliers")],
    search=["number", "lines__item__code", "lines__item__name", "offers__supplier__name"],
    views=[Preset("draft", _("To compare"), {"approval": ["draft", "submitted"]}), Preset("open", _("To order"), {"approval": "approved", "execution": OPEN})],
    header=[Field("business_date", default=today, required=False, on_edit=False), Field("answer_by", required=False), Field("remark", span=2)],
    lines=[
        LineGrid("lines", make=AskedItem, fields=[
            *ITEM_FIELDS, Field("quantity", total=True, precision=PRECISION), Field("unit", _("Unit"), path="item__unit__name", readonly=True), "due_date",
            Field("warehouse", required=False), Field("remark", required=False)], columns=[Column("done_quantity", _("Ordered"), precision=PRECISION)]),
        LineGrid("offers", title=_("Offers"), make=OfferedPrice, at_least=0, fields=[
            Field("item", ref="masterdata/items", width=200), Field("supplier", ref="masterdata/suppliers", width=180), Field("price", required=False, help=_("Empty: not answered yet.")),
            Field("tax_included", required=False, default=True), Field("tax_rate", required=False), Field("lead_days", required=False, default=0),
            Field("extra_cost", required=False, default=0), Field("is_chosen", required=False), Field("awarded_quantity", required=False, default=0), Field("remark", required=False)]),
    ],
    state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.rfq",
    create_verb="purchasing.create_rfq", edit_verb="purchasing.change_rfq", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(RFQ, own=[VerbButton("purchasing.order_rfq", _("Make orders"), icon="shopping-cart", shown=is_live),
        VerbButton("purchasing.award_offer", _("Award"), icon="award", primary=False, opens="document", shown=lambda row: row.is_editable and row.offers.filter(price__gt=0).exists(), ask=[
            Field("offer", _("Offer"), ref="purchasing/offers", kind="ref", required=True), Field("quantity", _("Quantity"), kind="quantity", required=False, help=_("Empty: all that is not awarded."))],
            arguments=lambda row, answers: {"rfq_id": row.pk, "offer_id": answers["offer"], "quantity": answers.get("quantity")})]),
    tabs=[Tab("comparison", _("Comparison"), tables=pages.compared, icon="scale")],
    prints=[Print("rfq", _("Request for quotation"), signatures=[_("Buyer"), _("Supplier (seal)")],
                  columns=["line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification")), "quantity",
                           Column("item__unit__name", _("Unit")), "due_date", Column("offer", _("Price"), value=lambda row: "")])],
    teach=_("Ask several suppliers for prices, compare them side by side, and make orders of the best offers."),
)  # fmt: skip

OFFERS = Screen(
    "purchasing/offers", model="purchasing.RfqOffer", title=_("Offers"), one=_("Offer"), icon="receipt", menu=False, view_permission=queries.VIEW_SUPPLIERS, number="id",
    label="{document__number} {supplier__name} {item__code}", ordering=["-id"], related=["document", "supplier", "item"],
    columns=[Column("document__number", _("Request for quotation"), to="purchasing/rfqs"), Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("supplier__name", _("Supplier")),
             "price", "tax_included", "extra_cost", "lead_days", "awarded_quantity"],
    filters=["item", Filter("supplier", ref="masterdata/suppliers"), Filter("document__business_date", _("Date"))], search=["document__number", "supplier__name", "item__code", "item__name"],
    lookup=[Column("document__number", _("Request for quotation")), Column("supplier__name", _("Supplier")), Column("item__code", _("Item code")), "price", "lead_days"],
)  # fmt: skip

SCORES = Page(
    "purchasing/scores",
    _("Supplier scores"),
    pages.scores,
    view_permission=queries.VIEW_SUPPLIERS,
    icon="star",
    order=50,
)

SCREENS = [
    desk.DESK, REQUISITIONS, RFQS, OFFERS, sourcing.BLANKETS, sourcing.BLANKET_LINES, ORDERS, sourcing.ORDER_CHANGES, ORDER_LINES, ARRIVALS, RECEIPTS, RECEIPT_LINES,
    RETURNS, SCORES, *suppliers.SCREENS, desk.SECOND_SOURCES,
]  # fmt: skip
EXTRA_TABS = [
    *suppliers.EXTRA_TABS,
    ExtraTab("masterdata/suppliers", Tab("score", _("Score"), tables=pages.score_of, permission=queries.VIEW_SUPPLIERS, icon="star")),
]  # fmt: skip


def _count(model: Any, **wanted: Any) -> Callable[[Any], int]:
    return lambda user: model.objects.filter(**wanted).count()


PROCESS_BOXES = [
    ProcessBox("purchase_order", _("Purchase order"), "/purchasing/orders/?view=draft", _count(PurchaseOrder, approval__in=["draft", "submitted"]),
               lambda user: queries.late_lines(timezone.localdate()).values("document").distinct().count(), queries.VIEW_ORDERS),
    ProcessBox("arrival", _("Arrival"), "/purchasing/arrivals/?view=draft", _count(Arrival, approval__in=["draft", "submitted"]), permission=queries.VIEW_RECEIPTS),
    ProcessBox("receipt", _("Receipt"), "/purchasing/receipts/?view=draft", _count(Receipt, approval__in=["draft", "submitted"]), permission=queries.VIEW_RECEIPTS),
]  # fmt: skip


def _late(user: Any) -> list[AlertRow]:
    day = timezone.localdate()
    return [
        AlertRow(
            ngettext("{order}: {item} is {days} day late", "{order}: {item} is {days} days late", (day - line.due).days).format(
                order=line.document.number, item=line.item.name, days=(day - line.due).days),
            f"/purchasing/orders/{line.document_id}/", "red" if (day - line.due).days > 7 else "orange", str(line.document.supplier),
        )
        for line in queries.late_lines(day)[:10]
    ]  # fmt: skip


def _requested(user: Any) -> list[AlertRow]:
    rows = Requisition.objects.filter(approval=Approval.APPROVED, execution__in=OPEN).order_by("business_date")
    return [AlertRow(gettext("{number} is to be ordered").format(number=row.number), f"/purchasing/requisitions/{row.pk}/", "yellow", row.purpose) for row in rows[:10]]  # fmt: skip


ALERTS = [
    *suppliers.ALERTS,
    Alert("late_purchases", _("Overdue purchases"), _late, queries.VIEW_ORDERS, "truck-off", "/purchasing/order-lines/?view=late"),
    Alert("requisitions", _("Requisitions to order"), _requested, "purchasing.order_requisition", "clipboard-text", "/purchasing/requisitions/?view=open"),
]  # fmt: skip


def _ordered_this_month(user: Any) -> Figure:
    first = timezone.localdate().replace(day=1)
    orders = PurchaseOrder.objects.filter(approval=Approval.APPROVED, business_date__gte=first).order_by()
    amount = orders.aggregate(amount=Sum("net_amount"))["amount"] or Decimal(0)
    return Figure(amount, "money", good="", note=_("without tax"))


TILES = [
    Tile("ordered", _("Ordered this month"), _ordered_this_month, queries.VIEW_ORDERS, "/purchasing/orders/", scope="cost", order=40),
    Tile("late_purchases", _("Overdue purchase lines"), lambda user: Figure(queries.late_lines(timezone.localdate()).count(), good="down"),
         queries.VIEW_ORDERS, "/purchasing/order-lines/?view=late", order=41),
]  # fmt: skip
