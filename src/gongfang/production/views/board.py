"""The progress board: orders in lanes by stage, each with its progress, its present operation, and who waits for help."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gongfang.production.models import WorkOrder, WorkOrderOperation
from gongfang.production.models.orders import OrderStage
from gongfang.production.queries import open_calls, orders_visible_to
from gongfang.production.rules import Stage

LANES = (Stage.RELEASED, Stage.STARTED, Stage.PAUSED, Stage.COMPLETED)
LANE_MAX = 60


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Refreshes itself; the same page on a wall screen."""
    today = timezone.localdate()
    orders = list(
        orders_visible_to(request.user).filter(stage__in=LANES).select_related("item__unit", "customer").order_by("due", "priority")[:400]
    )  # fmt: skip
    current = _current([order.pk for order in orders])
    cards = [_card(order, current.get(order.pk), today) for order in orders]
    lanes = [
        {
            "stage": stage,
            "title": OrderStage(stage).label,
            "cards": [card for card in cards if card["order"].stage == stage][:LANE_MAX],
        }
        for stage in LANES
    ]
    context = {
        "lanes": lanes,
        "calls": list(open_calls()[:12]),
        "late": sum(card["late"] for card in cards),
        "now": timezone.localtime(),
    }
    return render(
        request, "production/_board.html" if request.headers.get("HX-Request") else "production/board.html", context
    )


def _current(order_ids: list[int]) -> dict[int, WorkOrderOperation]:
    """The first operation of each order that is not done; one statement."""
    found: dict[int, WorkOrderOperation] = {}
    rows = WorkOrderOperation.objects.filter(document__in=order_ids).exclude(state="done").select_related("work_centre")
    for row in rows.order_by("document_id", "operation_no"):
        found.setdefault(row.document_id, row)
    return found


def _card(order: WorkOrder, operation: WorkOrderOperation | None, today: date) -> dict[str, Any]:
    share = min(order.received_quantity / order.quantity, Decimal(1))
    at_work = min(operation.worked_quantity / order.quantity, Decimal(1)) if operation else share
    return {
        "order": order, "operation": operation, "percent": int(share * 100), "at_work": int(at_work * 100),
        "late": order.due < today and order.stage != Stage.COMPLETED,
    }  # fmt: skip
