"""What planning sees: items, structure, stock, open demand and supply, read set-wise into the engine's columns.

The number of statements does not depend on the number of rows. Data that cannot be planned with is left out and named as a fault;
the rest is planned all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
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
from gongfang.planning.faults import Fault
from gongfang.planning.lotcosts import lot_costs
from gongfang.planning.lots import lot_of
from gongfang.planning.mending import Origins, gaps, mended, shop_faults
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
from gongfang.planning.places import MADE, Plants, transfers
from gongfang.planning.plants import Laid, lay_out, stand_ins_at
from gongfang.planning.structure import Rows, called, later_shares, lines, split_outputs, stand_ins, yields
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales

MICRO = 1_000_000
KINDS = {"make": mrp.MAKE, "buy": mrp.BUY, "transfer": mrp.BUY, "subcontract": mrp.SUBCONTRACT}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The problem, and what its rows stand for. The rows after `item_count` are processes (`structure.Rows`) of items before.

    joint: what comes out of the processes. substitutes: what may stand in. None: there is none of it. plants, sources: of each row its
    plant and the one it is transferred from, None where the company has one plant; suppliers: from whom it is bought.
    """

    problem: mrp.Problem
    item_ids: list[int]
    item_count: int
    codes: list[str]
    demands: list[Source]
    supplies: list[Source]
    suppliers: list[int | None]
    plants: list[int | None]
    sources: list[int | None]
    costs: list[Decimal]
    joint: CoProducts | None
    substitutes: Substitutes | None
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read once for all steps."""

    items: list[Any]
    structure: masterdata.Spells
    yields: dict[int, Decimal]
    suppliers: dict[int, int]
    setups: dict[int, Decimal]
    fenced: dict[int, Fences]
    plants: Plants | None

    @property
    def made(self) -> frozenset[int]:
        """Items that some plant makes, whatever the item says."""
        return self.plants.made if self.plants else frozenset()


def take(today: date, horizon_days: int, changes: Changes | None = None) -> Snapshot:
    """Read everything that a regenerative run needs. changes: of a what-if; nothing is written for it."""
    changes = changes or Changes()
    items = masterdata.plannable_items()
    structure = masterdata.spells_over(today, today + timedelta(days=horizon_days))
    read = _Read(
        items, structure, masterdata.good_shares(structure, today), masterdata.planned_suppliers(today), masterdata.setup_costs(today), fences(), Plants.read(items),
    )  # fmt: skip
    rows = Rows.of(items, structure, read.made)
    faults = gaps(items, structure, read.made, today + timedelta(days=horizon_days))
    opened = _open(read, rows, today, horizon_days, changes, faults)
    making = [*items, *(items[row] for row in rows.process)]
    plain = _plain(today, horizon_days, making, read, rows, opened, changes, faults)
    pairs = called(items, rows, structure)
    at: list[int] = list(range(len(making)))
    plants: list[int | None] = [None] * len(making)
    sources, laid, problem = list(plants), None, plain
    if read.plants is not None:
        laid = lay_out(
            plain, items, rows, pairs, read.plants, opened.placed_stock, opened.demands, opened.supplies, changes.lead_time, read.setups, faults,
        )  # fmt: skip
        problem, at, plants, sources, pairs = laid.problem, laid.item, laid.plant, laid.source, laid.pairs
    making = [making[row] for row in at]
    item_ids = [item.pk for item in making]
    suppliers = _suppliers(making, plants, read)
    supplied = np.array([one is not None for one in suppliers], np.bool_) | (problem.items.procurement == mrp.TRANSFER)
    origins = Origins(item_ids, opened.demands, opened.supplies, structure)
    good = mended(problem, origins, supplied, {row for _, row in pairs}, faults)
    faults += shop_faults(today, horizon_days)
    byproducts, joint = split_outputs(good.problem.byproducts, pairs)
    return Snapshot(
        replace(good.problem, byproducts=byproducts),
        item_ids,
        sum(row < len(items) for row in at),
        [item.code for item in making],
        [opened.demands[row] for row in good.demand_rows.tolist()],
        [opened.supplies[row] for row in good.supply_rows.tolist()],
        suppliers,
        plants,
        sources,
        [item.standard_cost for item in making],
        joint,
        _substitutes(rows, today, opened.kept, laid),
        list(dict.fromkeys(faults)),
    )


def _suppliers(making: Sequence[Any], plants: Sequence[int | None], read: _Read) -> list[int | None]:
    """Of each row from whom it is bought: whom the plant names, else whom the item does."""
    said = read.plants.said if read.plants else {}
    own = {key: one.supplier_id for key, one in said.items() if one.supplier_id}
    if not own:
        return [read.suppliers.get(item.pk) for item in making]
    return [
        own.get((item.pk, plant or 0), read.suppliers.get(item.pk)) for item, plant in zip(making, plants, strict=True)
    ]


def _substitutes(rows: Rows, today: date, kept: set[int], laid: Laid | None) -> Substitutes | None:
    plain = stand_ins(rows, masterdata.whole_substitutes(today), kept)
    return stand_ins_at(plain, laid.sites) if laid is not None and plain is not None else plain


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is asked for, what is coming, what is there. kept: items that customers ask for as they are.

    stock: by item. placed_stock: by item and plant, where there are several.
    """

    demands: list[Source]
    supplies: list[Source]
    kept: set[int]
    stock: Mapping[int, Decimal]
    placed_stock: Mapping[tuple[int, int], Decimal]


