"""What the documents of items and bills of materials show beside their own fields."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongfang.kernel.money import to_cents
from gongfang.masterdata.models import Bom, CustomerPrice, Item, SupplierPrice
from gongfang.masterdata.models.bom import BomStatus
from gongfang.masterdata.queries import (
    VIEW_CUSTOMER_PRICES,
    VIEW_SUPPLIER_PRICES,
    default_bom,
    default_routing,
    tops_of,
    uses_below,
    uses_of,
    version_codes,
    where_substitute,
    where_used,
)
from gongfang.masterdata.queries.versions import TITLES, Details, version_details
from gongfang.masterdata.routing_tabs import usual_lot
from gongfang.masterdata.rules.structure import Bearer, Part, cost_of_good_piece, differences, exploded
from gongfang.ui.screens import Column, Tab, Table

SHOWN = 5_000  # rows of a structure on one page
TO_ITEM = "masterdata/items"


def _named(code: Any = None) -> list[Column]:
    """The columns that name an item; a click on its code opens it. code: how the code is shown."""
    return [
        Column("item__code", _("Item code"), to=TO_ITEM, value=code), Column("item__name", _("Item name")),
        Column("item__spec", _("Specification")),
    ]  # fmt: skip


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
    versions = version_codes(structure)
    return Table(
        columns=[
            Column("level", _("Level"), kind="number"), *_named(lambda row: row["code"]), Column("source", _("Source")),
            Column("version", _("Version")), Column("scrap", _("Scrap share"), kind="percent"),
            Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit")),
            Column("price", _("Standard cost"), kind="price", scope="cost"),
            Column("amount", _("Amount"), kind="money", scope="cost"),
        ],
        rows=[_structure_row(part, items[part.component_id], versions) for part in parts[:SHOWN]],
        note=_("For {quantity} {unit}.").format(quantity=f"{quantity.normalize():f}", unit=item.unit.name) if top else "",
        empty=_("There is no bill of materials yet."),
    )  # fmt: skip


def _structure_row(part: Part, item: Item, versions: Mapping[int, str]) -> dict[str, Any]:
    return {
        "level": part.level, "item": item, "code": "　" * (part.level - 1) + item.code, "source": item.get_source_display(),
        "version": versions.get(item.pk, ""), "scrap": part.use.scrap or None, "quantity": part.quantity, "unit": item.unit.name,
        "price": item.standard_cost, "amount": to_cents(part.quantity * item.standard_cost),
    }  # fmt: skip


def bom_structure(user: Any, bom: Bom) -> Table:
    """The structure under this very version."""
    return structure_table(user, bom.item, bom)


def used_in(user: Any, item: Item) -> list[Table]:
    """Where an item is a component or a substitute: directly, and what it ends up in."""
    direct = [
        {"bom": line.bom, "item": line.bom.item, "code": line.bom.item.code, "quantity": line.quantity, "unit": line.component.unit.name,
         "per": line.bom.base_quantity, "status": line.bom.status}
        for line in where_used(item)[:SHOWN]
    ]  # fmt: skip
    stands_in = [
        {"bom": row.bom, "item": row.bom.item, "component": component, "rank": row.rank, "ratio": row.ratio, "until": row.valid_to,
         "status": row.bom.status}
        for row, component in where_substitute(item)[:SHOWN]
    ]  # fmt: skip
    tops = [
        {"level": level, "item": top, "code": top.code, "kind": top.get_kind_display()}
        for level, top in tops_of(item)[:SHOWN]
    ]
    version = Column("bom__code", _("Version"), to="masterdata/boms")
    status = Column("status", _("Status"), kind="state", choices=BomStatus.choices, colors=BOM_COLORS)
    tables = [
        Table(
            [*_named(), version, Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit")),
             Column("per", _("Per quantity"), kind="quantity"), status],
            direct, title=_("Used directly in"), empty=_("It is a component of nothing."),
        ),
        Table([Column("level", _("Levels up"), kind="number"), *_named(), Column("kind", _("Item kind"))], tops, title=_("Ends up in")),
    ]  # fmt: skip
    if stands_in:
        columns = [
            *_named(), version, Column("component", _("In place of"), to=TO_ITEM), Column("rank", _("Rank"), kind="number"),
            Column("ratio", _("Ratio"), kind="quantity"), Column("until", _("Stands in until"), kind="date"), status,
        ]  # fmt: skip
        tables.append(Table(columns, stands_in, title=_("Is a substitute in")))
    return tables


BOM_COLORS = {"active": "green", "draft": "secondary", "retired": "red"}


def cost_roll_up(user: Any, bom: Bom) -> list[Table]:
    """What one good unit costs by this version: components at standard, the work of the routing, less what further outputs take."""
    material = []
    for line, use in zip(bom.lines.select_related("component__unit"), uses_of(bom), strict=True):
        each = use.needed(bom.base_quantity) / bom.base_quantity
        material.append(
            {"item": line.component, "quantity": each, "unit": line.component.unit.name, "price": line.component.standard_cost,
             "amount": to_cents(each * line.component.standard_cost)}
        )  # fmt: skip
    routing = default_routing(bom.item)
    lot = usual_lot(bom.item)
    work = []
    for step in routing.operations.all() if routing else ():
        hours = (step.setup_minutes / lot + step.run_minutes) / 60
        centre = step.work_centre
        rate = step.crew * centre.labour_rate + centre.machine_rate + centre.overhead_rate
        amount = step.subcontract_price if step.is_subcontracted else hours * rate
        work.append(
            {"no": step.operation_no, "name": step.name, "centre": centre.name, "minutes": hours * 60, "amount": to_cents(amount)}
        )  # fmt: skip
    money = Column("amount", _("Amount"), kind="money", scope="cost", total=True)
    return [
        Table(
            [*_named(), Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit")),
             Column("price", _("Standard cost"), kind="price", scope="cost"), money],
            material, title=_("Material"),
        ),
        Table(
            [
                Column("no", _("Operation"), kind="number"), Column("name", _("Operation name")), Column("centre", _("Work centre")),
                Column("minutes", _("Minutes per unit"), kind="quantity"), money,
            ],
            work, title=_("Work"), note=_("Set-up is spread over the usual lot."),
        ),
        _one_good_piece(bom, [row["amount"] for row in material], [row["amount"] for row in work]),
    ]  # fmt: skip


def _one_good_piece(bom: Bom, material: Sequence[Decimal], work: Sequence[Decimal]) -> Table:
    """From material and work to the cost of one good piece, beside the standard cost that is in force."""
    outputs = [
        (row, Bearer(row.quantity / bom.base_quantity, row.cost_share if row.kind == "co" else Decimal(0), row.item.standard_cost))
        for row in bom.outputs.select_related("item")
    ]  # fmt: skip
    total = sum((*material, *work), Decimal(0))
    rows: list[dict[str, Any]] = [
        {"what": _("Material"), "amount": sum(material, Decimal(0))}, {"what": _("Work"), "amount": sum(work, Decimal(0))},
        *({"what": f"− {row.get_kind_display()} {row.item.code} {row.item.name}", "amount": -one.takes(total)} for row, one in outputs),
    ]  # fmt: skip
    cost = cost_of_good_piece(total, [one for _row, one in outputs], bom.yield_share)
    if bom.yield_share < 1:
        share = f"{(bom.yield_share * 100).normalize():f}"
        lost = _("Of {share} % good: what the others cost").format(share=share)
        rows.append({"what": lost, "amount": cost - cost * bom.yield_share})
    rows += [
        {"what": _("One good {unit}").format(unit=bom.item.unit.name), "amount": cost},
        {"what": _("Standard cost in force"), "amount": bom.item.standard_cost},
    ]
    return Table(
        [Column("what", _("Cost of one piece")), Column("amount", _("Amount"), kind="price", scope="cost")],
        rows,
        title=_("Together"),
    )


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
    """How this version differs from each other version of the item, latest first: components, then all else that is said of them."""
    others = list(
        Bom.objects.filter(item=bom.item)
        .exclude(pk=bom.pk)
        .prefetch_related("lines")
        .order_by("-valid_from", "-pk")[:10]
    )
    found = [(other, differences(uses_of(other), uses_of(bom))) for other in others]
    items = Item.objects.select_related("unit").in_bulk({one.component_id for _other, rows in found for one in rows})
    details = version_details([bom.pk, *(other.pk for other in others)])
    tables = []
    for other, rows in found:
        tables.append(
            Table(
                [
                    Column("item__code", _("Item code"), to=TO_ITEM), Column("item__name", _("Item name")),
                    Column("before", _("There"), kind="quantity"), Column("after", _("Here"), kind="quantity"),
                    Column("item__unit__name", _("Unit")),
                ],
                [{"item": items[one.component_id], "before": one.before, "after": one.after} for one in rows],
                title=_("Against {version}").format(version=other.code), empty=_("The same components."),
            )
        )  # fmt: skip
        if more := list(_other_differences(details[other.pk], details[bom.pk])):
            columns = [
                Column("code", _("Item code")), Column("what", _("What differs")), Column("before", _("There")), Column("after", _("Here")),
            ]  # fmt: skip
            tables.append(Table(columns, more, title=_("What else differs from {version}").format(version=other.code)))
    return tables or [Table([], [], empty=_("There is no other version."))]


def _other_differences(before: Details, after: Details) -> Iterator[dict[str, str]]:
    """Of what both versions have: how it is issued, lost, replaced, what else comes out."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key, {}), after.get(key, {})
        both = key in before and key in after
        for name in dict.fromkeys([*old, *new]):
            there, here = old.get(name, ""), new.get(name, "")
            if there != here and (both or key[0] != "line"):
                yield {"code": key[1], "what": str(TITLES[name]), "before": there, "after": here}


BOM_TABS = [
    Tab("compare", gettext_lazy("Compare versions"), tables=compared, icon="git-compare"),
    Tab("structure", gettext_lazy("All levels"), tables=bom_structure, icon="sitemap"),
    Tab("used", gettext_lazy("Where used"), tables=lambda user, bom: used_in(user, bom.item), icon="hierarchy"),
    Tab("cost", gettext_lazy("Cost roll-up"), tables=cost_roll_up, icon="calculator", permission="see.cost"),
]
