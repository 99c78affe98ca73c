"""Items and their alternative units as sheets."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.exchange.basics import code_column, titles
from gongfang.masterdata.models import (
    CostingMethod,
    Item,
    ItemCategory,
    ItemKind,
    ItemPlant,
    ItemSource,
    ItemStatus,
    ItemUnit,
    LotRule,
    OverMode,
    PickingOrder,
    Tracking,
    Warehouse,
)
from gongfang.masterdata.rules.items import frozen_problems, item_problems, plant_problems
from gongfang.masterdata.services.items import USES
from gongfang.masterdata.services.pinyin import initials
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

PLAIN = (
    "name", "spec", "drawing_no", "kind", "source", "tracking", "costing_method", "picking_rule", "shelf_life_days", "lead_time_days", "safety_time_days", "safety_stock", "lot_rule",
    "lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum", "lot_days", "reorder_point", "min_stock", "max_stock", "standard_cost",
    "sales_price", "tax_rate", "inspect_incoming", "inspect_final", "barcode", "pack_quantity", "status", "over_receipt", "over_issue", "over_report",
    "over_delivery", "over_mode", "remark",
)  # fmt: skip
REFERENCES = {  # column → sheet whose codes it names
    "category": "categories", "unit": "units", "second_unit": "units", "planner": "users", "default_warehouse": "warehouses", "default_supplier": "partners",
}  # fmt: skip


def check_items(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    barcodes: dict[str, str] = dict(Item.objects.exclude(barcode="").values_list("barcode", "code"))
    for row in rows:
        for problem in item_problems(row.values):
            yield Fault("items", row.number, problem.where, problem)
        if (barcode := row.get("barcode")) and barcodes.setdefault(barcode, row["code"]) != row["code"]:
            yield fault(
                "items",
                row,
                "barcode",
                "barcode_taken",
                "The barcode “{barcode}” is item {item}'s.",
                barcode=barcode,
                item=barcodes[barcode],
            )
    yield from _frozen(rows, context)


def _frozen(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    """Unit and tracking of items in use stay as they are."""
    before = {
        code: {"unit_id": unit, "tracking": tracking, "costing_method": method, "category": category, "pk": pk}
        for pk, code, unit, tracking, method, category in Item.objects.values_list(
            "pk", "code", "unit__code", "tracking", "costing_method", "category__code"
        )
    }
    known = [row for row in rows if row["code"] in before]
    if not known:
        return
    uses = USES.provider([before[row["code"]]["pk"] for row in known])
    of_category = dict(ItemCategory.objects.values_list("code", "costing_method"))
    for row in known:
        was = before[row["code"]]
        own = row["costing_method"] if "costing_method" in context.columns["items"] else was["costing_method"]
        was["effective_method"] = was["costing_method"] or of_category[was["category"]]
        effective = own or of_category.get(row["category"], was["effective_method"])
        after = {"unit_id": row["unit"], "effective_method": effective}
        if "tracking" in context.columns["items"]:
            after["tracking"] = row["tracking"]
        for problem in frozen_problems(was, after, list(uses.get(was["pk"], ()))):
            yield Fault("items", row.number, problem.where, problem)


def load_items(rows: Sequence[Row], context: Context) -> None:
    ids = {column: context.ids(sheet) for column, sheet in REFERENCES.items()}
    records = [
        {
            "code": row["code"],
            **{name: row.values[name] for name in PLAIN},
            **{f"{name}_id": ids[name][row[name]] if row.get(name) else None for name in REFERENCES},
            "pinyin": initials(row["name"]),
        }
        for row in rows
    ]
    upsert(Item, records, columns=context.columns["items"], always=("pinyin",))


def export_items(context: Context) -> Iterable[Mapping[str, Any]]:
    rows = Item.objects.select_related(
        "category", "unit", "second_unit", "planner", "default_warehouse", "default_supplier"
    )
    for row in rows:
        yield {
            "code": row.code, **{name: getattr(row, name) for name in PLAIN}, "category": row.category.code, "unit": row.unit.code,
            "second_unit": row.second_unit.code if row.second_unit else None,
            "planner": row.planner.username if row.planner else None,
            "default_warehouse": row.default_warehouse.code if row.default_warehouse else None,
            "default_supplier": row.default_supplier.code if row.default_supplier else None,
        }  # fmt: skip


def _quantity(key: str, title: str, note: str = "") -> Column:
    return Column(key, title, kind="quantity", minimum=0, default=Decimal(0), note=note)


ZERO = Decimal(0)
ITEMS = Sheet(
    "items", N_("Items"), unique=("code",), note=N_("Everything that is bought, made, stored, sold or used up."),
    columns=[
        code_column(N_("Item code"), 40), Column("name", N_("Item name"), required=True, max_length=120, width=26),
        Column("spec", N_("Specification"), default="", width=28), Column("drawing_no", N_("Drawing number"), default="", max_length=60),
        Column("category", N_("Category code"), required=True, ref="categories"),
        Column("kind", N_("Item kind"), kind="choice", choices=titles(ItemKind), default="part"),
        Column("source", N_("Source"), kind="choice", choices=titles(ItemSource), default="buy"),
        Column("unit", N_("Unit code"), required=True, ref="units"),
        Column("tracking", N_("Tracking"), kind="choice", choices=titles(Tracking), default="none"),
        Column("costing_method", N_("Costing method"), kind="choice", choices=titles(CostingMethod), default="",
               note=N_("Empty: as the category says.")),
        Column("picking_rule", N_("Picking rule"), kind="choice", choices=titles(PickingOrder), default="",
               note=N_("Empty: as the category says.")),
        Column("second_unit", N_("Second unit code"), ref="units", note=N_("Counted beside the unit, such as kg beside pieces.")),
        Column("shelf_life_days", N_("Shelf life (days)"), kind="integer", minimum=1, maximum=36500),
        Column("lead_time_days", N_("Lead time (working days)"), kind="integer", minimum=0, maximum=3650, default=0),
        Column("safety_time_days", N_("Safety time (days)"), kind="integer", minimum=0, maximum=365, default=0, note=N_("So many days before the need it is planned to be there.")),
        _quantity("safety_stock", N_("Safety stock")),
        Column("lot_rule", N_("Lot rule"), kind="choice", choices=titles(LotRule), default="lot_for_lot"),
        _quantity("lot_quantity", N_("Lot quantity"), N_("Of the rule “fixed quantity”.")), _quantity("lot_minimum", N_("Minimum lot")),
        _quantity("lot_multiple", N_("Lot multiple")), _quantity("lot_maximum", N_("Maximum lot"), N_("0: no maximum.")),
        Column("lot_days", N_("Lot days"), kind="integer", minimum=0, maximum=3650, default=0),
        _quantity("reorder_point", N_("Reorder point")), _quantity("min_stock", N_("Minimum stock")),
        Column("max_stock", N_("Maximum stock"), kind="quantity", minimum=0),
        Column("planner", N_("Planner (user name)"), ref="users"),
        Column("standard_cost", N_("Standard cost"), kind="price", minimum=0, default=ZERO, scope="cost", note=N_("Per base unit, without tax.")),
        Column("sales_price", N_("Sales price"), kind="price", minimum=0, default=ZERO, scope="price", note=N_("Per base unit, without tax.")),
        Column("tax_rate", N_("Tax rate"), kind="ratio", minimum=0, maximum=Decimal("0.99"), default=Decimal("0.13")),
        Column("inspect_incoming", N_("Inspect on arrival"), kind="bool", note=N_("Empty: as the category says.")),
        Column("inspect_final", N_("Final inspection"), kind="bool", default=False),
        Column("barcode", N_("Barcode"), default="", max_length=60),
        _quantity("pack_quantity", N_("Carton quantity"), N_("Pieces in one carton, for labels.")),
        Column("default_warehouse", N_("Warehouse code"), ref="warehouses"), Column("default_supplier", N_("Supplier code"), ref="partners"),
        Column("status", N_("Status"), kind="choice", choices=titles(ItemStatus), default="active"),
        *(
            Column(key, title, kind="ratio", minimum=0, maximum=9, note=N_("Empty: as the category says."))
            for key, title in (
                ("over_receipt", N_("Over-receipt tolerance")), ("over_issue", N_("Over-issue tolerance")),
                ("over_report", N_("Over-report tolerance")), ("over_delivery", N_("Over-delivery tolerance")),
            )
        ),
        Column("over_mode", N_("Beyond the tolerance"), kind="choice", choices=titles(OverMode), default="", note=N_("Empty: as the category says.")),
        Column("remark", N_("Remark"), default=""),
    ],
    check=check_items, load=load_items, export=export_items, ids=lambda: Item.objects.values_list("code", "pk"),
)  # fmt: skip


def check_item_units(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    base = dict(Item.objects.filter(code__in={row["item"] for row in rows}).values_list("code", "unit__code"))
    for row in rows:
        own = context.row_of("items", row["item"])
        if row["unit"] == (own["unit"] if own else base.get(row["item"])):
            yield fault("item_units", row, "unit", "base_unit", "This is the base unit already; name other units only.")


def load_item_units(rows: Sequence[Row], context: Context) -> None:
    items, units = context.ids("items"), context.ids("units")
    records = [
        {
            "item_id": items[row["item"]], "unit_id": units[row["unit"]], "numerator": row["numerator"], "denominator": row.get("denominator", 1),
        }
        for row in rows
    ]  # fmt: skip
    upsert(ItemUnit, records, unique=("item", "unit"), columns=context.columns["item_units"])


def export_item_units(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in ItemUnit.objects.select_related("item", "unit"):
        yield {"item": row.item.code, "unit": row.unit.code, "numerator": row.numerator, "denominator": row.denominator}


ITEM_UNITS = Sheet(
    "item_units", N_("Alternative units"), unique=("item", "unit"), note=N_("1 unit = numerator / denominator base units."),
    columns=[
        Column("item", N_("Item code"), required=True, ref="items"), Column("unit", N_("Unit code"), required=True, ref="units"),
        Column("numerator", N_("Numerator"), kind="integer", required=True, minimum=1, maximum=10**12),
        Column("denominator", N_("Denominator"), kind="integer", minimum=1, maximum=10**12, default=1),
    ],
    check=check_item_units, load=load_item_units, export=export_item_units,
)  # fmt: skip


PLANT_PLAIN = (
    "source", "lead_time_days", "safety_time_days", "safety_stock", "lot_rule", "lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum", "lot_days",
)  # fmt: skip
PLANT_REFERENCES = {"plant": "plants", "source_plant": "plants", "supplier": "partners", "warehouse": "warehouses"}


def check_item_plants(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    """Each item's rows together with those it has already: a circle may be closed by a single row."""
    warehouses: dict[str, str] = dict(Warehouse.objects.values_list("code", "plant__code"))
    warehouses |= {row["code"]: row["plant"] for row in context.rows.get("warehouses", ())}
    kept: dict[str, list[Mapping[str, Any]]] = {}
    for one in export_item_plants(context):
        kept.setdefault(one["item"], []).append(one)
    by_item: dict[str, list[Row]] = {}
    for row in rows:
        by_item.setdefault(row["item"], []).append(row)
    for item, own in by_item.items():
        fresh = {row["plant"] for row in own}
        others = [one for one in kept.get(item, ()) if one["plant"] not in fresh]
        places = [*(f"{n}." for n in range(len(own))), *("-1." for _ in others)]
        for problem in plant_problems([*(row.values for row in own), *others], places, None, warehouses):
            at, _, name = problem.where.partition(".")
            if int(at) >= 0:
                yield Fault("item_plants", own[int(at)].number, name, problem)


