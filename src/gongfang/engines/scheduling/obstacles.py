"""Why there can be no plan, in words a planner can act upon."""

from collections.abc import Iterator

from gongfang.engines.scheduling.bounds import bound_to, earliest_ends
from gongfang.engines.scheduling.problem import Fixed, Placed, Ref, ScheduleProblem
from gongfang.engines.scheduling.shop import Shop
from gongfang.engines.scheduling.validating import violations


def obstacles(problem: ScheduleProblem, shop: Shop) -> list[str]:
    """Reasons that need no search: what is fixed contradicts itself, or open time cannot hold an operation or a load.

    An empty list does not mean that there is a plan.
    """
    return [*_too_little_time(problem, shop), *_pins(problem)]


def _too_little_time(problem: ScheduleProblem, shop: Shop) -> Iterator[str]:
    refs = [Ref(job.id, operation.id) for job, operation in problem.operations()]
    ends = earliest_ends(shop)
    for op, end in enumerate(ends):
        if end is None and all(ends[pred] is not None for pred in shop.operations[op].preds):
            names = sorted({problem.resources[mode.resources[0]].id for mode in shop.operations[op].modes})
            whole = "" if shop.operations[op].interruptible else " in one piece"
            yield f"{refs[op]} finds no open time long enough{whole} on {', '.join(names)} after it could start"
    for resource, operations in sorted(bound_to(shop).items()):
        windows = shop.calendars[resource].windows
        if windows is None:
            continue
        opened = sum(end - begin for begin, end in windows) * shop.capacities[resource]
        needed = sum(minutes for _, minutes in operations)
        if needed > opened:
            yield f"{problem.resources[resource].id} is open {opened} minutes in all; {needed} are needed"


def _pins(problem: ScheduleProblem) -> Iterator[str]:
    """What is fixed, taken alone, must be a possible plan for some choice of modes: here the shortest on its resource."""
    if not problem.fixed:
        return
    operations = {Ref(job.id, op.id): op for job, op in problem.operations()}
    resources = {resource.id: resource for resource in problem.resources}
    spots = []
    for pin in problem.fixed:
        modes = [mode for mode in operations[pin.ref].modes if mode.resource == pin.resource]
        if len(modes) != 1 or modes[0].also:
            continue  # more than one way to run it: left to the search
        spots.append((pin, modes[0].duration, resources[pin.resource].open))
    known = [_placed(pin, duration, windows, operations[pin.ref].interruptible) for pin, duration, windows in spots]
    yield from violations(problem, known, only=frozenset(spot.ref for spot in known))


def _placed(pin: Fixed, duration: int, windows: tuple[tuple[int, int], ...] | None, interruptible: bool) -> Placed:
    """The pinned operation with the end it would have, even where its start is not allowed."""
    end = pin.start + duration
    if windows is not None and duration and interruptible:
        left, moment = duration, pin.start
        for begin, close in windows:
            if left and close > moment:
                moment = max(moment, begin)
                step = min(left, close - moment)
                left, moment, end = left - step, moment + step, moment + step
    return Placed(pin.ref, pin.resource, pin.start, end)
