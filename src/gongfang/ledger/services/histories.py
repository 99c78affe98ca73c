"""The moves of items as histories to reckon anew, with what each was booked at so far."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gongfang.engines.valuation import Carried, Event, Fifo, MovingAverage, Pool, PoolKey, Standard, reckon
from gongfang.ledger.models import Period, StandardPrice
from gongfang.ledger.rules.moves import ItemFacts
from gongfang.ledger.services.facts import as_date
from gongfang.ledger.services.pools import Pools
from gongfang.platform.setwise import DATE, INT, select

BEGINNING = date(1, 1, 1)
WHOLE = ("fifo", "standard")
"""Methods whose pools cannot be known for a day in the past without all that came before."""
COLUMNS = (
    'm.id, m.item_id, m.lot_id, m."on", s.area, t.area, m.quantity, m.value, m.kind, m.is_fixed, m.adjusts_id, m.residue_of,'
    " m.posting_id, m.line_no, m.reverses_id, m.came_on"
)
ENDS = " JOIN ledger_location s ON s.id = m.source_id JOIN ledger_location t ON t.id = m.target_id"


@dataclass(slots=True)
class History:
    """Moves of one item after a day. opening: its pools at the end of that day. booked: what each move stands at, by id.

    came: mark of goods that had come before they were booked → the day. taken_back: moves that were taken back on their own day,
    and what did so: they take no part in the reckoning, as if they had never been.
    """

    item: ItemFacts
    opening: dict[PoolKey, Pool]
    events: list[Event] = field(default_factory=list)
    booked: dict[int, Carried] = field(default_factory=dict)
    known: dict[int, Carried] = field(default_factory=dict)
    came: dict[tuple[int, int], date] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)

    def reckoned(self, averaged: frozenset[tuple[int, int]], until: date | None = None) -> dict[int, Carried]:
        """What each move is worth by its method; the opening pools move on to the last day, or to `until`."""
        events = [
            event for event in self.events if event.key not in self.taken_back and (until is None or event.on <= until)
        ]
        months = averaged if self.item.method == "month_average" else frozenset()
        return reckon(self.opening, events, self.known, months) | {pk: self.booked[pk] for pk in self.taken_back}


def averaged_months() -> frozenset[tuple[int, int]]:
    """Months whose weighted average was reckoned; one statement."""
    return frozenset(Period.objects.exclude(averaged_at=None).values_list("year", "month"))


def window(item: ItemFacts, since: date) -> date:
    """The day whose evening a history of what came after `since` starts from."""
    if item.method in WHOLE:
        return BEGINNING
    if item.method == "month_average":
        following = since + timedelta(days=1)
        return following.replace(day=1) - timedelta(days=1)
    return since


def histories(
    pools: Pools, items: Mapping[int, ItemFacts], since: Mapping[tuple[int, int], date], fresh: Collection[int] = (),
    *, exact: bool = False,
) -> dict[int, History]:  # fmt: skip
    """The history of each item after a day: (item, lot or 0) → the day. At most three statements.

    pools: locked, as they stand in the database. fresh: postings that the pools do not contain yet. exact: from that very evening,
    also where the method needs the whole month.
    """
    windows = {
        key: day if exact and items[key[0]].method not in WHOLE else window(items[key[0]], day)
        for key, day in since.items()
    }
    rows = select(
        f"SELECT {COLUMNS}, o.id FROM given JOIN ledger_stockmove m ON m.item_id = given.item_id{ENDS}"
        " LEFT JOIN ledger_stockmove o ON o.id = m.adjusts_id"
        ' WHERE m."on" > given.since AND s.area <> t.area AND (given.lot_key = 0 OR m.lot_id = given.lot_key)'
        ' AND (o.id IS NULL OR o."on" > given.since) ORDER BY m.item_id, m."on", m.id',
        [("item_id", INT), ("lot_key", INT), ("since", DATE)],
        [(*key, day) for key, day in sorted(windows.items())],
    )
    found = {item_id: History(items[item_id], {}) for item_id, _ in since}
    by_item: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_item[row[1]].append(row)
    prices = _prices([item_id for item_id in found if items[item_id].method == "standard"])
    for item_id, of_item in by_item.items():
        _fill(found[item_id], of_item, prices)
    _learn(found)
    moved = _moved(rows, items, frozenset(fresh))
    for key in pools.pools:
        if key[0] in found:
            found[key[0]].opening[key[1:]] = _opening(pools, key, moved.get(key, (0, 0)), prices)
    return found


def _fill(history: History, rows: Sequence[Any], prices: Mapping[tuple[int, int], tuple[int, int]]) -> None:
    """Rows in the order of (day, id) become events; adjustments go to what they adjust."""
    specific, layered = history.item.method == "specific", history.item.method == "fifo"
    values: dict[int, list[int]] = {}
    by_line: dict[tuple[int, int], int] = {}
    events: dict[int, Event] = {}
    days: dict[int, Any] = {}
    rest = []
    for row in rows:
        (
            pk, item_id, lot, on, source, target, quantity, value, kind, fixed, adjusts, residue_of, posting, line, reverses, came
        ) = row[:16]  # fmt: skip
        if adjusts or residue_of:
            rest.append(row)
            continue
        lot_key = (lot or 0) if specific else 0
        price = prices[posting, item_id][1] if kind == "reprice" and (posting, item_id) in prices else None
        if came and not reverses:
            history.came[posting, line] = as_date(came)  # type: ignore[assignment]
        turn = came if came and not reverses and layered else on
        event = Event(
            pk, as_date(turn), (source, lot_key) if source and price is None else None, (target, lot_key) if target else None,  # type: ignore[arg-type]
            abs(quantity), value if (fixed or not quantity) and not reverses else None, reverses or 0, price, (posting, line),
        )  # fmt: skip
        events[pk] = event
        values[pk], days[pk] = [value, 0, 0], on
        by_line[posting, line] = pk
        history.events.append(event)
    if layered and history.came:
        history.events.sort(key=lambda event: (event.on, event.key))
    for row in rest:
        owner = row[10] or by_line.get((row[12], row[11]))
        if owner is None or owner not in events:
            continue
        event, sums = events[owner], values[owner]
        if row[8] == "residue":
            is_source = event.source is not None and event.source[0] == row[5]
            sums[1 if is_source else 2] += row[7]
        else:
            sums[0] += row[7]
            if row[8] == "added":
                event.value = (event.value or 0) + row[7]
    history.booked = {pk: Carried(*sums) for pk, sums in values.items()}
    for event in history.events:
        if event.undoes in events:
            event.undone = events[event.undoes].mark
            if days[event.key] == days[event.undoes] and history.booked[event.key] == -history.booked[event.undoes]:
                history.taken_back |= {event.key, event.undoes}


def _learn(found: Mapping[int, History]) -> None:
    """What moves are worth that were taken back in a history but stand before it; at most one statement."""
    wanted = {
        event.undoes: history
        for history in found.values()
        for event in history.events
        if event.undoes and event.undoes not in history.booked
    }
    for pk, (done, mark) in standing(wanted).items():
        history = wanted[pk]
        history.known[pk] = done
        for event in history.events:
            if event.undoes == pk:
                event.undone = mark


def standing(move_ids: Iterable[int]) -> dict[int, tuple[Carried, tuple[int, int]]]:
    """What moves stand at with all that was adjusted since, and their marks; one statement."""
    ids = sorted(set(move_ids))
    if not ids:
        return {}
    rows = select(
        ", wanted AS (SELECT m.id, m.posting_id, m.line_no, m.value, s.area AS source"
        f" FROM given JOIN ledger_stockmove m ON m.id = given.id{ENDS})"
        " SELECT 0 AS part, id, posting_id, line_no, value, '', source FROM wanted"
        " UNION ALL SELECT 1, r.adjusts_id, 0, 0, r.value, r.kind, t.area FROM wanted JOIN ledger_stockmove r ON r.adjusts_id = wanted.id"
        " JOIN ledger_location t ON t.id = r.target_id"
        " UNION ALL SELECT 2, 0, r.posting_id, r.residue_of, r.value, r.kind, t.area FROM ledger_stockmove r"
        " JOIN ledger_location t ON t.id = r.target_id"
        " WHERE r.residue_of > 0 AND r.posting_id IN (SELECT posting_id FROM wanted) ORDER BY part",
        [("id", INT)],
        [(pk,) for pk in ids],
    )
    sums: dict[int, list[int]] = {}
    marks: dict[int, tuple[int, int]] = {}
    sources: dict[int, str] = {}
    by_line: dict[tuple[int, int], int] = {}
    for part, pk, posting, line, value, kind, area in rows:
        if part == 0:
            sums[pk], marks[pk], sources[pk] = [value, 0, 0], (posting, line), area
            by_line[posting, line] = pk
            continue
        owner = pk if part == 1 else by_line.get((posting, line))
        if owner is None:
            continue
        place = 0 if kind != "residue" else 1 if area == sources[owner] else 2
        sums[owner][place] += value
    return {pk: (Carried(*total), marks[pk]) for pk, total in sums.items()}


def _moved(
    rows: Sequence[Any], items: Mapping[int, ItemFacts], fresh: frozenset[int]
) -> dict[tuple[int, str, int], tuple[int, int]]:
    """What the rows brought into each pool so far."""
    sums: dict[tuple[int, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row[12] in fresh:
            continue
        item = items[row[1]]
        for area, sign in ((row[5], 1), (row[4], -1)):
            if area:
                total = sums[item.pool_key(area, row[2])]
                total[0] += sign * row[6]
                total[1] += sign * row[7]
    return {key: (total[0], total[1]) for key, total in sums.items()}


def _opening(
    pools: Pools, key: tuple[int, str, int], moved: tuple[int, int], prices: Mapping[tuple[int, int], tuple[int, int]]
) -> Pool:  # fmt: skip
    row = pools.rows[key]
    if row.method == "fifo":
        return Fifo()
    if row.method == "standard":
        first = next((before for (_, item_id), (before, _) in prices.items() if item_id == key[0]), row.price)
        return Standard(first)
    quantity, value = pools.totals[key]
    quantity, value = quantity - moved[0], value - moved[1]
    return MovingAverage(quantity, value) if quantity > 0 and value >= 0 else MovingAverage()


def _prices(item_ids: Collection[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """(posting, item) → standard cost before and after, in 10⁻⁶, in order; one statement where there are such items."""
    if not item_ids:
        return {}
    rows = StandardPrice.objects.filter(item__in=list(item_ids)).order_by("on", "posting")
    return {(row.posting_id, row.item_id): (int(row.previous.scaleb(6)), int(row.price.scaleb(6))) for row in rows}
