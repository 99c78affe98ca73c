"""Counting with a phone: the sheets that wait, and the sheet itself, scanned line by line."""

import uuid
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.inventory.models import StockCount, StockCountLine
from gongfang.inventory.pages.reading import answers_json, body_of, decimal_of, integer_of, moment_of, request_id_of
from gongfang.inventory.queries import Scanned, resolve
from gongfang.inventory.services import finish_count, tally_count, tally_package
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.identity.scopes import scoped


def _open(user: Any) -> Any:
    rows = scoped(
        StockCount.objects.filter(approval__in=["draft", "rejected"]), user, warehouse="location__warehouse__code"
    )
    return rows.filter(Q(assignee=user) | Q(assignee=None)).select_related("location", "assignee")


@require_GET
def counting(request: HttpRequest) -> HttpResponse:
    """Sheets that wait for me, the most urgent first."""
    counts = _open(request.user).annotate(
        all_lines=Count("lines"), done_lines=Count("lines", filter=Q(lines__counted__isnull=False))
    )
    rows = list(counts.order_by("due_on", "pk")[:100])
    return render(
        request,
        "inventory/counting.html",
        {"title": _("Count by phone"), "counts": rows, "today": timezone.localdate()},
    )


@require_GET
def count_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet on the phone."""
    count = get_object_or_404(_open(request.user), pk=pk)
    lines = count.lines.select_related("item__unit", "lot", "document").order_by("line_no")
    data = {
        "lines": [_line(line) for line in lines], "round": count.round, "blind": count.is_blind, "tally": f"/inventory/counting/{pk}/tally",
        "finish": f"/inventory/counting/{pk}/finish", "back": "/inventory/counting/",
    }  # fmt: skip
    return render(request, "inventory/count_sheet.html", {"title": count.number, "count": count, "data": data})


def _line(line: StockCountLine) -> dict[str, Any]:
    """A line as the phone keeps it; quantities as text. The book quantity is not in the page of a blind count."""

    def text(value: Any) -> str | None:
        return None if value is None else f"{value.normalize():f}"

    return {
        "id": line.pk, "item": line.item_id, "code": line.item.code, "name": line.item.name, "spec": line.item.spec, "unit": line.item.unit.name,
        "lot": line.lot_id, "lotCode": line.lot.code if line.lot else "", "counted": text(line.counted), "recounted": text(line.recounted),
        "again": line.needs_recount, "book": text(line.book_shown), "precision": line.item.unit.precision,
    }  # fmt: skip


@require_POST
@answers_json
def tally(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One scan (code), or a figure typed at a line (item and lot). Answers the line as it stands now."""
    count = get_object_or_404(_open(request.user), pk=pk)
    body = body_of(request)
    scanned = resolve(request.user, str(body["code"])) if "code" in body else None
    if scanned is not None and scanned.package_id is not None:
        rows = tally_package(
            actor=request.user, request_id=request_id_of(body), document_id=pk, package=scanned.package_id, at=moment_of(body.get("at"))
        )  # fmt: skip
        found = StockCountLine.objects.select_related("item__unit", "lot", "document").in_bulk([row.pk for row in rows])
        lines = [_line(found[row.pk]) for row in rows]
        return {"line": lines[-1], "lines": lines}
    item, lot, factor = _goods(count, body, scanned)
    quantity = decimal_of(body.get("quantity", "1"), "quantity")
    line = tally_count(
        actor=request.user, request_id=request_id_of(body), document_id=pk, item=item, lot=lot, quantity=quantity * factor,
        adds=bool(body.get("adds", True)), at=moment_of(body.get("at")),
    )  # fmt: skip
    line = StockCountLine.objects.select_related("item__unit", "lot", "document").get(pk=line.pk)
    return {"line": _line(line)}


def _goods(count: StockCount, body: dict[str, Any], scanned: Scanned | None) -> tuple[int, int | None, Any]:
    """Item, lot and base units of one scan. A code that is not on the sheet is refused until the person says that it is there."""
    if scanned is None:
        lot = body.get("lot")
        return integer_of(body.get("item"), "item"), integer_of(lot, "lot") if lot else None, 1
    if scanned.item_id is None:
        raise DomainError(
            Problem("not_goods", "{title} is not goods.", where="code", title=scanned.title), Kind.CONFLICT
        )
    lot, on_sheet = scanned.lot_id, count.lines.filter(item=scanned.item_id)
    if scanned.tracking != "none" and lot is None:
        only = list(on_sheet.values_list("lot_id", flat=True)[:2])
        if len(only) != 1:
            raise DomainError(
                Problem("scan_lot", "{item}: scan the lot or serial number.", where="code", item=scanned.item_code),
                Kind.CONFLICT,
            )
        lot = only[0]
    if not body.get("new") and not on_sheet.filter(lot=lot).exists():
        raise DomainError(
            Problem("not_on_sheet", "{title} is not on this sheet.", where="code", title=scanned.title), Kind.CONFIRM
        )
    return scanned.item_id, lot, scanned.factor


@require_POST
@answers_json
def finish(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The round is over: submitted, or the lines to be counted again."""
    get_object_or_404(_open(request.user), pk=pk)
    body = body_of(request)
    count = finish_count(
        actor=request.user, request_id=request_id_of(body) if body.get("request_id") else uuid.uuid4(), document_id=pk,
        rest_is_zero=bool(body.get("rest_is_zero")),
    )  # fmt: skip
    lines = count.lines.select_related("item__unit", "lot", "document").order_by("line_no")
    return {"state": count.approval, "round": count.round, "lines": [_line(line) for line in lines]}
