"""Invoices to customers, for what was shipped."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from gongfang.finance.models import SalesInvoice, SalesInvoiceLine
from gongfang.finance.rules import Invoiceable, InvoiceLineInput
from gongfang.finance.services import invoicing
from gongfang.kernel.errors import N_, Problem
from gongfang.ledger import services as ledger
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.sales import queries as sales_queries
from gongfang.sales import services as sales

WRITERS = ("accountant", "sales")


def sources_of(line_ids: Sequence[int]) -> dict[int, Invoiceable]:
    """Shipment lines with what may still be invoiced; two statements."""
    taken = invoicing.sums_of(SIDE, line_ids, "net_amount")
    return {
        line.line_id: Invoiceable(
            line.line_id, line.item_id, line.item, line.customer_id, line.quantity, line.invoiced, line.price, line.tax_rate,
            line.net_amount, document_id=line.shipment_id, billed=taken[line.line_id][0],
        )
        for line in sales_queries.invoiceable_lines(line_ids=line_ids, only_open=False)
    }  # fmt: skip


SIDE = invoicing.InvoiceSide(
    SalesInvoice, SalesInvoiceLine, "customer", "shipment_line", "sales.shipment", "finance.sales_invoice", "销售发票",
    sources=sources_of, record=sales.record_invoiced,
    no_partner=Problem("no_customer", "This is not a customer.", where="customer"),
    taken=N_("Invoice number {invoice_no} is used already: {number}."),
    blocked=("is_received", N_("{amount} of it is received; take that back first.")),
    nothing=Problem("nothing_to_invoice_out", "Choose shipments of one customer that are not fully invoiced yet."), number_needed=False,
)  # fmt: skip


@verb("finance.create_sales_invoice", N_("Enter sales invoice"), roles=WRITERS)
def create_sales_invoice(
    *, actor: User, request_id: uuid.UUID, customer_id: int, lines: Sequence[InvoiceLineInput], invoice_no: str = "",
    business_date: date | None = None, due_date: date | None = None, remark: str = "",
) -> SalesInvoice:  # fmt: skip
    """Enter an invoice as a draft. due_date: by the customer's payment days where left out."""
    return invoicing.create(SIDE, actor, customer_id, invoice_no, lines, business_date, due_date, remark)  # type: ignore[no-any-return]


@verb("finance.change_sales_invoice", N_("Change sales invoice"), roles=WRITERS)
def change_sales_invoice(
    *, actor: User, request_id: uuid.UUID, document_id: int, due_date: date, lines: Sequence[InvoiceLineInput], business_date: date,
    invoice_no: str = "", remark: str = "", version: int | None = None,
) -> SalesInvoice:  # fmt: skip
    """Change a draft; the customer stays."""
    return invoicing.edit(SIDE, document_id, version, lines, invoice_no, due_date, business_date, remark)  # type: ignore[no-any-return]


@verb("finance.invoice_shipments", N_("Invoice shipments"), roles=WRITERS)
def invoice_shipments(
    *, actor: User, request_id: uuid.UUID, shipment_ids: Sequence[int], invoice_no: str = "", business_date: date | None = None,
) -> SalesInvoice:  # fmt: skip
    """Enter one invoice for all that is not yet invoiced of some shipments of one customer."""
    chosen = set(shipment_ids)
    lines = [line.line_id for line in sales_queries.invoiceable_lines() if line.shipment_id in chosen]
    return invoicing.create_of_lines(SIDE, actor, lines, invoice_no, business_date)  # type: ignore[no-any-return]


@verb("finance.invoice_shipment_lines", N_("Invoice shipment lines"), roles=WRITERS)
def invoice_shipment_lines(
    *, actor: User, request_id: uuid.UUID, line_ids: Sequence[int], invoice_no: str = "", business_date: date | None = None,
) -> SalesInvoice:  # fmt: skip
    """Enter one invoice for all that is not yet invoiced of some lines of shipments of one customer."""
    return invoicing.create_of_lines(SIDE, actor, line_ids, invoice_no, business_date)  # type: ignore[no-any-return]


def _entries(invoice: SalesInvoice, lines: list[Any]) -> list[ledger.Entry]:
    """Entries: Dr 1122, Cr 5001, Cr 222101 output tax."""
    return [
        ledger.Entry("receivable", debit=invoice.total_amount, partner_id=invoice.customer_id),
        ledger.Entry("revenue", credit=invoice.net_amount),
        ledger.Entry("vat_out", credit=invoice.tax_amount),
    ]


def _problems(invoice: SalesInvoice) -> list[Problem]:
    return invoicing.problems(SIDE, invoice)


def _approved(actor: User, invoice: SalesInvoice, request_id: uuid.UUID) -> None:
    invoicing.approve(SIDE, actor, invoice, _entries)


def _unapproved(actor: User, invoice: SalesInvoice, request_id: uuid.UUID) -> None:
    invoicing.unpost(SIDE, actor, invoice)
    invoicing.unrecord(SIDE, invoice)


SALES_INVOICE_LIFECYCLE = Lifecycle(
    SalesInvoice, package="finance", noun="sales_invoice", title=N_("sales invoice"), writers=WRITERS, approvers=("accountant", "owner"),
    check=_problems, on_approve=_approved, on_unapprove=_unapproved, blockers=invoicing.blockers(SIDE),
    effects=invoicing.reversed_vouchers, closable=False,
)  # fmt: skip
