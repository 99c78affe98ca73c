"""Loads by week, bottlenecks and the value of an hour, figured by hand. 5 January 2026 is a Monday."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from gongfang.engines.mrp import (
    BUY,
    MAKE,
    ONE,
    BillOfMaterials,
    Capacity,
    Demands,
    Items,
    Problem,
    solve,
    solve_with_capacity,
)
from gongfang.engines.mrp.loads import (
    OtherWork,
    bottlenecks,
    hour_values,
    hours_behind_demands,
    order_hours,
    weekly_loads,
)

MONDAY = date(2026, 1, 5)


def day(text):
    return date.fromisoformat(text).toordinal()


@pytest.fixture(scope="module")
def problem():
    """A is made of two B on R1 (2 h a piece), B on R2 (1 h a piece) of steel that is bought; 40 hours a week each."""
    return Problem(
        MONDAY.toordinal(),
        60,
        Items.of(["A", "B", "STEEL"], lead_time=[3, 2, 5], procurement=[MAKE, MAKE, BUY], on_hand=[0, 4 * ONE, 0]),
        BillOfMaterials.of([0, 1], [1, 2], [2 * ONE, ONE]),
        Demands.of(
            ["D1", "D2"], item=[0, 0], quantity=[10 * ONE, 25 * ONE], due=[day("2026-01-22"), day("2026-01-29")]
        ),
        capacity=Capacity.of(["R1", "R2"], [40 * ONE, 40 * ONE], [0, 1], [0, 1], [2 * ONE, ONE]),
    )


def test_orders_load_the_week_they_are_released_in(problem):
    """A is released on Monday the 19th (10) and the 26th (25), B two days before each: 16 and 50 hours."""
    loads = weekly_loads(solve(problem))
    assert loads.monday == MONDAY.toordinal()
    assert (loads.planned[:, :5] // ONE).tolist() == [[0, 0, 20, 50, 0], [0, 16, 50, 0, 0]]
    assert (loads.over[:, :5] // ONE).tolist() == [[0, 0, 0, 10, 0], [0, 0, 10, 0, 0]]


def test_other_work_is_done_first_and_what_is_over_queues_up(problem):
    other = OtherWork(np.array([0]), np.array([day("2026-01-21")]), np.array([30 * ONE]))
    loads = weekly_loads(solve(problem), other, weeks=5)
    assert (loads.needed[0] // ONE).tolist() == [0, 0, 50, 50, 0]
    assert (loads.behind[0] // ONE).tolist() == [0, 0, 10, 20, 0]
    assert loads.utilisation.tolist() == [0.5, 66 / 200]


def test_each_order_tells_its_hours(problem):
    rows = order_hours(problem, solve(problem).orders)
    assert sorted(zip(rows.resource.tolist(), (rows.hours // ONE).tolist(), rows.week.tolist(), strict=True)) == [
        (0, 20, 2),
        (0, 50, 3),
        (1, 16, 1),
        (1, 50, 2),
    ]


def test_hours_are_shared_out_by_who_is_served(problem):
    """The first four B are in stock, so D1 stands on 16 hours of R2 and not on 20."""
    assert hours_behind_demands(solve(problem)).tolist() == [[20.0, 16.0], [50.0, 50.0]]


def test_half_a_millionth_of_an_hour_is_rounded_not_lost(problem):
    capacity = Capacity.of(["R1", "R2"], [ONE, ONE], [0], [0], [1])
    plan = solve(
        Problem(
            problem.today,
            60,
            Items.of(["A"], lead_time=1),
            demands=Demands.of(["D"], [0], [1_500_000], [problem.today + 30]),
            capacity=capacity,
        )
    )
    assert order_hours(plan.problem, plan.orders).hours.tolist() == [2]


def test_the_value_of_an_hour_is_that_of_the_best_mix():
    """Two products share 40 hours until Friday: P earns 60 in 2 h, Q earns 50 in 1 h, wanted 15 and 20 pieces.

    Best: all Q (20 h), then P in the other 20 h (10 of 15): 1,600. An hour more makes half a P: 30. What is lost: 5 P, 300.
    """
    friday = MONDAY + timedelta(4)
    problem = Problem(
        MONDAY.toordinal(),
        6,
        Items.of(["P", "Q"], lead_time=0),
        demands=Demands.of(["DP", "DQ"], [0, 1], [15 * ONE, 20 * ONE], [friday.toordinal()] * 2),
        capacity=Capacity.of(["R", "IDLE"], [40 * ONE, 40 * ONE], [0, 1, 1], [0, 0, 1], [2 * ONE, ONE, ONE // 2]),
    )
    plan = solve(problem)
    values = hour_values(plan, np.array([15 * 60.0, 20 * 50.0]))
    assert values.gain == pytest.approx(1600)
    assert values.lost == pytest.approx(300)
    assert values.served.tolist() == pytest.approx([10 / 15, 1.0])
    assert values.value[0, 0] == pytest.approx(30)
    assert values.value[1].tolist() == [0.0]
    ranked = bottlenecks(solve_with_capacity(problem), weekly_loads(plan), values)
    assert ranked[0].resource == 0
    assert (ranked[0].weeks_over, ranked[0].most_over, ranked[0].hour_value) == (1, 10 * ONE, pytest.approx(30))
    assert ranked[1].hour_value == 0
    assert ranked[0].late_demands > 0


def test_an_hour_more_brings_what_was_said():
    """The dual value against a second solution with one hour more, on a problem of several weeks."""
    random = np.random.default_rng(5)
    count = 30
    items = Items.of([f"I{n}" for n in range(count)], lead_time=0)
    due = MONDAY.toordinal() + random.integers(0, 40, count)
    hours = random.integers(1, 6, count) * ONE

    def planned(weekly):
        return solve(
            Problem(
                MONDAY.toordinal(),
                50,
                items,
                demands=Demands.of(list(range(count)), list(range(count)), [10 * ONE] * count, due),
                capacity=Capacity.of(["R"], [weekly], list(range(count)), [0] * count, hours),
            )
        )

    margin = random.uniform(50, 400, count)
    base = hour_values(planned(60 * ONE), margin)
    more = hour_values(planned(60 * ONE + ONE // 100), margin)
    assert base.lost > 0
    assert more.gain - base.gain == pytest.approx(base.value[0].sum() / 100, rel=1e-6)


def test_without_hours_or_margins_there_is_no_value(problem):
    plan = solve(problem)
    assert not hour_values(plan, np.zeros(2)).value.any()
    free = Problem(problem.today, 60, problem.items, problem.bom, problem.demands)
    assert hour_values(solve(free), np.ones(2)).gain == 2


def test_an_hour_beside_other_work_is_worth_what_a_second_solution_brings():
    """40 hours a week; other work of 30, 90 and 130 in weeks 0, 1 and 3. A demand of 20 hours is due in each of the weeks 0 to 3.

    Week 0 leaves 10 hours, so the first demand is half served, and an hour more there serves a twentieth of it. Week 1 leaves none
    and its queue takes 50 hours of what follows, so nothing can be done up to week 2; week 3 is over again. Later work takes no hour
    of an earlier week.
    """
    day_of = [MONDAY.toordinal() + 7 * week + 4 for week in range(4)]
    problem = Problem(
        MONDAY.toordinal(),
        40,
        Items.of(list("ABCD"), lead_time=0),
        demands=Demands.of(list("ABCD"), [0, 1, 2, 3], [20 * ONE] * 4, day_of),
        capacity=Capacity.of(["R"], [40 * ONE], [0, 1, 2, 3], [0] * 4, [ONE] * 4),
    )
    plan, margin = solve(problem), np.array([100.0, 60.0, 80.0, 40.0])
    other = OtherWork(np.zeros(3, np.int64), np.array(day_of)[[0, 1, 3]], np.array([30, 90, 130]) * ONE)
    loads = weekly_loads(plan, other, weeks=7)
    values = hour_values(plan, margin, loads)
    assert values.served.tolist() == pytest.approx([0.5, 0, 0, 0], abs=1e-4)
    assert values.value[0].tolist() == pytest.approx([5, 0, 0, 0, 0, 0, 0])
    for week in range(7):
        more = loads.available.copy()
        more[0, week] += ONE // 10
        found = hour_values(plan, margin, replace(loads, available=more))
        assert (found.gain - values.gain) * 10 == pytest.approx(values.value[0, week], abs=1e-3)
