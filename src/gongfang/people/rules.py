"""Certificates: how long one holds, whom to tell before it ends."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta


def until(issued_on: date, months: int) -> date | None:
    """The last day a certificate of so many months holds; None where it has no end.

    One of a month, issued on the 31st of January, holds to the last day of February.
    """
    if not months:
        return None
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    if issued_on.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, issued_on.day) - timedelta(days=1)


def step_reached(days_left: int, told: int | None, steps: Sequence[int]) -> int | None:
    """The smallest warning step that so many days left have reached and nobody was told of yet; None: nothing to tell.

    steps: days before the end, such as 90, 30, 7; 0, the day it ends and later, is always one.
    """
    reached = min((step for step in (*steps, 0) if days_left <= step), default=None)
    if reached is None or (told is not None and told <= reached):
        return None
    return reached
