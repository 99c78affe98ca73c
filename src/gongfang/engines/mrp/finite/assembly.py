"""From the finite schedule to the plan's columns, with the promises."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..messages import find_exceptions
from ..plan import Bound, Orders, Pegging, Plan, Projection, Promises, Requirements
from ..preparation import Prepared, ranks
from ..problem import Days, Flags, Integers, Problem, References
from ..regeneration import Run
from ..tables import FROM_BYPRODUCT, FROM_ORDER, FROM_STOCK, FROM_SUPPLY, KIND_SHIFT, MOST_ROWS
from .network import NEVER, Links, Network
from .reasons import mark_useful

if TYPE_CHECKING:
    from . import Attempt


class Reasons(NamedTuple):
    """Why each planned demand is late, and orders that waited for hours on the way of one, as `late_reasons` writes them."""

    kind: Integers
    item: References
    resource: References
    week: Days
    bound_demand: References
    bound_order: References


def assemble_finite(
    problem: Problem, prepared: Prepared, run: Run, network: Network, attempt: "Attempt", reasons: Reasons
) -> Plan:
    """Build the plan of the orders that are of use. Cost O(n log n) in its rows."""
    useful = mark_useful(network, attempt.links, attempt.due, attempt.promise)
    kept = np.flatnonzero(useful)
    kept = kept[np.lexsort((kept, attempt.due[kept], network.item[kept]))]
    row_of = np.full(len(useful), -1, np.int32)
    row_of[kept] = np.arange(len(kept), dtype=np.int32)
    rows = run.orders[kept]
    orders = Orders(
        prepared.item_at[network.item[kept]],
        np.ascontiguousarray(rows["quantity"]),
        np.ascontiguousarray(rows["good"]),
        attempt.release[kept],
        attempt.due[kept],
        np.ascontiguousarray(rows["need"]),
        np.ascontiguousarray(rows["cover"]),
        np.ascontiguousarray(rows["net"]),
        np.ascontiguousarray(rows["priority"]),
    )
    needs = _Needs(problem, prepared, network, attempt, useful, row_of)
    return Plan(
        problem=problem,
        low_level_codes=prepared.codes,
        item_order=prepared.item_at,
        orders=orders,
        requirements=needs.requirements(),
        pegging=needs.pegging(attempt.links),
        exceptions=find_exceptions(problem, prepared, orders),
        facts=prepared.facts,
        run=replace(run, pegs=run.pegs[:0].copy()),
        promises=_promises(problem, prepared, network, attempt, reasons),
        projected=_projection(prepared, run, network, attempt, useful, needs),
    )


class _Needs:
    """The needs that stay, sorted for printing: item, day, demands by id then orders."""

    def __init__(
        self, problem: Problem, prepared: Prepared, network: Network, attempt: "Attempt", useful: Flags, row_of: References
    ) -> None:  # fmt: skip
        self.prepared, self.network, self.row_of = prepared, network, row_of
        consumer = network.consumer
        order, demand = np.maximum(consumer, 0), np.maximum(~consumer, 0)
        made = consumer >= 0
        start = np.full(len(consumer), NEVER, np.int64)
        start[made] = attempt.release[order[made]]
        start[~made] = attempt.promise[demand[~made]]
        alive = start < NEVER
        alive[made] &= useful[order[made]]
        self.alive = alive
        self.day = np.where(alive, start + network.offset, 0)
        self.demand = np.full(len(consumer), -1, np.int32)
        self.demand[~made] = prepared.demand_at[demand[~made]]
        self.order = np.where(made, row_of[order] if len(row_of) else -1, -1).astype(np.int32)
        self.item = prepared.item_at[network.need_item] if len(consumer) else np.empty(0, np.int32)
        self.own = np.zeros(len(consumer), np.bool_)
        self.own[~made] = problem.demands.item[self.demand[~made]] == self.item[~made]
        rank = np.zeros(len(consumer), np.int64)
        rank[~made] = ranks(problem.demands.ids)[self.demand[~made]] - len(problem.demands.ids)
        rank[made] = self.order[made]
        rows = np.flatnonzero(alive)
        self.sorted = rows[np.lexsort((rank[rows], self.day[rows], network.need_item[rows]))]
        self.requirement = np.full(len(consumer), -1, np.int32)
        inner = self.sorted[~self.own[self.sorted]]
        self.requirement[inner] = np.arange(len(inner), dtype=np.int32)
        self.inner = inner

    def requirements(self) -> Requirements:
        rows = self.inner
        passed = np.where(self.order[rows] < 0, self.demand[rows], np.int32(-1))
        due = self.day[rows].astype(np.int32)
        return Requirements(self.item[rows], self.network.need_quantity[rows], due, self.order[rows], passed)

    def pegging(self, links: Links) -> Pegging:
        counts = links.end[self.sorted] - links.first[self.sorted]
        need = np.repeat(self.sorted, counts)
        inside = np.arange(len(need)) - np.repeat(np.cumsum(counts) - counts, counts)
        peg = np.repeat(links.first[self.sorted], counts) + inside
        kind = links.supply[peg] >> KIND_SHIFT
        row = links.supply[peg] & (MOST_ROWS - 1)
        for code, mapping in (
            (FROM_STOCK, self.prepared.item_at),
            (FROM_SUPPLY, self.prepared.supply_at),
            (FROM_ORDER, self.row_of),
            (FROM_BYPRODUCT, self.row_of),
        ):
            part = kind == code
            row[part] = mapping[row[part]]
        return Pegging(
            self.item[need],
            kind.astype(np.int8),
            row.astype(np.int32),
            np.where(self.own[need], self.demand[need], np.int32(-1)),
            self.requirement[need],
            links.quantity[peg],
        )


def _projection(
    prepared: Prepared, run: Run, network: Network, attempt: "Attempt", useful: Flags, needs: _Needs
) -> Projection:
    """Add up everything that moves, by item and day."""
    made = np.flatnonzero(useful)
    rows = np.flatnonzero(needs.alive)
    phantom = prepared.facts.items["phantom"]
    taken = network.need_quantity[rows].copy()
    passing = np.flatnonzero(phantom[network.need_item[rows]])
    links = attempt.links
    taken[passing] = [links.quantity[links.first[row] : links.end[row]].sum() for row in rows[passing].tolist()]
    counts = run.spans["end_arrival"] - run.spans["first_arrival"]
    arrival_item = np.repeat(np.arange(len(counts)), counts)
    reference = run.arrivals["reference"].astype(np.int64)
    arrival_day = run.arrivals["day"].astype(np.int64)
    yielded = np.flatnonzero(reference < 0)
    arrival_day[yielded] = attempt.due[-1 - reference[yielded]]
    comes = np.ones(len(reference), np.bool_)
    comes[yielded] = useful[-1 - reference[yielded]]
    position = np.concatenate([network.item[made], network.need_item[rows], arrival_item[comes]])
    day = np.concatenate([attempt.due[made], needs.day[rows], arrival_day[comes]])
    change = np.concatenate([run.orders["good"][made], -taken, run.arrivals["quantity"][comes]])
    order = np.lexsort((day, position))
    position, day, change = position[order], day[order], change[order]
    if not len(position):
        return Projection(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))
    stock = np.cumsum(change)
    new = np.concatenate([[True], position[1:] != position[:-1]])
    before = np.where(new, stock - change, 0)
    starts = np.flatnonzero(new)
    stock -= np.repeat(before[starts], np.diff([*starts.tolist(), len(position)]))
    stock += prepared.facts.items["on_hand"][position]
    last = np.concatenate([(position[1:] != position[:-1]) | (day[1:] != day[:-1]), [True]])
    return Projection(prepared.item_at[position[last]], day[last].astype(np.int32), stock[last])


def _promises(problem: Problem, prepared: Prepared, network: Network, attempt: "Attempt", reasons: Reasons) -> Promises:
    """Give every demand its promise; one beyond the horizon is not planned for and has no date."""
    demands = problem.demands
    count = len(demands.ids)
    date, late, short = np.zeros(count, np.int32), np.zeros(count, np.int32), demands.quantity.copy()
    kind, item, resource, week = (np.full(count, value, np.int32) for value in (0, -1, -1, 0))
    planned = prepared.demand_at
    promised = attempt.promise < NEVER
    done = planned[promised]
    date[done] = attempt.promise[promised]
    late[done] = attempt.promise[promised] - demands.due[done]
    short[done] = 0
    kind[planned] = reasons.kind
    item[planned] = np.where(reasons.item >= 0, prepared.item_at[np.maximum(reasons.item, 0)], -1)
    resource[planned], week[planned] = reasons.resource, reasons.week
    for row in np.flatnonzero(~promised).tolist():
        short[planned[row]] -= _served(network, attempt, row)
    place = np.empty(len(prepared.item_at), np.int32)
    place[prepared.item_at] = np.arange(len(place), dtype=np.int32)
    order = np.lexsort((ranks(demands.ids), demands.due, place[demands.item]))
    return Promises(
        order.astype(np.int32),
        date[order],
        late[order],
        short[order],
        kind[order].astype(np.int8),
        item[order],
        resource[order],
        week[order],
        _bound(prepared, network, attempt, reasons),
    )


def _bound(prepared: Prepared, network: Network, attempt: "Attempt", reasons: Reasons) -> Bound:
    """What waited for hours on the way of each late demand: every work centre that had none, with its weeks."""
    lacks, order = attempt.lacks, reasons.bound_order
    counts = lacks.first[order + 1] - lacks.first[order] if len(order) else np.empty(0, np.int64)
    each = np.repeat(np.arange(len(order)), counts)
    inside = np.arange(len(each)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = lacks.first[order[each]] + inside
    each, inside, at = each[lacks.begin[at] >= 0], inside[lacks.begin[at] >= 0], at[lacks.begin[at] >= 0]
    made = order[each]
    line = network.work_first[network.item[made]] + inside
    monday = network.today - (network.today - 1) % 7
    never = attempt.release[made] == NEVER
    return Bound(
        prepared.demand_at[reasons.bound_demand[each]],
        prepared.item_at[network.item[made]],
        network.work_resource[line],
        (monday + 7 * lacks.begin[at]).astype(np.int32),
        np.where(never, 0, monday + 7 * lacks.end[at]).astype(np.int32),
        network.quantity[made] * network.work_hours[line] // 10**6,
    )


def _served(network: Network, attempt: "Attempt", demand: int) -> int:
    """Give how much of a demand that cannot be served whole is there in the end (none where a phantom passed it on)."""
    needs = network.demand_needs[network.demand_first[demand] : network.demand_first[demand + 1]]
    if len(needs) != 1:
        return 0
    links, need = attempt.links, int(needs[0])
    total = 0
    for peg in range(int(links.first[need]), int(links.end[need])):
        kind, row = int(links.supply[peg]) >> KIND_SHIFT, int(links.supply[peg]) & (MOST_ROWS - 1)
        if kind < FROM_ORDER or attempt.due[row] < NEVER:
            total += int(links.quantity[peg])
    return total
