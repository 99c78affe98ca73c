"""What suppliers are owed, on the screen: estimates and their method, the due list, payment requests, the three-way match."""

from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.finance import queries, services
from gongfang.finance.models import PaymentRequest, PurchaseInvoice
from gongfang.finance.rules import MatchInput
from gongfang.finance.services.estimates import estimates_waiting, method_on
from gongfang.kernel.errors import Problem
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    Field,
    Filter,
    LineGrid,
    ListVerb,
    Preset,
    Print,
    Screen,
    Table,
    VerbButton,
)
from gongfang.ui.sentences import sentence

KINDS = {"price": _("Price"), "tax": _("Tax"), "quantity": _("Quantity"), "coming": _("Not received")}


def matched(user: Any, invoice: PurchaseInvoice) -> Table:
    """Order, receipt and invoice side by side, in words."""
    rows = [
        {
            "line": one.line_no, "kind": str(KINDS[one.kind]), "words": sentence(Problem(one.kind, one.text, **one.data)),
            "amount": one.amount, "beyond": gettext("beyond the tolerance") if one.is_beyond else gettext("within the tolerance"),
            "advice": gettext(services.advice_on(invoice, one)),
        }
        for one in services.differences_of(invoice)
    ]  # fmt: skip
    note = ""
    if invoice.accepted_by:
        note = gettext("Accepted by {name}: {reason}").format(name=invoice.accepted_by, reason=invoice.accepted_reason)
    columns = [
        Column("line", _("Line"), kind="number"), Column("kind", _("What differs")), Column("words", _("In words"), wraps=True), Column("amount", _("Amount before tax"), kind="money", scope="cost"),
        Column("beyond", _("Judgement")), Column("advice", _("What to do"), wraps=True),
    ]  # fmt: skip
    return Table(columns, rows if user.sees("cost") else [], note=note, empty=_("The invoice agrees with order and receipt."))  # fmt: skip


def why_not_accept(invoice: PurchaseInvoice) -> list[Problem]:
    """Nothing to accept where nothing differs beyond the tolerance."""
    if any(one.is_beyond for one in services.differences_of(invoice)):
        return []
    return [Problem("nothing_to_accept", "Nothing differs beyond the tolerance.")]


def _paid_to(request: PaymentRequest) -> bool:
    return request.approval == ApprovalState.APPROVED


PAYMENT_REQUESTS = Screen(
    "finance/payment-requests", model="finance.PaymentRequest", title=_("Payment requests"), one=_("Payment request"), icon="cash-register", order=28,
    view_permission=queries.VIEW_PAYMENT_REQUESTS,
    columns=["number", Column("supplier__name", _("Supplier"), to="masterdata/suppliers"), "business_date", "pay_by", Column("amount", total=True),
             Column("created_by__name", _("Asked by")), "approval", Column("execution", _("Paid"))],
    filters=["approval", "execution", Filter("supplier", ref="masterdata/suppliers"), "business_date", "pay_by"], search=["number", "supplier__name", "supplier__pinyin"],
    views=[Preset("pay", _("To pay"), {"approval": "approved", "execution": "open"}), Preset("draft", _("To approve"), {"approval": ["draft", "submitted"]})],
    header=[Field("supplier", ref="masterdata/suppliers", on_edit=False), Field("pay_by", required=False), Field("remark", span=2)],
    lines=LineGrid(fields=[
        Field("invoice", ref="finance/purchase-invoices", width=220), Field("invoice_no", _("Invoice number"), path="invoice__invoice_no", readonly=True),
        Field("due_date", _("Due date"), path="invoice__due_date", readonly=True), Field("total", _("Invoice total"), path="invoice__total_amount", readonly=True, scope="cost"),
        Field("amount", total=True)], make=MatchInput),
    footer=["amount"], state="approval", second_state="execution", number="number", date="business_date", document_type="finance.payment_request",
    create_verb="finance.create_payment_request", edit_verb="finance.change_payment_request", editable=lambda row: row.is_editable,
    list_verbs=[ListVerb("finance.request_due", _("Request what is due"), icon="calendar-due", ask=[Field("due_until", _("Due until"), kind="date", required=False, help=_("Empty: a week from today."))])],
    verbs=lifecycle_buttons(services.PAYMENT_REQUEST_LIFECYCLE, closable=False, own=[
        VerbButton("finance.pay_request", _("Pay"), icon="credit-card", shown=_paid_to, possible=services.why_not_pay,
                   ask=[Field("bank_reference", _("Bank reference"), max_length=60)])]),
    prints=[Print("request", _("Payment request"), words="amount", signatures=[_("Asked by"), _("Approved by"), _("Cashier")])],
    teach=_("A payment request asks that a supplier be paid. “Request what is due” makes one per supplier from the invoices that fall due."),
)  # fmt: skip

