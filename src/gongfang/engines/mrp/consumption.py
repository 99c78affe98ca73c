"""Forecast consumption: customer orders use up the forecast they were foreseen in, so that nothing is planned for twice.

An order uses the forecast of its item on its own day first, then earlier ones within `backward` days, the nearest first, then later
ones within `forward` days. Within the demand time fence only orders count: a forecast there is no demand any more, though an
order may still have used it. What orders ask for beyond the forecast is demand besides.

Source: Blackstone & Jonah (eds.), APICS Dictionary, "forecast consumption", "demand time fence"; Vollmann et al., Manufacturing
Planning and Control for Supply Chain Management, ch. 6.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..compiled import compiled
from .problem import Days, Integers, References

Window = int | Days


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """Forecasts or orders: item row, day number, quantity (10^-6)."""

    item: References
    day: Days
    quantity: Integers

    @classmethod
    def of(cls, item: ArrayLike, day: ArrayLike, quantity: ArrayLike) -> "Dated":
        """Build the columns from arrays or lists."""
        return cls(np.asarray(item, np.int32), np.asarray(day, np.int32), np.asarray(quantity, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Consumption:
    """By row of forecasts: `left` to plan for, `used` by orders, `fenced` because the fence has passed over it (they add up to
    the forecast). By row of orders: `foreseen`, the part that used forecast; the rest was not expected. Pairs say who used what.
    """

    left: Integers
    used: Integers
    fenced: Integers
    foreseen: Integers
    pair_order: References
    pair_forecast: References
    pair_quantity: Integers


def consume(
    forecasts: Dated, orders: Dated, *, today: int, backward: Window = 0, forward: Window = 0, demand_fence: Window = 0
) -> Consumption:
    """Let orders use up forecasts. Windows and fence in days, one number or a column by item.

    Orders take their turn by day, then quantity (the largest first), so the order of input does not matter. Cost: sorting, and
    for each order the forecasts in its window.
    """
    count = int(max(forecasts.item.max(initial=-1), orders.item.max(initial=-1))) + 1
    windows = [np.broadcast_to(np.asarray(window, np.int64), (count,)) for window in (backward, forward, demand_fence)]
    by_item = np.lexsort((forecasts.quantity, forecasts.day, forecasts.item))
    turn = np.lexsort((-orders.quantity, orders.day, orders.item))
    left = forecasts.quantity[by_item].copy()
    foreseen = np.zeros(len(turn), np.int64)
    start = np.searchsorted(forecasts.item[by_item], np.arange(count + 1)).astype(np.int64)
    args = (
        start, forecasts.day[by_item], orders.item[turn], orders.day[turn], orders.quantity[turn],
        np.ascontiguousarray(windows[0]), np.ascontiguousarray(windows[1]),
    )  # fmt: skip
    room = len(left) + len(turn) + 1
    while True:
        pairs = np.empty((3, room), np.int64)
        found = _use(*args, left, foreseen, pairs)
        if found <= room:
            break
        room, left = found, forecasts.quantity[by_item].copy()
        foreseen[:] = 0
    unsorted = np.empty_like(left)
    unsorted[by_item] = left
    used = forecasts.quantity - unsorted
    passed = forecasts.day < today + windows[2][forecasts.item] if count else np.zeros(0, np.bool_)
    told = np.empty_like(foreseen)
    told[turn] = foreseen
    pairs = pairs[:, :found]
    return Consumption(
        np.where(passed, 0, unsorted), used, np.where(passed, unsorted, 0), told,
        turn[pairs[0]].astype(np.int32), by_item[pairs[1]].astype(np.int32), pairs[2],
    )  # fmt: skip


@compiled
def _use(
    start: Integers, day: Days, item: References, when: Days, wanted: Integers, backward: Integers, forward: Integers,
    left: Integers, foreseen: Integers, pairs: Integers,
) -> int:  # fmt: skip
    """Serve orders in turn; give the number of pairs (those beyond the room of `pairs` are only counted)."""
    count = 0
    for order in range(len(item)):
        first, end = start[item[order]], start[item[order] + 1]
        own = first + np.searchsorted(day[first:end], when[order])
        rest = wanted[order]
        at, back = own, own - 1
        phase = 0
        while rest > 0 and phase < 3:
            if phase == 0:  # its own day
                if at >= end or day[at] != when[order]:
                    phase = 1
                    continue
                place = at
                at += 1
            elif phase == 1:  # before it, the nearest first
                if back < first or day[back] < when[order] - backward[item[order]]:
                    phase = 2
                    continue
                place = back
                back -= 1
            else:
                if at >= end or day[at] > when[order] + forward[item[order]]:
                    phase = 3
                    continue
                place = at
                at += 1
            use = min(rest, left[place])
            if use > 0:
                left[place] -= use
                foreseen[order] += use
                rest -= use
                if count < pairs.shape[1]:
                    pairs[0, count], pairs[1, count], pairs[2, count] = order, place, use
                count += 1
    return count


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """One item's master schedule by period: demand is the orders before the demand fence, else the larger of orders and forecast.

    `available` is projected stock at the end of each period, `promisable` what can still be promised (discrete ATP: supply of
    the period until the next supply less the orders to come in between, the first period with the stock).
    """

    demand: Integers
    available: Integers
    promisable: Integers


def master_schedule(
    on_hand: int, forecast: Integers, orders: Integers, supply: Integers, *, fence_periods: int = 0
) -> Schedule:
    """Compute the classical MPS record (quantities 10^-6, one entry per period). Cost O(periods).

    Source: Heizer & Render, Operations Management, ch. 14; the rows of its MPS and ATP tables.
    """
    demand = np.where(np.arange(len(orders)) < fence_periods, orders, np.maximum(orders, forecast))
    available = on_hand + np.cumsum(supply - demand)
    promisable = np.zeros(len(orders), np.int64)
    begins = [period for period in range(len(orders)) if period == 0 or supply[period] > 0]
    for number, period in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else len(orders)
        promisable[period] = int(supply[period]) + (on_hand if period == 0 else 0) - int(orders[period:end].sum())
    for number in range(len(begins) - 1, 0, -1):  # what a later supply cannot serve is taken from the one before
        if promisable[begins[number]] < 0:
            promisable[begins[number - 1]] += promisable[begins[number]]
            promisable[begins[number]] = 0
    return Schedule(demand, available, np.maximum(promisable, 0))
