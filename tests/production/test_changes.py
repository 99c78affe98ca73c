"""Engineering changes that take effect by the clock: on their day, or when the old stock is gone, once."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import queries as masterdata_queries
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Bom, BomLine, BomSubstitute, EngineeringChange, Partner, Routing
from gongfang.masterdata.services.changes import effect_due_changes, impacts_of_each
from gongfang.masterdata.tabs import compared
from gongfang.platform.models import AuditRow
from gongfang.platform.notifications.models import Notification
from gongfang.production import services
from gongfang.purchasing import services as purchasing
from gongfang.sales import services as sales
from tests.production.shop import Shop
from tests.production.test_pages import client_of
from tests.production.test_varying import sound


def steel_shafts(shop: Shop, **values: Any) -> EngineeringChange:
    """An approved change from shafts to steel shafts in the pump."""
    shop.item("steel", "raw", "36")
    bom = Bom.objects.get(item=shop.items["pump"])
    line = masterdata.ChangeInput(bom.pk, "replace", shop.items["shaft"].pk, shop.items["steel"].pk)
    change = shop.do(masterdata.create_change, title="钢轴", reason="wear", lines=[line], **values)
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    return change


def parts(shop: Shop, on: Any) -> set[str]:
    """Codes of the components of the pump's version that holds on a day."""
    bom = masterdata_queries.default_boms([shop.items["pump"].pk], on)[shop.items["pump"].pk]
    return {line.component.code for line in bom.lines.all()}


def at(shop: Shop, days: int) -> str:
    return effect_due_changes(actor=shop.boss, now=timezone.now() + timedelta(days=days))


@pytest.mark.parametrize(("days", "holds"), [(1, False), (2, True), (3, True)])
def test_a_dated_change_takes_effect_on_its_day(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, days: int, holds: bool
) -> None:
    """The day before is the first that is refused; the plan sees the new version from the day on in any case."""
    change = steel_shafts(shop, effective_on=shop.today + timedelta(days=2))
    assert "steel" not in parts(shop, shop.today + timedelta(days=1))
    assert "steel" in parts(shop, shop.today + timedelta(days=2))
    moment = timezone.localdate() + timedelta(days=days)
    monkeypatch.setattr("gongfang.masterdata.services.changes.timezone.localdate", lambda *a: moment)
    assert at(shop, days) == (change.number if holds else "")
    change.refresh_from_db()
    assert (change.execution == "done", change.effected_at is not None) == (holds, holds)
    made = change.lines.get().made
    assert made is not None and made.is_default is holds


def test_it_takes_effect_when_the_old_stock_is_gone_and_once(shop: Shop) -> None:
    """Two shafts are left, then one piece takes them; running the clock again changes, tells and writes nothing."""
    shop.stock("casting", "1", "100.00", lot="C1")
    shop.stock("shaft", "2", "60.00")
    shop.stock("bolt", "4", "2.00")
    change = steel_shafts(shop, effect="use_up")
    assert at(shop, 0) == "" and "shaft" in parts(shop, None)
    order = shop.order("1")
    shop.issue(order, "shaft", "1")
    assert at(shop, 0) == "", "one is left: not yet"
    shop.issue(order, "shaft", "1")
    written = AuditRow.objects.count()
    assert at(shop, 0) == change.number
    assert parts(shop, None) == {"casting", "steel", "bolt"} and AuditRow.objects.count() == written + 1
    assert shop.material(order, "shaft").quantity == 2, "what runs is left as it is"
    assert (
        Notification.objects.filter(user=shop.boss, document_id=change.pk, title__contains=change.number).count() == 1
    )
    shop.stock("shaft", "5", "150.00")  # found again: the change stands
    assert at(shop, 1) == "" and AuditRow.objects.count() == written + 1


def test_a_new_version_keeps_substitutes_and_good_share(shop: Shop) -> None:
    """The bolt's substitute moves with its line, that of the replaced shaft goes with the shaft."""
    bom = Bom.objects.get(item=shop.items["pump"])
    Bom.objects.filter(pk=bom.pk).update(yield_share=D("0.95"))
    screw, rod = shop.item("screw", "raw", "0.6"), shop.item("rod", "raw", "31")
    BomSubstitute.objects.create(bom=bom, line_no=3, item=screw, ratio=D(2), use_up=True)
    BomSubstitute.objects.create(bom=bom, line_no=2, item=rod)
    line = masterdata.ChangeInput(bom.pk, "remove", shop.items["casting"].pk)
    change = steel_shafts(shop, effective_on=shop.today)
    made = change.lines.get().made
    assert made is not None and made.yield_share == D("0.95")
    assert [(row.line_no, row.item.code, row.ratio, row.use_up) for row in made.substitutes.all()] == [
        (3, "screw", 2, True)
    ]
    without = shop.do(masterdata.create_change, title="无铸件", reason="plastic", effective_on=shop.today,
                      lines=[masterdata.ChangeInput(made.pk, line.action, line.component_id)])  # fmt: skip
    shop.do(masterdata.CHANGES.approve, document_id=without.pk)
    last = without.lines.get().made
    assert last is not None and [(row.line_no, row.item.code) for row in last.substitutes.all()] == [(2, "screw")]


