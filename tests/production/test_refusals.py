"""What is refused: with which words, at which field, and that nothing moved; at a desk, at the terminal, in both languages."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils.translation import override

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Lot, Period, Posting, Reservation, StockMove
from gongfang.people.models import Employee
from gongfang.platform.audit.models import AuditRow
from gongfang.platform.settings import services as company_settings
from gongfang.production import services
from gongfang.production.models import (
    HelpCall,
    Issue,
    LotUse,
    MaterialReturn,
    OperationTime,
    OutputReceipt,
    Report,
    WorkOrder,
    WorkOrderMaterial,
    WorkOrderOperation,
)
from gongfang.ui.sentences import sentence
from tests.production.shop import Shop
from tests.production.test_pages import Terminal

TABLES = (
    WorkOrder, WorkOrderMaterial, WorkOrderOperation, Issue, MaterialReturn, Report, OutputReceipt, LotUse, OperationTime, HelpCall, Posting,
    StockMove, Reservation, AuditRow,
)  # fmt: skip


def state(shop: Shop) -> Any:
    """Every row of the floor and of the ledger, and the books."""
    return shop.books(), [list(table.objects.order_by("pk").values()) for table in TABLES]


def refused(shop: Shop, act: Callable[[], Any]) -> list[str]:
    return [code for code, _, _ in told(shop, act)]


def told(shop: Shop, act: Callable[[], Any]) -> list[tuple[str, str, str]]:
    """The refusal as (code, field, sentence), once it is shown that nothing moved and that it reads as well in Chinese."""
    before = state(shop)
    with override("zh-hans"), pytest.raises(DomainError) as refusal:
        act()
    with override("zh-hans"):
        for chinese in map(sentence, refusal.value.problems):
            assert chinese.endswith("。") and "{" not in chinese and "None" not in chinese, chinese
            assert any("一" <= letter <= "鿿" for letter in chinese), chinese
    with override("en"), pytest.raises(DomainError) as again:
        act()
    assert state(shop) == before
    with override("en"):
        return [(problem.code, problem.where, sentence(problem)) for problem in again.value.problems]


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up(20)
    return shop.order("10")


def lot_of_a_pump(shop: Shop) -> int:
    shop.stock("pump", "1", "200.00", lot="P1")
    return Lot.objects.get(code="P1").pk


NOT_FOR_STAGE = "N is “Released to shop”; “{}” is possible only from: {}."
CASES: dict[str, tuple[Callable[[Shop, WorkOrder], Any], str, str, str]] = {
    "one casting too many": (
        lambda s, o: s.issue(o, "casting", "12"), "over_issue", "lines.0.quantity",
        "N: casting needs 10, issued 0; 12 more is over the tolerance. Use a supplement with a reason.",
    ),
    "nothing issued": (lambda s, o: s.issue(o, "casting", "0"), "not_positive", "lines.0.quantity", "Enter a quantity above 0."),
    "bent material without a reason": (
        lambda s, o: s.do(services.supplement_materials, lines=[services.IssueInput(s.material(o, "shaft").pk, D(1))], reason=" "),
        "reason_needed", "reason", "Say why.",
    ),
    "more than is there": (
        lambda s, o: s.do(services.supplement_materials, lines=[services.IssueInput(s.material(o, "shaft").pk, D(41))], reason="x"),
        "short_material", "", "shaft shaft: 1 are missing in the stores.",
    ),
    "a lot that is not there": (
        lambda s, o: s.issue(o, "casting", "1", lot_id=10**6, warehouse_id=s.raw.pk), "lot_unknown", "", "There is no lot 1000000.",
    ),
    "a lot of another item": (
        lambda s, o: s.issue(o, "casting", "1", lot_id=Lot.objects.get(code="P1").pk, warehouse_id=s.raw.pk),
        "lot_of_other_item", "", "Lot P1 is not of casting.",
    ),
    "a lot of what is not kept by lot": (
        lambda s, o: s.issue(o, "shaft", "1", lot_id=Lot.objects.get(code="C1").pk, warehouse_id=s.raw.pk),
        "lot_not_kept", "", "shaft is not kept by lot.",
    ),
    "one piece too many": (
        lambda s, o: s.report(o, 10, "11"), "over_report", "lines.0.good", "N, 10 op10: planned 10, reported 0; 11 more is over the tolerance. At most 10.5 more fit: correct the figure, or change the order or its tolerance.",
    ),
    "the second operation first": (
        lambda s, o: s.report(o, 20, "1"), "out_of_sequence", "lines.0.good",
        "N, 20 op20: only 0 good pieces have come from the operation before; 1 would be reported. Report that operation first.",
    ),
    "a negative report": (lambda s, o: s.report(o, 10, "-1"), "negative", "lines.0", "Quantities and times cannot be negative."),
    "an empty report": (
        lambda s, o: s.report(o, 10, "0"), "nothing_reported", "lines.0.good", "Enter what was made: good, scrap or rework pieces.",
    ),
    "received before it is reported": (
        lambda s, o: s.receive(o, "1"), "not_reported", "lines.0.quantity",
        "N: the last operation has reported 0 good pieces, 0 are received; 1 more are not there.",
    ),
    "returned before it was issued": (
        lambda s, o: s.do(services.return_materials, lines=[services.ReturnInput(s.material(o, "shaft").pk, D(1))]),
        "over_return", "lines.0.quantity", "Only 0 of shaft are on the order; 1 cannot come back.",
    ),
    "closed before it is complete": (lambda s, o: s.close(o), "illegal_stage", "", NOT_FOR_STAGE.format("Close", "Completed")),
    "released twice": (
        lambda s, o: s.do(services.release_orders, order_ids=[o.pk]), "illegal_stage", "", NOT_FOR_STAGE.format("Release", "Planned"),
    ),
    "paused without a reason": (
        lambda s, o: s.do(services.pause_orders, order_ids=[o.pk], reason=""), "reason_needed", "reason", "Say why.",
    ),
    "paused for an unknown kind of reason": (
        lambda s, o: s.do(services.pause_orders, order_ids=[o.pk], reason="x", kind="coffee"), "unknown_hold", "kind",
        "There is no such reason to hold an order.",
    ),
    "resumed while it runs": (
        lambda s, o: s.do(services.resume_orders, order_ids=[o.pk]), "illegal_stage", "", NOT_FOR_STAGE.format("Resume", "Paused"),
    ),
    "an unknown operation": (
        lambda s, o: s.do(services.report_operation, operation_id=10**9, good=D(1)), "missing", "lines.0", "There is no operation 1000000000.",
    ),
    "an unknown order": (
        lambda s, o: s.do(services.release_orders, order_ids=[10**9]), "missing", "", "There is no work order 1000000000.",
    ),
    "no order at all": (
        lambda s, o: s.do(services.release_orders, order_ids=[]), "no_orders", "", "Choose at least one work order.",
    ),
    "no line": (lambda s, o: s.do(services.receive_output, lines=[]), "no_lines", "", "Enter at least one line."),
    "split into nothing": (
        lambda s, o: s.do(services.split_order, document_id=o.pk, quantity=D(10)), "split_range", "quantity",
        "Enter a quantity between 0 and 10.",
    ),
    "un-approved while released": (
        lambda s, o: s.do(services.unapprove_order, document_id=o.pk), "order_released", "", "N is released; take the release back first.",
    ),
    "edited while approved": (
        lambda s, o: s.do(services.edit_order, document_id=o.pk, quantity=D(1), start=s.today, due=s.today), "not_editable", "",
        "N is no longer a draft; un-approve it or make a change order.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_refused_in_words_at_its_field(shop: Shop, order: WorkOrder, case: str) -> None:
    lot_of_a_pump(shop)
    act, code, where, words = CASES[case]
    assert told(shop, lambda: act(shop, order)) == [
        (code, where, words.replace("N", order.number, 1) if "N" in words[:2] else words)
    ]


STALE = "{} was changed by somebody else meanwhile. Reload the page and enter the change again."


def test_a_stale_screen_changes_nothing(shop: Shop, order: WorkOrder) -> None:
    """Whatever verb the screen was opened for: somebody else was faster."""
    issue = shop.issue(order, "casting", "2")
    shop.pick(order)
    back = shop.do(services.return_materials, lines=[services.ReturnInput(shop.material(order, "shaft").pk, D(1))])
    report = shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    receipt = shop.receive(order, "1")
    draft = shop.order("3", release=False)
    for verb, document in (
        (services.undo_issue, issue), (services.undo_return, back), (services.undo_report, report), (services.undo_receipt, receipt),
    ):  # fmt: skip
        old = type(document).objects.get(pk=document.pk).version
        type(document).objects.filter(pk=document.pk).update(version=old + 1)
        found = told(shop, lambda verb=verb, pk=document.pk, old=old: shop.do(verb, document_id=pk, version=old))
        assert found == [("stale", "", STALE.format(document.number))], verb
    days = {"start": shop.today, "due": shop.today}
    for act in (
        lambda: shop.do(services.change_order, document_id=order.pk, quantity=D(12), reason="x", version=0, **days),
        lambda: shop.do(services.edit_order, document_id=draft.pk, quantity=D(4), version=draft.version + 1, **days),
    ):
        ((code, where, words),) = told(shop, act)
        assert (code, where) == ("stale", "") and "was changed by somebody else meanwhile" in words


def shut(day: date) -> Period:
    """The month of a day, closed by the accountant meanwhile."""
    period, _made = Period.objects.get_or_create(year=day.year, month=day.month)
    Period.objects.filter(pk=period.pk).update(state=Period.State.CLOSED)
    return period


def test_a_closed_month_takes_no_issue_return_report_or_receipt(shop: Shop) -> None:
    today, last = shop.today, shop.today.replace(day=1) - timedelta(days=1)
    shop.today = last
    shop.stock_up()
    shop.today = today
    order = shop.order("10")
    shop.issue(order, "shaft", "4")
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shut(last)
    month = f"{last.year}-{last.month:02d} is closed; take a later date."
    shaft, casting = shop.material(order, "shaft").pk, shop.material(order, "casting").pk
    for act in (
        lambda: shop.do(services.issue_materials, lines=[services.IssueInput(shaft, D(2))], on=last),
        lambda: shop.do(services.supplement_materials, lines=[services.IssueInput(casting, D(1))], reason="x", on=last),
        lambda: shop.do(services.pick_orders, order_ids=[order.pk], on=last),
        lambda: shop.do(services.return_materials, lines=[services.ReturnInput(shaft, D(1))], on=last),
        lambda: shop.do(services.report_work, lines=[services.ReportInput(shop.operation(order, 10).pk, rework=D(1))], on=last),
        lambda: shop.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(1))], on=last),
    ):  # fmt: skip
        assert told(shop, act) == [("period_closed", "business_date", month)]


# ---- at the terminal


@pytest.fixture
def terminal(shop: Shop) -> Terminal:
    worker = shop.person("worker", "operator")
    worker.pin = make_password("1234")
    worker.save()
    return Terminal(worker)


def answered(shop: Shop, send: Callable[[], Any]) -> tuple[int, str, str, str]:
    """Status, code, field and words of a refusal at the terminal, once it is shown that nothing moved."""
    before = state(shop)
    answer = send()
    assert state(shop) == before
    (problem,) = answer.json()["problems"]
    return answer.status_code, answer.json()["code"], problem["where"], problem["message"]


def test_the_terminal_refuses_held_closed_and_shut_in_words(shop: Shop, order: WorkOrder, terminal: Terminal) -> None:
    operation = shop.operation(order, 10).pk

    def send(act: str, **more: Any) -> Callable[[], Any]:
        return lambda: terminal.post(
            "act", {"act": act, "operation": operation, "request_id": str(uuid.uuid4()), **more}
        )

    shop.do(services.pause_orders, order_ids=[order.pk], reason="machine down")
    held = f"{order.number} is paused; resume it first."
    assert answered(shop, send("report", good="1")) == (409, "order_paused", "", held)
    assert answered(shop, send("begin")) == (409, "order_paused", "", held)
    shop.do(services.resume_orders, order_ids=[order.pk])
    over = f"{order.number}, 10 op10: planned 10, reported 0; 11 more is over the tolerance. At most 10.5 more fit: correct the figure, or change the order or its tolerance."
    assert answered(shop, send("report", good="11")) == (422, "over_report", "lines.0.good", over)
    shop.pick(order)
    shop.report(order, 10, "2")
    period = shut(shop.today)
    status, code, where, words = answered(shop, send("report", good="1"))
    assert (status, code, where) == (409, "period_closed", "business_date")
    assert words == f"{period.year}-{period.month:02d} is closed; take a later date."
    Period.objects.filter(pk=period.pk).update(state=Period.State.OPEN)
    shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    done = (
        f"{order.number} is “Order closed”; nothing more can be posted on it. Reopen it first, or choose another order."
    )
    assert answered(shop, send("report", good="1")) == (409, "order_finished", "", done)
    assert answered(shop, send("begin")) == (409, "order_finished", "", done)


def test_nothing_is_posted_on_planned_held_closed_or_settled_orders(shop: Shop, order: WorkOrder) -> None:
    planned = shop.order("1", release=False)
    assert told(shop, lambda: shop.issue(planned, "casting", "1")) == [
        ("not_released", "", f"{planned.number} is not released yet.")
    ]
    shop.do(services.pause_orders, order_ids=[order.pk], reason="machine down")
    for act in (
        lambda: shop.issue(order, "casting", "1"), lambda: shop.report(order, 10, "1"), lambda: shop.receive(order, "1")
    ):  # fmt: skip
        assert told(shop, act) == [("order_paused", "", f"{order.number} is paused; resume it first.")]
    shop.do(services.resume_orders, order_ids=[order.pk])
    shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    for act in (lambda: shop.issue(order, "casting", "1"), lambda: shop.report(order, 10, "1")):
        assert told(shop, act) == [
            (
                "order_finished",
                "",
                f"{order.number} is “Order closed”; nothing more can be posted on it. Reopen it first, or choose another order.",
            )
        ]


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


def test_work_is_given_out_where_there_is_some_and_to_people_who_are_there(shop: Shop) -> None:
    shop.stock_up()
    done, gone = shop.order("2"), shop.order("2")
    for number in (10, 20):
        shop.report(done, number, "2")
    shop.do(services.cancel_orders, order_ids=[gone.pk], reason="x")
    live = shop.operation(shop.order("2"), 10).pk
    for ids, user, code in (
        ([10**9], None, "missing"), ([live, shop.operation(gone, 10).pk], None, "nothing_to_dispatch"),
        ([live, shop.operation(done, 10).pk], None, "nothing_to_dispatch"), ([live], 10**9, "user_unknown"),
    ):  # fmt: skip
        assert refused(
            shop, lambda ids=ids, user=user: shop.do(services.dispatch_operations, operation_ids=ids, user_id=user)
        ) == [code]
    shop.do(services.dispatch_operations, operation_ids=[live], user_id=shop.boss.pk)


def test_work_is_not_begun_without_its_certificate_nor_takes_more_than_a_month(shop: Shop) -> None:
    Employee.objects.create(code="E1", name="e", user=shop.boss)
    order = shop.order("2")
    operation = shop.operation(order, 10)
    WorkOrderOperation.objects.filter(pk=operation.pk).update(skill="weld")
    begin = partial(shop.do, services.begin_operation, operation_id=operation.pk)
    assert refused(shop, begin) == ["no_certificate"]
    WorkOrderOperation.objects.filter(pk=operation.pk).update(skill="")
    assert refused(shop, lambda: shop.report(order, 10, "1", minutes="44640.000001")) == ["too_long"]
    shop.report(order, 10, "1", minutes="44640")
    WorkOrderOperation.objects.filter(pk=operation.pk).update(skill="weld")
    shop.do(company_settings.change_setting, key="production.certificates", value="warn")
    begin()
