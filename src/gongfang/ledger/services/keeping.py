"""Goods kept for the lines of documents: kept when a person or an approval says so, let go as they leave or are not needed any more.

A document's package calls these with the document locked; `source_line` is the id of its line. Reservation rows are locked before
balances, everywhere.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger.models import Balance, Location, Reservation
from gongfang.ledger.queries.bins import stays
from gongfang.ledger.queries.picking import HouseWant, Want, picks, picks_in_house
from gongfang.ledger.rules.moves import Move, micro
from gongfang.ledger.services.facts import lock_balances
from gongfang.ledger.services.locking import pass_gate
from gongfang.ledger.services.reservations import (
    HARD,
    SOFT,
    Reserve,
    change_reserved,
    let_go,
    portions,
    release,
    remember_at,
    reserve_all,
)
from gongfang.platform.bases import Document
from gongfang.platform.prepared import Prepared
from gongfang.platform.verbs import note

ZERO = Decimal(0)
ON_APPROVAL = (("none", N_("nothing")), ("soft", N_("softly what it needs")), ("hard", N_("firmly what is free")))
"""What approving a document may reserve, as a company setting offers it."""
HELD = Prepared(
    lambda ids, doc_type: (
        Reservation.objects.select_for_update().filter(source_line__in=ids, source_type=doc_type).order_by("pk")
    )
)
HELD_FOR = Prepared(
    lambda ids, doc_type: (
        Reservation.objects.select_for_update().filter(source_id__in=ids, source_type=doc_type).order_by("pk")
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


@contextmanager
def carrying(moves: Sequence[Move]) -> Iterator[None]:
    """Post moves inside: where they take more than is free from a place to another of the same warehouse, what is kept goes with it.

    What is free goes first, then what is kept, the oldest reservation first. One statement where none of the goods is kept, nine else.
    """
    inside = [move for move in moves if move.quantity > 0 and stays(move.source, move.target)]
    parts = _kept_parts(inside) if inside else []
    let_go([(row, part) for row, part, _place in parts])
    yield
    if parts:
        changes: dict[tuple[int, int, int], int] = defaultdict(int)
        for row, part, place in parts:
            changes[row.item_id, place, row.lot_key] += micro(part)
        change_reserved(changes)
        remember_at([(row, place, micro(part)) for row, part, place in parts])


def _kept_parts(moves: Sequence[Move]) -> list[tuple[Reservation, Decimal, int]]:
    """(reservation, how much of it, the place it goes to); the reservations are locked, and less by these parts."""
    keys = {(move.item_id, move.source.pk, move.lot_id or 0) for move in moves}
    held = Reservation.objects.select_for_update().filter(
        kind=HARD, item__in={key[0] for key in keys}, location__in={key[1] for key in keys}
    )
    rows: dict[tuple[int, int, int], list[Reservation]] = defaultdict(list)
    for row in held.order_by("pk"):
        if (row.item_id, row.location_id, row.lot_key) in keys:
            rows[row.item_id, row.location_id, row.lot_key].append(row)
    if not rows:
        return []
    pass_gate()
    ends = {
        (move.item_id, place.pk, move.lot_id or 0): bool(place.allow_negative)
        for move in moves
        for place in (move.source, move.target)
    }
    states = lock_balances(ends)
    free = {key: Decimal(states[key].quantity - states[key].reserved).scaleb(-6) for key in rows}
    found = []
    for move in moves:
        key = (move.item_id, move.source.pk, move.lot_id or 0)
        if key not in free:
            continue
        wanted = max(move.quantity - free[key], ZERO)
        free[key] = max(free[key] - move.quantity, ZERO)
        for row in rows[key]:
            part = min(row.quantity, wanted)
            if part > 0:
                row.quantity -= part
                wanted -= part
                found.append((row, part, move.target.pk))
    return found


def trim(doc_type: str, needed: Mapping[int, Decimal]) -> None:
    """Let go of what is kept beyond what lines still need, promises first. One statement where nothing is kept, six else."""
    rows = HELD(sorted(needed), doc_type)
    if not rows:
        return
    held = _sums(rows)
    too_much = {line: max(held[line] - max(needed[line], ZERO), ZERO) for line in held}
    let_go(portions(sorted(rows, key=lambda row: (row.kind != SOFT, -row.pk)), too_much))


def kept_for(doc_type: str, lines: Collection[int]) -> Mapping[int, Decimal]:
    """Line → what is kept for or promised to it; locks the reservations. One statement."""
    return _sums(HELD(sorted(lines), doc_type))


def hand_on(document: Document, lines: Mapping[int, tuple[int, Decimal]]) -> None:
    """What is kept for lines passes on to lines of another document of the same type, with its lots and places; promises first.

    lines: line → (line of `document`, at most so much). Both documents are locked. Constant statements, one where nothing is kept.
    """
    rows = HELD(sorted(lines), document.doc_type)
    if not rows:
        return
    parts = portions(
        sorted(rows, key=lambda row: (row.kind != SOFT, -row.pk)), {line: most for line, (_, most) in lines.items()}
    )
    places = Location.objects.in_bulk({row.location_id for row, _ in parts})
    let_go(parts)
    for kind in (HARD, SOFT):
        wanted = [
            (document, Reserve(row.item_id, places[row.location_id], part, row.lot_id, lines[row.source_line][0]))
            for row, part in parts
            if row.kind == kind
        ]
        reserve_all(wanted, kind)


def reserve_approved(
    kind: str, soft: Callable[[], Sequence[tuple[Document, Want]]], firm: Callable[[], Sequence[tuple[Document, Want | HouseWant]]]
) -> None:  # fmt: skip
    """What the company wants approved documents to reserve, a key of ON_APPROVAL; nothing is refused where goods are short."""
    if kind == "soft":
        promise_goods(soft())
    elif kind == "hard":
        keep(firm(), on=timezone.localdate())


def release_kept(document: Document) -> None:
    """Let go of everything that is kept for or promised to a locked document, because a person says so; others may take it at once.

    Raises DomainError(nothing_kept).
    """
    freed = release(source=document)
    if not freed:
        raise DomainError(
            Problem("nothing_kept", "Nothing is reserved for {number}.", number=document.number), Kind.CONFLICT
        )
    note(document, reserved=(sum(freed.values()), None))


def release_ended(documents: Iterable[Document]) -> None:
    """Documents of one type that need nothing any more keep nothing. One statement where nothing is kept, six else."""
    ended = list(documents)
    if not ended:
        return
    held = HELD_FOR(sorted(one.pk for one in ended), ended[0].doc_type)
    let_go(portions(held, _sums(held)))


def _sums(rows: Sequence[Reservation], *kinds: str) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if not kinds or row.kind in kinds:
            found[row.source_line] += row.quantity
    return found
