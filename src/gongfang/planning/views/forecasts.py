"""Demand and forecast sheet: history, what was computed, what is planned with, by item and period."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from gongfang.engines.forecasting.problem import Method
from gongfang.kernel.errors import DomainError, Problem
from gongfang.planning import services
from gongfang.planning.models import Forecast, ForecastPeriod
from gongfang.planning.rules import ZERO, next_period, period_start
from gongfang.planning.services.forecasts import history_of
from gongfang.planning.views import asking
from gongfang.planning.views.charts import figure
from gongfang.platform.tasks.models import TaskRun
from gongfang.ui.requests import request_id_of

PATH = "/planning/forecast/"
BACK, AHEAD, SHOWN_MAX = 6, 8, 100
TASK = "planning.compute_forecast"
METHODS = {
    Method.NAIVE: gettext_lazy("Last value"), Method.SEASONAL_NAIVE: gettext_lazy("Last year's value"), Method.SES: gettext_lazy("Level, smoothed"),
    Method.HOLT: gettext_lazy("Level and trend"), Method.THETA: gettext_lazy("Level and half the trend"),
    Method.WAVES: gettext_lazy("Season in waves"), Method.WINTERS_ADDITIVE: gettext_lazy("Season, added"),
    Method.WINTERS_MULTIPLICATIVE: gettext_lazy("Season, multiplied"), Method.CROSTON: gettext_lazy("Intermittent (Croston)"),
    Method.SBA: gettext_lazy("Intermittent (SBA)"), Method.TSB: gettext_lazy("Intermittent (TSB)"),
    Method.COMBINED: gettext_lazy("Median of several"), Method.ANALOGY: gettext_lazy("As similar items"),
}  # fmt: skip


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The grid of one period length; the chosen item's chart above it."""
    bucket = "month" if request.GET.get("bucket") == "month" else "week"
    today = timezone.localdate()
    present = period_start(today, bucket)
    query = request.GET.get("q", "").strip()
    rows = Forecast.objects.filter(bucket=bucket).select_related("item__unit", "like").order_by("item__code")
    if query:
        rows = rows.filter(
            Q(item__code__icontains=query) | Q(item__name__icontains=query) | Q(item__pinyin__contains=query.lower())
        )
    heads = list(rows[:SHOWN_MAX])
    chosen = next((row for row in heads if row.pk == asking.whole(request, "forecast")), heads[0] if heads else None)
    history = history_of(bucket, today, [row.item_id for row in heads])
    cells = {(row.forecast_id, row.start): row for row in ForecastPeriod.objects.filter(forecast__in=heads)}
    past = [next_period(present, bucket, -number) for number in range(BACK, 0, -1)]
    future = [next_period(present, bucket, number) for number in range(AHEAD)]
    context: dict[str, Any] = {
        "title": _("Demand and forecast"), "bucket": bucket, "q": query, "past": past, "future": future, "chosen": chosen,
        "rows": [_row(head, history.get(head.item_id, {}), cells, past, future) for head in heads],
        "more": len(heads) == SHOWN_MAX, "chart": _chart(chosen, history.get(chosen.item_id, {}), cells, present) if chosen else None,
        "percent": int(chosen.scale * 100) if chosen and chosen.scale else None,
        "task": TaskRun.objects.filter(job=TASK, state__in=["queued", "running"]).first(), "may": request.user.may("planning.set_forecast"),
    }  # fmt: skip
    return render(request, "planning/forecast.html", context)


def _row(
    head: Forecast, sold: dict[date, Decimal], cells: dict[tuple[int, date], ForecastPeriod], past: list[date], future: list[date]
) -> dict[str, Any]:  # fmt: skip
    tamed = {start: Decimal(used) for start, _value, used in head.outliers}
    return {
        "head": head,
        "method": METHODS[Method(head.method)] if head.method else "",
        "past": [{"sold": sold.get(start, ZERO), "used": tamed.get(start.isoformat())} for start in past],
        "future": [{"start": start, "cell": cells.get((head.pk, start))} for start in future],
    }


