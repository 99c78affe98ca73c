"""Working days against the plainest possible counting."""

import random
from datetime import date, timedelta

import pytest

from gongfang.kernel.calendars import WorkingCalendar

ONE_DAY = timedelta(days=1)
BASE = date(2026, 1, 1)


def counted(calendar: WorkingCalendar, first: date, last: date) -> int:
    if last < first:
        return -counted(calendar, last, first)
    return sum(calendar.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def stepped(calendar: WorkingCalendar, day: date, count: int) -> date:
    if count == 0:
        return day if calendar.is_working(day) else stepped(calendar, day, 1)
    left = abs(count)
    while left:
        day += ONE_DAY if count > 0 else -ONE_DAY
        left -= calendar.is_working(day)
    return day


@pytest.mark.parametrize("seed", range(40))
def test_any_calendar_agrees_with_counting(seed: int) -> None:
    rng = random.Random(seed)
    some = lambda most: [BASE + timedelta(days=rng.randint(0, 400)) for _ in range(rng.randint(0, most))]  # noqa: E731
    calendar = WorkingCalendar.of(rng.sample(range(1, 8), rng.randint(1, 7)), some(40), some(20))
    for _ in range(25):
        first, last = (BASE + timedelta(days=rng.randint(0, 400)) for _ in range(2))
        count = rng.randint(-80, 80)
        assert calendar.working_days_between(first, last) == counted(calendar, first, last)
        assert calendar.add_working_days(first, count) == stepped(calendar, first, count)
        assert calendar.is_working(calendar.on_or_after(first)) and calendar.is_working(calendar.on_or_before(first))


def test_national_day_with_its_make_up_day() -> None:
    calendar = WorkingCalendar.of(range(1, 6), [date(2026, 10, n) for n in range(1, 8)], [date(2026, 10, 10)])
    assert calendar.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert calendar.is_working(date(2026, 10, 10)) and not calendar.is_working(date(2026, 10, 11))
    assert calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 11)) == 3


@pytest.mark.parametrize("weekdays", [[], [0], [8], [1, 9]])
def test_impossible_weeks_are_refused(weekdays: list[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        WorkingCalendar.of(weekdays)
