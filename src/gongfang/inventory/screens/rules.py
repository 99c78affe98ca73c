"""Where goods are put and fetched from, and packages, on the screen."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models import Package, PickingRule, PutAwayRule
from gongfang.inventory.queries import VIEW_DOCUMENTS
from gongfang.inventory.screens.documents import PHYSICAL, PRECISION
from gongfang.inventory.services import PackedInput, contents_of
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Screen, Tab, Table, VerbButton

FOR = [
    Column("item__code", _("Item code")),
    Column("item__name", _("Item name")),
    Column("category__name", _("Category")),
]
FOR_FIELDS = [
    Field("item", ref="masterdata/items", required=False),
    Field("category", ref="masterdata/categories", required=False),
]


def _delete(kind: str) -> VerbButton:
    return VerbButton(
        "inventory.delete_rule", _("Delete"), icon="trash", danger=True, primary=False, batch=True, confirm=_("Delete this rule?"),
        arguments=lambda rule, answers: {"pk": rule.pk, "kind": kind},
    )  # fmt: skip


PUT_AWAY = Screen(
    "inventory/put-away-rules", model="inventory.PutAwayRule", title=_("Put-away rules"), one=_("Put-away rule"), icon="arrow-down-to-arc", order=80,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(PutAwayRule.objects.all(), user, warehouse="warehouse__code"),
    columns=[Column("warehouse__name", _("Warehouse")), *FOR, "strategy", Column("location__name", _("Bin")), "rank"], filters=["warehouse", "strategy"],
    header=["warehouse", *FOR_FIELDS, "strategy", Field("location", ref="inventory/locations", required=False, where={"kind__in": ("store", "line"), "parent__isnull": False},
                                                  help=_("The fixed bin; or the zone or rack to look in. Empty: the whole warehouse.")), "rank"],
    create_verb="inventory.create_put_away_rule", edit_verb="inventory.edit_put_away_rule", verbs=[_delete("put_away")],
    teach=_("Say into which bin goods go: a fixed one, one that has the item already, or an empty one. The put-away page proposes accordingly."),
)  # fmt: skip
PICKING = Screen(
    "inventory/picking-rules", model="inventory.PickingRule", title=_("Picking rules"), one=_("Picking rule"), icon="arrow-up-from-arc", order=81,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(PickingRule.objects.all(), user, warehouse="warehouse__code"),
    columns=[Column("warehouse__name", _("Warehouse")), Column("location__name", _("Place")), *FOR, "strategy", "rank"], filters=["warehouse", "strategy"],
    header=["warehouse", Field("location", _("Place"), ref="inventory/locations", required=False, where={"kind__in": ("store", "line")}, help=_("Empty: the whole warehouse.")), *FOR_FIELDS, "strategy", "rank"], create_verb="inventory.create_picking_rule", edit_verb="inventory.edit_picking_rule",
    verbs=[_delete("picking")], teach=_("Say in which order lots and bins of a warehouse are emptied. Without a rule here the item says so, else its category, else the company's setting."),
)  # fmt: skip


def _packed(package: Any) -> bool:
    return bool(package.state == Package.State.OPEN)


def _contents(user: Any, package: Package) -> Table:
    """The goods in a package and in what stands in it."""
    return Table(
        [
            Column("package__code", _("Package"), to="inventory/packages"), Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")),
            Column("lot__code", _("Lot / serial")), Column("quantity", _("Quantity"), kind="quantity", precision=PRECISION, unit="item__unit__name"),
        ],
        contents_of(package), empty=_("Nothing is in it."), note=_("What leaves the place leaves the package: loose goods first, then the oldest package."),
    )  # fmt: skip


PACKAGES = Screen(
    "inventory/packages", model="inventory.Package", title=_("Packages"), one=_("Package"), icon="box", order=45, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(Package.objects.all(), user, warehouse="location__warehouse__code"),
    columns=["code", "kind", "state", Column("location__name", _("Location")), Column("parent__code", _("In package"), to="inventory/packages"), "remark"], filters=["kind", "state", "location", Filter("parent", _("In package"))], search=["code", "lines__item__code"],
    header=[Field("location", ref="inventory/locations", where={"kind__in": PHYSICAL}, on_edit=False), "kind", Field("code", required=False, on_edit=False, help=_("Empty: drawn.")),
            Field("parent", _("In package"), ref="inventory/packages", required=False, where={"state": "open"}, help=_("Of the same place: a box on a pallet.")), Field("remark", required=False)],
    lines=LineGrid("lines", at_least=0, make=PackedInput, fields=[Field("item", ref="masterdata/items"), Field("item_name", _("Item name"), path="item__name", readonly=True),
                   Field("lot", ref="inventory/lots", required=False), Field("quantity", precision=PRECISION), Field("unit", _("Unit"), path="item__unit__name", readonly=True)]),
    create_verb="inventory.pack", edit_verb="inventory.repack",
    verbs=[VerbButton("inventory.move_package", _("Move package"), icon="transfer", shown=_packed, ask=[Field("target", _("To"), ref="inventory/locations", required=True, where={"kind__in": PHYSICAL})]),
           VerbButton("inventory.unpack", _("Unpack"), icon="box-off", shown=_packed, primary=False, confirm=_("Unpack this package? The goods stay where they are."))],
    tabs=[Tab("contents", _("All that is in it"), tables=_contents, icon="packages")],
    teach=_("A package is a box or pallet with a code of its own: scan it once to move all that is in it."),
)  # fmt: skip
SCREENS = [PUT_AWAY, PICKING, PACKAGES]
