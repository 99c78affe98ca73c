"""The engine's data faults as faults of items, in the words that the pages know. What is faulty is put right there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gongfang.engines.mrp import problem as mrp
from gongfang.engines.mrp.mending import Mended, mend

CODES = {
    "cycle": "bom_cycle", "no_lead_time": "bad_lead_time", "bad_yield": "zero_yield", "bad_lot": "lot_rule_figures",
    "no_structure": "no_bom", "no_supplier": "no_supplier", "no_working_day": "calendar_without_days", "no_capacity": "bad_quantity",
    "bad_line": "bad_bom_line", "bad_byproduct": "bad_bom_line", "bad_demand": "bad_date_or_quantity",
    "bad_supply": "bad_date_or_quantity", "given_twice": "bad_date_or_quantity", "out_of_range": "bad_quantity",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about an item that keeps it from being planned right. code: see `FAULTS` in the pages."""

    item_id: int
    code: str


def mended(
    problem: mrp.Problem, item_ids: Sequence[int], supplied: mrp.Flags, yielded: Collection[int], faults: list[Fault]
) -> Mended:
    """The problem as the engine takes it; each thing put right or left out becomes a fault of its item.

    yielded: rows that come out of a process of another row and so need neither BOM nor supplier.
    """
    found = mend(problem, supplied)
    for fault in found.faults:
        if item_ids and not (fault.code in ("no_structure", "no_supplier") and fault.item in yielded):
            around = {item_ids[row] for row in fault.ring}
            code = "transfer_circle" if len(fault.ring) > 1 and len(around) == 1 else CODES[fault.code]
            faults.append(Fault(item_ids[max(fault.item, 0)], code))
    return found
