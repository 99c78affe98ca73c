"""Work N days of a factory. Same database and seed, same days."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.utils import timezone

from gongfang.kernel.errors import DomainError, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.registry import document_model
from gongfang.simulation import buying, counting, measuring, money, outside, selling, shop, upkeep
from gongfang.simulation.cast import Cast, Factory, Luck
from gongfang.simulation.clock import Clock, running

DAYS_MAX = 3650
SCENES: tuple[tuple[time, str, Callable[[Factory], None]], ...] = (
    (time(8, 0), "take_orders", selling.take_orders),
    (time(8, 5), "deliver", buying.deliver),
    (time(8, 15), "plan", shop.plan),
    (time(8, 30), "approve_sales", selling.approve_orders),
    (time(8, 40), "approve_purchases", buying.approve_orders),
    (time(8, 50), "take_back", outside.take_back),
    (time(9, 0), "inspect", buying.inspect),
    (time(9, 30), "send_back", buying.send_back),
    (time(10, 0), "approve_work_orders", shop.approve_orders),
    (time(10, 30), "release", shop.release_orders),
    (time(11, 0), "disturb", shop.disturb),
    (time(11, 15), "keep_up", upkeep.keep_up),
    (time(12, 0), "work_early_shift", shop.work),
    (time(13, 30), "send_out", outside.send_out),
    (time(15, 0), "measure", measuring.measure),
    (time(15, 50), "work_late_shift", shop.work),
    (time(16, 0), "finish", shop.finish),
    (time(16, 20), "ship", selling.ship),
    (time(16, 40), "invoice_customers", money.invoice_customers),
    (time(17, 0), "invoice_suppliers", money.invoice_suppliers),
    (time(17, 5), "invoice_ahead", money.invoice_ahead),
    (time(17, 10), "pay", money.pay),
    (time(17, 20), "collect", money.collect),
    (time(17, 25), "enter_overheads", money.enter_overheads),
    (time(17, 30), "count", counting.count),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was done: by kind, what was refused and why, and the span of days."""

    first: date
    last: date
    done: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)


def simulate(
    *,
    days: int,
    seed: int,
    start: date | None = None,
    until: time | None = None,
    tell: Callable[[int, int, date], None] | None = None,
) -> Report:
    """Let the demo people work `days` calendar days from `start` (default: so that the last one is yesterday).

    until: on the last day everybody stops at this time and leaves the rest of the work lying; default: the day is done.
    Deterministic by seed for the same database. Commits day by day; what stops it leaves whole verbs behind. Raises DomainError:
    bad_days, no_people, in_the_past (documents of later days exist).
    """
    if not 1 <= days <= DAYS_MAX:
        raise DomainError(Problem("bad_days", "Simulate between 1 and {limit} days.", limit=DAYS_MAX))
    first = start or timezone.localdate() - timedelta(days=days)
    latest = _latest_document()
    if latest is not None and start is None and first <= latest:
        first = latest + timedelta(days=1)
    calendar = masterdata.working_calendar()
    clock = Clock(first)
    factory = Factory(Cast(), Luck(seed), clock)
    working = [day for day in (first + timedelta(days=index) for index in range(days)) if calendar.is_working(day)]
    with running(clock):
        for index in range(days):
            day = first + timedelta(days=index)
            if day in working:
                clock.set(day, time(8, 0))
                _day(factory, until if day == working[-1] else None)
            if tell is not None:
                tell(index + 1, days, day)
    return Report(
        first,
        first + timedelta(days=days - 1),
        dict(sorted(factory.tally.items())),
        dict(sorted(factory.refused.items())),
    )


def _latest_document() -> date | None:
    """The last business date of anything posted; a simulation goes on after it."""
    dates = [
        model._default_manager.order_by("-business_date").values_list("business_date", flat=True).first()
        for model in (
            document_model("production.work_order"),
            document_model("sales.shipment"),
            document_model("purchasing.receipt"),
        )
    ]
    known = [one for one in dates if one is not None]
    return max(known) if known else None


def _day(factory: Factory, until: time | None) -> None:
    """One working day from the first order to the last count, or until everybody stops."""
    for at, _, scene in SCENES:
        if until is not None and at > until:
            return
        factory.clock.set(factory.clock.today, at)
        scene(factory)
