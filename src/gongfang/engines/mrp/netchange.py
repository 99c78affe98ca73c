"""Net-change planning: plan again only what a change touches, with the same result as a regenerative run.

An item is planned anew when its own facts, lines, demands or supplies differ from those of the plan before, or when the orders of
something it goes into do; when its new orders turn out to be the old ones, what lies below it is not touched. The rows of all
other items are carried over, with the numbers they refer to moved to where those rows are now. Where today, the calendar or the
order of netting changed, everything is planned anew.

Source: Orlicky, Material Requirements Planning, 1975, ch. 5 (net-change systems).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..compiled import compiled, compiled_part
from ..formats import Faults
from .assembly import assemble
from .checking import check_problem
from .plan import Plan
from .preparation import Prepared, prepare
from .problem import Flags, Identity, Integers, Problem, References
from .regeneration import close_item, fill, plan_at, regenerate
from .remembering import Remembered
from .tables import (
    ARRIVALS,
    DONE,
    FIRST_DEMAND,
    ITEM_AT,
    MOST_ROWS,
    NEEDS,
    NO_ROOM,
    ORDERS,
    PEGS,
    TOO_MANY,
    WANTED,
    Facts,
    Records,
    Result,
    Scratch,
)


class Before(NamedTuple):
    """The plan before, as its run left it, and what became of its numbers: -1 where a row is gone.

    `place` is each new position's position before where its facts are the same (else -1), `was` also where they are not.
    """

    spans: Records
    orders: Records
    needs: Records
    arrivals: Records
    supplies: Records
    place: References
    was: References
    demand: References
    supply: References


def net_change(before: Plan | Remembered, problem: Problem, most_orders: int = 50_000_000) -> Plan:
    """Plan a changed problem from a plan (of `solve` or of this): the same plan as `solve(problem)`, in less time for small changes.

    `Plan.replanned` tells which rows of items had to be planned anew. Cost: that of the items touched, and a copy of the rest.
    Raises FormatError as `solve`, ValueError for a plan within capacity.
    """
    if isinstance(before, Plan):
        if before.promises is not None:
            raise ValueError("a plan within capacity cannot be the start of a net change")
        before = Remembered.of(before)
    faults = Faults()
    check_problem(problem, faults)
    faults.raise_any()
    prepared = prepare(problem)
    old = _before(before, prepared)
    if old is None:
        return assemble(problem, prepared, regenerate(prepared.facts, most_orders))
    facts, limit = prepared.facts, min(most_orders, MOST_ROWS)
    moved, same = np.full(len(old.orders), -1, np.int32), np.zeros(len(facts.items), np.bool_)
    run = before.run
    orders, needs, arrivals, pegs = (
        rows + rows // 50 + 4096
        for rows in (len(run.orders), len(run.needs), len(run.arrivals), int(run.spans["end_peg"].max(initial=0)))
    )
    result = fill(
        facts,
        (orders, needs, arrivals, pegs),
        lambda result, scratch, counts: replan_items(facts, result, scratch, counts, limit, old, moved, same),
    )
    touched = prepared.item_at[~same] if result.status == DONE else None
    return assemble(problem, prepared, result, replanned=touched)


def changed_rows(before: Remembered, plan: Plan) -> frozenset[int] | None:
    """Rows of items whose orders are others than in a plan before; None where `net_change` has to plan everything anew. Cost O(orders)."""
    problem = plan.problem
    if before.today != problem.today or before.calendar != problem.calendar or not len(before.facts.items):
        return None
    was = _positions(before.ids, before.item_order, problem.items.ids, plan.item_order)
    kept = was[was >= 0]
    if len(kept) and (np.diff(kept) <= 0).any():
        return None
    spans, old_spans = plan.run.spans, before.run.spans[np.maximum(was, 0)]
    counts = spans["end_order"] - spans["first_order"]
    same = (was >= 0) & (counts == old_spans["end_order"] - old_spans["first_order"])
    compared = np.where(same, counts, 0)
    owner = np.repeat(np.arange(len(spans)), compared)
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(compared) - compared, compared)
    row, old_row = spans["first_order"][owner] + inside, old_spans["first_order"][owner] + inside
    differs = np.zeros(len(owner), np.bool_)
    for field in ("quantity", "release", "due"):
        differs |= plan.run.orders[field][row] != before.run.orders[field][old_row]
    same[owner[differs]] = False
    return frozenset(plan.item_order[~same].tolist())


def _before(before: Remembered, prepared: Prepared) -> Before | None:
    """Match the new problem with the old one by ids; None where nothing can be carried over."""
    problem, facts, old, run = prepared.problem, prepared.facts, before.facts, before.run
    if before.today != problem.today or before.calendar != problem.calendar or not len(old.items):
        return None
    was = _positions(before.ids, before.item_order, problem.items.ids, prepared.item_at)
    kept = was[was >= 0]
    if len(kept) and (np.diff(kept) <= 0).any():
        return None
    now = np.full(len(old.items), -1, np.int32)
    now[kept] = np.flatnonzero(was >= 0)
    same = was >= 0
    for name in facts.items.dtype.names or ():
        if not name.startswith(("first_", "end_")):
            same[same] &= facts.items[name][same] == old.items[name][was[same]]
    for name, rows, old_rows in (
        ("demand", facts.demands, old.demands), ("supply", facts.supplies, old.supplies),
        ("line", facts.lines, old.lines), ("byproduct", facts.byproducts, old.byproducts),
        ("share", facts.shares, old.shares),
    ):  # fmt: skip
        same &= _same_rows(name, facts.items, rows, old.items, old_rows, was, now)
    place = np.where(same, was, -1).astype(np.int32)
    return Before(
        run.spans, run.orders, run.needs, run.arrivals, old.supplies, place, was,
        _moved("demand", facts.items, old.items, len(old.demands), place),
        _moved("supply", facts.items, old.items, len(old.supplies), place),
    )  # fmt: skip


def _positions(
    old_ids: Sequence[Identity], old_order: References, ids: Sequence[Identity], order: References
) -> References:
    """Give by new position the position before, -1 for a new item."""
    old_position = np.empty(len(old_order), np.int32)
    old_position[old_order] = np.arange(len(old_order), dtype=np.int32)
    if old_ids is ids or (len(old_ids) == len(ids) and list(old_ids) == list(ids)):
        return old_position[order]
    row_of = {name: row for row, name in enumerate(old_ids)}
    rows = np.array([row_of.get(name, -1) for name in ids], np.int32)[order]
    return np.where(rows >= 0, old_position[np.maximum(rows, 0)], -1).astype(np.int32)


def _same_rows(
    name: str, items: Records, rows: Records, old_items: Records, old_rows: Records, was: References, now: References
) -> Flags:  # fmt: skip
    """Tell for which new positions the rows of a kind are what they were: as many, each with the same figures."""
    counts = items[f"end_{name}"] - items[f"first_{name}"]
    known = was >= 0
    place = np.maximum(was, 0)
    old_first = old_items[f"first_{name}"][place]
    same: Flags = known & (counts == old_items[f"end_{name}"][place] - old_first)
    compared = np.where(same, counts, 0)
    owner = np.repeat(np.arange(len(items)), compared)
    if not len(owner):
        return same
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(compared) - compared, compared)
    row, old_row = items[f"first_{name}"][owner] + inside, old_first[owner] + inside
    differs = np.zeros(len(owner), np.bool_)
    for field in rows.dtype.names or ():
        if field == "needed":
            continue
        values = old_rows[field][old_row]
        differs |= rows[field][row] != (now[values] if field == "parent" else values)
    same[owner[differs]] = False
    return same


def _moved(name: str, items: Records, old_items: Records, count: int, place: References) -> References:
    """Give by old row of demand or supply its new row, -1 where its item is not what it was."""
    result = np.full(count, -1, np.int32)
    kept = np.flatnonzero(place >= 0)
    first, old_first = items[f"first_{name}"][kept], old_items[f"first_{name}"][place[kept]]
    counts = items[f"end_{name}"][kept] - first
    inside = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    result[np.repeat(old_first, counts) + inside] = np.repeat(first, counts) + inside
    return result


@compiled
def replan_items(
    facts: Facts, result: Result, scratch: Scratch, counts: Integers, limit: int, before: Before, moved: References, same: Flags
) -> int:  # fmt: skip
    """Carry over or plan items from where the counters stand; `moved` gets each old order's new number, `same` whose orders stay."""
    for at in range(counts[ITEM_AT], len(facts.items)):
        counts[ITEM_AT] = at
        first = counts[ORDERS]
        if before.place[at] >= 0 and _parents_same(at, facts, same):
            status = _carry(at, facts, result, counts, limit, before, moved)
        else:
            status = plan_at(at, facts, result, scratch, counts, limit)
        if status != DONE:
            return status
        old = before.was[at]
        same[at] = old >= 0 and _orders_same(at, facts, result, first, before, old, moved)
    return DONE


