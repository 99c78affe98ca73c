"""The posting door: the only place where stock, value and accounts change.

A posting of any number of lines costs a constant number of statements: facts are read, balances and pools locked in one
order, everything is reckoned in memory, rows are written set by set, and the month is locked last.
"""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from gongfang.kernel.errors import Kind, refuse_if
from gongfang.ledger.models import Posting
from gongfang.ledger.rules.moves import Draft, Entry, Move
from gongfang.ledger.services.facts import account_facts, account_names, item_facts, lot_facts
from gongfang.ledger.services.holds import held_problems
from gongfang.ledger.services.locking import Needs, locked, pass_gate
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
    lots = lot_facts({move.lot_id for move in moves if move.lot_id})
    needs = Needs()
    for move in moves:
        needs.add(items[move.item_id], move.lot_id, move.source, move.target, moves_goods=bool(move.quantity))
    state = locked(needs, items, lots, lambda ids: account_facts(account_names(drafts, items), ids))
    refuse_if(held_problems(needs.places, [draft.source for draft in drafts]), Kind.CONFLICT)
    for n, draft in enumerate(drafts):
        for move in draft.moves:
            state.reckoning.move(n, move, draft.on, draft.partner_id)
        for entry in draft.entries:
            state.reckoning.enter(n, entry, draft.partner_id)
    refuse_if(state.problems([draft.on for draft in drafts]), Kind.CONFLICT)
    return write(actor, drafts, state)
