"""Finite schedules: solve as a task, move by hand with an at-once check, publish to the shop."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import Schedule, ScheduleSlot
from gongfang.planning.shopfloor import minute_of, moment_of
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import verb
from gongfang.production import services as production

JOB = "planning.solve_schedule"
ROLES = ("planner", "supervisor", "owner")
KEPT = 20
SECONDS_MAX = 600


@verb("planning.create_schedule", N_("New schedule"), roles=ROLES)
def create_schedule(
    *, actor: User, request_id: uuid.UUID, name: str = "", objective: str = Schedule.Objective.TARDINESS, frozen_hours: int = 0,
    seconds: int = 20, keep_pins: bool = True, direction: str = Schedule.Direction.FORWARD,
) -> Schedule:  # fmt: skip
    """Queue a schedule of all open work orders; earlier ones stay to be compared with. keep_pins: what was pinned in the newest of them
    stays where it is. direction: backward moves what was found as late as due dates allow, so that no work lies about."""
    if objective not in Schedule.Objective.values:
        raise DomainError(Problem("bad_choice", "Choose an objective.", where="objective"))
    if direction not in Schedule.Direction.values:
        raise DomainError(Problem("bad_choice", "Choose when work begins.", where="direction"))
    if not 0 <= seconds <= SECONDS_MAX or not 0 <= frozen_hours <= 1000:
        raise DomainError(
            Problem("bad_seconds", "Search for 0 to 600 seconds; freeze at most 1,000 hours.", where="seconds")
        )
    now = timezone.now().replace(second=0, microsecond=0)
    newest = Schedule.objects.filter(state=Schedule.State.DONE).order_by("-pk").first() if keep_pins else None
    schedule = Schedule.objects.create(
        name=name.strip()[:80] or f"{timezone.localtime(now):%Y-%m-%d %H:%M}", objective=objective, starts_at=now,
        frozen_hours=frozen_hours, seconds=seconds, created_by=actor, pins_of=newest, direction=direction,
    )  # fmt: skip
    kept = Schedule.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT]
    Schedule.objects.filter(is_published=False).exclude(pk__in=list(kept)).delete()
    start(JOB, actor=actor, schedule_id=schedule.pk)
    return schedule


def _give_up(schedule_id: int) -> None:
    """A schedule whose search ended without an answer does not say that it is searched."""
    Schedule.objects.filter(pk=schedule_id, state=Schedule.State.RUNNING).update(state=Schedule.State.FAILED)


@job(JOB, N_("Finite schedule"), given_up=_give_up)
def solve_schedule(progress: Progress, *, actor: User | None, schedule_id: int) -> dict[str, Any]:
    """Build the problem, search, keep the best plan with what is proved about it."""
    return solve_into(Schedule.objects.get(pk=schedule_id), progress)


def solve_into(schedule: Schedule, progress: Progress) -> dict[str, Any]:
    """Solve in this process; the answer replaces what the schedule held."""
    from gongfang.engines.scheduling.delaying import delayed
    from gongfang.engines.scheduling.solving import solve
    from gongfang.engines.scheduling.validating import jobs_late
    from gongfang.planning.floorplan import floor_of, to_json
    from gongfang.planning.holding import warnings

    floor = floor_of(schedule.starts_at, schedule.objective, schedule.frozen_hours, pins_of=schedule.pins_of_id)
    problem, kept = floor.problem, floor.kept

    def watch(value: Decimal, bound: Decimal, seconds: Any) -> bool:
        share = min(int(100 * seconds / max(schedule.seconds, 1)), 99)
        progress.tell(share, 100, gettext("objective {value}, proven bound {bound}").format(value=value, bound=bound))
        return False

    result = solve(problem, seconds=schedule.seconds, progress=watch)
    if problem.jobs and not result.operations and (kept.frozen or kept.pinned):
        kept = kept.begun_only(floor.operations)
        problem = replace(problem, fixed=kept.fixed)
        result = solve(problem, seconds=schedule.seconds, progress=watch)
    if schedule.direction == Schedule.Direction.BACKWARD:
        result = replace(result, operations=delayed(problem, result.operations))
    fixed, pinned = {one.ref for one in (*kept.begun, *kept.frozen)}, {one.ref for one in kept.pinned}
    with transaction.atomic():
        schedule.slots.all().delete()
        ScheduleSlot.objects.bulk_create(
            [
                ScheduleSlot(
                    schedule=schedule, operation_id=int(spot.ref.operation), work_centre_id=int(spot.resource),
                    starts_at=moment_of(spot.start, schedule.starts_at), ends_at=moment_of(spot.end, schedule.starts_at),
                    is_fixed=spot.ref in fixed, is_pinned=spot.ref in pinned, held="\n".join(spot.also),
                )
                for spot in result.operations
            ],
            batch_size=2000,
        )  # fmt: skip
        schedule.state = Schedule.State.DONE if result.operations or not problem.jobs else Schedule.State.FAILED
        schedule.status, schedule.message = str(result.status), result.message[:1000]
        schedule.objective_value, schedule.bound = result.objective, result.bound
        schedule.levels = [
            {"name": one.name, "value": f"{one.value:f}", "bound": None if one.bound is None else f"{one.bound:f}"}
            for one in result.levels
        ]
        schedule.operation_count = len(result.operations)
        schedule.late_count = sum(late > 0 for late in jobs_late(problem, result.operations).values())
        schedule.problem = to_json(problem)
        schedule.warnings = [
            {"code": one.code, "template": one.template, "data": dict(one.data)}
            for one in (*kept.warnings(), *warnings(floor.holding, floor.operations, result.operations))
        ]
        schedule.save()
    return {"schedule": schedule.pk, "status": schedule.status}


def locked_schedule(schedule_id: int) -> Schedule:
    """The schedule, locked. Raises DomainError: missing, not_solved."""
    row = Schedule.objects.select_for_update().filter(pk=schedule_id).first()
    if row is None:
        raise DomainError(Problem("schedule_gone", "There is no such schedule any more."), Kind.MISSING)
    if row.state != Schedule.State.DONE:
        raise DomainError(Problem("not_solved", "The schedule is not solved (yet)."), Kind.CONFLICT)
    return row


@verb("planning.move_operation", N_("Move operation"), roles=ROLES)
def move_operation(
    *, actor: User, request_id: uuid.UUID, schedule_id: int, operation_id: int, starts_at: datetime, fit: bool = False,
    work_centre_id: int | None = None,
) -> Schedule:  # fmt: skip
    """Put an operation elsewhere in time, or at another work centre that may do it, and pin it there.

    fit: the others make room; else a conflict refuses the move. Raises DomainError: fixed, cannot_do_it, no_open_time, or what is in
    the way.
    """
    from gongfang.engines.scheduling.reading import problem_from

    schedule = locked_schedule(schedule_id)
    slots = list(schedule.slots.select_for_update(of=("self",)).select_related("operation__document", "work_centre"))
    moved = next((slot for slot in slots if slot.operation_id == operation_id), None)
    if moved is None or moved.is_fixed:
        raise DomainError(
            Problem("fixed", "This operation has started or is frozen; it stays where it is."), Kind.CONFLICT
        )
    problem = problem_from(schedule.problem, extended=True)
    problem = replace(problem, fixed=tuple(one for one in problem.fixed if one.ref.operation != str(operation_id)))
    ways = _ways(problem, moved, work_centre_id or moved.work_centre_id)
    moved.work_centre_id = int(ways[0].resource)
    moved.is_pinned = True
    if fit:
        _place(schedule, problem, moved, ways[0], starts_at)
        return _fitted(schedule, slots, problem)
    refused = _settle(schedule, problem, moved, slots, ways, starts_at)
    if refused:
        raise DomainError(refused, Kind.CONFLICT)
    update_rows([moved], ["work_centre", "starts_at", "ends_at", "is_pinned", "held"])
    _measured(schedule, problem, slots)
    return schedule


def _ways(problem: Any, moved: ScheduleSlot, work_centre_id: int) -> list[Any]:
    """How the work centre may do the operation: one way for each tool and person that fit, those held already first.

    Raises DomainError(cannot_do_it), which names who can.
    """
    modes = next(operation.modes for _, operation in problem.operations() if operation.id == str(moved.operation_id))
    found = [mode for mode in modes if mode.resource == str(work_centre_id)]
    if found:
        return sorted(found, key=lambda mode: mode.also != moved.also)
    able = masterdata.inside_centres({int(mode.resource) for mode in modes} | {work_centre_id})
    raise DomainError(
        Problem(
            "cannot_do_it", "{centre} cannot do {step}: its routing allows {able}. Add an alternative work centre there first.",
            centre=str(able.get(work_centre_id) or work_centre_id), step=f"{moved.operation.document.number} {moved.operation.operation_no} {moved.operation.name}",
            able=", ".join(str(row) for pk, row in sorted(able.items()) if pk != work_centre_id),
        ),
        Kind.CONFLICT,
    )  # fmt: skip


def _place(schedule: Schedule, problem: Any, moved: ScheduleSlot, mode: Any, starts_at: datetime) -> None:
    """Set the operation's times: from the first open minute on. Raises DomainError(no_open_time)."""
    from gongfang.engines.scheduling.calendars import Calendar

    resource = next(one for one in problem.resources if one.id == mode.resource)
    begin = max(minute_of(starts_at, schedule.starts_at), 0)
    place = Calendar.of(resource.open).place(begin, mode.duration, True)
    if place is None:
        raise DomainError(
            Problem("no_open_time", "The work centre is not open long enough after that time.", where="starts_at")
        )
    moved.held = "\n".join(mode.also)
    moved.starts_at, moved.ends_at = (moment_of(minute, schedule.starts_at) for minute in place)


