"""Items, partners, prices, calendars: what is refused, and that nothing moved then."""

from datetime import date
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest

from gongfang.kernel.calendars import WorkingCalendar
from gongfang.kernel.errors import DomainError
from gongfang.kernel.units import Factor, rounded, rounded_up
from gongfang.masterdata import queries, services
from gongfang.masterdata.models import Item, Partner
from gongfang.masterdata.rules.items import item_problems, partner_problems
from gongfang.platform.audit.models import AuditRow

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, None),
        ({"lot_rule": "fixed", "lot_quantity": D(10)}, None),
        ({"lot_rule": "fixed", "lot_quantity": D(0)}, "lot_quantity_needed"),
        ({"lot_rule": "period", "lot_days": 0}, "lot_days_needed"),
        ({"lot_minimum": D(11), "lot_maximum": D(10)}, "lot_range"),
        ({"lot_minimum": D(11), "lot_maximum": D(0)}, None),
        ({"min_stock": D(5), "max_stock": D(4)}, "stock_range"),
        ({"min_stock": D(5), "max_stock": D(5)}, None),
        ({"kind": "phantom", "source": "buy"}, "phantom_made"),
        ({"shelf_life_days": 30, "tracking": "none"}, "shelf_life_needs_lots"),
        ({"over_receipt": D(-1)}, "bad_ratio"),
    ],
)
def test_item_rules(values: dict[str, Any], code: str | None) -> None:
    assert [problem.code for problem in item_problems(values)] == ([code] if code else [])


def test_a_partner_has_a_side() -> None:
    assert [p.code for p in partner_problems({"name": "x"})] == ["no_side"]
    assert partner_problems({"is_subcontractor": True}) == []


def test_items_get_pinyin_and_a_code(factory: SimpleNamespace) -> None:
    item = factory.item("", name="螺丝母 M8")
    assert item.code == "WL00001" and item.pinyin == "lsmm8"
    assert list(queries.search_items("lsm")) == [item]
    factory.do(services.change_item, item_id=item.pk, name="重庆轴承")
    assert Item.objects.get(pk=item.pk).pinyin == "cqzc"


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"unit": 999}, "unit"),
        ({"unit": "abc"}, "unit"),
        ({"kind": "nonsense"}, "kind"),
        ({"safety_stock": "-1"}, ""),
        ({"safety_stock": "0.0000001"}, "safety_stock"),
        ({"safety_stock": "1e30"}, "safety_stock"),
        ({"safety_stock": "NaN"}, "safety_stock"),
        ({"lead_time_days": -1}, "lead_time_days"),
        ({"hacker": 1}, "hacker"),
        ({"code": "taken"}, "code"),
    ],
)
def test_bad_values_are_refused_with_their_place(factory: SimpleNamespace, values: dict[str, Any], where: str) -> None:
    factory.item("TAKEN")
    with pytest.raises(DomainError) as refused:
        factory.item(**{"code": "NEW", **values})
    assert refused.value.problems[0].where == where
    assert Item.objects.count() == 1


def test_stale_screens_are_refused(factory: SimpleNamespace) -> None:
    item = factory.item("A")
    factory.do(services.change_item, item_id=item.pk, version=1, name="first")
    with pytest.raises(DomainError) as refused:
        factory.do(services.change_item, item_id=item.pk, version=1, name="second")
    assert refused.value.code == "stale"
    changes = AuditRow.objects.get(verb="masterdata.change_item").changes
    assert [c["field"] for c in changes] == ["name", "pinyin"]


