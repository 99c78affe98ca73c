"""What is already planned on each unit of each resource, and the first gap that a further operation fits into."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from gongfang.engines.scheduling.shop import Shop, Spot


@dataclass(slots=True)
class Timeline:
    """One unit: operations in order of time, none overlapping."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    families: list[int] = field(default_factory=list)

    def insert(self, start: int, end: int, family: int) -> None:
        at = bisect_right(self.starts, start) if end > start else bisect_left(self.starts, start)
        self.starts.insert(at, start)
        self.ends.insert(at, end)
        self.families.insert(at, family)


class Board:
    """The units of a whole shop while a plan is being built."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.units: list[list[Timeline]] = [[] for _ in shop.capacities]
        self.busy: list[list[int]] = [[] for _ in shop.capacities]  # until when, by unit
        self.free = [0] * len(shop.capacities)  # when the first unit of a resource has nothing more to do

    def _slot(self, line: Timeline, resource: int, op: int, mode: int, earliest: int) -> tuple[int, int] | None:
        """First [start, end) on one unit, set-ups on both sides kept. Cost: O(log n + gaps that are too small)."""
        operation = self.shop.operations[op]
        how = operation.modes[mode]
        setups = self.shop.setups[resource]
        family = operation.family
        index = bisect_right(line.ends, earliest)
        if index and setups:
            index -= 1  # the set-up after the operation before may reach past `earliest`
        count = len(line.ends)
        while True:
            begin = earliest
            if index:
                setup = setups.get((line.families[index - 1], family), 0) if setups else 0
                begin = max(begin, line.ends[index - 1] + setup)
            slot = how.calendar.place(begin, how.duration, operation.interruptible)
            if slot is None or index == count:
                return slot
            setup = setups.get((family, line.families[index]), 0) if setups else 0
            if slot[1] + setup <= line.starts[index]:
                return slot
            index += 1

    def _first(self, resource: int, op: int, mode: int, earliest: int) -> tuple[int, int, int] | None:
        """(start, end, unit) on the unit of a resource that can start first; a new unit is the one after the last."""
        lines = self.units[resource]
        best: tuple[int, int, int] | None = None
        for unit, line in enumerate(lines):
            slot = self._slot(line, resource, op, mode, earliest)
            if slot is not None and (best is None or slot[0] < best[0]):
                best = (*slot, unit)
                if slot[0] == earliest:
                    return best
        if len(lines) < self.shop.capacities[resource]:
            slot = self._slot(Timeline(), resource, op, mode, earliest)
            if slot is not None and (best is None or slot[0] < best[0]):
                best = (*slot, len(lines))
        return best

    def earliest(self, op: int, mode: int, ready: int) -> Spot | None:
        """The first moment at which every resource of the mode has a unit free; None: never."""
        resources = self.shop.operations[op].modes[mode].resources
        begin = ready
        while True:
            firsts = []
            for resource in resources:
                first = self._first(resource, op, mode, begin)
                if first is None:
                    return None
                firsts.append(first)
            latest = max(start for start, _, _ in firsts)
            if all(start == latest for start, _, _ in firsts):
                return Spot(mode, latest, firsts[0][1], tuple(unit for _, _, unit in firsts))
            begin = latest

    def take(self, op: int, spot: Spot, *, pinned: bool = False) -> None:
        """Write one operation down. What is pinned ahead does not make its unit count as busy until then."""
        operation = self.shop.operations[op]
        for resource, unit in zip(operation.modes[spot.mode].resources, spot.units):
            lines, busy = self.units[resource], self.busy[resource]
            while len(lines) <= unit:
                lines.append(Timeline())
                busy.append(0)
            lines[unit].insert(spot.start, spot.end, operation.family)
            if not pinned:
                busy[unit] = max(busy[unit], spot.end)
                self.free[resource] = min(busy) if len(busy) == self.shop.capacities[resource] else 0

    def unit_at(self, op: int, mode: int, start: int) -> Spot | None:
        """The spot of an operation that must start exactly then; None: it cannot."""
        spot = self.earliest(op, mode, start)
        return spot if spot is not None and spot.start == start else None
