"""Stock, value and books as they are, to be compared with what they were."""

from datetime import date
from typing import Any

from django.db import connection

from gongfang.ledger.models import Period


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(cursor.fetchall(), key=str)


def picture() -> dict[str, list[tuple[Any, ...]]]:
    """Stock, value and books by day and by month, sums of nothing left out."""
    return {
        "stock by day": rows(
            'SELECT "on", item_id, COALESCE(lot_id, 0), place, SUM(quantity), SUM(second_quantity) FROM ('
            ' SELECT "on", item_id, lot_id, target_id AS place, quantity, second_quantity FROM ledger_stockmove UNION ALL'
            ' SELECT "on", item_id, lot_id, source_id, -quantity, -second_quantity FROM ledger_stockmove) ends'
            ' GROUP BY "on", item_id, COALESCE(lot_id, 0), place HAVING SUM(quantity) <> 0 OR SUM(second_quantity) <> 0'
        ),
        "value by day": rows(
            'SELECT "on", item_id, area, SUM(value) FROM (SELECT m."on", m.item_id, l.area, m.value FROM ledger_stockmove m'
            " JOIN ledger_location l ON l.id = m.target_id UNION ALL SELECT m.\"on\", m.item_id, l.area, -m.value FROM ledger_stockmove m"
            ' JOIN ledger_location l ON l.id = m.source_id) ends GROUP BY "on", item_id, area HAVING SUM(value) <> 0'
        ),
        "books by day": rows(
            'SELECT v."on", l.account_id, COALESCE(l.partner_id, 0), COALESCE(l.cost_object_id, 0), l.element, SUM(l.debit), SUM(l.credit)'
            " FROM ledger_voucherline l JOIN ledger_voucher v ON v.id = l.voucher_id"
            ' GROUP BY v."on", l.account_id, COALESCE(l.partner_id, 0), COALESCE(l.cost_object_id, 0), l.element'
            " HAVING SUM(l.debit) <> 0 OR SUM(l.credit) <> 0"
        ),
        "books by month": rows(
            "SELECT p.year, p.month, b.account_id, b.partner_key, b.cost_object_key, b.element, b.debit, b.credit"
            " FROM ledger_accountbalance b JOIN ledger_period p ON p.id = b.period_id WHERE b.debit <> 0 OR b.credit <> 0"
        ),
        "on hand": rows(
            "SELECT item_id, location_id, lot_key, quantity, second_quantity FROM ledger_balance WHERE quantity <> 0"
        ),
        "worth": rows("SELECT item_id, area, lot_key, quantity, value FROM ledger_valuebalance WHERE quantity <> 0"),
    }  # fmt: skip


def shut(day: date) -> Period:
    """The month of a day, closed."""
    Period.objects.filter(year=day.year, month=day.month).update(state=Period.State.CLOSED)
    return Period.objects.get(year=day.year, month=day.month)
