"""Plants, warehouses, calendars, work centres."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.masterdata.events import WarehousesAdded
from gongfang.masterdata.models import Calendar, Plant, Warehouse, WorkCentre
from gongfang.masterdata.rules.routing import calendar_problems, numbers_in, setup_change_problems, shifts_in
from gongfang.masterdata.services.records import changed, created, lock, save_children
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

PLANT_FIELDS = ("code", "name")
WAREHOUSE_FIELDS = ("code", "name", "plant", "kind", "is_active")
CALENDAR_FIELDS = ("code", "name", "weekdays", "hours_per_day", "shifts")
EXCEPTION_FIELDS = ("date", "is_working", "name")
WORK_CENTRE_FIELDS = (
    "code", "name", "plant", "workshop", "kind", "machines", "labour_rate", "machine_rate", "overhead_rate", "calendar", "efficiency",
    "is_active",
)  # fmt: skip
SETUP_CHANGE_FIELDS = ("from_family", "to_family", "minutes")
Rows = Sequence[Mapping[str, Any]]


@verb("masterdata.create_plant", N_("Create plant"), roles=("owner",))
def create_plant(*, actor: User, request_id: uuid.UUID, **values: Any) -> Plant:
    """Add a factory site."""
    return created(Plant, values, PLANT_FIELDS)


@verb("masterdata.change_plant", N_("Change plant"), roles=("owner",))
def change_plant(*, actor: User, request_id: uuid.UUID, plant_id: int, **values: Any) -> Plant:
    """Rename a factory site."""
    plant = lock(Plant, plant_id)
    changed(plant, values, PLANT_FIELDS)
    return plant


@verb("masterdata.create_warehouse", N_("Create warehouse"), roles=("keeper",))
def create_warehouse(*, actor: User, request_id: uuid.UUID, **values: Any) -> Warehouse:
    """Add a store; the ledger gives it its locations."""
    warehouse = created(Warehouse, values, WAREHOUSE_FIELDS)
    emit(WarehousesAdded((warehouse.pk,)))
    return warehouse


@verb("masterdata.change_warehouse", N_("Change warehouse"), roles=("keeper",))
def change_warehouse(*, actor: User, request_id: uuid.UUID, warehouse_id: int, **values: Any) -> Warehouse:
    """Change a store."""
    warehouse = lock(Warehouse, warehouse_id)
    changed(warehouse, values, WAREHOUSE_FIELDS)
    return warehouse


def _calendar_values(values: Mapping[str, Any], calendar: Calendar | None = None) -> dict[str, Any]:
    """Entered weekdays ("1-5") and shifts ("Day 08:00-17:00") as they are kept, checked."""
    ready = dict(values)
    try:
        if "weekdays" in ready:
            ready["weekdays"] = sorted(set(numbers_in(ready["weekdays"])))
    except (TypeError, ValueError) as error:
        raise DomainError(
            Problem("bad_weekdays", "Name at least one weekday, Monday 1 to Sunday 7.", where="weekdays")
        ) from error
    try:
        if "shifts" in ready:
            ready["shifts"] = shifts_in(ready["shifts"])
    except (TypeError, ValueError) as error:
        raise DomainError(Problem("bad_shift", "A shift is written as “Day 08:00-17:00”.", where="shifts")) from error
    base = calendar or Calendar()
    refuse_if(
        calendar_problems(
            ready.get("weekdays", base.weekdays),
            Decimal(str(ready.get("hours_per_day") or base.hours_per_day)),
            ready.get("shifts", base.shifts),
        )
    )
    return ready


@verb("masterdata.create_calendar", N_("Create calendar"), roles=("planner", "hr", "engineer"))
def create_calendar(
    *, actor: User, request_id: uuid.UUID, exceptions: Sequence[Mapping[str, Any]] | None = None, **values: Any
) -> Calendar:
    """Add a calendar of working days."""
    calendar = created(Calendar, _calendar_values(values), CALENDAR_FIELDS)
    save_children(calendar, "exceptions", exceptions, EXCEPTION_FIELDS, key=("date",))
    return calendar


@verb("masterdata.change_calendar", N_("Change calendar"), roles=("planner", "hr", "engineer"))
def change_calendar(
    *, actor: User, request_id: uuid.UUID, calendar_id: int, exceptions: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> Calendar:  # fmt: skip
    """Change weekdays, shifts, holidays and make-up days."""
    calendar = lock(Calendar, calendar_id)
    changed(calendar, _calendar_values(values, calendar), CALENDAR_FIELDS)
    save_children(calendar, "exceptions", exceptions, EXCEPTION_FIELDS, key=("date",))
    return calendar


@verb("masterdata.create_work_centre", N_("Create work centre"), roles=("engineer", "cost_accountant"))
def create_work_centre(
    *, actor: User, request_id: uuid.UUID, setup_changes: Rows | None = None, **values: Any
) -> WorkCentre:
    """Add a group of machines or places."""
    centre = created(WorkCentre, values, WORK_CENTRE_FIELDS)
    _save_setup_changes(centre, setup_changes)
    return centre


@verb("masterdata.change_work_centre", N_("Change work centre"), roles=("engineer", "cost_accountant"))
def change_work_centre(
    *, actor: User, request_id: uuid.UUID, workcentre_id: int, version: int | None = None, setup_changes: Rows | None = None,
    **values: Any,
) -> WorkCentre:  # fmt: skip
    """Change a work centre; new rates hold for what is reported from now on, set-up changes from the next schedule on."""
    centre = lock(WorkCentre, workcentre_id, version)
    changed(centre, values, WORK_CENTRE_FIELDS)
    _save_setup_changes(centre, setup_changes)
    return centre


def _save_setup_changes(centre: WorkCentre, rows: Rows | None) -> None:
    refuse_if(
        setup_change_problems(
            [(row.get("from_family"), row.get("to_family"), row.get("minutes")) for row in rows or ()]
        )
    )
    save_children(centre, "setup_changes", rows, SETUP_CHANGE_FIELDS, key=("from_family", "to_family"))
