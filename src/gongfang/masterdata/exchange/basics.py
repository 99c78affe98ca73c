"""Units, calendars, plants, warehouses and categories as sheets."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.events import WarehousesAdded
from gongfang.masterdata.models import (
    Calendar,
    CalendarException,
    CostingMethod,
    Item,
    ItemCategory,
    OverMode,
    PickingOrder,
    Plant,
    Unit,
    Warehouse,
)
from gongfang.masterdata.models.items import InventoryRole
from gongfang.masterdata.models.sites import WarehouseKind
from gongfang.masterdata.rules.routing import calendar_problems, numbers_in, shifts_in
from gongfang.masterdata.rules.structure import cycle
from gongfang.masterdata.services.items import USES
from gongfang.platform.events import emit
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

Values = Mapping[str, Any]


def titles(choices: Any) -> dict[str, str]:
    """Value → msgid of a TextChoices."""
    return {
        member.value: member.label._args[0] if hasattr(member.label, "_args") else str(member.label)
        for member in choices
    }


def code_column(title: str, length: int = 20, key: str = "code") -> Column:
    return Column(key, title, required=True, max_length=length)


def load_units(rows: Sequence[Row], context: Context) -> None:
    records = [{"code": row["code"], "name": row["name"], "precision": row.get("precision", 0)} for row in rows]
    upsert(Unit, records, columns=context.columns["units"])


UNITS = Sheet(
    "units", N_("Units"), unique=("code",), note=N_("Units of measure with the decimals they are shown with."),
    columns=[
        code_column(N_("Unit code")), Column("name", N_("Unit name"), required=True, max_length=40),
        Column("precision", N_("Decimals"), kind="integer", minimum=0, maximum=6, default=0),
    ],
    load=load_units, ids=lambda: Unit.objects.values_list("code", "pk"),
    export=lambda context: Unit.objects.values("code", "name", "precision"),
)  # fmt: skip


def _calendar(row: Row) -> dict[str, Any]:
    return {
        "code": row["code"], "name": row["name"], "weekdays": sorted(set(numbers_in(row.get("weekdays", "1-5")))),
        "hours_per_day": row.get("hours_per_day", Decimal(8)), "shifts": shifts_in(row.get("shifts", "")),
    }  # fmt: skip


def check_calendars(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    for row in rows:
        try:
            values = _calendar(row)
        except (TypeError, ValueError):
            yield fault(
                "calendars",
                row,
                "weekdays",
                "bad_weekdays",
                "Write weekdays as 1-5 or 1,2,3 and shifts as “Day 08:00-17:00”.",
            )
            continue
        for problem in calendar_problems(values["weekdays"], values["hours_per_day"], values["shifts"]):
            yield Fault("calendars", row.number, problem.where, problem)


def load_calendars(rows: Sequence[Row], context: Context) -> None:
    upsert(Calendar, [_calendar(row) for row in rows], columns=context.columns["calendars"])


def export_calendars(context: Context) -> Iterable[Values]:
    for row in Calendar.objects.all():
        yield {
            "code": row.code, "name": row.name, "weekdays": row.weekday_text, "hours_per_day": row.hours_per_day, "shifts": row.shift_text,
        }  # fmt: skip


CALENDARS = Sheet(
    "calendars", N_("Calendars"), unique=("code",), note=N_("Working weekdays, hours and shifts."),
    columns=[
        code_column(N_("Calendar code")), Column("name", N_("Calendar name"), required=True, max_length=80),
        Column("weekdays", N_("Weekdays"), default="1-5", note=N_("Monday 1 to Sunday 7, such as 1-5 or 1,2,3.")),
        Column("hours_per_day", N_("Hours per day"), kind="quantity", above=0, maximum=24, default=Decimal(8)),
        Column("shifts", N_("Shifts"), default="", note=N_("Such as: Day 08:00-17:00; Night 20:00-05:00"), width=30),
    ],
    check=check_calendars, load=load_calendars, export=export_calendars, ids=lambda: Calendar.objects.values_list("code", "pk"),
)  # fmt: skip


def load_days(rows: Sequence[Row], context: Context) -> None:
    ids = context.ids("calendars")
    records = [
        {
            "calendar_id": ids[row["calendar"]],
            "date": row["date"],
            "is_working": row.get("is_working", False),
            "name": row.get("name", ""),
        }
        for row in rows
    ]
    upsert(CalendarException, records, unique=("calendar", "date"), columns=context.columns["calendar_days"])


def export_days(context: Context) -> Iterable[Values]:
    return [
        {"calendar": code, "date": day, "is_working": working, "name": name}
        for code, day, working, name in CalendarException.objects.values_list(
            "calendar__code", "date", "is_working", "name"
        )
    ]


CALENDAR_DAYS = Sheet(
    "calendar_days", N_("Holidays"), unique=("calendar", "date"), note=N_("Holidays, and days worked to make up for them."),
    columns=[
        Column("calendar", N_("Calendar code"), required=True, ref="calendars"), Column("date", N_("Date"), kind="date", required=True),
        Column("is_working", N_("Worked"), kind="bool", default=False), Column("name", N_("Holiday name"), default="", max_length=60),
    ],
    load=load_days, export=export_days,
)  # fmt: skip


def load_plants(rows: Sequence[Row], context: Context) -> None:
    upsert(Plant, [{"code": row["code"], "name": row["name"]} for row in rows], columns=context.columns["plants"])


PLANTS = Sheet(
    "plants", N_("Plants"), unique=("code",), note=N_("Factory sites."),
    columns=[code_column(N_("Plant code")), Column("name", N_("Plant name"), required=True, max_length=80)],
    load=load_plants, ids=lambda: Plant.objects.values_list("code", "pk"), export=lambda context: Plant.objects.values("code", "name"),
)  # fmt: skip


def load_warehouses(rows: Sequence[Row], context: Context) -> None:
    plants = context.ids("plants")
    records = [
        {
            "code": row["code"], "name": row["name"], "plant_id": plants[row["plant"]], "kind": row.get("kind", "mixed"),
            "is_active": row.get("is_active", True),
        }
        for row in rows
    ]  # fmt: skip
    made = upsert(Warehouse, records, columns=context.columns["warehouses"])
    emit(WarehousesAdded(tuple(row.pk for row in made)))


def export_warehouses(context: Context) -> Iterable[Values]:
    for row in Warehouse.objects.select_related("plant"):
        yield {
            "code": row.code,
            "name": row.name,
            "plant": row.plant.code,
            "kind": row.kind,
            "is_active": row.is_active,
        }


WAREHOUSES = Sheet(
    "warehouses", N_("Warehouses"), unique=("code",), note=N_("Stores of each plant."),
    columns=[
        code_column(N_("Warehouse code")), Column("name", N_("Warehouse name"), required=True, max_length=80),
        Column("plant", N_("Plant code"), required=True, ref="plants"),
        Column("kind", N_("Warehouse kind"), kind="choice", choices=titles(WarehouseKind), default="mixed"),
        Column("is_active", N_("Active"), kind="bool", default=True),
    ],
    load=load_warehouses, export=export_warehouses, ids=lambda: Warehouse.objects.values_list("code", "pk"),
)  # fmt: skip

CATEGORY_FIELDS = (
    "name",
    "inventory_role",
    "costing_method",
    "picking_rule",
    "inspect_incoming",
    "over_receipt",
    "under_receipt",
    "over_issue",
    "over_report",
    "over_delivery",
    "over_mode",
)


def check_categories(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    above: dict[str, list[str]] = {
        code: [parent] if parent else [] for code, parent in ItemCategory.objects.values_list("code", "parent__code")
    }
    above |= {row["code"]: [row["parent"]] if row.get("parent") else [] for row in rows}
    for row in rows:
        circle = cycle(above, [row["code"]])  # type: ignore[arg-type]
        if circle and row["code"] in circle:
            yield fault("categories", row, "parent", "category_cycle", "A category cannot stand under itself.")
    if "costing_method" in context.columns["categories"]:
        yield from _methods_kept(rows)


def _methods_kept(rows: Sequence[Row]) -> Iterable[Fault]:
    """The costing method of a category whose items are posted stays; two statements."""
    before = dict(ItemCategory.objects.values_list("code", "costing_method"))
    moved = [row for row in rows if row["code"] in before and row["costing_method"] != before[row["code"]]]
    if not moved:
        return
    own = Item.objects.filter(costing_method="", category__code__in=[row["code"] for row in moved])
    codes = dict(own.values_list("pk", "category__code"))
    posted = {codes[pk] for pk, uses in USES.provider(list(codes)).items() if uses}
    for row in moved:
        if row["code"] in posted:
            yield fault(
                "categories", row, "costing_method", "costing_method_fixed",
                "Items of this category are posted: its costing method stays.",
            )  # fmt: skip


def load_categories(rows: Sequence[Row], context: Context) -> None:
    """Two passes: all categories first, then what stands under what."""
    columns = context.columns["categories"]
    records = [{"code": row["code"], **{name: row.values[name] for name in CATEGORY_FIELDS}} for row in rows]
    upsert(ItemCategory, records, columns=columns)
    if "parent" not in columns:
        return
    found = {row.code: row for row in ItemCategory.objects.all()}
    for row in rows:
        found[row["code"]].parent_id = found[row["parent"]].pk if row.get("parent") else None
    ItemCategory.objects.bulk_update([found[row["code"]] for row in rows], ["parent"], batch_size=500)


def export_categories(context: Context) -> Iterable[Values]:
    for row in ItemCategory.objects.select_related("parent"):
        values = {name: getattr(row, name) for name in CATEGORY_FIELDS}
        yield {"code": row.code, "parent": row.parent.code if row.parent else None, **values}


CATEGORIES = Sheet(
    "categories", N_("Item categories"), unique=("code",),
    note=N_("The category tree: which inventory account the stock stands on, and the defaults of its items."),
    columns=[
        code_column(N_("Category code")), Column("name", N_("Category name"), required=True, max_length=80),
        Column("parent", N_("Parent category"), ref="categories"),
        Column("inventory_role", N_("Inventory account"), kind="choice", choices=titles(InventoryRole), default="raw"),
        Column("costing_method", N_("Costing method"), kind="choice", choices=titles(CostingMethod), default="moving_average",
               note=N_("Fixed once items of the category are posted.")),
        Column("picking_rule", N_("Picking rule"), kind="choice", choices=titles(PickingOrder), default="", note=N_("Empty: the company's setting.")),
        Column("inspect_incoming", N_("Inspect on arrival"), kind="bool", default=False),
        *(
            Column(key, title, kind="ratio", minimum=0, maximum=9, note=N_("Empty: the company's setting."))
            for key, title in (
                ("over_receipt", N_("Over-receipt tolerance")), ("under_receipt", N_("Under-receipt tolerance")),
                ("over_issue", N_("Over-issue tolerance")), ("over_report", N_("Over-report tolerance")),
                ("over_delivery", N_("Over-delivery tolerance")),
            )
        ),
        Column("over_mode", N_("Beyond the tolerance"), kind="choice", choices=titles(OverMode), default="", note=N_("Empty: the company's setting.")),
    ],
    check=check_categories, load=load_categories, export=export_categories, ids=lambda: ItemCategory.objects.values_list("code", "pk"),
)  # fmt: skip
