"""The ledgers on the screen: stock, lots, moves, vouchers, accounts, months and the statements."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import Problem
from gongfang.ledger import enquiries, pages, queries
from gongfang.ledger.location_screens import KIND_COLORS, LOCATIONS
from gongfang.ledger.models import (
    AccountRole,
    Balance,
    JournalEntry,
    Location,
    Lot,
    Period,
    Reservation,
    StockMove,
    ValueBalance,
)
from gongfang.ledger.queries import VIEW_ACCOUNTS, VIEW_STOCK
from gongfang.ledger.rules.role_names import ROLE_NAMES
from gongfang.ledger.services import JOURNAL, JournalLineInput
from gongfang.ledger.valuation_screens import SCREENS as VALUATION
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.platform.documents.registry import document_types
from gongfang.platform.fields import QuantityField
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    ExtraTab,
    Field,
    Figure,
    Filter,
    LineGrid,
    LookupExtra,
    Page,
    Preset,
    ProcessBox,
    Screen,
    Tab,
    Table,
    Tile,
    VerbButton,
)

PRECISION, UNIT = "item__unit__precision", "item__unit__name"
KEPT_COLORS = {"hard": "blue", "soft": "yellow"}


def _balances(user: Any) -> Any:
    pool = ValueBalance.objects.filter(
        Q(lot_key=0) | Q(lot_key=OuterRef("lot_key")), item=OuterRef("item"), area=OuterRef("location__area")
    )
    rows = Balance.objects.exclude(quantity=0, reserved=0).annotate(
        available=ExpressionWrapper(F("quantity") - F("reserved"), output_field=QuantityField()), pool_quantity=Subquery(pool.values("quantity")), pool_value=Subquery(pool.values("value"))
    )  # fmt: skip
    return scoped(rows, user, warehouse="location__warehouse__code")


def _share_of_value(row: Any) -> Decimal | None:
    """The balance's share of its pool, for display."""
    if not row.pool_quantity:
        return None
    return (row.pool_value * row.quantity / row.pool_quantity).quantize(Decimal("0.01"))


STOCK = Screen(
    "inventory/stock", model="ledger.Balance", title=_("Stock on hand"), one=_("Stock on hand"), icon="packages", order=10,
    view_permission=VIEW_STOCK, queryset=_balances,
    columns=[
        Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), Column("item__spec", _("Specification")),
        Column("location__name", _("Location")), Column("location__kind", _("Status"), kind="state", colors=KIND_COLORS, choices=Location.Kind.choices),
        Column("lot__code", _("Lot / serial"), to="inventory/lots"), Column("quantity", precision=PRECISION, total=True),
        Column("second_quantity", precision="item__second_unit__precision", unit="item__second_unit__name", offered=counts_in_two_units,
               value=lambda row: row.second_quantity if row.item.second_unit_id else None, needs=["second_quantity", "item__second_unit_id"]),
        Column("reserved", precision=PRECISION, total=True), Column("available", _("Free quantity"), kind="quantity", precision=PRECISION, sortable=False),
        Column("item__unit__name", _("Unit")), Column("location__ownership", _("Ownership"), kind="choice", choices=Location.Ownership.choices, hidden=True), Column("location__partner__name", _("Belongs to"), hidden=True),
        Column("value", _("Value"), kind="money", scope="cost", value=_share_of_value, sortable=False),
        Column("lot__expires_on", _("Expires on")), Column("last_on"), Column("item__category__name", _("Category"), hidden=True),
        Column("item__safety_stock", _("Safety stock"), precision=PRECISION, hidden=True),
    ],
    filters=[
        Filter("location__warehouse", _("Warehouse")), Filter("location__kind", _("Status"), choices=Location.Kind.choices),
        Filter("location__ownership", _("Ownership"), choices=Location.Ownership.choices), "item", Filter("item__category", _("Category")), Filter("item__kind", _("Item kind")), Filter("lot__expires_on", _("Expires on")),
    ],
    views=[
        Preset("free", _("Available"), {"location__kind": ["store", "line"], "location__ownership": "own"}), Preset("inspect", _("To inspect"), {"location__kind": "inspection"}),
        Preset("blocked", _("Blocked"), {"location__kind": "blocked"}), Preset("outside", _("At subcontractors"), {"location__kind": "subcontractor"}),
        Preset("others", _("Others' goods"), {"location__ownership": ["consigned", "customer"]}),
    ],
    search=["item__code", "item__name", "item__spec", "item__pinyin", "item__barcode", "lot__code"], ordering=["item__code", "location__code"],
    header=["item", "location", "lot", "quantity", "reserved", "last_on"], label="{item__code} {location__name}",
    tabs=[Tab("moves", _("Moves"), tables=lambda user, row: _moves_table(row.item_id), icon="arrows-exchange"),
          Tab("kept", _("Reserved for"), tables=lambda user, row: _kept_table(Q(item=row.item_id, location=row.location_id, lot_key=row.lot_key)), icon="bookmark")],
    teach=_("What is in each location now. Goods come in by receipts and leave by issues; nobody types a balance."),
)  # fmt: skip


