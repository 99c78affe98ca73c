"""Counts that hold their place, and how accurate the books were."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from gongfang.inventory.models import StockCount
from gongfang.platform.identity.scopes import scoped
from gongfang.platform.prepared import Prepared

HOLDING: Prepared[tuple[int, str]] = Prepared(
    lambda ids: StockCount.objects.filter(
        location__in=ids, mode="frozen", approval__in=["draft", "submitted", "rejected"]
    ).values_list("location_id", "number")
)


def held_places(location_ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Places where a count lets nothing move now → (document type, number) of that count; one statement."""
    return {place: (StockCount.doc_type, number) for place, number in HOLDING(sorted(location_ids))}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The counts of one month. Values in company money."""

    month: date
    counts: int
    lines: int
    right: int
    book_value: Decimal
    gain: Decimal
    loss: Decimal

    @property
    def item_accuracy(self) -> Decimal | None:
        """Share of lines without difference."""
        return (Decimal(self.right) / self.lines).quantize(Decimal("0.0001")) if self.lines else None

    @property
    def value_accuracy(self) -> Decimal | None:
        """One less the differences (found and missing together) as a share of the value by the books; never below zero."""
        if not self.book_value:
            return None
        return max(1 - (self.gain + self.loss) / self.book_value, Decimal(0)).quantize(Decimal("0.0001"))


def accuracy_by_month(user: Any, *, warehouse: int | None = None, months: int = 12) -> list[Accuracy]:
    """The latest months with approved counts, oldest first; one statement."""
    rows = scoped(
        StockCount.objects.filter(approval="approved", line_count__gt=0), user, warehouse="location__warehouse__code"
    )
    if warehouse is not None:
        rows = rows.filter(location__warehouse=warehouse)
    found = (
        rows.annotate(month=TruncMonth("business_date")).values_list("month")
        .annotate(Count("pk"), Sum("line_count"), Sum("right_count"), Sum("book_value"), Sum("gain_value"), Sum("loss_value"))
        .order_by("-month")[:months]
    )  # fmt: skip
    return [Accuracy(*row) for row in reversed(found)]
