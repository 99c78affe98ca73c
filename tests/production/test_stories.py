"""Stories of orders that do not go by the book, by their figures. A lot of ten pumps should cost 1,955.00, or 195.50 each."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.costing import services as costing
from gongfang.costing.verify import CHECKS as COSTING
from gongfang.kernel.errors import DomainError, Kind
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Period
from gongfang.ledger.verify import CHECKS as LEDGER
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Bom, BomOutput, BomSubstitute, Calendar, Warehouse
from gongfang.masterdata.services.changes import impacts_of
from gongfang.people.services import employee_for
from gongfang.platform.settings import services as company_settings
from gongfang.production import queries, services
from gongfang.production.models import LotUse, OperationTime, OrderPause, Report, WorkOrder
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop


def faults() -> list[str]:
    checks = (*CHECKS, *COSTING, *(check for check in LEDGER if "audit" not in check.name))
    return [str(fault) for check in checks for fault in check.run()]


def settled(shop: Shop, order: WorkOrder) -> dict[tuple[str, str], Any]:
    """Close and settle; the variances by element and kind."""
    if shop.fresh(order).stage != "completed":
        shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {} and shop.fresh(order).wip == 0 and faults() == []
    return {(row.element, row.kind): row.amount for row in document.lines.all()}


def built(shop: Shop, quantity: str = "10") -> WorkOrder:
    order = shop.order(quantity)
    shop.pick(order)
    shop.report(order, 10, quantity)
    shop.report(order, 20, quantity)
    return order


def test_three_receipts_over_a_month_end(shop: Shop) -> None:
    """3 pieces last month, 3 and 4 this month; the month's end in between leaves the rest in process."""
    today = shop.today
    last = today.replace(day=1) - timedelta(days=1)
    shop.today = last
    shop.stock_up()
    shop.today = today
    order = shop.do(services.create_order, item_id=shop.items["pump"].pk, quantity=D(10), start=last, due=today)
    shop.approve(order)
    shop.do(services.release_orders, order_ids=[order.pk])
    shop.do(services.pick_orders, order_ids=[order.pk], on=last)
    for number in (10, 20):
        line = services.ReportInput(shop.operation(order, number).pk, D(10))
        shop.do(services.report_work, lines=[line], on=last)
    shop.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(3))], on=last)
    assert shop.fresh(order).wip == D(
        "1368.50"
    )  # seven of ten are still in process at the month's end, in every element
    at_month_end = {"material": D(1134), "labour": D(168), "machine": D("31.50"), "overhead": D(35)}
    assert shop.wip(order) == at_month_end
    period = Period.objects.get(year=last.year, month=last.month)
    shop.do(ledger.close_period, period_id=period.pk, confirm={"overhead_left"})
    with pytest.raises(DomainError) as refusal:
        shop.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(1))], on=last)
    assert refusal.value.code == "period_closed" and shop.wip(order) == at_month_end and shop.on_hand("pump") == 3
    values = [shop.receive(order, quantity).lines.get().value for quantity in ("3", "4")]
    assert values == [D("586.50"), D("782.00")] and shop.fresh(order).wip == 0 and shop.wip(order) == {}
    assert settled(shop, order) == {} and shop.on_hand("pump") == 10
    inside = queries.lots_inside(LotUse.objects.filter(order=order, role="produced").values_list("lot_id", flat=True))
    assert inside == set(LotUse.objects.filter(lot__code="C1").values_list("lot_id", flat=True))


def test_over_production_is_warned_of_and_settled(shop: Shop) -> None:
    shop.stock_up()
    shop.do(company_settings.change_setting, key="production.over_report", value="warn")
    order = shop.order("10")
    shop.pick(order)
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 10, "12")
    assert refusal.value.kind == Kind.CONFIRM and refusal.value.codes == ["over_report"]
    confirm = frozenset({"over_report", "over_receipt"})
    for number in (10, 20):
        shop.do(services.report_operation, operation_id=shop.operation(order, number).pk, good=D(12), confirm=confirm)
    shop.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(12))], confirm=confirm)
    assert shop.fresh(order).over_report == D("0.2") and shop.on_hand("pump") == 12
    # twelve pumps of material for ten (bolts were backflushed for twelve): 2 castings and 4 shafts were never issued
    found = settled(shop, order)
    assert found["material", "usage"] == D("-320.00")
    # the set-up of 30 min is spread over twelve instead of ten: 45.00 × 2/10
    assert found["", "lot"] == D("-9.00") and sum(found.values()) == D("-329.00")


