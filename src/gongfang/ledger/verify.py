"""What must hold in the ledgers at every moment, recomputed from moves and voucher lines. Each check is one query."""

from collections.abc import Iterator

from gongfang.kernel.errors import N_
from gongfang.ledger.models import PHYSICAL, Posting
from gongfang.ledger.proof import REPLAY
from gongfang.platform.documents.registry import document_types
from gongfang.platform.verification import FAULTS_MAX, Check, Fault, sql_check

PLACES = ", ".join(f"'{kind}'" for kind in sorted(PHYSICAL))

# Both ends of each move: what comes into a place and what leaves it.
ENDS = """
    SELECT item_id, target_id AS location_id, COALESCE(lot_id, 0) AS lot_key, "on", quantity FROM ledger_stockmove
    UNION ALL
    SELECT item_id, source_id, COALESCE(lot_id, 0), "on", -quantity FROM ledger_stockmove
"""

BALANCES = sql_check(
    "ledger.balances", N_("Stock on hand is the sum of the moves"),
    f"""
    WITH summed AS (
        SELECT e.item_id, e.location_id, e.lot_key, SUM(e.quantity) AS quantity FROM ({ENDS}) e
        JOIN ledger_location l ON l.id = e.location_id AND l.kind IN ({PLACES})
        GROUP BY e.item_id, e.location_id, e.lot_key
    )
    SELECT 'ledger_balance ' || b.id, b.quantity, COALESCE(s.quantity, 0) FROM ledger_balance b
    LEFT JOIN summed s ON s.item_id = b.item_id AND s.location_id = b.location_id AND s.lot_key = b.lot_key
    WHERE b.quantity <> COALESCE(s.quantity, 0)
    UNION ALL
    SELECT 'item ' || s.item_id || ' location ' || s.location_id || ' lot ' || s.lot_key, 0, s.quantity FROM summed s
    LEFT JOIN ledger_balance b ON s.item_id = b.item_id AND s.location_id = b.location_id AND s.lot_key = b.lot_key
    WHERE b.id IS NULL AND s.quantity <> 0
    """,
    "{0} millionths on hand, the moves add up to {1}",
)  # fmt: skip

POOLS = sql_check(
    "ledger.values", N_("Quantity and value of each pool are the sums of the moves"),
    """
    WITH ends AS (
        SELECT m.item_id, l.area, m.quantity, m.value FROM ledger_stockmove m
        JOIN ledger_location l ON l.id = m.target_id JOIN ledger_location o ON o.id = m.source_id WHERE l.area <> '' AND l.area <> o.area
        UNION ALL
        SELECT m.item_id, l.area, -m.quantity, -m.value FROM ledger_stockmove m
        JOIN ledger_location l ON l.id = m.source_id JOIN ledger_location o ON o.id = m.target_id WHERE l.area <> '' AND l.area <> o.area
    ), summed AS (SELECT item_id, area, SUM(quantity) AS quantity, SUM(value) AS value FROM ends GROUP BY item_id, area),
    kept AS (SELECT item_id, area, MIN(id) AS id, SUM(quantity) AS quantity, SUM(value) AS value FROM ledger_valuebalance GROUP BY item_id, area)
    SELECT 'ledger_valuebalance ' || k.id, k.quantity, k.value, COALESCE(s.quantity, 0), COALESCE(s.value, 0) FROM kept k
    LEFT JOIN summed s ON s.item_id = k.item_id AND s.area = k.area
    WHERE k.quantity <> COALESCE(s.quantity, 0) OR k.value <> COALESCE(s.value, 0)
    UNION ALL
    SELECT 'item ' || s.item_id || ' ' || s.area, 0, 0, s.quantity, s.value FROM summed s
    LEFT JOIN kept k ON s.item_id = k.item_id AND s.area = k.area
    WHERE k.item_id IS NULL AND (s.quantity <> 0 OR s.value <> 0)
    """,
    "{0} millionths worth {1} cents, the moves add up to {2} worth {3}",
)  # fmt: skip

