"""The master production schedule (MPS) of an item by week, over all plants or in one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from gongfang.inventory import queries as inventory
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.queries import Asked
from gongfang.planning.models import MasterItem, PlannedOrder, PlanRun
from gongfang.planning.outlook import Fences, Source, firm_orders, forecast_left
from gongfang.planning.rules import WEEK, ZERO, MasterRow, master_schedule, periods
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales

WEEKS = 13


@dataclass(frozen=True, slots=True)
class _Place:
    """An item in a plant; asked None: over all plants, where what moves between them is neither receipt nor demand."""

    item_id: int
    asked: Asked | None

    def is_here(self, warehouse_id: int | None) -> bool:
        return self.asked is None or self.asked.is_here(self.item_id, warehouse_id)

    def has(self, plant_id: int | None) -> bool:
        """Whether what names a plant (None: the item's home) is here; True over all plants."""
        if self.asked is None:
            return True
        return (plant_id or self.asked.home[self.item_id]) == self.asked.plant[self.item_id]

    def is_source(self, plant_id: int | None) -> bool:
        """Whether a transfer from a plant leaves from here."""
        return self.asked is not None and plant_id == self.asked.plant[self.item_id]


def schedule_of(
    master: MasterItem, run: PlanRun | None, today: date, plant_id: int | None = None
) -> tuple[Sequence[MasterRow], Decimal]:
    """Thirteen weeks of an item in a plant (None: over all), with its stock on hand. A constant number of statements."""
    item_id = master.item_id
    asked = masterdata.asked_in([item_id], None) if plant_id else None
    place = _Place(item_id, replace(asked, plant={item_id: plant_id}) if asked and plant_id else None)
    rows = [MasterRow(start) for start in periods(today, WEEKS, WEEK)]
    _demand(rows, master, place, today)
    on_hand = _on_hand(place)
    _receipts(rows, place)
    arriving = _transfers(rows, place)
    _planned(rows, place, run)
    for row in rows:
        row.fence = _fence(row.start, today, master)
    on_hand -= arriving
    return master_schedule(rows, on_hand), on_hand


def _demand(rows: Sequence[MasterRow], master: MasterItem, place: _Place, today: date) -> None:
    """Customers' orders here; the forecast that all orders leave, which belongs to the item's home."""
    item_id = master.item_id
    orders = [row for row in sales.open_demand([item_id]) if row.on <= _last(rows)]
    for row in orders:
        if place.is_here(row.warehouse_id):
            _of(rows, row.on).orders += row.quantity
    sources = [
        Source(row.doc_type, row.document_id, row.line_id, row.number, item_id, row.quantity, row.on) for row in orders
    ]
    fenced = {item_id: Fences(master.demand_fence_days, master.planning_fence_days)}
    for left in forecast_left(sources, today, WEEKS * 7, fenced, [item_id]) if place.has(None) else ():
        _of(rows, left.on).forecast += left.quantity


def _on_hand(place: _Place) -> Decimal:
    if place.asked is None:
        return ledger.plannable_stock([place.item_id]).get(place.item_id, ZERO)
    held = ledger.plannable_stock_by_warehouse([place.item_id])
    return sum((quantity for (_, warehouse), quantity in held.items() if place.is_here(warehouse)), ZERO)


def _receipts(rows: Sequence[MasterRow], place: _Place) -> None:
    bought = [*purchasing.open_supply([place.item_id]), *purchasing.requested_supply([place.item_id])]
    incoming = [(row.on, row.quantity, row.warehouse_id) for row in bought]
    incoming += [(row.due, row.quantity, row.warehouse_id) for row in production.open_supply([place.item_id])]
    for on, quantity, warehouse in incoming:
        if on <= _last(rows) and place.is_here(warehouse):
            _of(rows, on).receipts += quantity


def _transfers(rows: Sequence[MasterRow], place: _Place) -> Decimal:
    """Open transfers that arrive here or have still to leave; how much of the stock here is still on its way and so a receipt."""
    arriving = ZERO
    for row in inventory.open_transfers() if place.asked else ():
        if row.item_id != place.item_id:
            continue
        leaves, comes = place.is_here(row.source_warehouse_id), place.is_here(row.target_warehouse_id)
        if comes and not leaves:
            arriving += row.quantity if row.has_left else ZERO
            if row.due_on <= _last(rows):
                _of(rows, row.due_on).receipts += row.quantity
        elif leaves and not comes and not row.has_left and row.ship_on <= _last(rows):
            _of(rows, row.ship_on).sent += row.quantity
    return arriving


def _planned(rows: Sequence[MasterRow], place: _Place, run: PlanRun | None) -> None:
    """Firm orders and the suggestions of a run: what comes in here, and what is to be sent from here."""
    last = _last(rows)
    for firm in firm_orders():
        if firm.item_id != place.item_id:
            continue
        if firm.due_on <= last and place.has(firm.plant_id) and (place.asked or not firm.source_plant_id):
            _of(rows, firm.due_on).firm += firm.quantity
        if firm.release_on <= last and place.is_source(firm.source_plant_id):
            _of(rows, firm.release_on).sent += firm.quantity
    planned = PlannedOrder.objects.filter(run=run, item_id=place.item_id, state="suggested", release_on__lte=last)
    found = planned.values_list("pk", "release_on", "due_on", "good_quantity", "plant_id", "source_plant_id")
    for pk, release, due, good, plant, source in found if run else ():
        if due <= last and place.has(plant) and (place.asked or not source):
            row = _of(rows, due)
            row.suggested += good
            row.suggestion_ids.append(pk)
        if place.is_source(source):
            _of(rows, release).sent += good


def _last(rows: Sequence[MasterRow]) -> date:
    return rows[-1].start + timedelta(days=6)


def _of(rows: Sequence[MasterRow], day: date) -> MasterRow:
    return rows[max((day - rows[0].start).days // 7, 0)]


def _fence(start: date, today: date, master: MasterItem) -> str:
    if start < today + timedelta(days=master.demand_fence_days):
        return "demand"
    return "planning" if start < today + timedelta(days=master.planning_fence_days) else ""