# ---------------------------------------------------------------------------------- what is touched, changed everywhere, compared
def test_a_change_touches_orders_purchases_quotations_and_stock(shop: Shop) -> None:
    """Products by work orders and quotations, components by purchases and stock; each with where it is looked at."""
    shop.stock_up(10)
    order = shop.order("4")
    customer = Partner.objects.create(code="C1", name="客户", pinyin="kh", is_customer=True)
    bought = shop.do(
        purchasing.create_order, supplier_id=shop.supplier.pk, due_date=shop.today, warehouse_id=shop.raw.pk,
        lines=[purchasing.OrderLine(shop.items["shaft"].pk, D(30), D(29))],
    )  # fmt: skip
    shop.do(purchasing.approve_order, document_id=bought.pk)
    offer = shop.do(
        sales.create_quotation,
        customer_id=customer.pk,
        lines=[sales.QuotedLine(shop.items["pump"].pk, D(7), D(300))],
    )
    change = steel_shafts(shop, effective_on=shop.today + timedelta(days=5))
    found = {(one.kind, one.number, one.quantity, one.url) for one in impacts_of_each([change])[change.pk]}
    assert found == {
        ("work_order", order.number, D(4), f"/production/orders/{order.pk}/"),
        ("purchase_order", bought.number, D(30), f"/purchasing/orders/{bought.pk}/"),
        ("quotation", offer.number, D(7), f"/sales/quotations/{offer.pk}/"),
        ("stock", "", D(20), ""),
    }
    page = client_of(shop.boss).get(f"/masterdata/changes/{change.pk}/tab/impact").content.decode()
    assert all(number in page for number in (order.number, bought.number, offer.number))


def test_replacing_everywhere_drafts_a_line_for_every_default_version(shop: Shop) -> None:
    """Two products use bolts, one of them also in an old version: two lines, half as many screws, nothing before approval."""
    shop.item("valve", "finished", "0", source="make")
    shop.bom("valve", bolt="6")
    old = Bom.objects.create(item=shop.items["pump"], code="V0", is_default=False)
    BomLine.objects.create(bom=old, line_no=1, component=shop.items["bolt"], quantity=D(9))
    screw = shop.item("screw", "raw", "1")
    change = shop.do(
        masterdata.change_everywhere, item_id=shop.items["bolt"].pk, replacement_id=screw.pk, reason="supplier ends",
        quantity_factor=D("0.5"),
    )  # fmt: skip
    assert (change.approval, change.title) == ("draft", "bolt → screw")
    assert [(line.bom.item.code, line.quantity) for line in change.lines.order_by("line_no")] == [
        ("pump", 2),
        ("valve", 3),
    ]
    assert "bolt" in parts(shop, None)
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    assert parts(shop, None) == {"casting", "shaft", "screw"}
    assert list(old.lines.values_list("component__code", flat=True)) == ["bolt"]
    unused = shop.item("rivet", "raw", "1")
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.change_everywhere, item_id=unused.pk, replacement_id=screw.pk, reason="x")
    assert [(one.code, one.where) for one in refusal.value.problems] == [("used_nowhere", "item_id")]


def test_a_change_takes_effect_before_its_day_where_somebody_says_so(shop: Shop) -> None:
    change = steel_shafts(shop, effective_on=shop.today + timedelta(days=20))
    engineer = shop.person("engineer", "engineer")
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.effect_change_now, shop.person("keeper", "keeper"), document_id=change.pk)
    assert refusal.value.code == "forbidden" and "steel" not in parts(shop, shop.today)
    shop.do(masterdata.effect_change_now, engineer, document_id=change.pk)
    assert "steel" in parts(shop, shop.today) and "steel" in parts(shop, shop.today + timedelta(days=30))
    new = change.lines.get().made
    assert new is not None and new.is_default and new.valid_from <= shop.today
    assert list(Bom.objects.filter(item=shop.items["pump"], is_default=True)) == [new]
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.effect_change_now, engineer, document_id=change.pk)
    assert refusal.value.code == "in_effect"
    draft = shop.do(
        masterdata.create_change, title="x", reason="x", effective_on=shop.today,
        lines=[masterdata.ChangeInput(new.pk, "remove", shop.items["bolt"].pk)],
    )  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.effect_change_now, engineer, document_id=draft.pk)
    assert refusal.value.code == "not_approved"


