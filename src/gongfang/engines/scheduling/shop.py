"""The problem by numbers: what the dispatcher, the exact model and the neighbourhood search all work on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import lcm

from gongfang.engines.scheduling.calendars import ALWAYS, Calendar, shared
from gongfang.engines.scheduling.problem import (
    Job,
    Mode,
    Objective,
    Operation,
    Placed,
    Ref,
    Resource,
    ScheduleProblem,
)


@dataclass(frozen=True, slots=True)
class ShopMode:
    """Resource numbers (the machine first), minutes, and the open time shared by all of them."""

    resources: tuple[int, ...]
    duration: int
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class ShopOperation:
    modes: tuple[ShopMode, ...]
    preds: tuple[int, ...]
    release: int
    family: int  # -1: none
    interruptible: bool


@dataclass(frozen=True, slots=True)
class Term:
    """One job in the objective: done when every (operation, tail) has ended and its tail has passed."""

    ends: tuple[tuple[int, int], ...]
    due: int | None  # None: the completion itself counts
    weight: int

    def cost(self, done: int) -> int:
        return self.weight * (done if self.due is None else max(0, done - self.due))


@dataclass(frozen=True, slots=True)
class Goal:
    """Minimise the largest (done - due) of all terms when `largest`, else the sum of their costs.

    The planner's figure is the goal's divided by `scale`: weights are made whole numbers here.
    """

    largest: bool
    terms: tuple[Term, ...]
    scale: int = 1

    def value(self, ends: Sequence[int]) -> int:
        """Cost of a plan, ends by operation. Cost: linear."""
        done = (max(ends[op] + tail for op, tail in term.ends) for term in self.terms)
        if self.largest:
            return max((d - (t.due or 0) for d, t in zip(done, self.terms)), default=0)
        return sum(t.cost(d) for d, t in zip(done, self.terms))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one operation runs: its mode by number, its minutes, and which of each resource's equal units holds it."""

    mode: int
    start: int
    end: int
    units: tuple[int, ...]


