"""What must hold of plans: the current one is whole, and nothing is pegged twice."""

from collections.abc import Iterator
from decimal import Decimal

from gongfang.planning import packing
from gongfang.planning.models import PlanItem, PlannedOrder, PlanRun
from gongfang.platform.verification import Check, Fault


def pegged_within_supply() -> Iterator[Fault]:
    """The pegs of a suggestion never add up to more than arrives of it."""
    for run in PlanRun.objects.filter(is_current=True):
        pegged: dict[int, Decimal] = {}
        packed = PlanItem.objects.filter(run=run).exclude(pegs=b"").values_list("item_id", "pegs")
        for item_id, pegs in packed.iterator(chunk_size=500):
            for peg in packing.pegs(item_id, pegs):
                if peg.kind == packing.ORDER:
                    pegged[peg.supply] = pegged.get(peg.supply, Decimal(0)) + peg.quantity
        orders = PlannedOrder.objects.filter(run=run, version=1).values_list("pk", "seq", "good_quantity")
        for pk, seq, good in orders.iterator(chunk_size=5000):
            if pegged.get(seq, 0) > good:
                yield Fault("planning.pegged", f"planning.PlannedOrder {pk}", f"pegged {pegged[seq]} of {good}")


def one_current_run() -> Iterator[Fault]:
    """At most one run is current."""
    current = list(PlanRun.objects.filter(is_current=True).values_list("pk", flat=True))
    for pk in current[1:]:
        yield Fault("planning.current", f"planning.PlanRun {pk}", "more than one run is current")


CHECKS = [Check("planning.pegged", pegged_within_supply), Check("planning.current", one_current_run)]
