"""The door of the scheduling engine: a plan at once, a better one with time, and always what is proved about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from threading import Thread
from time import perf_counter

from gongfang.engines.scheduling.assigning import balanced, fixed, with_choice
from gongfang.engines.scheduling.bounds import lower_bound
from gongfang.engines.scheduling.calendars import ALWAYS
from gongfang.engines.scheduling.dispatching import dispatch
from gongfang.engines.scheduling.exact import solve_exactly
from gongfang.engines.scheduling.obstacles import obstacles
from gongfang.engines.scheduling.problem import Objective, Placed, ScheduleProblem, ScheduleResult, Status
from gongfang.engines.scheduling.retiming import left_shifted
from gongfang.engines.scheduling.shop import (
    Goal,
    Plan,
    Shop,
    ShopMode,
    ShopOperation,
    Spot,
    Term,
    compile_shop,
    placed,
)
from gongfang.engines.scheduling.validating import objective_of, violations

SMALL, MIDDLING, LARGE = 120, 500, 1_500
"""Alternatives: up to SMALL the exact solver alone; up to LARGE it has the last word; beyond, it sees stretches only."""
Progress = Callable[[Decimal, Decimal, float], bool]
"""Told (objective, bound, seconds) at every better plan; True asks to stop with what there is."""


class ImpossiblePlan(RuntimeError):
    """The plan found breaks rules of the problem, which the check before it is handed out names: a fault of this engine."""

    def __init__(self, broken: Sequence[str]) -> None:
        super().__init__("a plan that cannot be run: " + "; ".join(broken[:3]))


@dataclass(slots=True)
class Search:
    """The best plan so far and what is proved, in the goal's units."""

    shop: Shop
    began: float
    seconds: float
    workers: int
    plan: Plan | None
    bound: int
    progress: Progress | None
    stopped: bool = False
    told: tuple[int, int] = (1 << 62, 1 << 62)

    @property
    def value(self) -> int | None:
        return None if self.plan is None else self.shop.goal.value([spot.end for spot in self.plan])

    @property
    def left(self) -> float:
        return 0.0 if self.stopped else self.seconds - (perf_counter() - self.began)

    @property
    def proved(self) -> bool:
        return self.value is not None and self.value <= self.bound

    def offer(self, plan: Plan | None) -> None:
        """Keep a plan if it is the first or better."""
        if plan is None:
            return
        if self.value is None or self.shop.goal.value([spot.end for spot in plan]) < self.value:
            self.plan = plan
            self.tell(self.value or 0, self.bound)

    def tell(self, value: int, bound: int) -> bool:
        """Pass on what is better than what was told before; True: stop."""
        bound = max(bound, self.bound)
        if self.progress is not None and (value, -bound) < self.told:
            self.told = (value, -bound)
            scale = self.shop.goal.scale
            figures = (Decimal(value) / scale, Decimal(bound) / scale)
            self.stopped = self.progress(*figures, perf_counter() - self.began) or self.stopped
        return self.stopped


def solve(
    problem: ScheduleProblem, *, seconds: float = 10.0, workers: int = 2, progress: Progress | None = None
) -> ScheduleResult:
    """Plan the problem in about `seconds` (0: the dispatcher alone, whose answer is always the same).

    Every plan returned has passed `validating.violations`. Without pins and with enough open time there always is one.
    """
    if problem.objective is Objective.ON_TIME:
        from gongfang.engines.scheduling.levels import solve_in_turn  # builds on this module

        return solve_in_turn(problem, seconds=seconds, workers=workers, progress=progress)
    found = search_plan(problem, seconds=seconds, workers=workers, progress=progress)
    return found if isinstance(found, ScheduleResult) else _result(problem, found)


def search_plan(
    problem: ScheduleProblem, *, seconds: float, workers: int, progress: Progress | None
) -> Search | ScheduleResult:  # fmt: skip
    """The best plan found and what is proved, in numbers; a result without operations where there is none."""
    began = perf_counter()
    shop = compile_shop(problem)
    reasons = obstacles(problem, shop)
    if reasons:
        return _no_plan(Status.INFEASIBLE, "; ".join(reasons), began)
    search = Search(shop, began, seconds, workers, None, lower_bound(shop), progress)
    search.offer(dispatch(shop))
    impossible = False
    if not search.proved and search.left > 0:
        impossible = _search(search)
    if search.plan is None:
        if impossible:
            return _no_plan(Status.INFEASIBLE, "no plan keeps all pins, releases and open times together", began)
        return _no_plan(Status.UNKNOWN, "no plan was found in the time given; there may be one", began)
    return search


def _search(search: Search) -> bool:
    """Improve until time is over or the best plan is proved. True: it was proved that there is no plan.

    Small problems go to the exact solver at once (job shops come back to it after ten seconds and a while of tabu
    search, which finds what it then proves). What is larger is first made good by a search that never proves
    anything, because the exact solver then has less to look for; the largest never come to it as a whole.
    """
    size, how = difficulty(search.shop), _improver_of(search.shop)
    if search.plan is None:
        return _exactly(search, search.left)
    if size <= SMALL:
        _run(search, "exact", search.left if how == "annealing" else min(search.left, max(10.0, search.left * 0.2)))
        if search.proved or search.left <= 0:
            return False
    if search.left > 1 and any(len(operation.modes) > 1 for operation in search.shop.operations):
        _balance(search)
    proves = "exact" if size <= LARGE else "windows"
    compiling = _compile(how)
    while compiling.is_alive() and not search.proved and search.left > 2:
        _run(search, proves, max(2.0, search.left * 0.25))
    if not compiling.is_alive():
        _run(search, how, search.left * (0.15 if size <= SMALL else _SHARES[how][0 if size <= MIDDLING else 1]))
    _run(search, proves, search.left)
    return False


