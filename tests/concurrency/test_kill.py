"""kill -9 at random moments, of a simulation and of the server while it posts: the books are clean, nothing acknowledged is lost.

On SQLite files; the PostgreSQL run does the same in a database of its own. The figures are printed with every run.
"""

import http.client
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
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SIMULATION_KILLS, SERVER_KILLS, SHOP_KILLS, WRITERS = 15, 5, 3, 4
START_SECONDS = 180  # a machine busy with the other tests starts slowly
# Loaded once; each child is a fork that starts at once, and is killed as hard as any process.
WORK = """
import datetime, json, os, random, signal, sys, time, uuid
from decimal import Decimal
from pathlib import Path
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from gongfang.engines import mrp
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import ItemCategory, Plant, Unit
from gongfang.platform import verification
from gongfang.platform.exchange import services as exchange
from gongfang.platform.identity import services as identity
from gongfang.platform.identity.models import User
from gongfang.platform.models import Request
from gongfang.production import services
from gongfang.production.models import ReportLine, WorkOrderOperation
from gongfang.simulation import runner

def do(verb, **values):
    return verb(actor=User.objects.get(username="root"), request_id=uuid.uuid4(), **values)

def prepare(book):
    call_command("migrate", verbosity=0, interactive=False)
    admin = identity.register_first_admin(actor=None, request_id=uuid.uuid4(), username="root", name="root", password="Gongfang-2026")
    start = datetime.date.today() - datetime.timedelta(days=300)
    do(exchange.import_workbook, content=Path(book).read_bytes(), start=start)
    return identity.create_token(actor=admin, name="kill")[1]

def open_shop():
    do(identity.create_user, username="killed", name="killed", password="Gongfang-2026", roles=["operator"], badge="KILLED", pin="1234")
    centre = do(masterdata.create_work_centre, code="KILL", name="KILL", plant=Plant.objects.first().pk, labour_rate=Decimal(40))
    category = ItemCategory.objects.filter(inventory_role="finished").first()
    item = do(masterdata.create_item, code="KILL", name="KILL", category=category.pk, unit=Unit.objects.first().pk, kind="finished", source="make")
    do(masterdata.create_routing, item=item.pk, operations=[{"operation_no": 10, "name": "KILL", "work_centre": centre.pk, "run_minutes": Decimal(6)}])
    order = do(services.create_order, item_id=item.pk, quantity=Decimal(100000))
    do(services.submit_order, document_id=order.pk)
    while not do(services.approve_order, document_id=order.pk).approval == "approved":
        pass
    do(services.release_orders, order_ids=[order.pk])
    return order.number

def reported(number, ids):
    row = WorkOrderOperation.objects.get(document__number=number)
    return [ReportLine.objects.filter(operation=row).count(), int(row.good_quantity), Request.objects.filter(pk__in=ids).count()]

def faults():
    return [str(fault) for fault in verification.run_all()]

def simulate(seed):
    latest = runner._latest_document()
    first = latest + datetime.timedelta(days=1) if latest else timezone.localdate() - datetime.timedelta(days=299)
    runner.simulate(days=200, seed=seed, start=first)

def in_a_fork(act, killed_after=None):
    pid = os.fork()
    if pid == 0:
        try:
            print(json.dumps(act()), flush=True)
        except BaseException as error:
            print(json.dumps("BROKE " + repr(error)), flush=True)
        os._exit(0)
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

for line in sys.stdin:
    act, given, seconds = json.loads(line)
    in_a_fork(lambda: globals()[act](*given), seconds)
    if seconds is not None:
        in_a_fork(faults)
"""


