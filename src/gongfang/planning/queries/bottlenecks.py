"""The bottleneck: which work centre holds the factory back, why, and what one more hour of it would be worth.

What the live plan knows of it was reckoned with its promises (`planning.finite`): the demands that wait for hours of each work centre, and
the price of an hour in the best mix of what is wanted. A plan without promises has loads only.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import PlanRun
from gongfang.planning.queries.loads import CentreLoad, loads
from gongfang.planning.rules import ZERO
from gongfang.planning.shopfloor import minutes_left
from gongfang.production import queries as production

WEEKS = 6
HOUR = 60
TENTH = Decimal("0.1")
SHOWN, RANKED = 8, 3
PLANNED = ("late_demands", "late_days", "value", "value_week", "weeks_over", "most_over", "worst_week")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that goes through the centre."""

    order: Any
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """percent, hours, capacity: load over the weeks looked at. late_demands, late_days: what waits for hours of it, None where the plan
    has no promises. value: what one more hour in the week of value_week would bring. weeks_over, most_over, worst_week: by all weeks of the plan.
    """

    centre: Any
    percent: int
    hours: Decimal
    capacity: Decimal
    waiting: tuple[Waiting, ...]
    order_count: int
    late_demands: int | None = None
    late_days: int = 0
    value: Decimal = ZERO
    value_week: date | None = None
    weeks_over: int = 0
    most_over: Decimal = ZERO
    worst_week: date | None = None

    @property
    def is_short(self) -> bool:
        """Whether more is asked of it than there is, or something waits for it."""
        return bool(self.weeks_over or self.late_demands or self.percent >= 80)


def bottlenecks(today: date, run: PlanRun | None) -> list[Bottleneck]:
    """The three work centres that hold most back, the worst first: by the lateness they are to blame for, then by load."""
    rows = {row.centre.pk: row for row in loads(today, "week", WEEKS, run) if row.total > 0}
    operations: dict[int, list[Any]] = defaultdict(list)
    for operation in production.open_operations():
        operations[operation.work_centre_id].append(operation)
    held = (run.summary.get("held") or []) if run else []
    centres = masterdata.inside_centres([one["centre"] for one in held])
    found = [
        _known(one, centres[one["centre"]], rows.get(one["centre"]), operations[one["centre"]])
        for one in held
        if one["centre"] in centres
    ]
    told = {one.centre.pk for one in found}
    found += [
        _of(row, row.centre, operations[pk], None if run is None or "held" not in run.summary else 0)
        for pk, row in rows.items()
        if pk not in told
    ]
    found.sort(key=lambda one: (-one.late_days, -(one.late_demands or 0), -one.percent, one.centre.code))
    return [one for one in found if one.percent][:RANKED]


def _known(one: Mapping[str, Any], centre: Any, row: CentreLoad | None, operations: Sequence[Any]) -> Bottleneck:
    """As the plan's promises have it, with the load of the present weeks."""
    week, worst = (date.fromisoformat(one[name]) if one[name] else None for name in ("value_week", "worst_week"))
    facts = (
        one["late_demands"], one["late_days"], Decimal(one["value"]), week, one["weeks_over"], Decimal(one["most_over"]), worst,
    )  # fmt: skip
    if row is not None:
        return replace(_of(row, centre, operations), **dict(zip(PLANNED, facts, strict=True)))
    waiting = _waiting(operations)
    return Bottleneck(
        centre, one["percent"], Decimal(one["hours"]), Decimal(one["capacity"]), waiting[:SHOWN], len(waiting), *facts
    )


def _of(row: CentreLoad, centre: Any, operations: Sequence[Any], late_demands: int | None = None) -> Bottleneck:
    capacity = sum((cell.capacity for cell in row.cells), ZERO)
    waiting = _waiting(operations)
    return Bottleneck(
        centre, int(row.total * 100 / capacity) if capacity else 999, row.total.quantize(TENTH), capacity.quantize(TENTH),
        waiting[:SHOWN], len(waiting), late_demands,
    )  # fmt: skip


def _waiting(operations: Sequence[Any]) -> tuple[Waiting, ...]:
    """Open orders that go through a work centre, those with most hours there first."""
    by_order: dict[int, list[Any]] = defaultdict(list)
    for operation in operations:
        by_order[operation.document_id].append(operation)
    found = [
        Waiting(group[0].document, (sum((minutes_left(one) for one in group), ZERO) / HOUR).quantize(TENTH))
        for group in by_order.values()
    ]
    return tuple(sorted(found, key=lambda one: -one.hours))
