"""A new version of a bill of materials in some weeks: orders that start before take the old parts, orders after the new ones."""
# ruff: noqa: F811

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from gongfang.masterdata.models import Bom, BomLine, BomOutput, Item
from gongfang.masterdata.queries import spells_over, versions_on, working_calendar
from gongfang.planning import services
from gongfang.planning.models import PlannedOrder, PlanSource
from gongfang.planning.queries.promises import answer_of
from gongfang.planning.queries.rush import impact_of
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from tests.planning.test_feeding import bought, faults, in_stock, plan, shop, sold, suggested  # noqa: F401

pytestmark = pytest.mark.django_db
SIX_WEEKS = 42


@pytest.fixture
def changed(shop):
    """From the day in six weeks on a pump is made of a steel body instead of a casting."""
    bought(shop, "steel")
    day = shop.today + timedelta(days=SIX_WEEKS)
    old = shop.items["pump"].boms.get()
    Bom.objects.filter(pk=old.pk).update(valid_to=day - timedelta(days=1))
    new = Bom.objects.create(item=shop.items["pump"], code="V2.0", is_default=False, valid_from=day)
    BomLine.objects.create(bom=new, line_no=1, component=shop.items["steel"], quantity=D(1))
    BomLine.objects.create(bom=new, line_no=2, component=shop.items["shaft"], quantity=D(2))
    shop.day, shop.new = day, new
    return shop


def test_each_order_is_planned_and_made_of_the_version_that_holds_when_it_starts(changed):
    shop = changed
    sold(shop, "pump", "10", 28)
    sold(shop, "pump", "7", 70)
    run = plan(shop)
    early, late = PlannedOrder.objects.filter(run=run, item__code="pump").order_by("due_on")
    assert early.release_on < shop.day <= late.release_on
    assert (suggested(run, "casting"), suggested(run, "steel"), suggested(run, "shaft")) == ([10], [7], [20, 14])
    assert faults(run) == set()
    shop.do(services.release_suggestions, order_ids=[early.pk, late.pk])
    parts = {
        order.quantity: set(WorkOrderMaterial.objects.filter(document=order).values_list("item__code", flat=True))
        for order in WorkOrder.objects.all()
    }
    assert parts == {10: {"casting", "shaft", "bolt"}, 7: {"steel", "shaft"}}
    again = plan(shop)
    assert (suggested(again, "casting"), suggested(again, "steel"), suggested(again, "shaft")) == ([10], [7], [20, 14])


def test_a_firm_order_needs_the_parts_of_its_start(changed):
    shop = changed
    for days in (28, 70):
        shop.do(
            services.create_firm_order, item_id=shop.items["pump"].pk, quantity=D(days),
            due_on=shop.today + timedelta(days=days),
        )  # fmt: skip
    rows = PlanSource.objects.filter(run=plan(shop), doc_type="planning.firm_order", side="demand")
    wanted = {(code, quantity) for code, quantity in rows.values_list("item__code", "quantity") if code != "bolt"}
    assert wanted == {("casting", 28), ("shaft", 56), ("steel", 70), ("shaft", 140)}


def test_what_falls_off_and_the_good_share_are_those_of_the_version(changed):
    shop = changed
    core = bought(shop, "core")
    BomOutput.objects.create(bom=shop.new, item=core, quantity=D("0.5"), kind="by")
    Bom.objects.filter(pk=shop.new.pk).update(yield_share=D("0.5"))
    sold(shop, "pump", "10", 28)
    sold(shop, "pump", "7", 70)
    sold(shop, "core", "10", 90)
    run = plan(shop)
    pumps = PlannedOrder.objects.filter(run=run, item__code="pump").order_by("due_on")
    assert list(pumps.values_list("quantity", "good_quantity")) == [(10, 10), (14, 7)]
    assert suggested(run, "steel") == [14]
    assert suggested(run, "core") == [3]  # 14 pumps begun with the new version leave 7 cores, those of the old none


def test_an_order_that_should_have_started_already_takes_what_holds_today(changed):
    shop = changed
    Bom.objects.filter(item=shop.items["pump"], code="V1.0").update(valid_from=shop.today)
    Item.objects.filter(code="pump").update(lead_time_days=20)
    sold(shop, "pump", "10", 5)
    assert suggested(plan(shop), "casting") == [10]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([("A", 0, None, True)], [("A", None, None)]),
        ([("A", 0, 9, True), ("B", 10, None, False)], [("A", None, 9), ("B", 10, None)]),
        ([("A", 0, None, True), ("B", 10, None, False)], [("A", None, None)]),  # the default goes before what is newer
        ([("A", 0, None, False), ("B", 10, 19, False)], [("A", None, 9), ("B", 10, 19), ("A", 20, None)]),
        ([("A", 0, 9, True), ("B", 20, None, False)], [("A", None, 9), ("B", 20, None)]),  # nothing holds from 10 to 19
        ([("A", 5, None, True)], [("A", 5, None)]),
        ([("A", 0, None, False), ("B", 200, None, False)], [("A", None, None)]),  # beyond the horizon
        ([("A", -50, -1, True)], []),
    ],
)
def test_versions_take_turns(shop, versions, expected):
    item = shop.items["shaft"]
    day = lambda number: shop.today + timedelta(days=number)  # noqa: E731
    for code, begin, end, default in versions:
        Bom.objects.create(
            item=item, code=code, is_default=default, valid_from=day(begin), valid_to=None if end is None else day(end)
        )
    spells = spells_over(shop.today, day(120)).get(item.pk, [])
    codes = dict(Bom.objects.values_list("pk", "code"))
    assert [(codes[one.bom_id], one.first, one.last) for one in spells] == [
        (code, date.min if begin is None else day(begin), date.max if end is None else day(end))
        for code, begin, end in expected
    ]
    for number in (0, 9, 10, 19, 20, 119):
        chosen = versions_on({(item.pk, day(number))}).get((item.pk, day(number)))
        holding = next((one.bom_id for one in spells if one.first <= day(number) <= one.last), None)
        assert chosen == holding


