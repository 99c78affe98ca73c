"""Days of accounting months."""

from calendar import monthrange
from datetime import date
from typing import Protocol


class Month(Protocol):
    @property
    def year(self) -> int: ...

    @property
    def month(self) -> int: ...


def last_day(month: Month) -> date:
    return date(month.year, month.month, monthrange(month.year, month.month)[1])
