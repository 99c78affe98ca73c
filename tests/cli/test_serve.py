"""The server: it answers, it stops when told, and nothing of it survives when it is killed."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import environment

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")]


def wait_for(what: Callable[[], bool], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def group(leader: int) -> list[int]:
    """Living processes of the server's own process group."""
    listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, pgid, state in rows if int(pgid) == leader and not state.startswith("Z")]


@pytest.fixture
def server(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with running(data) as started:
        yield started


@contextmanager
def running(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    command = [sys.executable, "-m", "gongfang.cli.main", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment(data), start_new_session=True)
    wait_for(lambda: answers(port))
    try:
        yield process, port
    finally:
        for pid in group(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def test_the_server_stops_when_told(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = server
    wait_for(lambda: len(group(process.pid)) >= 3)  # itself, the pages, the tasks
    process.terminate()
    assert process.wait(120) == 0
    wait_for(lambda: not group(process.pid))
    assert not answers(port)


def test_a_second_server_does_not_take_part_of_the_visitors(
    server: tuple[subprocess.Popen[bytes], int], data: Path
) -> None:
    _process, port = server
    command = [sys.executable, "-m", "gongfang.cli.main", "serve", "--no-worker", "--port", str(port)]
    second = subprocess.run(command, env=environment(data), capture_output=True, text=True, timeout=120)
    assert second.returncode == 1 and f"Port {port} of 127.0.0.1 is in use." in second.stderr
    assert answers(port)


def test_nothing_survives_a_killed_server(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = server
    wait_for(lambda: len(group(process.pid)) >= 3)
    process.kill()
    process.wait()
    wait_for(lambda: not group(process.pid))
    assert not answers(port)


def test_a_database_of_another_version_is_refused_in_words(data: Path) -> None:
    with closing(sqlite3.connect(data / "gongfang.sqlite3")) as database, database:
        last = database.execute("SELECT id FROM django_migrations WHERE app = 'sales' ORDER BY id DESC").fetchone()
        database.execute("DELETE FROM django_migrations WHERE id = ?", last)
    with running(data) as (_process, port), pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=60)
    assert refused.value.code == 503
    assert "gongfang migrate" in refused.value.read().decode()
