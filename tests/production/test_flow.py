"""An order from draft to closed, with its figures in stock and books."""

from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.production import services
from gongfang.production.models import Issue, LotUse, ReportPerson
from tests.production.shop import Shop


def test_bom_and_routing_are_frozen_on_the_order(shop: Shop) -> None:
    order = shop.order(release=False)
    assert order.number.startswith("GD")
    materials = {row.item.code: (row.quantity, row.issue_method) for row in order.materials.all()}
    assert materials == {"casting": (D(10), "push"), "shaft": (D(20), "push"), "bolt": (D(40), "backflush")}
    assert [(row.operation_no, row.labour_rate) for row in order.operations.all()] == [(10, D(40)), (20, D(45))]
    standard = {e: getattr(order, f"standard_{e}") for e in ("material", "labour", "machine", "overhead")}
    assert standard == {"material": D("1620.00"), "labour": D("240.00"), "machine": D("45.00"), "overhead": D("50.00")}
    assert order.unit_cost == D("195.5")
    shop.turning.labour_rate = D(99)
    shop.turning.save()
    assert shop.operation(order, 10).labour_rate == D(40)


def test_three_people_approve_before_release(shop: Shop) -> None:
    planner, keeper, supervisor = (shop.person(role, role) for role in ("planner", "keeper", "supervisor"))
    order = shop.order(release=False)
    shop.do(services.submit_order, planner, document_id=order.pk)
    with pytest.raises(DomainError, match="计划员"):
        shop.do(services.approve_order, keeper, document_id=order.pk)
    for person in (planner, keeper):
        shop.do(services.approve_order, person, document_id=order.pk)
        with pytest.raises(DomainError) as refusal:
            shop.do(services.release_orders, planner, order_ids=[order.pk])
        assert refusal.value.code == "not_approved"
    shop.do(services.approve_order, supervisor, document_id=order.pk)
    shop.do(services.release_orders, planner, order_ids=[order.pk])
    assert shop.fresh(order).stage == "released"


