"""Invoices to customers, for what was shipped."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gongfang.finance.models import SalesInvoice, SalesInvoiceLine
from gongfang.finance.rules import Invoiceable, InvoiceLineInput, invoice_number_problem, invoice_problems, invoice_row
from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.sales import queries as sales_queries
from gongfang.sales import services as sales

WRITERS = ("accountant", "sales")
REASON = "finance.sales_invoice"


def sources_of(line_ids: Sequence[int]) -> dict[int, Invoiceable]:
    """Shipment lines with what may still be invoiced; one statement."""
    return {
        line.line_id: Invoiceable(
            line.line_id, line.item_id, line.item, line.customer_id, line.quantity, line.invoiced, line.price, line.tax_rate,
            line.net_amount, document_id=line.shipment_id,
        )
        for line in sales_queries.invoiceable_lines(line_ids=line_ids, only_open=False)
    }  # fmt: skip


def _fill(invoice: SalesInvoice, lines: Sequence[InvoiceLineInput]) -> None:
    """Check and write the lines and the totals of a locked draft."""
    sources = sources_of([line.source_line_id for line in lines])
    refuse_if(invoice_problems(lines, sources, invoice.customer_id))
    rows = [
        {"shipment_line_id": line.source_line_id, **invoice_row(line, sources[line.source_line_id])} for line in lines
    ]
    saved = save_lines(invoice, SalesInvoiceLine, rows)
    change(
        invoice,
        net_amount=sum((line.net_amount for line in saved), Decimal(0)),  # type: ignore[attr-defined]
        tax_amount=sum((line.tax_amount for line in saved), Decimal(0)),  # type: ignore[attr-defined]
        total_amount=sum((line.total_amount for line in saved), Decimal(0)),  # type: ignore[attr-defined]
    )
    unlink(invoice)
    shipments = document_model("sales.shipment")._default_manager.in_bulk(
        [source.document_id for source in sources.values()]
    )
    link(
        Link(
            shipments[sources[line.shipment_line_id].document_id],
            invoice,
            line.shipment_line_id,
            line.pk,
            line.quantity,
        )  # type: ignore[attr-defined]
        for line in saved
    )


def _number_free(invoice_no: str, but: int | None = None) -> list[Problem]:
    if not invoice_no:
        return []
    problem = invoice_number_problem(invoice_no)
    if problem:
        return [problem]
    taken = SalesInvoice.objects.filter(invoice_no=invoice_no).exclude(approval="void").exclude(pk=but).first()
    if taken is None:
        return []
    return [
        Problem(
            "invoice_no_taken",
            "Invoice number {invoice_no} is used already: {number}.",
            where="invoice_no",
            invoice_no=invoice_no,
            number=taken.number,
        )
    ]


@verb("finance.create_sales_invoice", N_("Enter sales invoice"), roles=WRITERS)
def create_sales_invoice(
    *, actor: User, request_id: uuid.UUID, customer_id: int, lines: Sequence[InvoiceLineInput], invoice_no: str = "",
    business_date: date | None = None, due_date: date | None = None, remark: str = "",
) -> SalesInvoice:  # fmt: skip
    """Enter an invoice as a draft. due_date: by the customer's payment days where left out."""
    customer = masterdata.partners_by_ids([customer_id]).get(customer_id)
    if customer is None or not customer.is_customer:
        raise DomainError(Problem("no_customer", "This is not a customer.", where="customer"))
    refuse_if(_number_free(invoice_no.strip()))
    on = business_date or timezone.localdate()
    invoice = new_document(
        SalesInvoice, actor=actor, on=on, customer=customer, invoice_no=invoice_no.strip(), remark=remark,
        due_date=due_date or on + timedelta(days=customer.payment_days),
    )  # fmt: skip
    _fill(invoice, lines)
    return invoice


