"""对账单: what a partner's account says of a period, sent to the partner and confirmed. The books are asked, so that it cannot differ from them."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Min, Sum
from django.utils import timezone

from gongfang.finance.models import (
    CustomerStatement,
    CustomerStatementLine,
    EntryKind,
    OnWayMatch,
    Payment,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    Receipt,
    SalesInvoice,
    SalesInvoiceLine,
    SupplierStatement,
    SupplierStatementLine,
)
from gongfang.kernel.deliveries import GoodsHeld, GoodsMoved
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import to_cents
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales

ZERO = Decimal(0)
KINDS = {
    SalesInvoice.doc_type: EntryKind.INVOICE, PurchaseInvoice.doc_type: EntryKind.INVOICE, Receipt.doc_type: EntryKind.MONEY,
    Payment.doc_type: EntryKind.MONEY,
}  # fmt: skip
ORDER = (EntryKind.GOODS, EntryKind.RETURN, EntryKind.INVOICE, EntryKind.MONEY, EntryKind.OTHER)


@dataclass(frozen=True, slots=True)
class StatementSide:
    """What differs between what customers owe and what is owed to suppliers. sign: of a debit. moved, held: documents and lines of goods."""

    model: Any
    line_model: Any
    partner: str
    role: str
    sign: int
    moved: Callable[[Collection[int], date, date], list[GoodsMoved]]
    held: Callable[[Collection[int], date], list[GoodsHeld]]
    invoiced: Callable[[Collection[int], date], Mapping[int, Decimal]]
    no_partner: Problem

    def everybody(self) -> list[int]:
        """Partners that may have such an account; two statements at most."""
        rows = (
            [masterdata.customers()]
            if self.partner == "customer"
            else [masterdata.suppliers(), masterdata.subcontractors()]
        )
        return sorted({pk for some in rows for pk in some.values_list("pk", flat=True)})


def _sold(partner_ids: Collection[int], until: date) -> Mapping[int, Decimal]:
    """Shipment line → what was invoiced of it at the end of a day; one statement."""
    rows = SalesInvoiceLine.objects.filter(
        document__customer__in=partner_ids,
        document__approval=ApprovalState.APPROVED,
        document__business_date__lte=until,
    )
    return dict(rows.order_by().values_list("shipment_line").annotate(Sum("quantity")))


def _bought(partner_ids: Collection[int], until: date) -> Mapping[int, Decimal]:
    """Receipt line → what was invoiced of it at the end of a day, before it came too; two statements."""
    rows = PurchaseInvoiceLine.objects.filter(
        document__supplier__in=partner_ids,
        document__approval=ApprovalState.APPROVED,
        document__business_date__lte=until,
    ).exclude(receipt_line=None)
    met = OnWayMatch.objects.filter(invoice_line__document__supplier__in=partner_ids, on__lte=until).exclude(
        receipt_line=None
    )
    found: dict[int, Decimal] = defaultdict(Decimal)
    for one in (rows, met):
        for pk, quantity in one.order_by().values_list("receipt_line").annotate(Sum("quantity")):
            found[pk] += quantity
    return found


CUSTOMERS = StatementSide(
    CustomerStatement, CustomerStatementLine, "customer", "receivable", 1, sales.goods_between, sales.goods_until, _sold,
    Problem("no_customer", "This is not a customer.", where="customer"),
)  # fmt: skip
SUPPLIERS = StatementSide(
    SupplierStatement, SupplierStatementLine, "supplier", "payable", -1, purchasing.goods_between, purchasing.goods_until, _bought,
    Problem("no_supplier", "This is not a supplier.", where="supplier"),
)  # fmt: skip


@dataclass(slots=True)
class Account:
    """One partner's account over some days: head figures, and rows in the order of their days."""

    opening: Decimal = ZERO
    waiting: Decimal = ZERO
    rows: list[dict[str, Any]] = field(default_factory=list)

    def head(self) -> dict[str, Decimal]:
        charged = sum((row["charged"] for row in self.rows), ZERO)
        settled = sum((row["settled"] for row in self.rows), ZERO)
        return {
            "opening": self.opening, "charged": charged, "settled": settled, "closing": self.opening + charged - settled,
            "waiting": self.waiting,
        }  # fmt: skip

    @property
    def is_idle(self) -> bool:
        return not self.rows and not self.opening and not self.waiting


