"""What planning sees: items, structure, stock, open demand and supply, read set-wise into the engine's columns.

The number of statements does not depend on the number of rows. Data that cannot be planned with is left out and named as a fault;
the rest is planned all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from gongfang.engines.formats import RATIO_ONE
from gongfang.engines.mrp import problem as mrp
from gongfang.engines.mrp.coproducts import CoProducts
from gongfang.engines.mrp.substitution import Substitutes
from gongfang.kernel.calendars import WorkingCalendar
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.planning.lotcosts import ECONOMIC, lot_costs
from gongfang.planning.mending import Fault, mended
from gongfang.planning.outlook import (
    Changes,
    Fences,
    Source,
    fences,
    firm_demand,
    firm_orders,
    firm_outputs,
    firm_supply,
    forecast_left,
    good,
)
from gongfang.planning.structure import MADE, Rows, called, lines, split_outputs, stand_ins, yields
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales

MICRO = 1_000_000
KINDS = {"make": mrp.MAKE, "buy": mrp.BUY, "transfer": mrp.BUY, "subcontract": mrp.SUBCONTRACT}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The problem, and what its rows stand for. The rows after `item_count` are processes (`structure.Rows`) of items before.

    joint: what comes out of the processes. substitutes: what may stand in. None: there is none of it.
    """

    problem: mrp.Problem
    item_ids: list[int]
    item_count: int
    codes: list[str]
    demands: list[Source]
    supplies: list[Source]
    suppliers: dict[int, int]
    costs: list[Decimal]
    joint: CoProducts | None
    substitutes: Substitutes | None
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read once for all steps."""

    items: list[Any]
    structure: dict[int, Any]
    outputs: dict[int, Any]
    yields: dict[int, Decimal]
    suppliers: dict[int, int]
    setups: dict[int, Decimal]
    stock: dict[int, Decimal]
    fenced: dict[int, Fences]


def take(today: date, horizon_days: int, changes: Changes | None = None) -> Snapshot:
    """Read everything that a regenerative run needs. changes: of a what-if; nothing is written for it."""
    changes = changes or Changes()
    read = _Read(
        masterdata.plannable_items(), masterdata.whole_structure(today), masterdata.whole_outputs(today), masterdata.whole_yields(today),
        masterdata.planned_suppliers(today), masterdata.setup_costs(today), _stock(changes), fences(),
    )  # fmt: skip
    rows = Rows.of(read.items, read.outputs)
    faults: list[Fault] = []
    demands, supplies, kept = _open(read, rows, today, horizon_days, changes, faults)
    making = [*read.items, *(read.items[row] for row in rows.process)]
    item_ids = [item.pk for item in making]
    problem = mrp.Problem(
        today=today.toordinal(),
        horizon_days=horizon_days,
        items=_items(making, read, rows, faults, changes),
        bom=lines(read.items, rows, read.structure),
        byproducts=yields(read.items, rows, read.outputs, read.yields),
        demands=mrp.Demands.of(
            list(range(len(demands))),
            [rows.row_of[one.item_id] for one in demands],
            [_micro(one.quantity) for one in demands],
            [one.on.toordinal() for one in demands],
            [one.priority for one in demands] or 1,
        ),
        supplies=mrp.Supplies.of(
            [f"S{index}" for index in range(len(supplies))],
            [rows.row_of[one.item_id] for one in supplies],
            [_micro(one.quantity) for one in supplies],
            [one.on.toordinal() for one in supplies],
        ),
        calendar=_calendar(masterdata.working_calendar()),
    )
    pairs = called(read.items, rows, read.outputs)
    supplied = np.array([item.pk in read.suppliers for item in making], np.bool_)
    good = mended(problem, item_ids, supplied, {row for _, row in pairs}, faults)
    byproducts, joint = split_outputs(good.problem.byproducts, pairs)
    return Snapshot(
        replace(good.problem, byproducts=byproducts),
        item_ids,
        len(read.items),
        [item.code for item in making],
        [demands[row] for row in good.demand_rows.tolist()],
        [supplies[row] for row in good.supply_rows.tolist()],
        read.suppliers,
        [item.standard_cost for item in making],
        joint,
        stand_ins(rows, masterdata.whole_substitutes(today), kept),
        faults,
    )


def _open(
    read: _Read, rows: Rows, today: date, horizon_days: int, changes: Changes, faults: list[Fault]
) -> tuple[list[Source], list[Source], set[int]]:
    """What is asked for and what is coming; and the items that customers ask for as they are."""
    orders, firm = production.open_supply(), firm_orders()
    sold = _outside(sales.open_demand())
    outside = changes.demand([*sold, *forecast_left(sold, today, horizon_days, read.fenced)])
    wanted = [*outside, *_needed(orders), *firm_demand(firm, read.structure)]
    made = [*_made(orders, read.yields), *_made(production.open_outputs(), {})]
    coming = [
        *_outside(purchasing.open_supply()),
        *made,
        *firm_supply(firm, read.yields),
        *firm_outputs(firm, read.outputs),
    ]
    kept = {one.item_id for one in outside}
    return _known(rows.row_of, wanted, faults), _known(rows.row_of, coming, faults), kept


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


def _made(orders: Iterable[Any], yields: Mapping[int, Decimal]) -> list[Source]:
    """What open work orders will still bring: the good share of what is not received."""
    return [
        Source("production.work_order", row.order_id, 0, row.number, row.item_id, good(row.quantity, yields.get(row.item_id)), row.due)
        for row in orders
    ]  # fmt: skip


def _known(row_of: Mapping[int, int], rows: Iterable[Source], faults: list[Fault]) -> list[Source]:
    """The rows of items that are planned, in a fixed order."""
    known = [row for row in rows if row.quantity > 0]
    faults += [Fault(pk, "item_not_planned") for pk in sorted({row.item_id for row in known} - row_of.keys())]
    known = [row for row in known if row.item_id in row_of]
    return sorted(known, key=lambda one: (one.on, one.priority, one.doc_type, one.document_id, one.line_id))


def _items(making: list[Any], read: _Read, rows: Rows, faults: list[Fault], changes: Changes) -> mrp.Items:
    """Items, then processes. What a process makes has its stock, but lots and fence are those of the process."""
    longer, count = changes.lead_time.get(0, 0), len(read.items)
    for item in read.items:
        if item.lead_time_days == 0 and item.kind != "phantom":
            faults.append(Fault(item.pk, "no_lead_time"))
    setup, holding = lot_costs(making, read.setups)
    lots = [_lot(making[row], holding[row], row < count, faults) for row in range(len(making))]
    is_item = [row < count for row in range(len(making))]
    return mrp.Items.of(
        [item.pk if row < count else f"P{item.pk}" for row, item in enumerate(making)],
        lead_time=[max(item.lead_time_days + changes.lead_time.get(item.pk, longer), 0) for item in making],
        procurement=[KINDS[item.source] for item in making],
        on_hand=[
            max(_micro(read.stock.get(item.pk, Decimal(0))), 0) if own else 0
            for item, own in zip(making, is_item, strict=True)
        ],
        safety_stock=[_micro(item.safety_stock) if own else 0 for item, own in zip(making, is_item, strict=True)],
        phantom=[item.kind == "phantom" for item in making],
        lot_rule=[lot.rule for lot in lots],
        lot_quantity=[_micro(item.lot_quantity) for item in making],
        lot_minimum=[lot.minimum for lot in lots],
        lot_multiple=[lot.multiple for lot in lots],
        lot_maximum=[lot.maximum for lot in lots],
        lot_days=[item.lot_days for item in making],
        setup_cost=setup,
        holding_cost=holding,
        yield_share=[
            int(read.yields.get(item.pk, 1) * RATIO_ONE)
            if item.source in MADE and row < count and row not in rows.process
            else RATIO_ONE
            for row, item in enumerate(making)
        ],
        fence=[
            read.fenced[item.pk].planning if item.pk in read.fenced and row not in rows.process else 0
            for row, item in enumerate(making)
        ],
    )


@dataclass(frozen=True, slots=True)
class _Lot:
    rule: int
    minimum: int
    multiple: int
    maximum: int


def _lot(item: Any, holding: int, tell: bool, faults: list[Fault]) -> _Lot:
    """The item's lot rule; lot for lot where an economic rule has no cost of holding to weigh. Lot for lot and multiples are in
    steps of the unit, so that nothing is suggested that cannot be ordered: 10.7 castings are 11.
    """
    rule, step = str(item.lot_rule), 10 ** max(6 - item.unit.precision, 0)
    if rule in ECONOMIC and holding <= 0:
        if tell:
            faults.append(Fault(item.pk, "lot_rule_figures"))
        rule = "lot_for_lot"
    if rule == "lot_for_lot":
        return _Lot(mrp.MINIMUM_MULTIPLE if step > 1 else mrp.LOT_FOR_LOT, 0, step, 0)
    multiple = _micro(item.lot_multiple)
    if rule == "minimum_multiple":
        multiple = multiple or step
    return _Lot(mrp.LOT_RULES.index(rule), _micro(item.lot_minimum), multiple, _micro(item.lot_maximum))


def _calendar(calendar: WorkingCalendar) -> mrp.WorkCalendar:
    return mrp.WorkCalendar(
        calendar.weekdays,
        frozenset(day.toordinal() for day in calendar.holidays),
        frozenset(day.toordinal() for day in calendar.extra),
    )
