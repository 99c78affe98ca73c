"""Lists and templates as Excel sheets. Text that a spreadsheet could take for a formula is defused."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from gongfang.ui.derive import NUMBERS, allowed
from gongfang.ui.present import choice_text, raw_value, reach, text_of
from gongfang.ui.screens import Column

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
FORMATS = {
    "money": "#,##0.00;[Red]-#,##0.00", "quantity": "#,##0.######;[Red]-#,##0.######", "price": "#,##0.00####;[Red]-#,##0.00####",
    "number": "General", "percent": "0.00%", "progress": "0%", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm",
}  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXACT = Decimal("999999999999999")


def defused(text: str) -> str:
    """Text as a cell: a leading sign of a formula is disarmed by an apostrophe, control characters are dropped."""
    cleaned = "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
    return f"'{cleaned}" if cleaned.startswith(DANGEROUS) else cleaned[:32_000]


def title_text(value: Any) -> str:
    text = str(value)
    return text[:1].upper() + text[1:]


class SheetWriter:
    """Writes a workbook row by row, in constant memory."""

    def __init__(self, target: BinaryIO, name: str) -> None:
        self.book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "in_memory": False,
                "remove_timezone": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
        self.names: set[str] = set()
        self.formats = {kind: self.book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        self.bold = self.book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1})
        self.page(name)

    def page(self, name: str) -> None:
        """Begin a sheet; what was written before is done with."""
        wanted = sheet_name(name)
        unique = next(
            one for one in (wanted, *(f"{wanted[:27]} ({n})" for n in range(2, 99))) if one.casefold() not in self.names
        )
        self.names.add(unique.casefold())
        self.sheet = self.book.add_worksheet(unique)
        self.row = 0

    def head(self, titles: Sequence[str], widths: Sequence[int], notes: Sequence[str] = ()) -> None:
        """The first row, frozen."""
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width)
        for place, title in enumerate(titles):
            self.sheet.write_string(0, place, defused(title), self.bold)
        for place, note in enumerate(notes):
            if note:
                self.sheet.write_comment(0, place, note[:400])
        self.sheet.freeze_panes(1, 0)
        self.row = 1

    def line(self, values: Iterable[tuple[Any, str]]) -> None:
        """One row of (value, kind)."""
        for place, (value, kind) in enumerate(values):
            self.cell(place, value, kind)
        self.row += 1

    def cell(self, place: int, value: Any, kind: str) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(self.row, place, value)
        elif isinstance(value, Decimal | int | float) and kind in NUMBERS:
            if abs(value) > EXACT:  # a spreadsheet keeps 15 digits: rather exact text
                self.sheet.write_string(self.row, place, str(value))
            else:
                self.sheet.write_number(self.row, place, value, self.formats.get(kind))
        elif isinstance(value, datetime):
            moment = timezone.localtime(value) if timezone.is_aware(value) else value
            self.sheet.write_datetime(self.row, place, moment.replace(tzinfo=None), self.formats["datetime"])
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, place, datetime.combine(value, time.min), self.formats["date"])
        else:
            self.sheet.write_string(self.row, place, defused(text_of(value)))

    def close(self) -> None:
        self.book.close()


def sheet_name(text: str) -> str:
    """A name that Excel accepts."""
    return "".join("_" if sign in "[]:*?/\\'" else sign for sign in text)[:31] or "Sheet1"


def write_rows(target: BinaryIO, name: str, columns: Sequence[Column], rows: Iterable[Any]) -> int:
    """A list as a sheet: values typed, choices by their label, units in a column of their own. Returns the number of rows."""
    writer = SheetWriter(target, name)
    write_page(writer, columns, rows)
    count = writer.row - 1
    writer.close()
    return count


def write_page(writer: SheetWriter, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """Head and rows of one sheet."""
    head_of(writer, columns)
    for row in rows:
        writer.line(cells_of(row, columns))


def head_of(writer: SheetWriter, columns: Sequence[Column]) -> None:
    titles: list[str] = []
    widths: list[int] = []
    for column in columns:
        titles.append(title_text(column.title))
        widths.append(14 if column.kind in NUMBERS or column.kind in ("date", "state", "choice", "bool") else 24)
        if column.unit:
            titles.append("")
            widths.append(7)
    writer.head(titles, widths)


def cells_of(row: Any, columns: Sequence[Column]) -> list[tuple[Any, str]]:
    """Value and kind of each cell; empty cells where there is no row."""
    line: list[tuple[Any, str]] = []
    for column in columns:
        line.append((None if row is None else exported(row, column), column.kind))
        if column.unit:
            line.append((None if row is None else reach(row, column.unit), "text"))
    return line


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One sheet of a download."""

    title: Any
    columns: Sequence[Column]
    rows: Iterable[Any]


def download(user: Any, title: Any, *pages: SheetPage) -> HttpResponse:
    """What a page shows as a workbook, all of it; without the columns whose money the person may not see."""
    target = io.BytesIO()
    writer = SheetWriter(target, str(pages[0].title))
    for number, page in enumerate(pages):
        if number:
            writer.page(str(page.title))
        write_page(writer, allowed(user, page.columns), page.rows)
    writer.close()
    answer = HttpResponse(target.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{title}.xlsx") or "attachment"
    return answer


def exported(row: Any, column: Column) -> Any:
    """A value for a cell: labels instead of codes."""
    value = raw_value(row, column)
    if value is not None and column.kind in ("state", "choice"):
        return choice_text(value, column)
    if value is not None and column.kind == "ref":
        return str(value)
    return value
