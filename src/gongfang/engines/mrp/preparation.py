"""Turn a problem into what the compiled run reads: items in netting order, lines grouped, ratios reduced, dates tabled."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import le
from typing import Any

import numpy as np

from ..formats import QUANTITY_ONE, RATIO_ONE, FormatError, FormatFault
from .problem import BUY, FIXED, MINIMUM_MULTIPLE, Flags, Identity, Integers, Problem, References
from .structure import edges_of, low_level_codes
from .tables import BYPRODUCT, DEMAND, ITEM, LINE, SHARE, SUPPLY, Facts, Records
from .worktable import WorkTable, days_for, working_days


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The facts and how to come back from positions, sorted demands and sorted supplies to the problem's rows."""

    problem: Problem
    facts: Facts
    codes: References
    item_at: References
    demand_at: References
    supply_at: References
    work: WorkTable


def prepare(problem: Problem, days_ahead: int = 0) -> Prepared:
    """Sort and index a checked problem. Cost O(n log n) in rows. Raises FormatError if its dates leave the calendar.

    `days_ahead` is how far beyond the dates of the problem the plan may reach.
    """
    items = problem.items
    edges = edges_of(problem)
    codes = low_level_codes(len(items.ids), edges)
    item_at = np.lexsort((ranks(items.ids), codes)).astype(np.int32)
    position = np.empty(len(item_at), np.int32)
    position[item_at] = np.arange(len(item_at), dtype=np.int32)
    demand_at = _sorted_demands(problem, position)
    supply_at = _sorted_supplies(problem, position)
    try:
        work = _work_table(problem, codes, days_ahead)
    except ValueError as error:
        raise FormatError([FormatFault("$.items", str(error))]) from error
    facts = _facts(problem, position, item_at, demand_at, supply_at, work)
    return Prepared(problem, facts, codes, item_at, demand_at, supply_at, work)


def ranks(ids: Sequence[Identity]) -> References:
    """Give the place of each id among all in sorted order (numbers as numbers, texts by code point)."""
    values: list[Any] = list(ids)
    count = len(values)
    try:
        if all(map(le, values, values[1:])):
            return np.arange(count, dtype=np.int32)
        order = sorted(range(count), key=values.__getitem__)
    except TypeError:  # texts and numbers mixed
        order = sorted(range(count), key=lambda row: str(values[row]))
    result = np.empty(count, np.int32)
    result[order] = np.arange(count, dtype=np.int32)
    return result


def _sorted_demands(problem: Problem, position: References) -> References:
    """Rows of the demands within the horizon, by item, day (the past counts today), priority, id."""
    demands = problem.demands
    keys = (ranks(demands.ids), demands.priority, np.maximum(demands.due, problem.today), position[demands.item])
    order = np.lexsort(keys).astype(np.int32)
    return order[demands.due[order] <= problem.today + problem.horizon_days]


def _sorted_supplies(problem: Problem, position: References) -> References:
    supplies = problem.supplies
    keys = (ranks(supplies.ids), np.maximum(supplies.available, problem.today), position[supplies.item])
    return np.lexsort(keys).astype(np.int32)


def _starts(groups: References, count: int) -> Integers:
    """Give where each group begins in rows sorted by group."""
    start = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(groups, minlength=count), out=start[1:])
    return start


def _work_table(problem: Problem, codes: References, days_ahead: int) -> WorkTable:
    """Table the working days over every date the plan can reach: the longest way down in lead times and offsets."""
    items, bom = problem.items, problem.bom
    lead = np.where(items.phantom, 0, items.lead_time.astype(np.int64) + 1)
    plain = items.safety_time.astype(np.int64)
    ahead = np.zeros(len(lead), np.int64)
    lead_above = np.zeros(len(lead), np.int64)
    plain_above = np.zeros(len(lead), np.int64)
    order = np.argsort(codes[bom.parent], kind="stable")
    edges = _starts(codes[bom.parent], int(codes.max(initial=0)) + 1)
    for level in range(len(edges) - 1):
        lines = order[edges[level] : edges[level + 1]]
        parent, component = bom.parent[lines], bom.component[lines]
        offset = bom.offset[lines]
        np.maximum.at(lead_above, component, lead_above[parent] + lead[parent])
        np.maximum.at(plain_above, component, plain_above[parent] + plain[parent] + np.maximum(-offset, 0))
        np.maximum.at(ahead, component, ahead[parent] + np.maximum(offset, 0))
    dates = np.concatenate([problem.demands.due, problem.supplies.available])
    last = max(int(dates.max(initial=0)), problem.today + problem.horizon_days) + int(ahead.max(initial=0))
    if items.fence.any():
        last += days_for(problem.calendar, int(items.fence.max()) + int(items.safety_time.max()) + 14)
    last += days_ahead
    back = int((lead_above + lead).max(initial=0))
    return working_days(problem.calendar, problem.today - int((plain_above + plain).max(initial=0)), last, back)


def reduced(b: Integers, c: Integers, d: int) -> tuple[Integers, Integers, Integers]:
    """Reduce b × c / d by common factors; b × c becomes b where it fits, so that most ratios cost one product."""
    under = np.full(b.shape, d, np.int64)
    b, c = b.copy(), c.copy()
    for numerator in (b, c):
        common = np.gcd(numerator, under)
        numerator //= common
        under //= common
    fits = b.astype(np.float64) * c.astype(np.float64) < 2e18
    b[fits] *= c[fits]
    c[fits] = 1
    return b, c, under


