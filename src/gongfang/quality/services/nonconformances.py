"""Nonconformance reports: what failed, and its disposition carried out at approval."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.kernel.states import Approval, Execution
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.ledger.queries.genealogy import lots_by_ids
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.models import LineLink
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb
from gongfang.quality.events import NonconformanceDisposed, ReworkWork
from gongfang.quality.models import Disposition, Inspection, InspectionResult, Nonconformance, ReworkStep

INSPECTORS = ("inspector",)
REASON = "quality.nonconformance"


@dataclass(frozen=True, slots=True)
class ReworkInput:
    """One step of the rework, in the order it is done; see `ReworkStep`."""

    operation_no: int | None = None
    name: str = ""
    work_centre_id: int | None = None
    minutes: Decimal | None = None
    setup_minutes: Decimal | None = None
    id: int | None = None


def choose_rework(report: Nonconformance, routing_id: int | None, steps: Sequence[ReworkInput] | None) -> None:
    """Say how a report's goods are reworked; None leaves what was chosen. Raises DomainError: step_incomplete, negative_time."""
    if routing_id is not None:
        change(report, rework_routing_id=routing_id)
    if steps is None:
        return
    names = ("id", "operation_no", "work_centre_id", "minutes", "setup_minutes")
    rows = [{name: getattr(one, name) for name in names} | {"name": one.name.strip()[:60]} for one in steps]
    problems = [
        Problem("step_incomplete", "Name an operation of the routing, or the work and where it is done.", f"rework_steps.{n}.operation_no")
        for n, row in enumerate(rows)
        if not row["operation_no"] and not (row["name"] and row["work_centre_id"])
    ]  # fmt: skip
    problems += [
        Problem("negative_time", "Times cannot be negative.", f"rework_steps.{n}.{name}")
        for n, row in enumerate(rows)
        for name in ("minutes", "setup_minutes")
        if (row[name] or 0) < 0
    ]
    refuse_if(problems)
    save_lines(report, ReworkStep, rows)


def report_rejected(actor: User, inspections: Sequence[Inspection]) -> None:
    """Open a report on what each inspection rejected, for somebody to decide what becomes of it. Constant statements.

    Read the warehouses along.
    """
    rejected = [one for one in inspections if one.rejected_quantity]
    if not rejected:
        return
    blocked = ledger_queries.blocked_places([one.warehouse for one in rejected if one.location_id and one.warehouse])
    defects = _defects(rejected)
    days: dict[date, list[Inspection]] = defaultdict(list)
    for one in rejected:
        days[one.decided_on or timezone.localdate()].append(one)
    rows = []
    for on, of_day in days.items():
        for number, one in zip(next_numbers(Nonconformance, on, len(of_day)), of_day, strict=True):
            place = blocked.get(one.warehouse_id) if one.location_id else None
            rows.append(
                Nonconformance(
                    number=number, business_date=on, created_by=actor, item_id=one.item_id, lot_id=one.lot_id, partner_id=one.partner_id,
                    location=place, inspection=one, quantity=one.rejected_quantity, operation_ref=one.operation_ref, operation=one.operation,
                    source_number=one.source_number, defect=(defects.get(one.pk) or one.remark or "检验不合格")[:200],
                    disposition=Disposition.RETURN if one.kind == "incoming" and place else "",
                )
            )  # fmt: skip
    made = Nonconformance.objects.bulk_create(rows, batch_size=2000)
    link(Link(report.inspection, report, quantity=report.quantity) for report in made if report.inspection)


