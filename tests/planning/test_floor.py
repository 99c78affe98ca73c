"""The shop floor as planning sees it: kit check, load, schedule with a drag, promise, rush order, bottleneck, stock policy."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.queries.usage import usage_by_day
from gongfang.ledger.services import Move, post
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Item, Partner, Routing, RoutingAlternative, SupplierPrice
from gongfang.masterdata.queries import working_calendar
from gongfang.planning import services
from gongfang.planning.floorplan import problem_of
from gongfang.planning.models import PolicyProposal, Schedule
from gongfang.planning.queries.bottlenecks import bottlenecks
from gongfang.planning.queries.kits import floor, kits, swapped
from gongfang.planning.queries.loads import loads
from gongfang.planning.queries.promises import answer_of, promises
from gongfang.planning.queries.rush import impact_of
from gongfang.planning.services import policies
from gongfang.planning.services.policies import propose_now
from gongfang.planning.services.schedules import solve_into
from gongfang.platform.tasks.services import Progress
from gongfang.platform.verbs import REGISTRY
from gongfang.platform.verification import run_all
from gongfang.production import services as production
from gongfang.production.models import WorkOrderOperation
from gongfang.purchasing.queries import Delivery
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db) -> Shop:
    shop = Shop()
    shop.customer = Partner.objects.create(code="C1", name="客户一", pinyin="khy", is_customer=True)
    for code, price in (("casting", "100"), ("shaft", "30"), ("bolt", "0.5")):
        SupplierPrice.objects.create(supplier=shop.supplier, item=shop.items[code], price=D(price), tax_included=False)
        Item.objects.filter(code=code).update(default_supplier=shop.supplier, lead_time_days=3)
    Item.objects.filter(code="pump").update(lead_time_days=5, sales_price=D(400))
    return shop


def scheduled(shop: Shop, **values) -> Schedule:
    schedule = shop.do(services.create_schedule, seconds=0, **values)
    solve_into(schedule, Progress())
    return schedule


def test_orders_compete_for_material_by_priority(shop):
    shop.stock_up(12)
    first, second = shop.order("10", priority=5), shop.order("10", priority=6)
    found = floor(shop.today)
    answers = {kit.order.pk: kit for kit in kits(found, shop.today, shop.boss)}
    assert answers[first.pk].state == "ready"
    assert answers[second.pk].state == "short"
    assert {item.code for item, _ in answers[second.pk].missing} == {"casting", "shaft", "bolt"}
    changes = {order.pk: change.after for order, change in swapped(found, shop.today, second.pk, first.pk)}
    assert changes == {first.pk: "short", second.pk: "ready"}
    shop.do(production.reserve_materials, order_ids=[second.pk])  # what it keeps is nobody else's, whoever comes first
    answers = {kit.order.pk: kit.state for kit in kits(floor(shop.today), shop.today, shop.boss)}
    assert answers == {first.pk: "short", second.pk: "ready"}


def test_load_names_the_overload(shop):
    shop.stock_up(5000)
    shop.order("2000")
    rows = loads(shop.today, "week", 4, None)
    assert {row.centre.code for row in rows} == {"ASSY", "LATHE"}
    assert rows[0].centre.code == "ASSY"
    assert rows[0].worst.over > 0
    assert rows[0].total == D(2000 * 12) / 60
    half = loads(shop.today, "week", 4, None, {rows[0].centre.pk: 50})
    assert half[0].worst.capacity * 2 == rows[0].worst.capacity


def test_a_schedule_is_proved_moved_checked_and_published(shop):
    shop.stock_up(100)
    shop.order("10")
    shop.order("20")
    schedule = scheduled(shop)
    assert (schedule.state, schedule.operation_count, schedule.late_count) == ("done", 4, 0)
    assert schedule.bound is not None and schedule.objective_value >= schedule.bound
    lathe = sorted(schedule.slots.filter(work_centre=shop.turning), key=lambda slot: slot.starts_at)
    assert lathe[0].ends_at <= lathe[1].starts_at
    with pytest.raises(DomainError) as refused:
        shop.do(
            services.move_operation,
            schedule_id=schedule.pk,
            operation_id=lathe[1].operation_id,
            starts_at=lathe[0].starts_at,
        )
    assert lathe[0].operation.document.number in str(refused.value)
    later = lathe[0].starts_at + timedelta(days=20)
    shop.do(
        services.move_operation, schedule_id=schedule.pk, operation_id=lathe[1].operation_id, starts_at=later, fit=True
    )
    schedule.refresh_from_db()
    moved = schedule.slots.get(operation=lathe[1].operation)
    assert moved.is_pinned and moved.starts_at >= later
    assert schedule.late_count == 1
    shop.do(services.publish_schedule, schedule_id=schedule.pk)
    operation = WorkOrderOperation.objects.get(pk=moved.operation_id)
    assert (operation.planned_start, operation.planned_end) == (moved.starts_at, moved.ends_at)
    with pytest.raises(DomainError, match="publish another"):
        shop.do(services.delete_schedule, schedule_id=schedule.pk)
    assert run_all() == []


def test_a_promise_says_what_it_waits_for(shop):
    pump = shop.items["pump"]
    answer = answer_of(pump.pk, D(10), shop.today, shop.today)
    assert answer.on is not None and answer.on > shop.today + timedelta(days=7)
    assert any("pump" in text for text in answer.reasons)
    kept, next_one = promises([(pump.pk, D(10)), (pump.pk, D(600))], shop.today)
    assert (kept.on, kept.kind) == (answer.on, "capable")
    assert next_one.on > kept.on  # the hours of the weeks before are taken
    shop.stock_up(100)
    sooner = answer_of(pump.pk, D(10), shop.today, shop.today)
    assert sooner.on < answer.on


def test_a_rush_order_names_whom_it_pushes_aside(shop):
    shop.stock_up(500)
    shop.order("50")
    impact = impact_of(shop.items["pump"].pk, D(100), shop.today)
    assert impact.ends is not None
    assert [slip.order.item.code for slip in impact.slips] == ["pump"]
    assert impact.slips[0].after > impact.slips[0].before
    assert impact_of(shop.items["bolt"].pk, D(1), shop.today) is None


def test_a_rush_order_too_large_for_any_schedule_says_so(shop, client):
    shop.stock("casting", "90000", "900000.00", lot="C1")
    for code in ("shaft", "bolt"):
        shop.stock(code, "900000", "900000.00")
    impact = impact_of(shop.items["pump"].pk, D(90000), shop.today)
    assert (impact.has_no_room, impact.material_on, impact.ends) == (True, shop.today, None)
    client.force_login(shop.boss)
    client.cookies["gongfang_language"] = "en"
    page = client.get("/planning/promise/?code=pump&quantity=90000&rush=1").content.decode()
    assert "find no room in the months" in page and "no routing" not in page


def test_a_rush_order_takes_components_and_names_who_loses_them(shop):
    """Ten castings are there for an order of ten; the rush order of 15 takes them and waits for five more, three working days.

    Then the other ten come, bought after the rush order's. Everything else is plentiful.
    """
    shop.stock("casting", "10", "1000.00", lot="C1")
    shop.stock("shaft", "500", "15000.00")
    shop.stock("bolt", "500", "250.00")
    order = shop.order("10")
    comes = working_calendar().add_working_days(working_calendar().on_or_after(shop.today), 3)
    impact = impact_of(shop.items["pump"].pk, D(15), shop.today)
    assert impact.material_on == comes
    assert "casting" in " ".join(impact.reasons)
    (loss,) = impact.losses
    assert (loss.order, [item.code for item in loss.items]) == (order, ["casting"])
    assert (loss.before, loss.after) == (shop.today, comes)
    assert impact.ends.date() >= comes
    (slip,) = impact.slips
    assert slip.order == order and slip.before.date() < comes <= slip.after.date()
    small = impact_of(shop.items["pump"].pk, D(4), shop.today)
    assert small.material_on == shop.today and [row.after for row in small.losses] == [comes]
    shop.stock("casting", "15", "1500.00", lot="C2")
    free = impact_of(shop.items["pump"].pk, D(15), shop.today)
    assert (free.material_on, free.losses) == (shop.today, ())


def test_a_rush_order_without_a_way_to_its_material_says_why(shop):
    Item.objects.filter(code="casting").update(lead_time_days=0)
    impact = impact_of(shop.items["pump"].pk, D(1), shop.today)
    assert (impact.material_on, impact.ends, impact.slips) == (None, None, ())
    assert "casting" in impact.reasons[0] and "提前期" in impact.reasons[0]


def test_the_fullest_work_centre_is_named_before_anything_is_promised(shop):
    shop.stock_up(2000)
    shop.order("800")
    worst = bottlenecks(shop.today, None)[0]
    assert (worst.centre.code, worst.order_count, worst.late_demands) == ("ASSY", 1, None)
    assert (worst.hours, worst.capacity) == (160, worst.capacity) and worst.percent == int(16000 / worst.capacity)


def test_a_stock_policy_is_accepted_into_the_items(shop, monkeypatch):
    shop.stock("shaft", "500", "15000.00")
    move = Move(shop.items["shaft"].pk, D(12), ledger.store_of(shop.raw), ledger.location("CUSTOMER"))
    with transaction.atomic():
        post(actor=shop.boss, reason="shipment", source=None, on=shop.today, moves=[move])
    assert usage_by_day(shop.today, shop.today) == [(shop.items["shaft"].pk, shop.today, D(12))]
    monday = shop.today - timedelta(days=shop.today.weekday())
    used = [(shop.items["shaft"].pk, monday - timedelta(weeks=week), D(10 + week % 3)) for week in range(1, 21)]
    monkeypatch.setattr(policies, "usage_by_day", lambda since, until: used)
    assert propose_now(shop.today, Progress()) == {"items": 1}
    row = PolicyProposal.objects.get()
    assert (row.abc, row.stock_now) == ("A", 488)
    assert 0 < row.safety_stock < row.reorder_point < 30
    assert row.cash > 10_000
    shop.do(services.accept_policy)
    item = Item.objects.get(code="shaft")
    assert (item.safety_stock, item.reorder_point, item.max_stock) == (row.safety_stock, row.reorder_point, row.maximum)
    assert (item.lot_rule, item.lot_minimum) == ("minimum_multiple", row.lot) and row.lot > 0
    with pytest.raises(DomainError, match="open"):
        shop.do(services.accept_policy)


def proposed(shop, monkeypatch, **wish) -> PolicyProposal:
    """Shafts used about 11 a week for 20 weeks."""
    monday = shop.today - timedelta(days=shop.today.weekday())
    used = [(shop.items["shaft"].pk, monday - timedelta(weeks=week), D(10 + week % 3)) for week in range(1, 21)]
    monkeypatch.setattr(policies, "usage_by_day", lambda since, until: used)
    propose_now(shop.today, Progress(), **wish)
    return PolicyProposal.objects.get()


def test_price_breaks_and_unpunctual_suppliers_change_the_policy(shop, monkeypatch):
    plain = proposed(shop, monkeypatch)
    assert (plain.lot_price, plain.lead_deviation, plain.method) == (30, 0, "service")
    shaft, supplier = shop.items["shaft"], shop.supplier
    SupplierPrice.objects.create(supplier=supplier, item=shaft, price=D(20), tax_included=False, min_quantity=D(400))
    cheap = proposed(shop, monkeypatch)
    assert plain.lot < 400 <= cheap.lot and cheap.lot_price == 20
    seen = [Delivery(shaft.pk, supplier.pk, took, 0) for took in (3, 10, 17, 24)]
    monkeypatch.setattr("gongfang.purchasing.queries.deliveries", lambda since: seen)
    late = proposed(shop, monkeypatch)
    assert late.lead_deviation > 1 and late.safety_stock > 5 * cheap.safety_stock


@pytest.mark.parametrize("method", PolicyProposal.Method.values)
def test_the_planner_chooses_the_method_and_what_service_means(shop, monkeypatch, method):
    row = proposed(shop, monkeypatch, method=method)
    assert row.method == method and row.reorder_point > 0
    filled = proposed(shop, monkeypatch, method=method, service_kind="fill", review_weeks=4)
    if method == "service":
        assert filled.fill_rate >= row.service - D("0.01") and filled.lot >= 40
    Item.objects.filter(code="shaft").update(standard_cost=0)
    SupplierPrice.objects.filter(item__code="shaft").delete()
    assert proposed(shop, monkeypatch, method=method).method == "service"  # a shortage without a price


def test_bad_wishes_are_refused_by_name(shop):
    with pytest.raises(DomainError) as refused:
        shop.do(services.start_policy, method="magic", service_kind="luck", review_weeks=99)
    assert [one.where for one in refused.value.problems] == ["method", "service_kind", "review_weeks"]


@pytest.mark.parametrize(
    ("rule", "after"),
    [("fixed", ("fixed", 40, 0)), ("minimum_multiple", ("minimum_multiple", 0, 40)), ("lot_for_lot", ("minimum_multiple", 0, 40)), ("silver_meal", ("silver_meal", 0, 0))],
)  # fmt: skip
def test_an_accepted_lot_goes_where_the_rule_reads_it(shop, rule, after):
    item = shop.items["shaft"]
    Item.objects.filter(pk=item.pk).update(lot_rule=rule, min_stock=D(60))
    shop.do(masterdata.set_planning_data, data=[masterdata.PlanningData(item.pk, D(1), D(2), D(40), D(50))])
    item.refresh_from_db()
    assert (item.lot_rule, item.lot_quantity, item.lot_minimum) == after
    assert (item.safety_stock, item.reorder_point, item.max_stock) == (1, 2, 60)  # never under the least


def test_an_alternative_work_centre_takes_what_the_own_one_cannot(shop):
    """Two orders of 80 pumps turn for 510 minutes each: one lathe is not enough for both in time, two are."""
    second = shop.centre("LATHE2", "40", "30", "20")
    routing = shop.items["pump"].routings.get()
    RoutingAlternative.objects.create(routing=routing, operation_no=10, work_centre=second, time_factor=D("1.5"))
    shop.stock_up(500)
    orders = [shop.order("80"), shop.order("80")]
    schedule = scheduled(shop, objective="makespan")
    turned = {slot.operation.document_id: slot for slot in schedule.slots.filter(operation__operation_no=10)}
    assert {slot.work_centre.code for slot in turned.values()} == {"LATHE", "LATHE2"}
    ways = {
        mode["resource"]: mode["duration"]
        for job in schedule.problem["jobs"]
        for step in job["operations"]
        for mode in step["modes"]
    }
    assert (ways[str(shop.turning.pk)], ways[str(second.pk)]) == (510, 765)
    shop.do(services.publish_schedule, schedule_id=schedule.pk)
    for order in orders:
        slot, step = turned[order.pk], shop.operation(order, 10)
        assert step.work_centre_id == slot.work_centre_id
        assert {step.work_centre_id, *step.alternatives} == {shop.turning.pk, second.pk}
    shop.do(production.dispatch_operations, operation_ids=[shop.operation(orders[0], 10).pk], machine="L-1")
    kept = problem_of(schedule.starts_at, "makespan", 0)
    own = [step for _, step in kept.operations() if step.id == str(shop.operation(orders[0], 10).pk)]
    assert [len(step.modes) for step in own] == [1]  # told to do it there, it stays there
    assert run_all() == []


def test_statements_of_the_shop_problem_do_not_grow(shop):
    shop.stock_up(500)
    second = shop.centre("LATHE2", "40", "30", "20")
    RoutingAlternative.objects.create(
        routing=shop.items["pump"].routings.get(), operation_no=10, work_centre=second, time_factor=D(2)
    )

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            problem_of(timezone.now(), "makespan", 0)
        return len(caught)

    shop.order("10")
    few = statements()
    for _ in range(4):
        shop.order("10")
    assert statements() == few


def test_a_bar_goes_to_another_machine_that_can_do_it_and_to_no_other(shop):
    """The lathe's alternative takes twice as long; the assembly cannot turn at all, and says who can."""
    shop.stock_up(100)
    spare = shop.centre("LATHE2", "40", "30", "20")
    routing = Routing.objects.get(item=shop.items["pump"])
    RoutingAlternative.objects.create(routing=routing, operation_no=10, work_centre=spare, time_factor=D(2))
    shop.order("10")
    schedule = scheduled(shop)
    slot = schedule.slots.get(operation__operation_no=10)
    other = spare if slot.work_centre == shop.turning else shop.turning
    start = slot.starts_at + timedelta(days=7)
    place = {"schedule_id": schedule.pk, "operation_id": slot.operation_id, "starts_at": start, "fit": True}
    shop.do(services.move_operation, work_centre_id=other.pk, **place)
    slot.refresh_from_db()
    assert (slot.work_centre, slot.is_pinned) == (other, True) and slot.starts_at >= start
    with pytest.raises(DomainError) as refused:
        shop.do(services.move_operation, work_centre_id=shop.assembly.pk, **place)
    (problem,) = refused.value.problems
    assert problem.code == "cannot_do_it"
    assert "LATHE2" in problem.data["able"] and "ASSY" in problem.data["centre"]
    slot.refresh_from_db()
    assert slot.work_centre == other
    shop.do(services.publish_schedule, schedule_id=schedule.pk)
    assert WorkOrderOperation.objects.get(pk=slot.operation_id).work_centre == other


