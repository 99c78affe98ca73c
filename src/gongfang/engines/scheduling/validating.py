"""Is a plan possible? Checked from the problem's own words alone, sharing nothing with the solvers.

Plain loops on purpose: this is what every result has to pass before anybody sees it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

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


def violations(problem: ScheduleProblem, plan: Sequence[Placed], only: frozenset[Ref] | None = None) -> list[str]:
    """Every rule that the plan breaks, in words; an empty list means the plan can be run as it stands.

    only: the operations the plan covers (a part of a plan, such as what is fixed); None: it has to cover all.
    Cost: O(n log n), plus matching on resources with set-ups and more than one unit.
    """
    found = list(_coverage(problem, plan, only))
    if found:
        return found
    return [
        *_modes_and_calendars(problem, plan),
        *_precedence(problem, plan),
        *_pins(problem, plan),
        *_capacities(problem, plan),
    ]


def objective_of(problem: ScheduleProblem, plan: Sequence[Placed]) -> Decimal:
    """What the plan costs by the problem's objective."""
    done: dict[str, int] = {}
    for spot in plan:
        done[spot.ref.job] = max(done.get(spot.ref.job, 0), spot.end)
    if problem.objective is Objective.MAKESPAN:
        return Decimal(max(done.values(), default=0))
    if problem.objective is Objective.TOTAL_WEIGHTED_COMPLETION:
        return sum((job.weight * done[job.id] for job in problem.jobs if job.id in done), Decimal(0))
    late = {job.id: done[job.id] - job.due for job in problem.jobs if job.due is not None and job.id in done}
    if problem.objective is Objective.MAX_LATENESS:
        return Decimal(max(late.values(), default=0))
    return sum((job.weight * max(0, late[job.id]) for job in problem.jobs if job.id in late), Decimal(0))


def levels_of(problem: ScheduleProblem, plan: Sequence[Placed]) -> tuple[Decimal, Decimal, Decimal]:
    """What counts in turn where punctuality comes first: weighted minutes late, minutes of set-up, the end of the last operation."""
    from gongfang.engines.scheduling.changeovers import changeovers

    late = replace(problem, objective=Objective.TOTAL_WEIGHTED_TARDINESS)
    minutes = sum(one.minutes for one in changeovers(problem, plan))
    return objective_of(late, plan), Decimal(minutes), Decimal(max((spot.end for spot in plan), default=0))


def _coverage(problem: ScheduleProblem, plan: Sequence[Placed], only: frozenset[Ref] | None) -> Iterator[str]:
    wanted = {Ref(job.id, op.id) for job, op in problem.operations()} if only is None else only
    seen: set[Ref] = set()
    for spot in plan:
        if spot.ref in seen:
            yield f"{spot.ref} is placed twice"
        seen.add(spot.ref)
    yield from (f"{ref} is not placed" for ref in sorted(wanted - seen))
    yield from (f"{ref} is not an operation of the problem" for ref in sorted(seen - wanted))


def _modes_and_calendars(problem: ScheduleProblem, plan: Sequence[Placed]) -> Iterator[str]:
    operations = {Ref(job.id, op.id): (job, op) for job, op in problem.operations()}
    resources = {resource.id: resource for resource in problem.resources}
    for spot in plan:
        job, operation = operations[spot.ref]
        modes = [mode for mode in operation.modes if mode.resource == spot.resource and mode.also == spot.also]
        if not modes:
            yield f"{spot.ref} cannot run on {' + '.join((spot.resource, *spot.also))}"
            continue
        earliest = max(job.release, operation.release)
        if spot.start < earliest:
            yield f"{spot.ref} starts at {spot.start}, before its release at {earliest}"
        if not any(_fits(spot, operation, mode, resources) for mode in modes):
            yield f"{spot.ref} does not fit the open time of {spot.resource} from {spot.start} to {spot.end}"


def _fits(spot: Placed, operation: Operation, mode: Mode, resources: dict[str, Resource]) -> bool:
    """Does [start, end) hold exactly the mode's minutes of time open in every resource, begin and end in open time?"""
    calendars = [resources[name].open for name in mode.resources]
    limited = [windows for windows in calendars if windows is not None]
    length = spot.end - spot.start
    if mode.duration == 0:
        return length == 0
    if not limited:
        return length == mode.duration
    pieces = [(spot.start, spot.end)]
    for windows in limited:
        pieces = list(_cut(pieces, windows))
    if not pieces or pieces[0][0] != spot.start or pieces[-1][1] != spot.end:
        return False
    if sum(end - begin for begin, end in pieces) != mode.duration:
        return False
    return operation.interruptible or length == mode.duration


