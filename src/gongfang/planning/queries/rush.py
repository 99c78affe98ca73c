"""A rush order (插单) before it is accepted: whose material it takes, which orders would slip, by how much, at what cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from gongfang.engines.promising.kit import KitAnswer, KitState, check_kits
from gongfang.engines.promising.rush import Impact, rush_impact
from gongfang.kernel.errors import N_, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.planning.floorplan import floor_of
from gongfang.planning.holding import warnings
from gongfang.planning.models import Schedule
from gongfang.planning.queries import kits
from gongfang.planning.queries.promises import Missing, beyond_supply, turns_of
from gongfang.planning.shopfloor import minute_of, moment_of
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
class LossRow:
    """An order that loses components to the rush order. before, after: when its material is there (None: nobody knows)."""

    order: Any
    items: tuple[Any, ...]
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class RushAnswer:
    """ends: when the rush order would be ready, by its own operations; slips: orders that end at another time, most costly first.

    material_on: when its components are there, taken before all other orders; None: never, for `reasons`, and then it cannot be
    planned. losses: whose components it takes. has_no_room: its operations do not fit into the days that schedules reach. warnings: what it counts on and is not there (a certified person, a tool).
    """

    ends: datetime | None
    slips: tuple[SlipRow, ...]
    cost: Decimal
    warnings: tuple[Problem, ...] = ()
    material_on: date | None = None
    reasons: tuple[str, ...] = ()
    losses: tuple[LossRow, ...] = ()
    has_no_room: bool = False


def impact_of(
    item_id: int, quantity: Decimal, today: date, plant_id: int | None = None, seconds: int = 0
) -> RushAnswer | None:
    """Schedule all open orders without and with the rush order. None: it has no routing. Nothing is written.

    It takes components before all others; what is missing then comes when it can be made or bought, for the rush order first, then
    for those it robbed. It is planned as the schedule itself plans: tools, certified people, set-ups and alternative work centres included.
    """
    one = NewWorkOrder(item_id, quantity, today, today, priority=1, warehouse_id=_store(item_id, plant_id))
    if not production_services.proposed_operations(one):
        return None
    taken = _begun(one, today, plant_id)
    if taken.on is None:
        return RushAnswer(None, (), Decimal(0), (), None, taken.reasons, taken.losses)
    rows = production_services.proposed_operations(replace(one, start=taken.on, due=taken.on))
    if not rows:
        return None
    order = rows[0].document
    order.number, order.start = gettext("Rush order"), taken.on
    start = timezone.now().replace(second=0, microsecond=0)
    floor = floor_of(start, Schedule.Objective.TARDINESS, 0, rows)
    name = str(rows[0].document_id)
    problem = replace(floor.problem, jobs=tuple(job for job in floor.problem.jobs if job.id != name))
    rush = [replace(job, due=None) for job in floor.problem.jobs if job.id == name]
    share = Decimal(get(LATE_SHARE))
    orders = {str(row.pk): row for row in production.open_orders().select_related("item", "customer")}
    rates = {key: row.standard_total * share / DAY_MINUTES for key, row in orders.items()}
    held_up = {str(loss.order.pk): minute_of(loss.after, start) for loss in taken.losses if loss.after}
    impact = rush_impact(problem, rush, cost_per_minute=rates, held_up=held_up, seconds=seconds)
    if impact is None:
        return RushAnswer(None, (), Decimal(0), (), taken.on, taken.reasons, taken.losses, has_no_room=True)
    ends = impact.rush_ends.get(name)
    own = [spot for spot in impact.after.operations if spot.ref.job == name]
    return RushAnswer(
        moment_of(ends, start) if ends is not None else None, _slips(impact, orders, start), impact.cost.quantize(Decimal("0.01")),
        tuple(warnings(floor.holding, rows, own)), taken.on, taken.reasons, taken.losses,
    )  # fmt: skip


def _store(item_id: int, plant_id: int | None) -> int | None:
    """Where it would come in, in a plant."""
    return masterdata.stores_in_plants([(item_id, plant_id)]).get((item_id, plant_id)) if plant_id else None


def _slips(impact: Impact, orders: Mapping[str, Any], start: datetime) -> tuple[SlipRow, ...]:
    return tuple(
        SlipRow(
            orders[slip.job], moment_of(slip.end_before, start), moment_of(slip.end_after, start),
            (Decimal(slip.late_after - slip.late_before) / DAY_MINUTES).quantize(Decimal("0.1")), slip.cost.quantize(Decimal("0.01")),
        )
        for slip in impact.slips
        if slip.job in orders
    )  # fmt: skip


def _begun(one: NewWorkOrder, today: date, plant_id: int | None) -> "_Taken":
    """When its material is there. Where its bill of materials changes before that, it starts with the new one and takes what is in it."""
    first: _Taken | None = None
    turns = turns_of(one.item_id, today, plant_id)
    for start, until in pairwise([today, *turns, date.max]):
        rows = production_services.proposed_materials(replace(one, start=start, due=start))
        taken = _material(rows, today)
        first = first or taken
        if taken.on is not None and taken.on < until:
            return replace(taken, on=max(taken.on, start))
    assert first is not None
    return first


@dataclass(frozen=True, slots=True)
class _Taken:
    on: date | None
    reasons: tuple[str, ...]
    losses: tuple[LossRow, ...]


def _material(wanted: Sequence[Any], today: date) -> _Taken:
    """The kit check without and with the rush order in front; what is short then, by capable to promise, the rush order first."""
    found = kits.floor(today, wanted)
    others = tuple(order for order in found.orders if order.id != kits.RUSH)
    before = {one.order: one for one in check_kits(others, found.stock, found.supplies, today, back=found.back)}
    after = check_kits(found.orders, found.stock, found.supplies, today, back=found.back)
    rush = next((one for one in after if one.order == kits.RUSH), None)
    if rush is None:  # it needs nothing
        return _Taken(today, (), ())
    robbed = [one for one in after if one.order in before and _is_worse(before[one.order], one)]
    missing = [
        Missing(one.order, short.item, short.quantity - _short_before(before.get(one.order), short.line))
        for one in (rush, *robbed)
        for short in one.short
    ]
    taken = [(take.item, take.quantity, take.date or today) for take in rush.taken]
    dates, reasons = beyond_supply([one for one in missing if one.quantity > 0], taken, today)

    def ready(one: KitAnswer) -> date | None:
        comes = [take.start or today for take in one.taken]
        later = dates.get(one.order, [])
        return None if None in later else max([today, *comes, *(day for day in later if day)])

    losses = tuple(
        LossRow(found.rows[one.order], _lost(found, before[one.order], one), _date_of(before[one.order]), ready(one))
        for one in robbed
    )
    return _Taken(ready(rush), reasons.get(kits.RUSH, ()), losses)


def _is_worse(before: KitAnswer, after: KitAnswer) -> bool:
    return sum(one.quantity for one in after.short) > sum(one.quantity for one in before.short) or (
        before.ready_on is not None and after.ready_on is not None and after.ready_on > before.ready_on
    )


def _date_of(one: KitAnswer) -> date | None:
    return None if one.state is KitState.SHORT else one.ready_on


def _short_before(before: KitAnswer | None, line: str) -> Decimal:
    return sum((one.quantity for one in before.short if one.line == line), Decimal(0)) if before else Decimal(0)


def _lost(found: kits.Floor, before: KitAnswer, after: KitAnswer) -> tuple[Any, ...]:
    """Items of which it gets less, or gets them later."""

    def got(one: KitAnswer) -> dict[str, list[tuple[Any, Decimal]]]:
        by_item: dict[str, list[tuple[Any, Decimal]]] = {}
        for take in one.taken:
            by_item.setdefault(take.item, []).append((take.date, take.quantity))
        return by_item

    first, second = got(before), got(after)
    return tuple(found.item(key) for key in sorted(first) if first[key] != second.get(key))
