"""Places on the screen: the tree of zones, racks and bins, what is in each."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models import Balance, Location
from gongfang.ledger.queries import VIEW_STOCK
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.screens import Column, Field, Filter, Screen, Tab, Table

PRECISION, UNIT = "item__unit__precision", "item__unit__name"
KIND_COLORS = {
    "store": "green",
    "line": "green",
    "inspection": "yellow",
    "blocked": "red",
    "transit": "blue",
    "subcontractor": "purple",
}


def _may_hold(user: Any, given: Any) -> Q:
    """Places of the warehouse that is entered, in which others may stand."""
    chosen = Q(kind__in=[kind for kind, _title in BIN_KINDS])
    warehouse = str(given.get("warehouse", ""))
    return chosen & Q(warehouse=int(warehouse)) if warehouse.isdigit() else chosen


BIN_KINDS = [choice for choice in Location.Kind.choices if choice[0] in ("store", "line", "inspection", "blocked")]
INDENT = "\u2003"


def _place_here(user: Any, place: Location) -> list[Table]:
    """What is in a place and in all that stands in it, and those places."""
    within = Q(pk=place.pk) | Q(path__startswith=place.beneath, warehouse=place.warehouse_id)
    inner = scoped(Location.objects.filter(within), user, warehouse="warehouse__code").order_by("path")
    goods = (
        Balance.objects.filter(location__in=inner.values("pk"))
        .exclude(quantity=0)
        .select_related("item__unit", "lot", "location")
    )
    return [
        Table(
            [Column("location__name", _("Location"), to="inventory/locations"), Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")),
             Column("lot__code", _("Lot / serial")), Column("quantity", _("On hand"), kind="quantity", precision=PRECISION, unit=UNIT)],
            list(goods.order_by("location__path", "item__code", "lot__code")[:200]), title=_("Goods here"), empty=_("Nothing is here."),
        ),
        Table(
            [Column("name", _("Location"), value=_indented), Column("code", _("Code")), Column("kind", _("Status"), kind="choice"), Column("is_active", _("In use"), kind="bool")],
            list(inner.exclude(pk=place.pk)[:500]), title=_("Places in it"), empty=_("No other place stands in it."),
        ),
    ]  # fmt: skip


def _indented(place: Location) -> str:
    return f"{INDENT * place.depth}{place.name}"


LOCATIONS = Screen(
    "inventory/locations", model="ledger.Location", title=_("Locations"), one=_("Location"), icon="map-pin", order=60, view_permission=VIEW_STOCK,
    queryset=lambda user: scoped(Location.objects.all(), user, warehouse="warehouse__code"),
    columns=["code", Column("name", value=_indented, needs=["name", "path", "parent_id"]), Column("warehouse__name", _("Warehouse")), Column("parent__name", _("Stands in")),
             Column("kind", kind="state", colors=KIND_COLORS), "ownership", Column("partner__name", _("Partner")), Column("path", hidden=True), Column("area", hidden=True), Column("is_active", _("In use"))],
    filters=["warehouse", "kind", "ownership", Filter("partner", _("Belongs to")), Filter("parent", _("Stands in")), Filter("is_active", _("In use"))], search=["code", "name"], ordering=["path", "id"],
    header=[Field("code", on_edit=False), "name", Field("warehouse", required=True, on_edit=False),
            Field("parent", _("Stands in"), ref="inventory/locations", required=False, where=_may_hold, help=_("Empty: the warehouse itself.")),
            Field("kind", on_edit=False, default="store", choices=BIN_KINDS), Field("ownership", on_edit=False, required=False, default="own"),
            Field("partner", _("Belongs to"), ref="masterdata/partners", required=False, on_edit=False, help=_("Of goods that are not ours: the supplier or customer.")),
            Field("is_active", _("In use"), on_create=False)],
    create_verb="ledger.create_location", edit_verb="ledger.change_location", label="{name}", lookup=["code", "name", "path", "kind"],
    tabs=[Tab("here", _("What is here"), tables=_place_here, icon="packages")],
    teach=_("Each warehouse has a place for available, uninspected and blocked goods. Add zones, racks and bins as needed: each stands in another."),
)  # fmt: skip
