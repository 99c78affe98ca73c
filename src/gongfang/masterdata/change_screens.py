"""Engineering changes on the screen."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models import EngineeringChange, Item
from gongfang.masterdata.prints import CHANGE_PRINTS
from gongfang.masterdata.queries import VIEW_STRUCTURE
from gongfang.masterdata.services.changes import CHANGES, impacts_of, why_not_effect
from gongfang.platform.documents.links import targets
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import Column, Field, Filter, LineGrid, ListVerb, Preset, Screen, Tab, Table, VerbButton

KINDS = {
    "operation": _("Running orders that have still to pass these operations"), "work_order": _("Open work orders"), "purchase_order": _("Open purchase orders"), "quotation": _("Open quotations"),
    "stock": _("In stock"),
}  # fmt: skip


def _impact(user: Any, document: EngineeringChange) -> list[Table]:
    """What the change touches, a table per kind; empty ones say so."""
    found = impacts_of(document)
    items = Item.objects.select_related("unit").in_bulk({one.item_id for one in found})
    columns = [
        Column("number", _("Document"), kind="link", value=lambda row: (row["number"], row["url"])),
        Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")),
        Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit")), Column("state", _("State")),
    ]  # fmt: skip
    at_operations = [
        *columns[:3], Column("detail", _("Operation")), Column("quantity", _("Still to pass"), kind="quantity"), *columns[4:]
    ]  # fmt: skip
    return [
        Table(
            {"stock": columns[1:5], "operation": at_operations}.get(kind, columns),
            [
                {"detail": one.detail, "number": one.number, "url": one.url, "item": items[one.item_id], "quantity": one.quantity,
                 "unit": items[one.item_id].unit.name, "state": one.state}
                for one in found
                if one.kind == kind and one.item_id in items
            ],
            title=title, empty=_("None."),
        )
        for kind, title in KINDS.items()
    ]  # fmt: skip


CHANGE_REQUESTS = Screen(
    "masterdata/changes", model="masterdata.EngineeringChange", title=_("Engineering changes"), one=_("Engineering change"),
    icon="git-pull-request", order=16, view_permission=VIEW_STRUCTURE,
    columns=["number", "title", "business_date", "effect", "effective_on", "approval", Column("effected_at", _("In effect since")),
             Column("created_by__name", _("Asked by"))],
    filters=["approval", "effect", "effective_on", Filter("lines__component", _("Component")), Filter("lines__bom__item", _("Product"))],
    views=[Preset("open", _("Not decided"), {"approval": ["draft", "submitted"]})],
    search=["number", "title", "reason", "lines__bom__item__code", "lines__component__code", "operations__routing__item__code"], ordering=["-id"],
    header=[Field("title", span=2), Field("reason", span=2), "effect", "effective_on", "serial_from", Field("remark", span=2)],
    lines=[LineGrid(
        "lines", title=_("Changes"), at_least=0,
        fields=[Field("bom", ref="masterdata/boms", width=220), Field("product", _("Product"), path="bom__item__name", readonly=True), "action",
                Field("component", ref="masterdata/items"), Field("replacement", ref="masterdata/items"), Field("quantity", required=False)],
        columns=[Column("made__code", _("New version"))],
    ),
    LineGrid(
        "operations", title=_("Operations"), at_least=0,
        fields=[Field("routing", ref="masterdata/routings", width=220), "action", "operation_no", Field("name", width=120), "work_centre", "setup_minutes",
                "run_minutes", "crew", "piece_rate", "inspection", "predecessors", Field("instruction", kind="text", width=220)],
        columns=[Column("made__code", _("New version"))], teach=_("What is left empty stays as it is."),
    )],
    state="approval", second_state="execution", number="number", document_type=EngineeringChange.doc_type,
    create_verb="masterdata.create_change", edit_verb="masterdata.edit_change", editable=lambda document: document.is_editable,
    verbs=lifecycle_buttons(
        CHANGES,
        [
            VerbButton("masterdata.effect_change_now", _("Take effect now"), icon="bolt", possible=why_not_effect,
                       shown=lambda document: document.approval == "approved" and document.effected_at is None,
                       confirm=_("Let the new versions hold from today?")),
            VerbButton("production.apply_change", _("Apply to running orders"), icon="arrow-merge", primary=False,
                       shown=lambda document: document.approval == "approved",
                       ask=[Field("orders", _("Work orders"), kind="ref", ref="production/orders", many=True, required=True)],
                       arguments=lambda document, answers: {
                           "change_id": document.pk, "order_ids": [int(getattr(one, "pk", one)) for one in answers["orders"]]}),
            VerbButton("production.unapply_change", _("Take back from running orders"), icon="arrow-back-up", primary=False,
                       shown=lambda document: document.approval == "approved" and bool(targets(document)),
                       ask=[Field("orders", _("Work orders"), kind="ref", ref="production/orders", many=True, required=True)],
                       arguments=lambda document, answers: {
                           "change_id": document.pk, "order_ids": [int(getattr(one, "pk", one)) for one in answers["orders"]]}),
        ],
        closable=False,
    ),
    list_verbs=[ListVerb("masterdata.effect_changes", _("Let due changes take effect"), icon="calendar-check")],
    prints=CHANGE_PRINTS, tabs=[Tab("impact", _("Impact"), tables=_impact, icon="target-arrow")], label="{number} {title}", lookup=["number", "title", "approval"],
    teach=_("Ask for a change of bills of materials and routings, see what it touches, let it be approved; it takes effect by date, by serial number or when old stock is used up."),
)  # fmt: skip
