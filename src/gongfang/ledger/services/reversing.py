"""Take a posting back: an exact inverse at original value, red on the same side."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.ledger.models import Location, Posting, StockMove, VoucherLine
from gongfang.ledger.rules.moves import AccountFacts, Draft, MoveRow, cents, micro
from gongfang.ledger.rules.reckoning import inventory_role
from gongfang.ledger.services.facts import account_facts, item_facts, lot_facts
from gongfang.ledger.services.holds import held_problems
from gongfang.ledger.services.locking import Needs, locked, pass_gate
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
    refuse_if(_refusals(originals), Kind.CONFLICT)
    moves = list(StockMove.objects.filter(posting__in=ids).order_by("-posting_id", "-line_no"))
    places = {
        place.pk: place
        for place in Location.objects.filter(pk__in={pk for move in moves for pk in (move.source_id, move.target_id)})
    }
    items = item_facts({move.item_id for move in moves}) if moves else {}
    lots = lot_facts({move.lot_id for move in moves if move.lot_id})
    needs = Needs()
    for move in moves:
        needs.add(
            items[move.item_id],
            move.lot_id,
            places[move.source_id],
            places[move.target_id],
            moves_goods=bool(move.quantity),
        )
    names = {"stock_adjustment", "subcontract", *(inventory_role(item) for item in items.values())}

    def accounts(pool_accounts: object) -> dict[str, AccountFacts]:
        return account_facts(names, pool_accounts)  # type: ignore[arg-type]

    state = locked(needs, items, lots, accounts)
    drafts = [
        Draft(reason, on, _Source(row), summary=_red(row.summary), partner_id=row.partner_id, kind=_kind(row)) for row in originals
    ]  # fmt: skip
    index = {original.pk: n for n, original in enumerate(originals)}
    for move in moves:
        row = MoveRow(
            index[move.posting_id], move.item_id, move.lot_id, move.source_id, move.target_id, micro(move.quantity), cents(move.value),
            move.source_account_id, move.target_account_id, move.partner_id, move.cost_object_id, move.element, move.source_line, move.pk,
        )  # fmt: skip
        state.reckoning.undo(row.draft, move.item_id, move.lot_id, places[move.source_id], places[move.target_id], row)
    _mirror_lines(state.reckoning, index)
    held = held_problems(needs.places, [draft.source for draft in drafts])
    refuse_if(held or state.problems([on]), Kind.CONFLICT)
    made = write(actor, drafts, state, originals)
    by_original = {original.pk: made[n] for n, original in enumerate(originals)}
    return [by_original[posting.pk] for posting in postings]


def _locked_postings(ids: Sequence[int]) -> list[Posting]:
    """PostgreSQL does not lock through outer joins: lock first, then read what reversed them."""
    rows = list(Posting.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    return sorted(
        Posting.objects.select_related("reversed_by", "voucher").filter(pk__in=[row.pk for row in rows]),
        key=lambda row: -row.pk,
    )


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
    return problems


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
