"""The rows of a sheet as documents, with every reference turned into the row it names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from gongfang.kernel.errors import DomainError, Problem
from gongfang.platform.exchange.reading import read_cells
from gongfang.ui.entry import EntryForm
from gongfang.ui.naming import Named, keys_of, per_item
from gongfang.ui.registry import registry, screen
from gongfang.ui.screens import Field
from gongfang.web.importing.columns import SheetColumn, defaults_of_lines, names_of

DOCUMENTS_MAX = 50_000


@dataclass
class SheetRow:
    """One document of the sheet: its first row's number, header texts, and by grid the texts of its lines with their row numbers."""

    number: int
    header: dict[str, str]
    lines: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)


@dataclass
class Fault:
    """What is wrong in a cell."""

    row: int
    column: str
    text: str


@dataclass
class Outcome:
    """A sheet that was tried: what it would do, and its faults."""

    created: int = 0
    changed: int = 0
    faults: list[Fault] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def grouped(form: EntryForm, columns: list[SheetColumn], content: bytes, outcome: Outcome) -> list[SheetRow]:
    """Rows of the first sheet as documents; headings are matched by title in the present language or by field name."""
    names, sheets = read_cells(content)
    cells = sheets.get(names[0]) if names else None
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
    outcome.missing = _missing(form, columns, heads, cells.first_row)
    documents: list[SheetRow] = []
    for offset, row in enumerate(cells.rows[1:]):
        texts = {
            column: as_text(value, column.field)
            for column, value in zip(heads, row, strict=False)
            if column is not None
        }
        add_row(documents, cells.first_row + 1 + offset, texts, form)
    if len(documents) > DOCUMENTS_MAX:
        raise DomainError(Problem("too_many_rows", "At most {limit} at a time.", limit=DOCUMENTS_MAX))
    if not documents:
        raise DomainError(Problem("empty_sheet", "The sheet is empty."))
    return documents


def _missing(form: EntryForm, columns: list[SheetColumn], heads: list[Any], first_row: int) -> list[tuple[int, str]]:
    """Columns that must be there: of the header, of grids that need lines, and of grids of which the sheet has something."""
    needed = {"", *(grid.relation for grid, _fields in form.grids if grid.at_least)}
    needed |= {column.grid for column in heads if column is not None}
    form.start_new({})  # what has a default need not be said
    begun = {"": {name for name, text in form.header.raw.items() if text}}
    begun |= {
        grid.relation: set(defaults_of_lines(form.declared, grid, fields, form.user)) for grid, fields in form.grids
    }
    return [
        (first_row, column.title)
        for column in columns
        if column.field.required
        and column.grid in needed
        and column not in heads
        and column.field.name not in begun[column.grid]
    ]


def add_row(documents: list[SheetRow], number: int, texts: dict[SheetColumn, str], form: EntryForm) -> None:
    """A row with header values begins a document; its line values, and those of rows without, are lines of it."""
    header = {column.field.name: text for column, text in texts.items() if not column.grid and text}
    lines: dict[str, dict[str, str]] = {}
    for column, text in texts.items():
        if column.grid and text:
            lines.setdefault(column.grid, {})[column.field.name] = text
    if not header and not lines:
        return
    if header or not documents or not form.grids:
        documents.append(SheetRow(number, header))
    for grid, line in lines.items():
        documents[-1].lines.setdefault(grid, []).append((number, line))


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
    """Texts of references become primary keys: a handful of queries per column. Lots are looked up within the item of their row."""
    refs = [column for column in columns if column.field.kind == "ref" and column.field.ref in registry().screens]
    for column in sorted(refs, key=lambda one: per_item(screen(one.field.ref))):
        name, within = column.field.name, per_item(screen(column.field.ref))
        places = [(number, holder, _named(name, holder, document, within)) for number, holder, document in _holders(column, documents)]  # fmt: skip
        found = keys_of(user, screen(column.field.ref), {named for _number, _holder, named in places})
        for number, holder, named in places:
            pks = found.get(named, [])
            holder[name] = str(pks[0]) if len(pks) == 1 else ""
            if len(pks) != 1:
                words = _("“{value}” was not found.") if not pks else _("“{value}” stands for {count} rows here; name it more exactly, by its code or with its item.")  # fmt: skip
                outcome.faults.append(Fault(number, column.title, words.format(value=named.text, count=len(pks))))


def _holders(column: SheetColumn, documents: list[SheetRow]) -> Iterator[tuple[int, dict[str, str], SheetRow]]:
    """Header or lines in which the column says something, with their row numbers."""
    for document in documents:
        for number, holder in (
            document.lines.get(column.grid, []) if column.grid else [(document.number, document.header)]
        ):
            if holder.get(column.field.name):
                yield number, holder, document


def _named(name: str, holder: dict[str, str], document: SheetRow, within: bool) -> Named:
    item = (holder.get("item") or document.header.get("item") or "") if within else ""
    return Named(holder[name], int(item) if item.isdecimal() else None)
