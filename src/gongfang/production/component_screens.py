"""Components and further outputs of work orders on the screen, and the lines of what moves them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.kernel.money import to_micro
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.production.models import WorkOrderMaterial
from gongfang.production.permissions import VIEW_ORDERS
from gongfang.production.queries import orders_visible_to
from gongfang.production.receiving import PLACES_IN
from gongfang.production.services.staging import AT_LINE, StageInput
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Preset, Screen, Tab, Table, VerbButton

PRECISION = "item__unit__precision"
STAGE_COLORS = {
    "planned": "secondary", "released": "blue", "started": "cyan", "paused": "orange", "completed": "green", "closed": "teal",
    "settled": "purple", "cancelled": "secondary",
}  # fmt: skip
UNIT = Field("unit", _("Unit"), path="item__unit__name", readonly=True)


def material_lines(title: Any, *more: Any) -> LineGrid:
    """The lines of an issue or return: a component, how much, which lot, which place."""
    return LineGrid(
        "lines", title=title, on_edit=False,
        fields=[
            Field("material", _("Component"), ref="production/components"), Field("quantity", precision=PRECISION), UNIT,
            Field("second", _("Second quantity"), kind="quantity", path="second_quantity", required=False, minimum=0, offered=counts_in_two_units,
                  precision="item__second_unit__precision", help=_("Of items counted in two units. Empty: by the item's factor.")),
            Field("lot", ref="inventory/lots", required=False), Field("warehouse", ref="masterdata/warehouses", required=False),
            Field("location", _("Location"), kind="ref", ref="inventory/locations", required=False, where=PLACES_IN), *more,
        ],
        columns=[Column("order__number", _("Work order"), to="production/orders"), Column("value", total=True)],
    )  # fmt: skip


def _visible(user: Any) -> Any:
    return WorkOrderMaterial.objects.filter(document__in=orders_visible_to(user).exclude(approval="void"))


def _substitutes(user: Any, row: WorkOrderMaterial) -> list[Table]:
    """What the bill of materials allows instead, what of it is free, and what stands in its place on the order."""
    allowed = row.allowed_substitutes
    items = masterdata.items_by_ids([pk for pk, _ratio, _first in allowed])
    free = ledger.available(list(items)) if items else {}
    rows = [
        {"code": items[pk].code, "name": items[pk].name, "ratio": ratio, "first": first, "free": free.get(pk, 0), "unit": items[pk].unit.name}
        for pk, ratio, first in allowed
        if pk in items
    ]  # fmt: skip
    return [
        Table(
            [Column("code", _("Item")), Column("name", _("Name")), Column("ratio", _("For one"), kind="quantity"),
             Column("first", _("Use up first"), kind="bool"), Column("free", _("Free in the stores"), kind="quantity"), Column("unit", _("Unit"))],
            rows, title=_("Allowed by the bill of materials"), empty=_("The bill of materials allows none; another item may be used all the same."),
        ),
        Table(
            [Column("item__code", _("Item"), to="masterdata/items"), Column("item__name", _("Name")), Column("quantity", _("Required"), kind="quantity"),
             Column("done_quantity", _("Issued net"), kind="quantity")],
            list(row.substitutes.select_related("item")), title=_("Used in its place"), empty=_("None.")),
    ]  # fmt: skip


def _staged(row: WorkOrderMaterial, answers: dict[str, Any]) -> dict[str, Any]:
    return {
        "lines": [StageInput(row.pk, answers["staged"])],
        "warehouse_id": getattr(answers["line"], "pk", answers["line"]),
    }


def _unstaged(row: WorkOrderMaterial, answers: dict[str, Any]) -> dict[str, Any]:
    into = answers.get("into")
    return {"lines": [StageInput(row.pk, answers["staged"])], "warehouse_id": getattr(into, "pk", into)}


COMPONENTS = Screen(
    "production/components", model="production.WorkOrderMaterial", title=_("Components of work orders"), one=_("Component of a work order"),
    icon="list-details", order=54, view_permission=VIEW_ORDERS, queryset=_visible, number="item__code", ordering=["-document_id", "line_no"],
    label="{document__number} {item__code} {item__name}",
    columns=[
        Column("document__number", _("Work order"), to="production/orders"), Column("document__item__name", _("Product")),
        Column("item__code", _("Component"), to="masterdata/items"), Column("item__name", _("Name")),
        Column("quantity", _("Required"), precision=PRECISION, unit="item__unit__name"), Column("done_quantity", _("Issued net"), precision=PRECISION),
        Column("staged_quantity", precision=PRECISION), "execution", "issue_method", "operation_no", "warehouse",
        Column("document__start", _("Planned start"), kind="date"), Column("document__stage", _("State"), kind="state", colors=STAGE_COLORS),
        Column("remark", hidden=True), Column("value", hidden=True),
    ],
    filters=[Filter("document", _("Work order")), Filter("item", _("Component")), "execution", "issue_method", "warehouse",
             Filter("document__stage", _("State")), Filter("document__start", _("Planned start"))],
    views=[Preset("open", _("To issue"), {"document__stage": ["released", "started"], "execution": ["open", "partial"], "issue_method": "push"})],
    search=["document__number", "item__code", "item__name", "item__pinyin"], related=["item__unit"], export=True,
    lookup=["document__number", "item__code", "item__name", "quantity", "done_quantity"],
    header=[Field("document", _("Work order"), ref="production/orders"), Field("item", _("Component"), ref="masterdata/items"),
            Field("quantity", _("Required"), precision=PRECISION), Field("done_quantity", _("Issued net"), precision=PRECISION), "fixed", "per_piece",
            "scrap", "issue_method", "operation_no", "offset_days", "warehouse", "staged_quantity", "outside_quantity",
            Field("substitute_for", ref="production/components"), "standard_price", "value", Field("remark", span=2)],
    state="execution", tabs=[Tab("substitutes", _("Substitutes"), tables=_substitutes, icon="replace")],
    verbs=[
        VerbButton("production.substitute_material", _("Substitute"), icon="replace", opens="document",
                   shown=lambda row: row.document.stage in ("planned", "released", "started") and row.quantity > row.done_quantity,
                   ask=[Field("item", _("Use instead"), kind="ref", ref="masterdata/items", required=True, default=lambda row: _first_allowed(row)),
                        Field("quantity", _("Quantity of it"), kind="quantity", required=True, default=lambda row: _open(row)),
                        Field("replaces", _("In place of so much of the component"), kind="quantity", default=lambda row: _left(row), help=_("Empty: as much."))]),
        VerbButton("production.stage_line", _("Bring to the line"), icon="forklift", opens="document", arguments=_staged,
                   shown=lambda row: row.issue_method in AT_LINE and row.document.stage in ("released", "started"),
                   ask=[Field("staged", _("Quantity"), kind="quantity", required=True, default=lambda row: max(_left(row) - row.staged_quantity, 0),
                              help=_("More than needed too: a whole box. By the setting, all that is at the line counts as used, or the bill of materials.")),
                        Field("line", _("Line-side warehouse"), kind="ref", ref="masterdata/warehouses", where={"kind": "line"}, required=True)]),
        VerbButton("production.unstage_line", _("Back from the line"), icon="arrow-back-up", opens="document", arguments=_unstaged,
                   shown=lambda row: row.staged_quantity > 0 and row.document.stage in ("released", "started", "completed"),
                   ask=[Field("staged", _("Quantity"), kind="quantity", required=True, default=lambda row: row.staged_quantity),
                        Field("into", _("Warehouse"), kind="ref", ref="masterdata/warehouses", required=False, help=_("Empty: the item's usual one."))]),
    ],
    teach=_("What work orders need, issued or not. Components come from the bill of materials when an order is made."),
)  # fmt: skip


def _first_allowed(row: WorkOrderMaterial) -> int | None:
    return row.allowed_substitutes[0][0] if row.allowed_substitutes else None


def _left(row: WorkOrderMaterial) -> Decimal:
    return row.quantity - row.done_quantity - row.outside_quantity


def _open(row: WorkOrderMaterial) -> Decimal:
    """As much of the first substitute as stands for what is still to be issued."""
    ratio = Decimal(row.allowed_substitutes[0][1]) if row.allowed_substitutes else Decimal(1)
    return to_micro((row.quantity - row.done_quantity - row.outside_quantity) * ratio)


OUTPUTS = Screen(
    "production/outputs", model="production.WorkOrderOutput", title=_("Further output"), one=_("Further output of a work order"), icon="git-branch",
    order=55, view_permission=VIEW_ORDERS, number="item__code", ordering=["-id"], label="{document__number} {item__code} {item__name}",
    columns=[Column("document__number", _("Work order"), to="production/orders"), Column("item__code", _("Item"), to="masterdata/items"),
             Column("item__name", _("Name")), "kind", Column("quantity", precision=PRECISION, unit="item__unit__name"),
             Column("received_quantity", precision=PRECISION), "cost_share", "unit_cost", Column("document__stage", _("State"), kind="state", colors=STAGE_COLORS)],
    filters=[Filter("document", _("Work order")), Filter("item", _("Item")), "kind", Filter("document__stage", _("State"))],
    search=["document__number", "item__code", "item__name", "item__pinyin"], related=["item__unit"],
    lookup=["document__number", "item__code", "item__name", "kind", "quantity", "received_quantity"],
    header=[Field("document", _("Work order"), ref="production/orders"), "item", "kind", Field("quantity", precision=PRECISION),
            Field("received_quantity", precision=PRECISION), "cost_share", "unit_cost"],
    teach=_("Co-products, by-products and parts taken apart that work orders bring beside their product."),
)  # fmt: skip
