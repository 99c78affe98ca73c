"""Goods that replace others: what was invoiced of those that went back is of those that came, so that neither line stays open."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from gongfang.finance.models import PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import InvoiceLineInput, invoice_row
from gongfang.finance.services import invoicing
from gongfang.finance.services.drawing import receipt_sources
from gongfang.finance.services.purchase_invoices import SIDE, post_goods
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change, new_document
from gongfang.platform.identity.models import User
from gongfang.purchasing import queries as purchasing


def settle(actor_id: int, receipt_id: int, number: str, on: date) -> PurchaseInvoice | None:
    """Where a receipt replaces goods that were invoiced, an approved invoice over nothing: less of what went back, more of what came, at
    what was invoiced. None where it replaces nothing of the kind. Call it inside a verb.
    """
    found = purchasing.replacements(receipt_id, settled_before)
    if not found:
        return None
    actor = User.objects.get(pk=actor_id)
    sources = receipt_sources([pk for one in found for pk in (one.sent_line, one.came_line)])
    rows: list[dict[str, object]] = []
    for one in found:
        less = invoice_row(InvoiceLineInput(one.sent_line, -one.quantity), sources[one.sent_line])
        more = (
            less
            | {"quantity": one.quantity}
            | {name: -less[name] for name in ("net_amount", "tax_amount", "total_amount")}
        )  # type: ignore[operator]
        rows += [{"receipt_line_id": one.sent_line, **less}, {"receipt_line_id": one.came_line, **more}]
    invoice = new_document(
        PurchaseInvoice, actor=actor, on=on, invoice_no=number, due_date=on, supplier_id=sources[found[0].sent_line].partner_id,
        is_replacement=True, remark="退货补货",
    )  # fmt: skip
    invoicing.write(SIDE, invoice, rows, sources)
    change(invoice, approval=ApprovalState.APPROVED, submitted_by=actor, approved_by=actor, approved_at=timezone.now())
    post_goods(actor, invoice)
    return invoice


def settled_before(line_ids: Collection[int]) -> Mapping[int, Decimal]:
    """Receipt line → how much of what went back of it replacements have settled; one statement."""
    rows = PurchaseInvoiceLine.objects.filter(
        receipt_line__in=line_ids, quantity__lt=0, document__is_replacement=True, document__approval=ApprovalState.APPROVED
    )  # fmt: skip
    return {pk: -sent for pk, sent in rows.order_by().values_list("receipt_line").annotate(Sum("quantity"))}
