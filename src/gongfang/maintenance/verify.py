"""What must hold in maintenance at every moment. Each check is one query."""

from gongfang.kernel.errors import N_
from gongfang.platform.verification import Check, sql_check

COUNTED = sql_check(
    "maintenance.counted", N_("Strokes and run time of equipment are the sums of its counts"),
    """
    SELECT 'maintenance_equipment ' || e.code, e.strokes, COALESCE(c.strokes, 0), e.run_minutes, COALESCE(c.run_minutes, 0)
    FROM maintenance_equipment e
    LEFT JOIN (SELECT equipment_id, SUM(strokes) AS strokes, SUM(run_minutes) AS run_minutes FROM maintenance_count
               GROUP BY equipment_id) c ON c.equipment_id = e.id
    WHERE e.strokes <> COALESCE(c.strokes, 0) OR e.run_minutes <> COALESCE(c.run_minutes, 0)
    """,
    "{0} strokes instead of {1}, {2} minutes instead of {3} (millionths)",
)  # fmt: skip

HEARD = sql_check(
    "maintenance.heard", N_("A device has as many messages as it was told"),
    """
    SELECT 'maintenance_counterdevice ' || d.code, d.received, COALESCE(c.messages, 0), d.highest, COALESCE(c.highest, -1)
    FROM maintenance_counterdevice d
    LEFT JOIN (SELECT device_id, COUNT(*) AS messages, MAX(sequence) AS highest FROM maintenance_count
               WHERE device_id IS NOT NULL GROUP BY device_id) c ON c.device_id = d.id
    WHERE d.received <> COALESCE(c.messages, 0) OR d.highest <> COALESCE(c.highest, -1)
    """,
    "{0} messages instead of {1}, highest {2} instead of {3}",
)  # fmt: skip

PARTS = sql_check(
    "maintenance.parts", N_("Spare parts of an order are what the ledger moved for it"),
    """
    SELECT 'maintenance_maintenanceorder ' || o.number, o.parts_value, COALESCE(p.value, 0), COALESCE(m.value, 0)
    FROM maintenance_maintenanceorder o
    LEFT JOIN (SELECT document_id, SUM(value) AS value FROM maintenance_sparepart WHERE is_returned = FALSE
               GROUP BY document_id) p ON p.document_id = o.id
    LEFT JOIN (SELECT g.source_id, SUM(v.value) AS value FROM ledger_stockmove v JOIN ledger_posting g ON g.id = v.posting_id
               WHERE g.source_type = 'maintenance.order' GROUP BY g.source_id) m ON m.source_id = o.id
    WHERE o.parts_value <> COALESCE(p.value, 0) OR o.parts_value <> COALESCE(m.value, 0)
    """,
    "{0} cents on the order, {1} on its parts, {2} in the ledger",
)  # fmt: skip

STOPPED = sql_check(
    "maintenance.stopped", N_("Stops of one machine do not overlap"),
    """
    SELECT 'maintenance_downtime ' || a.id, e.code, b.id FROM maintenance_downtime a
    JOIN maintenance_downtime b ON b.equipment_id = a.equipment_id AND b.id > a.id
    JOIN maintenance_equipment e ON e.id = a.equipment_id
    WHERE a.started_at < COALESCE(b.ended_at, '9999-12-31') AND b.started_at < COALESCE(a.ended_at, '9999-12-31')
    """,
    "{0}: overlaps stop {1}",
)  # fmt: skip

CHECKS: list[Check] = [COUNTED, HEARD, PARTS, STOPPED]
