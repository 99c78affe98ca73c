"""Patrol inspections: made by the clock for what is being worked on, as often as the plan of the item says."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Q
from django.utils import timezone

from gongfang.kernel.errors import N_
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import new_request_id
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.tasks.schedules import scheduled
from gongfang.platform.verbs import verb
from gongfang.quality.models import Inspection, InspectionKind, InspectionPlan
from gongfang.quality.services.inspections import add_points
from gongfang.quality.services.plans import plans_for

SAMPLE = Decimal(5)
Running = Callable[[], Sequence[tuple[int, str, int, str, Decimal]]]
RUNNING: Port[Running] = Port("quality.running", lambda: [])
"""What is being worked on: (operation, its name, item, order number, order quantity); answered by production."""


@verb("quality.make_patrols", N_("Make the patrol inspections that are due"), roles=("inspector", "supervisor"))
def make_patrols(*, actor: User, request_id: uuid.UUID, now: datetime | None = None) -> list[Inspection]:
    """An inspection for every running operation whose item has a patrol plan and whose last one is long enough ago.

    None is made while one waits. Constant statements.
    """
    moment = now or timezone.now()
    work = list(RUNNING.provider())
    items = masterdata.items_by_ids({one[2] for one in work})
    plans = InspectionPlan.objects.filter(
        Q(item__in=items) | Q(category__in={item.category_id for item in items.values()}), kind=InspectionKind.PATROL, is_active=True,
        every_minutes__isnull=False,
    ).order_by("pk")  # fmt: skip
    by_item = {plan.item_id: plan for plan in plans if plan.item_id}
    by_category = {plan.category_id: plan for plan in plans if not plan.item_id}
    mine = Inspection.objects.filter(operation_ref__in=[one[0] for one in work], kind=InspectionKind.PATROL).exclude(
        approval=Approval.VOID
    )
    last = dict(mine.values_list("operation_ref").annotate(Max("created_at")).order_by())
    waiting = set(mine.exclude(approval=Approval.APPROVED).values_list("operation_ref", flat=True))
    due = []
    for one in work:
        plan = by_item.get(one[2]) or by_category.get(items[one[2]].category_id)
        if plan is None or one[0] in waiting:
            continue
        before = last.get(one[0])
        if before is None or before + timedelta(minutes=plan.every_minutes or 0) <= moment:
            due.append(one)
    if not due:
        return []
    holding = plans_for(InspectionKind.PATROL, [(item, None) for _, _, item, _, _ in due])
    numbers = next_numbers(Inspection, timezone.localdate(moment), len(due))
    rows = Inspection.objects.bulk_create(
        Inspection(
            number=number, business_date=timezone.localdate(moment), created_by=actor, kind=InspectionKind.PATROL, item_id=item,
            operation_ref=operation, operation=name[:80], source_number=order, quantity=min(SAMPLE, quantity),
            sample_size=min(SAMPLE, quantity),
        )
        for number, (operation, name, item, order, quantity) in zip(numbers, due, strict=True)
    )  # fmt: skip
    add_points((row, holding[row.item_id, None]) for row in rows)
    return rows


@scheduled("quality.make_patrols", N_("Make the patrol inspections that are due"), every=timedelta(minutes=5))
def patrol_by_the_clock(*, actor: User, now: datetime) -> str:
    """Every five minutes; nothing is written while no plan asks for patrols."""
    if not InspectionPlan.objects.filter(
        kind=InspectionKind.PATROL, is_active=True, every_minutes__isnull=False
    ).exists():
        return ""
    return str(len(make_patrols(actor=actor, request_id=new_request_id(), now=now)))
