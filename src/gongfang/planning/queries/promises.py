"""When more of an item can be had than stock and supply give: material and free hours level by level, with the reason in words."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongfang.engines.promising.promise import (
    Component,
    Dated,
    PromiseItem,
    Reason,
    Situation,
    Source,
    Version,
    Work,
    promise,
    promise_all,
    turns,
)
from gongfang.engines.promising.promise import Promise as Kept
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.planning.outlook import good
from gongfang.planning.places import MADE, Plants, transfers
from gongfang.planning.promise_risks import Risk, risk_of
from gongfang.planning.queries.loads import loads
from gongfang.planning.rules import ZERO
from gongfang.planning.ways import Place, Wanted, Way, places_of, ways_to
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales
from gongfang.sales.services.promising import Promise

WEEKS = 16
VERSION_DAYS = 7 * 104  # as far as promises look for free hours
ONE = Decimal(1)
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Line:
    """One portion of a promise, for people."""

    source: Any
    item: Any
    quantity: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """on: None where it can never be had. reasons: sentences, from the item asked for down to what it waits for.

    risk: of missing the date; None where nothing was observed of what it hangs on.
    """

    item: Any
    quantity: Decimal
    on: date | None
    reasons: tuple[str, ...]
    lines: tuple[Line, ...]
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a situation is made of, for words: items and work centres by id, how each place is supplied, the names of plants.

    places: where the items asked for are wanted.
    """

    items: Mapping[int, Any]
    centres: Mapping[int, Any]
    ways: Mapping[Place, Way]
    plants: Mapping[int, str]
    places: Mapping[Wanted, Place]

    def asked(self, item_id: int, plant_id: int | None) -> str:
        """The engine's id of an item where it is asked for."""
        return _key(self.places[item_id, plant_id])

    def item(self, key: str) -> Any:
        return self.items[_place(key)[0]]

    def name(self, key: str) -> str:
        """An item by code and name, and its plant where there are several."""
        item, plant = _place(key)
        row = self.items[item]
        return f"{row.code} {row.name}" + (f" · {self.plants[plant]}" if plant else "")


def _key(place: Place) -> str:
    return f"{place[0]}@{place[1]}"


def _place(key: str) -> Place:
    item, _sep, plant = key.partition("@")
    return int(item), int(plant or 0)


def situation_of(wanted: Collection[Wanted], today: date, without_order: int | None = None) -> tuple[Situation, _Known]:
    """All that promises of items in plants (None: their home) depend on: their structures, stock, supplies, demands, transfers,
    and the free hours of their work centres. Ids of the engine are item@plant; plant 0 where the company has one.

    without_order: a sales order whose own demand is left out. A constant number of statements, whatever the number of items.
    """
    asked_for = {item for item, _ in wanted}
    versions = masterdata.spells_below(asked_for, today, today + timedelta(days=VERSION_DAYS))
    structure = {item: list(_uses(versions, item)) for item in versions}
    ids = {*asked_for, *structure, *(use.component_id for uses in structure.values() for use, _, _ in uses)}
    items = masterdata.items_by_ids(ids)
    plants = Plants.read(list(items.values()))
    places = places_of(wanted, plants)
    takes = {item: [use.component_id for use, _, _ in uses] for item, uses in structure.items()}
    ways = ways_to(places.values(), items, takes, plants)
    made = {item for (item, _), way in ways.items() if way.kind == "make"}
    routings = masterdata.default_routings(list(made))
    work, centres = _work(routings, ways)
    free: dict[str, dict[date, Decimal]] = defaultdict(dict)
    beyond: dict[str, Decimal] = {}
    for load in loads(today, "week", WEEKS, None, also=centres.values()) if centres else ():
        if load.centre.pk in centres:
            for cell in load.cells:
                free[str(load.centre.pk)][cell.start] = max(cell.capacity - cell.load, ZERO)
            beyond[str(load.centre.pk)] = max(cell.capacity for cell in load.cells)
    yields = {pk: share for pk, share in masterdata.whole_yields(today).items() if pk in ids}
    stock, incoming, asked = _moving(ids, ways, yields, plants, without_order)
    situation = Situation(
        today=today,
        items={
            _key(place): PromiseItem(
                _key(place), way.kind != "buy", way.lead_time_days, stock.get(place, ZERO),
                phantom=items[place[0]].kind == "phantom",
            )
            for place, way in ways.items()
        },
        supplies=tuple(incoming), demands=tuple(asked), components=tuple(_components(ways, structure)), work=tuple(work),
        free_hours=free, beyond=beyond, works_on=masterdata.working_calendar().is_working,
        versions=tuple(
            Version(_key(place), spell.first, spell.last, spell.share)
            for place, way in ways.items() if way.kind in MADE for spell in versions[place[0]]
        ),
    )  # fmt: skip
    names = {plant.pk: plant.name for plant in masterdata.plants()} if plants else {}
    return situation, _Known(items, centres, ways, names, places)


