"""Which version of a bill of materials holds when: planning reads every version that comes into force within its horizon."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from gongfang.masterdata.models import Bom, BomLine, BomOutput
from gongfang.masterdata.queries.structure import ACTIVE, Outcome, _holding
from gongfang.masterdata.rules.structure import Use
from gongfang.platform.prepared import Prepared

ONE_DAY = timedelta(days=1)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Spell:
    """A version of an item's BOM, taken by orders that start from `first` to `last`. share: the good share of what is begun."""

    first: date
    last: date
    bom_id: int
    share: Decimal
    uses: Sequence[Use] = ()
    outputs: Sequence[Outcome] = ()


Spells = Mapping[int, Sequence[Spell]]
"""Item → its spells, rising in time; days between two of them have no version."""


def spell_on(spells: Sequence[Spell], day: date) -> Spell | None:
    """The spell that an order starting on a day falls in."""
    return next((one for one in spells if one.first <= day <= one.last), None)


def through_phantoms(
    structure: Spells, spell: Spell, first: date, last: date, path: tuple[int, ...]
) -> Iterator[tuple[Use, date, date]]:
    """The uses of a version between two days; a line that is a phantom gives way to what is in it, as on the work order.

    path: the items whose parts these are. A phantom without a version, or one that contains itself, stays as it is: planning names
    that fault.
    """
    for use in spell.uses:
        inside = structure.get(use.component_id, ()) if use.is_phantom and use.component_id not in path else ()
        if not inside:
            yield use, first, last
        for inner in inside:
            begin, end = max(first, inner.first), min(last, inner.last)
            if begin <= end:
                for part, since, until in through_phantoms(structure, inner, begin, end, (*path, use.component_id)):
                    yield _within(use, part), since, until


def _within(use: Use, part: Use) -> Use:
    """What a part inside a phantom is to the item that uses the phantom: once per order where either is."""
    offset = use.offset_days + part.offset_days
    if part.is_fixed:
        return replace(part, offset_days=offset)
    return replace(
        part, quantity=use.quantity * (1 + use.scrap) * part.quantity, base=part.base if use.is_fixed else use.base * part.base,
        is_fixed=use.is_fixed, offset_days=offset,
    )  # fmt: skip


def good_shares(spells: Spells, day: date) -> dict[int, Decimal]:
    """Item → good share of what is begun on a day, where it is under 1."""
    found = {item: spell_on(rows, day) for item, rows in spells.items()}
    return {item: one.share for item, one in found.items() if one is not None and one.share < 1}


def spells_over(first: date, last: date) -> dict[int, list[Spell]]:
    """Every item's versions between two days. The spell of the first day also takes what should have started before, the spell of the
    last day what starts later. Three statements.
    """
    versions = _versions(Bom.objects.all(), first, last)
    bases = _bases(versions)
    within = _active().filter(_from_on(first), valid_from__lte=last).order_by().values("pk")
    uses = _uses(versions, within)
    outputs: dict[int, list[Outcome]] = defaultdict(list)
    for bom, item, quantity, kind in (
        BomOutput.objects.filter(bom__in=within)
        .order_by("bom_id", "item_id")
        .values_list("bom_id", "item_id", "quantity", "kind")
    ):
        if bom in bases:
            outputs[bom].append(Outcome(item, quantity, bases[bom], kind == "co"))
    return _spells(versions, uses, outputs)


def spells_below(item_ids: Collection[int], first: date, last: date) -> dict[int, list[Spell]]:
    """The same for some items and all that is in them in any of their versions, without what falls off. Two statements per level."""
    structure: dict[int, list[Spell]] = {}
    wanted = set(item_ids)
    while wanted:
        versions = _versions(Bom.objects.filter(item__in=wanted), first, last)
        within = _active().filter(_from_on(first), valid_from__lte=last, item__in=wanted).order_by().values("pk")
        found = _spells(versions, _uses(versions, within) if versions else {})
        structure |= {pk: found.get(pk, []) for pk in wanted}
        wanted = {use.component_id for rows in found.values() for one in rows for use in one.uses} - structure.keys()
    return {pk: rows for pk, rows in structure.items() if rows}


def _bases(versions: Mapping[int, Sequence["_Row"]]) -> dict[int, Decimal]:
    return {pk: base for rows in versions.values() for _, _, pk, base, _ in rows}


