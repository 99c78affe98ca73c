"""Suppliers' invoices in tests: entered by the order, approved, taken back, refused."""

from typing import Any

import pytest

from gongfang.finance import services as finance
from gongfang.finance.models import PurchaseInvoice
from gongfang.finance.services import InvoiceLineInput
from gongfang.kernel.errors import DomainError
from gongfang.platform.settings.models import Setting
from gongfang.purchasing import services as purchasing
from tests.trading import D, Trade


def ahead(trade: Trade, order: Any, quantity: str = "100", price: str | None = "10.30", *, approved: bool = True, **header: Any) -> PurchaseInvoice:  # fmt: skip
    """An invoice that names the (only) line of an order."""
    line = InvoiceLineInput(None, D(quantity), D(price) if price else None, order_line_id=order.lines.get().pk)
    values = {"supplier_id": order.supplier_id, "invoice_no": f"3{PurchaseInvoice.objects.count():019d}", **header}
    made = trade.do(finance.create_purchase_invoice, lines=[line], **values)
    return approve(trade, made) if approved else made


def approve(trade: Trade, invoice: PurchaseInvoice) -> PurchaseInvoice:
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    invoice.refresh_from_db()
    return invoice


def unapprove(trade: Trade, invoice: PurchaseInvoice) -> None:
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=invoice.pk)


def take_back(trade: Trade, receipt: Any) -> None:
    trade.do(purchasing.unapprove_receipt, document_id=receipt.pk)


def refused(code: str, verb: Any, trade: Trade, **values: Any) -> DomainError:
    before = trade.books()
    with pytest.raises(DomainError) as refusal:
        trade.do(verb, **values)
    assert refusal.value.code == code, refusal.value
    assert trade.books() == before
    return refusal.value


def warn_only() -> None:
    Setting.objects.create(key="finance.match_mode", value="warn")
