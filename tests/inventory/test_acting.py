"""Alerts that name nobody, documents that settle them in one click, replenishment of what is made and what comes to one warehouse."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from gongfang.inventory import services
from gongfang.inventory.models import StockAlert
from gongfang.inventory.rules.alerting import Candidate, in_charge
from gongfang.inventory.services import AlertRuleInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Lot
from gongfang.masterdata.models import Bom, BomLine, Item, Routing, RoutingOperation, WorkCentre
from gongfang.platform.documents.lifecycle import LIFECYCLES
from gongfang.platform.documents.links import targets
from gongfang.platform.identity.models import DataScope
from gongfang.platform.settings.services import change_settings
from gongfang.production import services as production
from gongfang.production.models import WorkOrder
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import Requisition
from gongfang.purchasing.services import OrderLine
from gongfang.quality.models import Nonconformance
from tests.trading import D, Trade


@pytest.fixture
def trade(db: None) -> Any:
    trade = Trade()
    services.ensure_rules()
    yield trade
    assert trade.is_spoilt or trade.proven() == []


def plan(trade: Trade, code: str, **values: Any) -> None:
    Item.objects.filter(pk=trade.items[code].pk).update(**values)


def alert_of(kind: str, **values: Any) -> StockAlert:
    services.look()
    return StockAlert.objects.get(kind=kind, state="open", **values)


ANNA, BOB, CARL = Candidate(1, frozenset({"buyer"}), False), Candidate(2, frozenset({"keeper"}), False, frozenset({7})), Candidate(3, frozenset({"keeper"}), False)  # fmt: skip
ADMIN = Candidate(9, frozenset({"admin"}), True)


@pytest.mark.parametrize(
    ("kind", "warehouse", "people", "who"),
    [
        ("dead", 7, [ANNA, BOB, CARL], 2), ("dead", 8, [ANNA, BOB, CARL], 3), ("dead", None, [ANNA, BOB], 2), ("shortage", 7, [ANNA, BOB, ADMIN], 1),
        ("shortage", 7, [BOB, ADMIN], 9), ("expiry", 8, [BOB], None), ("excess", None, [], None),
    ],
)  # fmt: skip
def test_who_sees_to_what_names_nobody(
    kind: str, warehouse: int | None, people: list[Candidate], who: int | None
) -> None:
    assert in_charge(kind, warehouse, people) == who


def test_what_names_nobody_goes_to_a_role_and_they_are_told_once(trade: Trade) -> None:
    planner, keeper = trade.user("planner"), trade.user("keeper")
    DataScope.objects.create(user=keeper, kind="warehouse", code="W2")
    for code in ("shaft", "wheel"):
        plan(trade, code, safety_stock=D(5))
    services.look()
    assert {alert.owner_id for alert in StockAlert.objects.filter(kind="shortage")} == {planner.pk}
    (message,) = planner.notifications.all()
    assert "2" in message.title
    assert "shaft" in message.text
    services.look()
    assert planner.notifications.count() == 1, "what stood already is not told again"


def test_below_zero_is_counted_in_one_click(trade: Trade) -> None:
    change_settings(
        actor=trade.boss, request_id=uuid.uuid4(), values={"ledger.negative_stock": "allow"}
    ) if False else None
    place = trade.place("W1")
    type(place).objects.filter(pk=place.pk).update(allow_negative=True)
    from django.db import transaction

    trade.stock("shaft", 2, "20")
    with transaction.atomic():
        move = ledger.Move(trade.items["shaft"].pk, D(5), trade.place("W1"), trade.place("SCRAP"))
        ledger.post(actor=trade.boss, reason="test", source=None, on=trade.today, moves=[move])
    alert = alert_of("negative")
    assert (alert.action, alert.proposed) == ("count", 0)
    count = trade.do(services.act_on_alert, pk=alert.pk)
    (line,) = count.lines.all()
    assert (count.doc_type, count.location_id, line.item_id, line.quantity, line.counted) == ("inventory.count", place.pk, alert.item_id, D(-3), None)  # fmt: skip
    trade.is_spoilt = True  # a valued place below zero is no place of the product; what is judged is the click


def test_frozen_goods_are_reported_in_one_click(trade: Trade) -> None:
    from django.db import transaction

    trade.stock("casting", 4, "40", lot="L1", on=trade.today - timedelta(30))
    lot = Lot.objects.get(code="L1")
    with transaction.atomic():
        move = ledger.Move(trade.items["casting"].pk, D(3), trade.place("W1"), trade.place("W1-HOLD"), lot.pk)
        ledger.post(actor=trade.boss, reason="test", source=None, on=trade.today - timedelta(20), moves=[move])
    alert = alert_of("frozen")
    made = trade.do(services.act_on_alert, pk=alert.pk)
    report = Nonconformance.objects.get()
    assert (made.pk, report.lot_id, report.location_id, report.quantity) == (
        report.pk,
        lot.pk,
        trade.place("W1-HOLD").pk,
        D(3),
    )
    alert.refresh_from_db()
    assert (alert.state, alert.document_number) == ("handled", report.number)


def test_excess_is_offered_to_who_bought_it_last_or_to_who_is_named(trade: Trade) -> None:
    plan(trade, "pump", max_stock=D(2))
    trade.stock("pump", 10, "100")
    trade.ship(trade.sell("C2", pump=1))
    alert = alert_of("excess")
    quotation = trade.do(services.act_on_alert, pk=alert.pk)
    assert (quotation.doc_type, quotation.customer.code, quotation.lines.get().quantity) == (
        "sales.quotation",
        "C2",
        D(7),
    )
    plan(trade, "shaft", max_stock=D(1), sales_price=D(9))
    trade.stock("shaft", 3, "30")
    alert = alert_of("excess", item=trade.items["shaft"])
    named = trade.do(services.act_on_alert, pk=alert.pk, customer=trade.partners["C1"].pk)
    assert (named.customer.code, named.lines.get().quantity) == ("C1", D(2))


def test_the_button_replenishes_what_is_made_here_too(trade: Trade) -> None:
    for code in ("pump", "wheel"):
        plan(trade, code, source="make", safety_stock=D(4))
    plan(trade, "shaft", safety_stock=D(5))
    services.look()
    trade.do(services.replenish)
    assert {row.item.code: row.quantity for row in WorkOrder.objects.all()} == {"pump": D(4), "wheel": D(4)}
    (requisition,) = Requisition.objects.all()
    assert (requisition.origin, [line.item.code for line in requisition.lines.all()]) == ("reorder", ["shaft"])
    assert not StockAlert.objects.filter(state="open", kind="shortage").exists()
    assert trade.do(services.replenish) == []


def test_who_may_not_make_orders_replenishes_the_rest(trade: Trade) -> None:
    plan(trade, "pump", source="make", safety_stock=D(4))
    plan(trade, "shaft", safety_stock=D(5))
    services.look()
    buyer = trade.user("buyer")
    (requisition,) = trade.do(services.replenish, actor=buyer)
    assert requisition.doc_type == "purchasing.requisition"
    assert not WorkOrder.objects.exists()
    assert StockAlert.objects.get(state="open", kind="shortage").item.code == "pump"
    with pytest.raises(DomainError) as refusal:
        trade.do(services.replenish, actor=buyer)
    assert refusal.value.code == "forbidden"


@pytest.mark.parametrize(
    ("limit", "self_approval", "state"), [("1000", True, "approved"), ("1000", False, "submitted"), ("1", True, None)]
)
def test_what_runs_by_itself_is_sent_on_within_its_limit(
    trade: Trade, limit: str, self_approval: bool, state: str | None
) -> None:
    change_settings(actor=trade.boss, request_id=uuid.uuid4(), values={"approvals.self": self_approval})
    bom = Bom.objects.create(item=trade.items["pump"], base_quantity=D(1))
    BomLine.objects.create(bom=bom, line_no=1, component=trade.items["wheel"], quantity=D(2))
    centre = WorkCentre.objects.create(code="C1", name="C1", plant=trade.warehouses["W1"].plant)
    routing = Routing.objects.create(item=trade.items["pump"])
    RoutingOperation.objects.create(routing=routing, operation_no=10, name="装", work_centre=centre, run_minutes=D(6))
    for code, source in (("shaft", "buy"), ("pump", "make")):
        plan(trade, code, source=source, reorder_point=D(5), standard_cost=D(10))
        rule = AlertRuleInput(
            "reorder",
            item=trade.items[code].pk,
            action="requisition",
            owner=trade.boss.pk,
            is_automatic=True,
            limit=D(limit),
        )
        trade.do(services.create_alert_rule, rule=rule)
    services.look()
    services.replenish_automatically()
    found = [row.approval for model in (Requisition, WorkOrder) for row in model.objects.all()]
    assert found == ([state] * 2 if state else [])


def test_a_rule_of_one_warehouse_knows_what_is_on_its_way_there(trade: Trade) -> None:
    shaft = trade.items["shaft"].pk
    for code in ("W1", "W2"):
        rule = AlertRuleInput(
            "reorder", warehouse=trade.warehouses[code].pk, item=shaft, quantity=D(10), action="requisition"
        )
        trade.do(services.create_alert_rule, rule=rule)
    order = trade.do(
        purchasing.create_order, supplier_id=trade.partners["S1"].pk, lines=[OrderLine(shaft, D(40), D(10))], due_date=trade.today,
        warehouse_id=trade.warehouses["W2"].pk,
    )  # fmt: skip
    trade.do(purchasing.approve_order, document_id=order.pk)
    services.look()
    assert [
        alert.warehouse.code
        for alert in StockAlert.objects.filter(kind="reorder", warehouse__isnull=False, state="open")
    ] == ["W1"]


def test_a_work_order_asks_for_what_it_lacks_and_no_more(trade: Trade) -> None:
    bom = Bom.objects.create(item=trade.items["pump"], base_quantity=D(1))
    for number, (code, quantity) in enumerate((("wheel", 2), ("shaft", 1), ("seal", 1)), start=1):
        BomLine.objects.create(bom=bom, line_no=number, component=trade.items[code], quantity=D(quantity))
    centre = WorkCentre.objects.create(code="C1", name="C1", plant=trade.warehouses["W1"].plant)
    routing = Routing.objects.create(item=trade.items["pump"])
    RoutingOperation.objects.create(routing=routing, operation_no=10, name="装", work_centre=centre, run_minutes=D(6))
    trade.stock("wheel", 4, "40")
    trade.stock("shaft", 50, "500")
    order = trade.do(
        production.create_order, item_id=trade.items["pump"].pk, quantity=D(10), start=trade.today + timedelta(3), due=trade.today + timedelta(9),
        warehouse_id=trade.warehouses["W1"].pk,
    )  # fmt: skip
    trade.do(production.submit_order, document_id=order.pk)
    while WorkOrder.objects.get(pk=order.pk).approval == "submitted":
        trade.do(production.approve_order, document_id=order.pk)
    made = trade.do(production.request_shortages, document_id=order.pk)
    assert (made.origin, made.purpose) == ("work_order", order.number)
    lines = {line.item.code: (line.quantity, line.due_date, line.warehouse_id) for line in made.lines.all()}
    there = trade.warehouses["W1"].pk
    assert lines == {"wheel": (D(16), order.start, there), "seal": (D(10), order.start, there)}
    assert ("purchasing.requisition", made.pk) in targets(order)
    with pytest.raises(DomainError) as refusal:
        trade.do(production.request_shortages, document_id=order.pk)
    assert refusal.value.code == "nothing_short"
    trade.do(LIFECYCLES["purchasing.requisition"].void, document_id=made.pk)
    again = trade.do(production.request_shortages, document_id=order.pk)
    assert {line.item.code for line in again.lines.all()} == {"wheel", "seal"}
