"""Cells as typed values: every cell is tried, every fault is told."""

import gettext as gettext_module
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override

from gongfang.kernel.errors import Problem, counted
from gongfang.platform.exchange.reading import Cells
from gongfang.platform.exchange.sheets import PLACES, Column, Fault, Row, Sheet, fault

LANGUAGES = ("zh-hans", "en")
TRUE = {"是", "y", "yes", "true", "1", "√", "v", "x"}
FALSE = {"否", "n", "no", "false", "0", "×", "-"}
DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
GUARDED = ("=", "+", "-", "@", "\t", "\r")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
HEADER_MARK = "*＊ "


class BadCell(Exception):
    """Why a cell cannot be read."""

    def __init__(self, code: str, template: str, **data: object) -> None:
        self.problem = Problem(code, template, **data)
        super().__init__(code)


@cache
def catalogues() -> tuple[gettext_module.GNUTranslations, ...]:
    """Every package's Chinese: two packages may word the same title differently, and a person may have either's workbook."""
    return tuple(
        gettext_module.GNUTranslations(file.open("rb"))
        for folder in settings.LOCALE_PATHS
        for file in sorted(Path(folder).glob("*/LC_MESSAGES/django.mo"))
    )


@cache
def names_of(key: str, title: str) -> frozenset[str]:
    """What people may call a sheet, a column or a choice: its key and its title in every language."""
    names = {key, title, *(catalogue.gettext(title) for catalogue in catalogues())}
    for language in LANGUAGES:
        with override(language):
            names.add(gettext(title))
    return frozenset(name.casefold() for name in names)


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without a point, the guarding apostrophe taken off, full-width spaces trimmed."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 1e15 else value
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in GUARDED else text


