"""Plan to shop: the demo factory's orders are planned, sequenced machine by machine, published, released and worked for thirty days (eight on PostgreSQL); books hold."""

from datetime import date, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from gongfang.masterdata.models import WorkCentre
from gongfang.planning import queries as planning_queries
from gongfang.planning import services as planning
from gongfang.planning.models import PlannedOrder, PlanRun, PlanSource, Schedule
from gongfang.planning.services.schedules import solve_into
from gongfang.platform.exchange import services as exchange
from gongfang.platform.identity import services as identity
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.services import Progress
from gongfang.platform.verification import run_all
from gongfang.production.models import WorkOrder, WorkOrderOperation
from gongfang.purchasing.models import PurchaseOrder
from gongfang.simulation.clock import Clock, running
from gongfang.simulation.runner import simulate

WORKBOOK = Path(__file__).resolve().parents[2] / "examples" / "pump-factory.xlsx"
START = date(2026, 9, 1)  # a Tuesday
AHEAD = timedelta(days=10)


def planner() -> User:
    return User.objects.filter(roles__code="planner").order_by("pk")[0]


def planned() -> tuple[PlanRun, list[int]]:
    """Run MRP; the run, and its suggestions that have to start soon."""
    run = planning.plan_now(actor=planner(), today=START)
    return run, planning_queries.to_release(run, START + AHEAD)


def released(order_ids: list[int]) -> list[PlannedOrder]:
    rows = planning.release_suggestions(actor=planner(), request_id=uuid4(), order_ids=order_ids)
    assert all(row.state == "released" and row.document_number for row in rows)
    return rows


def scheduled() -> Schedule:
    """Sequence all open work orders by the dispatcher, which always gives the same answer."""
    schedule = planning.create_schedule(actor=planner(), request_id=uuid4(), seconds=0)
    solve_into(schedule, Progress())
    assert (schedule.state, schedule.operation_count) == ("done", schedule.slots.count())
    return schedule


def fits(schedule: Schedule) -> None:
    """No work centre does more at a time than it has machines; no step begins before the one before it has ended."""
    machines = dict(WorkCentre.objects.exclude(kind="outside").values_list("pk", "machines"))
    changes: dict[int, list[tuple[object, int]]] = {}
    ends: dict[int, object] = {}
    slots = schedule.slots.select_related("operation").order_by("operation__document_id", "operation__operation_no")
    for slot in slots:
        if slot.work_centre_id in machines:
            changes.setdefault(slot.work_centre_id, []).extend([(slot.starts_at, 1), (slot.ends_at, -1)])
        if not slot.operation.predecessors:
            assert ends.get(slot.operation.document_id, slot.starts_at) <= slot.starts_at
        ends[slot.operation.document_id] = slot.ends_at
    for centre, rows in changes.items():
        at_work = 0
        for _, change in sorted(rows):
            at_work += change
            assert at_work <= machines[centre]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_plan_reaches_the_shop_and_the_books_hold():
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="root", name="管理员", password="Gongfang-2026"
    )
    exchange.import_workbook(actor=admin, request_id=uuid4(), content=WORKBOOK.read_bytes(), start=START)
    clock = Clock(START)
    with running(clock):
        clock.set(START, time(7, 0))
        first, wanted = planned()
        made = [row.pk for row in PlannedOrder.objects.filter(pk__in=wanted, kind="make")]
        assert released(made) and WorkOrder.objects.count() == len(made)
        schedule = scheduled()
        assert schedule.operation_count == WorkOrderOperation.objects.count() > len(made)
        fits(schedule)
        planning.publish_schedule(actor=planner(), request_id=uuid4(), schedule_id=schedule.pk)
        assert not WorkOrderOperation.objects.filter(planned_start=None).exists()

        second, again = planned()  # what was released is a supply now, no suggestion any more
        supplies = PlanSource.objects.filter(run=second, side="supply", doc_type="production.work_order")
        assert set(supplies.values_list("document_id", flat=True)) == set(
            WorkOrder.objects.values_list("pk", flat=True)
        )
        assert second.order_count == first.order_count - len(made)
        left = PlannedOrder.objects.filter(pk__in=again)
        bought = released([row.pk for row in left if row.kind == "buy"])
        assert PurchaseOrder.objects.filter(pk__in={row.document_id for row in bought}, approval="draft").exists()
        assert run_all() == []

    days = (
        30 if connection.vendor == "sqlite" else 8
    )  # the same statements, less often: each costs PostgreSQL thrice as much
    report = simulate(days=days, seed=3, start=START)
    assert report.done.get("released"), report
    assert report.done["reports"] > 0 and report.done["shipments"] > 0
    assert WorkOrderOperation.objects.filter(planned_start__isnull=False, good_quantity__gt=0).exists()
    assert run_all() == []
