"""A rush order (插单) before it is accepted: which orders would slip, by how much, at what cost."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from gongfang.engines.promising.rush import rush_impact
from gongfang.kernel.errors import N_, Problem
from gongfang.planning.floorplan import floor_of
from gongfang.planning.holding import warnings
from gongfang.planning.models import Schedule
from gongfang.planning.shopfloor import moment_of
from gongfang.platform.settings.services import declare, get
from gongfang.production import queries as production
from gongfang.production import services as production_services
from gongfang.production.services import NewWorkOrder

LATE_SHARE = declare(
    "planning.late_cost_share", N_("Cost of a late day, as a share of the order's standard cost"), "percent", "0.005"
)
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
    """ends: when the rush order would be ready, by its own operations; slips: orders that end at another time, most costly first.

    warnings: what it counts on and is not there (a certified person, a tool).
    """

    ends: datetime | None
    slips: tuple[SlipRow, ...]
    cost: Decimal
    warnings: tuple[Problem, ...] = ()


def impact_of(item_id: int, quantity: Decimal, material_on: date, seconds: int = 0) -> RushAnswer | None:
    """Schedule all open orders without and with the rush order. None: it has no routing, or there is no plan. Nothing is written.

    The rush order is planned as the schedule itself plans: tools, certified people, set-ups and alternative work centres included.
    """
    rows = production_services.proposed_operations(
        NewWorkOrder(item_id, quantity, material_on, material_on, priority=1)
    )
    if not rows:
        return None
    rows[0].document.number = gettext("Rush order")
    start = timezone.now().replace(second=0, microsecond=0)
    floor = floor_of(start, Schedule.Objective.TARDINESS, 0, rows)
    name = str(rows[0].document_id)
    problem = replace(floor.problem, jobs=tuple(job for job in floor.problem.jobs if job.id != name))
    rush = [replace(job, due=None) for job in floor.problem.jobs if job.id == name]
    share = Decimal(get(LATE_SHARE))
    orders = {str(row.pk): row for row in production.open_orders().select_related("item", "customer")}
    rates = {key: row.standard_total * share / DAY_MINUTES for key, row in orders.items()}
    impact = rush_impact(problem, rush, cost_per_minute=rates, seconds=seconds)
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
    ends = impact.rush_ends.get(name)
    own = [spot for spot in impact.after.operations if spot.ref.job == name]
    return RushAnswer(
        moment_of(ends, start) if ends is not None else None, slips, impact.cost.quantize(cents),
        tuple(warnings(floor.holding, rows, own)),
    )  # fmt: skip