@verb("finance.change_sales_invoice", N_("Change sales invoice"), roles=WRITERS)
def change_sales_invoice(
    *, actor: User, request_id: uuid.UUID, document_id: int, due_date: date, lines: Sequence[InvoiceLineInput], business_date: date,
    invoice_no: str = "", remark: str = "", version: int | None = None,
) -> SalesInvoice:  # fmt: skip
    """Change a draft; the customer stays."""
    invoice = editable(SalesInvoice, document_id, version=version)
    refuse_if(_number_free(invoice_no.strip(), invoice.pk))
    change(invoice, invoice_no=invoice_no.strip(), due_date=due_date, business_date=business_date, remark=remark)
    _fill(invoice, lines)
    return invoice


@verb("finance.invoice_shipments", N_("Invoice shipments"), roles=WRITERS)
def invoice_shipments(
    *,
    actor: User,
    request_id: uuid.UUID,
    shipment_ids: Sequence[int],
    invoice_no: str = "",
    business_date: date | None = None,
) -> SalesInvoice:
    """Enter one invoice for all that is not yet invoiced of some shipments of one customer."""
    chosen = set(shipment_ids)
    sources = sources_of([line.line_id for line in sales_queries.invoiceable_lines() if line.shipment_id in chosen])
    open_lines = [InvoiceLineInput(source.line_id, source.open) for source in sources.values() if source.open]
    customers = {source.partner_id for source in sources.values()}
    if len(customers) != 1 or not open_lines:
        raise DomainError(
            Problem("nothing_to_invoice_out", "Choose shipments of one customer that are not fully invoiced yet.")
        )
    return create_sales_invoice(
        actor=actor,
        request_id=request_id,
        customer_id=customers.pop(),
        lines=open_lines,
        invoice_no=invoice_no,
        business_date=business_date,
    )


def _problems(invoice: SalesInvoice) -> list[Problem]:
    lines = list(invoice.lines.all())
    inputs = [
        InvoiceLineInput(line.shipment_line_id, line.quantity, line.price, line.tax_rate, line.tax_amount)
        for line in lines
    ]
    return invoice_problems(inputs, sources_of([line.shipment_line_id for line in lines]), invoice.customer_id)


def _approved(actor: User, invoice: SalesInvoice, request_id: uuid.UUID) -> None:
    """Entries: Dr 1122, Cr 5001, Cr 222101 output tax."""
    lines = list(invoice.lines.select_for_update(of=("self",)).order_by("pk"))
    sales.record_invoiced({line.shipment_line_id: line.quantity for line in lines})
    entries = [
        ledger.Entry("receivable", debit=invoice.total_amount, partner_id=invoice.customer_id),
        ledger.Entry("revenue", credit=invoice.net_amount),
        ledger.Entry("vat_out", credit=invoice.tax_amount),
    ]
    ledger.post(
        actor=actor, reason=REASON, source=invoice, on=invoice.business_date, partner_id=invoice.customer_id,
        entries=[entry for entry in entries if entry.debit or entry.credit], summary=f"销售发票 {invoice.invoice_no or invoice.number}",
    )  # fmt: skip


def _unapproved(actor: User, invoice: SalesInvoice, request_id: uuid.UUID) -> None:
    for posting in ledger_queries.postings_of(invoice):
        ledger.reverse(actor=actor, posting=posting, on=timezone.localdate(), reason=REASON)
    lines = list(invoice.lines.select_for_update(of=("self",)).order_by("pk"))
    sales.record_invoiced({line.shipment_line_id: -line.quantity for line in lines})


def _blockers(invoice: SalesInvoice) -> list[Problem]:
    if invoice.settled_amount:
        return [
            Problem("is_received", "{amount} of it is received; take that back first.", amount=invoice.settled_amount)
        ]
    return []


def _effects(invoice: SalesInvoice) -> list[Effect]:
    return [
        Effect(
            N_("Voucher {voucher} of {amount} is reversed in red."),
            {"voucher": str(getattr(posting, "voucher", posting)), "amount": invoice.total_amount},
        )
        for posting in ledger_queries.postings_of(invoice)
    ]


SALES_INVOICE_LIFECYCLE = Lifecycle(
    SalesInvoice, package="finance", noun="sales_invoice", title=N_("sales invoice"), writers=WRITERS, approvers=("accountant", "owner"),
    check=_problems, on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, closable=False,
)  # fmt: skip
