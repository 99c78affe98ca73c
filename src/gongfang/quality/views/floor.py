"""The inspector's day, and measuring with the control chart beside the values."""

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError, Problem
from gongfang.kernel.states import Approval
from gongfang.quality import queries
from gongfang.quality import services as quality
from gongfang.quality.models import ActionStep, Complaint, CorrectiveAction, Inspection, InspectionKind, Nonconformance
from gongfang.quality.rules.judging import ResultLine, measured, outside
from gongfang.quality.services.charting import charts_of, series_for
from gongfang.quality.views.charts import drawn, rule_text
from gongfang.ui.sentences import sentences

SHOWN = 40


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What waits for the inspector, by kind; what has to be decided; steps and complaints that are due."""
    today = timezone.localdate()
    waiting = list(queries.waiting().select_related("item__unit", "partner")[: SHOWN * 3])
    kinds = [
        {"kind": kind, "title": kind.label, "rows": [row for row in waiting if row.kind == kind][:SHOWN]}
        for kind in InspectionKind
    ]
    context = {
        "kinds": [one for one in kinds if one["rows"]], "today": today, "waiting": len(waiting),
        "reports": list(Nonconformance.objects.exclude(approval__in=[Approval.APPROVED, Approval.VOID]).select_related("item__unit").order_by("business_date")[:SHOWN]),
        "steps": list(
            ActionStep.objects.filter(done_on=None, owner=request.user).exclude(document__stage="closed").select_related("document").order_by("due")[:SHOWN]
        ),
        "effects": list(CorrectiveAction.objects.filter(stage="verifying").order_by("effect_due")[:SHOWN]),
        "complaints": list(Complaint.objects.filter(stage="open").select_related("customer", "item").order_by("answer_due")[:SHOWN]),
    }  # fmt: skip
    return render(request, "quality/today.html", context)


@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter values; the chart shows the new point and says which rules it breaks, before anything is decided."""
    inspection = get_object_or_404(Inspection.objects.select_related("item__unit", "lot", "partner"), pk=pk)
    results = list(inspection.results.all())
    problems: list[str] = []
    if request.method == "POST":
        try:
            _save(request, inspection, results)
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            return redirect(request.path if request.POST.get("act") == "keep" else "/quality/today/")
        results = list(inspection.results.all())
    charts = charts_of(inspection.item_id)
    rows = [_row(request, inspection, row, charts.get(row.characteristic)) for row in results]
    context = {
        "inspection": inspection, "rows": rows, "problems": problems, "request_id": uuid.uuid4(),
        "editable": inspection.is_editable and request.user.may("quality.change_inspection"),
        "may_decide": request.user.may("quality.decide_inspection"), "posted": request.POST,
    }  # fmt: skip
    return render(request, "quality/measure.html", context, status=422 if problems else 200)


def _row(request: HttpRequest, inspection: Inspection, row: Any, plan: Any) -> dict[str, Any]:
    typed = {name: request.POST.get(f"{name}-{row.pk}") for name in ("values", "defects", "instrument", "remark")}
    line = ResultLine(row.characteristic, lower=row.lower, upper=row.upper, values=row.values)
    chart = None
    if plan is not None:
        chart = drawn(
            series_for(inspection.item_id, row.characteristic, kind=plan.chart, subgroup=plan.subgroup, lower=row.lower, upper=row.upper),
            f"c{row.pk}",
        )  # fmt: skip
    return {
        "row": row, "values": row.values_text if typed["values"] is None else typed["values"], "chart": chart, "plan": plan,
        "defects": row.defects if typed["defects"] is None else typed["defects"],
        "instrument": row.instrument if typed["instrument"] is None else typed["instrument"],
        "remark": row.remark if typed["remark"] is None else typed["remark"], "outside": outside(line),
        "warnings": [rule_text(rule) for rule in row.signals],
    }  # fmt: skip


def _number(text: str, where: str) -> Decimal:
    text = text.strip().replace(",", "") or "0"
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40])) from error
    if not number.is_finite() or abs(number) > 10**12 or number != round(number, 6):
        raise DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40]))
    return number


def _save(request: HttpRequest, inspection: Inspection, results: list[Any]) -> None:
    post = request.POST
    try:
        request_id = uuid.UUID(post.get("request_id", ""))
    except ValueError:
        request_id = uuid.uuid4()
    lines = []
    for row in results:
        values = post.get(f"values-{row.pk}", "")
        entered = ResultLine(row.characteristic, lower=row.lower, upper=row.upper, values=values)
        try:
            bad = (
                Decimal(outside(entered)) if measured(values) else _number(post.get(f"defects-{row.pk}", ""), "defects")
            )
        except ValueError as error:
            raise DomainError(
                Problem("bad_values", "Measured values are numbers, with blanks between them.", "values")
            ) from error
        size = max(row.sample_size, Decimal(len(measured(values))))
        lines.append(
            ResultLine(
                row.characteristic, row.requirement, row.method, row.is_measured, row.lower, row.upper, min(size, inspection.quantity), bad,
                values, post.get(f"remark-{row.pk}", ""), post.get(f"instrument-{row.pk}", ""), row.pk,
            )
        )  # fmt: skip
    act = post.get("act", "keep")
    if act == "pass":
        quality.decide_inspection(
            actor=request.user, request_id=request_id, inspection_id=inspection.pk, accepted_quantity=inspection.quantity,
            rejected_quantity=Decimal(0), concession_quantity=Decimal(0), results=lines,
        )  # fmt: skip
        messages.success(request, _("{number} is passed.").format(number=inspection.number))
    elif act == "reject":
        rejected = _number(post.get("rejected", ""), "rejected_quantity")
        quality.decide_inspection(
            actor=request.user, request_id=request_id, inspection_id=inspection.pk, accepted_quantity=inspection.quantity - rejected,
            rejected_quantity=rejected, results=lines,
        )  # fmt: skip
        messages.warning(
            request, _("{number} is decided; what failed waits for its disposition.").format(number=inspection.number)
        )
    else:
        quality.change_inspection(actor=request.user, request_id=request_id, inspection_id=inspection.pk, results=lines)


@require_GET
def spc(request: HttpRequest) -> HttpResponse:
    """Control charts and capability of what is measured: choose an item, see each charted characteristic."""
    model: Any = Inspection._meta.get_field("item").related_model
    items = list(
        model._default_manager.filter(inspection_plans__characteristics__chart__gt="").distinct().order_by("code")[:300]
    )
    chosen = next((item for item in items if str(item.pk) == request.GET.get("item", "")), items[0] if items else None)
    series = []
    if chosen is not None:
        for name, plan in charts_of(chosen.pk).items():
            found = series_for(
                chosen.pk, name, kind=plan.chart, subgroup=plan.subgroup, lower=plan.lower, upper=plan.upper
            )
            series.append({"name": name, "plan": plan, "chart": drawn(found, f"s{plan.pk}")})
    return render(request, "quality/spc.html", {"items": items, "chosen": chosen, "series": series})
