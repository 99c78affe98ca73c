"""Capacity load per work centre and period; the bottleneck with its reason and what one more hour would be worth."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.planning.models import Scenario
from gongfang.planning.outlook import Changes
from gongfang.planning.queries import current_run
from gongfang.planning.queries.loads import CentreLoad, loads
from gongfang.planning.rules import ZERO
from gongfang.planning.views import asking
from gongfang.planning.views.charts import figure

COUNTS = {"day": 14, "week": 10}
TENTH = asking.ROUND * 100_000


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """By week or by day; a scenario lays its capacity changes over it."""
    bucket = "day" if request.GET.get("by") == "day" else "week"
    scenarios = list(Scenario.objects.order_by("name"))
    scenario = next((one for one in scenarios if one.pk == asking.whole(request, "scenario")), None)
    run = current_run()
    shares: dict[int, int] = {}
    if scenario is not None:
        shares = Changes.of(scenario.changes.select_related("scenario")).capacity
        run = scenario.runs.filter(state="done").order_by("-pk").first() or run
    rows = loads(timezone.localdate(), bucket, COUNTS[bucket], run, shares)
    chosen = next((row for row in rows if row.centre.pk == asking.whole(request, "centre")), rows[0] if rows else None)
    context: dict[str, Any] = {
        "title": _("Capacity load"), "bucket": bucket, "rows": rows, "chosen": chosen, "scenarios": scenarios, "scenario": scenario,
        "over": [row for row in rows if row.worst.over > ZERO], "chart": _chart(chosen, bucket) if chosen else None,
    }  # fmt: skip
    return render(request, "planning/loads.html", context)


def _chart(load: CentreLoad, bucket: str) -> dict[str, Any]:
    def hours(name: str) -> list[str]:
        return [figure(getattr(cell, name).quantize(TENTH)) for cell in load.cells]

    return {
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 16, "top": 58, "bottom": 6, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{cell.start:%m-%d}" for cell in load.cells]},
        "yAxis": {"type": "value", "name": _("Hours"), "nameGap": 12},
        "series": [
            {"name": _("Open work orders"), "type": "bar", "stack": "load", "data": hours("orders"), "itemStyle": {"color": "#1d5fd1"}},
            {"name": _("Suggestions"), "type": "bar", "stack": "load", "data": hours("planned"), "itemStyle": {"color": "#9cc0ff"}},
            {"name": _("Capacity"), "type": "line", "step": "middle", "symbol": "none", "data": hours("capacity"), "itemStyle": {"color": "#d63939"}},
        ],
    }  # fmt: skip
