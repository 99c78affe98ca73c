"""Safety stock for a service that is promised, with demand and lead time both uncertain.

Source: Silver, Pyke & Thomas (2017), Inventory and Production Management in Supply Chains, ch. 6; demand over the lead time
is taken as normal. Units: stock units and periods, any one period for all.
"""

from dataclasses import dataclass
from math import sqrt

from gongfang.engines.stockpolicy.normal import at_loss, at_share, below, loss


@dataclass(frozen=True, slots=True)
class LeadTimeDemand:
    """Demand while an order is under way (and, with periodic review, until the next chance to order)."""

    mean: float
    deviation: float


def lead_time_demand(
    mean: float, deviation: float, lead_time: float, lead_time_deviation: float = 0.0, review: float = 0.0
) -> LeadTimeDemand:
    """mean, deviation: demand per period, independent between periods; lead time and review in periods."""
    span = lead_time + review
    variance = span * deviation**2 + mean**2 * lead_time_deviation**2
    return LeadTimeDemand(mean * span, sqrt(variance))


def for_cycle_service(demand: LeadTimeDemand, service: float) -> float:
    """Safety stock so that this share of order cycles sees no shortage; 0 < service < 1."""
    return at_share(service) * demand.deviation


def for_fill_rate(demand: LeadTimeDemand, fill_rate: float, lot: float) -> float:
    """Safety stock so that this share of demand is served from stock, ordering `lot` at a time. May be negative."""
    if demand.deviation == 0:
        return 0.0
    return at_loss((1 - fill_rate) * lot / demand.deviation) * demand.deviation


def cycle_service(demand: LeadTimeDemand, safety_stock: float) -> float:
    """Share of order cycles without a shortage."""
    if demand.deviation == 0:
        return 1.0 if safety_stock >= 0 else 0.0
    return below(safety_stock / demand.deviation)


def fill_rate(demand: LeadTimeDemand, safety_stock: float, lot: float) -> float:
    """Share of demand served from stock."""
    if demand.deviation == 0:
        return 1.0 if safety_stock >= 0 else max(0.0, 1 + safety_stock / lot)
    return 1 - demand.deviation * loss(safety_stock / demand.deviation) / lot
