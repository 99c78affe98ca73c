"""Lists out to Excel, rows in from Excel. An import is tried as a whole first and changes nothing until it is clean."""

import base64
import binascii
import io
import tempfile
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.exchange.reading import read_cells
from gongfang.platform.verbs import authorize
from gongfang.ui import forms
from gongfang.ui.derive import columns as list_columns
from gongfang.ui.derive import end_field, number_path, one, title
from gongfang.ui.entry import EntryForm
from gongfang.ui.listing import Listing, visible_rows
from gongfang.ui.present import reach
from gongfang.ui.registry import model_of, registry, screen
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import Field, Screen
from gongfang.ui.sentences import sentence
from gongfang.ui.sheets import SheetWriter, title_text, write_rows
from gongfang.web.doing import save
from gongfang.web.views.lists import effective, importable

EXPORT_MAX = 200_000
IMPORT_MAX = 3_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def export(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the list shows now, all pages of it, in its columns; or the ticked rows (`ids`)."""
    declared = screen(key)
    asked, _saved, _chosen, _layout = effective(request, declared)
    listing = Listing(declared, request.user, asked)
    rows = listing.fetched(listing.ordered())[:EXPORT_MAX].iterator(chunk_size=2000)
    target = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    write_rows(target, str(title(declared)), listing.columns, rows)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{title(declared)}.xlsx", content_type=XLSX)


@dataclass(frozen=True, eq=False)
class SheetColumn:
    """A column of the import sheet: a header field, or a field of the line grid."""

    field: Field
    grid: str = ""

    @property
    def title(self) -> str:
        return title_text(self.field.title)


def import_columns(form: EntryForm) -> list[SheetColumn]:
    found = [
        SheetColumn(field) for field in form.header.fields if not field.readonly and field.kind not in ("file", "image")
    ]
    for grid, fields in form.grids[:1]:
        if not grid.at_least:
            break  # side tables of a record (its further units, its bank accounts) do not come by this sheet
        found += [SheetColumn(field, grid.relation) for field in fields if not field.readonly]
    return found


@require_GET
def template(request: HttpRequest, key: str) -> HttpResponseBase:
    """An empty sheet with the columns and notes on what may stand in them."""
    declared = screen(key)
    authorize(request.user, declared.create_verb)
    columns = import_columns(EntryForm(declared, request.user))
    target = io.BytesIO()
    writer = SheetWriter(target, str(one(declared)))
    writer.head([heading(column) for column in columns], [16] * len(columns), [note_of(column) for column in columns])
    writer.close()
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{one(declared)}.xlsx", content_type=XLSX)


def heading(column: SheetColumn) -> str:
    return column.title + ("*" if column.field.required else "")


def note_of(column: SheetColumn) -> str:
    parts = [str(column.field.help or "")]
    if column.field.kind == "choice":
        parts.append(" / ".join(label for _value, label in forms.choices_of_field(column.field)))
    if column.field.kind == "ref":
        parts.append(_("Code or name"))
    if column.field.kind == "date":
        parts.append("yyyy-mm-dd")
    if column.grid:
        parts.append(_("A row without header values is a further line of the document above."))
    return "\n".join(part for part in parts if part)


@dataclass
class SheetRow:
    """One document of the sheet: its first row's number, header texts, and texts of its lines with their row numbers."""

    number: int
    header: dict[str, str]
    lines: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@dataclass
class Fault:
    """What is wrong in a cell."""

    row: int
    column: str
    text: str


@dataclass
class Outcome:
    """A sheet that was tried: what it would do, and its faults."""

    documents: int = 0
    created: int = 0
    changed: int = 0
    faults: list[Fault] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
def import_rows(request: HttpRequest, key: str) -> HttpResponseBase:
    """Choose a file → it is tried and the faults are shown → it is done."""
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
        return render(request, "web/import.html", context)
    try:
        content = posted_file(request)
        outcome = attempt(
            request.user, declared, content, request_id_of(request), for_good=request.POST.get("go") == "1"
        )
    except DomainError as error:
        context["problems"] = [sentence(problem) for problem in error.problems]
        return render(request, "web/import.html", context, status=422)
    if request.POST.get("go") == "1" and not outcome.faults:
        return redirect(f"/{key}/")
    context |= {"outcome": outcome, "content": base64.b64encode(content).decode(), "faults": outcome.faults[:300]}
    return render(request, "web/import.html", context, status=422 if outcome.faults else 200)


def posted_file(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    if upload is not None:
        return upload.read()
    try:
        return base64.b64decode(request.POST.get("content", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DomainError(Problem("bad_file", "The file did not arrive whole; choose it again.")) from error


def attempt(user: Any, declared: Screen, content: bytes, request_id: uuid.UUID, *, for_good: bool) -> Outcome:
    """Do the whole sheet in one transaction; it is taken back when there is a fault or when it was only to be tried."""
    outcome = Outcome()
    form = EntryForm(declared, user)
    columns = import_columns(form)
    documents = grouped(form, columns, content, outcome)
    resolve(user, columns, documents, outcome)
    with transaction.atomic():
        existing = known_rows(declared, user, documents)
        if len(existing) < len(documents):  # a column that is missing is a fault only where something new needs it
            outcome.faults += [
                Fault(number, heading_text, _("This column is missing.")) for number, heading_text in outcome.missing
            ]
        for place, document in enumerate(documents):
            one_document(user, declared, document, existing, uuid.uuid5(request_id, str(place)), columns, outcome)
        if outcome.faults or not for_good:
            transaction.set_rollback(True)
    return outcome


def grouped(form: EntryForm, columns: list[SheetColumn], content: bytes, outcome: Outcome) -> list[SheetRow]:
    """Rows of the first sheet as documents; headings are matched by title in the present language or by field name."""
    _names, sheets = read_cells(content)
    cells = next(iter(sheets.values()), None)
    if cells is None or not cells.rows:
        raise DomainError(Problem("empty_sheet", "The sheet is empty."))
    by_name: dict[str, SheetColumn] = {}
    for column in columns:
        for name in names_of(form.declared, column):
            by_name.setdefault(name.casefold(), column)
    heads = [by_name.get(str(cell).strip().rstrip("*＊ ").casefold()) for cell in cells.rows[0]]
    outcome.ignored = [
        str(cell) for cell, column in zip(cells.rows[0], heads, strict=True) if column is None and str(cell).strip()
    ]
    outcome.missing = [
        (cells.first_row, column.title) for column in columns if column.field.required and column not in heads
    ]
    documents: list[SheetRow] = []
    for offset, row in enumerate(cells.rows[1:]):
        number = cells.first_row + 1 + offset
        texts = {
            column: as_text(value, column.field)
            for column, value in zip(heads, row, strict=False)
            if column is not None
        }
        add_row(documents, number, {(c.grid, c.field.name): text for c, text in texts.items()}, form)
    if len(documents) > IMPORT_MAX:
        raise DomainError(Problem("too_many_rows", "At most {limit} at a time.", limit=IMPORT_MAX))
    if not documents:
        raise DomainError(Problem("empty_sheet", "The sheet is empty."))
    return documents


def names_of(declared: Screen, column: SheetColumn) -> list[str]:
    """What a heading may call a column: its title, its name, and the title the list shows it under (so exports come back)."""
    name = column.field.name.removesuffix("_id")
    shown = [
        str(one_column.title)
        for one_column in list_columns(declared)
        if not column.grid and one_column.path.partition("__")[0] == name
    ]
    return [*shown, column.field.name, column.title]


def add_row(documents: list[SheetRow], number: int, texts: dict[tuple[str, str], str], form: EntryForm) -> None:
    header = {name: text for (grid, name), text in texts.items() if not grid and text}
    line = {name: text for (grid, name), text in texts.items() if grid and text}
    if not header and not line:
        return
    if header or not documents or not form.grids:
        documents.append(SheetRow(number, header))
    if line:
        documents[-1].lines.append((number, line))


def as_text(value: Any, one_field: Field) -> str:
    """A cell as the text a person would have typed; the defusing apostrophe of our own exports is taken off."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if one_field.kind == "percent":
            value *= 100
        return f"{value:.10f}".rstrip("0").rstrip(".") if not value.is_integer() else str(int(value))
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10] if one_field.kind == "date" else value.isoformat()
    text = str(value).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def resolve(user: Any, columns: list[SheetColumn], documents: list[SheetRow], outcome: Outcome) -> None:
    """Codes and names of references become primary keys: one query per column."""
    for column in columns:
        if column.field.kind != "ref" or column.field.ref not in registry().screens:
            continue
        places = []
        for document in documents:
            holders = document.lines if column.grid else [(document.number, document.header)]
            places += [(number, holder) for number, holder in holders if holder.get(column.field.name)]
        found = keys_by_text(user, screen(column.field.ref), {holder[column.field.name] for _number, holder in places})
        for number, holder in places:
            text = holder[column.field.name]
            if text in found:
                holder[column.field.name] = str(found[text])
            else:
                outcome.faults.append(Fault(number, column.title, _("“{value}” was not found.").format(value=text)))
                holder[column.field.name] = ""


def keys_by_text(user: Any, target: Screen, texts: set[str]) -> dict[str, int]:
    model = model_of(target)
    names = [
        name
        for name in dict.fromkeys((number_path(target), "code", "number", "name", "username"))
        if end_field(model, name) is not None
    ]
    wanted = Q()
    for name in names:
        wanted |= Q(**{f"{name}__in": list(texts)})
    found: dict[str, int] = {}
    rows = list(visible_rows(target, user).filter(wanted)) if texts else []
    for name in reversed(names):
        for row in rows:
            found[str(reach(row, name))] = row.pk
    return {text: pk for text, pk in found.items() if text in texts}


def known_rows(declared: Screen, user: Any, documents: list[SheetRow]) -> dict[str, Any]:
    """Rows that exist already, by code: they are changed instead of created, where the noun can be edited."""
    name = number_path(declared)
    codes = [document.header[name] for document in documents if document.header.get(name)]
    if not declared.edit_verb or not codes or end_field(model_of(declared), name) is None:
        return {}
    return {str(reach(row, name)): row for row in visible_rows(declared, user).filter(**{f"{name}__in": codes})}


def one_document(
    user: Any,
    declared: Screen,
    sheet_row: SheetRow,
    existing: dict[str, Any],
    request_id: uuid.UUID,
    columns: list[SheetColumn],
    outcome: Outcome,
) -> None:
    """Read and save one document; its faults are told by row and column."""
    document = existing.get(sheet_row.header.get(number_path(declared), ""))
    form = EntryForm(declared, user, document)
    raw: dict[str, Any] = dict(sheet_row.header)
    if document is not None:
        form.start_from(document)
        raw = {**form.header.raw, **raw}
    else:
        form.start_new({})
        raw = {**{name: text for name, text in form.header.raw.items() if text}, **raw}
    raw = {
        name: text
        for name, text in raw.items()
        if name in {one_field.name for one_field in form.header.fields if not one_field.readonly}
    }
    entry = form.header.read(raw)
    for grid, fields in form.grids:
        defaults = {
            f.name: forms.raw_text(forms.default_value(f, user), f.kind)
            for f in fields
            if f.default is not None and not f.readonly
        }
        rows = [{**defaults, **line} for _number, line in sheet_row.lines] if grid is form.grids[0][0] else []
        if document is not None and not rows:  # lines that the sheet says nothing of stay as they are
            names = {f.name for f in fields if not f.readonly} | {"id"}
            rows = [{name: text for name, text in row.items() if name in names} for row in form.rows[grid.relation]]
        lines, problems = forms.read_lines(grid, [f for f in fields if not f.readonly], rows, user)
        entry.values[grid.relation] = lines
        entry.problems += problems
    try:
        if entry.problems:
            raise DomainError(entry.problems)
        save(
            user,
            declared,
            entry.values,
            request_id=request_id,
            document=document,
            version=getattr(document, "version", None),
        )
        outcome.documents += 1
        outcome.created += document is None
        outcome.changed += document is not None
    except DomainError as error:
        outcome.faults += [placed_fault(problem, sheet_row, columns) for problem in error.problems]


def placed_fault(problem: Problem, sheet_row: SheetRow, columns: list[SheetColumn]) -> Fault:
    """A problem's row and column in the sheet."""
    parts = problem.where.split(".") if problem.where else []
    number, name = sheet_row.number, parts[0] if parts else ""
    if len(parts) >= 2 and parts[1].isdigit():
        index = int(parts[1])
        number = sheet_row.lines[index][0] if index < len(sheet_row.lines) else number
        name = parts[2] if len(parts) > 2 else ""
    known = next(
        (column.title for column in columns if column.field.name in (name, f"{name}_id", name.removesuffix("_id"))),
        name,
    )
    return Fault(number, known, sentence(problem))