def load_item_plants(rows: Sequence[Row], context: Context) -> None:
    items = context.ids("items")
    ids = {column: context.ids(sheet) for column, sheet in PLANT_REFERENCES.items()}
    records = [
        {
            "item_id": items[row["item"]],
            **{name: row.values.get(name) for name in PLANT_PLAIN},
            **{f"{name}_id": ids[name][row[name]] if row.get(name) else None for name in PLANT_REFERENCES},
        }
        for row in rows
    ]
    upsert(ItemPlant, records, unique=("item", "plant"), columns=context.columns["item_plants"])


def export_item_plants(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in ItemPlant.objects.select_related("item", "plant", "source_plant", "supplier", "warehouse"):
        yield {
            "item": row.item.code, "plant": row.plant.code, **{name: getattr(row, name) for name in PLANT_PLAIN},
            "source_plant": row.source_plant.code if row.source_plant else None, "supplier": row.supplier.code if row.supplier else None,
            "warehouse": row.warehouse.code if row.warehouse else None,
        }  # fmt: skip


ITEM_PLANTS = Sheet(
    "item_plants", N_("Items by plant"), unique=("item", "plant"), note=N_("Only where there are several plants: what differs from the item there."),
    columns=[
        Column("item", N_("Item code"), required=True, ref="items"), Column("plant", N_("Plant code"), required=True, ref="plants"),
        Column("source", N_("Source"), kind="choice", choices=titles(ItemSource), default="", note=N_("Empty: as the item says.")),
        Column("source_plant", N_("Transferred from (plant code)"), ref="plants"),
        Column("lead_time_days", N_("Lead time (working days)"), kind="integer", minimum=0, maximum=3650, note=N_("Of a transfer: the way. Empty: as the item says.")),
        Column("safety_time_days", N_("Safety time (days)"), kind="integer", minimum=0, maximum=365, note=N_("Empty: as the item says.")),
        Column("safety_stock", N_("Safety stock"), kind="quantity", minimum=0),
        Column("lot_rule", N_("Lot rule"), kind="choice", choices=titles(LotRule), default="", note=N_("Empty: rule and figures as the item says.")),
        _quantity("lot_quantity", N_("Lot quantity")), _quantity("lot_minimum", N_("Minimum lot")), _quantity("lot_multiple", N_("Lot multiple")),
        _quantity("lot_maximum", N_("Maximum lot")), Column("lot_days", N_("Lot days"), kind="integer", minimum=0, maximum=3650, default=0),
        Column("supplier", N_("Supplier code"), ref="partners"), Column("warehouse", N_("Warehouse code"), ref="warehouses"),
    ],
    check=check_item_plants, load=load_item_plants, export=export_item_plants,
)  # fmt: skip
