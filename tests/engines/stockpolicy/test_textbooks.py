"""Published figures: what the books print, the engine gives."""

import math

import numpy as np
import pytest

from gongfang.engines.stockpolicy.lots import (
    PriceBreak,
    economic_order_quantity,
    with_all_units_discount,
    with_incremental_discount,
)
from gongfang.engines.stockpolicy.normal import at_loss, loss
from gongfang.engines.stockpolicy.policies import (
    newsvendor,
    newsvendor_discrete,
    periodic_levels,
    reorder_point_and_lot,
)
from gongfang.engines.stockpolicy.safety import (
    LeadTimeDemand,
    cycle_service,
    fill_rate,
    for_cycle_service,
    for_fill_rate,
    lead_time_demand,
)

# Snyder & Shen (2019), Fundamentals of Supply Chain Theory, 2nd ed.: Joe's corner store.
JOES_PRICES = (PriceBreak(0, 0.75), PriceBreak(400, 0.72), PriceBreak(800, 0.68))


def test_economic_order_quantity_example_3_1():
    lot = economic_order_quantity(demand=1300, order_cost=8, holding=0.225)
    assert (lot.quantity, lot.cost) == pytest.approx((304.05, 68.41), abs=0.05)


def test_all_units_discount_example_3_4():
    lot = with_all_units_discount(1300, 8, 0.3, JOES_PRICES)
    assert (lot.quantity, lot.cost, lot.price) == pytest.approx((800, 978.6, 0.68))


def test_incremental_discount_example_3_5():
    lot = with_incremental_discount(1300, 8, 0.3, JOES_PRICES)
    assert (lot.quantity, lot.cost, lot.price) == pytest.approx((304.05, 1043.4, 0.75), abs=0.05)


def test_newsvendor_example_4_3():
    levels = newsvendor(mean=50, deviation=8, overage=0.18, underage=0.70)
    assert (levels.reorder, levels.cost) == pytest.approx((56.6, 1.997), abs=0.01)


def test_power_approximation_of_s_S():
    """The book's 40.19; up to the base stock only (Ehrhardt & Mosier's bound), since 74.29 would order every period."""
    levels = periodic_levels(mean=50, deviation=8, lead_time=0, order_cost=2.5, holding=0.18, shortage=0.70)
    assert (levels.reorder, levels.up_to) == pytest.approx((40.19, 56.60), abs=0.01)


def test_power_approximation_is_near_the_best_of_many_simulated():
    """(s, S) on a grid, 20,000 drawn periods each: the approximation costs at most 4 % more than the best of them."""
    costs = {"order_cost": 120.0, "holding": 0.5, "shortage": 6.0}
    found = periodic_levels(mean=40, deviation=12, lead_time=2, **costs)
    demand = np.random.default_rng(2).normal(40, 12, 20_000)
    low = np.array([found.reorder + 6 * d for d in range(-4, 5)])[:, None] + np.zeros(9)
    high = low + found.lot * np.linspace(0.6, 1.6, 9)
    low, high = np.append(low.ravel(), found.reorder), np.append(high.ravel(), found.up_to)
    stock, pipeline, total = high.copy(), [np.zeros_like(high)] * 2, np.zeros_like(high)
    for wanted in demand:
        stock = stock + pipeline[0]  # ordered two periods ago
        position = stock + pipeline[1]
        order = np.where(position <= low, high - position, 0)
        pipeline = [pipeline[1], order]
        stock = stock - wanted
        total += costs["order_cost"] * (order > 0) + 0.5 * np.maximum(stock, 0) + 6.0 * np.maximum(-stock, 0)
    assert total[-1] <= 1.04 * total.min()


def test_reorder_point_and_lot_by_iteration():
    """Demand 1,300 a year with deviation 150 a year, one month under way: the chapter's running example."""
    under_way = LeadTimeDemand(1300 / 12, 150 * math.sqrt(1 / 12))
    levels = reorder_point_and_lot(demand=1300, order_cost=8, holding=0.225, shortage=7.5, under_way=under_way)
    assert (levels.reorder, levels.lot, levels.cost) == pytest.approx((213.97, 318.59, 95.45), abs=0.01)


# Chopra & Meindl, Supply Chain Management, ch. 12: B&M Computer World and Dell.
WEEKS = lead_time_demand(mean=2500, deviation=500, lead_time=2)


def test_cycle_service_and_fill_rate_of_a_reorder_point_of_6000():
    assert LeadTimeDemand(5000, pytest.approx(707, abs=0.2)) == WEEKS
    assert cycle_service(WEEKS, 1000) == pytest.approx(0.92, abs=0.002)
    assert fill_rate(WEEKS, 1000, 10_000) == pytest.approx(0.9975, abs=0.0001)


def test_safety_stock_for_a_cycle_service_of_90_percent():
    assert for_cycle_service(WEEKS, 0.90) == pytest.approx(906, abs=1)


def test_safety_stock_for_a_fill_rate_of_97_5_percent():
    assert for_fill_rate(WEEKS, 0.975, 10_000) == pytest.approx(67, abs=1)


def test_uncertain_lead_time_raises_safety_stock_to_22491():
    demand = lead_time_demand(mean=2500, deviation=500, lead_time=7, lead_time_deviation=7)
    assert for_cycle_service(demand, 0.90) == pytest.approx(22_491, rel=0.0005)


def test_the_loss_function_and_its_inverse():
    assert loss(0) == pytest.approx(0.398942, abs=1e-6)
    assert loss(1) == pytest.approx(0.083315, abs=1e-6)  # Silver, Pyke & Thomas, appendix
    for z in (-3.0, -0.4, 0.0, 1.7, 4.0):
        assert at_loss(loss(z)) == pytest.approx(z, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_all_units_discount_is_the_cheapest_of_all_quantities(count):
    breaks = JOES_PRICES[:count]

    def cost(quantity):
        price = next(b.price for b in reversed(breaks) if quantity >= b.quantity)
        return price * 1300 + 8 * 1300 / quantity + 0.3 * price * quantity / 2

    assert with_all_units_discount(1300, 8, 0.3, breaks).cost <= min(cost(q / 2) for q in range(2, 4000)) + 1e-9


def test_incremental_discount_is_the_cheapest_of_all_quantities():
    breaks = (PriceBreak(0, 1.0), PriceBreak(100, 0.8), PriceBreak(500, 0.5))

    def cost(quantity):
        paid = sum(
            (min(quantity, upper) - b.quantity) * b.price
            for b, upper in zip(breaks, (100, 500, math.inf))
            if quantity > b.quantity
        )
        return paid * 1300 / quantity + 8 * 1300 / quantity + 0.3 * paid / 2

    lot = with_incremental_discount(1300, 8, 0.3, breaks)
    assert lot.cost == pytest.approx(cost(lot.quantity))
    assert lot.cost <= min(cost(q) for q in range(1, 4000)) + 1e-9


def test_newsvendor_with_counted_demand():
    chances = {4: 0.25, 5: 0.5, 6: 0.25}
    assert [newsvendor_discrete(chances, 1, under) for under in (0.1, 1, 3, 9)] == [4, 5, 5, 6]
