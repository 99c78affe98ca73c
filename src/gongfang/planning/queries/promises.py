"""When more of an item can be had than stock and supply give: material and free hours level by level, with the reason in words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gongfang.engines.promising.promise import (
    Component,
    Dated,
    PromiseItem,
    Reason,
    Situation,
    Source,
    Work,
    promise,
)
from gongfang.engines.promising.promise import Promise as Kept
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.planning.outlook import good
from gongfang.planning.queries.loads import loads
from gongfang.planning.rules import ZERO
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales
from gongfang.sales.services.promising import Promise

WEEKS = 16
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Line:
    """One portion of a promise, for people."""

    source: Any
    item: Any
    quantity: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """on: None where it can never be had. reasons: sentences, from the item asked for down to what it waits for."""

    item: Any
    quantity: Decimal
    on: date | None
    reasons: tuple[str, ...]
    lines: tuple[Line, ...]


def situation_of(
    item_id: int, quantity: Decimal, today: date
) -> tuple[Situation, Mapping[int, Any], Mapping[int, Any]]:
    """All that a promise of an item depends on: its structure, stock, supplies, demands, and the free hours of its work centres."""
    structure = masterdata.uses_below([item_id], today)
    ids = {item_id, *structure, *(use.component_id for uses in structure.values() for use in uses)}
    items = masterdata.items_by_ids(ids)
    stock = ledger.plannable_stock(ids)
    routings = masterdata.default_routings([pk for pk in ids if items[pk].source == "make"])
    work, centres = [], {}
    for pk, routing in routings.items():
        for step in routing.operations.all():
            if step.work_centre.kind == "outside":
                continue
            centres[step.work_centre_id] = step.work_centre
            minutes = step.run_minutes + step.setup_minutes / max(quantity, Decimal(1))
            hours = (minutes / 60 / (step.work_centre.efficiency or 1)).quantize(Decimal("0.000001"))
            work.append(Work(str(pk), str(step.work_centre_id), hours))
    free: dict[str, dict[date, Decimal]] = defaultdict(dict)
    beyond: dict[str, Decimal] = {}
    for load in loads(today, "week", WEEKS, None):
        if load.centre.pk in centres:
            for cell in load.cells:
                free[str(load.centre.pk)][cell.start] = max(cell.capacity - cell.load, ZERO)
            beyond[str(load.centre.pk)] = max(cell.capacity for cell in load.cells)
    incoming = [Dated(str(row.item_id), row.quantity, row.on) for row in purchasing.open_supply(ids)]
    yields = {pk: share for pk, share in masterdata.whole_yields(today).items() if pk in ids}
    incoming += [
        Dated(str(row.item_id), good(row.quantity, yields.get(row.item_id)), row.due)
        for row in production.open_supply(ids)
    ]
    incoming += [
        Dated(str(row.item_id), row.quantity, row.due) for row in production.open_outputs() if row.item_id in ids
    ]
    asked = [Dated(str(row.item_id), row.quantity, row.on) for row in sales.open_demand(ids)]
    asked += [Dated(str(row.item_id), row.quantity, row.on) for row in production.open_demand(ids)]
    situation = Situation(
        today=today,
        items={str(pk): PromiseItem(str(pk), _is_made(item, structure), item.lead_time_days, stock.get(pk, ZERO), yields.get(pk, ONE)) for pk, item in items.items()},
        supplies=tuple(incoming), demands=tuple(asked),
        components=tuple(
            Component(
                str(pk), str(use.component_id),
                ((use.quantity if use.is_fixed else use.quantity / use.base) * (1 + use.scrap)).quantize(Decimal("0.000001"), "ROUND_UP"),
                use.is_fixed, use.offset_days,
            )
            for pk, uses in structure.items() if _is_made(items[pk], structure) for use in uses
        ),
        work=tuple(work), free_hours=free, beyond=beyond, works_on=masterdata.working_calendar().is_working,
    )  # fmt: skip
    return situation, items, centres


def _is_made(item: Any, structure: Mapping[int, Any]) -> bool:
    return item.source in ("make", "subcontract") and item.pk in structure


def answer_of(item_id: int, quantity: Decimal, wanted: date, today: date) -> Answer:
    """The earliest date for a quantity, beside what is promised to others; nothing is reserved."""
    situation, items, centres = situation_of(item_id, quantity, today)
    kept = promise(situation, str(item_id), quantity, wanted)
    sources = {
        Source.STOCK: _("From stock"),
        Source.SUPPLY: _("From open orders"),
        Source.MAKE: _("To be made"),
        Source.BUY: _("To be bought"),
    }
    lines = tuple(Line(sources[part.source], items[int(part.item)], part.quantity, part.date) for part in kept.parts)
    return Answer(
        items[item_id], quantity, kept.date, tuple(_words(one, items, centres) for one in _reasons(kept)), lines
    )


def _reasons(kept: Kept) -> tuple[Reason, ...]:
    return kept.reasons


def _words(reason: Reason, items: Mapping[int, Any], centres: Mapping[int, Any]) -> str:
    item = items[int(reason.item)]
    if reason.kind == "capacity":
        centre = centres.get(int(reason.resource)) if reason.resource else None
        return _("{item}: {centre} has no free hours before the week of {on}").format(item=f"{item.code} {item.name}", centre=centre or "", on=reason.date)  # fmt: skip
    if reason.kind == "material":
        return _("{item} is there on {on}").format(item=f"{item.code} {item.name}", on=reason.date)
    return _("{item}: lead time {days} working days, ready on {on}").format(item=f"{item.code} {item.name}", days=item.lead_time_days, on=reason.date)  # fmt: skip


def capable(item_id: int, quantity: Decimal, today: date) -> Promise | None:
    """The answer to the port that sales declares. None: there is no way to have it."""
    found = answer_of(item_id, quantity, today, today)
    if found.on is None:
        return None
    return Promise(max(found.on, today + timedelta(days=0)), "capable", ZERO, "; ".join(found.reasons))
