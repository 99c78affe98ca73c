"""Data faults in the words that the pages know, each with the row to mend. What is faulty is put right here or left out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from gongfang.engines.mrp import problem as mrp
from gongfang.engines.mrp.mending import DataFault, Mended, mend
from gongfang.masterdata import queries as masterdata
from gongfang.planning.faults import BOM, CALENDAR, CENTRE, Fault
from gongfang.planning.outlook import Source
from gongfang.planning.places import MADE
from gongfang.planning.shopfloor import hours_of

CODES = {
    "cycle": "bom_cycle", "no_lead_time": "bad_lead_time", "bad_yield": "zero_yield", "bad_lot": "lot_rule_figures",
    "no_structure": "no_bom", "no_supplier": "no_supplier", "bad_line": "bad_bom_line", "bad_byproduct": "bad_bom_line",
    "bad_demand": "bad_date_or_quantity", "bad_supply": "bad_date_or_quantity", "given_twice": "bad_date_or_quantity",
    "out_of_range": "bad_quantity",
}  # fmt: skip
IN_THE_BOM = ("bom_cycle", "bad_bom_line", "zero_yield")


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the rows of a problem come from."""

    item_ids: Sequence[int]
    demands: Sequence[Source]
    supplies: Sequence[Source]
    structure: masterdata.Spells


def mended(
    problem: mrp.Problem, origins: Origins, supplied: mrp.Flags, yielded: Collection[int], faults: list[Fault]
) -> Mended:
    """The problem as the engine takes it; each thing put right or left out becomes a fault.

    yielded: rows that come out of a process of another row and so need neither BOM nor supplier.
    """
    found = mend(problem, supplied)
    for fault in found.faults:
        if fault.item >= 0 and not (fault.code in ("no_structure", "no_supplier") and fault.item in yielded):
            faults.append(_named(fault, origins))
    return found


def _named(fault: DataFault, origins: Origins) -> Fault:
    item = origins.item_ids[fault.item]
    around = {origins.item_ids[row] for row in fault.ring}
    if len(fault.ring) > 1 and len(around) == 1:
        return Fault(item, "transfer_circle")
    code = CODES[fault.code]
    sources = {"demands": origins.demands, "supplies": origins.supplies}.get(fault.table)
    if sources is not None:
        source = sources[fault.row]
        return Fault(item, code, source.doc_type, source.document_id, source.number)
    spells = origins.structure.get(item, ())
    if code in IN_THE_BOM and spells:
        return Fault(item, code, BOM, spells[0].bom_id)
    return Fault(item, code)


def gaps(items: Iterable[Any], structure: masterdata.Spells, made: Collection[int], last: date) -> list[Fault]:
    """Made items with versions of a BOM but days within the horizon on which none holds."""
    found = []
    for item in items:
        spells = structure.get(item.pk, ())
        if not spells or not (item.source in MADE or item.kind == "phantom" or item.pk in made):
            continue
        whole = spells[0].first == date.min and spells[-1].last >= last
        whole &= all(one.last + timedelta(days=1) == after.first for one, after in pairwise(spells))
        if not whole:
            found.append(Fault(item.pk, "bom_gap", BOM, spells[0].bom_id))
    return found


def shop_faults(today: date, horizon_days: int) -> list[Fault]:
    """Calendars that work no day, and work centres of routings where nothing can be made within the horizon. Four statements."""
    centres = masterdata.routed_centres()
    company = masterdata.company_calendar()
    calendars = {row.pk: row for row in (company, *(one.calendar for one in centres)) if row is not None}
    found = [
        Fault(None, "calendar_without_days", CALENDAR, pk, str(row))
        for pk, row in sorted(calendars.items())
        if masterdata.is_idle(row)
    ]
    hours = hours_of(centres)
    days = [today + timedelta(days=number) for number in range(horizon_days + 1)]
    for centre in centres:
        if not centre.is_active or not any(hours[centre.pk].minutes(day) for day in days):
            found.append(Fault(None, "no_capacity", CENTRE, centre.pk, str(centre)))
    return found


def unasked(problem: mrp.Problem, row: int) -> mrp.Problem:
    """The same with nothing asked of a row of items: what could not be reckoned is left out, the rest can be planned."""
    demands, supplies, items = problem.demands, problem.supplies, problem.items
    return replace(
        problem,
        bom=problem.bom.only(problem.bom.component != row),
        byproducts=problem.byproducts.only(problem.byproducts.item != row),
        demands=replace(demands, quantity=np.where(demands.item == row, 0, demands.quantity)),
        supplies=replace(supplies, quantity=np.where(supplies.item == row, 0, supplies.quantity)),
        items=replace(items, safety_stock=np.where(np.arange(len(items.ids)) == row, 0, items.safety_stock)),
    )


def lot_for_lot(problem: mrp.Problem, row: int) -> mrp.Problem:
    """The same with a row ordered lot for lot: its lots are so small that there would be millions of orders."""
    rules = problem.items.lot_rule.copy()
    rules[row] = mrp.LOT_FOR_LOT
    return replace(problem, items=replace(problem.items, lot_rule=rules))