MOVE_COLUMNS = [
    Column("on", _("Date")), Column("posting__source_number", _("Document")), Column("source__name", _("From")), Column("target__name", _("To")),
    Column("lot__code", _("Lot / serial"), to="inventory/lots"), Column("quantity", _("Quantity"), kind="quantity", precision=PRECISION),
    Column("value", _("Value"), kind="money", scope="cost"),
]  # fmt: skip


def _moves_table(item_id: int) -> Table:
    return Table(
        MOVE_COLUMNS,
        pages.moves_of_item(item_id),
        note=_("The latest 100 moves; the stock card shows any time."),
    )  # fmt: skip


def _kept_table(condition: Q) -> Table:
    rows = Reservation.objects.filter(condition).select_related("item__unit", "location", "lot").order_by("pk")[:200]
    return Table(
        [
            Column("source_number", _("For document")), Column("location__name", _("Location")), Column("lot__code", _("Lot / serial")),
            Column("quantity", _("Quantity"), kind="quantity", precision=PRECISION), Column("kind", _("Kind"), kind="choice"),
        ],
        list(rows), empty=_("Nothing is reserved."),
    )  # fmt: skip


MOVES = Screen(
    "inventory/moves", model="ledger.StockMove", title=_("Stock moves"), one=_("Stock move"), icon="arrows-exchange", order=14,
    view_permission=VIEW_STOCK,
    columns=[
        Column("on"), Column("posting__source_number", _("Document")), Column("item__code", _("Item code"), to="masterdata/items"),
        Column("item__name", _("Item name")), Column("lot__code", _("Lot / serial"), to="inventory/lots"), Column("source__name", _("From")),
        Column("target__name", _("To")), Column("quantity", precision=PRECISION, unit=UNIT), Column("value"),
        Column("posting__summary", _("Summary")), Column("partner__name", _("Partner"), hidden=True),
        Column("posting__actor__name", _("Made by"), hidden=True), Column("posting__recorded_at", _("Recorded at"), hidden=True),
    ],
    filters=["on", "item", "source", "target", "lot", Filter("posting__reason", _("Reason"))],
    search=["item__code", "item__name", "item__pinyin", "posting__source_number", "lot__code"], search_beside=queries.posted_for, ordering=["-id"],
    header=["on", "item", "lot", "source", "target", "quantity", "value", "partner", "cost_object"],
    tabs=[Tab("voucher", _("Voucher and document"), template="ledger/_source.html", icon="notebook",
              context=lambda user, move: _source_of(move.posting, with_moves=False))],
    teach=_("Every movement of goods, written by documents and never changed."),
)  # fmt: skip


def _source_of(posting: Any, *, with_moves: bool) -> dict[str, Any]:
    """Where a voucher or a move comes from, for its tab."""
    rows = (
        StockMove.objects.filter(posting=posting)
        .select_related("posting", "source", "target", "lot", "item__unit")
        .order_by("pk")[:500]
    )
    return {
        "posting": posting, "source_url": pages.source_url(posting), "voucher": getattr(posting, "voucher", None),
        "taken_back": getattr(posting, "reversed_by", None),
        "table": Table([Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), *MOVE_COLUMNS[2:]], list(rows))
        if with_moves else None,
    }  # fmt: skip


