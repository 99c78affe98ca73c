"""What the database feeds the engine: scrap, further outputs, co-products, substitutes, the costs of lots. Every figure by hand."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.masterdata.models import BomLine, BomOutput, BomSubstitute, Item, Partner, SupplierPrice
from gongfang.masterdata.queries import working_calendar
from gongfang.planning import services
from gongfang.planning.models import PlanException, PlannedOrder, PlanRun, PlanSource
from gongfang.platform.verification import run_all
from gongfang.sales import services as sales
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db) -> Shop:
    shop = Shop()
    shop.customer = Partner.objects.create(code="C1", name="客户一", pinyin="khy", is_customer=True)
    for code in ("casting", "shaft", "bolt"):
        bought(shop, code)
    Item.objects.filter(code="pump").update(lead_time_days=5, sales_price=D(400))
    return shop


def bought(shop: Shop, code: str, **values) -> Item:
    """An item with a supplier and three days' lead time."""
    if code not in shop.items:
        shop.item(code, "raw", "10", **values)
    SupplierPrice.objects.create(supplier=shop.supplier, item=shop.items[code], price=D(9), tax_included=False)
    Item.objects.filter(code=code).update(default_supplier=shop.supplier, lead_time_days=3)
    return shop.items[code]


def in_stock(shop: Shop, code: str, quantity: str) -> None:
    shop.stock(code, quantity, f"{D(quantity) * 10}.00")


def sold(shop: Shop, code: str, quantity: str, days: int = 28) -> None:
    on = shop.today + timedelta(days=days)
    order = shop.do(
        sales.create_order, customer_id=shop.customer.pk, promised_date=on,
        lines=[sales.OrderLine(shop.items[code].pk, D(quantity), D(400), promised_date=on)],
    )  # fmt: skip
    shop.do(sales.approve_order, document_id=order.pk)


def plan(shop: Shop) -> PlanRun:
    return services.plan_now(actor=shop.boss, today=shop.today)


def suggested(run: PlanRun, code: str) -> list[D]:
    rows = PlannedOrder.objects.filter(run=run, item__code=code).order_by("due_on", "seq")
    return list(rows.values_list("quantity", flat=True))


def faults(run: PlanRun) -> set[tuple[str, str]]:
    return set(PlanException.objects.filter(run=run, kind="data_fault").values_list("item__code", "fault"))


def test_scrap_is_bought_on_top(shop):
    BomLine.objects.filter(component__code="casting").update(scrap=D("0.1"))
    sold(shop, "pump", "10")
    run = plan(shop)
    assert (suggested(run, "pump"), suggested(run, "casting"), suggested(run, "shaft")) == ([10], [11], [20])


def test_pieces_are_bought_whole(shop):
    BomLine.objects.filter(component__code="casting").update(scrap=D("0.07"))
    Item.objects.filter(code="shaft").update(lot_rule="minimum_multiple", lot_minimum=D(5))
    sold(shop, "pump", "10")
    run = plan(shop)
    assert suggested(run, "casting") == [11]  # 10.7
    assert suggested(run, "shaft") == [20]  # a minimum without a multiple
    assert faults(run) == set()


def test_the_good_share_is_made_on_top_and_counted_on_again(shop):
    shop.items["pump"].boms.update(yield_share=D("0.9"))
    sold(shop, "pump", "18")
    run = plan(shop)
    (pump,) = PlannedOrder.objects.filter(run=run, item__code="pump")
    assert (pump.quantity, pump.good_quantity, suggested(run, "casting")) == (20, 18, [20])
    shop.do(services.release_suggestions, order_ids=[pump.pk])
    again = plan(shop)
    assert suggested(again, "pump") == []
    assert not PlanException.objects.filter(run=again, item__code="pump").exists()
    assert run_all() == []


def test_the_good_share_of_a_process_is_reckoned_once(shop):
    shop.items["pump"].boms.update(yield_share=D("0.8"))
    shop.item("cover", "finished", "0", source="make", lead_time_days=5)
    BomOutput.objects.create(bom=shop.items["pump"].boms.get(), item=shop.items["cover"], quantity=D(1), kind="co")
    sold(shop, "pump", "8")
    run = plan(shop)
    assert (suggested(run, "pump"), suggested(run, "casting"), suggested(run, "cover")) == ([10], [10], [])


