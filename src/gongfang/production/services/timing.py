"""Time by the clock: people begin, stop and go on with an operation; the report counts what was not counted yet (开工、停工计时)."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.money import ZERO
from gongfang.people.services import employee_for
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verbs import verb
from gongfang.production.models import OperationTime, ReportLine, WorkOrderOperation
from gongfang.production.rules import shift_at

SOURCE = company_settings.declare(
    "production.time_source", N_("Where the time of a report comes from when none is entered"), "choice", "standard",
    (("standard", N_("Standard time")), ("clock", N_("Start and stop by the clock"))),
)  # fmt: skip


@dataclass(slots=True)
class Clocked:
    """What the clock says of one operation and is not reported yet. elapsed: the longest time of one person."""

    elapsed: Decimal = ZERO
    labour: Decimal = ZERO
    employees: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def by_clock() -> bool:
    return bool(company_settings.get(SOURCE) == "clock")


def start_clock(actor: User, operation: WorkOrderOperation) -> None:
    """Start the person's clock at a locked operation, where the company counts by the clock. A running one goes on."""
    if by_clock():
        OperationTime.objects.get_or_create(
            operation=operation, employee=employee_for(actor), ended_at=None, defaults={"began_at": timezone.now()}
        )


@verb("production.stop_operation", N_("Stop the clock"), roles=("operator", "supervisor"))
def stop_operation(
    *, actor: User, request_id: uuid.UUID, operation_id: int, at: datetime | None = None
) -> OperationTime:
    """Stop the person's clock at an operation: a break, the end of the shift. Nothing is reported by it."""
    rows = OperationTime.objects.select_for_update().filter(
        operation=operation_id, employee=employee_for(actor), ended_at=None
    )
    row = rows.first()
    if row is None:
        raise DomainError(Problem("clock_not_running", "Your clock does not run at this operation."), Kind.CONFLICT)
    row.ended_at = max(at or timezone.now(), row.began_at)
    row.save(update_fields=["ended_at"])
    return row


def clocked(operation_ids: Collection[int]) -> dict[int, Clocked]:
    """Stop all clocks at some operations and say what is not reported yet; two statements, one where none runs."""
    found: dict[int, Clocked] = defaultdict(Clocked)
    rows = list(
        OperationTime.objects.select_for_update().filter(operation__in=list(operation_ids), line=None).order_by("pk")
    )
    now = timezone.now()
    running = [row for row in rows if row.ended_at is None]
    for row in running:
        row.ended_at = max(now, row.began_at)
    if running:
        OperationTime.objects.bulk_update(running, ["ended_at"])
    by_person: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        one = found[row.operation_id]
        one.rows.append(row.pk)
        one.labour += row.minutes
        by_person[row.operation_id, row.employee_id] += row.minutes
    for (operation_id, employee_id), minutes in by_person.items():
        found[operation_id].employees.append(employee_id)
        found[operation_id].elapsed = max(found[operation_id].elapsed, minutes)
    return dict(found)


def count_times(lines: Sequence[ReportLine], found: dict[int, Clocked]) -> None:
    """Mark what the clock said as reported; one statement per operation that was clocked."""
    for line in lines:
        one = found.get(line.operation_id)
        if one is not None:
            OperationTime.objects.filter(pk__in=one.rows).update(line=line)


def shift_now(operation: WorkOrderOperation) -> tuple[str, date] | None:
    """Shift and business day of the present moment by the calendar of a work centre; one statement where it has one."""
    calendar = operation.work_centre.calendar
    return shift_at(calendar.shifts, timezone.localtime()) if calendar is not None else None