@pytest.mark.parametrize("role", ["planner", "supervisor"])
def test_planner_and_supervisor_may_use_all_of_planning(shop, role):
    person = shop.person(role, role)
    verbs = [name for name in REGISTRY if name.startswith("planning.")]
    assert len(verbs) > 20
    assert [name for name in verbs if not person.may(name)] == []


def test_a_promise_tells_how_certain_it_is(shop, monkeypatch):
    """Pumps take five working days once castings are there, three days from now; these came 0, 0, 0 and 20 days late before."""
    shop.stock("shaft", "500", "15000.00")
    shop.stock("bolt", "500", "250.00")
    pump, casting = shop.items["pump"].pk, shop.items["casting"].pk
    assert answer_of(pump, D(2), shop.today, shop.today).risk is None
    seen = [Delivery(casting, shop.supplier.pk, 9, late) for late in (0, 0, 0, 20)]
    monkeypatch.setattr("gongfang.purchasing.queries.deliveries", lambda since: seen)
    answer = answer_of(pump, D(2), shop.today, shop.today)
    assert abs(answer.risk.late - D("0.25")) < D("0.03")
    assert answer.risk.likely > answer.on
    monkeypatch.setattr("gongfang.purchasing.queries.deliveries", lambda since: seen[:3])
    assert answer_of(pump, D(2), shop.today, shop.today).risk.late == 0
