"""Screens of value: later costs, what stock is worth by its method, the receipts that cost can be put on."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.money import to_micro
from gongfang.ledger.models import Location, StockMove, ValueAdjustment, ValueBalance
from gongfang.ledger.queries import VIEW_ACCOUNTS, VIEW_ADJUSTMENTS, posted_for
from gongfang.ledger.services import VALUE_ADJUSTMENT, AdjustmentLineInput
from gongfang.platform.documents.finding import lines_named
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Preset, Screen, Tab, Table

METHODS = [
    ("moving_average", _("Moving average")), ("fifo", _("First in, first out")), ("specific", _("Each lot at its own cost")),
    ("standard", _("Standard cost")), ("month_average", _("Month-end weighted average")),
]  # fmt: skip
PRECISION, UNIT = "item__unit__precision", "item__unit__name"


def _receipts(user: Any) -> Any:
    """Moves from outside into our own valued stock that still stand."""
    # Asked row by row, newest first: joined, SQLite would begin at the places, read all their moves and sort them.
    taken_back = StockMove.objects.filter(reverses=OuterRef("pk"))
    outside = Location.objects.filter(pk=OuterRef("source"), area="")
    inside = Location.objects.filter(pk=OuterRef("target")).exclude(area="")
    rows = StockMove.objects.filter(~Exists(taken_back), Exists(outside), Exists(inside), kind="", quantity__gt=0)
    return rows.select_related("item", "posting")


def _named(rows: Any, texts: Collection[str]) -> dict[str, list[int]]:
    """Receipts in a sheet: number and line of the document, "SH20260101-0001-2", and the lot or serial behind it where a line has several."""
    lines = lines_named({text.partition(" ")[0] for text in texts})
    asked = rows.filter(
        posting__source_id__in=[line[1] for line in lines.values()],
        source_line__in=[line[2] for line in lines.values()],
    )
    moves: dict[tuple[str, int, int], list[tuple[int, str]]] = defaultdict(list)
    for row in asked.values_list("posting__source_type", "posting__source_id", "source_line", "pk", "lot__code"):
        moves[row[:3]].append((row[3], row[4] or ""))
    found = {}
    for text in texts:
        line, _blank, lot = text.partition(" ")
        found[text] = [pk for pk, code in moves.get(lines.get(line, ("", 0, 0)), []) if not lot or code == lot.strip()]
    return {text: pks for text, pks in found.items() if pks}


RECEIPT_MOVES = Screen(
    "ledger/receipt-moves", model="ledger.StockMove", title=_("Receipts to add cost to"), one=_("Receipt"), menu=False, view_permission=VIEW_ADJUSTMENTS,
    queryset=_receipts,
    columns=["on", Column("posting__source_number", _("Document")), Column("item__code", _("Item code")), Column("item__name", _("Item name")),
             Column("quantity", precision=PRECISION, unit=UNIT), Column("value"), Column("partner__name", _("Partner"))],
    filters=["on", "item", "partner"], search=["posting__source_number", "item__code", "item__name", "item__pinyin"], search_beside=posted_for,
    ordering=["-id"], header=["on", "item", "quantity", "value"],
    lookup=[Column("posting__source_number", _("Document")), "on", Column("item__code", _("Item code")), Column("item__name", _("Item name")),
            Column("quantity", _("Quantity"), kind="quantity", precision=PRECISION), Column("value", _("Value"), kind="money", scope="cost")],
    label="{posting__source_number} {item__code} {item__name}", named=_named,
)  # fmt: skip


def _what_changed(user: Any, document: ValueAdjustment) -> Table:
    """Where the share of what is gone went: the rows that the document made others be re-costed by."""
    rows = StockMove.objects.filter(
        posting__source_type=document.doc_type, posting__source_id=document.pk, kind__in=("recost", "residue")
    ).select_related("item", "adjusts__posting", "target_account", "source_account", "posting")
    return Table(
        [
            Column("on", _("Date")), Column("adjusts__posting__source_number", _("Document")), Column("item__code", _("Item code")),
            Column("item__name", _("Item name")), Column("target_account", _("To account"), kind="text", value=lambda row: str(row.target_account or "")),
            Column("value", _("Value"), kind="money", scope="cost", total=True),
        ],
        list(rows.order_by("on", "pk")[:500]), empty=_("All of it is still in stock."),
    )  # fmt: skip


VALUE_ADJUSTMENTS = Screen(
    "ledger/value-adjustments", model="ledger.ValueAdjustment", title=_("Value adjustments"), one=_("Receipt value adjustment"), icon="coin", area="inventory",
    order=45, view_permission=VIEW_ADJUSTMENTS,
    columns=["number", "business_date", "purpose", "basis", Column("partner__name", _("Partner")), Column("amount", total=True), "approval", Column("created_by__name", _("Made by"))],
    filters=["approval", "business_date", "purpose", "partner"], search=["number", "partner__name", "lines__move__item__code"], ordering=["-id"],
    header=[
        Field("business_date", default=lambda user: timezone.localdate()), "purpose", "basis",
        Field("partner", ref="masterdata/partners", required=False, help=_("Whom freight, duty or the like is owed to.")), "amount",
        Field("remark", required=False, span=3),
    ],
    lines=LineGrid(
        "lines", title=_("Receipts"), make=AdjustmentLineInput,
        fields=[
            Field("move", _("Receipt move"), ref="ledger/receipt-moves", span=2),
            Field("document", _("Document"), path="move__posting__source_number", readonly=True),
            Field("item_code", _("Item code"), path="move__item__code", readonly=True),
            Field("item_name", _("Item name"), path="move__item__name", readonly=True),
            Field("quantity", _("Quantity"), path="move__quantity", kind="quantity", readonly=True, precision="move__item__unit__precision"),
            Field("value", _("Value"), path="move__value", kind="money", scope="cost", readonly=True),
            Field("weight", required=False), Field("amount", _("Allocated amount"), required=False, total=True),
        ],
        teach=_("Choose the receipts that share the cost. By value, quantity or weight the shares are reckoned when it is saved."),
    ),
    footer=["amount"], state="approval", create_verb="ledger.create_value_adjustment", edit_verb="ledger.edit_value_adjustment",
    editable=lambda row: row.is_editable, verbs=lifecycle_buttons(VALUE_ADJUSTMENT, closable=False),
    tabs=[Tab("effect", _("Where it went"), tables=_what_changed, icon="arrows-split")],
    teach=_("Freight, duty or a dearer invoice that comes after the goods. What is left carries its share; what is gone takes the rest along."),
)  # fmt: skip


def _layers(user: Any, pool: ValueBalance) -> Table:
    return Table(
        [Column("on", _("Date")), Column("quantity", _("Left"), kind="quantity", total=True), Column("value", _("Value"), kind="money", scope="cost", total=True)],
        list(pool.layers.order_by("pk")[:500]), empty=_("Only items costed first in, first out have layers."),
    )  # fmt: skip


VALUES = Screen(
    "ledger/values", model="ledger.ValueBalance", title=_("Stock values"), one=_("Stock value"), icon="coins", area="inventory", order=16,
    view_permission=VIEW_ACCOUNTS,
    queryset=lambda user: ValueBalance.objects.exclude(last_on=None).select_related("item__unit", "account"),
    columns=[
        Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), Column("method", kind="state", choices=METHODS),
        "area", Column("quantity", precision=PRECISION, unit=UNIT), Column("value", _("Value"), total=True),
        Column("unit_cost", _("Unit cost"), kind="price", scope="cost", needs=["quantity", "value"], sortable=False,
               value=lambda row: to_micro(row.value / row.quantity) if row.quantity else None),
        Column("account__name", _("Account")), "last_on",
    ],
    filters=[Filter("method", _("Costing method"), choices=METHODS), "area", Filter("item", _("Item")), Filter("item__category", _("Category"))],
    views=[Preset(method, title, {"method": method}) for method, title in METHODS],
    search=["item__code", "item__name", "item__pinyin"], ordering=["item__code"], header=[Field("item", _("Item")), "area", "quantity", "value", "last_on"],
    label="{item__code} {item__name}", tabs=[Tab("layers", _("Cost layers"), tables=_layers, icon="stack-2")],
    teach=_("What stock is worth, by item and by the method of its category."),
)  # fmt: skip

SCREENS = [VALUE_ADJUSTMENTS, RECEIPT_MOVES, VALUES]
