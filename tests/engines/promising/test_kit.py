"""Kit check: who gets what is scarce, and when."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.promising.kit import (
    Holding,
    KitNeed,
    KitOrder,
    KitShortage,
    KitState,
    KitSubstitute,
    KitSupply,
    check_kits,
    what_if_priority,
)

TODAY = date(2026, 1, 5)


def day(number):
    return TODAY + timedelta(days=number)


def order(name, priority=1, on=0, **needs):
    return KitOrder(name, priority, day(on), tuple(KitNeed(i, Decimal(str(q)), i) for i, q in needs.items()))


def supply(name, item, quantity, on, source=""):
    return KitSupply(name, item, Decimal(str(quantity)), day(on), source)


def states(answers):
    return {answer.order: (answer.state.value, answer.ready_on) for answer in answers}


def test_ready_now_ready_on_a_day_and_short():
    orders = [order("A", 1, wheel=4, frame=1), order("B", 2, wheel=4, frame=1), order("C", 3, wheel=4)]
    stock = {"wheel": Decimal(6), "frame": Decimal(9)}
    answers = check_kits(orders, stock, [supply("PO1", "wheel", 3, 7, "Rad GmbH")], TODAY)
    assert states(answers) == {"A": ("ready", TODAY), "B": ("ready_on", day(7)), "C": ("short", None)}
    second, third = answers[1], answers[2]
    assert second.waits_for == "PO1"
    assert [(t.item, t.quantity, t.supply, t.source) for t in second.taken] == [
        ("wheel", 2, None, ""),
        ("wheel", 2, "PO1", "Rad GmbH"),
        ("frame", 1, None, ""),
    ]
    assert third.short == (KitShortage("wheel", "wheel", Decimal(3)),)
    assert second.share == Decimal("0.75")


@pytest.mark.parametrize(
    ("first", "second", "served"),
    [((1, 9), (2, 0), "A"), ((2, 0), (1, 9), "B"), ((1, 3), (1, 2), "B"), ((1, 2), (1, 2), "A")],
)
def test_priority_then_date_then_id(first, second, served):
    orders = [order("A", *first, wheel=1), order("B", *second, wheel=1)]
    answers = check_kits(orders, {"wheel": Decimal(1)}, [], TODAY)
    assert answers[0].order == served
    assert [answer.state for answer in answers] == [KitState.READY, KitState.SHORT]


@pytest.mark.parametrize("holding", list(Holding))
def test_what_is_kept_for_an_order_serves_it_alone(holding):
    """Five wheels, three of them kept for the last order: the first gets two, also when the last stays short and could yield."""
    late = replace(order("C", 9, wheel=4), kept=(("wheel", Decimal(3)),))
    orders = [order("A", 1, wheel=2), order("B", 2, wheel=1), late]
    answers = check_kits(orders, {"wheel": Decimal(5)}, [], TODAY, holding)
    assert states(answers) == {"A": ("ready", TODAY), "B": ("short", None), "C": ("short", None)}
    assert [one.quantity for one in answers[2].short] == [1]
    coming = [supply("PO1", "wheel", 2, 7)]
    answers = check_kits(orders, {"wheel": Decimal(5)}, coming, TODAY, holding)
    assert states(answers) == {"A": ("ready", TODAY), "B": ("ready_on", day(7)), "C": ("ready_on", day(7))}


def test_a_short_order_may_keep_or_yield_what_others_could_use():
    orders = [order("A", 1, wheel=1, gem=1), order("B", 2, wheel=1)]
    stock = {"wheel": Decimal(1)}
    assert states(check_kits(orders, stock, [], TODAY))["B"][0] == "short"
    answers = check_kits(orders, stock, [], TODAY, Holding.YIELD)
    assert states(answers)["B"][0] == "ready"
    assert answers[0].short == (KitShortage("gem", "gem", Decimal(1)),)


def test_substitutes_stand_in_after_the_item_itself_and_what_is_on_its_way():
    need = KitNeed("bolt", Decimal(5), "10", (KitSubstitute("screw"), KitSubstitute("nail")))
    answers = check_kits(
        [KitOrder("A", 1, TODAY, (need,))],
        {"bolt": Decimal(1), "screw": Decimal(2), "nail": Decimal(9)},
        [supply("PO1", "bolt", 1, 3)],
        TODAY,
    )
    assert [(take.item, take.quantity) for take in answers[0].taken] == [
        ("bolt", 1),
        ("bolt", 1),
        ("screw", 2),
        ("nail", 1),
    ]
    assert answers[0].ready_on == day(3)


def test_a_substitute_counts_by_its_ratio_and_what_is_used_up_goes_first():
    """Two screws for a bolt, three old pins for one; the pins in stock go before the bolts, those on their way after."""
    need = KitNeed(
        "bolt", Decimal(4), "10", (KitSubstitute("screw", Decimal(2)), KitSubstitute("pin", Decimal(3), True))
    )
    stock = {"bolt": Decimal(1), "screw": Decimal(2), "pin": Decimal(4)}
    (answer,) = check_kits([KitOrder("A", 1, TODAY, (need,))], stock, [supply("PO1", "pin", 9, 2)], TODAY)
    assert [(take.item, take.quantity, take.of_line) for take in answer.taken] == [
        ("pin", 4, Decimal("1.333333")), ("bolt", 1, 1), ("screw", 2, 1), ("pin", Decimal("2.000001"), Decimal("0.666667")),
    ]  # fmt: skip
    assert (answer.state, answer.ready_on, answer.short) == (KitState.READY_ON, day(2), ())
    assert answer.share == Decimal("3.333333") / 4


def test_an_overdue_supply_is_not_here_yet():
    answer = check_kits([order("A", wheel=1)], {}, [supply("PO1", "wheel", 1, -5)], TODAY)[0]
    assert (answer.state, answer.ready_on) == (KitState.READY_ON, TODAY)


def test_an_order_without_needs_is_ready():
    answer = check_kits([order("A")], {}, [], TODAY)[0]
    assert (answer.state, answer.share) == (KitState.READY, 1)


def test_what_if_tells_only_what_changes():
    orders = [order("A", 1, wheel=1), order("B", 2, wheel=1), order("C", 3, gem=1)]
    supplies = [supply("PO1", "wheel", 1, 7)]
    changes = what_if_priority(orders, {"wheel": Decimal(1)}, supplies, TODAY, {"B": 0})
    assert [(c.order, c.before.value, c.after.value, c.ready_after) for c in changes] == [
        ("A", "ready", "ready_on", day(7)),
        ("B", "ready_on", "ready", TODAY),
    ]


quantities = st.integers(0, 12).map(lambda n: Decimal(n) / 4)
items = st.sampled_from(["a", "b", "c"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 5), st.lists(st.tuples(items, quantities), max_size=4)), max_size=6
    ),
    st.dictionaries(items, quantities),
    st.lists(st.tuples(items, quantities, st.integers(-3, 9)), max_size=6),
    st.sampled_from(list(Holding)),
)
def test_nothing_is_promised_twice_and_nothing_is_held_back(wanted, stock, coming, holding):
    orders = [
        KitOrder(f"O{n}", priority, day(on), tuple(KitNeed(i, q, str(k)) for k, (i, q) in enumerate(needs)))
        for n, (priority, on, needs) in enumerate(wanted)
    ]
    supplies = [KitSupply(f"S{n}", i, q, day(on)) for n, (i, q, on) in enumerate(coming)]
    answers = check_kits(orders, stock, supplies, TODAY, holding)
    held = [a for a in answers if holding is Holding.KEEP or a.state is not KitState.SHORT]
    for item in "abc":
        taken = sum(t.quantity for a in held for t in a.taken if t.item == item and t.supply is None)
        assert taken <= stock.get(item, 0)
    for s in supplies:
        assert sum(t.quantity for a in held for t in a.taken if t.supply == s.id) <= s.quantity
    for o in orders:
        answer = next(a for a in answers if a.order == o.id)
        got = sum(t.quantity for t in answer.taken) + sum(s.quantity for s in answer.short)
        assert got == sum(need.quantity for need in o.needs)
        assert (answer.state is KitState.SHORT) == bool(answer.short)
    if holding is Holding.KEEP:
        for item in "abc":  # short only when all of it is gone
            total = stock.get(item, Decimal(0)) + sum(s.quantity for s in supplies if s.item == item)
            needed = sum(need.quantity for o in orders for need in o.needs if need.item == item)
            short = sum(s.quantity for a in answers for s in a.short if s.item == item)
            assert short == max(Decimal(0), needed - total)
