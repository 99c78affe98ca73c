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
from gongfang.masterdata.queries import Outcome, Spell, Spells, StandIn, through_phantoms
from gongfang.planning.places import MADE

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Which row stands for what. process: row of an item that has co-products → the row of its process, after those of the items."""

    row_of: Mapping[int, int]
    process: Mapping[int, int]

    @classmethod
    def of(cls, items: Sequence[Any], structure: Spells, made: Collection[int] = frozenset()) -> "Rows":
        """Items in their order, then a row for each process. made: items that some plant makes though they come otherwise."""
        row_of = {item.pk: row for row, item in enumerate(items)}
        joint = [
            row
            for row, item in enumerate(items)
            if (item.source in MADE or item.pk in made)
            and any(one.is_co and one.item_id in row_of for one in joint_outputs(structure, item.pk))
        ]
        return cls(row_of, {row: len(items) + place for place, row in enumerate(joint)})

    def making(self, item_id: int) -> int:
        """The row whose orders make an item."""
        row = self.row_of[item_id]
        return self.process.get(row, row)


def joint_outputs(structure: Spells, item_id: int) -> Sequence[Outcome]:
    """What else comes out of an item's process. A process yields what the first version of the horizon does: its calls are reckoned from
    one set of outputs."""
    spells = structure.get(item_id, ())
    return spells[0].outputs if spells else ()


def _dates(spell: Spell) -> tuple[int, int]:
    return spell.first.toordinal(), spell.last.toordinal()


def lines(
    items: Sequence[Any], rows: Rows, structure: Spells, made: Collection[int] = frozenset()
) -> mrp.BillOfMaterials:
    """Lines per unit of the parent, each for orders that start while its version holds. A quantity per N that is no six-place figure
    is rounded up: never too little is planned."""
    parents, components, quantities, scraps, fixed, offsets, begins, ends = [], [], [], [], [], [], [], []
    for item in items:
        if item.source == "buy" and item.kind != "phantom" and item.pk not in made:
            continue
        for spell in structure.get(item.pk, ()):
            for use, first, last in through_phantoms(structure, spell, spell.first, spell.last, (item.pk,)):
                row = rows.row_of.get(use.component_id)
                if row is None:
                    continue
                parents.append(rows.making(item.pk))
                components.append(row)
                quantities.append(-int(-(use.quantity if use.is_fixed else use.quantity / use.base) * MICRO // 1))
                scraps.append(int(use.scrap * RATIO_ONE))
                fixed.append(use.is_fixed)
                offsets.append(use.offset_days)
                begins.append(first.toordinal())
                ends.append(last.toordinal())
    return mrp.BillOfMaterials.of(
        np.array(parents, np.int32), np.array(components, np.int32), np.array(quantities, np.int64),
        scrap=np.array(scraps, np.int64), fixed=np.array(fixed, np.bool_), offset=np.array(offsets, np.int32),
        valid_from=np.array(begins, np.int32), valid_to=np.array(ends, np.int32),
    )  # fmt: skip


def yields(items: Sequence[Any], rows: Rows, structure: Spells, made: Collection[int] = frozenset()) -> mrp.Byproducts:
    """What comes out besides, per unit, rounded down: never too much is counted on. Of a process also the item itself, its good share."""
    found: list[tuple[int, int, int, int, int]] = []
    processes = set(rows.process.values())
    always = (mrp.FIRST_DAY, mrp.LAST_DAY)
    for item in items:
        spells = structure.get(item.pk, ())
        if not spells or (item.source not in MADE and item.pk not in made):
            continue
        parent = rows.making(item.pk)
        if parent in processes:
            found.append((parent, rows.row_of[item.pk], int(spells[0].share * MICRO), *always))
        for spell in spells[:1] if parent in processes else spells:
            dates = always if parent in processes else _dates(spell)
            for one in spell.outputs:
                each = int((one.quantity / one.base * MICRO).to_integral_value(ROUND_FLOOR))
                if one.item_id in rows.row_of and each > 0:
                    found.append((parent, rows.row_of[one.item_id], each, *dates))
    parents, items_of, quantities, begins, ends = zip(*found, strict=True) if found else ((), (), (), (), ())
    return mrp.Byproducts.of(
        np.array(parents, np.int32), np.array(items_of, np.int32), np.array(quantities, np.int64),
        valid_from=np.array(begins, np.int32), valid_to=np.array(ends, np.int32),
    )  # fmt: skip


def later_shares(
    items: Sequence[Any], rows: Rows, structure: Spells, made: Collection[int] = frozenset()
) -> list[tuple[int, int, int, int]]:
    """(row, good share in 10^-12, first day, last day) of made items whose good share changes within the horizon."""
    found = []
    for row, item in enumerate(items):
        spells = structure.get(item.pk, ())
        if row in rows.process or (item.source not in MADE and item.pk not in made):
            continue
        if any(spell.share != spells[0].share for spell in spells):
            found += [(row, int(spell.share * RATIO_ONE), *_dates(spell)) for spell in spells]
    return found


def called(items: Sequence[Any], rows: Rows, structure: Spells) -> set[tuple[int, int]]:
    """(process, output) where a shortage of the output calls the process: the item and its co-products, not what merely falls off."""
    found = {(process, row) for row, process in rows.process.items()}
    for row, process in rows.process.items():
        for one in joint_outputs(structure, items[row].pk):
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
    together = byproducts.only(joint)
    return byproducts.only(rest), CoProducts.of(together.parent, together.item, together.quantity)


def stand_ins(rows: Rows, offers: Sequence[StandIn], kept: set[int]) -> Substitutes | None:
    """Substitutes of planned items within their dates, used as far as stock and open orders of them are left over; successors are
    planned for too. kept: items that nothing stands in for, because they are sold as they are. None: there are none.
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
        valid_from=[one.valid_from.toordinal() for one in known],
        valid_to=[one.valid_to.toordinal() for one in known],
        replenished=[one.is_successor for one in known],
    )


def _rounded_up(quantity: Decimal) -> int:
    return -int(-quantity * MICRO // 1)
