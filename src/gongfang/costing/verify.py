"""What must hold of settlements."""

from gongfang.kernel.errors import N_
from gongfang.platform.verification import sql_check

_LINES = """
SELECT 'costing_settlement ' || d.number, d.variance, COALESCE(l.amount, 0)
FROM costing_settlement d
LEFT JOIN (SELECT document_id, SUM(amount) AS amount FROM costing_settlementline GROUP BY document_id) l ON l.document_id = d.id
WHERE d.variance <> COALESCE(l.amount, 0)"""

_ORDERS = """
SELECT 'production_workorder ' || o.number, o.variance_value, COALESCE(s.variance, 0), o.stage
FROM production_workorder o
LEFT JOIN (SELECT order_id, SUM(variance) AS variance, COUNT(*) AS documents FROM costing_settlement
           WHERE approval = 'approved' GROUP BY order_id) s ON s.order_id = o.id
WHERE o.variance_value <> COALESCE(s.variance, 0) OR (o.stage = 'settled') <> (COALESCE(s.documents, 0) = 1)"""

CHECKS = [
    sql_check("costing.lines", N_("The variances of a settlement add up"), _LINES, "document {0}, lines {1} (cents)"),
    sql_check("costing.orders", N_("A settled order has exactly one settlement"), _ORDERS, "order {0}, settlement {1} (cents), {2}"),
]  # fmt: skip
