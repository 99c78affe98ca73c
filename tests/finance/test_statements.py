"""对账单: the account of a customer and a supplier over some days, as the books have it; sent and confirmed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongfang.finance import services as finance
from gongfang.finance.models import CustomerStatement, SupplierStatement
from gongfang.finance.services import InvoiceLineInput, MatchInput
from gongfang.ledger import services as ledger
from gongfang.ledger.queries import account_of_role, balance_of
from gongfang.masterdata.models import Partner
from gongfang.masterdata.services.pinyin import initials
from gongfang.platform.verification import run_all
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.services import ReturnedGoods
from gongfang.sales import services as sales
from tests.invoicing import approve, refused, unapprove
from tests.trading import D, Trade


def told(document: Any) -> list[tuple[str, Any, Any, Any, Any]]:
    return [
        (line.kind, line.goods, line.charged, line.settled, line.balance) for line in document.lines.order_by("line_no")
    ]


def figures(document: Any) -> tuple[Any, ...]:
    return document.opening, document.charged, document.settled, document.closing, document.waiting


def bought(trade: Trade, quantity: int, number: str, days: int, *, bill: bool = True) -> Any:
    """Goods of S1 at 10.00 before tax, some days ago, and their invoice."""
    order, on = trade.order(shaft=quantity), trade.today - timedelta(days)
    receipt = trade.do(purchasing.receive_order, order_id=order.pk, business_date=on)
    if bill:
        approve(
            trade, trade.do(finance.invoice_receipts, receipt_ids=[receipt.pk], invoice_no=number, business_date=on)
        )
    return receipt


def pay(trade: Trade, supplier: int, amount: str, days: int) -> Any:
    payment = trade.do(
        finance.create_payment, supplier_id=supplier, amount=D(amount), business_date=trade.today - timedelta(days)
    )
    return trade.do(finance.PAYMENT_LIFECYCLE.approve, document_id=payment.pk)


def test_the_account_of_a_supplier(trade: Trade) -> None:
    """113.00 before; 226.00 invoiced, 113.00 paid, 33.90 delivered and not invoiced, 11.30 of it back: 226.00 is owed, 22.60 waits."""
    supplier = trade.partners["S1"].pk
    bought(trade, 10, "A1", 9)
    bought(trade, 20, "A2", 5)
    pay(trade, supplier, "113", 4)
    late = bought(trade, 3, "", 3, bill=False)
    back = trade.do(
        purchasing.create_return, supplier_id=supplier, warehouse_id=late.warehouse_id, reason="坏", lines=[ReturnedGoods(late.lines.get().pk, D(1))]
    )  # fmt: skip
    trade.do(purchasing.approve_return, document_id=back.pk)
    made = trade.do(finance.create_supplier_statement, supplier_id=supplier, since=trade.today - timedelta(6))
    assert figures(made) == (D("113.00"), D("226.00"), D("113.00"), D("226.00"), D("22.60"))
    assert told(made) == [
        ("goods", D("226.00"), D(0), D(0), D("113.00")), ("invoice", D(0), D("226.00"), D(0), D("339.00")), ("money", D(0), D(0), D("113.00"), D("226.00")),
        ("goods", D("33.90"), D(0), D(0), D("226.00")), ("return", D("-11.30"), D(0), D(0), D("226.00")),
    ]  # fmt: skip
    assert made.closing == -balance_of("payable", supplier)
    # the days before, as they were at their end: A1 alone, nothing waited
    before = trade.do(
        finance.create_supplier_statement,
        supplier_id=supplier,
        since=trade.today - timedelta(20),
        until=trade.today - timedelta(7),
    )
    assert figures(before) == (D(0), D("113.00"), D(0), D("113.00"), D(0))


def test_the_account_of_a_customer(trade: Trade) -> None:
    """10 pumps at 100.00 before tax delivered, 8 invoiced at 113.00, 500.00 received in advance of the rest."""
    trade.stock("pump", 20, "8000", on=trade.today - timedelta(9))
    customer = trade.partners["C1"].pk
    shipment = trade.ship(trade.sell(pump=10))
    lines = [InvoiceLineInput(shipment.lines.get().pk, D(8))]
    invoice = trade.do(finance.create_sales_invoice, customer_id=customer, lines=lines)
    trade.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    receipt = trade.do(
        finance.create_receipt, customer_id=customer, amount=D(500), lines=[MatchInput(invoice.pk, D(500))]
    )
    trade.do(finance.RECEIPT_LIFECYCLE.approve, document_id=receipt.pk)
    made = trade.do(finance.create_customer_statement, customer_id=customer)
    assert figures(made) == (D(0), D("904.00"), D("500.00"), D("404.00"), D("226.00"))
    assert [row[0] for row in told(made)] == ["goods", "invoice", "money"]
    assert made.closing == balance_of("receivable", customer) and made.since == trade.today.replace(day=1)
    back = trade.do(sales.return_shipment, shipment_id=shipment.pk, reason="退")
    trade.do(sales.approve_return, document_id=back.pk)
    again = trade.do(finance.refresh_customer_statement, document_id=made.pk)
    assert again.waiting == D("-904.00") and told(again)[1][:2] == ("return", D("-1130.00"))


def test_vouchers_by_hand_and_what_was_taken_back(trade: Trade) -> None:
    """A debt written off by voucher is told; an invoice that was taken back on its day is not."""
    supplier = trade.partners["S1"].pk
    receipt = bought(trade, 10, "A1", 2)
    wrong = trade.do(finance.invoice_receipts, receipt_ids=[bought(trade, 1, "", 2, bill=False).pk], invoice_no="A2")
    approve(trade, wrong)
    unapprove(trade, wrong)
    entry = [
        ledger.JournalLineInput(account_of_role("payable").pk, debit=D("13.00"), partner=supplier),
        ledger.JournalLineInput(account_of_role("other_income").pk, credit=D("13.00")),
    ]
    journal = trade.do(ledger.create_journal, summary="零头不付", lines=entry)
    trade.do(ledger.approve_journal, document_id=journal.pk)
    made = trade.do(finance.create_supplier_statement, supplier_id=supplier)
    rows = [
        (line.kind, line.charged, line.settled, line.summary)
        for line in made.lines.all()
        if line.charged or line.settled
    ]
    assert [row[:3] for row in rows] == [("invoice", D("113.00"), D(0)), ("other", D(0), D("13.00"))]
    assert "零头不付" in rows[1][3] and made.closing == D("100.00")
    told_of = [line.source_number for line in made.lines.all()]
    assert receipt.number in told_of and wrong.number not in told_of


def test_sent_and_confirmed(trade: Trade) -> None:
    supplier = trade.partners["S1"].pk
    bought(trade, 10, "A1", 2)
    made = trade.do(finance.create_supplier_statement, supplier_id=supplier)
    refused("days_told", finance.create_supplier_statement, trade, supplier_id=supplier, since=trade.today)
    refused(
        "days_told",
        finance.create_supplier_statement,
        trade,
        supplier_id=supplier,
        since=trade.today - timedelta(40),
        until=trade.today,
    )
    refused("not_approved", finance.confirm_supplier_statement, trade, document_id=made.pk, confirmed_by="王会计")
    pay(trade, supplier, "13", 1)
    refused("books_moved", finance.SUPPLIER_STATEMENT_LIFECYCLE.approve, trade, document_id=made.pk)
    trade.do(finance.refresh_supplier_statement, document_id=made.pk)
    trade.do(finance.SUPPLIER_STATEMENT_LIFECYCLE.approve, document_id=made.pk)
    confirm = finance.confirm_supplier_statement
    refused("who_missing", confirm, trade, document_id=made.pk, confirmed_by=" ")
    refused("difference_unsaid", confirm, trade, document_id=made.pk, confirmed_by="王会计", confirmed_amount=D("99"))
    refused(
        "confirmed_early",
        confirm,
        trade,
        document_id=made.pk,
        confirmed_by="王会计",
        confirmed_on=trade.today - timedelta(1),
    )
    done = trade.do(
        confirm, document_id=made.pk, confirmed_by="王会计", confirmed_amount=D("99.00"), confirmation="运费 1 元未入账"
    )
    assert (done.execution, done.difference, done.confirmed_on) == ("partial", D("-1.00"), trade.today)
    done = trade.do(confirm, document_id=made.pk, confirmed_by="王会计")
    assert (done.execution, done.difference, done.confirmed_amount) == ("done", D(0), D("100.00"))
    assert finance.changed_since(finance.SUPPLIERS, done) == []
    bought(trade, 1, "A9", 1)  # a document dated into the days that were told
    assert finance.changed_since(finance.SUPPLIERS, done) == [
        ("charged", D("113.00"), D("124.30")),
        ("closing", D("100.00"), D("111.30")),
    ]
    trade.do(finance.SUPPLIER_STATEMENT_LIFECYCLE.unapprove, document_id=made.pk)
    made.refresh_from_db()
    assert (made.confirmed_on, made.confirmed_by, made.confirmed_amount, made.execution) == (None, "", None, "open")
    later = trade.do(finance.SUPPLIER_STATEMENT_LIFECYCLE.void, document_id=made.pk)
    assert later.approval == "void"
    assert trade.do(finance.create_supplier_statement, supplier_id=supplier).closing == D("111.30")


def test_days_and_partners_that_do_not_fit(trade: Trade) -> None:
    refused("no_supplier", finance.create_supplier_statement, trade, supplier_id=trade.partners["C1"].pk)
    refused("no_customer", finance.create_customer_statement, trade, customer_id=trade.partners["S1"].pk)
    refused(
        "bad_period",
        finance.create_customer_statement,
        trade,
        customer_id=trade.partners["C1"].pk,
        since=trade.today,
        until=trade.today - timedelta(1),
    )
    refused("nothing_to_tell", finance.make_customer_statements, trade)


def test_all_at_once_in_a_constant_number_of_statements(trade: Trade) -> None:
    """As many statements for one supplier as for twenty, each as if made alone."""
    bought(trade, 2, "A1", 1)
    counts = []
    for size in (1, 2, 20):
        for n in range(size):
            code = f"S{size}-{n}"
            trade.partners[code] = Partner.objects.create(
                code=code, name=code, pinyin=initials(code), is_supplier=True, price_includes_tax=False
            )
            trade.receive(trade.order(code, shaft=n + 1))
        with trade.counted() as statements:
            made = trade.do(finance.make_supplier_statements)
        counts.append(statements[0])
        assert len(made) == size + (size == 1)
        assert sum(one.waiting for one in SupplierStatement.objects.filter(pk__in=[row.pk for row in made])) == D(
            "11.30"
        ) * sum(range(1, size + 1))
    assert counts[1] == counts[2], counts
    refused("nothing_to_tell", finance.make_supplier_statements, trade)
    assert not CustomerStatement.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_screen_on_paper_and_as_a_sheet(trade: Trade, language: str) -> None:
    bought(trade, 10, "A1", 2)
    made = trade.do(finance.create_supplier_statement, supplier_id=trade.partners["S1"].pk)
    client = Client(headers={"accept-language": language})
    client.force_login(trade.boss)
    page = client.get(f"/finance/supplier-statements/{made.pk}/").content.decode()
    assert "113.00" in page and made.lines.first().source_number in page and "/purchasing/receipts/" in page
    assert client.get("/finance/supplier-statements/").status_code == 200
    assert client.get(f"/finance/supplier-statements/{made.pk}/tab/now").status_code == 200
    paper = client.get(f"/finance/supplier-statements/{made.pk}/print/statement")
    assert paper.status_code == 200 and "113.00" in paper.content.decode() and "壹佰壹拾叁元" in paper.content.decode()
    assert client.get(f"/finance/supplier-statements/{made.pk}/print/statement.pdf").content[:4] == b"%PDF"


def test_the_proof_finds_a_statement_that_does_not_add_up(trade: Trade) -> None:
    bought(trade, 10, "A1", 2)
    made = trade.do(finance.create_supplier_statement, supplier_id=trade.partners["S1"].pk)
    trade.is_spoilt = True
    assert trade.proven() == []
    made.lines.filter(kind="invoice").update(charged=D("112.00"))
    assert {fault.check for fault in run_all()} == {"finance.statements"}
