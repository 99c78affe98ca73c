"""Where goods are and where they come from: locations by code, and those of a warehouse or a subcontractor.

Asked for the first time, a virtual location, a warehouse's or a subcontractor's is made.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.apps import apps

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger.models import Location
from gongfang.ledger.queries.bins import USABLE, bins_in
from gongfang.ledger.services.books import location
from gongfang.ledger.services.locations import ensure_subcontractor_locations, ensure_warehouse_locations
from gongfang.platform.prepared import Prepared

__all__ = [
    "bins_of",
    "blocked_of",
    "inspection_of",
    "location",
    "locations",
    "owner_places",
    "place",
    "places_by_ids",
    "store_at",
    "store_of",
    "stores_for",
    "stores_of",
    "subcontractor_of",
    "transit_of",
    "usable_places",
]


MAIN = Prepared(
    lambda ids, kinds: Location.objects.filter(warehouse__in=ids, kind__in=kinds, parent=None).order_by("-pk")
)


def locations(codes: Iterable[str]) -> Mapping[str, Location]:
    """Locations by code; one statement."""
    return {row.code: row for row in Location.objects.filter(code__in=list(codes))}


def _of_warehouses(warehouses: Iterable[Any], kinds: tuple[str, ...]) -> dict[int, Location]:
    by_id = {warehouse.pk: warehouse for warehouse in warehouses}
    found = {row.warehouse_id: row for row in MAIN(list(by_id), kinds)}
    missing = [warehouse for pk, warehouse in by_id.items() if pk not in found]
    if missing:
        ensure_warehouse_locations(missing)
        found |= {
            row.warehouse_id: row for row in Location.objects.filter(warehouse__in=missing, kind__in=kinds, parent=None)
        }
    return found


def stores_of(warehouses: Iterable[Any]) -> Mapping[int, Location]:
    """Warehouse id → its location of available stock; one statement when all are there."""
    return _of_warehouses(warehouses, ("store", "line"))


def store_of(warehouse: Any) -> Location:
    """Where a warehouse keeps what is available."""
    return _of_warehouses([warehouse], ("store", "line"))[warehouse.pk]


def store_at(warehouse_id: int) -> Location:
    """Where the warehouse of an id keeps what is available, with the warehouse."""
    found = (
        Location.objects.filter(warehouse=warehouse_id, kind__in=("store", "line"), parent=None)
        .select_related("warehouse")
        .first()
    )
    return found or store_of(apps.get_model("masterdata", "Warehouse").objects.get(pk=warehouse_id))


def bins_of(warehouse_id: int) -> list[Location]:
    """The bins of a warehouse for usable goods, in the order of their codes; one statement."""
    return bins_in([warehouse_id])


def stores_for(warehouse_codes: Iterable[str] | None) -> list[Location]:
    """The main place of each warehouse of some codes (None: all) for usable goods, in the order of their codes; one statement."""
    rows = Location.objects.filter(kind__in=("store", "line"), parent=None, is_active=True).exclude(warehouse=None)
    if warehouse_codes is not None:
        rows = rows.filter(warehouse__code__in=list(warehouse_codes))
    return list(rows.order_by("code"))


def place(pk: int) -> Location:
    """A location by its id, with its warehouse. Raises DomainError(missing)."""
    found = Location.objects.select_related("warehouse").filter(pk=pk).first()
    if found is None:
        raise DomainError(
            Problem("missing", "There is no {title} {id}.", title=str(Location._meta.verbose_name), id=pk), Kind.MISSING
        )
    return found


def places_by_ids(location_ids: Collection[int]) -> list[Location]:
    """Some places in use; one statement."""
    return list(Location.objects.filter(pk__in=list(location_ids), is_active=True))


def usable_places(location_ids: Collection[int]) -> list[Location]:
    """Those of some places that hold goods of ours which may be used; one statement."""
    return list(Location.objects.filter(pk__in=list(location_ids), kind__in=USABLE, ownership="own", is_active=True))


def owner_places(partner_id: int, ownership: str, warehouse_id: int | None = None) -> list[Location]:
    """Where goods of an owner stand with us, in all warehouses or in one; one statement."""
    rows = Location.objects.filter(partner=partner_id, ownership=ownership, is_active=True, kind__in=USABLE)
    if warehouse_id is not None:
        rows = rows.filter(warehouse=warehouse_id)
    return list(rows.select_related("warehouse").order_by("path"))


def inspection_of(warehouse: Any) -> Location:
    """Where a warehouse keeps what waits for inspection."""
    return _of_warehouses([warehouse], ("inspection",))[warehouse.pk]


def blocked_of(warehouse: Any) -> Location:
    """Where a warehouse keeps what may not be used."""
    return _of_warehouses([warehouse], ("blocked",))[warehouse.pk]


def blocked_places(warehouses: Iterable[Any]) -> Mapping[int, Location]:
    """Warehouse id → where it keeps what may not be used; one statement when all are there."""
    return _of_warehouses(warehouses, ("blocked",))


def transit_of(warehouse: Any) -> Location:
    """Where goods are that are on their way to a warehouse."""
    return _of_warehouses([warehouse], ("transit",))[warehouse.pk]


def subcontractor_of(partner: Any) -> Location:
    """Where our goods are while a subcontractor has them."""
    found = Location.objects.filter(partner=partner, kind="subcontractor").first()
    return found or ensure_subcontractor_locations([partner])[0]
