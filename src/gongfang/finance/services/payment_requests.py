"""Payment requests: what is due to suppliers, asked for, approved by amount, then paid by the cashier."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from gongfang.finance.models import Payment, PaymentRequest, PaymentRequestLine, PurchaseInvoice
from gongfang.finance.queries import open_invoices
from gongfang.finance.rules import MatchInput, OpenInvoice, match_problems
from gongfang.finance.services.payments import create_payment
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link, targets, unlink
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

ASKERS = ("buyer", "accountant", "cashier")
ZERO = Decimal(0)


def requested(invoice_ids: Collection[int], but: int | None = None) -> dict[int, Decimal]:
    """Invoice → what requests ask for it that are neither void nor paid; one statement. but: a request left out."""
    rows = PaymentRequestLine.objects.filter(invoice__in=list(invoice_ids)).exclude(document=but)
    rows = rows.exclude(document__approval=ApprovalState.VOID).exclude(document__execution=ExecutionState.DONE)
    return dict(rows.order_by().values_list("invoice").annotate(Sum("amount")))


def _problems(supplier_id: int, lines: Sequence[MatchInput], but: int | None = None) -> list[Problem]:
    ids = [line.invoice_id for line in lines]
    taken = requested(ids, but)
    invoices = {
        row.pk: OpenInvoice(
            row.pk, row.number, row.supplier_id, row.open_amount - taken.get(row.pk, ZERO), row.approval == ApprovalState.APPROVED
        )
        for row in PurchaseInvoice.objects.filter(pk__in=ids)
    }  # fmt: skip
    if not lines:
        return [Problem("no_lines", "Enter at least one line.", where="lines")]
    total = sum((line.amount for line in lines), ZERO)
    return match_problems(total, lines, invoices, supplier_id)


def _fill(request: PaymentRequest, lines: Sequence[MatchInput]) -> None:
    refuse_if(_problems(request.supplier_id, lines, request.pk))
    save_lines(
        request,
        PaymentRequestLine,
        [{"id": line.id, "invoice_id": line.invoice_id, "amount": line.amount} for line in lines],
    )
    change(request, amount=sum((line.amount for line in lines), ZERO))
    unlink(request)
    invoices = PurchaseInvoice.objects.in_bulk([line.invoice_id for line in lines])
    link(Link(invoices[line.invoice_id], request) for line in lines)


@verb("finance.create_payment_request", N_("Request payment"), roles=ASKERS)
def create_payment_request(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, lines: Sequence[MatchInput], pay_by: date | None = None,
    business_date: date | None = None, remark: str = "",
) -> PaymentRequest:  # fmt: skip
    """Ask that a supplier be paid for some invoices; never more than is open and not asked for already."""
    if supplier_id not in masterdata.partners_by_ids([supplier_id]):
        raise DomainError(Problem("no_supplier", "This is not a supplier.", where="supplier"))
    refuse_if(_problems(supplier_id, lines))
    on = business_date or timezone.localdate()
    request = new_document(PaymentRequest, actor=actor, on=on, supplier_id=supplier_id, pay_by=pay_by or on, remark=remark)  # fmt: skip
    _fill(request, lines)
    return request


@verb("finance.change_payment_request", N_("Change payment request"), roles=ASKERS)
def change_payment_request(
    *, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[MatchInput], pay_by: date | None = None,
    remark: str = "", version: int | None = None,
) -> PaymentRequest:  # fmt: skip
    """Change a draft; the supplier stays."""
    request = editable(PaymentRequest, document_id, version=version)
    change(request, pay_by=pay_by or request.pay_by, remark=remark)
    _fill(request, lines)
    return request


@verb("finance.request_due", N_("Request what is due"), roles=ASKERS)
def request_due(*, actor: User, request_id: uuid.UUID, due_until: date | None = None) -> list[PaymentRequest]:
    """Draft one request per supplier for all invoices due until a day (a week from now) that nobody has asked for yet.

    Constant statements, whatever the number of suppliers and invoices.
    """
    until = due_until or timezone.localdate() + timedelta(7)
    rows = [row for row in open_invoices(PurchaseInvoice).filter(due_date__lte=until) if row.open_amount > 0]
    taken = requested([row.pk for row in rows])
    by_supplier: dict[int, list[tuple[PurchaseInvoice, Decimal]]] = {}
    for row in rows:
        left = row.open_amount - taken.get(row.pk, ZERO)
        if left > 0:
            by_supplier.setdefault(row.supplier_id, []).append((row, left))
    if not by_supplier:
        raise DomainError(Problem("nothing_due", "Nothing is due until {day}.", day=until), Kind.CONFLICT)
    return _drafted(actor, by_supplier)


def _drafted(actor: User, by_supplier: Mapping[int, Sequence[tuple[PurchaseInvoice, Decimal]]]) -> list[PaymentRequest]:
    """A draft for each supplier, its lines and links; constant statements."""
    on = timezone.localdate()
    numbers = next_numbers(PaymentRequest, on, len(by_supplier))
    requests = PaymentRequest.objects.bulk_create(
        [
            PaymentRequest(
                number=number, business_date=on, created_by=actor, supplier_id=supplier_id,
                pay_by=min(row.due_date for row, _ in by_supplier[supplier_id]), amount=sum((left for _, left in by_supplier[supplier_id]), ZERO),
            )
            for number, supplier_id in zip(numbers, sorted(by_supplier), strict=True)
        ],
        batch_size=2000,
    )  # fmt: skip
    PaymentRequestLine.objects.bulk_create(
        [
            PaymentRequestLine(document=request, line_no=line_no, invoice=row, amount=left)
            for request in requests
            for line_no, (row, left) in enumerate(by_supplier[request.supplier_id], start=1)
        ],
        batch_size=2000,
    )
    link(Link(row, request) for request in requests for row, _ in by_supplier[request.supplier_id])
    return requests


def why_not_pay(request: PaymentRequest) -> list[Problem]:
    """Reasons against paying a request now."""
    if request.approval != ApprovalState.APPROVED:
        return [Problem("not_approved", "{number} is not approved yet.", number=request.number)]
    ids = [pk for _, pk in targets(request, Payment.doc_type)]
    live = Payment.objects.filter(pk__in=ids).exclude(approval=ApprovalState.VOID).first()
    return [Problem("paid_by", "{payment} pays this already.", payment=live.number)] if live else []


@verb("finance.pay_request", N_("Pay request"), roles=("cashier", "accountant"))
def pay_request(
    *, actor: User, request_id: uuid.UUID, document_id: int, account_id: int | None = None, business_date: date | None = None,
    bank_reference: str = "",
) -> Payment:  # fmt: skip
    """Draft the payment of an approved request, matched to its invoices."""
    request = locked(PaymentRequest, document_id)
    refuse_if(why_not_pay(request), Kind.CONFLICT)
    lines = [MatchInput(line.invoice_id, line.amount) for line in request.lines.all()]
    payment = create_payment(
        actor=actor, request_id=request_id, supplier_id=request.supplier_id, amount=request.amount, lines=lines, account_id=account_id,
        business_date=business_date, bank_reference=bank_reference, remark=request.number,
    )  # fmt: skip
    link([Link(request, payment)])
    change(request, execution=ExecutionState.DONE)
    return payment


def _check(request: PaymentRequest) -> list[Problem]:
    lines = [MatchInput(line.invoice_id, line.amount) for line in request.lines.all()]
    return _problems(request.supplier_id, lines, request.pk)


PAYMENT_REQUEST_LIFECYCLE = Lifecycle(
    PaymentRequest, package="finance", noun="payment_request", title=N_("payment request"), writers=ASKERS, approvers=("owner", "accountant"),
    check=_check, closable=False,
)  # fmt: skip
