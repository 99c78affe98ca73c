"""How many periods' needs one order should cover: the cost-balancing lot rules.

Every rule takes the days on which something is needed (ascending day numbers), how much (10^-6), a set-up cost per order and a
holding cost per unit and day (both 10^-6 of the currency unit), and cuts the needs into lots: an order on a lot's first day covers
all needs up to the day before the next lot. Costs are compared as floats of 10^-6 units: exact for the whole numbers of ordinary
problems, and the same on every machine, since the order of operations is fixed.

Sources: Wagner & Whitin 1958, "Dynamic version of the economic lot size model", Management Science 5(1); Silver & Meal 1973, "A heuristic
for selecting lot size quantities", Production and Inventory Management 14(2); part-period and least unit cost as in Orlicky 1975,
"Material Requirements Planning", ch. 6.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Days = NDArray[np.int32]
Flags = NDArray[np.bool_]

MICRO = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Lot:
    """One order: the day it must arrive, the last day it covers, the sum of those needs (10^-6)."""

    day: int
    covers_to: int
    quantity: int


@compiled
def least_unit_cost(day: Days, need: Integers, count: int, setup: float, holding: float, starts: Flags) -> None:
    """Extend a lot while set-up plus holding per unit falls. Cost O(count)."""
    first = 0
    while first < count:
        starts[first] = True
        quantity = need[first] / MICRO
        held = 0.0
        unit = setup / quantity
        last = first + 1
        while last < count:
            quantity += need[last] / MICRO
            held += holding * (need[last] / MICRO) * (day[last] - day[first])
            following = (setup + held) / quantity
            if following >= unit:
                break
            unit = following
            last += 1
        first = last


@compiled
def part_period(day: Days, need: Integers, count: int, setup: float, holding: float, starts: Flags) -> None:
    """Extend a lot until its holding cost comes nearest to the set-up cost; the smaller lot on a tie. Cost O(count)."""
    first = 0
    while first < count:
        starts[first] = True
        held = 0.0
        last = first + 1
        while last < count and held < setup:
            following = held + holding * (need[last] / MICRO) * (day[last] - day[first])
            if following > setup and following - setup >= setup - held:
                break
            held = following
            last += 1
        first = last


@compiled
def silver_meal(day: Days, need: Integers, count: int, setup: float, holding: float, starts: Flags) -> None:
    """Extend a lot while set-up plus holding per day covered falls. Cost O(count).

    A lot covers the days up to the next need; the last need of all is taken to last as long as the one before it did. So
    weekly needs give the decisions of the textbook's table of weeks, daily ones those of days.
    """
    first = 0
    while first < count:
        starts[first] = True
        held = 0.0
        rate = setup / (_covered_to(day, count, first) - day[first])
        last = first + 1
        while last < count:
            held += holding * (need[last] / MICRO) * (day[last] - day[first])
            following = (setup + held) / (_covered_to(day, count, last) - day[first])
            if following >= rate:
                break
            rate = following
            last += 1
        first = last


@compiled
def _covered_to(day: Days, count: int, last: int) -> int:
    """Give the first day that a lot ending with this need no longer covers."""
    if last + 1 < count:
        return int(day[last + 1])
    if last > 0:
        return int(2 * day[last] - day[last - 1])
    return int(day[last]) + 1


@compiled
def wagner_whitin(day: Days, need: Integers, count: int, setup: Floats, holding: float, starts: Flags) -> None:
    """Cut the needs into lots of the least total cost, set-up cost per day of order given. Cost O(count²) at worst.

    Among equally cheap plans the one that orders later (holds less) is taken. A need whose carrying alone costs more
    than any set-up is not carried further (the planning horizon), which keeps the inner loop short.
    """
    best = np.zeros(count + 1, np.float64)
    start = np.zeros(count + 1, np.int64)
    dearest = 0.0
    for last in range(count):
        dearest = max(dearest, setup[last])
        best[last + 1] = best[last] + setup[last]
        start[last + 1] = last
        carried = 0.0
        quantity = need[last] / MICRO
        for first in range(last - 1, -1, -1):
            carried += holding * quantity * (day[first + 1] - day[first])
            if holding * (need[last] / MICRO) * (day[last] - day[first]) > dearest:
                break
            quantity += need[first] / MICRO
            cost = best[first] + setup[first] + carried
            if cost < best[last + 1]:
                best[last + 1] = cost
                start[last + 1] = first
    end = count
    while end > 0:
        starts[start[end]] = True
        end = start[end]


Rule = Callable[[Days, Integers, int, float, float, Flags], None]


def cut_into_lots(rule: Rule, day: ArrayLike, need: ArrayLike, setup_cost: float, holding_cost: float) -> list[Lot]:
    """Apply one of the heuristic rules to needs (10^-6, each over 0); costs in 10^-6."""
    days, needs = np.asarray(day, np.int32), np.asarray(need, np.int64)
    starts = np.zeros(len(days), np.bool_)
    rule(days, needs, len(days), float(setup_cost), float(holding_cost), starts)
    return _lots(days, needs, starts)


def cheapest_lots(day: ArrayLike, need: ArrayLike, setup_cost: ArrayLike, holding_cost: float) -> list[Lot]:
    """Apply Wagner–Whitin; the set-up cost may differ by day of order (one number or one per need)."""
    days, needs = np.asarray(day, np.int32), np.asarray(need, np.int64)
    setup = np.ascontiguousarray(np.broadcast_to(np.asarray(setup_cost, np.float64), days.shape))
    starts = np.zeros(len(days), np.bool_)
    wagner_whitin(days, needs, len(days), setup, float(holding_cost), starts)
    return _lots(days, needs, starts)


def _lots(days: Days, needs: Integers, starts: Flags) -> list[Lot]:
    edges = [*np.flatnonzero(starts).tolist(), len(days)]
    return [Lot(int(days[first]), int(days[end - 1]), int(needs[first:end].sum())) for first, end in pairwise(edges)]
