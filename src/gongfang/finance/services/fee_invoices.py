"""Invoices of subcontractors for their processing fees (委外加工费发票)."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gongfang.finance.models import PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import amounts
from gongfang.finance.services.purchase_invoices import WRITERS, number_free
from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.platform.documents.editing import change, new_document
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production import queries as production


@verb("finance.invoice_fees", N_("Enter invoice for processing fees"), roles=WRITERS)
def invoice_fees(
    *, actor: User, request_id: uuid.UUID, receipt_ids: Sequence[int], invoice_no: str, net_amount: Decimal | None = None,
    business_date: date | None = None,
) -> PurchaseInvoice:  # fmt: skip
    """Draft one invoice for the fees of some subcontract receipts of one subcontractor, less what was charged for losses.

    net_amount: as invoiced, where it differs; approval posts the difference as subcontract variance. Raises DomainError:
    nothing_to_invoice, invoice_no_taken.
    """
    fees = production.open_fees(receipt_ids)
    if not fees or len({fee.partner_id for fee in fees}) != 1:
        raise DomainError(
            Problem("nothing_to_invoice", "Choose receipts of one supplier that are not fully invoiced yet.")
        )
    refuse_if(number_free(fees[0].partner_id, invoice_no.strip()))
    on = business_date or timezone.localdate()
    invoice = new_document(
        PurchaseInvoice, actor=actor, on=on, supplier_id=fees[0].partner_id, invoice_no=invoice_no.strip(),
        due_date=on + timedelta(days=fees[0].payment_days),
    )  # fmt: skip
    booked = sum((fee.open for fee in fees), Decimal(0))
    rest = (net_amount if net_amount is not None else booked) - booked
    lines = []
    for n, fee in enumerate(fees, start=1):
        net = fee.open + (rest if n == len(fees) else Decimal(0))
        sums = amounts(Decimal(1), net, fee.tax_rate)
        lines.append(
            PurchaseInvoiceLine(
                document=invoice, line_no=n, fee_receipt_id=fee.receipt_id, item_id=fee.item_id, quantity=fee.pieces or Decimal(1),
                price=(net / (fee.pieces or 1)).quantize(Decimal("0.000001")), tax_rate=fee.tax_rate, net_amount=sums.net,
                tax_amount=sums.tax, total_amount=sums.total, estimate=fee.open,
            )
        )  # fmt: skip
    PurchaseInvoiceLine.objects.bulk_create(lines, batch_size=500)
    change(
        invoice,
        net_amount=sum((line.net_amount for line in lines), Decimal(0)),
        tax_amount=sum((line.tax_amount for line in lines), Decimal(0)),
        total_amount=sum((line.total_amount for line in lines), Decimal(0)),
    )
    sources = production.subcontract_receipts([fee.receipt_id for fee in fees])
    link(Link(source, invoice) for source in sources)
    return invoice
