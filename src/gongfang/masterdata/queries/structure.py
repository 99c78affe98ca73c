"""Bills of materials and routings: the version that holds, what is inside, where something is used."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from gongfang.masterdata.models import (
    Bom,
    BomLine,
    BomOutput,
    BomSubstitute,
    Item,
    Routing,
    RoutingAlternative,
    RoutingOperation,
)
from gongfang.masterdata.rules.structure import Bearer, Part, Use, exploded
from gongfang.platform.prepared import Prepared, give_children

ACTIVE = "active"


BOMS = Prepared(lambda ids: Bom.objects.filter(pk__in=ids).select_related("item__unit"))
LINES = Prepared(lambda ids: BomLine.objects.filter(bom__in=ids).select_related("component__unit").order_by("line_no"))
OUTPUTS = Prepared(lambda ids: BomOutput.objects.filter(bom__in=ids).select_related("item"))
SUBSTITUTES = Prepared(lambda ids: BomSubstitute.objects.filter(bom__in=ids))
ROUTINGS_OF = Prepared(
    lambda ids: _holding_routings().filter(item__in=ids).select_related("item").order_by("is_default", "pk")
)
OPERATIONS = Prepared(
    lambda ids: (
        RoutingOperation.objects.filter(routing__in=ids)
        .select_related("work_centre", "subcontractor")
        .order_by("operation_no")
    )
)
ALTERNATIVES = Prepared(lambda ids: RoutingAlternative.objects.filter(routing__in=ids))


def _lines() -> Prefetch[str, QuerySet[BomLine], str]:
    return Prefetch("lines", BomLine.objects.select_related("component__unit").order_by("line_no"))


def default_boms(item_ids: Iterable[int], on: date | None = None) -> dict[int, Bom]:
    """The BOM that holds for each item, with its lines (component, unit) and outputs; three statements.

    The default version when it is active (and valid on the day), else the newest active version that is.
    """
    rows = _holding(Bom.objects.filter(item__in=set(item_ids), status=ACTIVE)).select_related("item__unit")
    if on is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    rows = rows.prefetch_related(_lines(), "outputs__item", "substitutes").order_by("is_default", "valid_from", "pk")
    return {bom.item_id: bom for bom in rows}


def _holding(rows: QuerySet[Bom]) -> QuerySet[Bom]:
    """Versions that hold by themselves: no alternatives, none that begins at a serial number."""
    return rows.filter(Q(kind="primary") | Q(is_default=True), serial_from="")


def boms_by_ids(bom_ids: Iterable[int]) -> dict[int, Bom]:
    """Named versions with their lines, outputs and substitutes; four statements."""
    boms = BOMS(sorted(set(bom_ids)))
    ids = [bom.pk for bom in boms]
    for name, children in (("lines", LINES), ("outputs", OUTPUTS), ("substitutes", SUBSTITUTES)):
        give_children(boms, name, children(ids))
    return {bom.pk: bom for bom in boms}


def serial_boms(codes: Mapping[int, str]) -> dict[int, int]:
    """Item → version of its BOM that holds for a lot or serial number of it; one statement."""
    return _serial_versions(Bom.objects.all(), codes)


def serial_routings(codes: Mapping[int, str]) -> dict[int, int]:
    """Item → routing that holds for a lot or serial number of it; one statement."""
    return _serial_versions(Routing.objects.all(), codes)


def _serial_versions(versions: QuerySet[Any], codes: Mapping[int, str]) -> dict[int, int]:
    """Item → the latest version that begins at or before a lot or serial number of it."""
    rows = versions.filter(item__in=list(codes), status=ACTIVE).exclude(serial_from="")
    found: dict[int, tuple[str, int]] = {}
    for item, start, pk in rows.values_list("item_id", "serial_from", "pk"):
        if _serial_key(start) <= _serial_key(codes[item]):
            found[item] = max(found.get(item, ("", 0)), (start, pk), key=lambda one: (_serial_key(one[0]), one[1]))
    return {item: pk for item, (_, pk) in found.items()}


def _serial_key(code: str) -> tuple[int, str]:
    """Numbers at the end count as numbers: S9 comes before S10."""
    return (len(code), code)


def default_bom(item: Item, on: date | None = None) -> Bom | None:
    """The BOM that holds for an item, or None."""
    return default_boms([item.pk], on).get(item.pk)


def _routings(rows: QuerySet[Routing]) -> QuerySet[Routing]:
    operations = RoutingOperation.objects.select_related("work_centre", "subcontractor").order_by("operation_no")
    rows = rows.select_related("item").prefetch_related(Prefetch("operations", operations), "alternatives")
    return rows.order_by("is_default", "pk")


def _holding_routings() -> QuerySet[Routing]:
    """Routings that hold by themselves: in use, none that begins at a serial number."""
    return Routing.objects.filter(status=ACTIVE, serial_from="")


def default_routings(item_ids: Iterable[int], on: date | None = None) -> dict[int, Routing]:
    """The routing that holds for each item, with its operations (work centre) and alternatives; three statements."""
    rows = _holding_routings().filter(item__in=set(item_ids))
    if on is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    return {routing.item_id: routing for routing in _routings(rows)}


def routings_on(asked: Collection[tuple[int, date]]) -> dict[tuple[int, date], Routing]:
    """(item, day) → the routing that an order starting then follows, as `default_routings` has it; three statements."""
    if not asked:
        return {}
    by_item: dict[int, list[Routing]] = defaultdict(list)
    for routing in ROUTINGS_OF(sorted({item for item, _ in asked})):
        by_item[routing.item_id].append(routing)
    found = {
        (item, day): routing
        for item, day in asked
        for routing in by_item[item]
        if routing.valid_from <= day and (routing.valid_to is None or routing.valid_to >= day)
    }
    taken = list({routing.pk: routing for routing in found.values()}.values())
    ids = [routing.pk for routing in taken]
    for name, children in (("operations", OPERATIONS), ("alternatives", ALTERNATIVES)):
        give_children(taken, name, children(ids))
    return found


def routings_by_ids(routing_ids: Iterable[int]) -> dict[int, Routing]:
    """Named routings with their operations and alternatives; three statements."""
    return {routing.pk: routing for routing in _routings(Routing.objects.filter(pk__in=set(routing_ids)))}


def routings_of_item(item_id: int) -> list[Routing]:
    """The routings of an item that are in use, those kept for rework too, with their operations; three statements."""
    return list(_routings(Routing.objects.filter(item=item_id, status=ACTIVE)))


def default_routing(item: Item) -> Routing | None:
    """The routing that holds for an item, or None."""
    return default_routings([item.pk]).get(item.pk)


def uses_of(bom: Bom) -> list[Use]:
    """The lines of a BOM (loaded with `default_boms`) as the structure rules see them."""
    return [
        Use(row.component_id, row.quantity, bom.base_quantity, row.is_fixed, row.scrap, row.offset_days, row.is_phantom)
        for row in bom.lines.all()
    ]


def structure_below(item_ids: Iterable[int], on: date | None = None) -> dict[int, Bom]:
    """The BOMs of some items and of everything inside them, by item. Three statements per level, whatever its width."""
    found: dict[int, Bom] = {}
    asked: set[int] = set()
    wanted = set(item_ids)
    while wanted:
        asked |= wanted
        boms = default_boms(wanted, on)
        found.update(boms)
        wanted = {line.component_id for bom in boms.values() for line in bom.lines.all()} - asked
    return found


def uses_below(item_ids: Iterable[int], on: date | None = None) -> dict[int, list[Use]]:
    """The same as plain uses, without rows as objects: for structures of thousands of lines. Two statements per level."""
    structure: dict[int, list[Use]] = {}
    wanted = set(item_ids)
    while wanted:
        found = _uses(Bom.objects.filter(item__in=wanted), on)
        structure |= {pk: found.get(pk, []) for pk in wanted}
        wanted = {use.component_id for uses in found.values() for use in uses} - structure.keys()
    return {pk: uses for pk, uses in structure.items() if uses}


def whole_structure(on: date | None = None) -> dict[int, list[Use]]:
    """Every item's BOM that holds, as plain uses: the input of planning and roll-ups. Two statements."""
    return _uses(Bom.objects.all(), on)


