"""Run MRP: read a snapshot, solve it, keep the plan. Two runs at once are one run."""

import contextlib
import time
import uuid
from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.planning.models import PlanRun, Scenario
from gongfang.planning.queries import current_run
from gongfang.planning.services.netchange import Lot, recall, remember, set_aside, why_no_net_change
from gongfang.planning.services.scenarios import locked_scenario
from gongfang.planning.services.within import keep
from gongfang.platform.bulk import much_cached
from gongfang.platform.identity.models import User
from gongfang.platform.process_locks import held, is_held
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import verb

KEEP_RUNS = 3
JOB = "planning.run_mrp"
QUEUED_TOO_LONG = timedelta(hours=1)
TAKEN_UP = timedelta(seconds=30)  # from the worker's taking the task to its holding the run's lock
SINGLE_FLIGHT = 726_301  # an arbitrary number: the advisory lock under which a run begins
HORIZON_DAYS = 120
WITHIN_AT_MOST = 20_000  # planned orders: some seconds


@verb("planning.run_mrp", N_("Run MRP"), roles=("planner", "owner", "supervisor"))
def start_mrp(
    *, actor: User, request_id: uuid.UUID, horizon_days: int = HORIZON_DAYS, net_change: bool = False
) -> PlanRun:  # fmt: skip
    """Queue an MRP run and return it; while one is running, that one is returned. net_change: begin with the live plan.

    Raises DomainError: no_plan, plan_of_another_day, plan_not_kept where that cannot be.
    """
    if net_change:
        refuse_if(why_no_net_change(current_run()), Kind.CONFLICT)
    return _queued(actor, int(horizon_days), None, PlanRun.Kind.NET_CHANGE if net_change else PlanRun.Kind.REGENERATIVE)


@verb("planning.run_scenario", N_("Plan the scenario"), roles=("planner", "owner", "supervisor"))
def start_scenario(
    *, actor: User, request_id: uuid.UUID, scenario_id: int, horizon_days: int = HORIZON_DAYS
) -> PlanRun:
    """Queue a run of a what-if beside the live plan; while it is running, that one is returned. Nothing else is changed."""
    return _queued(actor, int(horizon_days), locked_scenario(scenario_id))


def _queued(
    actor: User, horizon_days: int, scenario: Scenario | None, kind: str = PlanRun.Kind.REGENERATIVE
) -> PlanRun:
    if not 1 <= horizon_days <= 1000:
        raise DomainError(Problem("bad_horizon", "The horizon is 1 to 1,000 days.", where="horizon_days"))
    run, is_new = _begin(actor, timezone.localdate(), horizon_days, scenario, kind)
    if is_new:
        start(JOB, actor=actor, run_id=run.pk)
    return run


def _give_up(run_id: int) -> None:
    """A run that ended without a plan does not say that it is going on."""
    going_on = PlanRun.objects.filter(pk=run_id, state=PlanRun.State.RUNNING)
    going_on.update(state=PlanRun.State.FAILED, ended_at=timezone.now())


@job(JOB, N_("MRP run"), given_up=_give_up)
def run_mrp(progress: Progress, *, actor: User | None, run_id: int) -> dict[str, Any]:
    """Work a queued run off."""
    run = PlanRun.objects.select_related("scenario").get(pk=run_id)
    with held(_lock_of(run)) as is_mine:
        return plan_into(run, progress, within=True) if is_mine and run.state == PlanRun.State.RUNNING else {}


def plan_now(
    *, actor: User | None, today: date | None = None, horizon_days: int = HORIZON_DAYS, scenario: Scenario | None = None,
    kind: str = PlanRun.Kind.REGENERATIVE,
) -> PlanRun:  # fmt: skip
    """Run MRP in this process and return the finished run (command line, simulator, tests)."""
    with contextlib.ExitStack() as stack:
        with transaction.atomic():
            run, is_new = _begin(actor, today or timezone.localdate(), horizon_days, scenario, kind)
            if not is_new:
                raise DomainError(Problem("run_going_on", "MRP is running already; wait for it."), Kind.CONFLICT)
            stack.enter_context(held(_lock_of(run)))  # before others see the run
        plan_into(run, Progress())
    return run