def test_a_component_needed_later_comes_later_before_and_after_the_release(shop):
    BomLine.objects.filter(component__code="shaft").update(offset_days=2)
    Item.objects.filter(code="pump").update(lead_time_days=10)
    sold(shop, "pump", "10", 40)
    run = plan(shop)
    due = dict(PlannedOrder.objects.filter(run=run).values_list("item__code", "due_on"))
    (pump,) = PlannedOrder.objects.filter(run=run, item__code="pump")
    later = working_calendar().add_working_days(pump.release_on, 2)
    assert (due["casting"], due["shaft"]) == (pump.release_on, later)
    shop.do(services.release_suggestions, order_ids=[pump.pk])
    again = dict(PlannedOrder.objects.filter(run=plan(shop)).values_list("item__code", "due_on"))
    assert (again["casting"], again["shaft"]) == (pump.release_on, later)
    firm = shop.do(
        services.create_firm_order,
        item_id=shop.items["pump"].pk,
        quantity=D(1),
        release_on=pump.release_on,
        due_on=pump.due_on,
    )
    kept = PlanSource.objects.get(run=plan(shop), doc_type="planning.firm_order", side="demand", item__code="shaft")
    assert (kept.document_id, kept.on) == (firm.pk, later)


def test_what_falls_off_is_not_bought_and_an_open_order_still_brings_it(shop):
    core = bought(shop, "core")
    bom = BomLine.objects.filter(component__code="casting")[0].bom
    BomOutput.objects.create(bom=bom, item=core, quantity=D("0.4"), kind="by")
    sold(shop, "pump", "10")
    sold(shop, "core", "10", 40)
    run = plan(shop)
    assert (suggested(run, "pump"), suggested(run, "core")) == ([10], [6])  # 10 pumps leave 4 cores
    (pump,) = PlannedOrder.objects.filter(run=run, item__code="pump")
    shop.do(services.release_suggestions, order_ids=[pump.pk])
    again = plan(shop)
    assert (suggested(again, "pump"), suggested(again, "core")) == ([], [6])


def test_a_firm_order_brings_what_falls_off(shop):
    core = bought(shop, "core")
    BomOutput.objects.create(bom=shop.items["pump"].boms.get(), item=core, quantity=D("0.4"), kind="by")
    shop.do(
        services.create_firm_order, item_id=shop.items["pump"].pk, quantity=D(10),
        due_on=shop.today + timedelta(days=20),
    )  # fmt: skip
    sold(shop, "core", "10", 40)
    assert suggested(plan(shop), "core") == [6]


def test_a_shortage_of_a_co_product_calls_the_process(shop):
    shop.item("cover", "finished", "0", source="make", lead_time_days=5)
    BomOutput.objects.create(bom=shop.items["pump"].boms.get(), item=shop.items["cover"], quantity=D("0.5"), kind="co")
    sold(shop, "pump", "10")
    sold(shop, "cover", "8")
    run = plan(shop)
    assert sum(suggested(run, "pump")) == 16  # 8 covers need 16, of which 6 pumps stay in stock
    assert suggested(run, "cover") == []
    assert sum(suggested(run, "casting")) == 16 and sum(suggested(run, "shaft")) == 32
    assert not {fault for fault in faults(run) if fault[1] == "no_bom"}
    rows = list(PlannedOrder.objects.filter(run=run, item__code="pump"))
    released = shop.do(services.release_suggestions, order_ids=[row.pk for row in rows])
    assert all(row.doc_type == "production.work_order" for row in released)
    again = plan(shop)
    assert (suggested(again, "pump"), suggested(again, "cover")) == ([], [])
    assert run_all() == []


def stands_in(shop: Shop, code: str, **values) -> None:
    line = BomLine.objects.get(component__code="casting", bom__item__code="pump")
    BomSubstitute.objects.create(bom=line.bom, line_no=line.line_no, item=bought(shop, code), **values)


def used(run: PlanRun) -> Counter[str]:
    """How much of each substitute the plan takes."""
    rows = PlanSource.objects.filter(run=run, side="demand", doc_type="planning.substitute")
    return Counter({code: quantity for code, quantity in rows.values_list("item__code", "quantity")})


