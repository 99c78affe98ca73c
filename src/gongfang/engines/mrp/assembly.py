"""From the compiled run to the plan: positions back to rows, phantoms' passings dropped, exceptions found."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..formats import FormatError, FormatFault
from .columns import in_order, split_needs, translate_pegs
from .messages import find_exceptions
from .names import OrderNames
from .plan import FROM_ORDER, Orders, Pegging, Plan, Projection, Requirements
from .preparation import Prepared, ranks
from .problem import Days, Problem, References
from .regeneration import Run, project
from .tables import TOO_MANY, Result


class OutOfRange(FormatError):
    """Planning an item led to quantities that cannot be reckoned with, or (`too_many`) to more orders than asked for."""

    def __init__(self, faults: Iterable[FormatFault], item: int, too_many: bool) -> None:
        super().__init__(faults)
        self.item, self.too_many = item, too_many


def assemble(problem: Problem, prepared: Prepared, run: Run, replanned: References | None = None) -> Plan:
    """Build the plan. Cost: linear passes over its rows. Raises OutOfRange where quantities or orders left the range."""
    if run.status:
        row = int(prepared.item_at[run.position])
        reason = "makes too many orders" if run.status == TOO_MANY else "needs quantities out of range"
        raise OutOfRange(
            [FormatFault(f"$.items[{row}]", f"{problem.items.ids[row]} {reason}")], row, run.status == TOO_MANY
        )
    orders, renumbered = _orders(prepared, run)
    requirements, place = _requirements(problem, prepared, run, renumbered, len(orders))
    pegging = _pegging(prepared, run, renumbered, place)
    return Plan(
        problem=problem,
        low_level_codes=prepared.codes,
        item_order=prepared.item_at,
        orders=orders,
        requirements=requirements,
        pegging=pegging,
        exceptions=find_exceptions(problem, prepared, orders, _behind_fence(problem, orders, requirements, pegging)),
        facts=prepared.facts,
        run=replace(run, pegs=run.pegs[:0].copy()),
        replanned=replanned,
    )


def projection(plan: Plan) -> Projection:
    """Compute the projected stock of every item."""
    run = plan.run
    room = len(run.needs) + len(run.arrivals) + len(run.orders)
    item, day, quantity = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    result = Result(run.spans, run.orders, run.needs, run.arrivals, run.pegs)
    count = project(plan.facts, result, item, day, quantity)
    return Projection(plan.item_order[item[:count]], day[:count], quantity[:count])


def _behind_fence(problem: Problem, orders: Orders, requirements: Requirements, pegging: Pegging) -> Days:
    """Give the first day each order was needed on where its item's fence made it come later (0: in time)."""
    needed = np.full(len(orders), 2**31 - 1, np.int32)
    if problem.items.fence.any():
        made = pegging.supply_kind == FROM_ORDER
        demand, requirement = pegging.demand[made], pegging.requirement[made]
        day = np.maximum(problem.demands.due, problem.today)[demand] if len(problem.demands.due) else demand
        inner = requirement >= 0
        day[inner] = requirements.due[requirement[inner]]
        np.minimum.at(needed, pegging.supply[made], day)
    return np.where(needed < orders.due, needed, 0).astype(np.int32)


def _orders(prepared: Prepared, run: Run) -> tuple[Orders, References]:
    """Give the planned orders, and each run order's row among them where phantoms' passings are dropped (else empty)."""
    counts = run.spans["end_order"] - run.spans["first_order"]
    item = np.repeat(prepared.item_at, counts)
    names = ("quantity", "good", "release", "due", "need", "cover", "net", "priority")
    phantom = prepared.facts.items["phantom"]
    if not phantom.any():
        return Orders(item, *(np.ascontiguousarray(run.orders[name]) for name in names)), np.empty(0, np.int32)
    kept = ~np.repeat(phantom, counts)
    renumbered = (np.cumsum(kept) - 1).astype(np.int32)
    return Orders(item[kept], *(run.orders[name][kept] for name in names)), renumbered


def _requirements(
    problem: Problem, prepared: Prepared, run: Run, renumbered: References, orders: int
) -> tuple[Requirements, References]:
    """Split the needs: requirements in order of printing, and for each need its row among them or, as ~row, its demand."""
    count = len(run.needs)
    columns = Requirements(
        np.empty(count, np.int32),
        np.empty(count, np.int64),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
    )
    demand_item = problem.demands.item[prepared.demand_at]
    place = np.empty(count, np.int32)
    found = split_needs(
        run.needs, run.spans, prepared.item_at, prepared.demand_at, demand_item, renumbered, place,
        columns.item, columns.quantity, columns.due, columns.order, columns.demand,
    )  # fmt: skip
    cut = Requirements(*(getattr(columns, name)[:found] for name in ("item", "quantity", "due", "order", "demand")))
    order = _printing_order(problem, prepared, cut, orders)
    if order is None:
        return cut, place
    moved = np.empty(found, np.int32)
    moved[order] = np.arange(found, dtype=np.int32)
    inner = np.flatnonzero(place >= 0)
    place[inner] = moved[place[inner]]
    return Requirements(
        cut.item[order], cut.quantity[order], cut.due[order], cut.order[order], cut.demand[order]
    ), place


def _printing_order(problem: Problem, prepared: Prepared, rows: Requirements, orders: int) -> NDArray[np.intp] | None:
    """Sort requirements of one item and day by the id they come from, where priorities had another order; None if sorted."""
    passed = np.flatnonzero(rows.demand >= 0)
    if not len(passed) and in_order(rows.item, rows.due, rows.order):
        return None
    place = rows.order.astype(np.int64)
    if len(passed):
        names = OrderNames.beside(problem, orders)
        ids = problem.demands.ids
        sources = rows.demand[passed]
        before = {row: bisect_left(names, str(ids[row])) * 2 for row in set(sources.tolist())}
        place = place * 2 + 1
        place[passed] = [before[row] for row in sources.tolist()]
        place *= len(ids)
        place[passed] += ranks(ids)[sources]
    position = np.empty(len(prepared.item_at), np.int32)
    position[prepared.item_at] = np.arange(len(position), dtype=np.int32)
    return np.lexsort((place, rows.due, position[rows.item]))


def _pegging(prepared: Prepared, run: Run, renumbered: References, place: References) -> Pegging:
    """Translate the pegs; in order of item, day of need, then as served."""
    count = len(run.pegs)
    columns = Pegging(
        np.empty(count, np.int32),
        np.empty(count, np.int8),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int64),
    )
    translate_pegs(
        run.pegs, run.spans, prepared.item_at, prepared.supply_at, renumbered, place,
        columns.item, columns.supply_kind, columns.supply, columns.demand, columns.requirement, columns.quantity,
    )  # fmt: skip
    return columns
