"""The Gantt: machines down the side, operations as bars; drag, and the plan is checked at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.kernel.errors import DomainError, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.planning import services
from gongfang.planning.holding import names_of
from gongfang.planning.models import Schedule
from gongfang.planning.shopfloor import DAY_MINUTES, hours_of, moment_of
from gongfang.planning.views import asking
from gongfang.platform.tasks.models import TaskRun
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

PATH = "/planning/gantt/"
COLUMN = 120  # minutes of one column of the board
PALETTE = ("#1d5fd1", "#2f8f46", "#b86b00", "#7b3fb5", "#0e7c86", "#a13d63", "#4b5b70", "#8a5a00")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """One schedule as a Gantt; `with` is another one to compare with."""
    rows = list(Schedule.objects.defer("problem")[:20])
    wanted = asking.whole(request, "schedule")
    chosen = next((row for row in rows if row.pk == wanted), None) or next(
        (row for row in rows if row.is_published), rows[0] if rows else None
    )
    other = next((row for row in rows if row.pk == asking.whole(request, "with")), None)
    context: dict[str, Any] = {
        "title": _("Finite schedule"), "schedules": rows, "schedule": chosen, "other": other, "objectives": Schedule.Objective.choices, "directions": Schedule.Direction.choices,
        "may": request.user.may("planning.move_operation"), "may_delete": request.user.may("planning.delete_schedule"),
    }  # fmt: skip
    if chosen is not None:
        context["task"] = TaskRun.objects.filter(
            job="planning.solve_schedule", arguments={"schedule_id": chosen.pk}
        ).first()
        context["board"] = _board(chosen) if chosen.state == Schedule.State.DONE else None
        context["late"] = _late(chosen)
        context["warnings"] = sentences([_warning(**one) for one in chosen.warnings])
        context["moved"] = _moved(chosen, other) if other else None
        context["levels"] = _levels(chosen)
        context["pinned"] = chosen.slots.filter(is_pinned=True).count()
    return render(request, "planning/gantt.html", context)


def _warning(code: str, template: str, data: dict[str, Any]) -> Problem:
    return Problem(code, template, **data)


LEVELS = {
    "late": gettext_lazy("Weighted minutes late"),
    "setup": gettext_lazy("Minutes of set-up"),
    "end": gettext_lazy("Last operation ends"),
}


def _levels(schedule: Schedule) -> list[dict[str, Any]]:
    """What counts in turn, in words, with what is proved of each."""
    return [
        {
            "name": LEVELS[one["name"]], "is_moment": one["name"] == "end",
            "value": _figure(schedule, one["name"], one["value"]),
            "bound": None if one["bound"] is None else _figure(schedule, one["name"], one["bound"]),
            "is_proved": one["bound"] is not None and Decimal(one["value"]) <= Decimal(one["bound"]),
        }
        for one in schedule.levels
    ]  # fmt: skip


def _figure(schedule: Schedule, name: str, value: str) -> Any:
    return moment_of(int(Decimal(value)), schedule.starts_at) if name == "end" else Decimal(value)


def _slots(schedule: Schedule) -> list[Any]:
    rows = schedule.slots.select_related("operation__document__item", "work_centre__calendar")
    return list(rows.order_by("starts_at", "pk"))


def _board(schedule: Schedule) -> dict[str, Any]:
    """Resources and events as the board takes them. Orders keep their colour; late ones are framed red."""
    slots = _slots(schedule)
    ways = _ways(schedule)
    able = masterdata.inside_centres({pk for centres in ways.values() for pk in centres})
    centres = able | {slot.work_centre_id: slot.work_centre for slot in slots}
    ends: dict[int, datetime] = {}
    for slot in slots:
        ends[slot.operation.document_id] = max(ends.get(slot.operation.document_id, slot.ends_at), slot.ends_at)
    names = names_of({one for slot in slots for one in slot.also})
    events = _setups(schedule, slots)
    for slot in slots:
        order = slot.operation.document
        late = timezone.localtime(ends[order.pk]).date() > order.due
        events.append(
            {
                "id": str(slot.operation_id), "resourceId": str(slot.work_centre_id), "start": _text(slot.starts_at), "end": _text(slot.ends_at),
                "title": f"{slot.operation.name} {order.number}",
                "backgroundColor": PALETTE[order.pk % len(PALETTE)],
                "classNames": [*(["pl-late"] if late else []), *(["pl-pinned"] if slot.is_pinned else [])],
                "editable": not slot.is_fixed,
                "extendedProps": {
                    "full": f"{order.number} {slot.operation.operation_no} {slot.operation.name}", "item": f"{order.item.code} {order.item.name}", "due": order.due.isoformat(), "late": late, "held": [names[one] for one in slot.also],
                    "ways": [str(pk) for pk in ways.get(slot.operation_id, ()) if pk in able], "slot": slot.pk, "pinned": slot.is_pinned,
                },
            }
        )  # fmt: skip
    shown = {pk: centre for pk, centre in centres.items() if centre.kind != "outside"}
    return {
        "id": schedule.pk,
        "hours": _hours(shown, events),
        "language": "zh-CN" if get_language() != "en" else "en",
        "date": timezone.localtime(min([slot.starts_at for slot in slots], default=schedule.starts_at))
        .date()
        .isoformat(),
        "resources": [
            {"id": str(pk), "title": f"{centre.code} {centre.name} ×{centre.machines}"}
            for pk, centre in sorted(shown.items(), key=lambda pair: pair[1].code)
        ],
        "events": events,
    }


def _hours(centres: Mapping[int, Any], events: Sequence[Mapping[str, Any]]) -> list[str]:
    """From when to when a day is shown: what calendars and bars hold, by whole columns; all of it where somebody works past midnight."""
    shifts = [shift for one in hours_of(centres.values()).values() for shift in one.shifts]
    if any(end > DAY_MINUTES for _, end in shifts):
        return ["00:00", "24:00"]
    here = [event for event in events if int(event["resourceId"]) in centres]
    moments = [minute for shift in shifts for minute in shift]
    moments += [int(event[key][11:13]) * 60 + int(event[key][14:16]) for event in here for key in ("start", "end")]
    first, last = min(moments, default=0), max(moments, default=DAY_MINUTES)
    return [f"{first // COLUMN * COLUMN // 60:02d}:00", f"{-(-last // COLUMN) * COLUMN // 60:02d}:00"]


def _ways(schedule: Schedule) -> dict[int, list[int]]:
    """Operation → the work centres that may do it, as the schedule was solved."""
    return {
        int(operation["id"]): list(dict.fromkeys(int(mode["resource"]) for mode in operation["modes"]))
        for job in schedule.problem.get("jobs", ())
        for operation in job["operations"]
    }


def _setups(schedule: Schedule, slots: list[Any]) -> list[dict[str, Any]]:
    """The set-ups between families as bars that cannot be moved, each just before the operation it is for."""
    from gongfang.engines.scheduling.changeovers import changeovers
    from gongfang.engines.scheduling.reading import problem_from
    from gongfang.planning.floorplan import as_placed

    if not schedule.problem.get("setups"):
        return []
    return [
        {
            "id": f"s{change.after.operation}", "resourceId": change.resource, "start": _text(moment_of(change.start, schedule.starts_at)),
            "end": _text(moment_of(change.end, schedule.starts_at)), "editable": False, "classNames": ["pl-setup"],
            "title": f"{change.from_family} → {change.to_family}",
            "extendedProps": {"setup": _("Set-up {minutes} min").format(minutes=change.minutes)},
        }
        for change in changeovers(problem_from(schedule.problem, extended=True), as_placed(slots, schedule.starts_at))
    ]  # fmt: skip


def _text(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def _late(schedule: Schedule) -> list[dict[str, Any]]:
    """Orders that end after their due date, the latest first."""
    ends: dict[Any, datetime] = {}
    for slot in _slots(schedule):
        order = slot.operation.document
        ends[order] = max(ends.get(order, slot.ends_at), slot.ends_at)
    rows = [
        {"order": order, "end": end, "days": (timezone.localtime(end).date() - order.due).days}
        for order, end in ends.items()
    ]
    return sorted((row for row in rows if row["days"] > 0), key=lambda row: -row["days"])


def _moved(schedule: Schedule, other: Schedule) -> list[dict[str, Any]]:
    """Orders whose end differs between two schedules, the greatest difference first."""
    ends: list[dict[int, datetime]] = []
    orders: dict[int, Any] = {}
    for one in (schedule, other):
        found: dict[int, datetime] = {}
        for slot in _slots(one):
            order = slot.operation.document
            orders[order.pk] = order
            found[order.pk] = max(found.get(order.pk, slot.ends_at), slot.ends_at)
        ends.append(found)
    rows = [
        {
            "order": orders[pk],
            "first": ends[0][pk],
            "second": ends[1][pk],
            "hours": round((ends[1][pk] - ends[0][pk]) / timedelta(hours=1), 1),
        }
        for pk in ends[0].keys() & ends[1].keys()
        if ends[0][pk] != ends[1][pk]
    ]
    return sorted(rows, key=lambda row: -abs(row["hours"]))[:100]


@require_POST
def solve(request: HttpRequest) -> HttpResponse:
    """Queue a schedule and show it while it is being searched."""
    schedule = services.create_schedule(
        actor=request.user, request_id=request_id_of(request), name=request.POST.get("name", ""),
        objective=request.POST.get("objective", ""), frozen_hours=asking.whole(request, "frozen_hours", 0) or 0,
        seconds=asking.whole(request, "seconds", 20) or 0, keep_pins=request.POST.get("keep_pins") == "1",
        direction=request.POST.get("direction", Schedule.Direction.FORWARD),
    )  # fmt: skip
    return redirect(f"{PATH}?schedule={schedule.pk}")


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Try a dragged bar: kept when it fits, else refused with every reason, or fitted in."""
    try:
        moment = timezone.make_aware(datetime.fromisoformat(request.POST.get("start", "")[:19]))
    except ValueError:
        return JsonResponse({"reasons": sentences([Problem("bad_moment", "That is no time.")])}, status=422)
    try:
        services.move_operation(
            actor=request.user, request_id=request_id_of(request), schedule_id=asking.whole(request, "schedule") or 0,
            operation_id=asking.whole(request, "operation") or 0, starts_at=moment, fit=request.POST.get("fit") == "1",
            work_centre_id=asking.whole(request, "centre"),
        )  # fmt: skip
    except DomainError as refused:
        return JsonResponse({"reasons": [str(text) for text in sentences(refused.problems)]}, status=409)
    return JsonResponse({"reasons": []})


@require_POST
def unpin(request: HttpRequest) -> HttpResponse:
    """Let one bar go that was pinned."""
    try:
        slot = asking.whole(request, "slot") or 0
        services.unpin_operations(actor=request.user, request_id=request_id_of(request), slot_ids=[slot])
    except DomainError as refused:
        return JsonResponse({"reasons": [str(text) for text in sentences(refused.problems)]}, status=409)
    return JsonResponse({"reasons": []})


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Give the times to the shop."""
    pk = asking.whole(request, "schedule") or 0
    services.publish_schedule(actor=request.user, request_id=request_id_of(request), schedule_id=pk)
    return redirect(f"{PATH}?schedule={pk}")


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Forget a schedule that the shop does not work by."""
    pk = asking.whole(request, "schedule") or 0
    services.delete_schedule(actor=request.user, request_id=request_id_of(request), schedule_id=pk)
    return asking.back(request, PATH)


ROUTES = [("solve", solve), ("move", move), ("unpin", unpin), ("publish", publish), ("delete", delete)]
