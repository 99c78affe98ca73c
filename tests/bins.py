"""Bins for the tests of whoever takes goods from a warehouse: 10 of an item, 1 in the main place, 6 in bin A, 3 in bin B."""

import uuid
from decimal import Decimal
from typing import Any

from gongfang.inventory.services import PutAwayInput, put_away
from gongfang.ledger.models import Balance, Location
from gongfang.ledger.services import create_location


def make_bins(actor: Any, main: Location) -> tuple[Location, Location]:
    made = [
        create_location(actor=actor, request_id=uuid.uuid4(), code=code, name=f"{code}架", warehouse=main.warehouse_id)
        for code in ("A", "B")
    ]
    return made[0], made[1]


def put_into_bins(actor: Any, main: Location, *goods: tuple[int, int | None]) -> None:
    """6 into A and 3 into B of each (item, lot), by the put-away verb."""
    for code, quantity in (("A", 6), ("B", 3)):
        place = Location.objects.get(code=code)
        lines = [PutAwayInput(item, Decimal(quantity), place.pk, lot) for item, lot in goods]
        put_away(actor=actor, request_id=uuid.uuid4(), source=main.pk, lines=lines)


def stands(item: Any) -> dict[str, Decimal]:
    """Code of a place → what is there of an item."""
    rows = Balance.objects.filter(item=item).exclude(quantity=0).order_by("location__code")
    found: dict[str, Decimal] = {}
    for code, quantity in rows.values_list("location__code", "quantity"):
        found[code] = found.get(code, Decimal(0)) + quantity
    return found
