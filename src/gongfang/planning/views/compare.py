"""Compare a what-if, or an earlier run, with the live plan."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from gongfang.planning.models import PlanRun, Scenario
from gongfang.planning.queries import current_run
from gongfang.planning.queries.comparison import Comparison, compare, late_demands
from gongfang.planning.views import asking
from gongfang.planning.views.charts import figure
from gongfang.planning.views.trees import url_of_source
from gongfang.ui.sentences import sentence

WHATS = {
    "added": gettext_lazy("Added"), "removed": gettext_lazy("Removed"), "moved": gettext_lazy("Moved"), "changed": gettext_lazy("Other quantity"),
}  # fmt: skip


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`first` and `second` are runs; a scenario stands for its last run, and the live plan for what is left out; without either it is
    compared with the plan before."""
    runs = list(PlanRun.objects.filter(state=PlanRun.State.DONE).select_related("scenario").order_by("-pk")[:50])
    by_id = {run.pk: run for run in runs}
    scenario_id = asking.whole(request, "scenario")
    waiting = bool(scenario_id) and PlanRun.objects.filter(scenario=scenario_id, state=PlanRun.State.RUNNING).exists()
    first = by_id.get(asking.whole(request, "first") or 0) or current_run()
    second = by_id.get(asking.whole(request, "second") or 0)
    if second is None and scenario_id:
        second = next((run for run in runs if run.scenario_id == scenario_id), None)
    if second is None and not scenario_id:
        second = next((run for run in runs if first is None or run.pk != first.pk), None)
        if first is not None and second is not None and second.pk < first.pk and second.scenario_id is None:
            first, second = second, first  # what came and went since: from the older plan to the newer
    context: dict[str, Any] = {
        "title": _("Compare plans"), "runs": runs, "first": first, "second": second, "waiting": waiting,
        "scenario": Scenario.objects.filter(pk=scenario_id).first() if scenario_id else None, "sees_cost": request.user.sees("cost"),
    }  # fmt: skip
    if first is not None and second is not None and not waiting:
        found = compare(first, second)
        rows = [{"row": row, "what": WHATS[row.what]} for row in found.rows]
        context |= {"found": found, "rows": rows, "counts": {WHATS[key]: found.counts[key] for key in WHATS}}
        context["chart"] = _chart(found)
        late = late_demands(second)
        if late is not None:
            context["late"] = [
                {
                    "row": row,
                    "url": url_of_source(row.doc_type, row.document_id),
                    "why": " ".join(sentence(one) for one in row.why),
                }
                for row in late
            ]
    page = "planning/_compare.html" if request.headers.get("HX-Request") else "planning/compare.html"
    return render(request, page, context)


def _chart(found: Comparison) -> dict[str, Any]:
    return {
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 16, "top": 58, "bottom": 6, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{week:%m-%d}" for week, _old, _new in found.weeks]},
        "yAxis": {"type": "value", "name": _("Stock value (CNY)"), "nameGap": 12, "nameTextStyle": {"align": "left"}},
        "series": [
            {"name": name, "type": "line", "showSymbol": False, "data": [figure(asking.cents(week[side])) for week in found.weeks]}
            for side, name in ((1, _name(found.first)), (2, _name(found.second)))
        ],
    }  # fmt: skip


def _name(run: PlanRun) -> str:
    """How people tell runs apart."""
    if run.scenario is not None:
        return run.scenario.name
    return _("Live plan") if run.is_current else f"MRP {run.pk}"
