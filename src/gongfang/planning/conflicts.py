"""Why an operation does not fit where the planner put it, in the planner's words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from gongfang.engines.scheduling.changeovers import changeovers
from gongfang.engines.scheduling.problem import ScheduleProblem
from gongfang.kernel.errors import N_, Problem
from gongfang.planning.floorplan import as_placed
from gongfang.planning.holding import names_of
from gongfang.planning.models import ScheduleSlot

SHOWN = 6


def conflicts(
    problem: ScheduleProblem, start: datetime, moved: ScheduleSlot, slots: Sequence[ScheduleSlot], found: Sequence[str]
) -> list[Problem]:
    """Who holds the machine, the tool or the people then, which set-up has no room, which step comes before or after.

    found: what the engine's validator says; its words are the last resort.
    """
    beside = [
        slot
        for slot in slots
        if slot is not moved and slot.starts_at < moved.ends_at and slot.ends_at > moved.starts_at
    ]
    same = [slot for slot in beside if slot.work_centre_id == moved.work_centre_id]
    problems = []
    if len(same) >= moved.work_centre.machines:
        text = N_("{centre} is taken then by {orders}.")
        problems.append(Problem("machine_taken", text, centre=str(moved.work_centre), orders=_all_named(same)))
    problems += _held(problem, moved, beside)
    problems += _steps(moved, slots)
    if len(same) < moved.work_centre.machines:
        problems += _setups(problem, start, moved, slots)
    return problems or [Problem("does_not_fit", "It does not fit there: {why}", why="; ".join(found[:3]))]


def _held(problem: ScheduleProblem, moved: ScheduleSlot, beside: Sequence[ScheduleSlot]) -> Iterator[Problem]:
    """Tools and people that others have then."""
    places = {resource.id: resource.capacity for resource in problem.resources}
    names = names_of(set(moved.also))
    for one in moved.also:
        others = [slot for slot in beside if one in slot.also]
        if len(others) >= places[one]:
            text = N_("{name} is held then by {orders}; there are {places} in all.")
            yield Problem("held_by_others", text, name=names[one], orders=_all_named(others), places=places[one])


def _steps(moved: ScheduleSlot, slots: Sequence[ScheduleSlot]) -> Iterator[Problem]:
    """Steps of the same order that would overlap."""
    for slot in slots:
        if slot.operation.document_id != moved.operation.document_id or slot is moved:
            continue
        is_before = slot.operation.operation_no < moved.operation.operation_no
        if is_before and slot.ends_at > moved.starts_at:
            text = N_("{step} before it ends only at {at}.")
            yield Problem("after_step", text, step=_named(slot), at=_moment(slot.ends_at))
        elif not is_before and slot.starts_at < moved.ends_at:
            text = N_("{step} after it begins already at {at}.")
            yield Problem("before_step", text, step=_named(slot), at=_moment(slot.starts_at))


def _setups(
    problem: ScheduleProblem, start: datetime, moved: ScheduleSlot, slots: Sequence[ScheduleSlot]
) -> Iterator[Problem]:
    """Set-ups before and after the moved operation that the plan leaves no room for."""
    by_operation = {str(slot.operation_id): slot for slot in slots}
    plan = as_placed(slots, start)
    ends = {spot.ref: spot.end for spot in plan}
    for change in changeovers(problem, plan):
        pair = [by_operation[ref.operation] for ref in (change.before, change.after)]
        if moved in pair and ends[change.before] > change.start:
            text = N_(
                "Changing {centre} from “{before}” to “{after}” between {first} and {second} takes {minutes} min."
            )
            yield Problem(
                "setup_needs_room", text, centre=str(moved.work_centre), minutes=change.minutes, before=change.from_family,
                after=change.to_family, first=_named(pair[0]), second=_named(pair[1]),
            )  # fmt: skip


def _all_named(slots: Sequence[ScheduleSlot]) -> str:
    return ", ".join(_named(slot) for slot in slots[:SHOWN])


def _named(slot: ScheduleSlot) -> str:
    return f"{slot.operation.document.number} {slot.operation.operation_no} {slot.operation.name}"


def _moment(value: datetime) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
