"""Read and lock what a posting is judged by: a constant number of statements, whatever the number of lines."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import connection

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger.models import AccountRole, Balance
from gongfang.ledger.queries.past import LATER, SAME
from gongfang.ledger.rules.chart import ROLES
from gongfang.ledger.rules.moves import AccountFacts, BalanceState, Draft, ItemFacts, LotFacts
from gongfang.ledger.rules.reckoning import inventory_role
from gongfang.ledger.services.books import ensure_books
from gongfang.platform.setwise import BOOL, INT, TEXT, ensure, lock, select

BALANCE = Balance._meta.db_table
BalanceKeys = Mapping[tuple[int, int, int], bool]
"""(item, location, lot or 0) → whether it may go below zero."""


def item_facts(ids: Collection[int]) -> dict[int, ItemFacts]:
    rows = select(
        "SELECT i.id, i.code, i.name, i.tracking, c.inventory_role, i.standard_cost,"
        " CASE WHEN i.costing_method = '' THEN c.costing_method ELSE i.costing_method END, i.second_unit_id, u.numerator, u.denominator"
        " FROM masterdata_item i JOIN masterdata_itemcategory c ON c.id = i.category_id"
        " LEFT JOIN masterdata_itemunit u ON u.item_id = i.id AND u.unit_id = i.second_unit_id WHERE i.id IN (SELECT id FROM given)",
        [("id", INT)],
        [(pk,) for pk in sorted(ids)],
    )
    found = {row[0]: ItemFacts(*row[:7], row[7] is not None, (row[8], row[9]) if row[8] else None) for row in rows}
    missing = set(ids) - found.keys()
    if missing:
        raise DomainError(Problem("item_unknown", "There is no item {id}.", id=min(missing)), Kind.MISSING)
    return found


def lot_facts(ids: Collection[int]) -> dict[int, LotFacts]:
    if not ids:
        return {}
    rows = select(
        "SELECT id, item_id, code, kind, status, expires_on FROM ledger_lot WHERE id IN (SELECT id FROM given)",
        [("id", INT)],
        [(pk,) for pk in sorted(ids)],
    )
    found = {
        pk: LotFacts(pk, item_id, code, kind == "serial", status == "frozen", as_date(expires))
        for pk, item_id, code, kind, status, expires in rows
    }
    missing = set(ids) - found.keys()
    if missing:
        raise DomainError(Problem("lot_unknown", "There is no lot {id}.", id=min(missing)), Kind.MISSING)
    return found


def as_date(value: object) -> date | None:
    """A date from a raw statement: SQLite gives text."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def account_facts(names: Collection[str], ids: Collection[int] = ()) -> dict[str, AccountFacts]:
    """Accounts by role or code, and by "#id". Seeds the books when they are empty. Raises DomainError(account_unknown)."""
    found = _accounts(names, ids)
    if set(names) - found.keys():
        if (
            not AccountRole.objects.exists() or (set(names) - found.keys()) & ROLES.keys()
        ):  # a role younger than the books
            ensure_books()
            found = _accounts(names, ids)
        missing = set(names) - found.keys()
        if missing:
            raise DomainError(
                Problem("account_unknown", "There is no account or account role “{name}”.", name=min(missing)),
                Kind.MISSING,
            )
    return found


def _accounts(names: Collection[str], ids: Collection[int]) -> dict[str, AccountFacts]:
    columns = "a.id, a.code, a.name, a.dims, a.is_leaf, a.is_controlled"
    rows = select(
        f"SELECT r.role, {columns} FROM ledger_accountrole r JOIN ledger_account a ON a.id = r.account_id"
        " WHERE r.role IN (SELECT name FROM given)"
        f" UNION ALL SELECT a.code, {columns} FROM ledger_account a WHERE a.code IN (SELECT name FROM given)"
        f" UNION ALL SELECT '#' || a.id, {columns} FROM ledger_account a WHERE a.id IN (SELECT id FROM given)",
        [("name", TEXT), ("id", INT)],
        [*((name, 0) for name in sorted(names)), *(("", pk) for pk in sorted(ids))],
    )
    return {
        name: AccountFacts(pk, code, title, "partner" in dims, "cost_object" in dims, bool(leaf), bool(controlled))
        for name, pk, code, title, dims, leaf, controlled in rows
    }


