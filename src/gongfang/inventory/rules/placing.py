"""Which bin goods go into and which bins and lots they are fetched from."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Goods:
    """Some quantity of an item (and lot). key: whatever the caller calls it by."""

    key: int
    item_id: int
    quantity: Decimal
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    id: int
    code: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Free goods of one item and lot in one bin."""

    item_id: int
    location_id: int
    location_code: str
    lot_id: int | None
    lot_code: str
    quantity: Decimal
    expires_on: date | None = None
    made_on: date | None = None


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

    "same_item" without such a bin takes an empty one.
    """
    held = {place: set(items) for place, items in contents.items()}
    chosen: dict[int, int | None] = {}
    for one in goods:
        rule = rules.get(one.key)
        place = None
        if rule is not None and rule.strategy == "fixed":
            place = rule.location_id
        elif rule is not None:
            own = (b.id for b in bins if one.item_id in held.get(b.id, ()))
            empty = (b.id for b in bins if not held.get(b.id))
            place = next(own, None) if rule.strategy == "same_item" else None
            place = next(empty, None) if place is None else place
        if place is not None:
            held.setdefault(place, set()).add(one.item_id)
        chosen[one.key] = place
    return chosen


FAR = date.max
ORDERS: dict[str, Callable[[Spot], Any]] = {
    "fefo": lambda spot: (spot.expires_on or FAR, spot.made_on or FAR, spot.lot_id or 0, spot.location_code),
    "fifo": lambda spot: (spot.made_on or FAR, spot.lot_id or 0, spot.location_code),
    "lifo": lambda spot: (-(spot.made_on or date.min).toordinal(), -(spot.lot_id or 0), spot.location_code),
    "fewest": lambda spot: (-spot.quantity, spot.location_code, spot.lot_id or 0),
    "clear": lambda spot: (spot.quantity, spot.location_code, spot.lot_id or 0),
}


def choose_spots(
    wants: Sequence[Goods], strategies: Mapping[int, str], spots: Sequence[Spot]
) -> tuple[list[tuple[int, Spot, Decimal]], dict[int, Decimal]]:
    """Serve the wants in their order; what one takes is gone for the next. Returns (key, spot, quantity) and what is missing."""
    left: dict[Spot, Decimal] = {spot: spot.quantity for spot in spots}
    by_item: dict[int, list[Spot]] = defaultdict(list)
    for spot in spots:
        by_item[spot.item_id].append(spot)
    picks, missing = [], {}
    for want in wants:
        need = want.quantity
        here = [spot for spot in by_item[want.item_id] if left[spot] > 0 and want.lot_id in (None, spot.lot_id)]
        for spot in sorted(here, key=ORDERS[strategies.get(want.key, "fefo")]):
            part = min(need, left[spot])
            if part > 0:
                picks.append((want.key, spot, part))
                left[spot] -= part
                need -= part
        if need > 0:
            missing[want.key] = need
    return picks, missing
