"""How likely a promised date is missed, from how long work and deliveries really took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gongfang.engines.promising.promise import Reason
from gongfang.masterdata import queries as masterdata
from gongfang.planning.queries.awaited import HISTORY_DAYS, LEAST, Punctuality
from gongfang.production import queries as production

WORKING_SHARE = 5 / 7


@dataclass(frozen=True, slots=True)
class Risk:
    """late: probability that it is not there on the promised day. likely, sure: the days that hold in 80 and 95 of 100 cases."""

    late: Decimal
    likely: date
    sure: date


def risk_of(on: date, chain: Sequence[Reason], ways: Mapping[str, Any], today: date) -> Risk | None:
    """The chain that decides a date, drawn many times. ways: id of the engine → how it is had. None: nothing was observed of it.

    chain: from the item asked for down to what it waits for. Three statements.
    """
    from gongfang.engines.promising.delay import Arrival, Prospect, Stage, delay_risks

    calendar = masterdata.working_calendar()
    punctual = Punctuality(today)
    items = {int(one.item.partition("@")[0]) for one in chain if one.item}
    cycles = production.cycles(today - timedelta(days=HISTORY_DAYS), items)
    stages: list[Stage] = []
    arrivals: list[Arrival] = []

    def days_to(day: date) -> float:
        return float(calendar.working_days_between(today, day)) if day > today else 0.0

    for reason in reversed(chain):
        item = int(reason.item.partition("@")[0])
        way = ways.get(reason.item)
        is_bought = way is not None and way.kind == "buy"
        late = tuple(days * WORKING_SHARE for days in punctual.of(item)) if is_bought else ()
        if reason.kind in ("material", "capacity"):
            arrivals.append(Arrival(days_to(reason.date), late if reason.date > today else (), len(stages)))
        elif is_bought:
            arrivals.append(Arrival(float(way.lead_time_days), late, len(stages)))
        elif way is not None:
            took = [float(calendar.working_days_between(first, last)) for first, last in cycles.get(item, ())]
            observed = tuple(max(days, 0.0) for days in took) if len(took) >= LEAST else ()
            stages.append(Stage(observed, float(way.lead_time_days)))
    if not any(one.observed for one in (*stages, *arrivals)):
        return None
    (found,) = delay_risks([Prospect("promise", days_to(on), tuple(stages), tuple(arrivals))])

    def day_of(days: float) -> date:
        return calendar.add_working_days(today, int(days + 0.999)) if days > 0 else today

    return Risk(Decimal(repr(round(found.late, 4))), day_of(found.likely), day_of(found.sure))
