"""The shop floor on the screen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import Problem
from gongfang.kernel.states import Approval
from gongfang.ledger.queries import keeps_goods
from gongfang.platform.identity.presets import PRESET_ROLES
from gongfang.production import outside_screens, queries, views
from gongfang.production.component_screens import COMPONENTS, OUTPUTS, STAGE_COLORS, UNIT, material_lines
from gongfang.production.models import WorkOrder
from gongfang.production.models.changes import HoldReason
from gongfang.production.operation_screens import OPERATIONS
from gongfang.production.permissions import VIEW_FLOOR, VIEW_ORDERS
from gongfang.production.prints import ORDER_PRINTS
from gongfang.production.receiving import DETAILS, OUTPUT, RECEIVE_FIELDS, receive_arguments
from gongfang.production.returning import RETURN_FIELDS, return_arguments
from gongfang.production.rules import Stage, stage_problem
from gongfang.production.services.change_orders import CHANGE
from gongfang.production.services.closing import why_not_close
from gongfang.production.services.customer_material import has_customer_material
from gongfang.production.services.issuing import why_not_undo_issue
from gongfang.production.services.life import LIFECYCLE, why_not_release, why_not_unrelease
from gongfang.production.services.receiving import why_not_undo_receipt
from gongfang.production.services.supplementing import LIFECYCLE as SUPPLEMENT
from gongfang.production.services.unreporting import (
    effects_of_materials,
    effects_of_receipt,
    effects_of_report,
    why_not_undo_report,
)
from gongfang.production.shop import views as shop_views
from gongfang.production.tabs import ITEM_TAB, ORDER_TABS, RECEIPT_TABS, REPORT_LINES
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    Field,
    Figure,
    Filter,
    LineGrid,
    ListVerb,
    Page,
    Preset,
    ProcessBox,
    Screen,
    Tile,
    VerbButton,
)

PRECISION = "item__unit__precision"
UNIT_NAME = "item__unit__name"
_ORDER_PRECISION = "order__item__unit__precision"
ROLE_CHOICES = [(code, _(title)) for code, title in PRESET_ROLES.items()]


def _why(action: str) -> Callable[[Any], Sequence[Problem]]:
    def problems(order: Any) -> Sequence[Problem]:
        problem = stage_problem(order.number, order.stage, action)
        return [problem] if problem else []

    return problems


def _in(*stages: str) -> Callable[[Any], bool]:
    return lambda order: order.approval == Approval.APPROVED and order.stage in stages


def _button(verb: str, title: Any, icon: str, action: str, *stages: str, **more: Any) -> VerbButton:
    return VerbButton(f"production.{verb}", title, icon=icon, possible=_why(action), shown=_in(*stages), **more)


def _why_not_pick(order: Any) -> list[Problem]:
    """Nothing is left to issue: the next step stands first on the page then."""
    if order.materials.filter(issue_method="push", execution__in=("open", "partial")).exists():
        return []
    return [Problem("nothing_to_issue", "Nothing is left to issue on these orders.")]


def _change_arguments(order: Any, answers: dict[str, Any]) -> dict[str, Any]:
    given = {"quantity": order.quantity, "start": order.start, "due": order.due} | {
        key: value for key, value in answers.items() if value is not None
    }
    return {"document_id": order.pk, **given}


def _of_item(user: Any, given: Mapping[str, str]) -> dict[str, Any]:
    """Versions of the product that is entered."""
    return {"item": int(given["item"])} if given.get("item", "").isdigit() else {}


def _rework_arguments(order: Any, answers: dict[str, Any]) -> dict[str, Any]:
    names = {"own_routing": "routing_id", "work_centre": "work_centre_id"}
    given = {names.get(key, key): getattr(value, "pk", value) for key, value in answers.items() if value is not None}
    if "from_operation" in given:
        given["from_operation"] = int(given["from_operation"])
    return {"document_id": order.pk, **given}


OWN_BUTTONS = [
    VerbButton("production.release_order", _("Release"), icon="player-play", possible=why_not_release, shown=_in("planned"), batch=True),
    VerbButton("production.pick_orders", _("Pick and issue"), icon="package-export", possible=_why_not_pick, shown=_in("released", "started"), batch=True, opens="document"),
    VerbButton("production.receive_output", _("Receive output"), icon="building-warehouse", shown=_in("released", "started", "completed"), batch=True,
               ask=RECEIVE_FIELDS, arguments=receive_arguments, page="/production/receive/?order"),
    VerbButton("production.issue_customer_material", _("Issue customer's material"), icon="heart-handshake", primary=False,
               shown=lambda order: order.customer_id and _in("released", "started")(order) and has_customer_material(order)),
    VerbButton("production.reserve_materials", _("Reserve materials"), icon="bookmark", primary=False, shown=_in("planned", "released", "started", "paused"), batch=True, opens="document"),
    VerbButton("production.release_materials", _("Let go of reserved materials"), icon="lock-open", primary=False, opens="document",
               shown=lambda order: order.approval == Approval.APPROVED and keeps_goods(order)),
    VerbButton("production.receive_orders", _("Receive all output"), icon="package-import", shown=_in("started", "completed"), batch=True, opens="document"),
    VerbButton("production.return_materials", _("Return materials"), icon="package-import", primary=False, shown=_in("released", "started", "completed"),
               opens="result", ask=RETURN_FIELDS, arguments=return_arguments),
    _button("complete_order", _("Complete"), "flag", "complete", "released", "started", batch=True),
    VerbButton("production.close_order", _("Close order"), icon="lock", possible=why_not_close, shown=_in("completed"), batch=True),
    VerbButton("costing.settle_order", _("Settle"), icon="calculator", possible=_why("settle"), shown=_in("closed"), batch=True, opens="document"),
    _button("pause_order", _("Pause"), "player-pause", "pause", "released", "started", primary=False, batch=True,
            ask=[Field("kind", _("Kind"), kind="choice", choices=HoldReason.choices, default="material"),
                 Field("reason", _("Reason"), required=True, max_length=200)]),
    _button("resume_order", _("Resume"), "player-play", "resume", "paused", batch=True,
            ask=[Field("answer", _("What was done"), max_length=200)]),
    VerbButton("production.request_inspection", _("Request inspection"), icon="shield-check", primary=False,
               shown=lambda order: order.item.inspect_final and order.stage in ("released", "started", "completed")),
    VerbButton("production.create_subcontract_order", _("Subcontract"), icon="truck-loading", primary=False,
               shown=_in("planned", "released", "started"),
               ask=[Field("operation_no", _("Operation number"), kind="number", help=_("Empty: the whole order.")),
                    Field("partner", _("Subcontractor"), kind="ref", ref="masterdata/subcontractors", help=_("Empty: as the routing says.")),
                    Field("quantity", _("Quantity"), kind="quantity", help=_("Empty: all that is not given out yet.")),
                    Field("price", _("Fee per piece"), kind="price", scope="cost")],
               arguments=lambda order, answers: {"order_id": order.pk, **{
                   ("partner_id" if key == "partner" else key): getattr(value, "pk", value) for key, value in answers.items() if value is not None}}),
    VerbButton("production.change_order", _("Change order"), icon="edit", primary=False, shown=_in("planned", "released", "started", "paused"),
               arguments=_change_arguments,
               ask=[Field("quantity", _("New quantity"), kind="quantity"), Field("start", _("New start"), kind="date"),
                    Field("due", _("New due date"), kind="date"), Field("reason", _("Reason"), required=True, max_length=200)]),
    VerbButton("production.request_change", _("Request a change"), icon="edit-circle", primary=False, shown=_in("planned", "released", "started", "paused"),
               ask=[Field("quantity", _("New quantity"), kind="quantity"), Field("start", _("New start"), kind="date"),
                    Field("due", _("New due date"), kind="date"), Field("reason", _("Reason"), required=True, max_length=200)],
               arguments=lambda order, answers: {"order_id": order.pk, **{k: v for k, v in answers.items() if v is not None}}),
    VerbButton("production.request_shortages", _("Request what is short"), icon="clipboard-text", primary=False, shown=_in("planned", "released", "started", "paused")),
    VerbButton("production.use_substitutes", _("Use substitutes"), icon="replace", primary=False, opens="document", shown=_in("planned", "released", "started")),
    VerbButton("production.create_children", _("Orders for made components"), icon="sitemap", primary=False,
               shown=lambda order: order.stage in ("planned", "released", "started") and order.approval != Approval.VOID),
    VerbButton("production.stage_line", _("Bring to the line"), icon="forklift", primary=False, batch=True, opens="document", shown=_in("released", "started"),
               ask=[Field("warehouse", _("Line-side warehouse"), kind="ref", ref="masterdata/warehouses", where={"kind": "line"}, required=True)]),
    VerbButton("production.unstage_line", _("Back from the line"), icon="arrow-back-up", primary=False, batch=True, opens="document",
               shown=lambda order: order.stage in ("released", "started", "completed") and order.materials.filter(staged_quantity__gt=0).exists()),
    VerbButton("production.apply_change", _("Apply engineering change"), icon="git-pull-request", primary=False, batch=True,
               shown=_in("planned", "released", "started", "paused"),
               ask=[Field("change", _("Engineering change"), kind="ref", ref="masterdata/changes", where={"approval": "approved"}, required=True)]),
    VerbButton("production.unapply_change", _("Take back the engineering change"), icon="arrow-back-up", primary=False,
               shown=lambda order: _in("planned", "released", "started", "paused")(order) and order.applied_changes.exists(),
               ask=[Field("change", _("Engineering change"), kind="ref", ref="masterdata/changes", where={"approval": "approved"}, required=True)]),
    VerbButton("production.allow_over", _("Allow more than planned"), icon="plus", primary=False, shown=_in("planned", "released", "started", "completed"),
               ask=[Field("over_report", _("Over-report tolerance"), kind="percent"), Field("over_issue", _("Over-issue tolerance"), kind="percent"),
                    Field("reason", _("Reason"), required=True, max_length=200)]),
    VerbButton("production.split_order", _("Split"), icon="arrows-split", primary=False,
               shown=lambda order: order.stage in ("planned", "released", "started", "paused") and order.approval != Approval.VOID,
               ask=[Field("quantity", _("Quantity of the new order"), kind="quantity", required=True)]),
    VerbButton("production.merge_orders", _("Merge with others"), icon="arrows-join", primary=False,
               shown=lambda order: order.stage == Stage.PLANNED and order.approval != Approval.VOID,
               ask=[Field("others", _("Other orders"), kind="ref", ref="production/orders", many=True, required=True)],
               arguments=lambda order, answers: {"order_ids": [order.pk, *(int(getattr(one, "pk", one)) for one in answers["others"])]}),
    VerbButton("production.create_rework", _("Rework order"), icon="recycle", primary=False, page="/production/rework/?order",
               shown=lambda order: order.received_quantity > 0 and order.stage in ("started", "completed", "closed", "settled"),
               arguments=_rework_arguments,
               ask=[Field("quantity", _("Quantity"), kind="quantity", required=True), Field("reason", _("Reason"), required=True, max_length=200),
                    Field("own_routing", _("Routing"), kind="ref", ref="masterdata/routings", required=False, help=_("One of the product that is kept for rework.")),
                    Field("from_operation", _("From operation"), kind="number", required=False, help=_("The operations of this order from this number on, once more.")),
                    Field("operation", _("Work to be done"), max_length=60, help=_("Or one step of its own; empty: the last operation.")),
                    Field("work_centre", _("Work centre"), kind="ref", ref="masterdata/work-centres"),
                    Field("minutes", _("Minutes per piece"), kind="quantity")]),
    _button("uncomplete_order", _("Take back the completion"), "arrow-back-up", "uncomplete", "completed", primary=False),
    _button("reopen_order", _("Reopen"), "lock-open", "reopen", "closed", primary=False),
    VerbButton("costing.unsettle_order", _("Take back the settlement"), icon="rotate-2", primary=False, danger=True, possible=_why("unsettle"),
               shown=_in("settled"), opens="document", confirm=_("Put the variances back into work in process?")),
    VerbButton("production.unrelease_order", _("Take back the release"), icon="arrow-back-up", primary=False, possible=why_not_unrelease,
               shown=_in("released")),
    _button("cancel_order", _("Cancel the order"), "ban", "cancel", "planned", "released", primary=False, danger=True,
            ask=[Field("reason", _("Reason"), required=True, max_length=200)]),
]  # fmt: skip


def _visible(user: Any) -> Any:
    return queries.orders_visible_to(user)


ORDERS = Screen(
    "production/orders", model="production.WorkOrder", title=_("Work orders"), one=_("Work order"), icon="clipboard-list", order=10,
    view_permission=VIEW_ORDERS, queryset=_visible,
    columns=[
        "number", Column("item__code", _("Product"), to="masterdata/items"), Column("item__name", _("Name")),
        Column("quantity", precision=PRECISION, unit="item__unit__name", total=True), Column("received_quantity", precision=PRECISION, total=True),
        Column("progress", _("Progress"), kind="progress", value=lambda order: order.received_quantity / order.quantity,
               needs=["received_quantity", "quantity"], sortable=False),
        "start", "due", Column("stage", kind="state", colors=STAGE_COLORS), "approval", Column("priority", hidden=True), Column("workshop", hidden=True),
        Column("scrap_quantity", precision=PRECISION, hidden=True), Column("customer__name", _("Customer"), hidden=True),
        Column("kind", hidden=True), Column("unit_cost", hidden=True), Column("created_by__name", hidden=True),
    ],
    filters=["stage", "approval", "item", "start", "due", "kind", "customer", "warehouse", "workshop", "priority",
             Filter("materials__item", _("Component")), Filter("operations__work_centre", _("Work centre"))],
    views=[
        Preset("open", _("Unfinished"), {"stage": ["planned", "released", "started", "paused"]}),
        Preset("release", _("To release"), {"stage": "planned", "approval": "approved"}),
        Preset("running", _("In production"), {"stage": ["released", "started", "paused"]}),
        Preset("close", _("To close"), {"stage": "completed"}), Preset("settle", _("To settle"), {"stage": "closed"}),
    ],
    search=["number", "item__code", "item__name", "item__pinyin", "customer__name", "lot_code"], ordering=["-id"],
    header=[
        Field("item", ref="masterdata/items", on_edit=False), Field("quantity", precision=PRECISION, unit=UNIT_NAME),
        Field("start", default=lambda user: timezone.localdate()), Field("due", default=lambda user: timezone.localdate() + timedelta(days=7)),
        "priority", "warehouse", Field("customer", ref="masterdata/customers"), "workshop", "lot_code",
        Field("kind", on_edit=False), Field("bom", ref="masterdata/boms", required=False, on_edit=False, where=_of_item, help=_("Empty: the version that holds when the order starts.")),
        Field("routing", ref="masterdata/routings", required=False, on_edit=False, where=_of_item, help=_("Empty: the version that holds when the order starts.")),
        *[Field(name, readonly=True, on_create=False, precision=PRECISION, unit=UNIT_NAME) for name in ("received_quantity", "scrap_quantity", "rework_quantity")],
        *[Field(name, readonly=True, on_create=False) for name in ("actual_start", "actual_end", "closed_on")],
        Field("why", span=2), Field("remark", span=2),
    ],
    lines=LineGrid(
        "materials", title=_("Materials needed"), at_least=0,
        fields=[
            Field("item", ref="masterdata/items"), Field("item_name", _("Name"), path="item__name", readonly=True),
            Field("spec", _("Specification"), path="item__spec", readonly=True), Field("quantity", _("Required"), precision=PRECISION),
            Field("unit", _("Unit"), path="item__unit__name", readonly=True), "issue_method", "operation_no", "warehouse",
        ],
        columns=[Column("done_quantity", _("Issued net"), precision=PRECISION, to=""), "execution", "standard_price", "value"],
        teach=_("Leave the components empty to copy the bill of materials."),
    ),
    state="stage", second_state="approval", create_verb="production.create_order", edit_verb="production.edit_order",
    editable=lambda order: order.is_editable, verbs=lifecycle_buttons(LIFECYCLE, OWN_BUTTONS, closable=False), tabs=ORDER_TABS,
    list_verbs=[
        ListVerb("production.create_disassembly", _("Disassembly order"), icon="tools-off",
                 ask=[Field("item_id", _("Product"), kind="ref", ref="masterdata/items", required=True), Field("quantity", _("Quantity"), kind="quantity", required=True),
                      Field("why", _("Reason"), max_length=200)])
    ],
    prints=ORDER_PRINTS, label="{number}", lookup=["number", "item__code", "item__name", "quantity", "stage"], related=["item__unit"],
    document_type="production.work_order", number="number", date="due",
    row_class=lambda order: "gf-late" if order.due < timezone.localdate() and order.stage in queries.OPEN_STAGES else "",
    teach=_("A work order says what to make, how much and by when. It comes from planning, from a sales order, or by hand."),
)  # fmt: skip


def _movement(
    key: str,
    model: str,
    title: Any,
    one: Any,
    order: int,
    undo: str,
    why: Callable[[Any], Any],
    effects: Callable[[Any], Any],
    **more: Any,
) -> Screen:
    """A document that acts when it is made and can only be taken back."""
    return Screen(
        f"production/{key}", model=f"production.{model}", title=title, one=one, order=order, view_permission=VIEW_ORDERS,
        filters=["business_date", "approval", Filter("lines__order", _("Work order")), Filter("lines__item", _("Item"))]
        if key != "reports" else ["business_date", "approval", Filter("lines__order", _("Work order"))],
        search=["number", "lines__order__number"], ordering=["-id"], state="approval", number="number", date="business_date",
        header=[Field("number", readonly=True, on_create=False), Field("on", path="business_date", required=False, on_edit=False, default="today" if key != "reports" else None),
                *more.pop("header", ()), Field("created_by", readonly=True, on_create=False), Field("remark", readonly=True, on_create=False)],
        label="{number}",
        verbs=[
            *more.pop("first", ()),
            VerbButton(f"production.{undo}", _("Undo"), icon="rotate-2", possible=why, primary=False, danger=True, opens="document",
                       shown=lambda document: document.approval == Approval.APPROVED, preview=effects, arguments=more.pop("arguments", None),
                       ask=[Field("reason", _("Reason"), max_length=200)])
        ],
        **more,
    )  # fmt: skip


ISSUES = _movement(
    "issues", "Issue", _("Material issues"), _("Material issue"), 30, "undo_issue", why_not_undo_issue, effects_of_materials, icon="package-export",
    columns=["number", "business_date", "kind", "reason", "approval", Column("created_by__name", _("Made by"))], document_type="production.issue",
    header=(Field("kind", readonly=True, on_create=False), Field("reason", required=False, on_edit=False, help=_("Needed for more than the order needs."))),
    lines=material_lines(_("Components")), create_verb="production.issue_materials", importable=False,
    first=[button for button in lifecycle_buttons(SUPPLEMENT, closable=False) if button.verb != SUPPLEMENT.verb_name("unapprove")],
    views=[Preset("waiting", _("To approve"), {"approval": "submitted"})],
    teach=_("Materials given to work orders. Start from a work order or from the pick page."),
)  # fmt: skip
RETURNS = _movement(
    "returns", "MaterialReturn", _("Material returns"), _("Material return"), 35, "undo_return",
    lambda document: [] if document.approval == Approval.APPROVED else [Problem("taken_back", "{number} was already taken back.", number=document.number)],
    effects_of_materials, icon="package-import", columns=["number", "business_date", "reason", "approval", Column("created_by__name", _("Made by"))], header=(Field("reason", required=False, on_edit=False),),
    lines=material_lines(_("Components"), Field("is_good", kind="bool", required=False, default=True)),
    create_verb="production.return_materials", importable=False,
    teach=_("Materials that came back from work orders. Start from a work order or from the page for many."),
)  # fmt: skip
REPORTS = _movement(
    "reports", "Report", _("Work reports"), _("Work report"), 40, "undo_report", why_not_undo_report, effects_of_report,
    arguments=lambda document, answers: {"document_id": document.pk, "cascade": True, **answers}, icon="checklist",
    columns=["number", "business_date", "shift", "approval", Column("created_by__name", _("Made by"))], header=("shift",), lines=REPORT_LINES,
    teach=_("What was made at which operation, by whom, in what time. Report at the terminal or on the report page."),
)  # fmt: skip
RECEIPTS = _movement(
    "receipts", "OutputReceipt", _("Production receipts"), _("Production receipt"), 50, "undo_receipt", why_not_undo_receipt, effects_of_receipt,
    icon="building-factory-2", columns=["number", "business_date", "approval", Column("created_by__name", _("Made by"))],
    lines=LineGrid(
        "lines", title=_("Output"), on_edit=False,
        fields=[Field("order", ref="production/orders"), OUTPUT, Field("item_code", _("Output"), path="item__code", readonly=True),
                Field("item_name", _("Name"), path="item__name", readonly=True), Field("quantity", precision=PRECISION), UNIT, *DETAILS],
        columns=[Column("value", total=True)],
    ),
    create_verb="production.receive_output", importable=False, tabs=RECEIPT_TABS,
    teach=_("Finished goods taken into stock. Start from a work order, or from the page for many."),
)  # fmt: skip
CHANGES = Screen(
    "production/changes", model="production.OrderChange", title=_("Changes of work orders"), one=_("Change of a work order"), icon="edit-circle",
    order=58, view_permission=VIEW_ORDERS,
    columns=["number", "business_date", Column("order__number", _("Work order"), to="production/orders"), Column("order__item__name", _("Product")),
             Column("old_quantity", precision=_ORDER_PRECISION), Column("quantity", precision=_ORDER_PRECISION), "old_due", "due", "reason", "approval"],
    filters=["approval", Filter("order", _("Work order")), "business_date"], search=["number", "order__number", "reason"], ordering=["-id"],
    header=["number", Field("order", ref="production/orders"), "reason", "old_quantity", "quantity", "old_start", "start", "old_due", "due", Field("created_by")],
    state="approval", number="number", date="business_date", document_type="production.order_change", label="{number}",
    verbs=lifecycle_buttons(CHANGE, closable=False),
    teach=_("Ask for another quantity or date on the work order; it changes when the request is approved."),
)  # fmt: skip
CALLS = Screen(
    "production/calls", model="production.HelpCall", title=_("Calls for help"), one=_("Call for help"), teach=_("Nobody needs help. Calls come from the red button of the shop terminal: material, machine, quality."),
    icon="urgent", order=60,
    view_permission=VIEW_FLOOR,
    columns=["kind", "state", Column("work_centre__name", _("Work centre")), Column("operation__document__number", _("Work order")), "text", "level",
             Column("raised_by__name", _("Called by")), "raised_at", Column("taken_by__name", _("Taken by")), "taken_at", "solved_at"],
    filters=["state", "kind", "work_centre", "raised_at"], views=[Preset("open", _("Unsolved"), {"state": ["open", "coming"]})],
    search=["text", "work_centre__name"], state="state", ordering=["-id"],
    header=["kind", "work_centre", "operation", "text", "raised_by", "raised_at", "taken_by", "taken_at", "solved_at", "answer"],
    verbs=[
        VerbButton("production.take_call", _("I am coming"), icon="run", shown=lambda call: call.state == "open", batch=True, opens="document"),
        VerbButton("production.solve_call", _("Solved"), icon="check", shown=lambda call: call.state != "solved", opens="document",
                   ask=[Field("answer", _("What was done"), max_length=200)]),
    ],
)  # fmt: skip

ESCALATIONS = Screen(
    "production/escalations", model="production.EscalationRule", title=_("Escalation of calls"), one=_("Escalation rule"), icon="stairs-up", order=62, view_permission="production.change_escalation",
    columns=["kind", "level", "after_minutes", Column("role", kind="choice", choices=ROLE_CHOICES)], filters=["kind"], ordering=["kind", "level"],
    header=[Field("kind"), Field("level", default=1), Field("after_minutes", default=10), Field("role", kind="choice", choices=ROLE_CHOICES)], number="level",
    create_verb="production.create_escalation", edit_verb="production.change_escalation",
    teach=_("Whom a call reaches when nobody comes. Without rules of a kind: the supervisor after 10 minutes, the owner after 30."),
)  # fmt: skip
PAGES = [
    Page("production/today", _("My shop-floor day"), views.today.page, view_permission=VIEW_ORDERS, icon="calendar-check", order=4, day_of=("supervisor",)),
    Page("production/engineer", _("My engineering day"), views.engineer.page, view_permission="masterdata.create_change", icon="calendar-check", area="masterdata", order=4,
         day_of=("engineer",)),
    Page("production/quick", _("Quick order"), views.quick.page, view_permission="production.quick_order", icon="bolt", order=5),
    Page("production/pick", _("Pick and issue"), views.pick.page, view_permission="production.issue_materials", icon="package-export", order=20),
    Page("production/give-back", _("Return materials"), views.give_back.page, view_permission="production.return_materials", icon="package-import", order=21),
    Page("production/receive", _("Receive output"), views.receive.page, view_permission="production.receive_output", icon="building-warehouse", order=23),
    Page("production/rework", _("Rework order"), views.rework.page, view_permission="production.create_rework", icon="recycle", order=26, menu=False),
    Page("production/labels", _("Carton labels"), views.labels.page, view_permission=VIEW_ORDERS, icon="tag", order=24, menu=False),
    Page("production/report", _("Report work"), views.report.page, view_permission="production.report_work", icon="checklist", order=22),
    Page("production/dispatch", _("Dispatch lists"), views.dispatch.page, view_permission=VIEW_FLOOR, icon="list-check", order=15),
    Page("production/board", _("Progress board"), views.board.page, view_permission=VIEW_FLOOR, icon="layout-kanban", order=12, day_of=("owner",),
         routes=[("live", views.board.live), ("wall", views.board.wall), ("wall-live", views.board.wall_live)]),
    Page("shop", _("Shop floor"), shop_views.page, public=True, full_screen=True, icon="device-tablet", area="production", order=25, day_of=("operator",),
         routes=shop_views.ROUTES),
]  # fmt: skip
EXTRA_TABS = [ITEM_TAB]
SCREENS = [ESCALATIONS, ORDERS, ISSUES, RETURNS, REPORTS, RECEIPTS, COMPONENTS, OUTPUTS, OPERATIONS, CALLS, CHANGES, *outside_screens.SCREENS, *PAGES]  # fmt: skip


def _count(**filters: Any) -> Callable[[Any], int]:
    return lambda user: WorkOrder.objects.filter(**filters).exclude(approval="void").count()


PROCESS_BOXES = [
    ProcessBox("work_order", _("Work order"), "/production/orders/?stage=planned", _count(stage=Stage.PLANNED),
               lambda user: queries.orders_late(timezone.localdate()).count(), VIEW_ORDERS),
    ProcessBox("issue", _("Material issue"), "/production/pick/", _count(stage=Stage.RELEASED), permission=VIEW_ORDERS),
    ProcessBox("report", _("Work report"), "/production/report/", _count(stage=Stage.STARTED), permission=VIEW_ORDERS),
    ProcessBox("production_receipt", _("Production receipt"), "/production/receive/", _count(stage=Stage.COMPLETED), permission=VIEW_ORDERS),
    ProcessBox("settle", _("Settlement"), "/production/orders/?stage=closed", _count(stage=Stage.CLOSED), permission=VIEW_ORDERS),
]  # fmt: skip


def _made_today(user: Any) -> Figure:
    """What came in today, beside what had come in yesterday at this time: a day that has just begun is not a bad one."""
    now, yesterday = timezone.now(), timezone.localdate() - timedelta(days=1)
    before = queries.received_on(yesterday, now - timedelta(days=1))
    return Figure(
        queries.received_on(timezone.localdate()),
        "quantity",
        before=before,
        note=_("against yesterday at this time") if before else "",
    )


TILES = [
    Tile("production_open", _("Orders in production"), lambda user: Figure(_count(stage__in=[Stage.RELEASED, Stage.STARTED, Stage.PAUSED])(user), good=""),
         VIEW_ORDERS, "/production/orders/?stage=started", order=30),
    Tile("production_today", _("Made today"), _made_today, VIEW_ORDERS, "/production/receipts/", order=31),
    Tile("production_late", _("Late work orders"), lambda user: Figure(queries.orders_late(timezone.localdate()).count(), good="down"), VIEW_ORDERS,
         "/production/orders/", order=32),
]  # fmt: skip


def _late_rows(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    rows = queries.orders_late(today).select_related("item").order_by("due", "priority")[:10]
    return [
        AlertRow(f"{order.number} {order.item.name}", f"/production/orders/{order.pk}/", "red" if (today - order.due).days > 3 else "orange",
                 order.due.isoformat())
        for order in rows
    ]  # fmt: skip


def _call_rows(user: Any) -> list[AlertRow]:
    return [
        AlertRow(f"{call.get_kind_display()} · {call.work_centre or ''} {call.text}".strip(), f"/production/calls/{call.pk}/", "red",
                 str(call.raised_by))
        for call in queries.open_calls()[:10]
    ]  # fmt: skip


ALERTS = [
    Alert("production_calls", _("Calls for help"), _call_rows, VIEW_FLOOR, "urgent", "/production/calls/", order=1),
    Alert(
        "production_late",
        _("Late work orders"),
        _late_rows,
        VIEW_ORDERS,
        "clock-exclamation",
        "/production/orders/",
        order=20,
    ),
]