def test_under_production_leaves_what_is_lost_as_yield(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "8", scrap_material="2", minutes="90")
    shop.report(order, 20, "8", minutes="96")
    shop.receive(order, "8")
    found = settled(shop, order)
    # two pieces of material (162.00 each) and of turning (9.00 each) are lost; their bolts were never used; the set-up of 45.00
    # is spread over eight instead of ten
    assert found == {
        ("material", "yield"): D("324.00"), ("material", "usage"): D("-4.00"), ("labour", "yield"): D("8.00"),
        ("machine", "yield"): D("6.00"), ("overhead", "yield"): D("4.00"), ("", "lot"): D("9.00"),
    }  # fmt: skip


def test_substitutes_are_taken_by_rank_and_use_up_first(shop: Shop) -> None:
    shop.item("old shaft", "raw", "28")
    shop.item("steel shaft", "raw", "36")
    bom = Bom.objects.get(item=shop.items["pump"])
    line = bom.lines.get(component=shop.items["shaft"])
    BomSubstitute.objects.create(bom=bom, line_no=line.line_no, item=shop.items["steel shaft"], rank=1, ratio=D(1))
    BomSubstitute.objects.create(
        bom=bom, line_no=line.line_no, item=shop.items["old shaft"], rank=2, ratio=D("1"), use_up=True
    )
    shop.stock("casting", "10", "1000.00", lot="C1")
    shop.stock("bolt", "40", "20.00")
    shop.stock("shaft", "12", "360.00")
    shop.stock("old shaft", "3", "84.00")
    shop.stock("steel shaft", "50", "1800.00")
    order = shop.order("10")
    made = shop.do(services.use_substitutes, document_id=order.pk)
    # twenty are needed: 3 old ones are used up first, 12 are there, 5 of steel
    assert {row.item.code: row.quantity for row in made} == {"old shaft": D(3), "steel shaft": D(5)}
    assert shop.material(order, "shaft").quantity == 12
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    found = settled(shop, order)
    assert found["material", "substitution"] == D("264.00") and found["material", "usage"] == D("-240.00")


def test_a_co_product_takes_its_share(shop: Shop) -> None:
    shop.item("rotor", "finished", "0", source="make", default_warehouse=shop.finished)
    BomOutput.objects.create(
        bom=Bom.objects.get(item=shop.items["pump"]),
        item=shop.items["rotor"],
        quantity=D(2),
        kind="co",
        cost_share=D("0.2"),
    )
    shop.stock_up()
    order = built(shop)
    output = order.outputs.get()
    # 20 % of 1,955.00 over twenty rotors; the pumps carry the rest
    assert (output.quantity, output.unit_cost, order.unit_cost) == (20, D("19.55"), D("156.40"))
    shop.receive(order, "10")
    shop.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(20), output_id=output.pk)])
    assert shop.fresh(order).received_value == D("1955.00")
    assert settled(shop, order) == {}


def test_backflush_takes_lots_first_expired_first(shop: Shop) -> None:
    shop.item("seal", "raw", "4", tracking="lot")
    bom = Bom.objects.get(item=shop.items["pump"])
    bom.lines.create(line_no=9, component=shop.items["seal"], quantity=D(1), issue_method="backflush", operation_no=20)
    shop.stock_up()
    shop.stock("seal", "4", "16.00", lot="A")
    shop.stock("seal", "20", "80.00", lot="B")
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    report = shop.report(order, 20, "6")
    taken = {
        use.lot.code: use.quantity
        for use in LotUse.objects.filter(order=order, lot__item=shop.items["seal"]).select_related("lot")
    }
    assert taken == {"A": D(4), "B": D(2)}
    shop.do(services.undo_report, document_id=report.pk)
    assert shop.on_hand("seal") == 24 and faults() == []
    for pieces in ("6", "4"):
        shop.report(order, 20, pieces)
    lots = {use.lot.code: use for use in LotUse.objects.filter(order=order, quantity__gt=0).select_related("lot")}
    assert {code: use.quantity for code, use in lots.items()} == {"C1": D(10), "A": D(4), "B": D(6)}
    # seals for 4.00 each besides 1,620.00
    assert shop.wip(order) == {"material": D(1660), "labour": D(240), "machine": D(45), "overhead": D(50)}
    shop.receive(order, "10")
    assert shop.fresh(order).received_value == D("1995.00") and settled(shop, order) == {}
    (pump,) = queries.lots_made_of([lots["A"].lot_id])
    assert queries.lots_inside([pump]) == {use.lot_id for use in lots.values()} and shop.on_hand("seal") == 14


