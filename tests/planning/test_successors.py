"""Substitutes in time: until a use-up date, from a day on, ordered too; safety time; what the kit check makes of substitutes."""
# ruff: noqa: F811

from datetime import timedelta
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import BomLine, BomSubstitute, Item
from gongfang.masterdata.queries import working_calendar
from gongfang.planning import services
from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries.explanation import explanation
from gongfang.planning.queries.kits import floor, kits
from gongfang.production.models import WorkOrderMaterial
from tests.planning.test_feeding import bought, in_stock, plan, shop, sold, stands_in, suggested, used  # noqa: F401

pytestmark = pytest.mark.django_db


def needed_on(shop, days: int):
    """The day on which castings are needed for pumps that are promised in so many days."""
    return working_calendar().add_working_days(shop.today + timedelta(days=days), -5)


def test_a_substitute_is_used_up_until_its_last_day_and_from_its_first(shop):
    sold(shop, "pump", "10", 28)
    sold(shop, "pump", "10", 56)
    stands_in(shop, "cast-b", valid_to=needed_on(shop, 28))
    stands_in(shop, "cast-c", rank=2, valid_from=needed_on(shop, 28) + timedelta(days=1))
    in_stock(shop, "cast-b", "30")
    in_stock(shop, "cast-c", "4")
    run = plan(shop)
    assert used(run) == {"cast-b": 10, "cast-c": 4}
    assert suggested(run, "casting") == [6]


def test_a_successor_is_ordered_and_what_only_stands_in_is_not(shop):
    sold(shop, "pump", "10", 28)
    sold(shop, "pump", "7", 56)
    stands_in(shop, "cast-b", is_successor=True, ratio=D(2), valid_from=needed_on(shop, 28) + timedelta(days=1))
    run = plan(shop)
    assert (suggested(run, "casting"), suggested(run, "cast-b")) == ([10], [14])
    BomSubstitute.objects.update(is_successor=False)
    again = plan(shop)
    assert (suggested(again, "casting"), suggested(again, "cast-b")) == ([10, 7], [])


def test_lines_that_allow_different_days_agree_on_those_that_all_allow(shop):
    shop.item("skid", "finished", "0", source="make", lead_time_days=5)
    shop.bom("skid", casting="1")
    first, last = shop.today + timedelta(days=20), shop.today + timedelta(days=40)
    stands_in(shop, "cast-b", valid_from=first)
    line = BomLine.objects.get(component__code="casting", bom__item__code="skid")
    BomSubstitute.objects.create(bom=line.bom, line_no=line.line_no, item=shop.items["cast-b"], valid_to=last)
    in_stock(shop, "cast-b", "100")
    for days in (14, 35, 63):
        sold(shop, "pump", "5", days)
    assert (suggested(plan(shop), "casting"), used(plan(shop))) == ([5, 5], {"cast-b": 5})


def test_an_order_takes_the_substitutes_of_its_start(shop):
    stands_in(shop, "cast-b", valid_to=shop.today + timedelta(days=20))
    sold(shop, "pump", "1", 14)
    sold(shop, "pump", "1", 56)
    rows = PlannedOrder.objects.filter(run=plan(shop), item__code="pump")
    shop.do(services.release_suggestions, order_ids=[row.pk for row in rows])
    allowed = WorkOrderMaterial.objects.filter(item__code="casting").order_by("document__start")
    assert [bool(row.allowed_substitutes) for row in allowed] == [True, False]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"valid_from": "2026-05-02", "valid_to": "2026-05-01"}, "substitutes.0.valid_to"),
        ({"use_up": True, "is_successor": True}, "substitutes.0.is_successor"),
        ({"line_no": 9}, "substitutes.0.line_no"),
    ],
)
def test_what_contradicts_itself_is_refused(shop, values, where):
    other = bought(shop, "cast-b")
    bom = shop.items["pump"].boms.get()
    row = {"line_no": 1, "item": other.pk, "rank": 1, "ratio": D(1)} | values
    with pytest.raises(DomainError) as refused:
        shop.do(masterdata.change_bom, bom_id=bom.pk, substitutes=[row])
    assert [problem.where for problem in refused.value.problems] == [where]


def test_safety_time_brings_it_in_sooner_and_the_reasons_say_so(shop):
    sold(shop, "pump", "10", 28)
    (before,) = PlannedOrder.objects.filter(run=plan(shop), item__code="casting")
    Item.objects.filter(code="casting").update(safety_time_days=4)
    (after,) = PlannedOrder.objects.filter(run=plan(shop), item__code="casting")
    assert (after.need_on, before.due_on) == (before.need_on, before.need_on)
    assert after.due_on == working_calendar().on_or_before(before.need_on - timedelta(days=4))
    assert after.release_on == working_calendar().add_working_days(after.due_on, -3)
    (early,) = [one for one in explanation(after) if one.code == "safety_time"]
    assert early.data == {"days": 4, "on": after.need_on}


def test_an_order_with_a_substitute_in_stock_has_its_kit(shop):
    stands_in(shop, "cast-b", ratio=D(2))
    shop.stock_up(100)
    order = shop.order("120")
    (kit,) = kits(floor(shop.today), shop.today, shop.boss)
    assert (kit.state, {item.code: quantity for item, quantity in kit.missing}["casting"]) == ("short", 20)
    in_stock(shop, "shaft", "100")
    in_stock(shop, "bolt", "500")
    in_stock(shop, "cast-b", "40")
    (kit,) = kits(floor(shop.today), shop.today, shop.boss)
    assert (kit.order.pk, kit.state, kit.missing) == (order.pk, "ready", ())
    assert [(item.code, quantity) for item, quantity in kit.instead] == [("cast-b", 40)]