def _chart(
    head: Forecast, sold: dict[date, Decimal], cells: dict[tuple[int, date], ForecastPeriod], present: date
) -> dict[str, Any]:
    """History as bars, the computed forecast with its interval, and what is planned with."""
    own = {start: cell for (pk, start), cell in cells.items() if pk == head.pk}
    starts = sorted({*[start for start in sold if start >= next_period(present, head.bucket, -26)], *own})

    def of(name: str) -> list[str | None]:
        values = [getattr(own[start], name) if start in own else None for start in starts]
        return [None if value is None else figure(value) for value in values]

    tamed = {start for start, _value, _used in head.outliers}
    marked = [figure(sold[start]) if start.isoformat() in tamed and start in sold else None for start in starts]
    return {
        "legend": {"top": 0, "type": "scroll"},
        "grid": {"left": 8, "right": 16, "top": 58, "bottom": 6, "containLabel": True},
        "xAxis": {"type": "category", "data": [start.isoformat() for start in starts]},
        "yAxis": {"type": "value", "name": head.item.unit.name, "nameGap": 12},
        "series": [
            {"name": _("Ordered"), "type": "bar", "data": [figure(sold[start]) if start in sold else None for start in starts], "itemStyle": {"color": "#9fb3c8"}},
            {"name": _("Outlier"), "type": "scatter", "data": marked, "symbol": "diamond", "itemStyle": {"color": "#d63939"}},
            {"name": _("Computed"), "type": "line", "data": of("computed"), "itemStyle": {"color": "#1d5fd1"}},
            {"name": _("Low"), "type": "line", "data": of("low"), "lineStyle": {"type": "dotted"}, "symbol": "none", "itemStyle": {"color": "#8fb2ee"}},
            {"name": _("High"), "type": "line", "data": of("high"), "lineStyle": {"type": "dotted"}, "symbol": "none", "itemStyle": {"color": "#8fb2ee"}},
            {"name": _("Planned with"), "type": "line", "step": "middle", "data": of("quantity"), "itemStyle": {"color": "#2fb344"}},
        ],
    }  # fmt: skip


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Queue the computation."""
    services.start_forecast(
        actor=request.user, request_id=request_id_of(request), bucket=request.POST.get("bucket", "")
    )
    return asking.back(request, PATH)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the cells that were typed, or accept what was computed (of ticked items, or of all)."""
    common: dict[str, Any] = {"actor": request.user, "request_id": request_id_of(request)}
    act = request.POST.get("act", "")
    if act == "accept":
        services.accept_forecast(forecast_ids=asking.numbers(request, "forecast"), override=True, **common)
    elif act == "accept_all":
        services.accept_forecast(**common)
    else:
        services.set_forecast(cells=_cells(request), **common)
    return asking.back(request, PATH)


@require_POST
def like(request: HttpRequest) -> HttpResponse:
    """Forecast an item as a similar one."""
    head = services.set_analogy(
        actor=request.user, request_id=request_id_of(request), item_id=asking.whole(request, "item") or 0,
        like_id=asking.whole(request, "like"), percent=asking.whole(request, "percent"),
    )  # fmt: skip
    return asking.back(request, f"{PATH}?bucket={head.bucket}&forecast={head.pk}")


def _cells(request: HttpRequest) -> list[services.CellInput]:
    """Fields named `cell-<item>-<date>`; an empty one is not planned with."""
    found, wrong = [], []
    for name, text in request.POST.items():
        if not name.startswith("cell-"):
            continue
        item, _sep, start = name.removeprefix("cell-").partition("-")
        quantity = asking.as_quantity(str(text)) if str(text).strip() else None
        if (str(text).strip() and quantity is None) or not item.isdecimal():
            wrong.append(Problem("bad_figure", "“{text}” is no quantity.", where=name, text=text))
            continue
        found.append(services.CellInput(int(item), date.fromisoformat(start), quantity))
    if wrong:
        raise DomainError(wrong)
    return found


ROUTES = [("compute", compute), ("save", save), ("like", like)]
