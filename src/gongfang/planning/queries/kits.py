"""Kit check (齐套) over all open work orders: they compete for stock and incoming supply by priority."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.engines.promising.kit import (
    KitAnswer,
    KitChange,
    KitNeed,
    KitOrder,
    KitState,
    KitSubstitute,
    KitSupply,
    check_kits,
    what_if_priority,
)
from gongfang.kernel.calendars import WorkingCalendar
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.planning.outlook import good
from gongfang.planning.places import Plants, transfers
from gongfang.platform.identity.models import User
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing

OPEN = ("planned", "released", "started", "paused")
RUSH, FIRST = "rush", -1
WORK_ORDER = "production.work_order"


@dataclass(frozen=True, slots=True)
class Floor:
    """What the kit check looks at, read once. Items in it are those of a plant where there are several: "item@plant".

    plants: order → the name of its plant, where there are several. calendar: None where nothing is needed later than at the start.
    """

    orders: tuple[KitOrder, ...]
    stock: Mapping[str, Decimal]
    supplies: tuple[KitSupply, ...]
    rows: Mapping[str, Any]
    items: Mapping[int, Any]
    plants: Mapping[str, str]
    calendar: WorkingCalendar | None

    def item(self, key: str) -> Any:
        """The item that a key stands for."""
        return self.items[int(key.partition("@")[0])]

    def back(self, day: date, days: int) -> date:
        """So many working days before a day."""
        return self.calendar.add_working_days(day, -days) if days and self.calendar else day


@dataclass(frozen=True, slots=True)
class _Place:
    """How items are told apart by the plant of a warehouse."""

    plants: Plants | None

    def key(self, item_id: int, warehouse_id: int | None) -> str:
        if self.plants is None:
            return str(item_id)
        return f"{item_id}@{self.plants.at(warehouse_id) or self.plants.home.get(item_id, self.plants.ids[0])}"


@dataclass(frozen=True, slots=True)
class _Want:
    """Material of an order as production says it, before plants are known. substitutes: (item, ratio, whether used up first)."""

    item_id: int
    warehouse_id: int | None
    quantity: Decimal
    line: str
    substitutes: Sequence[tuple[int, Decimal, bool]]
    after_days: int

    def need(self, place: _Place, items: Mapping[int, Any]) -> KitNeed:
        """The same as the engine takes it."""
        others = tuple(
            KitSubstitute(place.key(item, self.warehouse_id), ratio, is_first)
            for item, ratio, is_first in self.substitutes
            if item in items
        )
        return KitNeed(place.key(self.item_id, self.warehouse_id), self.quantity, self.line, others, self.after_days)


def _ranked(row: Any) -> tuple[tuple[int, Decimal, bool], ...]:
    return tuple((item, Decimal(ratio), first) for item, ratio, first in row.allowed_substitutes)


def floor(today: date, rush: Sequence[Any] = ()) -> Floor:
    """Open orders with what they still need, stock, and what is on its way; ten statements, four more where there are several plants.

    What is kept firmly for an order serves it alone; what is kept for others than these (sales, say) is no stock here.

    rush: materials of an order that does not exist yet (`production.proposed_materials`), which is served before all others.
    """
    wanted_rows = production.open_demand()
    first = [
        _Want(row.item_id, row.warehouse_id, row.quantity, str(row.line_no), _ranked(row), row.offset_days)
        for row in rush
    ]
    open_wants = [
        _Want(row.item_id, row.warehouse_id, row.quantity, str(row.material_id), row.substitutes, row.offset_days)
        for row in wanted_rows
    ]
    wants = [*open_wants, *first]
    others = {item for want in wants for item, _, _ in want.substitutes}
    items = masterdata.items_by_ids({want.item_id for want in wants} | others)
    place = _Place(Plants.read(list(items.values())))
    needs: dict[int, list[KitNeed]] = defaultdict(list)
    for need, want in zip(wanted_rows, open_wants, strict=True):
        needs[need.order_id].append(want.need(place, items))
    rows = {
        str(row.pk): row
        for row in production.open_orders().select_related("item__unit", "customer")
        if row.open_quantity > 0 or row.pk in needs
    }
    stock, supplies = _coming(set(items), place, today)
    kept = _kept(stock, set(items), place, rows)
    orders = tuple(
        KitOrder(key, row.priority, row.start, tuple(needs.get(row.pk, ())), tuple(kept[key].items()))
        for key, row in sorted(rows.items())
    )
    if first:
        orders = (KitOrder(RUSH, FIRST, today, tuple(want.need(place, items) for want in first)), *orders)
    calendar = masterdata.working_calendar() if any(want.after_days for want in wants) else None
    return Floor(orders, stock, tuple(supplies), rows, items, _plants_of(rows, place.plants), calendar)


def _plants_of(rows: Mapping[str, Any], plants: Plants | None) -> dict[str, str]:
    if plants is None:
        return {}
    names = {plant.pk: plant.name for plant in masterdata.plants()}
    return {key: names.get(plants.at(row.warehouse_id), "") for key, row in rows.items()}


def _coming(wanted: set[int], place: _Place, today: date) -> tuple[dict[str, Decimal], list[KitSupply]]:
    """Stock, and what purchases, work orders (their good share, and what else comes out) and transfers bring."""
    yields = masterdata.whole_yields(today)
    found = [
        KitSupply(f"purchase:{row.document_id}:{row.line_id}", place.key(row.item_id, row.warehouse_id), row.quantity, row.on, f"{row.number} {row.partner}")
        for row in purchasing.open_supply(wanted)
    ]  # fmt: skip
    own = [(row, good(row.quantity, yields.get(row.item_id))) for row in production.open_supply(wanted)]
    own += [(row, row.quantity) for row in production.open_outputs() if row.item_id in wanted]
    found += [
        KitSupply(f"work:{row.order_id}:{row.item_id}", place.key(row.item_id, row.warehouse_id), quantity, row.due, row.number)
        for row, quantity in own
    ]  # fmt: skip
    stock: dict[str, Decimal] = defaultdict(Decimal)
    if place.plants is None:
        stock.update((str(item), quantity) for item, quantity in ledger.plannable_stock(wanted).items())
        return stock, found
    for (item, warehouse), quantity in ledger.plannable_stock_by_warehouse(wanted).items():
        stock[place.key(item, warehouse)] += quantity
    _, coming, moving = transfers(place.plants)
    for (item, plant), quantity in moving.items():
        if item in wanted:
            stock[f"{item}@{plant}"] -= quantity
    found += [
        KitSupply(f"transfer:{one.document_id}:{one.line_id}", f"{one.item_id}@{one.plant}", one.quantity, one.on, one.number)
        for one in coming
        if one.item_id in wanted
    ]  # fmt: skip
    return stock, found


def _kept(
    stock: dict[str, Decimal], wanted: set[int], place: _Place, rows: Mapping[str, Any]
) -> dict[str, dict[str, Decimal]]:
    """Order → what is kept for it, by item; what is kept for other documents is taken off the stock."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in ledger.kept_firmly(wanted):
        key = place.key(one.item_id, one.warehouse_id)
        if one.source_type == WORK_ORDER and str(one.source_id) in rows:
            found[str(one.source_id)][key] += one.quantity
        else:
            stock[key] = stock.get(key, Decimal(0)) - one.quantity
    return found


