"""What the keeper's documents, counts and alerts are judged by."""

from gongfang.inventory.rules.counting import (
    CountFigures,
    abc_classes,
    beyond_tolerance,
    count_figures,
    count_problems,
    due_items,
    sheets_of,
)
from gongfang.inventory.rules.documents import (
    CONVERSION_ROLE,
    ISSUE_ROLES,
    RECEIPT_ROLES,
    conversion_problems,
    line_problems,
    lot_date_problems,
    receipt_value,
)

__all__ = [
    "CONVERSION_ROLE", "ISSUE_ROLES", "RECEIPT_ROLES", "CountFigures", "abc_classes", "beyond_tolerance", "conversion_problems",
    "count_figures", "count_problems", "due_items", "line_problems", "lot_date_problems", "receipt_value", "sheets_of",
]  # fmt: skip
