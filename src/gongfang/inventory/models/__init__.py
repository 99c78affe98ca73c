"""Tables of the keeper's documents."""

from gongfang.inventory.models.count import StockCount, StockCountLine
from gongfang.inventory.models.other import OtherIssue, OtherIssueLine, OtherReceipt, OtherReceiptLine
from gongfang.inventory.models.transfer import Transfer, TransferLine

__all__ = [
    "OtherIssue", "OtherIssueLine", "OtherReceipt", "OtherReceiptLine", "StockCount", "StockCountLine", "Transfer", "TransferLine",
]  # fmt: skip
