"""Tabu search over machines and orders at once: as good as what is proved on small shops, close to the best known on published ones."""

import numpy as np
import pytest

from gongfang.engines.scheduling import flexible
from gongfang.engines.scheduling.bounds import lower_bound
from gongfang.engines.scheduling.dispatching import dispatch
from gongfang.engines.scheduling.exact import solve_exactly
from gongfang.engines.scheduling.problem import Objective, Status
from gongfang.engines.scheduling.shop import compile_shop, placed
from gongfang.engines.scheduling.validating import violations
from tests.engines.scheduling.instances import flexible as published
from tests.engines.scheduling.shops import chain, shop, step
from tests.engines.scheduling.workloads import factory


def value(shop, plan):
    return shop.goal.value([spot.end for spot in plan])


def bare(seed, objective=Objective.MAKESPAN, jobs=5):
    """A shop of machines to choose between, and nothing else."""
    return factory(jobs=jobs, steps=4, machines=4, seed=seed, objective=objective, shifts=False, setups=False)


@pytest.mark.parametrize("objective", [Objective.MAKESPAN, Objective.MAX_LATENESS])
@pytest.mark.parametrize("seed", range(3))
def test_finds_the_proven_best_of_small_shops(seed, objective):
    problem = bare(seed, objective)
    shop = compile_shop(problem)
    assert shop.is_flexible
    proved = solve_exactly(shop, hint=None, seconds=60, workers=2, floor=lower_bound(shop))
    assert proved.status is Status.OPTIMAL
    found = flexible.improve(shop, dispatch(shop, runs=1), seconds=60.0, workers=1, floor=proved.bound)
    assert violations(problem, placed(problem, found)) == []
    assert value(shop, found) == proved.bound


def walked(shop, seed, moves):
    start = dispatch(shop, runs=1)
    walker = flexible.walker(shop, start, seed)
    walker.walk(moves, 0)
    return walker


def test_comes_close_to_the_best_known():
    best, problem = published("mk06")
    shop = compile_shop(problem)
    assert value(shop, dispatch(shop, runs=1)) > best * 1.25
    walker = walked(shop, 1, 4_000)
    found = flexible.plan_of(shop, walker.shop, walker.best_state)
    assert violations(problem, placed(problem, found)) == []
    assert best <= value(shop, found) == walker.best <= best * 1.06


def test_the_same_seed_finds_the_same_plan():
    shop = compile_shop(bare(7, jobs=20))
    first, again, other = walked(shop, 1, 400), walked(shop, 1, 400), walked(shop, 2, 400)
    assert np.array_equal(first.state.mode, again.state.mode)
    assert np.array_equal(first.state.following, again.state.following)
    assert not np.array_equal(first.state.following, other.state.following)


def test_every_plan_on_the_way_can_be_run():
    problem = bare(8, jobs=12)
    shop = compile_shop(problem)
    for moves in range(0, 60, 6):
        walker = walked(shop, 3, moves)
        plan = flexible.plan_of(shop, walker.shop, walker.state)
        assert violations(problem, placed(problem, plan)) == []


def test_what_else_there_is_makes_a_shop_not_flexible():
    two = [("M1", 5), ("M2", 6)]
    assert compile_shop(shop(chain("A", step("10", *two), ("M1", 3)))).is_flexible
    assert not compile_shop(shop(chain("A", step("10", ("M1", 5, "TOOL"), ("M2", 6))))).is_flexible
    assert not compile_shop(shop(chain("A", step("10", *two)), resources={"M1": (2, None)})).is_flexible
    assert not compile_shop(shop(chain("A", step("10", *two)), resources={"M1": (1, ((0, 50),))})).is_flexible
    assert not compile_shop(shop(chain("A", step("10", *two)), fixed=[("A", "10", "M1", 2)])).is_flexible
