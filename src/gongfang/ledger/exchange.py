"""Accounts, opening stock and opening balances as sheets of the exchange workbook.

Stock and balances hold for the evening before the opening date. Two postings are made against the account of the role "opening":
the goods with their value, and all other balances; as the sheets must balance, that account ends at nought.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from gongfang.kernel.errors import N_
from gongfang.kernel.money import ZERO
from gongfang.ledger.models import Account, AccountRole, VoucherLine
from gongfang.ledger.opening import evening_before, opened
from gongfang.ledger.opening_stock import STOCK, item_facts
from gongfang.ledger.place_sheet import LOCATIONS
from gongfang.ledger.rules.chart import INVENTORY_ROLES, ROLES, small_enterprise_chart
from gongfang.ledger.rules.moves import OPENINGS, Entry
from gongfang.ledger.services.books import ensure_books
from gongfang.ledger.services.posting import post
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

OPENING_BALANCES = OPENINGS[1]
KINDS = {member.value: member.label._args[0] for member in Account.Kind}  # type: ignore[attr-defined]
SIDES = {member.value: member.label._args[0] for member in Account.Direction}  # type: ignore[attr-defined]


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


# ------------------------------------------------------------------------------------------------------------ balances
def _stock_values(context: Context) -> dict[str, Decimal]:
    """Value of the opening stock by account code."""
    rows = context.rows.get("opening_stock", ())
    facts = item_facts([row["item"] for row in rows if row.get("item")], context)
    accounts = dict(AccountRole.objects.values_list("role", "account__code")) or ROLES
    values: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        if row.get("item") in facts and row.get("value") is not None:
            values[accounts[INVENTORY_ROLES[facts[row["item"]]["role"]]]] += row["value"]
    return values


def check_balances(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    yield from opened("account_balances", OPENING_BALANCES, context)
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
    on = evening_before(context)
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

SHEETS = [ACCOUNTS, LOCATIONS, STOCK, BALANCES]
