"""The page on which an opening workbook is checked and loaded."""

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError, Problem
from gongfang.platform.exchange import jobs
from gongfang.platform.exchange import services as exchange
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.verbs import authorize
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERMISSION = "platform.import_workbook"


@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a file; `check` names every fault, `load` loads it when there is none. The answer is a fragment for htmx."""
    authorize(request.user, PERMISSION)
    if request.method == "GET":
        if (shown := _task_result(request)) is not None:
            return render(request, "masterdata/import.html", {**shown, "request_id": uuid.uuid4()})
        sheets = [{"title": _(sheet.title), "note": _(sheet.note) if sheet.note else ""} for sheet in exchange.book()]
        return render(request, "masterdata/import.html", {"sheets": sheets, "request_id": uuid.uuid4()})
    try:
        result = _answer(request)
        status = 200
    except DomainError as refused:
        result, status = {"refused": sentences(refused.problems)}, 422
    page = "masterdata/_import_result.html" if request.headers.get("HX-Request") else "masterdata/import.html"
    answer = render(
        request, page, {**result, "request_id": uuid.uuid4()}, status=status if page.endswith("import.html") else 200
    )
    if "task" in result:
        answer.headers["HX-Push-Url"] = f"?task={result['task'].pk}"
    return answer


def _answer(request: HttpRequest) -> dict[str, Any]:
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise DomainError(Problem("file_needed", "Choose a workbook first.", where="file"))
    if (uploaded.size or 0) > 20 * 2**20:
        raise DomainError(Problem("file_too_large", "The file is larger than {size} MB.", where="file", size=20))
    content = uploaded.read()
    start = _date(request.POST.get("start", ""))
    if len(content) > jobs.BEHIND_BYTES:
        act = "load" if request.POST.get("act") == "load" else "check"
        run = jobs.start_import(
            actor=request.user,
            content=content,
            name=uploaded.name or "",
            act=act,
            start_on=start,
            request_id=request_id_of(request),
        )
        return {"task": run}
    checked = exchange.check_workbook(content, actor=request.user, start=start)
    lines = exchange.fault_lines(checked.faults[: exchange.FAULTS_SHOWN])
    book = {sheet.key: sheet for sheet in exchange.book()}
    counts = [{"title": _(book[key].title), "rows": rows} for key, rows in checked.counts.items()]
    result = {"file": uploaded.name, "faults": lines, "count": len(checked.faults), "counts": counts, "loaded": False}
    if not checked.faults and request.POST.get("act") == "load":
        exchange.import_workbook(actor=request.user, request_id=request_id_of(request), content=content, start=start)
        result["loaded"] = True
    return result


def _task_result(request: HttpRequest) -> dict[str, Any] | None:
    """What an import that ran beside the pages found or did; its progress while it runs."""
    asked = request.GET.get("task", "")
    run = (
        TaskRun.objects.filter(pk=int(asked), job=jobs.JOB, actor=request.user).first()
        if asked.isdecimal() and len(asked) < 18
        else None
    )
    if run is None:
        return None
    if not run.is_over:
        return {"task": run}
    if run.state != TaskRun.State.DONE:
        return {"refused": [run.message or str(run.get_state_display())]}
    book = {sheet.key: sheet for sheet in exchange.book()}
    found = run.result
    lines = [exchange.FaultLine(*line) for line in found["faults"]]
    counts = [{"title": _(book[key].title), "rows": rows} for key, rows in found["counts"].items()]
    return {
        "file": found["file"],
        "faults": lines,
        "count": found["count"],
        "counts": counts,
        "loaded": found["loaded"],
    }


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
