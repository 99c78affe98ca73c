"""Small cases, one for each thing a schedule has to respect, and the classical instances."""

from decimal import Decimal

import pytest

from gongfang.engines.scheduling.problem import Ref, Status
from gongfang.engines.scheduling.solving import solve
from gongfang.engines.scheduling.validating import violations
from tests.engines.scheduling.instances import CLASSIC, classic, taillard
from tests.engines.scheduling.shops import chain, shop, step

DAY = ((0, 100), (200, 300))


def proved(problem, seconds=10.0):
    """Solve, look at the plan with the validator, insist on proof."""
    result = solve(problem, seconds=seconds, workers=2)
    assert result.status is Status.OPTIMAL, result
    assert violations(problem, result.operations) == []
    assert result.bound == result.objective
    return result


def starts(result):
    return {str(spot.ref): (spot.resource, spot.start, spot.end) for spot in result.operations}


@pytest.mark.parametrize("name", ["ft06", "la01", "la02", "la03", "la04", "la05"])
def test_classical_instances_are_proved(name):
    optimum, problem = classic(name)
    assert proved(problem).objective == optimum == CLASSIC[name][0]


def test_nothing_to_do_is_done():
    assert proved(shop()).objective == 0


def test_the_better_alternative_depends_on_the_queue():
    jobs = [chain(name, step("10", ("FAST", 10), ("SLOW", 25))) for name in "ABC"]
    result = proved(shop(*jobs))
    assert result.objective == 25
    assert sorted(spot.resource for spot in result.operations) == ["FAST", "FAST", "SLOW"]


def test_capacity_runs_as_many_at_once():
    jobs = [chain(str(number), ("OVEN", 10)) for number in range(7)]
    assert proved(shop(*jobs, resources={"OVEN": (3, None)})).objective == 30


def test_work_goes_on_after_closed_time_unless_it_must_not():
    resources = {"M1": (1, DAY)}
    long = chain("A", step("10", ("M1", 80)))
    more = chain("B", step("10", ("M1", 60)))
    assert proved(shop(long, more, resources=resources)).objective == 240
    firm = chain("B", step("10", ("M1", 60), interruptible=False))
    result = proved(shop(long, firm, resources=resources))
    assert result.objective == 240
    assert starts(result)["B/10"][2] - starts(result)["B/10"][1] == 60


def test_an_uninterruptible_piece_waits_for_a_window_that_holds_it():
    job = chain("A", step("10", ("M1", 30)), step("20", ("M1", 80), interruptible=False))
    assert starts(proved(shop(job, resources={"M1": (1, DAY)})))["A/20"] == ("M1", 200, 280)


def test_setups_order_the_families():
    jobs = [chain(name + str(n), step("10", ("M1", 10), family=name)) for name in ("red", "blue") for n in range(2)]
    changes = [("M1", "red", "blue", 50), ("M1", "blue", "red", 20)]
    result = proved(shop(*jobs, setups=changes))
    assert result.objective == 60
    assert starts(result)["blue0/10"][1] < starts(result)["red0/10"][1]


def test_units_of_a_resource_keep_their_own_family():
    jobs = [chain(name + str(n), step("10", ("M1", 10), family=name)) for name in ("red", "blue") for n in range(2)]
    changes = [("M1", "red", "blue", 50), ("M1", "blue", "red", 20)]
    assert proved(shop(*jobs, setups=changes, resources={"M1": (2, None)})).objective == 20


def test_a_tool_is_held_together_with_the_machine():
    jobs = [chain(name, step("10", (f"M{name}", 10, "MOULD"))) for name in "AB"]
    assert proved(shop(*jobs)).objective == 20


def test_a_machine_works_only_while_its_worker_is_there():
    job = chain("A", step("10", ("M1", 20, "WORKER")))
    result = proved(shop(job, resources={"WORKER": (1, ((5, 15), (50, 100)))}))
    assert starts(result)["A/10"] == ("M1", 5, 60)


