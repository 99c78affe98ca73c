"""What a new schedule leaves where it is: work that has begun, what is frozen, what the planner pinned.

What has begun stays on its machine and goes on at once, with the time that is left. What is frozen or pinned stays as long as the rest of
the floor lets it; what no longer fits (its machine is still busy, its material comes later) is let go and told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from gongfang.engines.scheduling.bounds import earliest_ends
from gongfang.engines.scheduling.calendars import Calendar
from gongfang.engines.scheduling.problem import Fixed, Mode, Operation, Placed, Ref, ScheduleProblem
from gongfang.engines.scheduling.shop import compile_shop
from gongfang.engines.scheduling.validating import violations
from gongfang.kernel.errors import N_, Problem
from gongfang.planning.models import ScheduleSlot
from gongfang.planning.shopfloor import minute_of


@dataclass(frozen=True, slots=True)
class Kept:
    """begun, frozen, pinned: what stays where it is. let_go: operations that were frozen or pinned and cannot stay."""

    begun: tuple[Placed, ...] = ()
    frozen: tuple[Placed, ...] = ()
    pinned: tuple[Placed, ...] = ()
    let_go: tuple[Any, ...] = ()

    @property
    def fixed(self) -> tuple[Fixed, ...]:
        return tuple(Fixed(one.ref, one.resource, one.start) for one in (*self.begun, *self.frozen, *self.pinned))

    def warnings(self) -> list[Problem]:
        """What could not stay, one sentence each."""
        text = N_("{order} can no longer stay where it was frozen or pinned; it was planned anew.")
        names = [f"{row.document.number} {row.operation_no} {row.name}" for row in self.let_go]
        return [Problem("let_go", text, order=name) for name in names]

    def begun_only(self, operations: Sequence[Any]) -> "Kept":
        """The same with all that was frozen or pinned let go."""
        gone = {int(one.ref.operation) for one in (*self.frozen, *self.pinned)}
        return Kept(self.begun, let_go=(*self.let_go, *(row for row in operations if row.pk in gone)))


def kept_of(
    problem: ScheduleProblem, operations: Sequence[Any], start: datetime, frozen_hours: int, pins_of: int | None
) -> Kept:
    """What stays in a problem that has nothing fixed yet. pins_of: the schedule whose pins are carried over. Two statements."""
    known = {row.pk: row for row in operations}
    steps = {int(step.id): step for _, step in problem.operations()}
    begun = _begun(problem, sorted((row for row in operations if row.state == "started"), key=_since), steps)
    waiting = [row.pk for row in operations if row.state != "started"]
    slots = ScheduleSlot.objects.filter(operation__in=waiting)
    until = start + timedelta(hours=frozen_hours)
    zone = (
        list(slots.filter(schedule__is_published=True, starts_at__gte=start, starts_at__lt=until))
        if frozen_hours
        else []
    )
    held = {slot.operation_id for slot in zone}
    pins = (
        [slot for slot in slots.filter(schedule=pins_of, is_pinned=True) if slot.operation_id not in held]
        if pins_of
        else []
    )
    calendars = {one.id: Calendar.of(one.open) for one in problem.resources}
    wanted = {
        slot.operation_id: _where(slot, known[slot.operation_id], steps, calendars, start, slot in zone)
        for slot in (*zone, *pins)
    }
    now = replace(problem, fixed=tuple(Fixed(one.ref, one.resource, one.start) for one in begun))
    ready = _in_turn(now, [spot for spot in wanted.values() if spot is not None])
    stays = {one.ref for one in _fitting(now, begun, sorted(ready, key=lambda one: (one.start, one.ref)))}
    staying = {pk for pk, spot in wanted.items() if spot is not None and spot.ref in stays}
    return Kept(
        tuple(begun),
        tuple(wanted[slot.operation_id] for slot in zone if slot.operation_id in staying),  # type: ignore[misc]
        tuple(wanted[slot.operation_id] for slot in pins if slot.operation_id in staying),  # type: ignore[misc]
        tuple(known[pk] for pk in wanted if pk not in staying),
    )


def _since(row: Any) -> tuple[bool, Any, int]:
    return (row.started_at is None, row.started_at or 0, row.pk)


def _ref(row: Any) -> Ref:
    return Ref(str(row.document_id), str(row.pk))


def _begun(problem: ScheduleProblem, rows: Sequence[Any], steps: Mapping[int, Operation]) -> list[Placed]:
    """Begun work on its machine from the first open minute; one after the other, with set-ups, where more has begun than machines, tools
    and people can run at once. Those that began first go first.
    """
    resources = {one.id: one for one in problem.resources}
    calendars = {one.id: Calendar.of(one.open) for one in problem.resources}
    minutes = {(one.resource, one.from_family, one.to_family): one.duration for one in problem.setups}
    units: dict[str, list[tuple[int, str | None]]] = {}
    found = []
    for row in rows:
        step = steps[row.pk]
        best: tuple[tuple[int, int], Mode, list[tuple[str, int]]] | None = None
        for mode in step.modes:
            at, taken = 0, []
            for name in mode.resources:
                free = units.setdefault(name, [(0, None)] * min(resources[name].capacity, len(rows)))
                unit = min(range(len(free)), key=lambda n: _free(free[n], name, step.family, minutes))
                at = max(at, _free(free[unit], name, step.family, minutes))
                taken.append((name, unit))
            place = calendars[mode.resource].place(at, mode.duration, step.interruptible)
            if place is not None and (best is None or place < best[0]):
                best = place, mode, taken
        if best is not None:
            place, mode, taken = best
            for name, unit in taken:
                units[name][unit] = (place[1], step.family)
            found.append(Placed(_ref(row), mode.resource, *place, mode.also))
    return found


def _free(
    unit: tuple[int, str | None], name: str, family: str | None, minutes: Mapping[tuple[str, str, str], int]
) -> int:
    """When a unit could begin work of a family."""
    at, last = unit
    return at + (minutes.get((name, last, family), 0) if last is not None and family is not None else 0)


def _where(
    slot: ScheduleSlot,
    row: Any,
    steps: Mapping[int, Operation],
    calendars: Mapping[str, Calendar],
    start: datetime,
    is_zone: bool,
) -> Placed | None:
    """A stored slot as it would be now, with the minutes that are left; None where the machine is closed then or cannot do it any more.
    A frozen operation is on the work centre that publishing gave it."""
    step = steps[row.pk]
    centre = str(row.work_centre_id if is_zone else slot.work_centre_id)
    modes = [mode for mode in step.modes if mode.resource == centre]
    mode = next((one for one in modes if one.also == slot.also), modes[0] if modes else None)
    at = minute_of(slot.starts_at, start)
    if mode is None or at < 0:
        return None
    place = calendars[centre].place(at, mode.duration, step.interruptible)
    return Placed(_ref(row), centre, *place, mode.also) if place is not None and place[0] == at else None


def _in_turn(problem: ScheduleProblem, spots: Iterable[Placed]) -> list[Placed]:
    """Those that begin no sooner than all before them can have ended, were nothing else in the way."""
    ends = dict(
        zip(
            (Ref(job.id, step.id) for job, step in problem.operations()),
            earliest_ends(compile_shop(problem)),
            strict=True,
        )
    )
    before = {Ref(job.id, step.id): step.after for job, step in problem.operations()}
    return [
        spot for spot in spots if all((end := ends[ref]) is not None and end <= spot.start for ref in before[spot.ref])
    ]


def _fitting(problem: ScheduleProblem, placed: Sequence[Placed], more: Sequence[Placed]) -> list[Placed]:
    """As many of `more` as keep every rule beside what is placed, the earlier ones before the later. O((1 + misfits) log n) checks."""
    together = [*placed, *more]
    if not more or not violations(problem, together, only=frozenset(one.ref for one in together)):
        return list(more)
    if len(more) == 1:
        return []
    half = len(more) // 2
    first = _fitting(problem, placed, more[:half])
    return [*first, *_fitting(problem, [*placed, *first], more[half:])]
