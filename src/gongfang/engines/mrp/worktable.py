"""Working-day arithmetic as two tables, so that a date less a lead time is two look-ups."""

from dataclasses import dataclass

import numpy as np

from .problem import FIRST_DAY, LAST_DAY, Days, WorkCalendar


@dataclass(frozen=True, slots=True, eq=False)
class WorkTable:
    """Working days between two dates.

    `index[day - base]` is the place in `day` of the last working day on or before that date.
    """

    base: int
    index: Days
    day: Days

    def on_or_before(self, dates: Days) -> Days:
        """Give the last working day on or before each date."""
        return self.day[self.index[dates - self.base]]

    def on_or_after(self, dates: Days) -> Days:
        """Give the first working day on or after each date."""
        index = self.index[dates - self.base]
        return self.day[np.minimum(index + (self.day[index] < dates), len(self.day) - 1)]


def working_days(calendar: WorkCalendar | None, first: int, last: int, lead: int) -> WorkTable:
    """Table the working days so that every date from first to last can go back `lead` working days.

    Raises ValueError where that would leave the calendar (before the year 1) or no weekday is worked.
    """
    if calendar is None:
        low = first - lead
        if low < FIRST_DAY:
            raise ValueError("the lead times reach back before the year 1")
        days = np.arange(low, last + 1, dtype=np.int32)
        return WorkTable(low, np.arange(len(days), dtype=np.int32), days)
    if not calendar.working_weekdays:
        raise ValueError("no weekday is a working day")
    low = first - days_for(calendar, lead + 1)
    if low < FIRST_DAY or last > LAST_DAY:
        raise ValueError("the lead times reach back before the year 1")
    days = np.arange(low, last + 1, dtype=np.int32)
    worked = np.isin((days - 1) % 7 + 1, sorted(calendar.working_weekdays))
    worked &= ~np.isin(days, sorted(calendar.holidays))
    worked |= np.isin(days, sorted(calendar.extra_working_days))
    return WorkTable(low, (np.cumsum(worked) - 1).astype(np.int32), days[worked])


def days_for(calendar: WorkCalendar | None, working_days_wanted: int) -> int:
    """Give a number of days that surely holds so many working days."""
    if calendar is None:
        return working_days_wanted
    weekly = max(1, len(calendar.working_weekdays))
    return ((working_days_wanted + len(calendar.holidays)) // weekly + 2) * 7
