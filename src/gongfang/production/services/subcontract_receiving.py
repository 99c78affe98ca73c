"""Take work back from a subcontractor: pieces, fee, losses, the material reckoned (委外收货、核销), and undo it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_cents, to_micro
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.links import Link, link
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows
from gongfang.platform.verbs import verb
from gongfang.production.events import SubcontractReceived, SubcontractTakenBack
from gongfang.production.models import Issue, OutputReceipt, SubcontractMaterial, SubcontractReceipt, SubcontractUse
from gongfang.production.queries import ready_quantities
from gongfang.production.rules import MaterialUse, loss_problems, outside_problems, standard_use
from gongfang.production.services.holding import hold_orders
from gongfang.production.services.issuing import IssueInput, issue, live_document, posted_document, withdraw_issue
from gongfang.production.services.receiving import ReceiptInput, make_receipt, undo_receipt
from gongfang.production.services.reporting import ReportInput, make_report
from gongfang.production.services.subcontract_sending import KEEPERS, Held, lots_left


@dataclass(frozen=True, slots=True)
class UsedInput:
    """What the work really took of a component (实耗), of this lot or the earliest sent; components left out take their standard."""

    item_id: int
    quantity: Decimal
    lot_id: int | None = None


@verb("production.receive_subcontract", N_("Receive from the subcontractor"), roles=KEEPERS)
def receive_subcontract(
    *, actor: User, request_id: uuid.UUID, subcontract_id: int, good: Decimal = ZERO, scrap: Decimal = ZERO,
    fee: Decimal | None = None, deduction: Decimal = ZERO, lines: Sequence[UsedInput] = (), store: bool = True, cause: str = "",
    lot_code: str = "", on: date | None = None, remark: str = "", confirm: frozenset[str] = frozenset(),
) -> SubcontractReceipt:  # fmt: skip
    """Take worked pieces back (委外收货, WS): they are reported good or lost, the fee goes into the order, the material they took
    leaves the subcontractor's place. After the last operation good pieces go into stock (store).

    fee: None is the agreed price of the good pieces. deduction: charged to the subcontractor. With lines alone material is reckoned
    as lost. Raises DomainError: not_outside, not_sent, over_report …; over_loss is to be confirmed.
    """
    on = on or timezone.localdate()
    held = Held(subcontract_id)
    _refuse(held, good, scrap, fee, deduction, lines)
    used = _used(held, good + scrap, lines)
    standards = {pk: _standard(held, row, good + scrap) for pk, row in held.rows.items()}
    _refuse_losses(held, good + scrap, used, confirm)
    document = posted_document(
        SubcontractReceipt, actor, on, subcontract=held.document, good=to_micro(good), scrap=to_micro(scrap),
        fee=to_cents(held.document.price * good) if fee is None else fee, deduction=deduction, remark=remark,
    )  # fmt: skip
    held.document.received_quantity += document.good
    held.document.lost_quantity += document.scrap
    held.document.fee_value += document.net
    if good or scrap or document.net:
        line = ReportInput(
            held.document.operation_id, good=document.good, scrap_worker=document.scrap, cause=cause, fee=document.net,
            subcontractor_id=held.document.partner_id,
        )  # fmt: skip
        document.report = make_report(actor, [line], on)
    insert_rows(
        [
            SubcontractUse(
                document=document, line_no=n, row=held.rows[one.row_id], item_id=held.rows[one.row_id].item_id, lot_id=one.lot_id,
                quantity=one.quantity, standard=standards.pop(one.row_id, ZERO),
            )
            for n, one in enumerate(used, start=1)
        ]
    )  # fmt: skip
    document.issue = _take(actor, held, used, on)
    held.save()
    if good and store and _may_be_stored(held, document.good):
        document.output = make_receipt(actor, [ReceiptInput(held.order.pk, document.good, lot_code=lot_code)], on)
    document.save(update_fields=["report", "issue", "output"])
    link([Link(held.document, document)])
    emit(SubcontractReceived(document.pk, held.document.partner_id, on))
    return document


@verb("production.reckon_loss", N_("Reckon a loss"), roles=(*KEEPERS, "cost_accountant"))
def reckon_loss(
    *, actor: User, request_id: uuid.UUID, subcontract_id: int, item_id: int, quantity: Decimal, reason: str, deduction: Decimal = ZERO,
) -> SubcontractReceipt:  # fmt: skip
    """Write off material that a subcontractor lost into the order (核销损耗); deduction: what they pay for it, off their fee."""
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    return receive_subcontract(
        actor=actor, request_id=request_id, subcontract_id=subcontract_id, deduction=deduction, remark=reason.strip()[:500],
        lines=[UsedInput(item_id, quantity)], confirm=frozenset({"over_loss"}),
    )  # fmt: skip


def _refuse(
    held: Held, good: Decimal, scrap: Decimal, fee: Decimal | None, deduction: Decimal, lines: Sequence[UsedInput]
) -> None:
    problems = [Problem("not_positive", "Enter a quantity above 0.", where="good")] if min(good, scrap) < 0 else []
    problems = problems or outside_problems(held.outside, good + scrap, held.order.over_report)
    if deduction < 0 or (fee is not None and fee < 0):
        problems.append(Problem("negative_amount", "Amounts cannot be negative.", where="fee"))
    if not (good or scrap or fee or deduction or lines):
        problems.append(Problem("nothing_reported", "Enter what was made: good, scrap or rework pieces.", where="good"))
    problems += [
        Problem("not_positive", "Enter a quantity above 0.", where=f"lines.{n}.quantity")
        for n, line in enumerate(lines)
        if line.quantity < 0
    ]
    refuse_if(problems)


@dataclass(frozen=True, slots=True)
class Used:
    """So much of a component leaves the subcontractor's place."""

    row_id: int
    quantity: Decimal
    lot_id: int | None = None


