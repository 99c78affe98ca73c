"""Report work at a desk: many operations of many orders in one go."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError
from gongfang.people.queries import active_employees
from gongfang.production.models import WorkOrderOperation
from gongfang.production.queries import arrived_quantities, dispatch_list
from gongfang.production.services import PersonInput, ReportInput, report_work
from gongfang.production.views.reading import decimal_of, integer_of, rows_of
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

ZERO = Decimal(0)
COUNTS = ("good", "scrap_material", "scrap_worker", "rework")
ROWS_MAX = 200


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Open operations, most urgent first; fill in what was done and report all of it at once."""
    problems: list[str] = []
    if request.method == "POST":
        try:
            document = _report(request)
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(request, _("{number} is posted.").format(number=document.number))
            return redirect(request.get_full_path())
    return _page(request, problems)


def _report(request: HttpRequest) -> Any:
    post = request.POST
    names = ("operation", *COUNTS, "minutes", "cause")
    people = tuple(PersonInput(integer_of(pk, "people")) for pk in post.getlist("people") if pk)
    lines = []
    for index, row in enumerate(rows_of(post, {name: post.getlist(name) for name in names})):
        if not any(row[name].strip() for name in (*COUNTS, "minutes")):
            continue
        counts = {name: decimal_of(row[name], f"lines.{index}.{name}", default=ZERO) for name in COUNTS}
        minutes = decimal_of(row["minutes"], f"lines.{index}.minutes") if row["minutes"].strip() else None
        lines.append(
            ReportInput(
                integer_of(row["operation"], "operation"), **counts, minutes=minutes, cause=row["cause"], people=people
            )
        )
    return report_work(actor=request.user, request_id=request_id_of(request), lines=lines, shift=post.get("shift", ""))


def _page(request: HttpRequest, problems: Sequence[str]) -> HttpResponse:
    chosen, text = request.GET.get("centre", ""), request.GET.get("q", "").strip()
    rows = dispatch_list([int(chosen)] if chosen.isdigit() else None)
    if text:
        rows = rows.filter(document__number__icontains=text) | rows.filter(document__item__code__icontains=text)
    operations = list(rows[:ROWS_MAX])
    context = {
        "operations": operations, "arrived": arrived_quantities(operations), "centres": work_centres(), "chosen": chosen, "text": text,
        "people": active_employees(), "problems": problems, "request_id": uuid.uuid4(),
        "typed": {row["operation"]: row for row in rows_of(request.POST, {n: request.POST.getlist(n) for n in ("operation", *COUNTS, "minutes", "cause")})}
        if problems else {},
    }  # fmt: skip
    return render(request, "production/report.html", context, status=422 if problems else 200)


def work_centres() -> list[Any]:
    """Work centres for a choice, by code."""
    model = WorkOrderOperation._meta.get_field("work_centre").related_model
    return list(model._default_manager.filter(is_active=True).order_by("code"))
