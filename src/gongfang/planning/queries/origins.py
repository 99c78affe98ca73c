"""For whom suggestions are, in short: the customer orders they serve, written on what they become."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongfang.planning.models import PlannedOrder, PlanPeg, PlanRequirement, PlanSource

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
    """The documents at the top of each suggestion's pegging, by seq. Three statements a level, whatever the number."""
    if not orders:
        return {}
    run_id = orders[0].run_id
    roots: dict[int, set[int]] = {order.seq: {order.seq} for order in orders}  # suggestion → those below it that asked
    found: dict[int, set[int]] = defaultdict(set)  # asked suggestion → seqs of demands
    frontier = set(roots)
    for _ in range(LEVELS_MAX):
        if not frontier:
            break
        pegs = list(
            PlanPeg.objects.filter(run_id=run_id, supply_kind__in=(2, 3), supply_seq__in=frontier).values_list(
                "supply_seq", "demand_seq", "requirement_seq"
            )
        )
        needs = dict(
            (seq, (order, demand))
            for seq, order, demand in PlanRequirement.objects.filter(
                run_id=run_id, seq__in={row[2] for row in pegs if row[2] >= 0}
            ).values_list("seq", "order_seq", "demand_seq")
        )
        grown: dict[int, set[int]] = defaultdict(set)
        for supply, demand, requirement in pegs:
            order, passed = needs.get(requirement, (-1, -1))
            for root in roots[supply]:
                if demand >= 0 or passed >= 0:
                    found[root].add(demand if demand >= 0 else passed)
            if order >= 0:
                grown[order] |= roots[supply]
        frontier = {order for order, askers in grown.items() if not askers <= roots.get(order, set())}
        for order in frontier:
            roots.setdefault(order, set()).update(grown[order])
    return _named(run_id, found)


def _named(run_id: int, found: dict[int, set[int]]) -> dict[int, Origin]:
    seqs = {seq for demands in found.values() for seq in demands}
    rows = PlanSource.objects.filter(run_id=run_id, side=PlanSource.Side.DEMAND, seq__in=seqs).order_by("on", "seq")
    sources = {row.seq: row for row in rows}
    return {root: Origin([row for seq, row in sources.items() if seq in demands]) for root, demands in found.items()}
