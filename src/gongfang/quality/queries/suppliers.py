"""Supplier quality figures: lots accepted, share of bad pieces in parts per million, by period and by month."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet, Sum

from gongfang.kernel.states import Approval
from gongfang.quality.models import Inspection

MILLION = Decimal(1_000_000)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class QualityFigures:
    """Of one supplier and period. lots: judged; good: wholly accepted; conceded: with concession; quantities in base units."""

    lots: int
    good: int
    conceded: int
    judged: Decimal
    rejected: Decimal
    conceded_quantity: Decimal

    @property
    def lot_acceptance(self) -> Decimal | None:
        """Share of lots wholly accepted, 0 to 1."""
        return Decimal(self.good) / self.lots if self.lots else None

    @property
    def ppm(self) -> Decimal | None:
        """Rejected pieces per million judged, to the whole number."""
        return (self.rejected * MILLION / self.judged).quantize(Decimal(1), ROUND_HALF_UP) if self.judged else None


def _lots(since: date, until: date, supplier_ids: Collection[int] | None) -> QuerySet[Inspection]:
    """Incoming lots decided in a period; what was sorted out of an earlier lot is not counted again."""
    rows = Inspection.objects.filter(
        kind="incoming", approval=Approval.APPROVED, decided_on__gte=since, decided_on__lte=until, partner__isnull=False
    )
    rows = rows.exclude(source_type="quality.nonconformance")
    return rows if supplier_ids is None else rows.filter(partner__in=list(supplier_ids))


SUMS = {
    "lots": Count("pk"),
    "good": Count("pk", filter=Q(rejected_quantity=0, concession_quantity=0)),
    "conceded": Count("pk", filter=Q(concession_quantity__gt=0)),
    "judged": Sum("quantity"),
    "rejected": Sum("rejected_quantity"),
    "conceded_quantity": Sum("concession_quantity"),
}


def supplier_figures(
    since: date, until: date, supplier_ids: Collection[int] | None = None
) -> dict[int, QualityFigures]:
    """Supplier → figures of a period; one statement."""
    rows = _lots(since, until, supplier_ids).order_by().values_list("partner_id").annotate(**SUMS)
    return {pk: QualityFigures(*sums) for pk, *sums in rows}


def monthly_figures(supplier_id: int, since: date, until: date) -> dict[tuple[int, int], QualityFigures]:
    """(year, month) → figures of one supplier, months without lots left out; one statement."""
    rows = _lots(since, until, [supplier_id]).order_by()
    found = rows.values_list("decided_on__year", "decided_on__month").annotate(**SUMS)
    return {(year, month): QualityFigures(*sums) for year, month, *sums in found}


def defects_of_supplier(supplier_id: int, since: date, until: date, most: int = 10) -> list[tuple[str, Decimal, int]]:
    """(characteristic, bad pieces, lots) of a supplier, the worst first; one statement."""
    rows = _lots(since, until, [supplier_id]).filter(results__defects__gt=0).order_by()
    found = rows.values_list("results__characteristic").annotate(
        bad=Sum("results__defects"), lots=Count("pk", distinct=True)
    )
    return sorted(found, key=lambda row: (-row[1], row[0]))[:most]
