"""Engineering changes that take effect by the clock: on their day, or when the old stock is gone, once."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import queries as masterdata_queries
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Bom, BomLine, BomSubstitute, EngineeringChange, Partner
from gongfang.masterdata.services.changes import effect_due_changes, impacts_of_each
from gongfang.masterdata.tabs import compared
from gongfang.platform.models import AuditRow
from gongfang.platform.notifications.models import Notification
from gongfang.purchasing import services as purchasing
from gongfang.sales import services as sales
from tests.production.shop import Shop
from tests.production.test_pages import client_of


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
    assert {(row["code"], row["before"], row["after"]) for row in table.rows} == {
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
