"""Seeded factories of any size: alternatives, shifts, set-up families, due dates and weights."""

from decimal import Decimal
from random import Random

from gongfang.engines.scheduling.problem import Job, Mode, Objective, Operation, Ref, Resource, ScheduleProblem, Setup


def factory(*, jobs, steps, machines, seed, objective=Objective.MAKESPAN, alternatives=2, shifts=True, setups=True):
    """jobs x steps operations; each may run on some of the machines, which are open two shifts of eight hours a day."""
    random = Random(seed)
    load = jobs * steps * 52 // machines
    days = tuple((1440 * day + 480, 1440 * day + 1440) for day in range(10 + load // 300))
    families = ("red", "blue", "green")

    def job(number):
        name = f"WO{number}"
        operations = tuple(
            Operation(
                str(step),
                tuple(Mode(f"M{m}", random.randint(5, 99)) for m in random.sample(range(machines), alternatives)),
                (Ref(name, str(step - 1)),) if step else (),
                random.choice(families) if setups else None,
            )
            for step in range(steps)
        )
        return Job(name, operations, 0, random.randint(load // 2, 2 * load), Decimal(random.randint(1, 5)))

    changes = [
        Setup(f"M{m}", a, b, random.randint(1, 30))
        for m in range(machines)
        for a in families
        for b in families
        if a != b
    ]
    resources = tuple(Resource(f"M{m}", 1, days if shifts else None) for m in range(machines))
    work = tuple(job(number) for number in range(jobs))
    return ScheduleProblem(resources, work, objective, tuple(changes) if setups else ())
