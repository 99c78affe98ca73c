"""Why a suggestion is what it is: the figures of every lot rule, of yield and of netting, up to the day and not beyond it."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import translation

from gongfang.masterdata.models import Bom, Item
from gongfang.planning.queries.explanation import explanation, reasons_of
from gongfang.ui.sentences import sentence
from tests.planning.test_decisions import open_of, plan, shop, sold  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def said(order, **values) -> dict[str, str]:
    with translation.override("en"):
        return {one.code: sentence(one) for one in explanation(order, **values)}


RULES = {
    "lot_for_lot": ({}, D(14), ["14", "just what is missing"]),
    "fixed": ({"lot_quantity": D(25)}, D(25), ["always 25", "covers needs up to"]),
    "minimum_multiple": ({"lot_minimum": D(20), "lot_multiple": D(8)}, D(24), ["at least 20", "steps of 8", "24"]),
    "period": ({"lot_days": 45}, D(24), ["needs of 45 days", "24"]),
    "least_unit_cost": ({}, None, ["least unit cost", "80.00 CNY", "6.00 CNY"]),
    "part_period": ({}, None, ["part-period balancing", "80.00 CNY", "6.00 CNY"]),
    "silver_meal": ({}, None, ["Silver-Meal", "80.00 CNY", "6.00 CNY"]),
    "wagner_whitin": ({}, None, ["Wagner-Whitin", "80.00 CNY", "6.00 CNY"]),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_lot_rule_tells_its_figures(shop, rule):  # noqa: F811
    """Seven pumps and five a month later take two shafts each (30.00 apiece, held at 20 % a year; an order costs 80.00)."""
    figures, quantity, words = RULES[rule]
    Item.objects.filter(code="shaft").update(lot_rule=rule, **figures)
    sold(shop, "7", 20)
    sold(shop, "5", 50)
    first = open_of(plan(shop), "shaft")[0]
    assert quantity is None or first.quantity == quantity
    text = said(first, sees_cost=True)["lot"]
    for word in words:
        assert word in text, text
    assert "CNY" not in said(first)["lot"]


def test_a_largest_lot_and_a_yield_are_told(shop):  # noqa: F811
    Item.objects.filter(code="shaft").update(lot_rule="minimum_multiple", lot_multiple=D(1), lot_maximum=D(10))
    Bom.objects.filter(item__code="pump").update(yield_share=D("0.8"))
    sold(shop, "8", 30)
    run = plan(shop)
    shafts = open_of(run, "shaft")
    assert [row.quantity for row in shafts] == [10, 10]
    assert "at most 10" in said(shafts[0])["lot_maximum"]
    (pump,) = open_of(run, "pump")
    assert pump.quantity == 10
    assert "Of 10 个 begun, 8 come out good (yield 80 %)" in said(pump)["yield"]


def test_netting_counts_what_is_needed_up_to_the_day_and_what_serves_that(shop):  # noqa: F811
    """Six pumps in stock; four sold for day 10, five for day 30, three for day 50: three and three are missing, one after the other."""
    shop.stock("pump", "6", "1200.00", lot="L1")
    for quantity, days in (("4", 10), ("5", 30), ("3", 50)):
        sold(shop, quantity, days)
    first, second = open_of(plan(shop), "pump")
    assert (first.quantity, second.quantity) == (3, 3)
    one, two = reasons_of(first).netting, reasons_of(second).netting
    assert (one.needed, one.stock, one.supplies, one.orders) == (9, 6, 0, 0)
    assert (two.needed, two.stock, two.supplies, two.orders) == (12, 6, 0, 3)
    assert first.need_on == shop.today + timedelta(days=30)
    assert f"Up to {first.need_on}, 9 个 are needed: stock serves 6 of 6" in said(first)["netted"]
    assert "earlier suggestions 3" in said(second)["netted"]
