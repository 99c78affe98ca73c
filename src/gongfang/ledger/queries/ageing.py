"""库龄: how long what is there has been there, the latest receipts taken to be what is left."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from gongfang.kernel.money import split
from gongfang.ledger.models import Location
from gongfang.ledger.queries.cards import items_of, places_of
from gongfang.ledger.queries.dated import stock_at
from gongfang.platform.setwise import INT, select

BOUNDS = (30, 60, 90, 180, 365)
"""Days: each band is up to and with its bound; the last has none."""
ZERO = Decimal(0)
CAME = 'COALESCE(m.came_on, m."on")'
"""The day on which goods came; of goods of the opening it may be known to be before the books."""


@dataclass(frozen=True, slots=True)
class AgeRow:
    """One item: quantity and value by band, newest first. oldest: the day of the oldest receipt that is left."""

    item: Any
    quantities: tuple[Decimal, ...]
    values: tuple[Decimal, ...]
    oldest: date | None

    @property
    def quantity(self) -> Decimal:
        return sum(self.quantities, ZERO)

    @property
    def value(self) -> Decimal:
        return sum(self.values, ZERO)


def band(days: int) -> int:
    """The band of an age in days."""
    return next((n for n, bound in enumerate(BOUNDS) if days <= bound), len(BOUNDS))


Came = dict[int, list[tuple[date, Decimal]]]


def stock_ageing(day: date, warehouse_id: int | None = None) -> list[AgeRow]:
    """Ageing of all that was there at the end of a day; nine statements at most. Transfers between our own places do not make young.

    What an item is worth is spread over its bands by quantity, to the cent. With a warehouse, its places are the border.
    """
    present = {item: sums for item, sums in stock_at(day, warehouse_id).items() if sums[0] > 0}
    if not present:
        return []
    inside = places_of(warehouse_id)
    if inside is None:
        inside = list(Location.objects.filter(area=Location.Area.STOCK).values_list("pk", flat=True))
    places = ", ".join(str(int(pk)) for pk in inside) or "0"
    last_bound = day - timedelta(days=BOUNDS[-1])
    came = _came_since(places, last_bound, day)
    older = [item for item, (quantity, _value) in present.items() if _received(came.get(item, ())) < quantity]
    for item, receipts in (_came_before(places, last_bound, older) if older else {}).items():
        came[item] = sorted([*came.get(item, ()), *receipts], reverse=True)
    return [_row(item, day, *present[item.pk], came.get(item.pk, [])) for item in items_of(present, None)]


def _received(receipts: Sequence[tuple[date, Decimal]]) -> Decimal:
    return sum((max(quantity, ZERO) for _on, quantity in receipts), ZERO)


def _came_since(places: str, first: date, last: date) -> Came:
    """What came of all items, by day, latest first: one sweep over the days, the plus sign keeps SQLite from going item by item."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT +m.item_id, {CAME}, SUM(m.quantity) FROM ledger_stockmove m
            WHERE m."on" >= %s AND m."on" <= %s AND m.target_id IN ({places}) AND m.source_id NOT IN ({places}) AND m.quantity <> 0
            GROUP BY +m.item_id, {CAME} ORDER BY 1, 2 DESC""",
            [first, last],
        )
        return _by_item(cursor.fetchall())


def _came_before(places: str, first: date, items: Sequence[int]) -> Came:
    """What came earlier of the items that later receipts do not make up for, item by item."""
    rows = select(
        f"""SELECT m.item_id, {CAME}, SUM(m.quantity) FROM given JOIN ledger_stockmove m ON m.item_id = given.item_id
        WHERE m."on" < %s AND m.target_id IN ({places}) AND m.source_id NOT IN ({places}) AND m.quantity <> 0
        GROUP BY m.item_id, {CAME} ORDER BY 1, 2 DESC""",
        [("item_id", INT)],
        [(pk,) for pk in sorted(items)],
        [first],
    )
    return _by_item(rows)


def _by_item(rows: Iterable[tuple[Any, ...]]) -> Came:
    came: Came = defaultdict(list)
    for item, on, quantity in rows:
        came[item].append(
            (on if isinstance(on, date) else date.fromisoformat(str(on)), Decimal(int(quantity)).scaleb(-6))
        )
    return came


def _row(item: Any, day: date, quantity: Decimal, value: Decimal, came: list[tuple[date, Decimal]]) -> AgeRow:
    bands = [ZERO] * (len(BOUNDS) + 1)
    left, oldest = quantity, None
    for on, received in came:
        part = min(left, max(received, ZERO))
        if part > 0:
            bands[band((day - on).days)] += part
            left, oldest = left - part, on
        if not left:
            break
    bands[-1] += left  # older than what is known
    return AgeRow(item, tuple(bands), tuple(split(value, bands)), oldest)


def days_back(count: int, day: date) -> date:
    """The first day of an age."""
    return day - timedelta(days=count)
