"""A clock that the simulator sets: everything in this process that asks for the time is told the simulated one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone


class Clock:
    """Simulated time; it moves on a little with every reading, so that no two rows share a moment."""

    TICK = timedelta(milliseconds=50)

    def __init__(self, day: date) -> None:
        self.set(day, time(8, 0))

    def set(self, day: date, at: time) -> None:
        self.moment = datetime.combine(day, at, tzinfo=timezone.get_default_timezone())

    def now(self) -> datetime:
        self.moment += self.TICK
        return self.moment.astimezone(timezone.get_fixed_timezone(0))

    @property
    def today(self) -> date:
        return self.moment.date()


@contextmanager
def running(clock: Clock) -> Iterator[None]:
    """Let `django.utils.timezone.now` tell the clock's time. For one process that does nothing else meanwhile."""
    real = timezone.now
    timezone.now = clock.now
    try:
        yield
    finally:
        timezone.now = real
