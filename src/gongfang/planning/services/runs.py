"""Run MRP: read a snapshot, solve it, keep the plan. Two runs at once are one run."""

import time
import uuid
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import PlanRun
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import verb

KEEP_RUNS = 3
STALE = timedelta(hours=1)
SINGLE_FLIGHT = 726_301  # an arbitrary number: the advisory lock under which a run begins
HORIZON_DAYS = 120


@verb("planning.run_mrp", N_("Run MRP"), roles=("planner", "owner", "supervisor"))
def start_mrp(*, actor: User, request_id: uuid.UUID, horizon_days: int = HORIZON_DAYS) -> PlanRun:
    """Queue an MRP run and return it; while one is running, that one is returned."""
    if not 1 <= int(horizon_days) <= 1000:
        raise DomainError(Problem("bad_horizon", "The horizon is 1 to 1,000 days.", where="horizon_days"))
    run, is_new = _begin(actor, timezone.localdate(), int(horizon_days))
    if is_new:
        start("planning.run_mrp", actor=actor, run_id=run.pk)
    return run


@job("planning.run_mrp", N_("MRP run"))
def run_mrp(progress: Progress, *, actor: User | None, run_id: int) -> dict[str, Any]:
    """Work a queued run off."""
    run = PlanRun.objects.get(pk=run_id)
    return plan_into(run, progress)


def plan_now(*, actor: User | None, today: date | None = None, horizon_days: int = HORIZON_DAYS) -> PlanRun:
    """Run MRP in this process and return the finished run (command line, simulator, tests)."""
    with transaction.atomic():
        run, is_new = _begin(actor, today or timezone.localdate(), horizon_days)
    if not is_new:
        raise DomainError(Problem("run_going_on", "MRP is running already; wait for it."), Kind.CONFLICT)
    plan_into(run, Progress())
    return run


def _begin(actor: User | None, today: date, horizon_days: int) -> tuple[PlanRun, bool]:
    """Under a lock: the run that is going on, or a new one. A run that died an hour ago no longer counts."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SINGLE_FLIGHT])
    PlanRun.objects.filter(state=PlanRun.State.RUNNING, started_at__lt=timezone.now() - STALE).update(
        state=PlanRun.State.FAILED
    )
    running = PlanRun.objects.filter(state=PlanRun.State.RUNNING).first()
    if running is not None:
        return running, False
    return PlanRun.objects.create(today=today, horizon_days=horizon_days, started_by=actor), True


def plan_into(run: PlanRun, progress: Progress) -> dict[str, Any]:
    """Plan and keep. The writing is one transaction: the plan before stays current until this one is whole."""
    try:
        return _plan_into(run, progress)
    except BaseException:
        PlanRun.objects.filter(pk=run.pk).update(state=PlanRun.State.FAILED, ended_at=timezone.now())
        raise


def _plan_into(run: PlanRun, progress: Progress) -> dict[str, Any]:
    # The engine (numba) takes seconds to load: only a process that plans pays for it, no page and no other command.
    from gongfang.engines.mrp import solve
    from gongfang.planning import snapshot, storage

    clock = time.perf_counter()
    seen = snapshot.take(run.today, run.horizon_days)
    loaded = time.perf_counter()
    progress.tell(30, 100)
    plan = solve(seen.problem)
    solved = time.perf_counter()
    progress.tell(50, 100)
    with transaction.atomic():
        storage.store(run, seen, plan, masterdata.planned_suppliers(run.today))
        PlanRun.objects.filter(is_current=True).update(is_current=False)
        run.state, run.is_current, run.ended_at = PlanRun.State.DONE, True, timezone.now()
        run.item_count, run.demand_count, run.supply_count = len(seen.item_ids), len(seen.demands), len(seen.supplies)
        run.order_count, run.exception_count, run.fault_count = len(plan.orders), len(plan.exceptions), len(seen.faults)
        run.timings = {
            "load": round(loaded - clock, 3), "solve": round(solved - loaded, 3), "write": round(time.perf_counter() - solved, 3),
        }  # fmt: skip
        run.save()
        _forget_old(run)
    progress.tell(100, 100)
    return {"run": run.pk, "suggestions": run.order_count, "exceptions": run.exception_count}


def _forget_old(run: PlanRun) -> None:
    """Plans are disposable: only the last few are kept."""
    kept = list(PlanRun.objects.order_by("-pk").values_list("pk", flat=True)[:KEEP_RUNS])
    PlanRun.objects.exclude(pk__in=kept).delete()
