"""Variances with figures worked out by hand, and that they always add up."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from gongfang.engines.variance import MaterialUse, OrderUse, OutsideUse, TimeUse, total, variances


def amounts(order: OrderUse) -> dict[tuple[str, str], D]:
    return {(one.element, one.kind): one.amount for one in variances(order)}


def test_price_and_usage_of_material() -> None:
    # 10 pieces at 2 kg of 5.00; 21 kg issued for 107.10 (5.10 a kg)
    order = OrderUse(D(10), D(10), D("100.00"), [MaterialUse(D(0), D(2), D(5), D(21), D("107.10"))])
    assert amounts(order) == {("material", "price"): D("2.10"), ("material", "usage"): D("5.00")}
    assert total(variances(order)) == D("7.10")


def test_scrapped_pieces_are_a_yield_variance() -> None:
    # 9 of 10 pieces received, material for 10 used as planned
    order = OrderUse(D(9), D(10), D("90.00"), [MaterialUse(D(0), D(2), D(5), D(20), D("100.00"))])
    assert amounts(order) == {("material", "yield"): D("10.00")}


def test_rate_and_efficiency_of_time() -> None:
    # standard 30 + 6 × 10 = 90 min at 40/h = 60.00; actual 100 min costing 75.00
    time = TimeUse("labour", D(30), D(6), D(40), D(100), D("75.00"), D(10))
    order = OrderUse(D(10), D(10), D("60.00"), times=[time])
    assert amounts(order) == {("labour", "rate"): D("8.33"), ("labour", "efficiency"): D("6.67")}


def test_a_smaller_lot_carries_more_set_up() -> None:
    # planned for 10: set-up 30 min and 6 min a piece at 40/h = 6.00 a piece; 5 received
    time = TimeUse("labour", D(30), D(6), D(40), D(60), D("40.00"), D(5))
    assert amounts(OrderUse(D(5), D(5), D("30.00"), times=[time])) == {("", "lot"): D("10.00")}


def test_a_substitute_and_dear_outside_work() -> None:
    order = OrderUse(
        D(2), D(2), D("28.00"),
        [MaterialUse(D(0), D(1), D(10), D(1), D("10.00")), MaterialUse(D(0), D(0), D(0), D(1), D("12.00"), is_planned=False)],
        outside=[OutsideUse(D(4), D(2), D("9.00"))],
    )  # fmt: skip
    assert amounts(order) == {
        ("material", "usage"): D("-10.00"), ("material", "substitution"): D("12.00"), ("subcontract", "price"): D("1.00"),
    }  # fmt: skip


MONEY = st.decimals("0", "99999", places=2)
QUANTITY = st.decimals("0", "999", places=6)
MATERIAL = st.builds(MaterialUse, QUANTITY, QUANTITY, QUANTITY, QUANTITY, MONEY, st.booleans())
TIME = st.builds(
    TimeUse, st.sampled_from(["labour", "machine", "overhead"]), QUANTITY, QUANTITY, QUANTITY, QUANTITY, MONEY, QUANTITY
)
OUTSIDE = st.builds(OutsideUse, QUANTITY, QUANTITY, MONEY)


@given(
    st.builds(
        OrderUse,
        QUANTITY,
        QUANTITY,
        MONEY,
        st.lists(MATERIAL, max_size=5),
        st.lists(TIME, max_size=5),
        st.lists(OUTSIDE, max_size=3),
    )
)
def test_variances_add_up_to_actual_minus_received(order: OrderUse) -> None:
    actual = sum((use.actual_value for use in [*order.materials, *order.times, *order.outside]), D(0))
    assert total(variances(order)) == actual - order.received_value
