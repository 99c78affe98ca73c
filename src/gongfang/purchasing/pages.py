"""The page of supplier scores, and the score on a supplier's own page."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
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
from gongfang.ui.sheets import SheetPage, download

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
    before = {row.supplier.pk: row.score for row in supplier_scores(since - (until - since), since - timedelta(1))}
    trends = {row.supplier.pk: trend(before.get(row.supplier.pk), row.score) for row in rows}
    if request.GET.get("export"):
        return download(
            request.user, _("Supplier scores"), SheetPage(_("Supplier scores"), _score_columns(trends), rows)
        )
    context = {
        "trends": trends,
        "title": _("Supplier scores"),
        "rows": rows,
        "since": since,
        "until": until,
        "sees_cost": request.user.sees("cost"),
    }  # type: ignore[union-attr]
    return render(request, "purchasing/scores.html", context)


def _score_columns(trends: Mapping[int, Decimal | None]) -> list[Column]:
    def points(name: str, title: Any, **more: Any) -> Column:
        return Column(name, title, kind="number", value=attrgetter(f"score.{name}"), **more)

    def counted(name: str, title: Any) -> Column:
        return Column(name, title, kind="number", value=attrgetter(f"facts.{name}"))

    return [
        Column("code", _("Supplier"), kind="text", value=attrgetter("supplier.code")), Column("name", _("Name"), kind="text", value=attrgetter("supplier.name")),
        Column("grade", _("Grade"), kind="text", value=attrgetter("score.grade")), points("total", _("Score")),
        Column("change", _("Against the period before"), kind="number", value=lambda row: trends.get(row.supplier.pk)), points("quality", _("Quality")), points("delivery", _("Delivery")),
        points("price", _("Price level"), scope="cost"), points("service", _("Service")), counted("lots", _("Lots inspected")), counted("lots_good", _("Good lots")),
        counted("deliveries", _("Deliveries")), counted("on_time", _("On time")),
    ]  # fmt: skip


def trend(before: Any, now: Any) -> Decimal | None:
    """Points gained since the period before; None where one of them has no score."""
    return None if before is None or before.total is None or now.total is None else now.total - before.total


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
        Column("service", _("Service"), kind="number"), Column("lots", _("Lots inspected"), kind="number"), Column("rejected", _("Rejected lots"), kind="quantity"),
        Column("deliveries", _("Deliveries"), kind="number"), Column("on_time", _("On time"), kind="number"),
    ]  # fmt: skip
    return Table(columns, rows, note=_("Quality 40, delivery 30, price 20, service 10 of 100 points, from inspections, receipts and orders."),
                 empty=_("Nothing was bought here in the last year and a half."))  # fmt: skip


def compared(user: Any, rfq: Any) -> list[Table]:
    """Offers side by side, item by item: landed price, lead time against the day needed, score; the best or awarded marked."""
    found = comparison(rfq)
    items = items_by_ids(found)
    suppliers = partners_by_ids({row.offer.supplier_id for rows in found.values() for row in rows})
    lines: dict[int, list[Any]] = defaultdict(list)
    for line in rfq.lines.all():
        lines[line.item_id].append(line)
    today, sees = timezone.localdate(), user.sees("cost")
    tables = []
    for item_id, ranks in found.items():
        needed, asked = min(line.due_date for line in lines[item_id]), sum(line.quantity for line in lines[item_id])
        rows = [
            {
                "rank": row.rank, "supplier": str(suppliers[row.offer.supplier_id]), "net": row.offer.net_price, "extra": row.offer.extra_cost,
                "landed": row.offer.landed_price, "days": row.offer.lead_days, "late": max((today + timedelta(row.offer.lead_days) - needed).days, 0),
                "score": row.offer.score, "awarded": row.offer.awarded, "amount": row.amount, "best": "★" if row.is_best else "",
                "saving": saving(ranks) if row.is_best and row is next(one for one in ranks if one.is_best) else None,
            }
            for row in ranks
        ]  # fmt: skip
        title = f"{items[item_id]} × {asked.normalize():,f} {items[item_id].unit.name}"
        tables.append(Table(_columns(sees), rows, title, note=_("awarded, else chosen by hand, else the cheapest")))
    if not tables:
        return [Table(_columns(sees), [], empty=_("Nobody has answered yet."))]
    return tables


def _columns(sees_cost: bool) -> list[Column]:
    money = [
        Column("net", _("Price before tax"), kind="price"), Column("extra", _("Freight and other costs"), kind="price"), Column("landed", _("Landed price"), kind="price"),
    ]  # fmt: skip
    amounts = [Column("amount", _("Landed amount"), kind="money"), Column("saving", _("Savings against the dearest"), kind="money")]  # fmt: skip
    return [
        Column("rank", _("Rank"), kind="number"), Column("supplier", _("Supplier")), *(money if sees_cost else []), Column("days", _("Days"), kind="number"),
        Column("late", _("Days too late"), kind="number"), Column("score", _("Score"), kind="number"), Column("awarded", _("Awarded"), kind="quantity"),
        *(amounts if sees_cost else []), Column("best", _("Best")),
    ]  # fmt: skip
