"""What planning reads of the master data, in whole sets."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from gongfang.masterdata.models import Item, ItemStatus, Routing, RoutingOperation, SupplierPrice

PLANNED = (ItemStatus.ACTIVE, ItemStatus.TRIAL)
NOT_STOCKED = ("service", "tool")


def plannable_items() -> list[Item]:
    """Every item that MRP plans, in order of code; one statement."""
    return list(
        Item.objects.filter(status__in=PLANNED).exclude(kind__in=NOT_STOCKED).select_related("unit").order_by("code")
    )


def planned_suppliers(on: date) -> dict[int, int]:
    """Item → the supplier to order from: the item's own, else the one with the largest share among prices that hold. Two statements."""
    prices = SupplierPrice.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    found = dict(prices.order_by("share", "-price", "pk").values_list("item_id", "supplier_id"))
    own = Item.objects.filter(default_supplier__isnull=False, default_supplier__status="active")
    return found | dict(own.values_list("pk", "default_supplier_id"))


def setup_costs(on: date) -> dict[int, Decimal]:
    """Item → what setting up its routing costs once per order: labour, machine and overhead by the hour. Two statements."""
    valid = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    heads = Routing.objects.filter(valid, valid_from__lte=on).order_by("is_default", "pk").values_list("item_id", "pk")
    item_of = {pk: item for item, pk in dict(heads).items()}
    found: dict[int, Decimal] = {}
    steps = RoutingOperation.objects.filter(setup_minutes__gt=0).values_list(
        "routing_id", "setup_minutes", "crew", "work_centre__labour_rate", "work_centre__machine_rate", "work_centre__overhead_rate",
    )  # fmt: skip
    for routing, minutes, crew, labour, machine, overhead in steps:
        if routing in item_of:
            cost = minutes / 60 * (crew * labour + machine + overhead)
            found[item_of[routing]] = found.get(item_of[routing], Decimal(0)) + cost
    return found
