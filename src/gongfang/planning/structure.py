"""Structure as the engine's columns: what goes into what, what else comes out, what may stand in for what.

An item that is made together with co-products has two rows: the item itself, and its process, which has the lines, lead time and lot rule
and yields the item and all that comes out with it. A shortage of any of them calls the process (`engines.mrp.coproducts`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import numpy as np

from gongfang.engines.formats import RATIO_ONE
from gongfang.engines.mrp import problem as mrp
from gongfang.engines.mrp.coproducts import CoProducts
from gongfang.engines.mrp.substitution import Substitutes
from gongfang.masterdata.queries import Outcome, StandIn
from gongfang.planning.places import MADE

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Which row stands for what. process: row of an item that has co-products → the row of its process, after those of the items."""

    row_of: Mapping[int, int]
    process: Mapping[int, int]

    @classmethod
    def of(
        cls, items: Sequence[Any], outputs: Mapping[int, Sequence[Outcome]], made: Collection[int] = frozenset()
    ) -> "Rows":
        """Items in their order, then a row for each process. made: items that some plant makes though they come otherwise."""
        row_of = {item.pk: row for row, item in enumerate(items)}
        joint = [
            row
            for row, item in enumerate(items)
            if (item.source in MADE or item.pk in made)
            and any(one.is_co and one.item_id in row_of for one in outputs.get(item.pk, ()))
        ]
        return cls(row_of, {row: len(items) + place for place, row in enumerate(joint)})

    def making(self, item_id: int) -> int:
        """The row whose orders make an item."""
        row = self.row_of[item_id]
        return self.process.get(row, row)


def lines(
    items: Sequence[Any], rows: Rows, structure: Mapping[int, Any], made: Collection[int] = frozenset()
) -> mrp.BillOfMaterials:
    """Lines per unit of the parent. A quantity per N that is no six-place figure is rounded up: never too little is planned."""
    parents, components, quantities, scraps, fixed, offsets = [], [], [], [], [], []
    for item in items:
        if item.source == "buy" and item.kind != "phantom" and item.pk not in made:
            continue
        for use in structure.get(item.pk, ()):
            row = rows.row_of.get(use.component_id)
            if row is None:
                continue
            parents.append(rows.making(item.pk))
            components.append(row)
            quantities.append(-int(-(use.quantity if use.is_fixed else use.quantity / use.base) * MICRO // 1))
            scraps.append(int(use.scrap * RATIO_ONE))
            fixed.append(use.is_fixed)
            offsets.append(use.offset_days)
    return mrp.BillOfMaterials.of(
        np.array(parents, np.int32), np.array(components, np.int32), np.array(quantities, np.int64),
        scrap=np.array(scraps, np.int64), fixed=np.array(fixed, np.bool_), offset=np.array(offsets, np.int32),
    )  # fmt: skip


def yields(
    items: Sequence[Any], rows: Rows, outputs: Mapping[int, Sequence[Outcome]], shares: Mapping[int, Decimal],
    made: Collection[int] = frozenset(),
) -> mrp.Byproducts:  # fmt: skip
    """What comes out besides, per unit, rounded down: never too much is counted on. Of a process also the item itself, its good share."""
    found: list[tuple[int, int, int]] = []
    for item in items:
        if item.source not in MADE and item.pk not in made:
            continue
        parent = rows.making(item.pk)
        if parent in rows.process.values():
            found.append((parent, rows.row_of[item.pk], int(shares.get(item.pk, 1) * MICRO)))
        for one in outputs.get(item.pk, ()):
            each = int((one.quantity / one.base * MICRO).to_integral_value(ROUND_FLOOR))
            if one.item_id in rows.row_of and each > 0:
                found.append((parent, rows.row_of[one.item_id], each))
    parents, items_of, quantities = zip(*found, strict=True) if found else ((), (), ())
    return mrp.Byproducts.of(np.array(parents, np.int32), np.array(items_of, np.int32), np.array(quantities, np.int64))


def called(items: Sequence[Any], rows: Rows, outputs: Mapping[int, Sequence[Outcome]]) -> set[tuple[int, int]]:
    """(process, output) where a shortage of the output calls the process: the item and its co-products, not what merely falls off."""
    found = {(process, row) for row, process in rows.process.items()}
    for row, process in rows.process.items():
        for one in outputs[items[row].pk]:
            if one.is_co and one.item_id in rows.row_of:
                found.add((process, rows.row_of[one.item_id]))
    return found


def split_outputs(byproducts: mrp.Byproducts, pairs: set[tuple[int, int]]) -> tuple[mrp.Byproducts, CoProducts | None]:
    """By-products proper, and those outputs whose shortage calls their process; None: there are no processes."""
    if not pairs:
        return byproducts, None
    both = zip(byproducts.parent.tolist(), byproducts.item.tolist(), strict=True)
    joint = np.array([pair in pairs for pair in both], np.bool_)
    rest = ~joint
    parts = (byproducts.parent, byproducts.item, byproducts.quantity)
    return mrp.Byproducts.of(*(part[rest] for part in parts)), CoProducts.of(*(part[joint] for part in parts))


def stand_ins(rows: Rows, offers: Sequence[StandIn], kept: set[int]) -> Substitutes | None:
    """Substitutes of planned items, used as far as stock and open orders of them are left over. kept: items that nothing
    stands in for, because they are sold as they are. None: there are none.
    """
    known = [
        one
        for one in offers
        if one.component_id in rows.row_of and one.item_id in rows.row_of and one.component_id not in kept
    ]
    if not known:
        return None
    return Substitutes.of(
        [rows.row_of[one.component_id] for one in known],
        [rows.row_of[one.item_id] for one in known],
        [_rounded_up(one.ratio) for one in known],
        rank=[one.rank for one in known],
    )


def _rounded_up(quantity: Decimal) -> int:
    return -int(-quantity * MICRO // 1)
