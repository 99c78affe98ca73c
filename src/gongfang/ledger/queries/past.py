"""What was there at the end of past days, as the books know it now."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from gongfang.platform.setwise import INT, select

_MOVED = (
    'SELECT m.item_id, m.{side}_id AS location_id, COALESCE(m.lot_id, 0) AS lot_key, m."on", {sign}m.quantity AS quantity'
    " FROM ledger_stockmove m JOIN given ON m.item_id = given.item_id AND m.{side}_id = given.location_id"
    ' AND COALESCE(m.lot_id, 0) = given.lot_key AND m."on" > given.since'
)
SAME = "b.item_id = given.item_id AND b.location_id = given.location_id AND b.lot_key = given.lot_key"
LATER = (
    f", moved AS ({_MOVED.format(side='target', sign='')} UNION ALL {_MOVED.format(side='source', sign='-')}),"
    ' days AS (SELECT item_id, location_id, lot_key, "on", SUM(quantity) AS quantity FROM moved'
    ' GROUP BY item_id, location_id, lot_key, "on"),'
    ' later AS (SELECT days.*, SUM(quantity) OVER (PARTITION BY item_id, location_id, lot_key ORDER BY "on" DESC) AS after_it FROM days)'
)
"""Continues `WITH given(item_id, location_id, lot_key, since, …)`: per key and day of a move after `since`, what moved from that day on.

Stock before such a day is what is there now (balance b) less `after_it`.
"""


def least_since(rows: Sequence[tuple[int, int, int, date]]) -> Mapping[tuple[int, int, int], Decimal]:
    """(item, location, lot or 0) → the least that was there at the end of a day since a date; keys that nothing moved of later are left out.

    rows: (item, location, lot or 0, date). One statement.
    """
    sql = (
        LATER
        + " SELECT b.item_id, b.location_id, b.lot_key, MIN(b.quantity - later.after_it) FROM given"
        + f" JOIN ledger_balance b ON {SAME} JOIN later ON later.item_id = b.item_id AND later.location_id = b.location_id"
        + " AND later.lot_key = b.lot_key GROUP BY b.item_id, b.location_id, b.lot_key"
    )
    found = select(sql, [("item_id", INT), ("location_id", INT), ("lot_key", INT), ("since", "date")], rows)
    return {(item, place, lot): Decimal(int(least)).scaleb(-6) for item, place, lot, least in found}
