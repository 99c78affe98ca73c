"""Pegging across levels: from a suggestion up to the customer orders it serves, and down to what it needs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from gongfang.masterdata import queries as masterdata
from gongfang.planning import packing
from gongfang.planning.models import PlannedOrder, PlanRun, PlanSource
from gongfang.planning.packing import Requirement
from gongfang.planning.queries.reader import Reader, Spot, spot_of

LEVELS_MAX = 30


@dataclass(frozen=True, slots=True)
class PegRow:
    """One step of a pegging tree. what: demand, order, supply or stock; parent: row number of the step it hangs on (-1: the top)."""

    level: int
    what: str
    item_id: int
    item_code: str
    item_name: str
    unit: str
    quantity: Decimal
    on: date | None
    name: str
    partner: str = ""
    doc_type: str = ""
    document_id: int = 0
    order_id: int = 0
    kind: str = ""
    parent: int = -1
    plant: str = ""


def demands_above(run: PlanRun, order_seqs: Iterable[int]) -> list[PegRow]:
    """Who a set of suggestions is for, level by level up to the demands from outside. Three statements a level."""
    reader = Reader(run.pk)
    rows: list[PegRow] = []
    frontier = {seq: -1 for seq in order_seqs}  # suggestion → the row it stands in
    seen, level = set(frontier), 0
    reader.load_orders(frontier)
    while frontier and level < LEVELS_MAX:
        level += 1
        items = {spot_of(reader.orders[seq]) for seq in frontier}
        reader.load(items)
        pegs = [
            peg
            for item in sorted(items)
            for peg in reader.items[item].pegs
            if peg.kind in (packing.ORDER, packing.BYPRODUCT) and peg.supply in frontier
        ]
        needs = _needs(reader, items)
        reader.load_sources(
            PlanSource.Side.DEMAND, [peg.demand for peg in pegs] + [need.demand for need in needs.values()]
        )
        reader.load_orders(need.order for need in needs.values())
        following: dict[int, int] = {}
        for peg in pegs:
            need = needs.get(peg.requirement)
            demand = peg.demand if peg.demand >= 0 else (need.demand if need else -1)
            if demand >= 0:
                source = reader.sources[PlanSource.Side.DEMAND, demand]
                rows.append(_source_row(level, "demand", source, peg.quantity, frontier[peg.supply]))
            elif need is not None and need.order in reader.orders:
                rows.append(_order_row(level, reader.orders[need.order], peg.quantity, frontier[peg.supply]))
                if need.order not in seen:
                    following.setdefault(need.order, len(rows) - 1)
        frontier = following
        seen |= frontier.keys()
    return rows


def _needs(reader: Reader, spots: Iterable[Spot]) -> dict[int, Requirement]:
    """The requirements for some loaded items, by their row in the run."""
    return {need.seq: need for spot in spots for need in reader.items[spot].requirements}


def supplies_below(run: PlanRun, order_seqs: Iterable[int]) -> list[PegRow]:
    """What a set of suggestions needs, level by level down to stock, open orders and purchases. Four statements a level."""
    reader = Reader(run.pk)
    rows: list[PegRow] = []
    frontier = {seq: -1 for seq in order_seqs}
    seen, level = set(frontier), 0
    reader.load_orders(frontier)
    while frontier and level < LEVELS_MAX:
        level += 1
        reader.load(spot_of(reader.orders[seq]) for seq in frontier)
        spots = {spot for seq in frontier for spot in reader.components_of(reader.orders[seq])}
        reader.load(spots)
        needs = {need.seq: need for seq in sorted(frontier) for need in reader.needs_of(reader.orders[seq])}
        pegs = [peg for spot in sorted(spots) for peg in reader.items[spot].pegs if peg.requirement in needs]
        reader.load_sources(PlanSource.Side.SUPPLY, [peg.supply for peg in pegs if peg.kind == packing.SUPPLY])
        reader.load_orders(peg.supply for peg in pegs if peg.kind in (packing.ORDER, packing.BYPRODUCT))
        following: dict[int, int] = {}
        for peg in pegs:
            above = frontier[needs[peg.requirement].order]
            if peg.kind in (packing.ORDER, packing.BYPRODUCT):
                rows.append(_order_row(level, reader.orders[peg.supply], peg.quantity, above))
                if peg.supply not in seen:
                    following.setdefault(peg.supply, len(rows) - 1)
            elif peg.kind == packing.SUPPLY:
                rows.append(
                    _source_row(
                        level, "supply", reader.sources[PlanSource.Side.SUPPLY, peg.supply], peg.quantity, above
                    )
                )
            else:
                asking = reader.orders[needs[peg.requirement].order]
                where = asking.source_plant or asking.plant
                rows.append(
                    replace(
                        _stock_row(level, needs[peg.requirement], peg.quantity, run.today, above),
                        plant=where.name if where else "",
                    )
                )
        frontier = following
        seen |= frontier.keys()
    return _with_items(rows)


def _stock_row(level: int, need: Requirement, quantity: Decimal, on: date, parent: int) -> PegRow:
    return PegRow(level, "stock", need.item_id, "", "", "", quantity, on, "", parent=parent)


def _with_items(rows: list[PegRow]) -> list[PegRow]:
    """Name the items of the stock rows; one statement."""
    items = masterdata.items_by_ids({row.item_id for row in rows if not row.item_code})
    return [
        row
        if row.item_code
        else replace(
            row, item_code=items[row.item_id].code, item_name=items[row.item_id].name, unit=items[row.item_id].unit.name
        )
        for row in rows
    ]


def _source_row(level: int, what: str, source: PlanSource, quantity: Decimal, parent: int) -> PegRow:
    item = source.item
    return PegRow(
        level, what, item.pk, item.code, item.name, item.unit.name, quantity, source.on, source.number, source.partner,
        source.doc_type, source.document_id, parent=parent, plant=source.plant.name if source.plant else "",
    )  # fmt: skip


def _order_row(level: int, order: PlannedOrder, quantity: Decimal, parent: int) -> PegRow:
    item = order.item
    return PegRow(
        level, "order", item.pk, item.code, item.name, item.unit.name, quantity, order.due_on, str(order),
        partner=order.supplier.name if order.supplier else "", order_id=order.pk, kind=order.kind, parent=parent,
        plant=order.plant.name if order.plant else "",
    )  # fmt: skip
