"""What a supervisor's day is made of: work by centre, what waits for whom, what is late, who is there.

Every part takes a constant number of statements, whatever the number of orders, operations and people.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet, Sum

from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.maintenance import queries as maintenance
from gongfang.platform.approvals.queries import to_decide
from gongfang.platform.identity.models import User
from gongfang.production.live import Expected
from gongfang.production.models import (
    OperationTime,
    OrderPause,
    ReportLine,
    ReportPerson,
    SubcontractOrder,
    WorkOrder,
    WorkOrderMaterial,
    WorkOrderOperation,
)
from gongfang.production.models.orders import OperationState
from gongfang.production.queries import arrived_quantities, dispatch_list, shop_list
from gongfang.production.rules import Stage
from gongfang.production.services.stocks import waiting_for_material

OPERATIONS_MAX = 600


@dataclass(slots=True)
class Task:
    """An open operation. ready: pieces that have arrived and may be worked; left: pieces still to be worked."""

    operation: WorkOrderOperation
    ready: Decimal
    left: Decimal

    @property
    def is_given(self) -> bool:
        return self.operation.is_given

    @property
    def minutes(self) -> Decimal:
        """Standard minutes that are left, with the set-up unless it is done."""
        row = self.operation
        return row.run_minutes * self.left + (ZERO if row.minutes else row.setup_minutes)


@dataclass(frozen=True, slots=True)
class Outside:
    """An operation that a subcontractor does. ready: pieces that wait here for it; subcontracts: its orders that are not finished."""

    operation: WorkOrderOperation
    ready: Decimal
    subcontracts: Sequence[SubcontractOrder]

    @property
    def due(self) -> date | None:
        return max((one.due for one in self.subcontracts), default=None)


def outside() -> list[Outside]:
    """Operations done outside that have pieces to send or an order under way, by urgency. Three statements."""
    rows = list(dispatch_list().filter(is_subcontracted=True)[:OPERATIONS_MAX])
    ready = arrived_quantities(rows)
    given: dict[int, list[SubcontractOrder]] = defaultdict(list)
    orders = (
        SubcontractOrder.objects.filter(operation__in=rows)
        .exclude(approval="void")
        .exclude(execution__in=("done", "closed"))
    )
    for one in orders.select_related("partner").order_by("pk"):
        given[one.operation_id].append(one)
    found = [Outside(row, ready.get(row.pk, ZERO), given[row.pk]) for row in rows]
    return [one for one in found if one.ready > 0 or one.subcontracts]


@dataclass(slots=True)
class CentreDay:
    """A work centre: its open operations by urgency, machines that stand, pieces made today."""

    centre: Any
    tasks: list[Task] = field(default_factory=list)
    stands: list[Any] = field(default_factory=list)
    good: Decimal = ZERO

    @property
    def running(self) -> int:
        return sum(task.operation.state == OperationState.STARTED for task in self.tasks)

    @property
    def ready(self) -> int:
        return sum(task.operation.state == OperationState.OPEN and task.ready > 0 for task in self.tasks)

    @property
    def not_given(self) -> int:
        return sum(not task.is_given for task in self.tasks)

    @property
    def hours(self) -> Decimal:
        return sum((task.minutes for task in self.tasks), ZERO) / 60


def tasks(work_centre_ids: Collection[int] | None = None) -> list[Task]:
    """Open work inside the house in the order of the dispatch list, with what came back unworked from outside. Six statements at most."""
    rows = list(shop_list(work_centre_ids)[:OPERATIONS_MAX])
    ready = arrived_quantities(rows)
    found = []
    for row in rows:
        there = ready.get(row.pk, ZERO)
        found.append(
            Task(row, there, there if row.is_subcontracted else max(row.document.quantity - row.worked_quantity, ZERO))
        )
    return found


def centre_days(open_tasks: Sequence[Task], today: date) -> list[CentreDay]:
    """Work centres that have work, stand, or have worked today, by code. Three statements."""
    lines = ReportLine.objects.filter(document__business_date=today, document__approval="approved", subcontractor=None)
    good = dict(lines.values_list("operation__work_centre_id").annotate(Sum("good")).order_by())
    stands: dict[int, list[Any]] = defaultdict(list)
    for stop in maintenance.standing():
        stands[stop.work_centre_id].append(stop)
    model = WorkOrderOperation._meta.get_field("work_centre").related_model
    wanted = {task.operation.work_centre_id for task in open_tasks} | good.keys() | stands.keys()
    found = {
        row.pk: CentreDay(row, [], stands.get(row.pk, []), good.get(row.pk, ZERO))
        for row in model._default_manager.filter(pk__in=wanted - {None}).order_by("code")
    }
    for task in open_tasks:
        found[task.operation.work_centre_id].tasks.append(task)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Slipping:
    """An open order that is late or will probably be. expected: None while it is not on the floor."""

    order: WorkOrder
    expected: Expected | None
    days: int


def slipping(orders: QuerySet[WorkOrder], expected: Mapping[int, Expected], today: date) -> list[Slipping]:
    """Late orders first, the latest before, then those at risk. One statement."""
    risky = [pk for pk, one in expected.items() if one.is_late]
    rows = orders.filter(due__lt=today) | orders.filter(pk__in=risky)
    found = [Slipping(row, expected.get(row.pk), (today - row.due).days) for row in rows.select_related("item__unit")]
    return sorted(found, key=lambda one: (-max(one.days, 0), -(one.expected.risk if one.expected else 0), one.order.pk))


def held(orders: QuerySet[WorkOrder]) -> list[OrderPause]:
    """Orders that are held, with why and since when, the longest first. One statement."""
    rows = OrderPause.objects.filter(ended_at=None, order__in=orders.filter(stage=Stage.PAUSED))
    return list(rows.select_related("order__item", "began_by").order_by("began_at"))


@dataclass(frozen=True, slots=True)
class Fetching:
    """An order that waits for components. short: what the stores lack for it once more urgent orders have theirs."""

    order: WorkOrder
    lines: int
    short: Sequence[tuple[Any, Decimal]]


def fetching(orders: QuerySet[WorkOrder], limit: int) -> list[Fetching]:
    """Orders that wait for material, the most urgent first: they share what is free in that order. Three statements."""
    waiting = list(waiting_for_material(orders).select_related("item").order_by("priority", "due", "pk")[:limit])
    rows = WorkOrderMaterial.objects.filter(
        document__in=waiting, issue_method="push", execution__in=["open", "partial"]
    ).select_related("item__unit")
    wants: dict[int, list[WorkOrderMaterial]] = defaultdict(list)
    for row in rows.order_by("document_id", "line_no"):
        wants[row.document_id].append(row)
    free: dict[int, Decimal] = defaultdict(Decimal)
    for one in ledger.free_in_warehouses({row.item_id for some in wants.values() for row in some}):
        free[one.item_id] += one.quantity
    found = []
    for order in waiting:
        short = []
        for row in wants[order.pk]:
            need = row.quantity - row.done_quantity - row.outside_quantity
            taken = min(need, max(free[row.item_id], ZERO))
            free[row.item_id] -= taken
            if need > taken:
                short.append((row.item, need - taken))
        found.append(Fetching(order, len(wants[order.pk]), short))
    return found


def to_approve(user: User, orders: QuerySet[WorkOrder]) -> list[WorkOrder]:
    """Orders whose approval asks this person now. Two statements at most."""
    asked = to_decide(user).filter(doc_type=WorkOrder.doc_type).values_list("document_id", flat=True)
    waiting = orders.filter(approval="submitted", pk__in=list(asked[:200]))
    return list(waiting.select_related("item__unit").order_by("due", "priority"))


@dataclass(slots=True)
class Present:
    """A person who is at work: what the clock says now, what was reported today."""

    employee: Any
    operation: WorkOrderOperation | None = None
    since: datetime | None = None
    good: Decimal = ZERO
    last: datetime | None = None


def present(today: date) -> list[Present]:
    """Whose clock runs now or who stands in a report of today, by number. Two statements."""
    found: dict[int, Present] = {}
    clocks = OperationTime.objects.filter(ended_at=None).select_related(
        "employee", "operation__document", "operation__work_centre"
    )
    for row in clocks.order_by("began_at"):
        one = found.setdefault(row.employee_id, Present(row.employee))
        one.operation, one.since = row.operation, row.began_at
    lines = ReportPerson.objects.filter(line__document__business_date=today, line__document__approval="approved")
    sums = {
        row["employee_id"]: row
        for row in lines.order_by()
        .values("employee_id")
        .annotate(pieces=Sum("good"), latest=Max("line__document__created_at"))
    }
    model = ReportPerson._meta.get_field("employee").related_model
    for employee in model._default_manager.filter(pk__in=sums):
        one = found.setdefault(employee.pk, Present(employee))
        one.good, one.last = sums[employee.pk]["pieces"], sums[employee.pk]["latest"]
    return sorted(found.values(), key=lambda one: one.employee.code)