def accounts_of(side: StatementSide, partner_ids: Collection[int], since: date, until: date) -> dict[int, Account]:
    """The accounts of partners over some days, both included; eight statements, whatever the number of partners and documents."""
    found = {pk: Account() for pk in partner_ids}
    lines = ledger.lines_of_roles((side.role,)).filter(partner__in=list(partner_ids)).order_by()
    for partner, debit, credit in (
        lines.filter(on__lt=since).values_list("partner").annotate(Sum("debit"), Sum("credit"))
    ):
        found[partner].opening = side.sign * (debit - credit)
    posting = "voucher__posting__"
    booked = lines.filter(on__range=(since, until)).values_list(
        "partner", "on", f"{posting}source_type", f"{posting}source_id", f"{posting}source_number"
    )
    sums = booked.annotate(Min("voucher__summary"), Sum("debit"), Sum("credit"))
    for partner, on, doc_type, pk, number, summary, debit, credit in sums:
        kind = KINDS.get(doc_type, EntryKind.OTHER)
        amount = side.sign * (debit - credit)
        if amount:  # what was taken back on its day is not told
            is_money = kind == EntryKind.MONEY or (kind == EntryKind.OTHER and amount < 0)
            row = _row(on, kind, doc_type, pk, number, "" if kind != EntryKind.OTHER else summary)
            found[partner].rows.append(row | ({"settled": -amount} if is_money else {"charged": amount}))
    for one in side.moved(partner_ids, since, until):
        kind = EntryKind.GOODS if one.amount >= 0 else EntryKind.RETURN
        found[one.partner_id].rows.append(
            _row(one.on, kind, one.doc_type, one.document_id, one.number, "") | {"goods": one.amount}
        )
    billed = side.invoiced(partner_ids, until)
    for held in side.held(partner_ids, until):
        left = held.quantity - billed.get(held.line_id, ZERO)
        if left:
            found[held.partner_id].waiting += to_cents(held.amount * left / held.whole)
    for account in found.values():
        _balance(account)
    return found


def _row(on: date, kind: EntryKind, doc_type: str, pk: int, number: str, summary: str) -> dict[str, Any]:
    return {
        "on": on, "kind": kind.value, "source_type": doc_type, "source_id": pk, "source_number": number, "summary": summary[:200],
        "goods": ZERO, "charged": ZERO, "settled": ZERO,
    }  # fmt: skip


def _balance(account: Account) -> None:
    account.rows.sort(
        key=lambda row: (row["on"], ORDER.index(EntryKind(row["kind"])), row["source_number"], row["source_id"])
    )
    balance = account.opening
    for row in account.rows:
        balance += row["charged"] - row["settled"]
        row["balance"] = balance


def _period_problems(
    side: StatementSide, partner_id: int, since: date, until: date, but: int | None = None
) -> list[Problem]:
    if until < since:
        return [Problem("bad_period", "The last day is before the first.", where="until")]
    live = side.model.objects.filter(**{side.partner: partner_id}).exclude(approval=ApprovalState.VOID).exclude(pk=but)
    other = live.filter(since__lte=until, until__gte=since).first()
    if other is None:
        return []
    return [
        Problem(
            "days_told", "{number} tells {since} to {until} already; begin after it, or void it.", where="since", number=other.number, since=other.since, until=other.until
        )
    ]  # fmt: skip


