"""Costing methods against the textbook, and what holds for all of them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.valuation import (
    Event,
    Fifo,
    Layer,
    Method,
    MovingAverage,
    Shortage,
    Standard,
    new_pool,
    reckon,
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


STOCK = ("stock", 0)


def event(key, day, quantity, value=None, **more):
    """A receipt with its value, or without one an issue; pieces and cents, on a day of one month."""
    ends = (None, STOCK) if value is not None else (STOCK, None)
    return Event(key, date(2026, 11, day), *ends, quantity * M, value, mark=key, **more)


TEXTBOOK = [event(1, 1, 100, 100_000), event(2, 5, 60), event(3, 10, 200, 230_000), event(4, 20, 190)]


def test_month_average_is_known_at_the_end():
    pools = {STOCK: new_pool(Method.MONTH_AVERAGE)}
    worth = reckon(pools, TEXTBOOK, averaged=frozenset({(2026, 11)}))
    assert worth[2].value + worth[4].value == 275_000
    assert (pools[STOCK].quantity, pools[STOCK].value) == (50 * M, 55_000)


@pytest.mark.parametrize(
    ("method", "issues", "left"),
    [(Method.MOVING_AVERAGE, (60_000, 213_750), 56_250), (Method.FIFO, (60_000, 212_500), 57_500), (Method.STANDARD, (60_000, 190_000), 50_000)],
)  # fmt: skip
def test_a_history_says_the_same_as_one_move_after_another(method, issues, left):
    pools = {STOCK: new_pool(method, price=10 * M)}
    worth = reckon(pools, TEXTBOOK)
    assert (worth[2].value, worth[4].value, pools[STOCK].value) == (*issues, left)


def test_goods_that_left_before_they_came_wait_within_the_day():
    pools = {STOCK: MovingAverage()}
    worth = reckon(pools, [event(1, 1, 5), event(2, 1, 10, 1_000)])
    assert worth[1].value == 500 and pools[STOCK].value == 500


def test_what_is_taken_back_goes_at_what_it_is_worth_by_then():
    pools = {STOCK: MovingAverage()}
    events = [event(1, 1, 10, 1_000), event(2, 2, 10, 3_000), event(3, 3, 5), event(4, 4, 5, undoes=3)]
    worth = reckon(pools, events)
    assert (worth[3].value, worth[4].value) == (1_000, -1_000) and pools[STOCK].value == 4_000


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
    pool = Fifo([Layer(10 * M, 1_000, "a"), Layer(10 * M, 2_000, "b"), Layer(10 * M, 3_000, "c")])
    assert pool.withdraw(10 * M, 3_000) == 0
    assert [layer.mark for layer in pool.layers] == ["a", "b"]
    assert pool.withdraw(15 * M, 1_000, "a") == -1_000, "its own layer first, then the newest"
    assert [(layer.mark, layer.quantity, layer.value) for layer in pool.layers] == [("b", 5 * M, 1_000)]


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