def test_release_of_job_and_material():
    problem = shop(chain("A", ("M1", 10), step("20", ("M1", 10), release=40), release=15))
    assert starts(proved(problem)) == {"A/10": ("M1", 15, 25), "A/20": ("M1", 40, 50)}


def test_an_operation_may_wait_for_another_job():
    first = chain("SUB", ("M1", 30))
    second = chain("TOP", step("10", ("M2", 5), after=[Ref("SUB", "10")]))
    assert starts(proved(shop(first, second)))["TOP/10"] == ("M2", 30, 35)


def test_pins_stay_and_others_go_round_them():
    problem = shop(chain("A", ("M1", 10)), chain("B", ("M1", 10)), chain("C", ("M1", 4)), fixed=[("A", "10", "M1", 5)])
    result = proved(problem)
    assert result.objective == 25
    assert starts(result) == {"A/10": ("M1", 5, 15), "B/10": ("M1", 15, 25), "C/10": ("M1", 0, 4)}


def test_tardiness_takes_the_heavy_job_first():
    problem = shop(
        chain("LIGHT", ("M1", 10), due=10, weight=1),
        chain("HEAVY", ("M1", 10), due=10, weight=2.5),
        objective="total_weighted_tardiness",
    )
    result = proved(problem)
    assert (result.objective, starts(result)["HEAVY/10"][1]) == (Decimal(10), 0)


def test_completion_follows_smith_rule():
    """One machine: shortest minutes per weight first (Smith 1956)."""
    minutes = {"A": (8, 1), "B": (3, 2), "C": (5, 4), "D": (2, 1)}
    jobs = [chain(name, ("M1", p), weight=w) for name, (p, w) in minutes.items()]
    result = proved(shop(*jobs, objective="total_weighted_completion"))
    order = sorted(minutes, key=lambda name: minutes[name][0] / minutes[name][1])
    clock = total = 0
    for name in order:
        clock += minutes[name][0]
        total += clock * minutes[name][1]
    assert result.objective == total


def test_max_lateness_is_earliest_due_date_and_may_be_negative():
    """One machine: earliest due date first (Jackson 1955)."""
    jobs = [chain("A", ("M1", 10), due=40), chain("B", ("M1", 10), due=12), chain("C", ("M1", 5), due=31)]
    assert proved(shop(*jobs, objective="max_lateness")).objective == -2


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            shop(chain("A", step("10", ("M1", 101), interruptible=False)), resources={"M1": (1, DAY)}),
            "A/10 finds no open time long enough in one piece on M1",
        ),
        (
            shop(*(chain(n, ("M1", 90)) for n in "ABC"), resources={"M1": (1, DAY)}),
            "M1 is open 200 minutes in all; 270 are needed",
        ),
        (
            shop(chain("A", ("M1", 10)), chain("B", ("M1", 10)), fixed=[("A", "10", "M1", 0), ("B", "10", "M1", 9)]),
            "M1 runs 2 operations at 9",
        ),
        (
            shop(chain("A", ("M1", 10), ("M2", 10)), fixed=[("A", "20", "M2", 5)]),
            "no plan keeps all pins",
        ),
    ],
)
def test_what_is_impossible_says_why(problem, words):
    result = solve(problem, seconds=5)
    assert result.status is Status.INFEASIBLE
    assert words in result.message
    assert (result.operations, result.objective) == ((), None)


def test_at_once_means_the_same_answer_each_time():
    _, problem = taillard("ta01")
    first, second = solve(problem, seconds=0), solve(problem, seconds=0)
    assert first.operations == second.operations
    assert first.status is Status.FEASIBLE
    assert first.bound <= 1231 <= first.objective <= 1231 * Decimal("1.25")


def test_progress_is_told_and_can_stop_the_search():
    told = []

    def stop_at_the_second(objective, bound, seconds):
        told.append((objective, bound))
        return len(told) == 2

    _, problem = classic("ft10")
    result = solve(problem, seconds=20, progress=stop_at_the_second)
    assert result.seconds < 15
    assert told[1][0] < told[0][0]
    assert violations(problem, result.operations) == []
