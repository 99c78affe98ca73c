"""The bottleneck: which work centre holds the factory back, why, and what one more hour of it would be worth."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.engines.scheduling.problem import ScheduleProblem
from gongfang.planning.floorplan import problem_of
from gongfang.planning.models import PlanRun, Schedule
from gongfang.planning.queries.loads import CentreLoad, loads
from gongfang.planning.rules import ZERO
from gongfang.planning.shopfloor import minutes_left
from gongfang.production import queries as production

WEEKS = 6
HOUR = 60
TENTH = Decimal("0.1")
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that goes through the centre."""

    order: Any
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """percent: load over the weeks looked at. margin_per_hour: sales value less standard cost of what goes through, by hour there.

    late_minutes_saved: by how much one more hour a week would lower the total lateness of the schedule (None: not asked).
    """

    load: CentreLoad
    percent: int
    hours: Decimal
    capacity: Decimal
    waiting: tuple[Waiting, ...]
    order_count: int
    margin_per_hour: Decimal
    late_before: Decimal
    late_after: Decimal

    @property
    def saved_hours(self) -> Decimal:
        """Hours of lateness that one more hour a week takes away."""
        return ((self.late_before - self.late_after) / HOUR).quantize(TENTH)


def bottlenecks(today: date, run: PlanRun | None) -> list[Bottleneck]:
    """The three most loaded work centres, the worst first; the value of an hour is proved by scheduling twice."""
    rows = [row for row in loads(today, "week", WEEKS, run) if row.total > 0]
    rows.sort(key=lambda row: -_percent(row))
    operations: dict[int, list[Any]] = defaultdict(list)
    for operation in production.open_operations():
        operations[operation.work_centre_id].append(operation)
    start = timezone.now().replace(second=0, microsecond=0)
    problem = problem_of(start, Schedule.Objective.TARDINESS, 0) if rows else None
    before = _lateness(problem) if problem else ZERO
    found = []
    for row in rows[:3]:
        assert problem is not None
        after = _lateness(_with_an_hour(problem, str(row.centre.pk)))
        found.append(_bottleneck(row, operations[row.centre.pk], before, min(after, before)))
    return found


def _percent(row: CentreLoad) -> int:
    capacity = sum((cell.capacity for cell in row.cells), ZERO)
    return int(row.total * 100 / capacity) if capacity else 999


def _bottleneck(row: CentreLoad, operations: Sequence[Any], before: Decimal, after: Decimal) -> Bottleneck:
    by_order: dict[int, list[Any]] = defaultdict(list)
    for operation in operations:
        by_order[operation.document_id].append(operation)
    waiting, margin = [], ZERO
    for group in by_order.values():
        order = group[0].document
        hours = sum((minutes_left(one) for one in group), ZERO) / HOUR
        waiting.append(Waiting(order, hours.quantize(TENTH)))
        if order.item.sales_price:
            margin += (order.item.sales_price - order.unit_cost) * order.open_quantity
    waiting.sort(key=lambda one: -one.hours)
    total = sum((one.hours for one in waiting), ZERO)
    return Bottleneck(
        row, _percent(row), row.total.quantize(TENTH),
        sum((cell.capacity for cell in row.cells), ZERO).quantize(TENTH), tuple(waiting[:SHOWN]), len(waiting),
        (margin / total).quantize(Decimal("0.01")) if total else ZERO, before, after,
    )  # fmt: skip


def _lateness(problem: ScheduleProblem) -> Decimal:
    """Minutes late in all by the dispatcher's plan, which is the same every time."""
    from gongfang.engines.scheduling.solving import solve
    from gongfang.engines.scheduling.validating import jobs_late

    result = solve(problem, seconds=0)
    return Decimal(sum(max(late, 0) for late in jobs_late(problem, result.operations).values()))


def _with_an_hour(problem: ScheduleProblem, resource: str) -> ScheduleProblem:
    """The same with an hour more at the end of every fifth open window of a work centre: about one a week."""
    changed = []
    for one in problem.resources:
        if one.id != resource or not one.open:
            changed.append(one)
            continue
        windows = list(one.open)
        for number in range(0, len(windows), 5):
            begin, end = windows[number]
            last = windows[number + 1][0] if number + 1 < len(windows) else end + HOUR
            windows[number] = (begin, min(end + HOUR, last))
        changed.append(replace(one, open=tuple(windows)))
    return replace(problem, resources=tuple(changed))