@compiled_part
def _parents_same(at: int, facts: Facts, same: Flags) -> bool:
    item = facts.items[at]
    for line in range(item.first_line, item.end_line):
        if not same[facts.lines[line].parent]:
            return False
    same_byproducts = True
    for line in range(item.first_byproduct, item.end_byproduct):
        same_byproducts &= bool(same[facts.byproducts[line].parent])
    return same_byproducts


@compiled_part
def _orders_same(
    at: int, facts: Facts, result: Result, first: int, before: Before, old: int, moved: References
) -> bool:
    """Tell whether what lies below sees the same orders as before, and note their new numbers."""
    span, old_span = result.spans[at], before.spans[old]
    if span.end_order - first != old_span.end_order - old_span.first_order:
        return False
    phantom = facts.items[at].phantom
    for place in range(span.end_order - first):
        order, other = result.orders[first + place], before.orders[old_span.first_order + place]
        if (
            order.quantity != other.quantity or order.release != other.release or order.due != other.due
            or order.priority != other.priority
        ):  # fmt: skip
            return False
        if phantom and order.source != _origin(other.source, before, moved):
            return False
    for place in range(span.end_order - first):
        moved[old_span.first_order + place] = first + place
    return True


@compiled_part
def _origin(origin: int, before: Before, moved: References) -> int:
    """Give the new number of the order or demand that an old row came from."""
    if origin >= 0:
        return int(moved[origin])
    return FIRST_DEMAND + int(before.demand[int(origin) - FIRST_DEMAND])


