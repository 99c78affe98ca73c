"""Available and capable to promise: when a quantity could be delivered, from what, and what stands in the way.

Stock and coming supplies are looked at first, without touching what is promised to others; what is missing is made or
bought, with the time and the free hours that takes, level by level down the bill of materials. What an order is made of is what holds
on the day it starts. Quantities and hours are Decimals and only added, multiplied and compared. This is a quick answer beside the plan, not the plan: orders already
planned come in as supplies, and the load they cause as hours no longer free.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from enum import StrEnum

DAY = timedelta(days=1)
SIXTH = Decimal("0.000001")
DEEPEST = 100  # levels of a bill of materials; more is a circle, which the plan refuses before


class Source(StrEnum):
    """Where a promised quantity comes from."""

    STOCK = "stock"
    SUPPLY = "supply"
    MAKE = "make"
    BUY = "buy"


@dataclass(frozen=True, slots=True)
class PromiseItem:
    """lead_time_days: working days from start (all material there) or purchase order to availability; 0 of what is bought: not known,
    so that nothing beyond stock and supplies can be promised. yield_share: good part of what is begun, where no version says another.
    phantom: it has no order of its own, so it is put together when what it goes into starts, not before.
    """

    id: str
    make: bool
    lead_time_days: int
    on_hand: Decimal = Decimal(0)
    yield_share: Decimal = Decimal(1)
    phantom: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """Days from `first` to `last` on which orders of an item may start. An item that has versions starts on no other day."""

    item: str
    first: date
    last: date
    yield_share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Dated:
    """A supply or a demand already promised."""

    item: str
    quantity: Decimal
    date: date


@dataclass(frozen=True, slots=True)
class Component:
    """quantity: per unit begun (per order where `fixed`), losses included. after_days: working days after the start it is needed.

    first, last: days of the start between which the parent takes it.
    """

    parent: str
    item: str
    quantity: Decimal
    fixed: bool = False
    after_days: int = 0
    first: date = date.min
    last: date = date.max


@dataclass(frozen=True, slots=True)
class Work:
    """setup_hours: once for all that is begun together."""

    item: str
    resource: str
    hours_per_unit: Decimal
    setup_hours: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Situation:
    """All a promise depends on. free_hours: resource -> Monday -> hours; a resource that is not there has no limit.

    beyond: hours free in each week after the last one given, by resource.
    """

    today: date
    items: Mapping[str, PromiseItem]
    supplies: tuple[Dated, ...] = ()
    demands: tuple[Dated, ...] = ()
    components: tuple[Component, ...] = ()
    work: tuple[Work, ...] = ()
    free_hours: Mapping[str, Mapping[date, Decimal]] = field(default_factory=dict)
    beyond: Mapping[str, Decimal] = field(default_factory=dict)
    works_on: Callable[[date], bool] = lambda day: True
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One portion of the promise, and what it waits for longest (empty: its own lead time, or nothing)."""

    source: Source
    item: str
    quantity: Decimal
    date: date
    waits_for: "tuple[Reason, ...]" = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """What decides a date. kind: material (item is there on date), lead_time, capacity (resource, week); where there is no date:
    unknown (how long buying takes), full (no free hours of the resource within the weeks looked at), closed (no working day), version
    (no bill of materials holds from that day on). hours: what is asked of the resource.
    """

    kind: str
    item: str
    date: date
    resource: str = ""
    hours: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Promise:
    """date: when all of it is there; None: never (no way to make it within `horizon` weeks), hindered by what.

    free: what could be had at once.
    """

    item: str
    quantity: Decimal
    date: date | None
    parts: tuple[Part, ...]
    free: Decimal = Decimal(0)
    hindered: tuple[Reason, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The chain that decides the date, from the item asked for down to what it waits for; what hinders it where there is none."""
        if self.hindered:
            return self.hindered
        late = max(self.parts, key=lambda part: part.date, default=None)
        return () if late is None else late.waits_for


class Impossible(Exception):
    """There is no way to have an item; `why` says all that hinders it."""

    def __init__(self, *why: Reason) -> None:
        super().__init__(why[0].kind)
        self.why = why


class _Index:
    """A situation by item, made once for any number of enquiries."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.changes: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for supply in situation.supplies:
            self.changes[supply.item].append((max(supply.date, situation.today), supply.quantity))
        for demand in situation.demands:
            self.changes[demand.item].append((max(demand.date, situation.today), -demand.quantity))
        self.below: dict[str, list[Component]] = defaultdict(list)
        for component in situation.components:
            self.below[component.parent].append(component)
        self.work: dict[str, list[Work]] = defaultdict(list)
        for work in situation.work:
            self.work[work.item].append(work)
        self.versions: dict[str, list[Version]] = defaultdict(list)
        for version in sorted(situation.versions, key=lambda one: one.first):
            self.versions[version.item].append(version)
        self._turns: dict[str, list[date]] = {}

    def turns(self, item: str) -> list[date]:
        """Days, rising, from which an order of an item is made of something else than the day before; what is in phantoms counts."""
        if item not in self._turns:
            self._turns[item] = []  # of what contains itself
            days = {one.first for one in self.versions.get(item, ())}
            days |= {one.last + DAY for one in self.versions.get(item, ()) if one.last < date.max}
            for part in self.below.get(item, ()):
                days |= {part.first, part.last + DAY if part.last < date.max else date.min}
                if self.situation.items[part.item].phantom:
                    days.update(self.turns(part.item))
            self._turns[item] = sorted(days - {date.min})
        return self._turns[item]

    def version_from(self, item: str, day: date) -> Version | None:
        """The version that holds on a day, else the next one after it."""
        return next((one for one in self.versions.get(item, ()) if one.last >= day), None)

    def available(self, item: str, taken: Iterable[tuple[date, Decimal]] = ()) -> list[tuple[date, Decimal]]:
        changes: dict[date, Decimal] = defaultdict(Decimal)
        changes[self.situation.today] += self.situation.items[item].on_hand
        for day, quantity in self.changes.get(item, ()):
            changes[day] += quantity
        for day, quantity in taken:
            changes[day] -= quantity
        balance, running = [], Decimal(0)
        for day in sorted(changes):
            running += changes[day]
            balance.append((day, running))
        lowest, result = balance[-1][1], []
        for day, quantity in reversed(balance):
            lowest = min(lowest, quantity)
            result.append((day, max(Decimal(0), lowest)))
        return result[::-1]


def available_to_promise(situation: Situation, item: str) -> list[tuple[date, Decimal]]:
    """What could be promised of an item from each date on, without breaking a promise: (date, quantity), rising.

    The lowest balance from that date to the end: stock and supplies so far less what is promised. Cost: O(n log n).
    """
    return _Index(situation).available(item)


def turns(situation: Situation, item: str) -> list[date]:
    """Days, rising, from which an order of an item is made of something else than the day before. Cost: O(n)."""
    return _Index(situation).turns(item)


def promise(situation: Situation, item: str, quantity: Decimal, wanted: date, *, horizon: int = 104) -> Promise:
    """The earliest date, not before `wanted`, on which the quantity can be there. Changes nothing.

    What stock and supplies give by `wanted` is taken; for the rest, the earlier of waiting for more of them and making or
    buying it. Cost: one pass over the situation, then about levels x supplies of the items below.
    """
    return _Attempt(_Index(situation), horizon).promise(item, quantity, wanted)


class _Attempt:
    """Promises being put together: what they have already taken counts as promised to others."""

    def __init__(self, index: _Index, horizon: int) -> None:
        self.index = index
        self.situation = index.situation
        self.horizon = horizon
        self.taken: list[Dated] = []
        self.used: dict[tuple[str, date], Decimal] = defaultdict(Decimal)

    def promise(self, item: str, quantity: Decimal, wanted: date) -> Promise:
        """A promise that takes what it needs; one that cannot be given takes nothing."""
        free = self._available(item)[0][1]
        before = self._remembered()
        try:
            parts = self.get(item, quantity, wanted, 0)
        except Impossible as hindrance:
            self._restore(before)
            return Promise(item, quantity, None, (), free, hindrance.why)
        return Promise(item, quantity, max([wanted, *(part.date for part in parts)]), tuple(parts), free)

    def _available(self, item: str) -> list[tuple[date, Decimal]]:
        return self.index.available(item, ((t.date, t.quantity) for t in self.taken if t.item == item))

    def _remembered(self) -> tuple[int, dict[tuple[str, date], Decimal]]:
        return len(self.taken), dict(self.used)

    def _restore(self, before: tuple[int, dict[tuple[str, date], Decimal]]) -> None:
        del self.taken[before[0] :]
        self.used = defaultdict(Decimal, before[1])

    def get(self, item: str, quantity: Decimal, wanted: date, level: int) -> list[Part]:
        assert level < DEEPEST, "a bill of materials without an end"
        steps = self._available(item)
        wanted = max(wanted, self.situation.today)
        by_then = max((amount for day, amount in steps if day <= wanted), default=Decimal(0))
        parts = []
        here = min(by_then, quantity)
        if here > 0:
            parts.append(self._take(item, here, next(day for day, amount in steps if amount >= here), wanted))
        rest = quantity - here
        if rest <= 0:
            return parts
        waiting = next((day for day, amount in steps if amount >= quantity), None)
        before = self._remembered()
        try:
            made: Part | None = self._supply(item, rest, level, wanted)
        except Impossible:
            if waiting is None:
                raise
            self._restore(before)
            made = None
        if waiting is not None and (made is None or waiting <= made.date):
            self._restore(before)
            return [*parts, self._take(item, rest, waiting, waiting)]
        assert made is not None
        return [*parts, made]

    def _take(self, item: str, quantity: Decimal, day: date, wanted: date) -> Part:
        self.taken.append(Dated(item, quantity, max(day, wanted)))
        stock = day <= self.situation.today
        return Part(Source.STOCK if stock else Source.SUPPLY, item, quantity, day, (Reason("material", item, day),))

    def _supply(self, item: str, quantity: Decimal, level: int, wanted: date) -> Part:
        about = self.situation.items[item]
        if about.make:
            return self._made(item, quantity, level, wanted if about.phantom else self.situation.today)
        start = self._next_working(self.situation.today)
        if not about.lead_time_days:
            raise Impossible(Reason("unknown", item, start))
        day = self._after(start, about.lead_time_days)
        return Part(Source.BUY, item, quantity, day, (Reason("lead_time", item, day),))

    def _made(self, item: str, quantity: Decimal, level: int, since: date) -> Part:
        """An order that starts as soon as it may; where that is after its bill of materials has changed, it is made by the new one."""
        about = self.situation.items[item]
        start = self._opening(item, since)
        while True:
            before = self._remembered()
            begun = (quantity / self._share(item, start)).quantize(SIXTH, ROUND_UP)
            hindrance: Impossible | None = None
            try:
                ready, waits = self._gathered(item, begun, start, level)
            except Impossible as found:
                ready, waits, hindrance = date.max, (), found
            turn = next((day for day in self.index.turns(item) if start < day <= ready), None)
            if turn is None:
                break
            self._restore(before)
            try:
                start = self._opening(item, turn)
            except Impossible as ended:
                raise hindrance or ended from None
        if hindrance:
            raise hindrance
        day = self._after(ready, about.lead_time_days)
        limits = [limit for limit in self._hours(item, begun, ready) if limit.date > day]
        if limits:
            return Part(Source.MAKE, item, quantity, limits[0].date, tuple(limits))
        return Part(Source.MAKE, item, quantity, day, (Reason("lead_time", item, day), *waits))

    def _gathered(self, item: str, begun: Decimal, start: date, level: int) -> tuple[date, tuple[Reason, ...]]:
        """When all is there that an order takes which is made by what holds on `start`: that day or a later one, and what it waits for."""
        ready, waits = start, tuple[Reason, ...]()
        for component in self.index.below.get(item, ()):
            if not component.first <= start <= component.last:
                continue
            needed = component.quantity if component.fixed else begun * component.quantity
            for part in self.get(component.item, needed, self._after(ready, component.after_days), level + 1):
                first = self._before(part.date, component.after_days)
                if first > ready:
                    ready, waits = self._next_working(first), part.waits_for
        return ready, waits

    def _opening(self, item: str, day: date) -> date:
        """The first working day from a day on which an order of an item may start."""
        day = self._next_working(max(day, self.situation.today))
        if item not in self.index.versions:
            return day
        while (version := self.index.version_from(item, day)) is not None:
            start = self._next_working(max(day, version.first))
            if start <= version.last:
                return start
            day = start
        raise Impossible(Reason("version", item, day))

    def _share(self, item: str, start: date) -> Decimal:
        version = self.index.version_from(item, start)
        return version.yield_share if version else self.situation.items[item].yield_share

    def _hours(self, item: str, quantity: Decimal, start: date) -> list[Reason]:
        """Book the hours week by week from the start on; when each resource is through, the last first."""
        found, full = [], []
        for work in self.index.work.get(item, ()):
            if work.resource not in self.situation.free_hours:
                continue
            asked = left = work.setup_hours + quantity * work.hours_per_unit
            week = start - timedelta(days=start.weekday())
            for _ in range(self.horizon):
                free = self._free(work.resource, week) - self.used[work.resource, week]
                use = min(left, max(Decimal(0), free))
                self.used[work.resource, week] += use
                left -= use
                if left <= 0:
                    day = self._last_working(week) if week > start else start
                    found.append(Reason("capacity", item, day, work.resource, asked))
                    break
                week += timedelta(days=7)
            else:
                full.append(Reason("full", item, start, work.resource, asked))
        if full:
            raise Impossible(*full)
        return sorted(found, key=lambda one: one.date, reverse=True)

    def _free(self, resource: str, week: date) -> Decimal:
        weeks = self.situation.free_hours[resource]
        if week in weeks:
            return weeks[week]
        known = not weeks or week > max(weeks)
        return self.situation.beyond.get(resource, Decimal(0)) if known else Decimal(0)

    def _next_working(self, day: date) -> date:
        for _ in range(3660):
            if self.situation.works_on(day):
                return day
            day += DAY
        raise Impossible(Reason("closed", "", day))

    def _after(self, day: date, working_days: int) -> date:
        for _ in range(working_days):
            day = self._next_working(day + DAY)
        return day

    def _before(self, day: date, working_days: int) -> date:
        """The first day from which so many working days lead to a day."""
        for _ in range(working_days):
            day -= DAY
            while not self.situation.works_on(day):
                day -= DAY
        return day

    def _last_working(self, monday: date) -> date:
        days = [monday + number * DAY for number in range(6, -1, -1)]
        return next((day for day in days if self.situation.works_on(day)), monday)


def promise_all(
    situation: Situation, wishes: Iterable[tuple[str, Decimal, date]], *, horizon: int = 104
) -> list[Promise]:
    """Promises for the lines of one order (item, quantity, wanted), in turn: what a line takes of stock, supplies, components and
    hours is gone for the lines after it, so that all of them can be kept together. Cost: as `promise`, once per line.
    """
    attempt = _Attempt(_Index(situation), horizon)
    return [attempt.promise(item, quantity, wanted) for item, quantity, wanted in wishes]
