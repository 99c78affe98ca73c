"""Several objectives in turn: first as little lateness as can be found, then of the plans as punctual the one with the least set-up, then of
those the one that ends first.

Weights that would rank them in one sum grow past what the solvers hold, so each level is searched with those before it as limits
(lexicographic optimisation by constraints, Isermann 1982). Up to LARGE by the exact solver, which proves each level; beyond, operations
are moved behind others of their family as long as nothing before gets worse.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from time import perf_counter

from gongfang.engines.scheduling.bounds import lower_bound
from gongfang.engines.scheduling.exact import solve_level
from gongfang.engines.scheduling.problem import Level, Objective, ScheduleProblem, ScheduleResult, Status
from gongfang.engines.scheduling.retiming import in_order_of_time, left_shifted, replay
from gongfang.engines.scheduling.shop import Plan, Shop, compile_shop
from gongfang.engines.scheduling.solving import LARGE, Progress, Search, checked, difficulty, search_plan
from gongfang.engines.scheduling.validating import levels_of

LATENESS_SHARE, SETUP_SHARE = 0.55, 0.6
"""Of the time: for lateness; of what is left then: for set-up."""


def solve_in_turn(
    problem: ScheduleProblem, *, seconds: float, workers: int, progress: Progress | None = None
) -> ScheduleResult:  # fmt: skip
    """As `solving.solve` for the objective `on_time`; what earlier levels leave of their time goes to the later ones."""
    search = search_plan(
        replace(problem, objective=Objective.TOTAL_WEIGHTED_TARDINESS), seconds=seconds * LATENESS_SHARE, workers=workers,
        progress=progress,
    )  # fmt: skip
    if isinstance(search, ScheduleResult):
        return search
    assert search.plan is not None
    search.seconds = seconds
    shop, plan = search.shop, left_shifted(search.shop, search.plan)
    late = Decimal(search.bound) / shop.goal.scale
    least = _fewest_changes(shop)
    first = lower_bound(compile_shop(replace(problem, objective=Objective.MAKESPAN)))
    if search.left > 0 and shop.operations:
        if difficulty(shop) <= LARGE:
            plan, least, first = _proved(search, plan, least, first)
        else:
            plan = _regrouped(search, plan)
    spots = checked(problem, shop, plan)
    bounds = (late, Decimal(least), Decimal(first))
    levels = tuple(
        Level(name, value, min(bound, value))
        for name, value, bound in zip(("late", "setup", "end"), levels_of(problem, spots), bounds, strict=True)
    )
    return ScheduleResult(
        Status.OPTIMAL if all(level.is_proved for level in levels) else Status.FEASIBLE, levels[0].value, levels[0].bound,
        perf_counter() - search.began, spots, levels=levels,
    )  # fmt: skip


def _cost(shop: Shop, plan: Plan) -> int:
    return shop.goal.value([spot.end for spot in plan])


def _proved(search: Search, plan: Plan, least: int, first: int) -> tuple[Plan, int, int]:
    """The plan and the bounds of set-up and end, by the exact solver."""
    shop, cost = search.shop, _cost(search.shop, plan)
    stop = lambda: search.stopped  # noqa: E731
    if setup_minutes(shop, plan) > least:
        outcome = solve_level(
            shop, hint=plan, seconds=search.left * SETUP_SHARE, workers=search.workers, most_late=cost, stop=stop
        )
        least = max(least, outcome.bound)
        plan = _better(search, plan, outcome.plan)
    if search.left > 0 and max(spot.end for spot in plan) > first:
        outcome = solve_level(
            shop, hint=plan, seconds=search.left, workers=search.workers, most_late=_cost(shop, plan),
            most_setup=setup_minutes(shop, plan), stop=stop,
        )  # fmt: skip
        first = max(first, outcome.bound)
        plan = _better(search, plan, outcome.plan)
    return plan, least, first


def _better(search: Search, plan: Plan, other: Plan | None) -> Plan:
    """The better of two plans, the levels in turn."""
    if other is None:
        return plan
    other = left_shifted(search.shop, other)
    return other if _rank(search.shop, other) < _rank(search.shop, plan) else plan


def _rank(shop: Shop, plan: Plan) -> tuple[int, int, int]:
    return _cost(shop, plan), setup_minutes(shop, plan), max((spot.end for spot in plan), default=0)


def setup_minutes(shop: Shop, plan: Plan) -> int:
    """Minutes that resources are set up anew in a plan. Cost: O(n log n)."""
    total = 0
    for (resource, _), line in _lines(shop, plan).items():
        table = shop.setups[resource]
        families = [shop.operations[op].family for op in line]
        total += sum(table.get(pair, 0) for pair in pairwise(families))
    return total


def _lines(shop: Shop, plan: Plan) -> dict[tuple[int, int], list[int]]:
    """(resource with set-ups, unit) → the operations it takes, in their order."""
    lines: dict[tuple[int, int], list[int]] = defaultdict(list)
    for op in in_order_of_time(shop, plan):
        mode = shop.operations[op].modes[plan[op].mode]
        for resource, unit in zip(mode.resources, plan[op].units, strict=True):
            if shop.setups[resource] and shop.takes(op, mode, resource):
                lines[resource, unit].append(op)
    return lines


def _fewest_changes(shop: Shop) -> int:
    """Minutes of set-up that no plan can avoid: on a machine of its own each family but the first is changed to once, the cheapest way."""
    total = 0
    for resource, table in enumerate(shop.setups):
        able = [
            (op, {mode.resources[0] for mode in (operation.modes[m] for m in shop.modes_allowed(op))})
            for op, operation in enumerate(shop.operations)
            if any(resource in mode.resources for mode in operation.modes)
        ]
        families = {shop.operations[op].family for op, _ in able}
        bound = all(machines == {resource} for _, machines in able)
        if not table or shop.capacities[resource] > 1 or not bound or -1 in families:
            continue
        changes = [min((table.get((one, to), 0) for one in families if one != to), default=0) for to in families]
        total += sum(changes) - max(changes, default=0)
    return total


def _regrouped(search: Search, plan: Plan) -> Plan:
    """Operations moved behind the one before them of their family, as long as there is time and it helps."""
    shop, best, improved = search.shop, _rank(search.shop, plan), True
    while improved and search.left > 0:
        improved = False
        for order in _moves(shop, plan):
            if search.left <= 0:
                break
            other = replay(shop, plan, order)
            if other is not None and _rank(shop, other) < best:
                plan, best, improved = other, _rank(shop, other), True
                break
    return plan


def _moves(shop: Shop, plan: Plan) -> Iterator[list[int]]:
    """Sequences in which one operation stands right behind the nearest one before it of its family on the same unit."""
    order = in_order_of_time(shop, plan)
    place = {op: number for number, op in enumerate(order)}
    for (resource, _), line in _lines(shop, plan).items():
        table, last = shop.setups[resource], dict[int, int]()
        for before, op in pairwise([-1, *line]):
            family = shop.operations[op].family
            changed = before >= 0 and table.get((shop.operations[before].family, family), 0)
            if changed and family in last:
                target = place[last[family]] + 1
                earliest = max([target, *(place[pred] + 1 for pred in shop.operations[op].preds)])
                if earliest == target and place[op] > target:
                    yield [*order[:target], op, *order[target : place[op]], *order[place[op] + 1 :]]
            last[family] = op