def _uses(versions: Mapping[int, Sequence["_Row"]], within: Any) -> dict[int, list[Use]]:
    """Version → its lines; within: the versions asked for, as a statement."""
    bases = _bases(versions)
    uses: dict[int, list[Use]] = defaultdict(list)
    lines = BomLine.objects.filter(bom__in=within).order_by("bom_id", "line_no")
    for bom, component, quantity, *rest in lines.values_list(
        "bom_id", "component_id", "quantity", "is_fixed", "scrap", "offset_days", "is_phantom"
    ):
        if bom in bases:
            uses[bom].append(Use(component, quantity, bases[bom], *rest))
    return uses


def _spells(
    versions: Mapping[int, Sequence["_Row"]], uses: Mapping[int, Sequence[Use]], outputs: Mapping[int, Sequence[Outcome]] | None = None
) -> dict[int, list[Spell]]:  # fmt: skip
    given = outputs or {}
    return {
        item: [Spell(begin, end, pk, share, uses.get(pk, ()), given.get(pk, ())) for begin, end, pk, _, share in rows]
        for item, rows in versions.items()
    }


def versions_on(asked: Collection[tuple[int, date]]) -> dict[tuple[int, date], int]:
    """(item, day) → the version that an order starting then takes; one statement."""
    if not asked:
        return {}
    days = [day for _, day in asked]
    first, last = min(days), max(days)
    rows = VERSIONS(sorted({item for item, _ in asked}))
    found = _by_item([row for row in rows if row[1] <= last and (row[2] is None or row[2] >= first)], first, last)
    result = {}
    for item, day in asked:
        for begin, end, pk, _, _ in found.get(item, ()):
            if begin <= day <= end:
                result[item, day] = pk
    return result


def _active() -> QuerySet[Bom]:
    return _holding(Bom.objects.filter(status=ACTIVE))


def _from_on(day: date) -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gte=day)


_Row = tuple[date, date, int, Decimal, Decimal]


def _in_order(rows: QuerySet[Bom]) -> QuerySet[Bom, Any]:
    """Versions that hold by themselves, the default after others, the newest last."""
    return (
        _holding(rows.filter(status=ACTIVE))
        .order_by("is_default", "valid_from", "pk")
        .values_list("item_id", "valid_from", "valid_to", "pk", "base_quantity", "yield_share")
    )


VERSIONS: Prepared[Any] = Prepared(lambda ids: _in_order(Bom.objects.filter(item__in=ids)))


def _versions(rows: QuerySet[Bom], first: date, last: date) -> dict[int, list[_Row]]:
    """Item → (first day, last day, version, base quantity, good share). The default version goes before others, then the newest."""
    return _by_item(_in_order(rows.filter(_from_on(first), valid_from__lte=last)), first, last)


def _by_item(rows: Iterable[Any], first: date, last: date) -> dict[int, list[_Row]]:
    by_item: dict[int, list[tuple[date, date, int, Decimal, Decimal]]] = defaultdict(list)
    for item, begin, end, pk, base, share in rows:
        by_item[item].append((begin, end or date.max, pk, base, share))
    return {item: _in_turn(versions, first, last) for item, versions in by_item.items()}


def _in_turn(versions: Sequence[_Row], first: date, last: date) -> list[_Row]:
    """The versions one after the other, the last in order winning where several are valid. O(versions²)."""
    if len(versions) == 1 and versions[0][0] <= first and versions[0][1] >= last:
        return [(date.min, date.max, *versions[0][2:])]
    cuts = {first, *(begin for begin, _, _, _, _ in versions if begin > first)}
    cuts |= {end + ONE_DAY for _, end, _, _, _ in versions if end < last}
    days = sorted(cuts)
    found: list[_Row] = []
    for day, following in zip(days, [*days[1:], None], strict=True):
        taken = next((row for row in reversed(versions) if row[0] <= day <= row[1]), None)
        if taken is None:
            continue
        end = following - ONE_DAY if following else date.max
        begin = date.min if day == first else day
        if found and found[-1][2] == taken[2] and found[-1][1] == day - ONE_DAY:
            begin = found.pop()[0]
        found.append((begin, end, *taken[2:]))
    return found
