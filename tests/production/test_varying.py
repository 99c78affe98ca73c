"""Rework, substitutes, merged orders, by their figures."""

import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from gongfang.costing import services as costing
from gongfang.costing.models import SettlementLine
from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Routing, RoutingOperation
from gongfang.production import queries, services
from gongfang.production.models import LotUse, WorkOrder
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop
from tests.production.test_pages import client_of


def sound() -> bool:
    return not [str(fault) for check in CHECKS for fault in check.run()]


def test_part_of_a_lot_is_reworked(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    rework = shop.do(
        services.create_rework, document_id=order.pk, quantity=D(3), reason="leaks", operation="seal again",
        work_centre_id=shop.assembly.pk, minutes=D(10),
    )  # fmt: skip
    assert (rework.kind, rework.parent_id, shop.material(rework, "pump").quantity) == ("rework", order.pk, D(3))
    shop.approve(rework)
    shop.do(services.release_orders, order_ids=[rework.pk])
    shop.pick(rework)
    assert shop.on_hand("pump") == 7 and shop.fresh(rework).actual_material == D("586.50")
    shop.report(rework, 10, "3")
    line = shop.receive(rework, "3").lines.get()
    # 195.50 each and 30 min at 45.00 + 10.00 an hour: 27.50 for three pieces
    assert line.value == D("614.00") and line.lot.code == f"{order.number}-R"
    shop.close(rework)
    shop.do(costing.settle_orders, order_ids=[rework.pk])
    assert shop.wip(rework) == {} and sound()
    castings = LotUse.objects.get(order=order, role="consumed").lot_id
    assert line.lot_id in queries.lots_made_of([castings]) and castings in queries.lots_inside([line.lot_id])
    with pytest.raises(DomainError) as refusal:
        shop.do(services.create_rework, document_id=order.pk, quantity=D(11), reason="x")
    assert refusal.value.code == "rework_range"


def test_a_substitute_is_its_own_variance(shop: Shop) -> None:
    shop.item("steel shaft", "raw", "36")
    shop.stock_up()
    shop.stock("steel shaft", "10", "360.00")
    order = shop.order("10")
    shop.do(
        services.substitute_material, material_id=shop.material(order, "shaft").pk, item_id=shop.items["steel shaft"].pk,
        quantity=D(5),
    )  # fmt: skip
    assert shop.material(order, "shaft").quantity == 15
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    shop.close(order)
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    found = {(row.element, row.kind): row.amount for row in SettlementLine.objects.filter(document=document)}
    assert found == {("material", "usage"): D("-150.00"), ("material", "substitution"): D("180.00")}
    assert sound()


def test_a_substitute_is_refused_beyond_what_is_open(shop: Shop) -> None:
    shop.item("steel shaft", "raw", "36")
    shop.stock_up()
    order = shop.order("10")
    shop.issue(order, "shaft", "18")
    with pytest.raises(DomainError) as refusal:
        shop.do(
            services.substitute_material, material_id=shop.material(order, "shaft").pk,
            item_id=shop.items["steel shaft"].pk, quantity=D(5),
        )  # fmt: skip
    assert refusal.value.code == "nothing_left_to_replace" and order.materials.count() == 3


def test_merged_orders_add_up(shop: Shop) -> None:
    orders = [shop.order(quantity, release=False) for quantity in ("4", "6", "10")]
    first = shop.do(services.merge_orders, order_ids=[order.pk for order in orders])
    assert (first.pk, first.quantity) == (orders[0].pk, D(20)) and shop.material(first, "shaft").quantity == 40
    assert shop.fresh(first).standard_material == D("3240.00")
    assert {shop.fresh(order).stage for order in orders[1:]} == {"cancelled"}
    with pytest.raises(DomainError) as refusal:
        shop.do(services.merge_orders, order_ids=[first.pk, orders[1].pk])
    assert refusal.value.code == "not_alike"


def received(shop: Shop) -> Any:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    return order


def test_rework_follows_a_routing_of_its_own(shop: Shop) -> None:
    """Two steps kept for rework: 10 min of turning at 90.00 and 6 of assembly at 55.00 an hour for three pumps, 61.50 in all."""
    order = received(shop)
    routing = Routing.objects.create(item=shop.items["pump"], code="RW", is_default=False)
    for number, centre, minutes in ((10, shop.turning, 10), (20, shop.assembly, 6)):
        RoutingOperation.objects.create(
            routing=routing, operation_no=number, name=f"re{number}", work_centre=centre, run_minutes=D(minutes)
        )
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/production/orders/{order.pk}/verb/create_rework"
    assert (
        f'name="own_routing" value="{order.routing_id}"'
        not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    )
    form = {"quantity": "3", "reason": "leaks", "own_routing": str(routing.pk), "request_id": str(uuid.uuid4())}
    assert client.post(address, form).status_code == 302
    rework = WorkOrder.objects.get(kind="rework")
    assert rework.routing == routing and list(rework.operations.values_list("name", flat=True)) == ["re10", "re20"]
    shop.approve(rework)
    shop.do(services.release_orders, order_ids=[rework.pk])
    shop.pick(rework)
    shop.report(rework, 10, "3")
    shop.report(rework, 20, "3")
    assert shop.receive(rework, "3").lines.get().value == D("586.50") + D("61.50")
    shop.close(rework)
    shop.do(costing.settle_orders, order_ids=[rework.pk])
    assert shop.wip(rework) == {} and sound()


def test_rework_repeats_the_order_from_an_operation_on(shop: Shop) -> None:
    order = received(shop)
    shop.do(services.create_rework, document_id=order.pk, quantity=D(2), reason="x", from_operation=20)
    rework = WorkOrder.objects.get(kind="rework")
    (step,) = rework.operations.all()
    assert (step.operation_no, step.name, step.crew, step.run_minutes, step.good_quantity) == (20, "op20", 2, D(12), 0)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.create_rework, document_id=order.pk, quantity=D(2), reason="x", from_operation=30)
    assert refusal.value.code == "operation_unknown"
    other = Routing.objects.create(item=shop.items["shaft"])
    with pytest.raises(DomainError) as refusal:
        shop.do(services.create_rework, document_id=order.pk, quantity=D(2), reason="x", routing_id=other.pk)
    assert refusal.value.code == "routing_unknown"


