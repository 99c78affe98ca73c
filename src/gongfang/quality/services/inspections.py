"""Inspections: made for goods that came or were made, judged, and their goods moved in one posting."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, prefetch_related_objects
from django.utils import timezone

from gongfang.kernel.errors import N_, Kind, Problem, refuse_if
from gongfang.kernel.states import Approval, Execution
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import change, change_each, editable, editable_all, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import note, verb
from gongfang.quality import events
from gongfang.quality.events import InspectionsDecided
from gongfang.quality.models import Inspection, InspectionResult
from gongfang.quality.rules.judging import (
    Decision,
    ResultLine,
    bad_pieces,
    decision_problems,
    looked_at,
    lot_problems,
    measured,
    nearest_aql,
    result_problems,
)
from gongfang.quality.services.charting import instrument_problems, signals_of
from gongfang.quality.services.nonconformances import report_rejected, unreport
from gongfang.quality.services.plans import Holding, forget, plans_for, remember

INSPECTORS = ("inspector",)
REASON = "quality.inspection"


@dataclass(frozen=True, slots=True)
class NewInspection:
    """What has to be inspected, in base units. location_id: where it waits; None: nothing lies in stock yet."""

    item_id: int
    quantity: Decimal
    source_line: int = 0
    lot_id: int | None = None
    partner_id: int | None = None
    warehouse_id: int | None = None
    location_id: int | None = None
    operation_ref: int = 0
    operation: str = ""


def create_inspections(
    *, actor: User, kind: str, source: Document, on: date, wanted: Sequence[NewInspection]
) -> list[Inspection]:
    """Make inspections for the lines of a document, with the sample that the plans propose. Constant statements.

    Call it inside a verb. kind: incoming, process or final.
    """
    if not wanted:
        return []
    plans = plans_for(kind, [(one.item_id, one.partner_id) for one in wanted])
    numbers = next_numbers(Inspection, on, len(wanted))
    rows = []
    for number, one in zip(numbers, wanted, strict=True):
        plan = plans[one.item_id, one.partner_id]
        size, limit = plan.sample(one.quantity)
        rows.append(
            Inspection(
                number=number, business_date=on, created_by=actor, kind=kind, item_id=one.item_id, lot_id=one.lot_id,
                partner_id=one.partner_id, warehouse_id=one.warehouse_id, location_id=one.location_id,
                operation_ref=one.operation_ref, operation=one.operation[:80], source_type=source.doc_type, source_id=source.pk, source_line=one.source_line, source_number=source.number,
                quantity=one.quantity, severity=plan.severity, level=plan.level, aql=nearest_aql(plan.aql) / 100,
                sample_size=size, accept_limit=limit,
            )
        )  # fmt: skip
    insert_rows(rows, key=["number"])
    add_points((row, plans[one.item_id, one.partner_id]) for row, one in zip(rows, wanted, strict=True))
    link(Link(source, row, one.source_line, row.pk, one.quantity) for row, one in zip(rows, wanted, strict=True))
    return rows


def add_points(pairs: Iterable[tuple[Inspection, Holding]]) -> None:
    """Give inspections the characteristics of their plans, to be filled in; one statement."""
    InspectionResult.objects.bulk_create(
        [
            InspectionResult(
                document=row, line_no=line_no, characteristic=point.characteristic, requirement=point.requirement,
                method=point.method, is_measured=point.is_measured, lower=point.lower, upper=point.upper, sample_size=row.sample_size,
                instrument=point.instrument,
            )
            for row, plan in pairs
            for line_no, point in enumerate(plan.characteristics, start=1)
        ],
        batch_size=2000,
    )  # fmt: skip


@verb("quality.create_inspection", N_("Create inspection"), roles=INSPECTORS)
def create_inspection(
    *, actor: User, request_id: uuid.UUID, kind: str, item_id: int, quantity: Decimal, results: Sequence[ResultLine] = (),
    business_date: date | None = None, partner_id: int | None = None, machine: str = "", remark: str = "",
) -> Inspection:  # fmt: skip
    """An inspection made by hand (patrol, first piece, outgoing); its decision moves no stock."""
    refuse_if(
        []
        if quantity > 0
        else [Problem("bad_quantity", "{item}: the quantity must be more than 0.", "quantity", item="")]
    )
    plan = plans_for(kind, [(item_id, partner_id)])[item_id, partner_id]
    size, limit = plan.sample(quantity)
    document = new_document(
        Inspection, actor=actor, on=business_date, kind=kind, item_id=item_id, quantity=quantity, partner_id=partner_id,
        severity=plan.severity, level=plan.level, aql=nearest_aql(plan.aql) / 100, remark=remark,
        machine=machine[:80], sample_size=size, accept_limit=limit,
    )  # fmt: skip
    if results:
        save_results(document, results)
    else:
        add_points([(document, plan)])
    return document


@verb("quality.change_inspection", N_("Enter results"), roles=INSPECTORS)
def change_inspection(
    *, actor: User, request_id: uuid.UUID, inspection_id: int, results: Sequence[ResultLine] | None = None,
    accepted_quantity: Decimal | None = None, rejected_quantity: Decimal | None = None,
    concession_quantity: Decimal | None = None, sample_defects: Decimal | None = None, remark: str | None = None,
    version: int | None = None,
) -> Inspection:  # fmt: skip
    """Write down what was found; nothing moves until it is approved."""
    document = editable(Inspection, inspection_id, version=version)
    values = {
        "accepted_quantity": accepted_quantity, "rejected_quantity": rejected_quantity, "concession_quantity": concession_quantity,
        "sample_defects": sample_defects, "remark": remark,
    }  # fmt: skip
    entered = {name: value for name, value in values.items() if value is not None}
    problems = [
        Problem("bad_quantity", "{item}: the quantity cannot be negative.", name, item=document.number)
        for name, value in entered.items()
        if isinstance(value, Decimal) and value < 0
    ]
    if sample_defects is not None and sample_defects > document.quantity:
        problems.append(
            Problem("bad_defects", "{number}: 0 to {sample} pieces of the sample can be bad.", "sample_defects", number=document.number, sample=document.quantity)
        )  # fmt: skip
    total = sum(
        (
            entered.get(name, getattr(document, name))
            for name in ("accepted_quantity", "rejected_quantity", "concession_quantity")
        ),
        Decimal(0),
    )
    if not problems and total > document.quantity:
        problems.append(
            Problem(
                "over_decided", "{number}: only {quantity} is to be judged, not {decided}.", "accepted_quantity",
                number=document.number, quantity=document.quantity, decided=total,
            )
        )  # fmt: skip
    refuse_if(problems)
    if results is not None:
        save_results(document, results)
    change(document, **entered)
    return document


def save_results(document: Inspection, results: Sequence[ResultLine]) -> None:
    """Check and keep what was found, with the run rules that measured values complete on their control chart.

    Raises DomainError: bad_values, bad_sample …; uncalibrated where an instrument's calibration does not hold today.
    """
    refuse_if(result_problems(document.number, document.quantity, results) + instrument_problems(results))
    signals = signals_of(document, results)
    save_lines(
        document, InspectionResult,
        [
            {
                "id": line.id, "characteristic": line.characteristic.strip(), "requirement": line.requirement, "method": line.method,
                "is_measured": line.is_measured, "lower": line.lower, "upper": line.upper, "sample_size": looked_at(line),
                "defects": bad_pieces(line), "values": [str(value) for value in measured(line.values)], "remark": line.remark,
                "instrument": line.instrument.strip(), "signals": signals.get(index, []),
            }
            for index, line in enumerate(results)
        ],
    )  # fmt: skip


@verb("quality.decide_inspection", N_("Decide inspection"), roles=INSPECTORS)
def decide_inspection(
    *, actor: User, request_id: uuid.UUID, inspection_id: int, accepted_quantity: Decimal,
    rejected_quantity: Decimal = Decimal(0), concession_quantity: Decimal = Decimal(0), sample_defects: Decimal | None = None,
    results: Sequence[ResultLine] | None = None, decided_on: date | None = None, remark: str | None = None,
    version: int | None = None,
) -> Inspection:  # fmt: skip
    """Judge and carry out in one step: what passes goes to the store, what fails is blocked and reported."""
    document = change_inspection(
        actor=actor, request_id=request_id, inspection_id=inspection_id, results=results, accepted_quantity=accepted_quantity,
        rejected_quantity=rejected_quantity, concession_quantity=concession_quantity, sample_defects=sample_defects,
        remark=remark, version=version,
    )  # fmt: skip
    if decided_on is not None:
        change(document, decided_on=decided_on)
    return LIFECYCLE.approve(actor=actor, request_id=request_id, document_id=document.pk)


@verb("quality.pass_inspection", N_("All good"), roles=INSPECTORS)
def pass_inspection(*, actor: User, request_id: uuid.UUID, inspection_id: int) -> Inspection:
    """Accept everything in one touch."""
    return _pass(actor, request_id, [inspection_id])[0]


@verb("quality.pass_inspections", N_("All good, all of them"), roles=INSPECTORS)
def pass_inspections(*, actor: User, request_id: uuid.UUID, inspection_ids: Sequence[int]) -> list[Inspection]:
    """Accept everything of several inspections; the same statements for any number."""
    return _pass(actor, request_id, inspection_ids)


def _pass(actor: User, request_id: uuid.UUID, pks: Sequence[int]) -> list[Inspection]:
    documents = editable_all(Inspection, pks)
    nothing = {"rejected_quantity": Decimal(0), "concession_quantity": Decimal(0), "sample_defects": Decimal(0)}
    change_each([(one, {"accepted_quantity": one.quantity, **nothing}) for one in documents])
    passed: list[Inspection] = LIFECYCLE.approve(actor=actor, request_id=request_id, document_ids=list(pks))
    return passed


def _check(documents: Sequence[Inspection]) -> list[Problem]:
    """What stands against the decisions as entered; one statement."""
    defects = samples_found(documents)
    found = []
    for document in documents:
        decision = Decision(
            document.quantity, document.accepted_quantity, document.rejected_quantity, document.concession_quantity
        )
        found += decision_problems(document.number, decision) or lot_problems(
            document.number, decision, defects[document.pk], document.accept_limit
        )
    return found


def samples_found(documents: Sequence[Inspection]) -> dict[int, Decimal]:
    """Bad pieces in each sample: as counted, and at least as many as the worst characteristic has; one statement."""
    rows = InspectionResult.objects.filter(document__in=documents).values_list("document_id").annotate(Max("defects"))
    worst = dict(rows.order_by())
    return {document.pk: max(document.sample_defects, worst.get(document.pk) or Decimal(0)) for document in documents}


def _approved(actor: User, documents: Sequence[Inspection], request_id: uuid.UUID) -> None:
    """Move the goods, carry the sampling series on, report what was rejected. The statements of one."""
    today = timezone.localdate()
    days = {document.pk: document.decided_on or today for document in documents}
    drafts = _postings(documents, days)
    if drafts:
        ledger.post_all(actor=actor, drafts=drafts)
    defects = samples_found(documents)
    done = {"inspector": actor, "execution": Execution.DONE}
    change_each([(one, {"decided_on": days[one.pk], "sample_defects": defects[one.pk], **done}) for one in documents])
    remember(documents)
    report_rejected(actor, documents)
    emit(InspectionsDecided(tuple(map(_decision, documents))))


def _postings(documents: Sequence[Inspection], days: Mapping[int, date]) -> list[ledger.Draft]:
    """One posting for each inspection whose goods lie in stock: what is good to the store, what is bad to the blocked place."""
    lying = [document for document in documents if document.location_id and document.warehouse_id]
    prefetch_related_objects(lying, "warehouse", "location")
    wheres = {document.warehouse_id: document.warehouse for document in lying}
    stores = ledger_queries.stores_of(wheres.values()) if lying else {}
    bad = [one.warehouse for one in lying if one.rejected_quantity]
    blocked = ledger_queries.blocked_places(bad) if bad else {}
    drafts = []
    for document in lying:
        parts = ((document.usable_quantity, stores), (document.rejected_quantity, blocked))
        moves = [
            ledger.Move(
                document.item_id, quantity, document.location, places[document.warehouse_id], document.lot_id,
                source_line=document.pk,
            )
            for quantity, places in parts
            if quantity
        ]  # fmt: skip
        drafts.append(ledger.Draft(REASON, days[document.pk], document, moves, summary=f"检验 {document.number}"))
    return drafts


def _unapproved(actor: User, document: Inspection, request_id: uuid.UUID) -> None:
    unreport([document])
    postings = ledger_queries.postings_of(document)
    if postings:
        ledger.reverse_all(actor=actor, postings=postings, reason=REASON)
    emit(InspectionsDecided((_decision(document),), taken_back=True))
    forget(document)
    change(document, execution=Execution.OPEN, decided_on=None)


def _decision(document: Inspection) -> events.Decision:
    return events.Decision(
        document.pk, document.number, document.kind, document.source_type, document.source_id, document.source_line,
        document.item_id, document.accepted_quantity, document.rejected_quantity, document.concession_quantity,
        document.operation_ref,
    )  # fmt: skip


def _blockers(document: Inspection) -> list[Problem]:
    rows = document.nonconformances.filter(approval__in=[Approval.APPROVED, Approval.SUBMITTED])
    return [
        Problem(
            "downstream", "{title} {number} was made from this; void it or take it back first.",
            title=str(row._meta.verbose_name), number=row.number,
        )
        for row in rows
    ]  # fmt: skip


def _effects(document: Inspection) -> list[Effect]:
    found = []
    if document.location_id:
        found.append(
            Effect(
                N_("{item}: {quantity} goes back to the inspection place."),
                {"item": str(document.item), "quantity": document.quantity},
            )
        )
    found += [
        Effect(N_("The draft {number} is voided."), {"number": row.number})
        for row in document.nonconformances.exclude(approval__in=[Approval.APPROVED, Approval.SUBMITTED, Approval.VOID])
    ]
    return found


LIFECYCLE = Lifecycle(
    Inspection, package="quality", noun="inspection", title=N_("inspection"), writers=INSPECTORS, approvers=INSPECTORS,
    check_all=_check, on_approve_all=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects,
    cascades=("quality.nonconformance",), closable=False,
)  # fmt: skip


def drop_inspections(actor: User, source: Document) -> None:
    """Take back and void the inspections of a document that is itself taken back, all in one pass.

    Call it with the document locked. Raises DomainError(downstream) where a report on rejected goods was already acted upon.
    """
    mine = Inspection.objects.select_for_update().filter(source_type=source.doc_type, source_id=source.pk)
    rows = list(mine.exclude(approval=Approval.VOID).order_by("pk"))
    refuse_if(why_kept(source), Kind.CONFLICT)
    decided = [row for row in rows if row.approval == Approval.APPROVED]
    unreport(decided)
    postings = ledger_queries.postings_of_many(Inspection.doc_type, [row.pk for row in decided])
    if postings:
        ledger.reverse_all(actor=actor, postings=postings, reason=REASON)
    if decided:
        emit(InspectionsDecided(tuple(map(_decision, decided)), taken_back=True))
    for row in sorted(decided, key=lambda row: (row.decided_on, row.pk), reverse=True):
        if row.series_before:
            forget(row)
    for row in rows:
        note(row, approval=(row.approval, Approval.VOID))
        row.approval, row.execution, row.decided_on = Approval.VOID, Execution.OPEN, None
        row.version += 1
    update_rows(rows, ["approval", "execution", "decided_on", "version"])


def why_kept(source: Document) -> list[Problem]:
    """What forbids to take back the inspections of a document."""
    found = []
    rows = Inspection.objects.filter(source_type=source.doc_type, source_id=source.pk, approval=Approval.APPROVED)
    for row in rows.filter(nonconformances__approval__in=[Approval.APPROVED, Approval.SUBMITTED]).distinct():
        found += _blockers(row)
    return found
