"""How one item is had in a place, and all it needs there: made, bought, or transferred from another plant, level by level."""

from collections.abc import Iterable, Mapping, Sequence
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


Wanted = tuple[int, int | None]
"""(item, plant); None: its home."""


def places_of(wanted: Iterable[Wanted], plants: Plants | None) -> dict[Wanted, Place]:
    """Where items are wanted."""
    return {(item, plant): (item, (plant or plants.home[item]) if plants else 0) for item, plant in wanted}


def ways_to(
    wanted: Iterable[Place], items: Mapping[int, Any], takes: Mapping[int, Sequence[int]], plants: Plants | None
) -> dict[Place, Way]:
    """Every place that goods for the wanted places may come from, each once. O(places and their uses).

    takes: item that can be made → the items it is made of, by any of its versions.
    """
    found: dict[Place, Way] = {}
    left = list(wanted)
    while left:
        place = left.pop()
        if place not in found:
            found[place] = _way(place, items[place[0]], takes, plants)
            left += found[place].needs
    return found


def _way(place: Place, item: Any, takes: Mapping[int, Sequence[int]], plants: Plants | None) -> Way:
    source, lead, other = item.source, item.lead_time_days, 0
    if plants:
        figures = plants.said.get(place) or figures_at(item, place[1], plants.home[item.pk], None)
        source, lead, other = figures.source, figures.lead_time_days, figures.source_plant_id or 0
    if item.kind == "phantom":
        source = "make"
    if source == "transfer" and other and other != place[1]:
        return Way("transfer", lead, ((item.pk, other),))
    if source in MADE and item.pk in takes:
        return Way(source, lead, tuple(dict.fromkeys((part, place[1]) for part in takes[item.pk])))
    return Way("buy", lead, ())
