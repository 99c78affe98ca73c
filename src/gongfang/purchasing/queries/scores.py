"""Supplier scores, computed from what happened; nothing of it is kept."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Func, IntegerField, Q, Sum
from django.db.models.functions import Coalesce, Greatest, Least

from gongfang.kernel.money import to_cents
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.purchasing.models import PurchaseOrder, ReceiptLine
from gongfang.purchasing.rules.scoring import LATE_DAYS_MAX, Score, SupplierFacts, punctuality, score
from gongfang.quality import queries as quality


@dataclass(frozen=True, slots=True)
class SupplierScore:
    supplier: Any
    facts: SupplierFacts
    score: Score


def supplier_scores(since: date, until: date, supplier_ids: Collection[int] | None = None) -> list[SupplierScore]:
    """Scores of the suppliers something happened with in a period, best first. Four statements."""
    facts: dict[int, SupplierFacts] = {}
    _add_deliveries(facts, since, until, supplier_ids)
    for supplier_id, (lots, good, judged, rejected) in quality.supplier_quality(since, until).items():
        if supplier_ids is None or supplier_id in supplier_ids:
            known = facts.get(supplier_id, SupplierFacts())
            facts[supplier_id] = replace(known, lots=lots, lots_good=good, judged=judged, rejected=rejected)
    orders = PurchaseOrder.objects.filter(
        approval=Approval.APPROVED, business_date__gte=since, business_date__lte=until
    )
    if supplier_ids is not None:
        orders = orders.filter(supplier__in=list(supplier_ids))
    counts = (
        orders.order_by()
        .values_list("supplier_id")
        .annotate(all=Count("pk"), sure=Count("pk", filter=Q(confirmed_on__isnull=False)))
    )
    for supplier_id, count, confirmed in counts:
        facts[supplier_id] = replace(facts.get(supplier_id, SupplierFacts()), orders=count, confirmed=confirmed)
    partners = masterdata.partners_by_ids(facts)
    found = [SupplierScore(partners[pk], one, score(one)) for pk, one in facts.items()]
    return sorted(found, key=lambda row: (-(row.score.total or Decimal(-1)), row.supplier.code))


class DaysLate(Func):
    """Days from one date to another, as a whole number."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Dates are texts here."""
        return self.as_sql(compiler, connection, template="CAST(julianday(%(expressions)s) AS INTEGER)", arg_joiner=") - julianday(", **extra)  # fmt: skip

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Dates subtract to days."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **extra)


def _add_deliveries(
    facts: dict[int, SupplierFacts], since: date, until: date, supplier_ids: Collection[int] | None
) -> None:
    """One statement: the database adds up by supplier and item, for the standard cost is the item's."""
    rows = ReceiptLine.objects.filter(
        document__approval=Approval.APPROVED, document__business_date__gte=since, document__business_date__lte=until
    )
    if supplier_ids is not None:
        rows = rows.filter(document__supplier__in=list(supplier_ids))
    agreed = Coalesce("order_line__promised_date", "order_line__due_date")
    rows = rows.annotate(late=DaysLate("document__business_date", agreed)).order_by()
    sums: dict[int, list[Any]] = {}
    found = rows.values_list("document__supplier_id", "item__standard_cost").annotate(
        deliveries=Count("pk"), on_time=Count("pk", filter=Q(late__lte=0)), lost=Sum(Least(Greatest("late", 0), LATE_DAYS_MAX)),
        came=Sum("quantity"), paid=Sum("net_amount"),
    )  # fmt: skip
    for supplier_id, standard, deliveries, on_time, lost, quantity, amount in found:
        row = sums.setdefault(supplier_id, [0, 0, Decimal(0), Decimal(0), Decimal(0)])
        row[0] += deliveries
        row[1] += on_time
        row[2] += punctuality(deliveries, lost)
        if standard:
            row[3] += amount
            row[4] += to_cents(quantity * standard)
    for supplier_id, (deliveries, on_time, earned, paid, worth) in sums.items():
        facts[supplier_id] = SupplierFacts(
            deliveries=deliveries, on_time=on_time, earned=earned, paid=paid, standard=worth
        )
