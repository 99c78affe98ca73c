"""What must hold in sales at every moment, recomputed from shipments, returns and the ledger. Each check is one query."""

from gongfang.kernel.errors import N_
from gongfang.platform.verification import Check, sql_check, totals_checks

TOTALS = totals_checks(
    "sales", N_("Totals of sales documents are the sums of their lines"),
    {"salesorder": "XS", "shipment": "CK", "salesreturn": "XT", "quotation": "BJ"},
)  # fmt: skip

SHIPPED = sql_check(
    "sales.shipped", N_("Shipped, returned and invoiced quantities of order lines come from approved documents"),
    """
    WITH went AS (
        SELECT s.order_line_id, SUM(s.quantity) AS quantity, SUM(s.done_quantity) AS invoiced FROM sales_shipmentline s
        JOIN sales_shipment d ON d.id = s.document_id AND d.approval = 'approved' GROUP BY s.order_line_id
    ), came AS (
        SELECT s.order_line_id, SUM(b.quantity) AS quantity, SUM(CASE WHEN d.handling = 'replace' THEN b.quantity ELSE 0 END) AS again
        FROM sales_salesreturnline b JOIN sales_salesreturn d ON d.id = b.document_id AND d.approval = 'approved'
        JOIN sales_shipmentline s ON s.id = b.shipment_line_id GROUP BY s.order_line_id
    )
    SELECT 'sales_salesorderline ' || l.id, l.shipped_quantity, l.returned_quantity, l.done_quantity, l.invoiced_quantity,
           COALESCE(went.quantity, 0), COALESCE(came.quantity, 0), COALESCE(went.quantity, 0) - COALESCE(came.again, 0), COALESCE(went.invoiced, 0)
    FROM sales_salesorderline l LEFT JOIN went ON went.order_line_id = l.id LEFT JOIN came ON came.order_line_id = l.id
    WHERE l.shipped_quantity <> COALESCE(went.quantity, 0) OR l.returned_quantity <> COALESCE(came.quantity, 0)
       OR l.done_quantity <> COALESCE(went.quantity, 0) - COALESCE(came.again, 0) OR l.invoiced_quantity <> COALESCE(went.invoiced, 0)
    """,
    "shipped {0}, returned {1}, done {2}, invoiced {3}; the documents say {4}, {5}, {6}, {7} millionths",
)  # fmt: skip

RETURNED = sql_check(
    "sales.returned", N_("What came back of a shipment line comes from approved returns, at their cost"),
    """
    WITH came AS (
        SELECT b.shipment_line_id, SUM(b.quantity) AS quantity, SUM(b.cost_amount) AS cost FROM sales_salesreturnline b
        JOIN sales_salesreturn d ON d.id = b.document_id AND d.approval = 'approved' GROUP BY b.shipment_line_id
    )
    SELECT 'sales_shipmentline ' || s.id, s.returned_quantity, s.returned_cost, COALESCE(came.quantity, 0), COALESCE(came.cost, 0)
    FROM sales_shipmentline s LEFT JOIN came ON came.shipment_line_id = s.id
    WHERE s.returned_quantity <> COALESCE(came.quantity, 0) OR s.returned_cost <> COALESCE(came.cost, 0) OR s.returned_quantity > s.quantity
    """,
    "{0} millionths at {1} cents, the returns say {2} at {3}",
)  # fmt: skip

POSTED = [
    sql_check(
        f"sales.{noun}_posted", N_("Shipments and returns stand in the ledger with their quantity and cost"),
        f"""
        WITH moved AS (
            SELECT m.source_line, SUM(m.quantity) AS quantity, SUM(m.value + COALESCE(later.value, 0)) AS value FROM ledger_stockmove m
            JOIN ledger_posting p ON p.id = m.posting_id
            LEFT JOIN (SELECT adjusts_id, SUM(value) AS value FROM ledger_stockmove WHERE kind = 'recost' GROUP BY adjusts_id) later ON later.adjusts_id = m.id
            WHERE p.source_type = 'sales.{noun}' AND m.quantity <> 0 GROUP BY m.source_line
        )
        SELECT 'sales_{table}line ' || l.id, d.approval, l.quantity, l.cost_amount, COALESCE(moved.quantity, 0), COALESCE(moved.value, 0)
        FROM sales_{table}line l JOIN sales_{table} d ON d.id = l.document_id LEFT JOIN moved ON moved.source_line = l.id
        WHERE COALESCE(moved.quantity, 0) <> CASE WHEN d.approval = 'approved' THEN l.quantity ELSE 0 END
           OR COALESCE(moved.value, 0) <> CASE WHEN d.approval = 'approved' THEN l.cost_amount ELSE 0 END
        """,
        "{0}: {1} millionths at {2} cents, the ledger has {3} at {4}",
    )
    for noun, table in (("shipment", "shipment"), ("return", "salesreturn"))
]  # fmt: skip

LINKS = sql_check(
    "sales.links", N_("Links carry the quantity of the line they lead to"),
    """
    SELECT 'platform_linelink ' || k.id, k.quantity, l.quantity FROM platform_linelink k
    JOIN sales_shipmentline l ON l.id = k.target_line WHERE k.target_type = 'sales.shipment' AND k.quantity <> l.quantity
    UNION ALL
    SELECT 'platform_linelink ' || k.id, k.quantity, l.quantity FROM platform_linelink k
    JOIN sales_salesreturnline l ON l.id = k.target_line WHERE k.target_type = 'sales.return' AND k.quantity <> l.quantity
    """,
    "{0} millionths linked, the line has {1}",
)  # fmt: skip

EXECUTION = sql_check(
    "sales.execution", N_("The state of an order line fits what was shipped"),
    """
    SELECT 'sales_salesorderline ' || id, execution, done_quantity, quantity FROM sales_salesorderline
    WHERE (execution = 'done' AND done_quantity < quantity) OR (execution = 'open' AND done_quantity > 0)
       OR (execution = 'partial' AND (done_quantity <= 0 OR done_quantity >= quantity))
    """,
    "{0} with {1} of {2} millionths",
)  # fmt: skip

RESERVED = sql_check(
    "sales.reserved", N_("Goods are reserved only for what is open of approved orders"),
    """
    WITH kept AS (SELECT source_id, source_line, item_id, SUM(quantity) AS quantity FROM ledger_reservation WHERE source_type = 'sales.order'
                  GROUP BY source_id, source_line, item_id)
    SELECT 'sales_salesorderline ' || k.source_line, k.quantity, COALESCE(l.quantity - l.done_quantity, 0), COALESCE(d.approval, '') FROM kept k
    LEFT JOIN sales_salesorderline l ON l.id = k.source_line AND l.document_id = k.source_id AND l.item_id = k.item_id
    LEFT JOIN sales_salesorder d ON d.id = l.document_id
    WHERE l.id IS NULL OR d.approval <> 'approved' OR l.execution IN ('done', 'closed') OR k.quantity > l.quantity - l.done_quantity
    """,
    "{0} millionths reserved, {1} open, order {2}",
)  # fmt: skip

CHECKS: list[Check] = [*TOTALS, SHIPPED, RETURNED, *POSTED, LINKS, EXECUTION, RESERVED]
