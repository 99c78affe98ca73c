"""The scheduling problem of the open work orders: machines with their hours and set-ups, tools and skilled people, started and
frozen operations, material dates.

Ids in the problem are primary keys as text: resources are work centres (and what `holding` names), jobs work orders, operations
work order operations.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.engines.scheduling.problem import (
    Job,
    Mode,
    Objective,
    Operation,
    Placed,
    Ref,
    Resource,
    ScheduleProblem,
    Setup,
)
from gongfang.masterdata import queries as masterdata
from gongfang.planning.holding import Holding, holding_of
from gongfang.planning.keeping import Kept, kept_of
from gongfang.planning.queries.kits import material_dates
from gongfang.planning.shopfloor import OUTSIDE_PLACES, hours_of, minute_of, minutes_left, whole_minutes, windows
from gongfang.production import queries as production

DAYS = 250
FORMAT = "gongfang/schedule-problem/1-extended"


@dataclass(frozen=True, slots=True)
class Floor:
    """The problem with the rows it was read from."""

    problem: ScheduleProblem
    operations: Sequence[Any]
    holding: Holding
    kept: Kept


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the operations of all orders are read with. factors: as `masterdata.queries.time_factors`."""

    start: datetime
    material: Mapping[int, date | None]
    others: Mapping[int, Any]
    factors: Mapping[tuple[int, int, int], Decimal]
    families: Mapping[tuple[int, int], str]
    holding: Holding


def problem_of(start: datetime, objective: str, frozen_hours: int) -> ScheduleProblem:
    """The problem alone; see `floor_of`."""
    return floor_of(start, objective, frozen_hours).problem


def floor_of(
    start: datetime, objective: str, frozen_hours: int, more: Sequence[Any] = (), pins_of: int | None = None
) -> Floor:
    """Read the open operations. What has begun stays on its machine; frozen: so does what the published schedule starts within so many
    hours; pins_of: and what was pinned in that schedule (see `keeping`).

    more: operations of an order that does not exist yet (`production.proposed_operations`), planned among the others. Lateness weighs by the order's priority. Statements do not grow with the number of operations.
    """
    operations = [*more, *production.open_operations()]
    centres = {row.work_centre_id: row.work_centre for row in operations}
    others = masterdata.inside_centres({pk for row in operations for pk in _elsewhere(row)})
    items = {row.document.item_id for row in operations}
    centres = others | centres
    hours = hours_of(centres.values())
    today = timezone.localtime(start).date()
    holding = holding_of(operations, today, {pk: len(one.shifts) for pk, one in hours.items()})
    resources = []
    for pk, centre in sorted(centres.items()):
        if centre.kind == "outside":
            resources.append(Resource(str(pk), OUTSIDE_PLACES))
        else:
            resources.append(Resource(str(pk), centre.machines, windows(hours[pk], start, DAYS)))
    by_order: dict[int, list[Any]] = defaultdict(list)
    for row in operations:
        by_order[row.document_id].append(row)
    facts = _Facts(
        start, material_dates(today), others, masterdata.time_factors(items), masterdata.setup_families(items), holding
    )
    problem = ScheduleProblem(
        (*resources, *holding.resources),
        tuple(_job(rows, facts) for _, rows in sorted(by_order.items())),
        Objective(objective),
        tuple(
            Setup(str(one.work_centre_id), one.from_family, one.to_family, whole_minutes(one.minutes))
            for one in masterdata.setup_changes(centres)
        ),
        start=start.isoformat(),
    )
    kept = kept_of(problem, operations, start, frozen_hours, pins_of)
    return Floor(replace(problem, fixed=kept.fixed), operations, holding, kept)


def _elsewhere(row: Any) -> list[int]:
    """The work centres that may do an operation instead of its own: while it is not begun and nobody was told to do it."""
    is_free = row.state == "open" and not (row.is_subcontracted or row.assigned_to_id or row.machine)
    return row.alternatives if is_free else []


def _modes(row: Any, facts: _Facts) -> tuple[Mode, ...]:
    """The operation's own work centre, then its alternatives with their times; at each one of the tools that fit."""
    ways = {row.work_centre_id: row.work_centre} | {
        pk: facts.others[pk] for pk in _elsewhere(row) if pk in facts.others
    }
    modes = []
    for pk, centre in ways.items():
        factor = facts.factors.get((row.document.item_id, row.operation_no, pk), 1)
        minutes = whole_minutes(minutes_left(row, centre) * factor)
        modes += [Mode(str(pk), minutes, also) for also in facts.holding.ways(row, pk)]
    return tuple(modes)


def _job(rows: Sequence[Any], facts: _Facts) -> Job:
    order, start = rows[0].document, facts.start
    open_numbers = {row.operation_no: str(row.pk) for row in rows}
    steps = {step.operation_no: step for step in production.steps_of(rows)}
    ready = facts.material.get(order.pk)
    release = minute_of(ready, start) if ready is not None else minute_of(order.start, start)
    release = 0 if any(row.state == "started" for row in rows) else max(release, 0)
    operations = tuple(
        Operation(
            str(row.pk),
            _modes(row, facts),
            after=tuple(
                Ref(str(order.pk), open_numbers[number])
                for number in steps[row.operation_no].predecessors
                if number in open_numbers and row.state != "started"
            ),
            family=facts.families.get((order.item_id, row.operation_no)),
            release=release if row.state == "open" else 0,
        )
        for row in rows
    )
    weight = Decimal(max(10 - order.priority, 1))
    return Job(str(order.pk), operations, due=max(minute_of(order.due, start, end_of_day=True), 0), weight=weight)


def to_json(problem: ScheduleProblem) -> dict[str, Any]:
    """The problem in the engine's file format, kept with the schedule."""
    return {
        "format": FORMAT,
        "start": problem.start,
        "objective": str(problem.objective),
        "resources": [
            {"id": one.id, "capacity": one.capacity, "open": None if one.open is None else [list(pair) for pair in one.open]}
            for one in problem.resources
        ],
        "jobs": [
            {
                "id": job.id, "release": job.release, "due": job.due, "weight": int(job.weight),
                "operations": [
                    {
                        "id": operation.id, "release": operation.release,
                        "modes": [
                            {"resource": mode.resource, "duration": mode.duration, **({"also": list(mode.also)} if mode.also else {})}
                            for mode in operation.modes
                        ],
                        "after": [ref.operation for ref in operation.after], **({"family": operation.family} if operation.family else {}),
                    }
                    for operation in job.operations
                ],
            }
            for job in problem.jobs
        ],
        "setups": [
            {"resource": one.resource, "from": one.from_family, "to": one.to_family, "duration": one.duration} for one in problem.setups
        ],
        "fixed": [
            {"job": one.ref.job, "operation": one.ref.operation, "resource": one.resource, "start": one.start} for one in problem.fixed
        ],
    }  # fmt: skip


def as_placed(slots: Sequence[Any], start: datetime) -> list[Placed]:
    """Stored slots as the engine sees them; each with its `operation` read."""
    return [
        Placed(
            Ref(str(slot.operation.document_id), str(slot.operation_id)),
            str(slot.work_centre_id),
            minute_of(slot.starts_at, start),
            minute_of(slot.ends_at, start),
            slot.also,
        )
        for slot in slots
    ]
