"""Goods kept for the lines of documents: kept when a person or an approval says so, let go as they leave or are not needed any more.

A document's package calls these with the document locked; `source_line` is the id of its line. Reservation rows are locked before
balances, everywhere.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from gongfang.ledger.models import Balance, Reservation
from gongfang.ledger.queries.picking import HouseWant, Want, picks, picks_in_house
from gongfang.ledger.services.locking import pass_gate
from gongfang.ledger.services.reservations import HARD, SOFT, Reserve, let_go, portions, reserve_all
from gongfang.platform.bases import Document
from gongfang.platform.prepared import Prepared

ZERO = Decimal(0)
HELD = Prepared(
    lambda ids, doc_type: (
        Reservation.objects.select_for_update().filter(source_line__in=ids, source_type=doc_type).order_by("pk")
    )
)


@dataclass(frozen=True, slots=True)
class Used:
    """Goods that leave for a source line. lot_id: what is kept of this lot is let go first."""

    line: int
    quantity: Decimal
    lot_id: int | None = None


def keep(
    wants: Sequence[tuple[Document, Want | HouseWant]], *, on: date, at_most: Decimal | None = None
) -> Mapping[int, Decimal]:
    """Keep firmly what is free of what lines of documents need, by the picking rules: all of it or what is there.

    wants: one for each line, with its document; its key is the line's id, its quantity all that is still to leave, and what is kept
    already counts. at_most: more of each line than this is not kept now. A promise gives way to what is kept. Returns what came to
    be kept per line. The documents are of one type. Locks reservations of the lines, then the balances of their items. Constant
    statements.
    """
    if not wants:
        return {}
    source_of = {want.key: source for source, want in wants}
    doc_type = wants[0][0].doc_type
    held = _sums(HELD(sorted(source_of), doc_type), HARD)
    gaps = {want.key: want.quantity - held[want.key] for _, want in wants}
    lacking = [
        replace(want, quantity=gaps[want.key] if at_most is None else min(gaps[want.key], at_most))
        for _, want in wants
        if gaps[want.key] > 0
    ]
    if not lacking:
        return {}
    pass_gate()
    rows = Balance.objects.select_for_update().filter(item__among=list({want.item_id for want in lacking}))
    list(rows.order_by("item_id", "location_id", "lot_key").values_list("pk"))
    exact = [want for want in lacking if isinstance(want, Want)]
    anywhere = [want for want in lacking if isinstance(want, HouseWant)]
    found = picks(exact, on=on)[0] if exact else []
    found += picks_in_house(anywhere, on=on)[0] if anywhere else []
    reserve_all(
        [
            (source_of[pick.key], Reserve(pick.item_id, pick.location, pick.quantity, pick.lot_id, pick.key))
            for pick in found
        ]
    )
    kept: dict[int, Decimal] = defaultdict(Decimal)
    for pick in found:
        kept[pick.key] += pick.quantity
    if kept:
        trim(doc_type, {want.key: want.quantity for _, want in wants})
    return kept


def promise_goods(wants: Sequence[tuple[Document, Want]]) -> None:
    """Promise softly what lines of documents of one type need and nothing is kept or promised of yet. Two statements."""
    if not wants:
        return
    held = _sums(HELD(sorted({want.key for _, want in wants}), wants[0][0].doc_type))
    reserve_all(
        [
            (source, Reserve(want.item_id, want.location, want.quantity - held[want.key], want.lot_id, want.key))
            for source, want in wants
            if want.quantity > held[want.key]
        ],
        SOFT,
    )


def use(doc_type: str, used: Sequence[Used]) -> None:
    """Let go of what was kept for lines whose goods leave now; call it in the same transaction before the goods are chosen and posted.

    What is kept firmly goes first, of the same lot before others. One statement where nothing is kept, six else.
    """
    rows = HELD(sorted({one.line for one in used}), doc_type)
    if not rows:
        return
    by_lot: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    total: dict[int, Decimal] = defaultdict(Decimal)
    for one in used:
        by_lot[one.line, one.lot_id or 0] += one.quantity
        total[one.line] += one.quantity
    parts = []
    firm = [row for row in rows if row.kind == HARD]
    for row in firm:
        key = row.source_line, row.lot_key
        part = min(row.quantity, by_lot[key])
        if part > 0:
            by_lot[key] -= part
            total[row.source_line] -= part
            row.quantity -= part
            parts.append((row, part))
    parts += portions([*firm, *(row for row in rows if row.kind != HARD)], total)
    let_go(parts)


def trim(doc_type: str, needed: Mapping[int, Decimal]) -> None:
    """Let go of what is kept beyond what lines still need, promises first. One statement where nothing is kept, six else."""
    rows = HELD(sorted(needed), doc_type)
    if not rows:
        return
    held = _sums(rows)
    too_much = {line: max(held[line] - max(needed[line], ZERO), ZERO) for line in held}
    let_go(portions(sorted(rows, key=lambda row: (row.kind != SOFT, -row.pk)), too_much))


def release_all(doc_type: str, document_ids: Collection[int]) -> None:
    """Let go of all that is kept for documents that need nothing any more. One statement where nothing is kept, six else."""
    rows = Reservation.objects.select_for_update().filter(source_type=doc_type, source_id__in=list(document_ids))
    held = list(rows.order_by("pk"))
    let_go(portions(held, _sums(held)))


def _sums(rows: Sequence[Reservation], *kinds: str) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if not kinds or row.kind in kinds:
            found[row.source_line] += row.quantity
    return found
