"""Maintenance on the screen."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance import queries
from gongfang.maintenance.models import Equipment, MaintenanceOrder
from gongfang.maintenance.queries import VIEW_DEVICES, VIEW_EQUIPMENT, VIEW_PLANS
from gongfang.maintenance.rules import stage_problem
from gongfang.maintenance.services.orders import PartInput
from gongfang.maintenance.services.usual import usual_parts
from gongfang.maintenance.views import checking, today
from gongfang.ui.present import number_text
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
    Print,
    Screen,
    Tab,
    Table,
    Tile,
    VerbButton,
)

STATE_COLORS = {"in_use": "green", "idle": "secondary", "in_repair": "orange", "retired": "secondary"}
STAGE_COLORS = {
    "reported": "red",
    "in_repair": "orange",
    "finished": "blue",
    "accepted": "green",
    "cancelled": "secondary",
}
EQUIPMENT_REF = "maintenance/equipment"
TOOL, INSTRUMENT = _("Mould or tool"), _("Measuring instrument")  # groups of what only these have
RELIABILITY_DAYS = 365


def _why(action: str) -> Any:
    def possible(order: MaintenanceOrder) -> Any:
        problem = stage_problem(order.number, order.stage, action)
        return [problem] if problem else []

    return possible


def _in(*stages: str) -> Any:
    return lambda order: order.stage in stages


def _history(user: Any, equipment: Equipment) -> list[Table]:
    """Failures, orders and stops of the last year."""
    now = timezone.now()
    facts = queries.reliability(now - timedelta(days=RELIABILITY_DAYS), now, [equipment.pk]).get(equipment.pk)
    figures = [
        {"name": gettext("Failures"), "value": facts.failures if facts else 0},
        {"name": gettext("MTBF (h)"), "value": round(facts.mtbf, 1) if facts and facts.mtbf is not None else None},
        {"name": gettext("MTTR (h)"), "value": round(facts.mttr, 1) if facts and facts.mttr is not None else None},
        {"name": gettext("Run hours counted"), "value": round(equipment.run_minutes / 60, 1)},
        {"name": gettext("Strokes counted"), "value": equipment.strokes},
    ]
    orders = list(equipment.orders.order_by("-id")[:50])
    stops = list(equipment.downtimes.order_by("-started_at")[:50])
    return [
        Table([Column("name", _("Figure")), Column("value", pgettext_lazy("of a figure", "Value"), kind="number")], figures, title=_("Last year")),
        Table(
            [Column("number", to=""), "kind", "fault", Column("stage", _("Repair status")), "reported_at", "finished_at", Column("parts_value", scope="cost")],
            orders, title=_("Maintenance orders"), empty=_("Nothing was repaired yet."),
        ),
        Table(["reason", "started_at", "ended_at", "remark"], stops, title=_("Stops"), empty=_("It never stood.")),
    ]  # fmt: skip


def _parts(user: Any, equipment: Equipment) -> Table:
    return Table(
        ["code", "name", "kind", "state", "model_no"], list(equipment.children.all()), title=_("Parts of it"), empty=_("It has no parts."),
    )  # fmt: skip


LABEL = Print(
    "label", _("Label"), paper="label", header=["code", "name", "model_no", "place"], data=lambda user, one: {"rows": []},
    qr=lambda equipment: f"/maintenance/check/at/{equipment.code}",
)  # fmt: skip
REGISTER_VERBS = [
    VerbButton("maintenance.report_fault", _("Report a fault"), icon="alert-triangle", shown=lambda one: one.state != "retired",
               ask=[Field("fault", _("What is wrong"), kind="textarea", required=True, max_length=300), Field("stops_machine", _("The machine stands"), kind="bool", required=False)]),
    VerbButton("maintenance.begin_stop", _("Machine stands"), icon="player-pause", primary=False, shown=lambda one: one.state != "retired", opens="document",
               ask=[Field("reason", _("Reason"), kind="choice", choices=[(value, label) for value, label in (
                   ("breakdown", _("Breakdown")), ("setup", _("Set-up and adjustment")), ("material", _("Waiting for material")), ("quality", _("Waiting for quality")),
                   ("people", _("Nobody there")), ("power", _("No power, air or water")), ("maintenance", _("Planned maintenance")), ("no_order", _("No order")), ("other", _("Something else")))], default="breakdown"),
                    Field("remark", _("Remark"), max_length=200, required=False)]),
    VerbButton("maintenance.mount_tool", _("Mount"), icon="tool", primary=False, shown=lambda one: one.kind in ("mould", "tool"), opens="document",
               ask=[Field("work_centre", _("Work centre"), kind="ref", ref="masterdata/work-centres", required=False, help=_("Empty: take it off."))]),
    VerbButton("maintenance.overhaul_tool", _("Overhauled"), icon="refresh", primary=False, shown=lambda one: one.kind in ("mould", "tool"), opens="document",
               ask=[Field("life_strokes", _("New life in strokes"), kind="quantity", required=False, help=_("Empty: as before.")), Field("remark", _("Remark"), max_length=200, required=False)]),
    VerbButton("maintenance.record_calibration", _("Record a calibration"), icon="certificate", shown=lambda one: one.kind == "instrument", ask=[
        Field("on", _("Calibrated on"), kind="date", required=False), Field("until", _("Calibrated until"), kind="date", required=False, help=_("Empty: by its interval.")),
        Field("result", _("Result"), kind="choice", choices=[("passed", _("Passed")), ("limited", _("Usable with limits")), ("failed", _("Failed"))], default="passed"),
        Field("certificate_no", _("Certificate number"), max_length=60, required=False), Field("laboratory", _("Calibrated by"), max_length=80, required=False),
        Field("cost", _("Cost"), kind="money", scope="cost", required=False)]),
    VerbButton("maintenance.count_by_hand", _("Enter a counter by hand"), icon="123", primary=False, opens="document", shown=lambda one: one.state != "retired", ask=[
        Field("strokes", _("Strokes since the last reading"), kind="quantity", required=False, default=0, minimum=0), Field("run_hours", _("Run hours since the last reading"), kind="quantity", required=False, default=0, minimum=0)]),
    VerbButton("maintenance.return_equipment", _("Put back into use"), icon="player-play", shown=lambda one: one.state in ("idle", "retired"), opens="document"),
    VerbButton("maintenance.retire_equipment", _("Retire"), icon="archive", danger=True, primary=False, shown=lambda one: one.state != "retired", opens="document",
               confirm=_("Take it out of use for good?")),
]  # fmt: skip


def _is_tool(one: Equipment) -> bool:
    return one.kind in ("mould", "tool")


def _is_instrument(one: Equipment) -> bool:
    return one.kind == "instrument"


REGISTER = Screen(
    EQUIPMENT_REF, model="maintenance.Equipment", title=_("Equipment register"), one=_("Equipment"), icon="engine", order=20, view_permission=VIEW_EQUIPMENT,
    columns=["code", "name", "kind", Column("state", colors=STATE_COLORS), Column("parent__code", _("Part of"), hidden=True), Column("work_centre__name", _("Work centre")),
             "model_no", "maker", "place", Column("keeper__name", _("Responsible person")), Column("run_minutes", hidden=True), Column("strokes", hidden=True),
             Column("serial_no", hidden=True), Column("acquired_on", hidden=True)],
    filters=["kind", "state", Filter("work_centre", ref="masterdata/work-centres"), "maker"], search=["code", "name", "model_no", "serial_no", "place"], ordering=["code"],
    views=[Preset("repair", _("Under repair"), {"state": ["in_repair"]}), Preset("machines", pgettext_lazy("kind", "Machines"), {"kind": ["machine"]})],
    header=[Field("code", on_edit=False), "name", Field("kind", on_edit=False), Field("state", readonly=True), Field("parent", ref=EQUIPMENT_REF, required=False),
            Field("work_centre", ref="masterdata/work-centres", required=False), "model_no", "maker", "serial_no", "acquired_on", "place",
            Field("keeper", ref="platform/users", required=False), Field("remark", span=2),
            Field("life_strokes", group=TOOL, shown=_is_tool, required=False), Field("cavities", group=TOOL, shown=_is_tool, required=False, default=1),
            Field("warn_share", group=TOOL, shown=_is_tool, required=False, default="0.9"), Field("used_strokes", _("Strokes used"), path="used_strokes", kind="quantity", readonly=True, group=TOOL, shown=_is_tool),
            Field("calibration_days", group=INSTRUMENT, shown=_is_instrument, required=False), Field("calibrated_until", group=INSTRUMENT, shown=_is_instrument, required=False)],
    lines=LineGrid("uses", title=_("What a mould or tool makes"), at_least=0, shown=_is_tool, fields=[Field("item", ref="masterdata/items"), Field("item_name", _("Name"), path="item__name", readonly=True), Field("operation_no", required=False)]),
    state="state", number="code", label="{code} {name}", lookup=["code", "name", Column("work_centre__name", _("Work centre"))],
    create_verb="maintenance.create_equipment", edit_verb="maintenance.change_equipment", editable=lambda one: one.state != "retired",
    verbs=REGISTER_VERBS, prints=[LABEL], tabs=[Tab("repairs", _("Repairs and stops"), tables=_history, icon="history"), Tab("parts", _("Parts of it"), tables=_parts, icon="sitemap")],
    teach=_("Machines, moulds, tools and instruments. Print a label with its code for each; scanning it opens its spot check and reports faults."),
)  # fmt: skip
MOULDS = REGISTER.with_(
    key="maintenance/moulds", title=_("Moulds and tools"), one=_("Mould or tool"), icon="box-model-2", order=25,
    queryset=lambda user: Equipment.objects.filter(kind__in=["mould", "tool"]), views=(),
    header=[one for one in REGISTER.header if getattr(one, "group", "") != INSTRUMENT], initial=lambda user, given: {"kind": "mould"},
    columns=["code", "name", "kind", Column("state", colors=STATE_COLORS), Column("work_centre__name", _("Mounted at")), "cavities", "life_strokes",
             Column("used_strokes", _("Strokes used"), kind="quantity", value=lambda one: one.used_strokes, needs=["strokes", "life_start"], sortable=False),
             Column("life_share", _("Life used"), kind="percent", value=lambda one: one.life_share, needs=["strokes", "life_start", "life_strokes"], sortable=False)],
    row_class=lambda one: "table-danger" if (one.life_share or 0) >= 1 else "table-warning" if (one.life_share or 0) >= one.warn_share else "",
    teach=_("Moulds and tools with their life in strokes. At the limit work with them is refused until they are overhauled."),
)  # fmt: skip
INSTRUMENTS = REGISTER.with_(
    key="maintenance/instruments", title=_("Measuring instruments"), one=_("Measuring instrument"), icon="ruler-measure", order=30,
    queryset=lambda user: Equipment.objects.filter(kind="instrument"), views=(), lines=(),
    header=[one for one in REGISTER.header if getattr(one, "group", "") != TOOL], initial=lambda user, given: {"kind": "instrument"},
    columns=["code", "name", Column("state", colors=STATE_COLORS), "model_no", "serial_no", "place", Column("keeper__name", _("Responsible person")), "calibration_days", "calibrated_until"],
    filters=["state", "calibrated_until"],
    row_class=lambda one: "table-danger" if one.calibrated_until is None or one.calibrated_until < timezone.localdate() else "",
    teach=_("Gauges and instruments with their calibration; results measured with one whose calibration is over are refused."),
)  # fmt: skip


def _proposed(order: MaintenanceOrder) -> list[Any]:
    """What the button would take from stock, in words."""
    return [
        gettext("{quantity} {unit} of {item}").format(quantity=number_text(part.left, "quantity"), unit=part.item.unit.name, item=part.item)
        for part in usual_parts(order)
        if part.left
    ]  # fmt: skip


def _usual(user: Any, order: MaintenanceOrder) -> Table:
    """The parts of the plan against what was issued and what is there."""
    return Table(
        [Column("code", _("Item code")), Column("name", _("Item name")), Column("quantity", _("Usually"), kind="quantity"), Column("issued", _("Issued"), kind="quantity"),
         Column("left", _("Still proposed"), kind="quantity"), Column("free", _("Free in stock"), kind="quantity"), Column("short", _("Missing"), kind="quantity")],
        [{"code": part.item.code, "name": part.item.name, "quantity": part.quantity, "issued": part.issued, "left": part.left, "free": part.free, "short": part.short} for part in usual_parts(order)],
        empty=_("The order has no plan, or its plan names no parts."),
    )  # fmt: skip


ORDERS = Screen(
    "maintenance/orders", model="maintenance.MaintenanceOrder", title=_("Maintenance orders"), one=_("Maintenance order"), icon="tool", order=10, view_permission=VIEW_EQUIPMENT,
    columns=["number", "kind", Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Equipment")), "fault", Column("stage", _("Repair status"), colors=STAGE_COLORS),
             "stops_machine", "due", Column("assigned_to__name", _("Assigned to")), "reported_at", "finished_at", Column("parts_value", total=True), Column("labour_minutes", hidden=True)],
    filters=[Filter("stage", _("Repair status")), "kind", Filter("equipment", ref=EQUIPMENT_REF), "stops_machine", "assigned_to", "reported_at"],
    views=[Preset("open", _("Open"), {"stage": ["reported", "in_repair", "finished"]}), Preset("mine", _("Mine"), {"assigned_to": "@me", "stage": ["reported", "in_repair"]})],
    search=["number", "fault", "equipment__code", "equipment__name"], ordering=["-id"],
    header=[Field("equipment", ref=EQUIPMENT_REF), Field("kind", readonly=True), Field("stops_machine", required=False), Field("due", required=False), Field("fault", _("What is wrong"), kind="textarea", span=4),
            Field("assigned_to_name", _("Assigned to"), path="assigned_to__name", readonly=True), Field("reported_at", readonly=True), Field("begun_at", readonly=True), Field("finished_at", readonly=True),
            Field("accepted_at", readonly=True), Field("cause", readonly=True), Field("labour_minutes", readonly=True), Field("parts_value", readonly=True), Field("work_done", readonly=True, span=4)],
    lines=LineGrid("parts", title=_("Spare parts"), readonly=True, on_create=False, on_edit=False, at_least=0, make=PartInput, fields=["item", Field("item_name", _("Name"), path="item__name", readonly=True), "quantity", "warehouse", "value", "is_returned"],
                   teach=_("Spare parts issued to this order stand here.")),
    state="stage", number="number", date="business_date", document_type="maintenance.order", create_verb="maintenance.report_fault",
    verbs=[
        VerbButton("maintenance.begin_order", _("Begin the repair"), icon="player-play", possible=_why("begin"), shown=_in("reported"), opens="document"),
        VerbButton("maintenance.issue_usual_parts", _("Issue the usual parts"), icon="packages", shown=lambda order: order.stage == "in_repair" and any(part.left for part in usual_parts(order)), primary=False, opens="document",
                   preview=_proposed),
        VerbButton("maintenance.issue_parts", _("Issue spare parts"), icon="package-export", possible=_why("finish"), shown=_in("in_repair"), primary=False, opens="document",
                   ask=[Field("item", _("Item"), kind="ref", ref="masterdata/items"), Field("quantity", _("Quantity"), kind="quantity", minimum=0), Field("warehouse", _("Warehouse"), kind="ref", ref="masterdata/warehouses", required=False)],
                   arguments=lambda order, answers: {"document_id": order.pk, "lines": [PartInput(answers["item"], answers["quantity"], answers.get("warehouse"))]}),
        VerbButton("maintenance.finish_order", _("Finish the repair"), icon="check", possible=_why("finish"), shown=_in("in_repair"), opens="document",
                   ask=[Field("work_done", _("What was done"), kind="textarea", required=True, max_length=300), Field("cause", _("Cause"), required=False, max_length=200), Field("labour_minutes", _("Labour minutes"), kind="quantity", required=False, default=0, minimum=0)]),
        VerbButton("maintenance.accept_order", _("Accept the work"), icon="circle-check", possible=_why("accept"), shown=_in("finished"), opens="document", batch=True),
        VerbButton("maintenance.refuse_order", _("Not accepted"), icon="circle-x", possible=_why("refuse"), shown=_in("finished"), primary=False, danger=True, opens="document", ask=[Field("comment", _("Reason"), kind="textarea", required=True, max_length=500)]),
        VerbButton("maintenance.assign_order", _("Assign"), icon="user-check", possible=_why("cancel"), shown=_in("reported", "in_repair"), primary=False, opens="document",
                   ask=[Field("assigned_to", _("Assigned to"), kind="ref", ref="platform/users", required=True), Field("due", _("Due"), kind="date", required=False)]),
        VerbButton("maintenance.return_part", _("Take back the issue"), icon="package-import", shown=_in("in_repair"), primary=False, opens="document", confirm=_("Put the parts issued last back into stock?")),
        VerbButton("maintenance.cancel_order", _("Cancel the order"), icon="ban", possible=_why("cancel"), shown=_in("reported", "in_repair"), primary=False, danger=True, opens="document", ask=[Field("comment", _("Reason"), kind="textarea", required=True, max_length=500)]),
    ],
    tabs=[Tab("usual", _("Usual spare parts"), tables=_usual, icon="packages")],
    prints=[Print("order", _("Maintenance order"), grid="parts", qr=lambda order: order.number, signatures=[_("Maintainer"), _("Accepted by")])],
    teach=_("Repairs and preventive maintenance. A call for help about a machine, a fault found at a spot check or the plan of the night opens one."),
)  # fmt: skip

CHECK_PLANS = Screen(
    "maintenance/check-plans", model="maintenance.CheckPlan", title=_("Spot check plans"), one=_("Spot check plan"), icon="list-check", order=45, view_permission=VIEW_PLANS,
    columns=[Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Equipment")), "name", "every_days", "is_active"],
    filters=[Filter("equipment", ref=EQUIPMENT_REF), "is_active"], search=["name", "equipment__code", "equipment__name"],
    header=[Field("equipment", ref=EQUIPMENT_REF, on_edit=False), "name", Field("every_days", default=1), Field("is_active", default=True, required=False)],
    lines=LineGrid("points", title=_("Check points"), fields=[Field("name", width=180), Field("requirement", required=False), Field("is_measured", required=False), Field("lower", required=False), Field("upper", required=False)]),
    number="name", create_verb="maintenance.create_check_plan", edit_verb="maintenance.change_check_plan",
    teach=_("What an operator looks at before work. It is filled in on a phone at the machine."),
)  # fmt: skip
CHECKS = Screen(
    "maintenance/checks", model="maintenance.SpotCheck", title=_("Spot checks"), one=_("Spot check"), icon="clipboard-check", order=40, view_permission=VIEW_EQUIPMENT,
    columns=["on", Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Equipment")), Column("plan__name", _("Spot check")), "is_ok", Column("checked_by__name", _("Checked by")), "checked_at",
             Column("order__number", _("Maintenance order"))],
    filters=["on", "is_ok", Filter("equipment", ref=EQUIPMENT_REF)], search=["equipment__code", "equipment__name", "plan__name"], ordering=["-id"], date="on",
    header=["on", Field("equipment", ref=EQUIPMENT_REF), Field("plan_name", _("Spot check"), path="plan__name", readonly=True), "is_ok", "shift", Field("checked_by", ref="platform/users"), "checked_at", Field("order_number", _("Maintenance order"), path="order__number", readonly=True)],
    lines=LineGrid("lines", title=_("Results"), readonly=True, fields=["name", "requirement", "is_ok", "value", "remark"]), number="on",
    teach=_("Checks that were done. Open “Spot check” on a phone to do one."),
)  # fmt: skip
PLANS = Screen(
    "maintenance/plans", model="maintenance.ServicePlan", title=_("Maintenance plans"), one=_("Maintenance plan"), icon="calendar-repeat", order=35, view_permission=VIEW_PLANS,
    columns=[Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Equipment")), "name", "every_days", "every_hours", "every_strokes", "last_on", Column("assigned_to__name", _("Assigned to")), "is_active"],
    filters=[Filter("equipment", ref=EQUIPMENT_REF), "is_active", "last_on"], search=["name", "equipment__code", "equipment__name"],
    header=[Field("equipment", ref=EQUIPMENT_REF, on_edit=False), "name", Field("every_days", required=False), Field("every_hours", required=False), Field("every_strokes", required=False), Field("lead_days", default=3), Field("minutes", required=False, default=0),
            Field("last_on", required=False), Field("assigned_to", ref="platform/users", required=False), Field("is_active", default=True, required=False), Field("task", kind="textarea", span=4, required=False)],
    lines=LineGrid("parts", title=_("Usual spare parts"), at_least=0, fields=[Field("item", ref="masterdata/items"), Field("item_name", _("Name"), path="item__name", readonly=True), "quantity"]),
    number="name", create_verb="maintenance.create_service_plan", edit_verb="maintenance.change_service_plan",
    list_verbs=[ListVerb("maintenance.make_due_orders", _("Make due orders now"), icon="player-play")],
    teach=_("Maintenance that comes again after days, run hours or strokes. Every night orders are made for what is due."),
)  # fmt: skip
STOPS = Screen(
    "maintenance/stops", model="maintenance.Downtime", title=_("Stops"), one=_("Stop"), icon="player-pause", order=15, view_permission=VIEW_EQUIPMENT,
    columns=[Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Equipment")), Column("work_centre__name", _("Work centre")), "reason", "started_at", "ended_at",
             Column("minutes", _("Minutes"), kind="number", value=lambda stop: round(((stop.ended_at or timezone.now()) - stop.started_at).total_seconds() / 60), needs=["started_at", "ended_at"], sortable=False), "remark"],
    filters=["reason", Filter("equipment", ref=EQUIPMENT_REF), Filter("work_centre", ref="masterdata/work-centres"), "started_at"], search=["equipment__code", "equipment__name", "remark"], ordering=["-started_at"],
    header=[Field("equipment", ref=EQUIPMENT_REF, on_edit=False), "reason", Field("started_at"), Field("ended_at", required=True), Field("remark", span=4, required=False)],
    number="started_at", create_verb="maintenance.record_stop", edit_verb="maintenance.change_stop",
    verbs=[VerbButton("maintenance.end_stop", _("Machine runs again"), icon="player-play", shown=lambda stop: stop.ended_at is None, opens="document")],
    teach=_("Times in which machines stood, with their reason: what availability and OEE are reckoned from."),
)  # fmt: skip
CALIBRATIONS = Screen(
    "maintenance/calibrations", model="maintenance.Calibration", title=_("Calibrations"), one=_("Calibration"), icon="certificate", order=55, view_permission=VIEW_EQUIPMENT,
    columns=["on", Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Measuring instrument")), "result", "until", "certificate_no", "laboratory", Column("cost", total=True)],
    filters=["on", "result", Filter("equipment", ref=EQUIPMENT_REF)], search=["equipment__code", "equipment__name", "certificate_no"], ordering=["-on", "-id"], date="on",
    header=[Field("equipment", ref=EQUIPMENT_REF), "on", Field("until", required=False), "result", "certificate_no", "laboratory", Field("cost", required=False), Field("remark", span=2)], number="on",
    create_verb="maintenance.record_calibration", teach=_("Calibrations of measuring instruments, with their certificates as attachments."),
)  # fmt: skip
DEVICES = Screen(
    "maintenance/devices", model="maintenance.CounterDevice", title=_("Counter devices"), one=_("Counter device"), icon="cpu", order=60, view_permission=VIEW_DEVICES,
    columns=["code", Column("equipment__code", _("Equipment code"), to=EQUIPMENT_REF), Column("equipment__name", _("Equipment")), "received", "highest", "last_at", "is_active"], filters=[Filter("equipment", ref=EQUIPMENT_REF), "is_active"],
    search=["code", "equipment__code", "equipment__name"],
    header=[Field("code", on_edit=False), Field("equipment", ref=EQUIPMENT_REF), Field("owner", ref="platform/users", required=False), Field("is_active", default=True, required=False),
            Field("token", _("Token"), path="code", kind="text", on_edit=False, required=False, help=_("At least 20 characters; the device shows it with every message."))], number="code", importable=False,
    verbs=[VerbButton("maintenance.renew_token", _("New token"), icon="key", primary=False, opens="document", ask=[Field("token", _("Token"), required=True, max_length=100)])],
    create_verb="maintenance.create_device", edit_verb="maintenance.change_device",
    teach=_("Counters on machines that send strokes and run time by HTTP or MQTT. Each has its own token."),
)  # fmt: skip
PAGES = [
    Page("maintenance/today", _("My maintenance day"), today.page, view_permission=VIEW_EQUIPMENT, icon="calendar-check", order=5, day_of=("maintainer",)),
    Page("maintenance/check", _("Spot check"), checking.page, view_permission=VIEW_EQUIPMENT, icon="clipboard-check", order=8,
         routes=[("at/<str:code>", checking.at), ("<int:pk>", checking.fill)]),
]  # fmt: skip
SCREENS = [REGISTER, MOULDS, INSTRUMENTS, ORDERS, CHECKS, CHECK_PLANS, PLANS, STOPS, CALIBRATIONS, DEVICES, *PAGES]


def _open_rows(user: Any) -> list[AlertRow]:
    return [
        AlertRow(f"{order.number} {order.equipment}", f"/maintenance/orders/{order.pk}/", "red" if order.stops_machine else "orange", order.fault)
        for order in queries.open_orders()[:10]
    ]  # fmt: skip


def _tool_rows(user: Any) -> list[AlertRow]:
    return [
        AlertRow(str(tool), f"/maintenance/moulds/{tool.pk}/", "red" if (tool.life_share or 0) >= 1 else "orange",
                 gettext("{used} of {life} strokes").format(used=f"{tool.used_strokes:,.0f}", life=f"{tool.life_strokes:,.0f}"))
        for tool in queries.tools_near_end()[:10]
    ]  # fmt: skip


def _calibration_rows(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    return [
        AlertRow(str(row), f"/maintenance/instruments/{row.pk}/", "red" if row.calibrated_until is None or row.calibrated_until < today else "orange",
                 row.calibrated_until.isoformat() if row.calibrated_until else gettext("never calibrated"))
        for row in queries.calibrations_due()[:10]
    ]  # fmt: skip


ALERTS = [
    Alert("maintenance_open", _("Open maintenance orders"), _open_rows, "maintenance.begin_order", "tool", "/maintenance/orders/?view=open", order=8),
    Alert("maintenance_tools", _("Moulds and tools near their limit"), _tool_rows, "maintenance.overhaul_tool", "box-model-2", "/maintenance/moulds/", order=25),
    Alert("maintenance_calibration", _("Calibrations due"), _calibration_rows, "maintenance.record_calibration", "ruler-measure", "/maintenance/instruments/", order=26),
]  # fmt: skip
TILES = [
    Tile("machines_standing", _("Machines that stand"), lambda user: Figure(queries.standing().count(), good="down"), VIEW_EQUIPMENT, "/maintenance/stops/", order=40),
]  # fmt: skip
