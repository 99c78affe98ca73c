"""Kit check (齐套) over all open work orders: they compete for stock and incoming supply by priority."""

from collections import defaultdict
from collections.abc import Mapping
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
    KitSupply,
    check_kits,
    what_if_priority,
)
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing

OPEN = ("planned", "released", "started", "paused")


@dataclass(frozen=True, slots=True)
class Floor:
    """What the kit check looks at, read once."""

    orders: tuple[KitOrder, ...]
    stock: Mapping[str, Decimal]
    supplies: tuple[KitSupply, ...]
    rows: Mapping[str, Any]
    items: Mapping[int, Any]


def floor(today: date) -> Floor:
    """Open orders with what they still need, stock, and what is on its way; seven statements."""
    needs: dict[int, list[KitNeed]] = defaultdict(list)
    for need in production.open_demand():
        needs[need.order_id].append(KitNeed(str(need.item_id), need.quantity, line=str(need.material_id)))
    made = production.open_supply()
    rows = {
        str(row.pk): row
        for row in production.open_orders().select_related("item__unit", "customer")
        if row.open_quantity > 0 or row.pk in needs
    }
    orders = tuple(
        KitOrder(key, row.priority, row.start, tuple(needs.get(row.pk, ()))) for key, row in sorted(rows.items())
    )
    wanted = {int(one.item) for order in orders for one in order.needs}
    bought = [
        KitSupply(f"purchase:{row.document_id}:{row.line_id}", str(row.item_id), row.quantity, row.on, f"{row.number} {row.partner}")
        for row in purchasing.open_supply(wanted)
    ]  # fmt: skip
    own = [
        KitSupply(f"work:{row.order_id}", str(row.item_id), row.quantity, row.due, row.number)
        for row in made
        if row.item_id in wanted
    ]
    stock = {str(item): quantity for item, quantity in ledger.plannable_stock(wanted).items()}
    return Floor(orders, stock, (*bought, *own), rows, masterdata.items_by_ids(wanted))


@dataclass(frozen=True, slots=True)
class Kit:
    """One order's answer, for people. missing: (item, quantity) that nobody brings; coming: what it waits for, last first."""

    order: Any
    state: KitState
    ready_on: date | None
    share: int
    missing: tuple[tuple[Any, Decimal], ...]
    coming: tuple[tuple[Any, Decimal, date | None, str], ...]


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
        for answer in check_kits(found.orders, found.stock, found.supplies, today)
        if answer.order in seen
    ]


def _kit(found: Floor, answer: KitAnswer) -> Kit:
    coming = [
        (found.items[int(take.item)], take.quantity, take.date, take.source)
        for take in answer.taken
        if take.supply is not None
    ]
    coming.sort(key=lambda row: row[2] or date.max, reverse=True)
    return Kit(
        found.rows[answer.order],
        answer.state,
        answer.ready_on,
        int(answer.share * 100),
        tuple((found.items[int(one.item)], one.quantity) for one in answer.short),
        tuple(coming),
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
    changes = what_if_priority(found.orders, found.stock, found.supplies, today, priorities)
    return [(found.rows[change.order], change) for change in changes]


def material_dates(today: date) -> dict[int, date | None]:
    """Order → when all its material is there (today: now; None: never by what is known)."""
    found = floor(today)
    answers = check_kits(found.orders, found.stock, found.supplies, today)
    return {int(one.order): None if one.state is KitState.SHORT else (one.ready_on or today) for one in answers}
