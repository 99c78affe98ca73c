"""Pieces that come back unworked from outside: done here, given to another, or sent again; each step by its figures, and back."""

import uuid
from decimal import Decimal as D
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from gongfang.costing import services as costing
from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import RoutingOperation
from gongfang.people.services import employee_for
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verification import run_all
from gongfang.production import queries, services
from gongfang.production.models import OperationTime, ReportPerson, SubcontractOrder, WorkOrder, WorkOrderOperation
from gongfang.production.rules import Given, OutsideOperation, Step, moved_since, undo_report_problems
from gongfang.production.services.changing_operations import out_of_turn
from gongfang.production.services.unreporting import why_not_undo_report
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of, worker_of
from tests.production.test_subcontracting import outside, plated, turned
from tests.production.test_who_worked_outside import a_second_plater, owed

__all__ = ["plated"]


def refused(shop: Shop, verb: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        shop.do(verb, **values)
    assert all(str(problem) for problem in refusal.value.problems)
    return refusal.value.code


def where(shop: Shop, order: WorkOrder) -> OutsideOperation:
    step = shop.operation(order, 20)
    return queries.outside_of([step])[step.pk]


def figures(shop: Shop, order: WorkOrder) -> tuple[D, D, D, D]:
    """Not given out, at subcontractors', may be done here, done here."""
    one = where(shop, order)
    return one.open, one.away, one.for_here, one.without_order


def sent(shop: Shop, order: WorkOrder, **values: Any) -> SubcontractOrder:
    ww = outside(shop, order, **values)
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    return SubcontractOrder.objects.get(pk=ww.pk)


def fresh(ww: SubcontractOrder) -> SubcontractOrder:
    return SubcontractOrder.objects.get(pk=ww.pk)


def given(ordered: int, sent: int, returned: int = 0, good: int = 0, lost: int = 0, *, live: bool = True) -> Given:
    return Given(D(ordered), D(sent), D(returned), D(good), D(lost), is_live=live)


def test_four_of_ten_come_back_unworked_three_are_done_here_and_one_by_another(plated: Shop) -> None:
    """S1 plates six at 3.00; S2 one at 3.50; three are plated here in half an hour (22.50 and 5.00) at a piece rate of 2.00."""
    shop = plated
    RoutingOperation.objects.filter(name="plate").update(piece_rate=D(2))
    order = turned(shop)
    one = sent(shop, order)
    assert figures(shop, order) == (0, 10, 0, 0) and shop.on_hand("paint") == 95
    shop.do(services.receive_subcontract, subcontract_id=one.pk, good=D(6))
    shop.do(services.return_subcontract, subcontract_id=one.pk, pieces=D(4), everything=True)
    one = fresh(one)
    assert (one.sent_quantity, one.returned_quantity, one.claimed_quantity, one.execution) == (6, 4, 6, "done")
    (paint,) = one.materials.all()
    assert (paint.quantity, paint.sent_quantity, paint.returned_quantity, paint.done_quantity, paint.left) == (
        3,
        5,
        2,
        3,
        0,
    )
    assert figures(shop, order) == (4, 0, 4, 0) and shop.on_hand("paint") == 97 and "1408" not in shop.books()
    assert refused(shop, services.send_subcontract, subcontract_id=one.pk) == "nothing_to_send", "not back by itself"

    two = outside(shop, order, quantity=D(1), partner_id=a_second_plater(shop).pk, price=D("3.5"))
    assert figures(shop, order) == (3, 0, 3, 0)
    shop.do(services.send_subcontract, subcontract_id=two.pk)
    shop.do(services.receive_subcontract, subcontract_id=two.pk, good=D(1))
    assert owed("220202") == {"S1": D("18.00"), "S2": D("3.50")}

    waiting = services.waiting_for_material(WorkOrder.objects.all())
    picks = services.propose_picks([order.pk])
    assert list(waiting) == [order] and [(pick.item_id, pick.quantity) for pick in picks] == [
        (shop.items["paint"].pk, D("1.5"))
    ]
    shop.pick(order)
    assert shop.on_hand("paint") == 95 and not services.waiting_for_material(WorkOrder.objects.all()).exists()
    worker = shop.person("worker", "operator")
    step = shop.operation(order, 20)
    report = shop.do(services.report_operation, worker, operation_id=step.pk, good=D(3), minutes=D(30))
    line = report.lines.get()
    assert (line.subcontractor, line.labour_value, line.overhead_value, line.subcontract_value) == (
        None,
        D("22.50"),
        D("5.00"),
        0,
    )
    person = ReportPerson.objects.get(line=line)
    assert (person.employee, person.pay, person.minutes) == (employee_for(worker), D("6.00"), 30)
    assert figures(shop, order) == (0, 0, 0, 3) and shop.operation(order, 20).state == "done"
    assert owed("220202") == {"S1": D("18.00"), "S2": D("3.50")} and run_all() == []

    shop.report(order, 30, "10", minutes="60")
    shop.receive(order, "10")
    shop.close(order)
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    kinds = {(row.element, row.kind): row.amount for row in document.lines.all()}
    # outside 30.00 was planned and 21.50 paid; turning took 40.00 of labour for 28.89, plating 22.50 for nothing planned
    assert kinds[("subcontract", "price")] == D("-8.50") and kinds[("labour", "efficiency")] == D("33.61")
    assert shop.wip(order) == {} and run_all() == []


def test_what_may_be_done_with_what_came_back(plated: Shop) -> None:
    """Ten at S1, three back: no more than three are free, whoever takes them, and the steps that rest on them stand in the way."""
    shop = plated
    order = turned(shop)
    one = sent(shop, order)
    step = shop.operation(order, 20)
    report = {"operation_id": step.pk}
    assert refused(shop, services.report_operation, **report, good=D(1)) == "received_outside"
    assert refused(shop, services.begin_operation, **report) == "done_outside"
    back = shop.do(services.return_subcontract, subcontract_id=one.pk, pieces=D(3))
    assert figures(shop, order) == (3, 7, 3, 0)
    before = shop.books()
    assert refused(shop, services.return_subcontract, subcontract_id=one.pk, pieces=D(8)) == "not_outside"
    assert refused(shop, services.report_operation, **report, good=D(4)) == "not_back_unworked"
    assert refused(shop, services.report_operation, **report, good=D(2), rework=D(2)) == "not_back_unworked"
    assert refused(shop, services.receive_subcontract, subcontract_id=one.pk, good=D(8)) == "not_outside"
    again = {"order_id": order.pk, "operation_no": 20}
    assert refused(shop, services.create_subcontract_order, **again, quantity=D(4)) == "subcontract_range"
    assert shop.books() == before

    here = shop.do(services.report_operation, **report, good=D(1), scrap_worker=D(1))
    assert figures(shop, order) == (1, 7, 1, 2)
    assert refused(shop, services.undo_subcontract_transfer, document_id=back.pk) == "given_since"
    assert refused(shop, services.send_subcontract, subcontract_id=one.pk, pieces=D(2)) == "not_arrived"
    two = outside(shop, order, partner_id=a_second_plater(shop).pk)
    assert two.quantity == 1 and figures(shop, order) == (0, 7, 0, 2), "promised to S2, though it lies here"
    assert refused(shop, services.report_operation, **report, good=D(1)) == "received_outside"
    assert refused(shop, services.send_subcontract, subcontract_id=one.pk, pieces=D(1)) == "given_elsewhere"

    shop.do(services.undo_report, document_id=here.pk)
    assert figures(shop, order) == (2, 7, 2, 0)
    assert refused(shop, services.undo_subcontract_transfer, document_id=back.pk) == "given_since", (
        "one is promised to S2"
    )
    again_there = shop.do(services.send_subcontract, subcontract_id=one.pk, pieces=D(2))
    assert figures(shop, order) == (0, 9, 0, 0) and fresh(one).claimed_quantity == 9
    assert refused(shop, services.undo_subcontract_transfer, document_id=back.pk) == "sent_again"
    shop.do(services.undo_subcontract_transfer, document_id=again_there.pk)
    shop.do(services.SUBCONTRACT.unapprove, document_id=two.pk)
    shop.do(services.SUBCONTRACT.void, document_id=two.pk)
    shop.do(services.undo_subcontract_transfer, document_id=back.pk)
    assert figures(shop, order) == (0, 10, 0, 0) and run_all() == []


def test_every_step_is_taken_back(plated: Shop) -> None:
    shop = plated
    order = turned(shop)
    start = (shop.books(), shop.on_hand("paint"))
    ww = outside(shop, order)
    first = shop.do(services.send_subcontract, subcontract_id=ww.pk)
    back = shop.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(3), everything=True)
    assert fresh(ww).materials.get().quantity == D("3.5")
    assert refused(shop, services.undo_subcontract_transfer, document_id=first.pk) == "received_since"
    shop.issue(order, "paint", "1.5")
    here = shop.report(order, 20, "3", minutes="30")
    shop.report(order, 30, "2")
    assert refused(shop, services.undo_report, document_id=here.pk) == "later_report"
    shop.do(services.undo_report, document_id=here.pk, cascade=True)
    (issue,) = order.issuelines.filter(item=shop.items["paint"])
    shop.do(services.undo_issue, document_id=issue.document_id)
    shop.do(services.undo_subcontract_transfer, document_id=back.pk)
    assert fresh(ww).materials.get().quantity == 5 and fresh(ww).returned_quantity == 0
    shop.do(services.undo_subcontract_transfer, document_id=first.pk)
    shop.do(services.SUBCONTRACT.unapprove, document_id=ww.pk)
    shop.do(services.SUBCONTRACT.void, document_id=ww.pk)
    assert (shop.books(), shop.on_hand("paint")) == start and run_all() == []