Plan = list[Spot]


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything by number. setups[r]: (from family, to family) -> minutes. pinned: operation -> (resource, start)."""

    operations: tuple[ShopOperation, ...]
    capacities: tuple[int, ...]
    calendars: tuple[Calendar, ...]  # by resource; a mode has its own, shared by all of its resources
    setups: tuple[dict[tuple[int, int], int], ...]
    pinned: dict[int, tuple[int, int]]
    goal: Goal

    @property
    def successors(self) -> list[list[int]]:
        result: list[list[int]] = [[] for _ in self.operations]
        for index, operation in enumerate(self.operations):
            for pred in operation.preds:
                result[pred].append(index)
        return result

    @property
    def is_plain(self) -> bool:
        """A classical job shop: one machine per operation, chains of them, always open, no set-ups, the latest end counts."""
        return self.is_flexible and all(len(operation.modes) == 1 for operation in self.operations)

    @property
    def is_flexible(self) -> bool:
        """A job shop that is classical but for a choice of machines."""
        if not self.goal.largest or not self.goal.terms or self.pinned or any(self.setups):
            return False
        followed: set[int] = set()
        for operation in self.operations:
            for mode in operation.modes:
                if len(mode.resources) > 1 or self.capacities[mode.resources[0]] > 1:
                    return False
                if mode.calendar.begins is not None or mode.duration == 0:
                    return False
            if len(operation.preds) > 1 or followed.intersection(operation.preds):
                return False
            followed.update(operation.preds)
        return True

    def takes(self, op: int, mode: ShopMode, resource: int) -> bool:
        """Does the operation occupy the resource? What lasts no time only does so where its family decides a set-up."""
        return mode.duration > 0 or (self.operations[op].family >= 0 and bool(self.setups[resource]))

    def modes_allowed(self, index: int) -> list[int]:
        """Numbers of the modes an operation may take: those on its pinned resource, or all."""
        modes = self.operations[index].modes
        if index not in self.pinned:
            return list(range(len(modes)))
        resource = self.pinned[index][0]
        return [number for number, mode in enumerate(modes) if mode.resources[0] == resource]

    def topological(self) -> list[int]:
        """Operations, each after everything it waits for; ties by number. Cost: linear."""
        missing = [len(operation.preds) for operation in self.operations]
        successors = self.successors
        order = [index for index, count in enumerate(missing) if count == 0]
        for index in order:
            for after in successors[index]:
                missing[after] -= 1
                if missing[after] == 0:
                    order.append(after)
        assert len(order) == len(self.operations), "a cycle has to be refused by the reader"
        return order


def compile_shop(problem: ScheduleProblem) -> Shop:
    """Number everything and merge calendars. Cost: linear in operations x modes."""
    numbers = {resource.id: number for number, resource in enumerate(problem.resources)}
    families = _families(problem)
    setups: list[dict[tuple[int, int], int]] = [{} for _ in problem.resources]
    for setup in problem.setups:
        pair = (families[setup.from_family], families[setup.to_family])
        setups[numbers[setup.resource]][pair] = setup.duration
    refs = {Ref(job.id, op.id): index for index, (job, op) in enumerate(problem.operations())}
    calendars = _Calendars(problem.resources, numbers)
    operations = tuple(_operation(job, op, refs, families, calendars) for job, op in problem.operations())
    return Shop(
        operations=operations,
        capacities=tuple(resource.capacity for resource in problem.resources),
        calendars=tuple(Calendar.of(resource.open) for resource in problem.resources),
        setups=tuple(setups),
        pinned={refs[pin.ref]: (numbers[pin.resource], pin.start) for pin in problem.fixed},
        goal=_goal(problem, refs),
    )


def _families(problem: ScheduleProblem) -> dict[str, int]:
    names = {setup.from_family for setup in problem.setups} | {setup.to_family for setup in problem.setups}
    names |= {op.family for _, op in problem.operations() if op.family is not None}
    return {name: number for number, name in enumerate(sorted(names))}


class _Calendars:
    """Calendars by set of resources, each built once."""

    def __init__(self, resources: Sequence[Resource], numbers: dict[str, int]) -> None:
        self.resources = resources
        self.numbers = numbers
        self.known: dict[tuple[str, ...], Calendar] = {}

    def mode(self, mode: Mode) -> ShopMode:
        key = mode.resources
        if key not in self.known:
            self.known[key] = self._merge(key)
        return ShopMode(tuple(self.numbers[name] for name in key), mode.duration, self.known[key])

    def _merge(self, names: Iterable[str]) -> Calendar:
        windows: tuple[tuple[int, int], ...] | None = None
        for name in names:
            own = self.resources[self.numbers[name]].open
            if own is not None:
                windows = own if windows is None else shared(windows, own)
        return ALWAYS if windows is None else Calendar.of(windows)


def _operation(
    job: Job, operation: Operation, refs: dict[Ref, int], families: dict[str, int], calendars: _Calendars
) -> ShopOperation:
    return ShopOperation(
        modes=tuple(calendars.mode(mode) for mode in operation.modes),
        preds=tuple(sorted({refs[ref] for ref in operation.after})),
        release=max(job.release, operation.release),
        family=-1 if operation.family is None else families[operation.family],
        interruptible=operation.interruptible,
    )


def _goal(problem: ScheduleProblem, refs: dict[Ref, int]) -> Goal:
    sinks = {job.id: _sinks(job, refs) for job in problem.jobs if job.operations}
    if problem.objective is Objective.MAKESPAN:
        terms = [Term(ends, 0, 1) for ends in sinks.values()]
        return Goal(True, tuple(terms))
    if problem.objective is Objective.MAX_LATENESS:
        dated = [job for job in problem.jobs if job.due is not None and job.operations]
        return Goal(True, tuple(Term(sinks[job.id], job.due, 1) for job in dated))
    late = problem.objective in (Objective.TOTAL_WEIGHTED_TARDINESS, Objective.ON_TIME)
    counted = [job for job in problem.jobs if job.operations and job.weight and not (late and job.due is None)]
    scale = lcm(*(job.weight.as_integer_ratio()[1] for job in counted))
    terms = [Term(sinks[job.id], job.due if late else None, int(job.weight * scale)) for job in counted]
    return Goal(False, tuple(terms), scale)


def _sinks(job: Job, refs: dict[Ref, int]) -> tuple[tuple[int, int], ...]:
    """The operations of a job that may end last: no other operation of the same job waits for them."""
    inner = {ref for operation in job.operations for ref in operation.after if ref.job == job.id}
    last = [Ref(job.id, op.id) for op in job.operations if Ref(job.id, op.id) not in inner]
    return tuple((refs[ref], 0) for ref in last)


def placed(problem: ScheduleProblem, plan: Plan) -> tuple[Placed, ...]:
    """A plan by number back in the planner's names, in the order of the file."""
    result = []
    for (job, operation), spot in zip(problem.operations(), plan):
        mode = operation.modes[spot.mode]
        result.append(Placed(Ref(job.id, operation.id), mode.resource, spot.start, spot.end, mode.also))
    return tuple(result)
