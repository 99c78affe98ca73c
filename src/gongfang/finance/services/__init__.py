"""Verbs of finance: invoices, payments, receipts of money, matching."""

from gongfang.finance.rules import InvoiceLineInput, MatchInput
from gongfang.finance.services.estimates import (
    ESTIMATE_RUN_LIFECYCLE,
    change_estimate_policy,
    create_estimate_policy,
    restate_estimates,
    reverse_estimates,
)
from gongfang.finance.services.fee_invoices import invoice_fees
from gongfang.finance.services.matching import accept_differences, advice_on, differences_of
from gongfang.finance.services.month_turns import turn_month, unfinished_estimates
from gongfang.finance.services.on_way import GoodsAwaited, meet_on_way
from gongfang.finance.services.payment_requests import (
    PAYMENT_REQUEST_LIFECYCLE,
    change_payment_request,
    create_payment_request,
    pay_request,
    request_due,
    why_not_pay,
)
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
    receive_invoices,
)
from gongfang.finance.services.purchase_invoices import (
    PURCHASE_INVOICE_LIFECYCLE,
    change_purchase_invoice,
    create_purchase_invoice,
    invoice_order_lines,
    invoice_receipt_lines,
    invoice_receipts,
)
from gongfang.finance.services.sales_invoices import (
    SALES_INVOICE_LIFECYCLE,
    change_sales_invoice,
    create_sales_invoice,
    invoice_shipment_lines,
    invoice_shipments,
)

__all__ = [
    "ESTIMATE_RUN_LIFECYCLE",
    "PAYMENT_LIFECYCLE",
    "PAYMENT_REQUEST_LIFECYCLE",
    "PURCHASE_INVOICE_LIFECYCLE",
    "RECEIPT_LIFECYCLE",
    "SALES_INVOICE_LIFECYCLE",
    "GoodsAwaited",
    "InvoiceLineInput",
    "MatchInput",
    "accept_differences",
    "advice_on",
    "change_estimate_policy",
    "change_payment",
    "change_payment_request",
    "change_purchase_invoice",
    "change_receipt",
    "change_sales_invoice",
    "create_estimate_policy",
    "create_payment",
    "create_payment_request",
    "create_purchase_invoice",
    "create_receipt",
    "create_sales_invoice",
    "differences_of",
    "invoice_fees",
    "invoice_order_lines",
    "invoice_receipt_lines",
    "invoice_receipts",
    "invoice_shipment_lines",
    "invoice_shipments",
    "match_payment",
    "match_receipt",
    "meet_on_way",
    "pay_invoices",
    "pay_request",
    "receive_invoices",
    "request_due",
    "restate_estimates",
    "reverse_estimates",
    "turn_month",
    "unfinished_estimates",
    "why_not_pay",
]  # fmt: skip
