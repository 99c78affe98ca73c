"""What open orders wait for, and how punctual such deliveries were: the material's part in the forecast of finishes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from gongfang.engines.promising.kit import check_kits
from gongfang.masterdata import queries as masterdata
from gongfang.planning.queries.kits import floor
from gongfang.production.services import Awaited
from gongfang.purchasing import queries as purchasing

HISTORY_DAYS = 365
LEAST = 3
"""Deliveries of an item that say something; with fewer, those of all items do."""


class Punctuality:
    """Days by which deliveries of items came later than agreed. One statement."""

    def __init__(self, today: date) -> None:
        self.by_item: dict[int, list[int]] = defaultdict(list)
        self.all: list[int] = []
        for row in purchasing.deliveries(today - timedelta(days=HISTORY_DAYS)):
            self.by_item[row.item_id].append(row.late)
            self.all.append(row.late)

    def of(self, item_id: int) -> tuple[int, ...]:
        """What was observed of an item, else of all; too little: nothing."""
        own = self.by_item.get(item_id, [])
        return tuple(own if len(own) >= LEAST else self.all if len(self.all) >= LEAST else ())


def awaited(today: date) -> Mapping[int, Sequence[Awaited]]:
    """The answer to production's port: by the kit check, in which orders compete by priority.

    What nobody brings yet is taken to be bought today, with its lead time. A constant number of statements.
    """
    found = floor(today)
    punctual = Punctuality(today)
    calendar = masterdata.working_calendar()
    answer: dict[int, list[Awaited]] = {}
    for one in check_kits(found.orders, found.stock, found.supplies, today, back=found.back):
        waits = answer.setdefault(int(one.order), [])
        for take in one.taken:
            if take.supply is not None and take.start is not None:
                bought = take.supply.startswith("purchase:")
                item = found.item(take.item)
                waits.append(Awaited(f"{item.code} {item.name}", take.start, punctual.of(item.pk) if bought else ()))
        for short in one.short:
            item = found.item(short.item)
            comes = calendar.add_working_days(today, max(item.lead_time_days, 1))
            waits.append(Awaited(f"{item.code} {item.name}", comes, punctual.of(item.pk)))
    return answer
