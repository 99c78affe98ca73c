"""The same fault at the desk, at the terminal and over REST: refused in the same words, naming order, operation and what to do, with nothing changed."""

import html
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from gongfang.people.models import Employee
from gongfang.production import services
from gongfang.production.models import WorkOrder, WorkOrderOperation
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of
from tests.production.test_operations import Api
from tests.production.test_refusals import shut, state

FIT = "correct the figure, or change the order or its tolerance."
GONE = "nothing more can be posted on it. Reopen it first, or choose another order."


def over(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    return (
        10,
        "11",
        f"{order.number}, 10 op10: planned 10, reported 0; 11 more is over the tolerance. At most 10.5 more fit: {FIT}",
    )


def held(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    shop.do(services.pause_orders, order_ids=[order.pk], reason="machine down")
    return 10, "1", f"{order.number} is paused; resume it first."


def closed(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    shop.pick(order)
    shop.report(order, 10, "2")
    shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    return 10, "1", f"{order.number} is “Order closed”; {GONE}"


def uncertified(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    WorkOrderOperation.objects.filter(document=order, operation_no=10).update(skill="weld")
    return (
        10,
        "1",
        "Zheng has no valid certificate for “weld”. Let somebody who has it do the work, or enter the certificate first.",
    )


def out_of_sequence(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    words = "only 0 good pieces have come from the operation before; 1 would be reported. Report that operation first."
    return 20, "1", f"{order.number}, 20 op20: {words}"


def closed_period(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    period = shut(shop.today)
    return 10, "1", f"{period.year}-{period.month:02d} is closed; take a later date."


def stale(shop: Shop, order: WorkOrder) -> tuple[int, str, str]:
    """The screen was opened before somebody else reported the same ten pieces."""
    shop.report(order, 10, "10")
    return (
        10,
        "10",
        f"{order.number}, 10 op10: planned 10, reported 10; 10 more is over the tolerance. At most 0.5 more fit: {FIT}",
    )


def at_the_desk(worker: Any) -> Callable[[int, str], list[str]]:
    client = client_of(worker)

    def send(operation: int, good: str) -> list[str]:
        names = ("scrap_material", "scrap_worker", "rework", "minutes", "cause", "machine", "crew")
        values = {"operation": operation, "good": good, "request_id": str(uuid.uuid4()), **dict.fromkeys(names, "")}
        answer = client.post("/production/report/", values)
        assert answer.status_code == 422
        page = answer.content.decode()
        (alert,) = re.findall(r'<div class="alert alert-danger" role="alert">(.*?)</div></div>', page)
        kept = re.search(rf'name="operation" value="{operation}".*?name="good" value="([^"]*)"', page, re.S)
        assert kept is None or kept[1] == good, "what was typed stands there still"
        return [html.unescape(text) for text in alert.removeprefix("<div>").split("</div><div>")]

    return send


def at_the_terminal(worker: Any) -> Callable[[int, str], list[str]]:
    terminal = Terminal(worker)

    def send(operation: int, good: str) -> list[str]:
        answer = terminal.report(operation, good)
        assert answer.status_code in (409, 422)
        return [problem["message"] for problem in answer.json()["problems"]]

    return send


def over_rest(worker: Any) -> Callable[[int, str], list[str]]:
    api = Api(worker)

    def send(operation: int, good: str) -> list[str]:
        answer = api.post(f"production/operations/{operation}/report_operation", good=good)
        assert answer.status_code in (409, 422), answer.content
        return [problem["message"] for problem in answer.json()["problems"]]

    return send


@pytest.mark.parametrize("edge", [at_the_desk, at_the_terminal, over_rest])
@pytest.mark.parametrize("fault", [over, held, closed, uncertified, out_of_sequence, closed_period, stale])
def test_a_report_is_refused_in_words_and_nothing_changes(shop: Shop, fault: Any, edge: Any) -> None:
    worker = shop.person("worker", "operator")
    worker.roles.add(*shop.person("second", "supervisor").roles.all())  # the desk is the supervisor's
    worker.pin = make_password("1234")
    worker.save()
    Employee.objects.create(code="E1", name="Zheng", user=worker)
    shop.stock_up(20)
    order = shop.order("10")
    send = edge(worker)
    number, good, words = fault(shop, order)
    operation = shop.operation(order, number).pk
    before = state(shop)
    assert send(operation, good) == [words]
    assert state(shop) == before
