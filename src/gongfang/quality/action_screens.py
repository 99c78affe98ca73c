"""Complaints, corrective actions and kept recalls on the screen."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.quality import queries
from gongfang.quality.models import RecallDrill, StepCode
from gongfang.quality.services import StepInput
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Preset, Print, Screen, Tab, Table, VerbButton

PRECISION = "item__unit__precision"
STAGE_COLORS = {"open": "red", "answered": "orange", "closed": "green", "acting": "orange", "verifying": "blue"}
DUE = Field("due", _("Due"), kind="date", required=False)
ON_NONCONFORMANCE = VerbButton("quality.act_on_nonconformance", _("Start a corrective action (8D) from it"), icon="list-numbers", primary=False, shown=lambda report: report.approval != "void", ask=[DUE])  # fmt: skip
TO_SUPPLIER = VerbButton("purchasing.correct_nonconformance", _("Ask the supplier to correct"), icon="tool", primary=False, ask=[DUE], shown=lambda report: report.approval != "void" and report.partner_id is not None,
                         arguments=lambda report, answers: {"nonconformance_id": report.pk, "due_date": answers.get("due")})  # fmt: skip
REJECTED_TO_SUPPLIER = VerbButton("purchasing.correct_inspection", _("Ask the supplier to correct"), icon="tool", primary=False, ask=[DUE],
                                  shown=lambda row: row.approval == "approved" and row.partner_id is not None and row.rejected_quantity > 0,
                                  arguments=lambda row, answers: {"inspection_id": row.pk, "due_date": answers.get("due")})  # fmt: skip

COMPLAINTS = Screen(
    "quality/complaints", model="quality.Complaint", title=_("Complaints"), one=_("Complaint"), icon="message-exclamation", order=40, view_permission=queries.VIEW_INSPECTIONS,
    columns=["number", "business_date", Column("customer__name", _("Customer")), Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("quantity", precision=PRECISION), "defect", "grade",
             Column("stage", _("Handling status"), colors=STAGE_COLORS), "answer_due", Column("cost", total=True)],
    filters=[Filter("stage", _("Handling status")), "grade", Filter("customer", ref="masterdata/customers"), "item", "business_date"], search=["number", "defect", "customer__name", "item__code", "source_number"],
    views=[Preset("open", _("To answer"), {"stage": ["open"]})],
    header=[Field("customer", ref="masterdata/customers", on_edit=False), Field("item", ref="masterdata/items", on_edit=False), Field("quantity", precision=PRECISION), "grade", Field("lot", ref="inventory/lots", required=False, on_edit=False),
            Field("source_number", required=False), Field("answer_due", required=False), Field("cost", required=False, default=0), Field("defect", _("Complaint"), kind="textarea", span=4), Field("answered_on", readonly=True), Field("answer", readonly=True, span=3), Field("remark", span=4, required=False)],
    state="stage", number="number", date="business_date", document_type="quality.complaint", create_verb="quality.create_complaint", edit_verb="quality.change_complaint", editable=lambda one: one.stage != "closed",
    verbs=[VerbButton("quality.answer_complaint", _("Answer"), icon="message-reply", shown=lambda one: one.stage != "closed", opens="document", ask=[Field("answer", _("What the customer was told"), kind="textarea", required=True, max_length=500)]),
           VerbButton("quality.act_on_complaint", _("Start a corrective action (8D) from it"), icon="list-numbers", primary=False, shown=lambda one: one.stage != "closed", ask=[DUE]),
           VerbButton("quality.close_complaint", _("Close the complaint"), icon="circle-check", shown=lambda one: one.stage == "answered", opens="document")],
    teach=_("What customers complain about. Answer in time, find the cause with the eight steps, then close."),
)  # fmt: skip
ACTIONS = Screen(
    "quality/actions", model="quality.CorrectiveAction", title=_("Corrective actions (8D)"), one=_("Corrective action"), icon="list-numbers", order=35, view_permission=queries.VIEW_INSPECTIONS,
    columns=["number", "title", Column("stage", _("Handling status"), colors=STAGE_COLORS), Column("leader__name", _("Team leader")), "due", "effect_due", "rounds", Column("nonconformance__number", _("Nonconformance report")), Column("complaint__number", _("Complaint")), Column("cost", total=True, hidden=True)],
    filters=[Filter("stage", _("Handling status")), "leader", "due"], search=["number", "title", "problem"], views=[Preset("open", _("Open"), {"stage": ["acting", "verifying"]})],
    header=["title", Field("leader", ref="platform/users", required=False), "due", Field("cost", required=False, default=0), Field("nonconformance", ref="quality/nonconformances", required=False, on_edit=False), Field("complaint", ref="quality/complaints", required=False, on_edit=False),
            Field("effect_due", readonly=True), Field("closed_on", readonly=True), Field("problem", kind="textarea", span=4), Field("effect", readonly=True, span=4)],
    lines=LineGrid("steps", title=_("Steps"), make=StepInput, at_least=0, fields=[Field("code", width=150), Field("task", required=False, width=240), Field("owner", ref="platform/users", required=False), Field("due", required=False), Field("done_on", readonly=True), Field("result", required=False, width=240)],
                   teach=_("Left empty, all eight steps are laid out.")),
    state="stage", number="number", date="business_date", document_type="quality.action", create_verb="quality.create_action", edit_verb="quality.change_action", editable=lambda one: one.stage != "closed",
    verbs=[VerbButton("quality.complete_step", _("Step done"), icon="check", shown=lambda one: one.stage != "closed", opens="document", ask=[
               Field("code", _("Step"), kind="choice", choices=list(StepCode.choices)), Field("task", _("Task"), required=False, max_length=300), Field("result", _("Result"), kind="textarea", required=True, max_length=500)]),
           VerbButton("quality.check_effect", _("Check the effect"), icon="zoom-check", shown=lambda one: one.stage == "verifying", opens="document", ask=[
               Field("is_effective", _("It helped"), kind="bool", required=False), Field("effect", _("By which figures"), kind="textarea", required=True, max_length=300)],
               arguments=lambda action, answers: {"document_id": action.pk, "is_effective": bool(answers.get("is_effective")), "effect": answers.get("effect") or ""})],
    prints=[Print("8d", _("8D report"), grid="steps", signatures=[_("Team leader"), _("Approved by")])],
    teach=_("Eight steps from the team to the recognition, each with owner and date; then the effect is checked, and without effect another round begins."),
)  # fmt: skip


def _finding(user: Any, drill: RecallDrill) -> list[Table]:
    found = drill.finding
    masses = [Column(name, title) for name, title in (("lot", _("Lot")), ("item", _("Item")), ("received", _("Received")), ("adjusted", _("Adjusted")), ("used", _("Used")),
              ("shipped", _("Shipped")), ("scrapped", _("Scrapped")), ("stock", _("In stock")), ("difference", _("Difference")))]  # fmt: skip
    customers = [
        {"customer": one["customer"], "number": document[0], "on": document[1], "lot": document[2], "quantity": document[3]}
        for one in found.get("customers", []) for document in one["documents"]
    ]  # fmt: skip
    return [
        Table(masses, found.get("masses", []), title=_("Mass balance")),
        Table([Column("customer", _("Customer")), Column("number", _("Document")), Column("on", _("Date")), Column("lot", _("Lot")), Column("quantity", _("Quantity"))], customers, title=_("Customers")),
        Table([Column("lot", _("Lot")), Column("place", _("Place")), Column("quantity", _("Quantity"))], [dict(zip(("lot", "place", "quantity"), row, strict=True)) for row in found.get("stock", [])], title=_("In stock")),
        Table([Column("number", _("Work order")), Column("lot", _("Lot")), Column("quantity", _("Quantity"))], [{"number": row[0], "lot": row[2], "quantity": row[3]} for row in found.get("orders", [])], title=_("In process")),
    ]  # fmt: skip


RECALLS = Screen(
    "quality/recalls", model="quality.RecallDrill", title=_("Recall drills"), one=_("Recall drill"), icon="history", order=52, view_permission=queries.VIEW_INSPECTIONS,
    columns=["traced_at", Column("lot__code", _("Lot")), Column("lot__item__name", _("Name")), "is_drill", "reason", "lots", "customers", "is_balanced", "milliseconds", Column("done_by__name", _("Done by"))],
    filters=["is_drill", "is_balanced", "traced_at"], search=["lot__code", "reason"], ordering=["-id"], number="traced_at",
    header=["traced_at", Field("lot", ref="inventory/lots"), "is_drill", "reason", "lots", "customers", "is_balanced", "milliseconds", Field("done_by", ref="platform/users")],
    tabs=[Tab("finding", _("Result"), tables=_finding, icon="list-search")], teach=_("Recalls and drills as they were found, with time and balance. Start one on the recall page."),
)  # fmt: skip
SCREENS = [ACTIONS, COMPLAINTS, RECALLS]
