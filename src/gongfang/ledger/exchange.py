"""Accounts, opening stock and opening balances as sheets of the exchange workbook.

Stock and balances hold for the evening before the opening date. Two postings are made against the account of the role "opening":
the goods with their value, and all other balances; as the sheets must balance, that account ends at nought.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from gongfang.kernel.errors import N_
from gongfang.kernel.money import ZERO, split
from gongfang.kernel.units import fits
from gongfang.ledger.models import Account, AccountRole, Balance, Posting, ValueBalance, VoucherLine
from gongfang.ledger.queries.locations import location, stores_of
from gongfang.ledger.rules.chart import INVENTORY_ROLES, ROLES, small_enterprise_chart
from gongfang.ledger.rules.moves import OPENINGS, Entry, Move
from gongfang.ledger.services.books import ensure_books
from gongfang.ledger.services.lots import NewLot, lots_for
from gongfang.ledger.services.posting import post
from gongfang.masterdata.queries import inventory_roles, items_by_codes, warehouses_by_codes
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.reporting import advance
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault
from gongfang.platform.settings.services import OPENING_DATE
from gongfang.platform.settings.services import get as setting

OPENING_STOCK, OPENING_BALANCES = OPENINGS
PART = 10_000  # rows of opening stock in one posting
KINDS = {member.value: member.label._args[0] for member in Account.Kind}  # type: ignore[attr-defined]
SIDES = {member.value: member.label._args[0] for member in Account.Direction}  # type: ignore[attr-defined]


def _evening_before(context: Context) -> date | None:
    """The day the opening is posted on: the one before the opening date."""
    opening = context.opening_date
    if opening is None and (saved := setting(OPENING_DATE)):
        opening = date.fromisoformat(saved)
    return opening - timedelta(days=1) if opening else None


def _opened(sheet: str, reason: str, context: Context) -> Iterable[Fault]:
    if _evening_before(context) is None:
        yield fault(sheet, 0, "", "no_opening_date", "Name the opening date in the sheet “Company”.")
    if Posting.objects.filter(reason=reason, reverses=None, reversed_by=None).exists():
        yield fault(sheet, 0, "", "opened", "The opening figures are in the books already; leave this sheet out.")


# ------------------------------------------------------------------------------------------------------------ accounts
def check_accounts(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    known = context.ids("accounts")
    every = context.codes("accounts")
    busy = set(VoucherLine.objects.values_list("account__code", flat=True).distinct())
    busy |= set(AccountRole.objects.values_list("account__code", flat=True)) or set(ROLES.values())
    for row in rows:
        code = row["code"]
        if not code.isascii() or not code.isdigit() or len(code) < 4 or len(code) % 2:
            yield fault("accounts", row, "code", "bad_code", "An account code has 4, 6, 8 … digits.")
        elif len(code) == 4 and code not in known:
            yield fault(
                "accounts",
                row,
                "code",
                "first_level",
                "First-level accounts are those of the standard; add a sub-account.",
            )
        elif len(code) > 4 and _parent(code, every) is None:
            yield fault("accounts", row, "code", "no_parent", "There is no account above it.")
        elif code not in known and _parent(code, every) in busy:
            yield fault(
                "accounts",
                row,
                "code",
                "parent_busy",
                "Account {account} is posted to; it cannot get sub-accounts.",
                account=_parent(code, every),
            )


def _parent(code: str, known: Iterable[str]) -> str | None:
    codes = known if isinstance(known, frozenset | set | dict) else set(known)
    while len(code) > 4:
        code = code[:-2]
        if code in codes:
            return code
    return None


def load_accounts(rows: Sequence[Row], context: Context) -> None:
    """Names of accounts that exist change; new ones stand under the account their code begins with."""
    ensure_books()
    context.forget("accounts")
    accounts = {account.code: account for account in Account.objects.all()}
    for length in sorted({len(row["code"]) for row in rows}):
        records = []
        for row in (row for row in rows if len(row["code"]) == length):
            parent = accounts.get(_parent(row["code"], accounts) or "")
            own = accounts.get(row["code"])
            base = own or parent
            assert base is not None
            records.append(
                {
                    "code": row["code"], "name": row["name"], "kind": base.kind, "direction": base.direction, "parent_id": parent.pk if parent else None,
                    "dims": row["dims"] if row.get("dims") is not None else base.dims, "is_controlled": base.is_controlled,
                    "is_leaf": own.is_leaf if own else True, "is_active": row.get("is_active", True),
                }
            )  # fmt: skip
        upsert(Account, records, columns=context.columns["accounts"])
        accounts = {account.code: account for account in Account.objects.all()}
    inner = {account.parent_id for account in accounts.values() if account.parent_id}
    Account.objects.filter(pk__in=inner, is_leaf=True).update(is_leaf=False)


def export_accounts(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in Account.objects.order_by("code"):
        yield {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "direction": row.direction,
            "dims": row.dims or None,
            "is_active": row.is_active,
        }


def _account_ids() -> Iterable[tuple[str, int]]:
    """The accounts there are, and those of the standard that the first posting will make."""
    return ({row.code: 0 for row in small_enterprise_chart()} | dict(Account.objects.values_list("code", "pk"))).items()


ACCOUNTS = Sheet(
    "accounts", N_("Accounts"), unique=("code",),
    note=N_("小企业会计准则 is there already; add sub-accounts (4-2-2-2 digits) or change names."),
    columns=[
        Column("code", N_("Account code"), required=True, max_length=20), Column("name", N_("Account name"), required=True, max_length=80, width=28),
        Column("kind", N_("Account kind"), kind="choice", choices=KINDS, note=N_("For reading; it follows the account above.")),
        Column("direction", N_("Balance side"), kind="choice", choices=SIDES, note=N_("For reading; it follows the account above.")),
        Column("dims", N_("Dimensions"), max_length=60, note=N_("“partner” where each line names the customer or supplier.")),
        Column("is_active", N_("Active"), kind="bool", default=True),
    ],
    check=check_accounts, load=load_accounts, export=export_accounts, ids=_account_ids,
)  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- stock
def _item_facts(codes: Iterable[str], context: Context) -> dict[str, dict[str, Any]]:
    """Tracking, decimals and stock account of items, from the workbook where it has them, else from the database."""
    known = items_by_codes(codes)
    precisions = {row["code"]: row.get("precision", 0) for row in context.rows.get("units", ())}
    roles = inventory_roles() | {
        row["code"]: row.get("inventory_role", "raw") for row in context.rows.get("categories", ())
    }
    facts = {}
    for code in set(codes):
        row, item = context.row_of("items", code) if "items" in context.rows else None, known.get(code)
        if row is not None:
            facts[code] = {
                "tracking": row.get("tracking", "none"),
                "precision": precisions.get(row["unit"], 6),
                "role": roles.get(row["category"], "raw"),
            }
        elif item is not None:
            facts[code] = {
                "tracking": item.tracking,
                "precision": item.unit.precision,
                "role": item.category.inventory_role,
            }
    return facts


def check_stock(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    yield from _opened("opening_stock", OPENING_STOCK, context)
    facts = _item_facts([row["item"] for row in rows], context)
    serials: dict[tuple[str, str], int] = {}
    for row in rows:
        fact = facts.get(row["item"])
        if fact is None:
            continue
        lot = row.get("lot")
        if fact["tracking"] == "none" and lot:
            yield fault("opening_stock", row, "lot", "lot_not_kept", "{item} is not kept by lot.", item=row["item"])
        if fact["tracking"] != "none" and not lot:
            yield fault(
                "opening_stock", row, "lot", "lot_needed", "{item}: enter the lot or serial number.", item=row["item"]
            )
        if fact["tracking"] == "serial" and row["quantity"] != 1:
            yield fault("opening_stock", row, "quantity", "serial_is_one", "A serial number is one piece.")
        if fact["tracking"] == "serial" and lot and serials.setdefault((row["item"], lot), row.number) != row.number:
            yield fault(
                "opening_stock",
                row,
                "lot",
                "serial_twice",
                "The serial number is already in row {number}.",
                number=serials[row["item"], lot],
            )
        if not fits(row["quantity"], fact["precision"]):
            yield fault(
                "opening_stock",
                row,
                "quantity",
                "too_many_places",
                "At most {places} decimals are kept.",
                places=fact["precision"],
            )
        if row.get("expires_on") and row.get("made_on") and row["expires_on"] < row["made_on"]:
            yield fault("opening_stock", row, "expires_on", "dates_reversed", "It expires before it was made.")


def load_stock(rows: Sequence[Row], context: Context) -> None:
    """From the location OPENING into the stores, at the values given; one posting for each PART rows, so that it can be stopped."""
    items = items_by_codes(row["item"] for row in rows)
    partners = context.ids("partners")
    stores = stores_of(warehouses_by_codes({row["warehouse"] for row in rows}).values())
    by_code = {store.warehouse.code: store for store in stores.values()}
    opening, on = location("OPENING"), _evening_before(context)
    assert on is not None
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        lots = lots_for(
            NewLot(
                items[row["item"]].pk, row["lot"], row.get("made_on"), row.get("expires_on"),
                partners.get(row.get("supplier", "")), row.get("supplier_lot", ""),
            )
            for row in part
            if row.get("lot")
        )  # fmt: skip
        moves = [
            Move(
                items[row["item"]].pk, row["quantity"], opening, by_code[row["warehouse"]],
                lot_id=lots[items[row["item"]].pk, row["lot"].strip()].pk if row.get("lot") else None, value=row["value"],
            )
            for row in part
        ]  # fmt: skip
        post(actor=context.actor, reason=OPENING_STOCK, source=None, on=on, moves=moves, summary="期初库存")
        advance(len(part))


def export_stock(context: Context) -> Iterable[Mapping[str, Any]]:
    """What is in the stores now; an item's value is shared out over its rows by quantity, to the cent."""
    found = Balance.objects.filter(location__area="stock", quantity__gt=0).select_related(
        "item", "lot", "lot__supplier", "location__warehouse"
    )
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in found.order_by("item__code", "location__code", "lot__code"):
        if row.location.warehouse_id:
            rows[row.item_id].append(row)
    values = dict(ValueBalance.objects.filter(area="stock").values_list("item_id", "value"))
    for item_id, balances in rows.items():
        shares = split(values.get(item_id, ZERO), [row.quantity for row in balances])
        for row, value in zip(balances, shares, strict=True):
            lot = row.lot
            yield {
                "item": row.item.code, "warehouse": row.location.warehouse.code, "lot": lot.code if lot else None, "quantity": row.quantity,
                "value": value, "made_on": lot.made_on if lot else None, "expires_on": lot.expires_on if lot else None,
                "supplier": lot.supplier.code if lot and lot.supplier else None, "supplier_lot": lot.supplier_code if lot else None,
            }  # fmt: skip


