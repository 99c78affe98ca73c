"""Available to promise: the first day on which a quantity can be given away without taking it from somebody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Promise:
    """When a quantity can be had and why. on None: not in sight. kind: stock, incoming, capable, lead_time or none."""

    on: date | None
    kind: str
    free_now: Decimal
    reason: str = ""


def available_to_promise(
    stock: Decimal, supplies: Iterable[tuple[date, Decimal]], demands: Iterable[tuple[date, Decimal]], quantity: Decimal, today: date,
) -> tuple[date | None, Decimal]:  # fmt: skip
    """The earliest day for `quantity`, and what is free today. All in base units.

    The stock of every later day must stay at or above zero as well: goods that a later order needs and nothing replaces are
    not free. Supplies and demands of the past count as today's. O((s + d) log (s + d)).
    """
    change: dict[date, Decimal] = {today: stock}
    for day, amount in supplies:
        change[max(day, today)] = change.get(max(day, today), Decimal(0)) + amount
    for day, amount in demands:
        change[max(day, today)] = change.get(max(day, today), Decimal(0)) - amount
    days = sorted(change)
    level, levels = Decimal(0), []
    for day in days:
        level += change[day]
        levels.append(level)
    lowest: Decimal | None = None
    free: list[Decimal] = []
    for level in reversed(levels):
        lowest = level if lowest is None else min(lowest, level)
        free.append(lowest)
    free.reverse()
    first = next((day for day, left in zip(days, free, strict=True) if left >= quantity), None)
    return first, max(free[0], Decimal(0))