POOL_QUANTITY = sql_check(
    "ledger.pool_quantity", N_("A pool holds what its locations hold"),
    """
    WITH present AS (
        SELECT b.item_id, l.area, SUM(b.quantity) AS quantity FROM ledger_balance b JOIN ledger_location l ON l.id = b.location_id
        WHERE l.area <> '' GROUP BY b.item_id, l.area
    ), kept AS (SELECT item_id, area, MIN(id) AS id, SUM(quantity) AS quantity FROM ledger_valuebalance GROUP BY item_id, area)
    SELECT 'ledger_valuebalance ' || k.id, k.quantity, COALESCE(p.quantity, 0) FROM kept k
    LEFT JOIN present p ON p.item_id = k.item_id AND p.area = k.area WHERE k.quantity <> COALESCE(p.quantity, 0)
    """,
    "{0} millionths in the pool, {1} in its locations",
)  # fmt: skip

EMPTY_POOLS = sql_check(
    "ledger.empty_pools", N_("Quantity zero means value zero, and nothing is worth less than nothing"),
    """
    SELECT 'ledger_valuebalance ' || id, quantity, value FROM ledger_valuebalance
    WHERE (quantity = 0 AND value <> 0) OR quantity < 0 OR value < 0
    """,
    "{0} millionths worth {1} cents",
)  # fmt: skip

STOCK_AND_BOOKS = sql_check(
    "ledger.stock_and_books", N_("Stock is worth what its accounts say"),
    """
    WITH worth AS (SELECT account_id, SUM(value) AS value FROM ledger_valuebalance WHERE account_id IS NOT NULL GROUP BY account_id),
    booked AS (
        SELECT a.id AS account_id, a.code, COALESCE(SUM(l.debit - l.credit), 0) AS value FROM ledger_account a
        LEFT JOIN ledger_voucherline l ON l.account_id = a.id WHERE a.is_controlled GROUP BY a.id, a.code
    )
    SELECT 'ledger_account ' || b.code, b.value, COALESCE(w.value, 0) FROM booked b LEFT JOIN worth w ON w.account_id = b.account_id
    WHERE b.value <> COALESCE(w.value, 0)
    """,
    "the books say {0} cents, the stock is worth {1}",
)  # fmt: skip

MOVES_AND_BOOKS = sql_check(
    "ledger.moves_and_books", N_("Each posting books on stock accounts what its moves are worth"),
    """
    WITH moved AS (
        SELECT posting_id, account_id, SUM(value) AS value FROM (
            SELECT m.posting_id, m.target_account_id AS account_id, m.value FROM ledger_stockmove m JOIN ledger_location l
            ON l.id = m.target_id WHERE l.area <> '' AND m.value <> 0
            UNION ALL
            SELECT m.posting_id, m.source_account_id, -m.value FROM ledger_stockmove m JOIN ledger_location l
            ON l.id = m.source_id WHERE l.area <> '' AND m.value <> 0
        ) sides GROUP BY posting_id, account_id
    ), booked AS (
        SELECT v.posting_id, l.account_id, SUM(l.debit - l.credit) AS value FROM ledger_voucherline l
        JOIN ledger_voucher v ON v.id = l.voucher_id JOIN ledger_account a ON a.id = l.account_id WHERE a.is_controlled
        GROUP BY v.posting_id, l.account_id
    )
    SELECT 'ledger_posting ' || m.posting_id, m.value, COALESCE(b.value, 0) FROM moved m
    LEFT JOIN booked b ON b.posting_id = m.posting_id AND b.account_id = m.account_id WHERE m.value <> COALESCE(b.value, 0)
    UNION ALL
    SELECT 'ledger_posting ' || b.posting_id, 0, b.value FROM booked b
    LEFT JOIN moved m ON b.posting_id = m.posting_id AND b.account_id = m.account_id WHERE m.posting_id IS NULL AND b.value <> 0
    """,
    "the moves are worth {0} cents on a stock account, its voucher books {1}",
)  # fmt: skip

VOUCHERS_BALANCE = sql_check(
    "ledger.vouchers_balance", N_("Debits equal credits in every voucher"),
    """
    SELECT 'ledger_voucher ' || v.id, COALESCE(SUM(l.debit), 0), COALESCE(SUM(l.credit), 0), v.amount FROM ledger_voucher v
    LEFT JOIN ledger_voucherline l ON l.voucher_id = v.id GROUP BY v.id, v.amount
    HAVING COALESCE(SUM(l.debit), 0) <> COALESCE(SUM(l.credit), 0) OR COALESCE(SUM(l.debit), 0) <> v.amount
    """,
    "{0} cents debit, {1} credit, {2} on the voucher",
)  # fmt: skip

