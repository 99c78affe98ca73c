"""Engineering changes that take effect by the clock: on their day, or when the old stock is gone, once."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.masterdata import queries as masterdata_queries
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Bom, BomSubstitute, EngineeringChange
from gongfang.masterdata.services.changes import effect_due_changes
from gongfang.platform.models import AuditRow
from gongfang.platform.notifications.models import Notification
from tests.production.shop import Shop


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
