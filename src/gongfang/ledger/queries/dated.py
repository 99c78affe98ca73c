"""What was there at the end of a past day, summed from the side that has fewer days: the beginning, or now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet, Sum

from gongfang.kernel.money import to_cents
from gongfang.ledger.models import PHYSICAL, Balance, Location, StockMove, ValueBalance

ZERO = Decimal(0)
NOTHING = (ZERO, ZERO)
STOCK = Location.Area.STOCK
FEW_ITEMS = 200  # so many are looked up one by one; more are read in one sweep of the moves

Sums = dict[int, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Inside:
    """Which places count. sql: a condition on a location {l}, true or false; rows: their balances; area: whose value is wanted."""

    sql: str
    values: Sequence[object]
    rows: QuerySet[Balance]
    area: str = ""
    has_balances: bool = True


def of_stock() -> Inside:
    """All places of the company's own stock."""
    return Inside("{l}.area = %s", [STOCK], Balance.objects.filter(location__area=STOCK), area=STOCK)


def of_warehouse(warehouse_id: int) -> Inside:
    return Inside(
        "COALESCE({l}.warehouse_id, 0) = %s", [warehouse_id], Balance.objects.filter(location__warehouse=warehouse_id)
    )


def stock_at(day: date, warehouse_id: int | None = None) -> Sums:
    """Item → (quantity, value) at the end of a past day; at most five statements.

    Of a warehouse: its share of what the item is worth, by quantity.
    """
    if warehouse_id is None:
        return _at(of_stock(), day, None)
    found, whole = _at(of_warehouse(warehouse_id), day, None), stock_at(day)
    return {item: (quantity, _part(whole.get(item), quantity)) for item, (quantity, _) in found.items()}


def quantities_at(day: date, places: Collection[Location], item_ids: Collection[int]) -> dict[int, Decimal]:
    """Item → quantity in some places at the end of a past day; at most four statements. Items without stock are left out."""
    wanted, ids = set(item_ids), [place.pk for place in places]
    if not ids:
        return {}
    inside = Inside(
        f"{{l}}.id IN ({', '.join(['%s'] * len(ids))})", ids, Balance.objects.filter(location__in=ids),
        has_balances=all(place.kind in PHYSICAL for place in places),
    )  # fmt: skip
    found = _at(inside, day, wanted if len(wanted) <= FEW_ITEMS else None)
    return {item: quantity for item, (quantity, _) in found.items() if item in wanted}


def _at(inside: Inside, day: date, item_ids: Collection[int] | None) -> Sums:
    days = StockMove.objects.order_by("on").values_list("on", flat=True)
    first, last = days.first(), days.last()
    if first is None or last is None or day < first:
        return {}
    backwards = inside.has_balances and (last - day) < (day - first)
    moved = _crossed(inside, day, item_ids, later=backwards)
    if not backwards:
        return moved
    present = _present(inside, item_ids)
    return {
        item: (
            present.get(item, NOTHING)[0] - moved.get(item, NOTHING)[0],
            present.get(item, NOTHING)[1] - moved.get(item, NOTHING)[1],
        )
        for item in present.keys() | moved.keys()
    }


def _crossed(inside: Inside, day: date, item_ids: Collection[int] | None, *, later: bool) -> Sums:
    """What crossed the border of some places up to a day, or after it, inwards less outwards; one statement.

    Of all items it is one sweep over the days: the plus sign keeps SQLite from walking the moves item by item.
    """
    into, out = inside.sql.format(l="t"), inside.sql.format(l="s")
    chosen = "" if item_ids is None else f" AND m.item_id IN ({', '.join(['%s'] * len(item_ids)) or 'NULL'})"
    item = "+m.item_id" if item_ids is None else "m.item_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {item}, SUM(CASE WHEN {into} THEN m.quantity ELSE -m.quantity END), SUM(CASE WHEN {into} THEN m.value ELSE -m.value END)"
            " FROM ledger_stockmove m CROSS JOIN ledger_location s CROSS JOIN ledger_location t WHERE s.id = m.source_id AND t.id = m.target_id"
            f' AND m."on" {">" if later else "<="} %s AND ({into}) <> ({out}){chosen} GROUP BY {item}',
            [*inside.values, *inside.values, day, *inside.values, *inside.values, *(item_ids or ())],
        )
        return {
            item: (Decimal(int(quantity)).scaleb(-6), Decimal(int(value)).scaleb(-2))
            for item, quantity, value in cursor.fetchall()
        }


Flow = tuple[Decimal, Decimal, Decimal, Decimal]
"""Quantity and value that came in, then that went out."""


def opening_of(inside: Inside, since: date, until: date, moved: Mapping[int, Flow]) -> Sums:
    """Item → (quantity, value) on the evening before a time whose moves are known: no move of that time is read again.

    From the side that has fewer days beside it; seven statements at most.
    """
    days = StockMove.objects.order_by("on").values_list("on", flat=True)
    first, last = days.first(), days.last()
    if first is None or last is None or since <= first:
        return {}
    if not inside.area or (last - until) >= (since - first):
        return _crossed(inside, since - timedelta(days=1), None, later=False)
    present = _present(inside, None)
    later = _crossed(inside, until, None, later=True) if until < last else {}
    still = (ZERO, ZERO, ZERO, ZERO)
    found = {}
    for item in present.keys() | later.keys() | moved.keys():
        came = moved.get(item, still)
        (quantity, value), (after, worth) = present.get(item, NOTHING), later.get(item, NOTHING)
        found[item] = (quantity - after - came[0] + came[2], value - worth - came[1] + came[3])
    return found


def came_and_went(inside: Inside, since: date, until: date) -> dict[int, Flow]:
    """Item → quantity and value that came in, then that went out, over the border of some places; one sweep over the days."""
    into, out = inside.sql.format(l="t"), inside.sql.format(l="s")
    sums = ", ".join(
        f"SUM(CASE WHEN {'' if inwards else 'NOT '}({into}) THEN m.{column} ELSE 0 END)"
        for inwards in (True, False)
        for column in ("quantity", "value")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT +m.item_id, {sums}"
            " FROM ledger_stockmove m CROSS JOIN ledger_location s CROSS JOIN ledger_location t WHERE s.id = m.source_id AND t.id = m.target_id"
            f' AND m."on" >= %s AND m."on" <= %s AND ({into}) <> ({out}) GROUP BY +m.item_id',
            [*(value for _ in range(4) for value in inside.values), since, until, *inside.values, *inside.values],
        )
        return {
            item: tuple(Decimal(int(total)).scaleb(-6 if n % 2 == 0 else -2) for n, total in enumerate(totals))  # type: ignore[misc]
            for item, *totals in cursor.fetchall()
        }


def _present(inside: Inside, item_ids: Collection[int] | None) -> Sums:
    rows, worth = inside.rows, ValueBalance.objects.filter(area=inside.area)
    if item_ids is not None:
        rows, worth = rows.filter(item__in=list(item_ids)), worth.filter(item__in=list(item_ids))
    values = dict(worth.values_list("item").annotate(Sum("value"))) if inside.area else {}
    return {
        item: (quantity, values.get(item, ZERO))
        for item, quantity in rows.values_list("item").annotate(Sum("quantity"))
    }


def _part(whole: tuple[Decimal, Decimal] | None, quantity: Decimal) -> Decimal:
    return to_cents(whole[1] * quantity / whole[0]) if whole and whole[0] else ZERO
