"""What a new schedule leaves where it is: begun work, the frozen zone, the planner's pins; and what it lets go, with a word."""
# ruff: noqa: F811

import uuid
from datetime import datetime, time, timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from gongfang.planning import services
from gongfang.planning.floorplan import floor_of
from gongfang.planning.models import Schedule, ScheduleSlot
from gongfang.planning.services.schedules import solve_into
from gongfang.platform.tasks.services import Progress
from gongfang.production.models import WorkOrderOperation
from tests.planning.test_floor import scheduled, shop  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday(shop):
    """The start of a shift; both centres have one machine and work from 8 to 16."""
    shop.stock_up(500)
    day = shop.today + timedelta(days=-shop.today.weekday() + 7)
    return timezone.make_aware(datetime.combine(day, time(8)))


def slot_of(schedule: Schedule, operation: WorkOrderOperation) -> ScheduleSlot:
    return schedule.slots.get(operation=operation)


def started(shop, order, number: int, worked: str = "0"):
    if D(worked):
        shop.report(order, number, worked)
    operation = shop.operation(order, number)
    WorkOrderOperation.objects.filter(pk=operation.pk).update(state="started", started_at=timezone.now())
    return shop.operation(order, number)


def at(shop, moment, **values) -> Schedule:
    schedule = shop.do(services.create_schedule, seconds=0, **values)
    schedule.starts_at = moment
    schedule.save(update_fields=["starts_at"])
    solve_into(schedule, Progress())
    return schedule


def test_begun_work_goes_on_at_once_with_what_is_left(shop, monday):
    """Turning ten pieces takes 30 + 60 minutes; of the urgent order none is done, of the patient one, begun before, four are."""
    patient, urgent = shop.order("10", priority=9), shop.order("10", priority=1)
    turning = started(shop, patient, 10, "4")
    slot = slot_of(at(shop, monday), turning)
    assert (slot.work_centre, slot.starts_at, slot.is_fixed) == (shop.turning, monday, True)
    assert slot.ends_at == monday + timedelta(minutes=36)  # six pieces, no setting up any more
    other = slot_of(Schedule.objects.first(), shop.operation(urgent, 10))
    assert other.starts_at >= slot.ends_at and not other.is_fixed


def test_begun_work_waits_for_the_shift_not_for_the_step_before(shop, monday):
    """Assembly has begun on the pieces that were turned, though turning still goes on."""
    order = shop.order("10")
    first, second = started(shop, order, 10, "4"), started(shop, order, 20)
    schedule = at(shop, monday - timedelta(hours=10))
    assert {slot_of(schedule, one).starts_at for one in (first, second)} == {monday}
    assert schedule.status in ("optimal", "feasible")