def test_a_draft_is_edited_with_what_stands_in_it_checked_again(shop: Shop) -> None:
    shop.item("steel", "raw", "36")
    bom = Bom.objects.get(item=shop.items["pump"])
    shaft, steel = shop.items["shaft"].pk, shop.items["steel"].pk
    change = shop.do(
        masterdata.create_change,
        title="a",
        reason="b",
        effective_on=shop.today,
        lines=[masterdata.ChangeInput(bom.pk, "remove", shaft)],
    )
    line = change.lines.get()
    values = {"title": "钢轴", "reason": "磨损", "effect": "serial", "serial_from": "Z9"}
    better = masterdata.ChangeInput(bom.pk, "replace", shaft, steel, D(1), id=line.pk)
    shop.do(masterdata.edit_change, document_id=change.pk, lines=[better], **values)
    change.refresh_from_db()
    assert (change.title, change.effect, change.serial_from, change.lines.get().pk) == ("钢轴", "serial", "Z9", line.pk)
    for lines, more, code in (
        ([], {}, "no_lines"), ([better], {"serial_from": " "}, "serial_needed"), ([masterdata.ChangeInput(bom.pk, "replace", steel, shaft)], {}, "component_absent"),
        ([masterdata.ChangeInput(10**9, "remove", shaft)], {}, "missing"), ([better], {"version": 0}, "stale"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refusal:
            shop.do(masterdata.edit_change, document_id=change.pk, lines=lines, **{**values, **more})
        assert code in refusal.value.codes
        assert change.lines.get().replacement_id == steel
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.edit_change, document_id=change.pk, lines=[better], **values)
    assert refusal.value.code == "not_editable"


def test_versions_are_compared_line_by_line(shop: Shop) -> None:
    """Bolts 4 → 6, shafts gone, steel new, the casting as it was; the latest other version first."""
    change = steel_shafts(shop, effective_on=shop.today)
    new = change.lines.get().made
    assert new is not None
    BomLine.objects.filter(bom=new, component=shop.items["bolt"]).update(quantity=D(6))
    (table,) = compared(shop.boss, new)
    assert "V1.0" in str(table.title)
    assert {(row["item"].code, row["before"], row["after"]) for row in table.rows} == {
        ("bolt", D(4), D(6)), ("shaft", D(2), None), ("steel", None, D(2)),
    }  # fmt: skip
    assert not compared(shop.boss, Bom.objects.create(item=shop.items["shaft"]))[0].rows
    page = client_of(shop.boss).get(f"/masterdata/boms/{new.pk}/tab/compare").content.decode()
    assert "steel" in page and "casting" not in page


def test_a_phantom_line_gives_way_to_what_is_inside(shop: Shop) -> None:
    """The flag on a line, not the kind of the item: the same kit is fetched as a whole for the valve and in its parts for the pump."""
    shop.item("kit", "semi", "5", source="make")
    shop.bom("kit", bolt="3")
    shop.item("valve", "finished", "0", source="make", default_warehouse=shop.finished)
    shop.bom("valve", kit="1")
    bom = Bom.objects.get(item=shop.items["pump"])
    BomLine.objects.create(bom=bom, line_no=4, component=shop.items["kit"], quantity=D(2), is_phantom=True)
    valve, pump = shop.order("1", "valve", release=False), shop.order("5", release=False)
    assert dict(valve.materials.values_list("item__code", "quantity")) == {"kit": 1}
    needed: dict[str, D] = {}
    for code, quantity in pump.materials.values_list("item__code", "quantity"):
        needed[code] = needed.get(code, D(0)) + quantity
    assert needed == {"casting": 5, "shaft": 10, "bolt": 20 + 5 * 2 * 3}


# ------------------------------------------------------------------------------------------------------- changes of operations
def deburring(shop: Shop, *lines: masterdata.OperationInput, **values: Any) -> EngineeringChange:
    """An approved change of the pump's routing: deburring at 15 for 3 min a piece, assembly faster. Or the lines given."""
    routing = Routing.objects.get(item=shop.items["pump"], code="V1.0")
    default = (
        masterdata.OperationInput(routing.pk, 15, "add", "deburr", shop.assembly.pk, D(0), D(3), 1),
        masterdata.OperationInput(routing.pk, 20, run_minutes=D(9), crew=1),
    )
    values = {"effective_on": shop.today} | values
    change = shop.do(masterdata.create_change, title="去毛刺", reason="burrs", operations=lines or default, **values)
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    return change


def steps(order: Any) -> list[tuple[int, str, D]]:
    return list(order.operations.order_by("operation_no").values_list("operation_no", "name", "run_minutes"))


BEFORE, AFTER = [(10, "op10", 6), (20, "op20", 12)], [(10, "op10", 6), (15, "deburr", 3), (20, "op20", 9)]


def test_a_change_of_operations_holds_from_its_day_and_is_taken_back(shop: Shop) -> None:
    """An order of today keeps the old routing, one that starts on the day takes the new one; then nothing of it is left."""
    day = shop.today + timedelta(days=3)
    Routing.objects.update(valid_to=shop.today + timedelta(days=90))
    change = deburring(shop, effective_on=day)
    later = shop.do(
        services.create_order, item_id=shop.items["pump"].pk, quantity=D(1), start=day, due=day + timedelta(days=1)
    )
    assert (steps(shop.order("1", release=False)), steps(later)) == (BEFORE, AFTER)
    old, new = Routing.objects.order_by("pk")
    assert (old.valid_to, new.valid_from, new.valid_to) == (
        day - timedelta(days=1),
        day,
        shop.today + timedelta(days=90),
    )
    with pytest.raises(DomainError) as refusal:
        deburring(shop, effective_on=day)
    assert (refusal.value.code, refusal.value.problems[0].where) == ("replaced_already", "operations.0.routing")
    shop.do(masterdata.effect_change_now, document_id=change.pk)
    assert steps(shop.order("1", release=False)) == AFTER
    shop.do(masterdata.CHANGES.unapprove, document_id=change.pk)
    assert steps(shop.order("1", release=False)) == BEFORE
    old.refresh_from_db()
    assert (old.is_default, old.valid_to) == (True, shop.today + timedelta(days=90))
    assert Routing.objects.get(pk=new.pk).status == "retired"


def test_a_change_by_serial_and_on_use_up_take_the_operations_along(shop: Shop) -> None:
    deburring(shop, effect="serial", serial_from="P-100")
    made = {code: steps(shop.order("1", release=False, lot_code=code)) for code in ("P-099", "P-100", "P-101")}
    assert made == {"P-099": BEFORE, "P-100": AFTER, "P-101": AFTER} and steps(shop.order("1", release=False)) == BEFORE
    shop.item("steel", "raw", "36")
    shop.stock("shaft", "2", "60.00")
    line = masterdata.ChangeInput(Bom.objects.get().pk, "replace", shop.items["shaft"].pk, shop.items["steel"].pk)
    routing = Routing.objects.get(code="V1.0")
    drop = masterdata.OperationInput(routing.pk, 10, "remove")
    change = shop.do(masterdata.create_change, title="x", reason="x", effect="use_up", lines=[line], operations=[drop])
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    assert at(shop, 0) == "" and steps(shop.order("1", release=False)) == BEFORE
    shop.stock("casting", "1", "100.00", lot="C1")
    order = shop.order("1")
    shop.issue(order, "shaft", "2")
    assert at(shop, 0) == change.number and steps(shop.order("1", release=False)) == BEFORE[1:]
    assert parts(shop, None) == {"casting", "steel", "bolt"}


def test_operations_change_on_a_running_order_and_back(shop: Shop) -> None:
    """Ten pumps, four turned: deburring 30 min at 55.00 an hour is 27.50, assembly 90 min by one 82.50 instead of 200.00."""
    shop.stock_up()
    order, other = shop.order("10"), shop.order("10")
    assert (order.standard_labour, order.standard_overhead) == (D(240), D(50))
    shop.report(order, 10, "4")
    change = deburring(shop)
    found = [one for one in impacts_of_each([change])[change.pk] if one.kind == "operation"]
    assert [(one.number, one.operation_no, one.quantity) for one in found] == [
        (order.number, 15, 10), (order.number, 20, 10), (other.number, 15, 10), (other.number, 20, 10),
    ]  # fmt: skip
    page = client_of(shop.boss).get(f"/masterdata/changes/{change.pk}/tab/impact").content.decode()
    assert "20 op20" in page and order.number in page
    shop.do(services.apply_change, order_ids=[order.pk], change_id=change.pk)
    order = shop.fresh(order)
    assert steps(order) == AFTER and steps(other) == BEFORE
    # labour: 1.5 h turning at 40, 0.5 + 1.5 h at 45; machine: 1.5 h at 30; overhead: 1.5 h at 20, 2 h at 10
    assert (order.standard_labour, order.standard_machine, order.standard_overhead) == (D(150), D(45), D(50))
    assert order.unit_cost == D("186.5")
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 20, "1")
    assert refusal.value.code == "out_of_sequence", "deburring comes before"
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.CHANGES.unapprove, document_id=change.pk)
    assert refusal.value.code == "downstream"
    report = shop.report(order, 15, "4")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.unapply_change, order_ids=[order.pk], change_id=change.pk)
    assert refusal.value.code == "new_part_used" and "15 deburr" in str(refusal.value)
    shop.do(services.undo_report, document_id=report.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.unapply_change, order_ids=[order.pk], change_id=change.pk)
    assert refusal.value.code == "new_part_used", "a report that was taken back names it still"
    shop.do(services.apply_change, order_ids=[other.pk], change_id=change.pk)
    shop.do(services.unapply_change, order_ids=[other.pk], change_id=change.pk)
    other = shop.fresh(other)
    assert steps(other) == BEFORE and (other.standard_labour, other.unit_cost) == (D(240), D("195.5"))
    shop.do(services.apply_change, order_ids=[other.pk], change_id=change.pk)
    assert steps(other) == AFTER and sound()


