"""What a change to a suggestion would do, before it is saved: to its item's stock, to those it serves, to what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries.pegging import PegRow, demands_above
from gongfang.planning.queries.projection import ProjectionRow, projected_stock, with_stock
from gongfang.planning.queries.reader import Reader, spot_of
from gongfang.planning.rules import ZERO


@dataclass(frozen=True, slots=True)
class ComponentEffect:
    """A component before and after. lowest_*: the least projected stock from the day it is needed on."""

    code: str
    name: str
    unit: str
    quantity_before: Decimal
    quantity_after: Decimal
    on_before: date
    on_after: date
    lowest_before: Decimal
    lowest_after: Decimal

    @property
    def is_short(self) -> bool:
        return self.lowest_after < 0 and self.lowest_after < self.lowest_before


@dataclass(frozen=True, slots=True)
class Effect:
    """lowest: the item's least projected stock and its day; late_for: demands that would wait; days_late: for the first need."""

    lowest_before: Decimal
    lowest_after: Decimal
    lowest_on: date | None
    days_late: int
    is_past: bool
    late_for: tuple[PegRow, ...]
    components: tuple[ComponentEffect, ...]

    @property
    def is_harmless(self) -> bool:
        return not (self.days_late or self.is_past or self.lowest_after < 0 or any(c.is_short for c in self.components))


def effect_of(order: PlannedOrder, quantity: Decimal, release_on: date, due_on: date) -> Effect:
    """The effect of another quantity or other dates. Statements grow with the levels above and the components, not with the plan."""
    share = quantity / order.quantity
    before = projected_stock(order.run, order.item_id, order.plant_id)
    moved = [_changed(row, order, share, due_on) for row in before]
    stock = before[0].stock - before[0].quantity if before else ZERO
    after = with_stock(sorted(moved, key=lambda row: (row.on, row.quantity < 0, row.name)), stock)
    low_before, low_after = _lowest(before), _lowest(after)
    days_late = max((due_on - order.need_on).days, 0)
    late_for: list[PegRow] = []
    if days_late or (low_after is not None and low_after.stock < 0):
        late_for = [row for row in demands_above(order.run, [order.seq]) if row.what == "demand"]
    return Effect(
        low_before.stock if low_before else ZERO,
        low_after.stock if low_after else ZERO,
        low_after.on if low_after else None,
        days_late,
        release_on < order.run.today,
        tuple(late_for),
        tuple(_components(order, share, release_on)),
    )


def _changed(row: ProjectionRow, order: PlannedOrder, share: Decimal, due_on: date) -> ProjectionRow:
    if row.order_id != order.pk or row.what != "order":
        return replace(row)
    return replace(row, on=due_on, quantity=row.quantity * share)


def _lowest(rows: Sequence[ProjectionRow], since: date | None = None) -> ProjectionRow | None:
    """The event after which least is left."""
    days = {row.on: row for row in rows}  # the last of each day
    wanted = [row for day, row in days.items() if since is None or day >= since]
    return min(wanted, key=lambda row: row.stock, default=None)


def _components(order: PlannedOrder, share: Decimal, release_on: date) -> list[ComponentEffect]:
    reader = Reader(order.run_id)
    reader.load([spot_of(order)])
    reader.load(reader.components_of(order))
    needs = reader.needs_of(order)
    items = masterdata.items_by_ids({need.item_id for need in needs})
    found = []
    for need in needs:
        before = projected_stock(order.run, need.item_id, order.source_plant_id or order.plant_id)
        on = need.on + (release_on - order.release_on)
        moved, rest = [], need.quantity
        for row in before:
            if row.order_id == order.pk and row.what == "requirement" and rest:
                moved.append(replace(row, on=on, quantity=-need.quantity * share))
                rest = ZERO
            else:
                moved.append(replace(row))
        stock = before[0].stock - before[0].quantity if before else ZERO
        after = with_stock(sorted(moved, key=lambda row: (row.on, row.quantity < 0, row.name)), stock)
        since = min(need.on, on)
        low_before, low_after = _lowest(before, since), _lowest(after, since)
        item = items[need.item_id]
        found.append(
            ComponentEffect(
                item.code, item.name, item.unit.name, need.quantity, (need.quantity * share).quantize(Decimal("0.000001")), need.on, on,
                low_before.stock if low_before else ZERO, low_after.stock if low_after else ZERO,
            )
        )  # fmt: skip
    return found
