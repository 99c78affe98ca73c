"""Promising and credit, as tables."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongfang.sales.rules.promising import available_to_promise
from gongfang.sales.rules.shipping import credit_problem

D = Decimal
TODAY = date(2026, 11, 23)


def day(n: int) -> date:
    return TODAY + timedelta(n)


@pytest.mark.parametrize(
    ("stock", "supplies", "demands", "quantity", "expected", "free"),
    [
        (10, [], [], 10, 0, 10),
        (10, [], [], 11, None, 10),
        (10, [(5, 5)], [], 11, 5, 10),
        (10, [], [(3, 4)], 7, None, 6),  # day 3 takes four away for good
        (10, [], [(3, 4)], 6, 0, 6),
        (10, [(5, 20)], [(3, 8)], 5, 5, 2),
        (10, [(5, 20)], [(3, 8)], 2, 0, 2),
        (0, [(-3, 5)], [], 5, 0, 5),  # late supply counts as today's
        (5, [], [(-2, 8)], 1, None, 0),
        (10, [(4, 10)], [(2, 10), (6, 10)], 1, None, 0),
    ],
)
def test_available_to_promise(stock, supplies, demands, quantity, expected, free) -> None:  # type: ignore[no-untyped-def]
    found, now = available_to_promise(
        D(stock), [(day(n), D(q)) for n, q in supplies], [(day(n), D(q)) for n, q in demands], D(quantity), TODAY
    )
    assert (found, now) == (None if expected is None else day(expected), D(free))


@given(
    st.integers(0, 50), st.lists(st.tuples(st.integers(-3, 20), st.integers(1, 30)), max_size=6),
    st.lists(st.tuples(st.integers(-3, 20), st.integers(1, 30)), max_size=6), st.integers(1, 60),
)  # fmt: skip
def test_a_promise_takes_nothing_from_others(stock, supplies, demands, quantity) -> None:  # type: ignore[no-untyped-def]
    """Against the plain definition: the first day from which on the level never falls below the quantity."""
    found, _ = available_to_promise(
        D(stock), [(day(n), D(q)) for n, q in supplies], [(day(n), D(q)) for n, q in demands], D(quantity), TODAY
    )
    levels = [
        stock + sum(q for n, q in supplies if max(n, 0) <= d) - sum(q for n, q in demands if max(n, 0) <= d)
        for d in range(21)
    ]
    expected = next((d for d in range(21) if min(levels[d:]) >= quantity), None)
    assert found == (None if expected is None else day(expected))


@pytest.mark.parametrize(
    ("limit", "exposure", "total", "refused"),
    [(None, 10**9, 1, False), (100, 0, 100, False), (100, 0, "100.01", True), (100, 60, 41, True), (0, 0, 1, True)],
)
def test_credit(limit, exposure, total, refused) -> None:  # type: ignore[no-untyped-def]
    problem = credit_problem("客户", None if limit is None else D(limit), D(exposure), D(total))
    assert (problem is not None) == refused