def test_a_line_that_is_a_phantom_gives_way_to_what_is_in_it(shop):
    """As on the work order: no order for the sub-assembly, its parts by the version of the day, with its scrap and base quantity."""
    bought(shop, "steel")
    pump, shaft = shop.items["pump"], shop.items["shaft"]
    top = pump.boms.get()
    old = shaft.boms.first()
    if old is not None:
        Bom.objects.filter(pk=old.pk).delete()
    inner = Bom.objects.create(item=shaft, code="V1", is_default=True, valid_from=shop.today, base_quantity=D(10))
    BomLine.objects.create(bom=inner, line_no=1, component=shop.items["steel"], quantity=D(5))
    BomLine.objects.filter(bom=top, component=shaft).update(is_phantom=True, quantity=D(2), scrap=D("0.1"))
    sold(shop, "pump", "10", 28)
    run = plan(shop)
    assert suggested(run, "shaft") == []
    assert suggested(run, "steel") == [11]
    assert faults(run) == set()
    order = PlannedOrder.objects.get(run=run, item__code="pump")
    shop.do(services.release_suggestions, order_ids=[order.pk])
    issued = WorkOrderMaterial.objects.filter(document__item=pump)
    assert dict(issued.values_list("item__code", "quantity"))["steel"] == 11
    assert suggested(plan(shop), "steel") == [11]
    shop.do(
        services.create_firm_order, item_id=pump.pk, quantity=D(20), due_on=shop.today + timedelta(days=60)
    )  # fmt: skip
    rows = PlanSource.objects.filter(
        run=plan(shop), doc_type="planning.firm_order", side="demand", item=shop.items["steel"]
    )
    assert [row.quantity for row in rows] == [22]


@pytest.fixture
def slow_castings(changed):
    """Castings take longer than until the change; ten steel bodies, shafts and bolts enough are there."""
    Item.objects.filter(code="casting").update(lead_time_days=100)
    for code in ("steel", "shaft", "bolt"):
        in_stock(changed, code, "100")
    return changed


def test_a_promise_takes_the_version_of_the_day_it_can_start(slow_castings):
    shop, pump = slow_castings, slow_castings.items["pump"].pk
    answer = answer_of(pump, D(10), shop.today, shop.today)
    calendar = working_calendar()
    assert answer.on == calendar.add_working_days(calendar.on_or_after(shop.day), 5)
    assert not any("casting" in reason for reason in answer.reasons)
    shop.stock("casting", "10", "100.00", lot="C1")
    assert answer_of(pump, D(10), shop.today, shop.today).on < shop.day
    Bom.objects.filter(pk=shop.new.pk).update(status="draft")
    ended = answer_of(pump, D(11), shop.today, shop.today)
    assert ended.on is None and "pump" in ended.reasons[0] and f"{shop.day}" in ended.reasons[0]


def test_a_rush_order_takes_the_version_of_the_day_it_can_start(slow_castings):
    shop = slow_castings
    impact = impact_of(shop.items["pump"].pk, D(10), shop.today)
    assert impact.material_on == shop.day and impact.losses == ()
    shop.stock("casting", "10", "100.00", lot="C1")
    assert impact_of(shop.items["pump"].pk, D(10), shop.today).material_on == shop.today


def test_a_promise_passes_through_a_line_that_is_a_phantom(shop):
    bought(shop, "steel")
    pump, shaft = shop.items["pump"], shop.items["shaft"]
    inner = Bom.objects.create(item=shaft, code="V1", is_default=True, valid_from=shop.today, base_quantity=D(10))
    BomLine.objects.create(bom=inner, line_no=1, component=shop.items["steel"], quantity=D(5))
    BomLine.objects.filter(bom=pump.boms.get(), component=shaft).update(is_phantom=True, quantity=D(2), scrap=D("0.1"))
    in_stock(shop, "bolt", "100")
    shop.stock("casting", "100", "1000.00", lot="C1")
    in_stock(shop, "steel", "11")  # ten pumps take 2 × 1.1 × 0.5 each; there are no shafts, and none are waited for
    calendar = working_calendar()
    ready = calendar.add_working_days(calendar.on_or_after(shop.today), 5)
    assert answer_of(pump.pk, D(10), shop.today, shop.today).on == ready
    more = answer_of(pump.pk, D(11), shop.today, shop.today)
    assert more.on > ready and any("steel" in reason for reason in more.reasons)