VOUCHER_NUMBERS = sql_check(
    "ledger.voucher_numbers", N_("Vouchers are numbered without gaps"),
    """
    SELECT 'ledger_period ' || p.id, p.last_number, COUNT(v.id), COALESCE(MAX(v.number), 0) FROM ledger_period p
    LEFT JOIN ledger_voucher v ON v.period_id = p.id GROUP BY p.id, p.last_number
    HAVING COUNT(v.id) <> p.last_number OR COALESCE(MAX(v.number), 0) <> p.last_number
    """,
    "last number {0}, {1} vouchers, highest {2}",
)  # fmt: skip

ACCOUNT_BALANCES = sql_check(
    "ledger.account_balances", N_("Account balances are the sums of the voucher lines"),
    """
    WITH lines AS (
        SELECT v.period_id, l.account_id, COALESCE(l.partner_id, 0) AS partner_key, COALESCE(l.cost_object_id, 0) AS cost_object_key,
        l.element, SUM(l.debit) AS debit, SUM(l.credit) AS credit FROM ledger_voucherline l JOIN ledger_voucher v ON v.id = l.voucher_id
        GROUP BY v.period_id, l.account_id, COALESCE(l.partner_id, 0), COALESCE(l.cost_object_id, 0), l.element
    ), both_sides AS (
        SELECT period_id, account_id, partner_key, cost_object_key, element, debit, credit, 1 AS side FROM lines
        UNION ALL
        SELECT period_id, account_id, partner_key, cost_object_key, element, -debit, -credit, 0 FROM ledger_accountbalance
    )
    SELECT 'period ' || period_id || ' account ' || account_id || ' partner ' || partner_key || ' cost object ' || cost_object_key,
    SUM(debit), SUM(credit) FROM both_sides GROUP BY period_id, account_id, partner_key, cost_object_key, element
    HAVING SUM(debit) <> 0 OR SUM(credit) <> 0
    """,
    "the lines exceed the balance by {0} cents debit, {1} credit",
)  # fmt: skip

VOUCHER_DATES = sql_check(
    "ledger.voucher_dates", N_("Vouchers, moves and postings carry one date, within the voucher's month"),
    """
    SELECT 'ledger_voucher ' || v.id, v."on", g."on", p.year || '-' || p.month FROM ledger_voucher v
    JOIN ledger_posting g ON g.id = v.posting_id JOIN ledger_period p ON p.id = v.period_id
    WHERE v."on" <> g."on" OR CAST(EXTRACT_YEAR AS INTEGER) <> p.year OR CAST(EXTRACT_MONTH AS INTEGER) <> p.month
    UNION ALL
    SELECT 'ledger_stockmove ' || m.id, m."on", g."on", '' FROM ledger_stockmove m JOIN ledger_posting g ON g.id = m.posting_id
    WHERE m."on" <> g."on"
    UNION ALL
    SELECT 'ledger_voucherline ' || l.id, l."on", v."on", '' FROM ledger_voucherline l JOIN ledger_voucher v ON v.id = l.voucher_id
    WHERE l."on" <> v."on"
    """.replace("EXTRACT_YEAR", "substr(CAST(v.\"on\" AS text), 1, 4)").replace("EXTRACT_MONTH", "substr(CAST(v.\"on\" AS text), 6, 2)"),
    "{0}, its posting {1}, its month {2}",
)  # fmt: skip

