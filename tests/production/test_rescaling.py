"""Split, merge and change of orders that bring more than their product: everything goes with the pieces, down to the settlement."""

from decimal import Decimal as D
from typing import Any

import pytest

from gongfang.costing import services as costing
from gongfang.costing.models import SettlementLine
from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Bom, BomOutput
from gongfang.production import services
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.rules import scaled
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop

# quantity now, fixed, per piece, pieces before, after, decimals of the unit, quantity then
SCALES = [
    ("20", "0", "2", "10", "4", 0, "8"),
    ("25", "5", "2", "10", "4", 0, "13"),  # five are lost at set-up, however many are made
    ("20", "0", "6.666667", "3", "3", 0, "20"),  # not 21
    ("20", "0", "6.666667", "3", "6", 0, "40"),
    ("20.3", "0", "2.03", "10", "5", 1, "10.2"),
    ("21", "0", "2.03", "10", "20", 0, "41"),
    ("15", "0", "2", "10", "4", 0, "6"),  # five are replaced: two of eight then
    ("5", "0", "0", "10", "4", 0, "2"),  # and the substitutes for them
    ("5", "0", "0", "10", "5", 0, "3"),
    ("3.333333", "0", "0.333333", "10", "20", 6, "6.666666"),
    ("10", "-10", "2", "10", "20", 0, "30"),  # in place of another one after ten pieces: an engineering change
    ("0", "0", "2", "10", "4", 0, "0"),  # replaced altogether
]


@pytest.mark.parametrize(("quantity", "fixed", "per_piece", "before", "after", "precision", "then"), SCALES)
def test_components_go_with_the_pieces(
    quantity: str, fixed: str, per_piece: str, before: str, after: str, precision: int, then: str
) -> None:
    found = scaled(D(quantity), D(fixed), D(per_piece), before=D(before), after=D(after), precision=precision)
    assert found == D(then)


def with_outputs(shop: Shop) -> None:
    """With each pump two rotors as co-product, which bear a fifth of the cost, and half a kilogram of chips."""
    shop.item("rotor", "finished", "0", source="make", default_warehouse=shop.finished)
    shop.item("chips", "raw", "2")
    bom = Bom.objects.get(item=shop.items["pump"])
    BomOutput.objects.create(bom=bom, item=shop.items["rotor"], quantity=D(2), kind="co", cost_share=D("0.2"))
    BomOutput.objects.create(bom=bom, item=shop.items["chips"], quantity=D("0.5"))


def planned(order: WorkOrder) -> dict[str, Any]:
    return {row.item.code: row.quantity for row in order.outputs.select_related("item")}


def unit_costs(order: WorkOrder) -> dict[str, Any]:
    return {row.item.code: row.unit_cost for row in order.outputs.select_related("item")}


def finished(shop: Shop, order: WorkOrder) -> dict[str, D]:
    """Make all of it, take everything in, close and settle; what is left as variance by element and kind."""
    shop.pick(order)
    for number in (10, 20):
        shop.report(order, number, str(shop.fresh(order).quantity))
    shop.do(services.receive_orders, order_ids=[order.pk])
    shop.close(order, confirm=frozenset())
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {} and shop.fresh(order).wip == 0
    return {f"{row.element} {row.kind}": row.amount for row in SettlementLine.objects.filter(document=document)}


def sound() -> bool:
    return not [str(fault) for check in CHECKS for fault in check.run()]


def test_a_split_shares_the_co_products(shop: Shop) -> None:
    """Ten pumps: 1,955.00, of it 391.00 on twenty rotors and 10.00 on five of chips. Each part needs its own set-up: 6.75 a piece."""
    with_outputs(shop)
    shop.stock_up()
    order = shop.order("10")
    assert unit_costs(order) == {"rotor": D("19.55"), "chips": D(2)} and order.unit_cost == D("155.40")
    part = shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    order, part = shop.fresh(order), shop.fresh(part)
    assert (planned(order), planned(part)) == ({"rotor": 12, "chips": 3}, {"rotor": 8, "chips": 2})
    # 162.00 material, 20.00 assembly and 9.00 turning a pump, and 45.00 of set-up for each order
    assert (order.standard_total, part.standard_total) == (D("1191.00"), D("809.00"))
    assert unit_costs(order)["rotor"] == D("19.85") and unit_costs(part)["rotor"] == D("20.225")
    assert finished(shop, order) == finished(shop, part) == {}
    assert shop.fresh(part).received_value == D("809.00") and shop.on_hand("rotor") == 20 and shop.on_hand("chips") == 5
    assert sound()


