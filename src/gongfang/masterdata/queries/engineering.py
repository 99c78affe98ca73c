"""What an engineer has to finish: made items without structure, versions that begin or end, operations without times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongfang.masterdata.models import Bom, BomLine, EngineeringChange, Item, Routing, RoutingOperation
from gongfang.masterdata.queries.planning import NOT_STOCKED, PLANNED

AHEAD_DAYS = 30


def open_changes() -> QuerySet[EngineeringChange]:
    """Engineering changes that are not decided or do not hold yet, the oldest first."""
    rows = EngineeringChange.objects.filter(effected_at=None).exclude(approval="void")
    return rows.select_related("created_by").order_by("pk")


def _holds(on: date) -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gte=on)


def _made() -> QuerySet[Item]:
    rows = Item.objects.filter(status__in=PLANNED).exclude(kind__in=NOT_STOCKED)
    return rows.order_by("code")


def without_bom(on: date) -> QuerySet[Item]:
    """Items we make, and phantoms, that no bill of materials says how to make on a day."""
    boms = Bom.objects.filter(_holds(on), item=OuterRef("pk"), status="active", valid_from__lte=on)
    return _made().filter(Q(source="make") | Q(kind="phantom")).exclude(Exists(boms))


def without_routing(on: date) -> QuerySet[Item]:
    """Items we make that no routing says how to make on a day."""
    routings = Routing.objects.filter(_holds(on), item=OuterRef("pk"), status="active", valid_from__lte=on)
    return _made().filter(source="make").exclude(kind="phantom").exclude(Exists(routings))


@dataclass(frozen=True, slots=True)
class Turning:
    """A version that begins or ends soon."""

    version: Bom | Routing
    on: date
    begins: bool

    @property
    def is_bom(self) -> bool:
        return isinstance(self.version, Bom)


def turning(today: date, days: int = AHEAD_DAYS) -> list[Turning]:
    """Versions of structures and routings that begin or end within some days, the first first. Two statements."""
    until = today + timedelta(days=days)
    soon = Q(valid_from__gt=today, valid_from__lte=until) | Q(valid_to__gte=today, valid_to__lte=until)
    found: list[Turning] = []
    versions: Sequence[Bom | Routing] = [
        *Bom.objects.filter(soon).exclude(status="retired").select_related("item"),
        *Routing.objects.filter(soon).exclude(status="retired").select_related("item"),
    ]
    for row in versions:
        if today < row.valid_from <= until:
            found.append(Turning(row, row.valid_from, begins=True))
        if row.valid_to is not None and today <= row.valid_to <= until:
            found.append(Turning(row, row.valid_to, begins=False))
    return sorted(found, key=lambda one: (one.on, one.version.item.code, one.version.code))


def without_times(on: date) -> QuerySet[RoutingOperation]:
    """Operations of the routings that hold which plan and cost nothing: no time inside the house, no price outside."""
    rows = RoutingOperation.objects.filter(
        Q(is_subcontracted=False, setup_minutes=0, run_minutes=0) | Q(is_subcontracted=True, subcontract_price=0),
        routing__is_default=True, routing__item__status__in=PLANNED, routing__valid_from__lte=on,
    )  # fmt: skip
    rows = rows.filter(Q(routing__valid_to__isnull=True) | Q(routing__valid_to__gte=on))
    return rows.select_related("routing__item", "work_centre").order_by("routing__item__code", "operation_no")


def at_no_operation(on: date) -> QuerySet[BomLine]:
    """Components needed at an operation that the routing of the item has not: taken when it is done, they would never be taken."""
    held = RoutingOperation.objects.filter(
        _routing_holds(on), routing__item=OuterRef("bom__item"), routing__status="active", routing__valid_from__lte=on
    )  # fmt: skip
    rows = BomLine.objects.filter(bom__status="active", operation_no__isnull=False, bom__item__status__in=PLANNED)
    rows = rows.filter(Q(bom__valid_to__isnull=True) | Q(bom__valid_to__gte=on))
    rows = rows.filter(Exists(held)).exclude(Exists(held.filter(operation_no=OuterRef("operation_no"))))
    return rows.select_related("bom__item", "component").order_by("bom__item__code", "bom__code", "line_no")


def _routing_holds(on: date) -> Q:
    return Q(routing__valid_to__isnull=True) | Q(routing__valid_to__gte=on)