def _work(routings: Mapping[int, Any], ways: Mapping[Place, Way]) -> tuple[list[Work], dict[int, Any]]:
    """Hours of what is made, wherever it is made, and the work centres."""
    work, centres = [], {}
    for place, way in ways.items():
        routing = routings.get(place[0]) if way.kind == "make" else None
        for step in routing.operations.all() if routing else ():
            if step.work_centre.kind == "outside":
                continue
            centres[step.work_centre_id] = step.work_centre
            run, setup = (
                (minutes / 60 / (step.work_centre.efficiency or 1)).quantize(Decimal("0.000001"))
                for minutes in (step.run_minutes, step.setup_minutes)
            )
            work.append(Work(_key(place), str(step.work_centre_id), run, setup))
    return work, centres


def _uses(versions: masterdata.Spells, item: int) -> Iterator[tuple[Any, date, date]]:
    """What an item takes by each of its versions, through lines that are phantoms, and the days of the start on which it does."""
    for spell in versions[item]:
        yield from masterdata.through_phantoms(versions, spell, spell.first, spell.last, (item,))


def _components(ways: Mapping[Place, Way], structure: Mapping[int, Sequence[Any]]) -> Iterator[Component]:
    """What is made takes its components in the same plant; what is transferred takes itself where it comes from."""
    for place, way in ways.items():
        if way.kind == "transfer":
            yield Component(_key(place), _key(way.needs[0]), ONE)
        for use, first, last in structure[place[0]] if way.kind in MADE else ():
            per = use.quantity if use.is_fixed else use.quantity / use.base
            need = (per * (1 + use.scrap)).quantize(Decimal("0.000001"), "ROUND_UP")
            yield Component(
                _key(place), _key((use.component_id, place[1])), need, use.is_fixed, use.offset_days, first, last
            )


def _moving(
    ids: set[int],
    ways: Mapping[Place, Way],
    yields: Mapping[int, Decimal],
    plants: Plants | None,
    without_order: int | None,
) -> tuple[dict[Place, Decimal], list[Dated], list[Dated]]:
    """Stock by place; what comes in and what is asked for, in the places that matter."""

    def at(item_id: int, warehouse_id: int | None) -> Place:
        return item_id, (plants.at(warehouse_id) or plants.home[item_id]) if plants else 0

    made = production.open_supply(ids)
    coming = [(at(row.item_id, row.warehouse_id), row.quantity, row.on) for row in purchasing.open_supply(ids)]
    coming += [
        (at(row.item_id, row.warehouse_id), good(row.quantity, yields.get(row.item_id)), row.due) for row in made
    ]
    outputs = [row for row in production.open_outputs() if row.item_id in ids]
    coming += [(at(row.item_id, row.warehouse_id), row.quantity, row.due) for row in outputs]
    asked = [
        (at(row.item_id, row.warehouse_id), row.quantity, row.on)
        for row in sales.open_demand(ids)
        if row.document_id != without_order
    ]
    asked += [(at(row.item_id, row.warehouse_id), row.quantity, row.on) for row in production.open_demand(ids)]
    if plants is None:
        stock = {(item, 0): held for item, held in ledger.plannable_stock(ids).items()}
    else:
        stock = defaultdict(Decimal)
        for (item, warehouse), held in ledger.plannable_stock_by_warehouse(ids).items():
            stock[at(item, warehouse)] += held
        sent, arriving, moving = transfers(plants)
        coming += [((row.item_id, row.plant), row.quantity, row.on) for row in arriving]
        asked += [((row.item_id, row.plant), row.quantity, row.on) for row in sent]
        for place, held in moving.items():
            stock[place] -= held
    return (
        stock,
        [Dated(_key(place), quantity, on) for place, quantity, on in coming if place in ways],
        [Dated(_key(place), quantity, on) for place, quantity, on in asked if place in ways],
    )


def answer_of(item_id: int, quantity: Decimal, wanted: date, today: date, plant_id: int | None = None) -> Answer:
    """The earliest date for a quantity in a plant, beside what is promised to others; nothing is reserved."""
    situation, known = situation_of([(item_id, plant_id)], today)
    kept = promise(situation, known.asked(item_id, plant_id), quantity, wanted)
    sources = {
        Source.STOCK: _("From stock"),
        Source.SUPPLY: _("From open orders"),
        Source.MAKE: _("To be made"),
        Source.BUY: _("To be bought"),
    }
    moved = {_key(place) for place, way in known.ways.items() if way.kind == "transfer"}
    lines = tuple(
        Line(
            _("To be transferred") if part.source is Source.MAKE and part.item in moved else sources[part.source],
            known.item(part.item), part.quantity, part.date,
        )
        for part in kept.parts
    )  # fmt: skip
    ways = {_key(place): way for place, way in known.ways.items()}
    risk = risk_of(kept.date, kept.reasons, ways, today) if kept.date else None
    return Answer(
        known.items[item_id], quantity, kept.date, tuple(_words(one, known) for one in kept.reasons), lines, risk
    )


