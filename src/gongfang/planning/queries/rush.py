"""A rush order (插单) before it is accepted: which orders would slip, by how much, at what cost."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.engines.promising.rush import rush_impact
from gongfang.engines.scheduling.problem import Job, Mode, Operation, Ref
from gongfang.kernel.errors import N_
from gongfang.masterdata import queries as masterdata
from gongfang.planning.floorplan import problem_of
from gongfang.planning.models import Schedule
from gongfang.planning.shopfloor import minute_of, moment_of, whole_minutes
from gongfang.platform.settings.services import declare, get
from gongfang.production import queries as production

LATE_SHARE = declare(
    "planning.late_cost_share", N_("Cost of a late day, as a share of the order's standard cost"), "ratio", "0.005"
)
RUSH = "rush"
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class SlipRow:
    """An order before and after."""

    order: Any
    before: datetime
    after: datetime
    late_days: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class RushAnswer:
    """ends: when the rush order would be ready, by its own operations; slips: orders that end at another time, most costly first."""

    ends: datetime | None
    slips: tuple[SlipRow, ...]
    cost: Decimal


def impact_of(item_id: int, quantity: Decimal, material_on: date, seconds: int = 0) -> RushAnswer | None:
    """Schedule all open orders without and with the rush order. None: it has no routing, or there is no plan. Nothing is written."""
    routing = masterdata.default_routings([item_id]).get(item_id)
    if routing is None:
        return None
    start = timezone.now().replace(second=0, microsecond=0)
    problem = problem_of(start, Schedule.Objective.TARDINESS, 0)
    steps = [
        step for step in routing.operations.all() if str(step.work_centre_id) in {one.id for one in problem.resources}
    ]
    operations, before = [], None
    for step in steps:
        minutes = whole_minutes((step.setup_minutes + step.run_minutes * quantity) / (step.work_centre.efficiency or 1))
        after = (Ref(RUSH, str(before)),) if before else ()
        operations.append(Operation(f"r{step.pk}", (Mode(str(step.work_centre_id), minutes),), after=after))
        before = f"r{step.pk}"
    if not operations:
        return None
    release = max(minute_of(material_on, start), 0)
    share = Decimal(get(LATE_SHARE))
    orders = {str(row.pk): row for row in production.open_orders().select_related("item", "customer")}
    rates = {key: row.standard_total * share / DAY_MINUTES for key, row in orders.items()}
    impact = rush_impact(
        problem, [Job(RUSH, tuple(operations), release=release)], cost_per_minute=rates, seconds=seconds
    )
    if impact is None:
        return None
    cents = Decimal("0.01")
    slips = tuple(
        SlipRow(
            orders[slip.job], moment_of(slip.end_before, start), moment_of(slip.end_after, start),
            (Decimal(slip.late_after - slip.late_before) / DAY_MINUTES).quantize(Decimal("0.1")), slip.cost.quantize(cents),
        )
        for slip in impact.slips
        if slip.job in orders
    )  # fmt: skip
    ends = impact.rush_ends.get(RUSH)
    return RushAnswer(moment_of(ends, start) if ends is not None else None, slips, impact.cost.quantize(cents))
