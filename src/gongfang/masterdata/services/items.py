"""Units, categories and items."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.masterdata.events import StandardCostsChanged
from gongfang.masterdata.models import Item, ItemCategory, ItemStatus, Plant, Unit, Warehouse
from gongfang.masterdata.rules.items import FROZEN_ONCE_USED, frozen_problems, item_problems, plant_problems
from gongfang.masterdata.services.pinyin import initials
from gongfang.masterdata.services.records import changed, cleaned, created, lock, save_children
from gongfang.platform.documents.numbering import next_serials
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.verbs import note, verb

UNIT_FIELDS = ("code", "name", "precision")
CATEGORY_FIELDS = (
    "code", "name", "parent", "inventory_role", "costing_method", "picking_rule", "inspect_incoming", "over_receipt", "under_receipt", "over_issue", "over_report", "over_delivery", "over_mode",
)  # fmt: skip
ITEM_FIELDS = (
    "code", "name", "spec", "drawing_no", "category", "kind", "source", "unit", "tracking", "costing_method", "picking_rule", "second_unit", "shelf_life_days", "lead_time_days",
    "safety_time_days", "safety_stock", "lot_rule", "lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum", "lot_days", "reorder_point", "min_stock",
    "max_stock", "planner", "standard_cost", "sales_price", "tax_rate", "inspect_incoming", "inspect_final", "barcode", "pack_quantity", "status",
    "default_warehouse", "default_supplier", "over_receipt", "over_issue", "over_report", "over_delivery", "over_mode", "remark",
)  # fmt: skip
ITEM_UNIT_FIELDS = ("unit", "numerator", "denominator")
ITEM_BARCODE_FIELDS = ("code", "unit")
ITEM_PLANT_FIELDS = (
    "plant", "source", "source_plant", "lead_time_days", "safety_time_days", "safety_stock", "lot_rule", "lot_quantity", "lot_minimum", "lot_multiple",
    "lot_maximum", "lot_days", "supplier", "warehouse",
)  # fmt: skip
CODE_PREFIX = "WL"
ENGINEERS = ("engineer", "planner", "buyer")


def _unused(item_ids: Collection[int]) -> Mapping[int, list[str]]:
    return {}


USES: Port[Callable[[Collection[int]], Mapping[int, list[str]]]] = Port("item_uses", _unused)
"""Where items are already used, in words, so that their base unit and tracking must stay; answered from above."""


@verb("masterdata.create_unit", N_("Create unit"), roles=("engineer",))
def create_unit(*, actor: User, request_id: uuid.UUID, **values: Any) -> Unit:
    """Add a unit of measure."""
    return created(Unit, values, UNIT_FIELDS)


@verb("masterdata.change_unit", N_("Change unit"), roles=("engineer",))
def change_unit(*, actor: User, request_id: uuid.UUID, unit_id: int, **values: Any) -> Unit:
    """Rename a unit or change the decimals it is shown with; quantities kept stay as they are."""
    unit = lock(Unit, unit_id)
    changed(unit, values, UNIT_FIELDS)
    return unit


@verb("masterdata.create_category", N_("Create item category"), roles=("engineer", "accountant"))
def create_category(*, actor: User, request_id: uuid.UUID, **values: Any) -> ItemCategory:
    """Add a branch to the category tree."""
    return created(ItemCategory, values, CATEGORY_FIELDS)


@verb("masterdata.change_category", N_("Change item category"), roles=("engineer", "accountant"))
def change_category(*, actor: User, request_id: uuid.UUID, itemcategory_id: int, **values: Any) -> ItemCategory:
    """Change a category; it cannot move under itself, and its stock account stays once its items are in use."""
    category = lock(ItemCategory, itemcategory_id)
    if values.get("parent"):
        parents = dict(ItemCategory.objects.values_list("pk", "parent_id"))
        above: int | None = int(getattr(values["parent"], "pk", values["parent"]))
        while above is not None:
            if above == category.pk:
                raise DomainError(
                    Problem("category_cycle", "A category cannot stand under itself.", where="parent"), Kind.INVALID
                )
            above = parents.get(above)
    if values.get("inventory_role", category.inventory_role) != category.inventory_role:
        used = USES.provider(list(Item.objects.filter(category=category).values_list("pk", flat=True)))
        if any(used.values()):
            raise DomainError(
                Problem(
                    "in_use", "The stock account of “{category}” cannot change: its items are in use. Make a new category.",
                    where="inventory_role", category=category.name,
                )
            )  # fmt: skip
    if values.get("costing_method", category.costing_method) != category.costing_method:
        own = Item.objects.filter(category=category, costing_method="")
        used = [pk for pk, uses in USES.provider(list(own.values_list("pk", flat=True))).items() if uses]
        if used:
            raise DomainError(
                Problem(
                    "costing_method_fixed",
                    counted("The costing method of “{category}” cannot change: {count} of its items has been posted, {item}. Set it on new items.", "The costing method of “{category}” cannot change: {count} of its items have been posted, {item} for one. Set it on new items.", "count"),
                    where="costing_method", category=category.name, count=len(used), item=Item.objects.get(pk=min(used)).code,
                ),
                Kind.CONFLICT,
            )  # fmt: skip
    changed(category, values, CATEGORY_FIELDS)
    return category


@verb("masterdata.create_item", N_("Create item"), roles=ENGINEERS)
def create_item(
    *, actor: User, request_id: uuid.UUID, units: Sequence[Mapping[str, Any]] | None = None,
    barcodes: Sequence[Mapping[str, Any]] | None = None, plants: Sequence[Mapping[str, Any]] | None = None, **values: Any,
) -> Item:  # fmt: skip
    """Add an item. Without a code it gets the next free number (WL00001)."""
    if not str(values.get("code") or "").strip():
        values["code"] = f"{CODE_PREFIX}{next_serials('masterdata.item'):05d}"
    ready, _ = cleaned(Item, {name: value for name, value in values.items() if name in ITEM_FIELDS})
    refuse_if(item_problems({"tracking": "none", **ready}) + _code_problems(values["code"]))
    item = created(Item, values, ITEM_FIELDS, pinyin=initials(str(values.get("name") or "")))
    _save_grids(item, units, barcodes, plants)
    return item


def _code_problems(code: object) -> list[Problem]:
    if Item.objects.filter(code__iexact=str(code).strip()).exists():
        return [Problem("taken", "The item code “{item}” is taken.", where="code", item=code)]
    return []


@verb("masterdata.change_item", N_("Change item"), roles=ENGINEERS)
def change_item(
    *, actor: User, request_id: uuid.UUID, item_id: int, version: int | None = None,
    units: Sequence[Mapping[str, Any]] | None = None, barcodes: Sequence[Mapping[str, Any]] | None = None,
    plants: Sequence[Mapping[str, Any]] | None = None, **values: Any,
) -> Item:  # fmt: skip
    """Change what is given. Base unit and tracking stay once the item is in use."""
    item = lock(Item, item_id, version)
    before = {field.attname: getattr(item, field.attname) for field in Item._meta.concrete_fields}
    ready, _ = cleaned(Item, {name: value for name, value in values.items() if name in ITEM_FIELDS})
    problems = item_problems({**before, **ready})
    before["effective_method"], ready["effective_method"] = _methods(before, ready)
    if any(name in ready and ready[name] != before[name] for name in FROZEN_ONCE_USED):
        problems += frozen_problems(before, ready, USES.provider([item.pk]).get(item.pk, []))
    if ready.get("code", item.code).casefold() != item.code.casefold():
        problems += _code_problems(ready["code"])
    refuse_if(problems)
    server = {"pinyin": initials(ready["name"])} if ready.get("name", item.name) != item.name else {}
    costs = changed(item, values, ITEM_FIELDS, **server)
    _save_grids(item, units, barcodes, plants)
    if "standard_cost" in costs:
        emit(StandardCostsChanged((item.pk,), actor.pk))
    return item


def _methods(before: Mapping[str, Any], ready: Mapping[str, Any]) -> tuple[str, str]:
    """The costing method in force before and after a change of an item: its own, else its category's."""
    after = {**before, **ready}
    ids = {before["category_id"], after["category_id"]}
    of_category = dict(ItemCategory.objects.filter(pk__in=ids).values_list("pk", "costing_method"))
    return (
        before["costing_method"] or of_category[before["category_id"]],
        after["costing_method"] or of_category.get(after["category_id"], ""),
    )


