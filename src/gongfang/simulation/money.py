"""The office's day: invoices in and out, payments when they are due, customers who pay late."""

from typing import Any

from gongfang.finance import queries as finance_queries
from gongfang.finance import services as finance
from gongfang.finance.queries import PurchaseInvoice, SalesInvoice
from gongfang.finance.services import MatchInput
from gongfang.kernel.money import to_cents
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.ledger.services import JournalLineInput
from gongfang.production import queries as production_queries
from gongfang.purchasing import queries as purchasing_queries
from gongfang.sales import queries as sales_queries
from gongfang.simulation.cast import Factory

LATE_CUSTOMERS = 0.15


def invoice_suppliers(factory: Factory) -> None:
    """Twice a week the invoices of suppliers and subcontractors are entered and approved, one each."""
    if factory.clock.today.isoweekday() not in (2, 5):
        return
    by_supplier: dict[int, set[int]] = {}
    for line in purchasing_queries.invoiceable_lines():
        if line.open > 0:
            by_supplier.setdefault(line.supplier_id, set()).add(line.receipt_id)
    for _, receipts in sorted(by_supplier.items()):
        _enter_invoice(factory, finance.invoice_receipts, sorted(receipts))
    by_subcontractor: dict[int, set[int]] = {}
    for fee in production_queries.open_fees():
        by_subcontractor.setdefault(fee.partner_id, set()).add(fee.receipt_id)
    for _, receipts in sorted(by_subcontractor.items()):
        _enter_invoice(factory, finance.invoice_fees, sorted(receipts))


def invoice_ahead(factory: Factory) -> None:
    """A supplier whose order is due last sends the invoice before the goods, while no other is awaited. No luck: it changes no other day."""
    if factory.clock.today.isoweekday() != 3 or purchasing_queries.on_way_quantities():
        return
    orders: dict[int, set[int]] = {}
    for line in sorted(purchasing_queries.open_supply(), key=lambda line: (line.on, line.line_id), reverse=True):
        orders.setdefault(line.document_id, set()).add(line.line_id)
    for number, lines in orders.items():
        open_lines = purchasing_queries.ordered_lines(lines)
        if not open_lines or any(line.invoiced for line in open_lines):
            continue
        invoice = factory.do(
            finance.invoice_order_lines, "accountant", line_ids=sorted(lines), invoice_no=f"{factory.clock.today:%y}{number:018d}"
        )  # fmt: skip
        if invoice is not None:
            approved = factory.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, "accountant", document_id=invoice.pk)
            factory.count("invoices_ahead", int(approved is not None))
        return


def _enter_invoice(factory: Factory, verb: Any, receipt_ids: list[int]) -> None:
    number = f"{factory.clock.today:%y}{factory.luck.number(10**17, 10**18 - 1)}"
    invoice = factory.do(verb, "accountant", receipt_ids=receipt_ids, invoice_no=number)
    if invoice is None:
        return
    if factory.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, "accountant", document_id=invoice.pk) is not None:
        factory.count("purchase_invoices")


def invoice_customers(factory: Factory) -> None:
    """What was shipped is invoiced, one invoice per customer and day."""
    by_customer: dict[int, set[int]] = {}
    for line in sales_queries.invoiceable_lines():
        if line.open > 0:
            by_customer.setdefault(line.customer_id, set()).add(line.shipment_id)
    for _, shipments in sorted(by_customer.items()):
        invoice = factory.do(finance.invoice_shipments, "accountant", shipment_ids=sorted(shipments))
        if (
            invoice is not None
            and factory.do(finance.SALES_INVOICE_LIFECYCLE.approve, "accountant", document_id=invoice.pk) is not None
        ):
            factory.count("sales_invoices")


def enter_overheads(factory: Factory) -> None:
    """On Fridays power, rent and repairs of the workshops are paid: about what the orders were charged for them."""
    charged = -ledger_queries.balance_of("4101")
    if factory.clock.today.isoweekday() != 5 or charged <= 0:
        return
    amount = to_cents(charged * factory.luck.number(94, 106) / 100)
    lines = [
        JournalLineInput(ledger_queries.account_of_role("overhead").pk, debit=amount),
        JournalLineInput(ledger_queries.account_of_role("bank").pk, credit=amount),
    ]
    journal = factory.do(ledger.create_journal, "accountant", summary="支付车间水电、租金、修理费", lines=lines)
    if journal is not None and factory.do(ledger.approve_journal, "accountant", document_id=journal.pk) is not None:
        factory.count("overhead_vouchers")


def pay(factory: Factory) -> None:
    """The cashier pays what is due, one payment per supplier."""
    due = [
        invoice.pk
        for invoice in finance_queries.overdue(PurchaseInvoice, factory.clock.today)
        if invoice.open_amount > 0
    ]
    if not due:
        return
    for payment in factory.do(finance.pay_invoices, "cashier", invoice_ids=due) or []:
        if factory.do(finance.PAYMENT_LIFECYCLE.approve, "accountant", document_id=payment.pk) is not None:
            factory.count("payments")


def collect(factory: Factory) -> None:
    """Customers pay what is due; some take their time."""
    by_customer: dict[int, list[Any]] = {}
    for invoice in finance_queries.overdue(SalesInvoice, factory.clock.today):
        if invoice.open_amount > 0 and not factory.luck.chance(LATE_CUSTOMERS):
            by_customer.setdefault(invoice.customer_id, []).append(invoice)
    for customer_id, invoices in sorted(by_customer.items()):
        lines = [MatchInput(invoice.pk, invoice.open_amount) for invoice in invoices]
        receipt = factory.do(
            finance.create_receipt, "cashier", customer_id=customer_id, amount=sum(line.amount for line in lines), lines=lines,
            bank_reference=f"B{factory.luck.number(10**9, 10**10 - 1)}",
        )  # fmt: skip
        if (
            receipt is not None
            and factory.do(finance.RECEIPT_LIFECYCLE.approve, "accountant", document_id=receipt.pk) is not None
        ):
            factory.count("customer_receipts")