RESERVED = sql_check(
    "ledger.reserved", N_("Reserved is the sum of the reservations and never more than on hand"),
    """
    WITH kept AS (SELECT item_id, location_id, lot_key, SUM(quantity) AS quantity FROM ledger_reservation WHERE kind = 'hard' GROUP BY item_id, location_id, lot_key)
    SELECT 'ledger_balance ' || b.id, b.reserved, COALESCE(k.quantity, 0), b.quantity FROM ledger_balance b
    LEFT JOIN kept k ON k.item_id = b.item_id AND k.location_id = b.location_id AND k.lot_key = b.lot_key
    WHERE b.reserved <> COALESCE(k.quantity, 0) OR b.reserved < 0 OR (b.reserved > b.quantity AND NOT b.may_be_negative)
    UNION ALL
    SELECT 'ledger_reservation item ' || k.item_id, 0, k.quantity, 0 FROM kept k
    LEFT JOIN ledger_balance b ON k.item_id = b.item_id AND k.location_id = b.location_id AND k.lot_key = b.lot_key WHERE b.id IS NULL
    """,
    "{0} millionths reserved, reservations add up to {1}, {2} on hand",
)  # fmt: skip

SERIALS = sql_check(
    "ledger.serials", N_("A serial number is in stock once or not at all"),
    """
    SELECT 'ledger_lot ' || t.id, t.code, SUM(b.quantity) FROM ledger_lot t JOIN ledger_balance b ON b.lot_id = t.id
    WHERE t.kind = 'serial' GROUP BY t.id, t.code HAVING SUM(b.quantity) NOT IN (0, 1000000)
    UNION ALL
    SELECT 'ledger_stockmove ' || m.id, t.code, m.quantity FROM ledger_stockmove m JOIN ledger_lot t ON t.id = m.lot_id
    WHERE t.kind = 'serial' AND m.quantity NOT IN (-1000000, 0, 1000000)
    """,
    "serial {0}: {1} millionths",
)  # fmt: skip

NEVER_NEGATIVE = sql_check(
    "ledger.never_negative", N_("Stock was never below zero at the end of any day"),
    f"""
    WITH days AS (
        SELECT e.item_id, e.location_id, e.lot_key, e."on", SUM(e.quantity) AS quantity FROM ({ENDS}) e
        JOIN ledger_location l ON l.id = e.location_id AND l.kind IN ({PLACES}) AND NOT l.allow_negative
        GROUP BY e.item_id, e.location_id, e.lot_key, e."on"
    ), running AS (
        SELECT item_id, location_id, lot_key, "on", SUM(quantity) OVER (PARTITION BY item_id, location_id, lot_key ORDER BY "on") AS quantity
        FROM days
    )
    SELECT 'item ' || item_id || ' location ' || location_id || ' lot ' || lot_key, MIN(quantity), MIN("on") FROM running
    WHERE quantity < 0 GROUP BY item_id, location_id, lot_key
    """,
    "{0} millionths on {1}",
)  # fmt: skip

REVERSALS = sql_check(
    "ledger.reversals", N_("A reversal is the exact inverse of what it reverses, with all that was adjusted"),
    """
    SELECT 'ledger_stockmove ' || m.id, m.quantity, o.quantity FROM ledger_stockmove m JOIN ledger_stockmove o ON o.id = m.reverses_id
    WHERE m.quantity <> -o.quantity OR m.value + o.value + COALESCE(
        (SELECT SUM(a.value) FROM ledger_stockmove a WHERE a.adjusts_id IN (o.id, m.id) AND a.kind <> 'residue'), 0
    ) <> 0 OR m.second_quantity <> -o.second_quantity OR m.item_id <> o.item_id OR m.source_id <> o.source_id
    OR m.target_id <> o.target_id OR COALESCE(m.lot_id, 0) <> COALESCE(o.lot_id, 0)
    UNION ALL
    SELECT 'ledger_posting ' || g.id, COUNT(m.id), (SELECT COUNT(*) FROM ledger_stockmove o WHERE o.posting_id = g.reverses_id)
    FROM ledger_posting g LEFT JOIN ledger_stockmove m ON m.posting_id = g.id AND m.reverses_id IS NOT NULL
    WHERE g.reverses_id IS NOT NULL GROUP BY g.id, g.reverses_id
    HAVING COUNT(m.id) <> (SELECT COUNT(*) FROM ledger_stockmove o WHERE o.posting_id = g.reverses_id)
    """,
    "{0} against {1}",
)  # fmt: skip

