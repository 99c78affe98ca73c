"""Large problems: solve one stretch of the plan after the other exactly, and keep what makes the whole plan better.

A neighbourhood is the operations that start within one stretch of time. Those before stay where they are; those after
keep their order and move up or back with it. Source: rolling-horizon decomposition, e.g. Singer (2001), Computers &
Operations Research 28; large neighbourhood search, Shaw (1998).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from time import perf_counter

from gongfang.engines.scheduling.calendars import ALWAYS
from gongfang.engines.scheduling.exact import Queue, solve_exactly
from gongfang.engines.scheduling.problem import Status
from gongfang.engines.scheduling.retiming import in_order_of_time, left_shifted, replay
from gongfang.engines.scheduling.rounds import Watcher
from gongfang.engines.scheduling.shop import Goal, Plan, Shop, ShopMode, ShopOperation, Spot, Term

SMALLEST, LARGEST = 30, 400  # operations in one stretch
SECONDS_EACH = 2.0


@dataclass(frozen=True, slots=True)
class _Stretch:
    """free: operations to be planned anew; later: those behind them, in the order they keep."""

    before: Sequence[int]
    free: Sequence[int]
    later: Sequence[int]


def improve(shop: Shop, plan: Plan, *, seconds: float, workers: int, floor: int, watch: Watcher | None = None) -> Plan:
    """Make a plan better for `seconds`, stretch by stretch; never worse. Seeded, but what is reached depends on the clock."""
    deadline = perf_counter() + seconds
    rng = Random(7)
    best = left_shifted(shop, plan)
    value = _value(shop, best)
    size, place = 80, 0
    while perf_counter() < deadline and value > floor:
        order = in_order_of_time(shop, best)
        size = min(size, len(order))
        if place >= len(order) - size // 3:
            place = rng.randrange(0, max(1, size // 2))  # the next round cuts elsewhere
        stretch = _Stretch(order[:place], order[place : place + size], order[place + size :])
        limit = min(SECONDS_EACH, deadline - perf_counter())
        proven, found = _solve_stretch(shop, best, stretch, limit, workers)
        if found is not None and _value(shop, found) <= value:
            best, value = found, _value(shop, found)
        place += max(1, size // 2)
        size = min(LARGEST, size + size // 8) if proven else max(SMALLEST, size - size // 6)
        if watch is not None and watch(value):
            break
    return best


def _value(shop: Shop, plan: Plan) -> int:
    return shop.goal.value([spot.end for spot in plan])


def _solve_stretch(shop: Shop, plan: Plan, stretch: _Stretch, seconds: float, workers: int) -> tuple[bool, Plan | None]:
    """(was it solved to the end, the whole plan with the stretch planned anew or None)."""
    part, hint, queues = _part(shop, plan, stretch)
    begin, end = min(plan[op].start for op in stretch.free), max(spot.end for spot in hint)
    outcome = solve_exactly(
        part,
        hint=hint,
        seconds=seconds,
        workers=workers,
        floor=-(1 << 60),
        queues=queues,
        horizon=2 * end - begin,
    )
    if outcome.plan is None:
        return False, None
    inner = left_shifted(part, outcome.plan)
    whole = list(plan)
    for number, op in enumerate(stretch.free):
        whole[op] = inner[number]
    free = sorted(range(len(stretch.free)), key=lambda number: in_order_of_time(part, inner).index(number))
    order = [*stretch.before, *(stretch.free[number] for number in free), *stretch.later]
    return outcome.status is Status.OPTIMAL, replay(shop, whole, order)


def _part(shop: Shop, plan: Plan, stretch: _Stretch) -> tuple[Shop, Plan, dict[int, Queue]]:
    """The stretch as a problem of its own: free operations first, then what blocks its units before and after."""
    number = {op: place for place, op in enumerate(stretch.free)}
    begin = min(plan[op].start for op in stretch.free)  # what starts before it is not all in the part
    operations, spots = [], []
    for op in stretch.free:
        operation = shop.operations[op]
        outside = [plan[pred].end for pred in operation.preds if pred not in number]
        inside = tuple(number[pred] for pred in operation.preds if pred in number)
        operations.append(replace(operation, preds=inside, release=max([begin, operation.release, *outside])))
        spots.append(plan[op])
    pinned = {number[op]: shop.pinned[op] for op in stretch.free if op in shop.pinned}
    for op, resource, unit in _blocks(shop, plan, stretch):
        spot = plan[op]
        pinned[len(operations)] = (resource, spot.start)
        mode = ShopMode((resource,), spot.end - spot.start, ALWAYS)
        operations.append(ShopOperation((mode,), (), 0, shop.operations[op].family, True))
        spots.append(Spot(0, spot.start, spot.end, (unit,)))
    goal, queues = _goal(shop, plan, stretch, number)
    part = Shop(tuple(operations), shop.capacities, shop.calendars, shop.setups, pinned, goal)
    return part, spots, queues


def _blocks(shop: Shop, plan: Plan, stretch: _Stretch) -> list[tuple[int, int, int]]:
    """(operation, resource, unit): the last one on every unit before the stretch, and pinned ones after it."""
    last: dict[tuple[int, int], int] = {}
    for op in stretch.before:
        for key in zip(shop.operations[op].modes[plan[op].mode].resources, plan[op].units):
            last[key] = op
    begin = min((plan[op].start for op in stretch.free), default=0)
    result = [
        (op, resource, unit)
        for (resource, unit), op in sorted(last.items())
        if plan[op].end > begin or shop.setups[resource]
    ]
    for op in stretch.later:
        if op in shop.pinned:
            keys = zip(shop.operations[op].modes[plan[op].mode].resources, plan[op].units)
            result.extend((op, resource, unit) for resource, unit in keys)
    return result


def _goal(shop: Shop, plan: Plan, stretch: _Stretch, number: dict[int, int]) -> tuple[Goal, dict[int, Queue]]:
    """What a good stretch is: early enough for the jobs in it, and for what waits behind it on the machines."""
    if shop.goal.largest:
        return _goal_largest(shop, plan, stretch, number)
    return _goal_sum(shop, plan, stretch, number)


def _goal_largest(shop: Shop, plan: Plan, stretch: _Stretch, number: dict[int, int]) -> tuple[Goal, dict[int, Queue]]:
    """Tails: the longest way from the end of an operation to the end of a job, through the order kept behind it."""
    after: dict[int, int] = {}  # by operation: the longest way from its end, dates taken off; missing: none
    for term in shop.goal.terms:
        for op, tail in term.ends:
            after[op] = max(after.get(op, -(1 << 60)), tail - (term.due or 0))
    successors = shop.successors
    first: dict[tuple[int, int], int] = {}  # by unit: the longest way from the start of what comes next on it
    for op in reversed(stretch.later):
        spot = plan[op]
        keys = list(zip(shop.operations[op].modes[spot.mode].resources, spot.units))
        ways = [after[op]] if op in after else []
        ways += [after[succ] + plan[succ].end - plan[succ].start for succ in successors[op] if succ in after]
        ways += [first[key] for key in keys if key in first]
        if ways:
            after[op] = max(ways)
            for key in keys:
                first[key] = after[op] + spot.end - spot.start
    terms = []
    for op in stretch.free:
        ways = [after[op]] if op in after else []
        ways += [after[s] + plan[s].end - plan[s].start for s in successors[op] if s in after and s not in number]
        if ways:
            terms.append(Term(((number[op], max(ways)),), 0, 1))
    queues: dict[int, Queue] = {}
    for resource, capacity in enumerate(shop.capacities):
        tails = sorted((way for (r, _), way in first.items() if r == resource), reverse=True)
        if len(tails) >= capacity:
            queues[resource] = Queue(tails[capacity - 1], 0, _changes(shop, plan, stretch, resource))
    return Goal(True, tuple(terms)), queues


def _goal_sum(shop: Shop, plan: Plan, stretch: _Stretch, number: dict[int, int]) -> tuple[Goal, dict[int, Queue]]:
    """A job done later than the stretch keeps the time it now takes from there; a machine handed over late costs too."""
    last = _last_inside(shop, plan, stretch)
    terms = []
    for place, term in enumerate(shop.goal.terms):
        done = max(plan[op].end + tail for op, tail in term.ends)
        inside = tuple((number[op], done - plan[op].end) for op in last.get(place, ()))
        if inside:
            terms.append(Term(inside, term.due, term.weight * 4))
    late = _lateness_weight(shop, plan)
    behind: dict[int, int] = {}
    begins: dict[int, int] = {}
    for op in stretch.later:
        for resource in shop.operations[op].modes[plan[op].mode].resources:
            begins.setdefault(resource, plan[op].start)
            behind[resource] = behind.get(resource, 0) + late[op]
    for op in stretch.later:
        resource = shop.operations[op].modes[plan[op].mode].resources[0]
        for pred in shop.operations[op].preds:
            if pred in number and behind.get(resource):
                # what follows keeps its place in line: pushing it back pushes all behind it on its machine
                terms.append(Term(((number[pred], 0),), plan[op].start, behind[resource]))
    queues = {
        resource: Queue(begins[resource], behind[resource], _changes(shop, plan, stretch, resource))
        for resource in begins
        if shop.capacities[resource] == 1 and behind[resource]
    }
    return Goal(False, tuple(terms)), queues


def _changes(shop: Shop, plan: Plan, stretch: _Stretch, resource: int) -> dict[int, int]:
    """Set-up minutes before the next operation on a resource of one unit, by the family of the one before it."""
    if not shop.setups[resource] or shop.capacities[resource] > 1:
        return {}
    following = (op for op in stretch.later if resource in shop.operations[op].modes[plan[op].mode].resources)
    family = shop.operations[next(following)].family
    return {before: minutes for (before, after), minutes in shop.setups[resource].items() if after == family}


def _last_inside(shop: Shop, plan: Plan, stretch: _Stretch) -> dict[int, list[int]]:
    """By term: its operations in the stretch that no other operation of the term in the stretch waits for."""
    term_of = _terms_of(shop)
    inside = set(stretch.free)
    waited = {pred for op in stretch.free for pred in shop.operations[op].preds if pred in inside}
    result: dict[int, list[int]] = {}
    for op in stretch.free:
        if op not in waited:
            for place in term_of[op]:
                result.setdefault(place, []).append(op)
    return result


def _terms_of(shop: Shop) -> list[tuple[int, ...]]:
    """By operation: the terms of the objective that wait for it, directly or through others."""
    result: list[set[int]] = [set() for _ in shop.operations]
    for place, term in enumerate(shop.goal.terms):
        for op, _ in term.ends:
            result[op].add(place)
    for op in reversed(shop.topological()):
        for pred in shop.operations[op].preds:
            result[pred] |= result[op]
    return [tuple(sorted(places)) for places in result]


def _lateness_weight(shop: Shop, plan: Plan) -> list[int]:
    """By operation: what one more minute of its jobs costs now (a quarter of it counts: 4 in the terms, 1 here)."""
    slope = []
    for term in shop.goal.terms:
        done = max(plan[op].end + tail for op, tail in term.ends)
        slope.append(term.weight if term.due is None or done >= term.due else 0)
    return [sum(slope[place] for place in places) for places in _terms_of(shop)]
