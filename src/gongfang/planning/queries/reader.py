"""A run's requirements and pegs, read item by item as a walk needs them: one statement for all items of a level."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from gongfang.planning import packing
from gongfang.planning.models import PlanItem, PlannedOrder, PlanSource
from gongfang.planning.packing import Peg, Requirement

Spot = tuple[int, int]
"""An item and its plant (0 where the company has one)."""


def spot_of(row: PlannedOrder | PlanSource) -> Spot:
    """Where a suggestion comes in, a demand or an open order stands."""
    return row.item_id, row.plant_id or 0


@dataclass(slots=True)
class ItemPlan:
    """One item's part of a run, in one plant."""

    on_hand: Decimal
    lead_time_days: int
    requirements: list[Requirement]
    pegs: list[Peg]
    components: list[int]


@dataclass(slots=True)
class Reader:
    """What has been read of a run so far. Nothing is read twice."""

    run_id: int
    items: dict[Spot, ItemPlan] = field(default_factory=dict)
    orders: dict[int, PlannedOrder] = field(default_factory=dict)
    sources: dict[tuple[str, int], PlanSource] = field(default_factory=dict)

    def load(self, spots: Iterable[Spot]) -> None:
        """Read the parts of some items in their plants; one statement."""
        missing = set(spots) - self.items.keys()
        if not missing:
            return
        for row in PlanItem.objects.filter(run_id=self.run_id, item_id__in={item for item, _ in missing}):
            spot = (row.item_id, row.plant_id or 0)
            if spot in self.items:
                continue
            self.items[spot] = ItemPlan(
                row.on_hand,
                row.lead_time_days,
                packing.requirements(row.item_id, row.first_requirement, row.requirements),
                packing.pegs(row.item_id, row.pegs),
                packing.items(row.components),
            )
        for spot in missing - self.items.keys():
            self.items[spot] = ItemPlan(Decimal(0), 0, [], [], [])

    def load_orders(self, seqs: Iterable[int]) -> None:
        """Read suggestions with their items; one statement."""
        missing = {seq for seq in seqs if seq >= 0} - self.orders.keys()
        if missing:
            rows = PlannedOrder.objects.select_related("item__unit", "supplier", "plant", "source_plant").filter(
                run_id=self.run_id, seq__in=missing
            )
            self.orders.update((row.seq, row) for row in rows)

    def load_sources(self, side: str, seqs: Iterable[int]) -> None:
        """Read demands or open orders; one statement."""
        missing = {seq for seq in seqs if seq >= 0 and (side, seq) not in self.sources}
        if missing:
            rows = PlanSource.objects.select_related("item__unit", "plant").filter(
                run_id=self.run_id, side=side, seq__in=missing
            )
            self.sources.update(((side, row.seq), row) for row in rows)

    def components_of(self, order: PlannedOrder) -> list[Spot]:
        """What a suggestion's item is made of, where it is taken from; the item has to be loaded."""
        plant = order.source_plant_id or order.plant_id or 0
        return [(component, plant) for component in self.items[spot_of(order)].components]

    def needs_of(self, order: PlannedOrder) -> list[Requirement]:
        """What a suggestion needs; its item and components have to be loaded."""
        return [
            need
            for component in self.components_of(order)
            for need in self.items[component].requirements
            if need.order == order.seq
        ]
