"""Supplier management on the screen: approved list, certificates, blocks, corrective requests; the tabs on a supplier and an item."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.states import Approval, Execution
from gongfang.purchasing import queries
from gongfang.purchasing.models import ApprovedSupplier, Certificate, CorrectiveRequest, SupplierBlock
from gongfang.purchasing.services import CORRECTIVE
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    ExtraTab,
    Field,
    Filter,
    Preset,
    Print,
    Screen,
    Tab,
    Table,
    VerbButton,
)

SUPPLIER = Column("supplier__name", _("Supplier"), to="masterdata/suppliers")
BY_SUPPLIER = Filter("supplier", ref="masterdata/suppliers")


def _days_left(row: Any) -> int:
    return int((row.expires_on - timezone.localdate()).days)


APPROVED_LIST = Screen(
    "purchasing/approved-suppliers", model="purchasing.ApprovedSupplier", title=_("Approved supplier list"), one=_("Approved supplier"), icon="user-check", order=52,
    view_permission=queries.VIEW_SUPPLIERS, number="id", label="{supplier__name} {item__code}",
    columns=[Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Name")), SUPPLIER, "status", "valid_to", "remark"],
    filters=["status", "item", BY_SUPPLIER, "valid_to"], search=["item__code", "item__name", "item__pinyin", "supplier__name", "supplier__pinyin"],
    views=[Preset("suspended", _("Suspended"), {"status": "suspended"})],
    header=[Field("item", ref="masterdata/items", on_edit=False), Field("supplier", ref="masterdata/suppliers", on_edit=False), "status", Field("valid_to", required=False), Field("remark", span=4)],
    create_verb="purchasing.create_approved_supplier", edit_verb="purchasing.change_approved_supplier", related=["item", "supplier"],
    teach=_("From its first line on an item may be bought from the listed suppliers only."),
)  # fmt: skip

CERTIFICATES = Screen(
    "purchasing/certificates", model="purchasing.Certificate", title=_("Supplier certificates"), one=_("Supplier certificate"), icon="certificate", order=54,
    view_permission=queries.VIEW_SUPPLIERS, number="id", label="{supplier__name} {title}",
    columns=[SUPPLIER, "title", "reference", "issued_on", "expires_on", Column("left", _("Days left"), kind="number", value=_days_left, needs=["expires_on"], sortable=False),
             "is_needed", "is_replaced"],
    filters=[BY_SUPPLIER, "expires_on", "is_needed", "is_replaced"], search=["supplier__name", "supplier__pinyin", "title", "reference"], ordering=["expires_on", "id"],
    views=[Preset("valid", _("Valid now"), {"is_replaced": False}), Preset("expired", _("Expired"), {"is_replaced": False, "expires_on": "@past"})],
    header=[Field("supplier", ref="masterdata/suppliers", on_edit=False), "title", Field("reference", required=False), Field("issued_on", required=False), "expires_on",
            Field("is_needed", required=False, help=_("Without a valid one nothing is ordered there.")), Field("remark", span=2)],
    create_verb="purchasing.create_certificate", edit_verb="purchasing.change_certificate",
    row_class=lambda row: "late" if not row.is_replaced and row.expires_on < timezone.localdate() else "",
    teach=_("Licences and certificates of suppliers. You are told before one expires; a needed one that has expired stops orders."),
)  # fmt: skip

BLOCKS = Screen(
    "purchasing/supplier-blocks", model="purchasing.SupplierBlock", title=_("Supplier blocks"), one=_("Supplier block"), icon="user-off", order=56,
    view_permission=queries.VIEW_SUPPLIERS, number="id", label="{supplier__name} {since}",
    columns=[SUPPLIER, Column("since", _("Blocked since")), "reason", Column("made_by__name", _("Made by")), "lifted_on", "lifted_reason"],
    filters=[BY_SUPPLIER, Filter("since", _("Blocked since"))], search=["supplier__name", "supplier__pinyin", "reason"],
    header=[Field("supplier", ref="masterdata/suppliers"), Field("since", _("Blocked since"), required=False), Field("reason", span=2), Field("lifted_on", readonly=True), Field("lifted_reason", readonly=True, span=2)],
    create_verb="purchasing.block_supplier",
    verbs=[VerbButton("purchasing.lift_block", _("Lift block"), icon="lock-open", shown=lambda row: row.lifted_on is None, opens="document", ask=[Field("reason", _("Reason"), required=True, max_length=200)])],
    teach=_("Nothing is ordered from a blocked supplier; whoever tries is told why."),
)  # fmt: skip


def _waits(row: Any) -> bool:
    return row.approval == Approval.APPROVED and row.execution in (Execution.OPEN, Execution.PARTIAL)


def _is_answered(row: Any) -> bool:
    return row.approval == Approval.APPROVED and row.execution == Execution.PARTIAL


def _long(name: str, title: Any, required: bool) -> Field:
    return Field(name, title, kind="textarea", required=required, max_length=500, span=2)


CORRECTIVES = Screen(
    "purchasing/correctives", model="purchasing.CorrectiveRequest", title=_("Corrective requests"), one=_("Corrective request"), icon="tool", order=58,
    view_permission=queries.VIEW_SUPPLIERS,
    columns=["number", SUPPLIER, Column("item__code", _("Item code")), "problem", "business_date", "due_date", "answered_on", "is_effective", "approval", Column("execution", _("State"))],
    filters=["approval", "execution", BY_SUPPLIER, "item", "due_date"], search=["number", "supplier__name", "problem", "reference", "item__code"],
    views=[Preset("open", _("Waiting for an answer"), {"approval": "approved", "execution": "open"}), Preset("verify", _("To verify"), {"approval": "approved", "execution": "partial"}),
           Preset("late", _("Overdue"), {"approval": "approved", "execution": "open", "due_date": "@past"})],
    header=[Field("supplier", ref="masterdata/suppliers", on_edit=False), Field("item", ref="masterdata/items", required=False, on_edit=False), Field("quantity", required=False), Field("reference", required=False),
            Field("due_date", required=False), Field("answered_on", readonly=True), Field("verified_on", readonly=True), Field("is_effective", readonly=True), Field("problem", kind="textarea", span=4),
            *(Field(name, readonly=True, span=2, group=_("Supplier's answer")) for name in ("containment", "root_cause", "action", "prevention")), Field("remark", span=4)],
    state="approval", second_state="execution", number="number", date="business_date", document_type="purchasing.corrective",
    create_verb="purchasing.create_corrective", edit_verb="purchasing.change_corrective", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(CORRECTIVE, closable=False, own=[
        VerbButton("purchasing.answer_corrective", _("Enter answer"), icon="message-reply", shown=_waits, opens="document", ask=[
            _long("containment", _("Containment (D3)"), False), _long("root_cause", _("Root cause (D4)"), True), _long("action", _("Corrective action (D5/D6)"), True), _long("prevention", _("Prevention (D7)"), False)]),
        VerbButton("purchasing.verify_corrective", _("Verify effect"), icon="checks", shown=_is_answered, opens="document", ask=[
            Field("is_effective", _("It worked"), kind="bool", required=False, default=True), Field("remark", _("Remark"), max_length=500)])]),
    prints=[Print("corrective", _("Corrective request"), signatures=[_("Asked by"), _("Supplier (seal)")])],
    teach=_("Ask a supplier to say why something was bad and what he does about it; note his answer, and whether it worked."),
)  # fmt: skip

SCREENS = [APPROVED_LIST, CERTIFICATES, BLOCKS, CORRECTIVES]


def papers(user: Any, supplier: Any) -> list[Table]:
    """Certificates, approvals, blocks and corrective requests of one supplier."""
    return [
        Table(["title", "reference", "expires_on", "is_needed", "is_replaced"], list(Certificate.objects.filter(supplier=supplier)), _("Certificates"), empty=_("No certificate is entered.")),
        Table([Column("item__code", _("Item code")), Column("item__name", _("Name")), "status", "valid_to", "remark"],
              list(ApprovedSupplier.objects.filter(supplier=supplier).select_related("item")), _("Approved for"), empty=_("On no item's approved list.")),
        Table([Column("since", _("Blocked since")), "reason", "lifted_on", "lifted_reason"], list(SupplierBlock.objects.filter(supplier=supplier)), _("Blocks"), empty=_("Never blocked.")),
        Table(["number", "problem", "due_date", "answered_on", "is_effective"], list(CorrectiveRequest.objects.filter(supplier=supplier)[:50]), _("Corrective requests"), empty=_("Nothing was asked.")),
    ]  # fmt: skip


def listed(user: Any, item: Any) -> Table:
    """Who may deliver an item."""
    rows = ApprovedSupplier.objects.filter(item=item).select_related("supplier")
    return Table([Column("supplier__code", _("Code")), Column("supplier__name", _("Supplier")), "status", "valid_to", "remark"], list(rows), empty=_("No approved list: it may be bought anywhere."))  # fmt: skip


EXTRA_TABS = [
    ExtraTab("masterdata/suppliers", Tab("qualification", _("Qualification"), tables=papers, permission=queries.VIEW_SUPPLIERS, icon="certificate")),
    ExtraTab("masterdata/items", Tab("approved_suppliers", _("Approved suppliers"), tables=listed, permission=queries.VIEW_SUPPLIERS, icon="user-check")),
]  # fmt: skip


def _expiring(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    return [
        AlertRow(
            gettext("{supplier}: “{title}” expires on {day}").format(supplier=row.supplier, title=row.title, day=row.expires_on),
            f"/purchasing/certificates/{row.pk}/", "red" if row.expires_on < today else "orange", gettext("needed to order") if row.is_needed else "",
        )
        for row in queries.expiring_certificates(today)[:10]
    ]  # fmt: skip


def _unanswered(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    return [
        AlertRow(gettext("{number}: {supplier} has not answered").format(number=row.number, supplier=row.supplier), f"/purchasing/correctives/{row.pk}/", "orange", row.problem[:60])
        for row in queries.unanswered_correctives(today)[:10]
    ]  # fmt: skip


ALERTS = [
    Alert("supplier_certificates", _("Supplier certificates that expire"), _expiring, queries.VIEW_SUPPLIERS, "certificate", "/purchasing/certificates/?view=valid"),
    Alert("supplier_correctives", _("Corrective requests without an answer"), _unanswered, "purchasing.answer_corrective", "tool", "/purchasing/correctives/?view=late"),
]  # fmt: skip
