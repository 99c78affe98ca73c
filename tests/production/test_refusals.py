"""What is refused, with its reason, and that nothing moved."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.platform.settings import services as company_settings
from gongfang.production import services
from gongfang.production.models import Issue, OutputReceipt, Report, WorkOrder
from tests.production.shop import Shop


def state(shop: Shop) -> Any:
    return (
        shop.books(), Issue.objects.count(), Report.objects.count(), OutputReceipt.objects.count(),
        list(WorkOrder.objects.order_by("pk").values_list("stage", "received_quantity", "actual_material", "version")),
    )  # fmt: skip


def refused(shop: Shop, act: Callable[[], Any]) -> list[str]:
    before = state(shop)
    with pytest.raises(DomainError) as refusal:
        act()
    assert state(shop) == before
    assert all(str(problem) for problem in refusal.value.problems)
    return refusal.value.codes


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up(20)
    return shop.order("10")


CASES: dict[str, tuple[Callable[[Shop, WorkOrder], Any], list[str]]] = {
    "one casting too many": (lambda s, o: s.issue(o, "casting", "12"), ["over_issue"]),
    "nothing issued": (lambda s, o: s.issue(o, "casting", "0"), ["not_positive"]),
    "bent material without a reason": (
        lambda s, o: s.do(services.supplement_materials, lines=[services.IssueInput(s.material(o, "shaft").pk, D(1))], reason=" "),
        ["reason_needed"],
    ),
    "more than is there": (
        lambda s, o: s.do(services.supplement_materials, lines=[services.IssueInput(s.material(o, "shaft").pk, D(41))], reason="x"),
        ["short_material"],
    ),
    "a lot of another item": (
        lambda s, o: s.issue(o, "shaft", "1", lot_id=s.material(o, "casting").pk + 10**6, warehouse_id=s.raw.pk), ["lot_unknown"],
    ),
    "one piece too many": (lambda s, o: s.report(o, 10, "11"), ["over_report"]),
    "the second operation first": (lambda s, o: s.report(o, 20, "1"), ["out_of_sequence"]),
    "a negative report": (lambda s, o: s.report(o, 10, "-1"), ["negative"]),
    "an empty report": (lambda s, o: s.report(o, 10, "0"), ["nothing_reported"]),
    "received before it is reported": (lambda s, o: s.receive(o, "1"), ["not_reported"]),
    "returned before it was issued": (
        lambda s, o: s.do(services.return_materials, lines=[services.ReturnInput(s.material(o, "shaft").pk, D(1))]), ["over_return"],
    ),
    "closed before it is complete": (lambda s, o: s.close(o), ["illegal_stage"]),
    "released twice": (lambda s, o: s.do(services.release_orders, order_ids=[o.pk]), ["illegal_stage"]),
    "paused without a reason": (lambda s, o: s.do(services.pause_orders, order_ids=[o.pk], reason=""), ["reason_needed"]),
    "resumed while it runs": (lambda s, o: s.do(services.resume_orders, order_ids=[o.pk]), ["illegal_stage"]),
    "an unknown operation": (lambda s, o: s.do(services.report_operation, operation_id=10**9, good=D(1)), ["missing"]),
    "an unknown order": (lambda s, o: s.do(services.release_orders, order_ids=[10**9]), ["missing"]),
    "no order at all": (lambda s, o: s.do(services.release_orders, order_ids=[]), ["no_orders"]),
    "no line": (lambda s, o: s.do(services.receive_output, lines=[]), ["no_lines"]),
    "split into nothing": (lambda s, o: s.do(services.split_order, document_id=o.pk, quantity=D(10)), ["split_range"]),
    "un-approved while released": (lambda s, o: s.do(services.unapprove_order, document_id=o.pk), ["order_released"]),
    "edited while approved": (
        lambda s, o: s.do(services.edit_order, document_id=o.pk, quantity=D(1), start=s.today, due=s.today), ["not_editable"],
    ),
    "changed with a stale screen": (
        lambda s, o: s.do(services.change_order, document_id=o.pk, quantity=D(12), start=s.today, due=s.today, reason="x", version=0),
        ["stale"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_refused_with_its_reason(shop: Shop, order: WorkOrder, case: str) -> None:
    act, codes = CASES[case]
    assert refused(shop, lambda: act(shop, order)) == codes


def test_nothing_is_posted_on_planned_held_closed_or_settled_orders(shop: Shop, order: WorkOrder) -> None:
    planned = shop.order("1", release=False)
    assert refused(shop, lambda: shop.issue(planned, "casting", "1")) == ["not_released"]
    shop.do(services.pause_orders, order_ids=[order.pk], reason="machine down")
    for act in (
        lambda: shop.issue(order, "casting", "1"), lambda: shop.report(order, 10, "1"), lambda: shop.receive(order, "1")
    ):  # fmt: skip
        assert refused(shop, act) == ["order_paused"]
    shop.do(services.resume_orders, order_ids=[order.pk])
    shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    assert refused(shop, lambda: shop.issue(order, "casting", "1")) == ["order_finished"]
    assert refused(shop, lambda: shop.report(order, 10, "1")) == ["order_finished"]


def test_tolerances_come_from_item_category_company(shop: Shop) -> None:
    shop.stock_up()
    shop.items["pump"].over_report = D("0.1")
    shop.items["pump"].save()
    order = shop.order("10")
    shop.report(order, 10, "11")
    assert refused(shop, lambda: shop.report(order, 10, "0.000001")) == ["over_report"]
    shop.report(order, 20, "11")
    shop.receive(order, "11")
    assert shop.fresh(order).received_quantity == 11


def test_sequence_may_be_switched_off(shop: Shop, order: WorkOrder) -> None:
    shop.do(company_settings.change_setting, key="production.sequence", value=False)
    shop.report(order, 20, "1")
    assert shop.operation(order, 20).good_quantity == 1


def test_closing_warns_and_takes_a_confirmation(shop: Shop, order: WorkOrder) -> None:
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "6")
    shop.do(services.complete_orders, order_ids=[order.pk])
    assert refused(shop, lambda: shop.close(order, confirm=frozenset())) == ["short_output", "not_yet_received"]
    shop.close(order, confirm=frozenset({"short_output", "not_yet_received"}))


def test_final_inspection_holds_the_receipt(shop: Shop) -> None:
    from gongfang.quality import queries as quality
    from gongfang.quality import services as inspecting

    shop.items["pump"].inspect_final = True
    shop.items["pump"].save()
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    report = shop.report(order, 20, "10")
    (inspection,) = quality.inspections_of("production.work_order", order.pk)
    assert inspection.quantity == 10
    assert refused(shop, lambda: shop.receive(order, "1")) == ["not_inspected"]
    shop.do(services.undo_report, document_id=report.pk)
    assert not quality.inspections_of("production.work_order", order.pk)
    shop.report(order, 20, "10")
    (inspection,) = quality.inspections_of("production.work_order", order.pk)
    shop.do(inspecting.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(9), rejected_quantity=D(1))
    assert refused(shop, lambda: shop.receive(order, "10")) == ["not_inspected"]
    shop.receive(order, "9")


def test_the_same_request_twice_acts_once(shop: Shop, order: WorkOrder) -> None:
    import uuid

    request_id = uuid.uuid4()
    operation = shop.operation(order, 10)
    first = shop.do(services.report_operation, request_id=request_id, operation_id=operation.pk, good=D(3))
    again = shop.do(services.report_operation, request_id=request_id, operation_id=operation.pk, good=D(3))
    assert first == again and shop.operation(order, 10).good_quantity == 3
    with pytest.raises(DomainError) as refusal:
        shop.do(services.report_operation, request_id=request_id, operation_id=operation.pk, good=D(4))
    assert refusal.value.code == "request_reused"


@pytest.mark.parametrize(
    ("role", "verb", "values"),
    [
        ("operator", services.release_orders, {"order_ids": [1]}),
        ("operator", services.pick_orders, {"order_ids": [1]}),
        ("keeper", services.report_operation, {"operation_id": 1}),
        ("sales", services.close_orders, {"order_ids": [1]}),
        ("inspector", services.receive_orders, {"order_ids": [1]}),
    ],
)
def test_each_role_does_its_own(shop: Shop, role: str, verb: Any, values: dict[str, Any]) -> None:
    person = shop.person(role, role)
    with pytest.raises(DomainError) as refusal:
        shop.do(verb, person, **values)
    assert refusal.value.code == "forbidden"
