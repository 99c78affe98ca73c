"""Which version an order is made by: the day it starts decides, for phantoms and the routing too; alternatives are chosen."""

import json
import re
import uuid
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Bom, BomLine, BomSubstitute, Routing, RoutingOperation
from gongfang.platform.identity import services as identity
from gongfang.production import services
from gongfang.production.models import WorkOrder
from tests.production.shop import Shop


def version(shop: Shop, code: str, name: str, *parts: str, **more: Any) -> Bom:
    bom = Bom.objects.create(item=shop.items[code], code=name, is_default=False, **more)
    for line_no, part in enumerate(parts, start=1):
        BomLine.objects.create(bom=bom, line_no=line_no, component=shop.items[part], quantity=D(1))
    return bom


def parts_of(order: WorkOrder) -> set[str]:
    return set(order.materials.values_list("item__code", flat=True))


def order_from(shop: Shop, days: int, **more: Any) -> WorkOrder:
    start = shop.today + timedelta(days=days)
    found: WorkOrder = shop.do(
        services.create_order, item_id=shop.items["pump"].pk, quantity=D(10), start=start, due=start + timedelta(days=2), **more
    )  # fmt: skip
    return found


@pytest.fixture
def changed(shop: Shop) -> Shop:
    """In ten days pumps get a steel body out of a kit (a phantom that itself changes then) and a routing of one operation."""
    day = shop.today + timedelta(days=10)
    before = {"valid_to": day - timedelta(days=1)}
    for code in ("steel", "seal", "ring"):
        shop.item(code, "raw", "10")
    shop.item("kit", "semi", "0", kind="phantom")
    Bom.objects.filter(item=shop.items["pump"]).update(**before)
    old, new = version(shop, "kit", "V1", "seal", **before), version(shop, "kit", "V2", "ring", "steel", valid_from=day)
    Bom.objects.filter(pk=old.pk).update(is_default=True)
    first = Bom.objects.get(item=shop.items["pump"])
    BomLine.objects.create(bom=first, line_no=9, component=shop.items["kit"], quantity=D(1))
    version(shop, "pump", "V2.0", "kit", valid_from=day)
    BomSubstitute.objects.create(bom=new, line_no=2, item=shop.items["casting"], ratio=D("1.5"))
    Routing.objects.filter(item=shop.items["pump"]).update(**before)
    later = Routing.objects.create(item=shop.items["pump"], code="R2", is_default=False, valid_from=day)
    RoutingOperation.objects.create(
        routing=later, operation_no=10, name="press", work_centre=shop.turning, run_minutes=D(3)
    )
    return shop


@pytest.mark.parametrize(
    ("days", "parts", "steps"),
    [
        (0, {"casting", "shaft", "bolt", "seal"}, ["op10", "op20"]),
        (9, {"casting", "shaft", "bolt", "seal"}, ["op10", "op20"]),
        (10, {"ring", "steel"}, ["press"]),
        (11, {"ring", "steel"}, ["press"]),
    ],
)
def test_the_start_decides(changed: Shop, days: int, parts: set[str], steps: list[str]) -> None:
    order = order_from(changed, days)
    assert parts_of(order) == parts and list(order.operations.values_list("name", flat=True)) == steps


def test_many_orders_at_once_have_each_its_own_version(changed: Shop) -> None:
    from tests.production.test_setwise import bulk_create, counted

    def rows(*days: int) -> list[services.NewWorkOrder]:
        starts = [changed.today + timedelta(days=one) for one in days]
        return [services.NewWorkOrder(changed.items["pump"].pk, D(2), start, start) for start in starts]

    changed.do(bulk_create, rows=rows(0))  # what is made on first use is made
    few, _ = counted(lambda: changed.do(bulk_create, rows=rows(9, 10)))
    many, orders = counted(lambda: changed.do(bulk_create, rows=rows(*range(20))))
    assert few == many
    assert [("ring" in parts_of(order), order.operations.count()) for order in orders] == [(False, 2)] * 10 + [
        (True, 1)
    ] * 10