def _uses(rows: QuerySet[Bom], on: date | None) -> dict[int, list[Use]]:
    """Item → the lines of the version that holds, among some versions. Two statements."""
    rows = _valid(rows, on)
    parents = _parents(rows)
    structure: dict[int, list[Use]] = defaultdict(list)
    lines = BomLine.objects.filter(bom__in=rows.order_by().values("pk")).order_by("bom_id", "line_no")
    for bom_id, component, quantity, fixed, scrap, offset in lines.values_list(
        "bom_id", "component_id", "quantity", "is_fixed", "scrap", "offset_days"
    ):
        if bom_id in parents:
            item, base = parents[bom_id]
            structure[item].append(Use(component, quantity, base, fixed, scrap, offset))
    return dict(structure)


def _valid(rows: QuerySet[Bom], on: date | None) -> QuerySet[Bom]:
    rows = _holding(rows.filter(status=ACTIVE))
    if on is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    return rows


def _parents(rows: QuerySet[Bom]) -> dict[int, tuple[int, Decimal]]:
    """Version that holds → (its item, base quantity); one statement."""
    heads = rows.order_by("is_default", "valid_from", "pk").values_list("item_id", "pk", "base_quantity")
    chosen = {item: (pk, base) for item, pk, base in heads}
    return {pk: (item, base) for item, (pk, base) in chosen.items()}


