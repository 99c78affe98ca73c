"""Tables of purchasing, one file per noun."""

from gongfang.purchasing.models.blankets import Blanket, BlanketLine
from gongfang.purchasing.models.changes import Contact, ContactKind, OrderChange, OrderChangeLine
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
from gongfang.purchasing.models.suppliers import (
    ApprovedSupplier,
    Certificate,
    CorrectiveRequest,
    Qualification,
    SupplierBlock,
)

__all__ = [
    "ApprovedSupplier",
    "Arrival",
    "ArrivalLine",
    "Blanket",
    "BlanketLine",
    "Certificate",
    "Contact",
    "ContactKind",
    "CorrectiveRequest",
    "Handling",
    "OrderChange",
    "OrderChangeLine",
    "Place",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseReturn",
    "PurchaseReturnLine",
    "Qualification",
    "Receipt",
    "ReceiptLine",
    "Requisition",
    "RequisitionLine",
    "Rfq",
    "RfqLine",
    "RfqOffer",
    "SupplierBlock",
]
