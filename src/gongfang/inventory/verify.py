"""What must hold between the keeper's documents and the ledger."""

from gongfang.inventory.models import OtherIssue, OtherReceipt, StockCount, Transfer
from gongfang.kernel.errors import N_
from gongfang.platform.bases import Document
from gongfang.platform.verification import Check, sql_check


def _standing(doc_type: str) -> str:
    """Net quantity that a document's moves stand for, per line."""
    return (
        "SELECT g.source_id, m.source_line, SUM(m.quantity) AS quantity FROM ledger_stockmove m"
        f" JOIN ledger_posting g ON g.id = m.posting_id WHERE g.source_type = '{doc_type}' GROUP BY g.source_id, m.source_line"
    )


def _moved(model: type[Document], due: str, lines: str) -> Check:
    """Lines of approved documents have moved exactly what is due; lines of others nothing."""
    table = model._meta.db_table
    return sql_check(
        f"{model.doc_type}.moved",
        N_("Approved documents have moved their lines, others nothing"),
        f"""
        SELECT '{table} ' || d.number || ' line ' || l.line_no, d.approval, COALESCE(s.quantity, 0), {due}
        FROM {table} d JOIN {lines} l ON l.document_id = d.id
        LEFT JOIN ({_standing(model.doc_type)}) s ON s.source_id = d.id AND s.source_line = l.id
        WHERE COALESCE(s.quantity, 0) <> CASE WHEN d.approval = 'approved' THEN {due} ELSE 0 END
        UNION ALL
        SELECT '{table} ' || s.source_id || ' lost line ' || s.source_line, '', s.quantity, 0
        FROM ({_standing(model.doc_type)}) s LEFT JOIN {lines} l ON l.id = s.source_line AND l.document_id = s.source_id
        WHERE l.id IS NULL AND s.quantity <> 0
        """,
        "{0}: moved {1} millionths of {2}",
    )


CHECKS = [
    _moved(Transfer, "l.quantity", "inventory_transferline"),
    _moved(OtherReceipt, "l.quantity", "inventory_otherreceiptline"),
    _moved(OtherIssue, "l.quantity", "inventory_otherissueline"),
    _moved(StockCount, "ABS(COALESCE(l.counted, l.quantity) - l.quantity)", "inventory_stockcountline"),
]
