"""Suppliers' invoices: matched to receipt and order, posted against what was booked at receipt."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from gongfang.finance.models import PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import Invoiceable, InvoiceLineInput, share_of_estimate
from gongfang.finance.services import invoicing
from gongfang.finance.services.estimates import (
    FEES,
    GOODS,
    draw_reversed,
    drawable,
    hold_runs,
    invoice_entries,
    method_on,
    put_on_goods,
)
from gongfang.finance.services.matching import differences_problems
from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.ledger import services as ledger
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production import services as production
from gongfang.purchasing import queries as purchasing_queries
from gongfang.purchasing import services as purchasing

WRITERS = ("accountant", "cost_accountant")


def sources_of(line_ids: Sequence[int]) -> dict[int, Invoiceable]:
    """Receipt lines with what may still be invoiced; two statements."""
    taken = invoicing.sums_of(SIDE, line_ids, "estimate", "net_amount")
    return {
        line.line_id: Invoiceable(
            line.line_id, line.item_id, line.item, line.supplier_id, line.quantity, line.invoiced, line.price, line.tax_rate,
            line.net_amount, taken[line.line_id][0], line.receipt_id, taken[line.line_id][1],
        )
        for line in purchasing_queries.invoiceable_lines(line_ids=line_ids, only_open=False)
    }  # fmt: skip


SIDE = invoicing.InvoiceSide(
    PurchaseInvoice, PurchaseInvoiceLine, "supplier", "receipt_line", "purchasing.receipt", "finance.purchase_invoice", "采购发票",
    sources=sources_of, record=purchasing.record_invoiced,
    no_partner=Problem("no_supplier", "This is not a supplier.", where="supplier"),
    taken=N_("Invoice {invoice_no} of this supplier is entered already: {number}."),
    blocked=("is_paid", N_("{amount} of it is paid; take the payment back first.")),
    nothing=Problem("nothing_to_invoice", "Choose receipts of one supplier that are not fully invoiced yet."), number_needed=True,
    forgets={"accepted_by": None, "accepted_reason": ""},
)  # fmt: skip


@verb("finance.create_purchase_invoice", N_("Enter purchase invoice"), roles=WRITERS)
def create_purchase_invoice(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, invoice_no: str, lines: Sequence[InvoiceLineInput],
    business_date: date | None = None, due_date: date | None = None, remark: str = "",
) -> PurchaseInvoice:  # fmt: skip
    """Enter a supplier's invoice as a draft. due_date: by the supplier's payment days where left out."""
    return invoicing.create(SIDE, actor, supplier_id, invoice_no, lines, business_date, due_date, remark)  # type: ignore[no-any-return]


@verb("finance.change_purchase_invoice", N_("Change purchase invoice"), roles=WRITERS)
def change_purchase_invoice(
    *, actor: User, request_id: uuid.UUID, document_id: int, invoice_no: str, due_date: date, lines: Sequence[InvoiceLineInput],
    business_date: date, remark: str = "", version: int | None = None,
) -> PurchaseInvoice:  # fmt: skip
    """Change a draft; the supplier stays."""
    if PurchaseInvoiceLine.objects.filter(document=document_id).exclude(fee_receipt=None).exists():
        raise DomainError(
            Problem("fee_lines_stay", "An invoice for processing fees is made from its receipts; void it and make it anew.")
        )  # fmt: skip
    return invoicing.edit(SIDE, document_id, version, lines, invoice_no, due_date, business_date, remark)  # type: ignore[no-any-return]


@verb("finance.invoice_receipts", N_("Enter invoice for receipts"), roles=WRITERS)
def invoice_receipts(
    *, actor: User, request_id: uuid.UUID, receipt_ids: Sequence[int], invoice_no: str, business_date: date | None = None,
) -> PurchaseInvoice:  # fmt: skip
    """Enter one invoice for all that is not yet invoiced of some receipts of one supplier."""
    chosen = set(receipt_ids)
    lines = [line.line_id for line in purchasing_queries.invoiceable_lines() if line.receipt_id in chosen]
    return invoicing.create_of_lines(SIDE, actor, lines, invoice_no, business_date)  # type: ignore[no-any-return]


@verb("finance.invoice_receipt_lines", N_("Enter invoice for receipt lines"), roles=WRITERS)
def invoice_receipt_lines(
    *, actor: User, request_id: uuid.UUID, line_ids: Sequence[int], invoice_no: str, business_date: date | None = None,
) -> PurchaseInvoice:  # fmt: skip
    """Enter one invoice for all that is not yet invoiced of some lines of receipts of one supplier."""
    return invoicing.create_of_lines(SIDE, actor, line_ids, invoice_no, business_date)  # type: ignore[no-any-return]


def number_free(supplier_id: int, invoice_no: str) -> list[Problem]:
    """Why an invoice number of a supplier cannot be entered: its form, or that it is there already."""
    return invoicing.number_problems(SIDE, supplier_id, invoice_no)


def _fees_of(invoice: PurchaseInvoice) -> QuerySet[PurchaseInvoiceLine]:
    """The lines of an invoice for processing fees; an invoice of goods has none."""
    return invoice.lines.select_for_update(of=("self",)).exclude(fee_receipt=None).order_by("pk")


def _fee_approved(actor: User, invoice: PurchaseInvoice, fees: Sequence[PurchaseInvoiceLine]) -> None:
    """Take back what was booked at the receipt of the work; another amount on the invoice is a subcontract variance."""
    production.record_fees_invoiced({line.fee_receipt_id: line.estimate for line in fees})
    hold_runs()
    draw_reversed(fees, drawable([line.fee_receipt_id for line in fees], FEES, invoice.business_date), FEES)
    PurchaseInvoiceLine.objects.bulk_update(fees, ["estimate_reversed"], batch_size=500)
    entries = invoice_entries(invoice, fees, method_on(invoice.business_date), "variance_subcontract")
    invoicing.post(SIDE, actor, invoice, entries, "加工费发票")


def _problems(invoice: PurchaseInvoice) -> list[Problem]:
    if invoice.lines.exclude(fee_receipt=None).exists():
        return []
    return invoicing.problems(SIDE, invoice) or differences_problems(invoice)


def _entries(invoice: PurchaseInvoice, lines: list[Any]) -> list[ledger.Entry]:
    """Take back what was booked at receipt, book the invoice; what the prices differ by is a price variance.

    How the estimate leaves is the company's choice: see `estimates`.
    """
    sources = sources_of([line.receipt_line_id for line in lines])
    for line in lines:
        # Our own row is approved by now and its estimate was 0, so `released` is what the earlier invoices took.
        source = sources[line.receipt_line_id]
        line.estimate = share_of_estimate(replace(source, invoiced=source.invoiced - line.quantity), line.quantity)
    hold_runs()
    draw_reversed(lines, drawable([line.receipt_line_id for line in lines], GOODS, invoice.business_date))
    PurchaseInvoiceLine.objects.bulk_update(lines, ["estimate", "estimate_reversed"], batch_size=500)
    return invoice_entries(invoice, lines, method_on(invoice.business_date))


def post_goods(actor: User, invoice: PurchaseInvoice) -> None:
    """Record and post an invoice of goods that is approved by now."""
    invoicing.approve(SIDE, actor, invoice, _entries)
    put_on_goods(actor, invoice)


def _approved(actor: User, invoice: PurchaseInvoice, request_id: uuid.UUID) -> None:
    if fees := list(_fees_of(invoice)):
        _fee_approved(actor, invoice, fees)
    else:
        post_goods(actor, invoice)


def _unapproved(actor: User, invoice: PurchaseInvoice, request_id: uuid.UUID) -> None:
    invoicing.unpost(SIDE, actor, invoice)
    if fees := list(_fees_of(invoice)):
        production.record_fees_invoiced({line.fee_receipt_id: -line.estimate for line in fees})
        invoice.lines.update(estimate_reversed=0)
        return
    invoicing.unrecord(SIDE, invoice)
    invoice.lines.update(estimate=0, estimate_reversed=0)


PURCHASE_INVOICE_LIFECYCLE = Lifecycle(
    PurchaseInvoice, package="finance", noun="purchase_invoice", title=N_("purchase invoice"), writers=WRITERS, approvers=("accountant", "owner"),
    check=_problems, on_approve=_approved, on_unapprove=_unapproved, blockers=invoicing.blockers(SIDE),
    effects=invoicing.reversed_vouchers, closable=False,
)  # fmt: skip
