"""Open and closed time of a resource, and how long work takes across it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Window = tuple[int, int]


def merged(windows: Sequence[Window]) -> tuple[Window, ...]:
    """The same open time with touching windows joined; windows must be in order."""
    result: list[Window] = []
    for begin, end in windows:
        if result and result[-1][1] >= begin:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif begin < end:
            result.append((begin, end))
    return tuple(result)


def shared(first: Sequence[Window], second: Sequence[Window]) -> tuple[Window, ...]:
    """The time that is open in both. Cost: linear."""
    result: list[Window] = []
    i = j = 0
    while i < len(first) and j < len(second):
        begin, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if begin < end:
            result.append((begin, end))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open windows in order, none touching; `None` windows mean always open.

    begins, ends: minutes; worked[i]: open minutes before window i. Cost of every question: O(log windows).
    """

    begins: tuple[int, ...] | None
    ends: tuple[int, ...] = ()
    worked: tuple[int, ...] = ()

    @staticmethod
    def of(windows: Sequence[Window] | None) -> "Calendar":
        if windows is None:
            return Calendar(None)
        joined = merged(windows)
        worked, total = [], 0
        for begin, end in joined:
            worked.append(total)
            total += end - begin
        return Calendar(tuple(b for b, _ in joined), tuple(e for _, e in joined), tuple(worked))

    @property
    def windows(self) -> tuple[Window, ...] | None:
        return None if self.begins is None else tuple(zip(self.begins, self.ends))

    def place(self, earliest: int, duration: int, interruptible: bool) -> tuple[int, int] | None:
        """The first [start, end) from `earliest` on that holds `duration` open minutes; None: no open time is left.

        Work starts in open time; what lasts no time at all starts at once.
        """
        if self.begins is None or duration == 0:
            return earliest, earliest + duration
        index = bisect_right(self.ends, earliest)
        while index < len(self.ends):
            start = max(earliest, self.begins[index])
            if self.ends[index] - start >= duration:
                return start, start + duration
            if interruptible:
                end = self.moment(self.worked[index] + start - self.begins[index] + duration)
                return None if end is None else (start, end)
            index += 1
        return None

    def moment(self, worked: int) -> int | None:
        """When the `worked`-th open minute (counted from 0, worked > 0) has passed; None: after the last window."""
        assert self.begins is not None
        index = bisect_right(self.worked, worked - 1) - 1
        end = self.begins[index] + worked - self.worked[index]
        return end if end <= self.ends[index] else None

    def open_before(self, moment: int) -> int:
        """Open minutes in [0, moment)."""
        if self.begins is None:
            return moment
        index = bisect_right(self.begins, moment) - 1
        if index < 0:
            return 0
        return self.worked[index] + min(moment, self.ends[index]) - self.begins[index]

    def starts(self, duration: int, interruptible: bool, low: int, high: int) -> dict[int, list[list[int]]]:
        """Every allowed start in [low, high], by the closed minutes the work then has inside: delay -> [first, last]s.

        Exact: each window of starts is cut where the work would reach over one more closing. Cost: O(windows x reach).
        """
        assert self.begins is not None and duration > 0
        result: dict[int, list[list[int]]] = {}

        def add(delay: int, first: int, last: int) -> None:
            first, last = max(first, low), min(last, high)
            if first <= last:
                result.setdefault(delay, []).append([first, last])

        for index in range(bisect_right(self.ends, low), bisect_right(self.begins, high)):
            begin, end = self.begins[index], self.ends[index]
            add(0, begin, end - duration)
            for reach in range(index + 1, len(self.begins)) if interruptible else ():
                # the work ends in window `reach`: it needs more than the open time before that one, at most its own too
                before = self.worked[reach] - self.worked[index]
                first = max(begin, begin + before - duration + 1)
                if first >= end:
                    break
                last = min(end - 1, begin + before + self.ends[reach] - self.begins[reach] - duration)
                add(self.begins[reach] - begin - before, first, last)
        return result


ALWAYS = Calendar(None)