def _where_lot_is(user: Any, lot: Lot) -> list[Table]:
    balances = Balance.objects.filter(lot=lot).exclude(quantity=0).select_related("location", "item__unit")
    moves = (
        StockMove.objects.filter(lot=lot)
        .select_related("posting", "source", "target", "item__unit", "partner")
        .order_by("pk")[:300]
    )
    return [
        Table([Column("location__name", _("Location")), Column("quantity", _("Quantity"), kind="quantity", precision=PRECISION)], list(balances),
              title=_("Where it is"), empty=_("None of it is in stock.")),
        Table([Column("on", _("Date")), Column("posting__source_number", _("Document")), Column("source__name", _("From")), Column("target__name", _("To")),
               Column("quantity", _("Quantity"), kind="quantity", precision=PRECISION), Column("partner__name", _("Partner"))], list(moves), title=_("Where it went")),
    ]  # fmt: skip


REASON = Field("reason", _("Reason"), required=True, max_length=200)
LOTS = Screen(
    "inventory/lots", model="ledger.Lot", title=_("Lots and serial numbers"), one=_("Lot / serial"), icon="barcode", order=20,
    view_permission=VIEW_STOCK,
    queryset=lambda user: Lot.objects.annotate(present=Sum("balances__quantity")),
    columns=[
        "code", Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), "kind",
        Column("status", kind="state", colors={"free": "green", "frozen": "red"}), Column("present", _("On hand"), kind="quantity", precision=PRECISION, sortable=False),
        "made_on", "expires_on", Column("supplier__name", _("Supplier")), "source_number", Column("supplier_code", hidden=True),
    ],
    filters=["item", "kind", "status", "expires_on", "made_on", "supplier"],
    views=[Preset("frozen", _("Frozen"), {"status": "frozen"})],
    search=["code", "item__code", "item__name", "item__pinyin", "supplier_code"], ordering=["-id"],
    header=["code", "item", "kind", "status", "made_on", "expires_on", "supplier", "supplier_code", "source_number"], state="status",
    lookup=["code", Column("item__code", _("Item code")), Column("present", _("On hand"), kind="quantity"), "expires_on"], label="{code}",
    verbs=[
        VerbButton("ledger.change_lot", _("Correct dates"), icon="calendar-cog", primary=False, opens="document", ask=[
            Field("made_on", _("Made on"), kind="date", required=False, help=_("Empty: as it is.")),
            Field("expires_on", _("Expires on"), kind="date", required=False, help=_("Empty: as it is.")),
            Field("never_expires", _("Never expires"), kind="bool", required=False), REASON]),
        VerbButton("ledger.freeze_lot", _("Freeze lot"), icon="snowflake", ask=[REASON], shown=lambda lot: lot.status == "free"),
        VerbButton("ledger.free_lot", _("Free lot"), icon="lock-open", ask=[REASON], shown=lambda lot: lot.status == "frozen"),
    ],
    tabs=[
        Tab("where", _("Where it is and went"), tables=_where_lot_is, icon="map-pin"),
        Tab("kin", _("Genealogy"), icon="sitemap",
            tables=lambda user, lot: Table(enquiries.KIN_COLUMNS, enquiries.kin_rows(lot), empty=_("No other lot went into this one, and none came of it."))),
    ],
    teach=_("Lots and serial numbers are made when goods arrive or are finished."),
)  # fmt: skip


