"""Recall: a lot up and down with its mass balance; forward is the inverse of backward; the same statements at any size."""

import random
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Lot
from gongfang.ledger.services import Move, post
from gongfang.platform.verification import run_all
from gongfang.production.models import LotUse, WorkOrder
from gongfang.production.queries import lot_steps
from gongfang.quality import services as quality
from gongfang.quality.models import RecallDrill
from gongfang.quality.services import trace
from tests.production.shop import D, Shop


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    yield Shop()


def made(shop: Shop, quantity: str = "10") -> tuple[Lot, Lot]:
    """Ten pumps of castings of lot C1; returns the lots."""
    order = shop.order(quantity)
    shop.pick(order)
    shop.report(order, 10, quantity)
    shop.report(order, 20, quantity)
    shop.receive(order, quantity)
    return Lot.objects.get(code="C1"), Lot.objects.filter(item=shop.items["pump"]).latest("pk")


def move(shop: Shop, lot: Lot, quantity: str, target: str) -> None:
    place = ledger.store_of(lot.item.default_warehouse)
    with transaction.atomic():
        post(actor=shop.boss, reason="test", source=None, on=shop.today, moves=[Move(lot.item_id, D(quantity), place, ledger.location(target), lot.pk)], partner_id=shop.supplier.pk)  # fmt: skip


def test_from_a_casting_to_the_customers(shop: Shop) -> None:
    shop.stock_up(30)
    casting, pump = made(shop)
    running = shop.order("5")
    shop.pick(running)
    move(shop, pump, "4", "CUSTOMER")
    move(shop, pump, "1", "SCRAP")
    found = trace(casting.pk)
    masses = {mass.lot.pk: mass for mass in found.masses}
    assert found.is_balanced and {casting.pk, pump.pk} == set(masses)
    assert (masses[casting.pk].received, masses[casting.pk].used, masses[casting.pk].stock) == (D(30), D(15), D(15))
    finished = masses[pump.pk]
    assert (finished.received, finished.shipped, finished.scrapped, finished.stock) == (D(10), D(4), D(1), D(5))
    assert [(one.customer, one.quantity) for one in found.customers] == [(shop.supplier, D(4))]
    assert [step.number for step in found.orders if step.order_id == running.pk] == [running.number]
    backward = trace(pump.pk)
    assert backward.is_balanced and {mass.lot.pk for mass in backward.masses if mass.role == "before"} == {casting.pk}
    assert run_all() == []


def test_a_balance_that_does_not_hold_is_told(shop: Shop) -> None:
    shop.stock_up(30)
    _, pump = made(shop)
    LotUse.objects.filter(lot=pump, role="produced").update(quantity=D(9))
    found = trace(pump.pk)
    assert not found.is_balanced and next(mass for mass in found.masses if mass.role == "self").difference == D(-1)


def test_forward_is_the_inverse_of_backward(shop: Shop) -> None:
    """Random genealogies of 40 lots in six layers through 25 orders."""
    luck = random.Random(11)
    item = shop.items["casting"]
    lots = Lot.objects.bulk_create(Lot(item=item, code=f"R{n}") for n in range(40))
    shop.stock_up(100)
    template = shop.order("1", release=False)
    orders = []
    for number in range(25):
        values = {
            field.attname: getattr(template, field.attname)
            for field in WorkOrder._meta.concrete_fields
            if field.name not in ("id", "number")
        }
        orders.append(WorkOrder(number=f"R{number}", **values))
    orders = WorkOrder.objects.bulk_create(orders)
    for order in orders:
        layer = luck.randrange(5)
        for role, at in (("consumed", layer), ("produced", layer + 1)):
            for lot in luck.sample(lots[at * 7 : at * 7 + 6], luck.randint(1, 3)):
                LotUse.objects.create(order=order, lot=lot, role=role, quantity=D(1))
    forward = {lot.pk: {step.go_lot for step in lot_steps(lot.pk)} - {None} for lot in lots}
    backward = {lot.pk: {step.go_lot for step in lot_steps(lot.pk, forward=False)} - {None} for lot in lots}
    assert any(len(found) > 5 for found in forward.values())
    for one in lots:
        for other in lots:
            assert (other.pk in forward[one.pk]) == (one.pk in backward[other.pk])


def test_a_recall_takes_the_same_statements_at_any_size(shop: Shop) -> None:
    shop.stock_up(60)
    counts = []
    for rounds in (1, 3):
        for _ in range(rounds):
            casting, pump = made(shop)
            move(shop, pump, "2", "CUSTOMER")
        with CaptureQueriesContext(connection) as statements:
            trace(casting.pk)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def test_the_page_keeps_a_drill(shop: Shop) -> None:
    shop.stock_up(30)
    _, pump = made(shop)
    move(shop, pump, "4", "CUSTOMER")
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/quality/recall/").status_code == 200
    assert "没有批号或序列号" in client.get("/quality/recall/?lot=nothing").content.decode()
    page = client.get("/quality/recall/?lot=C1").content.decode()
    assert pump.code in page and shop.supplier.name in page
    assert client.post("/quality/recall/?lot=C1", {"reason": "年度演练", "request_id": str(uuid4())}).status_code == 302
    drill = RecallDrill.objects.get()
    assert (drill.is_balanced, drill.lots, drill.customers, drill.is_drill) == (True, 2, 1, True)
    assert client.get(f"/quality/recalls/{drill.pk}/tab/finding").status_code == 200
    table = client.get("/quality/recall/export?lot=C1")
    assert table.status_code == 200 and pump.code in table.content.decode("utf-8-sig")
    with pytest.raises(Exception, match="There is no"):
        trace(10**9)
    assert quality.record_drill
