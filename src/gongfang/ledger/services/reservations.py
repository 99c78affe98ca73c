"""Keep goods for a document line, and let them go. Reserved never exceeds what is on hand."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger.models import Balance, Location, Lot, Reservation
from gongfang.ledger.queries.picking import Want, picks
from gongfang.ledger.rules.moves import BalanceState, micro, plain
from gongfang.ledger.rules.reckoning import BalanceKey
from gongfang.ledger.services.facts import item_facts, lock_balances
from gongfang.ledger.services.locking import pass_gate
from gongfang.platform.bases import Document
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import INT, TEXT, add_up, delete, update
from gongfang.platform.verbs import note, verb

KEEPERS = ("keeper", "planner")
RELEASERS = (*KEEPERS, "sales")

HARD, SOFT = Reservation.Kind.HARD.value, Reservation.Kind.SOFT.value


@dataclass(frozen=True, slots=True)
class Reserve:
    """Goods wanted for one document line, in base units. lot_id is needed for items kept by lot."""

    item_id: int
    location: Location
    quantity: Decimal
    lot_id: int | None = None
    source_line: int = 0


def reserve(*, source: Document, wanted: Sequence[Reserve], kind: str = HARD) -> None:
    """Keep goods for a document; all of it or nothing. See `reserve_all`."""
    reserve_all([(source, row) for row in wanted], kind)


def reserve_all(wanted: Sequence[tuple[Document, Reserve]], kind: str = HARD) -> None:
    """Keep goods for lines of documents; all of it or nothing. Call it inside a verb with the documents locked.

    kind: hard keeps others from the goods; soft is a promise that shows and may be more than what is there. Five statements. Locks
    the balances in the order of (item, location, lot). Raises DomainError: short_stock, lot_needed.
    """
    assert connection.in_atomic_block, "reserving outside a transaction"
    if not wanted:
        return
    if kind == SOFT:
        _remember(wanted, SOFT)
        return
    pass_gate()
    rows = [row for _, row in wanted]
    items = item_facts({row.item_id for row in rows})
    places = {row.location.pk: row.location for row in rows}
    refuse_if(
        Problem("lot_needed", "{item} is kept by lot or serial number: say which.", item=items[row.item_id].code)
        for row in rows
        if items[row.item_id].tracking != "none" and not row.lot_id
    )
    states = lock_balances({_key(row): bool(row.location.allow_negative) for row in rows})
    added: dict[BalanceKey, int] = defaultdict(int)
    for row in rows:
        quantity = micro(row.quantity)
        assert quantity > 0, "nothing to reserve"
        added[_key(row)] += quantity
    short = [key for key, quantity in added.items() if states[key].quantity - states[key].reserved < quantity]
    if short:
        codes = dict(Lot.objects.filter(pk__in=[key[2] for key in short]).values_list("pk", "code"))
        refuse_if(
            [
                Problem(
                    "short_stock",
                    "{item} {name}: {needed} needed in {location} {lot}, {present} free ({reserved} reserved).",
                    item=items[key[0]].code, name=items[key[0]].name, location=places[key[1]].name, lot=codes.get(key[2], ""),
                    needed=plain(added[key]), present=plain(states[key].quantity - states[key].reserved),
                    reserved=plain(states[key].reserved),
                )
                for key in short
            ],
            Kind.CONFLICT,
        )  # fmt: skip
    _change(states, added)
    _remember(wanted, HARD)


def _key(row: Reserve) -> BalanceKey:
    return (row.item_id, row.location.pk, row.lot_id or 0)


def _remember(wanted: Sequence[tuple[Document, Reserve]], kind: str) -> None:
    sums: dict[tuple[str, int, str, int, int, int, int], int] = defaultdict(int)
    for source, row in wanted:
        quantity = micro(row.quantity)
        assert quantity > 0, "nothing to reserve"
        sums[source.doc_type, source.pk, source.number, row.source_line, *_key(row)] += quantity
    _add(
        [
            (doc_type, pk, line, item, place, lot, kind, number, lot or None, quantity)
            for (doc_type, pk, number, line, item, place, lot), quantity in sums.items()
        ]
    )


def _add(rows: Sequence[tuple[object, ...]]) -> None:
    """Add quantities to reservations by their key; one statement."""
    key = [
        ("source_type", TEXT),
        ("source_id", INT),
        ("source_line", INT),
        ("item_id", INT),
        ("location_id", INT),
        ("lot_key", INT),
        ("kind", TEXT),
    ]
    now = "timestamptz" if connection.vendor == "postgresql" else TEXT
    stamp = timezone.now().isoformat(sep=" ", timespec="microseconds")
    add_up(
        Reservation._meta.db_table,
        [*key, ("source_number", TEXT), ("lot_id", INT), ("quantity", INT), ("created_at", now)],
        [name for name, _ in key],
        ["quantity"],
        [(*row, stamp) for row in rows],
    )


def _change(states: Mapping[BalanceKey, BalanceState], changes: Mapping[BalanceKey, int]) -> None:
    update(
        Balance._meta.db_table,
        [("id", INT), ("change", INT)],
        [(states[key].id, change) for key, change in sorted(changes.items()) if change],
        'reserved = ledger_balance.reserved + given."change"',
    )


def change_reserved(changes: Mapping[BalanceKey, int]) -> None:
    """Lock balances and change how much of them is kept; two statements."""
    _change(lock_balances(dict.fromkeys(changes, True)), changes)


def remember_at(parts: Sequence[tuple[Reservation, int, int]]) -> None:
    """Write parts of firm reservations down as kept in another place: (reservation, place, quantity); one statement."""
    sums: dict[tuple[object, ...], int] = defaultdict(int)
    for row, place, quantity in parts:
        key = (row.source_type, row.source_id, row.source_line, row.item_id, place, row.lot_key, HARD, row.source_number, row.lot_id)  # fmt: skip
        sums[key] += quantity
    _add([(*key, quantity) for key, quantity in sums.items()])


def release(*, source: Document, quantities: Mapping[int, Decimal] | None = None) -> Mapping[int, Decimal]:
    """Let go of what is kept for a document: all of it, or up to a quantity per source line. Returns what was let go per line.

    One statement where nothing is kept, six else.
    """
    rows = Reservation.objects.filter(source_type=source.doc_type, source_id=source.pk)
    if quantities is not None:
        rows = rows.filter(source_line__in=list(quantities))
    held = list(rows.select_for_update().order_by("pk"))
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for row in held:
        sums[row.source_line] += row.quantity
    firm_first = sorted(held, key=lambda row: (row.kind != HARD, row.pk))
    return let_go(portions(firm_first, sums if quantities is None else dict(quantities)))


def portions(rows: Sequence[Reservation], left: dict[int, Decimal]) -> list[tuple[Reservation, Decimal]]:
    """What of each row goes, in the order given, until nothing of its line is left to go. left: line → quantity; both shrink."""
    found = []
    for row in rows:
        part = min(row.quantity, left[row.source_line])
        if part > 0:
            left[row.source_line] -= part
            row.quantity -= part
            found.append((row, part))
    return found


def let_go(parts: Sequence[tuple[Reservation, Decimal]]) -> dict[int, Decimal]:
    """Free parts of reservations that are held locked and are less by these parts already. Returns what was freed per source line.

    No statement without parts, five else.
    """
    assert connection.in_atomic_block, "releasing outside a transaction"
    freed: dict[int, Decimal] = defaultdict(Decimal)
    rows: dict[int, Reservation] = {}
    changes: dict[BalanceKey, int] = defaultdict(int)
    for row, part in parts:
        rows[row.pk] = row
        freed[row.source_line] += part
        if row.kind == HARD:
            changes[row.item_id, row.location_id, row.lot_key] -= micro(part)
    if changes:
        pass_gate()
        _change(lock_balances(dict.fromkeys(changes, True)), changes)
    gone = [pk for pk, row in rows.items() if row.quantity == 0]
    if gone:
        delete(Reservation._meta.db_table, "id", gone)
    left = [(pk, micro(row.quantity)) for pk, row in rows.items() if row.quantity]
    if left:
        update(
            Reservation._meta.db_table, [("id", INT), ("quantity", INT)], left, 'quantity = given."quantity"'
        )  # fmt: skip
    return dict(freed)


@verb("ledger.harden_reservation", N_("Reserve firmly"), roles=KEEPERS)
def harden_reservation(*, actor: User, request_id: uuid.UUID, reservation_id: int) -> Reservation:
    """Turn a promise into goods that are kept: lots first expired, first out. Raises DomainError: not_soft, short_stock."""
    row = _held([reservation_id])[0]
    if row.kind != SOFT:
        raise DomainError(Problem("not_soft", "These goods are kept firmly already."), Kind.CONFLICT)
    found, missing = picks([Want(row.source_line, row.item_id, row.quantity, row.location, row.lot_id)])
    if missing:
        raise DomainError(
            Problem(
                "short_stock", "{item} {name}: {gap} missing in {location}.", item=row.item.code, name=row.item.name,
                gap=missing[row.source_line].normalize(), location=row.location.name,
            ),
            Kind.CONFLICT,
        )  # fmt: skip
    source = _Source(row)
    reserve(
        source=source,  # type: ignore[arg-type]
        wanted=[Reserve(row.item_id, pick.location, pick.quantity, pick.lot_id, row.source_line) for pick in found],
    )
    note(row, kind=(SOFT, HARD))
    Reservation.objects.filter(source_type=row.source_type, source_id=row.source_id, pk=row.pk).delete()
    first = found[0]
    return Reservation.objects.get(
        source_type=row.source_type, source_id=row.source_id, source_line=row.source_line, item=row.item_id,
        location=first.location, lot_key=first.lot_id or 0, kind=HARD,
    )  # fmt: skip


@verb("ledger.release_reservation", N_("Let go"), roles=RELEASERS)
def release_reservation(
    *, actor: User, request_id: uuid.UUID, reservation_id: int, quantity: Decimal | None = None
) -> None:
    """Let goods go that are kept or promised, all of them or a part; others may take them at once. Raises DomainError(too_much_released)."""
    row = _held([reservation_id])[0]
    part = row.quantity if quantity is None else quantity
    if not 0 < part <= row.quantity:
        raise DomainError(
            Problem(
                "too_much_released", "At most {most} can be let go.", where="quantity", most=row.quantity.normalize()
            )
        )
    note(row, quantity=(row.quantity, row.quantity - part))
    row.quantity -= part
    let_go([(row, part)])


@verb("ledger.swap_reservation", N_("Swap reservation"), roles=KEEPERS)
def swap_reservation(
    *, actor: User, request_id: uuid.UUID, reservation_id: int, other_id: int, quantity: Decimal | None = None
) -> list[Reservation]:
    """Exchange what two document lines have of one item: the other gets these goods, this one what the other had.

    quantity: up to the smaller of both. What is on hand and kept in all does not change. Locks both rows by id.
    Raises DomainError: same_reservation, other_item, too_much, nothing_to_swap.
    """
    rows = {row.pk: row for row in _held([reservation_id, other_id])}
    mine, other = rows[reservation_id], rows[other_id]
    part = min(mine.quantity, other.quantity) if quantity is None else quantity
    refuse_if(_swap_problems(mine, other, part), Kind.CONFLICT)
    for row in (mine, other):
        note(row, quantity=(row.quantity, row.quantity - part))
    scaled = micro(part)
    changed = [(row.pk, micro(row.quantity - part)) for row in (mine, other) if row.quantity > part]
    for row in (mine, other):
        if row.quantity == part:
            Reservation.objects.filter(source_type=row.source_type, source_id=row.source_id, pk=row.pk).delete()
    update(Reservation._meta.db_table, [("id", INT), ("quantity", INT)], changed, 'quantity = given."quantity"')
    _add([_as_of(mine, other, scaled)])
    _add([_as_of(other, mine, scaled)])
    return [_found(mine, other), _found(other, mine)]


def _as_of(owner: Reservation, goods: Reservation, quantity: int) -> tuple[object, ...]:
    """Goods of one reservation, kept for the line of another."""
    return (
        owner.source_type, owner.source_id, owner.source_line, owner.item_id, goods.location_id, goods.lot_key, goods.kind,
        owner.source_number, goods.lot_id, quantity,
    )  # fmt: skip


def _found(owner: Reservation, goods: Reservation) -> Reservation:
    return Reservation.objects.get(
        source_type=owner.source_type, source_id=owner.source_id, source_line=owner.source_line, item=owner.item_id,
        location=goods.location_id, lot_key=goods.lot_key, kind=goods.kind,
    )  # fmt: skip


def _swap_problems(mine: Reservation, other: Reservation, part: Decimal) -> list[Problem]:
    if mine.pk == other.pk:
        return [Problem("same_reservation", "Choose another document to swap with.", where="other")]
    if mine.item_id != other.item_id:
        return [Problem("other_item", "Only reservations of the same item can be swapped.", where="other")]
    if not 0 < part <= min(mine.quantity, other.quantity):
        most = min(mine.quantity, other.quantity)
        return [Problem("too_much", "At most {most} can be swapped.", where="quantity", most=most.normalize())]
    if (mine.location_id, mine.lot_key, mine.kind) == (other.location_id, other.lot_key, other.kind):
        return [Problem("nothing_to_swap", "Both have the same goods already.", where="other")]
    return []


def _held(ids: Sequence[int]) -> list[Reservation]:
    """Reservations locked by id, with item and place. Raises DomainError(missing)."""
    list(Reservation.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    rows = {row.pk: row for row in Reservation.objects.select_related("item", "location").filter(pk__in=ids)}
    for pk in ids:
        if pk not in rows:
            raise DomainError(
                Problem("missing", "There is no {title} {id}.", title=str(Reservation._meta.verbose_name), id=pk),
                Kind.MISSING,
            )
    return [rows[pk] for pk in ids]


class _Source:
    """The document of a reservation, as far as it remembers it."""

    def __init__(self, row: Reservation) -> None:
        self.doc_type, self.pk, self.number = row.source_type, row.source_id, row.source_number
