"""Estimated receipts 暂估 in three ways: which way holds, the month's reversal and restatement, and an invoice's entries.

Goods are booked at the order's price when they come (Dr stock, Cr 220202), the fees of subcontractors with the receipt of their work
(Dr work in process, Cr 220202). What the ways differ in is how that estimate leaves:
- difference: the invoice debits 220202 and books what differs.
- single: the invoice takes the estimate back in red on the credit side and books itself in full.
- month_start: on the first of a month a run moves what waits to 220203 (the estimate is off the month's books; the stock keeps its
  value, as stock and books must agree at every moment), the invoice debits 220203, and at the month's end what still waits goes back.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from gongfang.finance.models import (
    EstimateKind,
    EstimateMethod,
    EstimatePolicy,
    EstimateRun,
    EstimateRunLine,
    OnWayMatch,
    PurchaseInvoice,
    PurchaseInvoiceLine,
)
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.documents.editing import change, locked, new_document
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.platform.verbs import verb
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing

ZERO = Decimal(0)
ACCOUNTANTS = ("accountant", "cost_accountant")
REASON = "finance.estimate_run"
GOODS, FEES = "receipt_line", "fee_receipt"
TARGETS = (("variance", N_("the price variance")), ("stock", N_("the cost of the goods")))
PRICE_DIFFERENCE = declare("finance.price_difference", N_("What a purchase invoice differs by from the estimate goes to"), "choice", "variance", TARGETS)  # fmt: skip


def method_on(on: date) -> str:
    """The way that holds on a day; without any row, booking the difference. One statement."""
    row = EstimatePolicy.objects.filter(valid_from__lte=on).order_by("-valid_from").first()
    return row.method if row else EstimateMethod.DIFFERENCE.value


def _policy_problems(method: str, valid_from: date, pk: int | None = None) -> list[Problem]:
    found = []
    if method not in EstimateMethod.values:
        found.append(Problem("bad_method", "There is no such way of estimating.", "method"))
    if EstimatePolicy.objects.filter(valid_from=valid_from).exclude(pk=pk).exists():
        found.append(Problem("taken_day", "A method from {day} on is entered already.", "valid_from", day=valid_from))
    return found


@verb("finance.create_estimate_policy", N_("Choose estimate method"), roles=ACCOUNTANTS)
def create_estimate_policy(
    *, actor: User, request_id: uuid.UUID, method: str, valid_from: date, remark: str = ""
) -> EstimatePolicy:
    """Let one of the three ways hold from a day on. Documents posted before keep how they were posted."""
    refuse_if(_policy_problems(method, valid_from))
    return EstimatePolicy.objects.create(method=method, valid_from=valid_from, remark=remark)


@verb("finance.change_estimate_policy", N_("Change estimate method"), roles=ACCOUNTANTS)
def change_estimate_policy(
    *, actor: User, request_id: uuid.UUID, policy_id: int, method: str, valid_from: date, remark: str = "", version: int | None = None
) -> EstimatePolicy:  # fmt: skip
    """Correct a method before it begins; one that holds already is history and stays."""
    policy = locked(EstimatePolicy, policy_id, version=version)
    if policy.valid_from <= timezone.localdate():
        raise DomainError(Problem("policy_holds", "This method holds already; enter a new one from a later day."))
    refuse_if(_policy_problems(method, valid_from, policy.pk))
    change(policy, method=method, valid_from=valid_from, remark=remark)
    return policy


# ---- what waits, and where it stands


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stands of one estimate. kind: the column of a run's line that names it (receipt_line, fee_receipt); pk: its id there."""

    kind: str
    pk: int
    document_id: int
    supplier_id: int
    amount: Decimal


