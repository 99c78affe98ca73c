"""Reactions of the shop floor to what quality decides: pieces released, first pieces passed, what failed dealt with."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext

from gongfang.kernel.errors import DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import to_cents
from gongfang.platform.documents.editing import change
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.production.models import Issue, Report, ReportLine, WorkOrder, WorkOrderOperation
from gongfang.production.queries import away_at, away_by_number, steps_of
from gongfang.production.rules import Stage, posting_problem, undo_report_problems
from gongfang.production.services.creating import NewMaterial, NewOperation, NewWorkOrder, create_work_orders
from gongfang.production.services.holding import (
    finish_if_through,
    hold_operations,
    hold_orders,
    reopen_if_open,
    save_orders,
    set_stage,
)
from gongfang.production.services.issuing import IssueInput, issue, posted_document, withdraw_issue
from gongfang.production.services.reporting import OPERATION_FIELDS, add_line, settle_states
from gongfang.production.services.reworking import operations_known, steps_of_rework
from gongfang.quality import services as quality
from gongfang.quality.events import InspectionsDecided, NonconformanceDisposed


def release_pieces(event: InspectionsDecided) -> None:
    """What inspections at operations let pass goes on; a first piece that passed opens the operation. Five statements at most.

    Raises DomainError(later_report) where a decision is taken back and a later operation has worked on its pieces.
    """
    first: list[int] = []
    released: dict[int, Decimal] = defaultdict(Decimal)
    for decision in event.decisions:
        if not decision.operation_ref or not decision.passed:
            continue
        if decision.kind == "first":
            first.append(decision.operation_ref)
        elif decision.kind in ("process", "final"):
            released[decision.operation_ref] += -decision.passed if event.taken_back else decision.passed
    if first:
        WorkOrderOperation.objects.filter(pk__in=first).update(first_passed=not event.taken_back)
    if released:
        _release(released)


def _release(quantities: Mapping[int, Decimal]) -> None:
    """Let pieces go on from operations, or (negative) no longer. Locks their orders, then all operations of these."""
    of_orders = WorkOrderOperation.objects.filter(pk__in=quantities).values_list("document_id", flat=True)
    orders = hold_orders(sorted(set(of_orders)))
    operations = hold_operations(list(orders))
    away = away_at(row for rows in operations.values() for row in rows)
    touched, problems = [], []
    for order_id, rows in operations.items():
        mine = [row for row in rows if row.pk in quantities]
        for row in mine:
            row.released_quantity += quantities[row.pk]
        if any(row.holds and quantities[row.pk] < 0 for row in mine):
            order = orders[order_id]
            problems += undo_report_problems(
                order.number, steps_of(rows), order.received_quantity, away_by_number(rows, away)
            )
        touched += mine
    refuse_if(problems, Kind.CONFLICT)
    update_rows(touched, ["released_quantity"])


def dispose(event: NonconformanceDisposed) -> None:
    """Carry a disposition out on the floor: rework of stock becomes an order, pieces of an order are scrapped, redone or let on."""
    if event.operation_ref:
        if event.disposition == "concession":
            _release({event.operation_ref: -event.quantity if event.taken_back else event.quantity})
        elif event.disposition in ("scrap", "rework"):
            _take_correction_back(event) if event.taken_back else _correct(event)
    elif event.disposition == "rework" and event.warehouse_id:
        _drop_rework(event) if event.taken_back else _rework(event)


def _correct(event: NonconformanceDisposed) -> None:
    """Pieces reported good become scrap, or are to be done again: a report that only moves them. No time, nobody's pay."""
    actor = User.objects.get(pk=event.actor_id)
    order_id = WorkOrderOperation.objects.values_list("document_id", flat=True).get(pk=event.operation_ref)
    order = hold_orders([order_id])[order_id]
    problem = posting_problem(order.number, order.stage)
    refuse_if([problem] if problem else [], Kind.CONFLICT)
    operations = hold_operations([order_id])
    operation = next(row for row in operations[order_id] if row.pk == event.operation_ref)
    operation.document = order
    if operation.good_quantity < event.quantity:
        raise DomainError(
            Problem("fewer_pieces", counted("{number}, {operation}: only {good} good piece is there.", "{number}, {operation}: only {good} good pieces are there.", "good"), number=order.number,
                    operation=str(operation), good=operation.good_quantity),
            Kind.CONFLICT,
        )  # fmt: skip
    document = posted_document(Report, actor, timezone.localdate(), remark=event.number)
    scrapped = event.quantity if event.disposition == "scrap" else Decimal(0)
    row = ReportLine(
        document=document, line_no=1, order=order, operation=operation, good=-event.quantity, scrap_worker=scrapped,
        rework=event.quantity - scrapped, cause=event.defect[:100],
    )  # fmt: skip
    add_line(row, 1)
    settled = settle_states(operations, {operation.pk})
    insert_rows([row])
    update_rows(settled, OPERATION_FIELDS)
    finish_if_through([order])
    save_orders([order])
    if scrapped:
        loss = to_cents(order.put_in / order.quantity * scrapped)
        quality.book_disposal(event.nonconformance_id, loss=loss)


