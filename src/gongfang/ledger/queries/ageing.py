"""库龄: how long what is there has been there, the latest receipts taken to be what is left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from gongfang.kernel.money import split
from gongfang.ledger.models import Location
from gongfang.ledger.queries.cards import items_of, places_of
from gongfang.ledger.queries.dated import stock_at
from gongfang.ledger.rules.moves import micro
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


WINDOWS = (30, 90, 365)
"""Days back that are swept one after the other: most goods are found in the first ones."""
FEW_ITEMS = 200  # so many are looked up one by one; more are found in a sweep of the days


def stock_ageing(day: date, warehouse_id: int | None = None) -> list[AgeRow]:
    """Ageing of all that was there at the end of a day; ten statements at most. Transfers between our own places do not make young.

    What an item is worth is spread over its bands by quantity, to the cent. With a warehouse, its places are the border.
    """
    present = {item: sums for item, sums in stock_at(day, warehouse_id).items() if sums[0] > 0}
    if not present:
        return []
    inside = places_of(warehouse_id)
    if inside is None:
        inside = list(Location.objects.filter(area=Location.Area.STOCK).values_list("pk", flat=True))
    places = ", ".join(str(int(pk)) for pk in inside) or "0"
    ages = {item: _Age(micro(quantity)) for item, (quantity, _value) in present.items()}
    _find(ages, places, day)
    return [_row(item, *present[item.pk], ages[item.pk]) for item in items_of(present, None)]


@dataclass(slots=True)
class _Age:
    """How much of what is there is not explained by receipts yet; bands: what is, in 10⁻⁶ units. oldest: the last day taken."""

    left: int
    bands: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    oldest: date | None = None


def _find(ages: Mapping[int, _Age], places: str, day: date) -> None:
    """Explain what is there by receipts, the latest first, back in time until nothing is left to explain."""
    last = day
    for days in WINDOWS:
        open_items = [item for item, age in ages.items() if age.left]
        if len(open_items) <= FEW_ITEMS:
            break
        first = days_back(days, day)
        _explain(ages, _came_since(places, first, last), day)
        last = first - timedelta(days=1)
    open_items = [item for item, age in ages.items() if age.left]
    if open_items:
        _explain(ages, _came_until(places, last, open_items), day)
    for age in ages.values():
        age.bands[-1] += age.left  # older than what is known


def _explain(ages: Mapping[int, _Age], came: Iterable[tuple[int, Any, int]], day: date) -> None:
    """came: item, day and quantity, by item and the latest first."""
    for item, on, quantity in came:
        age = ages.get(item)
        if age is None or not age.left or quantity <= 0:
            continue
        part = min(age.left, int(quantity))
        age.oldest = on if isinstance(on, date) else date.fromisoformat(on)
        age.bands[band((day - age.oldest).days)] += part
        age.left -= part


def _came_since(places: str, first: date, last: date) -> list[tuple[int, Any, int]]:
    """What came of all items, by day, latest first: one sweep over the days, the plus sign keeps SQLite from going item by item."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT +m.item_id, {CAME}, SUM(m.quantity) FROM ledger_stockmove m
            WHERE m."on" >= %s AND m."on" <= %s AND m.target_id IN ({places}) AND m.source_id NOT IN ({places}) AND m.quantity <> 0
            GROUP BY +m.item_id, {CAME} ORDER BY 1, 2 DESC""",
            [first, last],
        )
        return cursor.fetchall()


def _came_until(places: str, last: date, items: Sequence[int]) -> list[tuple[Any, ...]]:
    """What came of some items up to a day, item by item."""
    return select(
        f"""SELECT m.item_id, {CAME}, SUM(m.quantity) FROM given JOIN ledger_stockmove m ON m.item_id = given.item_id
        WHERE m."on" <= %s AND m.target_id IN ({places}) AND m.source_id NOT IN ({places}) AND m.quantity <> 0
        GROUP BY m.item_id, {CAME} ORDER BY 1, 2 DESC""",
        [("item_id", INT)],
        [(pk,) for pk in sorted(items)],
        [last],
    )


def _row(item: Any, quantity: Decimal, value: Decimal, age: _Age) -> AgeRow:
    bands = [Decimal(part).scaleb(-6) for part in age.bands]
    return AgeRow(item, tuple(bands), tuple(split(value, bands)), age.oldest)


def days_back(count: int, day: date) -> date:
    """The first day of an age."""
    return day - timedelta(days=count)
