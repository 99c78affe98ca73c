"""Counters over HTTP and over a real MQTT broker: what is sent twice, out of order or during a fall counts once."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from django.test import Client
from django.utils import timezone

from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Count
from tests.maintenance.conftest import Workshop
from tests.maintenance.test_counters import TOKEN, device
from tests.trading import D

SOURCE = Path(__file__).resolve().parents[2] / "src"
SEED = """
import uuid
from gongfang.maintenance import services as maintenance
from gongfang.platform.identity.services import register_first_admin
admin = register_first_admin(actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026")
do = lambda verb, **values: verb(actor=admin, request_id=uuid.uuid4(), **values)
press = do(maintenance.create_equipment, code="P1", name="压机")
do(maintenance.create_device, code="D1", equipment=press.pk, token="%s")
"""


def post(client: Client, messages: list[dict[str, object]], token: str = TOKEN) -> tuple[int, dict[str, object]]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/api/v1/counters", json.dumps({"messages": messages}), "application/json", headers=headers)
    return answer.status_code, answer.json()


def test_http(shop: Workshop, client: Client) -> None:
    device(shop)
    sent: list[dict[str, object]] = [{"seq": n, "strokes": n, "run_minutes": "0.5"} for n in range(5)]
    assert post(client, sent) == (200, {"device": "D1", "received": 5, "highest": 4})
    assert post(client, sent[::-1]) == (200, {"device": "D1", "received": 5, "highest": 4})
    assert shop.fresh(shop.lathe).strokes == D(10)
    assert post(client, sent, token="wrong")[0] == 401
    for wrong in (
        [], [{"seq": -1}], [{"seq": 2**62}], [{"strokes": 1}], [{"seq": 9, "strokes": -1}], [{"seq": 9, "strokes": "NaN"}],
        [{"seq": 9, "strokes": "1e300"}], [{"seq": 9, "at": "yesterday"}], [{"seq": 9, "at": "2999-01-01T00:00:00Z"}],
        [{"seq": 9, "run_minutes": "0.0000001"}], [{"seq": n} for n in range(1001)],
    ):  # fmt: skip
        status, answer = post(client, wrong)
        assert status == 422 and answer["problems"], wrong
    assert Count.objects.count() == 5


def test_texts_that_cannot_be_read(shop: Workshop) -> None:
    device(shop)
    good = {"token": TOKEN, "seq": 1, "strokes": 2}
    texts: list[tuple[str, bytes]] = [
        ("D1", b"\xff"), ("D1", b"[]"), ("D1", b"{}"), ("D1", json.dumps(good | {"seq": "1"}).encode()),
        ("D1", json.dumps(good | {"strokes": "x"}).encode()), ("D1", json.dumps(good | {"at": "2026-13-45T00:00:00"}).encode()),
        ("D2", json.dumps(good).encode()), ("D1", json.dumps(good | {"messages": 5}).encode()), ("D1", json.dumps(good | {"seq": -1}).encode()),
        ("D1", json.dumps(good).encode()),
    ]  # fmt: skip
    heard = maintenance.hear(texts)
    assert (heard.taken, len(heard.refused)) == (1, 9)
    assert shop.fresh(shop.lathe).strokes == D(2)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[int]:
    """A broker of our own on a free port."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    program = os.environ.get("GONGFANG_TEST_MQTT") or shutil.which("mosquitto", path=places)
    if program is None:
        pytest.skip("needs the MQTT broker Mosquitto: install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (tmp_path / "broker.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    process = subprocess.Popen(
        [program, "-c", str(tmp_path / "broker.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until(lambda: connects(port))
    yield port
    process.terminate()
    process.wait(60)


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(holds: Callable[[], bool], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


@pytest.mark.slow
def test_a_real_broker_and_a_listener_that_is_killed(tmp_path: Path, mosquitto: int) -> None:
    """600 messages, each sent twice and shuffled in blocks; the listener is killed in between and started again."""
    own = {
        **os.environ,
        "GONGFANG_DATA": str(tmp_path),
        "PYTHONPATH": str(SOURCE),
        "DJANGO_SETTINGS_MODULE": "gongfang.config.settings.local",
    }
    own.pop("GONGFANG_DATABASE_URL", None)

    def manage(*words: str) -> None:
        subprocess.run([sys.executable, "-m", "gongfang.cli.manage", *words], env=own, check=True)

    def totals() -> list[int]:
        with sqlite3.connect(tmp_path / "gongfang.sqlite3") as base:
            strokes, received = base.execute(
                "SELECT strokes, (SELECT COUNT(*) FROM maintenance_count) FROM maintenance_equipment"
            ).fetchone()
            return [strokes // 1_000_000, received]

    def listen() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "gongfang.cli.main", "counters", "--broker", f"mqtt://127.0.0.1:{mosquitto}"]
        process = subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None and process.stdout.readline()
        return process

    manage("migrate", "-v0")
    manage("shell", "--no-imports", "-c", SEED % TOKEN)
    listener = listen()
    sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    sender.connect("127.0.0.1", mosquitto)
    sender.loop_start()
    now = timezone.now().isoformat()
    numbers = [*range(300), *range(150, 600), *range(150)]
    for place, number in enumerate(numbers[::-1] + numbers[300:]):
        text = json.dumps({"token": TOKEN, "seq": number, "at": now, "strokes": 1 + number % 3})
        sender.publish("gongfang/counters/D1", text, qos=1).wait_for_publish(10)
        if place == 400:
            listener.kill()
            listener.wait(60)
        if place == 700:
            listener = listen()
    wanted = sum(1 + number % 3 for number in range(600))
    until(lambda: totals() == [wanted, 600])
    sender.disconnect()
    sender.loop_stop()
    listener.terminate()
    assert listener.wait(120) == 0