def _take_correction_back(event: NonconformanceDisposed) -> None:
    document = Report.objects.select_for_update(of=("self",)).filter(remark=event.number, approval="approved").last()
    if document is None:
        return
    row = document.lines.get()
    order = hold_orders([row.order_id])[row.order_id]
    operations = hold_operations([row.order_id])
    operation = next(one for one in operations[row.order_id] if one.pk == row.operation_id)
    row.order, row.operation, operation.document = order, operation, order
    add_line(row, -1)
    update_rows(settle_states(operations, {operation.pk}), OPERATION_FIELDS)
    reopen_if_open(order)
    save_orders([order])
    change(document, approval="void")


def _rework(event: NonconformanceDisposed) -> None:
    """An order that works on the blocked goods again: released, with the goods issued to it in the same step."""
    actor = User.objects.get(pk=event.actor_id)
    today = timezone.localdate()
    origin = WorkOrder.objects.filter(item=event.item_id).order_by("-pk").first()
    steps = _work(event, origin)
    new = NewWorkOrder(
        event.item_id, event.quantity, today, today, kind="rework", why=f"{event.number} {event.defect}".strip(), remark=event.number,
        source_type="quality.nonconformance", source_id=event.nonconformance_id, warehouse_id=event.warehouse_id,
        materials=(NewMaterial(event.item_id, event.quantity, warehouse_id=event.warehouse_id),), operations=steps,
        routing_id=event.routing_id,
    )  # fmt: skip
    order = hold_orders([create_work_orders(actor, [new])[0].pk])
    made = next(iter(order.values()))
    change(made, approval="approved", approved_by=actor, approved_at=timezone.now())
    set_stage(made, "release")
    save_orders([made])
    material = made.materials.get()
    issue(actor, [IssueInput(material.pk, event.quantity, event.lot_id, event.warehouse_id)], today, "normal")
    quality.book_disposal(event.nonconformance_id, rework_number=made.number)


def _work(event: NonconformanceDisposed, origin: WorkOrder | None) -> tuple[NewOperation, ...] | None:
    """What is done: the steps that were chosen, a whole routing (None), else the last operation of the item's last order once more."""
    if event.steps:
        known = operations_known(None, event.routing_id, event.item_id) or operations_known(origin, None, event.item_id)
        return steps_of_rework(event.steps, known, "rework_steps")
    if event.routing_id:
        return None
    last = origin.operations.order_by("operation_no").last() if origin else None
    if last is None:
        return ()
    name = gettext("Rework: {operation}").format(operation=last.name)[:60]
    return (NewOperation(name, last.work_centre_id, last.run_minutes),)


def _drop_rework(event: NonconformanceDisposed) -> None:
    """Take the goods back out of a rework order nobody has worked on, and cancel it."""
    found = WorkOrder.objects.filter(source_type="quality.nonconformance", source_id=event.nonconformance_id)
    order_id = found.exclude(stage=Stage.CANCELLED).values_list("pk", flat=True).first()
    if order_id is None:
        return
    order = hold_orders([order_id])[order_id]
    if order.report_lines.filter(document__approval="approved").exists() or order.received_quantity:
        raise DomainError(
            Problem("rework_begun", "{number} has been worked on; take its reports back first.", number=order.number),
            Kind.CONFLICT,
        )
    actor = User.objects.get(pk=event.actor_id)
    issues = Issue.objects.filter(lines__order=order).values("pk")  # PostgreSQL locks no rows that are made distinct
    for document in Issue.objects.select_for_update().filter(pk__in=issues, approval="approved").order_by("pk"):
        withdraw_issue(actor, document, event.number)
    order = hold_orders([order_id])[order_id]
    if order.stage == Stage.STARTED:  # by its issue only, which is taken back
        order.stage, order.actual_start = Stage.RELEASED, None
    set_stage(order, "cancel")
    save_orders([order])
