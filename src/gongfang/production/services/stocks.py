"""What the shop may take from the stores, and where it goes: the door to the stock ledger for this package."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.prepared import Prepared
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.queries import came_back
from gongfang.production.rules import Stage, standard_use


@dataclass(frozen=True, slots=True)
class Pick:
    """A proposal: so much of a component from one place and lot. short: nothing is there for it.

    walk: where the place comes among those of its warehouse; the main place first.
    """

    material_id: int
    item_id: int
    warehouse_id: int | None
    lot_id: int | None
    lot_code: str
    quantity: Decimal
    short: Decimal = ZERO
    location_id: int | None = None
    place: str = ""
    walk: tuple[bool, str] = (False, "")


def stores(warehouse_ids: Iterable[int | None]) -> Mapping[int, Any]:
    """Warehouse → its location of available stock; two statements."""
    return ledger.stores_of(_warehouses(warehouse_ids))


def blocked_places(warehouse_ids: Iterable[int | None]) -> Mapping[int, Any]:
    """Warehouse → its location of stock that may not be used."""
    return {warehouse.pk: ledger.blocked_of(warehouse) for warehouse in _warehouses(warehouse_ids)}


def partner_places(partner_ids: Iterable[int | None]) -> Mapping[int, Any]:
    """Subcontractor → where our goods are at their place; one statement per subcontractor."""
    wanted = {pk for pk in partner_ids if pk is not None}
    model = WorkOrder._meta.get_field("customer").related_model
    return (
        {partner.pk: ledger.subcontractor_of(partner) for partner in model._default_manager.filter(pk__in=wanted)}
        if wanted
        else {}
    )


def exact_places(location_ids: Iterable[int | None]) -> Mapping[tuple[int | None, int | None], Any]:
    """(place, its warehouse) → the place, of those that are named and hold goods we may use; one statement at most."""
    wanted = {pk for pk in location_ids if pk is not None}
    return {(place.pk, place.warehouse_id): place for place in ledger.usable_places(wanted)} if wanted else {}


def customers_places(named: Iterable[tuple[int | None, int | None]]) -> Mapping[tuple[int | None, int | None], Any]:
    """(customer, place) → the place, of those where this customer's material stands; one statement a customer."""
    wanted = set(named)
    found = {
        (owner, place.pk): place
        for owner in {owner for owner, _ in wanted if owner}
        for place in ledger.owner_places(owner, "customer")
    }
    refuse_if(
        [
            Problem("others_material", "This is no place of the customer's material.")
            for key in wanted
            if key not in found
        ]
    )
    return found


def places_taking(rows: Sequence[Any], named: Sequence[int | None], good: Sequence[bool]) -> Mapping[int, Any]:
    """Line number → the place that is named for what comes in; of its warehouse, and for goods as good as these are."""
    places = {place.pk: place for place in ledger.places_by_ids({pk for pk in named if pk})} if any(named) else {}
    found = {}
    problems = []
    for row, pk, is_good in zip(rows, named, good, strict=True):
        if not pk:
            continue
        place = found[row.line_no] = places.get(pk)
        if place is None or place.warehouse_id != row.warehouse_id or (place.kind in ("store", "line")) != is_good:
            problems.append(
                Problem("bad_place_in", "{item}: this place does not take it in.", where=f"lines.{row.line_no - 1}.location", item=row.item.code)
            )  # fmt: skip
    refuse_if(problems)
    return found


def warehouses_of_places(location_ids: Iterable[int | None]) -> dict[int | None, int]:
    """Place → its warehouse, of those that are named; one statement at most."""
    wanted = {pk for pk in location_ids if pk}
    return (
        {place.pk: place.warehouse_id for place in ledger.places_by_ids(wanted) if place.warehouse_id} if wanted else {}
    )


WAREHOUSES: Prepared[Any] = Prepared(
    lambda ids: WorkOrder._meta.get_field("warehouse").related_model._default_manager.filter(pk__in=ids)
)


def _warehouses(ids: Iterable[int | None]) -> list[Any]:
    return WAREHOUSES(sorted({pk for pk in ids if pk is not None}))


