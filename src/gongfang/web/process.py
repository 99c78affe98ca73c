"""The process map of the home page: which boxes there are, where they stand, and which flow into which.

Rows are lanes, columns are steps. A box is live when a package declares a ProcessBox of its key; the rest are left out.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Box:
    """A place on the map. after: keys of the boxes whose arrows end here."""

    key: str
    title: Any
    icon: str
    lane: int
    column: int
    after: tuple[str, ...] = ()


LANES = (_("Sell"), _("Plan and buy"), _("Manufacture"), _("Money"))
PROCESS: tuple[Box, ...] = (
    Box("forecast", _("Forecast"), "chart-line", 0, 0),
    Box("quotation", _("Quotation"), "file-dollar", 0, 1),
    Box("sales_order", _("Sales order"), "file-invoice", 0, 2, ("quotation",)),
    Box("shipment", _("Shipment"), "truck", 0, 6, ("sales_order", "production_receipt")),
    Box("mrp", _("MRP"), "calendar-stats", 1, 1, ("forecast", "sales_order")),
    Box("purchase_order", _("Purchase order"), "shopping-cart", 1, 2, ("mrp",)),
    Box("arrival", _("Arrival"), "package-import", 1, 3, ("purchase_order",)),
    Box("inspection", _("Incoming inspection"), "shield-check", 1, 4, ("arrival",)),
    Box("receipt", _("Receipt"), "building-warehouse", 1, 5, ("inspection",)),
    Box("work_order", _("Work order"), "clipboard-list", 2, 1, ("mrp",)),
    Box("issue", _("Material issue"), "package-export", 2, 2, ("work_order",)),
    Box("report", _("Production report"), "tool", 2, 3, ("issue",)),
    Box("final_inspection", _("Final inspection"), "checkup-list", 2, 4, ("report",)),
    Box("production_receipt", _("Finished goods receipt"), "building-factory-2", 2, 5, ("final_inspection",)),
    Box("settle", _("Settlement"), "calculator", 2, 6, ("production_receipt",)),
    Box("supplier_invoice", _("Supplier invoice"), "receipt", 3, 1),
    Box("payment_out", _("Payment"), "cash", 3, 2, ("supplier_invoice",)),
    Box("sales_invoice", _("Sales invoice"), "file-invoice", 3, 3),
    Box("payment_in", _("Money received"), "cash-banknote", 3, 4, ("sales_invoice",)),
    Box("voucher", _("Vouchers"), "notebook", 3, 5, ("payment_in",)),
    Box("close", _("Month close"), "calendar-check", 3, 6, ("voucher",)),
)