RESERVATIONS = Screen(
    "inventory/reservations", model="ledger.Reservation", title=_("Reservations"), one=_("Reservation"), icon="bookmark", order=24, view_permission=VIEW_STOCK,
    queryset=lambda user: scoped(Reservation.objects.all(), user, warehouse="location__warehouse__code"),
    columns=["source_number", Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), Column("location__name", _("Location")),
             Column("lot__code", _("Lot / serial")), Column("quantity", precision=PRECISION, unit=UNIT), Column("kind", kind="state", colors=KEPT_COLORS), "created_at"],
    filters=["item", "location", "kind"], search=["source_number", "item__code", "item__name", "item__pinyin"], ordering=["-id"],
    header=[Field("document", _("For document"), path="source_number", readonly=True, link=lambda row: pages.source_url(row)), "item", "location", "lot", "quantity", "kind", "created_at"],
    label="{source_number} {item__code}",
    lookup=["source_number", Column("item__code", _("Item code")), Column("location__name", _("Location")), Column("quantity", _("Quantity"), kind="quantity")],
    verbs=[
        VerbButton("ledger.harden_reservation", _("Reserve firmly"), icon="lock", shown=lambda row: row.kind == "soft", batch=True, opens="/inventory/reservations/"),
        VerbButton("ledger.swap_reservation", _("Swap reservation"), icon="switch-horizontal", opens="/inventory/reservations/",
                   ask=[Field("other", _("With"), ref="inventory/reservations", required=True), Field("quantity", _("Quantity"), kind="quantity", required=False)]),
        VerbButton("ledger.release_reservation", _("Let go"), icon="lock-open", primary=False, batch=True, opens="/inventory/reservations/",
                   ask=[Field("quantity", _("Quantity"), kind="quantity", required=False, help=_("Empty: all of it."))]),
    ],
    teach=_("What is kept for the lines of orders. Reserve on a sales order, on the delivery list or on a work order; or let the settings reserve whenever an order is approved."),
)  # fmt: skip

LINE_COLUMNS = [
    "line_no", Column("summary"), Column("account__code", _("Code")), Column("account__name", _("Account")), Column("partner__name", _("Partner")),
    Column("cost_object__code", _("Cost object")), Column("element", _("Cost element"), kind="choice"), Column("debit", value=lambda line: line.debit or None, needs=["debit"], kind="money", total=True),
    Column("credit", value=lambda line: line.credit or None, needs=["credit"], kind="money", total=True),
]  # fmt: skip
VOUCHERS = Screen(
    "ledger/vouchers", model="ledger.Voucher", title=_("Vouchers"), one=_("Voucher"), icon="notebook", order=10, view_permission=VIEW_ACCOUNTS,
    columns=[
        Column("code", _("Voucher"), kind="text", value=str, needs=["word", "number"], sortable=False), "on", Column("summary"), Column("amount", total=True),
        Column("posting__source_number", _("Document")), Column("kind"), Column("period__month", _("Month"), hidden=True), Column("posting__actor__name", _("Made by")),
    ],
    filters=["on", "period", "kind", Filter("lines__account", _("Account")), Filter("lines__partner", _("Partner"))],
    search=["summary", "posting__source_number"], search_beside=queries.posted_for, ordering=["-id"], date="on", number="code",
    header=["on", "period", "kind", "summary", Field("document", _("Document"), path="posting__source_number", readonly=True, link=lambda voucher: pages.source_url(voucher.posting)),
            Field("maker", _("Made by"), path="posting__actor__name", readonly=True)],
    lines=LineGrid("lines", title=_("Voucher lines"), columns=LINE_COLUMNS, readonly=True), footer=["amount"], label="{code}",
    tabs=[Tab("source", _("Document and moves"), template="ledger/_source.html", icon="file-search",
              context=lambda user, voucher: _source_of(voucher.posting, with_moves=True))],
    teach=_("Vouchers are made by documents as they are posted, or by hand. They are numbered without gaps and never changed."),
)  # fmt: skip

