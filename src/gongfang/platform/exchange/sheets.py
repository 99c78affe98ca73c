"""What a sheet of the exchange workbook looks like, its rows once read, and its faults."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from gongfang.kernel.errors import Problem

Kind = Literal["text", "integer", "quantity", "price", "money", "ratio", "date", "bool", "choice", "list"]
PLACES = {"integer": 0, "quantity": 6, "price": 6, "ratio": 6, "money": 2}
BIGGEST = Decimal(2**63 - 1)


@dataclass(frozen=True)
class Column:
    """One column: a stable key, a title (msgid), what may stand in it.

    ref: key of the sheet whose codes it names; what it names must be in the workbook or in the database.
    choices: value → title (msgid); a person may write either, in any language. kind "list": several codes, by comma.
    minimum, maximum: of numbers, inclusive; above: exclusive lower limit. default: what an empty cell means.
    shifts: a date that moves when a demo workbook is loaded for another opening date. scope: who sees it in an export.
    """

    key: str
    title: str
    _: KW_ONLY
    kind: Kind = "text"
    required: bool = False
    note: str = ""
    ref: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    minimum: Any = None
    maximum: Any = None
    above: Any = None
    max_length: int = 200
    default: Any = None
    shifts: bool = False
    scope: str | None = None
    width: int = 0
    multiline: bool = False
    secret: bool = False

    @property
    def largest(self) -> Decimal:
        """The largest number the database keeps in such a column."""
        return BIGGEST.scaleb(-PLACES.get(self.kind, 0))


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read: its number in the sheet (1-based, as Excel shows it) and its values by column key."""

    number: int
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        value = self.values.get(key)
        return default if value is None else value


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a workbook. row 0: the sheet as a whole; column: its key, or empty for the row."""

    sheet: str
    row: int
    column: str
    problem: Problem


def fault(sheet: str, row: Row | int, column: str, code: str, template: str, /, **data: object) -> Fault:
    """A fault at a cell. template: an English sentence with `{name}` places (a msgid)."""
    return Fault(sheet, row if isinstance(row, int) else row.number, column, Problem(code, template, **data))


class Context:
    """What the sheets know of each other while a workbook is checked and loaded.

    rows, columns: of every sheet that is there, by sheet key; what is not there stays as it is in the database. opening_date: the day the opening figures hold for. shift: added to dates
    that move with it. shared: anything one sheet leaves for a later one.
    """

    def __init__(self, book: Sequence["Sheet"], actor: Any = None) -> None:
        self.book = {sheet.key: sheet for sheet in book}
        self.actor = actor
        self.rows: dict[str, list[Row]] = {}
        self.columns: dict[str, frozenset[str]] = {}
        self.opening_date: date | None = None
        self.shift = timedelta(0)
        self.shared: dict[str, Any] = {}
        self._ids: dict[str, dict[str, int]] = {}

    def ids(self, key: str) -> dict[str, int]:
        """Code → primary key of what is in the database now; one statement, until `forget` is called."""
        if key not in self._ids:
            self._ids[key] = dict(self.book[key].ids()) if key in self.book and self.book[key].ids else {}
        return self._ids[key]

    def forget(self, key: str) -> None:
        """Read the codes of a sheet anew: it has just been loaded."""
        self._ids.pop(key, None)

    def code_column(self, key: str) -> str:
        """The column of a sheet that others refer to."""
        return (self.book[key].unique or ("code",))[0] if key in self.book else "code"

    def codes(self, key: str) -> frozenset[str]:
        """Every code a reference may name: those in the database and those in the workbook."""
        cached: dict[str, frozenset[str]] = self.shared.setdefault("codes", {})
        if key not in cached:
            column = self.code_column(key)
            own = {str(row[column]) for row in self.rows.get(key, ()) if row.get(column) is not None}
            cached[key] = frozenset(self.ids(key)) | own
        return cached[key]

    def row_of(self, key: str, code: str) -> Row | None:
        """The workbook's row for a code, or None."""
        index: dict[str, dict[str, Row]] = self.shared.setdefault("index", {})
        if key not in index:
            column = self.code_column(key)
            index[key] = {str(row[column]): row for row in self.rows.get(key, ()) if row.get(column) is not None}
        return index[key].get(code)


def nothing_wrong(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook.

    key: its stable name; columns whose values tell its rows apart stand in `unique` (the first is the code that others refer to).
    check: (rows, context) → faults, after every cell is read; asks the database set-wise. load: (rows, context) writes, set-wise.
    export: context → dicts by column key. ids: code → primary key of all rows in the database.
    """

    key: str
    title: str
    _: KW_ONLY
    columns: Sequence[Column]
    unique: Sequence[str] = ()
    note: str = ""
    check: Callable[[Sequence[Row], Context], Iterable[Fault]] = nothing_wrong
    load: Callable[[Sequence[Row], Context], None] | None = None
    export: Callable[[Context], Iterable[Mapping[str, Any]]] | None = None
    ids: Callable[[], Iterable[tuple[str, int]]] | None = None

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def by_group(rows: Sequence[Row], *keys: str) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
    """Rows that share the values of some columns, in order of first appearance (the lines of one BOM, of one order)."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in keys), []).append(row)
    yield from groups.items()
