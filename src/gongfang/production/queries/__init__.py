"""Named reads of the shop floor for screens and neighbours."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext

from gongfang.kernel.money import ZERO
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.identity.scopes import scoped
from gongfang.platform.prepared import Prepared
from gongfang.production.models import (
    HelpCall,
    IssueLine,
    LotUse,
    MaterialReturnLine,
    OutputReceiptLine,
    Report,
    ReportLine,
    ReportPerson,
    WorkOrder,
    WorkOrderMaterial,
    WorkOrderOperation,
    WorkOrderOutput,
)
from gongfang.production.queries.outside import (
    Fee,
    arrived_quantities,
    away_at,
    away_by_number,
    came_back,
    done_here,
    fees_by_subcontractor,
    given_of,
    open_fees,
    outside_of,
    outside_operations,
    outside_quantities,
    subcontract_receipts,
)
from gongfang.production.queries.steps import steps_of
from gongfang.production.rules import LIVE, STAGE_LABELS, Stage, day_at, last_steps
from gongfang.quality import queries as quality

__all__ = [
    "Fee", "arrived_quantities", "away_at", "away_by_number", "came_back", "done_here", "fees_by_subcontractor", "given_of", "open_fees", "outside_of",
    "outside_operations", "outside_quantities", "steps_of", "subcontract_receipts",
]  # fmt: skip

OPEN_STAGES = (Stage.PLANNED, Stage.RELEASED, Stage.STARTED, Stage.PAUSED)


OPERATIONS_OF = Prepared(
    lambda ids: WorkOrderOperation.objects.filter(document__in=ids).order_by("document_id", "operation_no")
)


def ready_quantities(order_ids: Collection[int]) -> dict[int, Decimal]:
    """Order → good pieces of its last operations; orders without operations are left out. One statement."""
    by_order: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    for operation in OPERATIONS_OF(sorted(set(order_ids))):
        by_order[operation.document_id].append(operation)
    return {pk: min(step.good for step in last_steps(steps_of(rows))) for pk, rows in by_order.items()}


def orders_visible_to(actor: User) -> QuerySet[WorkOrder]:
    """Orders whose receiving warehouse the person may see."""
    return scoped(WorkOrder.objects.all(), actor, warehouse="warehouse__code")


def orders_with_material(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Those that hold material that could come back: something is issued, and they are not closed."""
    held = WorkOrderMaterial.objects.filter(document=OuterRef("pk"), done_quantity__gt=0)
    stages = (Stage.RELEASED, Stage.STARTED, Stage.COMPLETED)
    return orders.filter(Exists(held), approval="approved", stage__in=stages)