def test_backflush_by_what_was_brought_to_the_line(shop: Shop) -> None:
    """Fifty bolts are brought for ten pumps: with the basis `staged` all of them are used, five a pump."""
    line = Warehouse.objects.create(code="L1", name="线边", plant=shop.plant, kind="line")
    shop.stock_up()
    order = shop.order("10")
    shop.do(services.stage_line, order_ids=[order.pk], warehouse_id=line.pk)
    row = shop.material(order, "bolt")
    assert (row.staged_quantity, row.warehouse_id, shop.on_hand("bolt", line)) == (40, line.pk, 40)
    box = [services.StageInput(row.pk, D(15))]
    shop.do(services.stage_line, lines=box, warehouse_id=line.pk)
    assert shop.on_hand("bolt", line) == 55
    shop.do(services.unstage_line, lines=[services.StageInput(row.pk, D(5))])
    assert (shop.material(order, "bolt").staged_quantity, shop.on_hand("bolt", line), shop.on_hand("bolt")) == (
        50,
        50,
        350,
    )
    shop.do(company_settings.change_setting, key="production.backflush_basis", value="staged")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "4")
    assert (shop.material(order, "bolt").done_quantity, shop.on_hand("bolt", line)) == (20, 30)
    shop.report(order, 20, "6")
    assert (shop.material(order, "bolt").staged_quantity, shop.on_hand("bolt", line)) == (0, 0)
    shop.receive(order, "10")
    assert settled(shop, order)["material", "usage"] == D("5.00")


def test_a_report_is_taken_back_after_the_receipt(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    first = shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    before = shop.books()
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_report, document_id=first.pk)
    assert "later_report" in refusal.value.codes and shop.books() == before
    shop.do(services.undo_report, document_id=first.pk, cascade=True)
    # only the issue stands: 1,000.00 + 600.00
    assert shop.fresh(order).put_in == shop.fresh(order).wip == D("1600.00") and shop.on_hand("pump") == 0
    assert shop.wip(order) == {"material": D(1600)} and shop.on_hand("bolt") == 400
    assert Report.objects.filter(approval="approved").count() == 0 and faults() == []
    casting = LotUse.objects.get(order=order, role="consumed").lot_id
    assert queries.lots_made_of([casting]) == set()  # no pump comes of it any more
    # reported and received once more, it costs what it should
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    assert settled(shop, order) == {} and len(queries.lots_made_of([casting])) == 1


def test_split_and_merge_keep_cost_and_quantity(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10", release=False)
    part = shop.do(services.split_order, document_id=order.pk, quantity=D(4))
    assert (shop.fresh(order).quantity, part.quantity) == (6, 4)
    whole = shop.do(services.merge_orders, order_ids=[order.pk, part.pk])
    assert (whole.pk, whole.quantity) == (order.pk, 10) and shop.fresh(part).stage == "cancelled"
    fresh = shop.fresh(order)
    assert (fresh.standard_total, fresh.unit_cost) == (D("1955.00"), D("195.5")) and faults() == []


def test_an_engineering_change_reaches_a_running_order(shop: Shop) -> None:
    """Six of ten pumps have their shafts; the other four get the steel ones of the change, at 36.00 instead of 30.00."""
    shop.item("steel shaft", "raw", "36")
    shop.stock_up()
    shop.stock("steel shaft", "20", "720.00")
    order = shop.order("10")
    shop.issue(order, "casting", "10")
    shop.issue(order, "shaft", "12")
    bom = Bom.objects.get(item=shop.items["pump"])
    change = shop.do(
        masterdata.create_change, title="钢轴", reason="wear", effective_on=shop.today,
        lines=[masterdata.ChangeInput(bom.pk, "replace", shop.items["shaft"].pk, shop.items["steel shaft"].pk)],
    )  # fmt: skip
    assert {"work_order", "stock"} <= {one.kind for one in impacts_of(change)}
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    new = Bom.objects.get(item=shop.items["pump"], is_default=True)
    assert new.pk != bom.pk and new.code == "V1.1" and new.lines.filter(component=shop.items["steel shaft"]).exists()
    shop.do(services.apply_change, order_ids=[order.pk], change_id=change.pk)
    assert (shop.material(order, "shaft").quantity, shop.material(order, "steel shaft").quantity) == (12, 8)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.apply_change, order_ids=[order.pk], change_id=change.pk)
    assert refusal.value.code == "applied_already"
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    assert shop.fresh(order).received_value == D("2003.00")  # 1,955.00 and 8 × 6.00
    assert settled(shop, order) == {}
    # an order made from now on needs steel shafts alone
    codes = {row.item.code for row in shop.order("1").materials.select_related("item")}
    assert "steel shaft" in codes and "shaft" not in codes