def reversed_standing(ids: Iterable[int] | None = None, kind: str = GOODS, on: date | None = None, *, until: date | None = None) -> dict[int, Decimal]:  # fmt: skip
    """Receipt line (or subcontract receipt) → what of its estimate stands on 220203: moved there by runs, less what invoices took.

    on: at the end of a day; until: less what invoices took until this later day. Three statements.
    """
    runs = EstimateRunLine.objects.filter(document__approval=ApprovalState.APPROVED).exclude(**{kind: None})
    ids = None if ids is None else list(ids)
    if on is not None:
        runs = runs.filter(document__business_date__lte=on)
    if ids is not None:
        runs = runs.filter(**{f"{kind}__in": ids})
    found: dict[int, Decimal] = {}
    for pk, run, amount in runs.order_by().values_list(kind, "document__kind").annotate(Sum("amount")):
        found[pk] = found.get(pk, ZERO) + (amount if run == EstimateKind.REVERSE else -amount)
    for pk, amount in _taken("estimate_reversed", kind, ids, until or on).items():
        found[pk] = found.get(pk, ZERO) - amount
    return {pk: amount for pk, amount in found.items() if amount}


def _invoiced(kind: str, until: date | None) -> QuerySet[PurchaseInvoiceLine]:
    """Lines of approved invoices, until a day where it is said."""
    rows = PurchaseInvoiceLine.objects.filter(document__approval=ApprovalState.APPROVED).exclude(**{kind: None})
    return rows if until is None else rows.filter(document__business_date__lte=until)


def _taken(column: str, kind: str, ids: Collection[int] | None, until: date | None) -> dict[int, Decimal]:
    """What invoices took of estimates until a day, and goods that met an invoice that names their order. Two statements."""
    rows = [_invoiced(kind, until)]
    if kind == GOODS:
        met = OnWayMatch.objects.exclude(receipt_line=None)
        rows.append(met if until is None else met.filter(on__lte=until))
    found: dict[int, Decimal] = {}
    for one in rows:
        some = one.exclude(**{column: 0}) if ids is None else one.exclude(**{column: 0}).filter(**{f"{kind}__in": ids})
        for pk, amount in some.order_by().values_list(kind).annotate(Sum(column)):
            found[pk] = found.get(pk, ZERO) + amount
    return found


def drawable(ids: Iterable[int], kind: str, on: date) -> dict[int, Decimal]:
    """What an invoice of a day may take of 220203: what was estimated again on that day counts as reversed still, for a month's last
    invoice comes before its estimate. Four statements.
    """
    ids = list(ids)
    found = reversed_standing(ids, kind, on)
    again = EstimateRunLine.objects.filter(
        document__approval=ApprovalState.APPROVED, document__kind=EstimateKind.RESTATE, document__business_date=on, **{f"{kind}__in": ids}
    )  # fmt: skip
    for pk, amount in again.order_by().values_list(kind).annotate(Sum("amount")):
        found[pk] = found.get(pk, ZERO) + amount
    return found


def estimates_waiting(before: date | None = None, on: date | None = None) -> list[Waiting]:
    """Receipt lines and fees of subcontract receipts whose estimate stands on 220202, with what stands there.

    before: of receipts older than a day. on: with the runs until that day and the invoices of its month, so that what came later hides
    nothing; less than nought where more was reversed than is left to be invoiced. Fourteen statements at most.
    """
    until = None if on is None else (on.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)
    lines = purchasing.invoiceable_lines(only_open=False, before=before)
    ids = [line.line_id for line in lines]
    released = _taken("estimate", GOODS, ids, until)
    moved = reversed_standing(ids, on=on, until=until)
    found = [
        Waiting(GOODS, line.line_id, line.receipt_id, line.supplier_id,
                line.net_amount - released.get(line.line_id, ZERO) - moved.get(line.line_id, ZERO))
        for line in lines
    ]  # fmt: skip
    return [row for row in (*found, *_fees_waiting(before, on, until)) if row.amount]


