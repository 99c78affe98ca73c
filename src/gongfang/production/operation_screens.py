"""Operations of work orders as a list: given out, acknowledged, begun, stopped and reported one by one, in bulk or over REST."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.production.component_screens import STAGE_COLORS
from gongfang.production.models import WorkOrderOperation
from gongfang.production.permissions import VIEW_FLOOR
from gongfang.production.queries import orders_visible_to, outside_of
from gongfang.production.rules import posting_problem
from gongfang.production.services import by_clock
from gongfang.ui.screens import Column, Field, Filter, Preset, Screen, VerbButton

PRECISION = "document__item__unit__precision"
STATE_COLORS = {"open": "secondary", "started": "cyan", "done": "green"}


def _visible(user: Any) -> Any:
    return WorkOrderOperation.objects.filter(document__in=orders_visible_to(user).exclude(approval="void"))


def _possible(row: Any) -> list[Any]:
    problem = posting_problem(row.document.number, row.document.stage)
    return [problem] if problem else []


def _open(row: Any) -> bool:
    return bool(row.state != "done" and row.document.stage in ("released", "started", "paused"))


def _here(row: Any) -> bool:
    """Work of people here: at an outside operation only what came back unworked."""
    return _open(row) and (not row.is_subcontracted or bool(outside_of([row])[row.pk].for_here))


def _outside_arguments(row: Any, answers: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in answers.items() if value is not None}
    if partner := given.pop("partner", None):
        given["partner_id"] = getattr(partner, "pk", partner)
    return {"order_id": row.document_id, "operation_id": row.pk, **given}


def _nothing(row: Any) -> None:
    """A question that begins empty, though the operation has a figure of that name."""


INSPECTIONS = [("none", _("None")), ("first", _("First piece")), ("process", _("In process")), ("final", _("Final"))]
OPERATIONS = Screen(
    "production/operations", model="production.WorkOrderOperation", title=_("Operations of work orders"), one=_("Operation of a work order"),
    icon="route", order=56, view_permission=VIEW_FLOOR, queryset=_visible, number="operation_no", ordering=["-document_id", "operation_no"],
    label="{document__number} {operation_no} {name}",
    columns=[
        Column("document__number", _("Work order"), to="production/orders"), Column("document__item__name", _("Product")), "operation_no", "name", "work_centre",
        Column("state", kind="state", colors=STATE_COLORS), Column("document__quantity", _("Planned"), precision=PRECISION),
        Column("good_quantity", precision=PRECISION), Column("scrap_material", precision=PRECISION, hidden=True),
        Column("scrap_worker", precision=PRECISION, hidden=True), Column("rework_quantity", precision=PRECISION, hidden=True), "minutes",
        Column("assigned_to__name", _("Assigned to")), "team", "machine", "acknowledged_at", Column("planned_start", hidden=True), Column("planned_end", hidden=True),
        Column("document__due", _("Due"), kind="date"), Column("document__stage", _("Order state"), kind="state", colors=STAGE_COLORS),
    ],
    filters=["state", "work_centre", Filter("document", _("Work order")), Filter("document__stage", _("Order state")), Filter("assigned_to", _("Assigned to")), "team",
             "planned_start", Filter("document__due", _("Due"))],
    views=[Preset("open", _("To do"), {"document__stage": ["released", "started"], "state": ["open", "started"]})],
    search=["document__number", "document__item__code", "document__item__name", "name"], related=["document__item__unit"],
    lookup=["document__number", "operation_no", "name", "work_centre", "state"],
    header=[
        Field("document", _("Work order"), ref="production/orders"), "operation_no", "name", "work_centre", "setup_minutes", "run_minutes", "crew", "skill",
        Field("inspection", choices=INSPECTIONS), Field("good_quantity", precision=PRECISION), Field("scrap_material", precision=PRECISION), Field("scrap_worker", precision=PRECISION),
        Field("rework_quantity", precision=PRECISION), "minutes", "labour_minutes", Field("assigned_to", _("Assigned to")), "team", "machine", "acknowledged_at",
        "started_at", "planned_start", "planned_end", Field("instruction", span=2), "piece_rate", "labour_value", "machine_value", "overhead_value",
    ],
    state="state",
    verbs=[
        VerbButton("production.report_operation", _("Report"), icon="checklist", possible=_possible, shown=_here, opens="document", ask=[
            Field("good", _("Good"), kind="quantity", default=_nothing), Field("scrap_material", _("Scrap, material's fault"), kind="quantity", default=_nothing),
            Field("scrap_worker", _("Scrap, worker's fault"), kind="quantity", default=_nothing), Field("rework", _("Rework"), kind="quantity", default=_nothing),
            Field("minutes", _("Minutes"), kind="quantity", default=_nothing, help=_("Empty: the standard time.")), Field("cause", _("Cause"), max_length=100),
            Field("machine", _("Machine"), max_length=40, default=lambda row: row.machine), Field("on", _("Date"), kind="date", help=_("Empty: that of the shift now.")),
        ]),
        VerbButton("production.dispatch_operation", _("Dispatch"), icon="send", primary=False, batch=True, shown=_here, opens="document", ask=[
            Field("user", _("Person"), kind="ref", ref="platform/users", default=lambda row: row.assigned_to_id),
            Field("team", _("Team"), max_length=60, default=lambda row: row.team),
            Field("machine", _("Machine"), max_length=40, default=lambda row: row.machine),
            Field("work_centre", _("Other work centre"), kind="ref", ref="masterdata/work-centres", default=_nothing),
        ]),
        VerbButton("production.create_subcontract_order", _("Subcontract"), icon="truck-loading", primary=False, opens="result", shown=_open,
                   ask=[Field("partner", _("Subcontractor"), kind="ref", ref="masterdata/subcontractors", default=lambda row: row.subcontractor_id),
                        Field("quantity", _("Quantity"), kind="quantity", default=_nothing, help=_("Empty: all that is not given out yet.")),
                        Field("price", _("Fee per piece"), kind="price", scope="cost", default=_nothing, help=_("Empty: as the routing says.")),
                        Field("due", _("Due"), kind="date", default=lambda row: row.document.due)],
                   arguments=_outside_arguments),
        VerbButton("production.acknowledge_operation", _("Acknowledge"), icon="check", primary=False, opens="document",
                   shown=lambda row: _open(row) and row.acknowledged_at is None),
        VerbButton("production.begin_operation", _("Start"), icon="player-play", primary=False, possible=_possible, opens="document",
                   shown=lambda row: _here(row) and (row.state == "open" or by_clock())),
        VerbButton("production.stop_operation", _("Stop the clock"), icon="player-pause", primary=False, opens="document",
                   shown=lambda row: row.times.filter(ended_at=None).exists()),
    ],
    teach=_("Every operation of every work order: who does it, on which machine, how far it is. Report it here, on the report page or at the terminal."),
)  # fmt: skip
