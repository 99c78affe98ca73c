"""What bad quality costs beside the loss of nonconformance reports; asked of the shop floor above."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from gongfang.platform.ports import Port


def _no_rework(since: date, until: date) -> tuple[int, Decimal]:
    return 0, Decimal(0)


REWORK: Port[Callable[[date, date], tuple[int, Decimal]]] = Port("quality.rework", _no_rework)
"""(first day, last day) → rework orders that were worked on, and what that cost so far."""
