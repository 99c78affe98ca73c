"""Take postings back, each on its own day: exact inverses, red on the same side, as if they had never been. See docs/adr/0050."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import ExtractMonth, ExtractYear

from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.ledger.models import Location, Period, Posting, StockMove, VoucherLine
from gongfang.ledger.rules.moves import AccountFacts, Draft, ItemFacts, LotFacts, MoveRow, cents, micro
from gongfang.ledger.rules.reckoning import PoolKey, Reckoning, inventory_role
from gongfang.ledger.services.facts import account_facts, item_facts, lot_facts
from gongfang.ledger.services.histories import ENDS, averaged_months
from gongfang.ledger.services.holds import held_problems
from gongfang.ledger.services.locking import Locked, Needs, locked, pass_gate
from gongfang.ledger.services.posting import follow_up
from gongfang.ledger.services.recosting import RECOST
from gongfang.ledger.services.standards import REPRICED
from gongfang.ledger.services.writing import write
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import DATE, INT, select

ADJUSTING = ("recost", "residue")
"""Kinds of rows that say what an earlier move is worth more, or what its pool needed besides."""


def reverse(*, actor: User | None, posting: Posting, reason: str, instead: Problem | None = None) -> Posting:
    """Take one posting back on its own day. As `reverse_all`."""
    return reverse_all(actor=actor, postings=[posting], reason=reason, instead=instead)[0]


def reverse_all(
    *, actor: User | None, postings: Sequence[Posting], reason: str, instead: Problem | None = None
) -> list[Posting]:
    """Take postings back, each on its own day, the latest day first: days, months and running costs are as if they had never been.

    Goods go back where they came from with the value they had; what was re-costed of them since is taken back on the day of
    that, and what followed them is re-costed. Call it inside a verb, with the document locked. instead: what to do where a
    month is closed. Constant statements for each day. Raises DomainError, nothing written: period_closed, short_stock,
    short_in_past, reversed_twice, reversal_not_reversed, follows_by_itself, cost_was_added; recost (kind CONFIRM).
    """
    assert connection.in_atomic_block, "reversing outside a transaction"
    pass_gate()
    originals = _held(posting.pk for posting in postings)
    moves = list(StockMove.objects.filter(posting__in=[row.pk for row in originals]))
    since = _adjusting(moves)
    refuse_if(_closed(originals, instead) or _refusals(originals) + _added_cost(since), Kind.CONFLICT)
    made: dict[int, Posting] = {}
    by_day = sorted(originals, key=lambda row: (row.on, row.pk), reverse=True)
    for day, rows in groupby(by_day, key=lambda row: row.on):
        of_day = list(rows)
        ids = {row.pk for row in of_day}
        made |= _take_back(actor, day, of_day, [move for move in moves if move.posting_id in ids], since, reason)
    return [made[posting.pk] for posting in postings]


def _take_back(
    actor: User | None, day: date, originals: Sequence[Posting], moves: Sequence[StockMove], since: Sequence[StockMove], reason: str
) -> dict[int, Posting]:  # fmt: skip
    """Take back the postings of one day; returns them by what they take back."""
    moves = sorted(moves, key=lambda move: (move.kind == "residue", -move.posting_id, -move.line_no))  # after its move
    places = {
        place.pk: place
        for place in Location.objects.filter(pk__in={pk for move in moves for pk in (move.source_id, move.target_id)})
    }
    items = item_facts({move.item_id for move in moves}) if moves else {}
    lots = lot_facts({move.lot_id for move in moves if move.lot_id})
    adjusted = _adjusted(moves, since)
    state = _locked(moves, adjusted, items, lots, places)
    drafts = [
        Draft(reason, day, _Source(row), summary=_red(row.summary), partner_id=row.partner_id, kind=_kind(row)) for row in originals
    ]  # fmt: skip
    anew = _Anew(state, items, day)
    anew.look(moves, places, {row.adjusts for _, row in adjusted})
    index = {original.pk: n for n, original in enumerate(originals)}
    _undo(state.reckoning, moves, index, places, anew)
    _mirror_lines(state.reckoning, index)
    drafts += _take_adjustments_back(state.reckoning, adjusted, drafts)
    held = held_problems(state.places, [draft.source for draft in drafts])
    refuse_if(held or state.problems([day]), Kind.CONFLICT)
    state.pools.waiting |= anew.pools()
    made = write(actor, drafts, state, [*originals, *[None] * (len(drafts) - len(originals))])
    late = dict.fromkeys(anew.keys, day) | {
        (move.item_id, items[move.item_id].pool_key("", move.lot_id)[2]): move.adjusts.on
        for move in moves
        if move.kind == "added" and move.adjusts
    }
    if late:
        follow_up(actor, items, late, drafts[: len(originals)], made)
    return {original.pk: made[n] for original, n in ((row, index[row.pk]) for row in originals)}


def _adjusting(moves: Iterable[StockMove]) -> list[StockMove]:
    """Rows that adjust moves since; one statement."""
    rows = StockMove.objects.filter(adjusts__in=[move.pk for move in moves if not move.kind])
    return list(rows.select_related("posting", "item", "reversed_by").order_by("on", "pk"))


def _adjusted(moves: Iterable[StockMove], since: Iterable[StockMove]) -> list[tuple[date, MoveRow]]:
    """What moves were re-costed by, summed up by day and accounts; what adds up to nothing is left out."""
    ids = {move.pk for move in moves}
    sums: dict[tuple[date, MoveRow], int] = defaultdict(int)
    for row in since:
        if row.kind not in ADJUSTING or row.adjusts_id not in ids:
            continue
        plain = MoveRow(
            0, row.item_id, row.lot_id, row.source_id, row.target_id, 0, 0, row.source_account_id, row.target_account_id,
            row.partner_id, row.cost_object_id, row.element, row.source_line, None, row.kind, False, row.adjusts_id,
        )  # fmt: skip
        sums[row.on, plain] += cents(row.value)
    return [(on, replace(row, value=value)) for (on, row), value in sums.items() if value]


def _take_adjustments_back(
    reckoning: Reckoning, adjusted: Sequence[tuple[date, MoveRow]], drafts: Sequence[Draft]
) -> list[Draft]:
    """Each on its own day, by postings that follow from the document, as the adjustments did."""
    days = sorted({on for on, _ in adjusted})
    for on, row in adjusted:
        reckoning.mirror_adjustment(len(drafts) + days.index(on), row)
    return [Draft(RECOST, on, drafts[0].source, summary="成本重算") for on in days]


@dataclass
class _Anew:
    """Whose pools must be reckoned anew from the day that moves are taken back on; all others are put back as they were."""

    state: Locked
    items: Mapping[int, ItemFacts]
    day: date
    keys: set[tuple[int, int]] = field(default_factory=set)

    def look(
        self, moves: Sequence[StockMove], places: Mapping[int, Location], adjusted: Collection[int | None]
    ) -> None:
        """At most two statements. adjusted: moves that were re-costed since."""
        ends = [
            (move, move.source_id, move.target_id, key)
            for move in moves
            if move.kind not in ("residue", "added")
            for key in self._ends(move, places)
        ]
        followed = self._followed({move.item_id for move, *_ in ends}, [move.pk for move in moves]) if ends else set()
        averaged: frozenset[tuple[int, int]] = frozenset()
        if any(item.method == "month_average" for item in self.items.values()):
            averaged = averaged_months()
        for move, source, _, key in ends:
            item = self.items[move.item_id]
            layered = item.method == "fifo" and (places[source].area == key[1] or not move.quantity)
            monthly = item.method == "month_average" and (self.day.year, self.day.month) in averaged
            if (
                layered
                or monthly
                or move.pk in adjusted
                or (key[0], key[2]) in followed
                or self.state.pools.late(key, self.day)
            ):
                self.keys.add((key[0], key[2]))

    def _ends(self, move: StockMove, places: Mapping[int, Location]) -> list[PoolKey]:
        areas = [places[move.source_id].area, places[move.target_id].area]
        item = self.items[move.item_id]
        return [item.pool_key(area, move.lot_id) for area in areas if area] if areas[0] != areas[1] else []

    def _followed(self, items: Collection[int], own: Collection[int]) -> set[tuple[int, int]]:
        """What moved on the same day after the first of these."""
        rows = select(
            f"SELECT m.id, m.item_id, m.lot_id FROM given JOIN ledger_stockmove m ON m.item_id = given.item_id{ENDS}"
            ' WHERE m."on" = given.today AND m.id > given.earliest AND s.area <> t.area AND m.adjusts_id IS NULL',
            [("item_id", INT), ("today", DATE), ("earliest", INT)],
            [(item, self.day, min(own)) for item in sorted(items)],
        )
        mine = set(own)
        return {(item, self.items[item].pool_key("", lot)[2]) for pk, item, lot in rows if pk not in mine}

    def pools(self) -> set[PoolKey]:
        return {key for key in self.state.pools.pools if (key[0], key[2]) in self.keys}

    def has(self, move: StockMove) -> bool:
        return (move.item_id, self.items[move.item_id].pool_key("", move.lot_id)[2]) in self.keys


def _locked(
    moves: Sequence[StockMove], adjusted: Sequence[tuple[date, MoveRow]], items: Mapping[int, ItemFacts],
    lots: Mapping[int, LotFacts], places: Mapping[int, Location],
) -> Locked:  # fmt: skip
    needs = Needs()
    for move in moves:
        needs.add(
            items[move.item_id], move.lot_id, places[move.source_id], places[move.target_id], moves_goods=bool(move.quantity or move.second_quantity),
            undoes=True,
        )  # fmt: skip
    names = {"stock_adjustment", "variance_price", "subcontract", *(inventory_role(item) for item in items.values())}
    ids = {account for _, row in adjusted for account in (row.source_account, row.target_account) if account}

    def accounts(pool_accounts: Collection[int]) -> dict[str, AccountFacts]:
        return account_facts(names, ids | set(pool_accounts))

    return locked(needs, items, lots, accounts)


def _undo(
    reckoning: Reckoning, moves: Sequence[StockMove], index: Mapping[int, int], places: Mapping[int, Location], anew: _Anew
) -> None:  # fmt: skip
    owners = {(move.posting_id, move.line_no): move for move in moves if move.kind != "residue"}
    for move in moves:
        if move.kind == "residue" and (owner := owners.get((move.posting_id, move.residue_of))):
            sums = reckoning.mirrored.get(owner.pk, (0, 0))
            at_source = places[owner.source_id].area == places[move.target_id].area
            reckoning.mirrored[owner.pk] = (
                (sums[0] + cents(move.value), sums[1]) if at_source else (sums[0], sums[1] + cents(move.value))
            )
    lines: dict[int, int] = {}
    for move in moves:
        row = MoveRow(
            index[move.posting_id], move.item_id, move.lot_id, move.source_id, move.target_id, micro(move.quantity), cents(move.value),
            move.source_account_id, move.target_account_id, move.partner_id, move.cost_object_id, move.element, move.source_line, move.pk,
            move.kind, move.is_fixed, move.adjusts_id, 0, micro(move.second_quantity), move.came_on,
        )  # fmt: skip
        if move.kind == "residue":
            owner = owners.get((move.posting_id, move.residue_of))
            reckoning.mirror_residue(row.draft, row, owner_line=lines.get(owner.pk, 0) if owner else 0)
        elif move.kind == "added":
            reckoning.rows.append(replace(row, value=-row.value))
        else:
            lines[move.pk] = len(reckoning.rows) + 1
            mark = (move.posting_id, move.line_no)
            reckoning.undo(places[move.source_id], places[move.target_id], row, mark, anew=anew.has(move))


def _held(ids: Iterable[int]) -> list[Posting]:
    """The postings, locked, with what reversed them and whether their month is closed (`is_closed`)."""
    wanted = sorted(ids)
    if connection.vendor == "postgresql":  # does not lock through outer joins
        list(Posting.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    closed = Period.objects.filter(
        state=Period.State.CLOSED, year=ExtractYear(OuterRef("on")), month=ExtractMonth(OuterRef("on"))
    )
    rows = Posting.objects.select_related("reversed_by", "voucher").annotate(is_closed=Exists(closed))
    return list(rows.filter(pk__in=wanted).order_by("pk"))


def _closed(originals: Sequence[Posting], instead: Problem | None) -> list[Problem]:
    """What is of a closed month stays as it is; says what to do."""
    problems = [
        Problem(
            "period_closed", "{document} of {date} cannot be taken back: {month} is closed. Reopen {month} first.",
            document=row.source_number or str(row), date=row.on, month=f"{row.on.year}-{row.on.month:02d}",
        )
        for row in originals
        if row.is_closed  # type: ignore[attr-defined]
    ]  # fmt: skip
    return list(dict.fromkeys([*problems, instead] if problems and instead else problems))


def _refusals(originals: Sequence[Posting]) -> list[Problem]:
    problems = []
    for original in originals:
        if original.reverses_id is not None:
            problems.append(
                Problem(
                    "reversal_not_reversed",
                    "{posting} is itself a reversal; post it again instead.",
                    posting=str(original),
                )
            )
        elif hasattr(original, "reversed_by"):
            problems.append(Problem("reversed_twice", "{posting} was already reversed.", posting=str(original)))
        elif original.reason in (RECOST, REPRICED):
            problems.append(
                Problem(
                    "follows_by_itself",
                    "{posting} follows from other documents; take those back.",
                    posting=str(original),
                )
            )
    return problems


def _added_cost(since: Iterable[StockMove]) -> list[Problem]:
    """Receipts that cost was added to stay until that is taken back."""
    standing = [row for row in since if row.kind == "added" and not row.reverses_id and not hasattr(row, "reversed_by")]
    return [
        Problem(
            "cost_was_added", "{document} added cost to the receipt of {item}; take it back first.",
            document=row.posting.source_number or str(row.posting), item=row.item.code,
        )
        for row in standing[:20]
    ]  # fmt: skip


class _Source:
    """The document of an earlier posting, as far as a posting remembers it."""

    def __init__(self, posting: Posting) -> None:
        self.doc_type, self.pk, self.number = posting.source_type, posting.source_id, posting.source_number


def _red(summary: str) -> str:
    return f"红冲 {summary}".strip()


def _kind(original: Posting) -> str:
    voucher = getattr(original, "voucher", None)
    return str(voucher.kind) if voucher else "normal"


def _mirror_lines(reckoning, index: dict[int, int]) -> None:  # type: ignore[no-untyped-def]
    lines = VoucherLine.objects.filter(voucher__posting__in=list(index)).values_list(
        "voucher__posting_id", "account_id", "partner_id", "cost_object_id", "element", "summary", "debit", "credit"
    )
    for posting_id, account, partner, cost_object, element, summary, debit, credit in lines.order_by("pk"):
        reckoning.mirror(
            index[posting_id],
            [(account, partner or 0, cost_object or 0, element, summary, cents(debit), cents(credit))],
        )
