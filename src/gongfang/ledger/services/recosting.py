"""Re-cost what followed: what each method now says later moves are worth, less what was booked, as rows of value alone.

Nothing is edited. A move that is worth more gets a row of its own places, accounts and cost object for the difference, dated as
the move, or as what caused it where that is later (a cost that comes after the goods). See docs/adr/0020.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.engines.valuation import NOTHING, Carried
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.previews import Preview, PreviewColumn
from gongfang.ledger.events import Recosted, ValuesRecosted
from gongfang.ledger.models import Location, Posting
from gongfang.ledger.rules.chart import ELEMENT_OF_ROLE
from gongfang.ledger.rules.moves import Draft, ItemFacts, MoveRow
from gongfang.ledger.rules.reckoning import Reckoning, inventory_role
from gongfang.ledger.services.books import location
from gongfang.ledger.services.facts import account_facts, as_date
from gongfang.ledger.services.histories import History, averaged_months, histories
from gongfang.ledger.services.locking import Locked
from gongfang.ledger.services.pools import Pools
from gongfang.ledger.services.writing import write
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.setwise import INT, select
from gongfang.platform.verbs import at_end, confirming

RECOST = "ledger.recost"
SHOWN = 20
"""Documents that the question itself names; its preview has them all."""
ROWS_MAX = 50_000
"""Rows of a preview: beyond, it has one for each item instead of one for each document and item."""
PREVIEW = (
    PreviewColumn(N_("Date"), "date"), PreviewColumn(N_("Document")), PreviewColumn(N_("Item code")), PreviewColumn(N_("Item name")),
    PreviewColumn(N_("Quantity"), "quantity"), PreviewColumn(N_("Booked value"), "money", "cost", total=True),
    PreviewColumn(N_("Becomes"), "money", "cost", total=True), PreviewColumn(N_("Difference"), "money", "cost", total=True),
    PreviewColumn(N_("Rounding and variance"), "money", "cost", total=True),
)  # fmt: skip
BY_ITEM = (
    PreviewColumn(N_("Item code")),
    PreviewColumn(N_("Item name")),
    PreviewColumn(N_("Documents"), "quantity", total=True),
    *PREVIEW[4:],
)


def _none_finished(cost_object_ids: Collection[int]) -> Collection[int]:
    return ()


FINISHED: Port[Callable[[Collection[int]], Collection[int]]] = Port("finished_cost_objects", _none_finished)
"""Which cost objects are settled and take no more cost; answered from above. What comes later is variance."""


@dataclass(frozen=True, slots=True)
class Change:
    """A move whose worth changes. carried: the change of its value and of its residues. booked: its value so far."""

    item: ItemFacts
    move_id: int
    carried: Carried
    booked: int


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a re-costing row repeats of the move it adjusts."""

    row: MoveRow
    on: date
    source_type: str
    source_id: int
    number: str
    posting_id: int


def recost(
    actor: User | None, pools: Pools, items: Mapping[int, ItemFacts], since: Mapping[tuple[int, int], date], *, on: date,
    source: Any = None, fresh: Collection[int] = (), ask: bool = True, partner_id: int | None = None,
) -> list[Posting]:  # fmt: skip
    """Reckon items anew after a day and write the differences; the pools are left as they now are. Constant statements.

    pools: all of the items, locked. since: (item, lot or 0) → the day before the first move that may change. on: the date of
    what caused it. fresh: postings just made, which the pools do not contain yet. ask: raise a question first, where the
    running verb takes answers. Raises DomainError(recost, kind CONFIRM) naming each document and amount.
    """
    found, changes = foreseen(pools, items, since, fresh)
    facts = _facts([change.move_id for change in changes])
    if ask and confirming("recost"):
        asked = set(fresh)
        ask_about(
            actor, _preview([change for change in changes if facts[change.move_id].posting_id not in asked], facts)
        )
    marks = {
        mark: (*mark, history.came.get(mark, event.on))
        for history in found.values()
        for event in history.events
        if (mark := event.mark)
    }
    return _write(actor, pools, items, changes, facts, on, source, partner_id, marks)  # type: ignore[arg-type]


