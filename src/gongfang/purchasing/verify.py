"""What must hold in purchasing at every moment, recomputed from receipts, returns and the ledger. Each check is one query."""

from gongfang.kernel.errors import N_
from gongfang.platform.verification import Check, sql_check, totals_checks

TOTALS = totals_checks(
    "purchasing", N_("Totals of purchasing documents are the sums of their lines"),
    {"purchaseorder": "CG", "receipt": "RK", "purchasereturn": "CT"},
)  # fmt: skip

RECEIVED = sql_check(
    "purchasing.received", N_("Received, returned and invoiced quantities of order lines come from approved documents"),
    """
    WITH got AS (
        SELECT r.order_line_id, SUM(r.quantity) AS quantity, SUM(r.done_quantity) AS invoiced FROM purchasing_receiptline r
        JOIN purchasing_receipt d ON d.id = r.document_id AND d.approval = 'approved' GROUP BY r.order_line_id
    ), sent AS (
        SELECT r.order_line_id, SUM(b.quantity) AS quantity, SUM(CASE WHEN d.handling = 'replace' THEN b.quantity ELSE 0 END) AS again
        FROM purchasing_purchasereturnline b JOIN purchasing_purchasereturn d ON d.id = b.document_id AND d.approval = 'approved'
        JOIN purchasing_receiptline r ON r.id = b.receipt_line_id GROUP BY r.order_line_id
    )
    SELECT 'purchasing_purchaseorderline ' || l.id, l.received_quantity, l.returned_quantity, l.done_quantity, l.invoiced_quantity,
           COALESCE(got.quantity, 0), COALESCE(sent.quantity, 0), COALESCE(got.quantity, 0) - COALESCE(sent.again, 0), COALESCE(got.invoiced, 0) + l.on_way_quantity
    FROM purchasing_purchaseorderline l LEFT JOIN got ON got.order_line_id = l.id LEFT JOIN sent ON sent.order_line_id = l.id
    WHERE l.received_quantity <> COALESCE(got.quantity, 0) OR l.returned_quantity <> COALESCE(sent.quantity, 0)
       OR l.done_quantity <> COALESCE(got.quantity, 0) - COALESCE(sent.again, 0) OR l.invoiced_quantity <> COALESCE(got.invoiced, 0) + l.on_way_quantity
    """,
    "received {0}, returned {1}, done {2}, invoiced {3}; the documents say {4}, {5}, {6}, {7} millionths",
)  # fmt: skip

RETURNED = sql_check(
    "purchasing.returned", N_("What went back of a receipt line comes from approved returns, at their value"),
    """
    WITH sent AS (
        SELECT b.receipt_line_id, SUM(b.quantity) AS quantity, SUM(b.net_amount) AS amount FROM purchasing_purchasereturnline b
        JOIN purchasing_purchasereturn d ON d.id = b.document_id AND d.approval = 'approved' GROUP BY b.receipt_line_id
    )
    SELECT 'purchasing_receiptline ' || r.id, r.returned_quantity, r.returned_amount, COALESCE(sent.quantity, 0), COALESCE(sent.amount, 0)
    FROM purchasing_receiptline r LEFT JOIN sent ON sent.receipt_line_id = r.id
    WHERE r.returned_quantity <> COALESCE(sent.quantity, 0) OR r.returned_amount <> COALESCE(sent.amount, 0) OR r.returned_quantity > r.quantity
    """,
    "{0} millionths worth {1} cents, the returns say {2} worth {3}",
)  # fmt: skip

TOLERANCE = sql_check(
    "purchasing.tolerance", N_("No more was received than ordered, tolerance included"),
    """
    SELECT 'purchasing_purchaseorderline ' || l.id, l.quantity, l.done_quantity FROM purchasing_purchaseorderline l
    JOIN masterdata_item i ON i.id = l.item_id JOIN masterdata_itemcategory c ON c.id = i.category_id
    WHERE l.done_quantity > l.quantity AND COALESCE(l.over_receipt, i.over_receipt, c.over_receipt, 0) = 0
      AND COALESCE(NULLIF(l.over_mode, ''), NULLIF(i.over_mode, ''), NULLIF(c.over_mode, ''), 'forbid') = 'forbid'
      AND NOT EXISTS (SELECT 1 FROM platform_setting s WHERE s.key IN ('masterdata.over_receipt', 'purchasing.over_receipt_mode'))
    """,
    "{0} millionths ordered, {1} received without a tolerance",
)  # fmt: skip

