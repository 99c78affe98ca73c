"""The unconstrained plan as a network: orders, what each needs, which supply serves which need, what hours it takes."""

from typing import NamedTuple

import numpy as np

from ..preparation import Prepared
from ..problem import LAST_DAY, Days, Flags, Integers, Problem, References
from ..regeneration import Run
from ..tables import FIRST_DEMAND, Records
from ..worktable import working_days

NEVER = 2**31 - 1
"""The day of what cannot be had at all."""
YEARS_AHEAD = 15


class Links(NamedTuple):
    """Who serves whom: the pegs of need n are [first[n], end[n]); `supply` holds kind and row as in the run's pegs."""

    first: Integers
    end: Integers
    supply: References
    quantity: Integers


class Windows(NamedTuple):
    """Days between which orders may start by what they are made of, and from which demands may be served by the phantom they ask for."""

    opens: Days
    closes: Days
    demand_opens: Days


class Lacks(NamedTuple):
    """In which weeks an order waited for hours: of its item's n-th work line at [first[order] + n], as weeks from that of today, -1: none;
    `weeks` is how many they were."""

    first: Integers
    begin: Days
    end: Days
    weeks: Days


class Network(NamedTuple):
    """Orders by netting position then date; needs by position. Hours are 10^-12, so that a load is a plain product.

    `consumer` of a need is an order, or ~demand; `offset` is the days from its release (or the demand's day) to the need. The needs of order o are
    order_needs[order_first[o] : order_first[o + 1]], those of demand d likewise. Orders are released from `opens` to `closes`, demands
    served from `demand_opens` on: what they are made of holds then.
    """

    today: int
    item: References
    lead: Days
    safety_time: Days
    idle: Flags
    need_item: References
    need_quantity: Integers
    consumer: References
    offset: Days
    order_first: Integers
    order_needs: Integers
    demand_first: Integers
    demand_needs: Integers
    demand_day: Days
    demand_priority: References
    supply_day: Days
    quantity: Integers
    work_first: Integers
    work_resource: References
    work_hours: Integers
    capacity: Integers
    taken: Integers
    base: int
    work_index: Days
    work_day: Days
    opens: Days
    closes: Days
    demand_opens: Days


def build_network(problem: Problem, prepared: Prepared, run: Run, windows: Windows) -> tuple[Network, Links]:
    """Build the network of a run. Cost O(needs + pegs), with a sort."""
    facts = prepared.facts
    counts = run.spans["end_order"] - run.spans["first_order"]
    position = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    items = facts.items
    origin = np.ascontiguousarray(run.needs["origin"]).astype(np.int64)
    consumer = np.where(origin >= 0, origin, ~(origin - FIRST_DEMAND)).astype(np.int32)
    start = np.empty(len(origin), np.int32)
    inner = origin >= 0
    start[inner] = run.orders["release"][origin[inner]]
    start[~inner] = facts.demands["day"][~consumer[~inner]]
    offset = (run.needs["day"] - start).astype(np.int32)
    need_counts = run.spans["end_need"] - run.spans["first_need"]
    table = working_days(
        problem.calendar,
        problem.today - 400,
        min(LAST_DAY, problem.today + problem.horizon_days + 366 * YEARS_AHEAD),
        0,
    )
    work_first, work_resource, work_hours = _work(problem, prepared)
    network = Network(
        today=problem.today,
        item=position,
        lead=np.ascontiguousarray(items["lead"])[position],
        safety_time=np.ascontiguousarray(items["safety_time"])[position],
        idle=np.ascontiguousarray(items["phantom"])[position],
        need_item=np.repeat(np.arange(len(counts), dtype=np.int32), need_counts),
        need_quantity=np.ascontiguousarray(run.needs["quantity"]),
        consumer=consumer,
        offset=offset,
        demand_day=np.ascontiguousarray(facts.demands["day"]),
        demand_priority=np.ascontiguousarray(facts.demands["priority"]),
        supply_day=np.ascontiguousarray(facts.supplies["day"]),
        quantity=np.ascontiguousarray(run.orders["quantity"]),
        work_first=work_first,
        work_resource=work_resource,
        work_hours=work_hours,
        capacity=problem.capacity.hours_per_week * 10**6,
        taken=problem.capacity.taken * 10**6,
        base=table.base,
        work_index=table.index,
        work_day=table.day,
        opens=windows.opens,
        closes=windows.closes,
        demand_opens=windows.demand_opens,
        **_needs_by_consumer(consumer, len(position), len(facts.demands)),
    )
    return network, links_of(run.pegs, len(origin))


def no_lacks(network: Network) -> Lacks:
    """Nothing waited yet."""
    first = np.zeros(len(network.item) + 1, np.int64)
    np.cumsum(np.diff(network.work_first)[network.item], out=first[1:])
    begin, end = (np.full(int(first[-1]), -1, np.int32) for _ in range(2))
    return Lacks(first, begin, end, np.zeros(int(first[-1]), np.int32))


def links_of(pegs: Records, needs: int) -> Links:
    """Group pegs by need: they come in the order of needs already."""
    first = np.searchsorted(pegs["need"], np.arange(needs + 1)).astype(np.int64)
    return Links(first[:-1], first[1:], np.ascontiguousarray(pegs["supply"]), np.ascontiguousarray(pegs["quantity"]))


def _needs_by_consumer(consumer: References, orders: int, demands: int) -> dict[str, Integers]:
    result: dict[str, Integers] = {}
    for name, keys, count in (("order", consumer, orders), ("demand", ~consumer, demands)):
        rows = np.flatnonzero(keys >= 0)
        rows = rows[np.argsort(keys[rows], kind="stable")]
        first = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(keys[rows], minlength=count), out=first[1:])
        result[f"{name}_first"], result[f"{name}_needs"] = first, rows
    return result


def _work(problem: Problem, prepared: Prepared) -> tuple[Integers, References, Integers]:
    """Group the work lines by position; several of one item and resource add up."""
    capacity = problem.capacity
    position = np.empty(len(prepared.item_at), np.int64)
    position[prepared.item_at] = np.arange(len(position))
    resources = max(1, len(capacity.ids))
    pairs, group = np.unique(position[capacity.item] * resources + capacity.resource, return_inverse=True)
    hours = np.zeros(len(pairs), np.int64)
    np.add.at(hours, group, capacity.hours_per_unit)
    kept = hours > 0
    pairs, hours = pairs[kept], hours[kept]
    first = np.zeros(len(position) + 1, np.int64)
    np.cumsum(np.bincount(pairs // resources, minlength=len(position)), out=first[1:])
    return first, (pairs % resources).astype(np.int32), hours