def test_from_release_to_closed(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    issue = shop.pick(order)
    assert {line.item.code: line.value for line in issue.lines.all()} == {"casting": D("1000.00"), "shaft": D("600.00")}
    assert shop.fresh(order).stage == "started"
    shop.report(order, 10, "10")
    report = shop.report(order, 20, "10")
    backflush = Issue.objects.get(report=report)
    assert [(line.item.code, line.quantity, line.value) for line in backflush.lines.all()] == [
        ("bolt", D(40), D("20.00"))
    ]
    receipt = shop.receive(order, "10")
    line = receipt.lines.get()
    assert (line.quantity, line.value, line.lot.code) == (D(10), D("1955.00"), order.number)
    order = shop.fresh(order)
    assert (order.stage, order.execution, order.received_value, order.wip) == ("completed", "done", D("1955.00"), D(0))
    assert shop.wip(order) == {}
    assert shop.on_hand("pump") == 10 and shop.on_hand("casting") == 90 and shop.on_hand("bolt") == 360
    shop.close(order)
    assert shop.fresh(order).stage == "closed"
    books = shop.books()
    assert books["140501"] == D("1955.00") and books["221101"] == D("-240.00")
    assert books["410198"] == D("-95.00") and "40010101" not in books
    uses = {(use.role, use.lot.code): use.quantity for use in LotUse.objects.filter(order=order)}
    assert uses == {("consumed", "C1"): D(10), ("produced", order.number): D(10)}


def test_partial_completion_in_three_receipts_is_fair(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("7")
    assert order.unit_cost == D("197.428571")  # 1,134.00 + 72 min turning 108.00 + 84 min assembly 140.00 = 1,382.00
    shop.pick(order)
    shop.report(order, 10, "7")
    shop.report(order, 20, "7")
    values = [shop.receive(order, quantity).lines.get().value for quantity in ("2", "2", "3")]
    order = shop.fresh(order)
    assert values == [D("394.86"), D("394.85"), D("592.29")] and sum(values) == D("1382.00")
    assert order.wip == 0 and shop.wip(order) == {}


def test_people_share_pieces_and_pay_to_the_cent(shop: Shop) -> None:
    from gongfang.masterdata.models import RoutingOperation
    from gongfang.people.models import Employee

    RoutingOperation.objects.filter(operation_no=20).update(piece_rate=D("0.77"))
    shop.stock_up()
    order = shop.order("10")
    people = [Employee.objects.create(code=code, name=code) for code in ("E1", "E2", "E3")]
    shop.report(order, 10, "10")
    line = services.ReportInput(
        shop.operation(order, 20).pk, D(7), scrap_material=D(1), scrap_worker=D(1),
        people=tuple(services.PersonInput(person.pk) for person in people),
    )  # fmt: skip
    shop.do(services.report_work, lines=[line])
    rows = list(ReportPerson.objects.filter(line__operation__operation_no=20).order_by("employee__code"))
    assert sum(row.good for row in rows) == 7 and sum(row.paid_quantity for row in rows) == 8
    assert sum(row.pay for row in rows) == D("6.16") and {row.pay for row in rows} == {D("2.05"), D("2.06")}


def test_work_of_one_operation_costs_the_present_rates(shop: Shop) -> None:
    order = shop.order("10")
    shop.turning.labour_rate = D(44)
    shop.turning.save()
    shop.report(order, 10, "4", minutes="60")
    assert shop.wip(order) == {"labour": D("44.00"), "machine": D("30.00"), "overhead": D("20.00")}


def test_undoing_all_of_it_leaves_nothing(shop: Shop) -> None:
    shop.stock_up()
    before = shop.books()
    order = shop.order("10")
    issue = shop.pick(order)
    first = shop.report(order, 10, "10")
    second = shop.report(order, 20, "10")
    receipt = shop.receive(order, "10")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_report, document_id=second.pk)
    assert refusal.value.codes == ["already_received"]
    shop.do(services.undo_receipt, document_id=receipt.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_report, document_id=first.pk)
    assert refusal.value.codes == ["later_report"]
    shop.do(services.undo_report, document_id=second.pk)
    shop.do(services.undo_report, document_id=first.pk)
    shop.do(services.undo_issue, document_id=issue.pk)
    assert shop.books() == before and shop.wip(order) == {}
    order = shop.fresh(order)
    assert (order.put_in, order.received_quantity, order.received_value) == (D(0), D(0), D(0))
    assert shop.on_hand("casting") == 100 and shop.on_hand("bolt") == 400
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_issue, document_id=issue.pk)
    assert refusal.value.code == "taken_back"


def test_returned_material_takes_its_value_along(shop: Shop) -> None:
    shop.stock("casting", "3", "100.00", lot="C1")
    shop.stock("shaft", "20", "600.00")
    order = shop.order("3")
    shop.pick(order)
    lot = shop.material(order, "casting").issuelines.get().lot_id
    line = services.ReturnInput(shop.material(order, "casting").pk, D(1), lot_id=lot)
    shop.do(services.return_materials, lines=[line])
    assert shop.material(order, "casting").value == D("66.67") and shop.on_hand("casting") == 1
    bad = services.ReturnInput(shop.material(order, "casting").pk, D(2), lot_id=lot, is_good=False)
    document = shop.do(services.return_materials, lines=[bad])
    assert shop.material(order, "casting").value == 0 and shop.on_hand("casting") == 1
    with pytest.raises(DomainError) as refusal:
        shop.do(services.return_materials, lines=[bad])
    assert refusal.value.code == "over_return"
    shop.do(services.undo_return, document_id=document.pk)
    assert shop.material(order, "casting").done_quantity == 2
    assert LotUse.objects.get(order=order, role="consumed").quantity == 2