@dataclass(frozen=True, slots=True)
class Kit:
    """One order's answer, for people. missing: (item, quantity) that nobody brings; coming: what it waits for, last first; instead:
    (item, quantity) that stands in for another."""

    order: Any
    state: KitState
    ready_on: date | None
    share: int
    missing: tuple[tuple[Any, Decimal], ...]
    coming: tuple[tuple[Any, Decimal, date | None, str], ...]
    plant: str = ""
    instead: tuple[tuple[Any, Decimal], ...] = ()


def kits(found: Floor, today: date, user: User) -> list[Kit]:
    """The answers for orders that the person may see, in the order in which they were served."""
    seen = {
        str(pk)
        for pk in production.orders_visible_to(user)
        .filter(pk__in=[int(key) for key in found.rows])
        .values_list("pk", flat=True)
    }
    return [
        _kit(found, answer)
        for answer in check_kits(found.orders, found.stock, found.supplies, today, back=found.back)
        if answer.order in seen
    ]


def _kit(found: Floor, answer: KitAnswer) -> Kit:
    coming = [
        (found.item(take.item), take.quantity, take.date, take.source)
        for take in answer.taken
        if take.supply is not None
    ]
    coming.sort(key=lambda row: row[2] or date.max, reverse=True)
    return Kit(
        found.rows[answer.order],
        answer.state,
        answer.ready_on,
        int(answer.share * 100),
        tuple((found.item(one.item), one.quantity) for one in answer.short),
        tuple(coming),
        found.plants.get(answer.order, ""),
        tuple((found.item(take.item), take.quantity) for take in answer.taken if take.covers is not None),
    )


def swapped(found: Floor, today: date, first: int, second: int | None) -> list[tuple[Any, KitChange]]:
    """What would change if two orders swapped their priorities, or one came first of all. Nothing is written."""
    one = found.rows.get(str(first))
    other = found.rows.get(str(second)) if second else None
    if one is None:
        return []
    priorities = {str(first): other.priority if other else 0}
    if other is not None:
        priorities[str(second)] = one.priority
        if one.priority == other.priority:  # the dates decide between equals, so the one chosen first is served before
            priorities = (
                {str(first): one.priority - 1} if one.start > other.start else {str(second): other.priority - 1}
            )
    changes = what_if_priority(found.orders, found.stock, found.supplies, today, priorities, back=found.back)
    return [(found.rows[change.order], change) for change in changes]


def material_dates(today: date) -> dict[int, date | None]:
    """Order → when all its material is there (today: now; None: never by what is known)."""
    found = floor(today)
    answers = check_kits(found.orders, found.stock, found.supplies, today, back=found.back)
    return {int(one.order): None if one.state is KitState.SHORT else (one.ready_on or today) for one in answers}
