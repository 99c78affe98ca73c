"""Transfers, conversions, other receipts and issues on the screen."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models import Conversion, OtherIssue, OtherReceipt, Transfer
from gongfang.inventory.queries import VIEW_DOCUMENTS
from gongfang.inventory.services import (
    CONVERSIONS,
    OTHER_ISSUES,
    OTHER_RECEIPTS,
    TRANSFERS,
    OutputInput,
    ReceiptLineInput,
    StockLineInput,
    in_transit,
    transit_problems,
)
from gongfang.ledger.queries import VIEW_ACCOUNTS, lot_codes
from gongfang.masterdata.queries import counts_in_two_units, units_offered
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.present import number_text
from gongfang.ui.screens import Column, Field, LineGrid, ListVerb, Preset, Print, Scan, Screen, Tab, Table, VerbButton

PRECISION = "item__unit__precision"
DATE = Field("business_date", default=lambda user: timezone.localdate())
REMARK = Field("remark", required=False, span=4)
ITEM_FIELDS = [
    Field("item", ref="masterdata/items", fills={"unit": "unit"}), Field("item_name", _("Item name"), path="item__name", readonly=True),
    Field("spec", _("Specification"), path="item__spec", readonly=True),
]  # fmt: skip
LOT = Field("lot", ref="inventory/lots", required=False, help=_("Empty: by the picking rules."))
QUANTITY = Field(
    "quantity",
    _("Quantity"),
    path="unit_quantity",
    kind="quantity",
    required=True,
    total=True,
    precision="unit__precision",
)
OTHER_UNIT = _("Another unit of the item is turned into its base unit when it is saved.")
UNIT = Field("unit", required=False, where=units_offered, width=90, help=OTHER_UNIT)


def _in_base(line: Any) -> str:
    """The quantity in base units, where another unit was entered."""
    if line.unit_id in (None, line.item.unit_id):
        return ""
    return f"{number_text(line.quantity, 'quantity', line.item.unit.precision)} {line.item.unit.name}"


IN_BASE = Column(
    "in_base",
    _("In base units"),
    kind="text",
    value=_in_base,
    needs=["quantity", "unit", "item__unit__precision", "item__unit__name"],
)
LINE_REMARK = Field("remark", required=False)
SECOND = [
    Field("second", _("Second quantity"), path="second_quantity", kind="quantity", required=False, minimum=0, precision="item__second_unit__precision",
          offered=counts_in_two_units, help=_("Of items counted in two units. Empty: by what is there, or by the item's factor.")),
    Field("second_unit", _("Second unit"), path="item__second_unit__name", readonly=True, kind="text", offered=counts_in_two_units),
]  # fmt: skip
LOT_DATES = [
    Field("made_on", required=False, help=_("Of a new lot. Empty: the day of the document.")),
    Field("expires_on", required=False, help=_("Of a new lot. Empty: by the item's shelf life.")),
]
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


def _is_sent(transfer: Any) -> bool:
    return bool(transfer.in_two_steps and transfer.approval == "approved")


def _transit(user: Any, transfer: Any) -> Table:
    """What left and has not arrived."""
    lines = {line.pk: line for line in transfer.lines.select_related("item__unit")}
    waiting = in_transit(transfer)
    lots = lot_codes({lot for rows in waiting.values() for lot, _ in rows if lot})
    return Table(
        columns=[Column("item", _("Item")), Column("lot", _("Lot / serial")), Column("quantity", _("In transit"), kind="quantity"), Column("unit", _("Unit"))],
        rows=[
            {"item": str(lines[pk].item), "lot": lots.get(lot, ""), "quantity": quantity, "unit": lines[pk].item.unit.name}
            for pk, rows in waiting.items() for lot, quantity in rows
        ],
        empty=_("Nothing is in transit."),
    )  # fmt: skip


SET_ASIDE = [
    Field("location", _("Location"), ref="inventory/locations", required=True, where={"kind__in": PHYSICAL}), Field("item", _("Item"), ref="masterdata/items", required=True),
    Field("lot", _("Lot / serial"), ref="inventory/lots", required=False), Field("quantity", _("Quantity"), kind="quantity", required=True),
    Field("reason", _("Reason"), kind="text", required=True),
]  # fmt: skip

TRANSFER = Screen(
    "inventory/transfers", model="inventory.Transfer", title=_("Transfers"), one=_("Transfer"), icon="transfer", order=30, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(Transfer.objects.all(), user, warehouse="source__warehouse__code"),
    columns=["number", "business_date", Column("source__name", _("From")), Column("target__name", _("To")), "ship_on", "due_on", "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "source", "target", "due_on"], views=VIEWS, search=["number", "remark", "lines__item__code", "lines__item__name"], ordering=["-id"],
    header=[Field("source", ref="inventory/locations", where={"kind__in": PHYSICAL}), Field("target", ref="inventory/locations", where={"kind__in": PHYSICAL}), DATE,
            Field("in_two_steps", required=False), Field("ship_on", required=False), Field("due_on", required=False), Field("reason", required=False, span=2), Field("remark", required=False, span=2)],
    lines=LineGrid("lines", make=StockLineInput, fields=[*ITEM_FIELDS, LOT, QUANTITY, UNIT, *SECOND, LINE_REMARK], columns=[IN_BASE, Column("done_quantity", _("Arrived"), kind="quantity"), "execution"],
                   scan=Scan(lot="lot", places=("source", "target"))),
    state="approval", second_state="execution", create_verb="inventory.create_transfer", edit_verb="inventory.edit_transfer", editable=_editable,
    verbs=lifecycle_buttons(TRANSFERS, closable=False, own=[
        VerbButton("inventory.receive_transfer", _("Receive all"), icon="package-import", possible=transit_problems, shown=_is_sent, batch=True),
        VerbButton("inventory.settle_transit", _("Settle what is missing"), icon="alert-triangle", possible=transit_problems, shown=_is_sent, primary=False,
                   ask=[Field("how", _("What becomes of it"), kind="choice", choices=[("back", _("Goes back")), ("lost", _("Is lost"))], required=True),
                        Field("reason", _("Reason"), kind="text", required=True)]),
    ]),
    list_verbs=[
        ListVerb("inventory.freeze_goods", _("Freeze goods"), icon="lock", ask=SET_ASIDE),
        ListVerb("inventory.free_goods", _("Unfreeze goods"), icon="lock-open", ask=SET_ASIDE),
    ],
    tabs=[Tab("transit", _("In transit"), tables=_transit, icon="truck")],
    prints=[Print("transfer", _("Transfer"), signatures=[KEEPER, RECEIVER])],
    teach=_("A transfer moves goods from one warehouse or status to another when it is approved."),
)  # fmt: skip

OTHER_IN = Screen(
    "inventory/other-receipts", model="inventory.OtherReceipt", title=_("Other receipts"), one=_("Other receipt"), icon="package-import", order=34,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(OtherReceipt.objects.all(), user, warehouse="warehouse__code"),
    columns=["number", "business_date", Column("warehouse__name", _("Warehouse")), "purpose", "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "warehouse", "purpose"], views=VIEWS, search=["number", "remark", "lines__item__code"], ordering=["-id"],
    header=["warehouse", "purpose", DATE, REMARK],
    lines=LineGrid("lines", make=ReceiptLineInput, fields=[*ITEM_FIELDS, Field("lot_code", required=False), *LOT_DATES, QUANTITY, UNIT, *SECOND,
                   Field("unit_cost", required=False, help=_("Of one of the unit entered. Empty: the present cost.")),
                   Field("came_on", required=False, help=_("Of opening stock, where it is known: stock ages from then, and what is costed first in, first out leaves in this order.")),
                   LINE_REMARK], columns=[IN_BASE, Column("amount", total=True), "execution"], scan=Scan(lot="lot_code")),
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
    lines=LineGrid("lines", make=StockLineInput, fields=[*ITEM_FIELDS, LOT, QUANTITY, UNIT, *SECOND, LINE_REMARK], columns=[IN_BASE, Column("amount", total=True), "execution"],
                   scan=Scan(lot="lot")),
    state="approval", second_state="execution", create_verb="inventory.create_other_issue", edit_verb="inventory.edit_other_issue", editable=_editable,
    verbs=lifecycle_buttons(OTHER_ISSUES, closable=False), prints=[Print("issue", _("Other issue"), signatures=[KEEPER, RECEIVER])],
    teach=_("Goods that leave without a sale or a work order: workshop use, research, samples, scrap."),
)  # fmt: skip

CONVERSION = Screen(
    "inventory/conversions", model="inventory.Conversion", title=_("Assembly and conversion"), one=_("Conversion"), icon="transform", order=33,
    view_permission=VIEW_DOCUMENTS, queryset=lambda user: scoped(Conversion.objects.all(), user, warehouse="warehouse__code"),
    columns=["number", "business_date", Column("warehouse__name", _("Warehouse")), "kind", Column("amount", total=True), "approval", "execution", MADE_BY, "remark"],
    filters=["approval", "business_date", "warehouse", "kind"], views=VIEWS, search=["number", "remark", "lines__item__code", "outputs__item__code"], ordering=["-id"],
    header=["warehouse", "kind", DATE, REMARK],
    lines=[
        LineGrid("lines", title=_("Goes in"), make=StockLineInput, fields=[*ITEM_FIELDS, LOT, QUANTITY, UNIT, *SECOND, LINE_REMARK],
                 columns=[IN_BASE, Column("amount", total=True), "execution"], scan=Scan(lot="lot")),
        LineGrid("outputs", title=_("Comes out"), make=OutputInput, fields=[*ITEM_FIELDS, Field("lot_code", required=False), *LOT_DATES, QUANTITY, UNIT, *SECOND,
                 Field("share", required=False, help=_("Part of the value as a weight; empty for all: by quantity.")), LINE_REMARK], columns=[IN_BASE, Column("amount", total=True)]),
    ],
    state="approval", second_state="execution", create_verb="inventory.create_conversion", edit_verb="inventory.edit_conversion", editable=_editable,
    verbs=lifecycle_buttons(CONVERSIONS, closable=False),
    list_verbs=[ListVerb("inventory.convert_by_bom", _("By bill of materials"), icon="sitemap",
                         ask=[Field("warehouse", _("Warehouse"), ref="masterdata/warehouses", required=True), Field("item", _("Item"), ref="masterdata/items", required=True),
                              Field("quantity", _("Quantity"), kind="quantity", required=True), Field("kind", _("Kind"), kind="choice", choices=Conversion.Kind.choices[:2], required=True),
                              Field("lot_code", _("Lot / serial"), kind="text", required=False)])],
    prints=[Print("conversion", _("Conversion: goes in"), signatures=[KEEPER, APPROVER]), Print("outputs", _("Conversion: comes out"), grid="outputs", signatures=[KEEPER, APPROVER])],
    teach=_("Goods become other goods in the store: parts are put together or taken apart, or change their form. What comes out is worth to the cent what went in."),
)  # fmt: skip

PURPOSE_ACCOUNTS = Screen(
    "inventory/purpose-accounts", model="inventory.PurposeAccount", title=_("Accounts of purposes"), one=_("Account of a purpose"), icon="report-money", order=85,
    view_permission=VIEW_ACCOUNTS, columns=["direction", "purpose", Column("account__code", _("Account code")), Column("account__name", _("Account name"))],
    header=["direction", "purpose", Field("account", ref="ledger/accounts", where={"is_leaf": True, "is_controlled": False})],
    create_verb="inventory.set_purpose_account", edit_verb="inventory.set_purpose_account",
    teach=_("Other receipts and issues are booked by their purpose. Choose another account here where the usual one does not fit."),
)  # fmt: skip

SCREENS = [TRANSFER, CONVERSION, OTHER_IN, OTHER_OUT, PURPOSE_ACCOUNTS]
