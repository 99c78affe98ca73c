"""What a supplier may still invoice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F

from gongfang.kernel.states import Approval
from gongfang.purchasing.models import ReceiptLine


@dataclass(frozen=True, slots=True)
class InvoiceableLine:
    """A posted receipt line. quantity: received less returned. net_amount: what stands in the books for it, before tax.

    price: before tax per base unit.
    """

    line_id: int
    receipt_id: int
    receipt_number: str
    order_number: str
    supplier_id: int
    item_id: int
    item: str
    quantity: Decimal
    invoiced: Decimal
    price: Decimal
    tax_rate: Decimal
    net_amount: Decimal

    @property
    def open(self) -> Decimal:
        return self.quantity - self.invoiced


def invoiceable_lines(
    supplier_id: int | None = None, line_ids: Collection[int] | None = None, *, only_open: bool = True,
    before: date | None = None,
) -> list[InvoiceableLine]:  # fmt: skip
    """Receipt lines of approved receipts, oldest first; one statement. only_open: those not wholly invoiced, or over-invoiced.

    before: of receipts older than a day.
    """
    rows = ReceiptLine.objects.filter(document__approval=Approval.APPROVED)
    if supplier_id is not None:
        rows = rows.filter(document__supplier=supplier_id)
    if line_ids is not None:
        rows = rows.filter(pk__in=list(line_ids))
    if before is not None:
        rows = rows.filter(document__business_date__lt=before)
    if only_open:  # the database leaves out what is done: history grows, open lines do not
        rows = rows.exclude(done_quantity=F("quantity") - F("returned_quantity"))
    rows = rows.select_related("document", "item", "order_line__document").order_by("document_id", "line_no")
    return [
        InvoiceableLine(
            row.pk, row.document_id, row.document.number, row.order_line.document.number, row.document.supplier_id, row.item_id,
            str(row.item), row.quantity - row.returned_quantity, row.done_quantity, row.price, row.tax_rate,
            row.net_amount - row.returned_amount,
        )
        for row in rows
    ]  # fmt: skip
