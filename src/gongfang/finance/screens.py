"""The accountant's and the cashier's nouns: invoices, payments, ageing."""

from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import ExpressionWrapper, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongfang.finance import accounts, coming, payables, queries, services
from gongfang.finance.models import OnWayMatch, PurchaseInvoice, PurchaseInvoiceLine, SalesInvoice
from gongfang.finance.rules import InvoiceLineInput, MatchInput
from gongfang.kernel.errors import Problem
from gongfang.platform.bases import ApprovalState
from gongfang.platform.fields import MoneyField, QuantityField
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    Field,
    Figure,
    Filter,
    LineGrid,
    Preset,
    Print,
    ProcessBox,
    Screen,
    Tab,
    Table,
    Tile,
    VerbButton,
)

TO_INVOICE = ExpressionWrapper(F("quantity") - F("returned_quantity") - F("done_quantity"), QuantityField())


def _open_receipt_lines(user: Any) -> Any:
    """What may be invoiced (negative: is to be credited), and what of its estimate waits for that."""
    rows = apps.get_model("purchasing.ReceiptLine").objects.filter(document__approval=ApprovalState.APPROVED)
    rows = rows.exclude(done_quantity=F("quantity") - F("returned_quantity"))
    met = (
        OnWayMatch.objects.filter(receipt_line=OuterRef("pk"))
        .order_by()
        .values("receipt_line")
        .annotate(taken=Sum("estimate"))
    )
    taken = PurchaseInvoiceLine.objects.filter(receipt_line=OuterRef("pk"), document__approval=ApprovalState.APPROVED)
    taken = taken.order_by().values("receipt_line").annotate(taken=Sum("estimate")).values("taken")
    return rows.annotate(
        to_invoice=TO_INVOICE,
        waiting=ExpressionWrapper(
            F("net_amount")
            - F("returned_amount")
            - Coalesce(Subquery(taken), 0)
            - Coalesce(Subquery(met.values("taken")), 0),
            MoneyField(),
        ),
    ).select_related("document__supplier", "item__unit")


def _open_shipment_lines(user: Any) -> Any:
    rows = apps.get_model("sales.ShipmentLine").objects.filter(document__approval=ApprovalState.APPROVED)
    rows = rows.exclude(done_quantity=F("quantity") - F("returned_quantity"))
    rows = rows.annotate(to_invoice=TO_INVOICE)
    return rows.select_related("document__customer", "item__unit")


RECEIPT_LINES = Screen(
    "finance/receipt-lines", model="purchasing.ReceiptLine", title=_("Receipts to be invoiced"), one=_("Receipt line"), icon="file-alert",
    order=12, view_permission=queries.VIEW_PURCHASE_INVOICES, queryset=_open_receipt_lines, number="id",
    label="{document__number} {item__code} {item__name}",
    columns=[
        Column("document__number", _("Receipt"), to="purchasing/receipts"), Column("document__business_date", _("Date")),
        Column("document__supplier__name", _("Supplier")), Column("item__code", _("Item")), Column("item__name", _("Item name")),
        Column("to_invoice", _("To invoice"), kind="quantity", unit="item__unit__name"), "price", "tax_rate",
        Column("waiting", _("Estimate left"), kind="money", scope="cost", total=True),
        "quantity", Column("returned_quantity", hidden=True), Column("done_quantity", _("Invoiced")), Column("on_way_quantity", hidden=True), Column("net_amount", hidden=True, total=True),
    ],
    filters=[Filter("document__supplier", _("Supplier"), ref="masterdata/partners"), Filter("document__business_date", _("Date"))],
    search=["document__number", "item__code", "item__name", "document__supplier__name"], ordering=["-id"],
    lookup=["document__number", "item__code", "item__name", "to_invoice", "quantity", "price", "tax_rate"],
    verbs=[VerbButton("finance.invoice_receipt_lines", _("Enter invoice"), icon="file-import", batch=True,
                      ask=[Field("invoice_no", _("Invoice number"), required=True, max_length=30), Field("business_date", _("Date"), kind="date")])],
    teach=_("What came in and is not invoiced yet. Tick the lines of one supplier's invoice and enter it in one step."),
)  # fmt: skip