JOURNALS = Screen(
    "ledger/journals", model="ledger.JournalEntry", title=_("Manual vouchers"), one=_("Manual voucher"), icon="pencil", order=12, view_permission=VIEW_ACCOUNTS,
    columns=["number", "business_date", "summary", "total", "approval", Column("created_by__name", _("Made by"))],
    filters=["approval", "business_date"], search=["number", "summary"], ordering=["-id"],
    header=[Field("business_date", default=lambda user: timezone.localdate()), Field("summary", span=2), Field("attachments", required=False), Field("remark", required=False, span=4)],
    lines=LineGrid(
        "lines", at_least=2, make=JournalLineInput,
        fields=[Field("summary", required=False), Field("account", ref="ledger/accounts", where={"is_leaf": True, "is_active": True, "is_controlled": False}),
                Field("partner", ref="masterdata/partners", required=False), Field("cost_object", required=False), Field("debit", total=True, required=False), Field("credit", total=True, required=False)],
    ),
    footer=["total"], state="approval", create_verb="ledger.create_journal", edit_verb="ledger.edit_journal", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(JOURNAL, closable=False),
    teach=_("What no document books by itself: rent, interest, depreciation. It is numbered when approved."),
)  # fmt: skip

DIMENSIONS = [
    ("", "—"),
    ("partner", _("By partner")),
    ("cost_object", _("By cost object")),
    ("partner cost_object", _("By partner and cost object")),
]


def _object_kinds() -> list[tuple[str, Any]]:
    return [(kind, model._meta.verbose_name) for kind, model in document_types().items()]


COST_OBJECTS = Screen(
    "ledger/cost-objects", model="ledger.CostObject", title=_("Cost objects"), one=_("Cost object"), icon="target", order=60, menu=False,
    view_permission=VIEW_ACCOUNTS, columns=["code", Column("kind", value=lambda row: str(dict(_object_kinds()).get(row.kind, row.kind)), needs=["kind"], sortable=False), "title"], search=["code", "title"], ordering=["-id"],
    header=["code", Field("kind", kind="choice", choices=_object_kinds), "title"], label="{code}",
)  # fmt: skip

ACCOUNTS = Screen(
    "ledger/accounts", model="ledger.Account", title=_("Chart of accounts"), one=_("Account"), teach=_("The accounts of the Chinese standard for small enterprises; add sub-accounts where you need them."),
    icon="list-tree", order=50, view_permission=VIEW_ACCOUNTS,
    columns=["code", "name", "kind", "direction", "is_leaf", Column("dims", kind="choice", choices=DIMENSIONS), "is_controlled", "is_active"],
    filters=["kind", "is_leaf", "is_active"], search=["code", "name"], ordering=["code"],
    header=[Field("parent", _("Under account"), ref="ledger/accounts", on_edit=False, required=True), Field("code", on_edit=False), "name",
            Field("dims", on_edit=False, required=False, kind="choice", choices=DIMENSIONS),
            Field("is_active", on_create=False)],
    create_verb="ledger.create_account", edit_verb="ledger.change_account", label="{code} {name}", lookup=["code", "name", "direction"],
    tabs=[Tab("lines", _("Latest lines"), tables=lambda user, account: _account_table(account), icon="list")],
)  # fmt: skip


def _account_table(account: Any) -> Table:
    today = timezone.localdate()
    lines = queries.account_lines(account, today - timedelta(days=62), today).reverse()[:100]
    return Table(
        [Column("on", _("Date")), Column("voucher", _("Voucher")), Column("summary", _("Summary")), Column("partner__name", _("Partner")),
         Column("debit", _("Debit"), kind="money", scope="cost"), Column("credit", _("Credit"), kind="money", scope="cost")],
        list(lines), note=_("The latest 100 lines of two months; the account ledger shows any time."),
    )  # fmt: skip


ROLE_CHOICES = tuple((role, _(name)) for role, name in ROLE_NAMES.items())
ROLES = Screen(
    "ledger/roles", model="ledger.AccountRole", title=_("Account roles"), one=_("Account role"), icon="plug", order=55, view_permission=VIEW_ACCOUNTS,
    queryset=lambda user: AccountRole.objects.select_related("account"),
    columns=[Column("role", _("Part of postings"), kind="choice", choices=ROLE_CHOICES, sortable=False), Column("account__code", _("Code")), Column("account__name", _("Account"))],
    search=["account__code", "account__name"], ordering=["account__code"],
    header=[Field("role", _("Part of postings"), kind="choice", choices=ROLE_CHOICES), "account"], label="{role}",
    verbs=[VerbButton("ledger.assign_role", _("Take another account"), icon="switch", ask=[Field("account", _("Account"), ref="ledger/accounts", required=True, where={"is_leaf": True, "is_active": True})],
                      arguments=lambda role, answers: {"role_id": role.pk, "account": answers["account"]})],
    teach=_("Automatic postings name a part, such as “goods received, not invoiced”; here stands which account plays it."),
)  # fmt: skip