def test_unit_and_tracking_stay_once_used(factory: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    item = factory.item("A")
    factory.do(services.change_item, item_id=item.pk, tracking="lot")
    monkeypatch.setattr(services.USES, "_provider", lambda ids: {pk: ["stock moves"] for pk in ids})
    with pytest.raises(DomainError) as refused:
        factory.do(services.change_item, item_id=item.pk, tracking="none", unit=factory.kilo.pk)
    assert refused.value.codes == ["in_use", "in_use"]
    factory.do(services.change_item, item_id=item.pk, name="still changeable", tracking="lot")


def test_units_convert_exactly(factory: SimpleNamespace) -> None:
    box = factory.do(services.create_unit, code="BOX", name="箱")
    item = factory.item("A", units=[{"unit": box.pk, "numerator": 1000, "denominator": 3}])
    assert queries.to_base(item, box, D(3)) == D(1000)
    assert queries.to_base(item, factory.piece, D(3)) == D(3)
    with pytest.raises(DomainError, match="not kept"):
        queries.to_base(item, factory.kilo, D(1))
    with pytest.raises(DomainError):
        factory.item("B", units=[{"unit": box.pk, "numerator": 0}])
    with pytest.raises(DomainError):
        factory.item("C", units=[{"unit": box.pk}, {"unit": box.pk, "numerator": 2}])
    assert Factor(1, 3).is_exact(D(3)) and not Factor(1, 3).is_exact(D(1))
    assert (rounded(D("2.345"), 2), rounded_up(D("2.001"), 0)) == (D("2.35"), D(3))


def test_tolerances_come_from_item_category_company(factory: SimpleNamespace) -> None:
    loose = factory.do(services.create_category, code="20", name="松", over_issue="0.2")
    own, inherited, plain = (
        factory.item("A", category=loose.pk, over_issue="0"),
        factory.item("B", category=loose.pk),
        factory.item("C"),
    )
    found = queries.tolerances([own, inherited, plain])
    assert [found[item.pk].over_issue for item in (own, inherited, plain)] == [D(0), D("0.2"), D("0.05")]


def test_prices_by_step_date_and_partner(factory: SimpleNamespace) -> None:
    item = factory.item("A")
    cheap, dear = (
        factory.do(services.create_partner, name=name, is_supplier=True) for name in ("上海轴承", "大连机电")
    )
    customer = factory.do(services.create_partner, name="客户", is_customer=True)
    add = lambda supplier, price, step=0, **more: factory.do(  # noqa: E731
        services.create_supplier_price, supplier=supplier.pk, item=item.pk, price=price, min_quantity=step, **more
    )
    add(cheap, "10")
    add(cheap, "9", 100)
    add(dear, "12", share="0.2")
    add(cheap, "8", valid_from=date(2027, 1, 1))
    ask = lambda supplier, quantity, on: queries.supplier_price(item, supplier, D(quantity), on).price  # noqa: E731
    day = date(2026, 6, 1)
    assert (ask(cheap, 1, day), ask(cheap, 100, day), ask(dear, 1, day), ask(None, 5, day)) == (10, 9, 12, 10)
    assert ask(cheap, 1, date(2027, 1, 1)) == 8
    with pytest.raises(DomainError) as refused:
        add(customer, "1")
    assert refused.value.code == "wrong_side"
    factory.do(services.create_customer_price, item=item.pk, price="20")
    factory.do(services.create_customer_price, item=item.pk, customer=customer.pk, price="18", min_quantity=10)
    assert queries.customer_price(item, customer, D(5), day).price == 20
    assert queries.customer_price(item, customer, D(10), day).price == 18
    with pytest.raises(DomainError):
        factory.do(services.create_customer_price, item=item.pk, price="21")


def test_calendar_is_what_the_kernel_counts_with(factory: SimpleNamespace) -> None:
    calendar = factory.do(
        services.create_calendar, code="STD", name="标准", weekdays="1-5", shifts="白班 08:00-17:00",
        exceptions=[
            {"date": date(2026, 10, 1), "is_working": False, "name": "国庆节"},
            {"date": date(2026, 10, 10), "is_working": True, "name": "补班"},
        ],
    )  # fmt: skip
    working = queries.working_calendar("STD")
    assert working == WorkingCalendar.of([1, 2, 3, 4, 5], [date(2026, 10, 1)], [date(2026, 10, 10)])
    assert working.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 2)
    assert calendar.shifts == [{"name": "白班", "start": "08:00", "end": "17:00"}]
    for bad in (
        {"weekdays": "0-3"},
        {"weekdays": ""},
        {"weekdays": "x"},
        {"shifts": "day 8-17"},
        {"hours_per_day": 25},
    ):
        with pytest.raises(DomainError):
            factory.do(services.create_calendar, code="BAD", name="坏", **bad)


def test_permissions_hold(factory: SimpleNamespace) -> None:
    import uuid

    from gongfang.platform.identity.services import create_user

    keeper = factory.do(create_user, username="keeper", name="孙建军", password="Gongfang-2026", roles=["keeper"])
    with pytest.raises(DomainError) as refused:
        services.create_partner(actor=keeper, request_id=uuid.uuid4(), name="x", is_customer=True)
    assert refused.value.kind == "forbidden" and not Partner.objects.exists()


def test_what_is_left_empty_takes_the_usual_value_and_keeps_it_on_change(factory: SimpleNamespace) -> None:
    item = factory.item("A", kind="", tax_rate=None, max_stock="5")
    assert (item.kind, item.tax_rate, item.max_stock) == ("part", D("0.13"), D(5))
    factory.do(services.change_item, item_id=item.pk, kind="raw", tax_rate="0.09")
    factory.do(services.change_item, item_id=item.pk, kind="", tax_rate=None, max_stock=None)
    item.refresh_from_db()
    assert (item.kind, item.tax_rate, item.max_stock) == ("raw", D("0.09"), None)
