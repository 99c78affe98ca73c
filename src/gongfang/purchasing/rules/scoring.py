"""A supplier's score, from facts only: quality, delivery, price, service."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

WEIGHTS = {"quality": Decimal(40), "delivery": Decimal(30), "price": Decimal(20), "service": Decimal(10)}
GRADES = ((Decimal(90), "A"), (Decimal(75), "B"), (Decimal(60), "C"))
LATE_DAYS_MAX = 10  # a delivery so many days late earns nothing
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    """What happened in a period. judged, rejected: inspected quantity; lots, lots_good: inspected lots; earned: for punctuality,
    the sum over receipt lines of 0 to 1; paid, standard: the same goods at order and at standard cost, before tax;
    orders, confirmed: approved orders and how many the supplier confirmed."""

    lots: int = 0
    lots_good: int = 0
    judged: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)
    deliveries: int = 0
    on_time: int = 0
    earned: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    standard: Decimal = Decimal(0)
    orders: int = 0
    confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Points of 100 for each part (None: no facts) and together; grade A to D, empty without facts."""

    quality: Decimal | None
    delivery: Decimal | None
    price: Decimal | None
    service: Decimal | None
    total: Decimal | None
    grade: str


def punctuality(deliveries: int, days_late: int) -> Decimal:
    """What deliveries earn together: 1 for each, less a tenth for each day late. days_late: their sum, of one at most LATE_DAYS_MAX."""
    return deliveries - Decimal(days_late) / LATE_DAYS_MAX


def score(facts: SupplierFacts) -> Score:
    """Points by part, weighted 40 : 30 : 20 : 10; a part without facts leaves its weight to the others.

    Quality: half the share of good lots, half the share of good pieces. Delivery: mean punctuality. Price: standard cost over
    what was paid, at most 100. Service: share of orders confirmed.
    """
    parts = {
        "quality": _mean(_share(facts.lots_good, facts.lots), _share(facts.judged - facts.rejected, facts.judged)),
        "delivery": _share(facts.earned, facts.deliveries),
        "price": _capped(_share(facts.standard, facts.paid)) if facts.standard else None,
        "service": _share(facts.confirmed, facts.orders),
    }
    known = {name: points for name, points in parts.items() if points is not None}
    weight = sum((WEIGHTS[name] for name in known), Decimal(0))
    total = None
    if {"quality", "delivery"} & known.keys():
        total = _rounded(sum((WEIGHTS[name] * points for name, points in known.items()), Decimal(0)) / weight)
    rounded = {name: None if points is None else _rounded(points) for name, points in parts.items()}
    return Score(rounded["quality"], rounded["delivery"], rounded["price"], rounded["service"], total, grade(total))


def grade(total: Decimal | None) -> str:
    """A from 90, B from 75, C from 60, else D."""
    if total is None:
        return ""
    return next((name for least, name in GRADES if total >= least), "D")


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return HUNDRED * Decimal(part) / Decimal(whole) if whole else None


def _mean(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else (first + second) / 2


def _capped(points: Decimal | None) -> Decimal | None:
    return None if points is None else min(points, HUNDRED)


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"), ROUND_HALF_UP)