STOCK = Sheet(
    "opening_stock", N_("Opening stock"), unique=("item", "warehouse", "lot"),
    note=N_("Stock on the evening before the opening date, with its value; one row per item, warehouse and lot."),
    columns=[
        Column("item", N_("Item code"), required=True, ref="items"), Column("warehouse", N_("Warehouse code"), required=True, ref="warehouses"),
        Column("lot", N_("Lot or serial number"), max_length=60), Column("quantity", N_("Quantity"), kind="quantity", required=True, above=0),
        Column("value", N_("Value"), kind="money", required=True, minimum=0, scope="cost", note=N_("Of the whole row, without tax.")),
        Column("made_on", N_("Made on"), kind="date", shifts=True), Column("expires_on", N_("Expires on"), kind="date", shifts=True),
        Column("supplier", N_("Supplier code"), ref="partners"), Column("supplier_lot", N_("Supplier's lot"), default="", max_length=60),
    ],
    check=check_stock, load=load_stock, export=export_stock,
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ balances
def _stock_values(context: Context) -> dict[str, Decimal]:
    """Value of the opening stock by account code."""
    rows = context.rows.get("opening_stock", ())
    facts = _item_facts([row["item"] for row in rows if row.get("item")], context)
    accounts = dict(AccountRole.objects.values_list("role", "account__code")) or ROLES
    values: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        if row.get("item") in facts and row.get("value") is not None:
            values[accounts[INVENTORY_ROLES[facts[row["item"]]["role"]]]] += row["value"]
    return values


def check_balances(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    yield from _opened("account_balances", OPENING_BALANCES, context)
    chart = {row.code: (row.dims, row.is_controlled) for row in small_enterprise_chart()}
    chart |= {code: (dims, held) for code, dims, held in Account.objects.values_list("code", "dims", "is_controlled")}
    codes = context.codes("accounts")
    inner = {parent for code in codes if (parent := _parent(code, codes))}
    for own in context.rows.get("accounts", ()):
        above = chart.get(_parent(own["code"], chart) or "", ("", False))
        dims = own.get("dims") if own.get("dims") is not None else chart.get(own["code"], above)[0]
        chart[own["code"]] = (dims, chart.get(own["code"], above)[1])
    for row in rows:
        yield from _balance_row(row, chart.get(row["account"], ("", False))[0], row["account"] in inner)
    yield from _balance_totals(rows, context, chart)


def _balance_row(row: Row, dims: str, has_children: bool) -> Iterable[Fault]:
    debit, credit = row.get("debit", ZERO), row.get("credit", ZERO)
    if has_children:
        yield fault(
            "account_balances",
            row,
            "account",
            "not_a_leaf",
            "Account {account} has sub-accounts; give their balances.",
            account=row["account"],
        )
    if bool(debit) == bool(credit):
        yield fault("account_balances", row, "debit", "one_side", "Give either the debit or the credit balance.")
    if "partner" in dims and not row.get("partner"):
        yield fault(
            "account_balances",
            row,
            "partner",
            "partner_needed",
            "Account {account} is kept by customer or supplier.",
            account=row["account"],
        )
    if "cost_object" in dims:
        yield fault(
            "account_balances",
            row,
            "account",
            "by_order",
            "Work in process is opened with its work orders, not by balance.",
        )


def _balance_totals(rows: Sequence[Row], context: Context, chart: Mapping[str, tuple[str, bool]]) -> Iterable[Fault]:
    """Debit equals credit, and the inventory accounts say what the opening stock is worth."""
    debit = sum((row.get("debit", ZERO) for row in rows), ZERO)
    credit = sum((row.get("credit", ZERO) for row in rows), ZERO)
    if debit != credit:
        yield fault(
            "account_balances", 0, "debit", "not_balanced", "Debit {debit} and credit {credit} differ by {gap}.",
            debit=debit, credit=credit, gap=abs(debit - credit),
        )  # fmt: skip
    values = _stock_values(context)
    given: dict[str, Decimal] = defaultdict(lambda: ZERO)
    at: dict[str, int] = {}
    for row in rows:
        if chart.get(row["account"], ("", False))[1]:
            given[row["account"]] += row.get("debit", ZERO) - row.get("credit", ZERO)
            at[row["account"]] = row.number
    for account in sorted(given.keys() | values.keys()):
        if given[account] != values[account]:
            yield fault(
                "account_balances", at.get(account, 0), "debit", "stock_differs",
                "Account {account} stands at {given}, but the opening stock on it is worth {value}.",
                account=account, given=given[account], value=values[account],
            )  # fmt: skip


def load_balances(rows: Sequence[Row], context: Context) -> None:
    """One posting of all balances that goods do not bring, against the opening account."""
    ensure_books()
    held = set(Account.objects.filter(is_controlled=True).values_list("code", flat=True))
    partners = context.ids("partners")
    entries = [
        Entry(
            row["account"],
            row.get("debit", ZERO),
            row.get("credit", ZERO),
            partner_id=partners.get(row.get("partner", "")),
        )
        for row in rows
        if row["account"] not in held
    ]
    gap = sum((entry.debit - entry.credit for entry in entries), ZERO)
    if gap:
        entries.append(Entry("opening", max(-gap, ZERO), max(gap, ZERO)))
    on = _evening_before(context)
    assert on is not None
    if entries:
        post(actor=context.actor, reason=OPENING_BALANCES, source=None, on=on, entries=entries, summary="期初余额")


def export_balances(context: Context) -> Iterable[Mapping[str, Any]]:
    """Balances of today by account and partner."""
    sums = VoucherLine.objects.values("account__code", "account__name", "partner__code").annotate(
        d=Sum("debit"), c=Sum("credit")
    )
    for row in sums.order_by("account__code", "partner__code"):
        balance = (row["d"] or ZERO) - (row["c"] or ZERO)
        if balance:
            yield {
                "account": row["account__code"], "name": row["account__name"], "partner": row["partner__code"],
                "debit": balance if balance > 0 else None, "credit": -balance if balance < 0 else None,
            }  # fmt: skip


BALANCES = Sheet(
    "account_balances", N_("Account balances"), unique=("account", "partner"),
    note=N_("Balances on the evening before the opening date. Debit must equal credit; inventory accounts must equal the opening stock."),
    columns=[
        Column("account", N_("Account code"), required=True, ref="accounts"), Column("name", N_("Account name"), default="", note=N_("For reading."), width=28),
        Column("partner", N_("Partner code"), ref="partners", note=N_("On accounts kept by customer or supplier.")),
        Column("debit", N_("Debit"), kind="money", scope="cost"), Column("credit", N_("Credit"), kind="money", scope="cost"),
    ],
    check=check_balances, load=load_balances, export=export_balances,
)  # fmt: skip

SHEETS = [ACCOUNTS, STOCK, BALANCES]