def allocate(
    wants: Sequence[tuple[int, int, int | None, Decimal]], on: date, *, materials: Sequence[int] | None = None,
    leave_out: Collection[int] = (), by_place: bool = False,
) -> list[Pick]:  # fmt: skip
    """Serve wants (component, item, wanted warehouse, quantity) from stock by the picking rules, in the order given.

    Stock of the wanted warehouse goes first, then that of any other store; line-side stock serves only its own line. What is not
    there on that day becomes a short pick. What is kept for a component goes before anything else; materials: the components that
    the wants are for, where they are called by other numbers. leave_out: warehouses nothing is taken from. by_place: a pick for each bin; else one for
    each lot in a warehouse, whose bins the posting finds by the same rule. A constant number of statements.
    """
    asked = [
        ledger.HouseWant(n, item_id, quantity, warehouse) for n, (_, item_id, warehouse, quantity) in enumerate(wants)
    ]
    of = [want[0] for want in wants] if materials is None else materials
    kept = ledger.kept_for(WorkOrder.doc_type, of) if asked else {}
    own = {n: kept[pk] for n, pk in enumerate(of) if pk in kept}
    found, missing = ledger.picks_in_house(asked, on=on, leave_out=leave_out, kept=own) if asked else ([], {})
    by_want: dict[int, list[Pick]] = defaultdict(list)
    for one in found:
        by_want[one.key].append(
            Pick(wants[one.key][0], one.item_id, one.location.warehouse_id, one.lot_id, one.lot_code, one.quantity,
                 location_id=one.location.pk,
                 place=one.location.name, walk=(one.location.parent_id is not None, one.location.code))
        )  # fmt: skip
    for n, gap in missing.items():
        component, item_id, warehouse, _ = wants[n]
        by_want[n].append(Pick(component, item_id, warehouse, None, "", gap, gap))
    picks = [pick for n in range(len(wants)) for pick in by_want[n]]
    return picks if by_place else _by_lot(picks)


def _by_lot(picks: Iterable[Pick]) -> list[Pick]:
    """Picks of one lot out of several places of a warehouse as one."""
    found: dict[tuple[Any, ...], Pick] = {}
    for pick in picks:
        key = (pick.material_id, pick.warehouse_id, pick.lot_id, bool(pick.short))
        before = found.get(key)
        found[key] = replace(
            pick, quantity=pick.quantity + (before.quantity if before else ZERO), short=pick.short + (before.short if before else ZERO),
            location_id=None, place="",
        )  # fmt: skip
    return list(found.values())


def refuse_short(picks: Iterable[Pick]) -> None:
    """Refuse picks for which nothing is in the stores, naming every item."""
    short: dict[int, Decimal] = defaultdict(Decimal)
    for pick in picks:
        short[pick.item_id] += pick.short
    ids = [item_id for item_id, quantity in short.items() if quantity]
    if ids:
        items = masterdata.items_by_ids(ids)
        refuse_if(
            [
                Problem("short_material", "{item} {name}: {short} are missing in the stores.",
                        item=items[pk].code, name=items[pk].name, short=short[pk])
                for pk in ids
            ],
            Kind.CONFLICT,
        )  # fmt: skip


def walked(picks: Iterable[Pick], codes: Mapping[int, str]) -> list[Pick]:
    """Picks in the order in which somebody walks: warehouse by warehouse, bins by code, then item and lot; what is missing last.

    codes: component → code of its item.
    """
    return sorted(
        picks,
        key=lambda pick: (bool(pick.short), pick.warehouse_id or 0, pick.walk, codes[pick.material_id], pick.lot_code),
    )


def goes_outside() -> Q:
    """Whether a component belongs to an outside operation; one without an operation belongs to the first."""
    steps = WorkOrderOperation.objects.filter(document=OuterRef("document"))
    own = steps.filter(operation_no=OuterRef("operation_no"), is_subcontracted=True)
    first = steps.exclude(Exists(_steps_before())).filter(is_subcontracted=True)
    return Q(Exists(own)) | (Q(operation_no__isnull=True) & Q(Exists(first)))


def waiting_for_material(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Those of some orders that somebody may fetch components for now; what goes to a subcontractor is sent, not fetched."""
    wanted = WorkOrderMaterial.objects.filter(
        document=OuterRef("pk"), execution__in=["open", "partial"], issue_method="push"
    )
    live = orders.filter(stage__in=[Stage.RELEASED, Stage.STARTED])
    back = needed_for_back(live.values("pk"))
    return live.filter(
        Exists(wanted.exclude(goes_outside())) | Q(pk__in={material.document_id for material, _ in back})
    )


def needed_for_back(order_ids: Any) -> list[tuple[WorkOrderMaterial, Decimal]]:
    """Components of outside operations, with how much of them is still to be fetched for pieces that came back unworked and are done
    here. order_ids: of those orders, or a query for them. One statement where nothing came back, else four."""
    back = came_back(WorkOrderOperation.objects.filter(document__in=order_ids))
    if not back:
        return []
    operations = WorkOrderOperation.objects.filter(pk__in=list(back)).values_list("pk", "document_id", "operation_no")
    pieces = {(document, number): back[pk] for pk, document, number in operations}
    rows = WorkOrderMaterial.objects.filter(document__in={document for document, _ in pieces}, issue_method="push")
    found = []
    for row in rows.select_related("document", "item").order_by(
        "document__priority", "document__due", "document_id", "line_no"
    ):
        left = row.quantity - row.done_quantity - row.outside_quantity
        wanted = min(
            left, standard_use(row.fixed, row.per_piece, pieces.get((row.document_id, row.operation_no or 0), ZERO))
        )
        if wanted > 0:
            found.append((row, wanted))
    return found


def _steps_before() -> Any:
    """Operations of the same order before one, for a subquery."""
    return WorkOrderOperation.objects.filter(document=OuterRef("document"), operation_no__lt=OuterRef("operation_no"))
