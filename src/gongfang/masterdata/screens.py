"""Master data on the screen."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import Problem
from gongfang.masterdata import pages
from gongfang.masterdata.change_screens import CHANGE_REQUESTS
from gongfang.masterdata.models import Partner
from gongfang.masterdata.prints import BOM_PRINTS, ROUTING_PRINTS
from gongfang.masterdata.queries import (
    VIEW_CUSTOMER_PRICES,
    VIEW_ITEMS,
    VIEW_PARTNERS,
    VIEW_SITES,
    VIEW_STRUCTURE,
    VIEW_SUPPLIER_PRICES,
    has_several_plants,
)
from gongfang.masterdata.routing_tabs import ROUTING_TABS
from gongfang.masterdata.tabs import BOM_TABS, ITEM_TABS
from gongfang.ui.screens import Column, Field, Filter, LineGrid, ListVerb, Page, Preset, Screen, VerbButton

UNIT_PRECISION = "unit__precision"


WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def weekday_words(days: Sequence[int]) -> str:
    """Days in a row as a span, others one by one: Mon – Fri; Mon, Wed."""
    names = [str(WEEKDAYS[day - 1]) for day in days]
    in_a_row = len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1))
    return f"{names[0]} – {names[-1]}" if in_a_row else ", ".join(names)


def _quantity(name: str) -> Field:
    return Field(name, precision=UNIT_PRECISION, group=_("Planning"))


INSPECT_ARRIVAL = Field(
    "inspect_incoming", kind="choice", required=False, choices=[("True", _("Yes")), ("False", _("No"))],
    help=_("Empty: as the category says."),
)  # fmt: skip
ITEMS = Screen(
    "masterdata/items", model="masterdata.Item", icon="box", order=10, view_permission=VIEW_ITEMS,
    columns=[
        "code", "name", "spec", Column("category__name", _("Category")), "kind", "source", Column("unit__name", _("Unit")), "tracking",
        "lead_time_days", Column("safety_stock", precision=UNIT_PRECISION, hidden=True), "standard_cost", "sales_price", "status",
        Column("drawing_no", hidden=True), Column("default_warehouse__name", hidden=True), Column("default_supplier__name", hidden=True),
        Column("lot_rule", hidden=True), Column("barcode", hidden=True),
    ],
    filters=[
        "category", "kind", "source", "tracking", "status", "default_supplier", "default_warehouse", "planner", "lot_rule",
        Filter("updated_at", _("Changed")),
    ],
    views=[
        Preset("finished", _("Finished products"), {"kind": "finished"}), Preset("made", _("Made in-house"), {"source": "make"}),
        Preset("bought", _("Bought"), {"source": "buy"}), Preset("blocked", _("Blocked or retired"), {"status": ["blocked", "retired"]}),
    ],
    search=["code", "name", "spec", "drawing_no", "pinyin", "barcode"], ordering=["code"],
    header=[
        Field("code", required=False, help=_("Empty: the next free number.")), "name", Field("spec", span=2),
        "category", "kind", "source", "unit", Field("second_unit", help=_("Counted beside the unit, such as kg beside pieces.")), "drawing_no", "tracking", "shelf_life_days", "barcode",
        Field("pack_quantity", precision=UNIT_PRECISION, required=False, help=_("Pieces in one carton; so many stand on each label.")), "default_warehouse",
        Field("default_supplier", ref="masterdata/suppliers"), "status", INSPECT_ARRIVAL, "inspect_final",
        Field("lead_time_days", group=_("Planning")), Field("safety_time_days", required=False, group=_("Planning"), help=_("So many days before the need it is planned to be there.")),
        Field("planner", group=_("Planning")), _quantity("safety_stock"),
        Field("picking_rule", required=False, group=_("Planning"), help=_("Empty: as the category says.")),
        Field("lot_rule", group=_("Planning")), _quantity("lot_quantity"), _quantity("lot_minimum"), _quantity("lot_multiple"),
        _quantity("lot_maximum"), Field("lot_days", group=_("Planning")), _quantity("reorder_point"), _quantity("min_stock"),
        _quantity("max_stock"),
        Field("costing_method", required=False, group=_("Prices"), help=_("Empty: as the category says. Fixed after the first posting.")),
        Field("standard_cost", group=_("Prices")), Field("sales_price", group=_("Prices")), Field("tax_rate", group=_("Prices")),
        Field("over_receipt", group=_("Tolerances")), Field("over_issue", group=_("Tolerances")),
        Field("over_report", group=_("Tolerances")), Field("over_delivery", required=False, group=_("Tolerances")),
        Field("over_mode", required=False, group=_("Tolerances"), help=_("Empty: as the category says.")), Field("remark", span=4),
    ],
    lines=[
        LineGrid("units", title=_("Alternative units"), fields=["unit", "numerator", "denominator"], at_least=0,
                 teach=_("1 unit = numerator / denominator base units.")),
        LineGrid("barcodes", title=_("Further barcodes"), fields=["code", "unit"], at_least=0),
        LineGrid(
            "plants", title=_("By plant"), at_least=0, order_by=["plant"], offered=has_several_plants,
            fields=["plant", Field("source", required=False), Field("source_plant", required=False), "lead_time_days", "safety_time_days", "safety_stock",
                    Field("lot_rule", required=False), "lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum", "lot_days",
                    Field("supplier", ref="masterdata/suppliers", required=False), Field("warehouse", required=False)],
            teach=_("Only where there are several plants: what is left empty is as above. What is transferred needs the plant it comes from; its lead time is the way."),
        ),
    ],
    state="status", create_verb="masterdata.create_item", edit_verb="masterdata.change_item",
    verbs=[
        VerbButton("masterdata.activate_item", _("Activate"), icon="lock-open", batch=True, shown=lambda item: item.status != "active"),
        VerbButton("masterdata.block_item", _("Block"), icon="lock", batch=True, primary=False, shown=lambda item: item.status in ("trial", "active")),
        VerbButton("masterdata.retire_item", _("Retire"), icon="archive", batch=True, primary=False, shown=lambda item: item.status != "retired"),
    ],
    tabs=ITEM_TABS, lookup=["code", "name", "spec", Column("unit__name", _("Unit")), "drawing_no"], label="{code} {name}",
    related=["unit", "category"],
    teach=_("Items are everything the factory buys, makes, keeps or sells. Import them from Excel, or add the first one here."),
)  # fmt: skip

CATEGORIES = Screen(
    "masterdata/categories", model="masterdata.ItemCategory", teach=_("Categories sort the items; a category's account decides where its stock stands in the books."),
    icon="category", order=60, view_permission=VIEW_ITEMS,
    columns=["code", "name", Column("parent__name", _("Parent category")), "inventory_role", "costing_method", "inspect_incoming", "over_receipt", "over_issue", "over_report"],
    filters=["inventory_role", "parent"], search=["code", "name"],
    header=["code", "name", "parent", "inventory_role", Field("costing_method", help=_("Fixed once its items are posted.")), Field("picking_rule", required=False, help=_("Empty: the company's setting.")), "inspect_incoming", "over_receipt", "under_receipt", "over_issue", "over_report", "over_delivery",
            Field("over_mode", required=False, help=_("Empty: the company's setting."))],
    create_verb="masterdata.create_category", edit_verb="masterdata.change_category", label="{code} {name}", lookup=["code", "name"],
)  # fmt: skip

UNITS = Screen(
    "masterdata/units", model="masterdata.Unit", teach=_("Units say how items are counted and with how many decimals."),
    icon="ruler-2", order=65, view_permission=VIEW_ITEMS,
    columns=["code", "name", "precision"], search=["code", "name"], header=["code", "name", "precision"],
    create_verb="masterdata.create_unit", edit_verb="masterdata.change_unit", label="{name}", lookup=["code", "name"],
)  # fmt: skip


def _why_not_block(partner: Any) -> list[Problem]:
    return [] if partner.status == "active" else [Problem("blocked", "This partner is blocked already.")]


def _why_not_unblock(partner: Any) -> list[Problem]:
    return [] if partner.status == "blocked" else [Problem("not_blocked", "This partner is not blocked.")]


PARTNERS = Screen(
    "masterdata/partners", model="masterdata.Partner", icon="building-store", order=20, view_permission=VIEW_PARTNERS,
    columns=[
        "code", "name", "short_name", "is_customer", "is_supplier", "is_subcontractor", "contact", "phone", "payment_days", "tax_rate",
        "credit_limit", "status", Column("tax_no", hidden=True), Column("address", hidden=True),
    ],
    filters=["is_customer", "is_supplier", "is_subcontractor", "status", "payment_days"],
    search=["code", "name", "short_name", "pinyin", "contact", "phone", "tax_no"], ordering=["code"],
    header=[
        Field("code", required=False, help=_("Empty: the next free number.")), Field("name", span=2), "short_name", "is_customer", "is_supplier",
        "is_subcontractor", "status", "tax_no", "contact", "phone", "email", Field("address", span=2), "currency", "payment_days",
        "price_includes_tax", "tax_rate", Field("match_tolerance", required=False, help=_("Of a supplier; empty: the company's setting.")), "credit_limit", Field("remark", span=4),
    ],
    lines=LineGrid("banks", title=_("Bank accounts"), fields=["bank", "account", "holder", "is_default"], at_least=0),
    state="status", create_verb="masterdata.create_partner", edit_verb="masterdata.change_partner",
    verbs=[
        VerbButton("masterdata.block_partner", _("Block"), icon="lock", possible=_why_not_block, batch=True, primary=False),
        VerbButton("masterdata.unblock_partner", _("Unblock"), icon="lock-open", possible=_why_not_unblock, batch=True),
    ],
    lookup=["code", "name", "contact", "phone"], label="{code} {name}",
    teach=_("Customers you sell to, suppliers you buy from, subcontractors who work on your parts."),
)  # fmt: skip


def _side(side: str) -> Any:
    def rows(user: Any) -> Any:
        return Partner.objects.filter(**{side: True})

    return rows


def _new(side: str) -> Any:
    def initial(user: Any, given: Any) -> dict[str, Any]:
        return {side: True}

    return initial


CUSTOMERS = PARTNERS.with_(
    key="masterdata/customers", title=_("Customers"), one=_("Customer"), icon="users", order=21,
    queryset=_side("is_customer"), initial=_new("is_customer"),
    columns=[column for column in PARTNERS.columns if column not in ("is_customer", "is_supplier", "is_subcontractor")],
)  # fmt: skip
SUPPLIERS = PARTNERS.with_(
    key="masterdata/suppliers", title=_("Suppliers"), one=_("Supplier"), icon="truck", order=22,
    queryset=lambda user: Partner.objects.filter(is_supplier=True) | Partner.objects.filter(is_subcontractor=True),
    initial=_new("is_supplier"),
    columns=[column for column in PARTNERS.columns if column not in ("is_customer", "is_supplier", "credit_limit")],
)  # fmt: skip
SUBCONTRACTORS = PARTNERS.with_(
    key="masterdata/subcontractors", title=_("Subcontractors"), one=_("Subcontractor"), icon="building-factory", order=23, menu=False,
    queryset=_side("is_subcontractor"), initial=_new("is_subcontractor"),
)  # fmt: skip

BOMS = Screen(
    "masterdata/boms", model="masterdata.Bom", icon="sitemap", order=12, view_permission=VIEW_STRUCTURE,
    columns=[
        Column("item__code", _("Item code")), Column("item__name", _("Item name")), Column("item__spec", _("Specification")), "code", "is_default",
        "base_quantity", "status", "valid_from", "valid_to", Column("updated_at", _("Changed"), hidden=True),
    ],
    filters=["item", "status", "is_default", Filter("lines__component", _("Component")), "item__kind"],
    views=[Preset("default", _("In force"), {"is_default": True, "status": "active"}), Preset("finished", _("Finished products"), {"item__kind": "finished"})],
    search=["item__code", "item__name", "item__pinyin", "item__spec", "code"], ordering=["item__code", "code"],
    header=[
        Field("item", ref="masterdata/items"), "code", Field("base_quantity", precision="item__unit__precision"), "is_default", "kind", "status", "valid_from",
        "valid_to", "serial_from", "yield_share", Field("remark", span=3),
    ],
    lines=[
        LineGrid(
            "lines", title=_("Components"),
            fields=[
                Field("component", ref="masterdata/items", width=220), Field("name", _("Item name"), path="component__name", readonly=True),
                Field("spec", _("Specification"), path="component__spec", readonly=True), Field("quantity", precision="component__unit__precision"),
                Field("unit", _("Unit"), path="component__unit__name", readonly=True), "is_fixed", "scrap", "issue_method", "operation_no", "offset_days",
                "is_phantom", "designators", "remark",
            ],
        ),
        LineGrid("outputs", title=_("Co- and by-products"), fields=[Field("item", ref="masterdata/items"), "quantity", "kind", "cost_share"], at_least=0),
        LineGrid("substitutes", title=_("Substitutes"), at_least=0,
                 fields=["line_no", Field("item", ref="masterdata/items"), Field("item_name", _("Item name"), path="item__name", readonly=True), "rank", "ratio", "use_up", "valid_from", "valid_to", "is_successor"],
                 teach=_("For the component of a line, by rank; the ratio says how much of it replaces one. What is only a substitute is used as far as it is left over, until its last day; a successor is ordered too.")),
    ],
    state="status", number="item__code", create_verb="masterdata.create_bom", edit_verb="masterdata.change_bom",
    verbs=[
        VerbButton("masterdata.make_default_bom", _("Make default"), icon="star", shown=lambda bom: bom.status == "active" and not bom.is_default and bom.kind != "alternative" and not bom.serial_from),
        VerbButton("masterdata.copy_bom", _("Copy as new version"), icon="copy", primary=False, ask=[Field("code", _("Version"), required=True, max_length=20)]),
    ],
    list_verbs=[
        ListVerb(
            "masterdata.replace_component", _("Replace component everywhere"), icon="replace",
            ask=[
                Field("item_id", _("Component"), kind="ref", ref="masterdata/items", required=True),
                Field("replacement_id", _("Put in its place"), kind="ref", ref="masterdata/items", required=True),
            ],
        ),
        ListVerb(
            "masterdata.change_everywhere", _("Replace everywhere by a change"), icon="git-pull-request",
            ask=[
                Field("item_id", _("Component"), kind="ref", ref="masterdata/items", required=True),
                Field("replacement_id", _("Put in its place"), kind="ref", ref="masterdata/items", required=True),
                Field("reason", _("Reason"), required=True, max_length=500),
            ],
        ),
    ],
    tabs=BOM_TABS, prints=BOM_PRINTS, lookup=["item__code", "item__name", "code", "status"], label="{item__code} {code}", related=["item__unit"],
    teach=_("A bill of materials says what goes into an item. It drives planning, issuing and cost."),
)  # fmt: skip

ROUTINGS = Screen(
    "masterdata/routings", model="masterdata.Routing", icon="route", order=14, view_permission=VIEW_STRUCTURE,
    columns=[Column("item__code", _("Item code")), Column("item__name", _("Item name")), Column("item__spec", _("Specification")), "code", "is_default", "status", "valid_from", "remark"],
    filters=["item", "is_default", "status", Filter("operations__work_centre", _("Work centre"))],
    views=[Preset("default", _("In force"), {"is_default": True, "status": "active"})],
    search=["item__code", "item__name", "item__pinyin", "code"], ordering=["item__code", "code"],
    header=[Field("item", ref="masterdata/items"), "code", "is_default", "status", "valid_from", "valid_to", "serial_from", Field("remark", span=2)],
    lines=[LineGrid(
        "operations", title=_("Operations"),
        fields=[
            "operation_no", Field("name", width=120), "work_centre", "setup_minutes", "run_minutes", "queue_minutes", "move_minutes", "crew",
            "piece_rate", Field("overlap_quantity", help=_("Good pieces after which the next operation may begin. 0: the first is enough.")), "skill", "setup_family", "inspection", "is_subcontracted", Field("subcontractor", ref="masterdata/subcontractors"), "subcontract_price",
            Field("predecessors", _("Predecessors"), kind="text", path="predecessor_text", required=False), Field("instruction", kind="text", width=220),
        ],
    ),
    LineGrid("alternatives", title=_("Alternative work centres"), fields=["operation_no", "work_centre", "rank", "time_factor"], at_least=0)],
    state="status", number="item__code", create_verb="masterdata.create_routing", edit_verb="masterdata.change_routing", label="{item__code} {code}", related=["item"],
    verbs=[
        VerbButton("masterdata.make_default_routing", _("Make default"), icon="star", shown=lambda routing: routing.status == "active" and not routing.is_default and not routing.serial_from),
        VerbButton("masterdata.copy_routing", _("Copy as new version"), icon="copy", primary=False, ask=[Field("code", _("Version"), required=True, max_length=20)]),
    ],
    tabs=ROUTING_TABS, prints=ROUTING_PRINTS,
    teach=_("A routing says how an item is made: operations, where, how long, by how many."),
)  # fmt: skip

WORK_CENTRES = Screen(
    "masterdata/work-centres", model="masterdata.WorkCentre", teach=_("A work centre is where work is done: its machines, shifts and rates per hour; routings and plans use it."),
    icon="engine", order=30, view_permission=VIEW_STRUCTURE,
    columns=[
        "code", "name", "workshop", "kind", "machines", Column("calendar__name", _("Calendar")), "efficiency", "labour_rate", "machine_rate",
        "overhead_rate", "is_active", Column("plant__name", _("Plant"), hidden=True),
    ],
    filters=["workshop", "kind", "plant", "is_active"], search=["code", "name", "workshop"], ordering=["code"],
    header=[
        "code", "name", "plant", "workshop", "kind", "machines", "calendar", "efficiency", "labour_rate", "machine_rate", "overhead_rate", "is_active",
    ],
    lines=LineGrid(
        "setup_changes", title=_("Set-up changes"), fields=["from_family", "to_family", "minutes"], at_least=0, order_by=["from_family", "to_family"],
        teach=_("Minutes to change a machine from one set-up family of the routings to another, such as a colour or a material. The schedule keeps them free."),
    ),
    create_verb="masterdata.create_work_centre", edit_verb="masterdata.change_work_centre", label="{code} {name}", lookup=["code", "name", "workshop"],
)  # fmt: skip

WAREHOUSES = Screen(
    "masterdata/warehouses", model="masterdata.Warehouse", teach=_("A warehouse holds stock; its main place and its bins are made with it."),
    icon="building-warehouse", order=32, view_permission=VIEW_SITES,
    columns=["code", "name", Column("plant__name", _("Plant")), "kind", "is_active"], filters=["plant", "kind", "is_active"],
    search=["code", "name"], header=["code", "name", "plant", "kind", "is_active"], create_verb="masterdata.create_warehouse",
    edit_verb="masterdata.change_warehouse", label="{name}", lookup=["code", "name"],
)  # fmt: skip

PLANTS = Screen(
    "masterdata/plants", model="masterdata.Plant", teach=_("A plant is a site that is planned by itself. With one plant no page speaks of plants."),
    icon="building-factory-2", order=34, view_permission=VIEW_SITES, columns=["code", "name"],
    search=["code", "name"], header=["code", "name"], create_verb="masterdata.create_plant", edit_verb="masterdata.change_plant",
    label="{name}", lookup=["code", "name"],
)  # fmt: skip


CALENDARS = Screen(
    "masterdata/calendars", model="masterdata.Calendar", teach=_("A calendar says which days and shifts are worked; planning and due dates count its days."),
    icon="calendar", order=36, view_permission=VIEW_SITES,
    columns=[
        "code", "name", Column("weekday_words", _("Weekdays"), value=lambda row: weekday_words(row.weekdays), needs=["weekdays"]), "hours_per_day",
        Column("shift_text", _("Shifts"), value=lambda row: row.shift_text, needs=["shifts"]),
    ],
    search=["code", "name"],
    header=[
        "code", "name", Field("weekdays", kind="text", path="weekday_text", title=_("Weekdays"), required=True, default="1-5", help=_("Monday 1 to Sunday 7, such as 1-5 or 1,2,3.")), "hours_per_day",
        Field("shifts", kind="text", path="shift_text", title=_("Shifts"), span=2, required=False, help=_("Such as: Day 08:00-17:00; Night 20:00-05:00")),
    ],
    lines=LineGrid("exceptions", title=_("Holidays and make-up days"), fields=["date", "is_working", "name"], at_least=0, order_by=["date"]),
    create_verb="masterdata.create_calendar", edit_verb="masterdata.change_calendar", label="{name}", lookup=["code", "name"],
)  # fmt: skip

SUPPLIER_PRICES = Screen(
    "masterdata/supplier-prices", model="masterdata.SupplierPrice", teach=_("What a supplier asks for an item, from which quantity, until when; orders take it over."),
    icon="receipt", order=40, view_permission=VIEW_SUPPLIER_PRICES,
    columns=[
        Column("item__code", _("Item code")), Column("item__name", _("Item name")), Column("item__spec", _("Specification")),
        Column("supplier__name", _("Supplier"), to="masterdata/suppliers"), "price", "tax_included", "min_quantity", "multiple", "lead_time_days",
        "valid_from", "valid_to", "share",
    ],
    filters=["item", Filter("supplier", ref="masterdata/suppliers"), "valid_from"], number="pk",
    search=["item__code", "item__name", "item__pinyin", "supplier__name", "supplier__pinyin"], ordering=["item__code"],
    header=[
        Field("item", ref="masterdata/items"), Field("supplier", ref="masterdata/suppliers"), "price", "tax_included", "min_quantity", "multiple",
        "lead_time_days", "share", "valid_from", "valid_to",
    ],
    create_verb="masterdata.create_supplier_price", edit_verb="masterdata.change_supplier_price",
    verbs=[VerbButton("masterdata.delete_supplier_price", _("Delete"), icon="trash", danger=True, batch=True, primary=False, confirm=_("Take this price off the list?"))],
    label="{item__code} {supplier__code}", related=["item", "supplier"],
)  # fmt: skip

CUSTOMER_PRICES = Screen(
    "masterdata/customer-prices", model="masterdata.CustomerPrice", teach=_("What an item costs: for everybody, or for one customer. Orders take the best that fits."),
    icon="tag", order=42, view_permission=VIEW_CUSTOMER_PRICES,
    columns=[
        Column("item__code", _("Item code")), Column("item__name", _("Item name")), Column("item__spec", _("Specification")),
        Column("customer__name", _("Customer"), to="masterdata/customers"), "price", "tax_included", "min_quantity", "valid_from", "valid_to",
    ],
    filters=["item", Filter("customer", ref="masterdata/customers"), "valid_from"], number="pk",
    search=["item__code", "item__name", "item__pinyin", "customer__name", "customer__pinyin"], ordering=["item__code"],
    header=[
        Field("item", ref="masterdata/items"), Field("customer", ref="masterdata/customers", required=False, help=_("Empty: everybody's price.")),
        "price", "tax_included", "min_quantity", "valid_from", "valid_to",
    ],
    create_verb="masterdata.create_customer_price", edit_verb="masterdata.change_customer_price",
    verbs=[VerbButton("masterdata.delete_customer_price", _("Delete"), icon="trash", danger=True, batch=True, primary=False, confirm=_("Take this price off the list?"))],
    label="{item__code}", related=["item", "customer"],
)  # fmt: skip

IMPORT = Page(
    "masterdata/import", _("Opening workbook"), pages.import_page, view_permission="platform.import_workbook", icon="table-import", order=5,
    routes=[("template", pages.template_file), ("export", pages.export_file)],
)  # fmt: skip

SCREENS = [
    IMPORT, ITEMS, BOMS, ROUTINGS, CHANGE_REQUESTS, PARTNERS, CUSTOMERS, SUPPLIERS, SUBCONTRACTORS, WORK_CENTRES, WAREHOUSES, PLANTS, CALENDARS,
    SUPPLIER_PRICES, CUSTOMER_PRICES, CATEGORIES, UNITS,
]  # fmt: skip
