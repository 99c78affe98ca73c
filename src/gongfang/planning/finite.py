"""A plan within the hours of the work centres: which customers' orders would be late, and by how much.

Hours are those of each week by calendar and shifts, less what open work orders take of it; a what-if changes them in percent. What a
unit of an item takes comes from its routing, set-up spread over the orders that are planned.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from gongfang.engines.mrp import solve_with_capacity
from gongfang.engines.mrp.plan import Plan
from gongfang.engines.mrp.problem import MAKE, Capacity
from gongfang.masterdata import queries as masterdata
from gongfang.planning.outlook import FORECAST, SCENARIO
from gongfang.planning.queries.loads import CentreLoad, loads
from gongfang.planning.rules import ZERO
from gongfang.planning.snapshot import Snapshot

MICRO = 1_000_000
WEEKS = 26
WANTED = ("sales.order", FORECAST, SCENARIO)
KEPT_MAX = 500


def late_within_hours(
    seen: Snapshot, plan: Plan, today: date, shares: Mapping[int, int] | None = None
) -> list[dict[str, Any]]:
    """The demands of customers, forecasts and the what-if that cannot be served in time within the hours, the longest late first.

    Each as plain values for JSON: whose line it is, due, promised (None: never), days late. shares: capacity in percent by work centre
    (0: all). Eleven statements.
    """
    problem = replace(plan.problem, capacity=_capacity(seen, plan, today, shares or {}))
    promises = solve_with_capacity(problem).promises
    assert promises is not None
    found = []
    columns = zip(
        promises.demand.tolist(),
        promises.date.tolist(),
        promises.late_days.tolist(),
        promises.short.tolist(),
        strict=True,
    )
    for row, day, days, short in columns:
        source = seen.demands[row]
        if source.doc_type not in WANTED or not (days or short):
            continue
        found.append(
            {
                "doc_type": source.doc_type, "document_id": source.document_id, "line_id": source.line_id, "number": source.number,
                "partner": source.partner, "item_id": source.item_id, "quantity": f"{source.quantity:f}", "due": source.on.isoformat(),
                "promised": date.fromordinal(day).isoformat() if day else None, "days": days,
            }
        )  # fmt: skip
    found.sort(key=lambda one: (one["promised"] is not None, -one["days"], one["due"], one["number"], one["line_id"]))
    return found[:KEPT_MAX]


def _capacity(seen: Snapshot, plan: Plan, today: date, shares: Mapping[int, int]) -> Capacity:
    """Weekly hours of every work centre that planned orders need, and what a unit of each made row takes of them."""
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
    return Capacity.of(
        [load.centre.pk for load in rows],
        [int(one * MICRO) for one in weekly],
        [row for row, _ in pairs],
        [number[centre] for _, centre in pairs],
        [int(hours[pair] * MICRO) for pair in pairs],
        taken=_taken(rows, weekly),
    )


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
