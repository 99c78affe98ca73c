"""Write workbooks: the book of all sheets filled or empty, and plain tables."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext

from gongfang.kernel.errors import N_
from gongfang.platform.exchange.parsing import GUARDED
from gongfang.platform.exchange.sheets import Column, Sheet

FORMATS = {
    "integer": "0", "quantity": "#,##0.######", "price": "#,##0.00####", "money": "#,##0.00", "ratio": "0.######", "date": "yyyy-mm-dd",
}  # fmt: skip
WIDTHS = {
    "integer": 9,
    "quantity": 12,
    "price": 12,
    "money": 14,
    "ratio": 9,
    "date": 12,
    "bool": 8,
    "choice": 14,
    "list": 20,
    "text": 18,
}
LISTED_ROWS = 5000  # rows of a template that offer a choice list
YES, NO = N_("Yes"), N_("No")


def neutral(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: a guarding apostrophe before = + - @, unless it is a number."""
    if not text.startswith(GUARDED):
        return text
    try:
        Decimal(text)
    except ArithmeticError:
        return "'" + text
    return text


def write_book(
    sheets: Sequence[Sheet], filled: Mapping[str, Iterable[Mapping[str, Any]]], *, notes: bool = True, intro: Sequence[str] = ()
) -> bytes:  # fmt: skip
    """The workbook of some sheets. filled: rows by sheet key; a sheet without rows has its headings only.

    notes: each heading carries what to write there. intro: lines of a first sheet that explains the whole.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": "工坊 Gongfang", "created": datetime(2026, 1, 1)})  # noqa: DTZ001 - the file is the same each time
    formats = _formats(book)
    if intro:
        _write_intro(book, intro, sheets, formats)
    for sheet in sheets:
        _write_sheet(book, sheet, filled.get(sheet.key, ()), formats, notes)
    book.close()
    return target.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    font = {"font_name": "Microsoft YaHei", "font_size": 10}
    head = {
        **font,
        "bold": True,
        "bg_color": "#E7EEF7",
        "border": 1,
        "border_color": "#B8C4D6",
        "text_wrap": True,
        "valign": "vcenter",
    }
    found = {kind: book.add_format({**font, "num_format": code}) for kind, code in FORMATS.items()}
    found["text"] = book.add_format({**font, "num_format": "@"})
    found["wrap"] = book.add_format({**font, "text_wrap": True, "valign": "top"})
    found["head"] = book.add_format(head)
    found["needed"] = book.add_format({**head, "bg_color": "#FBE3D6"})
    found["title"] = book.add_format({**font, "bold": True, "font_size": 14})
    return found


def _write_intro(book: Any, lines: Sequence[str], sheets: Sequence[Sheet], formats: Mapping[str, Any]) -> None:
    page = book.add_worksheet(gettext(N_("Read me")))
    page.hide_gridlines(2)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 96)
    page.write_string(0, 0, lines[0], formats["title"])
    for n, line in enumerate(lines[1:], start=2):
        page.merge_range(n, 0, n, 1, line, formats["wrap"])
    for n, sheet in enumerate(sheets, start=len(lines) + 3):
        page.write_url(n, 0, f"internal:'{gettext(sheet.title)}'!A1", formats["text"], gettext(sheet.title))
        page.write_string(n, 1, gettext(sheet.note) if sheet.note else "", formats["wrap"])


def _write_sheet(
    book: Any, sheet: Sheet, rows: Iterable[Mapping[str, Any]], formats: Mapping[str, Any], notes: bool
) -> None:  # fmt: skip
    page = book.add_worksheet(gettext(sheet.title)[:31])
    page.freeze_panes(1, 1)
    page.set_row(0, 30)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width or WIDTHS[column.kind], formats.get(column.kind, formats["text"]))
        page.write_string(
            0,
            place,
            gettext(column.title) + ("*" if column.required else ""),
            formats["needed" if column.required else "head"],
        )
        if notes and (text := note_of(column)):
            page.write_comment(
                0, place, text, {"x_scale": 1.6, "y_scale": 0.4 + 0.22 * (1 + len(text) // 24), "font_size": 9}
            )
        if column.kind in ("choice", "bool"):
            words = [gettext(title) for title in column.choices.values()] or [gettext(YES), gettext(NO)]
            if len(",".join(words)) <= 250:
                page.data_validation(
                    1, place, LISTED_ROWS, place, {"validate": "list", "source": words, "error_type": "warning"}
                )
    writers = [_writer(page, column, formats) for column in sheet.columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        for place, (column, put) in enumerate(zip(sheet.columns, writers, strict=True)):
            value = row.get(column.key)
            if value is not None and value != "":
                put(count, place, value)
    if count:
        page.autofilter(0, 0, count, len(sheet.columns) - 1)


def _writer(page: Any, column: Column, formats: Mapping[str, Any]) -> Any:
    """A function (row, column, value) that writes one cell of a kind."""
    style = formats.get(column.kind, formats["text"])
    words = {value: gettext(title) for value, title in column.choices.items()}
    yes, no = gettext(YES), gettext(NO)

    def put(row: int, place: int, value: Any) -> None:
        if column.kind == "date" and isinstance(value, date):
            page.write_datetime(row, place, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
        elif column.kind == "bool":
            page.write_string(row, place, yes if value else no, style)
        elif column.kind == "choice":
            page.write_string(row, place, words.get(value, str(value)), style)
        elif isinstance(value, Decimal | int) and column.kind in FORMATS:
            _put_number(page, row, place, value, style)
        elif isinstance(value, list | tuple | set | frozenset):
            page.write_string(row, place, neutral(", ".join(str(part) for part in value)), style)
        else:
            page.write_string(row, place, neutral(str(value)), style)

    return put


def _put_number(page: Any, row: int, place: int, value: Decimal | int, style: Any) -> None:
    """A number as a number where Excel's 15 digits hold it, else as text, so that not one digit is lost."""
    digits = Decimal(value).normalize().as_tuple().digits
    if len(digits) <= 15:
        page.write_number(row, place, float(value), style)
    else:
        page.write_string(row, place, format(value, "f"), style)


def note_of(column: Column) -> str:
    """What the note on a heading says: what it is, what may stand there, what an empty cell means."""
    parts = [gettext(column.note)] if column.note else []
    if column.required:
        parts.append(gettext(N_("Must be filled in.")))
    if column.choices:
        parts.append(
            gettext(N_("One of: {choices}")).format(choices=" / ".join(gettext(t) for t in column.choices.values()))
        )
    if column.kind == "bool":
        parts.append(gettext(N_("Yes or no.")))
    if column.kind == "ratio":
        parts.append(gettext(N_("0.13 or 13%.")))
    if column.kind == "date":
        parts.append(gettext(N_("A date such as 2026-01-31.")))
    if column.kind == "list":
        parts.append(gettext(N_("Several are separated by commas.")))
    if column.default is not None and column.default != "" and not isinstance(column.default, bool):
        default = gettext(column.choices[column.default]) if column.default in column.choices else column.default
        parts.append(gettext(N_("Empty means: {default}")).format(default=default))
    return "\n".join(parts)