def account_names(drafts: Sequence[Draft], items: Mapping[int, ItemFacts]) -> set[str]:
    """Roles and codes that the drafts will need."""
    names = {"stock_adjustment"}
    for draft in drafts:
        names.update(entry.account for entry in draft.entries)
        for move in draft.moves:
            for place in (move.source, move.target):
                if place.area and items[move.item_id].method == "standard":
                    names.add("variance_price")
                if place.area == "subcontract":
                    names.add("subcontract")
                elif place.area:
                    names.add(inventory_role(items[move.item_id]))
                elif move.source.area != move.target.area:
                    names.add(place.account_role if move.counter_role is None else move.counter_role)
    names.discard("")
    return names


def lock_balances(keys: BalanceKeys) -> dict[tuple[int, int, int], BalanceState]:
    """Make the rows that are missing, then lock all in the order of (item, location, lot); two statements."""
    ordered = sorted(keys)
    columns = [("item_id", INT), ("location_id", INT), ("lot_key", INT)]
    ensure(
        BALANCE,
        [*columns, ("lot_id", INT), ("quantity", INT), ("reserved", INT), ("may_be_negative", BOOL)],
        [name for name, _ in columns],
        [(*key, key[2] or None, 0, 0, keys[key]) for key in ordered],
    )
    fetch = (
        "item_id",
        "location_id",
        "lot_key",
        "id",
        "quantity",
        "reserved",
        "may_be_negative",
        "last_on",
        "second_quantity",
    )
    return {
        (row[0], row[1], row[2]): BalanceState(row[3], row[4], row[5], bool(row[6]), as_date(row[7]), row[8])
        for row in lock(BALANCE, columns, ordered, fetch)
    }


def serial_totals(lot_ids: Collection[int]) -> dict[int, int]:
    """Physical quantity of serials over all locations; call it with their value pools locked."""
    if not lot_ids:
        return {}
    rows = select(
        "SELECT lot_key, SUM(quantity) FROM ledger_balance WHERE lot_key IN (SELECT id FROM given) GROUP BY lot_key",
        [("id", INT)],
        [(pk,) for pk in sorted(lot_ids)],
    )
    return dict.fromkeys(lot_ids, 0) | {pk: int(total) for pk, total in rows}


def short_in_past(rows: Sequence[tuple[int, int, int, date, int]]) -> list[tuple[int, int, int, date, int]]:
    """Which balances a back-dated posting would take below zero on a day after it, and by how much.

    rows: (item, location, lot or 0, date of the posting, change of its quantity) per key. Stock at the end of a day is what is
    there now less what moved later. One statement; the balances are locked and not yet changed.
    """
    sql = (
        LATER
        + ', ends AS (SELECT b.item_id, b.location_id, b.lot_key, later."on", b.quantity - later.after_it + given.change AS present'
        + f" FROM given JOIN ledger_balance b ON {SAME}"
        + " JOIN later ON later.item_id = b.item_id AND later.location_id = b.location_id AND later.lot_key = b.lot_key)"
        + ' SELECT item_id, location_id, lot_key, MIN("on"), MIN(present) FROM ends WHERE present < 0 GROUP BY item_id, location_id, lot_key'
    )
    columns = [("item_id", INT), ("location_id", INT), ("lot_key", INT), ("since", "date"), ("change", INT)]
    found = select(sql, columns, rows)
    return [(item, place, lot, as_date(day), int(gap)) for item, place, lot, day, gap in found]  # type: ignore[misc]


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"