def _save_grids(
    item: Item, units: Sequence[Mapping[str, Any]] | None, barcodes: Sequence[Mapping[str, Any]] | None,
    plants: Sequence[Mapping[str, Any]] | None,
) -> None:  # fmt: skip
    for n, row in enumerate(units or ()):
        if any(row.get(side) is not None and int(row[side]) <= 0 for side in ("numerator", "denominator")):
            raise DomainError(
                Problem("factor_not_positive", "A unit factor is above zero.", where=f"units.{n}.numerator")
            )
        if int(getattr(row.get("unit"), "pk", row.get("unit")) or 0) == item.unit_id:
            raise DomainError(
                Problem("base_unit", "This is the base unit already; name other units only.", where=f"units.{n}.unit")
            )
    if units is not None:
        save_children(item, "units", units, ITEM_UNIT_FIELDS, key=("unit_id",))
    if barcodes is not None:
        save_children(item, "barcodes", barcodes, ITEM_BARCODE_FIELDS, key=("code",))
    if plants is not None:
        save_children(item, "plants", plants, ITEM_PLANT_FIELDS, key=("plant_id",))
        refuse_if(_plant_problems(item))


def _plant_problems(item: Item) -> list[Problem]:
    """What is wrong with the rows by plant as they were saved; the transaction goes with them."""
    rows = [
        {
            "plant": row.plant_id, "source": row.source, "source_plant": row.source_plant_id, "warehouse": row.warehouse_id,
            "lot_rule": row.lot_rule, "lot_quantity": row.lot_quantity, "lot_days": row.lot_days, "lot_minimum": row.lot_minimum,
            "lot_maximum": row.lot_maximum,
        }
        for row in item.plants.order_by("pk")
    ]  # fmt: skip
    if not rows:
        return []
    warehouses = dict(Warehouse.objects.values_list("pk", "plant_id"))
    first = Plant.objects.order_by("pk").values_list("pk", flat=True)[0]
    home = warehouses.get(item.default_warehouse_id, first)
    places = [f"plants.{n}." for n in range(len(rows))]
    return plant_problems(rows, places, home if item.source == "transfer" else None, warehouses)


