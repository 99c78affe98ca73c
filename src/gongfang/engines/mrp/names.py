"""Ids of planned orders: P1, P2 … padded to one width, so that the order of the texts is the order of the rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from .problem import Problem

_PLANNED = re.compile(r"P0*(\d{1,12})\Z")


@dataclass(frozen=True, slots=True)
class OrderNames(Sequence[str]):
    """The ids by row, made when asked for."""

    first: int
    width: int
    size: int

    @classmethod
    def beside(cls, problem: Problem, count: int) -> "OrderNames":
        """Number so that no supply or demand of the problem (a plan fed back, say) has the same id."""
        highest = 0
        for ids in (problem.supplies.ids, problem.demands.ids):
            for value in ids:
                if isinstance(value, str) and value[:1] == "P" and (match := _PLANNED.match(value)):
                    highest = max(highest, int(match[1]))
        return cls(highest + 1, len(str(highest + count)), count)

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(self.size))]
        if not -self.size <= row < self.size:
            raise IndexError(row)
        return f"P{self.first + row % self.size:0{self.width}d}"

    def row(self, name: str) -> int | None:
        """Give the row of an id, None if it is no planned order."""
        if not name.startswith("P") or not name[1:].isdigit() or len(name) != self.width + 1:
            return None
        row = int(name[1:]) - self.first
        return row if 0 <= row < self.size else None
