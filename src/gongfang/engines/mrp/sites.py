"""Several plants, warehouses and subcontractors: one row per item and place, tied by transfers.

The engine plans rows and knows no places. Here a bill of materials of plain items becomes one of rows: what is made takes its
components where it is made, what is transferred takes the same item at the place it comes from, and what a subcontractor makes takes
what is sent along at the subcontractor's (where it is a transfer from the plant, so that it is sent in time).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..formats import QUANTITY_ONE
from .problem import BUY, FIRST_DAY, LAST_DAY, MAKE, SUBCONTRACT, TRANSFER, BillOfMaterials, Flags, Identity

Place = tuple[Identity, Identity]
"""(item, place)."""


@dataclass(frozen=True, slots=True)
class Sourcing:
    """How an item comes to a place. kind: MAKE, BUY, SUBCONTRACT or TRANSFER; source: the place a transfer comes from, or the
    subcontractor's place (which has rows of what is sent along). lead_time: working days; of a transfer, the way.
    """

    kind: int
    lead_time: int
    source: Identity | None = None


@dataclass(frozen=True, slots=True)
class Sites:
    """Rows of items at places with their lead times and procurements, and the bill of materials between them.

    `missing`: what would be needed at a place but has no sourcing there: rows planned as bought with lead time 0, to be named as faults.
    """

    rows: tuple[Place, ...]
    lead_time: tuple[int, ...]
    procurement: tuple[int, ...]
    bom: BillOfMaterials
    missing: tuple[Place, ...]


def at_sites(
    sourcing: Mapping[Place, Sourcing], ids: Sequence[Identity], bom: BillOfMaterials, *, sending_days: Mapping[Identity, int] | None = None
) -> Sites:  # fmt: skip
    """Lay a bill of materials out over places. Cost O(rows × lines of each).

    What a subcontractor needs and has no sourcing for is sent from the place that gives the order, `sending_days` (by subcontractor) ahead.
    Rows are in order of (item, place), so the same sourcing gives the same rows.
    """
    known = dict(sourcing)
    by_parent: dict[Identity, list[int]] = {}
    for line, parent in enumerate(bom.parent.tolist()):
        by_parent.setdefault(ids[parent], []).append(line)
    missing: list[Place] = []
    edges: list[tuple[Place, Place, int]] = []
    waiting = sorted(known, key=str)
    while waiting:
        row = waiting.pop(0)
        for need, line in _needs(row, known[row], by_parent, ids, bom):
            edges.append((row, need, line))
            if need not in known:
                known[need] = _sent(row, known[row], need, sending_days or {})
                if known[need].kind == BUY:
                    missing.append(need)
                waiting.append(need)
    rows = sorted(known, key=str)
    number = {row: place for place, row in enumerate(rows)}
    lines = np.array([line for _, _, line in edges], np.int64)
    plain = lines < 0
    taken = np.maximum(lines, 0)
    return Sites(
        tuple(rows),
        tuple(known[row].lead_time for row in rows),
        tuple(known[row].kind for row in rows),
        _laid_out(bom, [number[row] for row, _, _ in edges], [number[need] for _, need, _ in edges], taken, plain),
        tuple(missing),
    )


def _needs(
    row: Place, way: Sourcing, by_parent: Mapping[Identity, list[int]], ids: Sequence[Identity], bom: BillOfMaterials
) -> list[tuple[Place, int]]:
    """What a row takes, with the line (-1: the same item elsewhere)."""
    item, place = row
    if way.kind == TRANSFER and way.source is not None:
        return [((item, way.source), -1)]
    if way.kind == MAKE or (way.kind == SUBCONTRACT and way.source is not None):
        where = place if way.kind == MAKE else way.source
        assert where is not None
        return [((ids[int(bom.component[line])], where), line) for line in by_parent.get(item, ())]
    return []


def _sent(row: Place, way: Sourcing, need: Place, sending_days: Mapping[Identity, int]) -> Sourcing:
    """How something that nobody said where it comes from gets where it is needed."""
    if way.kind == SUBCONTRACT:
        return Sourcing(TRANSFER, sending_days.get(need[1], 0), row[1])
    return Sourcing(BUY, 0)


def _laid_out(
    bom: BillOfMaterials, parents: Sequence[int], components: Sequence[int], line: np.ndarray, plain: Flags
) -> BillOfMaterials:  # fmt: skip
    """The lines between rows: those of the plain bill, or one for one where `plain`."""
    if not len(bom.parent):
        return BillOfMaterials.of(parents, components, [QUANTITY_ONE] * len(parents))
    return BillOfMaterials.of(
        parents,
        components,
        np.where(plain, QUANTITY_ONE, bom.quantity[line]),
        scrap=np.where(plain, 0, bom.scrap[line]),
        fixed=np.where(plain, False, bom.fixed[line]),
        offset=np.where(plain, 0, bom.offset[line]),
        valid_from=np.where(plain, FIRST_DAY, bom.valid_from[line]),
        valid_to=np.where(plain, LAST_DAY, bom.valid_to[line]),
    )
