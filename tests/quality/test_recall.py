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
from gongfang.production import services
from gongfang.production.models import LotUse, WorkOrder
from gongfang.production.queries import lot_steps
from gongfang.quality import services as quality
from gongfang.quality.models import RecallDrill
from gongfang.quality.services import trace
from gongfang.sales import services as sales
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


def test_the_balance_holds_through_rework_scrap_part_shipment_and_return(shop: Shop) -> None:
    """Ten pumps: three are reworked and two of them come back, four are shipped and one of these returned, one is scrapped."""
    shop.supplier.is_customer = True
    shop.supplier.save()
    shop.stock_up(30)
    order = shop.order("10", lot_code="P-7")
    shop.pick(order)
    for number in (10, 20):
        shop.report(order, number, "10")
    shop.receive(order, "10")
    casting, pump = Lot.objects.get(code="C1"), Lot.objects.get(code="P-7")

    again = shop.do(
        services.create_rework, document_id=order.pk, quantity=D(3), reason="burr", operation="deburr",
        work_centre_id=shop.turning.pk, minutes=D(3),
    )  # fmt: skip
    shop.approve(again)
    shop.do(services.release_orders, order_ids=[again.pk])
    shop.pick(again)
    inside = trace(casting.pk)  # three are being reworked now
    assert inside.is_balanced and [(step.number, step.come_quantity) for step in inside.orders if step.come_lot == pump.pk] == [(again.number, D(3))]  # fmt: skip
    shop.report(again, 10, "2", scrap_worker="1")
    shop.receive(again, "2", lot_code="P-7")

    wanted = shop.do(
        sales.create_order, customer_id=shop.supplier.pk, promised_date=shop.today, lines=[sales.OrderLine(pump.item_id, D(6), D(300))],
        warehouse_id=shop.finished.pk,
    )  # fmt: skip
    shop.do(sales.approve_order, document_id=wanted.pk)
    goods = [sales.ShippedGoods(wanted.lines.get().pk, D(4), lot_id=pump.pk)]
    shipment = shop.do(sales.ship_order, order_id=wanted.pk, lines=goods, warehouse_id=shop.finished.pk)
    back = shop.do(
        sales.create_return, customer_id=shop.supplier.pk, warehouse_id=shop.finished.pk, reason="leaks", handling="replace", place="blocked",
        lines=[sales.SentBack(shipment.lines.get().pk, D(1))],
    )  # fmt: skip
    shop.do(sales.approve_return, document_id=back.pk)
    bad = shop.do(
        quality.create_nonconformance, item_id=pump.item_id, quantity=D(1), defect="cracked", disposition="scrap", lot_id=pump.pk,
        location_id=ledger.store_of(shop.finished).pk,
    )  # fmt: skip
    shop.do(quality.approve_nonconformance, document_id=bad.pk)

    found = trace(casting.pk)
    masses = {mass.lot.pk: mass for mass in found.masses}
    assert found.is_balanced and set(masses) == {casting.pk, pump.pk}
    of_pump = masses[pump.pk]
    # ten made and two come back from rework; three went into it; four shipped less one returned; one scrapped; five are here
    assert (of_pump.received, of_pump.used, of_pump.shipped, of_pump.scrapped, of_pump.stock, of_pump.difference) == (
        12,
        3,
        3,
        1,
        5,
        0,
    )
    assert (masses[casting.pk].received, masses[casting.pk].used, masses[casting.pk].stock) == (30, 10, 20)
    (customer,) = found.customers
    assert customer.quantity == D(3) and [(number, quantity) for number, _, _, quantity in customer.documents] == [
        (shipment.number, D(4)), (back.number, D(-1)),
    ]  # fmt: skip
    assert sorted((rest.kind, rest.quantity) for lot, rest in found.stock if lot.pk == pump.pk) == [
        ("blocked", D(1)),
        ("store", D(4)),
    ]
    assert found.orders == [
        step for step in found.forward if step.stage in ("released", "started", "paused", "completed")
    ]
    drill = shop.do(quality.record_drill, lot_id=casting.pk, reason="drill")
    assert (drill.is_balanced, drill.customers, D(drill.finding["customers"][0]["quantity"])) == (True, 1, 3)
    assert run_all() == []
