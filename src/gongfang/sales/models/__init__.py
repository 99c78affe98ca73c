"""Tables of sales, one file per noun."""

from gongfang.sales.models.orders import Quotation, QuotationLine, SalesOrder, SalesOrderLine
from gongfang.sales.models.shipments import (
    ReturnHandling,
    ReturnPlace,
    SalesReturn,
    SalesReturnLine,
    Shipment,
    ShipmentLine,
)

__all__ = [
    "Quotation", "QuotationLine", "ReturnHandling", "ReturnPlace", "SalesOrder", "SalesOrderLine", "SalesReturn", "SalesReturnLine",
    "Shipment", "ShipmentLine",
]  # fmt: skip
