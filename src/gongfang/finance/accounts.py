"""Statements of account 对账单 on the screen, on paper and as sheets: of customers and of suppliers, alike."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.finance import queries, services
from gongfang.kernel.errors import Problem
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.registry import document_types
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.registry import url_of
from gongfang.ui.screens import (
    Column,
    Field,
    Filter,
    LineGrid,
    ListVerb,
    Preset,
    Print,
    Screen,
    Tab,
    Table,
    VerbButton,
)

STATES = (("open", _("Not confirmed")), ("partial", _("Confirmed with a difference")), ("done", _("Confirmed")))
FIGURES = {"opening": _("Opening balance"), "charged": _("Invoiced"), "settled": _("Paid"), "closing": _("Closing balance"), "waiting": _("Delivered, not invoiced")}  # fmt: skip


def _source(line: Any) -> tuple[str, str]:
    """The document of a row, and where it is."""
    model = document_types().get(line.source_type)
    return line.source_number, url_of(model(pk=line.source_id)) if model and line.source_id else ""


def _why_not_confirm(document: Any) -> list[Problem]:
    if document.approval == ApprovalState.APPROVED:
        return []
    return [Problem("not_approved", "{number} is not approved yet.", number=document.number)]


def _now(user: Any, document: Any) -> Table:
    """What documents entered or taken back since have changed of the days that were told."""
    scope = services.side_of(document).model._meta.get_field("closing").scope
    rows = [
        {"figure": str(FIGURES[name]), "told": told, "now": now, "more": now - told}
        for name, told, now in services.changed_since(services.side_of(document), document)
    ]
    columns = [
        Column("figure", _("Figure")), Column("told", _("As told"), kind="money", scope=scope), Column("now", _("In the books now"), kind="money", scope=scope),
        Column("more", _("Difference"), kind="money", scope=scope),
    ]  # fmt: skip
    return Table(columns, rows if user.sees(scope) else [], empty=_("The books say what the statement says."))


def _in_confirmation(scope: str) -> list[Field]:
    return [
        Field("confirmed_by", _("Confirmed by"), required=True, max_length=60), Field("confirmed_on", _("Confirmed on"), kind="date", required=False),
        Field("confirmed_amount", _("Partner's balance"), kind="money", scope=scope, required=False, help=_("Empty: the same as ours.")),
        Field("confirmation", _("What the difference comes from"), required=False, max_length=200),
    ]  # fmt: skip


def _screen(
    side: str, partner: str, titles: tuple[Any, Any], lifecycle: Any, permission: str, order: int, teach: Any
) -> Screen:
    """Both look alike. side: noun of the verbs, partner: column of the partner."""
    days = [
        Field("since", _("From"), kind="date", required=False, help=_("Empty: the first of the month.")),
        Field("until", _("Until"), kind="date", required=False, help=_("Empty: today.")),
    ]
    return Screen(
        f"finance/{side}-statements", model=f"finance.{side.capitalize()}Statement", title=titles[0], one=titles[1], icon="file-invoice", order=order,
        view_permission=permission,
        columns=[
            "number", Column(f"{partner}__name", to="masterdata/partners"), "since", "until", Column("opening", total=True), Column("charged", total=True), Column("settled", total=True),
            Column("closing", total=True), Column("waiting", total=True), "approval", Column("execution", _("Confirmed"), choices=STATES), "confirmed_on", Column("confirmed_by", hidden=True),
            Column("confirmed_amount", hidden=True), "currency",
        ],
        filters=["approval", Filter("execution", _("Confirmed"), choices=STATES), Filter(partner, ref="masterdata/partners"), "since", "until"],
        search=["number", f"{partner}__name", f"{partner}__pinyin"], ordering=["-id"], date="business_date",
        views=[Preset("draft", _("Drafts"), {"approval": ["draft", "submitted"]}), Preset("sent", _("Sent, not confirmed"), {"approval": "approved", "execution": "open"}),
               Preset("differs", _("Confirmed with a difference"), {"execution": "partial"})],
        header=[
            Field(partner, ref="masterdata/partners", where={f"is_{partner}": True}, on_edit=False), Field("since", required=False, help=_("Empty: the day after the last statement.")),
            Field("until", required=False, help=_("Empty: today.")), Field("currency", readonly=True), Field("confirmed_on", readonly=True), Field("confirmed_by", readonly=True), Field("confirmed_amount", readonly=True),
            Field("confirmation", readonly=True, span=2), Field("remark", span=2),
        ],
        lines=LineGrid(readonly=True, at_least=0, fields=["on", "kind"], columns=[
            Column("document_number", _("Document"), kind="link", sortable=False, needs=["source_type", "source_id", "source_number"], value=_source),
            "summary", Column("goods", total=True), Column("charged", total=True), Column("settled", total=True), "balance",
        ]),
        footer=["opening", "charged", "settled", "closing", "waiting"], state="approval", second_state="execution", number="number", document_type=f"finance.{side}_statement",
        create_verb=f"finance.create_{side}_statement", edit_verb=f"finance.change_{side}_statement", editable=lambda document: document.is_editable,
        list_verbs=[ListVerb(f"finance.make_{side}_statements", _("Make for all"), icon="files", ask=days)],
        verbs=lifecycle_buttons(lifecycle, closable=False, own=[
            VerbButton(f"finance.refresh_{side}_statement", _("Reckon again"), icon="refresh", primary=False, opens="document", shown=lambda document: document.is_editable),
            VerbButton(f"finance.confirm_{side}_statement", _("Note confirmation"), icon="signature", opens="document", possible=_why_not_confirm,
                       shown=lambda document: document.approval == ApprovalState.APPROVED, ask=_in_confirmation("price" if side == "customer" else "cost")),
        ]),
        tabs=[Tab("now", _("Changed since"), tables=_now, icon="history")],
        prints=[Print(
            "statement", titles[1], words="closing", signatures=[_("Made by"), _("Our company (seal)"), _("Partner (seal), agreed on")],
            header=[Field(partner, path=f"{partner}__name"), "since", "until", "currency"],
            columns=["on", "kind", "source_number", "goods", "charged", "settled", "balance"], totals=["opening", "charged", "settled", "closing", "waiting"],
            note=_("Please check and confirm with your seal. Where your books differ, note your balance and what it comes from."),
        )],
        teach=teach,
    )  # fmt: skip


CUSTOMER_STATEMENTS = _screen(
    "customer", "customer", (_("Customer statements"), _("Customer statement")), services.CUSTOMER_STATEMENT_LIFECYCLE, queries.VIEW_CUSTOMER_STATEMENTS, 24,
    _("A statement tells a customer what is owed and why: opening balance, deliveries, invoices, payments, closing balance. Print it, send it, note the answer."),
)  # fmt: skip
SUPPLIER_STATEMENTS = _screen(
    "supplier", "supplier", (_("Supplier statements"), _("Supplier statement")), services.SUPPLIER_STATEMENT_LIFECYCLE, queries.VIEW_SUPPLIER_STATEMENTS, 29,
    _("A statement tells what is owed to a supplier and why. Compare it with the supplier's own, and note what differs."),
)  # fmt: skip

SCREENS = [CUSTOMER_STATEMENTS, SUPPLIER_STATEMENTS]
