"""谱系: which lots went into a lot, and which came of it, by the cost objects and the documents that took and gave them.

A work order takes lots by moves to production on its cost object and gives lots by moves back; a conversion takes and gives
by the postings of one document. No table of its own: the moves say it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.ledger.models import Lot
from gongfang.platform.setwise import INT, TEXT, select

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


# Net goods of each lot that a cost object, or a document that takes and gives, took in (+) or gave out (−). doc: its id, or less the
# id of a posting without a document.
_FLOWS = """
    SELECT m.lot_id, m.cost_object_id AS object, '' AS doc_type, 0 AS doc, '' AS number,
           SUM(CASE WHEN t.kind = 'production' THEN m.quantity ELSE -m.quantity END) AS taken
    FROM ledger_stockmove m JOIN ledger_location s ON s.id = m.source_id JOIN ledger_location t ON t.id = m.target_id
    WHERE m.lot_id IS NOT NULL AND m.quantity <> 0 AND m.cost_object_id IS NOT NULL AND (s.kind = 'production' OR t.kind = 'production')
      AND {narrow_object}
    GROUP BY m.lot_id, m.cost_object_id
    UNION ALL
    SELECT m.lot_id, 0, p.source_type, CASE WHEN p.source_id > 0 THEN p.source_id ELSE -COALESCE(p.reverses_id, p.id) END,
           MAX(p.source_number), SUM(CASE WHEN t.kind = 'adjust' THEN m.quantity ELSE -m.quantity END)
    FROM ledger_stockmove m JOIN ledger_location s ON s.id = m.source_id JOIN ledger_location t ON t.id = m.target_id
    JOIN ledger_posting p ON p.id = m.posting_id
    WHERE m.lot_id IS NOT NULL AND m.quantity <> 0 AND (s.kind = 'adjust' OR t.kind = 'adjust') AND {narrow_document}
    GROUP BY m.lot_id, p.source_type, CASE WHEN p.source_id > 0 THEN p.source_id ELSE -COALESCE(p.reverses_id, p.id) END
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
        f"SELECT lot_id, object, doc_type, doc FROM ({_FLOWS.format(narrow_object=_BY_LOT, narrow_document=_BY_LOT)}) flows"
        f" WHERE taken {'<' if up else '>'} 0",
        [("id", INT)],
        [(pk,) for pk in sorted(frontier)],
    )
    if not near:
        return []
    through = {tuple(row[1:]) for row in near}
    narrow_object = "m.cost_object_id IN (SELECT object FROM given WHERE object <> 0)"
    narrow_document = (
        "(p.source_type IN (SELECT doc_type FROM given WHERE doc > 0) AND p.source_id IN (SELECT doc FROM given WHERE doc > 0)"
        " OR COALESCE(p.reverses_id, p.id) IN (SELECT -doc FROM given WHERE doc < 0))"
    )
    far = select(
        "SELECT f.lot_id, f.object, f.doc_type, f.doc, f.taken, COALESCE(c.code, f.number) FROM"
        f" ({_FLOWS.format(narrow_object=narrow_object, narrow_document=narrow_document)}) f"
        " LEFT JOIN ledger_costobject c ON c.id = f.object"
        f" WHERE f.taken {'>' if up else '<'} 0 ORDER BY f.lot_id",
        [("object", INT), ("doc_type", TEXT), ("doc", INT)],
        sorted(through),
    )
    return sorted(
        (other, via, Decimal(abs(int(taken))).scaleb(-6), lot)
        for other, *key, taken, via in far
        for lot, *near_key in near
        if key == near_key and other != lot
    )


def lots_by_ids(lot_ids: Iterable[int]) -> dict[int, Lot]:
    """Lots with their items; one statement."""
    return Lot.objects.select_related("item__unit").in_bulk(set(lot_ids))
