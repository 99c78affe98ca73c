"""What must hold between the keeper's documents and the ledger."""

from gongfang.inventory.models import Conversion, Custody, OtherIssue, OtherReceipt, StockCount, Transfer
from gongfang.kernel.errors import N_
from gongfang.platform.bases import Document
from gongfang.platform.verification import Check, sql_check


def _standing(doc_type: str) -> str:
    """Net quantity that a document's moves stand for, per line."""
    return (
        "SELECT g.source_id, m.source_line, SUM(m.quantity) AS quantity FROM ledger_stockmove m"
        f" JOIN ledger_posting g ON g.id = m.posting_id WHERE g.source_type = '{doc_type}' GROUP BY g.source_id, m.source_line"
    )


def _moved(model: type[Document], due: str, lines: str, where: str = "TRUE") -> Check:
    """Lines of approved documents have moved exactly what is due; lines of others nothing."""
    table = model._meta.db_table
    return sql_check(
        f"{model.doc_type}.moved",
        N_("Approved documents have moved their lines, others nothing"),
        f"""
        SELECT '{table} ' || d.number || ' line ' || l.line_no, d.approval, COALESCE(s.quantity, 0), {due}
        FROM {table} d JOIN {lines} l ON l.document_id = d.id
        LEFT JOIN ({_standing(model.doc_type)}) s ON s.source_id = d.id AND s.source_line = l.id
        WHERE {where} AND COALESCE(s.quantity, 0) <> CASE WHEN d.approval = 'approved' THEN {due} ELSE 0 END
        UNION ALL
        SELECT '{table} ' || s.source_id || ' lost line ' || s.source_line, '', s.quantity, 0
        FROM ({_standing(model.doc_type)}) s LEFT JOIN {lines} l ON l.id = s.source_line AND l.document_id = s.source_id
        WHERE l.id IS NULL AND s.quantity <> 0 AND s.source_line > 0
        """,
        "{0}: moved {1} millionths of {2}",
    )


def _in_transit() -> Check:
    """What two-step transfers have in transit is what left and did not arrive."""
    moves = """
        SELECT g.source_id, m.source_line,
               SUM(CASE WHEN t.kind = 'transit' THEN m.quantity ELSE 0 END) - SUM(CASE WHEN f.kind = 'transit' THEN m.quantity ELSE 0 END) AS quantity,
               SUM(CASE WHEN t.kind = 'transit' THEN m.quantity ELSE 0 END) AS sent
        FROM ledger_stockmove m JOIN ledger_posting g ON g.id = m.posting_id
        JOIN ledger_location f ON f.id = m.source_id JOIN ledger_location t ON t.id = m.target_id
        WHERE g.source_type = 'inventory.transfer' GROUP BY g.source_id, m.source_line"""
    return sql_check(
        "inventory.transfer.transit",
        N_("Goods in transit are what left and has not arrived"),
        f"""
        SELECT d.number || ' line ' || l.line_no, COALESCE(s.quantity, 0), CASE WHEN d.approval = 'approved' THEN l.quantity - l.done_quantity ELSE 0 END,
               COALESCE(s.sent, 0)
        FROM inventory_transfer d JOIN inventory_transferline l ON l.document_id = d.id
        LEFT JOIN ({moves}) s ON s.source_id = d.id AND s.source_line = l.id
        WHERE d.in_two_steps AND (COALESCE(s.quantity, 0) <> CASE WHEN d.approval = 'approved' THEN l.quantity - l.done_quantity ELSE 0 END
            OR COALESCE(s.sent, 0) <> CASE WHEN d.approval = 'approved' THEN l.quantity ELSE 0 END)
        """,
        "{0} millionths in transit, {1} due, {2} sent",
    )


