"""Named reads of purchasing for screens and neighbours."""

from gongfang.purchasing.queries.deliveries import Delivery, deliveries
from gongfang.purchasing.queries.invoicing import (
    InvoiceableLine,
    OrderedLine,
    Replacement,
    invoiceable_lines,
    on_way_quantities,
    open_order_lines,
    ordered_lines,
    replacements,
)
from gongfang.purchasing.queries.permissions import VIEW_ORDERS, VIEW_RECEIPTS, VIEW_REQUISITIONS, VIEW_SUPPLIERS
from gongfang.purchasing.queries.scores import SupplierScore, supplier_scores
from gongfang.purchasing.queries.statements import goods_between, goods_until
from gongfang.purchasing.queries.suppliers import (
    SingleSource,
    ending_blankets,
    expiring_certificates,
    single_sources,
    unanswered_correctives,
)
from gongfang.purchasing.queries.supply import (
    OpenSupply,
    expected_late,
    late_lines,
    open_supply,
    requested_from,
    requested_supply,
    with_contacts,
)

__all__ = [
    "VIEW_ORDERS",
    "VIEW_RECEIPTS",
    "VIEW_REQUISITIONS",
    "VIEW_SUPPLIERS",
    "Delivery",
    "InvoiceableLine",
    "OpenSupply",
    "OrderedLine",
    "Replacement",
    "SingleSource",
    "SupplierScore",
    "deliveries",
    "ending_blankets",
    "expected_late",
    "expiring_certificates",
    "goods_between",
    "goods_until",
    "invoiceable_lines",
    "late_lines",
    "on_way_quantities",
    "open_order_lines",
    "open_supply",
    "ordered_lines",
    "replacements",
    "requested_from",
    "requested_supply",
    "single_sources",
    "supplier_scores",
    "unanswered_correctives",
    "with_contacts",
]
