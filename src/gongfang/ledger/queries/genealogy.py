"""谱系: which lots went into a lot, and which came of it, by the cost objects and the documents that took and gave them.

A work order takes lots by moves to production on its cost object and gives lots by moves back; a conversion takes and gives
within one posting. No table of its own: the moves say it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.ledger.models import Lot
from gongfang.platform.setwise import INT, select

DEPTH_MAX = 30


@dataclass(frozen=True, slots=True)
class Kin:
    """A lot that stands in the line of another. level: how many steps away. via: the order or document between.

    quantity: of this lot that went that way (taken in going up, given out going down). came_of: the lot one step nearer.
    """

    level: int
    lot_id: int
    via: str
    quantity: Decimal
    came_of: int


# Net goods of each lot that a cost object, or a posting that takes and gives, took in (+) or gave out (−).
_FLOWS = """
    SELECT m.lot_id, m.cost_object_id AS object, 0 AS posting,
           SUM(CASE WHEN t.kind = 'production' THEN m.quantity ELSE -m.quantity END) AS taken
    FROM ledger_stockmove m JOIN ledger_location s ON s.id = m.source_id JOIN ledger_location t ON t.id = m.target_id
    WHERE m.lot_id IS NOT NULL AND m.quantity <> 0 AND m.cost_object_id IS NOT NULL AND (s.kind = 'production' OR t.kind = 'production')
      AND {narrow_object}
    GROUP BY m.lot_id, m.cost_object_id
    UNION ALL
    SELECT m.lot_id, 0, COALESCE(p.reverses_id, p.id), SUM(CASE WHEN t.kind = 'adjust' THEN m.quantity ELSE -m.quantity END)
    FROM ledger_stockmove m JOIN ledger_location s ON s.id = m.source_id JOIN ledger_location t ON t.id = m.target_id
    JOIN ledger_posting p ON p.id = m.posting_id
    WHERE m.lot_id IS NOT NULL AND m.quantity <> 0 AND (s.kind = 'adjust' OR t.kind = 'adjust') AND {narrow_posting}
    GROUP BY m.lot_id, COALESCE(p.reverses_id, p.id)
"""
_BY_LOT = "m.lot_id IN (SELECT id FROM given)"


def ancestors(lot_ids: Collection[int]) -> list[Kin]:
    """Every lot that went into some lots, at any depth, nearest first. Two statements per level."""
    return _trace(lot_ids, up=True)


def descendants(lot_ids: Collection[int]) -> list[Kin]:
    """Every lot that came of some lots, at any depth, nearest first. Two statements per level."""
    return _trace(lot_ids, up=False)


def _trace(lot_ids: Collection[int], *, up: bool) -> list[Kin]:
    seen, frontier = set(lot_ids), set(lot_ids)
    found: list[Kin] = []
    for level in range(1, DEPTH_MAX + 1):
        if not frontier:
            break
        steps = _steps(frontier, up=up)
        found += [Kin(level, *step) for step in steps]
        frontier = {step[0] for step in steps} - seen
        seen |= frontier
    return found


def _steps(frontier: Iterable[int], *, up: bool) -> list[tuple[int, str, Decimal, int]]:
    near = select(
        f"SELECT lot_id, object, posting, taken FROM ({_FLOWS.format(narrow_object=_BY_LOT, narrow_posting=_BY_LOT)}) flows"
        f" WHERE taken {'<' if up else '>'} 0",
        [("id", INT)],
        [(pk,) for pk in sorted(frontier)],
    )
    if not near:
        return []
    through = {(row[1], row[2]) for row in near}
    narrow_object = "m.cost_object_id IN (SELECT object FROM given WHERE object <> 0)"
    narrow_posting = "COALESCE(p.reverses_id, p.id) IN (SELECT posting FROM given WHERE posting <> 0)"
    far = select(
        f"SELECT f.lot_id, f.object, f.posting, f.taken, COALESCE(c.code, p.source_number, '') FROM"
        f" ({_FLOWS.format(narrow_object=narrow_object, narrow_posting=narrow_posting)}) f"
        " LEFT JOIN ledger_costobject c ON c.id = f.object LEFT JOIN ledger_posting p ON p.id = f.posting"
        f" WHERE f.taken {'>' if up else '<'} 0 ORDER BY f.lot_id",
        [("object", INT), ("posting", INT)],
        sorted(through),
    )
    return sorted(
        (other, via, Decimal(abs(int(taken))).scaleb(-6), lot)
        for other, of_object, posting, taken, via in far
        for lot, near_object, near_posting, _ in near
        if (of_object, posting) == (near_object, near_posting) and other != lot
    )


def lots_by_ids(lot_ids: Iterable[int]) -> dict[int, Lot]:
    """Lots with their items; one statement."""
    return Lot.objects.select_related("item__unit").in_bulk(set(lot_ids))
