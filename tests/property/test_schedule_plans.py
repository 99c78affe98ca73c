"""Every plan can be run, and what is called optimal is the best of all plans."""

from decimal import Decimal
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.scheduling import annealing, tabu
from gongfang.engines.scheduling.bounds import lower_bound
from gongfang.engines.scheduling.dispatching import dispatch
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
    Status,
)
from gongfang.engines.scheduling.retiming import replay
from gongfang.engines.scheduling.shop import Spot, compile_shop, placed
from gongfang.engines.scheduling.solving import solve
from gongfang.engines.scheduling.validating import objective_of, violations

FAMILIES = ("red", "blue")
MACHINES = ("M0", "M1", "M2")


@st.composite
def windows(draw):
    if draw(st.booleans()):
        return None
    result, clock = [], 0
    for _ in range(draw(st.integers(2, 5))):
        begin = clock + draw(st.integers(0, 8))
        clock = begin + draw(st.integers(3, 12))
        result.append((begin, clock))
    return (*result, (clock + 5, clock + 300))


@st.composite
def problems(draw, operations=12, capacities=(1, 2)):
    resources = tuple(Resource(name, draw(st.sampled_from(capacities)), draw(windows())) for name in MACHINES)
    jobs, left = [], draw(st.integers(1, operations))
    while left:
        steps = draw(st.integers(1, min(left, 4)))
        left -= steps
        jobs.append(draw(job(f"J{len(jobs)}", steps)))
    setups = tuple(
        Setup(name, a, b, draw(st.integers(1, 9)))
        for name in MACHINES[:2]
        for a, b in (FAMILIES, FAMILIES[::-1])
        if draw(st.booleans())
    )
    return ScheduleProblem(resources, tuple(jobs), draw(st.sampled_from(list(Objective))), setups)


@st.composite
def job(draw, name, steps):
    operations = []
    for number in range(steps):
        machines = draw(st.lists(st.sampled_from(MACHINES), min_size=1, max_size=2, unique=True))
        also = (draw(st.sampled_from(MACHINES)),) if draw(st.integers(0, 9)) == 0 else ()
        modes = tuple(Mode(machine, draw(st.integers(0, 9)), () if machine in also else also) for machine in machines)
        before = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        operations.append(
            Operation(
                str(number),
                modes,
                tuple(Ref(name, str(other)) for other in sorted(before)),
                draw(st.sampled_from((None, *FAMILIES))),
                draw(st.booleans()),
                draw(st.sampled_from((0, 0, 7))),
            )
        )
    due = draw(st.one_of(st.none(), st.integers(0, 40)))
    weight = draw(st.sampled_from((Decimal(0), Decimal(1), Decimal("2.5"))))
    return Job(name, tuple(operations), draw(st.sampled_from((0, 0, 5))), due, weight)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_every_plan_can_be_run(problem):
    result = solve(problem, seconds=0)
    assert result.status in (Status.OPTIMAL, Status.FEASIBLE), result.message
    assert violations(problem, result.operations) == []
    assert result.objective == objective_of(problem, result.operations)
    assert result.bound <= result.objective


@settings(max_examples=30, deadline=None)
@given(problems(operations=6), st.data())
def test_what_a_plan_says_can_be_pinned(problem, data):
    """Any part of a plan, fixed where it is, still has a plan (found by the exact solver if not at once)."""
    result = solve(problem, seconds=0)
    chosen = data.draw(st.lists(st.sampled_from(result.operations), max_size=3, unique=True))
    fixed = tuple(Fixed(spot.ref, spot.resource, spot.start) for spot in chosen)
    pinned = ScheduleProblem(problem.resources, problem.jobs, problem.objective, problem.setups, fixed)
    again = solve(pinned, seconds=5, workers=1)
    assert again.status in (Status.OPTIMAL, Status.FEASIBLE), again.message
    assert violations(pinned, again.operations) == []


@settings(max_examples=30, deadline=None)
@given(problems(operations=4))
def test_optimal_is_the_best_of_all_plans(problem):
    """Oracle: every order and every choice of modes and units, each started as early as possible."""
    shop = compile_shop(problem)
    options = [
        [
            Spot(number, 0, 0, units)
            for number, mode in enumerate(operation.modes)
            for units in product(*(range(shop.capacities[resource]) for resource in mode.resources))
        ]
        for operation in shop.operations
    ]
    orders = [
        order
        for order in permutations(range(len(shop.operations)))
        if all(order.index(pred) < order.index(op) for op in order for pred in shop.operations[op].preds)
    ]
    plans = (replay(shop, list(spots), order) for spots in product(*options) for order in orders)
    values = [shop.goal.value([spot.end for spot in plan]) for plan in plans if plan is not None]
    result = solve(problem, seconds=10, workers=1)
    assert result.status is Status.OPTIMAL
    assert result.objective == Decimal(min(values)) / shop.goal.scale
    assert lower_bound(shop) <= min(values)


@settings(max_examples=20, deadline=None)
@given(problems(), st.data())
def test_annealing_keeps_every_rule(problem, data):
    result = solve(problem, seconds=0)
    chosen = data.draw(st.lists(st.sampled_from(result.operations), max_size=2, unique=True))
    fixed = tuple(Fixed(spot.ref, spot.resource, spot.start) for spot in chosen)
    pinned = ScheduleProblem(problem.resources, problem.jobs, problem.objective, problem.setups, fixed)
    shop = compile_shop(pinned)
    start = dispatch(shop)
    if start is None:
        return  # the rules found no way round the pins; that one exists is another test's matter
    better = annealing.improve(shop, start, seconds=0.02, workers=1, floor=-(10**9))
    assert violations(pinned, placed(pinned, better)) == []
    assert value(shop, better) <= value(shop, start)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.permutations(MACHINES) | st.lists(st.sampled_from(MACHINES), min_size=3, max_size=3), min_size=2, max_size=7
    ),
    st.lists(st.integers(1, 9), min_size=21, max_size=21),
    st.sampled_from((Objective.MAKESPAN, Objective.MAX_LATENESS)),
    st.lists(st.integers(0, 9), min_size=7, max_size=7),
)
def test_tabu_search_keeps_every_rule(routes, minutes, objective, releases):
    jobs = []
    for number, route in enumerate(routes):
        steps = tuple(
            Operation(
                str(step),
                (Mode(machine, minutes[3 * number + step]),),
                (Ref(f"J{number}", str(step - 1)),) if step else (),
            )
            for step, machine in enumerate(route)
        )
        jobs.append(Job(f"J{number}", steps, releases[number], 3 * minutes[number]))
    problem = ScheduleProblem(tuple(Resource(name) for name in MACHINES), tuple(jobs), objective)
    shop = compile_shop(problem)
    assert shop.is_plain
    start = dispatch(shop, runs=1)
    assert start is not None
    better = tabu.improve(shop, start, seconds=0.02, workers=1, floor=-(10**9))
    assert violations(problem, placed(problem, better)) == []
    assert value(shop, better) <= value(shop, start)


def value(shop, plan):
    return shop.goal.value([spot.end for spot in plan])
