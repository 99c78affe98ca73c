"""Tables of purchasing, one file per noun."""

from gongfang.purchasing.models.orders import PurchaseOrder, PurchaseOrderLine, Requisition, RequisitionLine
from gongfang.purchasing.models.receipts import (
    Arrival,
    ArrivalLine,
    Handling,
    Place,
    PurchaseReturn,
    PurchaseReturnLine,
    Receipt,
    ReceiptLine,
)

__all__ = [
    "Arrival", "ArrivalLine", "Handling", "Place", "PurchaseOrder", "PurchaseOrderLine", "PurchaseReturn", "PurchaseReturnLine",
    "Receipt", "ReceiptLine", "Requisition", "RequisitionLine",
]  # fmt: skip
