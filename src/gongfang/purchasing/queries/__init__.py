"""Named reads of purchasing for screens and neighbours."""

from gongfang.purchasing.queries.invoicing import InvoiceableLine, invoiceable_lines
from gongfang.purchasing.queries.permissions import VIEW_ORDERS, VIEW_RECEIPTS, VIEW_REQUISITIONS, VIEW_SUPPLIERS
from gongfang.purchasing.queries.scores import SupplierScore, supplier_scores
from gongfang.purchasing.queries.supply import OpenSupply, late_lines, open_supply

__all__ = [
    "VIEW_ORDERS", "VIEW_RECEIPTS", "VIEW_REQUISITIONS", "VIEW_SUPPLIERS", "InvoiceableLine", "OpenSupply", "SupplierScore", "invoiceable_lines",
    "late_lines", "open_supply", "supplier_scores",
]  # fmt: skip