def _plain(
    today: date, horizon_days: int, making: list[Any], read: _Read, rows: Rows, opened: _Opened, changes: Changes, faults: list[Fault]
) -> mrp.Problem:  # fmt: skip
    """The problem of items, as if they were all in one place."""
    demands, supplies = opened.demands, opened.supplies
    shares = np.array(later_shares(read.items, rows, read.structure, read.made), np.int64).reshape(-1, 4).T
    return mrp.Problem(
        today=today.toordinal(),
        horizon_days=horizon_days,
        items=_items(making, read, rows, opened.stock, faults, changes),
        bom=lines(read.items, rows, read.structure, read.made),
        byproducts=yields(read.items, rows, read.structure, read.made),
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
        yields=mrp.Yields.of(*shares),
    )


def _open(
    read: _Read, rows: Rows, today: date, horizon_days: int, changes: Changes, faults: list[Fault]
) -> _Opened:  # fmt: skip
    orders, firm, plants = production.open_supply(), firm_orders(), read.plants
    sold = _outside(sales.open_demand(), plants)
    outside = changes.demand([*sold, *forecast_left(sold, today, horizon_days, read.fenced)])
    wanted = [*outside, *_needed(orders, plants), *firm_demand(firm, read.structure)]
    made = [*_made(orders, read.yields, plants), *_made(production.open_outputs(), {}, plants)]
    coming = [
        *_outside(purchasing.open_supply(), plants),
        *_outside(purchasing.requested_supply(), plants),
        *made,
        *firm_supply(firm, read.structure),
        *firm_outputs(firm, read.structure),
    ]
    stock: Mapping[int, Decimal] = {}
    placed: Mapping[tuple[int, int], Decimal] = {}
    if plants is None:
        stock = _stock(ledger.plannable_stock(), changes)
    else:
        sent, arriving, moving = transfers(plants)
        wanted, coming = [*wanted, *sent], [*coming, *arriving]
        placed = _placed_stock(plants, moving, changes)
    kept = {one.item_id for one in outside}
    known = _known(rows.row_of, wanted, faults), _known(rows.row_of, coming, faults)
    if plants is not None:
        known = plants.placed(known[0]), plants.placed(known[1])
    return _Opened(*known, kept, stock, placed)


def _stock(there: Mapping[int, Decimal], changes: Changes) -> dict[int, Decimal]:
    stock = dict(there)
    for item, quantity in changes.stock.items():
        stock[item] = stock.get(item, Decimal(0)) + quantity
    return stock