def _standard(held: Held, row: SubcontractMaterial, pieces: Decimal) -> Decimal:
    """What so many more pieces should take of a component."""
    before, material = held.document.worked_quantity, row.material
    after = standard_use(material.fixed, material.per_piece, before + pieces)
    return after - standard_use(material.fixed, material.per_piece, before)


def _used(held: Held, pieces: Decimal, lines: Sequence[UsedInput]) -> list[Used]:
    """What leaves the subcontractor's place: as entered, else what the pieces should take."""
    entered = [
        Used(held.row_of(line.item_id, f"lines.{n}.item").pk, to_micro(line.quantity), line.lot_id)
        for n, line in enumerate(lines)
    ]
    named = {one.row_id for one in entered}
    # what is due beyond what was sent was issued by hand here, or is missing and shows when the material is reckoned
    usual = [
        Used(pk, min(_standard(held, row, pieces), max(row.left, ZERO)))
        for pk, row in held.rows.items()
        if pk not in named and pieces
    ]
    return [one for one in entered + usual if one.quantity > 0]


def _refuse_losses(held: Held, pieces: Decimal, used: Sequence[Used], confirm: frozenset[str]) -> None:
    total = held.document.worked_quantity + pieces
    taken: dict[int, Decimal] = defaultdict(Decimal)
    for one in used:
        taken[one.row_id] += one.quantity
    uses = [
        MaterialUse(
            row.item.code, row.sent_quantity, row.returned_quantity, row.done_quantity + taken[pk],
            standard_use(row.material.fixed, row.material.per_piece, total),
        )
        for pk, row in held.rows.items()
        if pk in taken
    ]  # fmt: skip
    refusals, warnings = loss_problems(held.document.number, uses, held.document.loss_tolerance)
    refuse_if(refusals, Kind.CONFLICT)
    refuse_if([problem for problem in warnings if problem.code not in confirm], Kind.CONFIRM)


def _take(actor: User, held: Held, used: Sequence[Used], on: date) -> Issue | None:
    """Issue material from the subcontractor's place into the order."""
    lines = []
    taken: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for one in sorted(used, key=lambda one: one.lot_id is None):  # lots that are named first
        row = held.rows[one.row_id]
        for lot_id, part in lots_left(row, one.quantity, one.lot_id, taken):
            lines.append(IssueInput(row.material_id, part, lot_id, partner_id=held.document.partner_id))
            taken[row.pk, lot_id] += part
        row.done_quantity += one.quantity
        held.materials[row.material_id].outside_quantity -= one.quantity
    return issue(actor, lines, on, "outside", reason=held.document.number) if lines else None


