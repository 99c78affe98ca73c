"""Invoices and payments of both sides."""

from gongfang.finance.models.estimates import (
    EstimateKind,
    EstimateMethod,
    EstimatePolicy,
    EstimateRun,
    EstimateRunLine,
)
from gongfang.finance.models.invoices import (
    OnWayMatch,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    SalesInvoice,
    SalesInvoiceLine,
)
from gongfang.finance.models.payment_requests import PaymentRequest, PaymentRequestLine
from gongfang.finance.models.payments import Payment, PaymentLine, Receipt, ReceiptLine

__all__ = [
    "EstimateKind", "EstimateMethod", "EstimatePolicy", "EstimateRun", "EstimateRunLine", "OnWayMatch", "Payment", "PaymentLine", "PaymentRequest",
    "PaymentRequestLine", "PurchaseInvoice", "PurchaseInvoiceLine", "Receipt", "ReceiptLine", "SalesInvoice", "SalesInvoiceLine",
]  # fmt: skip
