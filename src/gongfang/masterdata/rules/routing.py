"""Checks on routings and calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from gongfang.kernel.errors import Problem
from gongfang.masterdata.rules.structure import cycle

OPERATION_MAX = 9999


@dataclass(frozen=True, slots=True)
class OperationFacts:
    """What the check of an operation needs to know. predecessors: operation numbers."""

    operation_no: int
    predecessors: tuple[int, ...] = ()
    is_subcontracted: bool = False
    subcontractor_id: int | None = None
    minutes: tuple[Decimal, ...] = ()
    crew: int = 1


def numbers_in(text: object) -> tuple[int, ...]:
    """Operation numbers or weekdays as people write them: "10, 20", "1-5", [1, 2]. Raises ValueError."""
    if isinstance(text, Sequence) and not isinstance(text, str):
        return tuple(int(part) for part in text)
    numbers: list[int] = []
    for part in str(text or "").replace("，", ",").replace("、", ",").replace(" ", ",").split(","):
        if not part:
            continue
        first, dash, last = part.partition("-")
        numbers.extend(range(int(first), int(last) + 1) if dash else [int(first)])
        if len(numbers) > 100:
            raise ValueError("too many numbers")
    return tuple(numbers)


def predecessors(named: Mapping[int, Sequence[int]]) -> dict[int, tuple[int, ...]]:
    """Operation → those that must be done before it. named: what is entered; empty: the operation before by number."""
    numbers = sorted(named)
    return {number: tuple(named[number]) or tuple(numbers[n - 1 : n] if n else ()) for n, number in enumerate(numbers)}


@dataclass(frozen=True, slots=True)
class Way:
    """A routing as a graph. stage: operation → how many stand before it on its longest chain, from 0; arrows: (before, after).

    longest: operations that decide how long a lot takes; minutes: what it takes along them, nothing overlapping.
    """

    stage: Mapping[int, int]
    arrows: Sequence[tuple[int, int]]
    longest: frozenset[int]
    minutes: Decimal


def way(named: Mapping[int, Sequence[int]], minutes: Mapping[int, Decimal]) -> Way:
    """Lay a routing out by what waits for what. minutes: of each operation for the lot. The routing has no circle."""
    after = predecessors(named)
    stage: dict[int, int] = {}
    ends: dict[int, Decimal] = {}
    last: dict[int, int | None] = {}
    waiting = list(after)
    while waiting:
        ready = [number for number in waiting if all(one in stage for one in after[number] if one in after)]
        if not ready:
            raise ValueError("the operations wait for each other")
        for number in ready:
            before = [one for one in after[number] if one in after]
            stage[number] = 1 + max((stage[one] for one in before), default=-1)
            last[number] = max(before, key=lambda one: (ends[one], -one), default=None)
            begin = ends[slowest] if (slowest := last[number]) is not None else Decimal(0)
            ends[number] = begin + minutes.get(number, Decimal(0))
        waiting = [number for number in waiting if number not in stage]
    at = max(ends, key=lambda one: (ends[one], -one), default=None)
    total, longest = (ends[at] if at is not None else Decimal(0)), set()
    while at is not None:
        longest.add(at)
        at = last[at]
    arrows = [(one, number) for number in sorted(after) for one in after[number] if one in after]
    return Way(stage, arrows, frozenset(longest), total)


def routing_problems(operations: Sequence[OperationFacts]) -> list[Problem]:
    """What is wrong with a routing: numbers twice, predecessors that do not exist or go in a circle, no operation at all."""
    problems = []
    if not operations:
        problems.append(Problem("no_operations", "A routing needs at least one operation.", where="operations"))
    numbers = {operation.operation_no for operation in operations}
    seen: set[int] = set()
    for n, operation in enumerate(operations):
        at = f"operations.{n}."
        if not 0 < operation.operation_no <= OPERATION_MAX:
            problems.append(Problem("bad_number", "Operation numbers go from 1 to 9999.", where=at + "operation_no"))
        if operation.operation_no in seen:
            problems.append(
                Problem("number_twice", "Operation {number} is there twice.", where=at + "operation_no", number=operation.operation_no)
            )  # fmt: skip
        seen.add(operation.operation_no)
        for before in operation.predecessors:
            if before not in numbers:
                problems.append(
                    Problem("predecessor_unknown", "There is no operation {number}.", where=at + "predecessors", number=before)
                )  # fmt: skip
        if any(minutes < 0 for minutes in operation.minutes):
            problems.append(Problem("negative_time", "Times cannot be negative.", where=at + "run_minutes"))
        if operation.crew < 1:
            problems.append(Problem("no_crew", "An operation needs at least one person.", where=at + "crew"))
        if operation.is_subcontracted and operation.subcontractor_id is None:
            problems.append(
                Problem("subcontractor_needed", "Who does this work? Choose the subcontractor.", where=at + "subcontractor")
            )  # fmt: skip
    after = predecessors({operation.operation_no: operation.predecessors for operation in operations})
    if not problems and (circle := cycle(after, sorted(numbers))):
        problems.append(
            Problem("operation_cycle", "These operations wait for each other: {numbers}.", where="operations", numbers=circle)
        )  # fmt: skip
    return problems


def calendar_problems(weekdays: Sequence[int], hours: Decimal, shifts: Sequence[Mapping[str, str]]) -> list[Problem]:
    """What is wrong with a calendar: no working weekday, hours beyond a day, shifts whose times cannot be read."""
    problems = []
    if not weekdays or any(not 1 <= day <= 7 for day in weekdays):
        problems.append(Problem("bad_weekdays", "Name at least one weekday, Monday 1 to Sunday 7.", where="weekdays"))
    if not 0 < hours <= 24:
        problems.append(
            Problem("bad_hours", "A working day has more than 0 and at most 24 hours.", where="hours_per_day")
        )
    for shift in shifts:
        try:
            time.fromisoformat(shift["start"])
            time.fromisoformat(shift["end"])
        except (KeyError, TypeError, ValueError):
            problems.append(Problem("bad_shift", "A shift is written as “Day 08:00-17:00”.", where="shifts"))
            break
    return problems


def shifts_in(text: object) -> list[dict[str, str]]:
    """Shifts as people write them, "白班 08:00-17:00; 夜班 20:00-05:00", as the calendar keeps them. Raises ValueError."""
    if isinstance(text, list):
        return text
    shifts = []
    for part in str(text or "").replace("；", ";").replace("：", ":").split(";"):
        words = part.split()
        if not words:
            continue
        start, _, end = words[-1].partition("-")
        shifts.append({"name": " ".join(words[:-1]), "start": start, "end": end})
        time.fromisoformat(start)
        time.fromisoformat(end)
    return shifts


def setup_change_problems(changes: Sequence[tuple[object, object, object]]) -> list[Problem]:
    """What is wrong with (from family, to family, minutes) of a work centre: the same family twice, time below nothing."""
    problems = []
    for number, (before, after, minutes) in enumerate(changes):
        where = f"setup_changes.{number}."
        if str(before or "").strip() == str(after or "").strip() != "":
            problems.append(Problem("same_family", "Both families are the same.", where=where + "to_family"))
        try:
            if Decimal(str(minutes or 0)) < 0:
                problems.append(Problem("negative_time", "Times cannot be negative.", where=where + "minutes"))
        except ArithmeticError:
            continue  # reported as unreadable when the row is saved
    return problems
