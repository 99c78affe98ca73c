"""Work centres that others ask for by what they are."""

from collections.abc import Iterable
from decimal import Decimal

from gongfang.masterdata.models import RoutingAlternative, RoutingOperation, SetupChange, WorkCentre
from gongfang.masterdata.models.workcentres import WorkCentreKind
from gongfang.masterdata.queries.planning import PLANNED


def outside_centre() -> WorkCentre | None:
    """The work centre that stands for subcontractors, or None."""
    return WorkCentre.objects.filter(kind=WorkCentreKind.OUTSIDE, is_active=True).order_by("code").first()


def work_centres(ids: Iterable[int]) -> dict[int, WorkCentre]:
    """Work centres by id; one statement."""
    return WorkCentre.objects.in_bulk(set(ids))


def centres_in_use() -> list[WorkCentre]:
    """Active work centres, by code; one statement."""
    return list(WorkCentre.objects.filter(is_active=True).order_by("code"))


def inside_centres(ids: Iterable[int]) -> dict[int, WorkCentre]:
    """Active work centres of the factory itself, with their calendars; one statement."""
    rows = WorkCentre.objects.filter(pk__in=set(ids), is_active=True).exclude(kind=WorkCentreKind.OUTSIDE)
    return {row.pk: row for row in rows.select_related("calendar")}


def routed_centres() -> list[WorkCentre]:
    """Work centres of the factory itself that default routings of planned items name, with their calendars, by code; one statement."""
    used = RoutingOperation.objects.filter(
        routing__is_default=True, routing__item__status__in=PLANNED, is_subcontracted=False
    ).values("work_centre")
    rows = WorkCentre.objects.filter(pk__in=used).exclude(kind=WorkCentreKind.OUTSIDE)
    return list(rows.select_related("calendar").order_by("code"))


def time_factors(item_ids: Iterable[int]) -> dict[tuple[int, int, int], Decimal]:
    """(item, operation number, alternative work centre) → its time against the routing's, by the default routings; one statement."""
    rows = RoutingAlternative.objects.filter(routing__item__in=set(item_ids), routing__is_default=True)
    columns = rows.values_list("routing__item_id", "operation_no", "work_centre_id", "time_factor")
    return {(item, number, centre): factor for item, number, centre, factor in columns}


def setup_families(item_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """(item, operation number) → set-up family, by the default routings, where there is one; one statement."""
    rows = RoutingOperation.objects.filter(routing__item__in=set(item_ids), routing__is_default=True)
    columns = rows.exclude(setup_family="").values_list("routing__item_id", "operation_no", "setup_family")
    return {(item, number): family for item, number, family in columns}


def setup_changes(centre_ids: Iterable[int]) -> list[SetupChange]:
    """The set-up changes of some work centres, by work centre and families; one statement."""
    rows = SetupChange.objects.filter(work_centre__in=set(centre_ids))
    return list(rows.order_by("work_centre_id", "from_family", "to_family"))
