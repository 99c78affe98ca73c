"""What no plan can beat, told without a solver: the work behind each operation and the load of each resource."""

from collections import defaultdict
from collections.abc import Sequence
from heapq import heappop, heappush

from gongfang.engines.scheduling.calendars import ALWAYS, Calendar
from gongfang.engines.scheduling.shop import Shop

NOT_COUNTED = -(1 << 60)  # tail of an operation that no term of the objective waits for


def earliest_ends(shop: Shop) -> list[int | None]:
    """When each operation could end if no other one stood in its way; None: it, or one before it, can never run.

    Cost: O(n x modes x log windows).
    """
    ends: list[int | None] = [None] * len(shop.operations)
    for op in shop.topological():
        operation = shop.operations[op]
        before = [ends[pred] for pred in operation.preds]
        known = [end for end in before if end is not None]
        if len(known) == len(before):
            ends[op] = _earliest_end(shop, op, max([operation.release, *known]))
    return ends


def _earliest_end(shop: Shop, op: int, ready: int) -> int | None:
    operation = shop.operations[op]
    if op in shop.pinned:
        ready = max(ready, shop.pinned[op][1])
    modes = [operation.modes[m] for m in shop.modes_allowed(op)]
    slots = [mode.calendar.place(ready, mode.duration, operation.interruptible) for mode in modes]
    return min((slot[1] for slot in slots if slot is not None), default=None)


def bound_to(shop: Shop) -> dict[int, list[tuple[int, int]]]:
    """Resource -> (operation, fewest minutes there) of those operations that have to run on it whatever the mode."""
    result: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for op, operation in enumerate(shop.operations):
        modes = [operation.modes[m] for m in shop.modes_allowed(op)]
        for resource in set(modes[0].resources).intersection(*(mode.resources for mode in modes)):
            result[resource].append((op, min(mode.duration for mode in modes)))
    return result


def lower_bound(shop: Shop) -> int:
    """A figure that no plan can go under, in the goal's units. Every operation must be able to run. Cost: O(n log n).

    Each job alone; and for the largest-of objectives the operations that only one resource can run, preemption allowed.
    """
    ends = [end for end in earliest_ends(shop) if end is not None]
    assert len(ends) == len(shop.operations)
    bound = shop.goal.value(ends)
    if not shop.goal.largest or not shop.goal.terms:
        return bound
    tails = _tails(shop)
    for resource, operations in bound_to(shop).items():
        counted = [(op, minutes) for op, minutes in operations if tails[op] > NOT_COUNTED]
        work = [(_ready(shop, op, ends), minutes, tails[op]) for op, minutes in counted]
        if work:
            bound = max(bound, _one_resource(work, shop.capacities[resource], shop.calendars[resource]))
    return max(bound, _all_resources(shop, ends, tails))


def _all_resources(shop: Shop, ends: Sequence[int], tails: Sequence[int]) -> int:
    """As if all machines were units of one, always open: what alternatives cannot escape either."""
    machines = {mode.resources[0] for operation in shop.operations for mode in operation.modes}
    work = []
    for op, operation in enumerate(shop.operations):
        if tails[op] > NOT_COUNTED:
            minutes = min(operation.modes[m].duration for m in shop.modes_allowed(op))
            work.append((_ready(shop, op, ends), minutes, tails[op]))
    if not work:
        return NOT_COUNTED
    return _one_resource(work, sum(shop.capacities[machine] for machine in machines), ALWAYS)


def _ready(shop: Shop, op: int, ends: Sequence[int]) -> int:
    return max([shop.operations[op].release, *(ends[pred] for pred in shop.operations[op].preds)])


def _tails(shop: Shop) -> list[int]:
    """Minutes of work behind each operation, less the due date it leads to."""
    tails = [NOT_COUNTED] * len(shop.operations)
    for term in shop.goal.terms:
        for op, after in term.ends:
            tails[op] = max(tails[op], after - (term.due or 0))
    minutes = [min(op.modes[m].duration for m in shop.modes_allowed(i)) for i, op in enumerate(shop.operations)]
    successors = shop.successors
    for op in reversed(shop.topological()):
        for after in successors[op]:
            if tails[after] > NOT_COUNTED:
                tails[op] = max(tails[op], tails[after] + minutes[after])
    return tails


def _one_resource(work: Sequence[tuple[int, int, int]], capacity: int, calendar: Calendar) -> int:
    """Smallest possible largest (end + tail) of (head, minutes, tail) on one resource, its open time counted alone.

    One unit: Jackson's preemptive schedule, longest tail first (Carlier 1982). More units: the load shared evenly.
    """
    heads = [calendar.open_before(head) for head, _, _ in work]
    if capacity > 1:
        load = -(-sum(minutes for _, minutes, _ in work) // capacity)
        return _moment(calendar, min(heads) + load) + min(tail for _, _, tail in work)
    order = sorted(range(len(work)), key=lambda index: heads[index])
    waiting: list[tuple[int, int]] = []
    now, following, bound = 0, 0, NOT_COUNTED
    while waiting or following < len(order):
        if not waiting:
            now = max(now, heads[order[following]])
        while following < len(order) and heads[order[following]] <= now:
            _, minutes, tail = work[order[following]]
            heappush(waiting, (-tail, minutes))
            following += 1
        tail, minutes = heappop(waiting)
        until = heads[order[following]] if following < len(order) else now + minutes
        if now + minutes <= until:
            now += minutes
            bound = max(bound, _moment(calendar, now) - tail)
        else:
            heappush(waiting, (tail, minutes - until + now))
            now = until
    return bound


def _moment(calendar: Calendar, worked: int) -> int:
    """When so many open minutes have passed; the last moment there is, where the calendar has no more."""
    if calendar.begins is None or worked == 0:
        return worked
    return calendar.moment(worked) or calendar.ends[-1]
