"""Operations of running orders as an engineering change says: added, changed, removed, where pieces have not passed them yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from gongfang.kernel.errors import Problem
from gongfang.masterdata import queries as masterdata
from gongfang.platform.verbs import note
from gongfang.production.models import (
    HelpCall,
    OperationTime,
    ReportLine,
    SubcontractOrder,
    WorkOrder,
    WorkOrderMaterial,
    WorkOrderOperation,
)
from gongfang.production.models.orders import OperationState
from gongfang.production.queries import OPEN_STAGES, away_by_number, steps_of
from gongfang.production.rules import undo_report_problems
from gongfang.production.services.creating import rates_of

RATES = ("labour_rate", "machine_rate", "overhead_rate")
CHANGED = (
    "name", "work_centre_id", *RATES, "setup_minutes", "run_minutes", "crew", "piece_rate", "inspection", "predecessors", "instruction",
    "alternatives",
)  # fmt: skip
"""What a change sets on an operation of an order, and what follows from it."""
OPERATION_CHANGED = (*CHANGED, "planned_start", "planned_end", "assigned_to", "team", "acknowledged_at", "machine")


@dataclass
class Steps:
    """The operations of one order after a change, in memory."""

    touched: list[WorkOrderOperation] = field(default_factory=list)
    gone: list[WorkOrderOperation] = field(default_factory=list)
    fresh: list[WorkOrderOperation] = field(default_factory=list)
    moved: list[WorkOrderMaterial] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.touched or self.gone or self.fresh)


def centres_in(lines: Iterable[Any]) -> Mapping[int, Any]:
    """The work centres that changes name; one statement."""
    ids = {line.values["work_centre_id"] for line in lines if "work_centre_id" in line.values}
    return masterdata.work_centres(ids) if ids else {}


def bound_operations(ids: Collection[int]) -> set[int]:
    """Operations that documents, calls or clocks stand on, also those taken back: they cannot be taken out of their order. One statement."""
    mine = {"operation": OuterRef("pk")}
    stands = Q()
    for model in (ReportLine, SubcontractOrder, OperationTime, HelpCall):
        stands |= Q(Exists(model._default_manager.filter(**mine)))
    rows = WorkOrderOperation.objects.filter(stands, pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def change_steps(
    order: WorkOrder, rows: Sequence[WorkOrderOperation], materials: Sequence[WorkOrderMaterial], lines: Sequence[Any],
    centres: Mapping[int, Any], bound: Collection[int], away: Mapping[int, Decimal],
) -> tuple[Steps, list[Problem]]:  # fmt: skip
    """Change the operations of a held order in memory. What an operation is through with, or has at a subcontractor's, stays.
    bound: see `bound_operations`; away: operation → pieces outside."""
    steps, problems = Steps(), []
    before = out_of_turn(order, rows, away)
    by_number = {row.operation_no: row for row in rows}
    for line in lines:
        row = by_number.get(line.operation_no)
        if line.action == "add" and row is None:
            made = WorkOrderOperation(document=order, operation_no=line.operation_no)
            _set(made, line.values, centres)
            by_number[line.operation_no] = made
            steps.fresh.append(made)
        elif row is None or line.action == "add" or row.state == OperationState.DONE:
            continue
        elif line.action == "change":
            _set(row, line.values, centres)
            steps.touched.append(row)
        elif row.pk in bound or row.state != OperationState.OPEN:
            problems.append(
                Problem("operation_begun", "{number}: work at {operation} has begun; it cannot be taken out. Leave this order as it is.",
                        number=order.number, operation=str(row))
            )  # fmt: skip
        else:
            _take_out(row, by_number, materials, steps)
    problems += [
        Problem("passed_already", "{number}: pieces have passed operation {operation} already; leave this order as it is.", number=order.number, operation=number)
        for number in sorted(out_of_turn(order, list(by_number.values()), away) - before)
    ]  # fmt: skip
    return steps, problems


def out_of_turn(order: WorkOrder, rows: Sequence[WorkOrderOperation], away: Mapping[int, Decimal]) -> set[object]:
    """Operations, or the receipt, that have more pieces, outside too, than came out of what is before them."""
    if not rows:
        return set()
    found = undo_report_problems(order.number, steps_of(rows), order.received_quantity, away_by_number(rows, away))
    last = max(row.operation_no for row in rows)
    return {one.data.get("operation", one.data.get("step", last)) for one in found}


def _set(row: WorkOrderOperation, values: Mapping[str, Any], centres: Mapping[int, Any]) -> None:
    """Set what changes; at another work centre the work is planned and given out anew."""
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, masterdata.numbers_in(value) if name == "predecessors" else value)
    row.predecessors = list(row.predecessors)
    if "work_centre_id" in values and (row.pk is None or before["work_centre_id"] != row.work_centre_id):
        for name, value in rates_of(centres[row.work_centre_id]).items():
            setattr(row, name, value)
        row.alternatives = [pk for pk in row.alternatives if pk != row.work_centre_id]
        row.planned_start = row.planned_end = row.assigned_to = row.acknowledged_at = None
        row.team = row.machine = ""
    if row.pk:
        note(row, **{name: (before[name], getattr(row, name)) for name in values})


def _take_out(
    row: WorkOrderOperation, by_number: dict[int, WorkOrderOperation], materials: Sequence[WorkOrderMaterial], steps: Steps
) -> None:  # fmt: skip
    """What waited for the operation waits for what that one waited for; its material goes to the operation after it."""
    named = masterdata.relinked({number: one.predecessors for number, one in by_number.items()}, row.operation_no)
    for number, before in named.items():
        by_number[number].predecessors = before
        if by_number[number].pk and by_number[number] not in steps.touched:
            steps.touched.append(by_number[number])
    del by_number[row.operation_no]
    steps.gone.append(row)
    later = [number for number in by_number if number > row.operation_no]
    instead = min(later) if later else max(by_number, default=None)
    for material in materials:
        if material.operation_no == row.operation_no:
            material.operation_no = instead
            steps.moved.append(material)


@dataclass(frozen=True, slots=True)
class StillToPass:
    """A running order that has still to pass an operation. operation_no, operation: the one asked for; quantity: pieces to come."""

    order_id: int
    number: str
    item_id: int
    operation_no: int
    operation: str
    quantity: Decimal
    state: str


def still_to_pass(operations: Mapping[int, Collection[int]]) -> list[StillToPass]:
    """Product → operation numbers: the open orders whose pieces have not all passed them; for a number an order does not have, those
    whose pieces have not all passed what would come after it. Two statements."""
    if not operations:
        return []
    orders = WorkOrder.objects.filter(item__in=list(operations), stage__in=OPEN_STAGES).exclude(approval="void")
    steps: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    for row in WorkOrderOperation.objects.filter(document__in=orders).order_by("document_id", "operation_no"):
        steps[row.document_id].append(row)
    found = []
    for order in orders.order_by("due", "pk"):
        for number in sorted(operations[order.item_id]):
            here = next((row for row in steps[order.pk] if row.operation_no >= number), None)
            left = max(order.quantity - (here.worked_quantity if here else order.received_quantity), Decimal(0))
            if left and (here is None or here.state != OperationState.DONE):
                name = str(here) if here is not None and here.operation_no == number else str(number)
                found.append(
                    StillToPass(order.pk, order.number, order.item_id, number, name, left, order.get_stage_display())
                )
    return found
