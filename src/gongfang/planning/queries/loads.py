"""Load per work centre and day or week: hours asked of it by open work orders and by suggestions, against its hours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import PlannedOrder, PlanRun
from gongfang.planning.rules import ZERO, period_start
from gongfang.planning.shopfloor import hours_of, minutes_left
from gongfang.production import queries as production

SIXTY = Decimal(60)


@dataclass(slots=True)
class LoadCell:
    """One work centre in one period, in hours. orders: open work orders; planned: suggestions not released."""

    start: date
    capacity: Decimal = ZERO
    orders: Decimal = ZERO
    planned: Decimal = ZERO

    @property
    def load(self) -> Decimal:
        return self.orders + self.planned

    @property
    def percent(self) -> int:
        """Load in percent of capacity; 999 where there is work and no capacity."""
        if self.capacity <= 0:
            return 999 if self.load else 0
        return int(self.load * 100 / self.capacity)

    @property
    def over(self) -> Decimal:
        """Hours above capacity."""
        return max(self.load - self.capacity, ZERO)


@dataclass(slots=True)
class CentreLoad:
    """A work centre over the periods."""

    centre: Any
    cells: list[LoadCell] = field(default_factory=list)

    @property
    def worst(self) -> LoadCell:
        return max(self.cells, key=lambda cell: (cell.over, cell.percent))

    @property
    def total(self) -> Decimal:
        return sum((cell.load for cell in self.cells), ZERO)


def loads(
    today: date, bucket: str, count: int, run: PlanRun | None, shares: Mapping[int, int] | None = None, also: Iterable[Any] = (),
) -> list[CentreLoad]:  # fmt: skip
    """Load by "day" or "week" from today; the most overloaded centre first. shares: capacity in percent by centre (a what-if; 0: all).
    also: work centres to tell of though nothing loads them.

    An operation counts where a published schedule puts it, else on its share of the way from its order's start to its due date;
    a suggestion's on the way from its start to its due date. Seven statements.
    """
    operations = list(production.open_operations())
    planned = _planned(run)
    centres = {centre.pk: centre for centre in also}
    centres.update((row.work_centre_id, row.work_centre) for row in operations)
    centres.update((row.work_centre_id, row.work_centre) for _, row, _, _ in planned)
    first = today if bucket == "day" else period_start(today, bucket)
    step = timedelta(days=1 if bucket == "day" else 7)
    last = first + step * count - timedelta(days=1)
    hours = hours_of(centres.values())
    found: dict[int, CentreLoad] = {}
    for pk, centre in sorted(centres.items(), key=lambda pair: pair[1].code):
        if centre.kind == "outside":
            continue
        load = CentreLoad(centre, [LoadCell(first + step * number) for number in range(count)])
        share = (shares or {}).get(pk, (shares or {}).get(0, 100))
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day >= today:
                open_minutes = hours[pk].minutes(day) * centre.machines * share
                load.cells[number // step.days].capacity += Decimal(open_minutes) / 6000
        found[pk] = load

    def put(centre_id: int, day: date, minutes: Decimal, name: str) -> None:
        if centre_id in found and day <= last:
            cell = found[centre_id].cells[max((day - first).days, 0) // step.days]
            setattr(cell, name, getattr(cell, name) + minutes / SIXTY)

    for operation, day in _dated(operations):
        put(operation.work_centre_id, day, minutes_left(operation), "orders")
    for order, step_of, minutes, share_of_way in planned:
        day = order.release_on + timedelta(days=int((order.due_on - order.release_on).days * share_of_way))
        put(step_of.work_centre_id, max(day, today), minutes, "planned")
    return sorted(found.values(), key=lambda load: (-load.worst.over, -load.worst.percent, load.centre.code))


def _dated(operations: Sequence[Any]) -> Iterable[tuple[Any, date]]:
    """Each operation with the day it falls on."""
    by_order: dict[int, list[Any]] = defaultdict(list)
    for row in operations:
        by_order[row.document_id].append(row)
    for rows in by_order.values():
        total = sum((minutes_left(row) for row in rows), ZERO)
        before = ZERO
        for row in rows:
            if row.planned_start is not None:
                yield row, timezone.localtime(row.planned_start).date()
            else:
                order = row.document
                way = before / total if total else ZERO
                yield row, order.start + timedelta(days=int((order.due - order.start).days * way))
            before += minutes_left(row)


def _planned(run: PlanRun | None) -> list[tuple[PlannedOrder, Any, Decimal, Decimal]]:
    """The operations of suggestions: (suggestion, routing operation, minutes, share of the way to the due date)."""
    if run is None:
        return []
    orders = list(
        PlannedOrder.objects.filter(run=run, kind="make", state__in=["suggested", "firmed"]).order_by("release_on")
    )
    routings = masterdata.default_routings({order.item_id for order in orders})
    found = []
    for order in orders:
        routing = routings.get(order.item_id)
        steps = list(routing.operations.all()) if routing else []
        minutes = [
            (step.setup_minutes + step.run_minutes * order.quantity) / (step.work_centre.efficiency or 1)
            for step in steps
        ]
        total, before = sum(minutes, ZERO), ZERO
        for step, needed in zip(steps, minutes, strict=True):
            found.append((order, step, needed, before / total if total else ZERO))
            before += needed
    return found
