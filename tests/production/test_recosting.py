"""Material that turns out dearer after it was issued: the order carries it while it is open, afterwards it is variance."""

from datetime import timedelta
from decimal import Decimal as D

from django.db import transaction

from gongfang.costing import services as costing
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, post
from gongfang.platform.verification import run_all
from gongfang.production import services
from tests.production.shop import Shop


def receive_yesterday(shop: Shop, code: str, quantity: str, value: str) -> None:
    item = shop.items[code]
    with transaction.atomic():
        move = Move(
            item.pk, D(quantity), ledger.location("OPENING"), ledger.store_of(item.default_warehouse), None, D(value)
        )
        post(actor=shop.boss, reason="late", source=None, on=shop.today - timedelta(days=1), moves=[move])


def test_an_open_order_carries_what_its_material_turns_out_to_cost(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    issue = shop.pick(order)
    receive_yesterday(shop, "shaft", "200", "12000.00")  # 30.00 each becomes 45.00
    assert {line.item.code: line.value for line in issue.lines.all()} == {"casting": D("1000.00"), "shaft": D("900.00")}
    assert shop.material(order, "shaft").value == D("900.00")
    assert shop.fresh(order).actual_material == D("1900.00") == shop.wip(order)["material"]
    assert run_all() == []
    shop.do(services.undo_issue, document_id=issue.pk)
    assert shop.fresh(order).actual_material == 0 and shop.wip(order) == {} and run_all() == []


def test_a_settled_order_takes_no_more_cost(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    issue = shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    shop.close(order)
    shop.do(costing.settle_orders, order_ids=[order.pk])
    before = shop.books().get("540102", D(0))
    receive_yesterday(shop, "shaft", "200", "12000.00")
    assert shop.fresh(order).actual_material == D("1620.00") and shop.wip(order) == {}
    assert issue.lines.get(item=shop.items["shaft"]).value == D("600.00")
    assert shop.books()["540102"] - before == D("300.00") and run_all() == []
