"""Long jobs: whatever ends one, nobody is left waiting for its work."""

from uuid import uuid4

import pytest

from gongfang.kernel.errors import DomainError, Problem
from gongfang.planning.models import PlanRun, Schedule
from gongfang.planning.services import create_schedule, start_mrp
from gongfang.platform.identity import services as identity
from gongfang.platform.process_locks import held
from gongfang.platform.tasks import services as tasks
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.schedules import run_due

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
JOB = "tests.job"


@pytest.fixture
def told(monkeypatch) -> list[int]:
    """What was said to whoever waits for the job's work."""
    found: list[int] = []
    monkeypatch.setitem(tasks.JOBS, JOB, tasks.Job(JOB, "Job", work, lambda how: found.append(how)))
    return found


def work(progress: tasks.Progress, *, actor: object, how: str) -> dict[str, str]:
    if how == "refused":
        raise DomainError(Problem("no", "Not today."))
    if how == "broken":
        raise ZeroDivisionError
    if how == "cancelled":
        TaskRun.objects.update(cancel_requested=True)
        progress.tell(1, 2)
    return {"how": how}


@pytest.mark.parametrize(
    ("how", "state", "message"),
    [
        ("done", "done", ""),
        ("refused", "failed", "Not today."),
        ("broken", "failed", "ZeroDivisionError: "),
        ("cancelled", "cancelled", ""),
    ],
)
def test_a_job_ends_once_and_says_how(told, how, state, message):
    run = TaskRun.objects.create(job=JOB, title="Job", arguments={"how": how})
    tasks.perform.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.message, run.is_over) == (state, message, True)
    assert told == ([] if how == "done" else [how])
    tasks.perform.func(run.pk)
    assert told == ([] if how == "done" else [how]), "a second worker finds nothing to do"


def test_a_job_whose_worker_is_gone_is_closed(told):
    alive, dead = (
        TaskRun.objects.create(job=JOB, title="Job", arguments={"how": how}, state="running")
        for how in ("alive", "dead")
    )
    with held(f"task-run-{alive.pk}"):
        assert tasks.end_dead_tasks(actor=None, now=None) == "1"
    states = dict(TaskRun.objects.values_list("pk", "state"))
    assert states == {alive.pk: "running", dead.pk: "failed"}
    assert told == ["dead"]
    assert tasks.pending_count() == 1


def test_a_schedule_and_a_plan_do_not_wait_for_a_dead_worker():
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="root", name="管理员", password="Gongfang-2026"
    )
    schedule = create_schedule(actor=admin, request_id=uuid4())
    run = start_mrp(actor=admin, request_id=uuid4())
    TaskRun.objects.update(state="running")
    run_due()
    assert Schedule.objects.get(pk=schedule.pk).state == Schedule.State.FAILED
    assert PlanRun.objects.get(pk=run.pk).state == PlanRun.State.FAILED
    assert set(TaskRun.objects.values_list("state", flat=True)) == {"failed"}


def test_who_cancels_what_waits_is_not_left_with_a_search():
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="root", name="管理员", password="Gongfang-2026"
    )
    schedule = create_schedule(actor=admin, request_id=uuid4())
    tasks.cancel(TaskRun.objects.get())
    assert Schedule.objects.get(pk=schedule.pk).state == Schedule.State.FAILED