def test_a_split_keeps_everything_of_a_line(shop: Shop) -> None:
    shop.item("steel shaft", "raw", "36")
    shop.stock_up()
    order = shop.order("10", release=False, remark="for the fair")
    shaft = shop.material(order, "shaft")
    kept = {
        "scrap": D("0.05"),
        "offset_days": 3,
        "remark": "polished",
        "allowed_substitutes": [[shop.items["steel shaft"].pk, "1", False]],
    }
    WorkOrderMaterial.objects.filter(pk=shaft.pk).update(**kept, fixed=D(2), quantity=D(22))
    shop.do(services.substitute_material, material_id=shaft.pk, item_id=shop.items["steel shaft"].pk, quantity=D(5))
    part = shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    other = shop.material(part, "shaft")
    assert {name: getattr(other, name) for name in kept} == kept and part.remark == "for the fair"
    # 2 + 12 and 2 + 8 shafts; of the five that are replaced three belong to the six pumps, two to the four
    assert (shop.material(order, "shaft").quantity, other.quantity) == (11, 8) and other.fixed == 2
    steel = shop.material(part, "steel shaft")
    assert (shop.material(order, "steel shaft").quantity, steel.quantity, steel.substitute_for) == (3, 2, other)
    assert part.materials.count() == 4


def test_a_change_takes_the_co_products_along(shop: Shop) -> None:
    """Ten become twenty on the way; the co-product is received at the cost it has then, and nothing is left in the order."""
    with_outputs(shop)
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    change = {"start": order.start, "due": order.due, "reason": "customer wants more"}
    shop.do(services.change_order, document_id=order.pk, quantity=D(20), **change)
    order = shop.fresh(order)
    assert planned(order) == {"rotor": 40, "chips": 10} and shop.material(order, "shaft").quantity == 40
    assert order.standard_total == D("3865.00") and unit_costs(order)["rotor"] == D("19.325")
    shop.report(order, 10, "5")
    shop.report(order, 20, "5")
    rotor = order.outputs.get(item=shop.items["rotor"])
    shop.receive(order, "10", output_id=rotor.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.change_order, document_id=order.pk, quantity=D(4), **change)
    assert refusal.value.code == "below_made"
    shop.do(services.change_order, document_id=order.pk, quantity=D(16), **change)
    order = shop.fresh(order)
    assert planned(order) == {"rotor": 32, "chips": 8} and unit_costs(order)["rotor"] == D(
        "19.325"
    )  # ten went out at it
    shop.pick(order)
    for number in (10, 20):
        shop.report(order, number, "11")
    shop.do(services.receive_orders, order_ids=[order.pk])
    shop.close(order, confirm=frozenset())
    shop.do(costing.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {} and sound()


def test_a_change_of_dates_changes_no_quantity(shop: Shop) -> None:
    order = shop.order("3", release=False)
    material = shop.material(order, "shaft")
    WorkOrderMaterial.objects.filter(pk=material.pk).update(quantity=D(20), per_piece=D("6.666667"))
    shop.do(services.change_order, document_id=order.pk, quantity=D(3), start=order.start, due=order.due, reason="late")
    assert shop.material(order, "shaft").quantity == 20


def test_merged_orders_bring_all_their_co_products(shop: Shop) -> None:
    with_outputs(shop)
    shop.stock_up()
    orders = [shop.order(quantity, release=False) for quantity in ("4", "6", "10")]
    first = shop.do(services.merge_orders, order_ids=[order.pk for order in orders])
    assert planned(first) == {"rotor": 40, "chips": 10} and unit_costs(first)["rotor"] == D("19.325")
    shop.approve(first)
    shop.do(services.release_orders, order_ids=[first.pk])
    assert finished(shop, first) == {} and sound()


def test_orders_with_other_components_are_not_merged(shop: Shop) -> None:
    shop.item("steel shaft", "raw", "36")
    orders = [shop.order("10", release=False) for _ in range(2)]
    material = shop.material(orders[1], "shaft")
    shop.do(services.substitute_material, material_id=material.pk, item_id=shop.items["steel shaft"].pk, quantity=D(5))
    with pytest.raises(DomainError) as refusal:
        shop.do(services.merge_orders, order_ids=[order.pk for order in orders])
    assert refusal.value.code == "other_components" and shop.fresh(orders[0]).quantity == 10


def test_an_edited_draft_takes_the_co_products_along(shop: Shop) -> None:
    with_outputs(shop)
    order = shop.order("10", release=False)
    shop.do(services.edit_order, document_id=order.pk, quantity=D(5), start=order.start, due=order.due)
    assert planned(order) == {"rotor": 10, "chips": D("2.5")} and shop.material(order, "shaft").quantity == 10


def test_an_order_with_work_outside_is_not_split(shop: Shop) -> None:
    order = shop.order("10")
    shop.do(
        services.create_subcontract_order, order_id=order.pk, operation_no=20, partner_id=shop.supplier.pk, price=D(2)
    )
    with pytest.raises(DomainError) as refusal:
        shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    assert refusal.value.code == "has_subcontract"
