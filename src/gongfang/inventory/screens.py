"""The keeper's documents on the screen."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models import OtherIssue, OtherReceipt, StockCount, Transfer
from gongfang.inventory.queries import VIEW_DOCUMENTS
from gongfang.inventory.services import (
    COUNTS,
    OTHER_ISSUES,
    OTHER_RECEIPTS,
    TRANSFERS,
    CountLineInput,
    ReceiptLineInput,
    StockLineInput,
)
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import Alert, AlertRow, Column, Field, LineGrid, ListVerb, Preset, Print, Screen

PRECISION = "item__unit__precision"
DATE = Field("business_date", default=lambda user: timezone.localdate())
REMARK = Field("remark", required=False, span=4)
ITEM_FIELDS = [
    Field("item", ref="masterdata/items"), Field("item_name", _("Item name"), path="item__name", readonly=True),
    Field("spec", _("Specification"), path="item__spec", readonly=True),
]  # fmt: skip
LOT = Field("lot", ref="inventory/lots", required=False, help=_("Empty: first expired, first out."))
QUANTITY = Field("quantity", total=True, precision=PRECISION)
UNIT = Field("unit", _("Unit"), path="item__unit__name", readonly=True)
LINE_REMARK = Field("remark", required=False)
VIEWS = [
    Preset("drafts", _("Not approved"), {"approval": ["draft", "submitted", "rejected"]}),
    Preset("month", _("This month"), {"business_date": "@month"}),
    Preset("mine", _("Made by me"), {"created_by": "@me"}),
]
MADE_BY = Column("created_by__name", _("Made by"))
PHYSICAL = ["store", "line", "inspection", "blocked", "subcontractor"]
KEEPER, RECEIVER, APPROVER = _("Keeper"), _("Receiver"), _("Approved by")


def _editable(document: Any) -> bool:
    return bool(document.is_editable)


TRANSFER = Screen(
    "inventory/transfers", model="inventory.Transfer", title=_("Transfers"), one=_("Transfer"), icon="transfer", order=30, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(Transfer.objects.all(), user, warehouse="source__warehouse__code"),
    columns=["number", "business_date", Column("source__name", _("From")), Column("target__name", _("To")), "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "source", "target"], views=VIEWS, search=["number", "remark", "lines__item__code", "lines__item__name"], ordering=["-id"],
    header=[Field("source", ref="inventory/locations", where={"kind__in": PHYSICAL}), Field("target", ref="inventory/locations", where={"kind__in": PHYSICAL}), DATE, REMARK],
    lines=LineGrid("lines", make=StockLineInput, fields=[*ITEM_FIELDS, LOT, QUANTITY, UNIT, LINE_REMARK], columns=["execution"]),
    state="approval", second_state="execution", create_verb="inventory.create_transfer", edit_verb="inventory.edit_transfer", editable=_editable,
    verbs=lifecycle_buttons(TRANSFERS, closable=False), prints=[Print("transfer", _("Transfer"), signatures=[KEEPER, RECEIVER])],
    teach=_("A transfer moves goods from one warehouse or status to another when it is approved."),
)  # fmt: skip

COUNT = Screen(
    "inventory/counts", model="inventory.StockCount", title=_("Stock counts"), one=_("Stock count"), icon="clipboard-check", order=32, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(StockCount.objects.all(), user, warehouse="location__warehouse__code"),
    columns=["number", "business_date", Column("location__name", _("Location")), "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "location"], views=VIEWS, search=["number", "remark", "lines__item__code"], ordering=["-id"],
    header=[Field("location", ref="inventory/locations", where={"kind__in": PHYSICAL}, on_edit=False), DATE, Field("is_blind", required=False), REMARK],
    lines=LineGrid(
        "lines", make=CountLineInput,
        fields=[*ITEM_FIELDS, Field("lot", ref="inventory/lots", required=False),
                Field("book", _("By the books"), path="book_shown", kind="quantity", readonly=True),
                Field("counted", required=False, precision=PRECISION, total=True), UNIT, LINE_REMARK],
        columns=[Column("difference", _("Difference"), kind="quantity", value=lambda line: line.difference, sortable=False)],
    ),
    state="approval", second_state="execution", create_verb="inventory.create_count", edit_verb="inventory.edit_count", editable=_editable,
    verbs=lifecycle_buttons(COUNTS, closable=False),
    list_verbs=[ListVerb("inventory.open_count", _("Count a location"), icon="clipboard-list",
                         ask=[Field("location", _("Location"), ref="inventory/locations", required=True, where={"kind__in": PHYSICAL}),
                              Field("is_blind", _("Blind (book quantity hidden)"), kind="bool", required=False)])],
    prints=[Print("count", _("Count sheet"), signatures=[_("Counted by"), _("Checked by")])],
    teach=_("Count a location: the system lists what the books say, you enter what is there, differences are posted on approval."),
)  # fmt: skip

OTHER_IN = Screen(
    "inventory/other-receipts", model="inventory.OtherReceipt", title=_("Other receipts"), one=_("Other receipt"), icon="package-import", order=34,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(OtherReceipt.objects.all(), user, warehouse="warehouse__code"),
    columns=["number", "business_date", Column("warehouse__name", _("Warehouse")), "purpose", "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "warehouse", "purpose"], views=VIEWS, search=["number", "remark", "lines__item__code"], ordering=["-id"],
    header=["warehouse", "purpose", DATE, REMARK],
    lines=LineGrid("lines", make=ReceiptLineInput, fields=[*ITEM_FIELDS, Field("lot_code", required=False), QUANTITY, UNIT,
                   Field("unit_cost", required=False, help=_("Empty: the present cost.")), LINE_REMARK], columns=[Column("amount", total=True), "execution"]),
    state="approval", second_state="execution", create_verb="inventory.create_other_receipt", edit_verb="inventory.edit_other_receipt", editable=_editable,
    verbs=lifecycle_buttons(OTHER_RECEIPTS, closable=False), prints=[Print("receipt", _("Other receipt"), signatures=[KEEPER, APPROVER])],
    teach=_("Goods that come in without a purchase or production: found, given, returned samples."),
)  # fmt: skip

OTHER_OUT = Screen(
    "inventory/other-issues", model="inventory.OtherIssue", title=_("Other issues"), one=_("Other issue"), icon="package-export", order=36,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(OtherIssue.objects.all(), user, warehouse="warehouse__code"),
    columns=["number", "business_date", Column("warehouse__name", _("Warehouse")), "purpose", "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "warehouse", "purpose"], views=VIEWS, search=["number", "remark", "lines__item__code"], ordering=["-id"],
    header=["warehouse", "purpose", DATE, REMARK],
    lines=LineGrid("lines", make=StockLineInput, fields=[*ITEM_FIELDS, LOT, QUANTITY, UNIT, LINE_REMARK], columns=[Column("amount", total=True), "execution"]),
    state="approval", second_state="execution", create_verb="inventory.create_other_issue", edit_verb="inventory.edit_other_issue", editable=_editable,
    verbs=lifecycle_buttons(OTHER_ISSUES, closable=False), prints=[Print("issue", _("Other issue"), signatures=[KEEPER, RECEIVER])],
    teach=_("Goods that leave without a sale or a work order: workshop use, research, samples, scrap."),
)  # fmt: skip

SCREENS = [TRANSFER, COUNT, OTHER_IN, OTHER_OUT]


def _open_counts(user: Any) -> list[AlertRow]:
    rows = scoped(
        StockCount.objects.filter(approval__in=["draft", "submitted"]), user, warehouse="location__warehouse__code"
    )
    return [
        AlertRow(
            f"{row.number} {row.location.name}", f"/inventory/counts/{row.pk}/", "yellow", row.business_date.isoformat()
        )
        for row in rows.select_related("location").order_by("business_date")[:10]
    ]


ALERTS = [Alert("open_counts", _("Counts not finished"), _open_counts, permission="inventory.approve_count", icon="clipboard-check", url="/inventory/counts/", order=60)]  # fmt: skip