def test_a_pump_is_taken_apart(shop: Shop) -> None:
    shop.stock_up()
    order = built(shop)
    shop.receive(order, "10")
    apart = shop.do(services.create_disassembly, item_id=shop.items["pump"].pk, quantity=D(2))
    shop.approve(apart)
    shop.do(services.release_orders, order_ids=[apart.pk])
    shop.pick(apart)
    assert shop.fresh(apart).actual_material == D("391.00")
    with pytest.raises(DomainError) as refusal:
        shop.receive(apart, "1")
    assert refusal.value.code == "parts_only"
    before = shop.on_hand("shaft")
    lines = [
        services.ReceiptInput(
            apart.pk, output.quantity, output_id=output.pk, lot_code="D1" if output.item.tracking == "lot" else ""
        )
        for output in apart.outputs.select_related("item")
    ]
    shop.do(services.receive_output, lines=lines)
    # two castings, four shafts, eight bolts share 391.00 as 200 : 120 : 4
    values = {row.item.code: row.value for row in apart.receipt_lines.select_related("item")}
    assert (
        values == {"casting": D("241.36"), "shaft": D("144.81"), "bolt": D("4.83")}
        and shop.on_hand("shaft") == before + 4
    )
    assert settled(shop, apart) == {}
    pump = LotUse.objects.get(order=order, role="produced").lot_id
    casting = LotUse.objects.get(order=apart, role="produced", lot__item=shop.items["casting"]).lot_id
    assert casting in queries.lots_made_of([pump]) and pump in queries.lots_inside([casting])


def test_children_are_made_for_made_components_and_only_once(shop: Shop) -> None:
    shop.item("body", "semi", "0", source="make")
    shop.bom("body", casting="1")
    Bom.objects.get(item=shop.items["pump"]).lines.create(line_no=8, component=shop.items["body"], quantity=D(2))
    order = shop.order("10")
    (child,) = shop.do(services.create_children, document_id=order.pk)
    assert (child.item.code, child.quantity, child.parent_id) == ("body", 20, order.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.create_children, document_id=order.pk)
    assert refusal.value.code == "nothing_to_make"


def test_a_change_is_made_when_it_is_approved(shop: Shop) -> None:
    order = shop.order("10")
    asked = shop.do(services.request_change, order_id=order.pk, quantity=D(12), reason="customer wants more")
    assert shop.fresh(order).quantity == 10
    shop.do(services.CHANGE.approve, document_id=asked.pk)
    assert shop.fresh(order).quantity == 12 and shop.material(order, "shaft").quantity == 24
    shop.do(services.CHANGE.unapprove, document_id=asked.pk)
    assert shop.fresh(order).quantity == 10
    late = shop.do(services.request_change, order_id=order.pk, quantity=D(15), reason="x")
    shop.do(services.change_order, document_id=order.pk, quantity=D(11), start=order.start, due=order.due, reason="y")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.CHANGE.approve, document_id=late.pk)
    assert refusal.value.code == "changed_since"


def test_a_hold_is_remembered(shop: Shop) -> None:
    order = shop.order("10")
    shop.do(services.pause_orders, order_ids=[order.pk], reason="no castings", kind="material")
    shop.do(services.resume_orders, order_ids=[order.pk], answer="arrived")
    pause = OrderPause.objects.get(order=order)
    assert (pause.kind, pause.reason, pause.answer, pause.ended_by) == ("material", "no castings", "arrived", shop.boss)


def test_the_clock_gives_the_minutes(shop: Shop) -> None:
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    order = shop.order("10")
    step = shop.operation(order, 10)
    shop.do(services.begin_operation, operation_id=step.pk)
    OperationTime.objects.update(began_at=timezone.now() - timedelta(minutes=50))
    shop.do(services.stop_operation, operation_id=step.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.stop_operation, operation_id=step.pk)
    assert refusal.value.code == "clock_not_running"
    report = shop.report(order, 10, "4")
    line = report.lines.get()
    assert 50 <= line.minutes < 51 and line.people.get().employee_id == employee_for(shop.boss).pk
    assert OperationTime.objects.get().line_id == line.pk
    shop.do(services.undo_report, document_id=report.pk)
    assert OperationTime.objects.get().line_id is None
    assert 50 <= shop.report(order, 10, "4").lines.get().minutes < 51


