"""Pegging of a plan both ways through all levels, and the explanation of one planned order as data."""

from dataclasses import dataclass

import numpy as np

from ..pegging import Index, Trace, follow
from .plan import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, Plan
from .problem import Integers, Problem


class Tracer:
    """Indexes over a plan's pegs, built once (O(n log n)) for many questions."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        pegging = plan.pegging
        self._orders = len(plan.orders)
        self._supplies = len(plan.problem.supplies.ids)
        self._demands = len(plan.problem.demands.ids)
        self._requirements = len(plan.requirements)
        supply = pegging.supply.astype(np.int64)
        supply[pegging.supply_kind == FROM_SUPPLY] += self._orders
        supply[pegging.supply_kind == FROM_STOCK] += self._orders + self._supplies
        stocks = len(plan.problem.items.ids)
        self._by_supply = Index.of(supply, self._orders + self._supplies + stocks)
        demand = np.where(pegging.demand >= 0, pegging.demand, pegging.requirement.astype(np.int64) + self._demands)
        self._by_demand = Index.of(demand, self._demands + self._requirements)
        self._of_order = Index.of(plan.requirements.order.astype(np.int64), self._orders)
        self._of_demand = Index.of(plan.requirements.demand.astype(np.int64), self._demands)

    def pegs_of_order(self, order: int) -> Integers:
        """Rows of the pegs that an order (what it makes and yields besides) serves, one level."""
        return self._by_supply.rows(np.array([order]))

    def pegs_of_supply(self, supply: int) -> Integers:
        """Rows of the pegs that an existing supply serves, one level."""
        return self._by_supply.rows(np.array([self._orders + supply]))

    def pegs_of_stock(self, item: int) -> Integers:
        """Rows of the pegs that stock on hand serves, one level."""
        return self._by_supply.rows(np.array([self._orders + self._supplies + item]))

    def pegs_of_demand(self, demand: int) -> Integers:
        """Rows of the pegs that serve a demand, one level."""
        return self._by_demand.rows(np.array([demand]))

    def pegs_of_requirement(self, requirement: int) -> Integers:
        """Rows of the pegs that serve a requirement, one level."""
        return self._by_demand.rows(np.array([self._demands + requirement]))

    def requirements_of_order(self, order: int) -> Integers:
        """Rows of the requirements of an order."""
        return self._of_order.rows(np.array([order]))

    def up_from_order(self, order: int) -> Trace:
        """Follow a planned order to everything it is for."""
        return self._up(np.array([order]))

    def up_from_supply(self, supply: int) -> Trace:
        """Follow an existing supply to everything it is for."""
        return self._up(np.array([self._orders + supply]))

    def down_from_demand(self, demand: int) -> Trace:
        """Follow a demand to everything that is used, made and bought for it."""
        start = np.concatenate([[demand], self._demands + self._of_demand.rows(np.array([demand]))])
        return follow(self._by_demand, start, self._needs_of_suppliers)

    def down_from_order(self, order: int) -> Trace:
        """Follow an order's requirements to everything that is used, made and bought for them."""
        start = self._demands + self._of_order.rows(np.array([order]))
        return follow(self._by_demand, start, self._needs_of_suppliers)

    def customer_demands(self, trace: Trace) -> Integers:
        """Give the rows of the demands that an upward trace ends in."""
        pegging, requirements = self.plan.pegging, self.plan.requirements
        direct = pegging.demand[trace.peg]
        passed = pegging.requirement[trace.peg]
        through = requirements.demand[passed[passed >= 0]]
        found = np.concatenate([direct, through])
        return np.unique(found[found >= 0]).astype(np.int64)

    def planned_orders(self, trace: Trace) -> Integers:
        """Give the rows of the planned orders that a downward trace meets."""
        kind, supply = self.plan.pegging.supply_kind[trace.peg], self.plan.pegging.supply[trace.peg]
        return np.unique(supply[(kind == FROM_ORDER) | (kind == FROM_BYPRODUCT)]).astype(np.int64)

    def _up(self, start: Integers) -> Trace:
        return follow(self._by_supply, start, self._consumers)

    def _consumers(self, pegs: Integers) -> Integers:
        requirement = self.plan.pegging.requirement[pegs]
        order = self.plan.requirements.order[requirement[requirement >= 0]]
        return order[order >= 0].astype(np.int64)

    def _needs_of_suppliers(self, pegs: Integers) -> Integers:
        kind, supply = self.plan.pegging.supply_kind[pegs], self.plan.pegging.supply[pegs]
        orders = np.unique(supply[(kind == FROM_ORDER) | (kind == FROM_BYPRODUCT)]).astype(np.int64)
        return self._demands + self._of_order.rows(orders)


