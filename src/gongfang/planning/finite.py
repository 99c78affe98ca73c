"""A plan within the hours of the work centres: when each demand can be served, why not sooner, which work centre holds the rest back and
what one more hour of it would be worth.

Hours are those of each week by calendar and shifts, less what open work orders take of it; a what-if changes them in percent. What a
unit of an item takes comes from its routing, set-up spread over the orders that are planned.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from gongfang.engines.mrp import loads as hours_of_plan
from gongfang.engines.mrp import solve_with_capacity
from gongfang.engines.mrp.plan import REASONS, Plan
from gongfang.engines.mrp.problem import MAKE, Capacity
from gongfang.masterdata import queries as masterdata
from gongfang.planning.outlook import FORECAST, SCENARIO, Source
from gongfang.planning.queries.loads import CentreLoad, loads
from gongfang.planning.rules import ZERO
from gongfang.planning.snapshot import Snapshot

MICRO = 1_000_000
WEEKS = 26
WANTED = ("sales.order", FORECAST, SCENARIO)
KEPT_MAX = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order on the way of a late demand asked for so many hours of a work centre that had none from the week of `first` to that of
    `last` (None: in no week). Items and work centres by name, as people read them."""

    centre: str
    item: str
    hours: Decimal
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Promised:
    """When a demand can be served (None: never whole) and what it waits for: kind empty where it is in time. short: what can never be had.

    blamed: item; centre, week: the work centre whose hours are gone from that week on; waiting: all of them, from the demand down. Of a
    version `week` is the day from which it holds.
    """

    source: Source
    on: date | None
    late_days: int
    short: Decimal
    kind: str
    blamed: int | None
    centre: int | None
    week: date | None
    waiting: Sequence[Waiting] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """How a work centre holds the plan back. Hours are those of the weeks looked at; weeks_over: in which more is asked of it than there
    is, most_over: in worst_week; late_demands, late_days: what waits for its hours.

    value: what one more hour would bring in its dearest week (`value_week`), by the best mix of what is wanted; percent: load.
    """

    centre: int
    percent: int
    hours: Decimal
    capacity: Decimal
    weeks_over: int
    most_over: Decimal
    worst_week: date | None
    late_demands: int
    late_days: int
    value: Decimal
    value_week: date | None


@dataclass(frozen=True, slots=True)
class Within:
    """promises: of demands of customers, forecasts and a what-if; held: work centres, the one that holds most back first."""

    promises: list[Promised]
    held: list[Held]


def within_hours(
    seen: Snapshot, plan: Plan, today: date, shares: Mapping[int, int] | None = None, *, values: bool = True
) -> Within:
    """Plan again within the hours there are. shares: capacity in percent by work centre (0: all). values: also what hours are worth.

    Twelve statements, one more for values. Raises FormatError where hours are out of range.
    """
    capacity, rows = _capacity(seen, plan, today, shares or {})
    problem = replace(plan.problem, capacity=capacity)
    finite = solve_with_capacity(problem)
    held = _held(seen, replace(plan, problem=problem), finite, rows) if values else []
    return Within(list(_promises(seen, finite, rows)), held)


def late_within_hours(
    seen: Snapshot, plan: Plan, today: date, shares: Mapping[int, int] | None = None
) -> list[dict[str, Any]]:
    """The demands that cannot be served in time within the hours, the longest late first, as plain values for JSON."""
    late = [one for one in within_hours(seen, plan, today, shares, values=False).promises if one.late_days or one.short]
    late.sort(
        key=lambda one: (one.on is not None, -one.late_days, one.source.on, one.source.number, one.source.line_id)
    )
    return [_plain(one) for one in late[:KEPT_MAX]]


def _plain(one: Promised) -> dict[str, Any]:
    source = one.source
    return {
        "doc_type": source.doc_type, "document_id": source.document_id, "line_id": source.line_id, "number": source.number,
        "partner": source.partner, "item_id": source.item_id, "quantity": f"{source.quantity:f}", "due": source.on.isoformat(),
        "promised": one.on.isoformat() if one.on else None, "days": one.late_days,
        "why": {"kind": one.kind, "item": one.blamed, "centre": one.centre, "week": one.week.isoformat() if one.week else None},
        "waiting": plain_waiting(one),
    }  # fmt: skip


def plain_waiting(one: Promised) -> list[dict[str, Any]]:
    """What it waits for as plain values for JSON."""
    return [
        {
            "centre": row.centre, "item": row.item, "hours": f"{row.hours:f}", "first": row.first.isoformat(),
            "last": row.last.isoformat() if row.last else None,
        }
        for row in one.waiting
    ]  # fmt: skip


def _promises(seen: Snapshot, finite: Plan, rows: Sequence[CentreLoad]) -> Iterator[Promised]:
    found = finite.promises
    assert found is not None
    waiting = _waiting(seen, finite, rows)
    columns = zip(
        found.demand.tolist(), found.date.tolist(), found.late_days.tolist(), found.short.tolist(), found.kind.tolist(),
        found.item.tolist(), found.resource.tolist(), found.week.tolist(), strict=True,
    )  # fmt: skip
    for demand, day, days, short, kind, item, resource, week in columns:
        source = seen.demands[demand]
        if source.doc_type in WANTED and source.on.toordinal() <= finite.problem.today + finite.problem.horizon_days:
            yield Promised(
                source, date.fromordinal(day) if day else None, days, Decimal(short).scaleb(-6), REASONS[kind] or "",
                seen.item_ids[item] if item >= 0 else None, rows[resource].centre.pk if resource >= 0 else None,
                date.fromordinal(week) if week else None, waiting.get(demand, ()),
            )  # fmt: skip


