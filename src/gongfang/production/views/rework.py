"""A rework order: how many pieces, why, and which steps: those of the order or of a routing that are ticked, and work of its own."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.production.models import WorkOrder
from gongfang.production.queries import orders_visible_to
from gongfang.production.services import StepInput, create_rework
from gongfang.production.views.reading import decimal_of, integer_of, rows_of
from gongfang.ui.present import number_text
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

NAMES = ("operation_no", "place", "name", "work_centre", "minutes", "setup_minutes")
FREE_ROWS = 4


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """A row per operation that may be done once more, and empty rows for other work; what is ticked or filled in is done, by place."""
    asked = request.GET.get("order", "")
    if not asked:
        return redirect("/production/orders/")
    visible = orders_visible_to(request.user).select_related("item__unit", "routing")
    order = visible.filter(pk=int(asked)).first() if asked.isdigit() and len(asked) < 19 else None
    if order is None:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        try:
            made = create_rework(
                actor=request.user, request_id=request_id_of(request), document_id=order.pk, quantity=decimal_of(request.POST.get("quantity", ""), "quantity"),
                reason=request.POST.get("reason", ""), routing_id=_routing_of(request), steps=_steps(request),
            )  # fmt: skip
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(request, _("{number} is made.").format(number=made.number))
            return redirect(f"/production/orders/{made.pk}/")
    return _page(request, order, problems)


def _routing_of(request: HttpRequest) -> int | None:
    text = request.POST.get("routing") or request.GET.get("routing", "")
    return integer_of(text, "routing") if text else None


def _rows(request: HttpRequest) -> list[dict[str, str]]:
    return rows_of({}, {name: request.POST.getlist(name) for name in NAMES})


def _steps(request: HttpRequest) -> list[StepInput]:
    """What is ticked or filled in, by the place entered; a free row counts once its work or its place of work is there."""
    ticked = set(request.POST.getlist("take"))
    found = []
    for index, row in enumerate(_rows(request)):
        free = not row["operation_no"]
        if (free and not (row["name"].strip() or row["work_centre"])) or (
            not free and row["operation_no"] not in ticked
        ):
            continue
        where = f"steps.{index}"
        times = [
            decimal_of(row[name], f"{where}.{name}") if row[name].strip() else None
            for name in ("minutes", "setup_minutes")
        ]
        step = StepInput(
            row["name"], integer_of(row["work_centre"], f"{where}.work_centre") if row["work_centre"] else None, *times,
            None if free else integer_of(row["operation_no"], f"{where}.operation_no"),
        )  # fmt: skip
        found.append((decimal_of(row["place"], f"{where}.place", default=Decimal(10**6)), index, step))
    if not found:
        raise DomainError(Problem("no_steps", "Tick at least one operation, or enter the work to be done."))
    return [step for _place, _index, step in sorted(found, key=lambda one: one[:2])]


def _page(request: HttpRequest, order: WorkOrder, problems: Sequence[str]) -> HttpResponse:
    routings = masterdata.routings_of_item(order.item_id)
    chosen = next((one for one in routings if str(one.pk) == request.GET.get("routing", "")), None)
    operations: list[Any] = (
        list(chosen.operations.all()) if chosen else list(order.operations.select_related("work_centre"))
    )
    posted = request.method == "POST"
    typed = {row["operation_no"]: row for row in _rows(request) if row["operation_no"]} if posted else {}
    free = [row for row in _rows(request) if not row["operation_no"]] if posted else []
    ticked = (
        set(request.POST.getlist("take")) if posted else {str(operations[-1].operation_no)} if operations else set()
    )
    rows = [
        {
            "operation": row, "ticked": str(row.operation_no) in ticked,
            "given": typed.get(str(row.operation_no)) or {
                "place": str(row.operation_no), "name": row.name, "minutes": number_text(row.run_minutes, "quantity"),
                "setup_minutes": number_text(row.setup_minutes, "quantity"),
            },
        }
        for row in operations
    ]  # fmt: skip
    context = {
        "order": order, "problems": problems, "request_id": uuid.uuid4(), "rows": rows, "free": free or [{}] * FREE_ROWS, "routings": routings,
        "chosen": chosen, "centres": masterdata.centres_in_use(), "quantity": request.POST.get("quantity", ""), "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "production/rework.html", context, status=422 if problems else 200)
