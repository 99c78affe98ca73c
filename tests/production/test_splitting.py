"""Splitting and merging by the figures: what is kept, made, in process and for whom, on both orders, until both stand at 0.00.

Ten pumps should cost 1,955.00; each order needs its own set-up (45.00), a pump 191.00 besides.
"""

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction

from gongfang.costing import services as costing
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance, Reservation
from gongfang.masterdata.models import Bom, BomOutput, Warehouse
from gongfang.platform.documents.links import targets
from gongfang.platform.verification import run_all
from gongfang.production import queries, services
from gongfang.production.models import LotUse, WorkOrder
from gongfang.production.services import NewWorkOrder
from gongfang.sales import services as sales
from gongfang.sales.models import SalesOrder
from tests.production.shop import Shop

KEPT = ("casting", "shaft", "bolt")


def kept(shop: Shop, order: WorkOrder) -> dict[str, D]:
    """Component → what is kept firmly for an order."""
    rows = Reservation.objects.filter(source_type="production.work_order", source_id=order.pk).select_related(
        "item", "lot"
    )
    found: dict[str, D] = {}
    for row in rows:
        assert row.kind == "hard" and (row.item.code != "casting" or row.lot.code == "C1")
        found[row.item.code] = found.get(row.item.code, D(0)) + row.quantity
    return found


def reserved(shop: Shop) -> dict[str, D]:
    """Component → what the balances say is kept for anybody."""
    rows = Balance.objects.filter(reserved__gt=0).values_list("item__code", "reserved")
    return dict(rows)


def for_a_customer(shop: Shop, quantity: str) -> tuple[SalesOrder, WorkOrder]:
    """A planned order for a line of a customer's order."""
    shop.supplier.is_customer = True
    shop.supplier.save()
    wanted = shop.do(
        sales.create_order, customer_id=shop.supplier.pk, promised_date=shop.today,
        lines=[sales.OrderLine(shop.items["pump"].pk, D(quantity), D(300))],
    )  # fmt: skip
    line = wanted.lines.get()
    new = NewWorkOrder(
        shop.items["pump"].pk, D(quantity), shop.today, shop.today, source_type="sales.order", source_id=wanted.pk,
        source_line=line.pk, customer_id=shop.supplier.pk,
    )  # fmt: skip
    with transaction.atomic():
        (order,) = services.create_work_orders(shop.boss, [new])
    shop.approve(order)
    return wanted, shop.fresh(order)


def settled(shop: Shop, order: WorkOrder) -> dict[tuple[str, str], D]:
    """Close and settle; the variances by element and kind."""
    if shop.fresh(order).stage != "completed":
        shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order, confirm=frozenset())
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {} and shop.fresh(order).wip == 0 and run_all() == []
    return {(row.element, row.kind): row.amount for row in document.lines.all()}


def test_what_is_kept_for_an_order_goes_with_its_part_and_comes_back(shop: Shop) -> None:
    shop.stock_up(10)
    wanted, order = for_a_customer(shop, "10")
    shop.do(services.reserve_materials, order_ids=[order.pk])
    assert kept(shop, order) == reserved(shop) == {"casting": 10, "shaft": 20, "bolt": 40}

    part = shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    order, part = shop.fresh(order), shop.fresh(part)
    assert (order.quantity, part.quantity, part.stage, part.approval) == (6, 4, "planned", "approved")
    assert kept(shop, order) == {"casting": 6, "shaft": 12, "bolt": 24}
    assert kept(shop, part) == {"casting": 4, "shaft": 8, "bolt": 16}
    assert reserved(shop) == {"casting": 10, "shaft": 20, "bolt": 40} and run_all() == []
    assert (order.standard_total, part.standard_total) == (D("1191.00"), D("809.00"))
    assert (order.unit_cost, part.unit_cost) == (D("198.5"), D("202.25"))
    line = wanted.lines.get()
    for one in (order, part):  # both are for the customer's line
        assert (one.source_type, one.source_id, one.source_line, one.customer_id) == (
            "sales.order", wanted.pk, line.pk, shop.supplier.pk,
        )  # fmt: skip
    assert set(targets(wanted)) == {("production.work_order", order.pk), ("production.work_order", part.pk)}

    whole = shop.do(services.merge_orders, order_ids=[part.pk, order.pk])
    order = shop.fresh(order)
    assert (whole.pk, order.quantity, shop.fresh(part).stage) == (order.pk, 10, "cancelled")
    assert kept(shop, order) == reserved(shop) == {"casting": 10, "shaft": 20, "bolt": 40} and kept(shop, part) == {}
    assert (order.standard_total, order.unit_cost) == (D("1955.00"), D("195.5")) and run_all() == []

    shop.do(services.release_orders, order_ids=[order.pk])
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    assert shop.fresh(order).put_in == shop.fresh(order).received_value == D("1955.00")
    assert settled(shop, order) == {} and reserved(shop) == {} and shop.on_hand("pump") == 10