def test_by_product_takes_its_standard_out(shop: Shop) -> None:
    from gongfang.masterdata.models import Bom, BomOutput

    shop.item("chips", "raw", "2")
    BomOutput.objects.create(bom=Bom.objects.get(item=shop.items["pump"]), item=shop.items["chips"], quantity=D("0.5"))
    shop.stock_up()
    order = shop.order("10")
    assert order.unit_cost == D("194.5")  # 10.00 of 1,955.00 come back as chips
    shop.pick(order)
    shop.report(order, 10, "10")
    before = shop.wip(order)
    chips = order.outputs.get()
    receipt = shop.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(5), output_id=chips.pk)])
    assert receipt.lines.get().value == D("10.00")
    assert shop.on_hand("chips") == 5 and shop.fresh(order).received_quantity == 0
    assert shop.wip(order) == before | {"material": D("1590.00")}


def test_split_parts_add_up(shop: Shop) -> None:
    order = shop.order("10")
    part = shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    order, part = shop.fresh(order), shop.fresh(part)
    assert (order.quantity, part.quantity, part.stage) == (D(6), D(4), "released")
    assert shop.material(order, "shaft").quantity == 12 and shop.material(part, "shaft").quantity == 8
    assert part.standard_material == D("648.00") and order.standard_material == D("972.00")
    assert part.operations.count() == 2


def test_a_report_comes_back_with_all_that_stands_on_it(shop: Shop) -> None:
    from gongfang.production.services.unreporting import cascade_of, effects_of_report

    shop.stock_up()
    before = shop.books()
    order = shop.order("10")
    issue = shop.pick(order)
    first = shop.report(order, 10, "6")
    second = shop.report(order, 10, "4")
    early = shop.report(order, 20, "3")
    late = shop.report(order, 20, "5")
    receipts = [shop.receive(order, "2"), shop.receive(order, "4")]
    # 8 are assembled, 6 received: without the second turning report only 6 could have been assembled
    assert [one.number for one in cascade_of(second)] == [receipts[1].number, late.number]
    assert [one.number for one in cascade_of(late)] == [receipts[1].number]
    sentences = [str(effect) for effect in effects_of_report(second)]
    assert sentences[0] == f"{receipts[1].number} is taken back first." and "4" in sentences[-1]
    worker = shop.person("worker", "operator")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_report, worker, document_id=second.pk, cascade=True)
    assert refusal.value.code == "forbidden"
    shop.do(services.undo_report, document_id=second.pk, cascade=True)
    order = shop.fresh(order)
    assert (shop.operation(order, 10).good_quantity, shop.operation(order, 20).good_quantity) == (D(6), D(3))
    assert order.received_quantity == 2
    shop.do(services.undo_report, document_id=first.pk, cascade=True)
    early.refresh_from_db()
    assert early.approval == "void" and shop.fresh(order).received_quantity == 0
    shop.do(services.undo_issue, document_id=issue.pk)
    assert shop.books() == before and shop.fresh(order).put_in == 0


def test_outside_work_is_owed_to_its_subcontractor(shop: Shop) -> None:
    from gongfang.masterdata.models import RoutingOperation

    outside = RoutingOperation.objects.filter(operation_no=20)
    outside.update(is_subcontracted=True, subcontract_price=D("3.50"))
    order = shop.order("10")
    assert order.standard_subcontract == D("35.00")
    shop.report(order, 10, "10")
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 20, "4")
    assert refusal.value.code == "subcontractor_needed"
    outside.update(subcontractor=shop.supplier)
    shop.stock_up()
    order = shop.order("10")
    shop.report(order, 10, "10")
    report = shop.report(order, 20, "4")
    assert shop.wip(order)["subcontract"] == D("14.00") and shop.books()["220202"] == D("-14.00")
    shop.do(services.undo_report, document_id=report.pk)
    assert "subcontract" not in shop.wip(order)
