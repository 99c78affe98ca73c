"""Keep goods for a document line, and let them go. Reserved never exceeds what is on hand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.ledger.models import Balance, Location, Lot, Reservation
from gongfang.ledger.rules.moves import BalanceState, micro, plain
from gongfang.ledger.rules.reckoning import BalanceKey
from gongfang.ledger.services.facts import item_facts, lock_balances
from gongfang.ledger.services.locking import pass_gate
from gongfang.platform.bases import Document
from gongfang.platform.setwise import INT, TEXT, add_up, update


@dataclass(frozen=True, slots=True)
class Reserve:
    """Goods wanted for one document line, in base units. lot_id is needed for items kept by lot."""

    item_id: int
    location: Location
    quantity: Decimal
    lot_id: int | None = None
    source_line: int = 0


def reserve(*, source: Document, wanted: Sequence[Reserve]) -> None:
    """Keep goods for a document; all of it or nothing. Call it inside a verb with the document locked.

    Five statements. Locks the balances in the order of (item, location, lot). Raises DomainError: short_stock, lot_needed.
    """
    assert connection.in_atomic_block, "reserving outside a transaction"
    if not wanted:
        return
    pass_gate()
    items = item_facts({row.item_id for row in wanted})
    places = {row.location.pk: row.location for row in wanted}
    refuse_if(
        Problem("lot_needed", "{item} is kept by lot or serial number: say which.", item=items[row.item_id].code)
        for row in wanted
        if items[row.item_id].tracking != "none" and not row.lot_id
    )
    states = lock_balances({_key(row): bool(row.location.allow_negative) for row in wanted})
    added: dict[BalanceKey, int] = defaultdict(int)
    for row in wanted:
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
    _remember(source, wanted)


def _key(row: Reserve) -> BalanceKey:
    return (row.item_id, row.location.pk, row.lot_id or 0)


def _remember(source: Document, wanted: Sequence[Reserve]) -> None:
    sums: dict[tuple[int, int, int, int], int] = defaultdict(int)
    for row in wanted:
        sums[row.source_line, *_key(row)] += micro(row.quantity)
    key = [
        ("source_type", TEXT),
        ("source_id", INT),
        ("source_line", INT),
        ("item_id", INT),
        ("location_id", INT),
        ("lot_key", INT),
    ]
    now = "timestamptz" if connection.vendor == "postgresql" else TEXT
    stamp = timezone.now().isoformat(sep=" ", timespec="microseconds")
    add_up(
        Reservation._meta.db_table,
        [*key, ("source_number", TEXT), ("lot_id", INT), ("quantity", INT), ("created_at", now)],
        [name for name, _ in key],
        ["quantity"],
        [
            (source.doc_type, source.pk, line, item, place, lot, source.number, lot or None, quantity, stamp)
            for (line, item, place, lot), quantity in sums.items()
        ],
    )  # fmt: skip


def _change(states: Mapping[BalanceKey, BalanceState], changes: Mapping[BalanceKey, int]) -> None:
    update(
        Balance._meta.db_table,
        [("id", INT), ("change", INT)],
        [(states[key].id, change) for key, change in sorted(changes.items()) if change],
        'reserved = ledger_balance.reserved + given."change"',
    )


def release(*, source: Document, quantities: Mapping[int, Decimal] | None = None) -> Mapping[int, Decimal]:
    """Let go of what is kept for a document: all of it, or up to a quantity per source line. Returns what was let go per line.

    Call it in the transaction that ships or issues the goods, before the posting. At most six statements.
    """
    assert connection.in_atomic_block, "releasing outside a transaction"
    pass_gate()
    rows = list(
        Reservation.objects.filter(source_type=source.doc_type, source_id=source.pk).order_by(
            "item_id", "location_id", "lot_key", "source_line"
        )
    )
    if quantities is not None:
        rows = [row for row in rows if row.source_line in quantities]
    if not rows:
        return {}
    left = {line: quantity for line, quantity in quantities.items()} if quantities is not None else None
    states = lock_balances({(row.item_id, row.location_id, row.lot_key): True for row in rows})
    changes: dict[BalanceKey, int] = defaultdict(int)
    gone, kept, released = [], [], defaultdict(Decimal)
    for row in rows:
        part = row.quantity if left is None else min(row.quantity, left[row.source_line])
        if part <= 0:
            continue
        if left is not None:
            left[row.source_line] -= part
        released[row.source_line] += part
        changes[row.item_id, row.location_id, row.lot_key] -= micro(part)
        row.quantity -= part
        (gone if row.quantity == 0 else kept).append(row)
    _change(states, changes)
    if gone:
        Reservation.objects.filter(
            source_type=source.doc_type, source_id=source.pk, pk__in=[row.pk for row in gone]
        ).delete()
    if kept:
        update(
            Reservation._meta.db_table, [("id", INT), ("quantity", INT)], [(row.pk, micro(row.quantity)) for row in kept],
            'quantity = given."quantity"',
        )  # fmt: skip
    return dict(released)
