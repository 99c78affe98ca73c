"""Verbs of an order's life beside the usual way: the release taken back, an inspection asked for, a call solved."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Reservation
from gongfang.platform.settings import services as company_settings
from gongfang.production import services
from gongfang.production.models import HelpCall, OperationTime, WorkOrder
from gongfang.production.queries import dispatch_list, open_calls
from gongfang.quality import queries as quality
from gongfang.quality import services as inspecting
from tests.production.shop import Shop
from tests.production.test_pages import client_of
from tests.production.test_refusals import told


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up(20)
    return shop.order("10")


def unrelease(shop: Shop, *orders: WorkOrder, **more: Any) -> Any:
    return shop.do(services.unrelease_orders, order_ids=[one.pk for one in orders], **more)


def test_a_release_is_taken_back_while_nobody_has_begun(shop: Shop, order: WorkOrder) -> None:
    """The operations leave the dispatch lists, the order may be un-approved or released again; of several all or none."""
    other = shop.order("5")
    shop.issue(other, "casting", "1")
    begun = [("already_begun", "", f"{other.number} has issues or reports; take them back first.")]
    stage = [
        (
            "illegal_stage",
            "",
            f"{other.number} is “Started”; “Take back the release” is possible only from: Released to shop.",
        )
    ]
    assert told(shop, lambda: unrelease(shop, order, other)) in (begun, stage)
    assert shop.fresh(order).stage == "released"
    unrelease(shop, order, actor=shop.person("super", "supervisor"))
    back = shop.fresh(order)
    assert (back.stage, back.approval, back.execution) == ("planned", "approved", "open")
    assert not dispatch_list().filter(document=order).exists()
    shop.do(services.unapprove_order, document_id=order.pk)
    assert shop.fresh(order).approval == "draft"
    with pytest.raises(DomainError) as refusal:
        unrelease(shop, other, actor=shop.person("worker", "operator"))
    assert refusal.value.code == "forbidden"


def test_a_released_order_whose_issue_came_back_may_leave_the_shop(shop: Shop, order: WorkOrder) -> None:
    issue = shop.issue(order, "casting", "1")
    shop.do(services.undo_issue, document_id=issue.pk)
    ((code, _, _),) = told(shop, lambda: unrelease(shop, order))
    assert code == "illegal_stage", "it was begun, whatever came of it"


def test_the_button_is_offered_where_it_is_possible(shop: Shop, order: WorkOrder) -> None:
    client = client_of(shop.boss)
    address = f"/production/orders/{order.pk}/"
    assert "Take back the release" in client.get(address).content.decode()
    shop.issue(order, "casting", "1")
    assert "Take back the release" not in client.get(address).content.decode()


def test_an_inspection_is_asked_for_part_by_part(shop: Shop, order: WorkOrder) -> None:
    """Of six pieces four are asked for by hand, the rest by itself; more than is there is refused, and receipt waits for the verdict."""
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "6")
    type(shop.items["pump"]).objects.filter(pk=shop.items["pump"].pk).update(inspect_final=True)
    inspector = shop.person("inspector", "inspector")

    def ask(quantity: str | None = None) -> Any:
        more = {} if quantity is None else {"quantity": D(quantity)}
        return shop.do(services.request_inspection, inspector, document_id=order.pk, **more)

    ((code, where, words),) = told(shop, lambda: ask("7"))
    assert where == "quantity" and "6" in words, code
    ask("4")
    ask()
    made = list(quality.inspections_of(WorkOrder.doc_type, order.pk))
    assert [one.quantity for one in made] == [D(4), D(2)]
    assert told(shop, ask)[0][0] == code
    assert [one for one, _, _ in told(shop, lambda: shop.receive(order, "4"))] == ["not_inspected"]
    shop.do(
        inspecting.decide_inspection,
        inspector,
        inspection_id=made[0].pk,
        accepted_quantity=D(4),
        rejected_quantity=D(0),
    )
    shop.receive(order, "4")
    shop.do(services.pause_orders, order_ids=[order.pk], reason="x")
    assert [one for one, _, _ in told(shop, ask)] == ["order_paused"]


def test_a_call_is_taken_and_solved_once(shop: Shop, order: WorkOrder) -> None:
    worker, keeper = shop.person("worker", "operator"), shop.person("keeper", "keeper")
    call = shop.do(
        services.call_help, worker, kind="material", operation_id=shop.operation(order, 10).pk, text="缺螺栓"
    )
    assert list(open_calls()) == [call]
    shop.do(services.take_call, keeper, call_id=call.pk)
    again = [("call_done", "", "Somebody else has already taken or solved this call.")]
    assert told(shop, lambda: shop.do(services.take_call, call_id=call.pk)) == again
    shop.do(services.solve_call, worker, call_id=call.pk, answer="补了 50 个" + "!" * 300)
    call.refresh_from_db()
    assert (call.state, call.taken_by, len(call.answer)) == (
        "solved",
        keeper,
        200,
    ) and call.solved_at >= call.taken_at >= call.raised_at
    assert not open_calls()
    assert told(shop, lambda: shop.do(services.solve_call, call_id=call.pk)) == again
    alone = shop.do(services.call_help, worker, kind="help", work_centre_id=shop.turning.pk)
    shop.do(services.solve_call, worker, call_id=alone.pk)
    alone.refresh_from_db()
    assert (alone.taken_by, alone.taken_at) == (worker, alone.solved_at), "whoever solves it has taken it"
    ((code, _, words),) = told(shop, lambda: shop.do(services.solve_call, call_id=10**9))
    assert code == "missing" and "1000000000" in words
    assert HelpCall.objects.count() == 2


def test_clocks_stop_with_the_order(shop: Shop, order: WorkOrder) -> None:
    """Held after half an hour, resumed four hours later: half an hour is work. A stop entered without network before the hold counts too."""
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    operation = shop.operation(order, 10).pk

    def begin(minutes: int) -> None:
        shop.do(services.begin_operation, operation_id=operation)
        OperationTime.objects.filter(ended_at=None).update(began_at=timezone.now() - timedelta(minutes=minutes))

    begin(30)
    shop.do(services.pause_orders, order_ids=[order.pk], reason="x")
    row = OperationTime.objects.get()
    assert row.ended_at is not None and round(row.minutes) == 30
    early = row.began_at + timedelta(minutes=20)
    shop.do(services.stop_operation, operation_id=operation, at=early)
    assert OperationTime.objects.get().minutes == 20
    OperationTime.objects.update(began_at=row.began_at - timedelta(hours=4), ended_at=early - timedelta(hours=4))
    shop.do(services.resume_orders, order_ids=[order.pk])
    assert shop.report(order, 10, "3").lines.get().minutes == 20
    with pytest.raises(DomainError) as refusal:
        shop.do(services.stop_operation, operation_id=operation)
    assert refusal.value.code == "clock_not_running"
    begin(5)
    shop.do(services.complete_orders, order_ids=[order.pk])
    assert not OperationTime.objects.filter(ended_at=None).exists()


# --------------------------------------------------------------------------------------------------- what scrap leaves to be done
def states(shop: Shop, order: WorkOrder) -> list[str]:
    return [shop.operation(order, number).state for number in (10, 20)] + [shop.fresh(order).stage]


def test_what_was_scrapped_before_an_operation_is_not_awaited_there(shop: Shop) -> None:
    """Eight through both, then turning scraps the last two: assembly is through as well, and back when the scrap is taken back."""
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "8")
    shop.report(order, 20, "8")
    assert states(shop, order) == ["started", "started", "started"]
    scrap = shop.report(order, 10, scrap_worker="2")
    assert states(shop, order) == ["done", "done", "started"] and not dispatch_list().filter(document=order).exists()
    shop.do(services.undo_report, document_id=scrap.pk)
    assert states(shop, order) == ["started", "started", "started"]
    shop.report(order, 10, scrap_worker="2")
    shop.receive(order, "8")
    assert states(shop, order) == ["done", "done", "completed"]
    lost = shop.order("3")
    shop.report(lost, 10, scrap_material="3")
    assert states(shop, lost) == ["done", "done", "started"], "nothing can come to the assembly"


def test_pieces_made_again_for_scrapped_ones_are_awaited(shop: Shop) -> None:
    """A fifth more is tolerated: two are scrapped and two made in their place, so that ten come to the assembly, not eight."""
    shop.stock_up()
    order = shop.order("10")
    WorkOrder.objects.filter(pk=order.pk).update(over_report=D("0.2"))
    shop.pick(order)
    shop.report(order, 10, "8", scrap_material="2")
    shop.report(order, 20, "8")
    assert states(shop, order)[:2] == ["done", "done"]
    shop.report(order, 10, "2")
    assert states(shop, order)[:2] == ["done", "started"] and dispatch_list().filter(document=order).count() == 1
    shop.report(order, 20, "2")
    assert states(shop, order)[:2] == ["done", "done"]


def test_scrapping_the_rest_completes_an_order_that_is_received(shop: Shop) -> None:
    """Eight are in the store when the last two are scrapped: completed as in the other order; taken back, two are open again."""
    shop.stock_up()
    order = shop.order("10")
    shop.issue(order, "casting", "10")
    shop.do(services.reserve_materials, order_ids=[order.pk])
    shop.report(order, 10, "10")
    shop.report(order, 20, "8")
    shop.receive(order, "8")
    scrap = shop.report(order, 20, scrap_worker="2")
    order = shop.fresh(order)
    assert order.stage == "completed" and order.actual_end is not None
    assert not Reservation.objects.exists(), "nothing more is fetched for it"
    shop.do(services.undo_report, document_id=scrap.pk)
    order = shop.fresh(order)
    assert (order.stage, order.actual_end) == ("started", None) and shop.operation(order, 20).state == "started"
    shop.do(services.complete_orders, order_ids=[order.pk])
    more = shop.report(order, 20, "1")
    shop.do(services.undo_report, document_id=more.pk)
    assert shop.fresh(order).stage == "completed", "somebody said so; a report of good pieces is no scrap"


def test_another_quantity_opens_operations_again_or_lets_them_be_through(shop: Shop) -> None:
    """Ten are through and four in the store: for twelve, two more are open everywhere; for ten, none; for what is in, it is completed."""
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "4")

    def changed(quantity: str) -> list[str]:
        shop.do(
            services.change_order,
            document_id=order.pk,
            quantity=D(quantity),
            start=shop.today,
            due=shop.today,
            reason="x",
        )
        return states(shop, order)

    assert changed("12") == ["started", "started", "started"]
    assert dispatch_list().filter(document=order).count() == 2
    assert changed("10") == ["done", "done", "started"]
    shop.receive(order, "6")
    few = shop.order("10")
    shop.pick(few)
    for number in (10, 20):
        shop.report(few, number, "8")
    shop.receive(few, "8")
    order = few
    assert changed("8") == ["done", "done", "completed"]
