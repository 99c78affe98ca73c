"""Repairs, preventive maintenance and stops: a fault reported until the machine is handed back, with goods and money."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.maintenance import queries
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Downtime, MaintenanceOrder, ServicePlan
from gongfang.maintenance.services.orders import PartInput
from gongfang.platform.notifications.models import Notification
from tests.bins import make_bins, put_into_bins, stands
from tests.maintenance.conftest import Workshop
from tests.trading import D


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def test_a_repair_from_the_fault_to_the_shop(shop: Workshop) -> None:
    maintainer = shop.user("maintainer")
    shop.stock("shaft", 10, "200.00")
    shop.stock("casting", 2, "60.00", lot="A")
    order = shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="主轴异响", stops_machine=True)
    assert Notification.objects.filter(user=maintainer, document_id=order.pk).count() == 1
    assert shop.fresh(shop.lathe).state == "in_repair"
    assert Downtime.objects.get().ended_at is None
    shop.do(maintenance.begin_order, document_id=order.pk, actor=maintainer)
    store = shop.warehouses["W1"].pk
    parts = [PartInput(shop.items["shaft"].pk, D(3), store), PartInput(shop.items["casting"].pk, D(1), store)]
    shop.do(maintenance.issue_parts, document_id=order.pk, lines=parts)
    assert (shop.on_hand("shaft"), shop.on_hand("casting"), shop.fresh(order).parts_value) == (D(7), D(1), D("90.00"))
    books = shop.books()
    shop.do(maintenance.issue_parts, document_id=order.pk, lines=[PartInput(shop.items["shaft"].pk, D(2), store)])
    shop.do(maintenance.return_part, document_id=order.pk)
    assert (shop.on_hand("shaft"), shop.books(), shop.fresh(order).parts_value) == (D(7), books, D("90.00"))
    assert refused(lambda: shop.do(maintenance.cancel_order, document_id=order.pk, comment="x")) == "holds_parts"
    shop.do(maintenance.finish_order, document_id=order.pk, work_done="更换轴承", cause="磨损", labour_minutes=D(45))
    assert shop.fresh(shop.lathe).state == "in_use" and Downtime.objects.get().ended_at is not None
    shop.do(maintenance.refuse_order, document_id=order.pk, comment="仍有异响")
    assert shop.fresh(shop.lathe).state == "in_repair" and Downtime.objects.count() == 2
    shop.do(maintenance.finish_order, document_id=order.pk, work_done="重新调整")
    shop.do(maintenance.accept_order, document_id=order.pk)
    assert shop.fresh(order).stage == "accepted"
    facts = queries.reliability(timezone.now() - timedelta(days=1), timezone.now() + timedelta(minutes=1))[
        shop.lathe.pk
    ]
    assert facts.failures == 1 and facts.mtbf is not None and D(23) < facts.mtbf <= D("24.1")
    overhead = {code: amount for code, amount in shop.books().items() if amount == D("90.00")}
    assert overhead, "the parts are in manufacturing overhead"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no_lines"), ([("shaft", "0", True)], "not_positive"), ([("shaft", "-1", True)], "not_positive"),
        ([("shaft", "11", True)], "short_stock"), ([("shaft", "1", False)], "warehouse_missing"), ([("", "1", True)], "item_unknown"),
        ([("shaft", "1", True), ("shaft", "0", True)], "not_positive"),
    ],
)  # fmt: skip
def test_parts_that_cannot_be_issued(shop: Workshop, lines: list[tuple[str, str, bool]], code: str) -> None:
    shop.stock("shaft", 10, "200.00")
    order = shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="漏油")
    shop.do(maintenance.begin_order, document_id=order.pk)
    given = [
        PartInput(shop.items[item].pk if item else 10**9, D(quantity), shop.warehouses["W1"].pk if named else None)
        for item, quantity, named in lines
    ]
    assert refused(lambda: shop.do(maintenance.issue_parts, document_id=order.pk, lines=given)) == code
    assert (shop.on_hand("shaft"), shop.fresh(order).parts_value, order.parts.count()) == (D(10), D(0), 0)


def test_spare_parts_come_from_bins_and_go_back_into_them(shop: Workshop) -> None:
    shaft, filled = shop.items["shaft"], {"A": 6, "B": 3, "W1": 1}
    shop.stock("shaft", 10, "200.00")
    make_bins(shop.boss, shop.place("W1"))
    put_into_bins(shop.boss, shop.place("W1"), (shaft.pk, None))
    order = shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="漏油")
    parts = [PartInput(shaft.pk, D(8), shop.warehouses["W1"].pk)]
    shop.do(maintenance.begin_order, document_id=order.pk)
    shop.do(maintenance.issue_parts, document_id=order.pk, lines=parts)
    assert (stands(shaft), shop.fresh(order).parts_value) == ({"B": 2}, D("160.00"))
    assert refused(lambda: shop.do(maintenance.issue_parts, document_id=order.pk, lines=parts)) == "short_stock"
    shop.do(maintenance.return_part, document_id=order.pk)
    assert (stands(shaft), shop.proven()) == (filled, [])


def test_what_is_not_possible_in_a_stage(shop: Workshop) -> None:
    order = shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="漏油")
    for act in (
        lambda: shop.do(maintenance.finish_order, document_id=order.pk, work_done="x"),
        lambda: shop.do(maintenance.accept_order, document_id=order.pk),
        lambda: shop.do(maintenance.issue_parts, document_id=order.pk, lines=[PartInput(1, D(1))]),
        lambda: shop.do(maintenance.refuse_order, document_id=order.pk, comment="x"),
    ):
        assert refused(act) == "illegal_stage"
    assert refused(lambda: shop.do(maintenance.retire_equipment, equipment_id=shop.lathe.pk)) == "open_order"
    assert refused(lambda: shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault=" ")) == "fault_missing"
    shop.do(maintenance.cancel_order, document_id=order.pk, comment="误报")
    shop.do(maintenance.retire_equipment, equipment_id=shop.lathe.pk)
    assert refused(lambda: shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="x")) == "retired"
    operator = shop.user("operator")
    assert refused(lambda: shop.do(maintenance.begin_order, actor=operator, document_id=order.pk)) == "forbidden"


def test_plans_by_time_and_by_counters_make_orders_at_night(shop: Workshop) -> None:
    weekly = shop.do(
        maintenance.create_service_plan, equipment=shop.lathe.pk, name="周保养", every_days=7, lead_days=0,
        last_on=shop.today - timedelta(6),
    )  # fmt: skip
    hours = shop.do(maintenance.create_service_plan, equipment=shop.lathe.pk, name="换油", every_hours=D(500))
    assert shop.do(maintenance.make_due_orders) == []
    shop.do(maintenance.count_by_hand, equipment_id=shop.lathe.pk, run_hours=D("499.9"))
    assert shop.do(maintenance.make_due_orders) == []
    shop.do(maintenance.count_by_hand, equipment_id=shop.lathe.pk, run_hours=D("0.1"))
    tomorrow = shop.today + timedelta(1)
    made = shop.do(maintenance.make_due_orders, today=tomorrow)
    assert {order.plan_id for order in made} == {weekly.pk, hours.pk}
    assert shop.do(maintenance.make_due_orders, today=tomorrow + timedelta(30)) == [], "one open order per plan"
    order = MaintenanceOrder.objects.get(plan=hours)
    shop.do(maintenance.begin_order, document_id=order.pk)
    shop.do(maintenance.finish_order, document_id=order.pk, work_done="已换油")
    shop.do(maintenance.accept_order, document_id=order.pk)
    assert shop.fresh(hours).last_run_minutes == D(30000)
    assert shop.do(maintenance.make_due_orders, today=tomorrow) == []
    for values, code in (({}, "interval_missing"), ({"every_days": 0}, "interval_not_positive")):
        assert refused(lambda values=values: shop.do(maintenance.create_service_plan, equipment=shop.lathe.pk, name="x", **values)) == code  # fmt: skip


@pytest.mark.parametrize("count", [2, 40])
def test_a_night_takes_the_same_statements_for_any_number_of_plans(shop: Workshop, count: int) -> None:
    ServicePlan.objects.bulk_create(
        ServicePlan(equipment=shop.lathe, name=f"P{n}", every_days=1, last_on=shop.today - timedelta(9))
        for n in range(count)
    )
    with shop.counted() as statements:
        assert len(shop.do(maintenance.make_due_orders)) == count
    assert statements[0] <= 16
    with shop.counted() as statements:
        assert len(list(queries.open_orders())) == count
        assert queries.services_due() == [] and queries.checks_due() == []
    assert statements[0] == 3


def test_stops_do_not_overlap_and_are_counted_once(shop: Workshop) -> None:
    now = timezone.now()

    def stop(start: int, end: int, reason: str = "breakdown") -> Any:
        return shop.do(
            maintenance.record_stop, equipment_id=shop.lathe.pk, reason=reason, started_at=now - timedelta(minutes=start),
            ended_at=now - timedelta(minutes=end),
        )  # fmt: skip

    stop(300, 240)
    stop(240, 200, "setup")
    stop(190, 180, "maintenance")
    for start, end, code in (
        (250, 230, "stops_overlap"),
        (100, 100, "ends_before_it_begins"),
        (50, -5, "in_the_future"),
    ):
        assert refused(lambda start=start, end=end: stop(start, end)) == code
    assert refused(lambda: stop(90, 80, "lunch")) == "reason_unknown"
    second = shop.equip("LATHE-2", work_centre=shop.centre.pk)
    running = shop.do(maintenance.begin_stop, equipment_id=second.pk, reason="power")
    assert refused(lambda: shop.do(maintenance.begin_stop, equipment_id=second.pk)) == "stands_already"
    Downtime.objects.filter(pk=running.pk).update(started_at=now - timedelta(minutes=30))
    found = queries.stops_by_centre(now - timedelta(minutes=290), now)[shop.centre.pk]
    assert (round(found.down), round(found.planned)) == (50 + 40 + 30, 10)
    shop.do(maintenance.end_stop, downtime_id=running.pk)
    assert refused(lambda: shop.do(maintenance.end_stop, downtime_id=running.pk)) == "runs_already"


# ---------------------------------------------------------------------------------------------- usual parts, strokes counted
def greased(shop: Workshop, strokes: str = "1000") -> ServicePlan:
    """Maintenance of the lathe every so many strokes, which usually takes two shafts and a casting."""
    for code in ("shaft", "casting"):
        type(shop.items[code]).objects.filter(pk=shop.items[code].pk).update(default_warehouse=shop.warehouses["W1"])
    parts = [{"item": shop.items["shaft"].pk, "quantity": D(2)}, {"item": shop.items["casting"].pk, "quantity": D(1)}]
    plan: ServicePlan = shop.do(
        maintenance.create_service_plan, equipment=shop.lathe.pk, name="换导轨", every_strokes=D(strokes), parts=parts
    )
    return plan


def test_counter_messages_make_the_order_and_its_parts_are_issued_with_one_click(shop: Workshop) -> None:
    """999 strokes are not enough, the thousandth is, however often and in what order it comes; the next thousand counts from then."""
    shop.stock("shaft", 10, "200.00")
    shop.stock("casting", 2, "60.00", lot="A")
    plan = greased(shop)
    counter = shop.do(
        maintenance.create_device, code="D1", equipment=shop.lathe.pk, token="a-token-of-twenty-characters"
    )
    now = timezone.now()

    def counted(*messages: tuple[int, int]) -> list[MaintenanceOrder]:
        sent = [maintenance.Message(number, now, D(strokes)) for number, strokes in messages]
        shop.do(maintenance.take_counts, device_id=counter.pk, messages=sent)
        made: list[MaintenanceOrder] = shop.do(maintenance.make_due_orders)
        return made

    assert counted((2, 400), (1, 599)) == [] and counted((1, 599), (2, 400)) == [], "the same messages again"
    (order,) = counted((3, 1), (3, 1))
    assert (order.plan_id, order.kind, order.equipment_id) == (plan.pk, "preventive", shop.lathe.pk)
    assert counted((4, 5)) == [], "one open order of a plan"
    proposed = {
        part.item.code: (part.quantity, part.issued, part.left, part.short) for part in maintenance.usual_parts(order)
    }
    assert proposed == {"shaft": (2, 0, 2, 0), "casting": (1, 0, 1, 0)}
    assert refused(lambda: shop.do(maintenance.issue_usual_parts, document_id=order.pk)) == "illegal_stage"
    shop.do(maintenance.begin_order, document_id=order.pk)
    shop.do(maintenance.issue_parts, document_id=order.pk, lines=[PartInput(shop.items["shaft"].pk, D(1))])
    shop.do(maintenance.issue_usual_parts, document_id=order.pk, actor=shop.user("keeper"))
    assert (shop.on_hand("shaft"), shop.on_hand("casting"), shop.fresh(order).parts_value) == (D(8), D(1), D("70.00"))
    assert refused(lambda: shop.do(maintenance.issue_usual_parts, document_id=order.pk)) == "no_usual_parts"
    shop.do(maintenance.return_part, document_id=order.pk)
    assert {part.item.code: part.left for part in maintenance.usual_parts(order)} == {"shaft": 1, "casting": 1}
    shop.do(maintenance.issue_usual_parts, document_id=order.pk)
    shop.do(maintenance.finish_order, document_id=order.pk, work_done="已更换")
    shop.do(maintenance.accept_order, document_id=order.pk)
    assert shop.fresh(plan).last_strokes == 1005
    assert counted((5, 999)) == [] and len(counted((6, 1))) == 1


def test_usual_parts_that_are_not_there_are_named_and_nothing_is_taken(shop: Workshop) -> None:
    shop.stock("shaft", 1, "20.00")
    shop.stock("casting", 2, "60.00", lot="A")
    greased(shop, "1")
    shop.do(maintenance.count_by_hand, equipment_id=shop.lathe.pk, strokes=D(1))
    (order,) = shop.do(maintenance.make_due_orders)
    shop.do(maintenance.begin_order, document_id=order.pk)
    assert {part.item.code: part.short for part in maintenance.usual_parts(order)} == {"shaft": 1, "casting": 0}
    assert refused(lambda: shop.do(maintenance.issue_usual_parts, document_id=order.pk)) == "short_stock"
    assert (shop.on_hand("shaft"), shop.on_hand("casting")) == (D(1), D(2)) and not order.parts.exists()
    repair = shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="异响")
    shop.do(maintenance.begin_order, document_id=repair.pk)
    assert maintenance.usual_parts(repair) == []
    assert refused(lambda: shop.do(maintenance.issue_usual_parts, document_id=repair.pk)) == "no_usual_parts"
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    page = client.get(f"/maintenance/orders/{order.pk}/").content.decode()
    assert "Issue the usual parts" in page
    asked = client.get(f"/maintenance/orders/{order.pk}/verb/maintenance.issue_usual_parts").content.decode()
    assert "2 " in asked and "shaft" in asked
    table = client.get(f"/maintenance/orders/{order.pk}/tab/usual").content.decode()
    assert "shaft" in table and "Still proposed" in table
    assert "Issue the usual parts" not in client.get(f"/maintenance/orders/{repair.pk}/").content.decode()
