"""Money out and in, and what it settles."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.finance.models import Payment, PaymentLine, PurchaseInvoice, Receipt, ReceiptLine, SalesInvoice
from gongfang.finance.rules import MatchInput, OpenInvoice, match_problems
from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

WRITERS = ("cashier", "accountant")


@dataclass(frozen=True, slots=True)
class Side:
    """What differs between paying and being paid. role: the account that the partner stands on."""

    model: Any
    line_model: Any
    invoice_model: Any
    partner: str
    role: str
    reason: str
    summary: str

    def entries(self, document: Any, amount: Decimal) -> list[ledger.Entry]:
        """Paying: Dr payable, Cr bank. Being paid: Dr bank, Cr receivable."""
        partner_id = getattr(document, f"{self.partner}_id")
        bank = document.account.code
        if self.model is Payment:
            return [ledger.Entry(self.role, debit=amount, partner_id=partner_id), ledger.Entry(bank, credit=amount)]
        return [ledger.Entry(bank, debit=amount), ledger.Entry(self.role, credit=amount, partner_id=partner_id)]


OUT = Side(Payment, PaymentLine, PurchaseInvoice, "supplier", "payable", "finance.payment", "付款")
IN = Side(Receipt, ReceiptLine, SalesInvoice, "customer", "receivable", "finance.receipt", "收款")


def _open_invoices(side: Side, ids: Sequence[int], *, lock: bool = False) -> dict[int, OpenInvoice]:
    rows = side.invoice_model.objects.filter(pk__in=ids).order_by("pk")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return {
        row.pk: OpenInvoice(
            row.pk,
            row.number,
            getattr(row, f"{side.partner}_id"),
            row.open_amount,
            row.approval == ApprovalState.APPROVED,
        )
        for row in rows
    }


def _account(account_id: int | None) -> Any:
    """The cash or bank account; the first bank account where none is named. Raises DomainError(bad_account)."""
    account = ledger_queries.money_account(account_id)
    if account is None and account_id is None:  # money paid ahead may be the first thing that a company enters
        ledger.ensure_books()
        account = ledger_queries.money_account()
    if account is None:
        raise DomainError(Problem("bad_account", "Choose a cash or bank account (1001, 1002…).", where="account"))
    return account


def _create(
    side: Side, actor: User, partner_id: int, amount: Decimal, account_id: int | None, lines: Sequence[MatchInput],
    on: date | None, bank_reference: str, remark: str,
) -> Any:  # fmt: skip
    partner = masterdata.partners_by_ids([partner_id]).get(partner_id)
    if partner is None:
        raise DomainError(Problem("no_partner", "There is no such partner.", where=side.partner))
    invoices = _open_invoices(side, [line.invoice_id for line in lines])
    refuse_if(match_problems(amount, lines, invoices, partner_id))
    document = new_document(
        side.model, actor=actor, on=on or timezone.localdate(), account=_account(account_id), amount=amount,
        bank_reference=bank_reference, remark=remark, **{f"{side.partner}_id": partner_id},
    )  # fmt: skip
    _save_lines(side, document, lines)
    return document


def _save_lines(side: Side, document: Any, lines: Sequence[MatchInput]) -> None:
    saved = save_lines(
        document,
        side.line_model,
        [{"id": line.id, "invoice_id": line.invoice_id, "amount": line.amount} for line in lines],
    )
    unlink(document)
    invoices = side.invoice_model.objects.in_bulk([line.invoice_id for line in saved])
    link(Link(invoices[line.invoice_id], document, 0, line.pk) for line in saved)


def _change(
    side: Side, document_id: int, version: int | None, amount: Decimal, lines: Sequence[MatchInput], **values: Any
) -> Any:
    document = editable(side.model, document_id, version=version)
    partner_id = getattr(document, f"{side.partner}_id")
    refuse_if(match_problems(amount, lines, _open_invoices(side, [line.invoice_id for line in lines]), partner_id))
    change(document, amount=amount, account=_account(values.pop("account_id")), **values)
    _save_lines(side, document, lines)
    return document


def _check(side: Side) -> Any:
    def problems(document: Any) -> list[Problem]:
        inputs = [MatchInput(line.invoice_id, line.amount) for line in document.lines.all()]
        invoices = _open_invoices(side, [line.invoice_id for line in inputs])
        return match_problems(document.amount, inputs, invoices, getattr(document, f"{side.partner}_id"))

    return problems


def _settle(side: Side, document: Any, sign: int) -> None:
    """Add the matched amounts to the locked invoices, or take them back; statements do not grow with the lines' number."""
    lines = list(document.lines.all())
    _add_settled(side, lines, sign)
    matched = sum((line.amount for line in lines), Decimal(0)) if sign > 0 else Decimal(0)
    document.matched_amount = matched
    document.save(update_fields=["matched_amount"])