def test_a_component_and_its_operation_change_together_and_back(shop: Shop) -> None:
    """Turning goes, bolts come in at 30 instead of 20; what was picked stays, and the way back is open until a new part is issued."""
    shop.stock_up()
    shop.item("steel", "raw", "36")
    shop.stock("steel", "50", "1800.00")
    bom, routing = Bom.objects.get(), Routing.objects.get()
    BomLine.objects.filter(component=shop.items["bolt"]).update(operation_no=10)
    line = masterdata.ChangeInput(bom.pk, "replace", shop.items["shaft"].pk, shop.items["steel"].pk)
    change = shop.do(
        masterdata.create_change, title="x", reason="x", effective_on=shop.today, lines=[line],
        operations=[masterdata.OperationInput(routing.pk, 10, "remove")],
    )  # fmt: skip
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    order = shop.do(services.create_order, item_id=shop.items["pump"].pk, quantity=D(10), start=shop.today, due=shop.today,
                    bom_id=bom.pk, routing_id=routing.pk)  # fmt: skip
    shop.approve(order)
    shop.do(services.release_orders, order_ids=[order.pk])
    shop.issue(order, "shaft", "8")
    was = [
        (row.item.code, row.quantity, row.operation_no, row.per_piece, row.fixed)
        for row in order.materials.order_by("line_no")
    ]
    shop.do(services.apply_change, order_ids=[order.pk], change_id=change.pk)
    assert (shop.material(order, "bolt").operation_no, steps(order)) == (20, BEFORE[1:])
    assert (shop.material(order, "shaft").quantity, shop.material(order, "steel").quantity) == (8, 12)
    assert shop.material(order, "shaft").execution == "done"
    shop.issue(order, "steel", "1")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.unapply_change, order_ids=[order.pk], change_id=change.pk)
    assert refusal.value.code == "new_part_used"
    shop.do(services.undo_issue, document_id=order.issuelines.order_by("-pk")[0].document_id)
    shop.do(services.unapply_change, order_ids=[order.pk], change_id=change.pk)
    now = [
        (row.item.code, row.quantity, row.operation_no, row.per_piece, row.fixed)
        for row in order.materials.order_by("line_no")
    ]
    assert now == [*was, ("steel", 0, None, 0, 0)] and steps(order) == BEFORE
    assert shop.material(order, "shaft").execution == "partial" and sound()
    shop.do(masterdata.CHANGES.unapprove, document_id=change.pk)


