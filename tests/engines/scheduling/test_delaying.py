"""Backward scheduling: as late as may be, by hand and on random shops."""

import random

from gongfang.engines.scheduling.delaying import delayed
from gongfang.engines.scheduling.problem import (
    Fixed,
    Job,
    Mode,
    Objective,
    Operation,
    Placed,
    Ref,
    Resource,
    ScheduleProblem,
    Setup,
)
from gongfang.engines.scheduling.solving import solve
from gongfang.engines.scheduling.validating import objective_of, violations


def job(name, due, *steps, **more):
    """steps: (resource, minutes[, family]) one after the other."""
    operations = tuple(
        Operation(str(n), (Mode(step[0], step[1]),), (Ref(name, str(n - 1)),) if n else (), *step[2:3])
        for n, step in enumerate(steps)
    )
    return Job(name, operations, due=due, **more)


def starts(problem):
    plan = solve(problem, seconds=0).operations
    later = delayed(problem, plan)
    assert violations(problem, later) == []
    assert objective_of(problem, later) == objective_of(problem, plan)
    return {str(spot.ref): spot.start for spot in later}


TARDINESS = Objective.TOTAL_WEIGHTED_TARDINESS


def test_each_step_begins_as_late_as_the_due_date_and_the_machine_allow():
    """Both end at 100 at the latest on M1, one after the other; the step before waits as long as it may."""
    problem = ScheduleProblem(
        (Resource("M1"), Resource("M2")),
        (job("A", 100, ("M2", 10), ("M1", 30)), job("B", 100, ("M1", 20))), TARDINESS,
    )  # fmt: skip
    found = starts(problem)
    assert sorted((found["A/1"], found["B/0"])) in ([50, 80], [50, 70])
    assert found["A/0"] == found["A/1"] - 10


def test_closed_time_is_jumped_back_over():
    """Open 0 to 60 and 100 to 160: what takes 40 minutes and is due at 120 begins at 40."""
    problem = ScheduleProblem((Resource("M", 1, ((0, 60), (100, 160))),), (job("A", 120, ("M", 40)),), TARDINESS)
    assert starts(problem) == {"A/0": 40}


def test_a_late_job_keeps_its_end_and_what_is_fixed_its_place():
    problem = ScheduleProblem(
        (Resource("M"), Resource("N")),
        (job("A", 10, ("M", 30)), job("B", 100, ("N", 5))), TARDINESS, fixed=(Fixed(Ref("B", "0"), "N", 7),),
    )  # fmt: skip
    assert starts(problem) == {"A/0": 0, "B/0": 7}


def test_set_ups_keep_their_room():
    problem = ScheduleProblem(
        (Resource("M"),), (job("A", 200, ("M", 30, "red")), job("B", 100, ("M", 20, "blue"))), TARDINESS,
        setups=(Setup("M", "blue", "red", 15), Setup("M", "red", "blue", 15)),
    )  # fmt: skip
    assert starts(problem) == {"B/0": 80, "A/0": 170}


def test_equal_machines_are_filled_no_more_than_there_are():
    problem = ScheduleProblem((Resource("M", 2),), tuple(job(name, 100, ("M", 40)) for name in "ABC"), TARDINESS)
    assert sorted(starts(problem).values()) == [20, 60, 60]


def test_random_shops_stay_possible_and_nothing_begins_sooner():
    luck = random.Random(7)
    for _ in range(60):
        names = [f"M{n}" for n in range(luck.randint(1, 3))]
        machines = tuple(
            Resource(name, luck.choice((1, 1, 2)), luck.choice((None, tuple((n * 100, n * 100 + 60) for n in range(60)))))
            for name in names
        )  # fmt: skip
        jobs = tuple(
            job(f"J{n}", luck.choice((None, luck.randint(20, 400))), *((luck.choice(names), luck.randint(0, 40), luck.choice(("a", "b"))) for _ in range(luck.randint(1, 4))))
            for n in range(luck.randint(1, 6))
        )  # fmt: skip
        setups = tuple(Setup(name, "a", "b", 9) for name in names) if luck.random() < 0.5 else ()
        problem = ScheduleProblem(machines, jobs, luck.choice(list(Objective)), setups=setups)
        plan = solve(problem, seconds=0).operations
        later: dict[Ref, Placed] = {spot.ref: spot for spot in delayed(problem, plan)}
        assert violations(problem, list(later.values())) == []
        assert objective_of(problem, list(later.values())) == objective_of(problem, plan)
        assert all(later[spot.ref].start >= spot.start for spot in plan)
