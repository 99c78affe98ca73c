"""What is free of items in places, lot by lot, and in which order it is taken: one rule for every proposal of lots and bins.

The rule is that of the place or warehouse, else the item's, else its category's, else the company's.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.ledger.models import Balance, Location
from gongfang.ledger.queries.past import least_since
from gongfang.masterdata.queries import usual_picking_rule
from gongfang.platform.ports import Port
from gongfang.platform.prepared import Prepared

ZERO = Decimal(0)
Chooser = Callable[[int, int, int, int], str]
"""(place, warehouse, item, category) → the rule that was made for them, or ""."""


def no_rules(warehouse_ids: Collection[int]) -> Chooser:
    return lambda place, warehouse, item, category: ""


PICKING_RULES: Port[Callable[[Collection[int]], Chooser]] = Port("ledger.picking_rules", no_rules)
"""Warehouses → what their own picking rules say; one statement at most."""


@dataclass(slots=True)
class Spot:
    """What is free of one lot in one place, and was at the start."""

    lot: int
    lot_code: str
    place: int
    free: Decimal
    kept: Decimal
    is_frozen: bool
    expires_on: date
    made_on: date
    start: Decimal = ZERO
    is_expired: bool = False


ORDERS: Mapping[str, Callable[[Spot, int], Any]] = {
    "fefo": lambda spot, walk: (spot.expires_on, spot.made_on, spot.lot, walk),
    "fifo": lambda spot, walk: (spot.lot, walk),  # lots are numbered as they come
    "lifo": lambda spot, walk: (-spot.lot, walk),
    "fewest": lambda spot, walk: (-spot.start, spot.expires_on, spot.lot, walk),
    "clear": lambda spot, walk: (spot.start, spot.expires_on, spot.lot, walk),
    "manual": lambda spot, walk: (spot.expires_on, spot.made_on, spot.lot, walk),
}
"""Rule → sort key of a spot and its place's position on the walk: main place first, then bins by code."""


def _standing(ids: Collection[int], frozen: bool) -> Any:
    rows = Balance.objects.filter(item__in=ids, quantity__gt=0)
    return (rows if frozen else rows.exclude(lot__status="frozen")).values_list(
        "item_id", "location_id", "lot_key", "quantity", "reserved", "last_on", "lot__code", "lot__status", "lot__expires_on", "lot__made_on",
        "item__picking_rule", "item__category__picking_rule", "item__category_id",
    )  # fmt: skip


STANDING: Prepared[Any] = Prepared(_standing)


class Shelves:
    """What is free of some items in some places, taken from piece by piece. Nothing is locked: the posting decides."""

    def __init__(
        self, places: Mapping[int, Sequence[Location]], item_ids: Collection[int],
        on_top: Mapping[tuple[int, int, int], Decimal] | None = None, *, on: date | None = None, frozen: bool = False, manual: bool = False,
        everywhere: bool = False,
    ) -> None:  # fmt: skip
        """At most four statements. places: key → places in the order of walking. on_top: (item, place, lot or 0) → more that the caller may take.

        on: the day the goods leave; what was not there on that day and on each one since is not free, and lots that had expired are
        only for those who name them. frozen: so are frozen lots; else they are left out. manual: propose, by expiry, even lots that are
        to be chosen by hand. everywhere: the places are nearly all there are, so that goods are read wherever they stand.
        """
        self.places, self._manual = places, manual
        self.by_id = {place.pk: place for found in places.values() for place in found}
        self._spots: dict[int, list[Spot]] = defaultdict(list)
        self._ordered: dict[tuple[int, int], dict[int | None, list[Spot]]] = {}
        self._own: dict[int, str] = {}
        self._categories: dict[int, int] = {}
        ids = sorted(set(item_ids))
        if everywhere:
            facts = [row for row in STANDING(ids, frozen) if row[1] in self.by_id]
        else:
            facts = list(_standing(ids, frozen).filter(location__in=list(self.by_id)))
        late = [row[:3] for row in facts if on is not None and row[5] is not None and row[5] > on]
        least = least_since([(*key, on) for key in late]) if late and on is not None else {}
        for item, place, lot, quantity, reserved, _, code, status, expires, made, own, of_category, category in facts:
            self._own[item], self._categories[item] = own or of_category, category
            free = max(quantity - reserved + (on_top or {}).get((item, place, lot), ZERO), ZERO)
            free = max(min(free, least.get((item, place, lot), free)), ZERO)
            expired = on is not None and expires is not None and expires < on
            self._spots[item].append(
                Spot(lot, code or "", place, free, reserved, status == "frozen", expires or date.max, made or date.max, free, expired)
            )  # fmt: skip
        self._usual = usual_picking_rule() if not all(self._own.values()) else ""
        warehouses = {place.warehouse_id for place in self.by_id.values() if place.warehouse_id} if facts else set()
        self._chosen: Chooser = PICKING_RULES.provider(warehouses) if warehouses else no_rules(())

    def rule(self, item_id: int, asked: int) -> str:
        """The rule by which an item is taken that is asked for at a place; places of several warehouses have none of their own."""
        places = self.places[asked]
        warehouses = {place.warehouse_id for place in places}
        made = ""
        if len(warehouses) == 1 and None not in warehouses:
            made = self._chosen(places[0].pk, warehouses.pop(), item_id, self._categories.get(item_id, 0))
        return made or self._own.get(item_id) or self._usual

    def spots(self, item_id: int, asked: int, lot: int | None) -> list[Spot]:
        """Where an item is that is asked for at a place, in the order of taking.

        lot: this one (0: goods without). None: any, but no frozen or expired one, and with the rule "manual" none that is kept by lot.
        """
        if (item_id, asked) not in self._ordered:
            self._ordered[item_id, asked] = self._order(item_id, asked)
        return self._ordered[item_id, asked].get(lot, [])

    def left_out(self, item_id: int, asked: int) -> Decimal:
        """How much is there in lots that are taken only by name, being frozen or expired."""
        here = {place.pk for place in self.places[asked]}
        return sum((s.start for s in self._spots[item_id] if s.place in here and (s.is_frozen or s.is_expired)), ZERO)

    def _order(self, item_id: int, asked: int) -> dict[int | None, list[Spot]]:
        walk = {place.pk: n for n, place in enumerate(self.places[asked])}
        rule = self.rule(item_id, asked)
        order = ORDERS.get(rule, ORDERS["fefo"])
        found = [spot for spot in self._spots[item_id] if spot.place in walk]
        found.sort(key=lambda spot: order(spot, walk[spot.place]))
        by_lot: dict[int | None, list[Spot]] = defaultdict(list)
        for spot in found:
            by_lot[spot.lot].append(spot)
            if not (spot.is_frozen or spot.is_expired) and not (rule == "manual" and spot.lot and not self._manual):
                by_lot[None].append(spot)
        return by_lot

    def take(
        self, item_id: int, asked: int, quantity: Decimal, lot: int | None
    ) -> list[tuple[Spot, Location, Decimal]]:
        """(spot, its place, quantity), at most what is free."""
        found = []
        for spot in self.spots(item_id, asked, lot):
            part = min(quantity, spot.free)
            if part > 0:
                spot.free -= part
                quantity -= part
                found.append((spot, self.by_id[spot.place], part))
        return found


def walk_order(places: Iterable[Location]) -> list[Location]:
    """Places as somebody walks them: warehouse by warehouse, its main place first, then bins in the order of the tree."""
    return sorted(
        places, key=lambda place: (place.warehouse_id or 0, place.parent_id is not None, place.path, place.code)
    )