def foreseen(
    pools: Pools, items: Mapping[int, ItemFacts], since: Mapping[tuple[int, int], date], fresh: Collection[int] = ()
) -> tuple[dict[int, History], list[Change]]:  # fmt: skip
    """The histories of items and what changes in them, nothing written; the pools are left as they would be. As `recost`."""
    found = histories(pools, items, since, fresh)
    averaged = averaged_months() if any(items[key[0]].method == "month_average" for key in since) else frozenset()
    changes: list[Change] = []
    for history in found.values():
        worth = history.reckoned(averaged)
        changes += [
            Change(history.item, pk, Carried(now.value - was.value, now.source_residue - was.source_residue, now.target_residue - was.target_residue), was.value)
            for pk, was in history.booked.items()
            if (now := worth.get(pk, NOTHING)) != was
        ]  # fmt: skip
        for key, pool in history.opening.items():
            pools.pools[history.item.id, *key] = pool
    return found, changes


def told(changes: Sequence[Change]) -> list[list[Any]]:
    """What changes as rows of a preview; one statement. Bring items that follow one another together for `ask_about`."""
    return _preview(changes, _facts([change.move_id for change in changes]))


def _facts(move_ids: Sequence[int]) -> dict[int, _Facts]:
    if not move_ids:
        return {}
    rows = select(
        "SELECT m.id, m.item_id, m.lot_id, m.source_id, m.target_id, m.quantity, m.value, m.source_account_id, m.target_account_id,"
        ' m.partner_id, m.cost_object_id, m.element, m.source_line, m."on", p.source_type, p.source_id, p.source_number, p.id'
        " FROM given JOIN ledger_stockmove m ON m.id = given.id JOIN ledger_posting p ON p.id = m.posting_id",
        [("id", INT)],
        [(pk,) for pk in sorted(move_ids)],
    )
    return {
        row[0]: _Facts(MoveRow(0, *row[1:13], kind="recost", adjusts=row[0]), as_date(row[13]), *row[14:])  # type: ignore[arg-type]
        for row in rows
    }


def ask_about(actor: User | None, rows: Sequence[Sequence[Any]]) -> None:
    """Name the affected documents and what changes on them. Amounts for whoever sees costs only.

    rows: as the columns of `PREVIEW`. Raises DomainError(recost, kind CONFIRM).
    """
    if rows:
        columns, shown = (PREVIEW, rows) if len(rows) <= ROWS_MAX else (BY_ITEM, _by_item(rows))
        if not any(row[-1] for row in rows):  # most methods round nothing
            columns, shown = columns[:-1], [row[:-1] for row in shown]
        raise DomainError(_problems(actor, rows), Kind.CONFIRM, Preview(N_("What is re-costed"), columns, shown))


def _preview(changes: Sequence[Change], facts: Mapping[int, _Facts]) -> list[list[Any]]:
    """One row per document and item, in the order of days and of entry, as the columns of `PREVIEW`."""
    sums: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    names: dict[str, str] = {}
    for change in sorted(changes, key=lambda change: (facts[change.move_id].on, change.move_id)):
        fact = facts[change.move_id]
        names[change.item.code] = change.item.name
        total = sums[fact.on, fact.number or f"#{fact.posting_id}", change.item.code]
        carried = change.carried
        more = (fact.row.quantity, change.booked, carried.value, carried.source_residue + carried.target_residue)
        total[:] = [one + other for one, other in zip(total, more, strict=True)]
    return [
        [on, number, code, names[code], Decimal(quantity).scaleb(-6), *(Decimal(amount).scaleb(-2) for amount in (booked, booked + more, more, rest))]
        for (on, number, code), (quantity, booked, more, rest) in sums.items()
    ]  # fmt: skip


