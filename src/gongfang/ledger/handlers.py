"""What the ledgers do when master data grows."""

from collections.abc import Collection, Mapping

from django.apps import apps
from django.utils.translation import gettext as _

from gongfang.ledger.models import StockMove
from gongfang.ledger.services import ensure_subcontractor_locations, ensure_warehouse_locations, reprice
from gongfang.masterdata.events import PartnersAdded, StandardCostsChanged, WarehousesAdded
from gongfang.platform.identity.models import User


def give_locations(event: WarehousesAdded) -> None:
    """A new warehouse gets its store, inspection and blocked locations."""
    ensure_warehouse_locations(apps.get_model("masterdata", "Warehouse").objects.filter(pk__in=event.warehouse_ids))


def give_subcontractor_places(event: PartnersAdded) -> None:
    """A new subcontractor gets a place for our goods."""
    partners = apps.get_model("masterdata", "Partner").objects.filter(pk__in=event.partner_ids, is_subcontractor=True)
    ensure_subcontractor_locations(partners)


def revalue_standards(event: StandardCostsChanged) -> None:
    """What is in stock at standard cost is worth the new standard; the difference is a price variance."""
    reprice(actor=User.objects.filter(pk=event.actor_id).first(), item_ids=event.item_ids)


def uses_of_items(item_ids: Collection[int]) -> Mapping[int, list[str]]:
    """Answers masterdata: items that have moved keep their base unit and their tracking."""
    moved = StockMove.objects.filter(item__in=list(item_ids)).values_list("item_id", flat=True).distinct()
    return {pk: [_("stock moves")] for pk in moved}
