"""Read a `gongfang/schedule-problem/1` file, refusing every fault by its JSON path.

`gongfang/schedule-problem/1-extended` has two keys more: `also` of a mode (tools and people held for the same time) and `release` of an
operation (when its material is there).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from gongfang.engines.formats import (
    Faults,
    boolean,
    check_format,
    check_keys,
    check_list,
    choice,
    decimal,
    integer,
    read_json,
    text,
)
from gongfang.engines.scheduling.problem import (
    Fixed,
    Job,
    Mode,
    Objective,
    Operation,
    Ref,
    Resource,
    ScheduleProblem,
    Setup,
)

FORMAT = "gongfang/schedule-problem/1"
EXTENDED = FORMAT + "-extended"
MINUTES_LIMIT = 10**9  # about 1,900 years: sums stay far from what the exact solver can hold
WEIGHT_PLACES = 3


def read_problem(path: str | Path) -> ScheduleProblem:
    """Read the file (plain or gzip). Raises: FormatError with all faults found."""
    return problem_from(read_json(path))


def problem_from(value: object, *, extended: bool = False) -> ScheduleProblem:
    """Read parsed JSON (numbers with a point as Decimal). Raises: FormatError with all faults found.

    extended: take the further keys whatever the format says, as kept problems have them.
    """
    faults = Faults()
    keys = check_keys(value, "$", ("format", "resources", "jobs"), ("start", "objective", "setups", "fixed"), faults)
    if keys is None:
        faults.raise_any()
    assert keys is not None
    extended = extended or keys["format"] == EXTENDED
    if keys["format"] != EXTENDED:
        check_format(keys, FORMAT, faults)
    objective = choice(keys.get("objective", "makespan"), "$.objective", list(Objective), faults)
    resources = _resources(keys["resources"], faults)
    jobs = _jobs(keys["jobs"], {resource.id for resource in resources}, extended, faults)
    problem = ScheduleProblem(
        resources=resources,
        jobs=jobs,
        objective=Objective(objective),
        setups=_setups(keys.get("setups", []), {resource.id for resource in resources}, faults),
        fixed=_fixed(keys.get("fixed", []), jobs, faults),
        start=_moment(keys.get("start"), faults),
    )
    _check_order(problem, faults)
    faults.raise_any()
    return problem


def _moment(value: object, faults: Faults) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            datetime.fromisoformat(value)
            return value
        except ValueError:
            pass
    faults.add("$.start", "must be a moment YYYY-MM-DDTHH:MM")
    return None


def _minutes(value: object, path: str, faults: Faults) -> int:
    return integer(value, path, faults, 0, MINUTES_LIMIT)


def _twice(seen: set[str], name: str, path: str, faults: Faults) -> None:
    if name in seen:
        faults.add(path, f'"{name}" is there twice')
    seen.add(name)


def _resources(value: object, faults: Faults) -> tuple[Resource, ...]:
    result: list[Resource] = []
    seen: set[str] = set()
    for number, entry in enumerate(check_list(value, "$.resources", faults)):
        path = f"$.resources[{number}]"
        keys = check_keys(entry, path, ("id",), ("capacity", "open"), faults)
        if keys is None:
            continue
        name = text(keys["id"], f"{path}.id", faults)
        _twice(seen, name, f"{path}.id", faults)
        capacity = integer(keys.get("capacity", 1), f"{path}.capacity", faults, 1, 10**6)
        result.append(Resource(name, capacity, _windows(keys.get("open"), f"{path}.open", faults)))
    return tuple(result)


def _windows(value: object, path: str, faults: Faults) -> tuple[tuple[int, int], ...] | None:
    if value is None:
        return None
    result: list[tuple[int, int]] = []
    for number, entry in enumerate(check_list(value, path, faults)):
        place = f"{path}[{number}]"
        pair = check_list(entry, place, faults)
        if len(pair) != 2:
            faults.add(place, "must be [from, to]")
            continue
        begin, end = (_minutes(moment, f"{place}[{side}]", faults) for side, moment in enumerate(pair))
        if begin >= end:
            faults.add(place, "must end after it begins")
        elif result and begin < result[-1][1]:
            faults.add(place, "must begin when or after the window before it ends")
        else:
            result.append((begin, end))
    return tuple(result)


def _jobs(value: object, resources: set[str], extended: bool, faults: Faults) -> tuple[Job, ...]:
    result: list[Job] = []
    seen: set[str] = set()
    for number, entry in enumerate(check_list(value, "$.jobs", faults)):
        path = f"$.jobs[{number}]"
        keys = check_keys(entry, path, ("id", "operations"), ("release", "due", "weight"), faults)
        if keys is None:
            continue
        name = text(keys["id"], f"{path}.id", faults)
        _twice(seen, name, f"{path}.id", faults)
        due = keys.get("due")
        weight = decimal(keys.get("weight", 1), f"{path}.weight", faults, places=WEIGHT_PLACES, low=0, high=10**6)
        result.append(
            Job(
                id=name,
                operations=_operations(keys["operations"], f"{path}.operations", name, resources, extended, faults),
                release=_minutes(keys.get("release", 0), f"{path}.release", faults),
                due=None if due is None else integer(due, f"{path}.due", faults, -MINUTES_LIMIT, MINUTES_LIMIT),
                weight=Decimal(weight).scaleb(-WEIGHT_PLACES).normalize(),
            )
        )
    return tuple(result)


def _operations(
    value: object, path: str, job: str, resources: set[str], extended: bool, faults: Faults
) -> tuple[Operation, ...]:
    optional = ("after", "family", "interruptible", *(("release",) if extended else ()))
    result: list[Operation] = []
    seen: set[str] = set()
    for number, entry in enumerate(check_list(value, path, faults)):
        place = f"{path}[{number}]"
        keys = check_keys(entry, place, ("id", "modes"), optional, faults)
        if keys is None:
            continue
        name = text(keys["id"], f"{place}.id", faults)
        _twice(seen, name, f"{place}.id", faults)
        family = keys.get("family")
        result.append(
            Operation(
                id=name,
                modes=_modes(keys["modes"], f"{place}.modes", resources, extended, faults),
                after=_after(keys.get("after", []), f"{place}.after", job, faults),
                family=None if family is None else text(family, f"{place}.family", faults),
                interruptible=boolean(keys.get("interruptible", True), f"{place}.interruptible", faults),
                release=_minutes(keys.get("release", 0), f"{place}.release", faults),
            )
        )
    return tuple(result)


def _modes(value: object, path: str, resources: set[str], extended: bool, faults: Faults) -> tuple[Mode, ...]:
    result: list[Mode] = []
    entries = check_list(value, path, faults)
    if isinstance(value, list) and not entries:
        faults.add(path, "must name at least one way to run the operation")
    for number, entry in enumerate(entries):
        place = f"{path}[{number}]"
        keys = check_keys(entry, place, ("resource", "duration"), ("also",) if extended else (), faults)
        if keys is None:
            continue
        name = _resource(keys["resource"], f"{place}.resource", resources, faults)
        also = [
            _resource(extra, f"{place}.also[{n}]", resources, faults)
            for n, extra in enumerate(check_list(keys.get("also", []), f"{place}.also", faults))
        ]
        if len({name, *also}) != 1 + len(also):
            faults.add(f"{place}.also", "must name other resources, each once")
        result.append(Mode(name, _minutes(keys["duration"], f"{place}.duration", faults), tuple(also)))
    return tuple(result)


def _resource(value: object, path: str, resources: set[str], faults: Faults) -> str:
    name = text(value, path, faults)
    if name and name not in resources:
        faults.add(path, f'unknown resource "{name}"')
    return name


def _after(value: object, path: str, job: str, faults: Faults) -> tuple[Ref, ...]:
    result = []
    for number, entry in enumerate(check_list(value, path, faults)):
        place = f"{path}[{number}]"
        if isinstance(entry, dict):
            ref = _ref(entry, place, (), faults)
            if ref is not None:
                result.append(ref[0])
        else:
            result.append(Ref(job, text(entry, place, faults)))
    return tuple(result)


def _ref(value: object, path: str, further: Sequence[str], faults: Faults) -> tuple[Ref, dict[str, object]] | None:
    keys = check_keys(value, path, ("job", "operation", *further), (), faults)
    if keys is None:
        return None
    ref = Ref(text(keys["job"], f"{path}.job", faults), text(keys["operation"], f"{path}.operation", faults))
    return ref, keys


def _setups(value: object, resources: set[str], faults: Faults) -> tuple[Setup, ...]:
    result: list[Setup] = []
    seen: set[tuple[str, str, str]] = set()
    for number, entry in enumerate(check_list(value, "$.setups", faults)):
        path = f"$.setups[{number}]"
        keys = check_keys(entry, path, ("resource", "from", "to", "duration"), (), faults)
        if keys is None:
            continue
        resource = _resource(keys["resource"], f"{path}.resource", resources, faults)
        begin, end = text(keys["from"], f"{path}.from", faults), text(keys["to"], f"{path}.to", faults)
        if (resource, begin, end) in seen:
            faults.add(path, "the same set-up is there twice")
        seen.add((resource, begin, end))
        result.append(Setup(resource, begin, end, _minutes(keys["duration"], f"{path}.duration", faults)))
    return tuple(result)


def _fixed(value: object, jobs: Sequence[Job], faults: Faults) -> tuple[Fixed, ...]:
    operations = {Ref(job.id, operation.id): operation for job in jobs for operation in job.operations}
    result: list[Fixed] = []
    seen: set[Ref] = set()
    for number, entry in enumerate(check_list(value, "$.fixed", faults)):
        path = f"$.fixed[{number}]"
        found = _ref(entry, path, ("resource", "start"), faults)
        if found is None:
            continue
        ref, keys = found
        resource = text(keys["resource"], f"{path}.resource", faults)
        if ref not in operations:
            faults.add(path, f"unknown operation {ref}")
            continue
        if resource not in {mode.resource for mode in operations[ref].modes}:
            faults.add(f"{path}.resource", f'{ref} has no mode on "{resource}"')
        if ref in seen:
            faults.add(path, f"{ref} is fixed twice")
        seen.add(ref)
        result.append(Fixed(ref, resource, _minutes(keys["start"], f"{path}.start", faults)))
    return tuple(result)


def _check_order(problem: ScheduleProblem, faults: Faults) -> None:
    """Every `after` names an operation, and following them never comes back to the beginning."""
    paths = {
        Ref(job.id, operation.id): f"$.jobs[{j}].operations[{k}].after"
        for j, job in enumerate(problem.jobs)
        for k, operation in enumerate(job.operations)
    }
    following: dict[Ref, list[Ref]] = defaultdict(list)
    waits: dict[Ref, int] = {}
    for job, operation in problem.operations():
        ref = Ref(job.id, operation.id)
        known = [before for before in dict.fromkeys(operation.after) if before in paths]
        for before in operation.after:
            if before not in paths:
                faults.add(paths[ref], f"unknown operation {before}")
        waits[ref] = len(known)
        for before in known:
            following[before].append(ref)
    done = [ref for ref, count in waits.items() if count == 0]
    for ref in done:
        for after in following[ref]:
            waits[after] -= 1
            if waits[after] == 0:
                done.append(after)
    stuck = {ref for ref, count in waits.items() if count > 0}
    if stuck:
        circle = _circle(problem, stuck)
        faults.add(paths[circle[0]], "operations wait for each other: " + " -> ".join(map(str, circle)))


def _circle(problem: ScheduleProblem, stuck: set[Ref]) -> list[Ref]:
    """One circle among operations that can never start, in the order in which they would have to run."""
    before = {
        Ref(job.id, operation.id): next((ref for ref in operation.after if ref in stuck), None)
        for job, operation in problem.operations()
    }
    ref: Ref | None = min(stuck)
    walked: list[Ref] = []
    while ref is not None and ref not in walked:
        walked.append(ref)
        ref = before[ref]
    assert ref is not None, "what is stuck always waits for something that is stuck"
    circle = walked[walked.index(ref) :][::-1]
    first = circle.index(min(circle))
    return [*circle[first:], *circle[:first], circle[first]]
