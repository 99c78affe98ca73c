"""Start long jobs and run them: the only place that catches every exception, because a worker must outlive a job.

@job("planning.run_mrp", N_("MRP run"))
def run_mrp(progress: Progress, *, actor: User, horizon_days: int) -> dict[str, object]: ...

run = start("planning.run_mrp", actor=user, horizon_days=90)     # runs once the transaction is committed
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task

from gongfang.kernel.errors import DomainError
from gongfang.platform.identity.models import User
from gongfang.platform.tasks import marks
from gongfang.platform.tasks.models import TaskRun

logger = logging.getLogger(__name__)


class Cancelled(Exception):
    """The person asked to stop; raised by Progress.tell so that the job's transaction is taken back."""


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    title: str
    function: Callable[..., dict[str, Any] | None]


JOBS: dict[str, Job] = {}


def job(name: str, title: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a job. It gets a Progress, the actor and JSON arguments, and returns a small dict."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        JOBS[name] = Job(name, title, function)
        return function

    return wrap


class Progress:
    """How far a job is. `tell` writes at most a hundred times and stops the job when cancel was asked for."""

    def __init__(self, run: TaskRun | None = None) -> None:
        self.run = run
        self._last = -1
        self._inside = False

    @contextmanager
    def inside(self) -> Iterator["Progress"]:
        """While the job works in one long transaction: what it tells is seen beside it, and cancelling takes all of it back."""
        self._inside = True
        try:
            yield self
        finally:
            self._inside = False

    def tell(self, done: float, total: float, message: str = "") -> None:
        percent = min(100, int(100 * done / total)) if total else 100
        if self.run is None or (percent == self._last and not self._inside):
            return
        self._last = percent
        if self._inside:
            if marks.mark(self.run.pk, percent, message):
                raise Cancelled
            return
        if TaskRun.objects.filter(pk=self.run.pk, cancel_requested=True).exists():
            raise Cancelled
        TaskRun.objects.filter(pk=self.run.pk).update(progress=percent, message=message[:300])


def start(name: str, *, actor: User | None, title: str = "", **arguments: Any) -> TaskRun:
    """Queue a job; it starts on commit. An equal job that still waits is joined, not queued twice."""
    title = title or JOBS[name].title
    waiting = TaskRun.objects.filter(job=name, arguments=arguments, state=TaskRun.State.QUEUED).first()
    if waiting:
        return waiting
    run = TaskRun.objects.create(job=name, title=title, arguments=arguments, actor=actor)
    transaction.on_commit(lambda: perform.enqueue(run.pk))
    return run


def cancel(run: TaskRun) -> None:
    """Ask a job to stop; one that has not begun never begins. A job in its own transaction may hold the database: it is left word."""
    marks.ask_to_stop(run.pk)
    if marks.seen(run.pk) is not None and connection.vendor == "sqlite":
        return
    TaskRun.objects.filter(pk=run.pk).update(cancel_requested=True)
    TaskRun.objects.filter(pk=run.pk, state=TaskRun.State.QUEUED).update(
        state=TaskRun.State.CANCELLED, ended_at=timezone.now()
    )


@task()
def perform(run_id: int) -> None:
    """Run one queued job to its end and write down how it went."""
    started = TaskRun.objects.filter(pk=run_id, state=TaskRun.State.QUEUED).update(
        state=TaskRun.State.RUNNING, started_at=timezone.now()
    )
    if not started:
        return
    run = TaskRun.objects.select_related("actor").get(pk=run_id)
    values: dict[str, Any] = {"state": TaskRun.State.DONE, "progress": 100, "message": ""}
    try:
        values["result"] = JOBS[run.job].function(Progress(run), actor=run.actor, **run.arguments) or {}
    except Cancelled:
        values = {"state": TaskRun.State.CANCELLED}
    except DomainError as error:
        values = {"state": TaskRun.State.FAILED, "message": str(error)[:300], "log": str(error)}
    except Exception as error:
        logger.exception("job %s failed", run.job)
        values = {"state": TaskRun.State.FAILED, "message": f"{type(error).__name__}: {error}"[:300]}
    TaskRun.objects.filter(pk=run_id).update(ended_at=timezone.now(), **values)
    marks.forget(run_id)


def pending_count() -> int:
    return TaskRun.objects.filter(state__in=[TaskRun.State.QUEUED, TaskRun.State.RUNNING]).count()
