"""Rush orders: which jobs would slip, by how much and at what cost, before the order is accepted."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from gongfang.engines.scheduling.problem import Job, Objective, Ref, ScheduleProblem, ScheduleResult, Status
from gongfang.engines.scheduling.solving import solve

MATTERS = 1_000  # how many times the heaviest other job a rush job weighs


@dataclass(frozen=True, slots=True)
class Slip:
    """One job before and after, in minutes. late: after its due date (0: on time). cost: of the minutes late in addition."""

    job: str
    end_before: int
    end_after: int
    late_before: int
    late_after: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Impact:
    """slips: jobs whose end moves, most costly first. rush_ends: end by rush job. cost: of all slips together."""

    before: ScheduleResult
    after: ScheduleResult
    slips: tuple[Slip, ...]
    rush_ends: Mapping[str, int]
    cost: Decimal


def rush_impact(
    problem: ScheduleProblem,
    rush: Sequence[Job],
    *,
    cost_per_minute: Mapping[str, Decimal] | None = None,
    held_up: Mapping[str, int] | None = None,
    seconds: float = 5.0,
    workers: int = 2,
) -> Impact | None:
    """Plan without and with the rush jobs; None: one of the two has no plan.

    The rush jobs come first wherever they can; pins of the problem (what has started, the frozen zone) stay. Both plans
    minimise weighted minutes late. cost_per_minute: by job, of each minute late; else its weight. held_up: job -> the minute
    before which it cannot begin once the rush jobs have taken its material.
    seconds: for each of the two plans; 0: the dispatcher's, which is the same every time.
    """
    heaviest = max((job.weight for job in problem.jobs), default=Decimal(1)) or Decimal(1)
    base = replace(problem, objective=Objective.TOTAL_WEIGHTED_TARDINESS)
    urgent = tuple(
        replace(job, due=job.release if job.due is None else job.due, weight=heaviest * MATTERS) for job in rush
    )
    before = solve(base, seconds=seconds, workers=workers)
    pinned = {one.ref for one in problem.fixed}
    jobs = tuple(_begun_later(job, (held_up or {}).get(job.id, 0), pinned) for job in problem.jobs)
    after = solve(replace(base, jobs=(*jobs, *urgent)), seconds=seconds, workers=workers)
    others = any(job.operations for job in problem.jobs)
    if Status.INFEASIBLE in (before.status, after.status) or (others and not before.operations) or not after.operations:
        return None
    first, second = _ends(before), _ends(after)
    slips = [_slip(job, first[job.id], second[job.id], cost_per_minute) for job in problem.jobs if job.operations]
    moved = sorted(
        (s for s in slips if s.end_before != s.end_after), key=lambda s: (-s.cost, s.end_before - s.end_after, s.job)
    )
    return Impact(
        before=before,
        after=after,
        slips=tuple(moved),
        rush_ends={job.id: second[job.id] for job in rush if job.operations},
        cost=sum((slip.cost for slip in moved), Decimal(0)),
    )


def _begun_later(job: Job, minute: int, pinned: Set[Ref]) -> Job:
    """The job once its material comes later; what is pinned stays where it is."""
    if minute <= 0:
        return job
    operations = tuple(
        one if Ref(job.id, one.id) in pinned else replace(one, release=max(one.release, minute))
        for one in job.operations
    )
    return replace(job, operations=operations)


def _ends(result: ScheduleResult) -> dict[str, int]:
    ends: dict[str, int] = {}
    for spot in result.operations:
        ends[spot.ref.job] = max(ends.get(spot.ref.job, 0), spot.end)
    return ends


def _slip(job: Job, before: int, after: int, cost_per_minute: Mapping[str, Decimal] | None) -> Slip:
    late_before = 0 if job.due is None else max(0, before - job.due)
    late_after = 0 if job.due is None else max(0, after - job.due)
    rate = job.weight if cost_per_minute is None else cost_per_minute.get(job.id, job.weight)
    return Slip(job.id, before, after, late_before, late_after, (late_after - late_before) * rate)
