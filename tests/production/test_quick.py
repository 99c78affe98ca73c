"""The quick order: from nothing to a finished order; and with what is there."""

import uuid
from decimal import Decimal as D
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance
from gongfang.masterdata.models import Item
from gongfang.platform.identity.services import register_first_admin
from gongfang.production import services
from tests.production.shop import Shop


@pytest.mark.django_db
def test_from_an_empty_company_to_a_closed_order() -> None:
    admin = register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    order = services.quick_order(
        actor=admin, request_id=uuid.uuid4(), product="水泵", quantity=D(5),
        materials=[services.QuickMaterial("铸件", D(5), D("80.00")), services.QuickMaterial("螺栓", D(20))],
    )  # fmt: skip
    assert (order.stage, order.actual_material) == ("started", D("400.00"))
    assert sorted(Item.objects.values_list("name", "kind")) == [("水泵", "finished"), ("螺栓", "raw"), ("铸件", "raw")]
    order = services.quick_finish(actor=admin, request_id=uuid.uuid4(), order_id=order.pk)
    assert (order.stage, order.received_quantity, order.received_value, order.wip) == (
        "closed",
        D(5),
        D("400.00"),
        D(0),
    )
    assert Balance.objects.get(item__name="水泵").quantity == 5


def test_known_items_are_used_and_short_ones_confirmed(shop: Shop) -> None:
    shop.stock("shaft", "3", "90.00")

    def quick(**more: Any) -> Any:
        return shop.do(
            services.quick_order,
            product="pump",
            quantity=D(2),
            materials=[services.QuickMaterial("shaft", D(4))],
            **more,
        )

    with pytest.raises(DomainError) as refusal:
        quick()
    assert refusal.value.codes == ["take_in"] and refusal.value.kind == "confirm"
    order = quick(confirm=frozenset({"take_in"}))
    assert order.actual_material == D("120.00") and shop.on_hand("shaft") == 0


def test_a_product_with_routing_is_reported_through(shop: Shop) -> None:
    shop.stock_up()
    order = shop.do(services.quick_order, product="pump", quantity=D(10))
    order = shop.do(services.quick_finish, order_id=order.pk, scrap=D(1))
    assert (order.stage, order.received_quantity, order.scrap_quantity) == ("closed", D(9), D(1))
    assert shop.operation(order, 10).good_quantity == 10 and shop.operation(order, 20).scrap_worker == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"product": " ", "quantity": D(1)}, "required"),
        ({"product": "x", "quantity": D(0)}, "not_positive"),
        ({"product": "x", "quantity": D(1), "materials": [services.QuickMaterial("", D(1))]}, "required"),
        ({"product": "x", "quantity": D(1), "materials": [services.QuickMaterial("x", D(1))]}, "own_component"),
    ],
)
def test_refused_and_nothing_made(shop: Shop, values: dict[str, Any], code: str) -> None:
    count = Item.objects.count()
    with pytest.raises(DomainError) as refusal:
        shop.do(services.quick_order, **values)
    assert refusal.value.code == code and Item.objects.count() == count
