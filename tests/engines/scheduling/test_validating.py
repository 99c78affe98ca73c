"""The validator finds each way in which a plan cannot be run, and passes the plan next to it."""

from decimal import Decimal

import pytest

from gongfang.engines.scheduling.changeovers import changeovers
from gongfang.engines.scheduling.validating import objective_of, violations
from tests.engines.scheduling.shops import at, chain, shop, step

DAY = ((0, 100), (200, 300))


def pair(**more):
    return shop(chain("A", ("M1", 30), ("M2", 20)), chain("B", ("M1", 10)), **more)


FINE = [at("A", "10", "M1", 0, 30), at("A", "20", "M2", 30, 50), at("B", "10", "M1", 30, 40)]


def test_a_plan_that_can_be_run_has_no_violation():
    assert violations(pair(), FINE) == []


@pytest.mark.parametrize(
    ("place", "spot", "words"),
    [
        (2, at("B", "10", "M1", 29, 39), "M1 runs 2 operations at 29"),
        (1, at("A", "20", "M2", 29, 49), "before A/10 has ended"),
        (1, at("A", "20", "M1", 40, 60), "cannot run on M1"),
        (1, at("A", "20", "M2", 30, 49), "does not fit"),
        (1, at("A", "20", "M2", -1, 19), "before its release"),
        (1, at("A", "10", "M1", 50, 80), "placed twice"),
        (1, at("A", "30", "M2", 30, 50), "not an operation"),
    ],
)
def test_one_wrong_spot_is_found(place, spot, words):
    plan = [*FINE[:place], spot, *FINE[place + 1 :]]
    assert any(words in violation for violation in violations(pair(), plan))


def test_a_missing_operation_is_found():
    assert violations(pair(), FINE[:2]) == ["B/10 is not placed"]


@pytest.mark.parametrize(
    ("start", "end", "interruptible", "fine"),
    [
        (90, 210, True, True),  # ten minutes, closed, ten minutes
        (90, 210, False, False),
        (80, 100, False, True),
        (90, 110, True, False),
        (100, 220, True, False),  # begins in closed time
        (200, 220, True, True),
        (290, 310, True, False),
    ],
)
def test_calendars_interrupt_only_what_may_be(start, end, interruptible, fine):
    problem = shop(chain("A", step("10", ("M1", 20), interruptible=interruptible)), resources={"M1": (1, DAY)})
    assert (violations(problem, [at("A", "10", "M1", start, end)]) == []) is fine


def test_capacity_counts_at_every_moment_and_ends_make_room():
    problem = shop(*(chain(name, ("M1", 10)) for name in "ABC"), resources={"M1": (2, None)})
    assert not violations(
        problem, [at("A", "10", "M1", 0, 10), at("B", "10", "M1", 5, 15), at("C", "10", "M1", 10, 20)]
    )
    assert violations(problem, [at("A", "10", "M1", 0, 10), at("B", "10", "M1", 5, 15), at("C", "10", "M1", 9, 19)])


def families(*names, capacity=1):
    jobs = [chain(str(number), step("10", ("M1", 10), family=name)) for number, name in enumerate(names)]
    changes = [("M1", "red", "blue", 20), ("M1", "blue", "red", 5)]
    return shop(*jobs, resources={"M1": (capacity, None)}, setups=changes)


@pytest.mark.parametrize(("second", "fine"), [(30, True), (29, False)])
def test_setups_keep_their_distance(second, fine):
    plan = [at("0", "10", "M1", 0, 10), at("1", "10", "M1", second, second + 10)]
    assert (violations(families("red", "blue"), plan) == []) is fine


def test_two_units_may_take_turns_so_that_no_setup_is_needed():
    problem = families("red", "blue", "blue", "red", capacity=2)
    plan = [
        at("0", "10", "M1", 0, 10),
        at("1", "10", "M1", 0, 10),
        at("2", "10", "M1", 10, 20),
        at("3", "10", "M1", 10, 20),
    ]
    assert violations(problem, plan) == []
    crossed = families("red", "red", "blue", "blue", capacity=2)
    assert violations(crossed, plan) == ["M1 would need 4 units, with set-ups; it has 2"]


def test_tools_are_resources_too():
    jobs = [chain("A", step("10", ("M1", 10, "T"))), chain("B", step("10", ("M2", 10, "T")))]
    assert violations(shop(*jobs), [at("A", "10", "M1", 0, 10, "T"), at("B", "10", "M2", 10, 20, "T")]) == []
    assert violations(shop(*jobs), [at("A", "10", "M1", 0, 10, "T"), at("B", "10", "M2", 9, 19, "T")])


def test_pins_hold():
    problem = pair(fixed=[("B", "10", "M1", 30)])
    assert violations(problem, FINE) == []
    moved = [*FINE[:2], at("B", "10", "M1", 31, 41)]
    assert violations(problem, moved) == ["B/10 is fixed on M1 at 30, not on M1 at 31"]


@pytest.mark.parametrize(
    ("objective", "value"),
    [
        ("makespan", 50),
        ("total_weighted_completion", Decimal("2.5") * 50 + 40),
        ("total_weighted_tardiness", Decimal("2.5") * 5),
        ("max_lateness", 5),
    ],
)
def test_objectives(objective, value):
    problem = shop(
        chain("A", ("M1", 30), ("M2", 20), due=45, weight=2.5), chain("B", ("M1", 10), due=60), objective=objective
    )
    assert objective_of(problem, FINE) == value


def test_changeovers_lie_before_the_operation_they_are_for():
    jobs = [
        chain(name, step("10", ("M1", 10), family=colour))
        for name, colour in zip("ABCD", ("red", "red", "blue", "red"))
    ]
    setups = [("M1", "red", "blue", 7), ("M1", "blue", "red", 4)]
    problem = shop(*jobs, setups=setups)
    plan = [
        at("A", "10", "M1", 0, 10),
        at("B", "10", "M1", 10, 20),
        at("C", "10", "M1", 30, 40),
        at("D", "10", "M1", 44, 54),
    ]
    assert violations(problem, plan) == []
    found = [(one.after.job, one.start, one.end, one.minutes) for one in changeovers(problem, plan)]
    assert found == [("C", 23, 30, 7), ("D", 40, 44, 4)]
    two = shop(*jobs, setups=setups, resources={"M1": (2, None)})
    beside = [
        at("A", "10", "M1", 0, 10),
        at("B", "10", "M1", 10, 20),
        at("C", "10", "M1", 0, 10),
        at("D", "10", "M1", 20, 30),
    ]
    assert violations(two, beside) == [] == changeovers(two, beside)
