"""The page on which an opening workbook is checked and loaded."""

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError, Problem
from gongfang.platform.exchange import services as exchange
from gongfang.platform.verbs import authorize
from gongfang.ui.sentences import sentences

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERMISSION = "platform.import_workbook"


@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a file; `check` names every fault, `load` loads it when there is none. The answer is a fragment for htmx."""
    authorize(request.user, PERMISSION)
    if request.method == "GET":
        sheets = [{"title": _(sheet.title), "note": _(sheet.note) if sheet.note else ""} for sheet in exchange.book()]
        return render(request, "masterdata/import.html", {"sheets": sheets, "request_id": uuid.uuid4()})
    try:
        result = _answer(request)
        status = 200
    except DomainError as refused:
        result, status = {"refused": sentences(refused.problems)}, 422
    page = "masterdata/_import_result.html" if request.headers.get("HX-Request") else "masterdata/import.html"
    return render(
        request, page, {**result, "request_id": uuid.uuid4()}, status=status if page.endswith("import.html") else 200
    )


def _answer(request: HttpRequest) -> dict[str, Any]:
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise DomainError(Problem("file_needed", "Choose a workbook first.", where="file"))
    if (uploaded.size or 0) > 20 * 2**20:
        raise DomainError(Problem("file_too_large", "The file is larger than {size} MB.", where="file", size=20))
    content = uploaded.read()
    start = _date(request.POST.get("start", ""))
    checked = exchange.check_workbook(content, actor=request.user, start=start)
    lines = exchange.fault_lines(checked.faults[: exchange.FAULTS_SHOWN])
    book = {sheet.key: sheet for sheet in exchange.book()}
    counts = [{"title": _(book[key].title), "rows": rows} for key, rows in checked.counts.items()]
    result = {"file": uploaded.name, "faults": lines, "count": len(checked.faults), "counts": counts, "loaded": False}
    if not checked.faults and request.POST.get("act") == "load":
        try:
            request_id = uuid.UUID(request.POST.get("request_id", ""))
        except ValueError:
            request_id = uuid.uuid4()
        exchange.import_workbook(actor=request.user, request_id=request_id, content=content, start=start)
        result["loaded"] = True
    return result


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise DomainError(
            Problem("not_a_date", "“{value}” is not a date; write 2026-01-31.", where="start", value=text[:20])
        ) from error


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    authorize(request.user, PERMISSION)
    return _file(exchange.template(), "gongfang-template.xlsx")


@require_GET
def export_file(request: HttpRequest) -> HttpResponse:
    """The database as a workbook."""
    return _file(exchange.export_workbook(actor=request.user), "gongfang-export.xlsx")
