"""What the documents of items and bills of materials show beside their own fields."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongfang.kernel.money import to_cents
from gongfang.masterdata.models import Bom, CustomerPrice, Item, RoutingOperation, SupplierPrice
from gongfang.masterdata.queries import (
    VIEW_CUSTOMER_PRICES,
    VIEW_SUPPLIER_PRICES,
    default_bom,
    tops_of,
    uses_below,
    uses_of,
    where_used,
)
from gongfang.masterdata.rules.structure import Part, differences, exploded
from gongfang.ui.screens import Column, Tab, Table

SHOWN = 5_000  # rows of a structure on one page


def structure_table(user: Any, item: Item, bom: Bom | None = None) -> Table:
    """Everything inside one base quantity of an item, level by level, with its standard cost. bom: this version at the top."""
    top = bom or default_bom(item)
    structure = uses_below([use.component_id for use in uses_of(top)]) if top else {}
    if top:
        structure[item.pk] = uses_of(top)
    quantity = top.base_quantity if top else Decimal(1)
    parts = exploded(structure, item.pk, quantity)
    shown = Item.objects.select_related("unit").only("code", "name", "spec", "source", "standard_cost", "unit__name")
    items = shown.in_bulk({part.component_id for part in parts[:SHOWN]})
    return Table(
        columns=[
            Column("level", _("Level"), kind="number"), Column("code", _("Item code")), Column("name", _("Item name")),
            Column("spec", _("Specification")), Column("source", _("Source")),
            Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit")),
            Column("price", _("Standard cost"), kind="price", scope="cost"),
            Column("amount", _("Amount"), kind="money", scope="cost"),
        ],
        rows=[_structure_row(part, items[part.component_id]) for part in parts[:SHOWN]],
        note=_("For {quantity} {unit}.").format(quantity=f"{quantity.normalize():f}", unit=item.unit.name) if top else "",
        empty=_("There is no bill of materials yet."),
    )  # fmt: skip


def _structure_row(part: Part, item: Item) -> dict[str, Any]:
    return {
        "level": part.level, "code": "　" * (part.level - 1) + item.code, "name": item.name, "spec": item.spec,
        "source": item.get_source_display(), "quantity": part.quantity, "unit": item.unit.name, "price": item.standard_cost,
        "amount": to_cents(part.quantity * item.standard_cost),
    }  # fmt: skip


def bom_structure(user: Any, bom: Bom) -> Table:
    """The structure under this very version."""
    return structure_table(user, bom.item, bom)


def used_in(user: Any, item: Item) -> list[Table]:
    """Where an item is a component: directly, and what it ends up in."""
    direct = [
        {
            "code": line.bom.item.code, "name": line.bom.item.name, "spec": line.bom.item.spec, "version": line.bom.code,
            "quantity": line.quantity, "unit": line.component.unit.name,
        }
        for line in where_used(item)[:SHOWN]
    ]  # fmt: skip
    tops = [
        {"level": level, "code": top.code, "name": top.name, "spec": top.spec, "kind": top.get_kind_display()}
        for level, top in tops_of(item)[:SHOWN]
    ]
    named = [Column("code", _("Item code")), Column("name", _("Item name")), Column("spec", _("Specification"))]
    return [
        Table(
            [*named, Column("version", _("Version")), Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit"))],
            direct, title=_("Used directly in"), empty=_("It is a component of nothing."),
        ),
        Table([Column("level", _("Levels up"), kind="number"), *named, Column("kind", _("Item kind"))], tops, title=_("Ends up in")),
    ]  # fmt: skip


def cost_roll_up(user: Any, bom: Bom) -> list[Table]:
    """What one unit costs by this version: components at standard, and the work of the routing."""
    rows = []
    for line, use in zip(bom.lines.select_related("component__unit"), uses_of(bom), strict=True):
        each = use.needed(bom.base_quantity) / bom.base_quantity
        rows.append(
            {
                "code": line.component.code, "name": line.component.name, "quantity": each, "unit": line.component.unit.name,
                "price": line.component.standard_cost, "amount": to_cents(each * line.component.standard_cost),
            }
        )  # fmt: skip
    operations = RoutingOperation.objects.filter(routing__item=bom.item, routing__is_default=True)
    lot = bom.item.lot_quantity or bom.item.lot_minimum or 1
    work = []
    for step in operations.select_related("work_centre"):
        hours = (step.setup_minutes / lot + step.run_minutes) / 60
        centre = step.work_centre
        rate = step.crew * centre.labour_rate + centre.machine_rate + centre.overhead_rate
        amount = step.subcontract_price if step.is_subcontracted else hours * rate
        work.append(
            {
                "no": step.operation_no,
                "name": step.name,
                "centre": centre.name,
                "minutes": hours * 60,
                "amount": to_cents(amount),
            }
        )
    money = Column("amount", _("Amount"), kind="money", scope="cost", total=True)
    return [
        Table(
            [
                Column("code", _("Item code")), Column("name", _("Item name")), Column("quantity", _("Quantity"), kind="quantity"),
                Column("unit", _("Unit")), Column("price", _("Standard cost"), kind="price", scope="cost"), money,
            ],
            rows, title=_("Material"),
        ),
        Table(
            [
                Column("no", _("Operation"), kind="number"), Column("name", _("Operation name")), Column("centre", _("Work centre")),
                Column("minutes", _("Minutes per unit"), kind="quantity"), money,
            ],
            work, title=_("Work"), note=_("Set-up is spread over the usual lot."),
        ),
    ]  # fmt: skip


def item_prices(user: Any, item: Item) -> list[Table]:
    """Purchase and sales prices, to whoever may see each."""
    tables = []
    if user.may(VIEW_SUPPLIER_PRICES):
        rows = SupplierPrice.objects.filter(item=item).select_related("supplier")
        columns = [
            "supplier__name",
            "price",
            "tax_included",
            "min_quantity",
            "lead_time_days",
            "valid_from",
            "valid_to",
            "share",
        ]
        tables.append(_prices(_("Purchase prices"), SupplierPrice, columns, rows))
    if user.may(VIEW_CUSTOMER_PRICES):
        sales = CustomerPrice.objects.filter(item=item).select_related("customer")
        columns = ["customer__name", "price", "tax_included", "min_quantity", "valid_from", "valid_to"]
        tables.append(_prices(_("Sales prices"), CustomerPrice, columns, sales))
    return tables


def _prices(title: str, model: Any, names: list[str], rows: Any) -> Table:
    from gongfang.ui.derive import derived_column

    return Table([derived_column(model, name) for name in names], list(rows), title=title, empty=_("No price yet."))


ITEM_TABS = [
    Tab("structure", gettext_lazy("Structure"), tables=structure_table, icon="sitemap"),
    Tab("used", gettext_lazy("Where used"), tables=used_in, icon="hierarchy"),
    Tab("prices", gettext_lazy("Prices"), tables=item_prices, icon="tag"),
]


def compared(user: Any, bom: Bom) -> list[Table]:
    """How this version differs from each other version of the item, latest first."""
    others = list(
        Bom.objects.filter(item=bom.item)
        .exclude(pk=bom.pk)
        .prefetch_related("lines")
        .order_by("-valid_from", "-pk")[:10]
    )
    found = [(other, differences(uses_of(other), uses_of(bom))) for other in others]
    items = Item.objects.select_related("unit").in_bulk({one.component_id for _other, rows in found for one in rows})
    return [
        Table(
            [
                Column("code", _("Item code")), Column("name", _("Item name")), Column("before", _("There"), kind="quantity"),
                Column("after", _("Here"), kind="quantity"), Column("unit", _("Unit")),
            ],
            [
                {"code": items[one.component_id].code, "name": items[one.component_id].name, "before": one.before, "after": one.after,
                 "unit": items[one.component_id].unit.name}
                for one in rows
            ],
            title=_("Against {version}").format(version=other.code), empty=_("The same components."),
        )
        for other, rows in found
    ] or [Table([], [], empty=_("There is no other version."))]  # fmt: skip


BOM_TABS = [
    Tab("compare", gettext_lazy("Compare versions"), tables=compared, icon="git-compare"),
    Tab("structure", gettext_lazy("All levels"), tables=bom_structure, icon="sitemap"),
    Tab("used", gettext_lazy("Where used"), tables=lambda user, bom: used_in(user, bom.item), icon="hierarchy"),
    Tab("cost", gettext_lazy("Cost roll-up"), tables=cost_roll_up, icon="calculator", permission="see.cost"),
]
