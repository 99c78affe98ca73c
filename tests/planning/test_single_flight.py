"""Two runs at once are one run; a run whose process died blocks nobody."""

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.planning import services
from gongfang.planning.models import PlanRun
from gongfang.platform.process_locks import _key, _path, held, is_held
from gongfang.platform.tasks.models import TaskRun
from tests.production.shop import Shop

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "a+b"); fcntl.flock(file, fcntl.LOCK_EX); print("held", flush=True); time.sleep(600)
"""


@contextmanager
def other_process(name: str) -> Iterator[None]:
    """Somebody else holds the lock inside, and is killed at the end."""
    if connection.vendor == "postgresql":
        rival = connection.copy()
        with rival.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_key(name)])
            assert cursor.fetchone() == (True,)
        yield
        rival.close()
        return
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(_path(name))], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"held\n"
    yield
    process.send_signal(signal.SIGKILL)
    process.wait(60)


def freed(name: str) -> bool:
    deadline = time.monotonic() + 60
    while is_held(name) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_held(name)


def test_a_lock_dies_with_its_process():
    assert not is_held("flight")
    with other_process("flight"):
        assert is_held("flight")
        with held("flight") as mine:
            assert not mine
    assert freed("flight")
    with held("flight") as mine:
        assert mine
    assert not is_held("flight")


def test_a_living_run_is_joined_and_a_dead_one_passed_over(db):
    boss = Shop().boss
    run = PlanRun.objects.create(today=timezone.localdate())
    with other_process(f"plan-run-{run.pk}"):
        assert services.start_mrp(actor=boss, request_id=uuid.uuid4()) == run
        with pytest.raises(DomainError, match="running already"):
            services.plan_now(actor=boss)
    assert freed(f"plan-run-{run.pk}")
    done = services.plan_now(actor=boss)
    run.refresh_from_db()
    assert (run.state, done.state, PlanRun.objects.get(is_current=True)) == ("failed", "done", done)
    assert run.ended_at is not None


def test_a_run_waits_for_its_task_and_dies_with_it(db):
    boss = Shop().boss
    first = services.start_mrp(actor=boss, request_id=uuid.uuid4())
    assert services.start_mrp(actor=boss, request_id=uuid.uuid4()) == first
    task = TaskRun.objects.get(job="planning.run_mrp")
    TaskRun.objects.filter(pk=task.pk).update(  # a worker took it, and died before it began
        state=TaskRun.State.RUNNING, started_at=timezone.now() - timedelta(minutes=1)
    )
    second = services.start_mrp(actor=boss, request_id=uuid.uuid4())
    assert second != first
    assert PlanRun.objects.get(pk=first.pk).state == "failed"
