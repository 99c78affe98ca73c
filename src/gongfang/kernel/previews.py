"""What a question is about, row by row: the whole of it, where the question itself names only the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

READ = {"date": date.fromisoformat, "money": Decimal, "quantity": Decimal, "price": Decimal}
"""How a kept text becomes a value again, by kind of column."""


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """title: a msgid. kind: text, date, money, quantity or price. scope: right that is needed to see it ("cost"); total: summed."""

    title: str
    kind: str = "text"
    scope: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """title: a msgid. rows: one value for each column."""

    title: str
    columns: Sequence[PreviewColumn]
    rows: Sequence[Sequence[Any]]
