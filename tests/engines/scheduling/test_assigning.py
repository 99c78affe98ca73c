"""A balanced choice of machines: as even as can be, and a better beginning than choosing one operation at a time."""

from itertools import product
from random import Random

import pytest

from gongfang.engines.scheduling import assigning
from gongfang.engines.scheduling.assigning import balanced, fixed, with_choice
from gongfang.engines.scheduling.dispatching import dispatch
from gongfang.engines.scheduling.problem import Job, Mode, Operation, Resource, ScheduleProblem
from gongfang.engines.scheduling.shop import compile_shop
from gongfang.engines.scheduling.validating import violations
from tests.engines.scheduling.workloads import factory


def fullest(shop, modes):
    work = [0] * len(shop.capacities)
    for operation, number in zip(shop.operations, modes, strict=True):
        for resource in operation.modes[number].resources:
            work[resource] += operation.modes[number].duration
    return max(load / capacity for load, capacity in zip(work, shop.capacities, strict=True))


def small(seed):
    random = Random(seed)
    jobs = tuple(
        Job(f"J{n}", (Operation("1", tuple(Mode(f"M{m}", random.randint(3, 20)) for m in random.sample(range(3), 2))),))
        for n in range(8)
    )
    return compile_shop(ScheduleProblem((Resource("M0"), Resource("M1", 2), Resource("M2")), jobs))


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_choice_is_the_best_of_all(seed):
    shop = small(seed)
    best = min(fullest(shop, modes) for modes in product((0, 1), repeat=8))
    assert -(-fullest(shop, balanced(shop, 5.0)) // 1) == -(-best // 1)


@pytest.mark.parametrize("seed", range(4))
def test_prices_come_near_the_best(seed, monkeypatch):
    monkeypatch.setattr(assigning, "EXACT", 0)
    shop = small(seed)
    best = min(fullest(shop, modes) for modes in product((0, 1), repeat=8))
    assert fullest(shop, balanced(shop, 5.0)) <= 1.25 * best


def test_a_large_shop_begins_far_better_balanced():
    problem = factory(jobs=100, steps=8, machines=12, seed=2, alternatives=3, shifts=False, setups=False)
    shop = compile_shop(problem)
    plain = dispatch(shop)
    modes = balanced(shop, 5.0)
    plan = with_choice(dispatch(fixed(shop, modes)), modes)
    ends = [shop.goal.value([spot.end for spot in each]) for each in (plain, plan)]
    assert ends[1] < 0.92 * ends[0]
    assert [spot.mode for spot in plan] == modes


def test_a_plan_with_its_choice_can_be_run():
    from gongfang.engines.scheduling.shop import placed

    problem = factory(jobs=12, steps=4, machines=5, seed=3, alternatives=2)
    shop = compile_shop(problem)
    modes = balanced(shop, 5.0)
    assert violations(problem, placed(problem, with_choice(dispatch(fixed(shop, modes)), modes))) == []
