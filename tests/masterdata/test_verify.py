"""Each check of the master data finds what it is for, and nothing on sound data; blocking keeps its word."""

from types import SimpleNamespace

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import queries, services, verify
from gongfang.masterdata.models import BomLine, Item, Partner, Routing, RoutingOperation


def found() -> set[str]:
    return {fault.check for check in verify.CHECKS for fault in check.run()}


@pytest.fixture
def sound(factory: SimpleNamespace) -> SimpleNamespace:
    a, b, c = (factory.item(code) for code in "ABC")
    factory.bom(a, b)
    factory.bom(b, c)
    box = factory.do(services.create_unit, code="BOX", name="箱")
    factory.do(services.change_item, item_id=a.pk, units=[{"unit": box.pk, "numerator": 12}])
    supplier = factory.do(services.create_partner, name="大连铸造", is_supplier=True)
    factory.do(services.create_supplier_price, supplier=supplier.pk, item=c.pk, price="5")
    centre = factory.do(services.create_work_centre, code="C1", name="车床", plant=factory.plant.pk)
    factory.do(
        services.create_routing, item=a.pk, operations=[{"operation_no": 10, "name": "车", "work_centre": centre.pk}]
    )
    assert found() == set()
    return SimpleNamespace(a=a, b=b, c=c, supplier=supplier, do=factory.do, factory=factory)


def test_a_circle_written_past_the_services(sound: SimpleNamespace) -> None:
    BomLine.objects.filter(bom__item=sound.b).update(component=sound.a)
    assert found() == {"masterdata.cycles"}


def test_an_empty_bill(sound: SimpleNamespace) -> None:
    BomLine.objects.filter(bom__item=sound.b).delete()
    assert found() == {"masterdata.boms"}


def test_operations_that_wait_for_nothing(sound: SimpleNamespace) -> None:
    RoutingOperation.objects.update(predecessors=[99])
    assert found() == {"masterdata.routings"}
    RoutingOperation.objects.all().delete()
    assert found() == {"masterdata.routings"} and Routing.objects.exists()


def test_initials_and_sides(sound: SimpleNamespace) -> None:
    Item.objects.filter(pk=sound.a.pk).update(name="水泵")
    Partner.objects.filter(pk=sound.supplier.pk).update(is_supplier=False, is_customer=True)
    assert found() == {"masterdata.pinyin", "masterdata.prices"}


def test_blocked_items_are_not_offered_nor_built_in(sound: SimpleNamespace) -> None:
    sound.do(services.block_item, item_id=sound.c.pk)
    assert list(queries.search_items("c")) == []
    with pytest.raises(DomainError, match="blocked"):
        sound.factory.bom(sound.factory.item("D"), sound.c)
    sound.do(services.activate_item, item_id=sound.c.pk)
    assert [item.code for item in queries.search_items("c")] == ["C"]


def test_replacing_a_component_everywhere(sound: SimpleNamespace) -> None:
    d = sound.factory.item("D")
    sound.do(services.replace_component, item_id=sound.c.pk, replacement_id=d.pk)
    assert not BomLine.objects.filter(component=sound.c).exists()
    with pytest.raises(DomainError, match="inside itself"):
        sound.do(services.replace_component, item_id=d.pk, replacement_id=sound.a.pk)
    assert BomLine.objects.filter(component=d).count() == 1
    copy = sound.do(services.copy_bom, bom_id=queries.default_bom(sound.a).pk, code="V2.0")
    assert (copy.status, copy.is_default, copy.lines.count()) == ("draft", False, 1)
