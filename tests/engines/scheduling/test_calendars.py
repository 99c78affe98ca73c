"""Open and closed time, against counting minute by minute."""

import pytest

from gongfang.engines.scheduling.calendars import Calendar, merged, shared

SHIFTS = ((0, 4), (6, 9), (9, 10), (15, 30))


def by_counting(windows, earliest, duration, interruptible):
    """The slow truth: try every start, walk minute by minute."""
    opened = {minute for begin, end in windows for minute in range(begin, end)}
    last = max(opened, default=-1)
    for start in range(earliest, last + 1):
        if start not in opened:
            continue
        minutes = [minute for minute in range(start, last + 1) if minute in opened][:duration]
        if len(minutes) < duration:
            return None
        end = minutes[-1] + 1
        if interruptible or end - start == duration:
            return start, end
    return None


@pytest.mark.parametrize("interruptible", [True, False])
@pytest.mark.parametrize("duration", [1, 2, 3, 4, 5, 8, 15, 23, 24])
def test_first_slot_is_the_one_found_by_counting(duration, interruptible):
    calendar = Calendar.of(SHIFTS)
    for earliest in range(31):
        expected = by_counting(SHIFTS, earliest, duration, interruptible)
        assert calendar.place(earliest, duration, interruptible) == expected, earliest


@pytest.mark.parametrize("interruptible", [True, False])
@pytest.mark.parametrize("duration", [1, 3, 5, 9, 20])
def test_every_allowed_start_is_listed_once_with_its_closed_minutes(duration, interruptible):
    calendar = Calendar.of(SHIFTS)
    listed = {}
    for delay, ranges in calendar.starts(duration, interruptible, 2, 25).items():
        for first, last in ranges:
            for start in range(first, last + 1):
                assert start not in listed
                listed[start] = delay
    for start in range(2, 26):
        slot = by_counting(SHIFTS, start, duration, interruptible)
        allowed = slot is not None and slot[0] == start
        assert (start in listed) == allowed, start
        if allowed:
            assert listed[start] == slot[1] - start - duration


def test_no_time_at_all_needs_no_open_time():
    assert Calendar.of(SHIFTS).place(5, 0, True) == (5, 5)


def test_touching_windows_are_one_and_two_calendars_share_what_is_in_both():
    assert merged(SHIFTS) == ((0, 4), (6, 10), (15, 30))
    assert shared(((0, 10), (20, 30)), ((5, 22), (25, 26))) == ((5, 10), (20, 22), (25, 26))


def test_a_calendar_without_windows_is_never_open():
    assert Calendar.of(()).place(0, 1, True) is None
