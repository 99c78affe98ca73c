"""What the planner decides and keeps: firm planned orders, master scheduled items with their fences, what-if scenarios."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.queries import has_several_plants
from gongfang.planning.models import FirmOrder, MasterItem, PlanRun, Scenario
from gongfang.planning.queries import VIEW_PLAN
from gongfang.planning.services import ChangeInput, why_not_firm
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Preset, Screen, Tab, Table, VerbButton

BUY_AS = [("order", _("Purchase order")), ("requisition", _("Purchase requisition"))]


def _firm(user: Any) -> Any:
    return FirmOrder.objects.select_related("item__unit", "supplier", "plant", "source_plant")


def _master_items(user: Any) -> Any:
    return MasterItem.objects.select_related("item")


FIRM_ORDERS = Screen(
    "planning/firm-orders", model="planning.FirmOrder", title=_("Firm planned orders"), one=_("Firm planned order"), icon="lock", order=15,
    view_permission=VIEW_PLAN, queryset=_firm, number="pk",
    columns=[
        Column("id", _("No."), value=str, needs=("id",), sortable=False, to=""), Column("item__code", _("Item"), to="masterdata/items"),
        Column("item__name", _("Item name")), "kind", Column("quantity", unit="item__unit__name"), "release_on", "due_on",
        Column("plant__name", _("Plant"), offered=has_several_plants),
        Column("source_plant__name", _("Transferred from"), hidden=True, offered=has_several_plants), Column("supplier__name", _("Supplier")), "why", "state", "document_number",
    ],
    filters=["state", "kind", "release_on", "due_on", Filter("plant", offered=has_several_plants), "item", "supplier"], search=["item__code", "item__name", "item__pinyin", "document_number"],
    views=[Preset("open", _("Kept firm"), {"state": ["open"]})], ordering=["release_on"], state="state",
    header=[
        Field("item", span=2, on_edit=False), "quantity", Field("release_on", required=False, help=_("Empty: the lead time before it is due.")), "due_on",
        Field("plant", required=False, on_edit=False, offered=has_several_plants, help=_("Empty: the plant of the item's warehouse.")),
        Field("supplier", required=False), Field("why", on_edit=False, required=False), Field("document_number", readonly=True),
    ],
    create_verb="planning.create_firm_order", edit_verb="planning.change_firm_order", editable=lambda row: row.state == "open",
    verbs=[
        VerbButton("planning.release_firm_orders", _("Release"), icon="rocket", possible=why_not_firm, batch=True, opens="document",
                   ask=[Field("buy_as", _("Buy by"), kind="choice", choices=BUY_AS, default="order")]),
        VerbButton("planning.cancel_firm_orders", _("Give up"), icon="x", possible=why_not_firm, batch=True, primary=False, opens="document"),
    ],
    teach=_("A firm planned order is a suggestion that you decided on: later runs keep its quantity and dates and plan what it needs."),
)  # fmt: skip

MASTER_ITEMS = Screen(
    "planning/master-items", model="planning.MasterItem", title=_("Time fences"), one=_("Master scheduled item"), icon="fence", order=45,
    view_permission=VIEW_PLAN, queryset=_master_items,
    columns=[Column("item__code", _("Item"), to=""), Column("item__name", _("Item name")), "demand_fence_days", "planning_fence_days"],
    filters=["item"], search=["item__code", "item__name", "item__pinyin"], ordering=["item__code"], number="item__code",
    header=[Field("item", span=2), "demand_fence_days", "planning_fence_days"],
    create_verb="planning.set_fences", edit_verb="planning.set_fences",
    verbs=[VerbButton("planning.leave_master_schedule", _("Take off"), icon="x", primary=False, danger=True, opens="/planning/master-items/")],
    teach=_("Within the demand fence only orders count, no forecast; within the planning fence MRP plans nothing new: you do."),
)  # fmt: skip


def _runs(user: Any, scenario: Scenario) -> Table:
    rows = PlanRun.objects.filter(scenario=scenario).order_by("-pk")
    columns: list[Column | str] = ["id", "today", "state", "order_count", "exception_count", "ended_at"]
    return Table(columns, list(rows), empty=_("Not planned yet: press “Plan it”, then compare it with the live plan."))


SCENARIOS = Screen(
    "planning/scenarios", model="planning.Scenario", title=_("What-if scenarios"), one=_("Scenario"), icon="git-compare", order=35,
    view_permission=VIEW_PLAN, number="name",
    columns=["name", "note", Column("created_by__name", _("Made by")), "created_at"], search=["name", "note"], ordering=["-id"],
    header=[Field("name", span=2), Field("note", span=2, required=False)],
    lines=LineGrid(
        "changes", title=_("What changes"), make=ChangeInput, order_by=["line_no"],
        fields=["kind", Field("item", required=False), Field("work_centre", required=False), Field("on", required=False),
                Field("quantity", required=False), Field("percent", required=False), Field("days", required=False)],
        teach=_("Further demand: item, quantity, date. Demand in %: 120 is a fifth more. Stock and lead time: more or less. Capacity in %: 50 is half."),
    ),
    create_verb="planning.create_scenario", edit_verb="planning.change_scenario", editable=lambda row: True,
    verbs=[
        VerbButton("planning.run_scenario", _("Plan it"), icon="player-play", opens="/planning/compare/?scenario={pk}"),
        VerbButton("planning.delete_scenario", _("Delete"), icon="trash", danger=True, primary=False, opens="/planning/scenarios/"),
    ],
    tabs=[Tab("runs", _("MRP runs"), tables=_runs)],
    teach=_("A what-if lies over the live data: it is planned beside the live plan, compared with it, and changes nothing."),
)  # fmt: skip
