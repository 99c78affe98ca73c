"""What a supplier may still invoice."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, ExpressionWrapper, F, Q, QuerySet, Sum, When

from gongfang.kernel.money import to_cents
from gongfang.kernel.states import Approval
from gongfang.platform.fields import QuantityField
from gongfang.purchasing.models import Handling, PurchaseOrderLine, PurchaseReturnLine, ReceiptLine


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
    order_line_id: int
    on: date

    @property
    def open(self) -> Decimal:
        return self.quantity - self.invoiced


def invoiceable_lines(
    supplier_id: int | None = None, line_ids: Collection[int] | None = None, *, only_open: bool = True,
    before: date | None = None, order_line_ids: Collection[int] | None = None,
) -> list[InvoiceableLine]:  # fmt: skip
    """Receipt lines of approved receipts, oldest first; one statement. only_open: those not wholly invoiced, or over-invoiced.

    before: of receipts older than a day.
    """
    rows = ReceiptLine.objects.filter(document__approval=Approval.APPROVED)
    if supplier_id is not None:
        rows = rows.filter(document__supplier=supplier_id)
    if line_ids is not None:
        rows = rows.filter(pk__in=list(line_ids))
    if order_line_ids is not None:
        rows = rows.filter(order_line__in=list(order_line_ids))
    if before is not None:
        rows = rows.filter(document__business_date__lt=before)
    if only_open:  # the database leaves out what is done: history grows, open lines do not
        rows = rows.exclude(done_quantity=F("quantity") - F("returned_quantity"))
    rows = rows.select_related("document", "item", "order_line__document").order_by("document_id", "line_no")
    return [
        InvoiceableLine(
            row.pk, row.document_id, row.document.number, row.order_line.document.number, row.document.supplier_id, row.item_id,
            str(row.item), row.quantity - row.returned_quantity, row.done_quantity, row.price, row.tax_rate,
            row.net_amount - row.returned_amount, row.order_line_id, row.document.business_date,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of an approved order as a supplier may invoice it, come or not. quantity: all that is to be invoiced of it in the end;
    net_amount: of that quantity, before tax. on_way: what is invoiced and has not come.
    """

    line_id: int
    order_id: int
    order_number: str
    supplier_id: int
    item_id: int
    item: str
    quantity: Decimal
    invoiced: Decimal
    on_way: Decimal
    price: Decimal
    tax_rate: Decimal
    net_amount: Decimal

    @property
    def open(self) -> Decimal:
        return self.quantity - self.invoiced


TO_INVOICE = Case(
    When(Q(execution__in=("done", "closed")) | Q(done_quantity__gt=F("quantity")), then=F("done_quantity")), default=F("quantity")
) - F("returned_quantity") + F("received_quantity") - F("done_quantity")  # fmt: skip
"""What of an order line is to be invoiced in the end: what was ordered (or came, where that is more or nothing more is to come), less
what went back and is not replaced.
"""


def open_order_lines() -> QuerySet[PurchaseOrderLine]:
    """Lines of approved orders of which something may be invoiced, with how much: `to_invoice`."""
    rows = PurchaseOrderLine.objects.filter(document__approval=Approval.APPROVED)
    rows = rows.annotate(to_invoice=ExpressionWrapper(TO_INVOICE - F("invoiced_quantity"), QuantityField()))
    return rows.filter(to_invoice__gt=0)


def ordered_lines(line_ids: Collection[int]) -> list[OrderedLine]:
    """Lines of approved orders as they may be invoiced; one statement."""
    rows = PurchaseOrderLine.objects.filter(pk__in=list(line_ids), document__approval=Approval.APPROVED)
    rows = rows.annotate(whole=ExpressionWrapper(TO_INVOICE, QuantityField()))
    return [
        OrderedLine(
            row.pk, row.document_id, row.document.number, row.document.supplier_id, row.item_id, str(row.item), row.whole,
            row.invoiced_quantity, row.on_way_quantity, row.net_price, row.tax_rate, to_cents(row.net_amount * row.whole / row.quantity),
        )
        for row in rows.select_related("document", "item").order_by("document_id", "line_no")
    ]  # fmt: skip


def on_way_quantities() -> dict[int, Decimal]:
    """Order line → what is invoiced of it and has not come, where that is anything; one statement."""
    rows = PurchaseOrderLine.objects.exclude(on_way_quantity=0).order_by()
    return dict(rows.values_list("pk", "on_way_quantity"))


@dataclass(frozen=True, slots=True)
class Replacement:
    """Goods that went back to be replaced and had been invoiced, and the receipt line that replaces them. quantity: in base units."""

    sent_line: int
    came_line: int
    quantity: Decimal


def replacements(receipt_id: int, settled: Callable[[Collection[int]], Mapping[int, Decimal]]) -> list[Replacement]:
    """What a receipt replaces of goods that are invoiced already, oldest first. settled: receipt lines → how much of what went back was
    settled before. One statement where nothing of its order lines is invoiced beyond what stayed, four at most.
    """
    came = ReceiptLine.objects.filter(document=receipt_id)
    over = F("done_quantity") - F("quantity") + F("returned_quantity")
    sent = ReceiptLine.objects.filter(order_line__in=came.values("order_line"), document__approval=Approval.APPROVED)
    beyond = list(sent.exclude(document=receipt_id).annotate(over=over).filter(over__gt=0).order_by("pk"))
    if not beyond:
        return []
    back = PurchaseReturnLine.objects.filter(receipt_line__in=beyond, document__approval=Approval.APPROVED, document__handling=Handling.REPLACE)  # fmt: skip
    replaced = dict(back.order_by().values_list("receipt_line").annotate(Sum("quantity")))
    before = settled([line.pk for line in beyond])
    fresh_lines = list(came.order_by("pk"))
    left = {line.pk: line.quantity - line.done_quantity for line in fresh_lines}
    found = []
    for line in beyond:
        due = min(line.done_quantity - line.quantity + line.returned_quantity, replaced.get(line.pk, Decimal(0)) - before.get(line.pk, Decimal(0)))  # fmt: skip
        for fresh in fresh_lines:
            quantity = min(due, left[fresh.pk]) if fresh.order_line_id == line.order_line_id else Decimal(0)
            if quantity > 0:
                found.append(Replacement(line.pk, fresh.pk, quantity))
                left[fresh.pk] -= quantity
                due -= quantity
    return found
