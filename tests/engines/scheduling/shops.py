"""Short ways to write small problems down."""

from decimal import Decimal

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


def step(name, *modes, after=(), family=None, interruptible=True, release=0):
    """step("10", ("M1", 30), ("M2", 45, "TOOL")): modes are resource, minutes, further resources."""
    return Operation(
        name,
        tuple(Mode(resource, minutes, tuple(also)) for resource, minutes, *also in modes),
        tuple(after),
        family,
        interruptible,
        release,
    )


def chain(name, *steps, release=0, due=None, weight=1):
    """A job whose operations follow each other; steps as (machine, minutes) or operations."""
    operations = []
    for number, what in enumerate(steps):
        operation = what if isinstance(what, Operation) else step(str(10 * (number + 1)), what)
        after = (*operation.after, *((Ref(name, operations[-1].id),) if operations else ()))
        operations.append(
            Operation(
                operation.id, operation.modes, after, operation.family, operation.interruptible, operation.release
            )
        )
    return Job(name, tuple(operations), release, due, Decimal(str(weight)))


def shop(*jobs, resources=None, objective="makespan", setups=(), fixed=()):
    """A problem; resources: name -> (capacity, open windows or None), or the names used, one unit each, always open."""
    named = resources or {}
    used = {name for job in jobs for op in job.operations for mode in op.modes for name in mode.resources}
    return ScheduleProblem(
        tuple(Resource(name, *named.get(name, (1, None))) for name in sorted(used | set(named))),
        tuple(jobs),
        Objective(objective),
        tuple(Setup(*setup) for setup in setups),
        tuple(Fixed(Ref(job, op), resource, start) for job, op, resource, start in fixed),
    )


def at(job, operation, resource, start, end, *also):
    return Placed(Ref(job, operation), resource, start, end, also)
