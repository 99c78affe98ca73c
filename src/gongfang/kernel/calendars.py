"""Working days: which days are worked, and dates so many working days away."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})


@dataclass(frozen=True)
class WorkingCalendar:
    """The days of a work place. weekdays: ISO numbers that are worked; holidays: not worked all the same; extra: worked all the same.

    A date in both `holidays` and `extra` is worked. Every question costs O(log exceptions) plus O(1) per week.
    """

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    holidays: frozenset[date] = field(default_factory=frozenset)
    extra: frozenset[date] = field(default_factory=frozenset)

    @staticmethod
    def of(weekdays: Iterable[int], holidays: Iterable[date] = (), extra: Iterable[date] = ()) -> "WorkingCalendar":
        """From any iterables; a calendar without a working weekday is refused, as no date could ever be reached."""
        days = frozenset(weekdays)
        if not days or not days <= frozenset(range(1, 8)):
            raise ValueError("weekdays must be ISO numbers 1 to 7, at least one")
        return WorkingCalendar(days, frozenset(holidays), frozenset(extra))

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        return day in self.extra or (day.isoweekday() in self.weekdays and day not in self.holidays)

    def on_or_after(self, day: date) -> date:
        """The day itself when it is worked, else the next one that is."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def on_or_before(self, day: date) -> date:
        """The day itself when it is worked, else the last one before it that is."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The date `count` working days later (negative: earlier). 0: the day itself, moved on to a working day.

        A day that is not worked counts as the working day before it when going on, after it when going back.
        """
        if count == 0:
            return self.on_or_after(day)
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            weeks = (left - 1) // 7  # a week holds at most 7 working days, so so many whole weeks never go too far
            if weeks:
                target = day + step * 7 * weeks
                left -= self._between(day, target) if count > 0 else self._between(target - ONE_DAY, day - ONE_DAY)
                day = target
                continue
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and with `last`; negative when `last` is the earlier one."""
        return self._between(first, last) if last >= first else -self._between(last, first)

    def _between(self, first: date, last: date) -> int:
        weeks, rest = divmod((last - first).days, 7)
        count = weeks * len(self.weekdays)
        weekday = first.isoweekday()
        count += sum((weekday + step - 1) % 7 + 1 in self.weekdays for step in range(1, rest + 1))
        holidays, extra = _exceptions(self)
        count -= bisect_right(holidays, last) - bisect_right(holidays, first)
        return count + bisect_right(extra, last) - bisect_right(extra, first)

    def working_days(self, first: date, last: date) -> list[date]:
        """The worked dates from `first` to `last`, both included."""
        return [day for day in _span(first, last) if self.is_working(day)]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@lru_cache(maxsize=256)
def _exceptions(calendar: WorkingCalendar) -> tuple[list[date], list[date]]:
    """The holidays that take a working day away and the extra days that add one, sorted."""
    holidays = [d for d in calendar.holidays - calendar.extra if d.isoweekday() in calendar.weekdays]
    extra = [d for d in calendar.extra if d.isoweekday() not in calendar.weekdays]
    return sorted(holidays), sorted(extra)