def _conversions() -> list[Check]:
    """What comes out of a conversion moved, and is worth what went in."""
    outputs = (
        "SELECT g.source_id, -m.source_line AS output, SUM(m.quantity) AS quantity FROM ledger_stockmove m"
        " JOIN ledger_posting g ON g.id = m.posting_id WHERE g.source_type = 'inventory.conversion' AND m.source_line < 0"
        " GROUP BY g.source_id, m.source_line"
    )
    return [
        sql_check(
            "inventory.conversion.outputs",
            N_("Approved conversions have made what comes out, others nothing"),
            f"""
            SELECT d.number || ' output ' || o.line_no, COALESCE(s.quantity, 0), o.quantity
            FROM inventory_conversion d JOIN inventory_conversionoutput o ON o.document_id = d.id
            LEFT JOIN ({outputs}) s ON s.source_id = d.id AND s.output = o.id
            WHERE COALESCE(s.quantity, 0) <> CASE WHEN d.approval = 'approved' THEN o.quantity ELSE 0 END
            """,
            "moved {0} millionths of {1}",
        ),
        sql_check(
            "inventory.conversion.value",
            N_("What comes out of a conversion is worth what went in"),
            """
            SELECT d.number, SUM(CASE WHEN m.source_line > 0 THEN m.value ELSE 0 END), SUM(CASE WHEN m.source_line < 0 THEN m.value ELSE 0 END)
            FROM inventory_conversion d JOIN ledger_posting g ON g.source_type = 'inventory.conversion' AND g.source_id = d.id
            JOIN ledger_stockmove m ON m.posting_id = g.id
            LEFT JOIN ledger_posting r ON r.reverses_id = g.id
            WHERE g.reason LIKE 'inventory.conversion_%' AND g.reverses_id IS NULL AND r.id IS NULL AND m.quantity <> 0
            GROUP BY d.id, d.number
            HAVING SUM(CASE WHEN m.source_line > 0 THEN m.value ELSE 0 END) <> SUM(CASE WHEN m.source_line < 0 THEN m.value ELSE 0 END)
            """,
            "{0} cents in, {1} out",
        ),
    ]


def _packages() -> list[Check]:
    """Packages hold goods that are there; what stands in a package stands where it does."""
    return [
        sql_check(
            "inventory.packages.contents",
            N_("Packages hold no more than is in their place"),
            """
            WITH packed AS (SELECT l.item_id, p.location_id, COALESCE(l.lot_id, 0) AS lot_key, SUM(l.quantity) AS quantity
                            FROM inventory_packageline l JOIN inventory_package p ON p.id = l.package_id GROUP BY l.item_id, p.location_id, COALESCE(l.lot_id, 0))
            SELECT 'inventory_package item ' || k.item_id || ' place ' || k.location_id, k.quantity, COALESCE(b.quantity, 0) FROM packed k
            LEFT JOIN ledger_balance b ON b.item_id = k.item_id AND b.location_id = k.location_id AND b.lot_key = k.lot_key
            WHERE k.quantity > COALESCE(b.quantity, 0)
            """,
            "{0} millionths packed, {1} there",
        ),
        sql_check(
            "inventory.packages.places",
            N_("A package stands where the package is that it stands in"),
            """
            SELECT 'inventory_package ' || p.code, o.code FROM inventory_package p JOIN inventory_package o ON o.id = p.parent_id
            WHERE p.location_id <> o.location_id
            """,
            "not where {0} is",
        ),
    ]


FOUND = "COALESCE(l.recounted, l.counted, l.quantity)"


def _count_figures() -> Check:
    return sql_check(
        "inventory.count.figures",
        N_("An approved count says how many of its lines were right"),
        f"""
        SELECT d.number, d.line_count, COUNT(l.id), d.right_count, SUM(CASE WHEN {FOUND} = l.quantity THEN 1 ELSE 0 END)
        FROM inventory_stockcount d JOIN inventory_stockcountline l ON l.document_id = d.id
        WHERE d.approval = 'approved' GROUP BY d.id, d.number, d.line_count, d.right_count
        HAVING d.line_count <> COUNT(l.id) OR d.right_count <> SUM(CASE WHEN {FOUND} = l.quantity THEN 1 ELSE 0 END)
        """,
        "says {0} lines of {1}, {2} right of {3}",
    )


def _live_alerts() -> Check:
    return sql_check(
        "inventory.alert.keys",
        N_("An alert's keys are those of its warehouse and lot, and what is settled has an end"),
        """
        SELECT id, kind, state FROM inventory_stockalert
        WHERE COALESCE(warehouse_id, 0) <> warehouse_key OR COALESCE(lot_id, 0) <> lot_key OR (state = 'gone') <> (ended_at IS NOT NULL)
            OR (state = 'handled' AND document_number = '' AND action <> 'sale')
        """,
        "{0} in state {1}",
    )


CHECKS = [
    _moved(Transfer, "l.quantity", "inventory_transferline", "NOT d.in_two_steps"),
    _moved(OtherReceipt, "l.quantity", "inventory_otherreceiptline"),
    _moved(OtherIssue, "l.quantity", "inventory_otherissueline"),
    _moved(Custody, "l.quantity", "inventory_custodyline"),
    _moved(Conversion, "l.quantity", "inventory_conversionline"),
    _moved(StockCount, f"ABS({FOUND} - l.quantity)", "inventory_stockcountline"),
    _in_transit(),
    *_conversions(),
    _count_figures(),
    *_packages(),
    _live_alerts(),
]
