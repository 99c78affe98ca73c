"""The progress board and the wall screen: orders, work centres and calls, new within a second or two of every report.

The page asks once a second with the tag of what it shows; the tag is the end of the audit chain and the minute, so that the
answer costs a few small reads while nothing has happened. Plain polling holds no thread of the server, as an open stream would.
"""

import hashlib
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from gongfang.platform.audit.services import last_audit_id
from gongfang.production.live import Expected, centre_figures, figures_day, forecast, percent_done, total_of
from gongfang.production.models import WorkOrder, WorkOrderOperation
from gongfang.production.models.orders import OrderStage
from gongfang.production.queries import open_calls, orders_visible_to
from gongfang.production.rules import Stage

LANES = (Stage.RELEASED, Stage.STARTED, Stage.PAUSED, Stage.COMPLETED)
LANE_MAX = 60
WALL_ROWS = 12
WALL_CALLS = 4
WALL_CENTRES = 12


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The board in the shell; its content comes with it, and again by itself whenever something happens."""
    return render(request, "production/board.html", {**_board(request, timezone.now()), "tag": tag_of(request)})


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The board's content, or 304 while nothing has changed."""
    return _fresh(request, "production/_board.html", _board)


@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The wall screen: no menu, figures that are read from five metres away."""
    return render(request, "production/wall.html", {**_wall(request, timezone.now()), "tag": tag_of(request)})


@require_GET
def wall_live(request: HttpRequest) -> HttpResponse:
    return _fresh(request, "production/_wall.html", _wall)


def tag_of(request: HttpRequest) -> str:
    """Changes with every verb anybody does, and every minute. One statement."""
    minute = timezone.now().strftime("%Y%m%d%H%M")
    text = f"{last_audit_id()}-{minute}-{request.user.pk}-{get_language()}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def _fresh(request: HttpRequest, template: str, content: Any) -> HttpResponse:
    tag = tag_of(request)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    answer = render(request, template, content(request, timezone.now()))
    answer.headers["ETag"] = tag
    return answer


def _orders(request: HttpRequest) -> list[WorkOrder]:
    rows = orders_visible_to(request.user).filter(stage__in=LANES).select_related("item__unit", "customer")
    return list(rows.order_by("due", "priority")[:400])


def _board(request: HttpRequest, now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    orders = _orders(request)
    operations = _operations([order.pk for order in orders])
    expected = forecast(now)
    cards = [_card(order, operations.get(order.pk, []), expected.get(order.pk), today) for order in orders]
    day = figures_day(now)
    figures = centre_figures(now, day)
    lanes = [
        {
            "stage": stage,
            "title": OrderStage(stage).label,
            "cards": [card for card in cards if card["order"].stage == stage][:LANE_MAX],
        }
        for stage in LANES
    ]
    return {
        "lanes": lanes, "calls": list(open_calls()[:12]), "late": sum(card["late"] for card in cards),
        "risky": sum(card["risky"] for card in cards), "centres": figures, "total": total_of(figures), "now": timezone.localtime(now),
        "day": None if day == today else day,
    }  # fmt: skip


def _wall(request: HttpRequest, now: datetime) -> dict[str, Any]:
    context = _board(request, now)
    cards = [card for lane in context["lanes"] for card in lane["cards"] if card["order"].stage != Stage.COMPLETED]
    cards.sort(key=lambda card: (-card["risk"], card["order"].due, card["order"].priority))
    return {
        **context,
        "cards": cards[: WALL_ROWS - min(len(context["calls"]), WALL_CALLS)],
        "centres": context["centres"][:WALL_CENTRES],
        "open": len(cards),
    }


def _operations(order_ids: list[int]) -> dict[int, list[WorkOrderOperation]]:
    """Operations of each order in sequence; one statement."""
    found: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    rows = WorkOrderOperation.objects.filter(document__in=order_ids).select_related("work_centre")
    for row in rows.order_by("document_id", "operation_no"):
        found[row.document_id].append(row)
    return found


def _card(
    order: WorkOrder, operations: list[WorkOrderOperation], expected: Expected | None, today: date
) -> dict[str, Any]:
    operation = next((row for row in operations if row.state != "done"), None)
    share = min(order.received_quantity / order.quantity, Decimal(1))
    at_work = min(operation.worked_quantity / order.quantity, Decimal(1)) if operation else share
    late = order.due < today and order.stage != Stage.COMPLETED
    risk = expected.risk if expected else Decimal(0)
    return {
        "order": order, "operation": operation, "percent": percent_done(order, operations), "at_work": int(at_work * 100), "late": late,
        "expected": expected, "risk": risk, "risky": bool(expected and expected.is_late and not late),
    }  # fmt: skip
