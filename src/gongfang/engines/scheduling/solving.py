"""The door of the scheduling engine: a plan at once, a better one with time, and always what is proved about it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter

from gongfang.engines.scheduling import windows
from gongfang.engines.scheduling.bounds import lower_bound
from gongfang.engines.scheduling.dispatching import dispatch
from gongfang.engines.scheduling.exact import solve_exactly
from gongfang.engines.scheduling.obstacles import obstacles
from gongfang.engines.scheduling.problem import ScheduleProblem, ScheduleResult, Status
from gongfang.engines.scheduling.retiming import left_shifted
from gongfang.engines.scheduling.shop import Plan, Shop, compile_shop, placed
from gongfang.engines.scheduling.validating import objective_of, violations

EXACT_MODES = 1_500  # up to so many alternatives the whole problem goes to the exact solver
Progress = Callable[[Decimal, Decimal, float], bool]
"""Told (objective, bound, seconds) at every better plan; True asks to stop with what there is."""


@dataclass(slots=True)
class _Search:
    """The best plan so far and what is proved, in the goal's units."""

    shop: Shop
    began: float
    seconds: float
    workers: int
    plan: Plan | None
    bound: int
    progress: Progress | None
    stopped: bool = False

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
        if self.progress is not None:
            scale = self.shop.goal.scale
            told = (Decimal(value) / scale, Decimal(max(bound, self.bound)) / scale)
            self.stopped = self.progress(*told, perf_counter() - self.began) or self.stopped
        return self.stopped


def solve(
    problem: ScheduleProblem, *, seconds: float = 10.0, workers: int = 2, progress: Progress | None = None
) -> ScheduleResult:
    """Plan the problem in about `seconds` (0: the dispatcher alone, whose answer is always the same).

    Every plan returned has passed `validating.violations`. Without pins and with enough open time there always is one.
    """
    began = perf_counter()
    shop = compile_shop(problem)
    reasons = obstacles(problem, shop)
    if reasons:
        return _no_plan(Status.INFEASIBLE, "; ".join(reasons), began)
    search = _Search(shop, began, seconds, workers, None, lower_bound(shop), progress)
    search.offer(dispatch(shop))
    impossible = False
    if not search.proved and search.left > 0:
        impossible = _search(search)
    if search.plan is None:
        if impossible:
            return _no_plan(Status.INFEASIBLE, "no plan keeps all pins, releases and open times together", began)
        return _no_plan(Status.UNKNOWN, "no plan was found in the time given; there may be one", began)
    return _result(problem, search)


def _search(search: _Search) -> bool:
    """Improve until time is over or the best plan is proved. True: it was proved that there is no plan."""
    modes = sum(len(operation.modes) for operation in search.shop.operations)
    if search.plan is None or modes <= EXACT_MODES:
        if search.plan is not None and modes > EXACT_MODES // 3:
            _by_windows(search, search.left * 0.6)
        if not search.proved and search.left > 0:
            return _exactly(search, search.left)
    else:
        _by_windows(search, search.left)
    return False


def _by_windows(search: _Search, seconds: float) -> None:
    assert search.plan is not None
    search.offer(
        windows.improve(
            search.shop,
            search.plan,
            seconds=seconds,
            workers=search.workers,
            floor=search.bound,
            watch=lambda value: search.tell(value, search.bound),
        )
    )


def _exactly(search: _Search, seconds: float) -> bool:
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


def _result(problem: ScheduleProblem, search: _Search) -> ScheduleResult:
    assert search.plan is not None
    spots = placed(problem, left_shifted(search.shop, search.plan))
    broken = violations(problem, spots)
    assert not broken, f"a plan that cannot be run: {broken[:3]}"
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