def number_of(value: Any) -> Decimal:
    """A cell as an exact number; what a person reads in Excel counts (15 digits), not its binary remainder."""
    if isinstance(value, bool):
        raise BadCell("not_a_number", "“{value}” is not a number.", value=value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        text = format(value, ".15g")
    else:
        text = unicodedata.normalize("NFKC", text_of(value)).replace(",", "").replace(" ", "").lstrip("¥")
    percent = text.endswith("%")
    try:
        number = Decimal(text.rstrip("%"))
    except InvalidOperation as error:
        raise BadCell("not_a_number", "“{value}” is not a number.", value=text_of(value)[:40]) from error
    if not number.is_finite():
        raise BadCell("not_a_number", "“{value}” is not a number.", value=text_of(value)[:40])
    return number / 100 if percent else number


def _number(value: Any, column: Column) -> Decimal | int:
    number = number_of(value)
    places = PLACES[column.kind]
    if abs(number) > column.largest:
        raise BadCell("too_large", "The number is too large.")
    rounded = round(number, places)
    if rounded != number:
        if places == 0:
            raise BadCell("not_whole", "“{value}” is not a whole number.", value=number)
        raise BadCell(
            "too_many_places",
            counted("At most {places} decimal is kept.", "At most {places} decimals are kept.", "places"),
            places=places,
        )
    if column.above is not None and number <= column.above:
        raise BadCell("too_small", "It must be above {limit}.", limit=column.above)
    if column.minimum is not None and number < column.minimum:
        raise BadCell("too_small", "It must be at least {limit}.", limit=column.minimum)
    if column.maximum is not None and number > column.maximum:
        raise BadCell("too_large", "It must be at most {limit}.", limit=column.maximum)
    return int(number) if column.kind == "integer" else rounded


def date_of(value: Any) -> date:
    """A cell as a date: a real one, or text like 2026-01-05, 2026/1/5, 20260105, 2026年1月5日."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = unicodedata.normalize("NFKC", text_of(value))
    found = DATE.match(text) or COMPACT_DATE.match(text)
    try:
        if not found:
            raise ValueError(text)
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise BadCell("not_a_date", "“{value}” is not a date; write 2026-01-31.", value=text[:40]) from error


def _bool(value: Any) -> bool:
    word = unicodedata.normalize("NFKC", text_of(value)).casefold()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise BadCell("not_yes_no", "“{value}” is neither yes nor no.", value=word[:40])


def _choices(column: Column) -> dict[str, str]:
    return {name: value for value, title in column.choices.items() for name in names_of(value, title)}


def _text(value: Any, column: Column) -> str:
    text = text_of(value)
    if CONTROL.search(text) or (not column.multiline and ("\n" in text or "\r" in text or "\t" in text)):
        raise BadCell("control_characters", "There are characters in it that cannot be printed.")
    if len(text) > column.max_length:
        raise BadCell("too_long", "At most {length} characters.", length=column.max_length)
    return text


class ColumnReader:
    """Reads the cells of one column."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.choices = _choices(column) if column.kind == "choice" else {}

    def read(self, value: Any) -> Any:
        """The typed value. Raises BadCell."""
        column = self.column
        if isinstance(value, timedelta):
            raise BadCell("not_understood", "“{value}” cannot be read here.", value=value)
        if value is None or (isinstance(value, str) and not value.strip()):
            if column.required:
                raise BadCell("required", "This must be filled in.")
            return column.default
        if column.kind in PLACES:
            return _number(value, column)
        if column.kind == "date":
            return date_of(value)
        if column.kind == "bool":
            return _bool(value)
        text = _text(value, column)
        if column.kind == "list":
            parts = re.split(r"[,，、;；\s]+", text)
            return tuple(dict.fromkeys(part for part in parts if part))
        if column.kind == "choice":
            chosen = self.choices.get(text.casefold())
            if chosen is None:
                known = [gettext(title) for title in column.choices.values()]
                raise BadCell("not_a_choice", "“{value}” is not one of: {known}.", value=text[:40], known=known)
            return chosen
        return text


def parse(sheet: Sheet, cells: Cells, shift: timedelta = timedelta(0)) -> tuple[list[Row], frozenset[str], list[Fault]]:
    """The rows of a sheet, the columns it has, and everything that is wrong with its cells, its headings and its codes."""
    start = next((n for n, row in enumerate(cells.rows) if not _is_blank(row)), None)
    if start is None:
        return [], frozenset(), []
    columns, faults = _headings(sheet, cells.rows[start], cells.first_row + start)
    readers = {place: ColumnReader(column) for place, column in columns.items()}
    absent = {c.key: c.default for c in sheet.columns if c.key not in {column.key for column in columns.values()}}
    rows: list[Row] = []
    for n, line in enumerate(cells.rows[start + 1 :], start=cells.first_row + start + 1):
        if _is_blank(line):
            continue
        values, bad = dict(absent), []
        for place, reader in readers.items():
            try:
                value = reader.read(line[place] if place < len(line) else None)
                if value is not None and reader.column.shifts and shift:
                    value += shift
                values[reader.column.key] = value
            except BadCell as reason:
                values[reader.column.key] = None
                bad.append(Fault(sheet.key, n, reader.column.key, reason.problem))
        faults += bad
        rows.append(Row(n, values))
    return rows, frozenset(column.key for column in columns.values()), faults + _repeated(sheet, rows)


def _is_blank(line: Sequence[Any]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in line)


def _headings(sheet: Sheet, cells: Sequence[Any], number: int) -> tuple[dict[int, Column], list[Fault]]:
    """Which column stands where, and what is wrong with the headings."""
    known = {name: column for column in sheet.columns for name in names_of(column.key, column.title)}
    found: dict[int, Column] = {}
    faults = []
    for place, cell in enumerate(cells):
        title = text_of(cell).strip(HEADER_MARK).casefold() if cell is not None else ""
        if not title:
            continue
        column = known.get(title)
        if column is None:
            faults.append(
                fault(
                    sheet.key,
                    number,
                    "",
                    "unknown_column",
                    "There is no column “{title}” in this sheet.",
                    title=text_of(cell),
                )
            )
        elif column in found.values():
            faults.append(
                fault(
                    sheet.key,
                    number,
                    column.key,
                    "column_twice",
                    "The column “{title}” is there twice.",
                    title=text_of(cell),
                )
            )
        else:
            found[place] = column
    for column in sheet.columns:
        if column.required and column not in found.values():
            faults.append(
                fault(
                    sheet.key,
                    number,
                    column.key,
                    "column_missing",
                    "The column “{title}” is missing.",
                    title=gettext(column.title),
                )
            )
    return found, faults


def _repeated(sheet: Sheet, rows: Iterable[Row]) -> list[Fault]:
    """A fault for every further row with the same code."""
    if not sheet.unique:
        return []
    rows = list(rows)
    keys = [tuple(row.get(key) for key in sheet.unique) for row in rows]
    counts = Counter(keys)
    first: dict[tuple[Any, ...], int] = {}
    faults = []
    for row, key in zip(rows, keys, strict=True):
        if counts[key] > 1 and key[0] is not None and key in first:
            text = " / ".join(str(part) for part in key if part is not None)
            faults.append(
                fault(
                    sheet.key,
                    row,
                    sheet.unique[0],
                    "repeated",
                    "“{key}” is already in row {row}.",
                    key=text,
                    row=first[key],
                )
            )
        first.setdefault(key, row.number)
    return faults
