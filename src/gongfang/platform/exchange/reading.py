"""Read a workbook (.xlsx, .xls, .ods) into plain cells, refusing what would hurt.

Formulas count as the value they had when the file was saved; nothing in a workbook is ever computed or fetched.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import python_calamine

from gongfang.platform.exchange.guarding import MAX_COLUMNS, MAX_ROWS, damaged, guard, refuse


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one sheet. first_row: Excel's number of the first one; cells in column order from column A."""

    name: str
    first_row: int
    rows: list[list[Any]]


def read_cells(content: bytes, wanted: Iterable[str] | None = None) -> tuple[list[str], dict[str, Cells]]:
    """Names of all sheets, and the cells of the wanted ones (all, when None). Raises DomainError: file_too_large, not_a_workbook, …"""
    guard(content)
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            names = list(book.sheet_names)
            chosen = names if wanted is None else [name for name in names if name in set(wanted)]
            return names, {name: _cells(book, name) for name in chosen}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise damaged() from error


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