def whole_yields(on: date | None = None) -> dict[int, Decimal]:
    """Item → good share of what is begun, where the version that holds has one under 1; one statement."""
    less = Bom.objects.filter(yield_share__lt=1).values("item")
    rows = _valid(Bom.objects.filter(item__in=less), on).order_by("is_default", "valid_from", "pk")
    return {item: share for item, share in dict(rows.values_list("item_id", "yield_share")).items() if share < 1}


def whole_bearers(on: date | None = None) -> dict[int, list[tuple[int, Bearer]]]:
    """Item → its further outputs and what each bears of the cost of one piece, by the version that holds. Two statements at most."""
    rows = BomOutput.objects.select_related("item", "bom").order_by("bom_id", "item_id")
    rows = list(rows.exclude(bom__status="retired"))
    parents = _parents(_valid(Bom.objects.filter(item__in={row.bom.item_id for row in rows}), on)) if rows else {}
    found: dict[int, list[tuple[int, Bearer]]] = defaultdict(list)
    for row in rows:
        if row.bom_id in parents:
            item, base = parents[row.bom_id]
            share = row.cost_share if row.kind == "co" else Decimal(0)
            found[item].append((row.item_id, Bearer(row.quantity / base, share, row.item.standard_cost)))
    return dict(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What else comes out of an order of an item: so much per `base` of it. is_co: wanted for itself."""

    item_id: int
    quantity: Decimal
    base: Decimal
    is_co: bool


@dataclass(frozen=True, slots=True)
class StandIn:
    """What may be taken for a component wherever it is used: `ratio` of it for one. rank: 1 before 2.

    valid_from, valid_to: the days of need on which it may; is_successor: it is ordered for this use too.
    """

    component_id: int
    item_id: int
    ratio: Decimal
    rank: int
    valid_from: date = date.min
    valid_to: date = date.max
    is_successor: bool = False


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one line allows. rank: those to be used up first."""

    ratio: Decimal
    rank: tuple[bool, int]
    first: date
    last: date
    is_successor: bool

    @classmethod
    def of(
        cls, ratio: Decimal, rank: int, use_up: bool, first: date | None, last: date | None, is_successor: bool
    ) -> "_Offer":
        return cls(ratio, (not use_up, rank), first or date.min, last or date.max, is_successor)


def whole_substitutes(on: date | None = None) -> list[StandIn]:
    """The substitutes that every line of a component allows alike on the days that all of them allow, those to be used up before the
    others. Four statements."""
    rows = list(
        BomSubstitute.objects.values_list(
            "bom_id", "line_no", "item_id", "ratio", "rank", "use_up", "valid_from", "valid_to", "is_successor"
        )
    )
    if not rows:
        return []
    named = BomSubstitute.objects.values("bom")
    parents = _parents(_valid(Bom.objects.all(), on))
    allowed = {(row[0], row[1], row[2]): _Offer.of(*row[3:]) for row in rows}
    lines = BomLine.objects.filter(bom__in=named).values_list("bom_id", "line_no", "component_id")
    component_at = {(bom, line): component for bom, line, component in lines if bom in parents}
    wanted = {component_at[bom, line] for bom, line, _ in allowed if (bom, line) in component_at}
    inside = BomLine.objects.filter(bom__in=named).values("component")
    places: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for bom, line, component in BomLine.objects.filter(component__in=inside).values_list("bom", "line_no", "component"):
        if bom in parents and component in wanted:
            places[component].add((bom, line))
    offers: dict[tuple[int, int], list[_Offer]] = defaultdict(list)
    for (bom, line, item), offer in sorted(allowed.items(), key=lambda pair: pair[0]):
        if (bom, line) in component_at:
            offers[component_at[bom, line], item].append(offer)
    agreed = [
        (component, found[0].rank, item, found)
        for (component, item), found in sorted(offers.items(), key=lambda pair: pair[0])
        if len(found) == len(places[component]) and len({one.ratio for one in found}) == 1
    ]
    ranks: dict[int, int] = defaultdict(int)
    result = []
    for component, _, item, found in sorted(agreed, key=lambda one: one[:3]):
        first, last = max(one.first for one in found), min(one.last for one in found)
        if first <= last:
            ranks[component] += 1
            successor = all(one.is_successor for one in found)
            result.append(StandIn(component, item, found[0].ratio, ranks[component], first, last, successor))
    return result


def explode(item: Item, quantity: Decimal, on: date | None = None) -> list[Part]:
    """Every part at every level that so many of an item take, depth first."""
    return exploded(uses_below([item.pk], on), item.pk, quantity)


def where_used(item: Item) -> QuerySet[BomLine]:
    """The BOM lines that name an item, one level up."""
    rows = BomLine.objects.filter(component=item).select_related("bom__item__unit", "component__unit")
    return rows.order_by("bom__item__code", "bom__code", "line_no")


def where_substitute(item: Item) -> list[tuple[BomSubstitute, Item]]:
    """The places where an item may stand in, each with the component it stands in for. Two statements."""
    rows = list(
        BomSubstitute.objects.filter(item=item).exclude(bom__status="retired").select_related("bom__item").order_by("bom__item__code", "line_no")
    )  # fmt: skip
    lines = BomLine.objects.filter(bom__in={row.bom_id for row in rows}).select_related("component")
    components = {(line.bom_id, line.line_no): line.component for line in lines} if rows else {}
    return [(row, components[place]) for row in rows if (place := (row.bom_id, row.line_no)) in components]


def version_codes(item_ids: Iterable[int]) -> dict[int, str]:
    """Item → code of the version of its BOM that holds; one statement."""
    rows = _valid(Bom.objects.filter(item__in=set(item_ids)), None).order_by("is_default", "valid_from", "pk")
    return dict(rows.values_list("item_id", "code"))


def tops_of(item: Item) -> list[tuple[int, Item]]:
    """Everything an item ends up in, at every level: (levels up, item), nearest first. One statement per level."""
    found: dict[int, tuple[int, Item]] = {}
    level, wanted = 0, {item.pk}
    while wanted:
        level += 1
        parents = Item.objects.filter(boms__status=ACTIVE, boms__lines__component__in=wanted).distinct()
        wanted = set()
        for parent in parents.select_related("unit").order_by("code"):
            if parent.pk not in found and parent.pk != item.pk:
                found[parent.pk] = (level, parent)
                wanted.add(parent.pk)
    return list(found.values())


def skills_asked() -> dict[str, int]:
    """Skill code → operations of default routings that ask for a certificate. One statement."""
    rows = RoutingOperation.objects.filter(routing__is_default=True).exclude(skill="")
    return dict(rows.values_list("skill").annotate(Count("pk")).order_by("skill"))
