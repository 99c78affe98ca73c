"""Costing methods against the textbook, and what holds for all of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.valuation import (
    Fifo,
    Method,
    MovingAverage,
    Shortage,
    Specific,
    Standard,
    month_average,
    new_pool,
)

M = 1_000_000


def textbook(pool):
    """100 @ 10.00; issue 60; receive 200 for 2,300.00; issue 190. Returns the two costs and what is left, in cents."""
    pool.receive(100 * M, 100_000)
    first = pool.issue(60 * M)
    pool.receive(200 * M, 230_000)
    return first, pool.issue(190 * M), pool.quantity // M, pool.value


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.MOVING_AVERAGE, (60_000, 213_750, 50, 56_250)),
        (Method.FIFO, (60_000, 212_500, 50, 57_500)),
        (Method.STANDARD, (60_000, 190_000, 50, 50_000)),
    ],
)
def test_the_textbook(method, expected):
    assert textbook(new_pool(method, price=10 * M)) == expected


def test_month_average_is_known_at_the_end():
    month = month_average(100 * M, 100_000, [(200 * M, 230_000)], [60 * M, 190 * M])
    assert (sum(month.issues), month.quantity, month.value) == (275_000, 50 * M, 55_000)
    with pytest.raises(Shortage):
        month_average(1, 100, [], [2])


def test_each_lot_keeps_its_own_cost():
    pool = Specific()
    pool.receive(5 * M, 5_000, lot=1)
    pool.receive(5 * M, 6_000, lot=2)
    assert pool.issue(2 * M, lot=2) == 2_400
    with pytest.raises(Shortage):
        pool.issue(4 * M, lot=2)
    assert (pool.quantity, pool.value) == (8 * M, 8_600)


@pytest.mark.parametrize("method", [Method.MOVING_AVERAGE, Method.FIFO])
def test_ten_yuan_over_three_pieces(method):
    pool = new_pool(method)
    pool.receive(3 * M, 1_000)
    assert sorted(pool.issue(M) for _ in range(3)) == [333, 333, 334]
    assert (pool.quantity, pool.value) == (0, 0)


@pytest.mark.parametrize(("cents", "pieces"), [(1_500, 13), (400, 1_000)])
@pytest.mark.parametrize("method", [Method.MOVING_AVERAGE, Method.FIFO])
def test_landed_cost_is_released_to_the_cent(method, cents, pieces):
    pool = new_pool(method)
    pool.receive(pieces * M, 0)
    assert pool.revalue(cents) == 0
    assert sum(pool.issue(M) for _ in range(pieces)) == cents


def test_a_purchase_price_that_differs_from_standard_is_variance():
    pool = Standard(price=10 * M)
    assert pool.receive(10 * M, 10_500) == 500
    assert pool.withdraw(10 * M, 10_500) == 500
    assert (pool.quantity, pool.value) == (0, 0)


def test_goods_returned_at_original_cost_leave_no_value():
    pool = MovingAverage()
    pool.receive(10 * M, 10_000)
    pool.issue(5 * M)
    pool.receive(5 * M, 500)
    assert pool.withdraw(10 * M, 10_000) == 4_500, "the pool had 55.00 only; 45.00 are adjusted"
    assert (pool.quantity, pool.value) == (0, 0)


def test_fifo_takes_back_the_newest_first():
    pool = Fifo([(10 * M, 1_000), (10 * M, 2_000)])
    assert pool.withdraw(10 * M, 2_000) == 0
    assert list(pool.layers) == [(10 * M, 1_000)]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "issue", "withdraw", "revalue"]), st.integers(1, 5_000_000), st.integers(-3_000, 90_000)
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(Method)), ACTS)
def test_money_is_conserved_and_nothing_is_worth_less_than_nothing(method, acts):
    pool = new_pool(method, price=3_210_000)
    quantity = value = 0
    for act, amount, cents in acts:
        if act == "receive":
            value += abs(cents) - pool.receive(amount, abs(cents))
            quantity += amount
        elif act == "revalue":
            value += cents - pool.revalue(cents)
        elif quantity:
            amount = min(amount, quantity)
            if act == "issue":
                value -= pool.issue(amount)
            else:
                value += pool.withdraw(amount, abs(cents)) - abs(cents)
            quantity -= amount
        assert (pool.quantity, pool.value) == (quantity, value)
        assert value >= 0 and (quantity or value == 0)
    with pytest.raises(Shortage):
        pool.issue(quantity + 1)
