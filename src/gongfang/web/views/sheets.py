"""Lists out to Excel, rows in from Excel. An import is tried as a whole first and changes nothing until it is clean."""

import base64
import binascii
import io
import tempfile
import uuid
from typing import Any

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.exchange.guarding import MAX_BYTES
from gongfang.platform.exchange.keeping import forget, kept
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.verbs import authorize
from gongfang.ui.derive import allowed, grid_title, line_columns, offered_grids, one, title
from gongfang.ui.document import DocumentView, fetch
from gongfang.ui.entry import EntryForm
from gongfang.ui.listing import Listing
from gongfang.ui.registry import screen
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import Column
from gongfang.ui.sentences import sentence
from gongfang.ui.sheets import XLSX, SheetPage, SheetWriter, download, title_text, write_rows
from gongfang.ui.sheets_of_lines import CHUNK, lines_of, write_with_lines
from gongfang.web.importing import jobs
from gongfang.web.importing.columns import import_columns, note_of
from gongfang.web.importing.loading import Sheet
from gongfang.web.views.lists import effective, importable

EXPORT_MAX = 200_000
HEAD = [Column("title", gettext_lazy("Field"), kind="text"), Column("value", gettext_lazy("Value"), kind="text")]


@require_GET
def export(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the list shows now, all pages of it, in its columns; or the ticked rows (`ids`)."""
    declared = screen(key)
    asked, _saved, _chosen, _layout = effective(request, declared)
    listing = Listing(declared, request.user, asked)
    rows = listing.fetched(listing.ordered())[:EXPORT_MAX]
    target = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    if request.GET.get("lines") and declared.grids:
        write_with_lines(target, declared, request.user, listing.columns, lambda: rows.iterator(chunk_size=CHUNK))
    else:
        write_rows(target, str(title(declared)), listing.columns, rows.iterator(chunk_size=2000))
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{title(declared)}.xlsx", content_type=XLSX)


@require_GET
def export_document(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """One document as a workbook: its head, then a sheet for each of its grids, all lines of them."""
    declared = screen(key)
    document = fetch(declared, request.user, pk)
    view = DocumentView(declared, request.user, document)
    head = [{"title": title_text(one.title), "value": one.cell.text} for one in [*view.head(), *view.footer()]]
    pages = [SheetPage(one(declared), HEAD, head)]
    for grid in offered_grids(declared):
        columns = allowed(request.user, line_columns(declared, grid))
        pages.append(
            SheetPage(title_text(grid_title(grid)), columns, lines_of(declared, grid, columns, [pk]).get(pk, []))
        )
    return download(request.user, view.name, *pages)


@require_GET
def template(request: HttpRequest, key: str) -> HttpResponseBase:
    """An empty sheet with the columns and notes on what may stand in them."""
    declared = screen(key)
    authorize(request.user, declared.create_verb)
    columns = import_columns(EntryForm(declared, request.user))
    target = io.BytesIO()
    writer = SheetWriter(target, str(one(declared)))
    writer.head([column.heading for column in columns], [16] * len(columns), [note_of(column) for column in columns])
    writer.close()
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{one(declared)}.xlsx", content_type=XLSX)


@require_http_methods(["GET", "POST"])
def import_rows(request: HttpRequest, key: str) -> HttpResponseBase:
    """Choose a file → it is tried and the faults are shown → it is done. What is long runs as a task beside the pages."""
    declared = screen(key)
    if not importable(declared):
        raise DomainError(Problem("missing", "This list takes no imports."), Kind.MISSING)
    authorize(request.user, declared.create_verb)
    context: dict[str, Any] = {
        "declared": declared,
        "key": key,
        "title": title(declared),
        "one": one(declared),
        "request_id": uuid.uuid4(),
    }
    if request.method == "GET":
        return render(request, "web/import.html", context | _of_task(request, key))
    try:
        for_good = request.POST.get("go") == "1"
        content = _content(request, key)
        sheet = None if len(content) > jobs.AT_ONCE_BYTES else Sheet(request.user, declared, content)
        if sheet is None or len(sheet.documents) > jobs.AT_ONCE:
            run = jobs.start_import(request.user, key, content, request_id_of(request), for_good=for_good)
            if (tried := _run(request, request.POST.get("task", ""), key)) is not None:
                forget(tried.arguments["file"])  # loaded once, not twice
            return redirect(f"/{key}/import?task={run.pk}")
        outcome = sheet.attempt(request_id_of(request), for_good=for_good)
    except DomainError as error:
        context["problems"] = [sentence(problem) for problem in error.problems]
        return render(request, "web/import.html", context, status=422)
    if for_good and not outcome.faults:
        return redirect(f"/{key}/")
    context |= {
        "outcome": outcome, "count": len(outcome.faults), "faults": outcome.faults[: jobs.FAULTS_SHOWN],
        "content": base64.b64encode(content).decode(),
    }  # fmt: skip
    return render(request, "web/import.html", context, status=422 if outcome.faults else 200)


def _content(request: HttpRequest, key: str) -> bytes:
    """The sheet that is sent, sent back with the page that tried it, or kept by the task that tried it."""
    upload = request.FILES.get("file")
    if upload is not None:
        if (upload.size or 0) > MAX_BYTES:
            raise DomainError(Problem("file_too_large", "The file is larger than {size} MB.", size=MAX_BYTES >> 20))
        return upload.read()
    if (run := _run(request, request.POST.get("task", ""), key)) is not None:
        return kept(run.arguments["file"])
    try:
        return base64.b64decode(request.POST.get("content", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DomainError(Problem("bad_file", "The file did not arrive whole; choose it again.")) from error


def _run(request: HttpRequest, text: str, key: str) -> TaskRun | None:
    """A person's own import task for this list."""
    if not text.isdecimal() or len(text) > 17:
        return None
    return TaskRun.objects.filter(pk=int(text), job=jobs.JOB, actor=request.user, arguments__key=key).first()


def _of_task(request: HttpRequest, key: str) -> dict[str, Any]:
    """What a task found or did; its progress while it runs."""
    run = _run(request, request.GET.get("task", ""), key)
    if run is None:
        return {}
    if not run.is_over:
        return {"task": run}
    if run.state != TaskRun.State.DONE:
        return {"problems": [run.shown_message or str(run.get_state_display())]}
    return {"outcome": run.result, "count": run.result["count"], "faults": run.result["faults"], "done_task": run}
