"""No lot goes into itself: an order takes no lot in that came, by whatever way, out of what it gives out."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from gongfang.kernel.errors import DomainError, Kind, Problem

# A lot that an order takes in and gives out again (rework) is no step: it stays what it is.
_CIRCLES = """
WITH RECURSIVE reached(order_id, lot_id) AS (
    SELECT p.order_id, p.lot_id FROM production_lotuse p
    WHERE p.order_id IN ({marks}) AND p.role = 'produced' AND p.quantity > 0 AND NOT EXISTS (
        SELECT 1 FROM production_lotuse s WHERE s.order_id = p.order_id AND s.lot_id = p.lot_id AND s.role = 'consumed' AND s.quantity > 0)
    UNION
    SELECT r.order_id, go.lot_id FROM reached r
    JOIN production_lotuse come ON come.lot_id = r.lot_id AND come.role = 'consumed' AND come.quantity > 0
    JOIN production_lotuse go ON go.order_id = come.order_id AND go.role = 'produced' AND go.quantity > 0 AND NOT EXISTS (
        SELECT 1 FROM production_lotuse s WHERE s.order_id = go.order_id AND s.lot_id = go.lot_id AND s.role = 'consumed' AND s.quantity > 0)
)
SELECT DISTINCT o.number, l.code FROM reached r
JOIN production_lotuse come ON come.order_id = r.order_id AND come.lot_id = r.lot_id AND come.role = 'consumed' AND come.quantity > 0
JOIN production_workorder o ON o.id = r.order_id JOIN ledger_lot l ON l.id = r.lot_id
ORDER BY o.number, l.code"""


def refuse_circles(order_ids: Collection[int]) -> None:
    """Refuse what some orders have just taken in or given out where a lot would be inside itself. One statement at any depth.

    Raises DomainError(lot_circle).
    """
    if not order_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CIRCLES.format(marks=", ".join(["%s"] * len(order_ids))), sorted(order_ids))
        found: list[Any] = cursor.fetchall()
    if found:
        raise DomainError(
            [
                Problem(
                    "lot_circle", "Lot {lot} came out of what {number} has made; it cannot go into the same order. Take another lot.", lot=lot,
                    number=number,
                )
                for number, lot in found
            ],
            Kind.CONFLICT,
        )  # fmt: skip