@dataclass(frozen=True, slots=True)
class Served:
    """A part of an order's quantity and whom it serves: a demand's row or a requirement's row (the other is None)."""

    demand: int | None
    requirement: int | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a planned order is there, why so much, why then. Quantities 10^-6, dates day numbers.

    Netting on day `need`: on_hand + supplied + byproducts + ordered_before - needed would leave less than safety_stock by
    short_then; looking ahead to `covers_to` the lot rule had to cover `net`. Then net / yield is `wanted`, which the lot rule makes
    `pieces` orders of together `ordered`, of which `order_good` comes from this order; `surplus` of it serves no need yet
    (safety stock, rounding up).
    """

    order: int
    item: int
    serves: tuple[Served, ...]
    surplus: int
    on_hand: int
    supplied: int
    byproducts: int
    ordered_before: int
    needed: int
    safety_stock: int
    short_then: int
    net: int
    wanted: int
    lot_rule: int
    pieces: int
    ordered: int
    quantity: int
    order_good: int
    need: int
    covers_to: int
    safety_time_days: int
    due: int
    lead_time_days: int
    release: int
    days_late: int


def _good_share(problem: Problem, item: int, release: int) -> int:
    yields = problem.yields
    own = np.flatnonzero((yields.item == item) & (yields.valid_from <= release) & (release <= yields.valid_to))
    return int(yields.share[own[-1]]) if len(own) else int(problem.items.yield_share[item])


def explain(tracer: Tracer, order: int) -> Explanation:
    """Collect the reasons of one planned order. Cost: the rows of its item."""
    plan = tracer.plan
    orders, items, run = plan.orders, plan.problem.items, plan.run
    item = int(orders.item[order])
    need, due = int(orders.need[order]), int(orders.due[order])
    span = run.spans[int(np.flatnonzero(plan.item_order == item)[0])]
    needs = run.needs[span["first_need"] : span["end_need"]]
    arrivals = run.arrivals[span["first_arrival"] : span["end_arrival"]]
    arrivals = arrivals[arrivals["day"] <= need]
    supplied = int(arrivals["quantity"][arrivals["reference"] >= 0].sum())
    byproducts = int(arrivals["quantity"].sum()) - supplied
    same = np.flatnonzero((orders.item == item) & (orders.need <= need))
    beside = same[orders.need[same] == need]
    before = int(orders.good[same].sum()) - int(orders.good[beside].sum())
    needed = int(needs["quantity"][needs["day"] <= need].sum())
    on_hand = int(items.on_hand[item])
    safety = int(items.safety_stock[item])
    kept = safety if need >= plan.problem.today else min(safety, on_hand)
    pegs = tracer.pegs_of_order(order)
    pegs = pegs[plan.pegging.supply_kind[pegs] == FROM_ORDER]
    served = tuple(
        Served(demand if demand >= 0 else None, requirement if requirement >= 0 else None, quantity)
        for demand, requirement, quantity in zip(
            plan.pegging.demand[pegs].tolist(),
            plan.pegging.requirement[pegs].tolist(),
            plan.pegging.quantity[pegs].tolist(),
            strict=True,
        )
    )
    net = int(orders.net[order])
    good = int(orders.good[order])
    return Explanation(
        order=order,
        item=item,
        serves=served,
        surplus=good - sum(part.quantity for part in served),
        on_hand=on_hand,
        supplied=supplied,
        byproducts=byproducts,
        ordered_before=before,
        needed=needed,
        safety_stock=kept,
        short_then=kept - (on_hand + supplied + byproducts + before - needed),
        net=net,
        wanted=-(-net * 10**12 // _good_share(plan.problem, item, int(orders.release[order]))),
        lot_rule=int(items.lot_rule[item]),
        pieces=len(beside),
        ordered=int(orders.quantity[beside].sum()),
        quantity=int(orders.quantity[order]),
        order_good=good,
        need=need,
        covers_to=int(orders.covers_to[order]),
        safety_time_days=int(items.safety_time[item]),
        due=due,
        lead_time_days=int(items.lead_time[item]),
        release=int(orders.release[order]),
        days_late=max(0, plan.problem.today - int(orders.release[order])),
    )
