"""How long suppliers really took, and how much later than agreed: what forecasts and stock policies reckon with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from gongfang.kernel.states import Approval
from gongfang.purchasing.models import ReceiptLine

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A receipt of ordered goods, in calendar days. took: from the order on; late: after the day agreed (negative: before it)."""

    item_id: int
    supplier_id: int
    took: int
    late: int


def deliveries(since: date, item_ids: Collection[int] | None = None) -> list[Delivery]:
    """Receipts against orders since a day, the newest first, at most 20,000; one statement."""
    rows = ReceiptLine.objects.filter(
        document__approval=Approval.APPROVED, document__business_date__gte=since, order_line__isnull=False
    )
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    found = rows.order_by("-document__business_date", "-pk").values_list(
        "item_id", "document__supplier_id", "document__business_date", "order_line__document__business_date",
        "order_line__due_date",
    )[:MOST]  # fmt: skip
    return [
        Delivery(item, supplier, max((came - ordered).days, 0), (came - due).days)
        for item, supplier, came, ordered, due in found
    ]