def _facts(
    problem: Problem, position: References, item_at: References, demand_at: References, supply_at: References, work: WorkTable
) -> Facts:  # fmt: skip
    items, demands, supplies = problem.items, problem.demands, problem.supplies
    rows = np.zeros(len(item_at), ITEM)
    common = np.gcd(items.yield_share, RATIO_ONE)
    ranged = items.lot_rule == MINIMUM_MULTIPLE
    multiple = np.where(ranged, np.maximum(items.lot_multiple, 1), 1)
    for name, column in (
        ("on_hand", items.on_hand), ("safety", items.safety_stock), ("yield_numerator", items.yield_share // common),
        ("yield_denominator", RATIO_ONE // common),
        ("lot", np.where(items.lot_rule == FIXED, items.lot_quantity, np.where(ranged, items.lot_minimum, 0))), ("multiple", multiple),
        ("largest", np.where(ranged, items.lot_maximum // multiple * multiple, 0)), ("setup", items.setup_cost),
        ("holding", items.holding_cost), ("lead", items.lead_time), ("safety_time", items.safety_time),
        ("days", items.lot_days), ("rule", items.lot_rule), ("phantom", items.phantom),
    ):  # fmt: skip
        rows[name] = column[item_at]
    fenced = items.fence > 0
    if fenced.any():
        opens = work.on_or_after(problem.today + items.fence)
        rows["earliest"] = np.where(fenced, work.on_or_after(opens + items.safety_time), 0)[item_at]
    demand_rows = np.zeros(len(demand_at), DEMAND)
    demand_rows["quantity"] = demands.quantity[demand_at]
    demand_rows["day"] = np.maximum(demands.due[demand_at], problem.today)
    demand_rows["priority"] = demands.priority[demand_at]
    supply_rows = np.zeros(len(supply_at), SUPPLY)
    supply_rows["quantity"] = supplies.quantity[supply_at]
    supply_rows["day"] = np.maximum(supplies.available[supply_at], problem.today)
    lines = _lines(problem, position, rows)
    byproducts = _byproducts(problem, position, rows)
    _mark(rows, "demand", position[demands.item[demand_at]])
    _mark(rows, "supply", position[supplies.item[supply_at]])
    shares = _shares(problem, position, rows)
    return Facts(
        problem.today, work.base, rows, lines, byproducts, shares, demand_rows, supply_rows, work.index, work.day
    )


def _mark(rows: Records, name: str, groups: References) -> None:
    """Write where each item's rows begin and end."""
    start = _starts(groups, len(rows))
    rows[f"first_{name}"], rows[f"end_{name}"] = start[:-1], start[1:]


def _explodes(problem: Problem, parent: References) -> Flags:
    """Tell which lines are used: nothing goes into what is bought, unless it is only a name for its parts."""
    return (problem.items.procurement[parent] != BUY) | problem.items.phantom[parent]


def _lines(problem: Problem, position: References, items: Records) -> Records:
    bom = problem.bom
    used = np.flatnonzero(_explodes(problem, bom.parent))
    parent, component = position[bom.parent[used]], position[bom.component[used]]
    keys = (bom.quantity[used], bom.valid_to[used], bom.valid_from[used], bom.offset[used], parent, component)
    order = np.lexsort(keys)
    line = used[order]
    rows = np.zeros(len(line), LINE)
    ratio = reduced(bom.quantity[line], bom.scrap[line] + RATIO_ONE, QUANTITY_ONE * RATIO_ONE)
    rows["b"], rows["c"], rows["d"] = ratio
    rows["parent"] = parent[order]
    for name, column in (
        ("offset", bom.offset), ("valid_from", bom.valid_from), ("valid_to", bom.valid_to), ("fixed", bom.fixed),
    ):  # fmt: skip
        rows[name] = column[line]
    _mark(items, "line", component[order])
    return rows


def _byproducts(problem: Problem, position: References, items: Records) -> Records:
    """Group by-products by the item that comes in; several lines of one parent and item with the same dates become one."""
    lines = problem.byproducts
    used = _explodes(problem, lines.parent)
    keys = np.stack(
        [position[lines.item[used]], position[lines.parent[used]], lines.valid_from[used], lines.valid_to[used]], axis=1
    )
    found, group = np.unique(keys, axis=0, return_inverse=True)
    quantity = np.zeros(len(found), np.int64)
    np.add.at(quantity, group.ravel(), lines.quantity[used])
    rows = np.zeros(len(found), BYPRODUCT)
    rows["b"], _, rows["d"] = reduced(quantity, np.ones_like(quantity), QUANTITY_ONE)
    rows["parent"], rows["valid_from"], rows["valid_to"] = found[:, 1], found[:, 2], found[:, 3]
    _mark(items, "byproduct", found[:, 0])
    return rows


def _shares(problem: Problem, position: References, items: Records) -> Records:
    yields = problem.yields
    order = np.lexsort((yields.valid_from, position[yields.item]))
    rows = np.zeros(len(order), SHARE)
    common = np.gcd(yields.share[order], RATIO_ONE)
    rows["numerator"], rows["denominator"] = yields.share[order] // common, RATIO_ONE // common
    rows["valid_from"], rows["valid_to"] = yields.valid_from[order], yields.valid_to[order]
    _mark(items, "share", position[yields.item][order])
    return rows