def _is_averaged_by_month(period: Period) -> bool:
    """Whether the month is open and there are items costed at its end."""
    return period.state == "open" and ValueBalance.objects.filter(method="month_average").exists()


def _why_not_close(period: Period) -> list[Problem]:
    return [Problem("period_closed", "{month} is closed.", month=str(period))] if period.state == "closed" else []


PERIODS = Screen(
    "ledger/periods", model="ledger.Period", title=_("Months"), one=_("Month"), teach=_("A month is closed when all of it is posted; nothing can be dated into a closed month."),
    icon="calendar-check", order=40, view_permission=VIEW_ACCOUNTS,
    columns=[Column("month", _("Month"), kind="text", value=str, needs=["year", "month"], sortable=False), Column("state", kind="state", colors={"open": "green", "closed": "secondary"}),
             "last_number", "averaged_at", Column("closed_by__name", _("Closed by")), "closed_at"],
    filters=["state", "year"], search=["year", "month"], ordering=["-year", "-month"], number="code", header=[Field("code", _("Month"), path="code", kind="text", readonly=True), "state", "last_number", Field("averaged_at", readonly=True), Field("closer", _("Closed by"), path="closed_by__name", readonly=True), "closed_at"], state="state", label="{code}",
    verbs=[
        VerbButton("ledger.start_month_average", _("Reckon month average"), icon="math-avg", primary=False, shown=_is_averaged_by_month, opens="document"),
        VerbButton("ledger.close_period", _("Close month"), icon="lock", possible=_why_not_close, shown=lambda period: period.state == "open"),
        VerbButton("ledger.reopen_period", _("Reopen month"), icon="lock-open", danger=True, primary=False, ask=[REASON], shown=lambda period: period.state == "closed"),
    ],
    tabs=[Tab("check", _("Check list"), tables=lambda user, period: _check_list(period), icon="list-check")],
)  # fmt: skip


def _check_list(period: Period) -> Table:
    from gongfang.ledger.services import closing_faults, closing_warnings
    from gongfang.ui.sentences import sentence

    rows = [{"tone": _("Must be mended"), "text": sentence(problem)} for problem in closing_faults(period)]
    rows += [{"tone": _("To confirm"), "text": sentence(problem)} for problem in closing_warnings(period)]
    return Table(
        [Column("tone", _("Severity")), Column("text", _("Finding"))],
        rows,
        empty=_("Nothing stands against closing this month."),
    )


PAGES = [
    Page("inventory/summary", _("Stock summary"), pages.summary, view_permission=VIEW_STOCK, icon="report", order=12),
    Page("inventory/card", _("Stock card"), pages.card, view_permission=VIEW_STOCK, icon="id", order=13),
    Page("inventory/ageing", _("Stock ageing"), enquiries.ageing, view_permission=VIEW_STOCK, icon="hourglass", order=17),
    Page("inventory/at-day", _("Stock on a day"), enquiries.at_day, view_permission=VIEW_STOCK, icon="history", order=18),
    Page("inventory/genealogy", _("Lot genealogy"), enquiries.genealogy, view_permission=VIEW_STOCK, icon="sitemap", order=21),
    Page("ledger/trial-balance", _("Trial balance"), pages.trial_balance, view_permission=VIEW_ACCOUNTS, icon="scale", order=20, day_of=("accountant",)),
    Page("ledger/account-lines", _("Account ledger"), pages.account_lines, view_permission=VIEW_ACCOUNTS, icon="list-details", order=22),
    Page("ledger/balance-sheet", _("Balance sheet"), pages.balance_sheet, view_permission=VIEW_ACCOUNTS, icon="report-money", order=30),
    Page("ledger/income-statement", _("Income statement"), pages.income_statement, view_permission=VIEW_ACCOUNTS, icon="report-analytics", order=32, day_of=("owner", "accountant")),
    Page("ledger/cash-flow", _("Cash flow statement"), pages.cash_flow, view_permission=VIEW_ACCOUNTS, icon="cash", order=34, day_of=("owner", "cashier")),
]  # fmt: skip
SCREENS = [
    STOCK,
    MOVES,
    LOTS,
    LOCATIONS,
    RESERVATIONS,
    VOUCHERS,
    JOURNALS,
    COST_OBJECTS,
    ACCOUNTS,
    ROLES,
    PERIODS,
    *PAGES,
    *VALUATION,
]


