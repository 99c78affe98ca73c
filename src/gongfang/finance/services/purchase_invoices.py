"""Suppliers' invoices: matched to receipt and order, posted against what was booked at receipt."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from gongfang.finance.models import PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import (
    Invoiceable,
    InvoiceLineInput,
    invoice_number_problem,
    invoice_problems,
    invoice_row,
    share_of_estimate,
)
from gongfang.finance.services.estimates import draw_reversed, invoice_entries, method_on, reversed_standing
from gongfang.finance.services.matching import differences_problems
from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production import services as production
from gongfang.purchasing import queries as purchasing_queries
from gongfang.purchasing import services as purchasing

WRITERS = ("accountant", "cost_accountant")
REASON = "finance.purchase_invoice"


def sources_of(line_ids: Sequence[int]) -> dict[int, Invoiceable]:
    """Receipt lines with what may still be invoiced; two statements."""
    released = dict(
        PurchaseInvoiceLine.objects.filter(receipt_line__in=line_ids, document__approval=ApprovalState.APPROVED)
        .values_list("receipt_line")
        .annotate(Sum("estimate"))
    )
    return {
        line.line_id: Invoiceable(
            line.line_id, line.item_id, line.item, line.supplier_id, line.quantity, line.invoiced, line.price, line.tax_rate,
            line.net_amount, released.get(line.line_id, Decimal(0)), line.receipt_id,
        )
        for line in purchasing_queries.invoiceable_lines(line_ids=line_ids, only_open=False)
    }  # fmt: skip


def _fill(invoice: PurchaseInvoice, lines: Sequence[InvoiceLineInput]) -> None:
    """Check and write the lines and the totals of a locked draft."""
    if _fees_of(invoice).exists():
        raise DomainError(
            Problem("fee_lines_stay", "An invoice for processing fees is made from its receipts; void it and make it anew.")
        )  # fmt: skip
    sources = sources_of([line.source_line_id for line in lines])
    refuse_if(invoice_problems(lines, sources, invoice.supplier_id))
    rows = [
        {"receipt_line_id": line.source_line_id, **invoice_row(line, sources[line.source_line_id])} for line in lines
    ]
    saved = save_lines(invoice, PurchaseInvoiceLine, rows)
    change(
        invoice,
        net_amount=sum((line.net_amount for line in saved), Decimal(0)),  # type: ignore[attr-defined]
        tax_amount=sum((line.tax_amount for line in saved), Decimal(0)),  # type: ignore[attr-defined]
        total_amount=sum((line.total_amount for line in saved), Decimal(0)),  # type: ignore[attr-defined]
    )
    unlink(invoice)
    receipts = document_model("purchasing.receipt")._default_manager.in_bulk(
        [source.document_id for source in sources.values()]
    )
    link(
        Link(receipts[sources[line.receipt_line_id].document_id], invoice, line.receipt_line_id, line.pk, line.quantity)  # type: ignore[attr-defined]
        for line in saved
    )


def number_free(supplier_id: int, invoice_no: str, but: int | None = None) -> list[Problem]:
    """Why an invoice number of a supplier cannot be entered: its form, or that it is there already."""
    problem = invoice_number_problem(invoice_no)
    if problem:
        return [problem]
    taken = (
        PurchaseInvoice.objects.filter(supplier=supplier_id, invoice_no=invoice_no)
        .exclude(approval="void")
        .exclude(pk=but)
        .first()
    )
    if taken is None:
        return []
    return [
        Problem(
            "invoice_no_taken",
            "Invoice {invoice_no} of this supplier is entered already: {number}.",
            where="invoice_no",
            invoice_no=invoice_no,
            number=taken.number,
        )
    ]


@verb("finance.create_purchase_invoice", N_("Enter purchase invoice"), roles=WRITERS)
def create_purchase_invoice(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, invoice_no: str, lines: Sequence[InvoiceLineInput],
    business_date: date | None = None, due_date: date | None = None, remark: str = "",
) -> PurchaseInvoice:  # fmt: skip
    """Enter a supplier's invoice as a draft. due_date: by the supplier's payment days where left out."""
    supplier = masterdata.partners_by_ids([supplier_id]).get(supplier_id)
    if supplier is None or not supplier.is_supplier:
        raise DomainError(Problem("no_supplier", "This is not a supplier.", where="supplier"))
    refuse_if(number_free(supplier_id, invoice_no.strip()))
    on = business_date or timezone.localdate()
    invoice = new_document(
        PurchaseInvoice, actor=actor, on=on, supplier=supplier, invoice_no=invoice_no.strip(), remark=remark,
        due_date=due_date or on + timedelta(days=supplier.payment_days),
    )  # fmt: skip
    _fill(invoice, lines)
    return invoice


@verb("finance.change_purchase_invoice", N_("Change purchase invoice"), roles=WRITERS)
def change_purchase_invoice(
    *, actor: User, request_id: uuid.UUID, document_id: int, invoice_no: str, due_date: date, lines: Sequence[InvoiceLineInput],
    business_date: date, remark: str = "", version: int | None = None,
) -> PurchaseInvoice:  # fmt: skip
    """Change a draft; the supplier stays."""
    invoice = editable(PurchaseInvoice, document_id, version=version)
    refuse_if(number_free(invoice.supplier_id, invoice_no.strip(), invoice.pk))
    change(
        invoice, invoice_no=invoice_no.strip(), due_date=due_date, business_date=business_date, remark=remark, accepted_by=None,
        accepted_reason="",
    )  # fmt: skip
    _fill(invoice, lines)
    return invoice


@verb("finance.invoice_receipts", N_("Enter invoice for receipts"), roles=WRITERS)
def invoice_receipts(
    *,
    actor: User,
    request_id: uuid.UUID,
    receipt_ids: Sequence[int],
    invoice_no: str,
    business_date: date | None = None,
) -> PurchaseInvoice:
    """Enter one invoice for all that is not yet invoiced of some receipts of one supplier."""
    chosen = set(receipt_ids)
    line_ids = [line.line_id for line in purchasing_queries.invoiceable_lines() if line.receipt_id in chosen]
    sources = sources_of(line_ids)
    open_lines = [InvoiceLineInput(source.line_id, source.open) for source in sources.values() if source.open]
    suppliers = {source.partner_id for source in sources.values()}
    if len(suppliers) != 1 or not open_lines:
        raise DomainError(
            Problem("nothing_to_invoice", "Choose receipts of one supplier that are not fully invoiced yet.")
        )
    return create_purchase_invoice(
        actor=actor,
        request_id=request_id,
        supplier_id=suppliers.pop(),
        invoice_no=invoice_no,
        lines=open_lines,
        business_date=business_date,
    )


def _fees_of(invoice: PurchaseInvoice) -> QuerySet[PurchaseInvoiceLine]:
    """The lines of an invoice for processing fees; an invoice of goods has none."""
    return invoice.lines.select_for_update(of=("self",)).exclude(fee_receipt=None).order_by("pk")


def _fee_approved(actor: User, invoice: PurchaseInvoice, fees: Sequence[PurchaseInvoiceLine]) -> None:
    """Take back what was booked at the receipt of the work; another amount on the invoice is a subcontract variance."""
    production.record_fees_invoiced({line.fee_receipt_id: line.estimate for line in fees})
    booked = sum((line.estimate for line in fees), Decimal(0))
    entries = [
        ledger.Entry("grni", debit=booked, partner_id=invoice.supplier_id),
        ledger.Entry("vat_in", debit=invoice.tax_amount),
        ledger.Entry("variance_subcontract", debit=invoice.net_amount - booked),
        ledger.Entry("payable", credit=invoice.total_amount, partner_id=invoice.supplier_id),
    ]
    ledger.post(
        actor=actor, reason=REASON, source=invoice, on=invoice.business_date, partner_id=invoice.supplier_id,
        entries=[entry for entry in entries if entry.debit or entry.credit], summary=f"加工费发票 {invoice.invoice_no}",
    )  # fmt: skip


def _problems(invoice: PurchaseInvoice) -> list[Problem]:
    if invoice.lines.exclude(fee_receipt=None).exists():
        return []
    lines = list(invoice.lines.all())
    inputs = [
        InvoiceLineInput(line.receipt_line_id, line.quantity, line.price, line.tax_rate, line.tax_amount)
        for line in lines
    ]
    found = invoice_problems(inputs, sources_of([line.receipt_line_id for line in lines]), invoice.supplier_id)
    return found or differences_problems(invoice)


def _approved(actor: User, invoice: PurchaseInvoice, request_id: uuid.UUID) -> None:
    """Take back what was booked at receipt, book the invoice; what the prices differ by is a price variance.

    How the estimate leaves is the company's choice: see `estimates`.
    """
    if fees := list(_fees_of(invoice)):
        return _fee_approved(actor, invoice, fees)
    lines = list(invoice.lines.select_for_update(of=("self",)).order_by("pk"))
    purchasing.record_invoiced({line.receipt_line_id: line.quantity for line in lines})
    sources = sources_of([line.receipt_line_id for line in lines])
    for line in lines:
        source = sources[line.receipt_line_id]
        before = Invoiceable(
            source.line_id, source.item_id, source.item, source.partner_id, source.quantity, source.invoiced - line.quantity,
            source.price, source.tax_rate, source.value, source.released,
        )  # fmt: skip
        line.estimate = share_of_estimate(before, line.quantity)
        # our own row is approved by now and its estimate was 0, so `released` is what the earlier invoices took
    draw_reversed(lines, reversed_standing([line.receipt_line_id for line in lines]))
    PurchaseInvoiceLine.objects.bulk_update(lines, ["estimate", "estimate_reversed"], batch_size=500)
    entries = invoice_entries(invoice, lines, method_on(invoice.business_date))
    ledger.post(
        actor=actor, reason=REASON, source=invoice, on=invoice.business_date, partner_id=invoice.supplier_id,
        entries=entries, summary=f"采购发票 {invoice.invoice_no}",
    )  # fmt: skip


def _unapproved(actor: User, invoice: PurchaseInvoice, request_id: uuid.UUID) -> None:
    for posting in ledger_queries.postings_of(invoice):
        ledger.reverse(actor=actor, posting=posting, on=timezone.localdate(), reason=REASON)
    if fees := list(_fees_of(invoice)):
        return production.record_fees_invoiced({line.fee_receipt_id: -line.estimate for line in fees})
    lines = list(invoice.lines.select_for_update(of=("self",)).order_by("pk"))
    purchasing.record_invoiced({line.receipt_line_id: -line.quantity for line in lines})
    invoice.lines.update(estimate=0, estimate_reversed=0)


def _blockers(invoice: PurchaseInvoice) -> list[Problem]:
    if invoice.settled_amount:
        return [
            Problem("is_paid", "{amount} of it is paid; take the payment back first.", amount=invoice.settled_amount)
        ]
    return []


def _effects(invoice: PurchaseInvoice) -> list[Effect]:
    return [
        Effect(
            N_("Voucher {voucher} of {amount} is reversed in red."),
            {"voucher": str(getattr(posting, "voucher", posting)), "amount": invoice.total_amount},
        )
        for posting in ledger_queries.postings_of(invoice)
    ]


PURCHASE_INVOICE_LIFECYCLE = Lifecycle(
    PurchaseInvoice, package="finance", noun="purchase_invoice", title=N_("purchase invoice"), writers=WRITERS, approvers=("accountant", "owner"),
    check=_problems, on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, closable=False,
)  # fmt: skip
