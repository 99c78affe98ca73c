"""Forecast consumption, master schedule, comparison of runs: tables of cases."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.forecasting.problem import Method
from gongfang.planning.rules import (
    MONTH,
    WEEK,
    Lot,
    MasterRow,
    changes_between,
    consumed,
    master_schedule,
    next_period,
    period_start,
)
from gongfang.planning.views.forecasts import METHODS

W = [date(2026, 11, 2) + timedelta(weeks=n) for n in range(5)]  # Mondays


@pytest.mark.parametrize(
    ("orders", "backward", "forward", "left"),
    [
        ([], 1, 1, [10, 10, 10]),
        ([(W[1], 4)], 1, 1, [10, 6, 10]),
        ([(W[1], 14)], 1, 1, [6, 0, 10]),
        ([(W[1], 24)], 1, 1, [0, 0, 6]),
        ([(W[1], 99)], 1, 1, [0, 0, 0]),
        ([(W[1], 14)], 0, 1, [10, 0, 6]),
        ([(W[1], 14)], 0, 0, [10, 0, 10]),
        ([(W[4], 14)], 1, 1, [10, 10, 10]),
        ([(W[0], 12), (W[1], 12)], 1, 0, [0, 0, 10]),
    ],
)
def test_orders_use_up_the_forecast(orders, backward, forward, left):
    forecast = [(start, D(10)) for start in W[:3]]
    asked = [(day + timedelta(days=2), D(quantity)) for day, quantity in orders]
    assert [row[1] for row in consumed(forecast, asked, WEEK, backward, forward)] == left


lots = st.lists(st.tuples(st.integers(0, 34), st.integers(1, 30)), max_size=10)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=5, max_size=5), lots, st.integers(0, 3), st.integers(0, 3))
def test_the_forecast_that_is_left_is_the_oracles(forecast, orders, backward, forward):
    """Oracle: each order in turn, by day then quantity, takes one piece at a time from the nearest period that has one, earlier first."""
    left = [D(quantity) for quantity in forecast]
    asked = sorted((W[0] + timedelta(days=days), D(quantity)) for days, quantity in orders)
    for day, quantity in asked:
        own = (day - W[0]).days // 7
        span = [own, *range(own - 1, own - backward - 1, -1), *range(own + 1, own + forward + 1)]
        for _piece in range(int(quantity)):
            at = next((week for week in span if 0 <= week < 5 and left[week] > 0), None)
            if at is not None:
                left[at] -= 1
    cells = list(zip(W, map(D, forecast), strict=True))
    assert [row[1] for row in consumed(cells, asked, WEEK, backward, forward)] == left


def test_every_forecasting_method_has_its_words():
    assert set(METHODS) == set(Method) and all(str(words) for words in METHODS.values())


def test_periods_begin_on_monday_and_on_the_first():
    assert period_start(date(2026, 11, 8), WEEK) == date(2026, 11, 2)
    assert period_start(date(2026, 11, 30), MONTH) == date(2026, 11, 1)
    assert next_period(date(2026, 12, 1), MONTH) == date(2027, 1, 1)
    assert next_period(date(2026, 1, 1), MONTH, -1) == date(2025, 12, 1)
    assert next_period(W[0], WEEK, 2) == W[2]


def test_available_to_promise_is_promised_once():
    """The textbook case: stock 10, receipts of 30 in weeks 1 and 3; more is promised in week 2 than week 1 leaves."""
    rows = [MasterRow(start) for start in W]
    for row, orders, forecast in zip(rows, (5, 10, 20, 4, 0), (5, 0, 0, 6, 10), strict=True):
        row.orders, row.forecast = D(orders), D(forecast)
    rows[1].receipts = D(20)
    rows[3].firm = D(30)
    master_schedule(rows, D(10))
    assert [row.projected for row in rows] == [0, 10, -10, 10, 0]
    assert [row.atp for row in rows] == [0, -5, 0, 26, 0]


def test_the_master_schedule_record():
    """Krajewski, Ritzman & Malhotra, Operations Management, ladder-back chair: 55 in stock, lots of 150.

    Forecast 30 30 30 30 35 35 35 35, orders 38 27 24 8, lots in weeks 2 and 7 as the book's record plans them: projected on hand
    17 137 107 77 42 7 122 87. Demand is the larger of both: what orders of the week leave of the forecast comes on top of them.
    """
    weeks = [W[0] + timedelta(weeks=n) for n in range(8)]
    orders = [D(quantity) for quantity in (38, 27, 24, 8, 0, 0, 0, 0)]
    cells = list(zip(weeks, map(D, (30, 30, 30, 30, 35, 35, 35, 35)), strict=True))
    left = consumed(cells, list(zip(weeks, orders, strict=True)), WEEK, 0, 0)
    rows = [MasterRow(start, forecast=rest, orders=asked) for (start, rest), asked in zip(left, orders, strict=True)]
    rows[1].receipts = rows[6].receipts = D(150)
    master_schedule(rows, D(55))
    assert [row.projected for row in rows] == [17, 137, 107, 77, 42, 7, 122, 87]
    assert [row.atp for row in rows] == [17, 91, 0, 0, 0, 0, 150, 0]


def test_runs_are_compared_order_by_order():
    day = W[0]
    same, early = Lot(D(5), day, day), Lot(D(7), day, day)
    late, more = Lot(D(7), W[1], W[1]), Lot(D(9), W[2], W[2])
    assert changes_between([same, early], [same, late]) == [("same", same, same), ("moved", early, late)]
    assert changes_between([early], [more]) == [("changed", early, more)]
    assert changes_between([early], []) == [("removed", early, None)]
    assert changes_between([], [more]) == [("added", None, more)]
