"""The exceptions: late releases and demands, supplies that should move, safety stock broken, what lies beyond the horizon."""

import numpy as np

from .names import OrderNames
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
    order = np.lexsort((kind, _id_ranks(problem, about, subject), day, place[item]))
    order = _mixed_by_id(problem, len(orders), order, place[item], day, kind, about, subject)
    return Exceptions(
        item[order].astype(np.int32),
        kind[order].astype(np.int8),
        about[order].astype(np.int8),
        subject[order].astype(np.int32),
        moved_from[order].astype(np.int32),
        moved_to[order].astype(np.int32),
        quantity[order].astype(np.int64),
    )


def _mixed_by_id(
    problem: Problem, orders: int, order: Integers, place: References, day: Days, kind: References, about: References, subject: References
) -> Integers:  # fmt: skip
    """Sort those of one item and day that are about different kinds of subject by the texts of their ids. O(n), and such rows' texts."""
    if len(order) < 2:
        return order
    starts = np.flatnonzero((np.diff(place[order]) != 0) | (np.diff(day[order]) != 0)) + 1
    group = np.zeros(len(order), np.int64)
    group[starts] = 1
    group = np.cumsum(group)
    first = np.concatenate([[0], starts])
    mixed = np.zeros(len(first), np.bool_)
    mixed[group[about[order] != about[order][first][group]]] = True
    names = OrderNames.beside(problem, orders) if mixed.any() else None
    ends = np.append(starts, len(order))
    result = order.copy()
    for number in np.flatnonzero(mixed).tolist():
        assert names is not None
        ids = {ABOUT_ORDER: names, ABOUT_DEMAND: problem.demands.ids, ABOUT_SUPPLY: problem.supplies.ids}
        rows = order[first[number] : ends[number]].tolist()
        rows.sort(key=lambda row: (str(ids.get(int(about[row]), problem.items.ids)[int(subject[row])]), int(kind[row])))
        result[first[number] : ends[number]] = rows
    return result


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
    """Compare when each supply comes with when it is first needed (0: never). One that is not firm nobody has to move; what is not needed
    at all is told of any.
    """
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
    sooner = ~unneeded & (np.maximum(wanted, problem.today) < counted)
    expedite = sooner & supplies.firm
    moved = ~unneeded & ~sooner & (early != comes) & supplies.firm
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
