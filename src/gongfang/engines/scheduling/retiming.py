"""Keep who goes before whom and start everything as early as that allows."""

from collections.abc import Sequence
from dataclasses import replace

from gongfang.engines.scheduling.shop import Plan, Shop


def in_order_of_time(shop: Shop, plan: Plan) -> list[int]:
    """Operations by start, each after everything it waits for. Cost: O(n log n)."""
    rank = [0] * len(plan)
    for place, op in enumerate(shop.topological()):
        rank[op] = place
    return sorted(range(len(plan)), key=lambda op: (plan[op].start, plan[op].end, rank[op]))


def assign_units(shop: Shop, plan: Plan) -> Plan:
    """Say which of its resource's equal units holds each operation, where set-ups have not already decided it."""
    busy: list[list[int]] = [[] for _ in shop.capacities]
    result = list(plan)
    for op in in_order_of_time(shop, plan):
        spot = plan[op]
        mode = shop.operations[op].modes[spot.mode]
        units = []
        for resource, given in zip(mode.resources, spot.units):
            if shop.setups[resource] or shop.capacities[resource] == 1 or mode.duration == 0:
                units.append(given)
                continue
            ends = busy[resource]
            unit = next((number for number, end in enumerate(ends) if end <= spot.start), len(ends))
            if unit == len(ends):
                ends.append(0)
            ends[unit] = spot.end
            units.append(unit)
        result[op] = replace(spot, units=tuple(units))
    return result


def replay(shop: Shop, plan: Plan, order: Sequence[int]) -> Plan | None:
    """Start the operations one by one in `order`, each behind the last of its units and what it waits for.

    plan: mode and units of each operation; its times are not looked at. order: all operations, each after what it waits
    for. None: a pinned operation would come late, or open time runs out. Cost: O(n log windows).
    """
    last: dict[tuple[int, int], tuple[int, int]] = {}
    result = list(plan)
    for op in order:
        operation, spot = shop.operations[op], plan[op]
        mode = operation.modes[spot.mode]
        ready = max([operation.release, *(result[pred].end for pred in operation.preds)])
        keys = [key for key in zip(mode.resources, spot.units) if shop.takes(op, mode, key[0])]
        for key in keys:
            if key in last:
                end, family = last[key]
                ready = max(ready, end + shop.setups[key[0]].get((family, operation.family), 0))
        if op in shop.pinned:
            if ready > shop.pinned[op][1]:
                return None
            ready = shop.pinned[op][1]
        slot = mode.calendar.place(ready, mode.duration, operation.interruptible)
        if slot is None or (op in shop.pinned and slot[0] != ready):
            return None
        result[op] = replace(spot, start=slot[0], end=slot[1])
        for key in keys:
            last[key] = (slot[1], operation.family)
    return result


def left_shifted(shop: Shop, plan: Plan) -> Plan:
    """The same plan without needless waiting: no operation starts later than before. Cost: O(n log n)."""
    known = assign_units(shop, plan)
    return replay(shop, known, in_order_of_time(shop, known)) or known
