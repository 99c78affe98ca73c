"""Which lots to take from which places, by the picking rules; reserved goods are left alone. Every proposal asks here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.ledger.models import Location, Reservation
from gongfang.ledger.queries.bins import USABLE, serving
from gongfang.ledger.queries.shelves import Shelves, walk_order
from gongfang.platform.prepared import Prepared

HOUSE = 0
"""Key of all stores together."""


@dataclass(frozen=True, slots=True)
class Want:
    """Goods to take. key: whatever the caller calls the line by. location: a main place stands for its bins too. lot_id: this lot only."""

    key: int
    item_id: int
    quantity: Decimal
    location: Location
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class HouseWant:
    """Goods to take from a warehouse, and what it does not have from any other."""

    key: int
    item_id: int
    quantity: Decimal
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A part of a want that one lot (None: an item without lots) in one place can serve."""

    key: int
    item_id: int
    lot_id: int | None
    quantity: Decimal
    location: Location
    lot_code: str = ""


Kept = Mapping[int, Sequence[Reservation]]
"""Key of a want → the goods that are kept for it: it takes them first, and nobody else does."""


def picks(
    wants: Sequence[Want], *, kept: Kept | None = None, on: date | None = None
) -> tuple[list[Pick], dict[int, Decimal]]:
    """Propose lots and places for wants in their order; at most five statements. Returns the picks and what is missing per key.

    kept: what is reserved for a want; it is taken first. on: the day they leave.
    Frozen and expired lots are not proposed. With the rule "manual" nothing without a lot that is named. Nothing is locked: the
    posting decides.
    """
    own = _own(wants, kept or {})
    places = serving({want.location.pk: want.location for want in wants}.values()) | own.places
    shelves = Shelves(places, {want.item_id for want in wants}, own.on_top, on=on)
    found: list[Pick] = []
    missing: dict[int, Decimal] = {}
    for want, lacking in zip(wants, own.take(shelves, wants, found), strict=True):
        left = _serve(shelves, want, want.location.pk, lacking, want.lot_id or None, found)
        if left > 0:
            missing[want.key] = left
    return found, missing


@dataclass(slots=True)
class _Own:
    """What wants take of goods that are kept for them: (number of the want, goods, quantity)."""

    parts: list[tuple[int, Reservation, Decimal]]
    places: dict[int, list[Location]]
    on_top: dict[tuple[int, int, int], Decimal]

    def take(self, shelves: Shelves, wants: Sequence["Want | HouseWant"], found: list[Pick]) -> list[Decimal]:
        """Take them; returns what each want still lacks."""
        lacking = [want.quantity for want in wants]
        for n, row, part in self.parts:
            lacking[n] -= part - _serve(shelves, wants[n], -row.location_id, part, row.lot_key, found)
        return lacking


def _own(wants: Sequence["Want | HouseWant"], kept: Kept) -> _Own:
    """Share what is kept among the wants it is kept for; a want that names a lot takes no other."""
    own = _Own([], {}, {})
    rest = {row.pk: row.quantity for want in wants for row in kept.get(want.key, ())}
    for n, want in enumerate(wants):
        left, lot = want.quantity, getattr(want, "lot_id", None)
        for row in kept.get(want.key, ()):
            part = min(left, rest[row.pk])
            if part <= 0 or row.item_id != want.item_id or (lot and row.lot_key != lot):
                continue
            left -= part
            rest[row.pk] -= part
            key = (row.item_id, row.location_id, row.lot_key)
            own.parts.append((n, row, part))
            own.places[-row.location_id] = [row.location]
            own.on_top[key] = own.on_top.get(key, Decimal(0)) + part
    return own


OWN = Prepared(
    lambda: (
        Location.objects.filter(kind__in=USABLE, ownership="own", is_active=True)
        .exclude(warehouse=None)
        .select_related("warehouse")
    )
)


def picks_in_house(
    wants: Sequence[HouseWant], *, on: date, leave_out: Collection[int] = (), kept: Kept | None = None
) -> tuple[list[Pick], dict[int, Decimal]]:
    """The same over all warehouses: each want's own first, by the rules of that warehouse, then any other by the item's rule.

    What stands at a line serves only those who ask for its warehouse. Lots that are chosen by hand are proposed too: a pick list is
    looked at before it is taken. leave_out: warehouses nothing is taken from. kept: what is reserved for a want; it is taken first.
    At most five statements.
    """
    places: dict[int, list[Location]] = {HOUSE: []}
    for place in walk_order(row for row in OWN.all() if row.warehouse_id not in leave_out):
        places.setdefault(place.warehouse_id or HOUSE, []).append(place)
        if place.kind == "store":
            places[HOUSE].append(place)
    own = _own(wants, kept or {})
    shelves = Shelves(
        places | own.places, {want.item_id for want in wants}, own.on_top, on=on, manual=True, everywhere=True
    )
    found: list[Pick] = []
    missing: dict[int, Decimal] = {}
    for want, lacking in zip(wants, own.take(shelves, wants, found), strict=True):
        left = lacking
        for asked in (want.warehouse_id, HOUSE):
            if asked in places and left > 0:
                left = _serve(shelves, want, asked, left, None, found)
        if left > 0:
            missing[want.key] = left
    return found, missing


def _serve(
    shelves: Shelves, want: Want | HouseWant, asked: int, quantity: Decimal, lot: int | None, found: list[Pick]
) -> Decimal:
    """Take for a want; returns what is still missing."""
    for spot, place, part in shelves.take(want.item_id, asked, quantity, lot):
        found.append(Pick(want.key, want.item_id, spot.lot or None, part, place, spot.lot_code))
        quantity -= part
    return quantity
