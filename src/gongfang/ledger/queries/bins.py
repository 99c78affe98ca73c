"""Goods of a warehouse wherever they stand in it: its main place first, then its bins by code.

A document says from which warehouse it takes; its moves say from which places. `spread` is the step between the two.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.kernel.money import split, split_if_given
from gongfang.ledger.models import Balance, Location, Lot
from gongfang.ledger.queries.shelves import ZERO, Shelves
from gongfang.ledger.queries.stock import balances_for_items
from gongfang.ledger.rules.moves import Move, micro, plain
from gongfang.platform.prepared import Prepared

USABLE = ("store", "line")


BINS = Prepared(
    lambda ids: (
        Location.objects.filter(warehouse__in=ids, kind__in=USABLE, ownership="own", is_active=True)
        .exclude(parent=None)
        .order_by("path", "code")
    )
)


def is_main(place: Any) -> bool:
    """Whether a place is where its warehouse keeps our usable goods, so that the warehouse's bins belong to it."""
    return bool(place.kind in USABLE and place.ownership == "own" and place.warehouse_id and place.parent_id is None)


def bins_in(warehouse_ids: Iterable[int]) -> list[Location]:
    """The bins of warehouses for usable goods (zones and racks too), in the order of the tree; one statement."""
    return BINS(sorted(set(warehouse_ids)))


def serving(asked: Iterable[Location]) -> dict[int, list[Location]]:
    """Place → the places goods asked for there may come from: a main place and its bins, any other alone. At most one statement."""
    found = {place.pk: [place] for place in asked}
    mains = {place.warehouse_id: pk for pk, (place,) in found.items() if is_main(place)}
    for one in bins_in(mains) if mains else ():
        found[mains[one.warehouse_id]].append(one)
    return found


def stays(source: Any, target: Any) -> bool:
    """Whether goods that go from one place to another stay usable goods of one warehouse and owner, as when they are put away."""
    return (
        source.warehouse_id is not None
        and source.warehouse_id == target.warehouse_id
        and source.kind in USABLE
        and target.kind in USABLE
        and (source.ownership, source.partner_id) == (target.ownership, target.partner_id)
    )


def spread(moves: Sequence[Move], *, on: date, open_lots: Collection[int] = ()) -> list[Move]:
    """Moves that leave a warehouse's main place, split over it and the warehouse's bins; other moves as they are.

    on: the day of the posting; what was not there then, or is needed by what was posted since, is not free. open_lots: source lines
    whose lots are to be chosen by the picking rules; they are served last. A move within a warehouse names its place exactly:
    putting away takes nothing out of bins. Reserved goods are left alone, but within a warehouse, where the reservation goes with
    them. One statement where no warehouse has bins and no lot is open, six at most else; call it just before posting. Raises DomainError(short_stock) where bins hold goods, but too little, and for
    lines whose lots cannot be chosen; every other shortage is for the posting to say.
    """
    places = serving({move.source.pk: move.source for move in moves if _leaves(move)}.values())
    places |= {-move.source.pk: [move.source] for move in moves if move.source_line in open_lots and not _leaves(move)}  # type: ignore[misc]
    calls = {
        n: _Call(move, move.source.pk if _leaves(move) else -move.source.pk, move.source_line in open_lots)
        for n, move in enumerate(moves)
        if move.source_line in open_lots or (_leaves(move) and len(places[move.source.pk]) > 1)
    }
    if not calls:
        return list(moves)
    items = {call.move.item_id for call in calls.values()}
    inside = [call.move.source.pk for call in calls.values() if stays(call.move.source, call.move.target)]
    shelves = Shelves(places, items, _reserved(items, inside) if inside else None, on=on, frozen=True)
    for call in sorted(calls.values(), key=lambda one: one.is_open):
        call.take(shelves)
    short = [call for call in calls.values() if call.is_short(shelves)]
    if short:
        raise DomainError(_shortages(short, calls.values(), shelves, on), Kind.CONFLICT)
    return [part for n, move in enumerate(moves) for part in (calls[n].parts() if n in calls else [move])]


def _reserved(items: Collection[int], places: Collection[int]) -> dict[tuple[int, int, int], Decimal]:
    """(item, place, lot or 0) → what is kept of it; one statement."""
    rows = Balance.objects.filter(item__in=items, location__in=places, reserved__gt=0)
    return {tuple(key): kept for *key, kept in rows.values_list("item", "location", "lot_key", "reserved")}  # type: ignore[misc]


def _leaves(move: Move) -> bool:
    """Whether a move may take from the bins beside its place."""
    source: Any = move.source
    target: Any = move.target
    return move.quantity > 0 and is_main(source) and source.warehouse_id != target.warehouse_id