def test_merging_brings_together_what_is_kept_for_each(shop: Shop) -> None:
    """Of eight sets in stock the first order keeps six, the other two of its four: the merged one has eight of ten."""
    shop.stock_up(8)
    first, other = shop.order("6", release=False), shop.order("4", release=False)
    for one in (first, other):
        shop.approve(one)
        shop.do(services.reserve_materials, order_ids=[one.pk])
    assert (kept(shop, first)["shaft"], kept(shop, other)["shaft"]) == (12, 4)
    shop.do(services.merge_orders, order_ids=[first.pk, other.pk])
    assert kept(shop, first) == reserved(shop) == {"casting": 8, "shaft": 16, "bolt": 32}
    assert kept(shop, other) == {} and run_all() == []


def test_the_rest_of_a_running_order_goes_into_a_new_one(shop: Shop) -> None:
    """All ten are issued; six are turned, four assembled, three received. The four that nobody has begun go to another order."""
    shop.stock_up(10)
    _, order = for_a_customer(shop, "10")
    shop.do(services.release_orders, order_ids=[order.pk])
    shop.pick(order)
    shop.report(order, 10, "6")  # 66 min: 44.00 labour, 33.00 machine, 22.00 overhead
    shop.report(order, 20, "4")  # 48 min by two: 72.00 labour, 8.00 overhead; bolts for 8.00
    shop.receive(order, "3")
    assert (shop.fresh(order).put_in, shop.fresh(order).wip) == (D("1787.00"), D("1200.50"))

    def refusal(quantity: str) -> list[Any]:
        before = shop.books()
        with pytest.raises(DomainError) as refused:
            shop.do(services.split_order, document_id=order.pk, quantity=D(quantity))
        assert WorkOrder.objects.count() == 1 and shop.books() == before and shop.fresh(order).quantity == 10
        return [
            (problem.code, *(problem.data.get(key) for key in ("item", "quantity", "rest")))
            for problem in refused.value.problems
        ]

    assert refusal("10") == [("split_range", None, D(10), None)]
    assert refusal("5") == [("split_rest", None, None, D(4))]
    assert refusal("4") == [("issued_for_part", "casting", D(4), None), ("issued_for_part", "shaft", D(8), None)]
    back = {"casting": D(4), "shaft": D(8)}
    lot = LotUse.objects.get(order=order, role="consumed").lot_id
    lines = [
        services.ReturnInput(shop.material(order, code).pk, pieces, lot_id=lot if code == "casting" else None)
        for code, pieces in back.items()
    ]
    shop.do(services.return_materials, lines=lines)
    in_process = shop.wip(order)
    assert shop.fresh(order).wip == sum(in_process.values()) == D("560.50")

    part = shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    order, part = shop.fresh(order), shop.fresh(part)
    assert (order.quantity, order.stage, part.quantity, part.stage) == (6, "started", 4, "released")
    assert shop.wip(order) == in_process and shop.wip(part) == {} and part.put_in == part.received_quantity == 0
    assert {shop.material(order, code).quantity for code in KEPT} == {D(6), D(12), D(24)}
    assert [(row.quantity, row.done_quantity, row.value, row.execution) for row in part.materials.order_by("line_no")] == [
        (D(4), 0, 0, "open"), (D(8), 0, 0, "open"), (D(16), 0, 0, "open"),
    ]  # fmt: skip
    steps = [
        [(row.good_quantity, row.state, row.labour_value) for row in one.operations.order_by("operation_no")]
        for one in (order, part)
    ]
    assert steps == [[(D(6), "done", D("44.00")), (D(4), "started", D("72.00"))], [(D(0), "open", D(0))] * 2]
    # what was taken out at 195.50 goes on so; the new order carries its own set-up
    assert (order.unit_cost, part.unit_cost, part.standard_total) == (D("195.5"), D("202.25"), D("809.00"))
    assert (part.source_type, part.source_line) == (order.source_type, order.source_line) and run_all() == []

    shop.report(order, 20, "2")
    shop.receive(order, "3")
    shop.pick(part)
    shop.report(part, 10, "4")
    shop.report(part, 20, "4")
    shop.receive(part, "4")
    assert (shop.fresh(order).put_in, shop.fresh(part).put_in) == (D("1191.00"), D("809.00"))
    # 45.00 of set-up, of which six pumps took 4.50 each
    assert settled(shop, order) == {("", "lot"): D("18.00")} and settled(shop, part) == {}
    assert shop.on_hand("pump") == 10 and shop.on_hand("shaft") == 0 and shop.on_hand("casting") == 0
    books = shop.books()
    assert not [code for code in books if code.startswith("4001")]
    made = {one.pk: LotUse.objects.get(order=one, role="produced").lot_id for one in (order, part)}
    assert len(set(made.values())) == 2 and queries.lots_made_of([lot]) == set(made.values())
    assert all(queries.lots_inside([pump]) == {lot} for pump in made.values())


