"""Suppliers' invoices: matched to receipt and order, posted against what was booked at receipt."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from gongfang.finance.models import OnWayMatch, PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import InvoiceLineInput, OfOrder
from gongfang.finance.services import invoicing, on_way
from gongfang.finance.services.drawing import draw, draws, sources_of, sums
from gongfang.finance.services.estimates import (
    FEES,
    draw_reversed,
    drawable,
    hold_runs,
    invoice_entries,
    method_on,
    put_on_goods,
)
from gongfang.finance.services.matching import differences_problems
from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production import services as production
from gongfang.purchasing import queries as purchasing_queries
from gongfang.purchasing import services as purchasing

ZERO = Decimal(0)
WRITERS = ("accountant", "cost_accountant")


SIDE = invoicing.InvoiceSide(
    PurchaseInvoice, PurchaseInvoiceLine, "supplier", "receipt_line", "purchasing.receipt", "finance.purchase_invoice", "采购发票",
    sources=sources_of, record=purchasing.record_invoiced,
    no_partner=Problem("no_supplier", "This is not a supplier.", where="supplier"),
    taken=N_("Invoice {invoice_no} of this supplier is entered already: {number}."),
    blocked=("is_paid", N_("{amount} of it is paid; take the payment back first.")),
    nothing=Problem("nothing_to_invoice", "Choose receipts of one supplier that are not fully invoiced yet."), number_needed=True,
    forgets={"accepted_by": None, "accepted_reason": ""}, order_type="purchasing.order",
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


@verb("finance.invoice_order_lines", N_("Enter invoice before the goods"), roles=WRITERS)
def invoice_order_lines(
    *, actor: User, request_id: uuid.UUID, line_ids: Sequence[int], invoice_no: str, business_date: date | None = None,
) -> PurchaseInvoice:  # fmt: skip
    """Enter one invoice for all that is not yet invoiced of some lines of orders of one supplier, come or not."""
    nothing = Problem("nothing_to_invoice", "Choose lines of orders of one supplier that are not fully invoiced yet.")
    chosen = [OfOrder(pk) for pk in line_ids]
    return invoicing.create_of_sources(SIDE, actor, chosen, invoice_no, business_date, nothing)  # type: ignore[no-any-return]


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


def post_goods(actor: User, invoice: PurchaseInvoice) -> None:
    """Record and post an invoice of goods that is approved by now.

    What was booked at receipt is taken back; what the prices differ by is a price variance. Of goods that have not come, what is invoiced
    stands on 1402. How the estimate leaves is the company's choice: see `estimates`.
    """
    lines = list(invoice.lines.select_for_update(of=("self",)).order_by("pk"))
    ordered = [line for line in lines if line.order_line_id]
    on_way.lock(ordered)
    purchasing.record_invoiced(
        sums((line.receipt_line_id, line.quantity) for line in lines if line.receipt_line_id),
        sums((line.order_line_id, line.quantity) for line in ordered if line.order_line_id),
    )
    matches = on_way.begin(invoice, ordered)
    drawn, last = draws(lines, matches), max([invoice.business_date, *(one.on for one in matches)])
    draw(drawn, last)
    PurchaseInvoiceLine.objects.bulk_update(lines, ["estimate", "estimate_reversed", *on_way.KEPT], batch_size=500)
    OnWayMatch.objects.bulk_create(matches, batch_size=500)
    at_once = [one for one in matches if one.on == invoice.business_date]
    way = sum((line.net_amount for line in ordered if line.quantity > 0), ZERO) - sum(
        (one.net_amount for one in at_once), ZERO
    )
    entries = invoice_entries(invoice, draws(lines, at_once), method_on(invoice.business_date), on_way=way)
    invoicing.post(SIDE, actor, invoice, entries)
    on_way.post_later(actor, [one for one in matches if one.on != invoice.business_date])
    put_on_goods(actor, invoice, drawn)


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
    on_way.take_back(actor, invoice, list(invoice.lines.select_for_update(of=("self",)).order_by("pk")))
    invoice.lines.update(estimate=0, estimate_reversed=0, on_way_quantity=0, on_way_amount=0)


def _blockers(invoice: PurchaseInvoice) -> list[Problem]:
    return [*invoicing.blockers(SIDE)(invoice), *on_way.blockers(invoice)]


def _effects(invoice: PurchaseInvoice) -> list[Effect]:
    return [*invoicing.reversed_vouchers(invoice), *on_way.effects(invoice)]


PURCHASE_INVOICE_LIFECYCLE = Lifecycle(
    PurchaseInvoice, package="finance", noun="purchase_invoice", title=N_("purchase invoice"), writers=WRITERS, approvers=("accountant", "owner"),
    check=_problems, on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects,
    closable=False,
)  # fmt: skip
