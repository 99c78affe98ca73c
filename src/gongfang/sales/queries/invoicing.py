"""What a customer may still be invoiced for."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from gongfang.kernel.money import ZERO
from gongfang.kernel.pricing import portion
from gongfang.kernel.states import Approval
from gongfang.sales.models import ShipmentLine


@dataclass(frozen=True, slots=True)
class InvoiceableLine:
    """A posted shipment line. quantity: shipped less returned. price: before tax per base unit. net_amount, total_amount: of
    that quantity."""

    line_id: int
    shipment_id: int
    shipment_number: str
    order_number: str
    customer_id: int
    item_id: int
    item: str
    quantity: Decimal
    invoiced: Decimal
    price: Decimal
    tax_rate: Decimal
    net_amount: Decimal
    total_amount: Decimal

    @property
    def open(self) -> Decimal:
        return self.quantity - self.invoiced


def invoiceable_lines(
    customer_id: int | None = None, line_ids: Collection[int] | None = None, *, only_open: bool = True
) -> list[InvoiceableLine]:
    """Lines of approved shipments, oldest first; one statement. only_open: those not wholly invoiced, or over-invoiced."""
    rows = ShipmentLine.objects.filter(document__approval=Approval.APPROVED)
    if customer_id is not None:
        rows = rows.filter(document__customer=customer_id)
    if line_ids is not None:
        rows = rows.filter(pk__in=list(line_ids))
    if only_open:  # the database leaves out what is done: history grows, open lines do not
        rows = rows.exclude(done_quantity=F("quantity") - F("returned_quantity"))
    rows = rows.select_related("document", "item", "order_line__document").order_by("document_id", "line_no")
    return [
        InvoiceableLine(
            row.pk, row.document_id, row.document.number, row.order_line.document.number, row.document.customer_id, row.item_id,
            str(row.item), row.quantity - row.returned_quantity, row.done_quantity, row.price, row.tax_rate,
            portion(row.net_amount, row.quantity, ZERO, row.quantity - row.returned_quantity),
            portion(row.total_amount, row.quantity, ZERO, row.quantity - row.returned_quantity),
        )
        for row in rows
    ]  # fmt: skip