@compiled_part
def _carry(
    at: int, facts: Facts, result: Result, counts: Integers, limit: int, before: Before, moved: References
) -> int:
    """Copy an item's rows, their references moved, and peg it (that costs no more than copying the pegs)."""
    span = before.spans[before.place[at]]
    order, need, arrival = counts[ORDERS], counts[NEEDS], counts[ARRIVALS]
    end_order = order + span.end_order - span.first_order
    end_need = need + span.end_need - span.first_need
    end_arrival = arrival + span.end_arrival - span.first_arrival
    counts[WANTED] = (end_need - need) + (end_arrival - arrival) + (end_order - order) + 1
    if end_order > limit:
        return TOO_MANY
    if (
        end_order > len(result.orders) or end_need > len(result.needs) or end_arrival > len(result.arrivals)
        or counts[PEGS] + counts[WANTED] > len(result.pegs)
    ):  # fmt: skip
        return NO_ROOM
    phantom = facts.items[at].phantom
    for place in range(end_order - order):
        result.orders[order + place] = before.orders[span.first_order + place]
        old = result.orders[order + place].source
        result.orders[order + place].source = _origin(old, before, moved) if phantom else order + place
    for place in range(end_need - need):
        result.needs[need + place] = before.needs[span.first_need + place]
        result.needs[need + place].origin = _origin(result.needs[need + place].origin, before, moved)
    for place in range(end_arrival - arrival):
        result.arrivals[arrival + place] = before.arrivals[span.first_arrival + place]
        old = result.arrivals[arrival + place].reference
        if old >= 0:
            result.arrivals[arrival + place].reference = before.supply[old]
            facts.supplies[before.supply[old]].needed = before.supplies[old].needed
        else:
            result.arrivals[arrival + place].reference = -1 - moved[-1 - old]
    close_item(at, facts, result, counts, end_order, end_need, end_arrival)
    return DONE
