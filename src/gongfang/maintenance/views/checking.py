"""Spot checks at the machine, on a phone: scan the label, tick, done."""

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError, Problem
from gongfang.maintenance import queries
from gongfang.maintenance.models import CheckPlan, Equipment
from gongfang.maintenance.services import Finding, record_check, report_fault
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

RECENT = 10


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Which checks are due, by work centre; the scan box opens a machine by its label."""
    code = request.GET.get("code", "").strip()
    if code:
        found = Equipment.objects.filter(code__iexact=code.rsplit("/", 1)[-1]).first()
        if found is not None:
            return redirect(f"/maintenance/check/at/{found.code}")
        messages.error(request, _("There is no equipment {code}.").format(code=code[:40]))
    return render(request, "maintenance/check_list.html", {"plans": queries.checks_due()})


@require_http_methods(["GET", "POST"])
def at(request: HttpRequest, code: str) -> HttpResponse:
    """A machine as its label shows it: its checks, its open orders, and a fault reported in one line."""
    equipment = get_object_or_404(Equipment.objects.select_related("work_centre"), code=code)
    problems: list[str] = []
    if request.method == "POST":
        try:
            order = report_fault(
                actor=request.user, request_id=request_id_of(request), equipment_id=equipment.pk, fault=request.POST.get("fault", ""),
                stops_machine=request.POST.get("stops") == "1",
            )  # fmt: skip
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(request, _("{number} is reported.").format(number=order.number))
            return redirect(request.path)
    due = {plan.pk for plan in queries.checks_due()}
    context = {
        "equipment": equipment, "plans": list(equipment.check_plans.filter(is_active=True)), "due": due, "problems": problems,
        "orders": list(queries.open_orders().filter(equipment=equipment)), "checks": list(equipment.checks.select_related("plan", "checked_by")[:RECENT]),
        "standing": equipment.downtimes.filter(ended_at=None).first(), "request_id": uuid.uuid4(),
        "may_report": request.user.may("maintenance.report_fault"), "fault": request.POST.get("fault", ""),
    }  # fmt: skip
    return render(request, "maintenance/at.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in one check: every point is in order unless touched; a measured one wants its value."""
    plan = get_object_or_404(CheckPlan.objects.select_related("equipment"), pk=pk)
    points = list(plan.points.all())
    if not points:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        try:
            check = record_check(
                actor=request.user, request_id=request_id_of(request), plan_id=plan.pk, findings=_findings(request, len(points)),
                shift=request.POST.get("shift", ""), stops_machine=request.POST.get("stops") == "1",
            )  # fmt: skip
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            if check.order is None:
                messages.success(request, _("Everything is in order."))
            else:
                messages.warning(request, _("{number} is reported.").format(number=check.order.number))
            return redirect(f"/maintenance/check/at/{plan.equipment.code}")
    rows = [_row(request, index, point) for index, point in enumerate(points)]
    context = {
        "plan": plan,
        "rows": rows,
        "problems": problems,
        "request_id": request.POST.get("request_id") or uuid.uuid4(),
    }
    return render(request, "maintenance/check.html", context, status=422 if problems else 200)


def _row(request: HttpRequest, index: int, point: Any) -> dict[str, Any]:
    """A point with what was typed already, so that a refusal loses nothing."""
    return {
        "index": index, "point": point, "bad": request.POST.get(f"ok-{index}") == "0", "value": request.POST.get(f"value-{index}", ""),
        "remark": request.POST.get(f"remark-{index}", ""),
    }  # fmt: skip


def _findings(request: HttpRequest, count: int) -> list[Finding]:
    found = []
    for index in range(count):
        text = request.POST.get(f"value-{index}", "").strip().replace(",", "")
        try:
            value = Decimal(text) if text else None
        except InvalidOperation as error:
            raise DomainError(
                Problem("not_a_number", "“{text}” is not a number.", where=f"value-{index}", text=text[:40])
            ) from error
        if value is not None and (not value.is_finite() or abs(value) > 10**9 or value != round(value, 6)):
            raise DomainError(
                Problem("not_a_number", "“{text}” is not a number.", where=f"value-{index}", text=text[:40])
            )
        found.append(
            Finding(request.POST.get(f"ok-{index}", "1") != "0", value, request.POST.get(f"remark-{index}", ""))
        )
    return found
