"""Kit check over all open work orders, with a what-if swap."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from gongfang.engines.promising.kit import KitState
from gongfang.planning.queries.kits import floor, kits, swapped
from gongfang.planning.views import asking

STATES = {
    KitState.READY: gettext_lazy("Ready now"), KitState.READY_ON: gettext_lazy("Ready later"), KitState.SHORT: gettext_lazy("Short"),
}  # fmt: skip
SHOWN_MAX = 300


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`state` filters; `order` (twice) or `first` asks what another priority would change."""
    today = timezone.localdate()
    found = floor(today)
    answers = kits(found, today, request.user)
    counts = {state: sum(kit.state is state for kit in answers) for state in STATES}
    wanted = request.GET.get("state", "")
    shown = [kit for kit in answers if not wanted or kit.state == wanted]
    chosen = asking.numbers(request, "order")
    context: dict[str, Any] = {
        "title": _("Kit check"), "today": today, "state": wanted, "chosen": chosen,
        "tabs": [{"key": state.value, "title": STATES[state], "count": count} for state, count in counts.items()],
        "total": len(answers),
        "more": len(shown) > SHOWN_MAX,
        "rows": [{"kit": kit, "label": STATES[kit.state]} for kit in shown[:SHOWN_MAX]],
    }  # fmt: skip
    if chosen:
        changes = swapped(found, today, chosen[0], chosen[1] if len(chosen) > 1 else None)
        context["changes"] = [
            {"order": order, "change": change, "before": STATES[change.before], "after": STATES[change.after]}
            for order, change in changes
        ]
        context["asked"] = [found.rows[str(pk)] for pk in chosen[:2] if str(pk) in found.rows]
    return render(request, "planning/kits.html", context)
