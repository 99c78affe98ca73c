"""The page of supplier scores, and the score on a supplier's own page."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from gongfang.masterdata.queries import items_by_ids, partners_by_ids
from gongfang.purchasing.queries import supplier_scores
from gongfang.purchasing.rules.comparing import saving
from gongfang.purchasing.services.rfqs import comparison
from gongfang.ui.screens import Column, Table

PERIOD_DAYS = 180


def _day(request: HttpRequest, name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


@require_GET
def scores(request: HttpRequest) -> HttpResponse:
    """All suppliers of a period, the best first; half a year unless asked otherwise."""
    until = _day(request, "until", timezone.localdate())
    since = _day(request, "since", until - timedelta(PERIOD_DAYS))
    rows = supplier_scores(since, until)
    context = {
        "title": _("Supplier scores"),
        "rows": rows,
        "since": since,
        "until": until,
        "sees_cost": request.user.sees("cost"),
    }  # type: ignore[union-attr]
    return render(request, "purchasing/scores.html", context)


def score_of(user: Any, supplier: Any) -> Table:
    """The last three half-years of one supplier."""
    rows, until = [], timezone.localdate()
    for _n in range(3):
        since = until - timedelta(PERIOD_DAYS)
        found = supplier_scores(since, until, [supplier.pk])
        if found:
            one = found[0]
            rows.append(
                {
                    "since": since, "until": until, "grade": one.score.grade, "total": one.score.total, "quality": one.score.quality,
                    "delivery": one.score.delivery, "price": one.score.price if user.sees("cost") else None, "service": one.score.service,
                    "lots": one.facts.lots, "rejected": one.facts.rejected, "deliveries": one.facts.deliveries, "on_time": one.facts.on_time,
                }
            )  # fmt: skip
        until = since - timedelta(1)
    columns = [
        Column("since", _("From"), kind="date"), Column("until", _("To"), kind="date"), Column("grade", _("Grade")), Column("total", _("Score"), kind="number"),
        Column("quality", _("Quality"), kind="number"), Column("delivery", _("Delivery"), kind="number"), Column("price", _("Price level"), kind="number"),
        Column("service", _("Service"), kind="number"), Column("lots", _("Lots inspected"), kind="number"), Column("rejected", _("Rejected"), kind="quantity"),
        Column("deliveries", _("Deliveries"), kind="number"), Column("on_time", _("On time"), kind="number"),
    ]  # fmt: skip
    return Table(columns, rows, note=_("Quality 40, delivery 30, price 20, service 10 of 100 points, from inspections, receipts and orders."),
                 empty=_("Nothing was bought here in the last year and a half."))  # fmt: skip


def compared(user: Any, rfq: Any) -> Table:
    """Offers side by side, item by item, the best marked."""
    found = comparison(rfq)
    items = items_by_ids(found)
    suppliers = partners_by_ids({row.offer.supplier_id for rows in found.values() for row in rows})
    sees = user.sees("cost")
    rows = [
        {
            "item": str(items[item_id]), "rank": row.rank, "supplier": str(suppliers[row.offer.supplier_id]),
            "net": row.offer.net_price if sees else None, "amount": row.amount if sees else None, "days": row.offer.lead_days,
            "best": "★" if row.is_best else "", "saving": saving(ranks) if row.is_best and sees else None,
        }
        for item_id, ranks in found.items()
        for row in ranks
    ]  # fmt: skip
    columns = [
        Column("item", _("Item")), Column("rank", _("Rank"), kind="number"), Column("supplier", _("Supplier")), Column("net", _("Price before tax"), kind="price"),
        Column("amount", _("Amount before tax"), kind="money"), Column("days", _("Days"), kind="number"), Column("best", _("Best")),
        Column("saving", _("Savings against the dearest"), kind="money"),
    ]  # fmt: skip
    return Table(columns, rows, note=_("chosen by hand, else the cheapest"))
