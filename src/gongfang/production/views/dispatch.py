"""Dispatch lists: what each work centre has to do, most urgent first, and who is to do it."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError
from gongfang.maintenance.queries import machines_by_centre
from gongfang.people.queries import teams
from gongfang.platform.identity.models import User
from gongfang.production.models import WorkOrderOperation
from gongfang.production.queries import arrived_quantities, shop_list
from gongfang.production.services import dispatch_operations
from gongfang.production.views.reading import integer_of, receiver_of
from gongfang.production.views.report import work_centres
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One list per work centre with its load; tick operations and give them to a person, a team, a machine or another work centre."""
    problems: list[str] = []
    if request.method == "POST":
        try:
            rows = _dispatch(request)
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(
                request,
                ngettext("{count} operation is dispatched.", "{count} operations are dispatched.", len(rows)).format(
                    count=len(rows)
                ),
            )
            return redirect(request.get_full_path())
    chosen = request.GET.get("centre", "")
    operations = list(shop_list([int(chosen)] if chosen.isdigit() else None)[:600])
    centres = work_centres()
    people = User.objects.filter(is_active=True, roles__code__in=["operator", "supervisor"]).distinct().order_by("name")
    context = {
        "lists": _lists(operations, centres), "centres": centres, "chosen": chosen, "people": people, "teams": teams(), "problems": problems,
        "may_dispatch": request.user.may("production.dispatch_operation"),
    }  # fmt: skip
    return render(request, "production/dispatch.html", context, status=422 if problems else 200)


def _dispatch(request: HttpRequest) -> list[WorkOrderOperation]:
    post = request.POST
    person, centre = post.get("person", ""), post.get("work_centre", "")
    return dispatch_operations(
        actor=request.user, request_id=request_id_of(request), machine=post.get("machine", ""),
        operation_ids=[integer_of(pk, "operation") for pk in post.getlist("operation")],
        **receiver_of(person),
        work_centre_id=integer_of(centre, "work_centre") if centre else None,
    )  # fmt: skip


def _lists(operations: list[WorkOrderOperation], centres: list[Any]) -> list[dict[str, Any]]:
    """By work centre: what waits there, its load, its machines, and where else the routings let it be done."""
    machines = machines_by_centre()
    ready = arrived_quantities(operations)
    by_centre: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for operation in operations:
        left = max(operation.document.quantity - operation.worked_quantity, operation.document.quantity * 0)
        minutes = operation.run_minutes * left + (operation.setup_minutes if not operation.minutes else 0)
        by_centre[operation.work_centre_id].append(
            {"operation": operation, "ready": ready.get(operation.pk), "left": left, "hours": minutes / 60}
        )
    lists = [
        {
            "centre": rows[0]["operation"].work_centre,
            "rows": rows,
            "hours": sum(row["hours"] for row in rows),
            "machines": machines.get(pk, ()),
            "others": [one for one in centres if any(one.pk in row["operation"].alternatives for row in rows)],
        }
        for pk, rows in by_centre.items()
    ]
    return sorted(lists, key=lambda one: one["centre"].code)
