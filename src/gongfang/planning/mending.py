"""Data that cannot be planned with is left out or set to something harmless and named as a fault; the rest is planned."""

import re
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gongfang.engines.formats import RATIO_ONE, Faults
from gongfang.engines.mrp import problem as mrp
from gongfang.engines.mrp.checking import check_problem
from gongfang.engines.mrp.structure import edges_of, find_cycles, low_level_codes

ROUNDS = 60  # rings that hang together are opened one after another
PATH = re.compile(r"\$\.(\w+)(?:\[(\d+)\])?(?:\.([\w.]+))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about an item that keeps it from being planned right. code: see `FAULTS` in the screens."""

    item_id: int
    code: str


def mended(problem: mrp.Problem, item_ids: list[int], faults: list[Fault]) -> mrp.Problem:
    """The problem without what is unusable; each thing left out becomes a fault of its item. Usually nothing is to be done."""
    for _ in range(ROUNDS):
        found = Faults()
        check_problem(problem, found)
        if not found:
            return problem
        by_part: dict[str, set[int]] = {}
        wrong: dict[str, set[int]] = {}
        for fault in found:
            match = PATH.match(fault.path)
            assert match is not None, fault
            part, row, name = match[1], match[2], match[3] or ""
            if row is None:
                problem = _whole(problem, part, item_ids, faults)
            elif part == "items":
                wrong.setdefault(name, set()).add(int(row))
            else:
                by_part.setdefault(part, set()).add(int(row))
        problem = _items(problem, wrong, item_ids, faults)
        for part, rows in by_part.items():
            problem = _without(problem, part, np.array(sorted(rows)), item_ids, faults)
    found.raise_any()
    return problem


def _whole(problem: mrp.Problem, part: str, item_ids: list[int], faults: list[Fault]) -> mrp.Problem:
    """A fault of the problem as a whole: a calendar without working days plans as if every day were worked."""
    faults += [Fault(item_ids[0], "calendar_without_days")] if item_ids else []
    return replace(problem, calendar=None) if part == "calendar" else problem


DEFAULTS: dict[str, tuple[str, str, int]] = {
    "lead_time_days": ("lead_time", "bad_lead_time", 0), "safety_time": ("safety_time", "bad_lead_time", 0),
    "fence": ("fence", "bad_lead_time", 0), "safety_stock": ("safety_stock", "bad_quantity", 0),
    "on_hand": ("on_hand", "bad_quantity", 0), "yield": ("yield_share", "zero_yield", RATIO_ONE),
}  # fmt: skip


def _items(problem: mrp.Problem, wrong: dict[str, set[int]], item_ids: list[int], faults: list[Fault]) -> mrp.Problem:
    for name, rows in wrong.items():
        column, code, value = DEFAULTS.get(name, ("lot_rule", "lot_rule_figures", mrp.LOT_FOR_LOT))
        values = getattr(problem.items, column).copy()
        values[sorted(rows)] = value
        changes = {column: values}
        if name.startswith("lot."):
            for figure in ("lot_quantity", "lot_minimum", "lot_multiple", "lot_maximum"):
                changes[figure] = getattr(problem.items, figure).copy()
                changes[figure][sorted(rows)] = 0
        problem = replace(problem, items=replace(problem.items, **changes))
        faults += [Fault(item_ids[row], code) for row in sorted(rows)]
    return problem


def _without(
    problem: mrp.Problem, part: str, rows: NDArray[np.int64], item_ids: list[int], faults: list[Fault]
) -> mrp.Problem:
    """Leave out BOM lines, demands or supplies. Of a ring, the line that closes it."""
    if part == "bom":
        ring = _on_a_ring(problem, rows)
        bom = problem.bom
        faults += [
            Fault(item_ids[int(bom.parent[row])], "bom_cycle" if row in ring else "bad_bom_line")
            for row in rows.tolist()
        ]
        return replace(problem, bom=_rows(bom, rows, len(bom.parent)))
    dated: mrp.Demands | mrp.Supplies = problem.demands if part == "demands" else problem.supplies
    faults += [Fault(item_ids[int(dated.item[row])], "bad_date_or_quantity") for row in rows.tolist()]
    # The rows keep their numbers, which name documents: a quantity of nothing on a usable day asks for nothing.
    quantity = dated.quantity.copy()
    quantity[rows] = 0
    day = "due" if part == "demands" else "available"
    days = getattr(dated, day).copy()
    days[rows] = problem.today
    return replace(problem, **{part: replace(dated, quantity=quantity, **{day: days})})


def _rows(bom: mrp.BillOfMaterials, leave_out: NDArray[np.int64], count: int) -> mrp.BillOfMaterials:
    keep = np.ones(count, np.bool_)
    keep[leave_out] = False
    return replace(bom, **{one.name: getattr(bom, one.name)[keep] for one in fields(bom)})


def _on_a_ring(problem: mrp.Problem, rows: NDArray[np.int64]) -> set[int]:
    edges = edges_of(problem)
    codes = low_level_codes(len(problem.items.ids), edges)
    if codes.size == 0 or codes.min() >= 0:
        return set()
    members = {item for ring in find_cycles(edges, codes) for item in ring}
    return {row for row in rows.tolist() if int(problem.bom.parent[row]) in members}
