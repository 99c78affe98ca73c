"""Preventive maintenance: plans by time and by counters, and the orders they make at night."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gongfang.kernel.errors import N_, refuse_if
from gongfang.maintenance.models import EquipmentState, MaintenanceOrder, OrderKind, ServicePlan
from gongfang.maintenance.rules import OPEN_STAGES, Interval, due_day, is_due, plan_problems
from gongfang.maintenance.services.equipment import KEEPERS
from gongfang.masterdata.services.records import changed, created, save_children
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import locked, new_request_id
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.schedules import scheduled
from gongfang.platform.verbs import verb

FIELDS = (
    "equipment", "name", "task", "every_days", "every_hours", "every_strokes", "lead_days", "minutes", "assigned_to", "last_on", "is_active",
)  # fmt: skip
PART_FIELDS = ("item", "quantity")


@verb("maintenance.create_service_plan", N_("Create maintenance plan"), roles=KEEPERS)
def create_service_plan(
    *, actor: User, request_id: uuid.UUID, parts: Sequence[Mapping[str, Any]] | None = None, **values: Any
) -> ServicePlan:
    """Plan maintenance that comes again; it counts from now (or from last_on)."""
    refuse_if(plan_problems(values.get("every_days"), values.get("every_hours"), values.get("every_strokes")))
    values["last_on"] = values.get("last_on") or timezone.localdate()
    plan = created(ServicePlan, values, FIELDS)
    equipment = plan.equipment
    plan.last_run_minutes, plan.last_strokes = equipment.run_minutes, equipment.strokes
    plan.save(update_fields=["last_run_minutes", "last_strokes"])
    save_children(plan, "parts", parts, PART_FIELDS, key=("item_id",))
    return plan


@verb("maintenance.change_service_plan", N_("Change maintenance plan"), roles=KEEPERS)
def change_service_plan(
    *, actor: User, request_id: uuid.UUID, plan_id: int, parts: Sequence[Mapping[str, Any]] | None = None,
    version: int | None = None, **values: Any,
) -> ServicePlan:  # fmt: skip
    """Change a plan."""
    plan = locked(ServicePlan, plan_id, version=version)
    intervals = ("every_days", "every_hours", "every_strokes")
    refuse_if(plan_problems(*(values.get(name, getattr(plan, name)) for name in intervals)))
    changed(plan, values, FIELDS)
    save_children(plan, "parts", parts, PART_FIELDS, key=("item_id",))
    return plan


def interval_of(plan: ServicePlan) -> Interval:
    """A plan with what has run since it was done last; its equipment must be loaded."""
    return Interval(
        plan.every_days, plan.every_hours, plan.every_strokes, plan.lead_days, plan.last_on,
        plan.equipment.run_minutes - plan.last_run_minutes, plan.equipment.strokes - plan.last_strokes,
    )  # fmt: skip


@verb("maintenance.make_due_orders", N_("Make the maintenance orders that are due"), roles=KEEPERS)
def make_due_orders(*, actor: User, request_id: uuid.UUID, today: date | None = None) -> list[MaintenanceOrder]:
    """An order for every plan that is due and has none open. Constant statements, whatever the number of plans."""
    day = today or timezone.localdate()
    plans = (
        ServicePlan.objects.select_for_update(of=("self",)).filter(is_active=True)
        .exclude(equipment__state=EquipmentState.RETIRED)
        .exclude(Q(orders__stage__in=OPEN_STAGES)).select_related("equipment").order_by("pk")
    )  # fmt: skip
    due = [plan for plan in plans if is_due(interval_of(plan), day)]
    if not due:
        return []
    now = timezone.now()
    numbers = next_numbers(MaintenanceOrder, day, len(due))
    return MaintenanceOrder.objects.bulk_create(
        MaintenanceOrder(
            number=number, business_date=day, created_by=actor, approval=ApprovalState.APPROVED, approved_by=actor, approved_at=now,
            kind=OrderKind.PREVENTIVE, equipment=plan.equipment, plan=plan, fault=f"{plan.name} {plan.task}".strip()[:300],
            due=max(due_day(interval_of(plan)) or day, day), assigned_to_id=plan.assigned_to_id, reported_at=now,
        )
        for number, plan in zip(numbers, due, strict=True)
    )  # fmt: skip


@scheduled("maintenance.make_due_orders", N_("Make the maintenance orders that are due"), at=time(1, 30))
def make_orders_at_night(*, actor: User, now: datetime) -> str:
    """Every night."""
    made = make_due_orders(actor=actor, request_id=new_request_id(), today=timezone.localdate(now))
    return ", ".join(order.number for order in made[:10])