def _settle(
    schedule: Schedule, problem: Any, moved: ScheduleSlot, slots: Sequence[ScheduleSlot], ways: Sequence[Any], starts_at: datetime
) -> list[Problem]:  # fmt: skip
    """Take the first way that breaks nothing; else what stands in the way of the first of them."""
    from gongfang.engines.scheduling.validating import violations
    from gongfang.planning.conflicts import conflicts
    from gongfang.planning.floorplan import as_placed

    refused: list[Problem] = []
    for mode in ways:
        _place(schedule, problem, moved, mode, starts_at)
        found = violations(problem, as_placed(slots, schedule.starts_at))
        if not found:
            return []
        refused = refused or conflicts(problem, schedule.starts_at, moved, slots, found)
    return refused


def _fitted(schedule: Schedule, slots: list[ScheduleSlot], problem: Any) -> Schedule:
    """Plan the others around the pinned ones by the dispatcher, at once."""
    from gongfang.engines.scheduling.problem import Fixed, Ref
    from gongfang.engines.scheduling.solving import solve

    pins = [
        Fixed(
            Ref(str(slot.operation.document_id), str(slot.operation_id)),
            str(slot.work_centre_id),
            minute_of(slot.starts_at, schedule.starts_at),
        )
        for slot in slots
        if slot.is_pinned
    ]
    known = {one.ref for one in pins}
    pinned = replace(problem, fixed=(*[one for one in problem.fixed if one.ref not in known], *pins))
    result = solve(pinned, seconds=2)
    if not result.operations:
        raise DomainError(
            Problem(
                "does_not_fit", "It does not fit there: {why}", why=result.message or gettext("no plan keeps all pins")
            ),
            Kind.CONFLICT,
        )
    places = {int(spot.ref.operation): spot for spot in result.operations}
    for slot in slots:
        spot = places[slot.operation_id]
        slot.work_centre_id, slot.held = int(spot.resource), "\n".join(spot.also)
        slot.starts_at, slot.ends_at = (
            moment_of(spot.start, schedule.starts_at),
            moment_of(spot.end, schedule.starts_at),
        )
    update_rows(slots, ["work_centre", "starts_at", "ends_at", "is_pinned", "held"])
    _measured(schedule, problem, slots)
    return schedule


