"""The live board: forecast, OEE, calls that go up; the same statements for any number of orders, and none for what is known."""

from datetime import datetime, time, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Downtime, Equipment, MaintenanceOrder
from gongfang.masterdata.models import Calendar
from gongfang.platform.notifications.models import Notification
from gongfang.platform.tasks.schedules import known, run_due
from gongfang.production import services
from gongfang.production.live import centre_figures, figures_day, forecast, total_of
from gongfang.production.models import HelpCall, Report, WorkOrder
from gongfang.production.rules.forecast import durations, pooled, ratios_of
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.queries import Delivery
from tests.production.shop import Shop
from tests.production.test_pages import client_of


def test_reports_say_how_long_work_takes_if_there_are_enough() -> None:
    assert ratios_of([(D(10), D(20)), (D(0), D(5)), (D(10), D(0)), (D(10), D(900)), (D(10), D(1))]) == (2, 4, D("0.3"))
    assert durations(D(60), (D(2),) * 4, ()) == (), "too few reports say nothing"
    assert durations(D(60), (D(2),) * 5, (D(1),) * 9) == (120,) * 5
    assert durations(D(60), (D(2),) * 4, (D("1.5"),) * 5) == (90,) * 5, "then all centres speak"
    assert pooled({8: (D(1),), 7: (D(2), D(3))}) == (2, 3, 1)


def test_slow_reports_put_the_finish_off(shop: Shop) -> None:
    """50 pieces of 12 minutes at the assembly; six earlier reports took three times as long as planned."""
    shop.stock_up(300)
    order = shop.order("50")
    now = timezone.make_aware(datetime.combine(shop.today, time(8)))
    before = forecast(now)[order.pk]
    other = shop.order("12")
    for _ in range(6):
        shop.report(other, 10, "1", minutes="18")
    WorkOrder.objects.filter(pk=other.pk).update(stage="completed")
    after = forecast(now)[order.pk]
    assert after.on > before.on and after.sure >= after.likely >= after.on
    assert after.risk >= before.risk


