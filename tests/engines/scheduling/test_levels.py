"""Objectives in turn: nothing that counts first is given up for what counts later, and each level is proved by itself."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from gongfang.engines.scheduling.changeovers import changeovers
from gongfang.engines.scheduling.dispatching import dispatch
from gongfang.engines.scheduling.levels import _rank, _regrouped, setup_minutes
from gongfang.engines.scheduling.problem import Objective, Status
from gongfang.engines.scheduling.shop import compile_shop, placed
from gongfang.engines.scheduling.solving import Search, solve
from gongfang.engines.scheduling.validating import levels_of, violations
from tests.engines.scheduling.shops import chain, shop, step
from tests.engines.scheduling.workloads import factory

CHANGES = [("M", "red", "blue", 20), ("M", "blue", "red", 15)]


def painted(*jobs, **facts):
    """Jobs of one operation each on M: (name, minutes, family, due, weight)."""
    return shop(
        *(chain(name, step("10", ("M", minutes), family=family), due=due, weight=weight) for name, minutes, family, due, weight in jobs),
        setups=CHANGES, objective="on_time", **facts,
    )  # fmt: skip


def brute(problem):
    """The best levels over all sequences on the one machine, each as early as it can."""
    changes = {(one.from_family, one.to_family): one.duration for one in problem.setups}
    best = None
    for jobs in permutations(problem.jobs):
        now, late, setups, before = 0, Decimal(0), 0, None
        for job in jobs:
            (operation,) = job.operations
            change = changes.get((before, operation.family), 0)
            now, setups, before = now + change + operation.modes[0].duration, setups + change, operation.family
            late += job.weight * max(0, now - job.due)
        best = min(best or (late, setups, now), (late, setups, now))
    return best


@pytest.mark.parametrize(
    "jobs",
    [
        [("A", 30, "red", 900, 1), ("B", 30, "blue", 900, 1), ("C", 30, "red", 900, 1), ("D", 30, "blue", 900, 1)],
        [("A", 30, "red", 30, 1), ("B", 30, "blue", 80, 1), ("C", 30, "red", 130, 1), ("D", 30, "blue", 900, 1)],
        [("A", 30, "red", 20, 2), ("B", 10, "blue", 40, 3), ("C", 25, "red", 60, 1), ("D", 30, "blue", 70, 1), ("E", 5, "red", 75, 1)],
    ],
)  # fmt: skip
def test_each_level_is_the_best_that_those_before_it_allow_and_proved(jobs):
    problem = painted(*jobs)
    result = solve(problem, seconds=10)
    assert violations(problem, result.operations) == []
    assert (result.status, tuple(level.value for level in result.levels)) == (Status.OPTIMAL, brute(problem))
    assert all(level.value == level.bound for level in result.levels)
    assert (result.objective, result.bound) == (result.levels[0].value, result.levels[0].bound)
    assert levels_of(problem, result.operations) == brute(problem)
    assert sum(one.minutes for one in changeovers(problem, result.operations)) == result.levels[1].value


def test_the_dispatcher_alone_tells_its_levels_and_proves_nothing_it_does_not_know():
    problem = factory(jobs=25, steps=4, machines=5, seed=4, objective=Objective.ON_TIME)
    result = solve(problem, seconds=0)
    assert violations(problem, result.operations) == []
    assert tuple(level.value for level in result.levels) == levels_of(problem, result.operations)
    assert all(level.bound <= level.value for level in result.levels)
    assert result.status is Status.FEASIBLE


def test_what_is_too_large_for_proofs_loses_set_ups_and_no_punctuality():
    problem = factory(jobs=60, steps=4, machines=5, seed=6, alternatives=1, objective=Objective.ON_TIME)
    numbers = compile_shop(replace(problem, objective=Objective.TOTAL_WEIGHTED_TARDINESS))
    plan = dispatch(numbers, runs=1)
    search = Search(numbers, 0.0, 1e12, 1, plan, 0, None)
    better = _regrouped(search, plan)
    assert violations(problem, placed(problem, better)) == []
    assert _rank(numbers, better) < _rank(numbers, plan)
    assert setup_minutes(numbers, better) < setup_minutes(numbers, plan)