def next_day(side: StatementSide, partner_id: int, until: date) -> date:
    """Where the next statement begins: after the last one, else the first of the month of its end."""
    live = side.model.objects.filter(**{side.partner: partner_id}).exclude(approval=ApprovalState.VOID)
    last = live.order_by("-until").values_list("until", flat=True).first()
    return last + timedelta(1) if last else until.replace(day=1)


def _make(
    side: StatementSide, actor: User, partner_id: int, since: date | None, until: date | None, remark: str
) -> Any:
    partner = masterdata.partners_by_ids([partner_id]).get(partner_id)
    if partner is None or not (
        getattr(partner, f"is_{side.partner}") or (side is SUPPLIERS and partner.is_subcontractor)
    ):
        raise DomainError(side.no_partner)
    until = until or timezone.localdate()
    since = since or next_day(side, partner_id, until)
    refuse_if(_period_problems(side, partner_id, since, until))
    document = new_document(
        side.model, actor=actor, on=timezone.localdate(), since=since, until=until, remark=remark, **{side.partner: partner}
    )  # fmt: skip
    _fill(side, document)
    return document


def _fill(side: StatementSide, document: Any) -> None:
    partner_id = getattr(document, f"{side.partner}_id")
    account = accounts_of(side, [partner_id], document.since, document.until)[partner_id]
    document.lines.all().delete()
    save_lines(document, side.line_model, account.rows)
    change(document, **account.head())


def _change(
    side: StatementSide, document_id: int, version: int | None, since: date | None, until: date | None, remark: str
) -> Any:
    document = editable(side.model, document_id, version=version)
    first, last = since or document.since, until or document.until
    refuse_if(_period_problems(side, getattr(document, f"{side.partner}_id"), first, last, document.pk))
    change(document, since=first, until=last, remark=remark)
    _fill(side, document)
    return document