def _fees_waiting(before: date | None, on: date | None, until: date | None) -> list[Waiting]:
    """A fee is booked in full with its receipt, so what is not invoiced waits, less what runs have moved."""
    owed, suppliers = {}, {}
    for fee in production.open_fees():
        owed[fee.receipt_id], suppliers[fee.receipt_id] = fee.open, fee.partner_id
    moved = reversed_standing(kind=FEES, on=on, until=until)
    if until is not None:
        later = _invoiced(FEES, None).filter(document__business_date__gt=until).order_by()
        for pk, supplier, amount in later.values_list(FEES, "document__supplier").annotate(Sum("estimate")):
            owed[pk], suppliers[pk] = owed.get(pk, ZERO) + amount, supplier
        runs = EstimateRunLine.objects.filter(fee_receipt__in=moved.keys() - owed.keys()).order_by()
        suppliers |= dict(runs.values_list(FEES, "supplier").distinct())
    receipts = [one for one in production.subcontract_receipts(suppliers) if one.approval == ApprovalState.APPROVED]
    return [
        Waiting(FEES, one.pk, one.pk, suppliers[one.pk], owed.get(one.pk, ZERO) - moved.get(one.pk, ZERO))
        for one in receipts
        if before is None or one.business_date < before
    ]


def estimates_reversed(on: date) -> list[Waiting]:
    """What runs until a day took off the estimates and no invoice until then has drawn. Fees of receipts taken back since are among it.

    Suppliers with nothing on 220203 at the end of that month are left out: an invoice of the month was taken back in a later one, and
    the month's books hold it still. Ten statements.
    """
    goods, fees = reversed_standing(on=on), reversed_standing(kind=FEES, on=on)
    lines = purchasing.invoiceable_lines(line_ids=list(goods), only_open=False)
    suppliers = dict(EstimateRunLine.objects.filter(fee_receipt__in=list(fees)).values_list("fee_receipt", "supplier"))
    found = [Waiting(GOODS, line.line_id, line.receipt_id, line.supplier_id, goods[line.line_id]) for line in lines]
    found += [Waiting(FEES, pk, pk, suppliers[pk], fees[pk]) for pk in sorted(fees)]
    standing = ledger_queries.partner_balances("grni_reversed", ledger_queries.period_of(on))
    return [row for row in found if standing.get(row.supplier_id)]


# ---- runs


def hold_runs() -> None:
    """Let runs, and the invoices that draw on them, come one after the other, where estimates are reversed at all. One statement."""
    list(EstimatePolicy.objects.select_for_update().filter(method=EstimateMethod.MONTH_START).order_by("pk"))


def _run(actor: User, kind: EstimateKind, on: date, rows: Sequence[Waiting], request_id: uuid.UUID) -> EstimateRun:
    """Make and post a run."""
    run = new_document(EstimateRun, actor=actor, on=on, kind=kind, amount=sum((row.amount for row in rows), ZERO))
    EstimateRunLine.objects.bulk_create(
        [
            EstimateRunLine(document=run, line_no=n, supplier_id=row.supplier_id, amount=row.amount, **{f"{row.kind}_id": row.pk})
            for n, row in enumerate(rows, start=1)
        ],
        batch_size=2000,
    )  # fmt: skip
    for doc_type, of in (("purchasing.receipt", GOODS), ("production.subcontract_receipt", FEES)):
        chosen = [row for row in rows if row.kind == of]
        receipts = document_model(doc_type)._default_manager.in_bulk({row.document_id for row in chosen})
        link(Link(receipts[row.document_id], run, row.pk if of == GOODS else 0) for row in chosen)
    return ESTIMATE_RUN_LIFECYCLE.approve(actor=actor, request_id=request_id, document_id=run.pk)


@verb("finance.reverse_estimates", N_("Reverse estimates"), roles=ACCOUNTANTS)
def reverse_estimates(*, actor: User, request_id: uuid.UUID, on: date | None = None) -> EstimateRun:
    """Take everything that came before the month of `on` and waits for its invoice off the estimates, on that day.

    Only while reversing at the start of the month is the company's way; then `turn_month` does it by itself. Constant statements.
    """
    on = on or timezone.localdate().replace(day=1)
    hold_runs()
    if method_on(on) != EstimateMethod.MONTH_START:
        raise DomainError(
            Problem("other_method", "Reversing at the start of the month is not the company's way on {day}.", day=on)
        )
    rows = estimates_waiting(on.replace(day=1), on)
    if not rows:
        raise DomainError(
            Problem("nothing_waits", "No receipt of an earlier month waits for its invoice."), Kind.CONFLICT
        )
    return _run(actor, EstimateKind.REVERSE, on, rows, request_id)


