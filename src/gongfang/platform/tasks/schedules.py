"""What happens by the clock: every package names its schedules, any worker runs what is due, and each is run once.

@scheduled("maintenance.plan_services", N_("Make maintenance orders that are due"), at=time(2))
def plan_services(*, actor: User, now: datetime) -> str: ...

The function lives in a package's `services`; it may run again after a fault, so it looks at what is there already.
"""

import importlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.apps import apps
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.models import ScheduleState

logger = logging.getLogger(__name__)
Act = Callable[..., str | None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """every: how long after the last run; at: once a day at this time of the company's zone. One of both."""

    name: str
    title: str
    function: Act
    every: timedelta | None
    at: time | None

    def next_after(self, moment: datetime) -> datetime:
        """When it is due again after a run at `moment`."""
        if self.every is not None:
            return moment + self.every
        assert self.at is not None
        local = timezone.localtime(moment)
        due = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return due if due > local else due + timedelta(days=1)


SCHEDULES: dict[str, Schedule] = {}


def scheduled(name: str, title: str, *, every: timedelta | None = None, at: time | None = None) -> Callable[[Act], Act]:
    """Have a function run by the clock. It gets the administrator as `actor` and the moment as `now`; it returns what it did."""
    assert (every is None) != (at is None), "either every or at"

    def wrap(function: Act) -> Act:
        SCHEDULES[name] = Schedule(name, title, function, every, at)
        return function

    return wrap


def known() -> dict[str, Schedule]:
    """All schedules of the installed packages."""
    for config in apps.get_app_configs():
        if config.name.startswith("gongfang.") and importlib.util.find_spec(f"{config.name}.services"):
            importlib.import_module(f"{config.name}.services")
    return dict(sorted(SCHEDULES.items()))


def administrator() -> User | None:
    """For whom the clock acts: the first active administrator."""
    return User.objects.filter(is_active=True, roles__is_all=True).order_by("pk").first()


def run_due(now: datetime | None = None) -> dict[str, str]:
    """Run every schedule that is due; name → what it did. A guarded update lets one worker of many take each turn."""
    now = now or timezone.now()
    actor = administrator()
    done: dict[str, str] = {}
    if actor is None:
        return done
    states = {state.name: state for state in ScheduleState.objects.all()}
    for name, schedule in known().items():
        state = states.get(name)
        if state is None:
            first = now if schedule.every is not None else schedule.next_after(now)
            state, _ = ScheduleState.objects.get_or_create(name=name, defaults={"due_at": first})
        if state.due_at > now or not _claim(schedule, now):
            continue
        done[name] = _run(schedule, actor, now)
    return done


def _claim(schedule: Schedule, now: datetime) -> bool:
    taken = ScheduleState.objects.filter(name=schedule.name, due_at__lte=now, is_active=True)
    return bool(taken.update(due_at=schedule.next_after(now), last_at=now, runs=F("runs") + 1))


def _run(schedule: Schedule, actor: User, now: datetime) -> str:
    try:
        said, failed = schedule.function(actor=actor, now=now) or "", False
    except (DomainError, DatabaseError) as error:
        logger.exception("schedule %s failed", schedule.name)
        said, failed = str(error), True
    ScheduleState.objects.filter(name=schedule.name).update(last_message=said[:300], has_failed=failed)
    return said
