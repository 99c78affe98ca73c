"""What the boards show: orders with their expected finish, work centres with OEE and first-pass yield, calls for help.

Every part takes a constant number of statements, whatever the number of orders and work centres.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone

from gongfang.kernel.calendars import WorkingCalendar
from gongfang.kernel.money import ZERO
from gongfang.maintenance import queries as maintenance
from gongfang.maintenance.queries import Effectiveness
from gongfang.masterdata import queries as masterdata
from gongfang.production.loading import DAY_START, Spans, minutes_over, scheduled_machines, shift_spans
from gongfang.production.models import Report, ReportLine, WorkOrder, WorkOrderOperation
from gongfang.production.outside_pace import OutsidePace, outside_pace
from gongfang.production.ports import AWAITED, Awaited
from gongfang.production.rules import Stage, predecessors_of
from gongfang.production.rules.forecast import durations, pooled, ratios_of

PACE_DAYS = 30
OPEN = (Stage.RELEASED, Stage.STARTED, Stage.PAUSED)
LIKELY_LATE = Decimal("0.5")
FUTURES = 2000
LEAST_CAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Expected:
    """An order's expected finish (in half of the futures) and the probability that it is late.

    likely, sure: when it is finished in 80 and 95 of 100 futures. causes: (share of the late futures, what took longer than usual).
    """

    on: date
    risk: Decimal
    likely: date
    sure: date
    causes: tuple[tuple[Decimal, str], ...] = ()

    @property
    def is_late(self) -> bool:
        return self.risk >= LIKELY_LATE


@dataclass(frozen=True, slots=True)
class CentreFigures:
    """A work centre on one day. minutes: standard minutes of what was made; open_minutes: its queue."""

    centre: Any
    facts: Effectiveness
    good: Decimal
    worked: Decimal
    rework: Decimal
    stands: Sequence[Any]

    @property
    def first_pass(self) -> Decimal | None:
        """Pieces that were good at once, of all worked and reworked."""
        total = self.worked + self.rework
        return self.good / total if total > 0 else None


@dataclass(frozen=True, slots=True)
class _Step:
    """An operation that is still to do. minutes: of standard time that is left; of one done outside, queue and move as planned."""

    pk: int
    number: int
    name: str
    centre: int
    minutes: Decimal
    after: tuple[int, ...]
    is_outside: bool
    partner: int | None


@dataclass(slots=True)
class _Queue:
    """Open orders in the order in which centres take them, with the figures of their centres."""

    due: dict[int, date] = field(default_factory=dict)
    stages: dict[int, list[_Step]] = field(default_factory=lambda: defaultdict(list))
    machines: dict[str, int] = field(default_factory=dict)
    hours: dict[int, Decimal] = field(default_factory=dict)


def _observed(today: date) -> dict[int, tuple[Decimal, ...]]:
    """Work centre → actual minutes per standard minute of its last reports. One statement."""
    rows = ReportLine.objects.filter(
        document__business_date__gt=today - timedelta(days=PACE_DAYS), document__approval="approved", minutes__gt=0
    ).values_list(
        "operation__work_centre_id", "operation__run_minutes", "good", "scrap_material", "scrap_worker", "minutes"
    )
    pairs: dict[int, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for centre, run, good, material, worker, minutes in rows.order_by("-pk")[:5000]:
        pairs[centre].append((run * (good + material + worker), minutes))
    return {centre: ratios_of(found) for centre, found in pairs.items()}


def _queue() -> _Queue:
    """Open operations in the order in which they are taken; machines and hours of their centres; due dates. One statement."""
    rows = (
        WorkOrderOperation.objects.filter(document__stage__in=OPEN).exclude(state="done")
        .order_by("document__priority", "document__due", "document_id", "operation_no")
        .values_list(
            "document_id", "document__due", "document__quantity", "pk", "operation_no", "name", "setup_minutes", "run_minutes", "queue_minutes",
            "move_minutes", "minutes", "good_quantity", "scrap_material", "scrap_worker", "predecessors", "is_subcontracted", "subcontractor_id",
            "work_centre_id", "work_centre__machines", "work_centre__calendar__hours_per_day",
        )
    )  # fmt: skip
    queue = _Queue()
    for (order, day, quantity, pk, number, name, setup, run, queued, move, spent, *through, after, is_outside, partner, centre, count,
         daily) in rows:  # fmt: skip
        left = max(quantity - sum(through, ZERO), ZERO)
        minutes = queued + move if is_outside else run * left + (setup if spent == 0 else ZERO)
        queue.stages[order].append(_Step(pk, number, name, centre, minutes, tuple(after), is_outside, partner))
        queue.due[order] = day
        if not is_outside:
            queue.machines[str(centre)], queue.hours[centre] = count, daily or Decimal(8)
    return queue


@dataclass(frozen=True, slots=True)
class _Clock:
    """Working minutes from now and days, by the company's calendar. begun: minutes of today that are over."""

    today: date
    calendar: WorkingCalendar
    daily: Decimal
    begun: Decimal

    def until_end_of(self, day: date) -> float:
        """Working minutes until a day is over; negative for a day that is."""
        if day < self.today:
            return -1.0
        days = sum(
            self.calendar.is_working(self.today + timedelta(days=n))
            for n in range(min((day - self.today).days, 400) + 1)
        )
        return float(max(days * self.daily - self.begun, ZERO))

    def until(self, day: date) -> float:
        """Working minutes until a day begins."""
        return max(self.until_end_of(day - timedelta(days=1)), 0.0)

    def per_day(self) -> float:
        """Working minutes of a calendar day, on average over the four weeks to come."""
        days = sum(self.calendar.is_working(self.today + timedelta(days=n)) for n in range(28))
        return float(self.daily * days / 28)

    def day_of(self, minutes: float) -> date:
        """The working day on which so many minutes are over."""
        whole, part = divmod(Decimal(repr(minutes)) + self.begun, self.daily)
        days = max(int(whole) - (part == 0), 0)  # what ends with a day is done on it
        start = self.calendar.on_or_after(self.today)
        return self.calendar.add_working_days(start, days) if days else start


