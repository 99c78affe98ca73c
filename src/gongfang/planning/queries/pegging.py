"""Pegging across levels: from a suggestion up to the customer orders it serves, and down to what it needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.planning.models import PlannedOrder, PlanPeg, PlanRequirement, PlanRun, PlanSource

LEVELS_MAX = 30


@dataclass(frozen=True, slots=True)
class PegRow:
    """One step of a pegging tree. what: demand, order, supply or stock; url: of the document or suggestion; share: of the quantity."""

    level: int
    what: str
    item_code: str
    item_name: str
    quantity: Decimal
    on: date | None
    name: str
    partner: str = ""
    doc_type: str = ""
    document_id: int = 0
    order_id: int = 0


def demands_above(run: PlanRun, order_seqs: Iterable[int]) -> list[PegRow]:
    """Who a set of suggestions is for, level by level up to the demands from outside. Four statements a level."""
    rows: list[PegRow] = []
    seen: set[int] = set(order_seqs)
    frontier, level = set(seen), 0
    while frontier and level < LEVELS_MAX:
        level += 1
        pegs = list(PlanPeg.objects.filter(run=run, supply_kind__in=(2, 3), supply_seq__in=frontier).order_by("id"))
        sources = _sources(run, PlanSource.Side.DEMAND, {peg.demand_seq for peg in pegs})
        needs = {
            need.seq: need
            for need in PlanRequirement.objects.filter(run=run, seq__in={peg.requirement_seq for peg in pegs})
        }
        passed = _sources(
            run, PlanSource.Side.DEMAND, {need.demand_seq for need in needs.values() if need.demand_seq >= 0}
        )
        orders = {
            order.seq: order
            for order in PlannedOrder.objects.select_related("item").filter(
                run=run, seq__in={need.order_seq for need in needs.values() if need.order_seq >= 0}
            )
        }
        for peg in pegs:
            need = needs.get(peg.requirement_seq)
            source = sources.get(peg.demand_seq) or (passed.get(need.demand_seq) if need else None)
            if source is not None:
                rows.append(_source_row(level, "demand", source, peg.quantity))
            elif need is not None and need.order_seq in orders:
                rows.append(_order_row(level, orders[need.order_seq], peg.quantity))
        frontier = {seq for seq in orders if seq not in seen}
        seen |= frontier
    return rows


def supplies_below(run: PlanRun, order_seqs: Iterable[int]) -> list[PegRow]:
    """What a set of suggestions needs, level by level down to stock, open orders and purchases. Four statements a level."""
    rows: list[PegRow] = []
    seen: set[int] = set(order_seqs)
    frontier, level = set(seen), 0
    while frontier and level < LEVELS_MAX:
        level += 1
        needs = {need.seq: need for need in PlanRequirement.objects.filter(run=run, order_seq__in=frontier)}
        pegs = list(PlanPeg.objects.select_related("item").filter(run=run, requirement_seq__in=needs).order_by("id"))
        supplies = _sources(run, PlanSource.Side.SUPPLY, {peg.supply_seq for peg in pegs if peg.supply_kind == 1})
        orders = {
            order.seq: order
            for order in PlannedOrder.objects.select_related("item").filter(
                run=run, seq__in={peg.supply_seq for peg in pegs if peg.supply_kind in (2, 3)}
            )
        }
        for peg in pegs:
            if peg.supply_kind == PlanPeg.SupplyKind.STOCK:
                rows.append(PegRow(level, "stock", peg.item.code, peg.item.name, peg.quantity, run.today, ""))
            elif peg.supply_kind == PlanPeg.SupplyKind.SUPPLY:
                rows.append(_source_row(level, "supply", supplies[peg.supply_seq], peg.quantity))
            else:
                rows.append(_order_row(level, orders[peg.supply_seq], peg.quantity))
        frontier = {seq for seq in orders if seq not in seen}
        seen |= frontier
    return rows


def _sources(run: PlanRun, side: str, seqs: set[int]) -> dict[int, PlanSource]:
    rows = PlanSource.objects.select_related("item").filter(
        run=run, side=side, seq__in={seq for seq in seqs if seq >= 0}
    )
    return {row.seq: row for row in rows}


def _source_row(level: int, what: str, source: PlanSource, quantity: Decimal) -> PegRow:
    return PegRow(
        level,
        what,
        source.item.code,
        source.item.name,
        quantity,
        source.on,
        source.number,
        source.partner,
        source.doc_type,
        source.document_id,
    )


def _order_row(level: int, order: PlannedOrder, quantity: Decimal) -> PegRow:
    return PegRow(
        level, "order", order.item.code, order.item.name, quantity, order.due_on, str(order), order_id=order.pk
    )
