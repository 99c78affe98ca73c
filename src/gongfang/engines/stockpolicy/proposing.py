"""From demand and cost to a proposal per item: class, safety stock, reorder point, lot, min and max, and the cash it frees."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from statistics import fmean, stdev

from gongfang.engines.stockpolicy.classes import ABC_LIMITS, XYZ_LIMITS, abc, variation, xyz
from gongfang.engines.stockpolicy.lots import (
    PriceBreak,
    average_price,
    cost_of,
    economic_order_quantity,
    price_at,
    with_all_units_discount,
    with_incremental_discount,
)
from gongfang.engines.stockpolicy.policies import newsvendor, periodic_levels, reorder_point_and_lot, with_lot
from gongfang.engines.stockpolicy.safety import (
    LeadTimeDemand,
    cycle_service,
    fill_rate,
    for_cycle_service,
    for_fill_rate,
    lead_time_demand,
)


class Policy(StrEnum):
    """How the levels are found."""

    SERVICE = "service"  # a promised service decides the safety stock, cost the lot
    COST = "cost"  # (r, Q): the price of a shortage decides both
    PERIODIC = "periodic"  # (s, S), reviewed every period
    NEWSVENDOR = "newsvendor"  # bought once for one period


class Discount(StrEnum):
    ALL_UNITS = "all_units"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class PolicyItem:
    """One item. demand: past periods, oldest first. Lead time and review in periods; costs in money.

    holding_rate: cost of keeping a unit for a year as a share of its cost. service: share promised, None: by ABC class.
    shortage_cost: per unit short (COST), per unit and period backordered (PERIODIC), lost margin (NEWSVENDOR).
    current_stock: what lies there on average now, for the cash effect.
    """

    id: str
    demand: tuple[float, ...]
    unit_cost: float
    lead_time: float
    lead_time_deviation: float = 0.0
    order_cost: float = 0.0
    holding_rate: float = 0.2
    policy: Policy = Policy.SERVICE
    service: float | None = None
    fill: bool = False
    review: float = 0.0
    shortage_cost: float = 0.0
    salvage: float = 0.0
    breaks: tuple[PriceBreak, ...] = ()
    discount: Discount = Discount.ALL_UNITS
    minimum_lot: float = 0.0
    multiple: float = 0.0
    current_stock: float | None = None


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """periods: how many of the demand's periods make a year. services: share promised by ABC class."""

    items: tuple[PolicyItem, ...]
    periods: float = 52.0
    services: tuple[tuple[str, float], ...] = (("A", 0.98), ("B", 0.95), ("C", 0.90))
    abc_limits: tuple[float, float] = ABC_LIMITS
    xyz_limits: tuple[float, float] = XYZ_LIMITS


@dataclass(frozen=True, slots=True)
class Proposal:
    """minimum: order at or under it; maximum: up to it. stock: expected on average. cash: freed (negative: tied up).

    yearly_cost: ordering and holding by the proposal. cycle_service, fill_rate: what the levels give by the same model.
    """

    id: str
    abc: str
    xyz: str
    mean: float
    deviation: float
    safety_stock: float
    minimum: float
    maximum: float
    lot: float
    stock: float
    cash: float | None
    yearly_cost: float
    cycle_service: float
    fill_rate: float
    price: float


def propose(problem: PolicyProblem) -> list[Proposal]:
    """A proposal per item, in the order of the problem. Deterministic. Cost: O(n log n) and a few roots per item."""
    worth = {item.id: sum(item.demand) * item.unit_cost for item in problem.items}
    classes = abc(worth, problem.abc_limits)
    services = dict(problem.services)
    return [_item(problem, item, classes[item.id], services) for item in problem.items]


def _item(problem: PolicyProblem, item: PolicyItem, letter: str, services: dict[str, float]) -> Proposal:
    mean = fmean(item.demand) if item.demand else 0.0
    deviation = stdev(item.demand) if len(item.demand) > 1 else 0.0
    review = 1.0 if item.policy is Policy.PERIODIC else item.review
    under_way = lead_time_demand(mean, deviation, item.lead_time, item.lead_time_deviation, review)
    service = services[letter] if item.service is None else item.service
    minimum, quantity = _levels(problem, item, mean, deviation, under_way, service)
    price = _price(item, quantity)
    safety = minimum - under_way.mean
    if item.policy is Policy.NEWSVENDOR:
        safety, stock = minimum - mean, minimum
    else:
        stock = max(0.0, safety) + quantity / 2
    yearly = 0.0
    if quantity > 0 and item.policy is not Policy.NEWSVENDOR:
        holding = item.holding_rate * price
        yearly = cost_of(quantity, mean * problem.periods, item.order_cost, holding) + holding * max(0.0, safety)
    return Proposal(
        id=item.id,
        abc=letter,
        xyz=xyz(variation(item.demand), problem.xyz_limits),
        mean=_figure(mean),
        deviation=_figure(deviation),
        safety_stock=_figure(safety),
        minimum=_figure(minimum),
        maximum=_figure(minimum if item.policy is Policy.NEWSVENDOR else minimum + quantity),
        lot=_figure(quantity),
        stock=_figure(stock),
        cash=None if item.current_stock is None else round((item.current_stock - stock) * item.unit_cost, 2),
        yearly_cost=round(yearly, 2),
        cycle_service=_figure(cycle_service(_span(item, mean, deviation, under_way), safety)),
        fill_rate=_figure(_fill(_span(item, mean, deviation, under_way), safety, quantity, mean)),
        price=price,
    )