SHIPMENT_LINES = Screen(
    "finance/shipment-lines", model="sales.ShipmentLine", title=_("Shipments to be invoiced"), one=_("Shipment line"), icon="file-alert",
    order=22, view_permission=queries.VIEW_SALES_INVOICES, queryset=_open_shipment_lines, number="id",
    label="{document__number} {item__code} {item__name}",
    columns=[
        Column("document__number", _("Shipment"), to="sales/shipments"), Column("document__business_date", _("Date")),
        Column("document__customer__name", _("Customer")), Column("item__code", _("Item")), Column("item__name", _("Item name")),
        Column("to_invoice", _("To invoice"), kind="quantity", unit="item__unit__name"), "quantity", "returned_quantity", Column("done_quantity", _("Invoiced")), "price", "tax_rate",
        Column("net_amount", total=True),
    ],
    filters=[Filter("document__customer", _("Customer"), ref="masterdata/partners"), Filter("document__business_date", _("Date"))],
    search=["document__number", "item__code", "item__name", "document__customer__name"], ordering=["-id"],
    lookup=["document__number", "item__code", "item__name", "to_invoice", "quantity", "price", "tax_rate"],
    verbs=[VerbButton("finance.invoice_shipment_lines", _("Make invoice"), icon="file-export", batch=True)],
    teach=_("What went out and is not invoiced yet. Tick the lines of one customer and make the invoice in one step."),
)  # fmt: skip

INVOICE_AMOUNTS = [
    Field("net_amount", readonly=True, total=True), Field("tax_amount", required=False, total=True), Field("total_amount", readonly=True, total=True),
]  # fmt: skip
SETTLED_VIEWS = [
    Preset("open", _("Open"), {"approval": "approved", "settled": "no"}), Preset("draft", _("Drafts"), {"approval": ["draft", "submitted"]}),
]  # fmt: skip


def _settled(rows: Any, value: Any) -> Any:
    """Filter "settled": yes or no."""
    whole = {"settled_amount": F("total_amount")}
    return rows.filter(**whole) if value == "yes" else rows.exclude(**whole)


SETTLED = Filter("settled", _("Settled"), kind="choice", choices=[("yes", _("Yes")), ("no", _("No"))], apply=_settled)
OPEN_AMOUNT = ("total_amount", "settled_amount")


def _state_of(invoice: Any) -> str:
    if invoice.approval != ApprovalState.APPROVED:
        return ""
    if not invoice.open_amount:
        return gettext("settled")
    return gettext("overdue") if invoice.due_date < timezone.localdate() else gettext("open")


def _why_not_pay(invoice: PurchaseInvoice) -> list[Problem]:
    if invoice.approval != ApprovalState.APPROVED:
        return [Problem("not_approved", "{number} is not approved yet.", number=invoice.number)]
    return [] if invoice.open_amount > 0 else [Problem("nothing_to_pay", "Nothing is open on these invoices.")]


def _matched(user: Any, invoice: PurchaseInvoice) -> list[Table]:
    """The three-way match, and what became of goods that were invoiced before they came."""
    way = coming.met(user, invoice)
    return [payables.matched(user, invoice), *([way] if way.rows else [])]


PURCHASE_INVOICES = Screen(
    "finance/purchase-invoices", model="finance.PurchaseInvoice", icon="file-import", order=10, view_permission=queries.VIEW_PURCHASE_INVOICES,
    title=_("Purchase invoices"), one=_("Purchase invoice"),
    columns=[
        "number", "invoice_no", Column("supplier__name", _("Supplier"), to="masterdata/partners"), "business_date", "due_date",
        Column("net_amount", total=True), Column("tax_amount", total=True, hidden=True), Column("total_amount", total=True),
        Column("settled_amount", total=True), Column("state", _("State"), value=_state_of, needs=OPEN_AMOUNT, kind="text", sortable=False), "approval", Column("is_replacement", hidden=True),
    ],
    filters=["approval", "supplier", "business_date", "due_date", "is_replacement", SETTLED], views=SETTLED_VIEWS,
    search=["number", "invoice_no", "supplier__name", "supplier__pinyin"], ordering=["-id"], date="business_date",
    header=[
        Field("supplier", ref="masterdata/partners", where={"is_supplier": True}, on_edit=False), "invoice_no", Field("business_date", default="today"),
        Field("due_date", required=False), Field("remark", span=4),
    ],
    lines=LineGrid(
        fields=[
            Field("source_line", _("Receipt line"), path="receipt_line", kind="ref", ref="finance/receipt-lines", required=False,
                  fills={"quantity": "to_invoice", "price": "price", "tax_rate": "tax_rate"}, width=280),
            Field("order_line", _("Order line"), path="order_line", kind="ref", ref="finance/order-lines", required=False, help=_("Of goods that have not come; else leave it empty."),
                  fills={"quantity": "to_invoice", "price": "net_price", "tax_rate": "tax_rate"}, width=240),
            Field("quantity", total=True), Field("price", required=False), Field("tax_rate", required=False), *INVOICE_AMOUNTS,
        ],
        columns=["estimate", Column("estimate_reversed", hidden=True), "on_way_quantity"], make=InvoiceLineInput,
    ),
    footer=["net_amount", "tax_amount", "total_amount", "settled_amount"], state="approval", second_state="state", document_type=PurchaseInvoice.doc_type,
    create_verb="finance.create_purchase_invoice", edit_verb="finance.change_purchase_invoice", editable=lambda invoice: invoice.is_editable,
    verbs=lifecycle_buttons(
        services.PURCHASE_INVOICE_LIFECYCLE,
        [VerbButton("finance.accept_differences", _("Accept differences"), icon="checks", primary=False, opens="document",
                    shown=lambda invoice: invoice.is_editable or invoice.approval == ApprovalState.SUBMITTED,
                    possible=payables.why_not_accept, ask=[Field("reason", _("Reason"), required=True, max_length=200)]),
         VerbButton("finance.pay_invoices", _("Pay"), icon="credit-card", possible=_why_not_pay, batch=True)],
        closable=False,
    ),
    tabs=[Tab("match", _("Three-way match"), tables=_matched, icon="arrows-diff")],
    teach=_("A purchase invoice is matched line by line to what was received, or to the order where the goods have not come yet; differences in price are shown and posted."),
)  # fmt: skip