def test_turning_is_not_taken_back_under_pieces_that_are_outside(plated: Shop) -> None:
    """Ten turned in two reports, seven sent: the report of three may go, that of seven only once they are back."""
    shop = plated
    order = shop.order("10", "valve")
    shop.issue(order, "casting", "10")
    seven, three = shop.report(order, 10, "7", minutes="40"), shop.report(order, 10, "3", minutes="20")
    ww = outside(shop, order)
    shop.do(services.send_subcontract, subcontract_id=ww.pk, pieces=D(7))
    shop.do(services.undo_report, document_id=three.pk)
    assert refused(shop, services.undo_report, document_id=seven.pk) == "sent_since"
    assert [problem.code for problem in why_not_undo_report(seven)] == ["sent_since"]
    shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(2))
    assert set(refused(shop, services.undo_report, document_id=seven.pk, cascade=True).split()) == {"sent_since"}
    assert fresh(ww).received_quantity == 2, "nothing was taken along on the way to the refusal"
    shop.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(5))
    assert refused(shop, services.undo_report, document_id=seven.pk, cascade=True) == "sent_since", (
        "two would be out again"
    )
    assert run_all() == []


def test_bolts_of_pieces_done_here_come_from_our_stores(shop: Shop) -> None:
    """Assembly outside with its backflushed bolts: 40 go out, 12 come back with three pumps that are assembled here after all."""
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    ww = outside(shop, order, partner_id=shop.supplier.pk, price=D(2))
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    bolts = [services.SendInput(shop.items["bolt"].pk, D(12))]
    shop.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(3), lines=bolts)
    assert shop.on_hand("bolt") == 372
    shop.report(order, 20, "3", minutes="36")
    assert shop.on_hand("bolt") == 360 and shop.material(order, "bolt").done_quantity == 12
    shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(7))
    assert shop.material(order, "bolt").done_quantity == 40 and shop.on_hand("bolt") == 360 and run_all() == []
    shop.receive(order, "3")
    shop.close(order)
    shop.do(costing.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {} and run_all() == []


def test_terminals_list_outside_work_only_when_it_came_back(plated: Shop) -> None:
    shop = plated
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    worker = worker_of(shop)
    terminal = Terminal(worker)

    def listed() -> list[tuple[str, str]]:
        return [
            (job["operation"], job["ready"])
            for job in terminal.get("jobs").json()["jobs"]
            if job["order"] == order.number
        ]

    order = shop.order("10", "valve")
    assert [name for name, _ in listed()] == ["10 turn", "30 assemble"]
    shop.issue(order, "casting", "10")
    shop.report(order, 10, "10", minutes="60")
    ww = sent(shop, order)
    assert listed() == [("30 assemble", "0")]
    step = shop.operation(order, 20)
    assert refused(shop, services.dispatch_operations, operation_ids=[step.pk], user_id=worker.pk) == "done_outside"
    shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(4))
    back = shop.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(2))
    assert sorted(listed()) == [("20 plate", "2"), ("30 assemble", "4")]
    shop.do(services.dispatch_operations, operation_ids=[step.pk], user_id=worker.pk)
    assert terminal.act("begin", step.pk).json()["state"] == "started"
    refusal = terminal.report(step.pk, "3")
    assert refusal.status_code == 422 and "2 pieces came back unworked" in refusal.content.decode()
    assert terminal.report(step.pk, "2").status_code == 200
    assert listed() == [("30 assemble", "6")] and OperationTime.objects.get().line is not None
    last = queries.last_report(worker)
    assert last is not None and terminal.act("undo", report=last.pk).status_code == 200
    shop.do(services.undo_subcontract_transfer, document_id=back.pk)
    assert listed() == [("30 assemble", "4")] and run_all() == []


