"""Many people at once: tolerance is never exceeded, nothing is lost, a repeated report counts once."""

import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from gongfang.kernel.errors import DomainError
from gongfang.production import services
from gongfang.production.models import Report
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(acts: list[Callable[[], Any]], workers: int = 16) -> list[str]:
    """Run all acts in threads; "done" or the refusal's code for each."""

    def run(act: Callable[[], Any]) -> str:
        try:
            act()
            return "done"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, acts))


def sound() -> bool:
    return not [str(fault) for check in CHECKS for fault in check.run()]


def test_forty_reports_at_once_stop_at_the_tolerance() -> None:
    shop = Shop()
    order = shop.order("10")
    assert order.over_report == D("0.05")
    operation = shop.operation(order, 10).pk
    outcomes = at_once(
        [lambda: shop.do(services.report_operation, operation_id=operation, good=D(1)) for _ in range(40)]
    )
    assert outcomes.count("done") == 10 and set(outcomes) == {"done", "over_report"}
    assert shop.operation(order, 10).good_quantity == 10 and sound()


def test_two_keepers_issue_the_last_pieces_once() -> None:
    shop = Shop()
    shop.stock_up(5)
    orders = [shop.order("4"), shop.order("4")]
    outcomes = at_once([lambda order=order: shop.pick(order) for order in orders])
    assert sorted(outcomes) in (["done", "short_material"], ["done", "short_stock"])
    assert shop.on_hand("casting") == 1 and sound()


def test_receipts_and_undone_reports_meet_in_one_order() -> None:
    shop = Shop()
    shop.stock_up(20)
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    report = shop.report(order, 20, "10")
    acts = [lambda: shop.receive(order, "1") for _ in range(12)]
    acts.insert(4, lambda: shop.do(services.undo_report, document_id=report.pk))
    at_once(acts)
    fresh = shop.fresh(order)
    assert fresh.received_quantity <= shop.operation(order, 20).good_quantity and sound()


def test_replayed_shuffled_and_cut_off_reports_count_once() -> None:
    shop = Shop()
    orders = [shop.order("20") for _ in range(5)]
    requests = [
        (uuid.uuid4(), shop.operation(order, 10).pk, D(quantity)) for order in orders for quantity in (1, 2, 3, 4, 5, 5)
    ]
    sends = [*requests, *requests, *random.Random(7).sample(requests, 10)]
    random.Random(3).shuffle(sends)
    outcomes = at_once(
        [
            lambda one=one: shop.do(services.report_operation, request_id=one[0], operation_id=one[1], good=one[2])
            for one in sends
        ],
        24,
    )
    assert set(outcomes) == {"done"}
    assert Report.objects.count() == len(requests)
    assert all(shop.operation(order, 10).good_quantity == 20 for order in orders) and sound()
