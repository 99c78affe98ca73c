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
from gongfang.purchasing.models.rfqs import Rfq, RfqLine, RfqOffer

__all__ = [
    "Arrival", "ArrivalLine", "Handling", "Place", "PurchaseOrder", "PurchaseOrderLine", "PurchaseReturn", "PurchaseReturnLine",
    "Receipt", "ReceiptLine", "Requisition", "RequisitionLine", "Rfq", "RfqLine", "RfqOffer",
]  # fmt: skip
