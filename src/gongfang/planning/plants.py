"""The plan's rows laid out over several plants (`engines.mrp.sites`). A company with one plant never comes here: its rows are its items."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from gongfang.engines.formats import RATIO_ONE
from gongfang.engines.mrp import problem as mrp
from gongfang.engines.mrp.sites import NOWHERE, UNKNOWN, Sites, Ways, at_sites
from gongfang.engines.mrp.substitution import Substitutes
from gongfang.planning.faults import Fault
from gongfang.planning.lotcosts import lot_costs
from gongfang.planning.lots import lot_of
from gongfang.planning.outlook import Source
from gongfang.planning.places import Plants
from gongfang.planning.structure import Rows

MICRO = 1_000_000
KINDS = {"make": mrp.MAKE, "buy": mrp.BUY, "transfer": mrp.TRANSFER, "subcontract": mrp.SUBCONTRACT}


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A problem over plants, and what its rows are. item: the plain row; source: the plant a transfer comes from."""

    problem: mrp.Problem
    item: list[int]
    plant: list[int | None]
    source: list[int | None]
    pairs: set[tuple[int, int]]
    sites: Sites


def lay_out(
    plain: mrp.Problem, items: Sequence[Any], rows: Rows, pairs: set[tuple[int, int]], plants: Plants,
    stock: Mapping[tuple[int, int], Decimal], demands: Sequence[Source], supplies: Sequence[Source],
    longer: Mapping[int, int], setups: Mapping[int, Decimal], faults: list[Fault],
) -> Laid:  # fmt: skip
    """Put each demand, supply, stock and safety stock in its plant and tie the plants by transfers. stock: (item, plant) → quantity.

    longer: a what-if's days of lead time, by item (0: all).
    """
    column = {plant: number for number, plant in enumerate(plants.ids)}
    wanted = {(row, column[plants.home[item.pk]]) for row, item in enumerate(items)}
    wanted |= {(rows.row_of[one.item_id], column[one.plant]) for one in (*demands, *supplies)}
    wanted |= {
        (rows.row_of[item], column[plant]) for (item, plant), held in stock.items() if held and item in rows.row_of
    }
    wanted |= {(rows.row_of[item], column[plant]) for (item, plant), one in plants.said.items() if one.safety_stock}
    order = np.array(sorted(wanted), np.int64)
    sites = at_sites(
        plain.bom, _ways(plain, items, rows, plants, column, longer), order[:, 0], order[:, 1], byproducts=plain.byproducts,
        called=_columns((output, process) for process, output in pairs),
    )  # fmt: skip
    number = sites.number
    problem = replace(
        plain,
        items=_with_lots(
            _items(plain.items, items, sites, plants, column, stock), items, rows, sites, plants, setups, faults
        ),
        bom=sites.bom,
        byproducts=sites.byproducts,
        yields=_shares_at(plain.yields, sites),
        demands=replace(plain.demands, item=_rows_of(demands, rows, number, column)),
        supplies=replace(plain.supplies, item=_rows_of(supplies, rows, number, column)),
    )
    plant = [plants.ids[place] for place in sites.place.tolist()]
    source = [plants.ids[place] if place >= 0 else None for place in sites.source.tolist()]
    return Laid(problem, sites.item.tolist(), list(plant), source, _pairs_at(pairs, sites), sites)


def _columns(pairs: Iterable[tuple[int, int]]) -> tuple[Any, Any]:
    found = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _ways(
    plain: mrp.Problem, items: Sequence[Any], rows: Rows, plants: Plants, column: Mapping[int, int], longer: Mapping[int, int]
) -> Ways:  # fmt: skip
    """How each item comes to each plant; a process is where its item is made."""
    places = len(column)
    kind = np.repeat(plain.items.procurement[:, None], places, axis=1)
    lead = np.repeat(plain.items.lead_time[:, None], places, axis=1)
    source = np.full(kind.shape, NOWHERE, np.int32)
    for row, item in enumerate(items):
        if item.kind == "phantom":
            kind[row] = mrp.MAKE
        elif item.source == "transfer":
            home = column[plants.home[item.pk]]
            kind[row], source[row] = mrp.TRANSFER, home
            kind[row, home], source[row, home] = mrp.BUY, NOWHERE
    for (item_id, plant), one in plants.said.items():
        at = rows.row_of[item_id], column[plant]
        if items[at[0]].kind != "phantom":
            kind[at], source[at] = KINDS[one.source], column.get(one.source_plant_id or 0, NOWHERE)
        lead[at] = max(one.lead_time_days + longer.get(item_id, longer.get(0, 0)), 0)
    for row, process in rows.process.items():
        is_made = (kind[row] == mrp.MAKE) | (kind[row] == mrp.SUBCONTRACT)
        kind[process], lead[process] = np.where(is_made, kind[row], UNKNOWN), lead[row]
    return Ways(kind.astype(np.int8), lead.astype(np.int32), source)


