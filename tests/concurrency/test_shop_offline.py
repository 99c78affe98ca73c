"""Terminals without a net: queues of mixed acts, shuffled, cut off and replayed, come to what one terminal after another would."""

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from gongfang.people.models import Employee
from gongfang.platform.identity.models import Role, User
from gongfang.platform.settings import services as company_settings
from gongfang.production.models import OperationTime, Report, ReportLine, ReportPerson, WorkOrder
from gongfang.production.services import dispatch_operations
from gongfang.production.shop.tokens import token_of
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop
from tests.production.terminal import Terminal, milliseconds

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TERMINALS, ORDERS, SOLO = 200, 20, 10
GROUP = TERMINALS // ORDERS  # terminals of an order: half of them turn, half assemble
PIECES = 35  # of an order: five turners of its own and five of its neighbour report 25 good and 10 scrapped
LATER = {"out_of_sequence", "clock_not_running"}  # may become right when the acts of others arrive


class CutOffError(Exception):
    """The line broke before the server had written."""


@dataclass
class Queue:
    """A terminal with what waits in it, in the order in which it was entered."""

    user: User
    acts: list[dict[str, Any]] = field(default_factory=list)

    def enter(self, act: str, operation: int | None, at: datetime, **data: Any) -> None:
        sent = {"act": act, "operation": operation, "at": milliseconds(at), "request_id": str(uuid.uuid4()), **data}
        self.acts.append(sent)


class Offline(Terminal):
    """A terminal whose person logged in before the net broke."""

    def __init__(self, user: User) -> None:
        self.client, self.token = Client(raise_request_exception=True), token_of(user)


def sound() -> bool:
    return not [str(fault) for check in CHECKS for fault in check.run()]


def operators() -> list[User]:
    """As many operators as terminals, each with a PIN (of no consequence: they are logged in)."""
    role = Role.objects.get(code="operator")
    users = User.objects.bulk_create(
        [User(username=f"t{n}", name=f"t{n}", pin=f"pin-{n}-{uuid.uuid4()}") for n in range(TERMINALS)]
    )
    User.roles.through.objects.bulk_create([User.roles.through(user_id=user.pk, role_id=role.pk) for user in users])
    return users


def turner(shop: Shop, queue: Queue, order: WorkOrder, neighbour: WorkOrder, start: datetime) -> None:
    """Six acts: begins, reports, reports two orders at once with a scrapped piece, bad pieces, a piece, stops."""
    step, other = shop.operation(order, 10).pk, shop.operation(neighbour, 10).pk
    queue.enter("begin", step, start)
    queue.enter("report", step, start + timedelta(minutes=10), good="2", minutes="12")
    lines = [{"operation": step, "good": "1", "minutes": "6"},
             {"operation": other, "good": "1", "scrap_material": "1", "cause": "砂眼", "minutes": "12"}]  # fmt: skip
    queue.enter("report_many", None, start + timedelta(minutes=20), lines=lines)
    queue.enter("report", step, start + timedelta(minutes=25), scrap_worker="1", rework="1", cause="偏心", minutes="9")
    queue.enter("report", step, start + timedelta(minutes=30), good="1", minutes="6", machine="L2")
    queue.enter("stop", step, start + timedelta(minutes=31))


def fitter(shop: Shop, queue: Queue, order: WorkOrder, start: datetime) -> None:
    """Five acts: begins, reports for two people 2 to 1, again, alone, stops; five of them assemble what the turners made."""
    step = shop.operation(order, 20).pk
    crew = [{"employee": 0, "share": "2"}, {"employee": shop.helper.pk, "share": "1"}]  # type: ignore[attr-defined]
    queue.enter("begin", step, start)
    for minute, good, who in ((15, "2", crew), (30, "2", crew), (40, "1", [])):
        queue.enter(
            "report", step, start + timedelta(minutes=minute), good=good, people=who, minutes=str(12 * int(good))
        )
    queue.enter("stop", step, start + timedelta(minutes=41))


def soloist(shop: Shop, queue: Queue, order: WorkOrder, start: datetime) -> None:
    """Four acts more on work of one's own: seen, begun, stopped, gone on with; the clock says 50 minutes."""
    step = shop.operation(order, 10).pk
    queue.enter("acknowledge", step, start)
    queue.enter("begin", step, start + timedelta(minutes=50))
    queue.enter("stop", step, start + timedelta(minutes=80))
    queue.enter("begin", step, start + timedelta(minutes=90))
    queue.enter("report", step, start + timedelta(minutes=110), good="4")