POSTED = [
    sql_check(
        f"purchasing.{noun}_posted", N_("Receipts and returns stand in the ledger with their quantity and value"),
        f"""
        WITH moved AS (
            SELECT m.source_line, SUM(m.quantity) AS quantity, SUM(m.value) AS value FROM ledger_stockmove m
            JOIN ledger_posting p ON p.id = m.posting_id WHERE p.source_type = 'purchasing.{noun}' AND m.quantity <> 0 GROUP BY m.source_line
        )
        SELECT 'purchasing_{table}line ' || l.id, d.approval, l.quantity, l.net_amount, COALESCE(moved.quantity, 0), COALESCE(moved.value, 0)
        FROM purchasing_{table}line l JOIN purchasing_{table} d ON d.id = l.document_id LEFT JOIN moved ON moved.source_line = l.id
        WHERE COALESCE(moved.quantity, 0) <> CASE WHEN d.approval = 'approved' THEN l.quantity ELSE 0 END
           OR COALESCE(moved.value, 0) <> CASE WHEN d.approval = 'approved' THEN l.net_amount ELSE 0 END
        """,
        "{0}: {1} millionths worth {2} cents, the ledger has {3} worth {4}",
    )
    for noun, table in (("receipt", "receipt"), ("return", "purchasereturn"))
]  # fmt: skip

LINKS = sql_check(
    "purchasing.links", N_("Links carry the quantity of the line they lead to"),
    """
    SELECT 'platform_linelink ' || k.id, k.quantity, l.quantity FROM platform_linelink k
    JOIN purchasing_receiptline l ON l.id = k.target_line WHERE k.target_type = 'purchasing.receipt' AND k.quantity <> l.quantity
    UNION ALL
    SELECT 'platform_linelink ' || k.id, k.quantity, l.quantity FROM platform_linelink k
    JOIN purchasing_arrivalline l ON l.id = k.target_line WHERE k.target_type = 'purchasing.arrival' AND k.quantity <> l.quantity
    UNION ALL
    SELECT 'platform_linelink ' || k.id, k.quantity, l.quantity FROM platform_linelink k
    JOIN purchasing_purchasereturnline l ON l.id = k.target_line WHERE k.target_type = 'purchasing.return' AND k.quantity <> l.quantity
    """,
    "{0} millionths linked, the line has {1}",
)  # fmt: skip

EXECUTION = sql_check(
    "purchasing.execution", N_("The state of an order line fits what has come"),
    """
    SELECT 'purchasing_purchaseorderline ' || l.id, l.execution, l.done_quantity, l.quantity FROM purchasing_purchaseorderline l
    JOIN masterdata_item i ON i.id = l.item_id JOIN masterdata_itemcategory c ON c.id = i.category_id
    WHERE (l.execution = 'done' AND l.done_quantity < l.quantity AND COALESCE(l.under_receipt, c.under_receipt, 0) = 0
           AND NOT EXISTS (SELECT 1 FROM platform_setting s WHERE s.key = 'masterdata.under_receipt'))
       OR (l.execution = 'open' AND l.done_quantity > 0)
       OR (l.execution = 'partial' AND (l.done_quantity <= 0 OR l.done_quantity >= l.quantity))
    """,
    "{0} with {1} of {2} millionths",
)  # fmt: skip

CALLED = sql_check(
    "purchasing.called", N_("What was called off a blanket order stands on orders"),
    """
    SELECT 'purchasing_blanketline ' || l.id, l.done_quantity, COALESCE(SUM(k.quantity), 0) FROM purchasing_blanketline l
    LEFT JOIN platform_linelink k ON k.source_type = 'purchasing.blanket' AND k.source_line = l.id AND k.target_type = 'purchasing.order'
    GROUP BY l.id, l.done_quantity, l.quantity HAVING l.done_quantity <> COALESCE(SUM(k.quantity), 0) OR l.done_quantity > l.quantity
    """,
    "{0} millionths called off, the orders say {1}",
)  # fmt: skip

CHANGED = sql_check(
    "purchasing.revisions", N_("A purchase order's revision is not below the number of its approved changes"),
    """
    SELECT 'purchasing_purchaseorder ' || o.number, o.revision, COUNT(c.id) FROM purchasing_purchaseorder o
    JOIN purchasing_orderchange c ON c.order_id = o.id AND c.approval = 'approved' GROUP BY o.id, o.number, o.revision
    HAVING o.revision < COUNT(c.id)
    """,
    "revision {0}, {1} approved changes",
)  # fmt: skip

CHECKS: list[Check] = [CALLED, CHANGED, *TOTALS, RECEIVED, RETURNED, TOLERANCE, *POSTED, LINKS, EXECUTION]
