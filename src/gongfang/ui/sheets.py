"""Lists and templates as Excel sheets. Text that a spreadsheet could take for a formula is defused."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.utils import timezone

from gongfang.ui.derive import NUMBERS
from gongfang.ui.present import choice_text, raw_value, reach, text_of
from gongfang.ui.screens import Column

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
FORMATS = {
    "money": "#,##0.00;[Red]-#,##0.00", "quantity": "#,##0.######;[Red]-#,##0.######", "price": "#,##0.00####;[Red]-#,##0.00####",
    "number": "General", "percent": "0.00%", "progress": "0%", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm",
}  # fmt: skip
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
        self.sheet = self.book.add_worksheet(sheet_name(name))
        self.formats = {kind: self.book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        self.bold = self.book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1})
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
    titles: list[str] = []
    widths: list[int] = []
    for column in columns:
        titles.append(title_text(column.title))
        widths.append(14 if column.kind in NUMBERS or column.kind in ("date", "state", "choice", "bool") else 24)
        if column.unit:
            titles.append("")
            widths.append(7)
    writer.head(titles, widths)
    for row in rows:
        line: list[tuple[Any, str]] = []
        for column in columns:
            line.append((exported(row, column), column.kind))
            if column.unit:
                line.append((reach(row, column.unit), "text"))
        writer.line(line)
    count = writer.row - 1
    writer.close()
    return count


def exported(row: Any, column: Column) -> Any:
    """A value for a cell: labels instead of codes."""
    value = raw_value(row, column)
    if value is not None and column.kind in ("state", "choice"):
        return choice_text(value, column)
    if value is not None and column.kind == "ref":
        return str(value)
    return value
