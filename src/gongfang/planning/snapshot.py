"""What planning sees: items, structure, stock, open demand and supply, read set-wise into the engine's columns.

The number of statements does not depend on the number of rows. Data that cannot be planned with is left out and named as a fault;
the rest is planned all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from gongfang.engines.formats import RATIO_ONE
from gongfang.engines.mrp import problem as mrp
from gongfang.kernel.calendars import WorkingCalendar
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.planning.mending import Fault, mended
from gongfang.planning.outlook import (
    Changes,
    Fences,
    Source,
    fences,
    firm_demand,
    firm_orders,
    firm_supply,
    forecast_left,
)
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales

MICRO = 1_000_000
KINDS = {"make": mrp.MAKE, "buy": mrp.BUY, "transfer": mrp.BUY, "subcontract": mrp.SUBCONTRACT}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The problem, and what its rows stand for."""

    problem: mrp.Problem
    item_ids: list[int]
    demands: list[Source]
    supplies: list[Source]
    suppliers: dict[int, int]
    costs: list[Decimal]
    faults: list[Fault] = field(default_factory=list)


def take(today: date, horizon_days: int, changes: Changes | None = None) -> Snapshot:
    """Read everything that a regenerative run needs. changes: of a what-if; nothing is written for it."""
    changes = changes or Changes()
    items = masterdata.plannable_items()
    row_of = {item.pk: row for row, item in enumerate(items)}
    faults: list[Fault] = []
    structure = masterdata.whole_structure(today)
    orders = production.open_supply()
    firm, fenced = firm_orders(), fences()
    sold = _outside(sales.open_demand())
    outside = changes.demand([*sold, *forecast_left(sold, today, horizon_days, fenced)])
    demands = _known(row_of, [*outside, *_needed(orders), *firm_demand(firm, structure)], faults)
    supplies = _known(row_of, [*_outside(purchasing.open_supply()), *_made(orders), *firm_supply(firm)], faults)
    suppliers = masterdata.planned_suppliers(today)
    columns = _items(items, _stock(changes), structure, suppliers, faults, fenced, changes)
    problem = mrp.Problem(
        today=today.toordinal(),
        horizon_days=horizon_days,
        items=columns,
        bom=_bom(items, row_of, structure),
        demands=mrp.Demands.of(
            list(range(len(demands))),
            [row_of[one.item_id] for one in demands],
            [_micro(one.quantity) for one in demands],
            [one.on.toordinal() for one in demands],
            [one.priority for one in demands] or 1,
        ),
        supplies=mrp.Supplies.of(
            [f"S{index}" for index in range(len(supplies))],
            [row_of[one.item_id] for one in supplies],
            [_micro(one.quantity) for one in supplies],
            [one.on.toordinal() for one in supplies],
        ),
        calendar=_calendar(masterdata.working_calendar()),
    )
    item_ids = [item.pk for item in items]
    return Snapshot(
        mended(problem, item_ids, faults),
        item_ids,
        demands,
        supplies,
        suppliers,
        [item.standard_cost for item in items],
        faults,
    )


def _stock(changes: Changes) -> dict[int, Decimal]:
    stock = dict(ledger.plannable_stock())
    for item, quantity in changes.stock.items():
        stock[item] = stock.get(item, Decimal(0)) + quantity
    return stock


def _micro(quantity: Decimal) -> int:
    return int(quantity * MICRO)


def _outside(rows: Iterable[Any]) -> list[Source]:
    """Lines of sales or purchase orders."""
    return [
        Source(
            row.doc_type,
            row.document_id,
            row.line_id,
            row.number,
            row.item_id,
            row.quantity,
            row.on,
            row.partner,
            row.priority,
        )
        for row in rows
    ]


def _needed(orders: Iterable[Any]) -> list[Source]:
    """What open work orders still need of their components."""
    numbers = {order.order_id: order.number for order in orders}
    return [
        Source(
            "production.work_order",
            row.order_id,
            row.material_id,
            numbers.get(row.order_id, ""),
            row.item_id,
            row.quantity,
            row.on,
        )
        for row in production.open_demand()
    ]


def _made(orders: Iterable[Any]) -> list[Source]:
    """What open work orders will still bring."""
    return [
        Source("production.work_order", row.order_id, 0, row.number, row.item_id, row.quantity, row.due)
        for row in orders
    ]


