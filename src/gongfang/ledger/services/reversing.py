"""Take a posting back: an exact inverse at original value, red on the same side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from gongfang.engines.valuation import Carried
from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.ledger.models import Location, Posting, StockMove, VoucherLine
from gongfang.ledger.rules.moves import AccountFacts, Draft, ItemFacts, LotFacts, MoveRow, cents, micro
from gongfang.ledger.rules.reckoning import Reckoning, inventory_role
from gongfang.ledger.services.facts import account_facts, item_facts, lot_facts
from gongfang.ledger.services.histories import standing
from gongfang.ledger.services.holds import held_problems
from gongfang.ledger.services.locking import Locked, Needs, locked, pass_gate
from gongfang.ledger.services.posting import follow_up
from gongfang.ledger.services.recosting import RECOST
from gongfang.ledger.services.standards import REPRICED
from gongfang.ledger.services.writing import write
from gongfang.platform.identity.models import User


def reverse(*, actor: User | None, posting: Posting, on: date, reason: str) -> Posting:
    """Take one posting back. Raises DomainError: short_stock, reversed_twice, reversal_not_reversed, period_closed."""
    return reverse_all(actor=actor, postings=[posting], on=on, reason=reason)[0]


def reverse_all(*, actor: User | None, postings: Sequence[Posting], on: date, reason: str) -> list[Posting]:
    """Take several postings back in one pass, the latest first.

    Goods go back where they came from with the value they had; where a pool has moved on meanwhile, the difference is posted
    to the stock adjustment account, so that quantity zero stays value zero.
    """
    assert connection.in_atomic_block, "reversing outside a transaction"
    pass_gate()
    ids = sorted((posting.pk for posting in postings), reverse=True)
    originals = list(
        Posting.objects.select_for_update(of=("self",)).select_related("reversed_by", "reverses", "voucher").filter(pk__in=ids).order_by("-pk")
        if connection.vendor != "postgresql"
        else _locked_postings(ids)
    )  # fmt: skip
    moves = sorted(
        StockMove.objects.filter(posting__in=ids),
        key=lambda move: (move.kind == "residue", -move.posting_id, -move.line_no),
    )  # a residue after the move it belongs to
    refuse_if(_refusals(originals, moves, on), Kind.CONFLICT)
    places = {
        place.pk: place
        for place in Location.objects.filter(pk__in={pk for move in moves for pk in (move.source_id, move.target_id)})
    }
    items = item_facts({move.item_id for move in moves}) if moves else {}
    lots = lot_facts({move.lot_id for move in moves if move.lot_id})
    done = standing(move.pk for move in moves if move.kind != "residue")
    state = _locked(moves, items, lots, places, done)
    drafts = [
        Draft(reason, on, _Source(row), summary=_red(row.summary), partner_id=row.partner_id, kind=_kind(row)) for row in originals
    ]  # fmt: skip
    late = state.rewind(
        [
            (on, items[move.item_id], move.lot_id, places[move.source_id], places[move.target_id])
            for move in moves
            if not move.kind
        ]
    )
    index = {original.pk: n for n, original in enumerate(originals)}
    _undo(state.reckoning, moves, index, places, done)
    _mirror_lines(state.reckoning, index)
    held = held_problems(state.places, [draft.source for draft in drafts])
    refuse_if(held or state.problems([on]), Kind.CONFLICT)
    made = write(actor, drafts, state, originals)
    late |= {
        (move.item_id, items[move.item_id].pool_key("", move.lot_id)[2]): places_on
        for move in moves
        if move.kind == "added" and (places_on := _received_on(move))
    }
    if late:
        follow_up(actor, items, late, drafts, made)
    by_original = {original.pk: made[n] for n, original in enumerate(originals)}
    return [by_original[posting.pk] for posting in postings]


def _received_on(move: StockMove) -> date:
    assert move.adjusts is not None
    return move.adjusts.on


def _locked(
    moves: Sequence[StockMove], items: Mapping[int, ItemFacts], lots: Mapping[int, LotFacts], places: Mapping[int, Location],
    done: Mapping[int, tuple[Carried, tuple[int, int]]],
) -> Locked:  # fmt: skip
    needs = Needs()
    for move in moves:
        needs.add(
            items[move.item_id], move.lot_id, places[move.source_id], places[move.target_id], moves_goods=bool(move.quantity or move.second_quantity),
            undoes=True,
        )  # fmt: skip
    names = {"stock_adjustment", "variance_price", "subcontract", *(inventory_role(item) for item in items.values())}
    recosted = {
        account
        for move in moves
        if move.pk in done and done[move.pk][0].value != cents(move.value)
        for account in (move.source_account_id, move.target_account_id)
        if account
    }

    def accounts(pool_accounts: Collection[int]) -> dict[str, AccountFacts]:
        return account_facts(names, recosted | set(pool_accounts))

    return locked(needs, items, lots, accounts)


def _undo(
    reckoning: Reckoning, moves: Sequence[StockMove], index: Mapping[int, int], places: Mapping[int, Location],
    done: Mapping[int, tuple[Carried, tuple[int, int]]],
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
            reckoning.undo(row.draft, places[move.source_id], places[move.target_id], row, *done[move.pk])


def _locked_postings(ids: Sequence[int]) -> list[Posting]:
    """PostgreSQL does not lock through outer joins: lock first, then read what reversed them."""
    rows = list(Posting.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    return sorted(
        Posting.objects.select_related("reversed_by", "voucher").filter(pk__in=[row.pk for row in rows]),
        key=lambda row: -row.pk,
    )


def _refusals(originals: Sequence[Posting], moves: Sequence[StockMove], on: date) -> list[Problem]:
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
        elif moves and on < original.on:
            problems.append(
                Problem(
                    "reversed_before", "{posting} is of {date}; it cannot be taken back on an earlier day.",
                    posting=str(original), date=original.on,
                )
            )  # fmt: skip
    return problems + _added_cost(moves)


def _added_cost(moves: Sequence[StockMove]) -> list[Problem]:
    """Receipts that cost was added to stay until that is taken back."""
    standing_costs = StockMove.objects.filter(
        kind="added", adjusts__in=[move.pk for move in moves if not move.kind], reverses=None, reversed_by=None
    ).select_related("posting", "item")
    return [
        Problem(
            "cost_was_added", "{document} added cost to the receipt of {item}; take it back first.",
            document=row.posting.source_number or str(row.posting), item=row.item.code,
        )
        for row in standing_costs[:20]
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