def test_substitutes_that_are_left_over_are_taken_by_rank(shop):
    stands_in(shop, "cast-b", rank=1, ratio=D(2))
    stands_in(shop, "cast-c", rank=2)
    in_stock(shop, "cast-b", "6")
    in_stock(shop, "cast-c", "4")
    sold(shop, "pump", "10")
    run = plan(shop)
    assert used(run) == {"cast-b": 6, "cast-c": 4}
    assert suggested(run, "casting") == [3]  # 10 − 6 ÷ 2 − 4
    assert suggested(run, "cast-b") == suggested(run, "cast-c") == []
    assert run_all() == []


def test_what_has_to_be_used_up_goes_first(shop):
    stands_in(shop, "cast-b", rank=1)
    stands_in(shop, "cast-c", rank=2, use_up=True)
    in_stock(shop, "cast-b", "20")
    in_stock(shop, "cast-c", "8")
    sold(shop, "pump", "10")
    run = plan(shop)
    assert used(run) == {"cast-c": 8, "cast-b": 2}
    assert suggested(run, "casting") == []


def test_nothing_stands_in_where_one_use_or_a_customer_does_not_allow_it(shop):
    stands_in(shop, "cast-b", rank=1)
    in_stock(shop, "cast-b", "6")
    sold(shop, "pump", "10")
    assert suggested(plan(shop), "casting") == [4]
    sold(shop, "casting", "1")
    assert sum(suggested(plan(shop), "casting")) == 11


def test_a_line_without_the_substitute_keeps_the_component(shop):
    stands_in(shop, "cast-b", rank=1)
    in_stock(shop, "cast-b", "6")
    shop.item("skid", "finished", "0", source="make", lead_time_days=2)
    shop.bom("skid", casting="1")
    sold(shop, "pump", "10")
    assert suggested(plan(shop), "casting") == [10]


@pytest.mark.parametrize(("cost", "lots"), [("1825", [20]), ("3650", [10, 10])])
def test_an_economic_lot_weighs_the_order_against_holding(shop, cost, lots):
    """An order costs 80. A unit of 1,825 costs 1,825 × 0.2 ÷ 365 = 1 a day: ten for a week 70, at double the cost 140."""
    Item.objects.filter(code="shaft").update(standard_cost=D(cost), lot_rule="wagner_whitin")
    sold(shop, "shaft", "10", 28)
    sold(shop, "shaft", "10", 35)
    assert suggested(plan(shop), "shaft") == lots


@pytest.mark.parametrize(("quantity", "lots"), [("6", [12]), ("7", [7, 7])])
def test_what_is_made_weighs_the_setting_up(shop, quantity, lots):
    """Half an hour of set-up at 40 + 30 + 20 an hour: 45. Six units for a week cost 42 to hold, seven 49."""
    Item.objects.filter(code="pump").update(standard_cost=D(1825), lot_rule="silver_meal")
    sold(shop, "pump", quantity, 28)
    sold(shop, "pump", quantity, 35)
    assert suggested(plan(shop), "pump") == lots


def test_an_economic_rule_without_cost_is_named(shop):
    Item.objects.filter(code="shaft").update(standard_cost=0, lot_rule="part_period")
    sold(shop, "shaft", "10")
    run = plan(shop)
    assert ("shaft", "lot_rule_figures") in faults(run)
    assert suggested(run, "shaft") == [10]


def statements(shop: Shop) -> int:
    with CaptureQueriesContext(connection) as caught:
        plan(shop)
    return len(caught)


def test_statements_do_not_grow_with_outputs_and_substitutes(shop):
    bom = shop.items["pump"].boms.get()

    def more(number: int) -> None:
        stands_in(shop, f"cast-{number}", rank=number)
        BomOutput.objects.create(bom=bom, item=bought(shop, f"core-{number}"), quantity=D(1), kind="by")
        shop.item(f"cover-{number}", "finished", "0", source="make", lead_time_days=5)
        BomOutput.objects.create(bom=bom, item=shop.items[f"cover-{number}"], quantity=D(1), kind="co")
        in_stock(shop, f"cast-{number}", "1")
        sold(shop, f"cover-{number}", "5")

    sold(shop, "pump", "10")
    more(1)
    few = statements(shop)
    for number in range(2, 6):
        more(number)
    assert statements(shop) == few
