"""Which shift a moment belongs to, and on which business day it began: what a night shift reports at 2 a.m. is yesterday's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta


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
