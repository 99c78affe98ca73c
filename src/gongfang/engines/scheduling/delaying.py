"""A plan moved as late as it may be: backward scheduling, from due dates and from what waits, without a worse objective.

Work in process and stock of parts are least when nothing begins before it has to. The sequence on every machine stays as the search
found it; only the slack behind each operation is taken up.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gongfang.engines.scheduling.calendars import Calendar
from gongfang.engines.scheduling.problem import Job, Objective, Operation, Placed, Ref, ScheduleProblem
from gongfang.engines.scheduling.validating import levels_of, objective_of, violations


def delayed(problem: ScheduleProblem, plan: Sequence[Placed]) -> tuple[Placed, ...]:
    """The plan with each operation that is not fixed as late as its job's due date (of a late job: its present end), the operations that
    wait for it and those behind it on its resources allow. What has no due date ends by the end of the whole plan.

    Operations that may not be interrupted, or hold something that is not always open, stay. Cost: O(operations × those on a resource).
    The result keeps every rule and the objective; where it would not, the plan comes back as it was.
    """
    moved = _Delay(problem, plan).run()
    worth = levels_of if problem.objective is Objective.ON_TIME else objective_of
    if violations(problem, moved) or worth(problem, moved) > worth(problem, plan):  # type: ignore[operator]
        return tuple(plan)
    return moved


class _Delay:
    def __init__(self, problem: ScheduleProblem, plan: Sequence[Placed]) -> None:
        self.plan = plan
        self.spots = {spot.ref: spot for spot in plan}
        self.end = max((spot.end for spot in plan), default=0)
        self.resources = {one.id: one for one in problem.resources}
        self.calendars = {one.id: Calendar.of(one.open) for one in problem.resources}
        self.fixed = {pin.ref for pin in problem.fixed}
        self.of: dict[Ref, tuple[Job, Operation]] = {
            Ref(job.id, step.id): (job, step) for job, step in problem.operations()
        }
        self.after: dict[Ref, list[Ref]] = defaultdict(list)
        for ref, (_, step) in self.of.items():
            for before in step.after:
                self.after[before].append(ref)
        self.minutes = {(one.resource, one.from_family, one.to_family): one.duration for one in problem.setups}
        self.changing = {one.resource for one in problem.setups}
        self.held: dict[str, list[Ref]] = defaultdict(list)
        for spot in plan:
            for name in (spot.resource, *spot.also):
                self.held[name].append(spot.ref)

    def run(self) -> tuple[Placed, ...]:
        """From the last to the first, so that what is behind an operation has moved already."""
        for spot in sorted(self.plan, key=lambda one: (-one.start, -one.end, one.ref)):
            if spot.ref not in self.fixed and self._may_move(spot):
                self.spots[spot.ref] = self._latest(spot)
        return tuple(self.spots[spot.ref] for spot in self.plan)

    def _may_move(self, spot: Placed) -> bool:
        names = (spot.resource, *spot.also)
        shared = any(self.resources[name].capacity > 1 and name in self.changing for name in names)
        closed = any(self.resources[name].open is not None for name in spot.also)
        return self.of[spot.ref][1].interruptible and not shared and not closed

    def _latest(self, spot: Placed) -> Placed:
        job, _ = self.of[spot.ref]
        bound = max(spot.end, self.end if job.due is None else job.due)
        bound = min([bound, *(self.spots[ref].start for ref in self.after[spot.ref])])
        ends: set[int] = set()
        for name in (spot.resource, *spot.also):
            later = [ref for ref in self.held[name] if ref != spot.ref and self.spots[ref].start >= spot.start]
            if self.resources[name].capacity == 1:
                bound = min([bound, *(self.spots[ref].start - self._change(name, spot.ref, ref) for ref in later)])
            else:
                ends.update(self.spots[ref].start for ref in later)
        for end in sorted({bound, *ends}, reverse=True):
            placed = self._ending(spot, end) if spot.end < end <= bound else None
            if placed is not None and placed.start > spot.start and self._is_free(placed):
                return placed
        return spot

    def _change(self, name: str, first: Ref, second: Ref) -> int:
        families = self.of[first][1].family, self.of[second][1].family
        return self.minutes.get((name, *families), 0) if None not in families else 0  # type: ignore[arg-type]

    def _ending(self, spot: Placed, end: int) -> Placed | None:
        """The operation ending by a moment at the latest."""
        calendar = self.calendars[spot.resource]
        _, step = self.of[spot.ref]
        minutes = next(one.duration for one in step.modes if one.resource == spot.resource and one.also == spot.also)
        if calendar.begins is None or minutes == 0:
            return replace(spot, start=end - minutes, end=end)
        first = calendar.open_before(end) - minutes
        moment = calendar.moment(first + 1) if first >= 0 else None
        place = calendar.place(moment - 1, minutes, True) if moment is not None else None
        return replace(spot, start=place[0], end=place[1]) if place is not None and place[1] <= end else None

    def _is_free(self, placed: Placed) -> bool:
        """Whether every resource has room, set-ups to and from its neighbours included."""
        for name in (placed.resource, *placed.also):
            others = [self.spots[ref] for ref in self.held[name] if ref != placed.ref]
            if self.resources[name].capacity == 1:
                for other in others:
                    before = other.end + self._change(name, other.ref, placed.ref) <= placed.start
                    after = placed.end + self._change(name, placed.ref, other.ref) <= other.start
                    if not before and not after:
                        return False
                continue
            moments = [placed.start, *(one.start for one in others if placed.start < one.start < placed.end)]
            if any(
                sum(one.start <= moment < one.end for one in others) >= self.resources[name].capacity
                for moment in moments
            ):
                return False
        return True
