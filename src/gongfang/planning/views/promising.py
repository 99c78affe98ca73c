"""Promise and rush order: when can it be had, why then, and whom would it push aside; the bottleneck and its worth."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.masterdata import queries as masterdata
from gongfang.planning.queries import current_run
from gongfang.planning.queries.bottlenecks import bottlenecks
from gongfang.planning.queries.promises import answer_of
from gongfang.planning.queries.rush import impact_of
from gongfang.planning.views import asking
from gongfang.ui.sentences import sentences


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`code` of an item, `quantity`, the wanted date and the plant it is asked in; `rush` asks whom it would push aside."""
    today = timezone.localdate()
    code = request.GET.get("code", "").strip()
    quantity, wanted = asking.quantity(request, "quantity"), asking.day(request, "wanted", today) or today
    item = masterdata.item_by_code(code) if code else None
    plants = masterdata.plants()
    plant = asking.whole(request, "plant") if len(plants) > 1 else None
    context: dict[str, Any] = {
        "title": _("Promise and rush order"), "code": code, "quantity": quantity, "wanted": wanted, "item": item, "rush": request.GET.get("rush") == "1",
        "plants": plants if len(plants) > 1 else [], "plant": plant,
        "found": list(masterdata.search_items(code, 8)) if code and item is None else [], "sees_cost": request.user.sees("cost"),
    }  # fmt: skip
    if item is not None and quantity is not None and quantity > 0:
        context["answer"] = answer_of(item.pk, quantity, wanted, today, plant)
        if context["rush"]:
            impact = context["impact"] = impact_of(item.pk, quantity, today, plant)
            context["warnings"] = sentences(impact.warnings) if impact else []
    return render(request, "planning/promise.html", context)


@require_GET
def bottleneck(request: HttpRequest) -> HttpResponse:
    """The three most loaded work centres."""
    rows = bottlenecks(timezone.localdate(), current_run())
    sees = request.user.sees("cost") and request.user.sees("price")
    return render(
        request,
        "planning/bottleneck.html",
        {"title": _("Bottleneck"), "rows": rows, "short": any(row.is_short for row in rows), "sees_money": sees},
    )