def _defects(inspections: Sequence[Inspection]) -> dict[int, str]:
    """Inspection → its bad characteristics in words; one statement."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in InspectionResult.objects.filter(document__in=list(inspections), defects__gt=0).order_by("line_no"):
        found[row.document_id].append(
            f"{row.characteristic} {row.defects.normalize():f}/{row.sample_size.normalize():f}"
        )
    return {pk: "; ".join(words) for pk, words in found.items()}


def unreport(inspections: Sequence[Inspection]) -> None:
    """Void the drafts that the decisions of inspections had opened; three statements."""
    drafts = Nonconformance.objects.select_for_update().filter(
        inspection__in=list(inspections), approval__in=[Approval.DRAFT, Approval.REJECTED]
    )
    reports = list(drafts.order_by("pk"))
    LineLink.objects.filter(
        target_type=Nonconformance.doc_type, target_id__in=[report.pk for report in reports]
    ).delete()
    for report in reports:
        note(report, approval=(report.approval, Approval.VOID))
        report.approval = Approval.VOID
        report.version += 1
    update_rows(reports, ["approval", "version"])


@verb("quality.create_nonconformance", N_("Report nonconformance"), roles=(*INSPECTORS, "keeper", "supervisor"))
def create_nonconformance(
    *, actor: User, request_id: uuid.UUID, item_id: int, quantity: Decimal, defect: str, grade: str = "major",
    lot_id: int | None = None, partner_id: int | None = None, location_id: int | None = None, responsible: str = "",
    cause: str = "", disposition: str = "", business_date: date | None = None, remark: str = "", rework_routing_id: int | None = None,
    rework_steps: Sequence[ReworkInput] | None = None,
) -> Nonconformance:  # fmt: skip
    """Report something bad by hand. location: where it lies now, if it is in stock. rework_*: how it is reworked, if it is."""
    refuse_if(_entered(quantity, defect) + _lot_problems(item_id, lot_id))
    report = new_document(
        Nonconformance, actor=actor, on=business_date, item_id=item_id, quantity=quantity, defect=defect.strip()[:200], grade=grade,
        lot_id=lot_id, partner_id=partner_id, location_id=location_id, responsible=responsible, cause=cause,
        disposition=disposition, remark=remark,
    )  # fmt: skip
    choose_rework(report, rework_routing_id, rework_steps)
    return report


@verb("quality.change_nonconformance", N_("Change nonconformance report"), roles=INSPECTORS)
def change_nonconformance(
    *, actor: User, request_id: uuid.UUID, nonconformance_id: int, disposition: str | None = None, defect: str | None = None,
    grade: str | None = None, cause: str | None = None, responsible: str | None = None, remark: str | None = None, lot_id: int | None = None,
    location_id: int | None = None, version: int | None = None, rework_routing_id: int | None = None,
    rework_steps: Sequence[ReworkInput] | None = None,
) -> Nonconformance:  # fmt: skip
    """Choose the disposition, describe the defect and its cause (of CauseKind); of a report by hand, say which lot it is and where it lies;
    of a rework, by which routing or steps."""
    report = editable(Nonconformance, nonconformance_id, version=version)
    refuse_if(_of_inspection(report, lot_id, location_id) + _lot_problems(report.item_id, lot_id))
    values = {
        "lot_id": lot_id,
        "location_id": location_id,
        "disposition": disposition,
        "defect": defect,
        "grade": grade,
        "cause": cause,
        "responsible": responsible,
        "remark": remark,
    }
    change(report, **{name: value for name, value in values.items() if value is not None})
    choose_rework(report, rework_routing_id, rework_steps)
    return report


def book_disposal(nonconformance_id: int, *, rework_number: str = "", loss: Decimal | None = None) -> None:
    """What carried a disposition out tells of it: the order that reworks, what scrapped pieces had cost. Call it inside a verb."""
    report = Nonconformance.objects.select_for_update(of=("self",)).get(pk=nonconformance_id)
    change(
        report,
        **({"rework_number": rework_number} if rework_number else {}),
        **({} if loss is None else {"loss_amount": loss}),
    )


def _entered(quantity: Decimal, defect: str) -> list[Problem]:
    found = []
    if quantity <= 0:
        found.append(Problem("bad_quantity", "{item}: the quantity must be more than 0.", "quantity", item=""))
    if not defect.strip():
        found.append(Problem("defect_missing", "Say what is wrong with it.", "defect"))
    return found


def _lot_problems(item_id: int, lot_id: int | None) -> list[Problem]:
    lots = lots_by_ids([lot_id]) if lot_id else {}
    if lot_id is None or (lot_id in lots and lots[lot_id].item_id == item_id):
        return []
    return [Problem("lot_of_other_item", "This lot is not of the item named.", "lot")]


def _of_inspection(report: Nonconformance, lot_id: int | None, location_id: int | None) -> list[Problem]:
    """Lot and place of what an inspection rejected, or a work order, were settled there."""
    if report.inspection_id is None and not report.operation_ref:
        return []
    return [
        Problem("place_settled", "{number}: lot and place were settled where it was found and stay.", name, number=report.number)
        for name, wanted, kept in (("lot", lot_id, report.lot_id), ("location", location_id, report.location_id))
        if wanted is not None and wanted != kept
    ]  # fmt: skip


def _check(report: Nonconformance) -> list[Problem]:
    if report.disposition not in Disposition.values:
        return [Problem("disposition_missing", "Choose what is done with it.", "disposition")]
    stocked = {Disposition.CONCESSION, Disposition.SCRAP, Disposition.SORT, Disposition.RETURN}
    if report.disposition in stocked and report.location_id is None and report.inspection_id is None:
        return [Problem("place_missing", "Say where the goods lie.", "location")]
    if report.operation_ref and report.disposition == Disposition.RETURN:
        return [
            Problem(
                "not_bought",
                "{number}: pieces of a work order cannot go back to a supplier.",
                "disposition",
                number=report.number,
            )
        ]
    return []


def _approved(actor: User, report: Nonconformance, request_id: uuid.UUID) -> None:
    today = timezone.localdate()
    place = report.location
    if place is not None and place.warehouse_id:
        targets = {
            Disposition.CONCESSION: ledger_queries.store_of, Disposition.SORT: ledger_queries.inspection_of,
            Disposition.SCRAP: lambda warehouse: ledger_queries.location("SCRAP"), Disposition.REWORK: ledger_queries.store_of,
        }  # fmt: skip
        target = targets.get(Disposition(report.disposition))
        if target is not None:
            posting = ledger.post(
                actor=actor, reason=REASON, source=report, on=today, summary=f"不合格处理 {report.number}",
                moves=[ledger.Move(report.item_id, report.quantity, place, target(place.warehouse), report.lot_id, source_line=report.pk)],
            )  # fmt: skip
            if report.disposition == Disposition.SCRAP:
                change(report, loss_amount=sum(ledger_queries.value_by_line(posting).values(), Decimal(0)))
        if report.disposition == Disposition.SORT:
            _inspect_again(actor, report, today)
    elif report.operation_ref and report.disposition == Disposition.SORT:
        _inspect_again(actor, report, today)
    change(report, execution=Execution.DONE)
    emit(_event(report, actor))


def _inspect_again(actor: User, report: Nonconformance, on: date) -> None:
    from gongfang.quality.services.inspections import NewInspection, create_inspections

    kind = report.inspection.kind if report.inspection else "process"
    warehouse = report.location.warehouse if report.location else None
    waiting = ledger_queries.inspection_of(warehouse) if warehouse else None
    create_inspections(
        actor=actor, kind=kind, source=report, on=on,
        wanted=[
            NewInspection(
                report.item_id, report.quantity, 0, report.lot_id, report.partner_id, warehouse.pk if warehouse else None,
                waiting.pk if waiting else None, report.operation_ref, report.operation,
            )
        ],
    )  # fmt: skip


def _unapproved(actor: User, report: Nonconformance, request_id: uuid.UUID) -> None:
    from gongfang.quality.services.inspections import drop_inspections

    drop_inspections(actor, report)
    emit(_event(report, actor, taken_back=True))
    postings = ledger_queries.postings_of(report)
    if postings:
        ledger.reverse_all(actor=actor, postings=postings, reason=REASON)
    change(report, execution=Execution.OPEN, loss_amount=Decimal(0), rework_number="")


def _origin(inspection: Inspection | None) -> Inspection | None:
    """The inspection that goods were first judged at, where they were sorted and judged again since."""
    while inspection is not None and inspection.source_type == Nonconformance.doc_type:
        earlier = Nonconformance.objects.select_related("inspection").filter(pk=inspection.source_id).first()
        inspection = earlier.inspection if earlier else None
    return inspection


def _event(report: Nonconformance, actor: User, *, taken_back: bool = False) -> NonconformanceDisposed:
    source = _origin(report.inspection)
    return NonconformanceDisposed(
        report.pk, report.number, report.disposition, report.item_id, report.lot_id, report.partner_id, report.quantity,
        source.source_type if source else "", source.source_id if source else 0, source.source_line if source else 0, taken_back,
        report.operation_ref, actor.pk, report.location.warehouse_id if report.location else None, report.defect,
        report.location.kind if report.location else "", report.rework_routing_id, _steps(report),
    )  # fmt: skip


def _steps(report: Nonconformance) -> tuple[ReworkWork, ...]:
    if report.disposition != Disposition.REWORK:
        return ()
    return tuple(
        ReworkWork(row.operation_no, row.name, row.work_centre_id, row.minutes, row.setup_minutes)
        for row in report.rework_steps.all()
    )


def _blockers(report: Nonconformance) -> list[Problem]:
    from gongfang.quality.services.inspections import why_kept

    return why_kept(report)


def _effects(report: Nonconformance) -> list[Effect]:
    if report.disposition in (Disposition.CONCESSION, Disposition.SCRAP, Disposition.SORT) and report.location_id:
        return [
            Effect(
                N_("{item}: {quantity} goes back to {place}."),
                {"item": str(report.item), "quantity": report.quantity, "place": str(report.location)},
            )
        ]
    return []


LIFECYCLE = Lifecycle(
    Nonconformance, package="quality", noun="nonconformance", title=N_("nonconformance report"), writers=INSPECTORS,
    approvers=(*INSPECTORS, "owner"), check=_check, on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers,
    effects=_effects, cascades=("quality.inspection", "production.work_order"), closable=False,
)  # fmt: skip