def _items(
    plain: mrp.Items, items: Sequence[Any], sites: Sites, plants: Plants, column: Mapping[int, int],
    stock: Mapping[tuple[int, int], Decimal],
) -> mrp.Items:  # fmt: skip
    """The rows' columns: those of the item, with what is the plant's own."""
    row = sites.item
    made = (sites.procurement == mrp.MAKE) | (sites.procurement == mrp.SUBCONTRACT)
    early = plain.safety_time[row].copy()
    on_hand, safety = np.zeros(len(row), np.int64), np.zeros(len(row), np.int64)
    home = np.array([column[plants.home[item.pk]] for item in items], np.int64)
    own = row < len(items)
    at_home = own.copy()
    at_home[own] = home[row[own]] == sites.place[own]
    safety[at_home] = plain.safety_stock[row[at_home]]
    place_of = {item.pk: number for number, item in enumerate(items)}
    for (item, plant), held in stock.items():
        if held > 0 and item in place_of:
            on_hand[sites.number[place_of[item], column[plant]]] = int(held * MICRO)
    for (item, plant), one in plants.said.items():
        at = sites.number[place_of[item], column[plant]]
        if at >= 0:
            safety[at], early[at] = int(one.safety_stock * MICRO), one.safety_time_days
    ids = [
        f"{plain.ids[one]}@{plants.ids[place]}" for one, place in zip(row.tolist(), sites.place.tolist(), strict=True)
    ]
    return replace(
        plain, ids=ids, lead_time=sites.lead_time, procurement=sites.procurement, on_hand=on_hand, safety_stock=safety,
        safety_time=early, yield_share=np.where(made, plain.yield_share[row], RATIO_ONE), phantom=plain.phantom[row],
        lot_rule=plain.lot_rule[row], lot_quantity=plain.lot_quantity[row], lot_minimum=plain.lot_minimum[row],
        lot_multiple=plain.lot_multiple[row], lot_maximum=plain.lot_maximum[row], lot_days=plain.lot_days[row],
        setup_cost=plain.setup_cost[row], holding_cost=plain.holding_cost[row], fence=plain.fence[row],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lotted:
    """An item with the lot figures of a plant, as the lot rules read them."""

    pk: int
    unit: Any
    source: str
    standard_cost: Decimal
    lot_rule: str
    lot_minimum: Decimal
    lot_multiple: Decimal
    lot_maximum: Decimal


def _with_lots(
    columns: mrp.Items, items: Sequence[Any], rows: Rows, sites: Sites, plants: Plants, setups: Mapping[int, Decimal],
    faults: list[Fault],
) -> mrp.Items:  # fmt: skip
    """Lot figures that a plant has of its own; of an item with a process they are those of the process as well."""
    found, own, figures = [], [], []
    for (item_id, plant), one in plants.said.items():
        row = rows.row_of[item_id]
        item = items[row]
        for at in sites.number[[row, rows.process.get(row, row)], plants.ids.index(plant)].tolist():
            if at >= 0:
                found.append(at)
                figures.append(one)
                own.append(
                    _Lotted(item.pk, item.unit, one.source, item.standard_cost, one.lot_rule, one.lot_minimum, one.lot_multiple, one.lot_maximum)
                )  # fmt: skip
    setup, holding = lot_costs(own, setups)
    for at, item, one, once, held in zip(found, own, figures, setup, holding, strict=True):
        lot = lot_of(item, held, True, faults)
        columns.lot_rule[at], columns.lot_minimum[at], columns.lot_multiple[at], columns.lot_maximum[at] = (
            lot.rule, lot.minimum, lot.multiple, lot.maximum,
        )  # fmt: skip
        columns.lot_quantity[at], columns.lot_days[at] = int(one.lot_quantity * MICRO), one.lot_days
        columns.setup_cost[at], columns.holding_cost[at] = once, held
    return columns


def _rows_of(sources: Sequence[Source], rows: Rows, number: Any, column: Mapping[int, int]) -> Any:
    return np.array([number[rows.row_of[one.item_id], column[one.plant]] for one in sources], np.int32)


def _shares_at(plain: mrp.Yields, sites: Sites) -> mrp.Yields:
    """Good shares by date where an item is made."""
    found = [
        (at, share, begin, end)
        for row, share, begin, end in zip(
            plain.item.tolist(), plain.share.tolist(), plain.valid_from.tolist(), plain.valid_to.tolist(), strict=True
        )
        for at in sites.number[row].tolist()
        if at >= 0 and sites.procurement[at] in (mrp.MAKE, mrp.SUBCONTRACT)
    ]
    return mrp.Yields.of(*np.array(found, np.int64).reshape(-1, 4).T)


def _pairs_at(pairs: Collection[tuple[int, int]], sites: Sites) -> set[tuple[int, int]]:
    """(process, output) where both are made in a plant."""
    found = set()
    for process, output in pairs:
        for one, other in zip(sites.number[process].tolist(), sites.number[output].tolist(), strict=True):
            if one >= 0 and other >= 0 and sites.procurement[other] in (mrp.MAKE, mrp.SUBCONTRACT):
                found.add((one, other))
    return found


def stand_ins_at(plain: Substitutes, sites: Sites) -> Substitutes | None:
    """Substitutes stand in within a plant."""
    items, others, kept = list[int](), list[int](), list[int]()
    for place, (item, stand_in) in enumerate(zip(plain.item.tolist(), plain.substitute.tolist(), strict=True)):
        for one, other in zip(sites.number[item].tolist(), sites.number[stand_in].tolist(), strict=True):
            if one >= 0 and other >= 0:
                items.append(one)
                others.append(other)
                kept.append(place)
    if not kept:
        return None
    return Substitutes.of(
        items, others, plain.quantity[kept], rank=plain.rank[kept], valid_from=plain.valid_from[kept], valid_to=plain.valid_to[kept],
        replenished=plain.replenished[kept],
    )  # fmt: skip
