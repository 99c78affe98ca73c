"""Labels of cartons: of work orders before their output comes, of receipts with the lots that came."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.kernel.errors import DomainError, Problem
from gongfang.production.cartons import Batch, labels_of, of_orders, of_receipts
from gongfang.production.models import OutputReceiptLine
from gongfang.production.queries import orders_visible_to
from gongfang.production.views.reading import decimal_of, integer_of
from gongfang.ui.labels import SHEETS, labels_pdf
from gongfang.ui.sentences import sentences

IDS_MAX = 200
COPIES_MAX, PLACES = 100, 20


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What would be printed, how many to a carton, on which paper; with `pdf=1` the labels themselves."""
    asked = request.GET
    batches = _batches(request)
    problems: list[str] = []
    pack = None
    try:
        pack = decimal_of(asked.get("pack", ""), "pack", default=Decimal(0)) or None
        if pack is not None and pack < 0:
            raise DomainError(Problem("not_positive", "Enter a quantity above 0.", where="pack"))
        labels = labels_of(batches, pack, _number(asked.get("copies", ""), "copies", 1, COPIES_MAX))
        if asked.get("pdf") and not labels:
            raise DomainError(Problem("nothing_to_label", "Choose an order or a receipt that has something to label."))
        if asked.get("pdf"):
            paper = asked.get("paper", "")
            pdf = labels_pdf(
                labels, paper=paper if paper in SHEETS else "60x40", skip=_number(asked.get("skip", ""), "skip", 0, PLACES)
            )  # fmt: skip
            return HttpResponse(
                pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="labels.pdf"'}
            )
    except DomainError as refused:
        problems = sentences(refused.problems)
    context: dict[str, Any] = {
        "title": _("Carton labels"), "problems": problems, "asked": asked, "orders": asked.getlist("order"), "receipts": asked.getlist("receipt"),
        "rows": [{"batch": one, "cartons": _counted(one, pack)} for one in batches],
    }  # fmt: skip
    return render(request, "production/labels.html", context, status=422 if problems else 200)


def _counted(batch: Batch, pack: Decimal | None) -> dict[str, Any]:
    each = batch.each(pack)
    return {
        "count": len(each),
        "full": each[0] if each else None,
        "last": each[-1] if each and each[-1] != each[0] else None,
    }


def _number(text: str, name: str, least: int, most: int) -> int:
    number = integer_of(text, name) if text.strip() else least
    if not least <= number <= most:
        raise DomainError(
            Problem("not_in_range", "It must be a whole number from {least} to {most}.", where=name, least=least, most=most)
        )  # fmt: skip
    return number


def _ids(request: HttpRequest, name: str) -> list[int]:
    return [int(pk) for pk in request.GET.getlist(name) if pk.isdigit() and len(pk) < 19][:IDS_MAX]


def _batches(request: HttpRequest) -> list[Batch]:
    """Of the orders and receipts named, as far as the person may see their orders."""
    visible = orders_visible_to(request.user)
    orders = visible.filter(pk__in=_ids(request, "order")).exclude(approval="void").select_related("item__unit")
    lines = OutputReceiptLine.objects.filter(
        document__in=_ids(request, "receipt"), document__approval="approved", order__in=visible
    ).select_related("item__unit", "lot", "order")
    return of_orders(orders.order_by("pk")) + of_receipts(lines.order_by("document_id", "line_no"))