def _placed_stock(
    plants: Plants, moving: Mapping[tuple[int, int], Decimal], changes: Changes
) -> dict[tuple[int, int], Decimal]:
    """(item, plant) → stock without what is still on the way; what a what-if changes lies at the item's home."""
    stock: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for (item, warehouse), quantity in ledger.plannable_stock_by_warehouse().items():
        if item in plants.home:
            stock[item, plants.at(warehouse) or plants.home[item]] += quantity
    for key, quantity in moving.items():
        stock[key] -= quantity
    for item, quantity in changes.stock.items():
        if item in plants.home:
            stock[item, plants.home[item]] += quantity
    return stock


def _micro(quantity: Decimal) -> int:
    return int(quantity * MICRO)


def _outside(rows: Iterable[Any], plants: Plants | None) -> list[Source]:
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
            plants.at(row.warehouse_id) if plants else 0,
        )
        for row in rows
    ]


def _needed(orders: Iterable[Any], plants: Plants | None) -> list[Source]:
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
            plant=plants.at(row.warehouse_id) if plants else 0,
        )
        for row in production.open_demand()
    ]


def _made(orders: Iterable[Any], yields: Mapping[int, Decimal], plants: Plants | None) -> list[Source]:
    """What open work orders will still bring: the good share of what is not received."""
    return [
        Source("production.work_order", row.order_id, 0, row.number, row.item_id, good(row.quantity, yields.get(row.item_id)), row.due,
               plant=plants.at(row.warehouse_id) if plants else 0)
        for row in orders
    ]  # fmt: skip


def _known(row_of: Mapping[int, int], rows: Iterable[Source], faults: list[Fault]) -> list[Source]:
    """The rows of items that are planned, in a fixed order."""
    known = [row for row in rows if row.quantity > 0]
    faults += [Fault(pk, "item_not_planned") for pk in sorted({row.item_id for row in known} - row_of.keys())]
    known = [row for row in known if row.item_id in row_of]
    return sorted(known, key=lambda one: (one.on, one.priority, one.doc_type, one.document_id, one.line_id))


def _items(
    making: list[Any], read: _Read, rows: Rows, stock: Mapping[int, Decimal], faults: list[Fault], changes: Changes
) -> mrp.Items:  # fmt: skip
    """Items, then processes. What a process makes has its stock, but lots and fence are those of the process."""
    longer, count = changes.lead_time.get(0, 0), len(read.items)
    for item in read.items:
        if item.lead_time_days == 0 and item.kind != "phantom":
            faults.append(Fault(item.pk, "no_lead_time"))
    setup, holding = lot_costs(making, read.setups)
    lots = [lot_of(making[row], holding[row], row < count, faults) for row in range(len(making))]
    is_item = [row < count for row in range(len(making))]
    return mrp.Items.of(
        [item.pk if row < count else f"P{item.pk}" for row, item in enumerate(making)],
        lead_time=[max(item.lead_time_days + changes.lead_time.get(item.pk, longer), 0) for item in making],
        procurement=[KINDS[item.source] for item in making],
        on_hand=[
            max(_micro(stock.get(item.pk, Decimal(0))), 0) if own else 0
            for item, own in zip(making, is_item, strict=True)
        ],
        safety_stock=[_micro(item.safety_stock) if own else 0 for item, own in zip(making, is_item, strict=True)],
        safety_time=[0 if row in rows.process else item.safety_time_days for row, item in enumerate(making)],
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
            if (item.source in MADE or item.pk in read.made) and row < count and row not in rows.process
            else RATIO_ONE
            for row, item in enumerate(making)
        ],
        fence=[
            read.fenced[item.pk].planning if item.pk in read.fenced and row not in rows.process else 0
            for row, item in enumerate(making)
        ],
    )


def _calendar(calendar: WorkingCalendar) -> mrp.WorkCalendar:
    return mrp.WorkCalendar(
        calendar.weekdays,
        frozenset(day.toordinal() for day in calendar.holidays),
        frozenset(day.toordinal() for day in calendar.extra),
    )