def test_what_pieces_have_passed_is_left_and_what_has_begun_stays(shop: Shop) -> None:
    shop.stock_up()
    order, done, called = shop.order("10"), shop.order("2"), shop.order("2")
    for number in (10, 20):
        shop.report(done, number, "2")
    shop.report(order, 10, "5")
    shop.report(order, 20, "2")
    added = deburring(shop)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.apply_change, order_ids=[order.pk], change_id=added.pk)
    assert refusal.value.code == "passed_already" and "20" in str(refusal.value)
    shop.do(masterdata.CHANGES.unapprove, document_id=added.pk)
    routing = Routing.objects.get(code="V1.0")
    change = deburring(
        shop,
        masterdata.OperationInput(routing.pk, 20, work_centre_id=shop.turning.pk),
        masterdata.OperationInput(routing.pk, 10, "remove"),
    )
    with pytest.raises(DomainError) as refusal:
        shop.do(services.apply_change, order_ids=[order.pk], change_id=change.pk)
    assert refusal.value.code == "operation_begun" and steps(order) == BEFORE
    with pytest.raises(DomainError) as refusal:
        shop.do(services.apply_change, order_ids=[done.pk], change_id=change.pk)
    assert refusal.value.code == "nothing_to_apply"
    shop.do(services.call_help, kind="help", operation_id=shop.operation(called, 10).pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(services.apply_change, order_ids=[called.pk], change_id=change.pk)
    assert refusal.value.code == "operation_begun", "a call names it"
    shop.do(masterdata.CHANGES.unapprove, document_id=change.pk)
    moved = deburring(shop, masterdata.OperationInput(routing.pk, 20, work_centre_id=shop.turning.pk))
    shop.do(services.apply_change, order_ids=[order.pk], change_id=moved.pk)
    row = shop.operation(order, 20)
    assert (row.work_centre, row.labour_rate, row.machine_rate) == (shop.turning, 40, 30)
    assert shop.report(order, 20, "3", minutes="60").lines.get().machine_value == 30


def test_changes_of_operations_are_refused_in_words(shop: Shop) -> None:
    routing = Routing.objects.get()
    line, centre = masterdata.OperationInput, shop.turning.pk
    for lines, code, where in (
        ([line(routing.pk, 10, "add", "x", centre)], "number_twice", "operations.0.operation_no"),
        ([line(routing.pk, 30, "remove")], "operation_absent", "operations.0.operation_no"),
        ([line(routing.pk, 15, "add", "", centre)], "name_needed", "operations.0.name"),
        ([line(routing.pk, 15, "add", "x")], "centre_needed", "operations.0.work_centre"),
        ([line(routing.pk, 10)], "nothing_changes", "operations.0.name"),
        ([line(routing.pk, 10, run_minutes=D(-1))], "negative_time", "operations.0.run_minutes"),
        ([line(routing.pk, 10, crew=0)], "no_crew", "operations.0.crew"),
        ([line(routing.pk, 20, predecessors="after")], "bad_predecessors", "operations.0.predecessors"),
        ([line(routing.pk, 20, predecessors="40")], "predecessor_unknown", "operations.0.operation_no"),
        ([line(routing.pk, 10, predecessors="20")], "operation_cycle", "operations.0.operation_no"),
        (
            [line(routing.pk, 10, "remove"), line(routing.pk, 20, "remove")],
            "no_operations",
            "operations.0.operation_no",
        ),
        ([line(10**9, 10, "remove")], "missing", "operations.0.routing"),
        ([line(routing.pk, 10, work_centre_id=10**9)], "missing", "operations.0.work_centre"),
        ([], "no_lines", "lines"),
    ):
        with pytest.raises(DomainError) as refusal:
            shop.do(masterdata.create_change, title="x", reason="x", effective_on=shop.today, operations=lines)
        assert (refusal.value.code, refusal.value.problems[0].where) == (code, where)
    assert not EngineeringChange.objects.exists()


def test_a_later_change_stands_on_an_earlier_one(shop: Shop) -> None:
    """What began from the new version is taken back first; a version that does not hold on the day is none to begin from."""
    change = deburring(shop)
    new = Routing.objects.get(is_default=True)
    second = deburring(shop, masterdata.OperationInput(new.pk, 10, setup_minutes=D(10)))
    assert [one.code for one in masterdata.CHANGES.preview_unapprove(change).problems] == ["built_upon"]
    shop.do(masterdata.CHANGES.unapprove, document_id=second.pk)
    shop.do(masterdata.CHANGES.unapprove, document_id=change.pk)
    assert Routing.objects.get(is_default=True).code == "V1.0"
    Bom.objects.update(valid_from=shop.today + timedelta(days=9))
    with pytest.raises(DomainError) as refusal:
        steel_shafts(shop, effective_on=shop.today + timedelta(days=9))
    assert refusal.value.code == "not_held_then"
