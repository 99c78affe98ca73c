"""Reports of work that somebody else did (委外工序的报工): by which subcontractor, earned by nobody here, refused where a receipt tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.production.models import SubcontractOrder, WorkOrder, WorkOrderOperation

if TYPE_CHECKING:
    from gongfang.production.services.reporting import ReportInput


def placed(by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"]) -> list["ReportInput"]:
    """The lines with who did them outside: a receipt names its subcontractor, other work at an outside operation is that of the
    routing's. Nobody here did it, whoever is named for the whole report."""
    found = []
    for line in lines:
        operation = by_id.get(line.operation_id)
        if line.subcontractor_id is None and operation is not None and operation.is_subcontracted:
            line = replace(line, subcontractor_id=operation.subcontractor_id)
        found.append(replace(line, people=()) if line.subcontractor_id else line)
    return found


def outside_report_problems(
    orders: Mapping[int, WorkOrder], by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"]
) -> list[Problem]:
    """Work under a subcontract order is reported by its receipt; other work outside has somebody to be owed.

    No statement where nothing is done outside.
    """
    asked = {
        line.operation_id: f"lines.{index}"
        for index, line in enumerate(lines)
        if line.fee is None and by_id[line.operation_id].is_subcontracted
    }
    if not asked:
        return []
    found = [
        Problem("subcontractor_needed", "{operation} is done outside; name its subcontractor on the routing.", where=where, operation=str(by_id[pk]))
        for pk, where in asked.items()
        if by_id[pk].subcontractor_id is None
    ]  # fmt: skip
    given = SubcontractOrder.objects.filter(operation__in=list(asked), approval="approved").order_by("pk")
    return found + [
        Problem("received_outside", "{operation} of {order} is done under {number}; receive it there.", where=asked[row.operation_id],
                operation=str(by_id[row.operation_id]), order=orders[row.order_id].number, number=row.number)
        for row in given
    ]  # fmt: skip


def refuse_outside_begin(order: WorkOrder, operation: WorkOrderOperation) -> None:
    """Nobody here begins what somebody else does: no clock runs there. Raises DomainError(done_outside)."""
    if operation.is_subcontracted:
        refuse_if(
            [Problem("done_outside", "{number}, {operation} is done outside; nobody begins it here.", number=order.number, operation=str(operation))],
            Kind.CONFLICT,
        )  # fmt: skip