SALES_INVOICES = Screen(
    "finance/sales-invoices", model="finance.SalesInvoice", icon="file-export", order=20, view_permission=queries.VIEW_SALES_INVOICES,
    title=_("Sales invoices"), one=_("Sales invoice"),
    columns=[
        "number", "invoice_no", Column("customer__name", _("Customer"), to="masterdata/partners"), "business_date", "due_date",
        Column("net_amount", total=True), Column("tax_amount", total=True, hidden=True), Column("total_amount", total=True),
        Column("settled_amount", total=True), Column("state", _("State"), value=_state_of, needs=OPEN_AMOUNT, kind="text", sortable=False), "approval",
    ],
    filters=["approval", "customer", "business_date", "due_date", SETTLED], views=SETTLED_VIEWS,
    search=["number", "invoice_no", "customer__name", "customer__pinyin"], ordering=["-id"], date="business_date",
    header=[
        Field("customer", ref="masterdata/partners", where={"is_customer": True}, on_edit=False), Field("invoice_no", required=False),
        Field("business_date", default="today"), Field("due_date", required=False), Field("remark", span=4),
    ],
    lines=LineGrid(
        fields=[
            Field("source_line", _("Shipment line"), path="shipment_line", kind="ref", ref="finance/shipment-lines", required=True,
                  fills={"quantity": "to_invoice", "price": "price", "tax_rate": "tax_rate"}, width=320),
            Field("quantity", total=True), Field("price", required=False), Field("tax_rate", required=False), *INVOICE_AMOUNTS,
        ],
        make=InvoiceLineInput,
    ),
    footer=["net_amount", "tax_amount", "total_amount", "settled_amount"], state="approval", second_state="state", document_type=SalesInvoice.doc_type,
    create_verb="finance.create_sales_invoice", edit_verb="finance.change_sales_invoice", editable=lambda invoice: invoice.is_editable,
    verbs=lifecycle_buttons(
        services.SALES_INVOICE_LIFECYCLE,
        [VerbButton("finance.receive_invoices", _("Receive money"), icon="cash-banknote", possible=_why_not_pay, batch=True,
                    shown=lambda invoice: invoice.approval == ApprovalState.APPROVED and invoice.open_amount > 0)],
        closable=False,
    ),
    teach=_("A sales invoice asks a customer to pay for what was shipped. Make it from the shipments that are not invoiced yet."),
    prints=[Print("invoice", _("Sales invoice"), words="total_amount", signatures=[_("Made by"), _("Checked by")])],
)  # fmt: skip