def _cut(pieces: Iterable[tuple[int, int]], windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    windows = list(windows)
    for begin, end in pieces:
        for opens, closes in windows:
            if max(begin, opens) < min(end, closes):
                yield max(begin, opens), min(end, closes)


def _precedence(problem: ScheduleProblem, plan: Sequence[Placed]) -> Iterator[str]:
    spots = {spot.ref: spot for spot in plan}
    for job, operation in problem.operations():
        after = spots.get(Ref(job.id, operation.id))
        for ref in operation.after if after is not None else ():
            before = spots.get(ref)
            if before is not None and after is not None and before.end > after.start:
                yield f"{after.ref} starts at {after.start}, before {ref} has ended at {before.end}"


def _pins(problem: ScheduleProblem, plan: Sequence[Placed]) -> Iterator[str]:
    spots = {spot.ref: spot for spot in plan}
    for pin in problem.fixed:
        spot = spots.get(pin.ref)
        if spot is not None and (spot.resource, spot.start) != (pin.resource, pin.start):
            yield f"{pin.ref} is fixed on {pin.resource} at {pin.start}, not on {spot.resource} at {spot.start}"


def _capacities(problem: ScheduleProblem, plan: Sequence[Placed]) -> Iterator[str]:
    families = {Ref(job.id, op.id): op.family for job, op in problem.operations()}
    setups: dict[str, dict[tuple[str | None, str | None], int]] = defaultdict(dict)
    for setup in problem.setups:
        setups[setup.resource][setup.from_family, setup.to_family] = setup.duration
    held: dict[str, list[Placed]] = defaultdict(list)
    for spot in plan:
        for name in (spot.resource, *spot.also):
            held[name].append(spot)
    for resource in problem.resources:
        spots = sorted(held[resource.id], key=lambda spot: (spot.start, spot.end, spot.ref))
        if not setups[resource.id]:
            yield from _overload(resource, [spot for spot in spots if spot.end > spot.start])
            continue
        spots = [spot for spot in spots if spot.end > spot.start or families[spot.ref] is not None]
        minutes = setups[resource.id]
        changes = _Changes(minutes, [families[spot.ref] for spot in spots])
        if resource.capacity == 1:
            yield from _one_unit(resource, spots, changes)
        elif _greedy_units(spots, changes) > resource.capacity:
            units = _units_needed(spots, changes)
            if units > resource.capacity:
                yield f"{resource.id} would need {units} units, with set-ups; it has {resource.capacity}"


class _Changes:
    """Set-up minutes between two operations of one resource, by their place in its list."""

    def __init__(self, minutes: dict[tuple[str | None, str | None], int], families: Sequence[str | None]) -> None:
        self.minutes = minutes
        self.families = families

    def between(self, first: int, second: int) -> int:
        return self.minutes.get((self.families[first], self.families[second]), 0)


def _one_unit(resource: Resource, spots: Sequence[Placed], changes: _Changes) -> Iterator[str]:
    for index in range(1, len(spots)):
        before, after, setup = spots[index - 1], spots[index], changes.between(index - 1, index)
        if before.end + setup > after.start:
            yield (
                f"{resource.id}: {after.ref} starts at {after.start}; {before.ref} ends at {before.end} "
                f"and the set-up takes {setup}"
            )


def _greedy_units(spots: Sequence[Placed], changes: _Changes) -> int:
    """Units used when each operation goes to the unit that would stand idle least. An upper bound of what is needed."""
    last: list[int] = []
    for index, spot in enumerate(spots):
        ready = [(spots[i].end + changes.between(i, index), unit) for unit, i in enumerate(last)]
        fitting = [(moment, unit) for moment, unit in ready if moment <= spot.start]
        if fitting:
            last[max(fitting)[1]] = index
        else:
            last.append(index)
    return len(last)


def _overload(resource: Resource, spots: Sequence[Placed]) -> Iterator[str]:
    """A sweep over starts and ends; at one moment ends come before starts."""
    events = sorted([(spot.start, 1) for spot in spots] + [(spot.end, -1) for spot in spots])
    load = 0
    for moment, change in events:
        load += change
        if load > resource.capacity:
            yield f"{resource.id} runs {load} operations at {moment}; its capacity is {resource.capacity}"
            return


def _units_needed(spots: Sequence[Placed], changes: _Changes) -> int:
    """Fewest chains that hold all operations, each starting after the one before it and the set-up between.

    A chain is what one unit does. Chains = operations - largest matching of (earlier, next) pairs (Fulkerson 1956,
    for chains in which only neighbours count). Cost: O(n x pairs).
    """
    count = len(spots)
    following = [
        [j for j in range(i + 1, count) if spots[i].end + changes.between(i, j) <= spots[j].start] for i in range(count)
    ]
    previous: dict[int, int] = {}
    matched = 0
    for root in range(count):
        matched += _augment(root, following, previous)
    return count - matched


def _augment(root: int, following: Sequence[Sequence[int]], previous: dict[int, int]) -> bool:
    """One alternating path from `root`, breadth first; True when the matching grew."""
    came_from: dict[int, int] = {}
    queue = [root]
    for index in queue:
        for after in following[index]:
            if after in came_from:
                continue
            came_from[after] = index
            if after in previous:
                queue.append(previous[after])
                continue
            node: int | None = after
            while node is not None:
                owner = came_from[node]
                taken = next((n for n, p in previous.items() if p == owner), None)
                previous[node] = owner
                node = taken
            return True
    return False


def jobs_late(problem: ScheduleProblem, plan: Sequence[Placed]) -> dict[str, int]:
    """Minutes late by job, for those that are."""
    done: dict[str, int] = {}
    for spot in plan:
        done[spot.ref.job] = max(done.get(spot.ref.job, 0), spot.end)
    return {job.id: late for job in problem.jobs if (late := _late(job, done)) > 0}


def _late(job: Job, done: dict[str, int]) -> int:
    return 0 if job.due is None else done.get(job.id, 0) - job.due