def test_more_begun_than_machines_go_one_after_the_other(shop, monday):
    operations = [started(shop, shop.order("10"), 10) for _ in range(3)]
    schedule = at(shop, monday)
    rows = [slot_of(schedule, one) for one in operations]
    assert [(row.starts_at - monday).seconds // 60 for row in rows] == [0, 60, 120]
    assert all(row.is_fixed for row in rows) and schedule.warnings == []


def test_the_frozen_zone_holds_and_what_lies_behind_it_is_free(shop, monday):
    low, high = shop.order("10", priority=9), shop.order("10", priority=8)
    before = at(shop, monday)
    shop.do(services.publish_schedule, schedule_id=before.pk)
    now, later = sorted(before.slots.filter(work_centre=shop.turning), key=lambda slot: slot.starts_at)
    for order in (low, high):  # all turned round
        order.refresh_from_db()
        order.priority = 1 if order.pk == later.operation.document_id else 9
        order.due = shop.today
        order.save(update_fields=["priority", "due"])
    after = at(shop, monday, frozen_hours=1)
    kept = slot_of(after, now.operation)
    assert (kept.starts_at, kept.is_fixed) == (now.starts_at, True)
    assert not slot_of(after, later.operation).is_fixed
    free = at(shop, monday, frozen_hours=0)
    assert slot_of(free, later.operation).starts_at == monday


def test_pins_are_carried_into_a_new_schedule_unless_the_planner_says_no(shop, monday):
    order = shop.order("10")
    first = at(shop, monday)
    operation = shop.operation(order, 10)
    pinned = monday + timedelta(days=1, hours=2)
    shop.do(services.move_operation, schedule_id=first.pk, operation_id=operation.pk, starts_at=pinned, fit=True)
    second = at(shop, monday)
    slot = slot_of(second, operation)
    assert (slot.starts_at, slot.is_pinned, slot.is_fixed) == (pinned, True, False)
    third = at(shop, monday)
    assert slot_of(third, operation).is_pinned  # a pin of a pin
    again = monday + timedelta(days=2)
    shop.do(services.move_operation, schedule_id=third.pk, operation_id=operation.pk, starts_at=again, fit=True)
    assert slot_of(third, operation).starts_at == again  # a carried pin can be moved
    fourth = at(shop, monday, keep_pins=False)
    assert (slot_of(fourth, operation).starts_at, slot_of(fourth, operation).is_pinned) == (monday, False)


def test_a_single_pin_is_let_go_on_the_board_and_by_rest(shop, monday, client):
    orders = [shop.order("10"), shop.order("10")]
    first = at(shop, monday)
    operations = [shop.operation(order, 10) for order in orders]
    for operation, days in zip(operations, (1, 2), strict=True):
        later = monday + timedelta(days=days)
        shop.do(services.move_operation, schedule_id=first.pk, operation_id=operation.pk, starts_at=later, fit=True)
    second = at(shop, monday)
    slots = [slot_of(second, operation) for operation in operations]
    assert [slot.is_pinned for slot in slots] == [True, True]
    client.force_login(shop.boss)
    assert (
        f'"slot": {slots[0].pk}, "pinned": true'
        in client.get(f"/planning/gantt/?schedule={second.pk}").content.decode()
    )
    done = client.post("/planning/gantt/unpin", {"slot": slots[0].pk, "request_id": str(uuid.uuid4())})
    assert (done.status_code, done.json()) == (200, {"reasons": []})
    slot = slot_of(second, operations[0])
    assert (slot.starts_at, slot.is_pinned) == (slots[0].starts_at, False)  # it stays until something else moves it
    assert slot_of(second, operations[1]).is_pinned
    again = client.post("/planning/gantt/unpin", {"slot": slots[0].pk, "request_id": str(uuid.uuid4())})
    assert again.status_code == 409 and orders[0].number in again.json()["reasons"][0]
    third = at(shop, monday)
    assert (slot_of(third, operations[0]).starts_at, slot_of(third, operations[0]).is_pinned) == (monday, False)
    kept = slot_of(third, operations[1])
    assert kept.is_pinned
    rest = client.post(
        f"/api/v1/planning/slots/{kept.pk}/unpin_operations",
        {},
        "application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert rest.status_code == 200, rest.content
    assert not slot_of(third, operations[1]).is_pinned


def test_a_pin_that_no_longer_fits_is_let_go_and_told(shop, monday):
    order, other = shop.order("10"), shop.order("10")
    first = at(shop, monday)
    operation = shop.operation(order, 10)
    shop.do(services.move_operation, schedule_id=first.pk, operation_id=operation.pk, starts_at=monday, fit=True)
    started(shop, other, 10)
    second = at(shop, monday)
    slot = slot_of(second, operation)
    assert slot.starts_at == monday + timedelta(minutes=60) and not slot.is_pinned
    assert [one["data"]["order"].split()[0] for one in second.warnings if one["code"] == "let_go"] == [order.number]


def test_statements_do_not_grow_with_what_is_kept(shop, monday):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            floor_of(monday, "makespan", 8, pins_of=Schedule.objects.first().pk)
        return len(caught)

    shop.order("10")
    schedule = at(shop, monday)
    shop.do(services.publish_schedule, schedule_id=schedule.pk)
    few = statements()
    for _ in range(4):
        shop.order("10")
    schedule = at(shop, monday)
    shop.do(services.publish_schedule, schedule_id=schedule.pk)
    schedule.slots.update(is_pinned=True)
    assert statements() == few


def test_backward_begins_as_late_as_the_due_date_allows(shop, monday):
    """Due at the end of Friday: assembly takes 120 minutes to the end of the shift, turning the 90 before it."""
    order = shop.order("10")
    order.due = monday.date() + timedelta(days=4)
    order.save(update_fields=["due"])
    early, late = at(shop, monday), at(shop, monday, direction="backward")
    assert slot_of(early, shop.operation(order, 10)).starts_at == monday
    friday = monday + timedelta(days=4)
    turning, assembly = slot_of(late, shop.operation(order, 10)), slot_of(late, shop.operation(order, 20))
    assert (assembly.starts_at, assembly.ends_at) == (friday + timedelta(hours=6), friday + timedelta(hours=8))
    assert (turning.starts_at, turning.ends_at) == (friday + timedelta(hours=4, minutes=30), assembly.starts_at)
    assert (late.late_count, late.objective_value) == (0, early.objective_value)
