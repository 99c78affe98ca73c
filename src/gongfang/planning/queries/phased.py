"""An item's plan by week, as the MRP record of the textbooks: gross needs, receipts, planned receipts and releases, stock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gongfang.planning.models import PlannedOrder, PlanRun
from gongfang.planning.queries.projection import ProjectionRow
from gongfang.planning.rules import WEEK, ZERO, period_start

WEEKS_MAX = 26


@dataclass(slots=True)
class Week:
    """start: Monday. needs: demands and requirements; projected: stock at the end."""

    start: date
    needs: Decimal = ZERO
    receipts: Decimal = ZERO
    planned_receipts: Decimal = ZERO
    planned_releases: Decimal = ZERO
    projected: Decimal = ZERO


def weeks_of(
    run: PlanRun, rows: Sequence[ProjectionRow], orders: Iterable[PlannedOrder], on_hand: Decimal
) -> list[Week]:
    """The record of an item from the week of the run on, as far as something happens (26 weeks at most)."""
    first = period_start(run.today, WEEK)
    last = max([first, *(period_start(row.on, WEEK) for row in rows)])
    count = min((last - first).days // 7 + 1, WEEKS_MAX)
    weeks = [Week(first + timedelta(weeks=number)) for number in range(count)]

    def week(day: date) -> Week | None:
        number = max((day - first).days // 7, 0)
        return weeks[number] if number < count else None

    for row in rows:
        at = week(row.on)
        if at is None:
            continue
        if row.quantity < 0:
            at.needs -= row.quantity
        elif row.what == "order":
            at.planned_receipts += row.quantity
        else:
            at.receipts += row.quantity
    for order in orders:
        at = week(order.release_on)
        if at is not None:
            at.planned_releases += order.quantity
    stock = on_hand
    for one in weeks:
        stock += one.receipts + one.planned_receipts - one.needs
        one.projected = stock
    return weeks