PLACES: dict[str, tuple[OutsideOperation, tuple[int, int, int, int]]] = {
    # planned, arrived, worked, (ordered, sent, returned, good, lost) … → not given out, away, waiting, may be done here
    "nothing given": (OutsideOperation(D(10), D(10), D(0)), (10, 0, 10, 0)),
    "all sent": (OutsideOperation(D(10), D(10), D(0), (given(10, 10),)), (0, 10, 0, 0)),
    "three back": (OutsideOperation(D(10), D(10), D(0), (given(10, 7, 3),)), (3, 7, 3, 3)),
    "three back, one done here": (OutsideOperation(D(10), D(10), D(1), (given(10, 7, 3),)), (2, 7, 2, 2)),
    "three back, two promised to another": (OutsideOperation(D(10), D(10), D(0), (given(10, 7, 3), given(2, 0, live=False))), (1, 7, 3, 1)),
    "three back and sent again": (OutsideOperation(D(10), D(10), D(0), (given(10, 10, 3),)), (0, 10, 0, 0)),
    "back of what was sent in part": (OutsideOperation(D(10), D(6), D(0), (given(10, 4, 2),)), (2, 4, 2, 2)),
    "back, but the rest is still to come": (OutsideOperation(D(10), D(5), D(0), (given(10, 5, 3),)), (3, 5, 0, 0)),
    "one made too many, tolerated": (OutsideOperation(D(10), D(11), D(0), (given(10, 8, 2),)), (2, 8, 3, 2)),
    "the first operation has no pieces out": (OutsideOperation(D(10), None, D(4), (given(10, 0, 0, 4),)), (0, 0, 6, 0)),
    "reported without a subcontract order before": (OutsideOperation(D(10), D(10), D(4), (given(6, 6),)), (0, 6, 0, 0)),
    "worked anew after inspection": (OutsideOperation(D(10), D(10), D(8), (given(10, 10, 0, 10),)), (2, 0, 2, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_where_the_pieces_of_an_outside_operation_are(name: str) -> None:
    one, expected = PLACES[name]
    assert (one.open, one.away, one.waiting, one.for_here) == expected


BACK_AGAIN: dict[str, tuple[str, int, Given, OutsideOperation, str]] = {
    "sent, nothing came back": ("send", 10, given(10, 10), OutsideOperation(D(10), D(10), D(0), (given(10, 10),)), ""),
    "sent, one came back worked": ("send", 10, given(10, 10, 0, 1), OutsideOperation(D(10), D(10), D(1), (given(10, 10, 0, 1),)), "received_since"),
    "sent, one came back unworked": ("send", 10, given(10, 9, 1), OutsideOperation(D(10), D(10), D(0), (given(10, 9, 1),)), "received_since"),
    "a part of what was sent": ("send", 4, given(10, 10, 0, 6), OutsideOperation(D(10), D(10), D(6), (given(10, 10, 0, 6),)), ""),
    "returned, still here": ("return", 3, given(10, 7, 3), OutsideOperation(D(10), D(10), D(0), (given(10, 7, 3),)), ""),
    "returned, one done here": ("return", 3, given(10, 7, 3), OutsideOperation(D(10), D(10), D(1), (given(10, 7, 3),)), "given_since"),
    "returned, one done here, where others were never given out": ("return", 3, given(5, 2, 3), OutsideOperation(D(10), D(10), D(1), (given(5, 2, 3),)), "given_since"),
    "returned, one given to another": ("return", 3, given(10, 7, 3), OutsideOperation(D(10), D(10), D(0), (given(10, 7, 3), given(1, 0))), "given_since"),
    "returned and sent again": ("return", 3, given(10, 9, 3), OutsideOperation(D(10), D(10), D(0), (given(10, 9, 3),)), "sent_again"),
}  # fmt: skip


@pytest.mark.parametrize("name", BACK_AGAIN)
def test_whether_a_delivery_can_be_taken_back(name: str) -> None:
    kind, pieces, one, operation, code = BACK_AGAIN[name]
    assert [problem.code for problem in moved_since("WW1", kind, D(pieces), one, operation)] == ([code] if code else [])


def test_what_came_back_stands_on_the_pages(plated: Shop) -> None:
    """The form of the return, both documents, the page of the operation with its buttons, and the desk's list of work."""
    shop = plated
    order = turned(shop)
    ww = sent(shop, order)
    step = shop.operation(order, 20)
    client = client_of(shop.boss)
    assert "production.report_operation" not in client.get(f"/production/operations/{step.pk}/").content.decode()
    assert f'name="operation" value="{step.pk}"' not in client.get("/production/report/").content.decode()
    form = {"subcontract": str(ww.pk), "pieces": "3", "lines": "[]", "request_id": str(uuid.uuid4())}
    assert client.post(f"/production/subcontract-returns/new?subcontract={ww.pk}", form).status_code == 302
    page = client.get(f"/production/subcontracts/{ww.pk}/tab/reckoning").content.decode()
    assert "Returned unworked" in page and "Off this order" in page
    page = client.get(f"/production/orders/{order.pk}/tab/operations").content.decode()
    assert "Back unworked, to be done" in page and ww.number in page
    assert "production.report_operation" in client.get(f"/production/operations/{step.pk}/").content.decode()
    assert f'name="operation" value="{step.pk}"' in client.get("/production/report/").content.decode()


@pytest.mark.parametrize(
    ("good", "worked", "away", "codes"),
    [
        ("10", "4", "6", []), ("9", "4", "6", ["sent_since"]), ("3", "4", "6", ["later_report"]), ("4", "4", "0", []), ("0", "0", "1", ["sent_since"]),
    ],
)  # fmt: skip
def test_pieces_outside_came_out_of_the_operation_before(good: str, worked: str, away: str, codes: list[str]) -> None:
    steps = [Step(10, (), D(good), D(good)), Step(20, (10,), D(worked), D(worked))]
    found = undo_report_problems("GD1", steps, D(0), {20: D(away)})
    assert [problem.code for problem in found] == codes and all(str(problem) for problem in found)


def test_an_operation_is_not_put_before_pieces_that_are_outside(plated: Shop) -> None:
    order = turned(plated)
    sent(plated, order)
    rows = list(order.operations.order_by("operation_no"))
    added = WorkOrderOperation(document=order, operation_no=15, name="deburr")
    away = queries.away_at(rows)
    assert away == {rows[1].pk: 10}
    assert out_of_turn(order, rows, away) == set() and out_of_turn(order, [rows[0], added, *rows[1:]], away) == {20}


def test_orders_of_before_learn_what_came_back(plated: Shop) -> None:
    """The migration's statement: pieces of live returns, those taken back not."""
    ww = sent(plated, turned(plated))
    back = [plated.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(pieces)) for pieces in ("3", "2.5")]
    plated.do(services.undo_subcontract_transfer, document_id=back[0].pk)
    SubcontractOrder.objects.update(returned_quantity=9)
    with connection.cursor() as cursor:
        cursor.execute(import_module("gongfang.production.migrations.0016_returned_unworked").FILL)
    assert fresh(ww).returned_quantity == D("2.5") and run_all() == []
    SubcontractOrder.objects.update(returned_quantity=2)
    assert [fault.row for fault in run_all()] == [f"production_subcontractorder {ww.number}"]


def test_what_a_subcontractor_will_not_do_goes_to_another(shop: Shop) -> None:
    """All ten pumps are ordered from S1, who makes six of them; four go to S2: nobody brings more than is ordered there."""
    shop.stock_up(20)
    order = shop.order("10")
    second = a_second_plater(shop)
    one = outside(shop, order, operation_no=None, partner_id=shop.supplier.pk, price=D(20))
    assert [row.quantity for row in one.materials.order_by("line_no")] == [10, 20, 40]
    whole = {"operation_no": None, "partner_id": second.pk, "price": D(21)}
    assert refused(shop, services.create_subcontract_order, order_id=order.pk, **whole) == "subcontract_range"
    resize = {"subcontract_id": one.pk}
    assert refused(shop, services.resize_subcontract_order, **resize, quantity=D(6), reason=" ") == "reason_needed"
    assert refused(shop, services.resize_subcontract_order, **resize, quantity=D(11), reason="x") == "above_open"
    assert refused(shop, services.resize_subcontract_order, **resize, quantity=D(0), reason="x") == "not_positive"
    shop.do(services.resize_subcontract_order, **resize, quantity=D(6), reason="furnace down")
    assert fresh(one).remark == "furnace down" and [row.quantity for row in one.materials.order_by("line_no")] == [
        6,
        12,
        24,
    ]
    two = outside(shop, order, **whole)
    assert (
        two.quantity == 4
        and refused(shop, services.resize_subcontract_order, **resize, quantity=D(7), reason="x") == "above_open"
    )
    for document in (one, two):
        shop.do(services.send_subcontract, subcontract_id=document.pk)
    assert shop.books()["1408"] == D("1620.00")
    assert refused(shop, services.receive_subcontract, subcontract_id=one.pk, good=D(6), scrap=D(1)) == "over_ordered"
    shop.do(services.receive_subcontract, subcontract_id=one.pk, good=D(6), lot_code="P-1")
    assert refused(shop, services.resize_subcontract_order, **resize, quantity=D(5), reason="x") == "below_given"
    shop.do(services.receive_subcontract, subcontract_id=two.pk, good=D(4), lot_code="P-2")
    assert owed("220202") == {"S1": D("120.00"), "S2": D("84.00")} and "1408" not in shop.books()
    assert (shop.on_hand("pump"), fresh(one).execution, fresh(two).execution) == (
        10,
        "done",
        "done",
    ) and run_all() == []


def test_an_order_for_fewer_keeps_what_came_back_free(plated: Shop) -> None:
    """Ten ordered, six sent, two of them back: the order stands for six at least, and the two stay free to be done here."""
    shop = plated
    order = turned(shop)
    ww = outside(shop, order)
    shop.do(services.send_subcontract, subcontract_id=ww.pk, pieces=D(6))
    shop.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(2))
    assert figures(shop, order) == (2, 4, 2, 0)
    resize = {"subcontract_id": ww.pk, "reason": "x"}
    assert refused(shop, services.resize_subcontract_order, **resize, quantity=D(5)) == "below_given"
    shop.do(services.resize_subcontract_order, **resize, quantity=D(6))
    assert (fresh(ww).claimed_quantity, figures(shop, order)) == (4, (6, 4, 2, 0)) and fresh(
        ww
    ).materials.get().quantity == 2
    shop.report(order, 20, "2", minutes="20")
    assert refused(shop, services.resize_subcontract_order, **resize, quantity=D(11)) == "above_open"
    shop.do(services.resize_subcontract_order, **resize, quantity=D(10))
    assert fresh(ww).claimed_quantity == 8 and figures(shop, order) == (0, 4, 0, 2) and run_all() == []