def _by_item(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The rows of documents summed up by item, in the order of their codes, as the columns of `BY_ITEM`."""
    sums: dict[str, list[Any]] = {}
    for _on, _number, code, name, *amounts in rows:
        total = sums.setdefault(code, [name, Decimal(0), *[Decimal(0)] * len(amounts)])
        total[1:] = [total[1] + 1, *(one + other for one, other in zip(total[2:], amounts, strict=True))]
    return [[code, *total] for code, total in sorted(sums.items())]


def _problems(actor: User | None, rows: Sequence[Sequence[Any]]) -> list[Problem]:
    """The question in words: all documents as a number and a sum, the first of them by name."""
    count = len({(row[0], row[1]) for row in rows})
    if actor is None or not actor.sees("cost"):
        words = N_("Later documents that are re-costed by adjustment rows: {count}; none of them is edited.")
        return [
            Problem("recost", words, count=count),
            *(
                Problem("recost", "{document} of {date}: the cost of {item} changes.", document=number, date=on, item=item)
                for on, number, item, *_ in rows[:SHOWN]
            ),
        ]  # fmt: skip
    total = sum((row[7] for row in rows), Decimal(0))
    return [
        Problem(
            "recost", "Later documents that are re-costed: {count}, by {amount} in all, by adjustment rows; none of them is edited.",
            count=count, amount=f"{total:,.2f}",
        ),
        *(
            Problem(
                "recost", "{document} of {date}: {item} is worth {amount} more than booked.", document=number, date=on, item=item,
                amount=f"{row[4]:,.2f}",
            )
            for on, number, item, *row in rows[:SHOWN]
        ),
    ]  # fmt: skip


def _write(
    actor: User | None, pools: Pools, items: Mapping[int, ItemFacts], changes: Sequence[Change], facts: Mapping[int, _Facts], on: date,
    source: Any, partner_id: int | None, marks: Mapping[tuple[int, int], tuple[int, int, date]],
) -> list[Posting]:  # fmt: skip
    days = sorted({max(facts[change.move_id].on, on) for change in changes})
    drafts = [Draft(RECOST, day, source, summary="成本重算", partner_id=partner_id) for day in days]
    number = {day: n for n, day in enumerate(days)}
    rows = [facts[change.move_id].row for change in changes]
    areas, accounts = _places(pools, items, rows)
    reckoning = Reckoning(
        items=items, lots={}, balances={}, pools=pools.pools, pool_accounts=pools.accounts, accounts=accounts, serials={},
        adjust=location("ADJUST"),
    )  # fmt: skip
    finished = set(FINISHED.provider({row.cost_object_id for row in rows if row.cost_object_id}))
    seen = []
    for change in changes:
        fact = facts[change.move_id]
        draft = number[max(fact.on, on)]
        seen.append(_change(reckoning, draft, change, fact, areas, finished))
    state = Locked(reckoning, {}, pools, {})
    made = write(actor, drafts, state, marks=marks, moves_on=False)
    moved = tuple(one for one in seen if one.amount)
    if moved:
        at_end(lambda: emit(ValuesRecosted(moved)))
    return made


def _places(
    pools: Pools, items: Mapping[int, ItemFacts], rows: Sequence[MoveRow]
) -> tuple[dict[int, Location], dict[str, Any]]:
    """The places of the moves, and the accounts that may be needed."""
    areas = {
        place.pk: place
        for place in Location.objects.filter(pk__in={pk for row in rows for pk in (row.source_id, row.target_id)})
    }
    names = {"stock_adjustment", "variance_price", "subcontract", *(inventory_role(item) for item in items.values())}
    names |= {place.account_role for place in areas.values() if place.account_role}
    ids = {account for row in rows for account in (row.source_account, row.target_account) if account}
    return areas, account_facts(names, ids | set(pools.accounts.values()))


def _change(
    reckoning: Reckoning, draft: int, change: Change, fact: _Facts, areas: Mapping[int, Location], finished: Collection[int]
) -> Recosted:  # fmt: skip
    row, amount = fact.row, change.carried.value
    source, target = areas[row.source_id], areas[row.target_id]
    for place, residue in ((source, change.carried.source_residue), (target, change.carried.target_residue)):
        if residue:
            reckoning.adjust_pool(draft, change.item, row.lot_id, place, residue, row.source_line, 0, row.adjusts)
    closed = row.cost_object_id in finished
    if amount:
        reckoning.recost(draft, change.item, row, source, target, amount, settled=closed)
    process = "wip_" + (row.element or "material") in ELEMENT_OF_ROLE and row.cost_object_id is not None and not closed
    return Recosted(
        fact.source_type, fact.source_id, row.source_line, row.item_id, Decimal(row.quantity).scaleb(-6), row.cost_object_id,
        process, Decimal(amount) / 100,
    )  # fmt: skip
