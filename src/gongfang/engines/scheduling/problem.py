"""What is to be scheduled and what came out, in the planner's own words.

Units: all times are whole minutes from 0, the moment that `ScheduleProblem.start` names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Objective(StrEnum):
    """What a better plan means."""

    MAKESPAN = "makespan"  # the end of the last operation
    TOTAL_WEIGHTED_TARDINESS = "total_weighted_tardiness"  # sum of weight x minutes late
    TOTAL_WEIGHTED_COMPLETION = "total_weighted_completion"  # sum of weight x end of the job
    MAX_LATENESS = "max_lateness"  # the latest job's minutes after (negative: before) its due time
    ON_TIME = (
        "on_time"  # first the sum of weight x minutes late, then minutes of set-up, then the end of the last operation
    )


class Status(StrEnum):
    """How much is known about a result."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"  # no plan was found in the time given, nor was it proved that there is none


@dataclass(frozen=True, slots=True)
class Resource:
    """A machine, a group of equal machines, a tool or a skilled person."""

    id: str
    capacity: int = 1
    open: tuple[tuple[int, int], ...] | None = None  # [from, to) windows in order; None: always open


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to run an operation; `also` names tools or people it holds for the same time."""

    resource: str
    duration: int
    also: tuple[str, ...] = ()

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.resource, *self.also)


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """An operation by the name of its job and its own."""

    job: str
    operation: str

    def __str__(self) -> str:
        return f"{self.job}/{self.operation}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a job. Exactly one of its modes is chosen; `release` is when its material is there."""

    id: str
    modes: tuple[Mode, ...]
    after: tuple[Ref, ...] = ()
    family: str | None = None
    interruptible: bool = True  # by closed time only
    release: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A work order: done when its last operation has ended."""

    id: str
    operations: tuple[Operation, ...]
    release: int = 0
    due: int | None = None
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Setup:
    """Minutes a resource stands between an operation of one family and the next of another."""

    resource: str
    from_family: str
    to_family: str
    duration: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """An operation that has started, or that the planner has pinned."""

    ref: Ref
    resource: str
    start: int


@dataclass(frozen=True, slots=True)
class ScheduleProblem:
    """Everything a plan depends on. Names are unique; what `after` and `fixed` name exists; `after` has no cycle."""

    resources: tuple[Resource, ...]
    jobs: tuple[Job, ...]
    objective: Objective = Objective.MAKESPAN
    setups: tuple[Setup, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    start: str | None = None

    def operations(self) -> Iterator[tuple[Job, Operation]]:
        """Every operation with its job, in the order of the file."""
        return ((job, operation) for job in self.jobs for operation in job.operations)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where and when one operation runs, closed time inside included in [start, end)."""

    ref: Ref
    resource: str
    start: int
    end: int
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One of several objectives that count in turn: no plan as good in those before it is under `bound` here (None: nothing is proved)."""

    name: str  # late, setup, end
    value: Decimal
    bound: Decimal | None

    @property
    def is_proved(self) -> bool:
        return self.bound is not None and self.value <= self.bound


@dataclass(frozen=True, slots=True)
class ScheduleResult:
    """A plan with what is proved about it: no plan can have an objective under `bound`.

    levels: where several objectives count in turn; `objective` and `bound` are those of the first, optimal means all of them.
    """

    status: Status
    objective: Decimal | None
    bound: Decimal | None
    seconds: float
    operations: tuple[Placed, ...] = ()
    message: str = ""
    levels: tuple[Level, ...] = ()
