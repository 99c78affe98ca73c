"""Start long jobs and run them: the only place that catches every exception, because a worker must outlive a job.

@job("planning.run_mrp", N_("MRP run"))
def run_mrp(progress: Progress, *, actor: User, horizon_days: int) -> dict[str, object]: ...

run = start("planning.run_mrp", actor=user, horizon_days=90)     # runs once the transaction is committed
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task

from gongfang.kernel.errors import N_, DomainError
from gongfang.platform.identity.models import User
from gongfang.platform.process_locks import held, is_held
from gongfang.platform.tasks import marks
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.schedules import scheduled

logger = logging.getLogger(__name__)


class Cancelled(Exception):
    """The person asked to stop; raised by Progress.tell so that the job's transaction is taken back."""


@dataclass(frozen=True, slots=True)
class Job:
    """given_up: told with the arguments when a run ends without its work: it failed, was cancelled, or its worker is gone."""

    name: str
    title: str
    function: Callable[..., dict[str, Any] | None]
    given_up: Callable[..., object] | None = None


JOBS: dict[str, Job] = {}


def job(
    name: str, title: str, *, given_up: Callable[..., object] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a job. It gets a Progress, the actor and JSON arguments, and returns a small dict. given_up: see Job."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        JOBS[name] = Job(name, title, function, given_up)
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
    if TaskRun.objects.filter(pk=run.pk, ended_at__isnull=False).exists():
        return  # nobody would take the mark away
    marks.ask_to_stop(run.pk)
    if marks.seen(run.pk) is not None and connection.vendor == "sqlite":
        return
    TaskRun.objects.filter(pk=run.pk).update(cancel_requested=True)
    if _end(run, TaskRun.State.CANCELLED, among=TaskRun.State.QUEUED):
        marks.forget(run.pk)


def _end(run: TaskRun, state: str, message: str = "", *, among: str = TaskRun.State.RUNNING, **values: Any) -> bool:
    """Close a run that stands where it is thought to stand; whoever waits for its work is told that it does not come."""
    open_runs = TaskRun.objects.filter(pk=run.pk, state=among)
    if not open_runs.update(state=state, message=message[:300], ended_at=timezone.now(), **values):
        return False
    given_up = JOBS[run.job].given_up if run.job in JOBS else None
    if state != TaskRun.State.DONE and given_up is not None:
        given_up(**run.arguments)
    return True


@task()
def perform(run_id: int) -> None:
    """Run one queued job to its end and write down how it went. Its lock says that somebody is alive who works on it."""
    with held(_lock_of(run_id)):
        started = TaskRun.objects.filter(pk=run_id, state=TaskRun.State.QUEUED).update(
            state=TaskRun.State.RUNNING, started_at=timezone.now()
        )
        if not started:
            return
        run = TaskRun.objects.select_related("actor").get(pk=run_id)
        try:
            result = JOBS[run.job].function(Progress(run), actor=run.actor, **run.arguments) or {}
            _end(run, TaskRun.State.DONE, progress=100, result=result)
        except Cancelled:
            _end(run, TaskRun.State.CANCELLED)
        except DomainError as error:
            _end(run, TaskRun.State.FAILED, str(error), log=str(error))
        except Exception as error:
            logger.exception("job %s failed", run.job)
            _end(run, TaskRun.State.FAILED, f"{type(error).__name__}: {error}")
        marks.forget(run_id)


def _lock_of(run_id: int) -> str:
    return f"task-run-{run_id}"


@scheduled("platform.end_dead_tasks", N_("End tasks whose worker was stopped"), every=timedelta(minutes=1))
def end_dead_tasks(*, actor: User | None, now: datetime) -> str:
    """Close the runs that say they are running while no process works on them: their worker was killed, or the power went."""
    ended = 0
    for run in TaskRun.objects.filter(state=TaskRun.State.RUNNING).order_by("pk"):
        if not is_held(_lock_of(run.pk)):
            ended += _end(run, TaskRun.State.FAILED, N_("Its worker was stopped before it was done. Start it again."))
            marks.forget(run.pk)
    return str(ended)


def pending_count() -> int:
    return TaskRun.objects.filter(state__in=[TaskRun.State.QUEUED, TaskRun.State.RUNNING]).count()