@verb("masterdata.activate_item", N_("Activate item"), roles=ENGINEERS)
def activate_item(*, actor: User, request_id: uuid.UUID, item_id: int, version: int | None = None) -> Item:
    """Let an item be ordered, made and sold."""
    return _set_status(item_id, ItemStatus.ACTIVE, version)


@verb("masterdata.block_item", N_("Block item"), roles=ENGINEERS)
def block_item(*, actor: User, request_id: uuid.UUID, item_id: int, version: int | None = None) -> Item:
    """Keep an item from new documents for now."""
    return _set_status(item_id, ItemStatus.BLOCKED, version)


@verb("masterdata.retire_item", N_("Retire item"), roles=ENGINEERS)
def retire_item(*, actor: User, request_id: uuid.UUID, item_id: int, version: int | None = None) -> Item:
    """Take an item out of use for good; its history stays."""
    return _set_status(item_id, ItemStatus.RETIRED, version)


def _set_status(item_id: int, status: ItemStatus, version: int | None) -> Item:
    item = lock(Item, item_id, version)
    changed(item, {"status": status.value}, ("status",))
    return item


@verb("masterdata.set_standard_costs", N_("Set standard costs"), roles=("cost_accountant",))
def set_standard_costs(*, actor: User, request_id: uuid.UUID, costs: Mapping[int, Decimal]) -> list[Item]:
    """Put rolled-up costs on many items at once. costs: item id → cost per base unit. Three statements."""
    items = list(Item.objects.select_for_update().filter(pk__in=set(costs)).order_by("pk"))
    moved = []
    for item in items:
        if item.standard_cost != costs[item.pk]:
            note(item, standard_cost=(item.standard_cost, costs[item.pk]))
            item.standard_cost = costs[item.pk]
            item.version += 1
            moved.append(item)
    Item.objects.bulk_update(moved, ["standard_cost", "version"], batch_size=1000)
    if moved:
        emit(StandardCostsChanged(tuple(item.pk for item in moved), actor.pk))
    return moved
