"""Time by the clock: people begin, stop and go on with an operation; the report counts what was not counted yet (开工、停工计时)."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.masterdata.queries import calendars_by_ids
from gongfang.people.services import employee_for
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verbs import verb
from gongfang.production.models import OperationTime, ReportLine, WorkOrderOperation
from gongfang.production.rules import moment_problem, shift_at

SOURCE = company_settings.declare(
    "production.time_source", N_("Where the time of a report comes from when none is entered"), "choice", "standard",
    (("standard", N_("Standard time")), ("clock", N_("Start and stop by the clock"))),
)  # fmt: skip


@dataclass(slots=True)
class Clocked:
    """What the clock says of one operation and is not reported yet. minutes: of each employee."""

    minutes: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    rows: list[int] = field(default_factory=list)

    @property
    def elapsed(self) -> Decimal:
        """The longest time of one person."""
        return max(self.minutes.values(), default=ZERO)


def by_clock() -> bool:
    return bool(company_settings.get(SOURCE) == "clock")


def moment_of(at: datetime | None) -> datetime:
    """The moment of an act: now, or when it was entered at a terminal without network; a clock a little ahead means now.

    Raises DomainError: in_future, too_old.
    """
    now = timezone.now()
    if at is None:
        return now
    problem = moment_problem(timezone.localtime(at), timezone.localtime(now))
    refuse_if([problem] if problem else [])
    return min(at, now)


def start_clock(actor: User, operation: WorkOrderOperation, at: datetime) -> None:
    """Start the person's clock at a locked operation, where the company counts by the clock. A running one goes on."""
    if by_clock():
        OperationTime.objects.get_or_create(
            operation=operation, employee=employee_for(actor), ended_at=None, defaults={"began_at": at}
        )


@verb("production.stop_operation", N_("Stop the clock"), roles=("operator", "supervisor"))
def stop_operation(
    *, actor: User, request_id: uuid.UUID, operation_id: int, at: datetime | None = None
) -> OperationTime:
    """Stop the person's clock at an operation: a break, the end of the shift. Nothing is reported by it.

    at: when it was entered without network; a clock that something else stopped meanwhile stopped then. Raises
    DomainError(clock_not_running).
    """
    moment = moment_of(at)
    rows = OperationTime.objects.select_for_update().filter(
        Q(ended_at=None) | Q(ended_at__gt=moment, line=None), operation=operation_id, employee=employee_for(actor), began_at__lte=moment
    )  # fmt: skip
    row = rows.order_by("-began_at").first()
    if row is None:
        raise DomainError(Problem("clock_not_running", "Your clock does not run at this operation."), Kind.CONFLICT)
    row.ended_at = moment
    row.save(update_fields=["ended_at"])
    return row


def stop_clocks(order_ids: Collection[int], at: datetime) -> None:
    """Stop every clock that runs at some orders: nobody works on what is held or done. One statement."""
    rows = OperationTime.objects.filter(operation__document__in=list(order_ids), ended_at=None, began_at__lte=at)
    rows.update(ended_at=at)


def clocked(operation_ids: Collection[int], at: datetime) -> dict[int, Clocked]:
    """Stop the clocks at some operations that ran at a moment and say what is not reported yet; two statements, one where
    none runs. What began after that moment is left to the next report."""
    found: dict[int, Clocked] = defaultdict(Clocked)
    rows = OperationTime.objects.select_for_update().filter(
        operation__in=list(operation_ids), line=None, began_at__lte=at
    )
    running = []
    for row in rows.order_by("pk"):
        if row.ended_at is None:
            row.ended_at = at
            running.append(row)
        found[row.operation_id].rows.append(row.pk)
        found[row.operation_id].minutes[row.employee_id] += row.minutes
    if running:
        OperationTime.objects.bulk_update(running, ["ended_at"])
    return dict(found)


def count_times(lines: Sequence[ReportLine], found: dict[int, Clocked]) -> None:
    """Mark what the clock said as reported; one statement per operation that was clocked."""
    for line in lines:
        one = found.get(line.operation_id)
        if one is not None:
            OperationTime.objects.filter(pk__in=one.rows).update(line=line)


def clocks_of(user: User, operation_ids: Collection[int]) -> dict[int, tuple[Decimal, datetime | None]]:
    """Operation → a person's minutes that are not reported yet, and since when the clock runs. One statement; none where
    the company does not count by the clock."""
    found: dict[int, tuple[Decimal, datetime | None]] = {}
    if not by_clock():
        return found
    rows = OperationTime.objects.filter(employee__user=user, operation__in=list(operation_ids), line=None)
    for row in rows:
        minutes, since = found.get(row.operation_id, (ZERO, None))
        found[row.operation_id] = (minutes + row.minutes, row.began_at if row.ended_at is None else since)
    return found


def moment_at_work(operations: Iterable[WorkOrderOperation], at: datetime) -> tuple[str, date]:
    """(shift, business day) of a moment by the calendars of work centres; one statement where any has one.

    Centres without shifts, or between them, go by the others. Raises DomainError(days_differ).
    """
    centres = {row.work_centre_id: row.work_centre for row in operations if row.work_centre.calendar_id}
    local = timezone.localtime(at)
    found: dict[date, Any] = {}
    names: dict[str, None] = {}
    kept = calendars_by_ids({one.calendar_id for one in centres.values()}) if centres else {}
    for centre in centres.values():
        shift = shift_at(kept[centre.calendar_id].shifts, local)
        if shift is not None:
            names[shift[0]] = None
            found.setdefault(shift[1], centre)
    if len(found) > 1:
        (first, one), (second, other) = list(found.items())[:2]
        raise DomainError(
            Problem(
                "days_differ", "At this hour work at {one} counts for {first} and at {other} for {second}. Report them apart, or say for which day.",
                where="on", one=str(one), first=first, other=str(other), second=second,
            )
        )  # fmt: skip
    return "/".join(names), next(iter(found), local.date())
