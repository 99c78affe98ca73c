"""Final inspection of what orders make: asked of quality when the last operation is reported, awaited by the receipt."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.kernel.states import Approval
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import LotUse, ReportLine, WorkOrder, WorkOrderOperation
from gongfang.production.queries import ready_quantities, steps_of
from gongfang.production.rules import last_steps, posting_problem
from gongfang.production.services.holding import hold_orders
from gongfang.quality import queries as quality
from gongfang.quality.services import NewInspection, create_inspections
from gongfang.quality.services.inspections import LIFECYCLE as INSPECTION


def accepted_quantities(orders: Sequence[WorkOrder]) -> dict[int, Decimal]:
    """Order → pieces that final inspection has let pass; orders whose item needs none are left out. One statement."""
    ids = [order.pk for order in orders if order.item.inspect_final]
    return dict(quality.accepted_of(WorkOrder.doc_type, ids, "final")) if ids else {}


def lots_made_by(doc_type: str, document_id: int) -> list[str]:
    """Codes of the lots of its product that came out of a work order; one statement, none of other documents."""
    if doc_type != WorkOrder.doc_type:
        return []
    uses = LotUse.objects.filter(
        order=document_id, role=LotUse.Role.PRODUCED, quantity__gt=0, lot__item=F("order__item")
    )
    return list(uses.order_by("lot__code").values_list("lot__code", flat=True))


def open_inspections(order_ids: Sequence[int]) -> Mapping[int, int]:
    """Order → inspections that nobody has decided; one statement."""
    return quality.open_inspections(WorkOrder.doc_type, order_ids)


def inspect_reported(
    actor: User, report_id: int, orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]],
    rows: Sequence[ReportLine], on: date,
) -> None:  # fmt: skip
    """Ask for inspection of good pieces: at operations that hold them, and finally of what left the last operation."""
    wanted: dict[tuple[int, str, int], Decimal] = defaultdict(Decimal)
    names: dict[int, str] = {}
    for row in rows:
        last = {step.operation_no for step in last_steps(steps_of(operations[row.order_id]))}
        names[row.operation_id] = str(row.operation)
        if orders[row.order_id].item.inspect_final and row.operation.operation_no in last:
            wanted[row.order_id, "final", row.operation_id if row.operation.holds else 0] += row.good
        elif row.operation.holds:
            wanted[row.order_id, "process", row.operation_id] += row.good
    for (order_id, kind, operation_id), quantity in wanted.items():
        if quantity > 0:
            _ask(actor, orders[order_id], quantity, report_id, on, kind, operation_id, names.get(operation_id, ""))


def _ask(
    actor: User, order: WorkOrder, quantity: Decimal, report_id: int, on: date, kind: str = "final", operation_id: int = 0,
    operation: str = "",
) -> None:  # fmt: skip
    new = NewInspection(
        order.item_id,
        quantity,
        source_line=report_id,
        warehouse_id=order.warehouse_id,
        operation_ref=operation_id,
        operation=operation,
    )
    create_inspections(actor=actor, kind=kind, source=order, on=on, wanted=[new])


def withdraw_inspections(actor: User, request_id: uuid.UUID, report_id: int, orders: Mapping[int, WorkOrder]) -> None:
    """Take back and void what a report had asked to be inspected; one statement where it asked nothing.

    Raises DomainError where a decision was acted upon.
    """
    for inspection in quality.inspections_for_line(WorkOrder.doc_type, list(orders), report_id):
        if inspection.approval == Approval.APPROVED:
            INSPECTION.unapprove(actor=actor, request_id=request_id, document_id=inspection.pk)
        INSPECTION.void(actor=actor, request_id=request_id, document_id=inspection.pk)


@verb("production.request_inspection", N_("Request inspection"), roles=("supervisor", "inspector", "keeper"))
def request_inspection(
    *, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal | None = None
) -> WorkOrder:
    """Ask for the final inspection of an order by hand: of what is reported (or planned) and not yet under inspection."""
    order = hold_orders([document_id])[document_id]
    problem = posting_problem(order.number, order.stage)
    refuse_if([problem] if problem else [], Kind.CONFLICT)
    asked = sum((one.quantity for one in quality.inspections_of(WorkOrder.doc_type, order.pk)), ZERO)
    free = ready_quantities([order.pk]).get(order.pk, order.quantity) - asked
    wanted = free if quantity is None else quantity
    if not ZERO < wanted <= free:
        raise DomainError(
            Problem(
                "nothing_to_inspect",
                counted("{free} piece waits for inspection.", "{free} pieces wait for inspection.", "free"),
                where="quantity",
                free=max(free, ZERO),
            ),
            Kind.CONFLICT,
        )
    _ask(actor, order, wanted, 0, timezone.localdate())
    return order
