"""What the ledgers do when master data grows."""

from django.apps import apps

from gongfang.ledger.services import ensure_subcontractor_locations, ensure_warehouse_locations
from gongfang.masterdata.events import PartnersAdded, WarehousesAdded


def give_locations(event: WarehousesAdded) -> None:
    """A new warehouse gets its store, inspection and blocked locations."""
    ensure_warehouse_locations(apps.get_model("masterdata", "Warehouse").objects.filter(pk__in=event.warehouse_ids))


def give_subcontractor_places(event: PartnersAdded) -> None:
    """A new subcontractor gets a place for our goods."""
    partners = apps.get_model("masterdata", "Partner").objects.filter(pk__in=event.partner_ids, is_subcontractor=True)
    ensure_subcontractor_locations(partners)
