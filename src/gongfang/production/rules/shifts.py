"""Which shift a moment belongs to, and on which business day it began: what a night shift reports at 2 a.m. is yesterday's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from gongfang.kernel.errors import Problem

AHEAD = timedelta(minutes=10)  # by which the clock of a device may run ahead of ours
OLDEST = timedelta(days=7)  # how long a report may wait without network; the terminal's token lives as long


def shift_at(shifts: Sequence[Mapping[str, str]], at: datetime) -> tuple[str, date] | None:
    """(name, business day) of the shift that a local moment falls into, the first that fits; None between shifts.

    shifts: {"name", "start", "end"} as calendars keep them; one that ends at or before its start goes over midnight.
    """
    now = at.time()
    for shift in shifts:
        start, end = time.fromisoformat(shift["start"]), time.fromisoformat(shift["end"])
        if start < end:
            if start <= now < end:
                return shift["name"], at.date()
        elif now >= start:
            return shift["name"], at.date()
        elif now < end:
            return shift["name"], at.date() - timedelta(days=1)
    return None


def day_at(shifts: Sequence[Mapping[str, str]], at: datetime) -> date:
    """Business day of a local moment: that on which its shift began, between shifts the day of the calendar."""
    found = shift_at(shifts, at)
    return found[1] if found else at.date()


def moment_problem(at: datetime, now: datetime) -> Problem | None:
    """Why something cannot be counted as done at a local moment, or None."""
    moment = f"{at:%Y-%m-%d %H:%M}"
    if at > now + AHEAD:
        return Problem(
            "in_future", "{moment} is in the future; set the clock of the device right.", where="at", moment=moment
        )
    if at < now - OLDEST:
        return Problem(
            "too_old", "{moment} is more than {days} days ago; have it reported on the report page, which asks for the day.",
            where="at", moment=moment, days=OLDEST.days,
        )  # fmt: skip
    return None
