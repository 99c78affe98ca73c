"""Which lots to take: by the rule of the item (first expired or first in), or its category; reserved goods are left alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from gongfang.ledger.models import Balance, Location

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Want:
    """Goods to take. key: whatever the caller calls the line by. lot_id: this lot only."""

    key: int
    item_id: int
    quantity: Decimal
    location: Location
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A part of a want that one lot (None: an item without lots) can serve."""

    key: int
    item_id: int
    lot_id: int | None
    quantity: Decimal


def picks(
    wants: Sequence[Want], *, on_top: Mapping[tuple[int, int, int], Decimal] | None = None
) -> tuple[list[Pick], dict[int, Decimal]]:
    """Propose lots for wants in their order; one statement. Returns the picks and what is missing per key.

    on_top: (item, location, lot or 0) → quantity that the caller holds reserved itself and may take too.
    Frozen lots are not proposed. FEFO: first expired, then first made; FIFO: first come. Manual: nothing without a lot that is
    named. Nothing is locked: the posting decides.
    """
    rows = (
        Balance.objects.filter(
            item__in={want.item_id for want in wants}, location__in={want.location.pk for want in wants}, quantity__gt=0
        )
        .exclude(lot__status="frozen")
        .order_by(F("lot__expires_on").asc(nulls_last=True), F("lot__made_on").asc(nulls_last=True), "lot_key")
        .values_list(
            "item_id", "location_id", "lot_key", "quantity", "reserved", "item__picking_rule", "item__category__picking_rule"
        )
    )  # fmt: skip
    free: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    rules: dict[int, str] = {}
    for item, place, lot, quantity, reserved, own, of_category in rows:
        rules[item] = own or of_category
        free[item, place][lot] = quantity - reserved + (on_top or {}).get((item, place, lot), ZERO)
    for (item, place), lots in free.items():
        if rules[item] == "fifo":  # lots are numbered as they come
            free[item, place] = dict(sorted(lots.items()))
    found: list[Pick] = []
    missing: dict[int, Decimal] = {}
    for want in wants:
        left = want.quantity
        here = free[want.item_id, want.location.pk]
        for lot in [want.lot_id] if want.lot_id else _proposed(here, rules.get(want.item_id, "")):
            part = min(left, here.get(lot, ZERO))
            if part > 0:
                here[lot] -= part
                left -= part
                found.append(Pick(want.key, want.item_id, lot or None, part))
        if left > 0:
            missing[want.key] = left
    return found, missing


def _proposed(here: Mapping[int, Decimal], rule: str) -> list[int]:
    return [lot for lot in here if not lot] if rule == "manual" else list(here)
