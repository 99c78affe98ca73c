"""Named reads of maintenance for screens and neighbours."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from gongfang.maintenance.models import (
    CheckPlan,
    Downtime,
    Equipment,
    EquipmentKind,
    EquipmentState,
    MaintenanceOrder,
    OrderKind,
    ServicePlan,
)
from gongfang.maintenance.models.stops import PLANNED_REASONS
from gongfang.maintenance.rules import OPEN_STAGES, Effectiveness, Reliability, is_due, merged_minutes
from gongfang.maintenance.services.plans import interval_of
from gongfang.platform.verbs import view_permission

EVERYBODY_AT_THE_MACHINES = {"owner", "planner", "engineer", "supervisor", "operator", "inspector", "maintainer"}
VIEW_EQUIPMENT = view_permission(
    "maintenance.view_equipment", EVERYBODY_AT_THE_MACHINES | {"keeper", "cost_accountant"}
)
VIEW_PLANS = view_permission("maintenance.view_plans", {"owner", "engineer", "supervisor", "maintainer", "planner"})
VIEW_DEVICES = view_permission("maintenance.view_devices", {"engineer", "maintainer"})
ZERO = Decimal(0)
__all__ = [
    "Effectiveness",
    "FittingTool",
    "Stops",
    "calibrations_due",
    "checks_due",
    "machines_at",
    "machines_by_centre",
    "machines_in_use",
    "open_orders",
    "reliability",
    "services_due",
    "standing",
    "stops_by_centre",
    "tool_names",
    "tools_for",
    "tools_near_end",
    "unfit_instruments",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stops:
    """Minutes that machines of a work centre stood in a window: meant (planned) and not (down). codes: of these machines."""

    planned: Decimal = ZERO
    down: Decimal = ZERO
    codes: frozenset[str] = frozenset()


def stops_by_centre(
    since: datetime, until: datetime, centre_ids: Collection[int] | None = None,
    within: Mapping[int, Sequence[tuple[datetime, datetime]]] | None = None,
) -> Mapping[int, Stops]:  # fmt: skip
    """Work centre → its stops, each machine's minutes counted once however many notes cover them. One statement.

    within: the shifts of centres; of these only what lies in them counts.
    """
    rows = Downtime.objects.filter(started_at__lt=until, work_centre__isnull=False)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    if centre_ids is not None:
        rows = rows.filter(work_centre__in=list(centre_ids))
    spans: dict[tuple[int, bool, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for centre, code, reason, start, end in rows.values_list(
        "work_centre_id", "equipment__code", "reason", "started_at", "ended_at"
    ):
        for first, last in (within or {}).get(centre, [(since, until)]):
            span = (max(start, since, first), min(end or until, until, last))
            if span[0] < span[1]:
                spans[centre, reason in PLANNED_REASONS, code].append(span)
    planned: dict[int, Decimal] = defaultdict(Decimal)
    down: dict[int, Decimal] = defaultdict(Decimal)
    codes: dict[int, set[str]] = defaultdict(set)
    for (centre, meant, code), given in spans.items():
        (planned if meant else down)[centre] += merged_minutes(given)
        codes[centre].add(code)
    return {centre: Stops(planned[centre], down[centre], frozenset(codes[centre])) for centre in sorted(codes)}


def machines_in_use(centre_ids: Collection[int]) -> dict[int, int]:
    """Work centre → machines registered there that are in use or under repair; one statement."""
    rows = Equipment.objects.filter(
        work_centre__in=list(centre_ids), kind=EquipmentKind.MACHINE, state__in=[EquipmentState.IN_USE, EquipmentState.IN_REPAIR]
    )  # fmt: skip
    return dict(rows.values_list("work_centre_id").annotate(Count("pk")))


def standing(centre_ids: Collection[int] | None = None) -> QuerySet[Downtime]:
    """Machines that stand now, longest first."""
    rows = Downtime.objects.filter(ended_at=None).select_related("equipment", "work_centre")
    if centre_ids is not None:
        rows = rows.filter(work_centre__in=list(centre_ids))
    return rows.order_by("started_at")


def reliability(
    since: datetime, until: datetime, equipment_ids: Collection[int] | None = None
) -> Mapping[int, Reliability]:
    """Equipment → failures and repair time in a window, by repair orders that made it stand. One statement.

    The window counts by the clock: a machine in three shifts and one in one shift differ by their use, see the run hours.
    """
    rows = MaintenanceOrder.objects.filter(
        kind=OrderKind.REPAIR, stops_machine=True, reported_at__gte=since, reported_at__lt=until
    ).exclude(stage="cancelled")
    if equipment_ids is not None:
        rows = rows.filter(equipment__in=list(equipment_ids))
    failures: dict[int, int] = defaultdict(int)
    spent: dict[int, Decimal] = defaultdict(Decimal)
    for equipment, start, end in rows.values_list("equipment_id", "reported_at", "finished_at"):
        failures[equipment] += 1
        seconds = int((min(end or until, until) - start).total_seconds())
        spent[equipment] += Decimal(max(seconds, 0)) / 3600
    hours = Decimal(int((until - since).total_seconds())) / 3600
    return {pk: Reliability(hours, spent[pk], count) for pk, count in failures.items()}


def open_orders() -> QuerySet[MaintenanceOrder]:
    """Orders that somebody still has to do something about; machines that stand first, then the oldest."""
    rows = MaintenanceOrder.objects.filter(stage__in=OPEN_STAGES).select_related(
        "equipment__work_centre", "assigned_to", "plan"
    )
    return rows.order_by("-stops_machine", F("due").asc(nulls_last=True), "reported_at")


def checks_due(today: date | None = None) -> list[CheckPlan]:
    """Spot checks that have to be done today or are late; two statements."""
    day = today or timezone.localdate()
    plans = (
        CheckPlan.objects.filter(is_active=True).exclude(equipment__state__in=[EquipmentState.RETIRED, EquipmentState.IDLE])
        .select_related("equipment__work_centre").annotate(last_on=Max("checks__on"))
        .order_by("equipment__work_centre__code", "equipment__code", "name")
    )  # fmt: skip
    return [plan for plan in plans if plan.last_on is None or plan.last_on + timedelta(days=plan.every_days) <= day]


def services_due(today: date | None = None) -> list[ServicePlan]:
    """Plans that are due and have no open order yet (the night makes one). One statement."""
    day = today or timezone.localdate()
    rows = ServicePlan.objects.filter(is_active=True).exclude(equipment__state=EquipmentState.RETIRED)
    rows = rows.exclude(orders__stage__in=OPEN_STAGES).select_related("equipment")
    return [plan for plan in rows if is_due(interval_of(plan), day)]


def tools_near_end() -> list[Equipment]:
    """Moulds and tools whose life is nearly (or wholly) used up, worst first."""
    rows = Equipment.objects.filter(
        kind__in=[EquipmentKind.MOULD, EquipmentKind.TOOL], life_strokes__isnull=False
    ).exclude(state=EquipmentState.RETIRED).select_related("work_centre")  # fmt: skip
    found = [row for row in rows if row.life_share is not None and row.life_share >= row.warn_share]
    return sorted(found, key=lambda row: -(row.life_share or ZERO))


def calibrations_due(today: date | None = None, days: int = 14) -> QuerySet[Equipment]:
    """Instruments whose calibration ends within some days, has ended, or never was."""
    day = (today or timezone.localdate()) + timedelta(days=days)
    rows = Equipment.objects.filter(kind=EquipmentKind.INSTRUMENT).exclude(state=EquipmentState.RETIRED)
    rows = rows.filter(Q(calibrated_until__lte=day) | Q(calibrated_until=None, calibration_days__isnull=False))
    return rows.order_by(F("calibrated_until").asc(nulls_first=True), "code")


def machines_at(centre_id: int) -> list[Equipment]:
    """Machines of a work centre that are not retired, by code."""
    rows = Equipment.objects.filter(work_centre=centre_id, kind=EquipmentKind.MACHINE)
    return list(rows.exclude(state=EquipmentState.RETIRED).order_by("code"))


def machines_by_centre() -> dict[int, list[Equipment]]:
    """Work centre → its machines that are not retired, by code; one statement."""
    rows = Equipment.objects.filter(work_centre__isnull=False, kind=EquipmentKind.MACHINE)
    found: dict[int, list[Equipment]] = defaultdict(list)
    for row in rows.exclude(state=EquipmentState.RETIRED).order_by("code"):
        found[row.work_centre_id].append(row)
    return dict(found)


@dataclass(frozen=True, slots=True)
class FittingTool:
    """A mould or tool that fits an item at one of its operations, or (None) at any.

    work_centre_id: where it is mounted. pieces_left: until its life ends; None: no limit. is_usable: not under repair, life left.
    """

    equipment_id: int
    code: str
    item_id: int
    operation_no: int | None
    work_centre_id: int | None
    pieces_left: Decimal | None
    is_usable: bool


def tools_for(item_ids: Collection[int]) -> list[FittingTool]:
    """The moulds and tools that fit some items, scrapped ones left out, by code; one statement."""
    rows = Equipment.objects.filter(
        kind__in=[EquipmentKind.MOULD, EquipmentKind.TOOL], uses__item__in=set(item_ids)
    ).exclude(state=EquipmentState.RETIRED)
    rows = rows.annotate(use_item=F("uses__item_id"), use_no=F("uses__operation_no"))
    found = []
    for row in rows.order_by("code", "use_item", "use_no"):
        left = None if row.left_strokes is None else max(row.left_strokes, ZERO) * row.cavities
        usable = row.state in (EquipmentState.IN_USE, EquipmentState.IDLE) and left != 0
        found.append(FittingTool(row.pk, row.code, row.use_item, row.use_no, row.work_centre_id, left, usable))
    return found


def tool_names(ids: Collection[int]) -> dict[int, str]:
    """Code and name of moulds and tools; one statement."""
    return {row.pk: str(row) for row in Equipment.objects.filter(pk__in=set(ids))}


def unfit_instruments(codes: Collection[str], today: date) -> list[Equipment]:
    """Instruments of these codes whose calibration does not hold today; one statement."""
    rows = Equipment.objects.filter(code__in=list(codes), kind=EquipmentKind.INSTRUMENT)
    return list(rows.filter(Q(calibrated_until=None) | Q(calibrated_until__lt=today)).order_by("code"))
