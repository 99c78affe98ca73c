"""Supplier scores, computed from what happened; nothing of it is kept."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from gongfang.kernel.money import to_cents
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.purchasing.models import PurchaseOrder, ReceiptLine
from gongfang.purchasing.rules.scoring import Score, SupplierFacts, punctuality, score
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


def _add_deliveries(
    facts: dict[int, SupplierFacts], since: date, until: date, supplier_ids: Collection[int] | None
) -> None:
    rows = ReceiptLine.objects.filter(
        document__approval=Approval.APPROVED, document__business_date__gte=since, document__business_date__lte=until
    )
    if supplier_ids is not None:
        rows = rows.filter(document__supplier__in=list(supplier_ids))
    sums: dict[int, list[Any]] = {}
    for supplier_id, came, due, promised, quantity, amount, standard in rows.values_list(
        "document__supplier_id", "document__business_date", "order_line__due_date", "order_line__promised_date", "quantity",
        "net_amount", "item__standard_cost",
    ):  # fmt: skip
        late = (came - (promised or due)).days
        row = sums.setdefault(supplier_id, [0, 0, Decimal(0), Decimal(0), Decimal(0)])
        row[0] += 1
        row[1] += late <= 0
        row[2] += punctuality(late)
        if standard:
            row[3] += amount
            row[4] += to_cents(quantity * standard)
    for supplier_id, (deliveries, on_time, earned, paid, standard) in sums.items():
        facts[supplier_id] = SupplierFacts(
            deliveries=deliveries, on_time=on_time, earned=earned, paid=paid, standard=standard
        )
