"""Order points and order-up-to levels where shortages have a price.

Sources: Snyder & Shen (2019), Fundamentals of Supply Chain Theory, ch. 4 and 5; (s, S): Ehrhardt & Mosier (1984), Management
Science 30. Demand is normal. Units: stock units; costs per unit and period.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from gongfang.engines.stockpolicy.normal import at_share, loss
from gongfang.engines.stockpolicy.safety import LeadTimeDemand


@dataclass(frozen=True, slots=True)
class Levels:
    """Order when stock falls to `reorder` or under: up to `up_to` (s, S), or `lot` units (r, Q; up_to = reorder + lot)."""

    reorder: float
    up_to: float
    lot: float
    cost: float | None = None  # expected per period, without purchase


def newsvendor(mean: float, deviation: float, overage: float, underage: float) -> Levels:
    """What to have for one season. overage: lost on each unit left; underage: lost on each unit missing; both positive."""
    z = at_share(underage / (underage + overage))
    level = mean + z * deviation
    cost = overage * (level - mean) + (overage + underage) * deviation * loss(z)
    return Levels(level, level, level, cost)


def newsvendor_discrete(chances: Mapping[int, float], overage: float, underage: float) -> int:
    """The smallest quantity whose chance to suffice reaches the critical ratio. chances: demand -> probability."""
    ratio, total = underage / (underage + overage), 0.0
    for demand in sorted(chances):
        total += chances[demand]
        if total >= ratio - 1e-12:
            return demand
    return max(chances)


def reorder_point_and_lot(
    demand: float, order_cost: float, holding: float, shortage: float, under_way: LeadTimeDemand
) -> Levels:
    """(r, Q) of least cost where each unit that is short costs `shortage` once (Hadley & Whitin 1963, by iteration).

    demand: per period. Cost counts ordering, holding of expected stock and shortages. Stops when r and Q stand still. Where a shortage
    is so cheap that the formula would let customers wait on purpose, r is the mean demand under way: no safety stock, but no less
    (Silver, Pyke & Thomas 2017, ch. 6: the lowest factor that management allows).
    """
    lot = sqrt(2 * order_cost * demand / holding)
    levels = with_lot(lot, demand, order_cost, holding, shortage, under_way)
    for _ in range(200):
        missing = _missing(under_way, levels.reorder)
        lot = sqrt(2 * demand * (order_cost + shortage * missing) / holding)
        following = with_lot(lot, demand, order_cost, holding, shortage, under_way)
        settled = abs(following.lot - levels.lot) < 1e-10 * (1 + lot)
        settled = settled and abs(following.reorder - levels.reorder) < 1e-10 * (1 + levels.reorder)
        levels = following
        if settled:
            break
    return levels


def with_lot(
    lot: float, demand: float, order_cost: float, holding: float, shortage: float, under_way: LeadTimeDemand
) -> Levels:
    """The reorder point of least cost for lots of a given size, positive. Arguments as above."""
    share = min(1 - 1e-12, max(1e-12, holding * lot / (shortage * demand)))
    reorder = under_way.mean + max(0.0, at_share(1 - share)) * under_way.deviation
    ordering = (order_cost + shortage * _missing(under_way, reorder)) * demand / lot
    return Levels(reorder, reorder + lot, lot, holding * (reorder - under_way.mean + lot / 2) + ordering)


def _missing(under_way: LeadTimeDemand, reorder: float) -> float:
    """Expected units short in one order cycle."""
    if under_way.deviation == 0:
        return max(0.0, under_way.mean - reorder)
    return under_way.deviation * loss((reorder - under_way.mean) / under_way.deviation)


def periodic_levels(
    mean: float, deviation: float, lead_time: float, order_cost: float, holding: float, shortage: float
) -> Levels:
    """(s, S) for review every period by the power approximation; shortage: cost of a unit backordered for a period.

    mean, deviation: demand per period, mean positive. Accurate to a percent or so where lots span periods; for small lots
    the approximation bounds both levels by the base stock.
    """
    span_mean, span_deviation = mean * (lead_time + 1), deviation * sqrt(lead_time + 1)
    lot = 1.30 * mean**0.494 * (order_cost / holding) ** 0.506 * (1 + (span_deviation / mean) ** 2) ** 0.116
    if span_deviation == 0:
        return Levels(span_mean, span_mean + lot, lot)
    z = sqrt(lot * holding / (shortage * span_deviation))
    reorder = 0.973 * span_mean + span_deviation * (0.183 / z + 1.063 - 2.192 * z) if z else span_mean
    if lot / mean > 1.5:
        return Levels(reorder, reorder + lot, lot)
    base = span_mean + at_share(shortage / (shortage + holding)) * span_deviation
    low, high = min(reorder, base), min(reorder + lot, base)
    return Levels(low, high, high - low)