def _waiting(seen: Snapshot, finite: Plan, rows: Sequence[CentreLoad]) -> dict[int, list[Waiting]]:
    """Demand → what on its way waited for hours."""
    assert finite.promises is not None
    bound, found = finite.promises.bound, defaultdict(list)
    items = masterdata.items_by_ids({seen.item_ids[row] for row in np.unique(bound.item).tolist()})
    columns = zip(
        bound.demand.tolist(), bound.item.tolist(), bound.resource.tolist(), bound.first.tolist(), bound.last.tolist(),
        bound.hours.tolist(), strict=True,
    )  # fmt: skip
    for demand, item, resource, first, last, hours in columns:
        found[demand].append(
            Waiting(
                str(rows[resource].centre), str(items[seen.item_ids[item]]), _hours(hours).quantize(Decimal("0.1")),
                date.fromordinal(first), date.fromordinal(last) if last else None,
            )
        )  # fmt: skip
    for rows_of in found.values():
        rows_of.sort(key=lambda one: (one.first - (one.last or date.max), one.first))  # the longest waiting first
    return found


def _held(seen: Snapshot, plan: Plan, finite: Plan, rows: Sequence[CentreLoad]) -> list[Held]:
    """Each work centre with its load, the lateness it is to blame for and the worth of an hour."""
    capacity = plan.problem.capacity
    planned = hours_of_plan.weekly_loads(plan, weeks=WEEKS)
    week = np.repeat(capacity.hours_per_week[:, None], WEEKS, axis=1)
    known = replace(planned, available=week, other=capacity.taken) if len(rows) else planned
    values = hours_of_plan.hour_values(plan, _margins(seen, plan), known)
    found = []
    for one in hours_of_plan.bottlenecks(finite, known, values):
        cells = rows[one.resource].cells
        there = sum((cell.capacity for cell in cells), ZERO)
        hours = sum((cell.orders for cell in cells), ZERO) + _hours(planned.planned[one.resource].sum())
        dearest = int(values.value[one.resource].argmax())
        found.append(
            Held(
                rows[one.resource].centre.pk, int(hours * 100 / there) if there else 999, hours.quantize(Decimal("0.1")),
                there.quantize(Decimal("0.1")), one.weeks_over, _hours(one.most_over).quantize(Decimal("0.1")),
                date.fromordinal(one.worst_week) if one.worst_week else None, one.late_demands, one.late_days,
                Decimal(str(one.hour_value or 0)).quantize(Decimal("0.01")),
                date.fromordinal(known.monday + 7 * dearest) if one.hour_value else None,
            )
        )  # fmt: skip
    return found


def _hours(micro: Any) -> Decimal:
    return Decimal(int(micro)).scaleb(-6)


def _margins(seen: Snapshot, plan: Plan) -> Any:
    """What serving each demand whole earns: sales price less standard cost of what customers, forecasts and the what-if ask for."""
    items = masterdata.items_by_ids({one.item_id for one in seen.demands if one.doc_type in WANTED})
    margin = np.zeros(len(plan.problem.demands.ids), np.float64)
    for row, one in enumerate(seen.demands):
        item = items.get(one.item_id) if one.doc_type in WANTED else None
        if item is not None and item.sales_price > item.standard_cost:
            margin[row] = float((item.sales_price - item.standard_cost) * one.quantity)
    return margin


def _capacity(seen: Snapshot, plan: Plan, today: date, shares: Mapping[int, int]) -> tuple[Capacity, list[CentreLoad]]:
    """Weekly hours of every work centre that planned orders need, and what a unit of each made row takes of them; the work centres."""
    ordered, lots = np.unique(plan.orders.item, return_counts=True)
    total = np.zeros(len(seen.item_ids), np.int64)
    np.add.at(total, plan.orders.item, plan.orders.quantity)
    made = [
        (row, Decimal(int(total[row]) // count) / MICRO)
        for row, count in zip(ordered.tolist(), lots.tolist(), strict=True)
        if plan.problem.items.procurement[row] == MAKE
    ]
    routings = masterdata.default_routings({seen.item_ids[row] for row, _ in made})
    hours: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    centres = {}
    for row, lot in made:
        routing = routings.get(seen.item_ids[row])
        for step in routing.operations.all() if routing else ():
            if step.work_centre.kind != "outside":
                centres[step.work_centre_id] = step.work_centre
                minutes = step.run_minutes + step.setup_minutes / max(lot, Decimal(1))
                hours[row, step.work_centre_id] += minutes / 60 / (step.work_centre.efficiency or 1)
    rows = [load for load in loads(today, "week", WEEKS, None, shares, centres.values()) if load.centre.pk in centres]
    rows.sort(key=lambda load: load.centre.pk)
    number = {load.centre.pk: place for place, load in enumerate(rows)}
    pairs = sorted(pair for pair in hours if pair[1] in number)
    weekly = [max(cell.capacity for cell in load.cells) for load in rows]
    capacity = Capacity.of(
        [load.centre.pk for load in rows],
        [int(one * MICRO) for one in weekly],
        [row for row, _ in pairs],
        [number[centre] for _, centre in pairs],
        [int(hours[pair] * MICRO) for pair in pairs],
        taken=_taken(rows, weekly),
    )
    return capacity, rows


def _taken(rows: list[CentreLoad], weekly: list[Decimal]) -> list[list[int]]:
    """Hours of a full week that are not there or already spoken for, by work centre and week; what one week cannot hold of the open
    work orders is taken of the next."""
    found = []
    for load, full in zip(rows, weekly, strict=True):
        over, taken = ZERO, []
        for cell in load.cells:
            asked = cell.orders + over
            used = min(asked, cell.capacity)
            over = asked - used
            taken.append(int((full - cell.capacity + used) * MICRO))
        found.append(taken)
    return found
