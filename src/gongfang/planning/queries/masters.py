"""The master production schedule (MPS) of an item by week."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gongfang.ledger import queries as ledger
from gongfang.planning.models import MasterItem, PlannedOrder, PlanRun
from gongfang.planning.outlook import Fences, Source, firm_orders, forecast_left
from gongfang.planning.rules import WEEK, MasterRow, master_schedule, periods
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales

WEEKS = 13


def schedule_of(master: MasterItem, run: PlanRun | None, today: date) -> tuple[Sequence[MasterRow], Decimal]:
    """Thirteen weeks of an item over all plants (what moves between them is no receipt), with its stock on hand. Nine statements."""
    item_id = master.item_id
    starts = periods(today, WEEKS, WEEK)
    rows = [MasterRow(start) for start in starts]
    last = starts[-1] + timedelta(days=6)
    orders = [row for row in sales.open_demand([item_id]) if row.on <= last]
    for row in orders:
        _of(rows, row.on).orders += row.quantity
    sources = [
        Source(row.doc_type, row.document_id, row.line_id, row.number, item_id, row.quantity, row.on) for row in orders
    ]
    fenced = {item_id: Fences(master.demand_fence_days, master.planning_fence_days)}
    for left in forecast_left(sources, today, WEEKS * 7, fenced, [item_id]):
        _of(rows, left.on).forecast += left.quantity
    bought = [*purchasing.open_supply([item_id]), *purchasing.requested_supply([item_id])]
    incoming: list[Any] = [(row.on, row.quantity) for row in bought]
    incoming += [(row.due, row.quantity) for row in production.open_supply([item_id])]
    for on, quantity in incoming:
        if on <= last:
            _of(rows, on).receipts += quantity
    for firm in firm_orders():
        if firm.item_id == item_id and firm.due_on <= last and not firm.source_plant_id:
            _of(rows, firm.due_on).firm += firm.quantity
    if run is not None:
        planned = PlannedOrder.objects.filter(
            run=run, item_id=item_id, source_plant=None, state="suggested", due_on__lte=last
        )
        for pk, due, good in planned.values_list("pk", "due_on", "good_quantity"):
            row = _of(rows, due)
            row.suggested += good
            row.suggestion_ids.append(pk)
    for row in rows:
        row.fence = _fence(row.start, today, master)
    on_hand = ledger.plannable_stock([item_id]).get(item_id, Decimal(0))
    return master_schedule(rows, on_hand), on_hand


def _of(rows: Sequence[MasterRow], day: date) -> MasterRow:
    return rows[max((day - rows[0].start).days // 7, 0)]


def _fence(start: date, today: date, master: MasterItem) -> str:
    if start < today + timedelta(days=master.demand_fence_days):
        return "demand"
    return "planning" if start < today + timedelta(days=master.planning_fence_days) else ""