def test_late_suppliers_put_the_finish_off(shop: Shop) -> None:
    """Castings are due in two days and the order in seven: enough, unless they come ten days late as they always did."""
    shop.stock("shaft", "100", "3000.00")
    shop.stock("bolt", "100", "50.00")
    order = shop.order("5")
    line = purchasing.NewPurchase(shop.items["casting"].pk, D(5), shop.today + timedelta(2), shop.supplier.pk)
    now = timezone.make_aware(datetime.combine(shop.today, time(8)))
    purchasing.create_orders(shop.boss, [line])
    punctual = forecast(now)[order.pk]
    assert punctual.risk == 0

    def late(since: Any) -> list[Delivery]:
        return [Delivery(shop.items["casting"].pk, shop.supplier.pk, 20, days) for days in (9, 10, 11)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gongfang.purchasing.queries.deliveries", late)
        found = forecast(now)[order.pk]
    assert found.risk == 1 and found.on > punctual.on
    page = client_of(shop.boss).get(f"/production/orders/{order.pk}/tab/outlook").content.decode()
    assert "Risk of delay" in page and str(punctual.on) in page


def test_orders_in_the_queue_are_expected_later(shop: Shop) -> None:
    shop.stock_up()
    first, second = shop.order("10"), shop.order("10")
    WorkOrder.objects.filter(pk=first.pk).update(due=shop.today)
    now = timezone.make_aware(datetime.combine(shop.today, time(8)))
    found = forecast(now)
    assert found[first.pk].on <= found[second.pk].on and found[first.pk].risk >= found[second.pk].risk
    late = WorkOrder.objects.filter(pk=second.pk)
    late.update(start=shop.today - timedelta(9), due=shop.today - timedelta(1))
    assert forecast(now)[second.pk].risk == 1 and forecast(now)[second.pk].is_late


def test_oee_of_a_work_centre_from_reports_and_stops(shop: Shop) -> None:
    """Eight hours from 08:00, one machine; 60 minutes down, 30 meant; 10 pieces of 6 minutes, one of them scrap, one reworked."""
    shop.stock_up()
    order = shop.order()
    operation = shop.operation(order, 10)
    operation.run_minutes = D(6)
    operation.save()
    lathe = shop.do(maintenance.create_equipment, code="L", name="L", work_centre=operation.work_centre_id)
    start = timezone.make_aware(datetime.combine(shop.today, time(8)))
    for reason, begin, end in (("breakdown", 60, 120), ("maintenance", 120, 150)):
        Downtime.objects.create(
            equipment=lathe, work_centre_id=operation.work_centre_id, reason=reason, noted_by=shop.boss,
            started_at=start + timedelta(minutes=begin), ended_at=start + timedelta(minutes=end),
        )  # fmt: skip
    shop.report(order, 10, "9", scrap_worker="1", rework="1")
    found = next(
        one for one in centre_figures(start + timedelta(hours=10)) if one.centre.pk == operation.work_centre_id
    )
    machines = found.centre.machines
    assert found.facts.loading == 480 * machines - 30 and found.facts.down == 60 and found.facts.standard == 60
    assert found.facts.quality == D("0.9") and found.first_pass == D(9) / D(11)
    assert found.facts.oee is not None and abs(found.facts.oee - D(54) / found.facts.loading) < D("1e-20")
    assert total_of([found, found]).facts.oee == found.facts.oee


def test_until_something_is_reported_the_boards_show_the_last_day_with_reports(shop: Shop) -> None:
    """Yesterday's ten pieces stay until today's first; a whole shift is over by then, and what broke down today is not of yesterday."""
    shop.stock_up()
    order = shop.order()
    now = timezone.make_aware(datetime.combine(shop.today, time(9)))
    assert figures_day(now) == shop.today, "nothing was ever reported"
    report = shop.report(order, 10, "8", scrap_worker="2")
    yesterday = shop.today - timedelta(days=1)
    Report.objects.filter(pk=report.pk).update(business_date=yesterday)
    lathe = shop.do(maintenance.create_equipment, code="L", name="L", work_centre=shop.turning.pk)
    Downtime.objects.create(
        equipment=lathe, work_centre=shop.turning, reason="breakdown", noted_by=shop.boss,
        started_at=now - timedelta(minutes=30), ended_at=now,
    )  # fmt: skip
    assert figures_day(now) == yesterday
    found = {one.centre.pk: one for one in centre_figures(now, yesterday)}[shop.turning.pk]
    assert (found.good, found.first_pass, found.facts.down) == (D(8), D("0.8"), D(0))
    assert found.facts.loading == 480 * found.centre.machines and found.facts.oee is not None
    page = client_of(shop.boss).get("/production/board/wall").content.decode()
    assert f"Figures of {yesterday}" in page and "Good pieces today" not in page
    shop.report(order, 20, "1")
    assert figures_day(now) == shop.today
    assert "Good pieces today" in client_of(shop.boss).get("/production/board/wall").content.decode()


def opened(shop: Shop, count: int) -> int:
    for _ in range(count):
        shop.order("1")
    client = client_of(shop.boss)
    client.get("/production/board/live")
    with CaptureQueriesContext(connection) as statements:
        assert client.get("/production/board/live").status_code == 200
    return len(statements)


def test_the_board_takes_the_same_statements_for_any_number_of_orders(shop: Shop) -> None:
    assert opened(shop, 2) == opened(shop, 6) <= 34  # twelve of them look after the material


def test_what_is_known_is_not_sent_again_and_a_verb_changes_it(shop: Shop) -> None:
    client = client_of(shop.boss)
    for address in ("/production/board/live", "/production/board/wall-live"):
        minute = None
        while minute != timezone.now().minute:  # the board is another one in the next minute
            minute = timezone.now().minute
            first = client.get(address)
            with CaptureQueriesContext(connection) as statements:
                again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"") and len(statements) <= 5
        shop.do(services.call_help, kind="material", text="缺螺栓")
        new = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert new.status_code == 200 and "缺螺栓" in new.content.decode() and new["ETag"] != first["ETag"]
    assert client.get("/production/board/wall").status_code == 200


def test_a_call_nobody_takes_goes_up_step_by_step(shop: Shop) -> None:
    leader, owner = shop.person("leader", "supervisor"), shop.person("chief", "owner")
    call = shop.do(services.call_help, kind="quality", text="尺寸超差")
    told = Notification.objects.filter(user=leader).count()

    def after(minutes: int) -> tuple[int, int, int]:
        shop.do(services.escalate_calls, now=call.raised_at + timedelta(minutes=minutes))
        level = HelpCall.objects.get(pk=call.pk).level
        return (
            level,
            Notification.objects.filter(user=leader).count() - told,
            Notification.objects.filter(user=owner).count(),
        )

    assert after(9) == (0, 0, 0)
    assert after(10) == after(11) == (1, 1, 0)
    assert after(30) == after(99) == (2, 1, 1)
    shop.do(services.create_escalation, kind="material", level=1, after_minutes=2, role="planner")
    other = shop.do(services.call_help, kind="material")
    shop.do(services.escalate_calls, now=other.raised_at + timedelta(minutes=2))
    assert HelpCall.objects.get(pk=other.pk).level == 1
    shop.do(services.take_call, call_id=call.pk)
    assert shop.do(services.escalate_calls, now=call.raised_at + timedelta(days=1)) == []
    for values in ({"role": "king"}, {"kind": "x"}, {"level": 0}, {"after_minutes": 0}):
        with pytest.raises(DomainError):
            shop.do(
                services.create_escalation,
                **({"kind": "help", "level": 1, "after_minutes": 5, "role": "owner"} | values),
            )


