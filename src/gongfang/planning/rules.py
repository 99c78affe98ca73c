"""Arithmetic of planning: forecast periods and their consumption by orders, master schedule, what a change does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
WEEK, MONTH = "week", "month"


def period_start(day: date, bucket: str) -> date:
    """The first day of the week (Monday) or month that a day lies in."""
    return day.replace(day=1) if bucket == MONTH else day - timedelta(days=day.weekday())


def next_period(start: date, bucket: str, count: int = 1) -> date:
    """The first day of the period so many later (negative: earlier)."""
    if bucket == MONTH:
        month = start.year * 12 + start.month - 1 + count
        return date(month // 12, month % 12 + 1, 1)
    return start + timedelta(weeks=count)


def periods(first: date, count: int, bucket: str) -> list[date]:
    """So many periods from the one that a day lies in."""
    start = period_start(first, bucket)
    return [next_period(start, bucket, number) for number in range(count)]


def consumed(
    forecast: Sequence[tuple[date, Decimal]],
    orders: Sequence[tuple[date, Decimal]],
    bucket: str,
    backward: int,
    forward: int,
) -> list[tuple[date, Decimal]]:
    """What is left of a forecast after orders have used it up: their own period's first, then so many earlier ones (the
    nearest first), then so many later ones. forecast: (start of period, quantity) rising; orders: (date, quantity).

    The sum left is never negative, and never more than the forecast. O(orders × (backward + forward)).
    """
    left = dict(forecast)
    for day, quantity in sorted(orders):
        own = period_start(day, bucket)
        tried = [own, *(next_period(own, bucket, -n) for n in range(1, backward + 1))]
        tried += [next_period(own, bucket, n) for n in range(1, forward + 1)]
        for start in tried:
            taken = min(left.get(start, ZERO), quantity)
            if taken > 0:
                left[start] -= taken
                quantity -= taken
            if quantity <= 0:
                break
    return [(start, left[start]) for start, _ in forecast]


@dataclass(slots=True)
class MasterRow:
    """One period of the master production schedule of an item, in base units.

    sent: what goes to other plants. demand: orders, what is sent, and outside the demand fence the forecast that is left; projected: stock at the end by receipts and demand;
    atp: what can still be promised out of this period's receipts; suggested: what MRP would add.
    """

    start: date
    forecast: Decimal = ZERO
    orders: Decimal = ZERO
    sent: Decimal = ZERO
    receipts: Decimal = ZERO
    firm: Decimal = ZERO
    suggested: Decimal = ZERO
    demand: Decimal = ZERO
    projected: Decimal = ZERO
    atp: Decimal = ZERO
    fence: str = ""
    suggestion_ids: list[int] = field(default_factory=list)


def master_schedule(rows: Sequence[MasterRow], on_hand: Decimal) -> Sequence[MasterRow]:
    """Fill in projected stock and the discrete available to promise. Receipts: open and firm orders. Source: APICS CPIM, MPS.

    ATP of a period with receipts (and of the first, with the stock): its receipts less the orders until the next receipts;
    what it is short of is taken back from the ATP before it, so that nothing is promised twice.
    """
    stock = on_hand
    for row in rows:
        row.demand = row.orders + row.sent + row.forecast
        stock += row.receipts + row.firm + row.suggested - row.demand
        row.projected = stock
    holders = [number for number, row in enumerate(rows) if number == 0 or row.receipts + row.firm + row.suggested > 0]
    for place, number in enumerate(holders):
        end = holders[place + 1] if place + 1 < len(holders) else len(rows)
        supply = rows[number].receipts + rows[number].firm + rows[number].suggested + (on_hand if number == 0 else ZERO)
        rows[number].atp = supply - sum((row.orders + row.sent for row in rows[number:end]), ZERO)
    for later, number in reversed(list(enumerate(holders))):
        short = -rows[number].atp
        for earlier in reversed(holders[:later]):
            if short <= 0:
                break
            taken = min(max(rows[earlier].atp, ZERO), short)
            rows[earlier].atp -= taken
            rows[number].atp += taken
            short -= taken
    return rows


@dataclass(frozen=True, slots=True)
class Lot:
    """A planned order as runs are compared by it."""

    quantity: Decimal
    release: date
    due: date


def changes_between(before: Sequence[Lot], after: Sequence[Lot]) -> list[tuple[str, Lot | None, Lot | None]]:
    """Differences of one item's orders: same ones first find each other, then those of the same quantity, then by order of date.

    What: same, moved (other date), changed (other quantity), removed, added. Each order appears once.
    """
    found: list[tuple[str, Lot | None, Lot | None]] = []
    left, right = list(before), list(after)
    for what, alike in (
        ("same", lambda old, new: old == new),
        ("moved", lambda old, new: old.quantity == new.quantity),
        ("changed", lambda old, new: True),
    ):
        rest = []
        for old in left:
            match = next((new for new in right if alike(old, new)), None)
            if match is None:
                rest.append(old)
            else:
                right.remove(match)
                found.append((what, old, match))
        left = rest
    found += [("removed", old, None) for old in left]
    found += [("added", None, new) for new in right]
    return found
