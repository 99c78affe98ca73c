"""How one item is had in a place, and all it needs there: made, bought, or transferred from another plant, level by level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongfang.masterdata.queries import figures_at
from gongfang.planning.places import MADE, Plants

Place = tuple[int, int]
"""(item, plant); plant 0 where the company has one."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an item comes to a place. kind: make, subcontract, buy or transfer; needs: the places it takes goods from."""

    kind: str
    lead_time_days: int
    needs: tuple[Place, ...]


def ways_to(
    item_id: int, plant_id: int | None, items: Mapping[int, Any], structure: Mapping[int, Sequence[Any]], plants: Plants | None
) -> dict[Place, Way]:  # fmt: skip
    """Every place that goods for an item in a plant (None: its home) may come from, each once. O(places and their uses)."""
    start = (item_id, (plant_id or plants.home[item_id]) if plants else 0)
    found: dict[Place, Way] = {}
    left = [start]
    while left:
        place = left.pop()
        if place not in found:
            found[place] = _way(place, items[place[0]], structure, plants)
            left += found[place].needs
    return found


def _way(place: Place, item: Any, structure: Mapping[int, Sequence[Any]], plants: Plants | None) -> Way:
    source, lead, other = item.source, item.lead_time_days, 0
    if plants:
        figures = plants.said.get(place) or figures_at(item, place[1], plants.home[item.pk], None)
        source, lead, other = figures.source, figures.lead_time_days, figures.source_plant_id or 0
    if item.kind == "phantom":
        source = "make"
    if source == "transfer" and other and other != place[1]:
        return Way("transfer", lead, ((item.pk, other),))
    if source in MADE and item.pk in structure:
        return Way(source, lead, tuple(dict.fromkeys((use.component_id, place[1]) for use in structure[item.pk])))
    return Way("buy", lead, ())
