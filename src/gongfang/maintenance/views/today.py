"""The maintainer's page: what stands, what waits, what is due, with the button that begins it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gongfang.maintenance import queries
from gongfang.maintenance.models import Equipment, EquipmentKind
from gongfang.maintenance.rules import Reliability

SHOWN = 30
PERIOD_DAYS = 90


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """One column on a phone, four figures and lists on a desk."""
    now = timezone.now()
    orders = list(queries.open_orders()[: SHOWN * 3])
    context = {
        "standing": list(queries.standing()[:SHOWN]),
        "mine": [order for order in orders if order.assigned_to_id in (request.user.pk, None)][:SHOWN],
        "others": [order for order in orders if order.assigned_to_id not in (request.user.pk, None)][:SHOWN],
        "checks": queries.checks_due()[:SHOWN],
        "services": queries.services_due()[:SHOWN],
        "tools": queries.tools_near_end()[:SHOWN],
        "calibrations": list(queries.calibrations_due()[:SHOWN]),
        "reliability": _worst(now),
        "days": PERIOD_DAYS,
        "today": timezone.localdate(),
        "now": now,
    }
    return render(request, "maintenance/today.html", context)


def _worst(now: Any) -> list[dict[str, Any]]:
    """Machines by failures in the period, most first."""
    found = queries.reliability(now - timedelta(days=PERIOD_DAYS), now)
    rows = Equipment.objects.filter(pk__in=found, kind=EquipmentKind.MACHINE)
    listed: list[dict[str, Any]] = [{"equipment": row, "facts": found[row.pk]} for row in rows]
    listed.sort(key=lambda row: -_failures(row["facts"]))
    return listed[:8]


def _failures(facts: Reliability) -> int:
    return facts.failures
