"""What is still to come from suppliers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from gongfang.kernel.states import Approval
from gongfang.platform.documents.models import LineLink
from gongfang.purchasing.models import (
    Contact,
    PurchaseOrder,
    PurchaseOrderLine,
    Requisition,
    RequisitionLine,
    Rfq,
    RfqLine,
)


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
    warehouse_id: int | None = None


def open_supply(item_ids: Collection[int] | None = None) -> list[OpenSupply]:
    """Everything on order that has not come, drafts included (a plan must not order twice); by date. One statement."""
    rows = PurchaseOrderLine.objects.filter(execution__in=["open", "partial"]).exclude(document__approval=Approval.VOID)
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    found = rows.values_list(
        "document_id", "pk", "document__number", "item_id", "quantity", "done_quantity", "due_date", "promised_date",
        "document__supplier__short_name", "document__supplier__name", "document__warehouse_id",
    ).order_by("due_date", "pk")  # fmt: skip
    return [
        OpenSupply(
            PurchaseOrder.doc_type, doc, pk, number, item, quantity - done, promised or due, short or name, 1, warehouse
        )
        for doc, pk, number, item, quantity, done, due, promised, short, name, warehouse in found
        if quantity > done
    ]


def requested_supply(item_ids: Collection[int] | None = None) -> list[OpenSupply]:
    """What is requested, or asked of suppliers for a requisition, and not ordered yet, drafts included; by date. Two statements.

    An inquiry of its own only asks for prices and is no supply.
    """
    pulled = LineLink.objects.filter(
        source_type=Requisition.doc_type, target_type=Rfq.doc_type, target_line=OuterRef("pk")
    )
    found = [
        *_requested(RequisitionLine.objects.all(), Requisition.doc_type, item_ids, ("supplier__short_name", "supplier__name")),
        *_requested(RfqLine.objects.filter(Exists(pulled)), Rfq.doc_type, item_ids),
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.on, row.doc_type, row.line_id))


def _requested(
    rows: QuerySet[Any], doc_type: str, item_ids: Collection[int] | None, partner: Sequence[str] = ()
) -> list[OpenSupply]:
    rows = rows.filter(execution__in=["open", "partial"]).exclude(document__approval=Approval.VOID)
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    found = rows.values_list(
        "document_id", "pk", "document__number", "item_id", "quantity", "done_quantity", "due_date", "warehouse_id", *partner
    )  # fmt: skip
    return [
        OpenSupply(doc_type, doc, pk, number, item, quantity - done, due, next(filter(None, names), ""), 1, warehouse)
        for doc, pk, number, item, quantity, done, due, warehouse, *names in found
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


def ordered_this_year(item_ids: Collection[int], on: date | None = None) -> dict[tuple[int, int], Decimal]:
    """(item, supplier) → quantity ordered this year, drafts included; one statement."""
    first = (on or timezone.localdate()).replace(month=1, day=1)
    rows = PurchaseOrderLine.objects.filter(item__in=list(item_ids), document__business_date__gte=first).order_by()
    rows = rows.exclude(document__approval=Approval.VOID).values_list("item", "document__supplier")
    return {(item, supplier): total for item, supplier, total in rows.annotate(Sum("quantity"))}


def expected_late(today: date, soon_days: int = 7) -> QuerySet[PurchaseOrderLine]:
    """Open lines to expedite, the most pressing first: late, promised too late, or due soon and not confirmed.

    Annotated with `expected` (promise or due date), `asked_on` (last contact) and `contact_count`.
    """
    open_lines = PurchaseOrderLine.objects.filter(
        document__approval=Approval.APPROVED, execution__in=["open", "partial"]
    )
    rows = with_contacts(open_lines).annotate(expected=Coalesce("promised_date", "due_date"))
    pressing = (
        Q(expected__lt=today)
        | Q(promised_date__gt=F("due_date"))
        | Q(due_date__lte=today + timedelta(soon_days), document__confirmed_on=None)
    )
    return rows.filter(pressing).select_related("document__supplier", "item__unit").order_by("expected", "pk")


def with_contacts(rows: QuerySet[PurchaseOrderLine]) -> QuerySet[PurchaseOrderLine]:
    """Order lines with the day of the last contact and how many there were."""
    mine = Contact.objects.filter(order_line=OuterRef("pk")).order_by()
    last = mine.values("order_line").annotate(last=Max("on")).values("last")
    count = mine.values("order_line").annotate(many=Count("pk")).values("many")
    return rows.annotate(asked_on=Subquery(last), contact_count=Coalesce(Subquery(count), 0))


def requested_from(document: Any) -> dict[int, Decimal]:
    """Item → what live requisitions made from a document ask for; one statement."""
    ids = LineLink.objects.filter(
        source_type=document.doc_type, source_id=document.pk, target_type=Requisition.doc_type
    ).values("target_id")
    rows = RequisitionLine.objects.filter(document__in=ids).exclude(document__approval=Approval.VOID).order_by()
    return dict(rows.values_list("item").annotate(total=Sum("quantity")).values_list("item", "total"))