def forecast(now: datetime) -> dict[int, Expected]:
    """Order → expected finish and risk, for every order on the floor: its future drawn many times from what reports and deliveries
    were like (`engines.promising.delay`). A constant number of statements; the same facts give the same answer.
    """
    from gongfang.engines.promising.delay import Arrival, Prospect, delay_risks

    today, queue = timezone.localdate(now), _queue()
    if not queue.due:
        return {}
    daily = sum(queue.hours.values(), ZERO) / len(queue.hours) * 60 if queue.hours else Decimal(480)
    calendar = masterdata.working_calendar()
    clock = _Clock(today, calendar, daily, _elapsed(now, daily) if calendar.is_working(today) else ZERO)
    observed = _observed(today)
    everywhere, awaited = pooled(observed), AWAITED.provider(today)
    share = clock.per_day()
    pace = outside_pace([step.pk for steps in queue.stages.values() for step in steps if step.is_outside], today)
    prospects = [
        Prospect(
            str(order), clock.until_end_of(due),
            tuple(_stage(step, steps, observed, everywhere, pace, share) for step in steps),
            tuple(
                Arrival(clock.until(one.on), tuple(days * share for days in one.late)) for one in awaited.get(order, ())
            ) + tuple(
                Arrival(max(clock.until_end_of(pace.agreed[step.pk]), 0.0), tuple(days * share for days in pace.delays(step.partner)), at)
                for at, step in enumerate(steps) if step.pk in pace.agreed
            ),
        )
        for order, due in queue.due.items()
        if (steps := queue.stages[order])
    ]  # fmt: skip
    risks = delay_risks(prospects, machines=queue.machines, futures=FUTURES)
    return {int(risk.id): _expected(risk, queue, awaited, pace, clock) for risk in risks}


def _stage(
    step: _Step, steps: Sequence[_Step], observed: Mapping[int, tuple[Decimal, ...]], everywhere: Sequence[Decimal], pace: OutsidePace,
    share: float,
) -> Any:  # fmt: skip
    """A step as the engine draws it. Outside it queues for nobody: with a day agreed it ends when that comes, else as such work took."""
    from gongfang.engines.promising.delay import Stage as Drawn

    numbers = [one.number for one in steps]
    before = predecessors_of(step.number, step.after, numbers)
    after = tuple(at for at, number in enumerate(numbers) if number in before and number < step.number)
    if not step.is_outside:
        seen = durations(step.minutes, observed.get(step.centre, ()), everywhere)
        return Drawn(_floats(seen), float(step.minutes), after=after, centre=str(step.centre))
    if step.pk in pace.agreed:
        return Drawn(after=after)
    return Drawn(tuple(days * share for days in pace.days(step.partner)), float(step.minutes), after=after)


