"""Read a workbook (.xlsx, .xls, .ods) into plain cells, refusing what would hurt.

Formulas count as the value they had when the file was saved; nothing in a workbook is ever computed or fetched.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import python_calamine

from gongfang.kernel.errors import DomainError, Problem

MAX_BYTES = 20 * 2**20
MAX_UNPACKED = 400 * 2**20
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
CHUNK = 1 << 20
CELL_PLACE = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')
REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
XLS_SIGNATURE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one sheet. first_row: Excel's number of the first one; cells in column order from column A."""

    name: str
    first_row: int
    rows: list[list[Any]]


def refuse(code: str, template: str, **data: object) -> DomainError:
    return DomainError(Problem(code, template, where="file", **data))


def read_cells(content: bytes, wanted: Iterable[str] | None = None) -> tuple[list[str], dict[str, Cells]]:
    """Names of all sheets, and the cells of the wanted ones (all, when None). Raises DomainError: file_too_large, not_a_workbook, …"""
    guard(content)
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            names = list(book.sheet_names)
            chosen = names if wanted is None else [name for name in names if name in set(wanted)]
            return names, {name: _cells(book, name) for name in chosen}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refuse("not_a_workbook", "This is not an Excel or OpenDocument workbook, or it is damaged.") from error


def _cells(book: Any, name: str) -> Cells:
    sheet = book.get_sheet_by_name(name)
    if sheet.height > MAX_ROWS or sheet.width > MAX_COLUMNS:
        raise refuse(
            "sheet_too_large", "The sheet “{sheet}” is too large: at most {rows} rows and {columns} columns are read.",
            sheet=name, rows=MAX_ROWS, columns=MAX_COLUMNS,
        )  # fmt: skip
    if sheet.start is None:
        return Cells(name, 1, [])
    first_row, first_column = sheet.start
    return Cells(name, first_row + 1, [[""] * first_column + row for row in sheet.to_python(skip_empty_area=True)])


def guard(content: bytes) -> None:
    """Refuse files that are too large, packed bombs, and cells so far out that reading them would fill the memory."""
    if len(content) > MAX_BYTES:
        raise refuse("file_too_large", "The file is larger than {size} MB.", size=MAX_BYTES >> 20)
    if content[:4] == XLS_SIGNATURE:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise refuse("file_too_large", "Unpacked, the file is larger than {size} MB.", size=MAX_UNPACKED >> 20)
            left = MAX_UNPACKED
            for part in parts:
                left = _guard_part(packed, part, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise refuse("not_a_workbook", "This is not an Excel or OpenDocument workbook, or it is damaged.") from error


def _guard_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part without keeping it; returns what may still be unpacked. The size a part claims is not believed."""
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    is_content = part.filename == "content.xml"
    tail = b""
    with packed.open(part) as stream:
        while chunk := stream.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise refuse("file_too_large", "Unpacked, the file is larger than {size} MB.", size=MAX_UNPACKED >> 20)
            text = tail + chunk
            if is_sheet and any(
                int(row) > MAX_ROWS or _column(letters) > MAX_COLUMNS for letters, row in CELL_PLACE.findall(text)
            ):
                raise refuse(
                    "sheet_too_large", "A cell stands too far out: at most {rows} rows and {columns} columns are read.",
                    rows=MAX_ROWS, columns=MAX_COLUMNS,
                )  # fmt: skip
            if is_content and sum(1 for n in REPEATED.findall(text) if int(n) > 2_000_000):
                raise refuse("sheet_too_large", "A cell is repeated too often.")
            tail = text[-64:]
    return left


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