def test_a_call_for_the_maintainer_is_a_repair(shop: Shop) -> None:
    shop.stock_up()
    operation = shop.operation(shop.order(), 10)
    shop.do(services.call_help, kind="machine", operation_id=operation.pk)
    assert MaintenanceOrder.objects.count() == 0, "no machine is registered there"
    lathe = shop.do(maintenance.create_equipment, code="L", name="车床", work_centre=operation.work_centre_id)
    call = shop.do(services.call_help, kind="machine", operation_id=operation.pk, text="主轴异响")
    order = MaintenanceOrder.objects.get()
    assert (order.equipment, order.fault, order.source_call) == (lathe, "主轴异响", call.pk)


def test_the_clock_runs_what_is_due_once(shop: Shop) -> None:
    assert {"production.escalate_calls", "maintenance.make_due_orders"} <= known().keys()
    now = timezone.now()
    call: Any = shop.do(services.call_help, kind="help")
    assert "production.escalate_calls" in run_due(now)
    assert "production.escalate_calls" not in run_due(now + timedelta(seconds=30))
    assert run_due(now + timedelta(minutes=15))["production.escalate_calls"] == "1"
    assert HelpCall.objects.get(pk=call.pk).level == 1


def test_a_night_shift_counts_to_its_end_and_only_machines_that_were_scheduled(shop: Shop) -> None:
    """Two shifts on a centre of four machines; M1 and M2 are reported on, M3 breaks down in the night, M4 has no work."""
    calendar = Calendar.objects.create(
        code="2S", name="两班", weekdays=[1, 2, 3, 4, 5, 6, 7],
        shifts=[{"name": "白班", "start": "08:00", "end": "20:00"}, {"name": "夜班", "start": "20:00", "end": "08:00"}],
    )  # fmt: skip
    type(shop.turning).objects.filter(pk=shop.turning.pk).update(calendar=calendar, machines=4)
    machines = [
        shop.do(maintenance.create_equipment, code=f"M{n}", name="车床", work_centre=shop.turning.pk)
        for n in range(1, 5)
    ]
    shop.stock_up()
    order = shop.order()
    step = shop.operation(order, 10).pk
    shop.do(services.dispatch_operations, operation_ids=[step], machine="M1")
    for name in ("", "M2"):  # without a machine of its own a report is of the one it was dispatched to
        shop.do(services.report_work, lines=[services.ReportInput(step, D(2), machine=name)], on=shop.today)
    night = timezone.make_aware(datetime.combine(shop.today + timedelta(days=1), time(2)))

    def facts(at: datetime) -> Any:
        return next(one for one in centre_figures(at, shop.today) if one.centre.pk == shop.turning.pk).facts

    assert facts(night).loading == 18 * 60 * 2, "six hours of the night shift are over, two of them after midnight"
    Downtime.objects.create(equipment=machines[2], work_centre=shop.turning, reason="breakdown", noted_by=shop.boss, started_at=night, ended_at=night + timedelta(hours=8))  # fmt: skip
    morning = night + timedelta(hours=9)
    assert (facts(morning).loading, facts(morning).down) == (24 * 60 * 3, 6 * 60), "after 08:00 it is of the next day"
    shop.do(services.dispatch_operations, operation_ids=[step])
    shop.do(services.report_work, lines=[services.ReportInput(step, D(1))], on=shop.today)
    assert facts(morning).loading == 24 * 60 * 4, "a report without its machine: all that are in use"
    Equipment.objects.filter(pk=machines[3].pk).update(state="idle")
    assert facts(morning).loading == 24 * 60 * 3


def test_a_day_off_loads_nobody_who_did_not_work(shop: Shop) -> None:
    calendar = Calendar.objects.create(
        code="5D", name="五天", weekdays=[day for day in range(1, 8) if day != shop.today.isoweekday()]
    )
    type(shop.turning).objects.filter(pk=shop.turning.pk).update(calendar=calendar)
    shop.stock_up()
    order = shop.order()
    evening = timezone.make_aware(datetime.combine(shop.today, time(22)))
    found = {one.centre.pk: one.facts.loading for one in centre_figures(evening)}
    assert (found[shop.turning.pk], found[shop.assembly.pk]) == (0, 480)
    shop.report(order, 10, "1")
    assert {one.centre.pk: one.facts.loading for one in centre_figures(evening)}[shop.turning.pk] == 480
