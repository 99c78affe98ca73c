"""The posting door: the only place where stock, value and accounts change.

A posting of any number of lines costs a constant number of statements: facts are read, balances and pools locked in one
order, everything is reckoned in memory, rows are written set by set, and the month is locked last.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import connection

from gongfang.kernel.errors import Kind, refuse_if
from gongfang.ledger.models import Posting
from gongfang.ledger.rules.moves import Draft, Entry, ItemFacts, Move
from gongfang.ledger.services.facts import account_facts, account_names, item_facts, lot_facts
from gongfang.ledger.services.holds import held_problems
from gongfang.ledger.services.locking import Needs, locked, pass_gate
from gongfang.ledger.services.pools import pools_of
from gongfang.ledger.services.recosting import recost
from gongfang.ledger.services.seconds import judge_seconds
from gongfang.ledger.services.writing import write
from gongfang.platform.bases import Document
from gongfang.platform.identity.models import User


def post(
    *, actor: User | None, reason: str, source: Document | None, on: date, moves: Sequence[Move] = (), entries: Sequence[Entry] = (),
    summary: str = "", partner_id: int | None = None, kind: str = "normal",
) -> Posting:  # fmt: skip
    """Append one posting: goods, their value and the voucher lines move together, or nothing moves.

    Call it inside a verb, with the document locked. Locks balances (item, location, lot), pools (item, area), then the month.
    Raises DomainError with every reason: short_stock, lot_needed, lot_not_kept, serial_not_unique, blocked_lot, expired_lot,
    value_needed, partner_needed, not_balanced, period_closed …; nothing has been written then.
    """
    return post_all(actor=actor, drafts=[Draft(reason, on, source, moves, entries, summary, partner_id, kind)])[0]


def post_all(*, actor: User | None, drafts: Sequence[Draft]) -> list[Posting]:
    """Append several postings in one pass, each with its own voucher, in as many statements as one."""
    assert connection.in_atomic_block, "posting outside a transaction"
    assert drafts and all(draft.moves or draft.entries for draft in drafts), "an empty posting is a programming error"
    pass_gate()
    moves = [move for draft in drafts for move in draft.moves]
    items = item_facts({move.item_id for move in moves}) if moves else {}
    judge_seconds(moves, items)
    lots = lot_facts({move.lot_id for move in moves if move.lot_id})
    needs = Needs()
    for move in moves:
        needs.add(
            items[move.item_id], move.lot_id, move.source, move.target, moves_goods=bool(move.quantity or move.second)
        )
    state = locked(needs, items, lots, lambda ids: account_facts(account_names(drafts, items), ids))
    refuse_if(held_problems(needs.places, [draft.source for draft in drafts]), Kind.CONFLICT)
    late = state.rewind(
        [
            (_turn(move, draft, items), items[move.item_id], move.lot_id, move.source, move.target)
            for draft in drafts
            for move in draft.moves
            if move.quantity or move.value
        ]
    )
    for n, draft in sorted(enumerate(drafts), key=lambda pair: pair[1].on):
        for move in sorted(draft.moves, key=lambda move: move.came_on or draft.on):
            state.reckoning.move(n, move, draft.on, draft.partner_id)
        for entry in draft.entries:
            state.reckoning.enter(n, entry, draft.partner_id)
    refuse_if(state.problems([draft.on for draft in drafts]), Kind.CONFLICT)
    made = write(actor, drafts, state)
    if late:
        follow_up(actor, items, late, drafts, made)
    return made


def _turn(move: Move, draft: Draft, items: Mapping[int, ItemFacts]) -> date:
    """The day on which a move takes its turn: goods of the opening stand before younger ones where those leave later."""
    return move.came_on if move.came_on and items[move.item_id].method == "fifo" else draft.on


def follow_up(
    actor: User | None, items: Mapping[int, ItemFacts], late: Mapping[tuple[int, int], date], drafts: Sequence[Draft], made: Sequence[Posting]
) -> None:  # fmt: skip
    """Re-cost what stood behind entries that came late. late: (item, lot or 0) → the earliest day.

    Differences are dated as the entries where those are later: cost taken back off a receipt leaves the receipt's closed month alone.
    """
    before = {key: day - timedelta(days=1) for key, day in late.items()}
    source = next((draft.source for draft in drafts if draft.source is not None), None)
    recost(
        actor, pools_of(list(late), items), items, before, on=min(draft.on for draft in drafts), source=source,
        fresh=[posting.pk for posting in made],
    )  # fmt: skip