def orders_with_output(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Those that may still bring something: begun, or without operations; product, co-products, by-products or parts are open."""
    further = WorkOrderOutput.objects.filter(document=OuterRef("pk"), received_quantity__lt=F("quantity"))
    steps = WorkOrderOperation.objects.filter(document=OuterRef("pk"))
    begun = Q(stage__in=(Stage.STARTED, Stage.COMPLETED)) | (Q(stage=Stage.RELEASED) & ~Exists(steps))
    product = Q(quantity__gt=F("received_quantity") + F("scrap_quantity")) & ~Q(kind="disassembly")
    return orders.filter(begun, product | Exists(further), approval="approved")


@dataclass(frozen=True, slots=True)
class InOrder:
    """So much of a component, of one lot, is in an order. lot_id None: what is in it without a lot."""

    material: WorkOrderMaterial
    lot_id: int | None
    lot_code: str
    quantity: Decimal


def in_orders(order_ids: Collection[int]) -> list[InOrder]:
    """What is in orders by component and lot, net of what came back; two statements.

    Where a component stands in an order several times, its lots are told with the first line that has as much.
    """
    materials = WorkOrderMaterial.objects.filter(document__in=list(order_ids), done_quantity__gt=0)
    materials = materials.select_related("document", "item__unit", "item__second_unit")
    uses: dict[tuple[int, int], list[LotUse]] = defaultdict(list)
    consumed = LotUse.objects.filter(order__in=list(order_ids), role=LotUse.Role.CONSUMED, quantity__gt=0)
    for use in consumed.select_related("lot").order_by("lot__code"):
        uses[use.order_id, use.lot.item_id].append(use)
    found = []
    left = {use.pk: use.quantity for some in uses.values() for use in some}
    for material in materials.order_by("document_id", "line_no"):
        rest = material.done_quantity
        for use in uses[material.document_id, material.item_id]:
            quantity = min(left[use.pk], rest)
            if quantity > 0:
                found.append(InOrder(material, use.lot_id, use.lot.code, quantity))
                left[use.pk] -= quantity
                rest -= quantity
        if rest > 0:
            found.append(InOrder(material, None, "", rest))
    return found


def open_orders() -> QuerySet[WorkOrder]:
    """Orders that are not finished, planned ones included, cancelled and void ones not."""
    return WorkOrder.objects.filter(stage__in=OPEN_STAGES).exclude(approval="void")


@dataclass(frozen=True, slots=True)
class Supply:
    """What an open order will still bring."""

    order_id: int
    number: str
    item_id: int
    quantity: Decimal
    due: date
    stage: str
    approval: str
    warehouse_id: int | None = None

    @property
    def stage_text(self) -> str:
        return gettext(STAGE_LABELS[Stage(self.stage)])


def open_supply(item_ids: Collection[int] | None = None) -> list[Supply]:
    """Everything open orders will still bring; one statement. Drafts and cancelled ones are left out by the caller's choice."""
    rows = WorkOrder.objects.filter(stage__in=OPEN_STAGES).exclude(approval="void")
    if item_ids is not None:
        rows = rows.filter(item__in=item_ids)
    return [
        Supply(row.pk, row.number, row.item_id, row.open_quantity, row.due, row.stage, row.approval, row.warehouse_id)
        for row in rows.order_by("due", "pk")
        if row.open_quantity > 0
    ]


def open_outputs() -> list[Supply]:
    """Further outputs that open orders will still bring; one statement."""
    rows = WorkOrderOutput.objects.filter(document__stage__in=OPEN_STAGES).exclude(document__approval="void")
    return [
        Supply(row.document_id, row.document.number, row.item_id, left, row.document.due, row.document.stage, row.document.approval,
               row.document.warehouse_id)
        for row in rows.select_related("document").order_by("document__due", "pk")
        if (left := row.quantity - row.received_quantity) > 0
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demand:
    """What an open order still needs of a component, by the order's start and the days after it. warehouse_id: the order's.

    substitutes: (item, ratio, whether it is used up first) of what may be taken instead, by rank.
    """

    order_id: int
    material_id: int
    item_id: int
    quantity: Decimal
    on: date
    warehouse_id: int | None = None
    offset_days: int = 0
    substitutes: tuple[tuple[int, Decimal, bool], ...] = ()


def open_demand(item_ids: Collection[int] | None = None) -> list[Demand]:
    """Everything open orders still need (bulk material left out); two statements, and the calendar's."""
    rows = WorkOrderMaterial.objects.filter(document__stage__in=OPEN_STAGES).exclude(document__approval="void")
    rows = rows.exclude(issue_method="bulk").select_related("document")
    if item_ids is not None:
        rows = rows.filter(item__in=item_ids)
    calendar = masterdata.working_calendar() if rows.filter(offset_days__gt=0).exists() else None

    def needed(row: WorkOrderMaterial) -> date:
        start = row.document.start
        return calendar.add_working_days(start, row.offset_days) if calendar and row.offset_days else start

    return [
        Demand(
            row.document_id,
            row.pk,
            row.item_id,
            row.quantity - there,
            needed(row),
            row.document.warehouse_id,
            row.offset_days,
            tuple((item, Decimal(ratio), first) for item, ratio, first in row.allowed_substitutes),
        )
        for row in rows.order_by("document__start", "pk")
        if row.quantity > (there := row.done_quantity + row.outside_quantity)
    ]


def dispatch_list(work_centre_ids: Iterable[int] | None = None) -> QuerySet[WorkOrderOperation]:
    """Open operations of released orders: by the published schedule, then the most urgent first."""
    rows = WorkOrderOperation.objects.filter(document__stage__in=LIVE).exclude(state="done")
    rows = rows.exclude(document__stage=Stage.COMPLETED)
    if work_centre_ids is not None:
        rows = rows.filter(work_centre__in=list(work_centre_ids))
    return rows.select_related("document__item__unit", "work_centre", "assigned_to").order_by(
        F("planned_start").asc(nulls_last=True), "document__priority", "document__due", "document_id", "operation_no"
    )


def shop_list(work_centre_ids: Iterable[int] | None = None) -> QuerySet[WorkOrderOperation]:
    """The dispatch list without what a subcontractor does: what people of the house can be given, begin and report; of outside operations
    what came back unworked."""
    return done_here(dispatch_list(work_centre_ids))


def open_operations() -> QuerySet[WorkOrderOperation]:
    """What is left to do on all open orders, planned ones included, by order and operation."""
    rows = WorkOrderOperation.objects.filter(document__stage__in=OPEN_STAGES).exclude(document__approval="void")
    rows = rows.exclude(state="done").select_related(
        "document__item__unit", "document__customer", "work_centre__calendar"
    )
    return rows.order_by("document_id", "operation_no")


def first_pieces(operations: Iterable[WorkOrderOperation]) -> dict[int, str]:
    """Operation → how its first piece stands: needed, waiting, failed, passed; others are left out. One statement, none without such."""
    asked = [row for row in operations if row.inspection == "first"]
    made = quality.at_operations([row.pk for row in asked], "first") if asked else {}
    found = {}
    for row in asked:
        inspections = made.get(row.pk, [])
        waits = any(one.approval != "approved" for one in inspections)
        found[row.pk] = "passed" if row.first_passed else "waiting" if waits else "failed" if inspections else "needed"
    return found


def _days_now(operations: Iterable[WorkOrderOperation], now: datetime) -> set[date]:
    """Business days of the present moment at some operations: yesterday's, where a night shift works. Calendars must be loaded."""
    calendars = [row.work_centre.calendar for row in operations]
    return {day_at(one.shifts, now) if one else now.date() for one in calendars}


def pieces_today(user: User) -> list[ReportPerson]:
    """What a person has reported in the present shift's day, latest first: pieces and pay. One statement."""
    now = timezone.localtime()
    since = now.date() - timedelta(days=1)
    mine = ReportPerson.objects.filter(
        employee__user=user, line__document__business_date__gte=since, line__document__approval="approved"
    )
    rows = list(
        mine.select_related("line__document", "line__operation__work_centre__calendar", "line__order__item").order_by(
            "-pk"
        )
    )
    days = _days_now((row.line.operation for row in rows), now)
    return [row for row in rows if row.line.document.business_date in days]


def last_report(user: User) -> Report | None:
    """The latest report that a person made in the present shift's day and that still stands. One statement."""
    now = timezone.localtime()
    since = now.date() - timedelta(days=1)
    mine = ReportLine.objects.filter(
        document__created_by=user, document__business_date__gte=since, document__approval="approved"
    )
    rows = list(mine.select_related("document", "operation__work_centre__calendar").order_by("-document_id")[:200])
    days = _days_now((row.operation for row in rows), now)
    return next((row.document for row in rows if row.document.business_date in days), None)


def usual_causes(limit: int = 6) -> list[str]:
    """What made pieces bad lately, the most frequent first. One statement."""
    latest = ReportLine.objects.exclude(cause="").order_by("-pk").values_list("cause", flat=True)[:200]
    return [cause for cause, _ in Counter(latest).most_common(limit)]


def open_calls() -> QuerySet[HelpCall]:
    """Calls for help that nobody has solved, oldest first."""
    rows = HelpCall.objects.exclude(state="solved").select_related(
        "work_centre", "operation__document", "raised_by", "taken_by"
    )
    return rows.order_by("raised_at")


def lots_made_of(lot_ids: Iterable[int]) -> set[int]:
    """Forward trace: every lot that a lot went into, at any depth. Two statements per level."""
    return _trace(lot_ids, LotUse.Role.CONSUMED, LotUse.Role.PRODUCED)


def lots_inside(lot_ids: Iterable[int]) -> set[int]:
    """Backward trace: every lot that went into a lot, at any depth. Two statements per level."""
    return _trace(lot_ids, LotUse.Role.PRODUCED, LotUse.Role.CONSUMED)


def _trace(lot_ids: Iterable[int], come: str, go: str) -> set[int]:
    found: set[int] = set()
    frontier = set(lot_ids)
    while frontier:
        orders = LotUse.objects.filter(lot__in=frontier, role=come, quantity__gt=0).values_list("order_id", flat=True)
        nexts = LotUse.objects.filter(order__in=set(orders), role=go, quantity__gt=0).values_list("lot_id", flat=True)
        frontier = set(nexts) - found
        found |= frontier
    return found


def orders_late(on: date) -> QuerySet[WorkOrder]:
    """Open orders past their due date."""
    return WorkOrder.objects.filter(Q(stage__in=OPEN_STAGES), due__lt=on).exclude(approval="void")


def received_on(on: date, until: datetime | None = None) -> Decimal:
    """Pieces of products received into stock on a day; of those, what was entered until a moment."""
    rows = OutputReceiptLine.objects.filter(document__business_date=on, document__approval="approved", output=None)
    if until is not None:
        rows = rows.filter(document__created_at__lte=until)
    return rows.aggregate(total=Sum("quantity"))["total"] or ZERO


@dataclass(frozen=True, slots=True)
class LotStep:
    """An order that took a lot in (come) and what lot came out of it (go; none yet: it is in process)."""

    order_id: int
    number: str
    stage: str
    come_lot: int
    come_quantity: Decimal
    go_lot: int | None
    go_quantity: Decimal | None


_LOT_STEPS = """
WITH RECURSIVE reached(lot_id) AS (
    SELECT id FROM ledger_lot WHERE id = %s
    UNION
    SELECT go.lot_id FROM reached r
    JOIN production_lotuse come ON come.lot_id = r.lot_id AND come.role = %s AND come.quantity > 0
    JOIN production_lotuse go ON go.order_id = come.order_id AND go.role = %s AND go.quantity > 0
)
SELECT come.order_id, o.number, o.stage, come.lot_id, come.quantity, go.lot_id, go.quantity FROM reached r
JOIN production_lotuse come ON come.lot_id = r.lot_id AND come.role = %s AND come.quantity > 0
JOIN production_workorder o ON o.id = come.order_id
LEFT JOIN production_lotuse go ON go.order_id = come.order_id AND go.role = %s AND go.quantity > 0
ORDER BY come.order_id, come.lot_id, go.lot_id"""


def lot_steps(lot_id: int, *, forward: bool = True) -> list[LotStep]:
    """Every order through which a lot went on (forward), or from which it came with all that is inside it (backward).

    Backward, `come` is the lot that came out and `go` what went in. One statement at any depth.
    """
    roles = ("consumed", "produced") if forward else ("produced", "consumed")
    with connection.cursor() as cursor:
        cursor.execute(_LOT_STEPS, [lot_id, *roles, *roles])
        rows = cursor.fetchall()
    million = Decimal(1_000_000)
    return [
        LotStep(
            order,
            number,
            stage,
            come,
            Decimal(taken) / million,
            go,
            None if given is None else Decimal(given) / million,
        )
        for order, number, stage, come, taken, go, given in rows
    ]


def running_work() -> list[tuple[int, str, int, str, Decimal]]:
    """Operations that are being worked on: (operation, its name, item, order number, order quantity). One statement."""
    rows = WorkOrderOperation.objects.filter(state="started", document__stage=Stage.STARTED, is_subcontracted=False)
    return [
        (row.pk, str(row), row.document.item_id, row.document.number, row.document.quantity)
        for row in rows.select_related("document").order_by("pk")
    ]


def rework_cost(since: date, until: date) -> tuple[int, Decimal]:
    """Rework orders with work or material in a period, and what these put into them. Three statements.

    The value of the pieces that are redone is not counted; material that came back is taken off; fees stand in the reports.
    """
    span = {
        "document__business_date__gte": since,
        "document__business_date__lte": until,
        "document__approval": "approved",
    }
    orders: set[int] = set()
    cost = ZERO
    reports = ReportLine.objects.filter(order__kind="rework", **span)
    for order, *values in reports.values_list(
        "order_id", "labour_value", "machine_value", "overhead_value", "subcontract_value"
    ):
        orders.add(order)
        cost += sum(values, ZERO)
    for model, sign in ((IssueLine, 1), (MaterialReturnLine, -1)):
        lines = model.objects.filter(order__kind="rework", **span).exclude(item=F("order__item"))
        for order, value in lines.values_list("order_id", "value"):
            orders.add(order)
            cost += sign * value
    return len(orders), cost


def cycles(since: date, item_ids: Collection[int]) -> dict[int, list[tuple[date, date]]]:
    """Item → (first, last day) of its orders that ended since a day, the newest first, at most 5,000 in all. One statement."""
    rows = WorkOrder.objects.filter(item__in=list(item_ids), actual_start__isnull=False, actual_end__date__gte=since)
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for item, start, end in rows.order_by("-actual_end").values_list("item_id", "actual_start", "actual_end")[:5000]:
        found[item].append((timezone.localdate(start), timezone.localdate(end)))
    return found
