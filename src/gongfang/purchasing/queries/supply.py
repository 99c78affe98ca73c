"""What is still to come from suppliers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from gongfang.kernel.states import Approval
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine


@dataclass(frozen=True, slots=True)
class OpenSupply:
    """An order line that is not wholly received. on: the supplier's promise, else our date; may lie in the past."""

    doc_type: str
    document_id: int
    line_id: int
    number: str
    item_id: int
    quantity: Decimal
    on: date
    partner: str = ""
    priority: int = 1


def open_supply(item_ids: Collection[int] | None = None) -> list[OpenSupply]:
    """Everything on order that has not come, drafts included (a plan must not order twice); by date. One statement."""
    rows = PurchaseOrderLine.objects.filter(execution__in=["open", "partial"]).exclude(document__approval=Approval.VOID)
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    found = rows.values_list(
        "document_id", "pk", "document__number", "item_id", "quantity", "done_quantity", "due_date", "promised_date",
        "document__supplier__short_name", "document__supplier__name",
    ).order_by("due_date", "pk")  # fmt: skip
    return [
        OpenSupply(PurchaseOrder.doc_type, doc, pk, number, item, quantity - done, promised or due, short or name)
        for doc, pk, number, item, quantity, done, due, promised, short, name in found
        if quantity > done
    ]


def late_lines(today: date) -> QuerySet[PurchaseOrderLine]:
    """Approved order lines that should have come and have not, the latest first: the expediting list."""
    return (
        PurchaseOrderLine.objects.filter(document__approval=Approval.APPROVED, execution__in=["open", "partial"])
        .annotate(expected=Coalesce("promised_date", "due_date"))
        .filter(expected__lt=today)
        .select_related("document__supplier", "item__unit")
        .order_by("expected", "pk")
    )