def _measured(schedule: Schedule, problem: Any, slots: Sequence[ScheduleSlot]) -> None:
    """What the changed plan is worth; nothing is proved of it any more but the bound."""
    from gongfang.engines.scheduling.validating import jobs_late, levels_of, objective_of
    from gongfang.planning.floorplan import as_placed

    plan = as_placed(slots, schedule.starts_at)
    schedule.objective_value = objective_of(problem, plan)
    is_proved = schedule.bound is not None and schedule.objective_value <= schedule.bound
    if schedule.levels:
        schedule.levels = _levels(schedule.levels, levels_of(problem, plan))
        is_proved = all(
            one["bound"] is not None and Decimal(one["value"]) <= Decimal(one["bound"]) for one in schedule.levels
        )
    schedule.status = "optimal" if is_proved else "feasible"
    schedule.late_count = sum(late > 0 for late in jobs_late(problem, plan).values())
    schedule.version += 1
    schedule.save(update_fields=["objective_value", "levels", "status", "late_count", "version"])


def _levels(before: Sequence[Mapping[str, Any]], values: Sequence[Decimal]) -> list[dict[str, Any]]:
    """Levels with new values. A bound is that of plans as good in what counts before: where that changed, nothing is proved."""
    found, same = [], True
    for one, value in zip(before, values, strict=True):
        found.append({"name": one["name"], "value": f"{value:f}", "bound": one["bound"] if same else None})
        same = same and Decimal(one["value"]) == value
    return found


