"""Which lots to take: by the rule of the item (first expired or first in), or its category; reserved goods are left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.ledger.models import Location
from gongfang.ledger.queries.bins import Shelves, serving

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Want:
    """Goods to take. key: whatever the caller calls the line by. location: a main place stands for its bins too. lot_id: this lot only."""

    key: int
    item_id: int
    quantity: Decimal
    location: Location
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A part of a want that one lot (None: an item without lots) in one place can serve."""

    key: int
    item_id: int
    lot_id: int | None
    quantity: Decimal
    location: Location


def picks(
    wants: Sequence[Want], *, on_top: Mapping[tuple[int, int, int], Decimal] | None = None
) -> tuple[list[Pick], dict[int, Decimal]]:
    """Propose lots and places for wants in their order; two statements. Returns the picks and what is missing per key.

    on_top: (item, location, lot or 0) → quantity that the caller holds reserved itself and may take too.
    Frozen lots are not proposed. FEFO: first expired, then first made; FIFO: first come. Manual: nothing without a lot that is
    named. The same lot is taken from the main place first, then from bins by code. Nothing is locked: the posting decides.
    """
    shelves = Shelves(
        serving({want.location.pk: want.location for want in wants}.values()), {want.item_id for want in wants}, on_top
    )
    found: list[Pick] = []
    missing: dict[int, Decimal] = {}
    for want in wants:
        parts = shelves.take(want.item_id, want.location.pk, want.quantity, want.lot_id or None)
        found += [Pick(want.key, want.item_id, lot or None, part, place) for lot, place, part in parts]
        left = want.quantity - sum((pick for _, _, pick in parts), ZERO)
        if left > 0:
            missing[want.key] = left
    return found, missing