def _add_settled(side: Side, lines: Sequence[Any], sign: int = 1) -> None:
    """Two statements. lines: of documents, or as entered."""
    invoices = {
        row.pk: row
        for row in side.invoice_model.objects.select_for_update(of=("self",))
        .filter(pk__in=[line.invoice_id for line in lines])
        .order_by("pk")
    }
    for line in lines:
        invoices[line.invoice_id].settled_amount += sign * line.amount
    side.invoice_model.objects.bulk_update(list(invoices.values()), ["settled_amount"], batch_size=500)


def _approve(side: Side) -> Any:
    def approved(actor: User, document: Any, request_id: uuid.UUID) -> None:
        _settle(side, document, 1)
        ledger.post(
            actor=actor, reason=side.reason, source=document, on=document.business_date,
            partner_id=getattr(document, f"{side.partner}_id"), entries=side.entries(document, document.amount),
            summary=f"{side.summary} {document.number}",
        )  # fmt: skip

    return approved


def _unapprove(side: Side) -> Any:
    def unapproved(actor: User, document: Any, request_id: uuid.UUID) -> None:
        _settle(side, document, -1)
        ledger.reverse_all(actor=actor, postings=ledger_queries.postings_of(document), reason=side.reason)

    return unapproved


def _effects(document: Any) -> list[Effect]:
    found = [
        Effect(
            N_("Voucher {voucher} of {amount} is reversed in red."),
            {"voucher": str(getattr(posting, "voucher", posting)), "amount": document.amount},
        )
        for posting in ledger_queries.postings_of(document)
    ]
    return found + [
        Effect(N_("{amount} of {invoice} is open again."), {"amount": line.amount, "invoice": line.invoice.number})
        for line in document.lines.select_related("invoice")
    ]


PAYMENT_LIFECYCLE = Lifecycle(
    Payment, package="finance", noun="payment", title=N_("payment"), writers=WRITERS, approvers=("accountant", "owner", "cashier"),
    check=_check(OUT), on_approve=_approve(OUT), on_unapprove=_unapprove(OUT), effects=_effects, closable=False,
)  # fmt: skip
RECEIPT_LIFECYCLE = Lifecycle(
    Receipt, package="finance", noun="receipt", title=N_("customer receipt"), writers=WRITERS, approvers=("accountant", "owner", "cashier"),
    check=_check(IN), on_approve=_approve(IN), on_unapprove=_unapprove(IN), effects=_effects, closable=False,
)  # fmt: skip


@verb("finance.create_payment", N_("Enter payment"), roles=WRITERS)
def create_payment(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, amount: Decimal, lines: Sequence[MatchInput] = (),
    account_id: int | None = None, business_date: date | None = None, bank_reference: str = "", remark: str = "",
) -> Payment:  # fmt: skip
    """Enter money paid to a supplier as a draft; what the lines leave unmatched stays open as a prepayment."""
    return _create(OUT, actor, supplier_id, amount, account_id, lines, business_date, bank_reference, remark)  # type: ignore[no-any-return]


@verb("finance.change_payment", N_("Change payment"), roles=WRITERS)
def change_payment(
    *, actor: User, request_id: uuid.UUID, document_id: int, amount: Decimal, business_date: date, account_id: int,
    lines: Sequence[MatchInput] = (), bank_reference: str = "", remark: str = "", version: int | None = None,
) -> Payment:  # fmt: skip
    """Change a draft; the supplier stays."""
    return _change(  # type: ignore[no-any-return]
        OUT, document_id, version, amount, lines, account_id=account_id, business_date=business_date, bank_reference=bank_reference, remark=remark
    )  # fmt: skip


@verb("finance.create_receipt", N_("Enter customer receipt"), roles=WRITERS)
def create_receipt(
    *, actor: User, request_id: uuid.UUID, customer_id: int, amount: Decimal, lines: Sequence[MatchInput] = (),
    account_id: int | None = None, business_date: date | None = None, bank_reference: str = "", remark: str = "",
) -> Receipt:  # fmt: skip
    """Enter money received from a customer as a draft; what the lines leave unmatched stays open as an advance."""
    return _create(IN, actor, customer_id, amount, account_id, lines, business_date, bank_reference, remark)  # type: ignore[no-any-return]


