"""Named reads of sales for screens and neighbours."""

from gongfang.sales.queries.demand import OpenDemand, late_lines, open_demand, open_quotation_lines
from gongfang.sales.queries.invoicing import InvoiceableLine, invoiceable_lines
from gongfang.sales.queries.permissions import VIEW_ORDERS, VIEW_QUOTATIONS, VIEW_SHIPMENTS
from gongfang.sales.queries.statements import goods_between, goods_until

__all__ = [
    "VIEW_ORDERS", "VIEW_QUOTATIONS", "VIEW_SHIPMENTS", "InvoiceableLine", "OpenDemand", "goods_between", "goods_until", "invoiceable_lines", "late_lines", "open_demand", "open_quotation_lines",
]  # fmt: skip
