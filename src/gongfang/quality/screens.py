"""Quality on the screen: what waits for the inspector, plans, nonconformances."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gongfang.engines.sampling import LEVELS
from gongfang.kernel.errors import DomainError, Problem
from gongfang.kernel.states import Approval
from gongfang.masterdata.queries import numbers_in
from gongfang.quality import action_screens, incoming, queries
from gongfang.quality.models import Disposition, Inspection, Nonconformance
from gongfang.quality.rules.judging import ResultLine
from gongfang.quality.services import INSPECTION, NONCONFORMANCE, Point, ReworkInput, lots_of
from gongfang.quality.views import costs, floor, recall
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    Field,
    Figure,
    Filter,
    LineGrid,
    Page,
    Preset,
    Print,
    ProcessBox,
    Screen,
    Tile,
    VerbButton,
)

PRECISION = "item__unit__precision"
LEVEL_CHOICES = [(code, code) for code in LEVELS]
WAITING = ["draft", "submitted", "rejected"]
HELD = ["store", "line", "inspection", "blocked"]


def _editable(document: Any) -> bool:
    return bool(document.is_editable)


def _lots_of(user: Any, given: Mapping[str, str]) -> dict[str, Any]:
    return {"item": given["item"]} if given.get("item") else {}


def _quantity(name: str, title: Any, default: Callable[[Any], Any] | int = 0) -> Field:
    return Field(name, title, kind="quantity", required=name == "accepted_quantity", minimum=0, default=default)


def _decision(document: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """What was answered; what was left empty of the accepted quantity is all that is not rejected or conceded."""
    given = {name: value for name, value in answers.items() if value is not None}
    return {"inspection_id": document.pk, **given}


def _disposal(document: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """The same with the rework: operation numbers as people write them are its steps."""
    given = _decision(document, answers)
    text = given.pop("rework_operations", "")
    try:
        numbers = numbers_in(text)
    except ValueError as error:
        raise DomainError(
            Problem("bad_operations", "Operations are numbers, such as “10, 20”.", "rework_operations")
        ) from error
    if "rework_routing" in given:
        given["rework_routing_id"] = given.pop("rework_routing").pk
    return given | ({"rework_steps": tuple(ReworkInput(number) for number in numbers)} if numbers else {})


def _of_item(user: Any, given: Mapping[str, str]) -> dict[str, Any]:
    """Routings of the item that is entered."""
    return {"item": int(given["item"])} if given.get("item", "").isdigit() else {}


def why_no_certificate(inspection: Inspection) -> list[Problem]:
    """A certificate says that goods conform: it is given for what was accepted, once that is decided, never for a concession."""
    if inspection.approval != Approval.APPROVED:
        return [Problem("not_decided", "{number} is not decided yet.", number=inspection.number)]
    if not inspection.accepted_quantity:
        return [Problem("nothing_accepted", "{number} accepted nothing without concession.", number=inspection.number)]
    return []


INSPECTIONS = Screen(
    "quality/inspections", model="quality.Inspection", title=_("Inspections"), one=pgettext_lazy("document", "Inspection"), icon="shield-check", order=10,
    view_permission=queries.VIEW_INSPECTIONS,
    columns=[
        "number", "kind", "approval", Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Name")), Column("lot__code", _("Lot")),
        Column("partner__name", _("Supplier")), Column("quantity", _("Quantity to inspect"), precision=PRECISION, unit="item__unit__name"), Column("sample_size", precision=PRECISION),
        Column("accepted_quantity", precision=PRECISION), Column("rejected_quantity", precision=PRECISION), "business_date",
        "source_number", Column("operation", hidden=True), Column("machine", hidden=True), Column("severity", hidden=True), Column("decided_on", hidden=True), Column("concession_quantity", hidden=True, precision=PRECISION),
    ],
    filters=["approval", "kind", "item", Filter("partner", _("Supplier"), ref="masterdata/suppliers"), "business_date", "decided_on", "severity", "inspector"],
    search=["number", "item__code", "item__name", "item__pinyin", "lot__code", "source_number", "partner__name"],
    views=[Preset("waiting", _("To inspect"), {"approval": WAITING}), Preset("incoming", _("Incoming"), {"approval": WAITING, "kind": "incoming"}),
           Preset("floor", _("On the floor"), {"approval": WAITING, "kind": ["first", "process", "patrol"]}),
           Preset("final", _("Final"), {"approval": WAITING, "kind": "final"})],
    header=[
        Field("kind", on_edit=False), Field("item", ref="masterdata/items", on_edit=False), Field("quantity", _("Quantity to inspect"), on_edit=False, precision=PRECISION),
        Field("partner", _("Supplier"), ref="masterdata/suppliers", required=False, on_edit=False),
        Field("lot_code", _("Lot"), path="lot__code", readonly=True), Field("source_number", readonly=True), Field("operation", readonly=True), Field("machine", on_edit=False, required=False), Field("location", readonly=True, kind="text"),
        Field("business_date", required=False, on_edit=False, default="today"),
        Field("sample_size", readonly=True, group=_("Sampling (GB/T 2828.1)")), Field("accept_limit", _("acceptance number Ac"), path="accept_text", kind="text", readonly=True, group=_("Sampling (GB/T 2828.1)")),
        Field("severity", readonly=True, group=_("Sampling (GB/T 2828.1)")), Field("aql", readonly=True, group=_("Sampling (GB/T 2828.1)")),
        Field("sample_defects", required=False, on_create=False, group=_("Decision")),
        Field("accepted_quantity", required=False, on_create=False, group=_("Decision"), precision=PRECISION),
        Field("rejected_quantity", required=False, on_create=False, group=_("Decision"), precision=PRECISION),
        Field("concession_quantity", required=False, on_create=False, group=_("Decision"), precision=PRECISION), Field("remark", span=4),
    ],
    lines=LineGrid("results", title=_("Results"), make=ResultLine, at_least=0, fields=[
        Field("characteristic", width=160), Field("requirement", required=False), Field("method", required=False), Field("is_measured", required=False),
        Field("lower", required=False), Field("upper", required=False), Field("sample_size", required=False), Field("defects", required=False),
        Field("values", _("Measured values"), kind="text", required=False, width=240, path="values_text", help=_("Numbers with blanks between them.")), Field("instrument", required=False),
        Field("signals_text", _("Run rules broken"), kind="text", readonly=True), Field("remark", required=False)]),
    state="approval", number="number", date="business_date", document_type="quality.inspection",
    create_verb="quality.create_inspection", edit_verb="quality.change_inspection", editable=_editable,
    verbs=lifecycle_buttons(INSPECTION, closable=False, own=[]),
    prints=[
        Print("inspection", _("Inspection report"), grid="results", signatures=[_("Inspector"), _("Approved by")]),
        Print("certificate", _("Certificate of analysis"), grid="results", why_not=why_no_certificate, signatures=[_("Inspector"), _("Quality department")], note=_("The goods named above were inspected with the results given and conform to the requirements."),
              header=[Field("number"), Field("item_code", _("Item code"), path="item__code"), Field("item_name", _("Name"), path="item__name"), Field("spec", _("Specification"), path="item__spec"),
                      Column("lots", _("Lot"), kind="text", value=lots_of, needs=["lot", "source_type", "source_id"]), Field("quantity", _("Quantity to inspect")), "accepted_quantity", "concession_quantity", "sample_size", "decided_on", "source_number"],
              columns=[Column("characteristic"), Column("requirement"), Column("method"), Column("lower"), Column("upper"), Column("values_text", _("Measured values"), kind="text", value=lambda row: row.values_text, needs=["values"]), Column("defects"), Column("instrument")]),
    ],
    teach=_("Goods that have to be inspected wait here. Accept, reject or concede each part; the goods move by themselves."),
)  # fmt: skip
INSPECTIONS = INSPECTIONS.with_(
    verbs=(
        VerbButton("quality.pass_inspection", _("All good"), icon="check", shown=_editable, batch=True, opens="document"),
        VerbButton("quality.decide_inspection", _("Decide"), icon="scale", shown=_editable, opens="document", arguments=_decision, ask=[
            _quantity("accepted_quantity", _("Accepted quantity")), _quantity("rejected_quantity", _("Rejected quantity")), _quantity("concession_quantity", _("Accepted with concession")),
            _quantity("sample_defects", _("Defective in the sample")), Field("remark", _("Remark"), max_length=500)]),
        VerbButton("quality.dispose_inspection", _("Decide and dispose"), icon="arrows-split", shown=_editable, primary=False, opens="document", arguments=_disposal, ask=[
            _quantity("accepted_quantity", _("Accepted quantity")), replace(_quantity("rejected_quantity", _("Rejected quantity")), required=True), _quantity("concession_quantity", _("Accepted with concession")),
            _quantity("sample_defects", _("Defective in the sample")), Field("disposition", _("Disposition"), kind="choice", choices=Disposition.choices, default="return"),
            Field("defect", _("Defect"), max_length=200),
            Field("rework_routing", _("Rework routing"), kind="ref", ref="masterdata/routings", required=False, help=_("For rework: a routing kept for it.")),
            Field("rework_operations", _("Operations to do again"), max_length=60, required=False, help=_("For rework: numbers of the routing, such as 10, 20. Empty: all of the rework routing, else the last one."))]),
        action_screens.REJECTED_TO_SUPPLIER,
        *(button for button in INSPECTIONS.verbs if not button.verb.endswith(("submit_inspection", "approve_inspection")) or "unapprove" in button.verb),
    )
)  # fmt: skip

PLANS = Screen(
    "quality/plans", model="quality.InspectionPlan", title=_("Inspection plans"), one=_("Inspection plan"), icon="list-check", order=30,
    view_permission=queries.VIEW_PLANS,
    columns=["code", "name", "kind", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("category__name", _("Category")),
             Column("supplier__name", _("Supplier")), "level", "aql", "severity", "is_stopped", "is_active"],
    filters=["kind", "item", "category", Filter("supplier", ref="masterdata/suppliers"), "severity", "is_active"], search=["code", "name", "item__code", "item__name"],
    header=[Field("code", on_edit=False), "name", Field("kind", on_edit=False), Field("item", ref="masterdata/items", required=False, on_edit=False),
            Field("category", required=False, on_edit=False), Field("supplier", ref="masterdata/suppliers", required=False, on_edit=False),
            Field("level", kind="choice", choices=LEVEL_CHOICES, default="II"), Field("aql", default="0.01"), Field("switches", default=True, required=False), Field("every_minutes", required=False, help=_("Of a patrol plan.")),
            Field("severity", on_create=False, required=False), Field("series_score", readonly=True), Field("is_stopped", readonly=True),
            Field("is_active", on_create=False, required=False)],
    lines=LineGrid("characteristics", title=_("Characteristics"), make=Point, at_least=0, fields=[
        Field("characteristic", width=180), Field("requirement", required=False), Field("method", required=False), Field("instrument", required=False), Field("is_measured", required=False),
        Field("lower", required=False), Field("upper", required=False), Field("chart", required=False), Field("subgroup", required=False, default=1)]),
    number="code", create_verb="quality.create_plan", edit_verb="quality.change_plan", label="{code} {name}",
    verbs=[VerbButton("quality.resume_sampling", _("Resume sampling"), icon="player-play", shown=lambda plan: plan.is_stopped, ask=[
        Field("reason", _("What the supplier has mended"), max_length=200)])],
    teach=_("A plan says what to look at on an item, how strictly (level, AQL), and whether the switching rules apply."),
)  # fmt: skip

NONCONFORMANCES = Screen(
    "quality/nonconformances", model="quality.Nonconformance", title=_("Nonconformance reports"), one=_("Nonconformance report"), icon="alert-triangle", order=20,
    view_permission=queries.VIEW_INSPECTIONS,
    columns=["number", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("lot__code", _("Lot")), Column("partner__name", _("Supplier")),
             Column("quantity", precision=PRECISION), "defect", "grade", Column("cause", hidden=True), "disposition", "business_date", "approval", Column("loss_amount", hidden=True, total=True)],
    filters=["approval", "disposition", "grade", "cause", "item", Filter("partner", _("Supplier"), ref="masterdata/suppliers"), "business_date"],
    search=["number", "item__code", "item__name", "defect", "partner__name"], views=[Preset("open", _("To decide"), {"approval": WAITING})],
    header=[Field("item", ref="masterdata/items", on_edit=False), Field("quantity", _("Nonconforming quantity"), on_edit=False, precision=PRECISION), "grade", Field("disposition", required=False), Field("cause", required=False),
            Field("partner", _("Supplier"), ref="masterdata/suppliers", required=False, on_edit=False),
            Field("lot", ref="inventory/lots", required=False, where=_lots_of), Field("location", ref="inventory/locations", required=False, where={"kind__in": HELD}, help=_("Where the goods lie now.")), "responsible",
            Field("inspection_number", _("Inspection"), path="inspection__number", readonly=True), Field("source_number", readonly=True), Field("operation", readonly=True), Field("rework_routing", ref="masterdata/routings", required=False, where=_of_item), Field("rework_number", readonly=True), Field("defect", span=4), Field("remark", span=4),
            Field("loss_amount", readonly=True)],
    lines=LineGrid("rework_steps", title=_("Rework steps"), make=ReworkInput, at_least=0, fields=[
        Field("operation_no", required=False), Field("name", required=False, width=200), Field("work_centre", required=False), Field("minutes", required=False),
        Field("setup_minutes", required=False)],
        teach=_("How the goods are reworked, in this order: operations of the routing by their number, or work of its own. Empty: the whole rework routing, else the last operation.")),
    state="approval", number="number", date="business_date", document_type="quality.nonconformance",
    create_verb="quality.create_nonconformance", edit_verb="quality.change_nonconformance", editable=_editable,
    verbs=(*lifecycle_buttons(NONCONFORMANCE, closable=False), action_screens.ON_NONCONFORMANCE, action_screens.TO_SUPPLIER),
    prints=[Print("nonconformance", _("Nonconformance report"), signatures=[_("Inspector"), _("Responsible"), _("Approved by")])],
    teach=_("What failed, why, and what is done with it: return, concession, scrap, sorting or rework."),
)  # fmt: skip

PAGES = [
    Page("quality/today", _("My inspection day"), floor.page, view_permission=queries.VIEW_INSPECTIONS, icon="calendar-check", order=5, day_of=("inspector",), routes=[("measure/<int:pk>", floor.measure)]),
    Page("quality/spc", _("Control charts"), floor.spc, view_permission=queries.VIEW_INSPECTIONS, icon="chart-line", order=45),
    Page("quality/recall", _("Recall"), recall.page, view_permission=queries.VIEW_INSPECTIONS, icon="arrow-back-up", order=50, routes=[("export", recall.export)]),
    Page("quality/costs", _("Cost of quality"), costs.page, view_permission=queries.VIEW_INSPECTIONS, icon="report-money", order=60),
    incoming.PAGE,
]  # fmt: skip
SCREENS = [INSPECTIONS, NONCONFORMANCES, PLANS, *action_screens.SCREENS, *PAGES]
EXTRA_TABS = [*incoming.EXTRA_TABS]


def _count(kind: str) -> Callable[[Any], int]:
    return lambda user: queries.waiting(kind).count()


PROCESS_BOXES = [
    ProcessBox("inspection", _("Incoming inspection"), "/quality/inspections/?view=incoming", _count("incoming"),
               lambda user: queries.waiting("incoming").filter(business_date__lt=timezone.localdate()).count(), queries.VIEW_INSPECTIONS),
    ProcessBox("final_inspection", _("Final inspection"), "/quality/inspections/?view=final", _count("final"), permission=queries.VIEW_INSPECTIONS),
]  # fmt: skip


def _undecided(user: Any) -> list[AlertRow]:
    rows = (
        Nonconformance.objects.exclude(approval__in=[Approval.APPROVED, Approval.VOID])
        .select_related("item")
        .order_by("business_date")
    )
    return [
        AlertRow(gettext("{number}: {item} waits for a decision").format(number=row.number, item=row.item.name), f"/quality/nonconformances/{row.pk}/", "orange", row.defect)
        for row in rows[:10]
    ]  # fmt: skip


def _first_pass(user: Any) -> Figure:
    """Share of what was judged in the last thirty days that passed without concession."""
    today = timezone.localdate()
    rows = Inspection.objects.filter(approval=Approval.APPROVED, decided_on__gt=today - timedelta(30)).order_by()
    sums = rows.aggregate(judged=Sum("quantity"), passed=Sum("accepted_quantity"))
    judged, passed = sums["judged"], sums["passed"]
    return Figure(passed / judged if judged else None, "percent", note=_("last 30 days"))


ALERTS = [Alert("nonconformances", _("Nonconformances to decide"), _undecided, "quality.approve_nonconformance", "alert-triangle", "/quality/nonconformances/?view=open")]  # fmt: skip
TILES = [
    Tile(
        "first_pass",
        _("Accepted at inspection"),
        _first_pass,
        queries.VIEW_INSPECTIONS,
        "/quality/inspections/",
        order=60,
    )
]