@verb("finance.restate_estimates", N_("Estimate again"), roles=ACCOUNTANTS)
def restate_estimates(*, actor: User, request_id: uuid.UUID, on: date | None = None) -> EstimateRun:
    """Put what was reversed and still has no invoice back on the estimates, at the month's end. Constant statements."""
    on = on or timezone.localdate()
    hold_runs()
    rows = estimates_reversed(on)
    if not rows:
        raise DomainError(Problem("nothing_reversed", "Nothing that was reversed still waits."), Kind.CONFLICT)
    return _run(actor, EstimateKind.RESTATE, on, rows, request_id)


def restate_fee(actor: User, receipt_id: int, on: date) -> EstimateRun | None:
    """Put the fee of a receipt that was taken back on the estimates again, where runs had moved it off; else the two would not meet.

    Not before the day it was moved. Call it inside a verb.
    """
    amount = reversed_standing([receipt_id], FEES).get(receipt_id)
    if not amount:
        return None
    moved = EstimateRunLine.objects.filter(fee_receipt=receipt_id, document__approval=ApprovalState.APPROVED)
    line = moved.select_related("document").latest("document__business_date", "pk")
    row = Waiting(FEES, receipt_id, receipt_id, line.supplier_id, amount)
    return _run(actor, EstimateKind.RESTATE, max(on, line.document.business_date), [row], uuid.uuid4())


def _approved(actor: User, run: EstimateRun, request_id: uuid.UUID) -> None:
    """Move the amounts per supplier: reversing Dr 220202 Cr 220203, restating the other way."""
    change(run, execution=ExecutionState.DONE)
    by_supplier: dict[int, Decimal] = {}
    for supplier, amount in run.lines.values_list("supplier", "amount"):
        by_supplier[supplier] = by_supplier.get(supplier, ZERO) + amount
    giver, taker = ("grni", "grni_reversed") if run.kind == EstimateKind.REVERSE else ("grni_reversed", "grni")
    entries = []
    for supplier, amount in sorted(by_supplier.items()):
        if amount:
            entries += [
                ledger.Entry(giver, credit=-amount, partner_id=supplier),
                ledger.Entry(taker, credit=amount, partner_id=supplier),
            ]
    if entries:
        summary = "暂估回冲" if run.kind == EstimateKind.REVERSE else "暂估入库"
        ledger.post(actor=actor, reason=REASON, source=run, on=run.business_date, entries=entries, summary=f"{summary} {run.number}")  # fmt: skip


def _unapproved(actor: User, run: EstimateRun, request_id: uuid.UUID) -> None:
    change(run, execution=ExecutionState.OPEN)
    postings = ledger_queries.postings_of(run)
    if postings:
        ledger.reverse_all(actor=actor, postings=postings, reason=REASON)


def _blockers(run: EstimateRun) -> list[Problem]:
    """A reversal that invoices or a later run have drawn on cannot be taken back."""
    later = EstimateRun.objects.filter(approval=ApprovalState.APPROVED, pk__gt=run.pk).order_by("pk").first()
    if later is not None:
        return [Problem("later_run", "Take {number} back first.", number=later.number)]
    if run.kind == EstimateKind.RESTATE:
        return []
    lines = list(run.lines.select_related("receipt_line", "fee_receipt"))
    standing = {
        kind: reversed_standing([pk for line in lines if (pk := getattr(line, f"{kind}_id"))], kind) for kind in (GOODS, FEES)
    }  # fmt: skip
    return [
        Problem("reversal_used", "{line} is invoiced; take the invoice back first.", line=str(line.receipt_line or line.fee_receipt.number))
        for line in lines
        if standing[GOODS if line.receipt_line_id else FEES].get(line.receipt_line_id or line.fee_receipt_id, ZERO) < line.amount
    ][:20]  # fmt: skip


def _effects(run: EstimateRun) -> list[Effect]:
    return [Effect(N_("The voucher is reversed in red: {amount}."), {"amount": run.amount})]


