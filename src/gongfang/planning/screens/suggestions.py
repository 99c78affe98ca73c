"""The planner's nouns: suggestions with their reasons and pegging, exceptions, runs."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.queries import has_several_plants
from gongfang.planning.models import PlanException, PlannedOrder
from gongfang.planning.queries import VIEW_PLAN, demands_above, projected_stock, supplies_below
from gongfang.planning.queries.explanation import explanation
from gongfang.planning.screens.decisions import BUY_AS
from gongfang.planning.services import why_not_follow
from gongfang.planning.views.faults import what_to_do
from gongfang.planning.views.trees import WHATS, branches
from gongfang.ui.screens import (
    Column,
    Field,
    Filter,
    ListVerb,
    Preset,
    Screen,
    Tab,
    Table,
    VerbButton,
)
from gongfang.ui.sentences import sentence


def current_orders(user: Any) -> Any:
    return PlannedOrder.objects.filter(run__is_current=True).select_related(
        "item__unit", "run", "supplier", "plant", "source_plant"
    )


def current_exceptions(user: Any) -> Any:
    return PlanException.objects.filter(run__is_current=True).select_related("item", "plant")


def why_not_open(order: PlannedOrder) -> list[Any]:
    from gongfang.kernel.errors import Problem

    if order.state == PlannedOrder.State.SUGGESTED:
        return []
    return [
        Problem(
            "not_open",
            "{order} for {item} was dealt with already ({document}).",
            order=str(order),
            item=order.item.code,
            document=order.document_number or "–",
        )
    ]


def _from_whom(order: PlannedOrder) -> str:
    """Whom it is bought from, or which plant sends it."""
    return str(order.source_plant or (order.supplier.name if order.supplier else ""))


def _reasons(user: Any, order: PlannedOrder) -> Table:
    rows = [
        {"step": index, "text": sentence(one)}
        for index, one in enumerate(explanation(order, sees_cost=user.sees("cost")), 1)
    ]
    return Table([Column("step", _("Step"), kind="number"), Column("text", _("Reason"))], rows)


def _above(user: Any, order: PlannedOrder) -> dict[str, Any]:
    return {
        "branches": branches(demands_above(order.run, [order.seq])),
        "empty": _("Nobody needs it: it fills safety stock or the lot."),
    }


def _below(user: Any, order: PlannedOrder) -> dict[str, Any]:
    return {"branches": branches(supplies_below(order.run, [order.seq])), "empty": _("It needs no components.")}


def _projection(user: Any, order: PlannedOrder) -> Table:
    rows = [
        {
            "on": row.on,
            "what": WHATS[row.what],
            "name": row.name,
            "partner": row.partner,
            "quantity": row.quantity,
            "stock": row.stock,
        }
        for row in projected_stock(order.run, order.item_id, order.plant_id)
    ]
    columns = [
        Column("on", _("Date"), kind="date"), Column("what", _("What")), Column("name", _("Document")), Column("partner", _("Partner")),
        Column("quantity", _("In / out"), kind="quantity"), Column("stock", _("Projected stock"), kind="quantity"),
    ]  # fmt: skip
    return Table(columns, rows)


SUGGESTIONS = Screen(
    "planning/suggestions", model="planning.PlannedOrder", title=_("MRP suggestions"), one=_("Suggestion"), icon="bulb", order=10,
    view_permission=VIEW_PLAN, queryset=current_orders, number="number",
    columns=[
        Column("seq", _("No."), value=str, needs=("seq",), sortable=False, to=""),
        Column("item__code", _("Item")), Column("item__name", _("Item name")), Column("item__spec", _("Specification"), hidden=True), "kind",
        Column("quantity", unit="item__unit__name"), Column("net_quantity", hidden=True), "release_on", "due_on", "need_on", "is_late",
        Column("plant__name", _("Plant"), offered=has_several_plants),
        Column("from", _("Supplier or plant"), value=_from_whom, needs=("supplier__name", "source_plant__name"), sortable=False), "state", "document_number", Column("level", hidden=True),
    ],
    filters=["state", "kind", "is_late", "release_on", "due_on", Filter("plant", offered=has_several_plants), "supplier", "item"],
    search=["item__code", "item__name", "item__pinyin", "document_number"],
    views=[
        Preset("open", _("Open"), {"state": ["suggested"]}),
        Preset("late", _("Start is past"), {"state": ["suggested"], "is_late": "1"}),
        Preset("make", _("To make"), {"state": ["suggested"], "kind": ["make"]}),
        Preset("buy", _("To buy"), {"state": ["suggested"], "kind": ["buy", "subcontract"]}),
        Preset("transfer", _("To transfer"), {"state": ["suggested"], "kind": ["transfer"]}),
    ],
    ordering=["release_on"], state="state",
    header=[
        Field("item", readonly=True, span=2), Field("kind", readonly=True), Field("net_quantity", readonly=True), "quantity", "release_on", "due_on",
        Field("need_on", readonly=True), Field("plant", readonly=True, offered=has_several_plants),
        Field("source_plant", readonly=True, offered=has_several_plants), Field("supplier", required=False), Field("document_number", readonly=True),
    ],
    edit_verb="planning.change_suggestion", editable=lambda order: order.state == PlannedOrder.State.SUGGESTED,
    verbs=[
        VerbButton("planning.release", _("Release"), icon="rocket", possible=why_not_open, batch=True, opens="document",
                   ask=[Field("buy_as", _("Buy by"), kind="choice", choices=BUY_AS, default="order")]),
        VerbButton("planning.firm_suggestions", _("Firm"), icon="lock", possible=why_not_open, batch=True, primary=False),
        VerbButton("planning.split_suggestion", _("Split"), icon="arrows-split", possible=why_not_open, primary=False,
                   ask=[Field("quantity", _("Quantity"), kind="quantity"), Field("due_on", _("Due of the rest"), kind="date", required=False)],
                   arguments=lambda order, answers: {"order_id": order.pk, "quantity": answers["quantity"], "due_on": answers.get("due_on")}),
        VerbButton("planning.dismiss", _("Dismiss"), icon="x", possible=why_not_open, batch=True, primary=False, opens="document"),
    ],
    list_verbs=[ListVerb("planning.run_mrp", _("Run MRP"), icon="player-play", ask=[Field("horizon_days", _("Horizon (days)"), kind="number", default=120, minimum=1, maximum=1000), Field("net_change", _("Net change"), kind="bool", required=False)])],
    tabs=[
        Tab("reasons", _("Why"), tables=_reasons), Tab("above", _("For whom"), template="planning/_tree_tab.html", context=_above),
        Tab("below", _("From what"), template="planning/_tree_tab.html", context=_below),
        Tab("projection", _("Stock over time"), tables=_projection),
    ],
    teach=_("Run MRP: it nets demand against stock and open orders over all levels and proposes what to make and buy, with its reasons."),
)  # fmt: skip

EXCEPTIONS = Screen(
    "planning/exceptions", model="planning.PlanException", title=_("MRP exceptions"), one=_("Exception"), teach=_("The last MRP run found nothing to hurry, to put off or to cancel. Run MRP to look again."),
    icon="alert-triangle", order=20,
    view_permission=VIEW_PLAN, queryset=current_exceptions, number="id",
    columns=[
        "kind", Column("item__code", _("Item"), to="masterdata/items"), Column("item__name", _("Item name")), Column("plant__name", _("Plant"), offered=has_several_plants), "document", "moved_from", "moved_to",
        "quantity",
        Column("proposal", _("What to do"), value=what_to_do, needs=("kind", "about", "doc_type", "document", "moved_to", "fault", "handled_as"), sortable=False),
        "handled_as",
    ],
    views=[Preset("act", _("To act on"), {"kind": ["expedite", "defer", "cancel", "past_due_release"]}), Preset("faults", _("Data faults"), {"kind": ["data_fault"]})],
    verbs=[VerbButton("planning.follow_exception", _("Do as proposed"), icon="check", possible=why_not_follow, batch=True, opens="document")],
    filters=["kind", Filter("plant", offered=has_several_plants), "item"], search=["item__code", "item__name", "document"], ordering=["id"],
    header=[Field("kind", readonly=True), Field("item", readonly=True), Field("document", readonly=True), Field("moved_from", readonly=True), Field("moved_to", readonly=True), Field("quantity", readonly=True)],
    label="{item__code}", related=["item"],
)  # fmt: skip

RUNS = Screen(
    "planning/runs", model="planning.PlanRun", title=_("MRP runs"), one=_("MRP run"), teach=_("Each MRP run is kept here with what it found. Start one from the MRP workbench."),
    icon="history", order=30, view_permission=VIEW_PLAN,
    columns=["id", Column("scenario__name", _("Scenario")), "today", "horizon_days", "state", "is_current", "kind", "changed_count", "item_count", "demand_count", "supply_count", "order_count", "exception_count",
             "fault_count", "started_by__name", "started_at", Column("ended_at", hidden=True)],
    ordering=["-id"], number="id", state="state", job=("planning.run_mrp", "run_id"),
    header=[Field("today", readonly=True), Field("horizon_days", readonly=True), Field("kind", readonly=True), Field("changed_count", readonly=True), Field("order_count", readonly=True), Field("exception_count", readonly=True)],
)  # fmt: skip