@dataclass(slots=True)
class _Call:
    """A move that is to be split. asked: the key of its places."""

    move: Move
    asked: int
    is_open: bool
    found: list[tuple[int, Any, Decimal]] = field(default_factory=list)

    @property
    def lot(self) -> int | None:
        return None if self.is_open else self.move.lot_id or 0

    @property
    def key(self) -> tuple[int, int, int | None]:
        return self.move.item_id, self.asked, self.lot

    @property
    def rest(self) -> Decimal:
        return self.move.quantity - sum((part for _, _, part in self.found), ZERO)

    def take(self, shelves: Shelves) -> None:
        found = shelves.take(self.move.item_id, self.asked, self.move.quantity, self.lot)
        self.found = [(spot.lot, place, part) for spot, place, part in found]

    def is_short(self, shelves: Shelves) -> bool:
        """Too little, and not for the posting to say: that speaks of the main place alone."""
        if self.rest <= 0:
            return False
        in_bins = any(
            spot.start > 0 and spot.place != self.move.source.pk
            for spot in shelves.spots(self.move.item_id, self.asked, self.lot)
        )
        return self.is_open or (in_bins and not self.move.source.allow_negative)

    def parts(self) -> list[Move]:
        """The move in parts, one for each place and lot; what is found nowhere stays with the place it names."""
        move, found = self.move, list(self.found)
        if self.rest > 0:
            here = next((n for n, (_, place, _) in enumerate(found) if place.pk == move.source.pk), None)
            there = found.pop(here)[2] if here is not None else ZERO
            found.insert(0, (move.lot_id or 0, move.source, there + self.rest))
        weights = [part for _, _, part in found]
        values = [None] * len(found) if move.value is None else split(move.value, weights)
        seconds = split_if_given(move.second, weights)
        return [
            replace(move, quantity=part, source=place, lot_id=lot or None, value=value, second=second)
            for (lot, place, part), value, second in zip(found, values, seconds, strict=True)
        ]


def _shortages(short: Sequence[_Call], calls: Iterable[_Call], shelves: Shelves, on: date) -> list[Problem]:
    """A sentence per item, place and lot: what is needed, what is free where; and what is there, but only by name. Two statements."""
    first: dict[tuple[int, int, int | None], _Call] = {}
    missing: dict[tuple[int, int, int | None], Decimal] = defaultdict(Decimal)
    for call in short:
        missing[call.key] += call.rest
        first.setdefault(call.key, call)
    needed: dict[tuple[int, int, int | None], Decimal] = defaultdict(Decimal)
    for call in calls:
        needed[call.key] += call.move.quantity
    items: Any = Balance._meta.get_field("item").related_model
    names = {
        pk: (code, name)
        for pk, code, name in items.objects.filter(pk__in={key[0] for key in first}).values_list("pk", "code", "name")
    }
    lots = dict(Lot.objects.filter(pk__in={key[2] for key in first if key[2]}).values_list("pk", "code"))
    problems = []
    for key, call in first.items():
        spots = shelves.spots(*key)
        sums: dict[int, Decimal] = {place.pk: ZERO for place in shelves.places[call.asked]}
        for spot in spots:
            sums[spot.place] += spot.start
        code, name = names[call.move.item_id]
        about = {"item": code, "name": name, "location": str(call.move.source.name)}
        if len(sums) == 1 or not any(sums.values()):
            problems.append(
                Problem("short_stock", "{item} {name}: {gap} missing in {location} on {date}.", gap=_plain(missing[key]), date=on, **about)
            )  # fmt: skip
            problems += _by_name(call, shelves, about)
            continue
        problems.append(
            Problem(
                "short_stock", "{item} {name}: {needed} needed in {location} {lot} on {date}, {present} free ({places}; {reserved} reserved).",
                date=on, needed=_plain(needed[key]), lot=lots.get(key[2] or 0, ""), present=_plain(sum(sums.values(), ZERO)),
                places=" / ".join(f"{shelves.by_id[pk].name} {_plain(free)}" for pk, free in sums.items() if free),
                reserved=_plain(sum((spot.kept for spot in spots), ZERO)), **about,
            )
        )  # fmt: skip
        problems += _by_name(call, shelves, about)
    return problems


def _by_name(call: _Call, shelves: Shelves, about: Mapping[str, str]) -> list[Problem]:
    more = shelves.left_out(call.move.item_id, call.asked) if call.is_open else ZERO
    if not more:
        return []
    return [Problem("lots_by_name", "{item} {name}: {more} more is in expired or frozen lots; name the lot to take it.", more=_plain(more), **about)]  # fmt: skip


def _plain(quantity: Decimal) -> Decimal:
    return plain(micro(quantity))


@dataclass(slots=True)
class Free:
    """What is free of an item and lot in a warehouse, its main place and bins together."""

    item_id: int
    warehouse_id: int
    lot: Lot | None
    quantity: Decimal
    at_line: bool


def free_in_warehouses(item_ids: Collection[int], *, warehouse_id: int | None = None) -> list[Free]:
    """Free goods by item, warehouse and lot, first expired first; frozen and expired lots are among them. One statement.

    Over all warehouses what stands at a line is told apart; within one warehouse it is not.
    """
    found: dict[tuple[Any, ...], Free] = {}
    for row in balances_for_items(item_ids, kinds=USABLE, warehouse_id=warehouse_id):
        place = row.location
        if place.warehouse_id:
            at_line = place.kind == "line" and warehouse_id is None
            key = (row.item_id, place.warehouse_id, row.lot_key, at_line)
            one = found.setdefault(key, Free(row.item_id, place.warehouse_id, row.lot, ZERO, at_line))
            one.quantity += row.quantity - row.reserved
    return list(found.values())
