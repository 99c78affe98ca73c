"""Forecast consumption against a plain oracle, textbook master schedules, and stories figured by hand."""

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.engines.mrp import ONE
from gongfang.engines.mrp.consumption import Dated, consume, master_schedule


def test_an_order_uses_its_own_week_then_back_then_forward():
    """Forecast 10 in each of days 0, 7, 14; an order of 25 on day 7: 10 there, 10 of day 0, 5 of day 14."""
    result = consume(
        Dated.of([0, 0, 0], [100, 107, 114], [10, 10, 10]), Dated.of([0], [107], [25]), today=90, backward=7, forward=7
    )
    assert result.left.tolist() == [0, 0, 5]
    assert result.foreseen.tolist() == [25]
    pairs = sorted(zip(result.pair_forecast.tolist(), result.pair_quantity.tolist(), strict=True))
    assert pairs == [(0, 10), (1, 10), (2, 5)]


def test_outside_its_windows_an_order_is_demand_besides():
    result = consume(Dated.of([0, 1], [100, 108], [10, 10]), Dated.of([0], [108], [6]), today=90, backward=7, forward=7)
    assert (result.left.tolist(), result.foreseen.tolist()) == ([10, 10], [0])


def test_within_the_demand_fence_only_orders_count():
    """Day 95 lies within ten days of 90: its forecast is no demand; the order of day 95 used 4 of it all the same."""
    result = consume(Dated.of([0, 0], [95, 105], [10, 10]), Dated.of([0], [95], [4]), today=90, demand_fence=10)
    assert result.left.tolist() == [0, 10]
    assert result.fenced.tolist() == [6, 0]
    assert result.used.tolist() == [4, 0]


def test_windows_may_differ_by_item():
    forecasts, orders = Dated.of([0, 1], [100, 100], [5, 5]), Dated.of([0, 1], [103, 103], [5, 5])
    result = consume(forecasts, orders, today=90, backward=np.array([2, 3]))
    assert result.left.tolist() == [5, 0]


def test_nothing_to_consume():
    none = Dated.of([], [], [])
    assert consume(none, Dated.of([2], [5], [7]), today=1).foreseen.tolist() == [0]
    assert consume(Dated.of([2], [5], [7]), none, today=1).left.tolist() == [7]
    assert consume(none, none, today=1).left.tolist() == []


rows = st.lists(st.tuples(st.integers(0, 2), st.integers(100, 130), st.integers(1, 30)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(rows, rows, st.integers(0, 12), st.integers(0, 12), st.integers(0, 15))
def test_the_engine_is_the_oracle(forecasts, orders, backward, forward, fence):
    """Oracle: for each order in turn, look through all days by distance, one piece of forecast at a time."""
    unique = {(item, day): qty for item, day, qty in forecasts}
    forecasts = [(item, day, qty) for (item, day), qty in sorted(unique.items())]
    left, foreseen = dict(unique), {}
    for number in sorted(range(len(orders)), key=lambda n: (orders[n][0], orders[n][1], -orders[n][2], n)):
        item, day, qty = orders[number]
        span = [day, *(day - back for back in range(1, backward + 1)), *(day + ahead for ahead in range(1, forward + 1))]  # fmt: skip
        used = 0
        for when in span:
            take = min(qty - used, left.get((item, when), 0))
            used += take
            if take:
                left[item, when] -= take
        foreseen[number] = used
    result = consume(Dated.of(*(zip(*forecasts, strict=True) if forecasts else ((), (), ()))), Dated.of(*(zip(*orders, strict=True) if orders else ((), (), ()))), today=100, backward=backward, forward=forward, demand_fence=fence)  # fmt: skip
    inside = [day < 100 + fence for _, day, _ in forecasts]
    assert result.left.tolist() == [0 if gone else left[i, d] for (i, d, _), gone in zip(forecasts, inside, strict=True)]  # fmt: skip
    assert sorted(result.foreseen.tolist()) == sorted(foreseen.values())
    assert (result.left + result.used + result.fenced).tolist() == [qty for _, _, qty in forecasts]
    by_order, by_forecast = defaultdict(int), defaultdict(int)
    for order, forecast, qty in zip(result.pair_order, result.pair_forecast, result.pair_quantity, strict=True):
        by_order[int(order)] += int(qty)
        by_forecast[int(forecast)] += int(qty)
    assert [by_order[n] for n in range(len(orders))] == result.foreseen.tolist()
    assert [by_forecast[n] for n in range(len(forecasts))] == result.used.tolist()


def micro(*values):
    return np.array(values, np.int64) * ONE


def test_the_master_schedule_record():
    """Krajewski, Ritzman & Malhotra, Operations Management, ladder-back chair: 55 in stock, lots of 150.

    Forecast 30 30 30 30 35 35 35 35, orders 38 27 24 8 0 0 0 0, lots in weeks 2 and 7 as the book's record plans them:
    projected on hand 17 137 107 77 42 7 122 87.
    """
    record = master_schedule(
        55 * ONE,
        micro(30, 30, 30, 30, 35, 35, 35, 35),
        micro(38, 27, 24, 8, 0, 0, 0, 0),
        micro(0, 150, 0, 0, 0, 0, 150, 0),
    )
    assert (record.available // ONE).tolist() == [17, 137, 107, 77, 42, 7, 122, 87]
    assert (record.promisable // ONE).tolist() == [17, 91, 0, 0, 0, 0, 150, 0]


def test_before_the_fence_the_forecast_is_not_counted():
    record = master_schedule(20 * ONE, micro(10, 10, 10), micro(4, 15, 2), micro(0, 0, 30), fence_periods=1)
    assert (record.demand // ONE).tolist() == [4, 15, 10]
    assert (record.available // ONE).tolist() == [16, 1, 21]


def test_what_a_later_supply_cannot_serve_is_taken_from_before():
    record = master_schedule(50 * ONE, micro(0, 0), micro(10, 40), micro(0, 25))
    assert (record.promisable // ONE).tolist() == [25, 0]
