"""Forecast consumption, master schedule, comparison of runs: tables of cases."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

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


def test_runs_are_compared_order_by_order():
    day = W[0]
    same, early = Lot(D(5), day, day), Lot(D(7), day, day)
    late, more = Lot(D(7), W[1], W[1]), Lot(D(9), W[2], W[2])
    assert changes_between([same, early], [same, late]) == [("same", same, same), ("moved", early, late)]
    assert changes_between([early], [more]) == [("changed", early, more)]
    assert changes_between([early], []) == [("removed", early, None)]
    assert changes_between([], [more]) == [("added", None, more)]
