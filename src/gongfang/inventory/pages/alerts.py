"""Stock that does not move or will not keep: how much, since when, what to do with it."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.inventory.models import AlertAction, StockAlert
from gongfang.inventory.queries import alerts_visible_to
from gongfang.inventory.services import sentence_of
from gongfang.ui.screens import Column
from gongfang.ui.sheets import SheetPage, download

KINDS = ("dead", "slow", "excess", "expiry", "frozen")
SHOWN = 500


@require_GET
def idle_stock(request: HttpRequest) -> HttpResponse:
    """Slow, dead, excess and expiring stock with its value (for who may see it) and the disposal that is proposed."""
    rows = alerts_visible_to(request.user).filter(kind__in=KINDS, state__in=("open", "put_off"))
    asked = request.GET.get("kind", "")
    sums = {kind: [0, Decimal(0)] for kind in KINDS}
    for kind, value in rows.values_list("kind", "value"):
        sums[kind][0] += 1
        sums[kind][1] += value
    if asked in KINDS:
        rows = rows.filter(kind=asked)
    titles = dict(StockAlert._meta.get_field("kind").flatchoices)
    rows = rows.select_related("item__unit", "warehouse", "lot", "owner").order_by("-value", "pk")
    if request.GET.get("export"):
        return download(
            request.user,
            _("Slow, dead and excess stock"),
            SheetPage(_("Slow, dead and excess stock"), _columns(), rows),
        )
    shown = list(rows[:SHOWN])
    context = {
        "title": _("Slow, dead and excess stock"), "kinds": [{"key": kind, "title": titles[kind], "count": sums[kind][0], "value": sums[kind][1]} for kind in KINDS],
        "asked": asked, "rows": [_row(request.user, alert) for alert in shown], "sees_cost": request.user.sees("cost"),
        "total": sum((value for _, value in sums.values()), Decimal(0)), "more": len(shown) == SHOWN,
    }  # fmt: skip
    return render(request, "inventory/idle.html", context)


def _columns() -> list[Column]:
    return [
        Column("kind", _("Alert"), kind="text", value=lambda alert: alert.get_kind_display()), Column("item__code", _("Item code"), kind="text"), Column("item__name", _("Item name"), kind="text"),
        Column("warehouse__name", _("Warehouse"), kind="text"), Column("lot__code", _("Lot / serial"), kind="text"), Column("proposed", _("Quantity"), kind="quantity", unit="item__unit__name"),
        Column("value", _("Value"), kind="money", scope="cost"), Column("why", _("Why"), kind="text", value=sentence_of), Column("action", _("Proposed action"), kind="text", value=lambda alert: str(AlertAction(alert.action).label)),
        Column("owner__name", _("In charge"), kind="text"),
    ]  # fmt: skip


def _row(user: Any, alert: StockAlert) -> dict[str, Any]:
    return {
        "alert": alert, "why": sentence_of(alert), "action": AlertAction(alert.action).label, "url": f"/inventory/alerts/{alert.pk}/",
        "can_act": alert.action != "none" and alert.state == "open" and user.may("inventory.act_on_alert"),
    }  # fmt: skip
