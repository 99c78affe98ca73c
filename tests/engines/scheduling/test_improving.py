"""The searches that only improve: never worse, always possible, and clearly better where there is room."""

import pytest

from gongfang.engines.scheduling import annealing, tabu, windows
from gongfang.engines.scheduling.dispatching import dispatch, rules, run_rule
from gongfang.engines.scheduling.problem import Objective
from gongfang.engines.scheduling.retiming import left_shifted
from gongfang.engines.scheduling.shop import compile_shop, placed
from gongfang.engines.scheduling.validating import violations
from tests.engines.scheduling.instances import CLASSIC, classic, job_shop, taillard
from tests.engines.scheduling.workloads import factory


def value(shop, plan):
    return shop.goal.value([spot.end for spot in plan])


@pytest.mark.parametrize("objective", [one for one in Objective if one is not Objective.ON_TIME])
def test_annealing_improves_a_factory_with_everything(objective):
    problem = factory(jobs=25, steps=5, machines=6, seed=3, objective=objective)
    shop = compile_shop(problem)
    start = dispatch(shop, runs=1)
    better = annealing.improve(shop, start, seconds=1.0, workers=2, floor=0)
    assert violations(problem, placed(problem, better)) == []
    assert value(shop, better) < value(shop, start)


def test_tabu_search_comes_close_to_the_best_known():
    best, problem = taillard("ta01")
    shop = compile_shop(problem)
    start = dispatch(shop, runs=1)
    better = tabu.improve(shop, start, seconds=2.0, workers=2, floor=best)
    assert violations(problem, placed(problem, better)) == []
    assert best <= value(shop, better) <= best * 1.06


def test_tabu_search_knows_due_dates():
    problem = job_shop(CLASSIC["la02"][1], Objective.MAX_LATENESS)
    shop = compile_shop(problem)
    assert not shop.is_plain, "without any due date there is nothing to be late for"
    _, makespan = classic("la02")
    assert compile_shop(makespan).is_plain


@pytest.mark.parametrize("objective", [Objective.MAKESPAN, Objective.TOTAL_WEIGHTED_TARDINESS])
def test_windows_never_make_a_plan_worse(objective):
    problem = factory(jobs=40, steps=4, machines=5, seed=5, objective=objective)
    shop = compile_shop(problem)
    start = dispatch(shop, runs=1)
    better = windows.improve(shop, start, seconds=3.0, workers=2, floor=0)
    assert violations(problem, placed(problem, better)) == []
    assert value(shop, better) <= value(shop, start)


def test_shifting_left_never_delays_anything():
    shop = compile_shop(factory(jobs=30, steps=4, machines=5, seed=8))
    for rule in rules(shop, 4):
        plan = run_rule(shop, rule)
        assert all(new.start <= old.start for new, old in zip(left_shifted(shop, plan), plan))


def test_every_rule_gives_a_plan_that_can_be_run():
    for objective in Objective:
        problem = factory(jobs=30, steps=4, machines=5, seed=9, objective=objective)
        shop = compile_shop(problem)
        for rule in rules(shop, 6):
            plan = run_rule(shop, rule)
            assert violations(problem, placed(problem, plan)) == []