def _item_stock(user: Any, item: Any) -> list[Table]:
    rows = scoped(Balance.objects.filter(item=item).exclude(quantity=0), user, warehouse="location__warehouse__code")
    columns = [
        Column("location__name", _("Location")), Column("location__kind", _("Status"), kind="state", colors=KIND_COLORS, choices=Location.Kind.choices),
        Column("lot__code", _("Lot / serial"), to="inventory/lots"), Column("quantity", _("On hand"), kind="quantity", precision=PRECISION, total=True),
        Column("reserved", _("Reserved"), kind="quantity", precision=PRECISION, total=True), Column("lot__expires_on", _("Expires on")),
    ]  # fmt: skip
    return [
        Table(
            columns,
            list(rows.select_related("location", "lot", "item__unit")),
            title=_("Stock on hand"),
            empty=_("None in stock."),
        ),
        _moves_table(item.pk),
    ]


EXTRA_TABS = [
    ExtraTab("masterdata/items", Tab("stock", _("Stock"), tables=_item_stock, permission=VIEW_STOCK, icon="packages"))
]
LOOKUP_EXTRAS = [
    LookupExtra("masterdata/items", "stock", _("Available"), values=lambda user, ids: queries.available(ids)),
    LookupExtra(
        "masterdata/items",
        "unit_cost",
        _("Unit cost"),
        values=lambda user, ids: queries.unit_costs(ids),
        kind="price",
        scope="cost",
    ),
]
PROCESS_BOXES = [
    ProcessBox("voucher", _("Vouchers"), "/ledger/vouchers/", count=lambda user: JournalEntry.objects.filter(approval="submitted").count(), permission=VIEW_ACCOUNTS),
    ProcessBox("close", _("Month close"), "/ledger/periods/", count=lambda user: _open_months(), permission=VIEW_ACCOUNTS),
]  # fmt: skip


def _open_months() -> int:
    """Months before the present one that are still open."""
    today = timezone.localdate()
    return Period.objects.filter(
        Q(year__lt=today.year) | Q(year=today.year, month__lt=today.month), state="open"
    ).count()


def _stock_value(user: Any) -> Figure:
    return Figure(ValueBalance.objects.aggregate(total=Sum("value"))["total"] or Decimal(0), kind="money", good="")


TILES = [
    Tile(
        "stock_value",
        _("Stock value"),
        _stock_value,
        permission=VIEW_STOCK,
        url="/inventory/stock/",
        scope="cost",
        order=40,
    )
]


def _expiring(user: Any) -> Any:
    limit = timezone.localdate() + timedelta(days=30)
    rows = Balance.objects.filter(quantity__gt=0, lot__expires_on__lte=limit).select_related("item", "lot", "location")
    return scoped(rows, user, warehouse="location__warehouse__code").order_by("lot__expires_on")


def _expiring_rows(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    return [
        AlertRow(f"{row.item.code} {row.item.name} {row.lot.code}", f"/inventory/lots/{row.lot_id}/", "red" if row.lot.expires_on < today else "orange",
                 row.lot.expires_on.isoformat())
        for row in _expiring(user)[:10]
    ]  # fmt: skip


ALERTS = [
    Alert("expiring", _("Stock that expires within 30 days"), _expiring_rows, permission=VIEW_STOCK, icon="calendar-x", url="/inventory/stock/", order=40),
]  # fmt: skip