def _make_all(side: StatementSide, actor: User, since: date | None, until: date | None) -> list[Any]:
    """Drafts for everybody with an account that moved or is open, and no statement of these days; constant statements."""
    until = until or timezone.localdate()
    first = since or until.replace(day=1)
    if until < first:
        raise DomainError(Problem("bad_period", "The last day is before the first.", where="until"))
    live = side.model.objects.exclude(approval=ApprovalState.VOID).filter(since__lte=until, until__gte=first)
    told = set(live.values_list(side.partner, flat=True))
    accounts = accounts_of(side, [pk for pk in side.everybody() if pk not in told], first, until)
    due = {pk: account for pk, account in sorted(accounts.items()) if not account.is_idle}
    if not due:
        raise DomainError(
            Problem("nothing_to_tell", "No account is open or has moved in these days that is not told already."),
            Kind.CONFLICT,
        )
    numbers = next_numbers(side.model, timezone.localdate(), len(due))
    made = side.model.objects.bulk_create(
        [
            side.model(
                number=number, business_date=timezone.localdate(), created_by=actor, since=first, until=until, **{f"{side.partner}_id": pk}, **account.head()
            )
            for number, (pk, account) in zip(numbers, due.items(), strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    side.line_model.objects.bulk_create(
        [
            side.line_model(document=document, line_no=line_no, **row)
            for document, account in zip(made, due.values(), strict=True)
            for line_no, row in enumerate(account.rows, start=1)
        ],
        batch_size=500,
    )
    return list(made)


def changed_since(side: StatementSide, document: Any) -> list[tuple[str, Decimal, Decimal]]:
    """Figures of the head that the books say otherwise by now: name, as told, now."""
    partner_id = getattr(document, f"{side.partner}_id")
    now = accounts_of(side, [partner_id], document.since, document.until)[partner_id].head()
    return [
        (name, getattr(document, name), amount) for name, amount in now.items() if getattr(document, name) != amount
    ]


def side_of(document: Any) -> StatementSide:
    return CUSTOMERS if isinstance(document, CustomerStatement) else SUPPLIERS


def _problems(document: Any) -> list[Problem]:
    """It is sent as the books are: what was made of other figures is made again first."""
    if changed_since(side_of(document), document):
        return [Problem("books_moved", "The books have changed since it was made; press Reckon again.")]
    return []


def _refresh(side: StatementSide, document_id: int, version: int | None) -> Any:
    document = editable(side.model, document_id, version=version)
    _fill(side, document)
    return document


def _confirm(
    side: StatementSide,
    document_id: int,
    by: str,
    on: date | None,
    balance: Decimal | None,
    said: str,
    version: int | None,
) -> Any:
    document = locked(side.model, document_id, version=version)
    problems = []
    if document.approval != ApprovalState.APPROVED:
        problems.append(Problem("not_approved", "{number} is not approved yet.", number=document.number))
    if not by.strip():
        problems.append(Problem("who_missing", "Say who confirmed it at the partner's.", where="confirmed_by"))
    theirs = document.closing if balance is None else balance
    if theirs != document.closing and not said.strip():
        text = N_("The partner's balance differs by {amount}; note what it comes from.")
        problems.append(Problem("difference_unsaid", text, where="confirmation", amount=theirs - document.closing))
    day = on or timezone.localdate()
    if day < document.until:
        problems.append(
            Problem(
                "confirmed_early",
                "It cannot be confirmed before its last day, {day}.",
                where="confirmed_on",
                day=document.until,
            )
        )
    refuse_if(problems, Kind.CONFLICT)
    change(
        document, confirmed_on=day, confirmed_by=by.strip()[:60], confirmed_amount=theirs, confirmation=said.strip()[:200],
        execution=ExecutionState.DONE if theirs == document.closing else ExecutionState.PARTIAL,
    )  # fmt: skip
    return document


def _unapproved(actor: User, document: Any, request_id: uuid.UUID) -> None:
    """What was confirmed was the statement as it was sent."""
    change(
        document, confirmed_on=None, confirmed_by="", confirmed_amount=None, confirmation="", execution=ExecutionState.OPEN
    )  # fmt: skip


CUSTOMER_WRITERS, SUPPLIER_WRITERS = ("accountant", "sales"), ("accountant", "buyer")
CUSTOMER_STATEMENT_LIFECYCLE = Lifecycle(
    CustomerStatement, package="finance", noun="customer_statement", title=N_("customer statement"), writers=CUSTOMER_WRITERS,
    approvers=("accountant", "owner"), check=_problems, on_unapprove=_unapproved, closable=False,
)  # fmt: skip
SUPPLIER_STATEMENT_LIFECYCLE = Lifecycle(
    SupplierStatement, package="finance", noun="supplier_statement", title=N_("supplier statement"), writers=SUPPLIER_WRITERS,
    approvers=("accountant", "owner"), check=_problems, on_unapprove=_unapproved, closable=False,
)  # fmt: skip


@verb("finance.create_customer_statement", N_("Make customer statement"), roles=CUSTOMER_WRITERS)
def create_customer_statement(
    *, actor: User, request_id: uuid.UUID, customer_id: int, since: date | None = None, until: date | None = None, remark: str = ""
) -> CustomerStatement:  # fmt: skip
    """Draft the account of a customer. since: the day after the last statement; until: today."""
    return _make(CUSTOMERS, actor, customer_id, since, until, remark)  # type: ignore[no-any-return]


@verb("finance.create_supplier_statement", N_("Make supplier statement"), roles=SUPPLIER_WRITERS)
def create_supplier_statement(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, since: date | None = None, until: date | None = None, remark: str = ""
) -> SupplierStatement:  # fmt: skip
    """Draft the account of a supplier. since: the day after the last statement; until: today."""
    return _make(SUPPLIERS, actor, supplier_id, since, until, remark)  # type: ignore[no-any-return]


@verb("finance.change_customer_statement", N_("Change customer statement"), roles=CUSTOMER_WRITERS)
def change_customer_statement(
    *, actor: User, request_id: uuid.UUID, document_id: int, since: date | None = None, until: date | None = None, remark: str = "", version: int | None = None
) -> CustomerStatement:  # fmt: skip
    """Other days for a draft; it is reckoned again."""
    return _change(CUSTOMERS, document_id, version, since, until, remark)  # type: ignore[no-any-return]


@verb("finance.change_supplier_statement", N_("Change supplier statement"), roles=SUPPLIER_WRITERS)
def change_supplier_statement(
    *, actor: User, request_id: uuid.UUID, document_id: int, since: date | None = None, until: date | None = None, remark: str = "", version: int | None = None
) -> SupplierStatement:  # fmt: skip
    """Other days for a draft; it is reckoned again."""
    return _change(SUPPLIERS, document_id, version, since, until, remark)  # type: ignore[no-any-return]


@verb("finance.refresh_customer_statement", N_("Reckon customer statement again"), roles=CUSTOMER_WRITERS)
def refresh_customer_statement(*, actor: User, request_id: uuid.UUID, document_id: int, version: int | None = None) -> CustomerStatement:  # fmt: skip
    """Bring a draft to what the books say now."""
    return _refresh(CUSTOMERS, document_id, version)  # type: ignore[no-any-return]


@verb("finance.refresh_supplier_statement", N_("Reckon supplier statement again"), roles=SUPPLIER_WRITERS)
def refresh_supplier_statement(*, actor: User, request_id: uuid.UUID, document_id: int, version: int | None = None) -> SupplierStatement:  # fmt: skip
    """Bring a draft to what the books say now."""
    return _refresh(SUPPLIERS, document_id, version)  # type: ignore[no-any-return]


@verb("finance.make_customer_statements", N_("Make statements of all customers"), roles=CUSTOMER_WRITERS)
def make_customer_statements(
    *, actor: User, request_id: uuid.UUID, since: date | None = None, until: date | None = None
) -> list[CustomerStatement]:
    """Draft a statement for each customer whose account is open or has moved. since: the first of the month; until: today."""
    return _make_all(CUSTOMERS, actor, since, until)


@verb("finance.make_supplier_statements", N_("Make statements of all suppliers"), roles=SUPPLIER_WRITERS)
def make_supplier_statements(
    *, actor: User, request_id: uuid.UUID, since: date | None = None, until: date | None = None
) -> list[SupplierStatement]:
    """Draft a statement for each supplier whose account is open or has moved. since: the first of the month; until: today."""
    return _make_all(SUPPLIERS, actor, since, until)


@verb("finance.confirm_customer_statement", N_("Note customer's confirmation"), roles=CUSTOMER_WRITERS)
def confirm_customer_statement(
    *, actor: User, request_id: uuid.UUID, document_id: int, confirmed_by: str, confirmed_on: date | None = None, confirmed_amount: Decimal | None = None,
    confirmation: str = "", version: int | None = None,
) -> CustomerStatement:  # fmt: skip
    """Note that the customer agrees, or by how much the customer's books differ and why. confirmed_amount: left out: the same as ours."""
    return _confirm(CUSTOMERS, document_id, confirmed_by, confirmed_on, confirmed_amount, confirmation, version)  # type: ignore[no-any-return]


@verb("finance.confirm_supplier_statement", N_("Note supplier's confirmation"), roles=SUPPLIER_WRITERS)
def confirm_supplier_statement(
    *, actor: User, request_id: uuid.UUID, document_id: int, confirmed_by: str, confirmed_on: date | None = None, confirmed_amount: Decimal | None = None,
    confirmation: str = "", version: int | None = None,
) -> SupplierStatement:  # fmt: skip
    """Note that the supplier agrees, or by how much the supplier's books differ and why. confirmed_amount: left out: the same as ours."""
    return _confirm(SUPPLIERS, document_id, confirmed_by, confirmed_on, confirmed_amount, confirmation, version)  # type: ignore[no-any-return]
