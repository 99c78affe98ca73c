"""What the schedule knows beside machines: moulds and tools with their lives, certified people, set-ups between families."""

import re
from datetime import timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.maintenance.models import Equipment, ToolUse
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Calendar, RoutingOperation, WorkCentre
from gongfang.people.models import Employee, EmployeeSkill, Skill
from gongfang.planning import services
from gongfang.planning.floorplan import problem_of
from gongfang.planning.models import Schedule
from gongfang.planning.queries.rush import impact_of
from gongfang.planning.services.schedules import solve_into
from gongfang.platform.tasks.services import Progress
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db
TURNING = 510  # minutes: 30 of set-up and 80 pumps of 6


@pytest.fixture
def shop(db) -> Shop:
    """Two lathes in one work centre, always open, so that only what is held beside them keeps orders apart."""
    shop = Shop()
    always = Calendar.objects.create(
        code="24", name="连续", weekdays=[1, 2, 3, 4, 5, 6, 7], hours_per_day=24, shifts=[{"name": "日", "start": "00:00", "end": "24:00"}]
    )  # fmt: skip
    WorkCentre.objects.update(calendar=always)
    WorkCentre.objects.filter(pk=shop.turning.pk).update(machines=2)
    shop.stock_up(900)
    return shop


def scheduled(shop: Shop, **values) -> Schedule:
    schedule = shop.do(services.create_schedule, seconds=0, **{"objective": "makespan", **values})
    solve_into(schedule, Progress())
    return schedule


def turned(schedule: Schedule) -> list:
    return list(
        schedule.slots.filter(operation__operation_no=10).select_related("operation").order_by("starts_at", "pk")
    )


def mould(shop: Shop, code: str, **values) -> Equipment:
    row = Equipment.objects.create(code=code, name="模具", kind="mould", **{"state": "in_use", **values})
    ToolUse.objects.create(equipment=row, item=shop.items["pump"], operation_no=10)
    return row


def certified(shop: Shop, *people: str) -> Skill:
    RoutingOperation.objects.filter(operation_no=10).update(skill="TURN")
    skill = Skill.objects.create(code="TURN", name="数控车")
    for code in people:
        person = Employee.objects.create(code=code, name=code)
        EmployeeSkill.objects.create(
            employee=person, skill=skill, level=skill.level_needed, issued_on=shop.today - timedelta(days=9)
        )
    return skill