def _may_be_stored(held: Held, good: Decimal) -> bool:
    """Whether the pieces are through the last operation and no inspection holds them."""
    order = hold_orders([held.order.pk])[held.order.pk]
    ready = ready_quantities([order.pk]).get(order.pk, ZERO)
    return not order.item.inspect_final and ready - order.received_quantity >= good


@verb("production.undo_subcontract_receipt", N_("Take back the receipt"), roles=KEEPERS)
def undo_subcontract_receipt(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str = "", version: int | None = None
) -> SubcontractReceipt:  # fmt: skip
    """Take a subcontract receipt back with its report, its material, its receipt into stock. Refused once it is invoiced."""
    from gongfang.production.services.unreporting import undo_report

    document = live_document(SubcontractReceipt, document_id, version)
    if document.output_id and OutputReceipt.objects.filter(pk=document.output_id, approval="approved").exists():
        undo_receipt(actor=actor, request_id=request_id, document_id=document.output_id, reason=reason)
    if document.report_id:
        undo_report(actor=actor, request_id=request_id, document_id=document.report_id, reason=reason)
    else:
        withdraw_receipts(actor, SubcontractReceipt.objects.filter(pk=document.pk), reason)
    document.refresh_from_db()
    return document


def withdraw_receipts(actor: User, receipts: Iterable[SubcontractReceipt], reason: str) -> None:
    """Take live subcontract receipts off their orders and give the material back to the subcontractor's place.

    Their report is taken back by the caller. Raises DomainError(is_invoiced).
    """
    for pk in [receipt.pk for receipt in receipts]:
        document = locked(SubcontractReceipt, pk)
        if document.approval != "approved":
            continue
        if document.invoiced:
            raise DomainError(
                Problem("is_invoiced", "{number} is invoiced; take the invoice back first.", number=document.number), Kind.CONFLICT
            )  # fmt: skip
        back: dict[int, Decimal] = defaultdict(Decimal)
        if document.issue_id:
            taken = live_document(Issue, document.issue_id)
            for line in taken.lines.all():
                back[line.material_id] += line.quantity
            withdraw_issue(actor, taken, reason)
        held = Held(document.subcontract_id)
        held.document.received_quantity -= document.good
        held.document.lost_quantity -= document.scrap
        held.document.fee_value -= document.net
        for row in held.rows.values():
            row.done_quantity -= back[row.material_id]
            held.materials[row.material_id].outside_quantity += back[row.material_id]
        held.save()
        change(document, approval="void", execution="closed")
        emit(SubcontractTakenBack(document.pk, document.business_date, actor.pk))


def why_not_undo_receipt(document: SubcontractReceipt) -> list[Problem]:
    if document.approval != "approved":
        return [Problem("taken_back", "{number} was already taken back.", number=document.number)]
    if document.invoiced:
        return [Problem("is_invoiced", "{number} is invoiced; take the invoice back first.", number=document.number)]
    return []


def record_fees_invoiced(amounts: Mapping[int, Decimal]) -> None:
    """Count net amounts that finance invoiced (negative: took back) on receipts. Raises DomainError(over_invoiced)."""
    rows = SubcontractReceipt.objects.select_for_update(of=("self",)).filter(pk__in=list(amounts), approval="approved")
    found = {row.pk: row for row in rows.order_by("pk")}
    problems = []
    for pk, amount in amounts.items():
        row = found.get(pk)
        if row is None or not ZERO <= row.invoiced + amount <= row.net:
            problems.append(
                Problem("fee_invoiced", "{number}: this fee is invoiced already, or was taken back.", number=row.number if row else pk)
            )  # fmt: skip
            continue
        row.invoiced += amount
    refuse_if(problems, Kind.CONFLICT)
    SubcontractReceipt.objects.bulk_update(list(found.values()), ["invoiced"])


def reckoning(rows: Sequence[SubcontractMaterial]) -> list[dict[str, object]]:
    """核销: per component what was sent, returned, used, what the work should have taken, and what is lost or left."""
    found = []
    for row in rows:
        standard = standard_use(row.material.fixed, row.material.per_piece, row.document.worked_quantity)
        found.append(
            {
                "code": row.item.code, "name": row.item.name, "sent": row.sent_quantity, "returned": row.returned_quantity,
                "used": row.done_quantity, "standard": standard, "loss": row.done_quantity - standard, "left": row.left,
                "unit": row.item.unit.name,
            }
        )  # fmt: skip
    return found
