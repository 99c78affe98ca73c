"""When an order can start and a promise can be kept: material of a later operation, the good share, lines per order. By hand."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from gongfang.engines.promising.kit import KitNeed, KitOrder, KitState, KitSupply, check_kits
from gongfang.engines.promising.promise import Component, PromiseItem, Situation, promise
from gongfang.masterdata.models import Bom, BomLine
from gongfang.masterdata.queries import working_calendar
from gongfang.planning.queries.kits import floor, kits
from gongfang.planning.queries.promises import answer_of
from gongfang.purchasing import services as purchasing
from tests.planning.test_floor import shop  # noqa: F401  (a fixture)

MONDAY = date(2026, 1, 5)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("comes", "after", "state", "ready"),
    [
        (6, 0, KitState.READY_ON, 6), (6, 2, KitState.READY_ON, 4), (2, 2, KitState.READY, 0), (1, 2, KitState.READY, 0),
        (3, 2, KitState.READY_ON, 1), (0, 0, KitState.READY_ON, 0),
    ],
)  # fmt: skip
def test_what_a_later_operation_needs_may_come_later(comes, after, state, ready):
    order = KitOrder("W", 1, MONDAY, (KitNeed("A", D(5), "1"), KitNeed("B", D(2), "2", after_days=after)))
    (answer,) = check_kits([order], {"A": D(5)}, [KitSupply("P", "B", D(2), day(comes))], MONDAY)
    assert (answer.state, answer.ready_on) == (state, day(ready))
    assert answer.waits_for == ("P" if state is KitState.READY_ON else None)


def test_the_start_waits_for_what_is_needed_first_not_for_what_comes_last():
    needs = (KitNeed("A", D(1), "1"), KitNeed("B", D(1), "2", after_days=5))
    supplies = [KitSupply("PA", "A", D(1), day(3)), KitSupply("PB", "B", D(1), day(7))]
    (answer,) = check_kits([KitOrder("W", 1, MONDAY, needs)], {}, supplies, MONDAY)
    assert (answer.ready_on, answer.waits_for) == (day(3), "PA")


def situation(component: Component, stock: str, share: str = "1") -> Situation:
    """A is made of C in 5 days; C is bought in 10."""
    items = {"A": PromiseItem("A", True, 5, yield_share=D(share)), "C": PromiseItem("C", False, 10, D(stock))}
    return Situation(MONDAY, items, components=(component,))


@pytest.mark.parametrize(
    ("stock", "share", "expected"), [("10", "0.8", 5), ("9", "0.8", 15), ("8", "1", 5), ("8", "0.999", 15)]
)
def test_a_promise_begins_more_than_it_promises(stock, share, expected):
    """8 good ones of a yield of 0.8 take 10."""
    assert promise(situation(Component("A", "C", D(1)), stock, share), "A", D(8), MONDAY).date == day(expected)


@pytest.mark.parametrize(("after", "expected"), [(0, 15), (4, 11), (10, 5), (12, 5)])
def test_a_promise_does_not_wait_for_what_it_needs_later(after, expected):
    assert promise(situation(Component("A", "C", D(1), after_days=after), "0"), "A", D(8), MONDAY).date == day(expected)


@pytest.mark.parametrize(("stock", "expected"), [("3", 5), ("2", 15)])
def test_a_line_per_order_is_needed_once(stock, expected):
    assert promise(situation(Component("A", "C", D(3), fixed=True), stock), "A", D(800), MONDAY).date == day(expected)


@pytest.mark.django_db
def test_an_order_is_ready_so_many_days_before_its_later_material(shop):  # noqa: F811
    BomLine.objects.filter(component__code="shaft").update(offset_days=2)
    shop.stock("casting", "5", "500.00", lot="C1")
    shop.stock("bolt", "20", "10.00")
    on = working_calendar().add_working_days(shop.today, 7)
    line = purchasing.NewPurchase(shop.items["shaft"].pk, D(10), on)
    purchasing.create_orders(shop.boss, [line])
    shop.order("5")
    (kit,) = kits(floor(shop.today), shop.today, shop.boss)
    assert (kit.state, kit.ready_on) == ("ready_on", working_calendar().add_working_days(on, -2))


@pytest.mark.django_db
def test_of_what_is_being_made_only_the_good_share_is_counted_on(shop):  # noqa: F811
    """A skid takes one pump; ten pumps are being made, nine of them good."""
    shop.item("skid", "finished", "0", source="make", lead_time_days=2)
    shop.bom("skid", pump="1")
    Bom.objects.filter(item__code="pump").update(yield_share=D("0.9"))
    shop.stock_up(30)
    shop.order("10", priority=1)
    skid = shop.order("10", code="skid", priority=2)
    answer = next(kit for kit in kits(floor(shop.today), shop.today, shop.boss) if kit.order.pk == skid.pk)
    assert [(item.code, quantity) for item, quantity in answer.missing] == [("pump", 1)]


@pytest.mark.django_db
def test_a_promise_over_the_real_structure_takes_the_good_share(shop):  # noqa: F811
    """10 castings make 8 good pumps of a yield of 0.8; the ninth waits for a purchase."""
    Bom.objects.filter(item__code="pump").update(yield_share=D("0.8"))
    shop.stock("casting", "10", "1000.00", lot="C1")
    shop.stock("shaft", "90", "2700.00")
    shop.stock("bolt", "90", "45.00")
    whole = answer_of(shop.items["pump"].pk, D(8), shop.today, shop.today)
    more = answer_of(shop.items["pump"].pk, D(9), shop.today, shop.today)
    assert whole.on < more.on
    assert any("casting" in reason for reason in more.reasons) and not any(
        "casting" in reason for reason in whole.reasons
    )
