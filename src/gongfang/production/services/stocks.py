"""What the shop may take from the stores, and where it goes: the door to the stock ledger for this package."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.production.models import WorkOrder, WorkOrderOperation


@dataclass(frozen=True, slots=True)
class Stock:
    """Free stock of an item in one warehouse and lot."""

    item_id: int
    warehouse_id: int
    lot_id: int | None
    lot_code: str
    expires_on: date | None
    made_on: date | None
    free: Decimal
    at_line: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """A proposal: so much of a component from one warehouse and lot. short: nothing is there for it."""

    material_id: int
    item_id: int
    warehouse_id: int | None
    lot_id: int | None
    lot_code: str
    quantity: Decimal
    short: Decimal = ZERO


def stores(warehouse_ids: Iterable[int | None]) -> Mapping[int, Any]:
    """Warehouse → its location of available stock; two statements."""
    return ledger.stores_of(_warehouses(warehouse_ids))


def blocked_places(warehouse_ids: Iterable[int | None]) -> Mapping[int, Any]:
    """Warehouse → its location of stock that may not be used."""
    return {warehouse.pk: ledger.blocked_of(warehouse) for warehouse in _warehouses(warehouse_ids)}


def partner_places(partner_ids: Iterable[int | None]) -> Mapping[int, Any]:
    """Subcontractor → where our goods are at their place; one statement per subcontractor."""
    wanted = {pk for pk in partner_ids if pk is not None}
    model = WorkOrder._meta.get_field("customer").related_model
    return (
        {partner.pk: ledger.subcontractor_of(partner) for partner in model._default_manager.filter(pk__in=wanted)}
        if wanted
        else {}
    )


def _warehouses(ids: Iterable[int | None]) -> list[Any]:
    wanted = {pk for pk in ids if pk is not None}
    model = WorkOrder._meta.get_field("warehouse").related_model
    return list(model._default_manager.filter(pk__in=wanted)) if wanted else []


def first_expired_first_out(stock: Iterable[Stock]) -> list[Stock]:
    """By expiry, then age, then lot: the order in which lots are proposed."""
    far = date.max
    return sorted(
        stock,
        key=lambda row: (row.expires_on or far, row.made_on or far, row.lot_id or 0, row.warehouse_id),
    )


def free_stock(item_ids: Iterable[int], on: date) -> dict[int, list[Stock]]:
    """Free stock in stores, their bins and at lines by item, first expired first; expired and frozen lots left out. One statement."""
    found: dict[int, list[Stock]] = defaultdict(list)
    for row in ledger.free_in_warehouses(set(item_ids)):
        lot = row.lot
        if lot is not None and (lot.status == "frozen" or (lot.expires_on and lot.expires_on < on)):
            continue
        if row.quantity > 0:
            found[row.item_id].append(
                Stock(
                    row.item_id, row.warehouse_id, lot.pk if lot else None, lot.code if lot else "", lot.expires_on if lot else None,
                    lot.made_on if lot else None, row.quantity, row.at_line,
                )
            )  # fmt: skip
    return {item_id: first_expired_first_out(rows) for item_id, rows in found.items()}


def allocate(wants: Sequence[tuple[int, int, int | None, Decimal]], stock: Mapping[int, Sequence[Stock]]) -> list[Pick]:
    """Serve wants (component, item, wanted warehouse, quantity) from stock, in the order given.

    Stock of the wanted warehouse goes first, then that of any other store; line-side stock serves only its own line. What is not
    there becomes a short pick.
    """
    left = {id(row): row.free for rows in stock.values() for row in rows}
    picks = []
    for material_id, item_id, warehouse_id, quantity in wants:
        rows = sorted(stock.get(item_id, ()), key=lambda row: row.warehouse_id != warehouse_id)
        for row in rows:
            if row.at_line and row.warehouse_id != warehouse_id:
                continue
            take = min(quantity, left[id(row)])
            if take > 0:
                left[id(row)] -= take
                quantity -= take
                picks.append(Pick(material_id, item_id, row.warehouse_id, row.lot_id, row.lot_code, take))
        if quantity > 0:
            picks.append(Pick(material_id, item_id, warehouse_id, None, "", quantity, quantity))
    return picks


def goes_outside() -> Q:
    """Whether a component belongs to an outside operation; one without an operation belongs to the first."""
    steps = WorkOrderOperation.objects.filter(document=OuterRef("document"))
    own = steps.filter(operation_no=OuterRef("operation_no"), is_subcontracted=True)
    first = steps.exclude(Exists(_steps_before())).filter(is_subcontracted=True)
    return Q(Exists(own)) | (Q(operation_no__isnull=True) & Q(Exists(first)))


def _steps_before() -> Any:
    """Operations of the same order before one, for a subquery."""
    return WorkOrderOperation.objects.filter(document=OuterRef("document"), operation_no__lt=OuterRef("operation_no"))
