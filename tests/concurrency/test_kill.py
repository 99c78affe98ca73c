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

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SIMULATION_KILLS, SERVER_KILLS, SHOP_KILLS, WRITERS = 15, 5, 3, 4
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
# Loaded once; each child is a fork that starts at once, and is killed as hard as any process.
WORK = """
import os, random, signal, sys, time
import django; django.setup()
from gongfang.engines import mrp
from gongfang.platform import verification
from gongfang.simulation import runner
from datetime import timedelta
from django.utils import timezone

def work(seed):
    latest = runner._latest_document()
    first = latest + timedelta(days=1) if latest else timezone.localdate() - timedelta(days=299)
    runner.simulate(days=200, seed=seed, start=first)

def in_a_fork(act, killed_after=None):
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except BaseException as error:
            print("BROKE", repr(error), flush=True)
        os._exit(0)
    if killed_after is not None:
        time.sleep(killed_after)
        gone, _ = os.waitpid(pid, os.WNOHANG)
        if gone:
            print("BROKE the work ended by itself", flush=True)
            return
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

def check():
    faults = verification.run_all()
    print("FAULTS", len(faults), [str(fault) for fault in faults[:5]], flush=True)

for line in sys.stdin:
    seed, seconds = line.split()
    if float(seconds):
        in_a_fork(lambda: work(int(seed)), float(seconds))
    in_a_fork(check)
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


@pytest.fixture(scope="module")
def worker(company: tuple[dict[str, str], str]) -> Iterator["subprocess.Popen[str]"]:
    """Does work in forks of itself, kills them, and checks the books in another."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK], env=company[0], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    process.wait(60)


def faults_after(worker: "subprocess.Popen[str]", seed: int = 0, seconds: float = 0) -> str:
    """Work for some time, be killed, and say what is wrong then; no seconds: only look."""
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(f"{seed} {seconds}\n")
    worker.stdin.flush()
    return worker.stdout.readline().strip()


def test_a_simulation_is_killed_at_random_moments(worker):
    luck = random.Random(20261123)
    for kill in range(SIMULATION_KILLS):
        assert faults_after(worker, kill, luck.uniform(0.05, 2.5)) == "FAULTS 0 []", f"after kill {kill}"
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


def test_the_server_is_killed_while_it_posts(company, worker):
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
        assert faults_after(worker) == "FAULTS 0 []", f"after kill {kill}"
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


SHOP = """
import django, sys, uuid; django.setup()
from decimal import Decimal
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import ItemCategory, Plant, Unit
from gongfang.platform.identity.models import User
from gongfang.platform.identity.services import create_user
from gongfang.production import services
admin = User.objects.get(username="root")
do = lambda verb, **values: verb(actor=admin, request_id=uuid.uuid4(), **values)
do(create_user, username="killed", name="killed", password="Gongfang-2026", roles=["operator"], badge="KILLED", pin="1234")
centre = do(masterdata.create_work_centre, code="KILL", name="KILL", plant=Plant.objects.first().pk, labour_rate=Decimal(40))
category = ItemCategory.objects.filter(inventory_role="finished").first()
item = do(masterdata.create_item, code="KILL", name="KILL", category=category.pk, unit=Unit.objects.first().pk, kind="finished", source="make")
do(masterdata.create_routing, item=item.pk, operations=[{"operation_no": 10, "name": "KILL", "work_centre": centre.pk, "run_minutes": Decimal(6)}])
order = do(services.create_order, item_id=item.pk, quantity=Decimal(100000))
do(services.submit_order, document_id=order.pk)
while not do(services.approve_order, document_id=order.pk).approval == "approved":
    pass
do(services.release_orders, order_ids=[order.pk])
print(order.number)
"""
COUNT = """
import django, sys; django.setup()
from gongfang.platform.models import Request
from gongfang.production.models import ReportLine, WorkOrderOperation
ids = sys.argv[2].split(",")
row = WorkOrderOperation.objects.get(document__number=sys.argv[1])
print(ReportLine.objects.filter(operation=row).count(), int(row.good_quantity), Request.objects.filter(pk__in=ids).count())
"""


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
    with urllib.request.urlopen(urllib.request.Request(f"{url}/shop/{path}", body, headers), timeout=20) as answer:
        return json.load(answer)


def test_the_server_is_killed_under_the_reports_of_terminals(company, worker):
    """What a terminal heard of is there; what it did not, it sends again under the same id: all of it once."""
    environment = company[0]

    def told(script: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.split("\n")[-2]

    number, luck = told(SHOP), random.Random(16)
    waiting: list[list[str]] = [[] for _ in range(WRITERS)]
    acknowledged: list[str] = []
    for kill in range(SHOP_KILLS + 1):
        process, url = serve(environment)
        try:
            token = shop_call(url, "login", {"badge": "KILLED", "pin": "1234"})["token"]
            (operation,) = [job["id"] for job in shop_call(url, f"jobs?q={number}", token=token)["jobs"]]
            terminals = [ShopTerminal(url, token, operation, queue) for queue in waiting]
            if kill < SHOP_KILLS:
                [terminal.start() for terminal in terminals]
                deadline = time.monotonic() + START_SECONDS  # a busy machine may need long for the first report
                while not any(terminal.acknowledged for terminal in terminals) and time.monotonic() < deadline:
                    time.sleep(0.01)
                time.sleep(luck.uniform(0, 1))
            else:  # the last server is not killed: what waits is sent, and all that was heard of is sent again
                assert all(terminal.send(one) for terminal in terminals for one in list(terminal.waiting))
                again = ShopTerminal(url, token, operation, list(acknowledged[:100]))
                assert all(again.send(one) for one in acknowledged[:100])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
        [terminal.join(40) for terminal in terminals if terminal.ident]
        assert not any(terminal.refused for terminal in terminals), [terminal.refused for terminal in terminals]
        acknowledged += [one for terminal in terminals for one in terminal.acknowledged]
        lines, good, known = told(COUNT, number, ",".join(acknowledged)).split()
        assert lines == good and int(known) == len(acknowledged) <= int(lines) <= len(acknowledged) + WRITERS
        assert faults_after(worker) == "FAULTS 0 []", f"after kill {kill}"
    assert int(lines) == len(acknowledged) == len(set(acknowledged)) > SHOP_KILLS
    print(f"{SHOP_KILLS} kills under terminals, {len(acknowledged)} acknowledged reports, each there once, 0 faults")
