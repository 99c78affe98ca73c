"""Invoices and payments of both sides."""

from gongfang.finance.models.invoices import PurchaseInvoice, PurchaseInvoiceLine, SalesInvoice, SalesInvoiceLine
from gongfang.finance.models.payments import Payment, PaymentLine, Receipt, ReceiptLine

__all__ = [
    "Payment", "PaymentLine", "PurchaseInvoice", "PurchaseInvoiceLine", "Receipt", "ReceiptLine", "SalesInvoice", "SalesInvoiceLine",
]  # fmt: skip
