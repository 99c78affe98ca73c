"""The keeper's day on one page: what arrives, what is to be put away and picked, counts due, alerts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.inventory.models import StockCount
from gongfang.inventory.queries import alerts_visible_to
from gongfang.inventory.services import waiting_work
from gongfang.ledger import queries as ledger
from gongfang.platform.identity.scopes import scoped

SHOWN = 8


@require_GET
def keeper(request: HttpRequest) -> HttpResponse:
    """Five cards with counts and the most urgent rows; each leads to where it is done."""
    user, today = request.user, timezone.localdate()
    receive, pick = waiting_work(user, "receive"), waiting_work(user, "pick")
    context = {
        "title": _("My day in the store"), "today": today, "receive": receive[:SHOWN], "receive_count": len(receive), "pick": pick[:SHOWN], "pick_count": len(pick),
        "late": sum(1 for work in [*receive, *pick] if work.due and work.due < today), **_put_away(user), **_counts(user), **_alerts(user),
    }  # fmt: skip
    return render(request, "inventory/keeper.html", context)


def _put_away(user: Any) -> dict[str, Any]:
    """Goods that lie at the main place of a warehouse that has bins; two statements."""
    places = ledger.stores_for(user.scope_codes("warehouse"))
    rows = ledger.goods_without_bin([place.pk for place in places])
    return {"away": rows[:SHOWN], "away_count": len(rows)}


def _counts(user: Any) -> dict[str, Any]:
    rows = scoped(
        StockCount.objects.filter(approval__in=["draft", "rejected"]), user, warehouse="location__warehouse__code"
    )
    found = list(rows.select_related("location", "assignee").order_by("due_on", "pk")[: SHOWN + 1])
    return {"counts": found[:SHOWN], "counts_count": rows.count() if len(found) > SHOWN else len(found)}


def _alerts(user: Any) -> dict[str, Any]:
    rows = alerts_visible_to(user).filter(state="open")
    found = list(rows.select_related("item", "warehouse").order_by("-value", "pk")[: SHOWN + 1])
    return {"alerts": found[:SHOWN], "alerts_count": rows.count() if len(found) > SHOWN else len(found)}