def _improver_of(shop: Shop) -> str:
    """The search that does best with such a shop."""
    if shop.is_plain:
        return "tabu"
    return "flexible" if shop.is_flexible else "annealing"


def _balance(search: Search) -> None:
    """Begin again from machines that are evenly loaded: in order by the rules, then, in plain shops, by tabu search."""
    modes = balanced(search.shop, min(3.0, search.left * 0.06))
    if modes is None:
        return
    shop = fixed(search.shop, modes)
    plan = dispatch(shop)
    if plan is None:
        return
    search.offer(with_choice(plan, modes))
    if shop.is_plain and len(plan) > MIDDLING and search.left > 0:
        plan = _improver("tabu")(shop, plan, seconds=search.left * 0.1, workers=search.workers, floor=search.bound)
        search.offer(with_choice(plan, modes))


_SHARES = {"tabu": (0.6, 0.85), "flexible": (0.8, 0.85), "annealing": (0.65, 0.75)}
"""Part of the time for the search that only improves: middling problems, larger ones."""


def _run(search: Search, how: str, seconds: float) -> None:
    if search.proved or seconds <= 0:
        return
    if how == "exact":
        _exactly(search, seconds)
    else:
        _improve(search, how, seconds)


def _compile(how: str) -> Thread:
    """Load the compiled search, or compile it where that was never done here (about ten seconds), beside other work."""
    operation = ShopOperation((ShopMode((0,), 1, ALWAYS),), (), 0, -1, True)
    goal = Goal(True, (Term(((0, 0),), 0, 1), Term(((1, 0),), 0, 1)))
    tiny = Shop((operation, operation), (1,), (ALWAYS,), ({},), {}, goal)
    plan = [Spot(0, 0, 1, (0,)), Spot(0, 1, 2, (0,))]
    thread = Thread(target=lambda: _improver(how)(tiny, plan, seconds=0, workers=1, floor=0))
    thread.start()
    thread.join(1.5)
    return thread


def difficulty(shop: Shop) -> int:
    """Alternatives in all, with those on resources with set-ups counted as the pairs that the exact model needs."""
    uses = [0] * len(shop.capacities)
    for operation in shop.operations:
        for mode in operation.modes:
            for resource in mode.resources:
                uses[resource] += 1
    pairs = sum(count * count * capacity for count, capacity, table in zip(uses, shop.capacities, shop.setups) if table)
    return sum(len(operation.modes) for operation in shop.operations) + pairs // 20


def _improve(search: Search, how: str, seconds: float) -> None:
    """Run one of the searches that only improve. They are loaded when they are first needed."""
    assert search.plan is not None
    plan = _improver(how)(
        search.shop,
        search.plan,
        seconds=seconds,
        workers=search.workers,
        floor=search.bound,
        watch=lambda value: search.tell(value, search.bound),
    )
    search.offer(plan)


def _improver(how: str) -> Callable[..., Plan]:
    if how == "tabu":
        from gongfang.engines.scheduling import tabu

        return tabu.improve
    if how == "flexible":
        from gongfang.engines.scheduling import flexible

        return flexible.improve
    if how == "annealing":
        from gongfang.engines.scheduling import annealing

        return annealing.improve
    from gongfang.engines.scheduling import windows

    return windows.improve


def _exactly(search: Search, seconds: float) -> bool:
    outcome = solve_exactly(
        search.shop,
        hint=search.plan,
        seconds=seconds,
        workers=search.workers,
        floor=search.bound,
        watch=search.tell,
    )
    search.bound = max(search.bound, outcome.bound)
    if outcome.plan is not None:
        search.offer(outcome.plan)
    return outcome.status is Status.INFEASIBLE


def checked(problem: ScheduleProblem, shop: Shop, plan: Plan) -> tuple[Placed, ...]:
    """A plan in the planner's names, everything as early as its sequence allows. Raises ImpossiblePlan."""
    spots = placed(problem, left_shifted(shop, plan))
    broken = violations(problem, spots)
    if broken:
        raise ImpossiblePlan(broken)
    return spots


def _result(problem: ScheduleProblem, search: Search) -> ScheduleResult:
    assert search.plan is not None
    spots = checked(problem, search.shop, search.plan)
    objective = objective_of(problem, spots)
    bound = min(objective, Decimal(search.bound) / search.shop.goal.scale)
    return ScheduleResult(
        status=Status.OPTIMAL if bound == objective else Status.FEASIBLE,
        objective=objective,
        bound=bound,
        seconds=perf_counter() - search.began,
        operations=spots,
    )


def _no_plan(status: Status, message: str, began: float) -> ScheduleResult:
    return ScheduleResult(status, None, None, perf_counter() - began, (), message)
