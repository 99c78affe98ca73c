"""What planning reads of the master data, in whole sets."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from gongfang.masterdata.models import (
    Item,
    ItemPlant,
    ItemStatus,
    Plant,
    Routing,
    RoutingOperation,
    SupplierPrice,
    Warehouse,
)
from gongfang.platform.prepared import Prepared

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
    rows = Routing.objects.filter(valid, valid_from__lte=on, status="active", serial_from="")
    heads = rows.order_by("is_default", "pk").values_list("item_id", "pk")
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


def plants() -> list[Plant]:
    """The plants, the first one first; one statement."""
    return list(Plant.objects.order_by("pk"))


def has_several_plants() -> bool:
    """Whether pages speak of plants at all; one cheap statement."""
    return Plant.objects.count() > 1


def warehouse_plants() -> dict[int, int]:
    """Warehouse → its plant; one statement."""
    return dict(PLANT_OF.all())


PLANT_OF: Prepared[tuple[int, int]] = Prepared(lambda: Warehouse.objects.values_list("pk", "plant_id"))


def item_plants(item_ids: Collection[int] | None = None) -> list[ItemPlant]:
    """What is said of items plant by plant; one statement. None: of all items."""
    rows = ItemPlant.objects.all() if item_ids is None else ItemPlant.objects.filter(item__in=list(item_ids))
    return list(rows.order_by("item_id", "plant_id"))


@dataclass(frozen=True, slots=True)
class PlanningFigures:
    """How an item is planned in one plant: what is said of it there, else the item's own."""

    source: str
    source_plant_id: int | None
    lead_time_days: int
    safety_time_days: int
    safety_stock: Decimal
    lot_rule: str
    lot_quantity: Decimal
    lot_minimum: Decimal
    lot_multiple: Decimal
    lot_maximum: Decimal
    lot_days: int
    supplier_id: int | None


def figures_at(item: Item, plant_id: int, home: int, row: ItemPlant | None) -> PlanningFigures:
    """The figures of an item in a plant. home: the plant of its warehouse; row: what is said of the plant.

    An item that is transferred comes from its home to every plant of which nothing else is said; its home buys it.
    """
    source, come_from = item.source, None
    if row is not None and row.source:
        source, come_from = row.source, row.source_plant_id
    elif source == "transfer":
        source, come_from = ("transfer", home) if plant_id != home else ("buy", None)
    lots = row if row is not None and row.lot_rule else item
    days = row.lead_time_days if row is not None else None
    early = row.safety_time_days if row is not None else None
    safety = row.safety_stock if row is not None else None
    if safety is None:
        safety = item.safety_stock if plant_id == home else Decimal(0)
    return PlanningFigures(
        source, come_from, item.lead_time_days if days is None else days,
        item.safety_time_days if early is None else early, safety, lots.lot_rule, lots.lot_quantity, lots.lot_minimum,
        lots.lot_multiple, lots.lot_maximum, lots.lot_days, row.supplier_id if row is not None else None,
    )  # fmt: skip


def figures_of(item: Item, plant_id: int | None) -> PlanningFigures:
    """The same of one item; three statements, none where the company has one plant (None)."""
    if plant_id is None:
        return figures_at(item, 0, 0, None)
    home = home_plants([item], warehouse_plants(), plants()[0].pk)[item.pk]
    return figures_at(item, plant_id, home, ItemPlant.objects.filter(item=item, plant=plant_id).first())


def home_plants(items: Iterable[Item], plant_of: Mapping[int, int], first: int) -> dict[int, int]:
    """Item → the plant of its warehouse, else the first one. plant_of: `warehouse_plants`."""
    return {item.pk: plant_of.get(item.default_warehouse_id or 0, first) for item in items}


def home_plant(item: Item) -> int | None:
    """The plant of an item's warehouse; None where the company has one plant. Two statements at most."""
    found = plants()
    return home_plants([item], warehouse_plants(), found[0].pk)[item.pk] if len(found) > 1 else None


@dataclass(frozen=True, slots=True)
class Asked:
    """In which plant some items are asked for. plant, home: by item; plant_of: by warehouse."""

    plant: Mapping[int, int]
    home: Mapping[int, int]
    plant_of: Mapping[int, int]

    def is_here(self, item_id: int, warehouse_id: int | None) -> bool:
        """Whether goods of a warehouse (None: of the item's home) are in the plant that asks for the item."""
        return self.plant_of.get(warehouse_id or 0, self.home[item_id]) == self.plant[item_id]


def asked_in(item_ids: Collection[int], warehouse_id: int | None) -> Asked | None:
    """The plant of a warehouse, or of each item's own where none is named. None where the company has one plant; else three statements."""
    found = plants()
    if len(found) < 2:
        return None
    plant_of = warehouse_plants()
    home = home_plants(Item.objects.filter(pk__in=list(item_ids)), plant_of, found[0].pk)
    named = plant_of.get(warehouse_id or 0)
    return Asked({item: named or plant for item, plant in home.items()}, home, plant_of)


def stores_in_plants(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """(item, plant) → the warehouse that keeps the item there: the one named for the plant, else the item's own, else one of the
    same kind, else the plant's first. Three statements. Pairs of plants without a warehouse are left out.
    """
    wanted = {item for item, _ in pairs}
    named = {
        (row.item_id, row.plant_id): row.warehouse_id
        for row in ItemPlant.objects.filter(item__in=wanted).exclude(warehouse=None)
    }
    own = dict(Item.objects.filter(pk__in=wanted).values_list("pk", "default_warehouse_id"))
    rows = Warehouse.objects.filter(is_active=True).exclude(kind__in=("inspection", "line"))
    stores = {row.pk: row for row in rows.order_by("code")}
    found: dict[tuple[int, int], int] = {}
    for item, plant in pairs:
        usual = stores.get(own.get(item) or 0)
        there = [row for row in stores.values() if row.plant_id == plant]
        alike = [row for row in there if usual is not None and row.kind == usual.kind]
        chosen = named.get((item, plant))
        if chosen is None and usual is not None and usual.plant_id == plant:
            chosen = usual.pk
        if chosen is None and there:
            chosen = (alike or there)[0].pk
        if chosen is not None:
            found[item, plant] = chosen
    return found
