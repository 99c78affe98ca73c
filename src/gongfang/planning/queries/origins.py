"""For whom suggestions are, in short: the customer orders they serve, written on what they become."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongfang.planning import packing
from gongfang.planning.models import PlannedOrder, PlanSource
from gongfang.planning.queries.reader import Reader, spot_of

LEVELS_MAX = 30


@dataclass(slots=True)
class Origin:
    """demands: those that ask for it, in order of date."""

    demands: list[PlanSource] = field(default_factory=list)

    @property
    def words(self) -> str:
        numbers = list(dict.fromkeys(demand.number for demand in self.demands))
        shown = ", ".join(numbers[:3])
        return f"{shown} … ({len(numbers)})" if len(numbers) > 3 else shown


def origins_of(orders: Sequence[PlannedOrder]) -> dict[int, Origin]:
    """The documents at the top of each suggestion's pegging, by seq. Two statements a level, whatever the number."""
    if not orders:
        return {}
    reader = Reader(orders[0].run_id, orders={order.seq: order for order in orders})
    roots: dict[int, set[int]] = {order.seq: {order.seq} for order in orders}  # suggestion → those below it that asked
    found: dict[int, set[int]] = defaultdict(set)  # asked suggestion → seqs of demands
    frontier = set(roots)
    for _ in range(LEVELS_MAX):
        if not frontier:
            break
        reader.load_orders(frontier)
        grown = _askers(reader, frontier, roots, found)
        frontier = {order for order, askers in grown.items() if not askers <= roots.get(order, set())}
        for order in frontier:
            roots.setdefault(order, set()).update(grown[order])
    return _named(orders[0].run_id, found)


def _askers(
    reader: Reader, frontier: set[int], roots: dict[int, set[int]], found: dict[int, set[int]]
) -> dict[int, set[int]]:
    """One level up: the suggestions that the frontier serves, with the roots below them; demands go into `found`."""
    items = {spot_of(reader.orders[seq]) for seq in frontier}
    reader.load(items)
    grown: dict[int, set[int]] = defaultdict(set)
    for item in items:
        needs = {need.seq: need for need in reader.items[item].requirements}
        for peg in reader.items[item].pegs:
            if peg.kind not in (packing.ORDER, packing.BYPRODUCT) or peg.supply not in frontier:
                continue
            need = needs.get(peg.requirement)
            demand = peg.demand if peg.demand >= 0 else (need.demand if need else -1)
            for root in roots[peg.supply]:
                if demand >= 0:
                    found[root].add(demand)
            if need is not None and need.order >= 0:
                grown[need.order] |= roots[peg.supply]
    return grown


def _named(run_id: int, found: dict[int, set[int]]) -> dict[int, Origin]:
    seqs = {seq for demands in found.values() for seq in demands}
    rows = PlanSource.objects.filter(run_id=run_id, side=PlanSource.Side.DEMAND, seq__in=seqs).order_by("on", "seq")
    sources = {row.seq: row for row in rows}
    return {root: Origin([row for seq, row in sources.items() if seq in demands]) for root, demands in found.items()}
