"""Tiny problems of every kind against trying all orders, alternatives and units, written apart from the engine in plain words."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from gongfang.engines.scheduling.problem import Objective, Ref, Status
from gongfang.engines.scheduling.solving import solve
from gongfang.engines.scheduling.validating import violations
from tests.engines.scheduling.shops import chain, shop, step

KINDS = ("calendars", "alternatives", "units", "tools", "setups", "releases", "pins", "other jobs")


def random_problem(random, kinds):
    machines = [f"M{n}" for n in range(random.randint(1, 3))]
    tools = ["T", "W"] if "tools" in kinds else []

    def windows():
        if "calendars" not in kinds or random.random() < 0.4:
            return None
        result, at = [], random.randint(0, 6)
        for _ in range(random.randint(1, 4)):
            result.append((at, at + random.randint(3, 14)))
            at = result[-1][1] + random.randint(1, 8)
        return (*result, *(((at, at + 120),) if random.random() < 0.6 else ()))

    resources = {name: (random.choice((1, 2)) if "units" in kinds else 1, windows()) for name in machines}
    resources |= {name: (1, windows()) for name in tools}
    jobs, left = [], random.randint(2, 4)
    while left:
        steps = []
        for n in range(random.randint(1, min(3, left))):
            ways = random.sample(machines, min(len(machines), 2 if "alternatives" in kinds else 1))
            modes = [(name, random.randint(1, 8), *(t for t in tools if random.random() < 0.4)) for name in ways]
            after = [Ref(jobs[-1].id, "0")] if jobs and "other jobs" in kinds and random.random() < 0.4 else []
            family = random.choice((None, "a", "b", "c")) if "setups" in kinds else None
            release = random.randint(0, 10) if "releases" in kinds and random.random() < 0.4 else 0
            steps.append(
                step(str(n), *modes, after=after, family=family, interruptible=random.random() < 0.6, release=release)
            )
        left -= len(steps)
        due, weight = random.choice((None, random.randint(2, 25))), random.choice((1, 2, 0.5, 3.25, 0))
        jobs.append(chain(f"J{len(jobs)}", *steps, due=due, weight=weight))
    setups = [(m, a, b, random.randint(1, 9)) for m in machines for a in "abc" for b in "abc" if "setups" in kinds]
    pins = []
    if "pins" in kinds:
        job = random.choice(jobs)
        pins = [(job.id, "0", random.choice(job.operations[0].modes).resource, random.randint(0, 15))]
    objective = random.choice(list(Objective))
    return shop(*jobs, resources=resources, objective=objective, setups=setups, fixed=pins)


def placed(calendars, earliest, minutes, interruptible):
    """First [start, end) of so many open minutes, looked for minute by minute."""
    open_at = [lambda t, w=w: w is None or any(a <= t < b for a, b in w) for w in calendars]
    for start in range(earliest, 300):
        left, now = minutes, start
        while left and now < 300 and all(is_open(start) for is_open in open_at):
            if all(is_open(now) for is_open in open_at):
                left -= 1
            elif not interruptible:
                break
            now += 1
        if not left:
            return start, now
    return None


def cost(problem, ends):
    done = {job.id: max(end for (name, _), end in ends.items() if name == job.id) for job in problem.jobs}
    late = {job: done[job.id] - job.due for job in problem.jobs if job.due is not None}
    if problem.objective is Objective.MAKESPAN:
        return Fraction(max(done.values()))
    if problem.objective is Objective.MAX_LATENESS:
        return Fraction(max(late.values(), default=0))
    if problem.objective is Objective.TOTAL_WEIGHTED_COMPLETION:
        return sum((Fraction(job.weight) * done[job.id] for job in problem.jobs), Fraction(0))
    return sum((Fraction(job.weight) * max(0, minutes) for job, minutes in late.items()), Fraction(0))


def best_of_all(problem):
    """The least cost over all orders in which operations are put, one after the other, behind what is there; None: no plan."""
    resources = {resource.id: resource for resource in problem.resources}
    operations = {(job.id, op.id): (job, op) for job, op in problem.operations()}
    setups = {(s.resource, s.from_family, s.to_family): s.duration for s in problem.setups}
    pins = {(pin.ref.job, pin.ref.operation): pin for pin in problem.fixed}

    def spots(key, ends, last):
        job, op = operations[key]
        ready = max(job.release, op.release, *(ends[ref.job, ref.operation] for ref in op.after), 0)
        for mode in op.modes:
            names = mode.resources
            for units in product(*(range(resources[name].capacity) for name in names)):
                begin = ready
                for held in zip(names, units, strict=True):
                    end, family = last.get(held, (0, None))
                    begin = max(begin, end + setups.get((held[0], family, op.family), 0))
                pin = pins.get(key)
                if pin is not None and (pin.resource != mode.resource or pin.start < begin):
                    continue
                start = begin if pin is None else pin.start
                slot = placed([resources[n].open for n in names], start, mode.duration, op.interruptible)
                if slot is not None and (pin is None or slot[0] == pin.start):
                    yield slot[1], last | {held: (slot[1], op.family) for held in zip(names, units, strict=True)}

    def search(left, ends, last):
        if not left:
            return cost(problem, ends)
        found = [
            search(left - {key}, ends | {key: end}, after)
            for key in left
            if all((ref.job, ref.operation) in ends for ref in operations[key][1].after)
            for end, after in spots(key, ends, last)
        ]
        return min((value for value in found if value is not None), default=None)

    return search(frozenset(operations), {}, {})


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_the_plan_is_the_best_there_is(kind):
    for seed in range(4):
        random = Random(f"{kind} {seed}")
        kinds = {kind} if kind != "all" else {one for one in KINDS if random.random() < 0.6}
        problem = random_problem(random, kinds)
        best = best_of_all(problem)
        result, at_once = solve(problem, seconds=10, workers=1), solve(problem, seconds=0)
        if best is None:
            assert result.status is Status.INFEASIBLE
            assert at_once.status in (Status.INFEASIBLE, Status.UNKNOWN)
            continue
        assert (result.status, Fraction(result.objective), Fraction(result.bound)) == (Status.OPTIMAL, best, best)
        assert violations(problem, result.operations) == []
        if at_once.operations:
            assert Fraction(at_once.bound) <= best <= Fraction(at_once.objective)
            assert violations(problem, at_once.operations) == []
        else:
            assert at_once.status is Status.UNKNOWN
