"""What a question is about: all of its rows, a page at a time, or as a sheet."""

import uuid
from operator import itemgetter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from gongfang.platform.previews.services import Read, read
from gongfang.ui.present import number_text, shown_table
from gongfang.ui.screens import Column
from gongfang.ui.sheets import SheetPage, download

PER_PAGE = 200


@require_GET
def preview(request: HttpRequest, preview_id: uuid.UUID) -> HttpResponse:
    """`?page=` turns the pages, `?export=1` answers with a workbook of every row."""
    found = read(request.user, preview_id)  # type: ignore[arg-type]
    title = gettext(found.title)
    columns = _columns(found)
    if request.GET.get("export"):
        return download(request.user, title, SheetPage(title, columns, found.rows))
    pages = max(1, -(-len(found.rows) // PER_PAGE))
    asked = request.GET.get("page", "")
    page = min(max(int(asked) if asked.isdigit() else 1, 1), pages)
    shown = shown_table(found.rows[(page - 1) * PER_PAGE : page * PER_PAGE], columns)
    if found.sums:
        shown.totals[:] = [
            number_text(found.sums[n], column.kind) if n in found.sums else "" for n, column in enumerate(columns)
        ]
    context = {"title": title, "shown": shown, "count": len(found.rows), "page": page, "pages": pages}
    return render(request, "web/preview.html", context)


def _columns(found: Read) -> list[Column]:
    return [
        Column(f"c{n}", gettext(column.title), kind=column.kind, value=itemgetter(n), total=column.total)  # type: ignore[arg-type]
        for n, column in enumerate(found.columns)
    ]
