"""Lot rules as the engine reads them."""

from dataclasses import dataclass
from typing import Any

from gongfang.engines.mrp import problem as mrp
from gongfang.planning.faults import Fault
from gongfang.planning.lotcosts import ECONOMIC, MICRO


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot rule with its figures in 10^-6."""

    rule: int
    minimum: int
    multiple: int
    maximum: int


def lot_of(item: Any, holding: int, tell: bool, faults: list[Fault]) -> Lot:
    """The item's lot rule; lot for lot where an economic rule has no cost of holding to weigh. Lot for lot and multiples are in
    steps of the unit, so that nothing is suggested that cannot be ordered: 10.7 castings are 11.
    """
    rule, step = str(item.lot_rule), 10 ** max(6 - item.unit.precision, 0)
    if rule in ECONOMIC and holding <= 0:
        if tell:
            faults.append(Fault(item.pk, "lot_rule_figures"))
        rule = "lot_for_lot"
    if rule == "lot_for_lot":
        return Lot(mrp.MINIMUM_MULTIPLE if step > 1 else mrp.LOT_FOR_LOT, 0, step, 0)
    multiple = int(item.lot_multiple * MICRO)
    if rule == "minimum_multiple":
        multiple = multiple or step
    return Lot(mrp.LOT_RULES.index(rule), int(item.lot_minimum * MICRO), multiple, int(item.lot_maximum * MICRO))
