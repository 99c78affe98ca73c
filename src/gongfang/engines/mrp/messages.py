"""The exceptions: late releases and demands, supplies that should move, safety stock broken, what lies beyond the horizon."""

import numpy as np

from .plan import (
    ABOUT_DEMAND,
    ABOUT_ITEM,
    ABOUT_ORDER,
    ABOUT_SUPPLY,
    BELOW_SAFETY_STOCK,
    BEYOND_HORIZON,
    CANCEL,
    DEFER,
    EXPEDITE,
    PAST_DUE_DEMAND,
    PAST_DUE_RELEASE,
    Exceptions,
    Orders,
)
from .preparation import Prepared, ranks
from .problem import Days, Integers, Problem, References

Rows = tuple[References, References, References, References, Days, Days, Integers, Days]
"""Item, kind, about, subject, from, to, quantity, day to sort by."""


def find_exceptions(problem: Problem, prepared: Prepared, orders: Orders, needed: Days | None = None) -> Exceptions:
    """List the exceptions by low-level code, item, date, id.

    `needed` is the day an order behind a time fence was needed on (0: in time); it should be moved there by hand.
    """
    parts = [
        _late_releases(problem, orders),
        *([] if needed is None else [_fenced(orders, needed)]),
        *_demands(problem),
        *_supplies(problem, prepared),
        _below_safety(problem),
    ]
    item, kind, about, subject, moved_from, moved_to, quantity, day = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    place = np.empty(len(prepared.item_at), np.int32)
    place[prepared.item_at] = np.arange(len(place), dtype=np.int32)
    order = np.lexsort((_id_ranks(problem, about, subject), kind, day, place[item]))
    return Exceptions(
        item[order].astype(np.int32),
        kind[order].astype(np.int8),
        about[order].astype(np.int8),
        subject[order].astype(np.int32),
        moved_from[order].astype(np.int32),
        moved_to[order].astype(np.int32),
        quantity[order].astype(np.int64),
    )


def _id_ranks(problem: Problem, about: References, subject: References) -> Integers:
    """Give a number that sorts subjects of one kind by id (orders are in order of id already)."""
    result = subject.astype(np.int64)
    for code, ids in ((ABOUT_DEMAND, problem.demands.ids), (ABOUT_SUPPLY, problem.supplies.ids)):
        rows = np.flatnonzero(about == code)
        if len(rows):
            result[rows] = ranks(ids)[subject[rows]]
    return result


def _rows(
    kind: int, about: int, item: References, subject: Integers, moved_from: Days, moved_to: Days, quantity: Integers, day: Days
) -> Rows:  # fmt: skip
    count = len(item)
    return (
        item,
        np.full(count, kind, np.int32),
        np.full(count, about, np.int32),
        subject.astype(np.int32),
        moved_from,
        moved_to,
        quantity,
        day,
    )


def _none(count: int) -> Days:
    return np.zeros(count, np.int32)


def _late_releases(problem: Problem, orders: Orders) -> Rows:
    late = np.flatnonzero(orders.release < problem.today)
    none = _none(len(late))
    return _rows(
        PAST_DUE_RELEASE, ABOUT_ORDER, orders.item[late], late, none, none, np.full(len(late), -1), orders.due[late]
    )


def _fenced(orders: Orders, needed: Days) -> Rows:
    late = np.flatnonzero(needed > 0)
    due = orders.due[late]
    return _rows(EXPEDITE, ABOUT_ORDER, orders.item[late], late, due, needed[late], orders.quantity[late], due)


def _demands(problem: Problem) -> list[Rows]:
    demands = problem.demands
    past = np.flatnonzero(demands.due < problem.today)
    beyond = np.flatnonzero(demands.due > problem.today + problem.horizon_days)
    today = np.full(len(past), problem.today, np.int32)
    due, later = demands.due[past], demands.due[beyond]
    return [
        _rows(PAST_DUE_DEMAND, ABOUT_DEMAND, demands.item[past], past, due, today, demands.quantity[past], due),
        _rows(
            BEYOND_HORIZON, ABOUT_DEMAND, demands.item[beyond], beyond, later, _none(len(beyond)),
            demands.quantity[beyond], later,
        ),
    ]  # fmt: skip


def _supplies(problem: Problem, prepared: Prepared) -> list[Rows]:
    """Compare when each supply comes with when it is first needed (0: never)."""
    supplies, items = problem.supplies, problem.items
    needed = np.empty(len(prepared.supply_at), np.int32)
    needed[prepared.supply_at] = prepared.facts.supplies["needed"]
    comes = supplies.available
    counted = np.maximum(comes, problem.today)
    unneeded = needed == 0
    wanted = np.where(unneeded, counted, needed)
    in_time = wanted - np.where(items.phantom[supplies.item], 0, items.safety_time[supplies.item]).astype(np.int32)
    latest = np.maximum(prepared.work.on_or_before(in_time), problem.today)
    early = np.maximum(latest, counted)
    beyond = comes > problem.today + problem.horizon_days
    expedite = ~unneeded & (np.maximum(wanted, problem.today) < counted)
    moved = ~unneeded & ~expedite & (early != comes)
    result = []
    for kind, rows, target in (
        (EXPEDITE, np.flatnonzero(expedite), latest),
        (DEFER, np.flatnonzero(moved), early),
        (CANCEL, np.flatnonzero(unneeded & ~beyond), None),
        (BEYOND_HORIZON, np.flatnonzero(beyond & unneeded), None),
    ):
        moved_to = _none(len(rows)) if target is None else target[rows]
        result.append(
            _rows(
                kind,
                ABOUT_SUPPLY,
                supplies.item[rows],
                rows,
                comes[rows],
                moved_to,
                supplies.quantity[rows],
                comes[rows],
            )
        )
    return result


def _below_safety(problem: Problem) -> Rows:
    items = problem.items
    below = np.flatnonzero(items.on_hand < items.safety_stock)
    today = np.full(len(below), problem.today, np.int32)
    short = items.safety_stock[below] - items.on_hand[below]
    return _rows(BELOW_SAFETY_STOCK, ABOUT_ITEM, below.astype(np.int32), below, today, _none(len(below)), short, today)
