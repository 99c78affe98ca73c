"""Where lots came from and went to: flows by kind of place, deliveries by customer, what is left. Each one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce

from gongfang.ledger.models import Balance, Lot, StockMove


@dataclass(frozen=True, slots=True)
class Flow:
    """Net quantity of a lot from one kind of place to another."""

    lot_id: int
    source: str
    target: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a customer got of a lot with one document; a return is negative."""

    lot_id: int
    partner_id: int | None
    number: str
    on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a lot at a place."""

    lot_id: int
    place: str
    kind: str
    quantity: Decimal


def lot_named(code: str, item_code: str = "") -> list[Lot]:
    """Lots and serials of a code, exactly as written (an item narrows); newest first."""
    rows = Lot.objects.filter(code=code).select_related("item__unit", "supplier")
    return list((rows.filter(item__code=item_code) if item_code else rows).order_by("-pk")[:50])


def lots_by_ids(ids: Collection[int]) -> dict[int, Lot]:
    """Lots with item, unit and supplier."""
    return {lot.pk: lot for lot in Lot.objects.filter(pk__in=list(ids)).select_related("item__unit", "supplier")}


def flows_of_lots(lot_ids: Collection[int]) -> list[Flow]:
    """Everything that ever moved of some lots, net, by kinds of places."""
    rows = StockMove.objects.filter(lot__in=list(lot_ids)).order_by()
    sums = rows.values_list("lot_id", "source__kind", "target__kind").annotate(total=Sum("quantity"))
    return [Flow(*row) for row in sums if row[3]]


def deliveries_of_lots(lot_ids: Collection[int]) -> list[Delivery]:
    """What customers got of some lots, by document, oldest first."""
    rows = StockMove.objects.filter(lot__in=list(lot_ids))
    there = rows.filter(target__kind="customer") | rows.filter(source__kind="customer")
    found = there.order_by("on", "pk").values_list(
        "lot_id",
        Coalesce("partner_id", "posting__partner_id"),
        "posting__source_number",
        "on",
        "quantity",
        "target__kind",
    )
    return [
        Delivery(lot, partner, number, on, quantity if target == "customer" else -quantity)
        for lot, partner, number, on, quantity, target in found
    ]


def remainders_of_lots(lot_ids: Collection[int]) -> list[Remainder]:
    """What is left of some lots, by place."""
    rows = Balance.objects.filter(lot__in=list(lot_ids)).exclude(quantity=0).order_by("lot_id", "location__code")
    return [Remainder(*row) for row in rows.values_list("lot_id", "location__name", "location__kind", "quantity")]
