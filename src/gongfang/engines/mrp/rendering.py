"""Write rows of columns as JSON text in machine code: a plan of millions of rows in seconds, without a Python object per row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from json import dumps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .problem import Integers

Bytes = NDArray[np.uint8]

LITERAL, TEXT, PLANNED, NUMBER, DAY, ORDINAL = range(6)
"""What a piece of a row is: fixed text; an entry of the text table; P and a number (-1: nothing); a quantity of 10^-6; a date (0: null);
`#n` (under 2: nothing)."""
NO_NUMBER = -(2**63)
ROWS_AT_ONCE = 1 << 14


class TextTable:
    """Texts by number, escaped for JSON; number 0 is the empty text."""

    def __init__(self) -> None:
        self._texts: list[bytes] = [b""]

    def add(self, texts: Iterable[object]) -> int:
        """Append texts and give the number of the first."""
        first = len(self._texts)
        self._texts.extend(dumps(str(text), ensure_ascii=False)[1:-1].encode() for text in texts)
        return first

    def arrays(self) -> tuple[Bytes, Integers, int]:
        """Give all bytes, where each text begins, and the longest length."""
        lengths = np.fromiter(map(len, self._texts), np.int64, len(self._texts))
        start = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=start[1:])
        return np.frombuffer(b"".join(self._texts), np.uint8), start, int(lengths.max())


@dataclass(frozen=True, slots=True, eq=False)
class DateTexts:
    """The dates from `first` on, ten bytes each."""

    first: int
    text: Bytes

    @classmethod
    def between(cls, first: int, last: int) -> "DateTexts":
        days = range(first, last + 1)
        return cls(first, np.frombuffer("".join(date.fromordinal(day).isoformat() for day in days).encode(), np.uint8))


Pieces = Sequence[tuple[int, int | str]]
Columns = Sequence[NDArray[np.integer[Any]]]


def template(*pieces: str | tuple[int, int]) -> Pieces:
    """Describe a row: texts as they are, and (kind, column)."""
    return [(LITERAL, piece) if isinstance(piece, str) else piece for piece in pieces]


def render(
    pieces: Pieces, count: int, columns: Callable[[slice], Columns], texts: tuple[Bytes, Integers, int], dates: DateTexts,
    planned_first: int, planned_width: int,
) -> Iterator[memoryview]:  # fmt: skip
    """Yield `count` rows as bytes, some thousand at once, to be used before the next ones are asked for.

    `columns` gives whole numbers for a slice of rows, as many columns as the pieces name.
    """
    literals = [str(what).encode() if kind == LITERAL else b"" for kind, what in pieces]
    literal_start = np.zeros(len(literals) + 1, np.int64)
    np.cumsum([len(literal) for literal in literals], out=literal_start[1:])
    literal = np.frombuffer(b"".join(literals), np.uint8)
    kinds = np.array([kind for kind, _ in pieces], np.int64)
    sources = np.array([0 if isinstance(what, str) else what for _, what in pieces], np.int64)
    longest = len(literal) + int((kinds != LITERAL).sum()) * max(texts[2], 32)
    rows_at_once = max(1, min(ROWS_AT_ONCE, (1 << 24) // longest))
    buffer = np.empty(rows_at_once * longest, np.uint8)
    for first in range(0, count, rows_at_once):
        part = np.stack(columns(slice(first, min(count, first + rows_at_once)))).astype(np.int64, copy=False)
        size = _fill(
            buffer, kinds, sources, literal, literal_start, part, texts[0], texts[1],
            dates.text, dates.first, planned_first, planned_width,
        )  # fmt: skip
        yield memoryview(buffer)[:size]  # type: ignore[arg-type]  # numpy arrays are buffers


@compiled
def _fill(
    buffer: Bytes, kinds: Integers, sources: Integers, literal: Bytes, literal_start: Integers, columns: Integers,
    text: Bytes, text_start: Integers, dates: Bytes, first_date: int, planned_first: int, planned_width: int,
) -> int:  # fmt: skip
    at = 0
    for row in range(columns.shape[1]):
        for piece in range(len(kinds)):
            kind = kinds[piece]
            if kind == LITERAL:
                at = _copy(buffer, at, literal, literal_start[piece], literal_start[piece + 1])
                continue
            value = columns[sources[piece], row]
            if kind == TEXT:
                at = _copy(buffer, at, text, text_start[value], text_start[value + 1])
            elif kind == PLANNED:
                if value >= 0:
                    buffer[at] = 80  # P
                    at = _digits(buffer, at + 1, planned_first + value, planned_width)
            elif kind == NUMBER:
                at = _number(buffer, at, value)
            elif kind == DAY:
                if value == 0:
                    at = _null(buffer, at)
                else:
                    buffer[at] = 34
                    at = _copy(buffer, at + 1, dates, (value - first_date) * 10, (value - first_date) * 10 + 10)
                    buffer[at] = 34
                    at += 1
            elif value > 1:
                buffer[at] = 35  # #
                at = _digits(buffer, at + 1, value, 1)
    return at


@compiled
def _copy(buffer: Bytes, at: int, source: Bytes, first: int, end: int) -> int:
    for place in range(first, end):
        buffer[at] = source[place]
        at += 1
    return at


@compiled
def _null(buffer: Bytes, at: int) -> int:
    for letter in (110, 117, 108, 108):
        buffer[at] = letter
        at += 1
    return at


@compiled
def _digits(buffer: Bytes, at: int, value: int, width: int) -> int:
    """Write a number, zeros before it up to the width."""
    size = 1
    bound = 10
    while size < 19 and value >= bound:
        size += 1
        if size < 19:
            bound *= 10
    size = max(size, width)
    for place in range(at + size - 1, at - 1, -1):
        buffer[place] = 48 + value % 10
        value //= 10
    return at + size


@compiled
def _number(buffer: Bytes, at: int, value: int) -> int:
    """Write a quantity of 10^-6 without needless zeros."""
    if value == NO_NUMBER:
        return _null(buffer, at)
    if value < 0:
        buffer[at] = 45
        at += 1
        value = -value
    at = _digits(buffer, at, value // 1_000_000, 1)
    rest = value % 1_000_000
    if rest:
        buffer[at] = 46
        end = _digits(buffer, at + 1, rest, 6)
        while buffer[end - 1] == 48:
            end -= 1
        at = end
    return at
