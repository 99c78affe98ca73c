"""The recall page: one lot or serial, everything it touched, in one page; kept as a drill, exported as a table."""

import csv
import io
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError
from gongfang.ledger.queries import traces
from gongfang.quality import services as quality
from gongfang.quality.services.recalling import Recall, trace
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Type or scan a lot; several items of one code are offered to choose from."""
    code = request.GET.get("lot", "").strip()[:60]
    found, candidates, problems = None, [], []
    if code:
        candidates = traces.lot_named(code, request.GET.get("item", "").strip())
        if len(candidates) == 1:
            found = trace(candidates[0].pk)
        elif not candidates:
            problems = [_("There is no lot or serial number {code}.").format(code=code)]
    if request.method == "POST" and found is not None:
        try:
            quality.record_drill(
                actor=request.user, request_id=request_id_of(request), lot_id=found.lot.pk, reason=request.POST.get("reason", ""),
                is_drill=request.POST.get("real") != "1",
            )  # fmt: skip
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(request, _("The recall is kept."))
            return redirect("/quality/recalls/")
    context = {
        "code": code, "found": found, "candidates": candidates if len(candidates) > 1 else [], "problems": problems,
        "request_id": uuid.uuid4(), "may_keep": request.user.may("quality.record_drill"),
    }  # fmt: skip
    return render(request, "quality/recall.html", context, status=422 if problems else 200)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same as a table that Excel opens."""
    candidates = traces.lot_named(request.GET.get("lot", "").strip()[:60], request.GET.get("item", "").strip())
    if len(candidates) != 1:
        return redirect("/quality/recall/")
    found = trace(candidates[0].pk)
    text = io.StringIO()
    text.write("\ufeff")
    csv.writer(text).writerows(_rows(found))
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=recall-{found.lot.pk}.csv"
    return answer


def _rows(found: Recall) -> list[list[Any]]:
    rows: list[list[Any]] = [
        [_("Recall"), _safe(found.lot.code), _safe(found.lot.item), found.at.isoformat()], [],
        [_("Lot"), _("Item"), _("Received"), _("Adjusted"), _("Used"), _("Shipped"), _("Scrapped"), _("In stock"), _("Difference")],
    ]  # fmt: skip
    rows += [
        [
            _safe(one.lot.code),
            _safe(one.lot.item),
            one.received,
            one.adjusted,
            one.used,
            one.shipped,
            one.scrapped,
            one.stock,
            one.difference,
        ]
        for one in found.masses
    ]
    rows += [[], [_("Customer"), _("Document"), _("Date"), _("Lot"), _("Quantity")]]
    for customer in found.customers:
        rows += [
            [_safe(customer.customer or ""), _safe(number), on.isoformat(), _safe(lot), quantity]
            for number, on, lot, quantity in customer.documents
        ]
    rows += [[], [_("In stock"), _("Place"), "", _("Lot"), _("Quantity")]]
    rows += [["", _safe(rest.place), "", _safe(lot), rest.quantity] for lot, rest in found.stock]
    rows += [[], [_("In process"), _("Work order"), "", _("Lot"), _("Quantity")]]
    rows += [["", step.number, "", _safe(found.lots[step.come_lot]), step.come_quantity] for step in found.orders]
    return rows


def _safe(value: Any) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in "=+-@\t" else text