class Worker:
    """Does in forks of one process what is asked by name (WORK), and kills those that get a time to live."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORK], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, act: str, *given: object, killed_after: float | None = None) -> Any:
        """What the act answers; of one that is killed: the faults that are found then."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([act, given, killed_after]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of processes on a database of its own."""
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
    yield own
    if server:
        maintenance(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def worker(environment: dict[str, str]) -> Iterator[Worker]:
    made = Worker(environment)
    yield made
    made.close()


@pytest.fixture(scope="module")
def token(worker: Worker) -> str:
    """Of the demo factory's administrator, once the factory is there."""
    made = worker("prepare", str(ROOT / "examples" / "pump-factory.xlsx"))
    assert not made.startswith("BROKE"), made
    return str(made)


def maintenance(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_a_simulation_is_killed_at_random_moments(worker, token):
    luck = random.Random(20261123)
    for kill in range(SIMULATION_KILLS):
        assert worker("simulate", kill, killed_after=luck.uniform(0.05, 2.5)) == [], f"after kill {kill}"
    print(f"{SIMULATION_KILLS} kills of a simulation, 0 faults")


def wait_for_one(posters: "list[Poster] | list[ShopTerminal]") -> None:
    """Until somebody was told that something is done: a busy machine may need long for the first."""
    deadline = time.monotonic() + START_SECONDS
    while not any(poster.acknowledged for poster in posters) and time.monotonic() < deadline:
        time.sleep(0.01)


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
    with urllib.request.urlopen(request, timeout=60) as answer:
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
    raise AssertionError(f"the server did not answer in time: {told}, exit {process.wait(60)}")


def test_the_server_is_killed_while_it_posts(environment, worker, token):
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
            wait_for_one(posters)
            time.sleep(luck.uniform(0, 2))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
        [poster.join(90) for poster in posters]
        acknowledged += [pk for poster in posters for pk in poster.acknowledged]
        assert worker("faults") == [], f"after kill {kill}"
    process, url = serve(environment)
    try:
        for pk in acknowledged:
            row = call(url, token, "GET", f"inventory/other-receipts/{pk}", None)
            assert row["approval"] == "approved", row
            told += 1
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
    assert told > 0
    print(f"{SERVER_KILLS} kills of the server, {told} acknowledged receipts, none lost, 0 faults")


class ShopTerminal(threading.Thread):
    """Reports one piece after another at /shop until the server is gone; keeps what it has not heard of, as the page does."""

    def __init__(self, url: str, token: str, operation: int, waiting: list[str]) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.operation, self.waiting = url, token, operation, waiting
        self.acknowledged: list[str] = []
        self.refused = ""

    def run(self) -> None:
        while True:
            if not self.waiting:
                self.waiting.append(str(uuid.uuid4()))
            if not self.send(self.waiting[0]):
                return

    def send(self, one: str) -> bool:
        data = {"act": "report", "operation": self.operation, "good": "1", "request_id": one}
        try:
            assert shop_call(self.url, "act", data, self.token)["done"]
        except urllib.error.HTTPError as error:
            self.refused = f"{error.code} {error.read().decode(errors='replace')}"
            return False
        except (OSError, json.JSONDecodeError, http.client.HTTPException):
            return False
        self.waiting.remove(one)
        self.acknowledged.append(one)
        return True


def shop_call(url: str, path: str, data: object = None, token: str = "") -> dict:
    body = json.dumps(data).encode() if data is not None else None
    headers = {"Content-Type": "application/json", "Authorization": f"Shop {token}"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/shop/{path}", body, headers), timeout=60) as answer:
        return json.load(answer)


def test_the_server_is_killed_under_the_reports_of_terminals(environment, worker, token):
    """What a terminal heard of is there; what it did not, it sends again under the same id: all of it once."""
    number, luck = worker("open_shop"), random.Random(16)
    waiting: list[list[str]] = [[] for _ in range(WRITERS)]
    acknowledged: list[str] = []
    for kill in range(SHOP_KILLS + 1):
        process, url = serve(environment)
        try:
            badge = shop_call(url, "login", {"badge": "KILLED", "pin": "1234"})["token"]
            (operation,) = [job["id"] for job in shop_call(url, f"jobs?q={number}", token=badge)["jobs"]]
            terminals = [ShopTerminal(url, badge, operation, queue) for queue in waiting]
            if kill < SHOP_KILLS:
                [terminal.start() for terminal in terminals]
                wait_for_one(terminals)
                time.sleep(luck.uniform(0, 1))
            else:  # the last server is not killed: what waits is sent, and all that was heard of is sent again
                assert all(terminal.send(one) for terminal in terminals for one in list(terminal.waiting))
                again = ShopTerminal(url, badge, operation, list(acknowledged[:100]))
                assert all(again.send(one) for one in acknowledged[:100])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
        [terminal.join(90) for terminal in terminals if terminal.ident]
        assert not any(terminal.refused for terminal in terminals), [terminal.refused for terminal in terminals]
        acknowledged += [one for terminal in terminals for one in terminal.acknowledged]
        lines, good, known = worker("reported", number, acknowledged)
        assert lines == good and known == len(acknowledged) <= lines <= len(acknowledged) + WRITERS
        assert worker("faults") == [], f"after kill {kill}"
    assert lines == len(acknowledged) == len(set(acknowledged)) > SHOP_KILLS
    print(f"{SHOP_KILLS} kills under terminals, {len(acknowledged)} acknowledged reports, each there once, 0 faults")
