"""Promises of the live plan within the hours of the work centres: reckoned with a run, or for the present one by itself."""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.planning.models import PlanPromise, PlanRun
from gongfang.planning.queries import current_run
from gongfang.platform.bulk import copy_rows
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import verb

JOB = "planning.within_hours"
COLUMNS = (
    "run_id", "doc_type", "document_id", "line_id", "order_id", "number", "partner", "item_id", "quantity", "due", "promised",
    "late_days", "short", "kind", "blamed_id", "centre_id", "week", "waiting",
)  # fmt: skip


@verb("planning.promise_within_hours", N_("Promise within capacity"), roles=("planner", "owner", "supervisor"))
def start_within_hours(*, actor: User, request_id: uuid.UUID) -> TaskRun:
    """Queue the promises of the live plan anew, with today's orders, stock and hours. Raises DomainError(no_plan)."""
    if current_run() is None:
        raise DomainError(Problem("no_plan", "There is no plan yet: run MRP first."), Kind.CONFLICT)
    return start(JOB, actor=actor)


@job(JOB, N_("Promises within capacity"))
def promise_within_hours(progress: Progress, *, actor: User | None) -> dict[str, Any]:
    """Work the promises off."""
    return promise_now(timezone.localdate(), progress)


def promise_now(today: date, progress: Progress) -> dict[str, Any]:
    """Read, plan within the hours and keep it with the live plan."""
    from gongfang.planning import finite, snapshot, solving

    run = current_run()
    if run is None:
        return {}
    seen, plan = solving.solved(snapshot.take(today, run.horizon_days))
    progress.tell(40, 100, N_("Planning within the hours of the work centres"))
    within = finite.within_hours(seen, plan, today)
    progress.tell(90, 100)
    with transaction.atomic():
        keep(run, within)
        run.save(update_fields=["summary"])
    progress.tell(100, 100)
    return {"promises": len(within.promises), "late": sum(one.late_days > 0 for one in within.promises)}


def keep(run: PlanRun, within: Any) -> None:
    """Put a run's promises in place of those it had, and what holds it back into its summary, which the caller saves."""
    PlanPromise.objects.filter(run=run).delete()
    copy_rows(PlanPromise, COLUMNS, _rows(run, within.promises))
    run.summary["held"] = [
        {
            "centre": one.centre, "percent": one.percent, "hours": str(one.hours), "capacity": str(one.capacity),
            "weeks_over": one.weeks_over, "most_over": str(one.most_over),
            "worst_week": one.worst_week.isoformat() if one.worst_week else None, "late_demands": one.late_demands, "late_days": one.late_days, "value": str(one.value),
            "value_week": one.value_week.isoformat() if one.value_week else None,
        }
        for one in within.held
    ]  # fmt: skip


def _rows(run: PlanRun, promises: Sequence[Any]) -> Iterator[Sequence[Any]]:
    from gongfang.planning.finite import plain_waiting

    for one in promises:
        source = one.source
        yield (
            run.pk, source.doc_type, source.document_id, source.line_id,
            source.document_id if source.doc_type == "sales.order" else None, source.number[:40], source.partner[:120],
            source.item_id, int(source.quantity * 10**6), source.on, one.on, one.late_days, int(one.short * 10**6), one.kind,
            one.blamed, one.centre, one.week, json.dumps(plain_waiting(one), ensure_ascii=False),
        )  # fmt: skip
