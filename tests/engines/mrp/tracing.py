"""Follow the pegs of a plan through all levels, both ways: what tests ask a plan. The pages read the plan that was kept instead
(`planning/queries/pegging.py`)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongfang.engines.mrp import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, Plan

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Rows by key: which pegs have this supply, or this demand."""

    order: Integers
    start: Integers

    @classmethod
    def of(cls, keys: Integers, count: int) -> "Index":
        """Group rows by their key in [0, count); rows whose key is negative are left out. Cost O(n log n)."""
        order = np.argsort(keys, kind="stable")
        order = order[np.searchsorted(keys[order], 0) :]
        start = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(keys[order], minlength=count), out=start[1:])
        return cls(order, start)

    def rows(self, keys: Integers) -> Integers:
        """Give the rows of all the keys, key by key."""
        first, counts = self.start[keys], self.start[keys + 1] - self.start[keys]
        if not len(keys):
            return np.empty(0, np.int64)
        inside = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        found: Integers = self.order[np.repeat(first, counts) + inside]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The pegs on the way, each once, with the level (0: nearest) on which it was first met."""

    level: Integers
    peg: Integers


def follow(index: Index, start: Integers, onward: Callable[[Integers], Integers]) -> Trace:
    """Walk level by level: the pegs of the keys, then `onward(pegs)` gives the keys of the next level.

    Every key is followed once, so the cost is linear in the pegs met, however many ways lead to them.
    """
    levels, pegs = [], []
    seen = np.zeros(len(index.start) - 1, np.bool_)
    keys = np.unique(start)
    level = 0
    while len(keys):
        seen[keys] = True
        found = index.rows(keys)
        levels.append(np.full(len(found), level, np.int64))
        pegs.append(found)
        keys = np.unique(onward(found))
        keys = keys[~seen[keys]]
        level += 1
    if not pegs:
        return Trace(np.empty(0, np.int64), np.empty(0, np.int64))
    return Trace(np.concatenate(levels), np.concatenate(pegs))


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
