"""Open operations and hours: what is left to do, when a work centre is open, in whole minutes from a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from gongfang.kernel.calendars import WorkingCalendar
from gongfang.masterdata.queries import working_calendar
from gongfang.masterdata.queries.calendars import as_working

DAY_STARTS = time(8)
OUTSIDE_PLACES = 1000  # a subcontractor takes whatever is sent
DAY_MINUTES = 24 * 60


def minutes_left(operation: Any, centre: Any = None) -> Decimal:
    """Minutes at one machine for what is not through yet, by the work centre's efficiency; set-up counts until work begins.

    centre: another one than the operation's own.
    """
    quantity = max(operation.document.quantity - operation.worked_quantity, Decimal(0))
    setup = operation.setup_minutes if operation.state == "open" else Decimal(0)
    return (setup + operation.run_minutes * quantity) / ((centre or operation.work_centre).efficiency or 1)


def whole_minutes(value: Decimal) -> int:
    """Rounded up: a schedule never promises less time than is needed."""
    return int(value.to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Hours:
    """When a work centre is open on a worked day: [(minute of the day, minute of the day past midnight allowed)]."""

    calendar: WorkingCalendar
    shifts: tuple[tuple[int, int], ...]

    def minutes(self, day: date) -> int:
        """Open minutes of one machine on a day."""
        return sum(end - begin for begin, end in self.shifts) if self.calendar.is_working(day) else 0


def hours_of(centres: Iterable[Any]) -> dict[int, Hours]:
    """Work centre → its hours, by its own calendar or the company's. The centres' calendars are read with their exceptions."""
    rows = list(centres)
    own = [row.calendar for row in rows if row.calendar_id]
    prefetch_related_objects(own, "exceptions")
    company = Hours(working_calendar(), ((8 * 60, 16 * 60),))
    found = {}
    for row in rows:
        calendar = row.calendar
        if calendar is None:
            found[row.pk] = company
            continue
        found[row.pk] = Hours(as_working(calendar), _shifts(calendar))
    return found


def _shifts(calendar: Any) -> tuple[tuple[int, int], ...]:
    """The calendar's shifts in order, else so many hours from eight."""
    spans = []
    for shift in calendar.shifts or []:
        begin, end = _minute(shift["start"]), _minute(shift["end"])
        spans.append((begin, end if end > begin else end + DAY_MINUTES))
    if not spans:
        start = DAY_STARTS.hour * 60
        spans = [(start, start + int(calendar.hours_per_day * 60))]
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes or 0)


def windows(hours: Hours, start: datetime, days: int) -> tuple[tuple[int, int], ...]:
    """Open time from a moment on, in minutes from it."""
    local = timezone.localtime(start)
    offset = local.hour * 60 + local.minute
    found: list[tuple[int, int]] = []
    for number in range(-1, days):
        day = local.date() + timedelta(days=number)
        if not hours.calendar.is_working(day):
            continue
        for begin, end in hours.shifts:
            first = max(number * DAY_MINUTES + begin - offset, 0)
            last = number * DAY_MINUTES + end - offset
            if last <= first:
                continue
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
    return tuple(found)


def minute_of(moment: datetime | date, start: datetime, *, end_of_day: bool = False) -> int:
    """Minutes from the start to a moment; a date counts from its first (or last) minute."""
    if not isinstance(moment, datetime):
        day = moment + timedelta(days=1) if end_of_day else moment
        moment = timezone.make_aware(datetime.combine(day, time(0)))
    return int((moment - start).total_seconds() // 60)


def moment_of(minute: int, start: datetime) -> datetime:
    """The moment so many minutes after the start."""
    return start + timedelta(minutes=minute)