ESTIMATE_RUN_LIFECYCLE = Lifecycle(
    EstimateRun, package="finance", noun="estimate_run", title=N_("estimate run"), writers=ACCOUNTANTS, approvers=("accountant", "owner"),
    on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, closable=False,
)  # fmt: skip


# ---- an invoice's share


Drawing = PurchaseInvoiceLine | OnWayMatch
"""What takes an estimate back: a line of an invoice, or what goods that came meet of one."""


def draw_reversed(lines: Sequence[Drawing], standing: Mapping[int, Decimal], kind: str = GOODS) -> None:
    """Say how much of each line's estimate was reversed before, and so is taken from 220203 instead of 220202."""
    left = dict(standing)
    for line in lines:
        there = left.get(getattr(line, f"{kind}_id"), ZERO)
        line.estimate_reversed = min(there, line.estimate) if line.estimate > 0 < there else ZERO
        left[getattr(line, f"{kind}_id")] = there - line.estimate_reversed


def estimate_entries(invoice: PurchaseInvoice, lines: Sequence[Drawing], method: str) -> list[ledger.Entry]:
    """How the estimate leaves, as the method says."""
    before = sum((line.estimate_reversed for line in lines), ZERO)
    direct, supplier = sum((line.estimate for line in lines), ZERO) - before, invoice.supplier_id
    if method == EstimateMethod.SINGLE:
        leaving = ledger.Entry(
            "grni", credit=-direct, partner_id=supplier, summary=f"红字回冲暂估 {invoice.invoice_no}"
        )
    else:
        leaving = ledger.Entry("grni", debit=direct, partner_id=supplier)
    return [leaving, ledger.Entry("grni_reversed", debit=before, partner_id=supplier)]


def invoice_entries(
    invoice: PurchaseInvoice, lines: Sequence[Drawing], method: str, variance: str = "variance_price", on_way: Decimal = ZERO
) -> list[ledger.Entry]:  # fmt: skip
    """The voucher of an invoice: the estimate leaves as the method says, tax, what the invoice differs by, and what is owed.

    on_way: what of it is of goods that have not come.
    """
    estimate = sum((line.estimate for line in lines), ZERO)
    entries = [
        *estimate_entries(invoice, lines, method),
        ledger.Entry("on_way", debit=on_way, partner_id=invoice.supplier_id),
        ledger.Entry("vat_in", debit=invoice.tax_amount),
        ledger.Entry(variance, debit=invoice.net_amount - estimate - on_way),
        ledger.Entry("payable", credit=invoice.total_amount, partner_id=invoice.supplier_id),
    ]
    return [entry for entry in entries if entry.debit or entry.credit]


def put_on_goods(actor: User, invoice: PurchaseInvoice, lines: Sequence[Drawing]) -> None:
    """Where the company wants it, move the difference between invoice and estimate from the variance onto the goods.

    What is left in stock carries its share, what is gone takes the rest to where it went. Constant statements.
    """
    if setting(PRICE_DIFFERENCE) != "stock":
        return
    dearer: dict[int, Decimal] = {}
    owners: dict[int, int] = {}
    for line in lines:
        if line.receipt_line_id and line.net_amount != line.estimate:
            dearer[line.receipt_line_id] = dearer.get(line.receipt_line_id, ZERO) + line.net_amount - line.estimate
            owners[line.receipt_line_id] = line.invoice_line_id if isinstance(line, OnWayMatch) else line.pk
    moves = ledger_queries.receipt_moves("purchasing.receipt", [pk for pk, amount in dearer.items() if amount])
    if not moves:
        return
    ledger.add_costs(
        actor=actor, reason="finance.purchase_invoice", source=invoice, on=max(invoice.business_date, *(on for _, on in moves.values())),
        partner_id=invoice.supplier_id, summary=f"暂估补差 {invoice.invoice_no}",
        costs=[
            ledger.AddedCost(pk, dearer[line], "variance_price", invoice.supplier_id, owners[line])
            for line, (pk, _) in sorted(moves.items())
        ],
    )  # fmt: skip