def _floats(values: Sequence[Decimal]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _expected(
    risk: Any, queue: _Queue, awaited: Mapping[int, Sequence[Awaited]], pace: OutsidePace, clock: _Clock
) -> Expected:
    order = int(risk.id)
    steps = queue.stages[order]
    names = [f"{step.number} {step.name}" for step in steps]
    names += [one.item for one in awaited.get(order, ())]
    names += [f"{step.number} {step.name}" for step in steps if step.pk in pace.agreed]
    causes = sorted(zip(risk.blame, names, strict=True), key=lambda pair: -pair[0])
    return Expected(
        clock.day_of(risk.half), Decimal(repr(round(risk.late, 4))), clock.day_of(risk.likely), clock.day_of(risk.sure),
        tuple((Decimal(repr(round(part, 4))), name) for part, name in causes if part >= LEAST_CAUSE)[:3],
    )  # fmt: skip


def _elapsed(now: datetime, daily: Decimal) -> Decimal:
    """Working minutes of today that are over."""
    local = timezone.localtime(now)
    minutes = Decimal(local.hour * 60 + local.minute - DAY_START.hour * 60)
    return min(max(minutes, ZERO), daily)


def figures_day(now: datetime) -> date:
    """The day that the boards' figures are of: today, or the last day with a report until today has one. One statement."""
    today = timezone.localdate(now)
    reports = Report.objects.filter(
        business_date__lte=today, approval="approved", lines__subcontractor=None, lines__isnull=False
    )
    return reports.order_by("-business_date").values_list("business_date", flat=True).first() or today


def centre_figures(now: datetime, on: date | None = None) -> list[CentreFigures]:
    """OEE and first-pass yield of a day (today), per work centre that worked, stands or has work. Ten statements.

    Loading time is what is over of the day's shifts (a night shift to its end) × the machines scheduled, less planned stops; see `maintenance.rules` for the definitions.
    """
    day = on or timezone.localdate(now)
    lines = ReportLine.objects.filter(document__business_date=day, document__approval="approved", subcontractor=None)
    made = {
        row["centre"]: row
        for row in lines.values(centre=F("operation__work_centre_id")).annotate(
            good_sum=Sum("good"), material=Sum("scrap_material"), worker=Sum("scrap_worker"), again=Sum("rework")
        )
    }
    standard: dict[int, Decimal] = defaultdict(Decimal)
    for centre, run, good, material, worker in lines.values_list(
        "operation__work_centre_id", "operation__run_minutes", "good", "scrap_material", "scrap_worker"
    ):
        standard[centre] += run * (good + material + worker)
    stands: dict[int, list[Any]] = defaultdict(list)
    for stop in maintenance.standing():
        stands[stop.work_centre_id].append(stop)
    busy = set(
        WorkOrderOperation.objects.filter(document__stage__in=OPEN)
        .exclude(state="done")
        .values_list("work_centre_id", flat=True)
    )
    model = WorkOrderOperation._meta.get_field("work_centre").related_model
    rows = model._default_manager.exclude(kind="outside").select_related("calendar")
    inside = list(rows.prefetch_related("calendar__exceptions").order_by("code"))
    spans = {centre.pk: shift_spans(centre, day, worked=centre.pk in made) for centre in inside}
    stops = _stops(spans, now)
    wanted = made.keys() | stops.keys() | busy | {pk for pk in stands if pk}
    centres = [centre for centre in inside if centre.pk in wanted]
    machines = scheduled_machines(centres, day, spans, stops)
    found = []
    for centre in centres:
        row = made.get(centre.pk, {})
        good = row.get("good_sum") or ZERO
        worked = good + (row.get("material") or ZERO) + (row.get("worker") or ZERO)
        here = stops.get(centre.pk, maintenance.Stops())
        loading = max(minutes_over(spans[centre.pk], now) * machines[centre.pk] - here.planned, ZERO)
        facts = Effectiveness(loading, min(here.down, loading), standard[centre.pk], good, worked)
        found.append(CentreFigures(centre, facts, good, worked, row.get("again") or ZERO, stands[centre.pk]))
    return found


def _stops(spans: Mapping[int, Spans], now: datetime) -> Mapping[int, maintenance.Stops]:
    """Stops of all centres within their shifts, as far as these are over."""
    begun = [span for given in spans.values() for span in given if span[0] < now]
    if not begun:
        return {}
    until = min(max(end for _, end in begun), now)
    return maintenance.stops_by_centre(min(begin for begin, _ in begun), until, within=spans)


def total_of(figures: Sequence[CentreFigures]) -> CentreFigures:
    """The whole shop: times and pieces added up."""

    def add(pick: Any) -> Decimal:
        return sum((pick(one) for one in figures), ZERO)

    facts = Effectiveness(
        add(lambda one: one.facts.loading), add(lambda one: one.facts.down), add(lambda one: one.facts.standard), add(lambda one: one.good),
        add(lambda one: one.worked),
    )  # fmt: skip
    return CentreFigures(None, facts, facts.good, facts.worked, add(lambda one: one.rework), [])


def percent_done(order: WorkOrder, operations: Sequence[WorkOrderOperation]) -> int:
    """Share of an order's standard minutes that is worked off; an operation without any, as one done outside, counts as their average."""
    timed = [row.run_minutes for row in operations if row.run_minutes > 0]
    if not timed:
        return int(min(order.received_quantity / order.quantity, Decimal(1)) * 100)
    usual = sum(timed, ZERO) / len(timed)
    weights = [row.run_minutes or usual for row in operations]
    pieces = [min(row.worked_quantity, order.quantity) for row in operations]
    done = sum((weight * worked for weight, worked in zip(weights, pieces, strict=True)), ZERO)
    return int(done / (sum(weights, ZERO) * order.quantity) * 100)