def test_what_is_at_the_line_and_further_output_are_shared_by_what_is_left(shop: Shop) -> None:
    """Twenty bolts of forty are at the line and eight used: the old order keeps sixteen less eight there, the part four."""
    line = Warehouse.objects.create(code="L1", name="线边", plant=shop.plant, kind="line")
    shop.item("rotor", "finished", "0", source="make", default_warehouse=shop.finished)
    bom = Bom.objects.get(item=shop.items["pump"])
    BomOutput.objects.create(bom=bom, item=shop.items["rotor"], quantity=D(2), kind="co", cost_share=D("0.2"))
    shop.stock_up(10)
    order = shop.order("10")
    bolt = shop.material(order, "bolt")
    shop.do(services.stage_line, lines=[services.StageInput(bolt.pk, D(20))], warehouse_id=line.pk)
    for code, pieces in (("casting", "4"), ("shaft", "8")):
        shop.issue(order, code, pieces)
    shop.report(order, 10, "4")
    shop.report(order, 20, "2")
    output = order.outputs.get()
    shop.receive(order, "4", output_id=output.pk)
    part = shop.do(services.split_order, document_id=order.pk, quantity=D(6))
    assert (shop.material(order, "bolt").staged_quantity, shop.material(part, "bolt").staged_quantity) == (8, 4)
    outputs = [(row.quantity, row.received_quantity) for one in (order, part) for row in one.outputs.all()]
    assert outputs == [(D(8), D(4)), (D(12), D(0))] and run_all() == []
    before = shop.wip(order)
    with pytest.raises(DomainError) as refused:
        shop.do(services.split_order, document_id=order.pk, quantity=D(1))
    assert refused.value.codes == ["split_rest"] and shop.wip(order) == before


def test_an_order_whose_rest_is_split_off_is_through(shop: Shop) -> None:
    shop.stock_up(10)
    order = shop.order("10")
    for code, pieces in (("casting", "6"), ("shaft", "12")):
        shop.issue(order, code, pieces)
    for number in (10, 20):
        shop.report(order, number, "6")
    shop.receive(order, "6")
    assert shop.fresh(order).stage == "started"
    shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    assert shop.fresh(order).stage == "completed" and run_all() == []
    with pytest.raises(DomainError) as refused:
        shop.do(services.split_order, document_id=order.pk, quantity=D(1))
    assert refused.value.codes == ["cannot_split"]
    assert settled(shop, order) == {("", "lot"): D("18.00")}