def test_no_version_holds_between_two(shop: Shop) -> None:
    """The old one has ended, the next has not begun: nothing is copied, and nobody is given the one of today."""
    Bom.objects.filter(item=shop.items["pump"]).update(valid_to=shop.today + timedelta(days=4))
    assert parts_of(order_from(shop, 4)) == {"casting", "shaft", "bolt"} and parts_of(order_from(shop, 5)) == set()


def test_substitutes_inside_a_phantom_are_offered(changed: Shop) -> None:
    changed.stock("casting", "100", "10000.00", lot="C1")
    changed.stock("ring", "100", "1000.00")
    order = order_from(changed, 10)
    assert changed.material(order, "steel").allowed_substitutes == [[changed.items["casting"].pk, "1.5", False]]
    changed.do(services.use_substitutes, document_id=order.pk)
    assert (changed.material(order, "steel").quantity, changed.material(order, "casting").quantity) == (0, 15)


def alternatives(shop: Shop) -> tuple[Bom, Routing]:
    shop.item("steel", "raw", "10")
    bom = version(shop, "pump", "A1", "steel", "shaft", kind="alternative")
    routing = Routing.objects.create(item=shop.items["pump"], code="A1", is_default=False)
    RoutingOperation.objects.create(
        routing=routing, operation_no=10, name="press", work_centre=shop.turning, run_minutes=D(3)
    )
    return bom, routing


def test_an_alternative_is_chosen_on_the_form(shop: Shop) -> None:
    bom, routing = alternatives(shop)
    other = version(shop, "shaft", "V1", "bolt")
    assert parts_of(order_from(shop, 0)) == {"casting", "shaft", "bolt"}
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/production/orders/new").content.decode()
    assert 'name="bom"' in page and 'name="routing"' in page
    address = re.search(r'data-lookup="(/-/lookup/masterdata/boms[^"]*)"', page)
    assert address
    offered = client.get(address[1].replace("&amp;", "&") + f"&q=&g.item={shop.items['pump'].pk}").json()
    assert {row["id"] for row in offered["rows"]} == set(
        Bom.objects.filter(item=shop.items["pump"]).values_list("pk", flat=True)
    )
    form = {
        "item": str(shop.items["pump"].pk), "quantity": "10", "start": str(shop.today), "due": str(shop.today), "priority": "5",
        "kind": "normal", "bom": str(bom.pk), "routing": str(routing.pk), "materials": "[]", "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post("/production/orders/new", form | {"bom": str(other.pk)}).status_code == 422
    assert client.post("/production/orders/new", form).status_code == 302
    order = WorkOrder.objects.latest("pk")
    assert (order.bom, order.routing, parts_of(order)) == (bom, routing, {"steel", "shaft"})
    assert list(order.operations.values_list("name", "run_minutes")) == [("press", D(3))]
    headers = {"Authorization": f"Bearer {identity.create_token(actor=shop.boss, name='t')[1]}"}
    body = {"item": shop.items["pump"].pk, "quantity": "1", "bom": bom.pk}
    answer = client.post("/api/v1/production/orders/", json.dumps(body), "application/json", headers=headers)
    assert answer.status_code == 200 and parts_of(WorkOrder.objects.get(pk=answer.json()["ids"][0])) == {
        "steel",
        "shaft",
    }


def test_only_a_trial_is_made_by_a_draft(shop: Shop) -> None:
    bom, routing = alternatives(shop)
    Bom.objects.filter(pk=bom.pk).update(status="draft")
    with pytest.raises(DomainError) as refusal:
        order_from(shop, 0, bom_id=bom.pk)
    assert refusal.value.code == "bom_not_in_use"
    assert parts_of(order_from(shop, 0, bom_id=bom.pk, kind="trial")) == {"steel", "shaft"}
    with pytest.raises(DomainError) as refusal:
        shop.do(services.create_order, item_id=shop.items["shaft"].pk, quantity=D(1), routing_id=routing.pk)
    assert refusal.value.code == "routing_unknown"
