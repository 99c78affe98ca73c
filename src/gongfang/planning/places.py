"""Several plants: what stands where, how each item comes to each of them, what is on its way between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gongfang.inventory import queries as inventory
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.queries import PlanningFigures
from gongfang.planning.outlook import Source

MADE = ("make", "subcontract")


@dataclass(frozen=True, slots=True)
class Plants:
    """What is said of plants. home: item → the plant of its warehouse; said: (item, plant) → how it is planned there."""

    ids: list[int]
    plant_of: Mapping[int, int]
    home: Mapping[int, int]
    said: Mapping[tuple[int, int], PlanningFigures]
    made: frozenset[int]

    @classmethod
    def read(cls, items: Sequence[Any]) -> "Plants | None":
        """None where there is one plant (one statement); else two statements more. made: items that some plant makes."""
        found = masterdata.plants()
        if len(found) < 2:
            return None
        plant_of = masterdata.warehouse_plants()
        home = masterdata.home_plants(items, plant_of, found[0].pk)
        by_id = {item.pk: item for item in items}
        said = {
            (row.item_id, row.plant_id): masterdata.figures_at(by_id[row.item_id], row.plant_id, home[row.item_id], row)
            for row in masterdata.item_plants()
            if row.item_id in by_id
        }
        made = frozenset(item for (item, _), one in said.items() if one.source in MADE)
        return cls([plant.pk for plant in found], plant_of, home, said, made)

    def at(self, warehouse_id: int | None) -> int:
        """The plant of a warehouse; 0 where none is named."""
        return self.plant_of.get(warehouse_id or 0, 0)

    def placed(self, rows: Iterable[Source]) -> list[Source]:
        """What names no plant belongs to the home of its item."""
        return [one if one.plant else replace(one, plant=self.home[one.item_id]) for one in rows]


def transfers(plants: Plants) -> tuple[list[Source], list[Source], dict[tuple[int, int], Decimal]]:
    """Open transfers between plants: what the source still has to send, what the destination waits for, and what of its stock
    is still on the way and so counts when it arrives, not now. One statement.
    """
    wanted, coming, moving = [], [], dict[tuple[int, int], Decimal]()
    for row in inventory.open_transfers():
        source, target = plants.at(row.source_warehouse_id), plants.at(row.target_warehouse_id)
        if source == target:
            continue
        both = (row.doc_type, row.document_id, row.line_id, row.number, row.item_id, row.quantity)
        coming.append(Source(*both, row.due_on, plant=target))
        if row.has_left:
            key = row.item_id, target
            moving[key] = moving.get(key, Decimal(0)) + row.quantity
        else:
            wanted.append(Source(*both, row.ship_on, plant=source))
    return wanted, coming, moving
