"""Report work at a desk: many operations of many orders in one go."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind
from gongfang.maintenance.queries import machines_by_centre
from gongfang.people.queries import active_employees
from gongfang.production.models import SubcontractOrder, WorkOrderOperation
from gongfang.production.queries import arrived_quantities, came_back, dispatch_list
from gongfang.production.services import PersonInput, ReportInput, report_work
from gongfang.production.views.reading import date_of, decimal_of, integer_of, rows_of
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

ZERO = Decimal(0)
COUNTS = ("good", "scrap_material", "scrap_worker", "rework")
NAMES = ("operation", *COUNTS, "minutes", "cause", "machine", "crew")
ROWS_MAX = 200


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Open operations, most urgent first, without what comes back by a subcontract order; fill in what was done, report all at once."""
    problems: list[str] = []
    confirm: list[str] = []
    if request.method == "POST":
        try:
            document = _report(request)
        except DomainError as refused:
            problems = sentences(refused.problems)
            confirm = [*request.POST.getlist("confirm"), *refused.codes] if refused.kind == Kind.CONFIRM else []
        else:
            messages.success(request, _("{number} is posted.").format(number=document.number))
            return redirect(request.get_full_path())
    return _page(request, problems, confirm)


def _rows(request: HttpRequest) -> list[dict[str, str]]:
    return rows_of({}, {name: request.POST.getlist(name) for name in NAMES})


def _report(request: HttpRequest) -> Any:
    post = request.POST
    people = tuple(PersonInput(integer_of(pk, "people")) for pk in post.getlist("people") if pk)
    lines = []
    for index, row in enumerate(_rows(request)):
        if not any(row[name].strip() for name in (*COUNTS, "minutes")):
            continue
        where = f"lines.{index}"
        counts = {name: decimal_of(row[name], f"{where}.{name}", default=ZERO) for name in COUNTS}
        minutes = decimal_of(row["minutes"], f"{where}.minutes") if row["minutes"].strip() else None
        lines.append(
            ReportInput(
                integer_of(row["operation"], "operation"), **counts, minutes=minutes, cause=row["cause"].strip(),
                machine=row["machine"].strip(), people=_crew(row["crew"], f"{where}.people") or people,
            )
        )  # fmt: skip
    return report_work(
        actor=request.user, request_id=request_id_of(request), lines=lines, shift=post.get("shift", "").strip(),
        on=date_of(post.get("on", ""), "on"), confirm=frozenset(post.getlist("confirm")),
    )  # fmt: skip


def _crew(text: str, where: str) -> tuple[PersonInput, ...]:
    """The people of one line as the page's dialog writes them: `id:share:minutes;…`, share and minutes may be empty."""
    found = []
    for one in filter(None, text.split(";")):
        pk, share, minutes = [*one.split(":"), "", ""][:3]
        found.append(
            PersonInput(
                integer_of(pk, where), decimal_of(share, where, default=Decimal(1)), decimal_of(minutes, where) if minutes else None
            )
        )  # fmt: skip
    return tuple(found)


def _page(request: HttpRequest, problems: Sequence[str], confirm: Sequence[str]) -> HttpResponse:
    chosen, text = request.GET.get("centre", ""), request.GET.get("q", "").strip()
    rows = dispatch_list([int(chosen)] if chosen.isdigit() else None)
    sent = SubcontractOrder.objects.filter(operation=OuterRef("pk"), approval="approved")
    rows = rows.filter(Q(is_subcontracted=False) | ~Exists(sent) | Q(pk__in=list(came_back(rows.order_by()))))
    if text:
        rows = rows.filter(
            Q(document__number__icontains=text) | Q(document__item__code__icontains=text)
            | Q(document__item__name__icontains=text) | Q(document__item__pinyin__icontains=text)
        )  # fmt: skip
    operations = list(rows[:ROWS_MAX])
    centres = {operation.work_centre_id for operation in operations}
    context = {
        "operations": operations, "arrived": arrived_quantities(operations), "centres": work_centres(), "chosen": chosen, "text": text,
        "people": active_employees(), "problems": problems, "confirm": confirm, "request_id": uuid.uuid4(), "today": timezone.localdate(),
        "machines": {pk: found for pk, found in machines_by_centre().items() if pk in centres},
        "typed": {row["operation"]: row for row in _rows(request)} if problems else {},
        "ticked": set(request.POST.getlist("people")), "on": request.POST.get("on", ""), "shift": request.POST.get("shift", ""),
    }  # fmt: skip
    return render(request, "production/report.html", context, status=422 if problems else 200)


def work_centres() -> list[Any]:
    """Work centres for a choice, by code."""
    model = WorkOrderOperation._meta.get_field("work_centre").related_model
    return list(model._default_manager.filter(is_active=True).order_by("code"))
