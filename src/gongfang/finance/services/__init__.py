"""Verbs of finance: invoices, payments, receipts of money, matching."""

from gongfang.finance.rules import InvoiceLineInput, MatchInput
from gongfang.finance.services.payments import (
    PAYMENT_LIFECYCLE,
    RECEIPT_LIFECYCLE,
    change_payment,
    change_receipt,
    create_payment,
    create_receipt,
    match_payment,
    match_receipt,
    pay_invoices,
)
from gongfang.finance.services.purchase_invoices import (
    PURCHASE_INVOICE_LIFECYCLE,
    change_purchase_invoice,
    create_purchase_invoice,
    invoice_receipts,
)
from gongfang.finance.services.sales_invoices import (
    SALES_INVOICE_LIFECYCLE,
    change_sales_invoice,
    create_sales_invoice,
    invoice_shipments,
)

__all__ = [
    "PAYMENT_LIFECYCLE",
    "PURCHASE_INVOICE_LIFECYCLE",
    "RECEIPT_LIFECYCLE",
    "SALES_INVOICE_LIFECYCLE",
    "InvoiceLineInput",
    "MatchInput",
    "change_payment",
    "change_purchase_invoice",
    "change_receipt",
    "change_sales_invoice",
    "create_payment",
    "create_purchase_invoice",
    "create_receipt",
    "create_sales_invoice",
    "invoice_receipts",
    "invoice_shipments",
    "match_payment",
    "match_receipt",
    "pay_invoices",
]  # fmt: skip