def _words(reason: Reason, known: _Known) -> str:
    if reason.kind == "closed":
        return _("The calendar has no working days.")
    name = known.name(reason.item)
    if reason.kind == "unknown":
        return _("{item}: nobody knows how long it takes to buy; enter its lead time").format(item=name)
    if reason.kind == "version":
        return _("{item}: no version of its bill of materials holds from {on} on; release one").format(item=name, on=reason.date)  # fmt: skip
    if reason.kind in ("full", "capacity"):
        centre, hours = known.centres.get(int(reason.resource)) or "", f"{reason.hours.quantize(TENTH):,}"
        if reason.kind == "full":
            return _("{item}: {centre} has no {hours} h free within the weeks looked at").format(item=name, centre=centre, hours=hours)  # fmt: skip
        return _("{item}: the {hours} h of {centre} are not free before the week of {on}").format(
            item=name, hours=hours, centre=centre, on=reason.date
        )
    if reason.kind == "material":
        return _("{item} is there on {on}").format(item=name, on=reason.date)
    way = known.ways[_place(reason.item)]
    if way.kind == "transfer":
        return ngettext("{item}: transferred from {plant}, {days} working day on the way, there on {on}", "{item}: transferred from {plant}, {days} working days on the way, there on {on}", way.lead_time_days).format(
            item=name, plant=known.plants[way.needs[0][1]], days=way.lead_time_days, on=reason.date
        )  # fmt: skip
    return ngettext("{item}: lead time {days} working day, ready on {on}", "{item}: lead time {days} working days, ready on {on}", way.lead_time_days).format(item=name, days=way.lead_time_days, on=reason.date)  # fmt: skip


def promises(
    wanted: Sequence[tuple[int, Decimal]], today: date, *, without_order: int | None = None, warehouse_id: int | None = None
) -> list[Promise]:  # fmt: skip
    """The answer to the port that sales declares: the lines of an order in turn."""
    ids = {item for item, _ in wanted}
    here = masterdata.asked_in(ids, warehouse_id)
    plant = {item: here.plant[item] if here else None for item in ids}
    situation, known = situation_of(list(plant.items()), today, without_order)
    kept = promise_all(situation, [(known.asked(item, plant[item]), quantity, today) for item, quantity in wanted])
    return [Promise(one.date, _kind(one), one.free, "; ".join(_words(reason, known) for reason in one.reasons)) for one in kept]  # fmt: skip


def _kind(kept: Kept) -> str:
    if kept.date is None:
        return "none"
    sources = {part.source for part in kept.parts}
    if sources & {Source.MAKE, Source.BUY}:
        return "capable"
    return "incoming" if Source.SUPPLY in sources else "stock"


@dataclass(frozen=True, slots=True)
class Missing:
    """What an order finds neither in stock nor on its way. item: an item, or one in a plant ("item@plant")."""

    order: str
    item: str
    quantity: Decimal


def beyond_supply(
    missing: Sequence[Missing], taken: Sequence[tuple[str, Decimal, date]], today: date
) -> tuple[dict[str, list[date | None]], dict[str, tuple[str, ...]]]:
    """When what is missing can be made or bought, in turn: order → the days, and the reasons of the last of them.

    taken: (item, quantity, day) that is gone before.
    """
    if not missing:
        return {}, {}
    wanted = [_wanted(one.item) for one in missing]
    situation, known = situation_of(wanted, today)
    gone = [Dated(_key(_place(item)), quantity, on) for item, quantity, on in taken]
    situation = replace(situation, demands=(*situation.demands, *(one for one in gone if one.item in situation.items)))
    kept = promise_all(situation, [(known.asked(*place), one.quantity, today) for place, one in zip(wanted, missing, strict=True)])  # fmt: skip
    dates: dict[str, list[date | None]] = defaultdict(list)
    last: dict[str, Kept] = {}
    for one, answer in zip(missing, kept, strict=True):
        dates[one.order].append(answer.date)
        if one.order not in last or (answer.date or date.max) > (last[one.order].date or date.max):
            last[one.order] = answer
    return dates, {order: tuple(_words(reason, known) for reason in one.reasons) for order, one in last.items()}


def turns_of(item_id: int, today: date, plant_id: int | None = None) -> list[date]:
    """Days after today from which an order of an item would be made of something else than the day before."""
    situation, known = situation_of([(item_id, plant_id)], today)
    return [day for day in turns(situation, known.asked(item_id, plant_id)) if day > today]


def _wanted(item: str) -> Wanted:
    item_id, plant = _place(item)
    return item_id, plant or None