LOTS_FIT = sql_check(
    "ledger.lots_fit", N_("Moves of a lot are of the lot's item"),
    """
    SELECT 'ledger_stockmove ' || m.id, m.item_id, t.item_id FROM ledger_stockmove m JOIN ledger_lot t ON t.id = m.lot_id
    WHERE m.item_id <> t.item_id
    """,
    "item {0}, its lot is of item {1}",
)  # fmt: skip

NO_EMPTY_POSTING = sql_check(
    "ledger.no_empty_posting", N_("Every posting moves goods or money"),
    """
    SELECT 'ledger_posting ' || g.id, g.reason FROM ledger_posting g
    WHERE NOT EXISTS (SELECT 1 FROM ledger_stockmove m WHERE m.posting_id = g.id)
    AND NOT EXISTS (SELECT 1 FROM ledger_voucher v WHERE v.posting_id = g.id)
    """,
    "{0} has neither moves nor a voucher",
)  # fmt: skip


def _documents() -> Iterator[Fault]:
    """One query per document type."""
    for doc_type in (
        Posting.objects.exclude(source_type="").values_list("source_type", flat=True).distinct().order_by("source_type")
    ):
        model = document_types().get(doc_type)
        rows = Posting.objects.filter(source_type=doc_type).order_by("pk")
        if model is not None:
            rows = rows.exclude(source_id__in=model._default_manager.values("pk"))
        for posting in rows[:FAULTS_MAX]:
            yield Fault(
                "ledger.documents", f"ledger_posting {posting.pk}", f"there is no {doc_type} {posting.source_id}"
            )


SECOND = sql_check(
    "ledger.second_quantities", N_("The second quantity is the sum of the moves, and none without goods"),
    f"""
    WITH ends AS (
        SELECT item_id, target_id AS location_id, COALESCE(lot_id, 0) AS lot_key, second_quantity AS quantity FROM ledger_stockmove
        WHERE second_quantity <> 0
        UNION ALL
        SELECT item_id, source_id, COALESCE(lot_id, 0), -second_quantity FROM ledger_stockmove WHERE second_quantity <> 0
    ), summed AS (
        SELECT e.item_id, e.location_id, e.lot_key, SUM(e.quantity) AS quantity FROM ends e
        JOIN ledger_location l ON l.id = e.location_id AND l.kind IN ({PLACES}) GROUP BY e.item_id, e.location_id, e.lot_key
    )
    SELECT 'ledger_balance ' || b.id, b.second_quantity, COALESCE(s.quantity, 0), b.quantity FROM ledger_balance b
    LEFT JOIN summed s ON s.item_id = b.item_id AND s.location_id = b.location_id AND s.lot_key = b.lot_key
    WHERE b.second_quantity <> COALESCE(s.quantity, 0) OR (b.quantity = 0 AND b.second_quantity <> 0)
    """,
    "{0} millionths in the second unit, the moves add up to {1}; {2} on hand",
)  # fmt: skip

ADJUSTMENTS = sql_check(
    "ledger.adjustments", N_("An adjustment is of the item and the places of the move it adjusts, and not before it"),
    """
    SELECT 'ledger_stockmove ' || a.id, a.item_id, m.item_id FROM ledger_stockmove a JOIN ledger_stockmove m ON m.id = a.adjusts_id
    WHERE a.item_id <> m.item_id OR a.quantity <> 0 OR a."on" < m."on" OR COALESCE(a.lot_id, 0) <> COALESCE(m.lot_id, 0)
    OR (a.kind <> 'residue' AND (a.source_id <> m.source_id OR a.target_id <> m.target_id))
    """,
    "item {0}, the move it adjusts is of item {1}",
)  # fmt: skip

DOCUMENTS = Check("ledger.documents", _documents, N_("Every posting has its document"))

CHECKS = [
    DOCUMENTS, BALANCES, POOLS, POOL_QUANTITY, EMPTY_POOLS, STOCK_AND_BOOKS, MOVES_AND_BOOKS, VOUCHERS_BALANCE, VOUCHER_NUMBERS, ACCOUNT_BALANCES,
    VOUCHER_DATES, RESERVED, SERIALS, NEVER_NEGATIVE, REVERSALS, LOTS_FIT, NO_EMPTY_POSTING, SECOND,
    ADJUSTMENTS, REPLAY,
]  # fmt: skip
