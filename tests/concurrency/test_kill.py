"""kill -9 at random moments, of a simulation and of the server while it posts: the books are clean, nothing acknowledged is lost.

On SQLite files; the PostgreSQL run does the same in a database of its own. The figures are printed with every run.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SIMULATION_KILLS, SERVER_KILLS, WRITERS = 15, 5, 4
START_SECONDS = 180  # a machine busy with the other tests starts slowly
PREPARE = """
import django, sys, uuid, datetime; django.setup()
from pathlib import Path
from gongfang.platform.exchange import services as exchange
from gongfang.platform.identity import services as identity
admin = identity.register_first_admin(actor=None, request_id=uuid.uuid4(), username="root", name="root", password="Gongfang-2026")
start = datetime.date.today() - datetime.timedelta(days=300)
exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=Path(sys.argv[1]).read_bytes(), start=start)
print(identity.create_token(actor=admin, name="kill")[1])
"""
WORK = """
import django, sys; django.setup()
from gongfang.platform.verification import run_all
faults = run_all()
print("FAULTS", len(faults), [str(fault) for fault in faults[:5]], flush=True)
if sys.argv[1] == "go":
    from datetime import timedelta
    from django.utils import timezone
    from gongfang.simulation.runner import simulate, _latest_document
    latest = _latest_document()
    first = latest + timedelta(days=1) if latest else timezone.localdate() - timedelta(days=299)
    simulate(days=200, seed=int(sys.argv[2]), start=first)
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], str]]:
    """The demo factory in a database of its own: its environment, and a token."""
    folder = tmp_path_factory.mktemp("kill")
    own = {
        **os.environ, "GONGFANG_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "gongfang.config.settings.local",
        "PYTHONPATH": str(ROOT / "src"),
    }  # fmt: skip
    own.pop("GONGFANG_DATABASE_URL", None)
    server = os.environ.get("GONGFANG_TEST_DATABASE_URL")
    name = f"gongfang_kill_{os.getpid()}"
    if server:
        maintenance(server, f"CREATE DATABASE {name}")
        own["GONGFANG_DATABASE_URL"] = server.rpartition("/")[0] + "/" + name
    subprocess.run([sys.executable, "-m", "gongfang.cli.manage", "migrate", "-v0"], env=own, check=True)
    done = subprocess.run(
        [sys.executable, "-c", PREPARE, str(ROOT / "examples" / "pump-factory.xlsx")],
        env=own,
        check=True,
        capture_output=True,
        text=True,
    )
    yield own, done.stdout.split()[-1]
    if server:
        maintenance(server, f"DROP DATABASE {name} WITH (FORCE)")


def maintenance(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def start_work(environment: dict[str, str], mode: str, seed: int = 0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WORK, mode, str(seed)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def faults_told(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("FAULTS"), (line, process.stderr.read() if process.stderr else "")
    return line.strip()


def test_a_simulation_is_killed_at_random_moments(company):
    environment, _ = company
    luck = random.Random(20261123)
    for kill in range(SIMULATION_KILLS):
        process = start_work(environment, "go", kill)
        try:
            assert faults_told(process) == "FAULTS 0 []", f"after kill {kill}"
            time.sleep(luck.uniform(0.05, 2.5))
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
    last = start_work(environment, "check")
    assert faults_told(last) == "FAULTS 0 []"
    last.wait(60)
    print(f"{SIMULATION_KILLS} kills of a simulation, 0 faults")


class Poster(threading.Thread):
    """Receives goods by API until the server is gone; remembers what it was told was done."""

    def __init__(self, url: str, token: str, body: dict[str, object]) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.body = url, token, body
        self.acknowledged: list[int] = []

    def run(self) -> None:
        while True:
            key = uuid.uuid4()
            try:
                created = call(self.url, self.token, "POST", "inventory/other-receipts/", self.body, key)
                (pk,) = created["ids"]
                call(
                    self.url,
                    self.token,
                    "POST",
                    f"inventory/other-receipts/{pk}/approve_other_receipt",
                    {},
                    uuid.uuid4(),
                )
                self.acknowledged.append(pk)
            except (OSError, urllib.error.URLError, json.JSONDecodeError):
                return


def call(url: str, token: str, method: str, path: str, body: object, key: uuid.UUID | None = None) -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    headers |= {"Idempotency-Key": str(key)} if key else {}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{url}/api/v1/{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def serve(environment: dict[str, str]) -> tuple["subprocess.Popen[bytes]", str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "gongfang.cli.main", "serve", "--port", str(port), "--no-worker"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    told: OSError | None = None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=10).close()
            return process, url
        except OSError as error:
            told = error
            time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    raise AssertionError(f"the server did not answer in time: {told}, exit {process.wait(30)}")


def test_the_server_is_killed_while_it_posts(company):
    environment, token = company
    luck, told = random.Random(7), 0
    acknowledged: list[int] = []
    for kill in range(SERVER_KILLS):
        process, url = serve(environment)
        try:
            found = call(url, token, "GET", "masterdata/items/?per=200", None)["items"]
            item = next(
                row["id"]
                for row in found
                if row.get("tracking") in (None, "none") and row.get("kind") in (None, "part")
            )
            warehouse = call(url, token, "GET", "masterdata/warehouses/", None)["items"][0]["id"]
            body = {
                "warehouse": warehouse,
                "purpose": "found",
                "lines": [{"item": item, "quantity": "3", "unit_cost": "1.25"}],
            }
            posters = [Poster(url, token, body) for _ in range(WRITERS)]
            [poster.start() for poster in posters]
            time.sleep(luck.uniform(0.5, 2.5))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
        [poster.join(40) for poster in posters]
        acknowledged += [pk for poster in posters for pk in poster.acknowledged]
        check = start_work(environment, "check")
        assert faults_told(check) == "FAULTS 0 []", f"after kill {kill}"
        check.wait(60)
    process, url = serve(environment)
    try:
        for pk in acknowledged:
            row = call(url, token, "GET", f"inventory/other-receipts/{pk}", None)
            assert row["approval"] == "approved", row
            told += 1
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
    assert told > 0
    print(f"{SERVER_KILLS} kills of the server, {told} acknowledged receipts, none lost, 0 faults")
