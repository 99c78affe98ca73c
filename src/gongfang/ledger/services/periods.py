"""Accounting months: opened on first need, never behind a closed one."""

from datetime import date

from django.utils import timezone

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger.models import Period
from gongfang.platform.statements import run

MONTHS_AHEAD = 3


def draw_numbers(on: date, count: int) -> tuple[int, int]:
    """Lock the month's row and draw voucher numbers: (period id, first number). The last ledger lock of a posting.

    Raises DomainError: period_closed; period_not_open (too far ahead, or behind a closed month).
    """
    drawn = _draw(on, count)
    if drawn is None:
        open_period(on)
        drawn = _draw(on, count)
    assert drawn is not None
    return drawn


def _draw(on: date, count: int) -> tuple[int, int] | None:
    rows = run(
        "UPDATE ledger_period SET last_number = last_number + %s WHERE year = %s AND month = %s AND state = 'open'"
        " RETURNING id, last_number",
        [count, on.year, on.month],
    )
    return (rows[0][0], rows[0][1] - count + 1) if rows else None


def open_period(on: date) -> Period:
    """The open month of a date, made if it may be. Raises DomainError: period_closed, period_not_open."""
    period = Period.objects.filter(year=on.year, month=on.month).first()
    month = f"{on.year}-{on.month:02d}"
    if period is not None:
        if period.state == Period.State.OPEN:
            return period
        raise DomainError(
            Problem("period_closed", "{month} is closed; take a later date.", where="business_date", month=month),
            Kind.CONFLICT,
        )
    last_closed = Period.objects.filter(state=Period.State.CLOSED).order_by("-year", "-month").first()
    today = timezone.localdate()
    ahead = (on.year - today.year) * 12 + on.month - today.month
    if ahead > MONTHS_AHEAD or (last_closed and (on.year, on.month) < (last_closed.year, last_closed.month)):
        raise DomainError(
            Problem("period_not_open", "{month} is not open for entries.", where="business_date", month=month),
            Kind.CONFLICT,
        )
    Period.objects.bulk_create([Period(year=on.year, month=on.month)], ignore_conflicts=True)
    return Period.objects.get(year=on.year, month=on.month)