def _figure(value: float) -> float:
    return round(value, 6) + 0.0


def _span(item: PolicyItem, mean: float, deviation: float, under_way: LeadTimeDemand) -> LeadTimeDemand:
    return LeadTimeDemand(mean, deviation) if item.policy is Policy.NEWSVENDOR else under_way


def _fill(demand: LeadTimeDemand, safety: float, lot: float, mean: float) -> float:
    """Share of demand served; with nothing asked for, all of it is."""
    return max(0.0, fill_rate(demand, safety, lot)) if lot > 0 and mean > 0 else 1.0


def _price(item: PolicyItem, lot: float) -> float:
    """What a unit costs where so many are ordered at a time."""
    if not item.breaks:
        return item.unit_cost
    return (average_price if item.discount is Discount.INCREMENTAL else price_at)(item.breaks, lot)


def _lot(item: PolicyItem, yearly: float, least: float) -> float:
    """The cheapest lot that may be ordered; without a cost of ordering or of holding there is none to be found: the least."""

    def allowed(quantity: float) -> float:
        return _rounded_lot(item, max(quantity, least))

    if item.holding_rate <= 0 or item.unit_cost <= 0:
        return allowed(0.0)
    if not item.breaks:
        return allowed(economic_order_quantity(yearly, item.order_cost, item.holding_rate * item.unit_cost).quantity)
    choose = with_incremental_discount if item.discount is Discount.INCREMENTAL else with_all_units_discount
    return choose(yearly, item.order_cost, item.holding_rate, item.breaks, allowed).quantity


def _rounded_lot(item: PolicyItem, quantity: float) -> float:
    """At least the minimum, and a whole number of multiples."""
    quantity = max(quantity, item.minimum_lot)
    if item.multiple > 0 and quantity > 0:
        return ceil(quantity / item.multiple - 1e-9) * item.multiple
    return quantity


def _levels(
    problem: PolicyProblem,
    item: PolicyItem,
    mean: float,
    deviation: float,
    under_way: LeadTimeDemand,
    service: float,
) -> tuple[float, float]:
    """(when to order, how much)."""
    if mean <= 0:
        return 0.0, 0.0
    if item.policy is Policy.NEWSVENDOR:
        level = newsvendor(mean, deviation, item.unit_cost - item.salvage, item.shortage_cost).reorder
        return max(0.0, level), max(0.0, level)
    if item.policy is Policy.COST and item.order_cost > 0:
        return _cheapest_levels(item, mean * problem.periods, under_way)
    if item.policy is Policy.PERIODIC and item.order_cost > 0:
        per_period = item.holding_rate * item.unit_cost / problem.periods
        levels = periodic_levels(mean, deviation, item.lead_time, item.order_cost, per_period, item.shortage_cost)
        return levels.reorder, _rounded_lot(item, levels.lot)
    quantity = _lot(item, mean * problem.periods, mean * item.review)
    if quantity <= 0:
        quantity = _rounded_lot(item, mean)  # nothing says how much: one period's demand
    if item.fill:
        return under_way.mean + max(0.0, for_fill_rate(under_way, service, quantity)), quantity
    return under_way.mean + for_cycle_service(under_way, service), quantity


def _cheapest_levels(item: PolicyItem, yearly: float, under_way: LeadTimeDemand) -> tuple[float, float]:
    """(r, Q): each price's best lot, or the least that earns it, as it may be ordered, with the order point that suits it."""
    found = []
    for step in item.breaks or (PriceBreak(0.0, item.unit_cost),):
        holding = item.holding_rate * step.price
        best = reorder_point_and_lot(yearly, item.order_cost, holding, item.shortage_cost, under_way)
        lot = _rounded_lot(item, max(best.lot, step.quantity))
        price = _price(item, lot)
        levels = with_lot(lot, yearly, item.order_cost, item.holding_rate * price, item.shortage_cost, under_way)
        found.append((price * yearly + (levels.cost or 0.0), lot, levels.reorder))
    _, lot, reorder = min(found)
    return reorder, lot


def cash_effect(proposals: Sequence[Proposal]) -> float:
    """Money freed by taking all proposals whose present stock is known (negative: tied up)."""
    return round(sum(proposal.cash for proposal in proposals if proposal.cash is not None), 2)