@pytest.mark.parametrize(("language", "name", "apart"), [("en", "Rework", "Take apart"), ("zh-hans", "返工", "拆卸")])
def test_steps_are_named_in_the_language_of_who_asks(shop: Shop, language: str, name: str, apart: str) -> None:
    order = received(shop)
    steps = [services.StepInput("", shop.turning.pk, D(5)), services.StepInput("paint", shop.assembly.pk, D(2), D(10))]
    with override(language):
        rework = shop.do(services.create_rework, document_id=order.pk, quantity=D(1), reason="x", steps=steps)
        taken = shop.do(
            services.create_disassembly, item_id=order.item_id, quantity=D(1), work_centre_id=shop.turning.pk
        )
    assert list(rework.operations.values_list("operation_no", "name", "setup_minutes")) == [
        (10, name, 0),
        (20, "paint", 10),
    ]
    assert taken.operations.get().name == apart


def test_steps_of_rework_are_ticked_and_written_on_a_page(shop: Shop) -> None:
    """Assembly once more, polishing before it: by their places; the repeated one keeps its crew, the other is work of its own."""
    order = received(shop)
    client = client_of(shop.boss)
    address = f"/production/rework/?order={order.pk}"
    page = client.get(address).content.decode()
    assert 'id="take-20" checked' in page and 'id="take-10" checked' not in page and "10 LATHE"[3:] in page
    names = ("operation_no", "place", "name", "work_centre", "minutes", "setup_minutes")
    rows = (("10", "10", "op10", "", "6", "30"), ("20", "20", "op20", "", "12", "0"), ("", "5", "polish", str(shop.turning.pk), "2.5", ""),
            ("", "", "", "", "", ""))  # fmt: skip
    form = {name: [row[n] for row in rows] for n, name in enumerate(names)} | {
        "quantity": "2",
        "reason": "dull",
        "take": ["20"],
    }
    for wrong in ({"take": [], "work_centre": [""] * 4, "name": ["a", "b", "", ""]}, {"quantity": "11"}, {"reason": " "}, {"place": ["x"] * 4},
                  {"work_centre": [""] * 4}, {"minutes": ["6", "-1", "1", ""]}):  # fmt: skip
        assert client.post(address, form | wrong | {"request_id": str(uuid.uuid4())}).status_code == 422
    assert not WorkOrder.objects.filter(kind="rework").exists()
    assert client.post(address, form | {"request_id": str(uuid.uuid4())}).status_code == 302
    rework = WorkOrder.objects.get(kind="rework")
    steps = rework.operations.values_list("operation_no", "name", "work_centre__code", "run_minutes", "crew")
    assert list(steps) == [(10, "polish", "LATHE", D("2.5"), 1), (20, "op20", "ASSY", D(12), 2)]
    assert client_of(shop.person("cashier", "cashier")).get(address).status_code == 403
    assert client.get("/production/rework/?order=999999").status_code == 404
