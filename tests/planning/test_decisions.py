"""What the planner decides: firm, split, merge, fences, exceptions, what-if; and what a suggestion's change would do."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Bom, BomLine, SupplierPrice
from gongfang.planning import services
from gongfang.planning.models import FirmOrder, PlanException, PlannedOrder, PlanRun, Scenario
from gongfang.planning.queries.comparison import compare, late_demands
from gongfang.planning.queries.effects import effect_of
from gongfang.planning.services.forecasts import CellInput
from gongfang.platform.verification import run_all
from gongfang.production.models import WorkOrder
from gongfang.purchasing.models import PurchaseOrderLine, Requisition
from gongfang.sales import services as sales
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db) -> Shop:
    from gongfang.masterdata.models import Partner

    shop = Shop()
    shop.customer = Partner.objects.create(code="C1", name="客户一", pinyin="khy", is_customer=True)
    for code, price in (("casting", "100"), ("shaft", "30"), ("bolt", "0.5")):
        SupplierPrice.objects.create(supplier=shop.supplier, item=shop.items[code], price=D(price), tax_included=False)
        type(shop.items[code]).objects.filter(code=code).update(default_supplier=shop.supplier, lead_time_days=3)
    type(shop.items["pump"]).objects.filter(code="pump").update(lead_time_days=5, sales_price=D(400))
    return shop


def sold(shop: Shop, quantity: str, days: int = 30):
    on = shop.today + timedelta(days=days)
    order = shop.do(
        sales.create_order, customer_id=shop.customer.pk, promised_date=on,
        lines=[sales.OrderLine(shop.items["pump"].pk, D(quantity), D(400), promised_date=on)],
    )  # fmt: skip
    return shop.do(sales.approve_order, document_id=order.pk)


def plan(shop: Shop, **values) -> PlanRun:
    return services.plan_now(actor=shop.boss, today=shop.today, **values)


def open_of(run: PlanRun, code: str) -> list[PlannedOrder]:
    rows = PlannedOrder.objects.filter(run=run, item__code=code, state="suggested").select_related("item__unit", "run")
    return list(rows.order_by("due_on", "seq"))


def test_a_firm_order_is_kept_and_its_needs_are_planned(shop):
    sold(shop, "10")
    (pump,) = open_of(plan(shop), "pump")
    parts = shop.do(services.split_suggestion, order_id=pump.pk, quantity=D(4), due_on=pump.due_on - timedelta(days=3))
    assert [(row.quantity, row.kind) for row in parts] == [(4, "make"), (6, "make")]
    again = plan(shop)
    assert open_of(again, "pump") == []
    assert sum(row.quantity for row in open_of(again, "casting")) == 10
    shop.do(services.release_firm_orders, order_ids=[row.pk for row in parts])
    assert sorted(WorkOrder.objects.values_list("quantity", flat=True)) == [4, 6]
    with pytest.raises(DomainError, match="dealt with already"):
        shop.do(services.cancel_firm_orders, order_ids=[parts[0].pk])
    assert run_all() == []


def test_suggestions_of_one_item_are_merged_and_only_those(shop):
    sold(shop, "10", 20)
    sold(shop, "5", 40)
    run = plan(shop)
    pumps, castings = open_of(run, "pump"), open_of(run, "casting")
    with pytest.raises(DomainError, match="one item"):
        shop.do(services.merge_suggestions, order_ids=[pumps[0].pk, castings[0].pk])
    firm = shop.do(services.merge_suggestions, order_ids=[row.pk for row in pumps])
    assert (firm.quantity, firm.due_on) == (15, pumps[0].due_on)
    assert FirmOrder.objects.count() == 1


def test_purchases_are_released_as_a_requisition(shop):
    sold(shop, "10")
    run = plan(shop)
    bought = [*open_of(run, "casting"), *open_of(run, "shaft")]
    rows = shop.do(services.release_suggestions, order_ids=[row.pk for row in bought], buy_as="requisition")
    asked = Requisition.objects.get()
    assert {row.document_number for row in rows} == {asked.number}
    assert asked.origin == "mrp"
    assert sorted(asked.lines.values_list("quantity", flat=True)) == [10, 20]
    again = plan(shop)
    assert not open_of(again, "casting") and not open_of(again, "shaft") and open_of(again, "bolt")


def test_the_effect_of_a_change_names_whom_it_hurts_and_writes_nothing(shop):
    order = sold(shop, "10")
    (pump,) = open_of(plan(shop), "pump")
    late = effect_of(pump, D(10), pump.release_on, pump.due_on + timedelta(days=30))
    assert late.days_late > 0
    assert [row.name for row in late.late_for] == [order.number]
    more = effect_of(pump, D(20), pump.release_on, pump.due_on)
    assert {(one.code, one.quantity_after) for one in more.components} == {("casting", 20), ("shaft", 40), ("bolt", 80)}
    assert all(one.is_short for one in more.components)
    assert effect_of(pump, D(10), pump.release_on, pump.due_on).is_harmless
    pump.refresh_from_db()
    assert (pump.quantity, pump.version) == (10, 1)


def test_an_exception_moves_the_purchase_in_one_click(shop):
    sold(shop, "10", 30)
    run = plan(shop)
    (casting,) = open_of(run, "casting")
    shop.do(services.release_suggestions, order_ids=[casting.pk])
    line = PurchaseOrderLine.objects.get()
    from gongfang.purchasing import services as purchasing

    shop.do(purchasing.approve_order, document_id=line.document_id)
    PurchaseOrderLine.objects.update(due_date=shop.today + timedelta(days=60))
    again = plan(shop)
    one = PlanException.objects.get(run=again, kind="expedite", document=line.document.number)
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    line.refresh_from_db()
    assert line.due_date == one.moved_to
    with pytest.raises(DomainError, match="dealt with already"):
        shop.do(services.follow_exceptions, exception_ids=[one.pk])
    assert not PlanException.objects.filter(run=plan(shop), kind="expedite").exists()


def test_a_scenario_is_planned_beside_the_live_plan(shop):
    sold(shop, "10")
    live = plan(shop)
    scenario = shop.do(
        services.create_scenario, name="旺季",
        changes=[
            services.ChangeInput("demand_share", percent=200),
            services.ChangeInput("demand", item_id=shop.items["pump"].pk, quantity=D(5), on=shop.today + timedelta(days=50)),
            services.ChangeInput("stock", item_id=shop.items["bolt"].pk, quantity=D(7)),
            services.ChangeInput("lead_time", item_id=shop.items["casting"].pk, days=10),
        ],
    )  # fmt: skip
    run = services.plan_now(actor=shop.boss, today=shop.today, scenario=Scenario.objects.get(pk=scenario.pk))
    assert PlanRun.objects.get(is_current=True) == live
    assert sum(row.quantity for row in open_of(run, "pump")) == 25
    assert sum(row.quantity for row in open_of(run, "bolt")) == 93
    with pytest.raises(DomainError, match="made anew"):
        shop.do(services.release_suggestions, order_ids=[row.pk for row in open_of(run, "pump")])
    found = compare(live, run)
    assert found.counts["added"] >= 1
    assert found.counts["changed"] >= 3
    assert found.peaks[1] > 0
    assert run_all() == []


@pytest.mark.parametrize(("percent", "worse"), [(100, False), (25, True), (0, True)])
def test_less_capacity_makes_customers_wait_and_names_them(shop, percent, worse):
    """80 pumps take 80 × 12 minutes and 15 of set-up at the assembly, 8.5 hours at the lathe: a week holds them, a quarter of one not."""
    shop.stock_up(400)
    order = sold(shop, "240", 12)
    plan(shop)
    scenario = shop.do(
        services.create_scenario, name="停机",
        changes=[services.ChangeInput("capacity", work_centre_id=shop.assembly.pk, percent=percent)],
    )  # fmt: skip
    run = services.plan_now(actor=shop.boss, today=shop.today, scenario=scenario)
    late = late_demands(run)
    if not worse:
        assert [(row.live, row.here) for row in late] == [(row.live, row.live) for row in late]
        return
    (row,) = late
    assert (row.number, row.item_code, row.is_worse) == (order.number, "pump", True)
    assert (row.here is None) == (percent == 0)
    assert row.here is None or row.here > row.due
    shop.do(
        services.change_scenario,
        scenario_id=scenario.pk,
        name="多货",
        changes=[services.ChangeInput("demand_share", percent=200)],
    )
    assert late_demands(services.plan_now(actor=shop.boss, today=shop.today, scenario=scenario)) is None


def test_a_forecast_is_planned_until_orders_use_it_up(shop):
    monday = shop.today + timedelta(days=28 - shop.today.weekday())
    shop.do(services.set_forecast, cells=[CellInput(shop.items["pump"].pk, monday, D(30))])
    assert sum(row.quantity for row in open_of(plan(shop), "pump")) == 30
    sold(shop, "12", (monday - shop.today).days + 1)
    assert sum(row.quantity for row in open_of(plan(shop), "pump")) == 30
    sold(shop, "40", (monday - shop.today).days + 2)
    assert sum(row.quantity for row in open_of(plan(shop), "pump")) == 52
    shop.do(services.set_fences, item_id=shop.items["pump"].pk, demand_fence_days=60, planning_fence_days=60)
    run = plan(shop)
    assert {row.quantity for row in open_of(run, "pump")} <= {D(12), D(40), D(52)}
    assert min(row.due_on for row in open_of(run, "pump")) >= shop.today + timedelta(days=60)


def test_bad_data_is_named_and_the_rest_is_planned(shop):
    sold(shop, "10")
    shop.item("ring", "semi", "1", source="make", lead_time_days=1)
    shop.item("nobody", "raw", "1", lead_time_days=0)
    ring = Bom.objects.create(item=shop.items["ring"])
    BomLine.objects.create(bom=ring, line_no=1, component=shop.items["pump"], quantity=D(1))
    BomLine.objects.create(
        bom=Bom.objects.get(item=shop.items["pump"]), line_no=9, component=shop.items["ring"], quantity=D(1)
    )
    BomLine.objects.create(bom=ring, line_no=2, component=shop.items["nobody"], quantity=D(1))
    type(shop.items["shaft"]).objects.filter(code="shaft").update(lot_rule="fixed", lot_quantity=0)
    run = plan(shop)
    faults = set(PlanException.objects.filter(run=run, kind="data_fault").values_list("item__code", "fault"))
    assert {("nobody", "no_supplier"), ("nobody", "no_lead_time"), ("shaft", "lot_rule_figures")} <= faults
    assert {code for code, fault in faults if fault == "bom_cycle"} <= {"pump", "ring"}
    assert any(fault == "bom_cycle" for _, fault in faults)
    assert sum(row.quantity for row in open_of(run, "casting")) == 10


def statements(shop: Shop, orders: int) -> int:
    for _ in range(orders):
        sold(shop, "3")
    with CaptureQueriesContext(connection) as caught:
        plan(shop)
    return len(caught)


def test_statements_do_not_grow_with_the_plan(shop):
    few = statements(shop, 2)
    more = statements(shop, 12)
    assert more <= few + 3  # forgetting the oldest runs begins with the fourth