def test_a_night_shift_reports_for_the_day_it_began(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar.objects.create(
        code="2S", name="两班", weekdays=[1, 2, 3, 4, 5, 6, 7],
        shifts=[{"name": "白班", "start": "08:00", "end": "20:00"}, {"name": "夜班", "start": "20:00", "end": "08:00"}],
    )  # fmt: skip
    type(shop.turning).objects.update(calendar=calendar)
    order = shop.order("10")
    moment = timezone.localtime().replace(hour=2, minute=0)
    monkeypatch.setattr("gongfang.production.services.timing.timezone.localtime", lambda *a: moment)
    report = shop.report(order, 10, "1")
    assert (report.shift, report.business_date) == ("夜班", moment.date() - timedelta(days=1))


def test_work_without_the_certificate_is_forbidden_or_warned_of(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.order("10")
    step = shop.operation(order, 10)
    type(step).objects.filter(pk=step.pk).update(skill="welding")
    monkeypatch.setattr(services.UNCERTIFIED, "_provider", lambda wanted, on: set(wanted))
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 10, "1")
    assert refusal.value.codes == ["no_certificate"] and Report.objects.count() == 0
    shop.do(company_settings.change_setting, key="production.certificates", value="warn")
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 10, "1")
    assert refusal.value.kind == Kind.CONFIRM
    shop.do(services.report_operation, operation_id=step.pk, good=D(1), confirm=frozenset({"no_certificate"}))
    assert Report.objects.count() == 1


def test_an_alternative_work_centre_is_one_that_the_routing_names(shop: Shop) -> None:
    other = shop.centre("LATHE2", "50", "30", "20")
    routing = shop.items["pump"].routings.get()
    routing.alternatives.create(operation_no=10, work_centre=other)
    order = shop.order("10")
    step = shop.operation(order, 10)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.dispatch_operations, operation_ids=[step.pk], work_centre_id=shop.assembly.pk)
    assert refusal.value.code == "no_alternative"
    shop.do(services.dispatch_operations, operation_ids=[step.pk], work_centre_id=other.pk)
    step = shop.operation(order, 10)
    assert step.work_centre_id == other.pk and step.alternatives == [shop.turning.pk]


def test_a_version_from_a_lot_on_and_an_alternative(shop: Shop) -> None:
    bom = Bom.objects.get(item=shop.items["pump"])
    change = shop.do(
        masterdata.create_change, title="more bolts", reason="leaks", effect="serial", serial_from="P-100",
        lines=[masterdata.ChangeInput(bom.pk, "quantity", shop.items["bolt"].pk, None, D(6))],
    )  # fmt: skip
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    before = shop.order("1", lot_code="P-099")
    after = shop.order("1", lot_code="P-100")
    assert (shop.material(before, "bolt").quantity, shop.material(after, "bolt").quantity) == (4, 6)
    with pytest.raises(DomainError) as refusal:
        shop.do(
            masterdata.create_change, title="x", reason="y", effect="date",
            lines=[masterdata.ChangeInput(bom.pk, "replace", shop.items["pump"].pk, shop.items["bolt"].pk)],
        )  # fmt: skip
    assert {"date_needed", "component_absent"} <= set(refusal.value.codes)


def test_the_next_operation_begins_once_the_overlap_quantity_is_reported(shop: Shop) -> None:
    """4 of 10 must be through the lathe: 3 are not enough, 3 + 1 are; three scrapped of the rest, and all is through."""
    shop.items["pump"].routings.get().operations.filter(operation_no=10).update(overlap_quantity=D(4))
    shop.stock_up()
    order = shop.order("10")
    shop.report(order, 10, "3")
    assert queries.arrived_quantities([shop.operation(order, 20)])[shop.operation(order, 20).pk] == 0
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 20, "1")
    assert refusal.value.codes == ["overlap_not_reached"] and shop.operation(order, 20).good_quantity == 0
    shop.report(order, 20, minutes="15")  # set-up may be done before
    first, second = shop.operation(order, 10).pk, shop.operation(order, 20).pk
    shop.do(services.report_work, lines=[services.ReportInput(first, D(1)), services.ReportInput(second, D(4))])
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 20, "1")
    assert refusal.value.codes == ["out_of_sequence"]
    few = shop.order("5")
    shop.report(few, 10, "2", scrap_material="3")  # through with fewer than the overlap quantity: they go on
    shop.report(few, 20, "2")
    assert shop.operation(few, 20).state == "done"
