"""What planning reads of the master data, in whole sets."""

from datetime import date

from django.db.models import Q

from gongfang.masterdata.models import Item, ItemStatus, SupplierPrice

PLANNED = (ItemStatus.ACTIVE, ItemStatus.TRIAL)
NOT_STOCKED = ("service", "tool")


def plannable_items() -> list[Item]:
    """Every item that MRP plans, in order of code; one statement."""
    return list(Item.objects.filter(status__in=PLANNED).exclude(kind__in=NOT_STOCKED).order_by("code"))


def planned_suppliers(on: date) -> dict[int, int]:
    """Item → the supplier to order from: the item's own, else the one with the largest share among prices that hold. Two statements."""
    prices = SupplierPrice.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    found = dict(prices.order_by("share", "-price", "pk").values_list("item_id", "supplier_id"))
    own = Item.objects.filter(default_supplier__isnull=False, default_supplier__status="active")
    return found | dict(own.values_list("pk", "default_supplier_id"))