def _begin(
    actor: User | None, today: date, horizon_days: int, scenario: Scenario | None = None, kind: str = PlanRun.Kind.REGENERATIVE
) -> tuple[PlanRun, bool]:  # fmt: skip
    """Under a lock: the run that is going on, or a new one. A run whose process died does not count."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SINGLE_FLIGHT])
    for running in PlanRun.objects.filter(state=PlanRun.State.RUNNING, scenario=scenario).order_by("pk"):
        if _is_going_on(running):
            return running, False
        PlanRun.objects.filter(pk=running.pk, state=PlanRun.State.RUNNING).update(
            state=PlanRun.State.FAILED, ended_at=timezone.now()
        )
    run = PlanRun.objects.create(today=today, horizon_days=horizon_days, started_by=actor, scenario=scenario, kind=kind)
    return run, True


def _lock_of(run: PlanRun) -> str:
    return f"plan-run-{run.pk}"


def _is_going_on(run: PlanRun) -> bool:
    """Whether a living process works on the run, or a worker is about to take it."""
    if is_held(_lock_of(run)):
        return True
    now = timezone.now()
    waiting = Q(state=TaskRun.State.QUEUED, created_at__gt=now - QUEUED_TOO_LONG)
    taken = Q(state=TaskRun.State.RUNNING, started_at__gt=now - TAKEN_UP)
    return TaskRun.objects.filter(waiting | taken, job=JOB, arguments={"run_id": run.pk}).exists()


def plan_into(run: PlanRun, progress: Progress, *, within: bool = False) -> dict[str, Any]:
    """Plan and keep. The writing is one transaction: the plan before stays current until this one is whole.

    within: also promise the demands of a live run within the hours of the work centres, where it has not too many orders.
    """
    try:
        return _plan_into(run, progress, within)
    except BaseException:
        PlanRun.objects.filter(pk=run.pk).update(state=PlanRun.State.FAILED, ended_at=timezone.now())
        raise


def _plan_into(run: PlanRun, progress: Progress, within: bool) -> dict[str, Any]:
    # The engine (numba) takes seconds to load: only a process that plans pays for it, no page and no other command.
    from gongfang.planning import snapshot, solving, storage, summing
    from gongfang.planning.outlook import Changes

    clock = time.perf_counter()
    changes = Changes.of(run.scenario.changes.select_related("scenario")) if run.scenario else None
    seen = snapshot.take(run.today, run.horizon_days, changes)
    loaded = time.perf_counter()
    progress.tell(30, 100, N_("Reading orders, stock and structure"))
    before, aside = recall() if run.kind == PlanRun.Kind.NET_CHANGE else (None, Counter[Lot]())
    found = solving.solved_from(seen, before)
    seen, plan = found.seen, found.plan
    late = _late(run, changes, seen, plan)
    solved = time.perf_counter()
    promised = _within(run, seen, plan) if within else None
    hours = time.perf_counter()
    progress.tell(50, 100, N_("Writing the plan"))
    packed = storage.packed_items(run, seen, plan)
    with much_cached(), transaction.atomic():
        storage.store(run, seen, plan, packed)
        run.summary = summing.summary(seen, plan) | late
        _changed(run, found, aside)
        if promised is not None:
            keep(run, promised)
        run.state, run.ended_at = PlanRun.State.DONE, timezone.now()
        if run.scenario is None:
            PlanRun.objects.filter(is_current=True).update(is_current=False)
            run.is_current = True
        run.item_count, run.demand_count, run.supply_count = len(seen.item_ids), len(seen.demands), len(seen.supplies)
        run.order_count, run.exception_count, run.fault_count = len(plan.orders), len(plan.exceptions), len(seen.faults)
        run.timings = {
            "load": round(loaded - clock, 3), "solve": round(solved - loaded, 3), "write": round(time.perf_counter() - hours, 3),
        } | ({"hours": round(hours - solved, 3)} if promised is not None else {})  # fmt: skip
        run.save()
        _forget_old(run)
    progress.tell(100, 100)
    return {"run": run.pk, "suggestions": run.order_count, "exceptions": run.exception_count}


def _changed(run: PlanRun, solved: Any, aside: Counter[Lot]) -> None:
    """What a net change changed; what a live run leaves for the next one."""
    if run.kind == PlanRun.Kind.NET_CHANGE and solved.replanned is None:
        run.kind = PlanRun.Kind.FALLEN_BACK
    elif run.kind == PlanRun.Kind.NET_CHANGE:
        seen = solved.seen
        changed = {(seen.item_ids[row], seen.plants[row]) for row in solved.replanned}
        run.changed_count = len(changed)
        set_aside(run, aside, changed)
    if run.scenario is None:
        remember(run, solved.plan)


def _within(run: PlanRun, seen: Any, plan: Any) -> Any:
    """Promises within the hours; None of a what-if, of a plan too large to wait for, and where hours are out of range."""
    if run.scenario is not None or len(plan.orders) > WITHIN_AT_MOST:
        return None
    from gongfang.engines.formats import FormatError
    from gongfang.planning import finite

    try:
        return finite.within_hours(seen, plan, run.today)
    except FormatError:
        return None


def _late(run: PlanRun, changes: Any, seen: Any, plan: Any) -> dict[str, Any]:
    """Of a what-if that changes capacity: who would be late within the hours, in it and as things are now."""
    if changes is None or not changes.capacity:
        return {}
    from gongfang.planning import finite, snapshot, solving

    now, live = solving.solved(snapshot.take(run.today, run.horizon_days))
    return {
        "late_live": finite.late_within_hours(now, live, run.today),
        "late_here": finite.late_within_hours(seen, plan, run.today, changes.capacity),
    }


def _forget_old(run: PlanRun) -> None:
    """Plans are disposable: of the live ones the last few are kept, of a scenario the last."""
    same = PlanRun.objects.filter(scenario=run.scenario)
    kept = list(same.order_by("-pk").values_list("pk", flat=True)[: 1 if run.scenario else KEEP_RUNS])
    same.exclude(pk__in=kept).delete()
