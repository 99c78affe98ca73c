"""Money paid and received before there is an invoice."""

from importlib import import_module

import pytest

from gongfang.finance import services as finance
from gongfang.finance.models import SalesInvoice
from gongfang.finance.services import MatchInput
from gongfang.kernel.errors import DomainError
from tests.finance.test_payables import invoice, send_back
from tests.trading import D, Trade


def test_money_paid_ahead_is_matched_to_invoices_afterwards(trade: Trade) -> None:
    """500.00 paid before anything came; matched to an invoice in two parts and to a credit; the cents are right on both sides."""
    paid = trade.do(finance.create_payment, supplier_id=trade.partners["S1"].pk, amount=D("500.00"))
    trade.do(finance.PAYMENT_LIFECYCLE.approve, document_id=paid.pk)
    receipt = trade.receive(trade.order(shaft=10))
    bill = invoice(trade, receipt)
    for amount in ("50.00", "63.00"):
        trade.do(finance.match_payment, document_id=paid.pk, lines=[MatchInput(bill.pk, D(amount))])
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.match_payment, document_id=paid.pk, lines=[MatchInput(bill.pk, D("0.01"))])
    assert refusal.value.code == "over_settled"
    send_back(trade, receipt, "2")
    red = invoice(trade, receipt, quantity="-2")
    trade.do(finance.match_payment, document_id=paid.pk, lines=[MatchInput(red.pk, D("-22.60"))])
    for row in (bill, red, paid):
        row.refresh_from_db()
    assert (bill.settled_amount, red.settled_amount, paid.matched_amount) == (D("113.00"), D("-22.60"), D("90.40"))
    assert trade.books()["220201"] == D("409.60"), "500.00 less what is owed for 8"
    trade.do(finance.PAYMENT_LIFECYCLE.unapprove, document_id=paid.pk)
    bill.refresh_from_db()
    assert bill.settled_amount == 0

    came = trade.do(finance.create_receipt, customer_id=trade.partners["C1"].pk, amount=D("200.00"))
    trade.do(finance.RECEIPT_LIFECYCLE.approve, document_id=came.pk)
    trade.stock("pump", 1, "50")
    (line,) = trade.ship(trade.sell(pump=(1, "100"))).lines.all()
    sold = trade.do(finance.invoice_shipment_lines, line_ids=[line.pk])
    trade.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=sold.pk)
    trade.do(finance.match_receipt, document_id=came.pk, lines=[MatchInput(sold.pk, D("113.00"))])
    sold.refresh_from_db()
    assert sold.settled_amount == sold.total_amount == D("113.00")
    # what was settled to a hundredth before is counted anew by the migration
    from django.apps import apps

    SalesInvoice.objects.filter(pk=sold.pk).update(settled_amount=D("1.13"))
    import_module("gongfang.finance.migrations.0006_settled_in_cents").recount(apps, None)
    sold.refresh_from_db()
    assert sold.settled_amount == D("113.00")