def world(shop: Shop, users: Sequence[User], count: int, solo: int) -> tuple[list[WorkOrder], list[Queue]]:
    """So many orders with the full queues of ten terminals each, five to eleven acts; `solo` of them with work of their own."""
    orders = [shop.order(str(PIECES)) for _ in range(count)] + [shop.order("4") for _ in range(solo)]
    queues = [Queue(user) for user in users[: count * GROUP]]
    start = timezone.now() - timedelta(hours=8)
    for n, queue in enumerate(queues):
        if n < len(queues) // 2:
            turner(shop, queue, orders[n % count], orders[(n + 1) % count], start + timedelta(minutes=n))
        else:
            fitter(shop, queue, orders[n % count], start + timedelta(minutes=n))
        if n < solo:
            step = shop.operation(orders[count + n], 10).pk
            shop.do(dispatch_operations, operation_ids=[step], user_id=queue.user.pk)
            soloist(shop, queue, orders[count + n], start + timedelta(hours=2))
    return orders, queues


def send(queue: Queue, luck: random.Random | None) -> None:
    """What a terminal does once the net seems back: act after act, until one is not heard of; refusals for now are tried later."""
    terminal = Offline(queue.user)
    try:
        for act in list(queue.acts):
            chance = luck.random() if luck else 1.0
            try:
                if chance < 0.1:
                    with transaction.atomic():
                        terminal.post("act", act)
                        raise CutOffError
                answer = terminal.post("act", act)
            except (CutOffError, OperationalError):
                return  # a verb inside another transaction is not tried again by itself
            if chance < 0.25:
                return  # done, but the answer was lost
            if answer.status_code == 200:
                queue.acts.remove(act)
            else:
                assert answer.json()["code"] in LATER, answer.json()
    finally:
        connection.close()


def figures(orders: Sequence[WorkOrder]) -> list[Any]:
    """All that the acts left behind, order by order; people without their names, for every one of a kind does the same."""
    found = []
    for one in orders:
        order = WorkOrder.objects.get(pk=one.pk)
        costs = (order.actual_material, order.actual_labour, order.actual_machine, order.actual_overhead, order.wip)
        steps = [
            (row.operation_no, row.state, row.good_quantity, row.scrap_material, row.scrap_worker, row.rework_quantity, row.minutes,
             row.labour_minutes, row.labour_value, row.machine_value, row.overhead_value, row.acknowledged_at is not None)
            for row in order.operations.order_by("operation_no")
        ]  # fmt: skip
        lines = ReportLine.objects.filter(order=order, document__approval="approved")
        told = Counter(lines.values_list("operation__operation_no", "good", "scrap_material", "scrap_worker", "rework", "minutes", "machine", "cause"))  # fmt: skip
        by_person: dict[int, list[Any]] = defaultdict(list)
        for person, *share in ReportPerson.objects.filter(line__in=lines).values_list(
            "employee", "good", "minutes", "pay"
        ):
            by_person[person].append(tuple(share))
        for clock in OperationTime.objects.filter(operation__document=order):
            by_person[clock.employee_id].append((clock.minutes, clock.line_id is not None))
        shares = Counter(tuple(sorted(rows, key=str)) for rows in by_person.values())
        issued = {row.item.code: (row.done_quantity, row.value) for row in order.materials.select_related("item")}
        found.append((order.stage, order.scrap_quantity, order.rework_quantity, costs, steps, told, shares, issued))
    return found


def test_two_hundred_queues_of_mixed_acts_come_to_what_one_after_another_would() -> None:
    """Once in order for two orders with twenty terminals; then twenty orders with two hundred, shuffled and cut off; then again."""
    shop = Shop()
    shop.helper = Employee.objects.create(code="H", name="H")  # type: ignore[attr-defined]
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    shop.items["pump"].routings.get().operations.update(piece_rate=D("0.37"))
    shop.stock("bolt", "8000", "4000.00")
    users = operators()
    few, one_by_one = world(shop, users, 2, 1)
    for queue in one_by_one:  # those who turn first
        send(queue, None)
    assert not [queue.acts for queue in one_by_one if queue.acts]
    reports, expected = Report.objects.count(), figures(few)
    assert expected[0] == expected[1] and len(expected[0][5]) == 7
    assert expected[0][4][0][:6] == (10, "done", 25, 5, 5, 5) and expected[0][4][1][:3] == (20, "done", 25)
    assert expected[-1][4][0][6] == 50, "minutes by the clock, without the break"

    orders, queues = world(shop, users, ORDERS, SOLO)
    replay = [Queue(queue.user, list(queue.acts)) for queue in queues]
    chance, rounds = random.Random(11), 0
    while waiting := [queue for queue in queues if queue.acts]:
        rounds += 1
        assert rounds < 60, [queue.acts for queue in waiting]
        chance.shuffle(waiting)
        lucks = [random.Random(chance.random()) for _ in waiting]
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(send, waiting, lucks))
    whole = [*expected[:1] * ORDERS, *expected[-1:] * SOLO]
    made = reports + (reports - 1) * ORDERS // 2 + SOLO
    assert Report.objects.count() == made and figures(orders) == whole and sound()
    chance.shuffle(replay)  # and all of it once more: nothing changes
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(send, replay, [None] * len(replay)))
    assert not [queue.acts for queue in replay if queue.acts]
    assert Report.objects.count() == made and figures(orders) == whole and sound()