def _money_screen(
    key: str,
    model: str,
    partner: str,
    condition: str,
    lifecycle: Any,
    verbs: tuple[str, str],
    invoices: str,
    titles: tuple[Any, Any],
    **more: Any,
) -> Screen:
    """Payments and customers' receipts look alike: money, partner, account, and what it settles."""
    return Screen(
        key, model=model, title=titles[0], one=titles[1], view_permission=queries.VIEW_PAYMENTS,
        columns=[
            "number", Column(f"{partner}__name", to="masterdata/partners"), "business_date", Column("account__name", _("Account")),
            Column("amount", total=True), Column("matched_amount", total=True), "bank_reference", "approval",
        ],
        filters=["approval", partner, "business_date", "account"], search=["number", f"{partner}__name", "bank_reference"],
        ordering=["-id"], date="business_date",
        header=[
            Field(partner, ref="masterdata/partners", where={condition: True}, on_edit=False), "amount",
            Field("account", ref="ledger/accounts", required=False, help=_("empty: the first bank account")), Field("business_date", default="today"),
            Field("bank_reference", required=False), Field("remark", span=3),
        ],
        lines=LineGrid(fields=[Field("invoice", ref=invoices), Field("amount", total=True)], at_least=0, make=MatchInput, title=_("Settles")),
        footer=["amount", "matched_amount"], state="approval", create_verb=verbs[0], edit_verb=verbs[1],
        editable=lambda document: document.is_editable, verbs=lifecycle_buttons(lifecycle, closable=False), **more,
    )  # fmt: skip


PAYMENTS = _money_screen(
    "finance/payments", "finance.Payment", "supplier", "is_supplier", services.PAYMENT_LIFECYCLE, ("finance.create_payment", "finance.change_payment"),
    "finance/purchase-invoices", (_("Payments"), _("Payment")), icon="cash-banknote-off", order=30,
    teach=_("Money to a supplier and the invoices it settles. Easiest from the open purchase invoices: tick them and press Pay."),
)  # fmt: skip
RECEIPTS = _money_screen(
    "finance/receipts", "finance.Receipt", "customer", "is_customer", services.RECEIPT_LIFECYCLE, ("finance.create_receipt", "finance.change_receipt"),
    "finance/sales-invoices", (_("Customer receipts"), _("Customer receipt")), icon="cash-banknote", order=40,
    teach=_("Money from a customer and the invoices it settles. Easiest from the open sales invoices: tick them and press Receive money."),
)  # fmt: skip

SCREENS = [
    *coming.SCREENS,
    PURCHASE_INVOICES,
    RECEIPT_LINES,
    SALES_INVOICES,
    SHIPMENT_LINES,
    PAYMENTS,
    RECEIPTS,
    *payables.SCREENS,
    *accounts.SCREENS,
]


def _open_sum(model: Any, kind: str) -> Any:
    def figure(user: Any) -> Figure:
        today: date = timezone.localdate()
        total, late = queries.open_sum(queries.open_invoices(model)), queries.open_sum(queries.overdue(model, today))
        return Figure(total, "money", good="down", note=gettext("overdue {amount}").format(amount=f"¥{late:,.2f}"))

    return figure


def _overdue_rows(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    return [
        AlertRow(
            f"{invoice.customer.name} {invoice.number}", f"/finance/sales-invoices/{invoice.pk}/", "red",
            ngettext("{days} day late", "{days} days late", (today - invoice.due_date).days).format(days=(today - invoice.due_date).days),
        )
        for invoice in queries.overdue(SalesInvoice, today)[:10]
    ]  # fmt: skip


PROCESS_BOXES = [
    ProcessBox("supplier_invoice", _("Purchase invoice"), "/finance/receipt-lines/", count=lambda user: _open_receipt_lines(user).count(), permission=queries.VIEW_PURCHASE_INVOICES),
    ProcessBox("sales_invoice", _("Sales invoice"), "/finance/shipment-lines/", count=lambda user: _open_shipment_lines(user).count(), permission=queries.VIEW_SALES_INVOICES),
    ProcessBox("payment_out", _("Payment"), "/finance/purchase-invoices/?view=open", count=lambda user: queries.open_invoices(PurchaseInvoice).count(), permission=queries.VIEW_PAYMENTS),
    ProcessBox("payment_in", _("Customer receipt"), "/finance/sales-invoices/?view=open", count=lambda user: queries.open_invoices(SalesInvoice).count(), permission=queries.VIEW_PAYMENTS),
]  # fmt: skip
TILES = [
    Tile("finance.receivable", _("Receivable"), _open_sum(SalesInvoice, "price"), permission=queries.VIEW_AGEING, url="/finance/sales-invoices/?view=open", scope="price", order=20),
    Tile("finance.payable", _("Payable"), _open_sum(PurchaseInvoice, "cost"), permission=queries.VIEW_AGEING, url="/finance/purchase-invoices/?view=open", scope="cost", order=21),
]  # fmt: skip
ALERTS = [
    *payables.ALERTS,
    *coming.ALERTS,
    Alert(
        "finance.overdue",
        _("Overdue receivables"),
        _overdue_rows,
        permission=queries.VIEW_AGEING,
        url="/finance/sales-invoices/?view=open",
    ),
]