@verb("finance.change_receipt", N_("Change customer receipt"), roles=WRITERS)
def change_receipt(
    *, actor: User, request_id: uuid.UUID, document_id: int, amount: Decimal, business_date: date, account_id: int,
    lines: Sequence[MatchInput] = (), bank_reference: str = "", remark: str = "", version: int | None = None,
) -> Receipt:  # fmt: skip
    """Change a draft; the customer stays."""
    return _change(  # type: ignore[no-any-return]
        IN, document_id, version, amount, lines, account_id=account_id, business_date=business_date, bank_reference=bank_reference, remark=remark
    )  # fmt: skip


@verb("finance.pay_invoices", N_("Pay invoices"), roles=WRITERS)
def pay_invoices(
    *,
    actor: User,
    request_id: uuid.UUID,
    invoice_ids: Sequence[int],
    account_id: int | None = None,
    business_date: date | None = None,
) -> list[Payment]:
    """Draft one payment per supplier for all that is open on some approved invoices."""
    return _settle_invoices(OUT, actor, invoice_ids, account_id, business_date)


@verb("finance.receive_invoices", N_("Receive money for invoices"), roles=WRITERS)
def receive_invoices(
    *, actor: User, request_id: uuid.UUID, invoice_ids: Sequence[int], account_id: int | None = None, business_date: date | None = None,
) -> list[Receipt]:  # fmt: skip
    """Draft one customer receipt per customer for all that is open on some approved invoices."""
    return _settle_invoices(IN, actor, invoice_ids, account_id, business_date)


def _settle_invoices(
    side: Side, actor: User, invoice_ids: Sequence[int], account_id: int | None, on: date | None
) -> list[Any]:
    rows = side.invoice_model.objects.filter(pk__in=invoice_ids, approval=ApprovalState.APPROVED)
    by_partner: dict[int, list[MatchInput]] = {}
    for row in rows.order_by(f"{side.partner}_id", "pk"):
        if row.open_amount:
            by_partner.setdefault(getattr(row, f"{side.partner}_id"), []).append(MatchInput(row.pk, row.open_amount))
    documents = []
    for partner_id, lines in by_partner.items():
        amount = sum((line.amount for line in lines), Decimal(0))
        if amount > 0:
            documents.append(_create(side, actor, partner_id, amount, account_id, lines, on, "", ""))
    if not documents:
        raise DomainError(Problem("nothing_to_pay", "Nothing is open on these invoices."))
    return documents


def _match(side: Side, document_id: int, lines: Sequence[MatchInput]) -> Any:
    document = locked(side.model, document_id)
    problems = (
        []
        if document.approval == ApprovalState.APPROVED
        else [Problem("not_approved", "{number} is not approved yet.", number=document.number)]
    )
    invoices = _open_invoices(side, [line.invoice_id for line in lines], lock=True)
    free = document.amount - document.matched_amount
    if not lines:
        problems.append(Problem("no_lines", "Enter at least one line.", where="lines"))
    refuse_if(problems + match_problems(free, lines, invoices, getattr(document, f"{side.partner}_id")))
    last = document.lines.order_by("-line_no").values_list("line_no", flat=True).first() or 0
    side.line_model.objects.bulk_create(
        [
            side.line_model(document=document, line_no=last + index, invoice_id=line.invoice_id, amount=line.amount)
            for index, line in enumerate(lines, 1)
        ]
    )
    _add_settled(side, lines)
    change(document, matched_amount=document.matched_amount + sum((line.amount for line in lines), Decimal(0)))
    found = side.invoice_model.objects.in_bulk([line.invoice_id for line in lines])
    link(Link(found[line.invoice_id], document) for line in lines)
    return document


@verb("finance.match_payment", N_("Match payment"), roles=WRITERS)
def match_payment(*, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[MatchInput]) -> Payment:
    """Match what is left of an approved payment to more invoices; no voucher, both stand on the same account."""
    return _match(OUT, document_id, lines)  # type: ignore[no-any-return]


@verb("finance.match_receipt", N_("Match customer receipt"), roles=WRITERS)
def match_receipt(*, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[MatchInput]) -> Receipt:
    """Match what is left of an approved customer receipt to more invoices."""
    return _match(IN, document_id, lines)  # type: ignore[no-any-return]
