"""From the compiled run to the plan: positions back to rows, phantoms' passings dropped, exceptions found."""

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from ..formats import FormatError, FormatFault
from .messages import find_exceptions
from .names import OrderNames
from .plan import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, Orders, Pegging, Plan, Projection, Requirements
from .preparation import Prepared, ranks
from .problem import Integers, Problem, References
from .regeneration import Run, project
from .tables import FIRST_DEMAND, TOO_MANY


def assemble(problem: Problem, prepared: Prepared, run: Run) -> Plan:
    """Build the plan. Cost: linear passes over its rows. Raises FormatError where quantities or orders left the range."""
    if run.status:
        row = int(prepared.item_at[run.position])
        reason = "makes too many orders" if run.status == TOO_MANY else "needs quantities out of range"
        raise FormatError([FormatFault(f"$.items[{row}]", f"{problem.items.ids[row]} {reason}")])
    orders, renumbered = _orders(prepared, run)
    requirements, need_row, demand_of = _requirements(problem, prepared, run, renumbered, len(orders))
    pegging = _pegging(prepared, run, renumbered, need_row, demand_of)
    return Plan(
        problem=problem,
        low_level_codes=prepared.codes,
        item_order=prepared.item_at,
        orders=orders,
        requirements=requirements,
        pegging=pegging,
        exceptions=find_exceptions(problem, prepared, orders),
        facts=prepared.facts,
        run=run,
    )


def projection(plan: Plan) -> Projection:
    """Compute the projected stock of every item."""
    run = plan.run
    room = len(run.needs) + len(run.arrivals) + len(run.orders)
    item, day, quantity = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    count = project(plan.facts, run, item, day, quantity)
    return Projection(plan.item_order[item[:count]], day[:count], quantity[:count])


def _items_of(prepared: Prepared, run: Run, name: str) -> References:
    """Give the item row of each result row."""
    return np.repeat(prepared.item_at, run.spans[f"end_{name}"] - run.spans[f"first_{name}"])


def _orders(prepared: Prepared, run: Run) -> tuple[Orders, References | None]:
    """Give the planned orders, and each run order's row among them where phantoms' passings had to be dropped."""
    item = _items_of(prepared, run, "order")
    names = ("quantity", "good", "release", "due", "need", "cover", "net", "priority")
    phantom = prepared.problem.items.phantom
    if not phantom.any():
        return Orders(item, *(np.ascontiguousarray(run.orders[name]) for name in names)), None
    kept = ~phantom[item]
    renumbered = (np.cumsum(kept) - 1).astype(np.int32)
    return Orders(item[kept], *(run.orders[name][kept] for name in names)), renumbered


def _requirements(
    problem: Problem, prepared: Prepared, run: Run, renumbered: References | None, orders: int
) -> tuple[Requirements, References, References]:
    """Split the needs: requirements in order of printing, each need's row among them (-1: a demand), each need's demand."""
    item = _items_of(prepared, run, "need")
    origin = np.ascontiguousarray(run.needs["origin"])
    count = len(origin)
    order = np.maximum(origin, -1)
    if renumbered is not None:
        inner = np.flatnonzero(origin >= 0)
        order[inner] = renumbered[origin[inner]]
    outside = np.flatnonzero(origin < 0)
    demand = np.full(count, -1, np.int32)
    demand[outside] = prepared.demand_at[origin[outside].astype(np.int64) - FIRST_DEMAND]
    own = np.zeros(count, np.bool_)
    own[outside] = problem.demands.item[demand[outside]] == item[outside]
    rows = np.flatnonzero(~own)
    by_name = _printing_order(problem, prepared, run, rows, order, demand, orders)
    if by_name is not None:
        rows = rows[by_name]
    need_row = np.full(count, -1, np.int32)
    need_row[rows] = np.arange(len(rows), dtype=np.int32)
    passed = np.where(order[rows] < 0, demand[rows], np.int32(-1))
    return (
        Requirements(item[rows], run.needs["quantity"][rows], run.needs["day"][rows], order[rows], passed),
        need_row,
        np.where(own, demand, np.int32(-1)),
    )


def _printing_order(
    problem: Problem, prepared: Prepared, run: Run, rows: Integers, order: References, demand: References, orders: int
) -> NDArray[np.intp] | None:
    """Sort requirements of one item and day by the id they come from, where priorities had another order; None if sorted."""
    place = order[rows].astype(np.int64)
    passed = np.flatnonzero(place < 0)
    if len(passed):
        names = OrderNames.beside(problem, orders)
        ids = problem.demands.ids
        rank = ranks(ids)
        place = place * 2 + 1
        sources = demand[rows[passed]]
        before = {row: bisect_left(names, str(ids[row])) * 2 for row in set(sources.tolist())}
        place[passed] = [before[row] for row in sources.tolist()]
        place *= len(ids)
        place[passed] += rank[sources]
    counts = run.spans["end_need"] - run.spans["first_need"]
    position = np.repeat(np.arange(len(counts)), counts)[rows]
    key = position << 32 | run.needs["day"][rows]
    falls = (key[1:] == key[:-1]) & (place[1:] < place[:-1])
    return np.lexsort((place, key)) if falls.any() else None


def _pegging(
    prepared: Prepared, run: Run, renumbered: References | None, need_row: References, demand_of: References
) -> Pegging:
    """Translate the pegs; in order of item, day of need, then as served."""
    kind = np.ascontiguousarray(run.pegs["kind"])
    need = run.pegs["need"]
    reference = np.ascontiguousarray(run.pegs["reference"])
    stock, supply = np.flatnonzero(kind == FROM_STOCK), np.flatnonzero(kind == FROM_SUPPLY)
    reference[stock] = prepared.item_at[reference[stock]]
    reference[supply] = prepared.supply_at[reference[supply]]
    if renumbered is not None:
        made = np.flatnonzero((kind == FROM_ORDER) | (kind == FROM_BYPRODUCT))
        reference[made] = renumbered[reference[made]]
    quantity = np.ascontiguousarray(run.pegs["quantity"])
    return Pegging(_items_of(prepared, run, "peg"), kind, reference, demand_of[need], need_row[need], quantity)
