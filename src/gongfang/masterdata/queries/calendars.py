"""Working calendars as the kernel computes with them."""

from collections.abc import Collection

from gongfang.kernel.calendars import WorkingCalendar
from gongfang.masterdata.models import Calendar

WEEKDAYS = range(1, 8)


def working_calendars() -> dict[str, WorkingCalendar]:
    """Every calendar by its code, in two statements."""
    return {row.code: as_working(row) for row in Calendar.objects.prefetch_related("exceptions")}


def calendars_by_ids(ids: Collection[int]) -> dict[int, Calendar]:
    """Calendars by id, with their shifts; one statement."""
    return Calendar.objects.in_bulk(list(ids))


def working_calendar(code: str | None = None) -> WorkingCalendar:
    """The calendar of a code; without one, the company's (the first made). Monday to Friday where there is none."""
    rows = Calendar.objects.prefetch_related("exceptions").order_by("pk")
    row = (rows.filter(code=code) if code else rows).first()
    return as_working(row) if row else WorkingCalendar()


def company_calendar() -> Calendar | None:
    """The company's calendar (the first made); one statement."""
    return Calendar.objects.order_by("pk").first()


def is_idle(row: Calendar) -> bool:
    """Whether a calendar works no weekday at all."""
    return not any(day in WEEKDAYS for day in row.weekdays)


def as_working(row: Calendar) -> WorkingCalendar:
    """The kernel's calendar of a row whose exceptions are loaded. One that works no weekday (`is_idle`) works every day: dates have to be
    reckoned with all the same, and planning names it as a fault.
    """
    exceptions = list(row.exceptions.all())
    return WorkingCalendar.of(
        range(1, 8) if is_idle(row) else (day for day in row.weekdays if day in WEEKDAYS),
        (day.date for day in exceptions if not day.is_working),
        (day.date for day in exceptions if day.is_working),
    )
