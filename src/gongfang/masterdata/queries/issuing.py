"""What orders are to be issued: the components of their version, phantoms replaced by what is in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from gongfang.masterdata.models import Bom, BomLine, Item, ItemKind
from gongfang.masterdata.queries.effectivity import versions_on
from gongfang.masterdata.queries.structure import boms_by_ids, default_boms, uses_of
from gongfang.masterdata.rules.structure import Use, without_phantoms

Day = date | None


def issue_list(item: Item, quantity: Decimal, on: Day = None) -> list[tuple[BomLine, Decimal]]:
    """What one order of an item is to be issued: (BOM line, quantity), phantoms replaced by their parts."""
    return issue_lists([(item, quantity)], [on])[0]


def issue_lists(
    orders: Iterable[tuple[Item, Decimal]], days: Sequence[Day], chosen: Sequence[Bom | None] = ()
) -> list[list[tuple[BomLine, Decimal]]]:
    """The same for many orders at once; five statements per level of phantoms.

    days: on which each order starts (None: whatever the day), which decides the versions inside too. chosen: per order the version to
    take instead. Each line's `bom` is the version it stands in, with its substitutes.
    """
    wanted = list(orders)
    tops = list(chosen) or [None] * len(wanted)
    held: dict[tuple[int, Day], Bom] = {}
    missing = {
        (pk, day)
        for (item, _), day, bom in zip(wanted, days, tops, strict=True)
        for pk in (_passing(bom) if bom is not None else [item.pk])
    }
    asked: set[tuple[int, Day]] = set()
    while missing:
        asked |= missing
        found = _versions(missing)
        held.update(found)
        missing = {(pk, day) for (_, day), bom in found.items() for pk in _passing(bom)} - asked
    uses: dict[int, list[Use]] = {}
    lines: dict[int, BomLine] = {}
    for bom in {bom.pk: bom for bom in (*held.values(), *tops) if bom is not None}.values():
        uses[bom.pk] = uses_of(bom)
        lines |= {id(use): line for use, line in zip(uses[bom.pk], bom.lines.all(), strict=True)}
    structures: dict[Day, dict[int, list[Use]]] = defaultdict(dict)
    for (pk, day), bom in held.items():
        structures[day][pk] = uses[bom.pk]
    phantoms = {pk for bom in (*held.values(), *tops) if bom is not None for pk in _passing(bom)}
    result = []
    for (item, quantity), day, bom in zip(wanted, days, tops, strict=True):
        structure = structures[day] if bom is None else {**structures[day], item.pk: uses[bom.pk]}
        rows = without_phantoms(structure, phantoms, item.pk, quantity)
        result.append([(lines[id(use)], needed) for use, needed in rows])
    return result


def _versions(asked: Collection[tuple[int, Day]]) -> dict[tuple[int, Day], Bom]:
    found: dict[tuple[int, Day], Bom] = {}
    whenever = {pk for pk, day in asked if day is None}
    if whenever:
        found |= {(pk, None): bom for pk, bom in default_boms(whenever).items()}
    on = versions_on([(pk, day) for pk, day in asked if day is not None])
    boms = boms_by_ids(on.values()) if on else {}
    return found | {key: boms[pk] for key, pk in on.items()}


def _passing(bom: Bom) -> list[int]:
    """Components of a version that are no goods: what is in them goes in."""
    return [line.component_id for line in bom.lines.all() if line.is_phantom or line.component.kind == ItemKind.PHANTOM]