DUE = Screen(
    "finance/payables-due", model="finance.PurchaseInvoice", title=_("Payables by due date"), one=_("Purchase invoice"), icon="calendar-due", order=27,
    view_permission=queries.VIEW_PAYMENT_REQUESTS, queryset=lambda user: queries.open_invoices(PurchaseInvoice).annotate(on_way=Sum("lines__on_way_amount")), ordering=["due_date", "id"],
    columns=["due_date", Column("late", _("Days late"), kind="number", sortable=False, needs=["due_date"], value=lambda row: max((timezone.localdate() - row.due_date).days, 0)),
             Column("number", _("Invoice"), to="finance/purchase-invoices"), "invoice_no", Column("supplier__name", _("Supplier")), Column("total_amount", total=True),
             Column("settled_amount", total=True), Column("open", _("Open"), kind="money", scope="cost", sortable=False, needs=["total_amount", "settled_amount"], value=lambda row: row.open_amount),
             Column("on_way", _("Not received, before tax"), kind="money", scope="cost", total=True)],
    filters=[Filter("supplier", ref="masterdata/suppliers"), "due_date"], search=["number", "invoice_no", "supplier__name"], number="number",
    views=[Preset("late", _("Overdue"), {"due_date": "@past"})],
    row_class=lambda row: "late" if row.due_date < timezone.localdate() else "",
    teach=_("Every approved invoice that is not settled, by the day it falls due, with what of it has not been delivered."),
)  # fmt: skip

POLICIES = Screen(
    "finance/estimate-policies", model="finance.EstimatePolicy", title=_("Estimate methods"), one=_("Estimate method"), icon="adjustments", order=70,
    view_permission=queries.VIEW_PURCHASE_INVOICES, columns=["valid_from", "method", "remark", "updated_at"], filters=["method"], number="valid_from",
    header=["valid_from", "method", Field("remark", span=2)], create_verb="finance.create_estimate_policy", edit_verb="finance.change_estimate_policy",
    editable=lambda row: row.valid_from > timezone.localdate(), label="{valid_from}", ordering=["-valid_from"],
    teach=_("Goods that come before their invoice stand in the books as an estimate. Choose how the estimate leaves: at the month's start, when the invoice comes, or by the difference."),
)  # fmt: skip

RUNS = Screen(
    "finance/estimate-runs", model="finance.EstimateRun", title=_("Estimate runs"), one=_("Estimate run"), icon="refresh-dot", order=68,
    view_permission=queries.VIEW_PURCHASE_INVOICES, columns=["number", "business_date", "kind", Column("amount", total=True), "approval"],
    filters=["kind", "approval", "business_date"], search=["number"],
    header=[Field("kind", readonly=True), Field("business_date", readonly=True), Field("amount", readonly=True)],
    lines=LineGrid(readonly=True, fields=[
        Field("receipt", _("Receipt"), path="receipt_line__document__number", readonly=True), Field("item", _("Item"), path="receipt_line__item", kind="text", readonly=True, width=220),
        Field("fee_receipt", _("Subcontract receipt"), path="fee_receipt__number", kind="text", readonly=True),
        Field("supplier", _("Supplier"), path="supplier__name", readonly=True, kind="text"), Field("amount", readonly=True, total=True)]),
    state="approval", number="number", date="business_date", document_type="finance.estimate_run",
    list_verbs=[
        ListVerb("finance.reverse_estimates", _("Reverse estimates"), icon="rotate-2", ask=[Field("on", _("Date"), kind="date", required=False, help=_("Empty: the first of this month."))]),
        ListVerb("finance.restate_estimates", _("Estimate again"), icon="refresh-dot", ask=[Field("on", _("Date"), kind="date", required=False, help=_("Empty: today."))]),
    ],
    verbs=[button for button in lifecycle_buttons(services.ESTIMATE_RUN_LIFECYCLE, closable=False) if button.verb.endswith("unapprove_estimate_run")],
    teach=_("Where estimates are reversed at the month's start, one run takes them off and one at the month's end puts back what still waits."),
)  # fmt: skip

SCREENS = [DUE, PAYMENT_REQUESTS, RUNS, POLICIES]


def _to_reverse(user: Any) -> list[AlertRow]:
    first = timezone.localdate().replace(day=1)
    if method_on(first) != "month_start":
        return []
    waiting = estimates_waiting(first, first)
    if not waiting:
        return []
    return [AlertRow(gettext("Receipts and fees of earlier months to be reversed: {count}").format(count=len(waiting)), "/finance/estimate-runs/", "orange", "")]  # fmt: skip


def _to_pay(user: Any) -> list[AlertRow]:
    rows = PaymentRequest.objects.filter(approval=ApprovalState.APPROVED, execution=ExecutionState.OPEN)
    return [
        AlertRow(gettext("{number}: pay {supplier} by {day}").format(number=row.number, supplier=row.supplier, day=row.pay_by), f"/finance/payment-requests/{row.pk}/", "yellow", "")
        for row in rows.select_related("supplier").order_by("pay_by")[:10]
    ]  # fmt: skip


ALERTS = [
    Alert("finance.estimates", _("Estimates to reverse"), _to_reverse, "finance.reverse_estimates", "rotate-2", "/finance/estimate-runs/"),
    Alert("finance.requests", _("Payment requests to pay"), _to_pay, "finance.pay_request", "cash-register", "/finance/payment-requests/?view=pay"),
]  # fmt: skip