def _known(row_of: dict[int, int], rows: Iterable[Source], faults: list[Fault]) -> list[Source]:
    """The rows of items that are planned, in a fixed order."""
    known = [row for row in rows if row.quantity > 0]
    faults += [Fault(pk, "item_not_planned") for pk in sorted({row.item_id for row in known} - row_of.keys())]
    known = [row for row in known if row.item_id in row_of]
    return sorted(known, key=lambda one: (one.on, one.priority, one.doc_type, one.document_id, one.line_id))


def _items(
    items: list[Any],
    stock: dict[int, Decimal],
    structure: dict[int, Any],
    suppliers: dict[int, int],
    faults: list[Fault],
    fenced: dict[int, Fences],
    changes: Changes,
) -> mrp.Items:
    longer = changes.lead_time.get(0, 0)
    for item in items:
        if item.source == "make" and item.pk not in structure:
            faults.append(Fault(item.pk, "no_bom"))
        if item.source in ("buy", "subcontract") and item.pk not in suppliers:
            faults.append(Fault(item.pk, "no_supplier"))
        if item.lead_time_days == 0 and item.kind != "phantom":
            faults.append(Fault(item.pk, "no_lead_time"))
    rules = [_rule(item, faults) for item in items]
    return mrp.Items.of(
        [item.pk for item in items],
        lead_time=[max(item.lead_time_days + changes.lead_time.get(item.pk, longer), 0) for item in items],
        procurement=[KINDS[item.source] for item in items],
        on_hand=[max(_micro(stock.get(item.pk, Decimal(0))), 0) for item in items],
        safety_stock=[_micro(item.safety_stock) for item in items],
        phantom=[item.kind == "phantom" for item in items],
        lot_rule=[mrp.LOT_RULES.index(rule) for rule in rules],
        lot_quantity=[_micro(item.lot_quantity) for item in items],
        lot_minimum=[_micro(item.lot_minimum) for item in items],
        lot_multiple=[_micro(item.lot_multiple) for item in items],
        lot_maximum=[_micro(item.lot_maximum) for item in items],
        lot_days=[item.lot_days for item in items],
        yield_share=RATIO_ONE,
        fence=[fenced[item.pk].planning if item.pk in fenced else 0 for item in items],
    )


def _rule(item: Any, faults: list[Fault]) -> str:
    """The item's lot rule, or lot for lot where its figures do not fit the rule."""
    rule = str(item.lot_rule)
    costs = rule in ("least_unit_cost", "part_period", "silver_meal", "wagner_whitin")
    bad = (rule == "fixed" and item.lot_quantity <= 0) or (rule == "period" and item.lot_days <= 0) or costs
    if bad:
        faults.append(Fault(item.pk, "lot_rule_figures"))
        return "lot_for_lot"
    return rule


def _bom(items: list[Any], row_of: dict[int, int], structure: dict[int, Any]) -> mrp.BillOfMaterials:
    """Lines per unit of the parent. A quantity per N that is no six-place figure is rounded up: never too little is planned."""
    parents, components, quantities, scraps, fixed = [], [], [], [], []
    for item in items:
        if item.source == "buy" and item.kind != "phantom":
            continue
        for use in structure.get(item.pk, ()):
            row = row_of.get(use.component_id)
            if row is None:
                continue
            parents.append(row_of[item.pk])
            components.append(row)
            quantities.append(-int(-(use.quantity if use.is_fixed else use.quantity / use.base) * MICRO // 1))
            scraps.append(int(use.scrap * RATIO_ONE))
            fixed.append(use.is_fixed)
    return mrp.BillOfMaterials.of(
        np.array(parents, np.int32), np.array(components, np.int32), np.array(quantities, np.int64),
        scrap=np.array(scraps, np.int64), fixed=np.array(fixed, np.bool_),
    )  # fmt: skip


def _calendar(calendar: WorkingCalendar) -> mrp.WorkCalendar:
    return mrp.WorkCalendar(
        calendar.weekdays,
        frozenset(day.toordinal() for day in calendar.holidays),
        frozenset(day.toordinal() for day in calendar.extra),
    )
