"""Which lots to take from which places, by the picking rules; reserved goods are left alone. Every proposal asks here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.ledger.models import Location
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


def picks(
    wants: Sequence[Want], *, on_top: Mapping[tuple[int, int, int], Decimal] | None = None, on: date | None = None
) -> tuple[list[Pick], dict[int, Decimal]]:
    """Propose lots and places for wants in their order; at most five statements. Returns the picks and what is missing per key.

    on_top: (item, location, lot or 0) → quantity that the caller holds reserved itself and may take too. on: the day they leave.
    Frozen and expired lots are not proposed. With the rule "manual" nothing without a lot that is named. Nothing is locked: the
    posting decides.
    """
    shelves = Shelves(
        serving({want.location.pk: want.location for want in wants}.values()), {want.item_id for want in wants}, on_top, on=on
    )  # fmt: skip
    found: list[Pick] = []
    missing: dict[int, Decimal] = {}
    for want in wants:
        left = _serve(shelves, want, want.location.pk, want.quantity, want.lot_id or None, found)
        if left > 0:
            missing[want.key] = left
    return found, missing


OWN = Prepared(
    lambda: (
        Location.objects.filter(kind__in=USABLE, ownership="own", is_active=True)
        .exclude(warehouse=None)
        .select_related("warehouse")
    )
)


def picks_in_house(
    wants: Sequence[HouseWant], *, on: date, leave_out: Collection[int] = ()
) -> tuple[list[Pick], dict[int, Decimal]]:
    """The same over all warehouses: each want's own first, by the rules of that warehouse, then any other by the item's rule.

    What stands at a line serves only those who ask for its warehouse. Lots that are chosen by hand are proposed too: a pick list is
    looked at before it is taken. leave_out: warehouses nothing is taken from. At most five statements.
    """
    places: dict[int, list[Location]] = {HOUSE: []}
    for place in walk_order(row for row in OWN.all() if row.warehouse_id not in leave_out):
        places.setdefault(place.warehouse_id or HOUSE, []).append(place)
        if place.kind == "store":
            places[HOUSE].append(place)
    shelves = Shelves(places, {want.item_id for want in wants}, on=on, manual=True)
    found: list[Pick] = []
    missing: dict[int, Decimal] = {}
    for want in wants:
        left = want.quantity
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
