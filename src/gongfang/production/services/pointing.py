"""Inspection points and tools at operations: the first piece before the rest, the mould that must not be worn out."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.states import Approval
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import ReportLine, WorkOrder, WorkOrderOperation
from gongfang.production.ports import TOOLING, ToolWork
from gongfang.production.rules import posting_problem
from gongfang.production.services.holding import hold_operations, hold_orders_of
from gongfang.quality import queries as quality
from gongfang.quality.services import NewInspection, create_inspections

if TYPE_CHECKING:
    from gongfang.production.services.reporting import ReportInput

FIRST_PIECES = Decimal(1)
FIRST = "first"


def first_piece_problems(
    orders: Mapping[int, WorkOrder], by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"]
) -> list[Problem]:
    """More than the first piece is refused until it is passed. Asks nothing of the database.

    Work begun before the operation had such a point (more than one piece through) goes on.
    """
    found = []
    for index, line in enumerate(lines):
        operation = by_id[line.operation_id]
        if operation.inspection != FIRST or operation.first_passed or operation.worked_quantity > FIRST_PIECES:
            continue
        if operation.worked_quantity + line.good + line.scrap > FIRST_PIECES:
            found.append(
                Problem(
                    "first_piece", "{number}, {operation}: the first piece is not passed yet. Begin the operation, make one and have it inspected.",
                    where=f"lines.{index}.good", number=orders[operation.document_id].number, operation=str(operation),
                )
            )  # fmt: skip
    return found


def missing_operation(operation_id: int, where: str = "") -> Problem:
    title = str(WorkOrderOperation._meta.verbose_name)
    return Problem("missing", "There is no {title} {id}.", title=title, where=where, id=operation_id)


def needs_first_piece(operation: WorkOrderOperation) -> bool:
    """Whether its first piece has to be inspected and has not passed yet."""
    return operation.inspection == FIRST and not operation.first_passed


def ask_first_piece(actor: User, order: WorkOrder, operation: WorkOrderOperation, on: date | None = None) -> bool:
    """Ask for the first-piece inspection of an operation that needs one and has none waiting; False: nothing to ask."""
    if not needs_first_piece(operation):
        return False
    made = quality.at_operations([operation.pk], FIRST).get(operation.pk, ())
    if any(row.approval != Approval.APPROVED for row in made):  # a draft, or handed in and not decided yet
        return False
    new = NewInspection(
        order.item_id, min(FIRST_PIECES, order.quantity), warehouse_id=order.warehouse_id, operation_ref=operation.pk,
        operation=str(operation),
    )  # fmt: skip
    create_inspections(actor=actor, kind=FIRST, source=order, on=on or timezone.localdate(), wanted=[new])
    return True


@verb(
    "production.request_first_piece",
    N_("Send the first piece to inspection"),
    roles=("operator", "supervisor", "inspector"),
)
def request_first_piece(*, actor: User, request_id: uuid.UUID, operation_id: int) -> WorkOrderOperation:
    """Ask (again) for the first-piece inspection of an operation. Raises DomainError(first_piece_asked, no_first_piece)."""
    order = next(iter(hold_orders_of([operation_id]).values()), None)
    if order is None:
        raise DomainError(missing_operation(operation_id), Kind.MISSING)
    problem = posting_problem(order.number, order.stage)
    refuse_if([problem] if problem else [], Kind.CONFLICT)
    operation = next(row for row in hold_operations([order.pk])[order.pk] if row.pk == operation_id)
    if operation.inspection != FIRST:
        raise DomainError(
            Problem("no_first_piece", "{operation} needs no first-piece inspection.", operation=str(operation)),
            Kind.CONFLICT,
        )
    if not ask_first_piece(actor, order, operation):
        raise DomainError(
            Problem("first_piece_asked", "The first piece of {operation} is passed or waits for inspection.", operation=str(operation)),
            Kind.CONFLICT,
        )  # fmt: skip
    return operation


def tool_works(
    orders: Mapping[int, WorkOrder], by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"]
) -> list[ToolWork]:
    """Lines about to be reported as the tooling sees them; work done outside uses no tool of ours."""
    return [
        ToolWork(
            orders[operation.document_id].item_id, operation.operation_no, operation.work_centre_id, line.good + line.scrap,
            line.machine or operation.machine, f"lines.{index}",
        )
        for index, line in enumerate(lines)
        for operation in [by_id[line.operation_id]]
        if line.subcontractor_id is None
    ]  # fmt: skip


def count_tools(rows: Sequence[ReportLine], orders: Mapping[int, WorkOrder], sign: int = 1) -> None:
    """Count the strokes of a report (sign −1: of one taken back); rows carry their operations."""
    works = [
        ToolWork(
            orders[row.order_id].item_id, row.operation.operation_no, row.operation.work_centre_id,
            sign * (row.good + row.scrap_material + row.scrap_worker), row.machine or row.operation.machine,
        )
        for row in rows
        if row.subcontractor_id is None
    ]  # fmt: skip
    if works:
        TOOLING.provider.count(works, rows[0].document_id, timezone.now())
