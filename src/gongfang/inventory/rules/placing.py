"""Which bin goods go into, and which rule of a warehouse holds for an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Goods:
    """Some quantity of an item (and lot). key: whatever the caller calls it by."""

    key: int
    item_id: int
    quantity: Decimal
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """A place goods are put into. path: the codes of the places it stands in and its own, step by step."""

    id: int
    path: str

    def is_in(self, place: Any | None) -> bool:
        """Whether it is a place or stands in it; every bin is in None, the warehouse."""
        return place is None or self.id == place.pk or self.path.startswith(place.beneath)


def rule_for(rules: Sequence[Any], item_id: int, category_id: int) -> Any | None:
    """The most exact rule: of the item, of its category, of all; the first of several (they come in the order of their rank)."""
    for fits in (
        lambda rule: rule.item_id == item_id,
        lambda rule: rule.category_id == category_id,
        lambda rule: rule.item_id is None and rule.category_id is None,
    ):
        found = next((rule for rule in rules if fits(rule)), None)
        if found is not None:
            return found
    return None


def choose_bins(
    goods: Sequence[Goods], rules: Mapping[int, Any], bins: Sequence[Bin], contents: Mapping[int, set[int]]
) -> dict[int, int | None]:
    """Bin per key. An empty bin that was given to an item is not empty for the next one.

    "same_item" without such a bin takes an empty one. A rule that names a place looks only among what stands in it; a fixed one means
    just this place.
    """
    held = {place: set(items) for place, items in contents.items()}
    chosen: dict[int, int | None] = {}
    for one in goods:
        rule = rules.get(one.key)
        place = None
        if rule is not None and rule.strategy == "fixed":
            place = rule.location_id
        elif rule is not None:
            there = [b for b in bins if b.is_in(rule.location)]
            own = (b.id for b in there if one.item_id in held.get(b.id, ()))
            empty = (b.id for b in there if not held.get(b.id))
            place = next(own, None) if rule.strategy == "same_item" else None
            place = next(empty, None) if place is None else place
        if place is not None:
            held.setdefault(place, set()).add(one.item_id)
        chosen[one.key] = place
    return chosen
