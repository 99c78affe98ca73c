"""The number of statements does not depend on the number of components, orders or lines."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.costing import services as costing
from gongfang.masterdata.models import Bom, BomLine, Item
from gongfang.platform.verbs import verb
from gongfang.production import services
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation
from tests.production.shop import Shop


@verb("production.test_bulk_create", "bulk")
def bulk_create(*, actor: Any, request_id: Any, rows: list[services.NewWorkOrder]) -> list[WorkOrder]:
    return services.create_work_orders(actor, rows)


def counted(act: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result = act()
    return len(queries), result


def many(shop: Shop, count: int) -> list[WorkOrder]:
    rows = [
        services.NewWorkOrder(shop.items["pump"].pk, D(2), shop.today, shop.today + timedelta(days=3))
        for _ in range(count)
    ]
    orders: list[WorkOrder] = shop.do(bulk_create, rows=rows)
    WorkOrder.objects.filter(pk__in=[order.pk for order in orders]).update(approval="approved")
    return orders


def life(shop: Shop, orders: list[WorkOrder]) -> dict[str, int]:
    """Statements of each step when all orders go through it at once."""
    ids = [order.pk for order in orders]
    found = {}
    found["release"], _ = counted(lambda: shop.do(services.release_orders, order_ids=ids))
    found["pick"], _ = counted(lambda: shop.do(services.pick_orders, order_ids=ids))
    for number in (10, 20):
        steps = WorkOrderOperation.objects.filter(document__in=ids, operation_no=number)
        lines = [services.ReportInput(step.pk, D(2)) for step in steps]
        found[f"report {number}"], _ = counted(lambda lines=lines: shop.do(services.report_work, lines=lines))
    found["receive"], _ = counted(lambda: shop.do(services.receive_orders, order_ids=ids))
    found["close"], _ = counted(lambda: shop.do(services.close_orders, order_ids=ids))
    found["settle"], _ = counted(lambda: shop.do(costing.settle_orders, order_ids=ids))
    found["unsettle"], _ = counted(lambda: shop.do(costing.unsettle_orders, order_ids=ids))
    return found


def test_bulk_verbs_cost_the_same_statements_for_3_and_60_orders(shop: Shop) -> None:
    shop.stock_up(1000)
    life(shop, many(shop, 2))  # what is made on first use is made
    few, _ = counted(lambda: many(shop, 3))
    lots, orders = counted(lambda: many(shop, 60))
    assert few == lots
    small, large = life(shop, many(shop, 3)), life(shop, orders)
    assert small == large
    assert max(large.values()) <= 75


def wide(shop: Shop, lines: int) -> Item:
    """A product of so many components, each in stock."""
    parent = shop.item(f"frame{lines}", "finished", "0", source="make", default_warehouse=shop.finished)
    parts = Item.objects.bulk_create(
        [
            Item(code=f"p{lines}-{n}", name=f"p{n}", category=shop.categories["raw"], unit=shop.unit, standard_cost=D(2), default_warehouse=shop.raw)
            for n in range(lines)
        ]
    )  # fmt: skip
    bom = Bom.objects.create(item=parent)
    BomLine.objects.bulk_create(
        [BomLine(bom=bom, line_no=n, component=part, quantity=D(1)) for n, part in enumerate(parts, start=1)]
    )
    for part in parts:
        shop.items[part.code] = part
    return parent


def stock_all(shop: Shop, lines: int) -> None:
    from django.db import transaction

    from gongfang.ledger import queries as ledger
    from gongfang.ledger.services import Move, post

    source, target = ledger.location("OPENING"), ledger.store_of(shop.raw)
    moves = [Move(shop.items[f"p{lines}-{n}"].pk, D(10), source, target, value=D("20.00")) for n in range(lines)]
    with transaction.atomic():
        post(actor=shop.boss, reason="opening", source=None, on=shop.today, moves=moves)


def whole_life(shop: Shop, code: str) -> dict[str, int]:
    """Statements of each step of one order, from its creation to its settlement."""
    found = {}
    found["create"], order = counted(lambda: shop.order("2", code, release=False))
    found["approve"], _ = counted(lambda: shop.approve(order))
    for name, act in (
        ("release", lambda: shop.do(services.release_orders, order_ids=[order.pk])),
        ("pick", lambda: shop.pick(order)),
        ("receive", lambda: shop.receive(order, "2")),
        ("close", lambda: shop.close(order)),
        ("settle", lambda: shop.do(costing.settle_orders, order_ids=[order.pk])),
    ):
        found[name], _ = counted(act)
    return found


def test_a_bom_of_500_lines_costs_the_statements_of_5_lines(shop: Shop) -> None:
    for lines in (3, 5, 500):
        wide(shop, lines)
        stock_all(shop, lines)
    whole_life(shop, "frame3")  # what is made on first use is made
    small, large = whole_life(shop, "frame5"), whole_life(shop, "frame500")
    assert small == large and sum(large.values()) <= 330
    assert WorkOrderMaterial.objects.filter(document__item=shop.items["frame500"]).count() == 500


@pytest.mark.slow
def test_a_thousand_orders_cost_the_statements_of_sixty(shop: Shop) -> None:
    """How long they take, benchmarks/work_orders.py holds against its limits; a test counts."""
    shop.stock_up(3000)
    life(shop, many(shop, 2))
    few = life(shop, many(shop, 60))
    assert life(shop, many(shop, 1000)) == few
