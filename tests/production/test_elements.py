"""Work in process stands in cost elements, and each element is right at every moment, not their sum alone.

Ten pumps should cost material 1,620.00, labour 240.00, machine 45.00, overhead 50.00.
"""

from decimal import Decimal as D
from uuid import uuid4

import pytest

from gongfang.costing import services as costing
from gongfang.engines.wip import ELEMENTS
from gongfang.masterdata.models import Bom, BomOutput
from gongfang.platform.verification import run_all
from gongfang.production import services
from gongfang.production.models import WorkOrder
from tests.production.shop import Shop


def built(shop: Shop, quantity: str = "10") -> WorkOrder:
    order = shop.order(quantity)
    shop.pick(order)
    shop.report(order, 10, quantity)
    shop.report(order, 20, quantity)
    return order


def elements(material: str, labour: str, machine: str, overhead: str) -> dict[str, D]:
    """Element → amount; zeros left out, as the shop does."""
    found = dict(zip(ELEMENTS, (D(material), D(labour), D(machine), D(overhead)), strict=False))
    return {element: amount for element, amount in found.items() if amount}


@pytest.fixture
def bronze(shop: Shop) -> Shop:
    """Each pump leaves two chips worth 10.00 each: 200.00 of ten pumps, which lower their material to 1,420.00."""
    shop.item("chips", "raw", "10")
    BomOutput.objects.create(bom=Bom.objects.get(item=shop.items["pump"]), item=shop.items["chips"], quantity=D(2))
    shop.stock_up()
    return shop


def test_a_by_product_lowers_the_material_alone(bronze: Shop) -> None:
    shop = bronze
    order = built(shop)
    assert shop.fresh(order).unit_cost == D("175.5")
    assert shop.wip(order) == elements("1620", "240", "45", "50")
    chips = order.outputs.get()
    shop.receive(order, "4")  # 702.00: four tenths of 1,420.00, 240.00, 45.00, 50.00
    assert shop.wip(order) == elements("1052", "144", "27", "30")
    shop.receive(order, "15", output_id=chips.pk)  # 150.00 of material
    assert shop.wip(order) == elements("902", "144", "27", "30") and run_all() == []
    second = shop.receive(order, "3")
    assert shop.wip(order) == elements("476", "72", "13.5", "15")
    shop.do(services.undo_receipt, document_id=second.pk)
    assert shop.wip(order) == elements("902", "144", "27", "30")
    shop.receive(order, "6")
    assert shop.wip(order) == elements("50", "0", "0", "0")  # the five chips that are still to come
    shop.receive(order, "5", output_id=chips.pk)
    assert shop.wip(order) == {} and run_all() == []


def test_a_co_product_takes_of_every_element_and_a_by_product_of_none_but_material(bronze: Shop) -> None:
    """The rotor takes a fifth of 1,955.00, the chips 200.00, the pumps the rest: together 1,955.00, element by element."""
    shop = bronze
    shop.item("rotor", "finished", "0", source="make", default_warehouse=shop.finished)
    bom = Bom.objects.get(item=shop.items["pump"])
    BomOutput.objects.create(bom=bom, item=shop.items["rotor"], quantity=D(1), kind="co", cost_share=D("0.2"))
    order = built(shop)
    rotor, chips = order.outputs.get(item__code="rotor"), order.outputs.get(item__code="chips")
    assert (rotor.unit_cost, shop.fresh(order).unit_cost) == (D("39.1"), D("136.4"))
    shop.receive(order, "10", output_id=rotor.pk)
    # 391.00 over 1,420 : 240 : 45 : 50
    assert shop.wip(order) == elements("1303.64", "186.53", "34.97", "38.86")
    shop.receive(order, "20", output_id=chips.pk)
    assert shop.wip(order) == elements("1103.64", "186.53", "34.97", "38.86") and run_all() == []
    for pieces in ("3", "3", "3"):
        shop.receive(order, pieces)
        assert run_all() == []
    # a tenth of the pumps is left: 136.40 over the same
    assert shop.wip(order) == elements("110.36", "18.65", "3.50", "3.89")
    shop.receive(order, "1")
    assert shop.wip(order) == {} and run_all() == []