@verb("planning.unpin_operations", N_("Unpin"), roles=ROLES)
def unpin_operations(*, actor: User, request_id: uuid.UUID, slot_ids: Sequence[int]) -> list[ScheduleSlot]:
    """Let operations of schedules go that the planner pinned: they stay where they are until something else moves them, and later schedules
    place them anew. Raises DomainError: schedule_gone, not_solved, not_pinned. A constant number of statements for one schedule.
    """
    rows = list(ScheduleSlot.objects.filter(pk__in=slot_ids).select_related("operation__document").order_by("pk"))
    if len(rows) != len(set(slot_ids)):
        raise DomainError(Problem("schedule_gone", "There is no such schedule any more."), Kind.MISSING)
    refuse_if(
        [
            Problem("not_pinned", "{operation} of {order} is not pinned: it started, is frozen, or was placed by the search.",
                    operation=f"{row.operation.operation_no} {row.operation.name}", order=row.operation.document.number)
            for row in rows if not row.is_pinned
        ],
        Kind.CONFLICT,
    )  # fmt: skip
    for pk in sorted({row.schedule_id for row in rows}):
        schedule = locked_schedule(pk)
        free = {str(row.operation_id) for row in rows if row.schedule_id == pk}
        schedule.problem["fixed"] = [one for one in schedule.problem["fixed"] if one["operation"] not in free]
        schedule.version += 1
        schedule.save(update_fields=["problem", "version"])
    for row in rows:
        row.is_pinned = False
    update_rows(rows, ["is_pinned"])
    return rows


@verb("planning.publish_schedule", N_("Publish"), roles=ROLES)
def publish_schedule(*, actor: User, request_id: uuid.UUID, schedule_id: int) -> Schedule:
    """Give the times to the shop: planned start and end of every operation, in the order of which the dispatch lists stand, and
    the work centre where the schedule chose an alternative.
    """
    schedule = locked_schedule(schedule_id)
    slots = list(schedule.slots.all())
    production.plan_operations(
        {slot.operation_id: (slot.starts_at, slot.ends_at) for slot in slots},
        {slot.operation_id: slot.work_centre_id for slot in slots},
    )
    Schedule.objects.filter(is_published=True).update(is_published=False)
    schedule.is_published, schedule.published_at, schedule.version = True, timezone.now(), schedule.version + 1
    schedule.save(update_fields=["is_published", "published_at", "version"])
    return schedule


@verb("planning.delete_schedule", N_("Delete schedule"), roles=ROLES)
def delete_schedule(*, actor: User, request_id: uuid.UUID, schedule_id: int) -> None:
    """Forget a schedule that is not published."""
    row = Schedule.objects.select_for_update().filter(pk=schedule_id).first()
    if row is not None and row.is_published:
        raise DomainError(
            Problem("is_published", "The shop works by this schedule; publish another one first."), Kind.CONFLICT
        )
    if row is not None:
        row.delete()
