"""Settlement: variances exact, work in process 0.00, and back."""

from decimal import Decimal as D

import pytest

from gongfang.costing import queries, services
from gongfang.costing.models import SettlementLine
from gongfang.kernel.errors import DomainError
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.tabs import cost_roll_up
from gongfang.production.models import WorkOrder
from tests.production.shop import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def run(shop: Shop) -> WorkOrder:
    """10 planned; castings at 102.00, one shaft too many, 100 instead of 90 minutes turning, 1 scrapped at assembly, 9 received."""
    shop.stock("casting", "20", "2040.00", lot="C1")
    shop.stock("shaft", "100", "3000.00")
    shop.stock("bolt", "100", "50.00")
    order = shop.order("10")
    shop.pick(order)
    from gongfang.production import services as production

    extra = production.IssueInput(shop.material(order, "shaft").pk, D(1))
    shop.do(production.supplement_materials, lines=[extra], reason="bent")
    shop.report(order, 10, "10", minutes="100")
    shop.report(order, 20, "9", scrap_worker="1")
    shop.receive(order, "9")
    return shop.fresh(order)


def test_variances_explain_every_cent(shop: Shop) -> None:
    order = run(shop)
    assert (order.stage, order.received_value) == ("completed", D("1759.50"))  # 9 × 195.50
    put_in = D("1020.00") + D("630.00") + D("20.00") + D("66.67") + D("50.00") + D("33.33") + D("180.00") + D("20.00")
    assert order.put_in == put_in == D("2020.00") and order.wip == D("260.50")
    shop.close(order)
    (document,) = shop.do(services.settle_orders, order_ids=[order.pk])
    found = {(row.element, row.kind): row.amount for row in SettlementLine.objects.filter(document=document)}
    assert found == {
        ("material", "price"): D("20.00"),
        ("material", "usage"): D("30.00"),
        ("material", "yield"): D("162.00"),
        ("labour", "efficiency"): D("6.67"),
        ("labour", "yield"): D("22.00"),
        ("machine", "efficiency"): D("5.00"),
        ("machine", "yield"): D("3.00"),
        ("overhead", "efficiency"): D("3.33"),
        ("overhead", "yield"): D("4.00"),
        ("", "lot"): D("4.50"),  # a tenth of the set-up, 30 min at 90.00
    }
    assert sum(found.values()) == document.variance == D("260.50")
    assert shop.wip(order) == {} and shop.fresh(order).wip == 0 and shop.fresh(order).stage == "settled"
    books = shop.books()
    assert books["540102"] == D("20.00") and books["540103"] == D("30.00") and books["540104"] == D("6.67")
    assert books["540105"] == D("8.33") and books["540108"] == D("195.50")


def test_taking_a_settlement_back_puts_the_cost_back(shop: Shop) -> None:
    order = run(shop)
    shop.close(order)
    before, books = shop.wip(order), shop.books()
    shop.do(services.settle_orders, order_ids=[order.pk])
    with pytest.raises(DomainError) as refusal:
        shop.do(services.settle_orders, order_ids=[order.pk])
    assert refusal.value.code == "illegal_stage"
    shop.do(services.unsettle_orders, order_ids=[order.pk])
    assert shop.wip(order) == before and shop.books() == books
    assert (shop.fresh(order).stage, shop.fresh(order).variance_value) == ("closed", D(0))
    shop.do(services.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {}


def test_only_closed_orders_are_settled(shop: Shop) -> None:
    order = run(shop)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.settle_orders, order_ids=[order.pk])
    assert refusal.value.code == "illegal_stage" and shop.wip(order) != {}


def test_the_cost_sheet_shows_planned_standard_and_actual(shop: Shop) -> None:
    order = run(shop)
    sheet = queries.cost_sheet(order)
    rows = {row.element: (row.planned, row.standard, row.actual) for row in sheet.rows}
    assert rows["material"] == (D("1620.00"), D("1458.00"), D("1670.00"))
    assert rows["labour"] == (D("240.00"), D("218.00"), D("246.67"))
    assert sheet.actual == D("2020.00") and sheet.actual_unit_cost == D("224.44")
    assert sum(one.amount for one in sheet.variances) == order.wip


def test_an_order_that_made_nothing_is_all_variance(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    from gongfang.production import services as production

    shop.do(production.complete_orders, order_ids=[order.pk])
    shop.close(order)
    (document,) = shop.do(services.settle_orders, order_ids=[order.pk])
    assert document.variance == D("1600.00") and shop.wip(order) == {}


def test_standard_costs_roll_up_and_take_effect(shop: Shop) -> None:
    shop.item("skid", "finished", "0", source="make")
    shop.bom("skid", pump="2", bolt="8")
    version = shop.do(services.roll_up, code="2026")
    costs = {row.item.code: row for row in version.costs.select_related("item")}
    pump = costs["pump"]  # lot of 1: set-up 30 min on one piece
    assert (pump.material, pump.labour, pump.machine, pump.overhead) == (D(162), D(42), D(18), D(14))
    assert (
        costs["skid"].material == D(328) and costs["skid"].labour == D(84) and costs["skid"].total == 2 * pump.total + 4
    )
    shop.do(services.apply_version, version_id=version.pk)
    order = shop.order("1", "skid", release=False)
    assert order.unit_cost == costs["skid"].total
    assert shop.material(order, "pump").standard_price == pump.total


def test_further_outputs_and_what_is_not_good_are_in_the_rolled_up_cost(shop: Shop) -> None:
    """A pump begun costs 236: 20 % to the co-product, 2 kg of chips at 3.00; of those begun 80 % are good."""
    pump = shop.items["pump"]
    shop.item("valve", "finished", "0", source="make")
    shop.item("chips", "raw", "3")
    bom = pump.boms.get(is_default=True)
    outputs = [
        {"item": shop.items["valve"].pk, "quantity": 2, "kind": "co", "cost_share": D("0.2")},
        {"item": shop.items["chips"].pk, "quantity": 2, "kind": "by"},
    ]
    shop.do(masterdata.change_bom, bom_id=bom.pk, outputs=outputs, yield_share=D("0.8"))
    version = shop.do(services.roll_up, code="2026")
    costs = {row.item.code: row for row in version.costs.select_related("item")}
    whole = D(162 + 42 + 18 + 14)
    assert costs["pump"].total == (whole - whole * D("0.2") - 6) / D("0.8") == D("228.5")
    assert sum(
        (costs["pump"].material, costs["pump"].labour, costs["pump"].machine, costs["pump"].overhead), D(0)
    ) == D("228.5")
    assert costs["valve"].total == whole * D("0.2") / 2 == D("23.6")
    together = cost_roll_up(shop.boss, bom.__class__.objects.get(pk=bom.pk))[2].rows
    assert [row["amount"] for row in together] == [
        D(162),
        D(74),
        D(-6),
        -whole * D("0.2"),
        D("45.7"),
        D("228.5"),
        pump.standard_cost,
    ]
