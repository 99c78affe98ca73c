"""Reports at outside operations (委外工序的报工): work of a subcontractor, earned by nobody here, and what came back unworked, done here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gongfang.kernel.errors import Kind, Problem, counted, refuse_if
from gongfang.production.models import SubcontractOrder, WorkOrder, WorkOrderOperation
from gongfang.production.queries import outside_operations
from gongfang.production.rules import OutsideOperation

if TYPE_CHECKING:
    from gongfang.production.services.reporting import ReportInput

Operations = Mapping[int, Sequence[WorkOrderOperation]]


def outside_reported(
    orders: Mapping[int, WorkOrder], operations: Operations, by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"]
) -> dict[int, OutsideOperation]:  # fmt: skip
    """Where the pieces are of outside operations that lines report without a receipt. One statement, none where there are no such."""
    asked = {line.operation_id for line in lines if line.subcontractor_id is None and line.operation_id in by_id}
    wanted = {by_id[pk].document_id for pk in asked if by_id[pk].is_subcontracted}
    found = outside_operations([operations[pk] for pk in wanted], {pk: orders[pk].quantity for pk in wanted})
    return {pk: one for pk, one in found.items() if pk in asked}


def placed(
    by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"], outside: Mapping[int, OutsideOperation]
) -> list["ReportInput"]:
    """The lines with who did them outside: a receipt names its subcontractor; of an operation that no subcontract order asks for it is
    the routing's, else people here do what came back unworked. Nobody here did work outside, whoever is named for the whole report."""
    found = []
    for line in lines:
        if line.operation_id in outside and not outside[line.operation_id].is_given:
            line = replace(line, subcontractor_id=by_id[line.operation_id].subcontractor_id)
        found.append(replace(line, people=()) if line.subcontractor_id else line)
    return found


def outside_report_problems(
    orders: Mapping[int, WorkOrder], by_id: Mapping[int, WorkOrderOperation], lines: Sequence["ReportInput"],
    outside: Mapping[int, OutsideOperation],
) -> list[Problem]:  # fmt: skip
    """Work under a subcontract order is reported by its receipt, and people here do no more than came back unworked and is given to
    nobody else; other work outside has somebody to be owed. One statement where a receipt has to be named, else none."""
    found, received = [], {}
    for index, line in enumerate(lines):
        operation, where = by_id[line.operation_id], f"lines.{index}"
        one = outside.get(line.operation_id)
        if one is None:
            continue
        if not one.is_given:
            if line.subcontractor_id is None:
                found.append(
                    Problem("subcontractor_needed", "{operation} is done outside; name its subcontractor on the routing.", where=where, operation=str(operation))
                )  # fmt: skip
        elif not one.for_here:
            received[operation.pk] = where
        elif line.good + line.scrap + line.rework > one.for_here:
            found.append(
                Problem(
                    "not_back_unworked",
                    counted("{order}, {operation}: {free} piece came back unworked and may be done here; {quantity} would be reported.", "{order}, {operation}: {free} pieces came back unworked and may be done here; {quantity} would be reported.", "free"),
                    where=f"{where}.good", order=orders[operation.document_id].number, operation=str(operation), free=one.for_here,
                    quantity=line.good + line.scrap + line.rework,
                )
            )  # fmt: skip
    return found + _received_there(orders, by_id, received)


def _received_there(
    orders: Mapping[int, WorkOrder], by_id: Mapping[int, WorkOrderOperation], asked: Mapping[int, str]
) -> list[Problem]:
    """Which subcontract orders the work is received under. asked: operation → where it stands in the report."""
    rows = (
        SubcontractOrder.objects.filter(operation__in=list(asked), approval="approved").order_by("pk") if asked else ()
    )
    return [
        Problem("received_outside", "{operation} of {order} is done under {number}; receive it there.", where=asked[row.operation_id],
                operation=str(by_id[row.operation_id]), order=orders[row.order_id].number, number=row.number)
        for row in rows
    ]  # fmt: skip


def refuse_outside_begin(order: WorkOrder, rows: Collection[WorkOrderOperation], operation: WorkOrderOperation) -> None:
    """Nobody here begins what somebody else does, but what came back unworked: no clock runs there. rows: all operations of the order.

    Raises DomainError(done_outside).
    """
    if not operation.is_subcontracted:
        return
    if not outside_operations([list(rows)], {order.pk: order.quantity})[operation.pk].for_here:
        refuse_if(
            [Problem("done_outside", "{number}, {operation} is done outside; nobody begins it here.", number=order.number, operation=str(operation))],
            Kind.CONFLICT,
        )  # fmt: skip
