"""What customers still have to get."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from gongfang.kernel.states import Approval
from gongfang.sales.models import QuotationLine, SalesOrder, SalesOrderLine


@dataclass(frozen=True, slots=True)
class OpenDemand:
    """An approved order line that is not wholly shipped. on: the promised date; may lie in the past."""

    doc_type: str
    document_id: int
    line_id: int
    number: str
    item_id: int
    quantity: Decimal
    on: date
    partner: str = ""
    priority: int = 5
    warehouse_id: int | None = None


def open_demand(item_ids: Collection[int] | None = None) -> list[OpenDemand]:
    """Everything promised and not shipped, by date and priority. One statement."""
    rows = SalesOrderLine.objects.filter(document__approval=Approval.APPROVED, execution__in=["open", "partial"])
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    found = rows.values_list(
        "document_id", "pk", "document__number", "item_id", "quantity", "done_quantity", "promised_date",
        "document__customer__short_name", "document__customer__name", "document__priority", "document__warehouse_id",
    ).order_by("promised_date", "document__priority", "pk")  # fmt: skip
    return [
        OpenDemand(SalesOrder.doc_type, doc, pk, number, item, quantity - done, on, short or name, priority, warehouse)
        for doc, pk, number, item, quantity, done, on, short, name, priority, warehouse in found
        if quantity > done
    ]


def late_lines(today: date) -> QuerySet[SalesOrderLine]:
    """Approved order lines whose promised date has passed, the longest first."""
    return (
        SalesOrderLine.objects.filter(
            document__approval=Approval.APPROVED, execution__in=["open", "partial"], promised_date__lt=today
        )
        .select_related("document__customer", "item__unit")
        .order_by("promised_date", "pk")
    )


def open_quotation_lines(item_ids: Collection[int]) -> QuerySet[QuotationLine]:
    """Lines of quotations that have neither become orders nor been given up, of some items."""
    rows = QuotationLine.objects.filter(item__in=list(item_ids)).exclude(document__approval="void")
    return (
        rows.exclude(document__execution__in=("done", "closed"))
        .select_related("document")
        .order_by("document_id", "line_no")
    )
