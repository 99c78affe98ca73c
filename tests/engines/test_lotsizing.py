"""The cost-balancing lot rules against published tables."""

import pytest

from gongfang.engines.lotsizing import (
    cheapest_lots,
    cut_into_lots,
    least_unit_cost,
    part_period,
    silver_meal,
)

ONE = 10**6


def ordered(lots):
    """Day of order → quantity."""
    return {lot.day: lot.quantity // ONE for lot in lots}


def total_cost(needs, lots, setup, holding):
    """Set-up and carrying cost of a table whose periods are days 1, 2, 3 …"""
    cost = 0
    for lot in lots:
        cost += setup if not isinstance(setup, list) else setup[lot.day - 1]
        for day in range(lot.day, lot.covers_to + 1):
            cost += holding * (day - lot.day) * needs[day - 1]
    return cost


def days_and_needs(table):
    rows = [(day, need * ONE) for day, need in enumerate(table, 1) if need]
    return [day for day, _ in rows], [need for _, need in rows]


WAGNER_WHITIN_1958 = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
WAGNER_WHITIN_SETUPS = [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]


def test_wagner_whitin_example_of_1958_costs_864():
    """Wagner & Whitin 1958, table 1: twelve months, holding cost 1, set-up cost by month; the least cost is 864."""
    days, needs = days_and_needs(WAGNER_WHITIN_1958)
    lots = cheapest_lots(days, needs, [setup * ONE for setup in WAGNER_WHITIN_SETUPS], ONE)
    assert total_cost(WAGNER_WHITIN_1958, lots, WAGNER_WHITIN_SETUPS, 1) == 864
    assert ordered(lots) == {1: 98, 3: 97, 5: 121, 8: 112, 10: 67, 11: 135}


SILVER_PYKE_PETERSON = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]


def test_silver_meal_and_wagner_whitin_of_the_textbook_cost_501_20():
    """Silver, Pyke & Peterson 1998, ch. 6: A = 54, holding 0.40 per box and month; both give 501.20 with seven orders."""
    days, needs = days_and_needs(SILVER_PYKE_PETERSON)
    heuristic = cut_into_lots(silver_meal, days, needs, 54 * ONE, 0.4 * ONE)
    assert ordered(heuristic) == {1: 84, 4: 130, 5: 283, 7: 140, 9: 124, 10: 160, 11: 279}
    assert total_cost(SILVER_PYKE_PETERSON, heuristic, 54, 0.4) == pytest.approx(501.20)
    best = cheapest_lots(days, needs, 54 * ONE, 0.4 * ONE)
    assert total_cost(SILVER_PYKE_PETERSON, best, 54, 0.4) == pytest.approx(501.20)


ORLICKY = [35, 10, 0, 40, 0, 20, 5, 10, 30]


def test_least_unit_cost_of_orlicky():
    """Orlicky 1975, ch. 6: set-up 100, carrying 1 per unit and period."""
    assert ordered(cut_into_lots(least_unit_cost, *days_and_needs(ORLICKY), 100 * ONE, ONE)) == {1: 45, 4: 60, 7: 45}


def test_part_period_of_orlicky():
    """Orlicky 1975, ch. 6 (least total cost): 130 part-periods are nearer to 100 than 10 are."""
    assert ordered(cut_into_lots(part_period, *days_and_needs(ORLICKY), 100 * ONE, ONE)) == {1: 85, 6: 65}


def test_weeks_give_the_lots_of_their_table_as_days_do():
    days, needs = days_and_needs(SILVER_PYKE_PETERSON)
    weekly = cut_into_lots(silver_meal, [7 * day for day in days], needs, 54 * ONE, 0.4 * ONE / 7)
    daily = cut_into_lots(silver_meal, days, needs, 54 * ONE, 0.4 * ONE)
    assert [(lot.day // 7, lot.quantity) for lot in weekly] == [(lot.day, lot.quantity) for lot in daily]


@pytest.mark.parametrize("rule", [least_unit_cost, part_period, silver_meal])
def test_no_setup_cost_means_lot_for_lot_and_no_holding_cost_one_lot(rule):
    days, needs = days_and_needs([5, 5, 5, 5])
    assert len(cut_into_lots(rule, days, needs, 0, ONE)) == 4
    assert len(cut_into_lots(rule, days, needs, 0, 0)) == 4
    assert len(cut_into_lots(rule, days, needs, ONE, 0)) == 1
    assert len(cheapest_lots(days, needs, ONE, 0)) == 1