def minutes_between(first, second) -> int:
    return int((second.starts_at - first.starts_at).total_seconds() // 60)


def test_one_mould_keeps_two_machines_apart_and_a_second_one_does_not(shop):
    shop.order("80"), shop.order("80")
    assert minutes_between(*turned(scheduled(shop))) == 0
    first = mould(shop, "M-1")
    schedule = scheduled(shop)
    one, two = turned(schedule)
    assert minutes_between(one, two) == TURNING
    assert one.also == two.also == (f"tool:{first.pk}",)
    with pytest.raises(DomainError) as refused:
        shop.do(
            services.move_operation,
            schedule_id=schedule.pk,
            operation_id=two.operation_id,
            starts_at=one.starts_at + timedelta(minutes=60),
        )
    assert {problem.code for problem in refused.value.problems} == {"held_by_others"}
    assert "M-1 模具" in str(refused.value) and one.operation.document.number in str(refused.value)
    mould(shop, "M-2")
    assert minutes_between(*turned(scheduled(shop))) == 0


def test_a_rush_order_takes_the_mould_from_whom_it_pushes_aside(shop):
    """Two machines of each kind are free, the one mould is not: with it the open order turns after the rush order."""
    WorkCentre.objects.update(machines=2)
    shop.order("80")
    pump = shop.items["pump"].pk
    certified(shop)  # nobody
    assert impact_of(pump, D(80), shop.today).slips == ()
    mould(shop, "M1")
    behind = impact_of(pump, D(80), shop.today)
    assert [slip.after - slip.before for slip in behind.slips] == [timedelta(minutes=TURNING)]
    assert [one.code for one in behind.warnings] == ["nobody_certified"]


def test_a_mould_under_repair_is_told_and_another_one_taken(shop):
    shop.order("80")
    broken = mould(shop, "M-1", state="in_repair")
    assert [one["code"] for one in scheduled(shop).warnings] == ["tool_not_ready"]
    spare = mould(shop, "M-2")
    schedule = scheduled(shop)
    assert (turned(schedule)[0].also, schedule.warnings) == ((f"tool:{spare.pk}",), [])
    assert broken.pk != spare.pk


def test_the_end_of_a_moulds_life_is_seen_in_the_plan(shop):
    shop.order("80"), shop.order("80")
    mould(shop, "M-1", life_strokes=D(1000), strokes=D(950), cavities=2)
    (warning,) = scheduled(shop).warnings
    assert (warning["code"], warning["data"]["tool"], warning["data"]["left"]) == ("tool_life_ends", "M-1", "20")


def test_no_more_run_at_once_than_people_are_certified(shop):
    certified(shop)
    shop.order("80"), shop.order("80")
    schedule = scheduled(shop)
    assert minutes_between(*turned(schedule)) == 0
    assert [one["code"] for one in schedule.warnings] == ["nobody_certified"]
    EmployeeSkill.objects.create(
        employee=Employee.objects.create(code="A", name="甲"), skill=Skill.objects.get(), level=4,
        issued_on=shop.today - timedelta(days=30), expires_on=shop.today - timedelta(days=1),
    )  # fmt: skip
    assert [one["code"] for one in scheduled(shop).warnings] == ["nobody_certified"]
    EmployeeSkill.objects.update(expires_on=None)
    schedule = scheduled(shop)
    one, two = turned(schedule)
    assert (minutes_between(one, two), schedule.warnings) == (TURNING, [])
    with pytest.raises(DomainError, match="数控车"):
        shop.do(
            services.move_operation, schedule_id=schedule.pk, operation_id=two.operation_id, starts_at=one.starts_at
        )


def test_certified_people_are_shared_out_over_the_shifts(shop):
    certified(shop, "A", "B")
    shop.order("80"), shop.order("80")
    assert minutes_between(*turned(scheduled(shop))) == 0
    shifts = [{"name": "早", "start": "00:00", "end": "12:00"}, {"name": "晚", "start": "12:00", "end": "24:00"}]
    Calendar.objects.update(shifts=shifts)
    assert minutes_between(*turned(scheduled(shop))) == TURNING


@pytest.fixture
def painted(shop: Shop) -> Shop:
    """Red and blue pumps at one machine, which takes 60 minutes from one colour to the other and 45 back."""
    WorkCentre.objects.filter(pk=shop.turning.pk).update(machines=1)
    shop.item("blue", "finished", "0", source="make", default_warehouse=shop.finished)
    shop.bom("blue", shaft="1")
    shop.routing("blue", (10, shop.turning, "30", "6", 1))
    RoutingOperation.objects.filter(routing__item=shop.items["pump"], operation_no=10).update(setup_family="red")
    RoutingOperation.objects.filter(routing__item=shop.items["blue"]).update(setup_family="blue")
    changes = [
        {"from_family": "red", "to_family": "blue", "minutes": "60"},
        {"from_family": "blue", "to_family": "red", "minutes": "45"},
    ]
    shop.do(masterdata.change_work_centre, workcentre_id=shop.turning.pk, setup_changes=changes)
    return shop


def test_families_are_run_together_and_changes_kept_free(painted):
    shop = painted
    for code in ("pump", "blue", "pump", "blue"):
        shop.order("80", code)
    shop.do(services.create_schedule, objective="makespan", seconds=5)
    schedule = Schedule.objects.latest("pk")
    solve_into(schedule, Progress())
    slots = list(
        schedule.slots.filter(work_centre=shop.turning).order_by("starts_at").select_related("operation__document")
    )
    colours = [slot.operation.document.item_id for slot in slots]
    assert colours == sorted(colours, key=[shop.items["pump"].pk, shop.items["blue"].pk].index)
    gaps = [int((after.starts_at - before.ends_at).total_seconds() // 60) for before, after in pairwise(slots)]
    assert gaps == [0, 60, 0]
    with pytest.raises(DomainError) as refused:
        shop.do(
            services.move_operation, schedule_id=schedule.pk, operation_id=slots[2].operation_id,
            starts_at=slots[2].starts_at - timedelta(minutes=20),
        )  # fmt: skip
    (problem,) = refused.value.problems
    assert (problem.code, problem.data["minutes"]) == ("setup_needs_room", 60)
    assert "“red” to “blue”" in str(refused.value)


def test_the_board_shows_set_ups_and_what_is_held(painted, client):
    shop = painted
    mould(shop, "M-1")
    shop.order("80"), shop.order("80", "blue")
    schedule = scheduled(shop)
    client.force_login(shop.boss)
    page = client.get(f"/planning/gantt/?schedule={schedule.pk}").content.decode()
    board = re.search(r'id="pl-board"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert board is not None
    assert ("red \\u2192 blue" in board[1]) != ("blue \\u2192 red" in board[1])
    assert "pl-setup" in board[1] and '"held": ["M-1' in board[1]


def test_the_board_shows_the_hours_that_calendars_hold(shop, client):
    client.force_login(shop.boss)
    Calendar.objects.update(shifts=[{"start": "05:30", "end": "13:30"}, {"start": "13:30", "end": "21:30"}])
    shop.order("10")

    def hours(schedule) -> str:
        return re.search(
            r'"hours": (\[[^]]*\])', client.get(f"/planning/gantt/?schedule={schedule.pk}").content.decode()
        )[1]

    assert hours(scheduled(shop)) == '["04:00", "22:00"]'
    Calendar.objects.update(shifts=[{"start": "08:00", "end": "16:00"}, {"start": "22:00", "end": "06:00"}])
    assert hours(scheduled(shop)) == '["00:00", "24:00"]'


def test_objectives_in_turn_are_shown_with_what_is_proved_of_each(painted, client):
    shop = painted
    for code in ("pump", "blue", "pump", "blue"):
        shop.order("80", code)
    shop.do(services.create_schedule, objective="on_time", seconds=5)
    schedule = Schedule.objects.latest("pk")
    solve_into(schedule, Progress())
    late, setup, end = schedule.levels
    assert (schedule.status, late["value"], setup["value"]) == (
        "optimal",
        "0",
        "45",
    )  # blue first: changing back is cheaper
    assert [one["value"] for one in schedule.levels] == [one["bound"] for one in schedule.levels]
    client.force_login(shop.boss)
    client.cookies["gongfang_language"] = "en"
    page = client.get(f"/planning/gantt/?schedule={schedule.pk}").content.decode()
    assert "Minutes of set-up <b>45</b> ✓" in page and "Last operation ends" in page
    last = schedule.slots.order_by("-ends_at").first()
    later = last.starts_at + timedelta(days=7)
    shop.do(services.move_operation, schedule_id=schedule.pk, operation_id=last.operation_id, starts_at=later)
    schedule.refresh_from_db()
    assert [one["bound"] for one in schedule.levels] == ["0", None, None]  # the others were of punctual plans
    assert schedule.status == "feasible" and int(schedule.levels[2]["value"]) > int(end["value"])


def test_statements_do_not_grow_with_what_is_held(painted):
    shop = painted
    mould(shop, "M-1")
    certified(shop, "A")

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            problem_of(timezone.now(), "makespan", 0)
        return len(caught)

    shop.order("10"), shop.order("10", "blue")
    few = statements()
    for number in range(3):
        mould(shop, f"N-{number}")
        shop.order("10"), shop.order("10", "blue")
    assert statements() == few


def test_set_up_changes_are_checked_and_replaced_in_the_grid(painted):
    shop = painted
    twice = [{"from_family": "a", "to_family": "b", "minutes": "5"}] * 2
    with pytest.raises(DomainError):
        shop.do(masterdata.change_work_centre, workcentre_id=shop.turning.pk, setup_changes=twice)
    with pytest.raises(DomainError):
        shop.do(
            masterdata.change_work_centre, workcentre_id=shop.turning.pk, setup_changes=[{**twice[0], "minutes": "-1"}]
        )
    assert shop.turning.setup_changes.count() == 2
    shop.do(masterdata.change_work_centre, workcentre_id=shop.turning.pk, setup_changes=twice[:1])
    assert [str(one) for one in shop.turning.setup_changes.all()] == ["a → b"]