def test_parts_take_the_work_of_taking_apart_with_them(shop: Shop) -> None:
    """Two pumps of 391.00 and an hour at the bench (45.00 labour, 10.00 overhead) go into the parts, in every element."""
    shop.stock_up()
    shop.receive(built(shop), "10")
    apart = shop.do(
        services.create_disassembly, item_id=shop.items["pump"].pk, quantity=D(2), work_centre_id=shop.assembly.pk, minutes=D(30),
    )  # fmt: skip
    shop.approve(apart)
    shop.do(services.release_orders, order_ids=[apart.pk])
    shop.pick(apart)
    shop.report(apart, 10, "2", minutes="60")
    assert shop.wip(apart) == elements("391", "45", "0", "10")
    parts = {row.item.code: row for row in apart.outputs.select_related("item")}
    # castings, shafts, bolts share 446.00 as 200 : 120 : 4
    shop.receive(apart, "2", output_id=parts["casting"].pk, lot_code="D1")
    assert shop.fresh(apart).received_value == D("275.31")
    assert shop.wip(apart) == elements("149.64", "17.22", "0", "3.83") and run_all() == []
    shop.receive(apart, "4", output_id=parts["shaft"].pk)
    shop.receive(apart, "8", output_id=parts["bolt"].pk)
    assert shop.wip(apart) == {} and shop.fresh(apart).wip == 0 and run_all() == []


def test_output_without_a_standard_takes_what_was_put_in(shop: Shop) -> None:
    """Nothing of the order has a price or rate when it is made: its output takes a share of what is in process, in every element."""
    for code in ("casting", "shaft", "bolt"):
        shop.items[code].standard_cost = D(0)
        shop.items[code].save()
    type(shop.turning).objects.update(labour_rate=0, machine_rate=0, overhead_rate=0)
    order = shop.order("10")
    assert shop.fresh(order).unit_cost == 0
    shop.stock_up()
    shop.pick(order)
    type(shop.turning).objects.update(labour_rate=40)
    shop.report(order, 10, "10", minutes="90")
    shop.report(order, 20, "10", minutes="0")
    assert shop.wip(order) == elements("1620", "60", "0", "0")
    shop.receive(order, "4")
    assert shop.wip(order) == elements("972", "36", "0", "0") and run_all() == []
    shop.receive(order, "6")
    assert shop.wip(order) == {} and run_all() == []


def test_many_small_receipts_leave_no_cent_in_an_element(bronze: Shop) -> None:
    """Seven receipts and two taken back out of turn; the last one puts every element right."""
    shop = bronze
    order = built(shop, "7")
    chips = order.outputs.get()
    documents = [shop.receive(order, "1") for _ in range(4)]
    for taken_back in documents[1:3]:
        shop.do(services.undo_receipt, document_id=taken_back.pk)
        assert run_all() == []
    for _ in range(4):
        shop.receive(order, "1")
        shop.receive(order, "2", output_id=chips.pk)
    shop.receive(order, "6", output_id=chips.pk)
    shop.receive(order, "1")
    assert shop.wip(order) == {} and run_all() == []
    shop.close(order)
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk], request_id=uuid4())
    assert document.variance == 0 and shop.wip(order) == {}


def test_a_receipt_taken_back_makes_what_was_taken_apart_cheaper_in_material_alone(shop: Shop) -> None:
    """15 pumps for 2,955.00 make 197.00 each; without the five dearer ones it is 195.50, also of the one that was taken apart."""
    shop.stock_up()
    shop.receive(built(shop), "10")
    dearer = shop.receive(built(shop, "5"), "5")
    apart = shop.do(services.create_disassembly, item_id=shop.items["pump"].pk, quantity=D(1))
    shop.approve(apart)
    shop.do(services.release_orders, order_ids=[apart.pk])
    shop.pick(apart)
    assert shop.wip(apart) == elements("197", "0", "0", "0") and run_all() == []
    shop.do(services.undo_receipt, document_id=dearer.pk)
    assert shop.fresh(apart).actual_material == D("195.50")
    assert shop.wip(apart) == elements("195.5", "0", "0", "0") and run_all() == []
