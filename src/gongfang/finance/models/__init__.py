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
from gongfang.finance.models.statements import (
    CustomerStatement,
    CustomerStatementLine,
    EntryKind,
    SupplierStatement,
    SupplierStatementLine,
)

__all__ = [
    "CustomerStatement", "CustomerStatementLine", "EntryKind",
    "EstimateKind", "EstimateMethod", "EstimatePolicy", "EstimateRun", "EstimateRunLine", "OnWayMatch", "Payment", "PaymentLine", "PaymentRequest",
    "PaymentRequestLine", "PurchaseInvoice", "PurchaseInvoiceLine", "Receipt", "ReceiptLine", "SalesInvoice", "SalesInvoiceLine",
    "SupplierStatement", "SupplierStatementLine",
]  # fmt: skip
