"""What must hold in quality at every moment. Each check is one query."""

from gongfang.kernel.errors import N_
from gongfang.platform.verification import Check, sql_check

DECIDED = sql_check(
    "quality.decided", N_("A decided inspection has judged everything once"),
    """
    SELECT 'quality_inspection ' || number, quantity, accepted_quantity, rejected_quantity, concession_quantity FROM quality_inspection
    WHERE approval = 'approved' AND quantity <> accepted_quantity + rejected_quantity + concession_quantity
    """,
    "{0} inspected, {1} accepted, {2} rejected, {3} conceded (millionths)",
)  # fmt: skip

MOVED = sql_check(
    "quality.moved", N_("Decided goods have left the inspection place"),
    """
    WITH moved AS (
        SELECT p.source_id, SUM(m.quantity) AS quantity FROM ledger_stockmove m JOIN ledger_posting p ON p.id = m.posting_id
        WHERE p.source_type = 'quality.inspection' GROUP BY p.source_id
    )
    SELECT 'quality_inspection ' || i.number, i.approval, i.quantity, COALESCE(moved.quantity, 0) FROM quality_inspection i
    LEFT JOIN moved ON moved.source_id = i.id
    WHERE COALESCE(moved.quantity, 0) <> CASE WHEN i.approval = 'approved' AND i.location_id IS NOT NULL AND i.warehouse_id IS NOT NULL
                                              THEN i.quantity ELSE 0 END
    """,
    "{0}: {1} millionths judged, {2} moved",
)  # fmt: skip

REPORTED = sql_check(
    "quality.reported", N_("What was rejected has a report"),
    """
    SELECT 'quality_inspection ' || i.number, i.rejected_quantity, COALESCE(SUM(n.quantity), 0) FROM quality_inspection i
    LEFT JOIN quality_nonconformance n ON n.inspection_id = i.id AND n.approval <> 'void'
    WHERE i.approval = 'approved' AND i.rejected_quantity > 0 GROUP BY i.id, i.number, i.rejected_quantity
    HAVING COALESCE(SUM(n.quantity), 0) <> i.rejected_quantity
    """,
    "{0} millionths rejected, {1} reported",
)  # fmt: skip

CHECKS: list[Check] = [DECIDED, MOVED, REPORTED]
