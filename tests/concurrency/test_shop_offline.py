"""Terminals without a net and a server that dies: every report that was acknowledged is there, and none is there twice."""

import json
import os
import random
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction

from gongfang.kernel.errors import DomainError
from gongfang.production import services
from gongfang.production.models import Report, ReportLine
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TERMINALS, ORDERS = 200, 20
Sent = tuple[uuid.UUID, int, D]


class CutOffError(Exception):
    """The line broke before the server had written."""


def sound() -> bool:
    return not [str(fault) for check in CHECKS for fault in check.run()]


def send(shop: Shop, one: Sent, luck: float) -> bool:
    """One attempt of a terminal; True when it heard the answer. luck: where the line breaks, if it does."""
    request_id, operation, good = one

    def report() -> None:
        shop.do(services.report_operation, request_id=request_id, operation_id=operation, good=good)

    try:
        if luck < 0.1:
            with transaction.atomic():
                report()
                raise CutOffError
        report()
        return luck > 0.3  # between: done, but the answer was lost
    except (CutOffError, OperationalError):
        return False  # a verb inside another transaction is not tried again by itself
    except DomainError as refusal:
        assert refusal.code == "out_of_sequence"  # may become right when the reports of others arrive
        return False
    finally:
        connection.close()


def test_two_hundred_queues_replayed_shuffled_and_cut_off_count_once() -> None:
    shop = Shop()
    shop.stock_up(200)
    orders = [shop.order("10") for _ in range(ORDERS)]
    chance = random.Random(11)
    queues: list[list[Sent]] = []
    for n in range(TERMINALS):
        # the first hundred terminals turn two pieces each, the others assemble them: ten of each on every order
        order = orders[n % ORDERS]
        queues.append([(uuid.uuid4(), shop.operation(order, 10 if n < TERMINALS // 2 else 20).pk, D(2))])
    waiting = [one for queue in queues for one in [*queue, *queue]]  # every terminal replays its queue twice
    rounds = 0
    while waiting:
        rounds += 1
        assert rounds < 40
        chance.shuffle(waiting)
        lucks = [chance.random() for _ in waiting]
        with ThreadPoolExecutor(12) as pool:
            heard = list(pool.map(lambda pair: send(shop, *pair), zip(waiting, lucks, strict=True)))
        waiting = [one for one, ok in zip(waiting, heard, strict=True) if not ok]
    assert Report.objects.count() == TERMINALS
    for order in orders:
        turned, assembled = shop.operation(order, 10), shop.operation(order, 20)
        # once and in order: 30 min set-up and 60 min turning at 40.00; 120 min assembly by two at 45.00
        assert (turned.good_quantity, turned.minutes, turned.labour_value) == (10, 90, D("60.00"))
        assert (assembled.good_quantity, assembled.minutes, assembled.labour_value) == (10, 120, D("180.00"))
    assert sound()


def reporting(shop: Shop, operation: int, requests: list[str], path: Path) -> None:
    """A server of its own: reports one piece per request, and writes down what it has acknowledged."""
    with path.open("a", encoding="utf-8") as heard:
        for request_id in requests:
            shop.do(services.report_operation, request_id=uuid.UUID(request_id), operation_id=operation, good=D(1))
            heard.write(json.dumps(request_id) + "\n")
            heard.flush()


def test_a_server_killed_while_it_reports_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    shop = Shop()
    order = shop.order("500")
    operation = shop.operation(order, 10).pk
    requests = [str(uuid.uuid4()) for _ in range(400)]
    path, chance = tmp_path / "acknowledged", random.Random(5)
    path.touch()
    for _ in range(6):
        known = {json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith('"')}
        connections.close_all()
        pid = os.fork()
        if pid == 0:
            try:
                reporting(shop, operation, [one for one in requests if one not in known], path)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.2, 0.8))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        known = {json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith('"')}
        there = ReportLine.objects.filter(operation=operation).count()
        # at most the one report that was under way was written without being heard of
        assert len(known) <= there <= len(known) + 7, (len(known), there)
        assert sound()
    heard = len({json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith('"')})
    assert heard >= 6
    # the terminals send all of it again: what was there stays, what was not is written
    for request_id in requests[: heard + 6]:
        shop.do(services.report_operation, request_id=uuid.UUID(request_id), operation_id=operation, good=D(1))
    assert shop.operation(order, 10).good_quantity == Report.objects.count() == heard + 6 and sound()
