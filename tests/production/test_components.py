"""Components as a noun of their own: what is open, a substitute from the component's page, issues and returns by programs."""

import json
import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from gongfang.ledger.models import Lot
from gongfang.masterdata.models import Bom, BomSubstitute
from gongfang.platform.identity import services as identity
from gongfang.production.models import Issue, MaterialReturn
from tests.production.shop import Shop


@pytest.fixture
def client(shop: Shop) -> Client:
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    return client


def post(shop: Shop, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {identity.create_token(actor=shop.boss, name='t')[1]}"}
    return Client().post(f"/api/v1/production/{path}", json.dumps(body), "application/json", headers=headers)


def test_a_component_is_replaced_on_its_page(shop: Shop, client: Client) -> None:
    """The dialog proposes what the bill of materials allows, in its ratio; the rest of the component stays."""
    shop.item("steel shaft", "raw", "36")
    bom = Bom.objects.get(item=shop.items["pump"])
    BomSubstitute.objects.create(bom=bom, line_no=2, item=shop.items["steel shaft"], ratio=D("0.5"))
    shop.stock_up()
    shop.stock("steel shaft", "12", "432.00")
    order = shop.order("10")
    shaft = shop.material(order, "shaft")
    assert f"/production/components/{shaft.pk}/" in client.get(f"/production/orders/{order.pk}/").content.decode()
    tab = client.get(f"/production/components/{shaft.pk}/tab/substitutes").content.decode()
    assert "steel shaft" in tab and ">12<" in tab
    address = f"/production/components/{shaft.pk}/verb/substitute_material"
    dialog = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'value="{shop.items["steel shaft"].pk}"' in dialog and 'value="10"' in dialog
    form = {"item": shop.items["steel shaft"].pk, "quantity": "2", "replaces": "4", "request_id": str(uuid.uuid4())}
    assert client.post(address, form).status_code == 302
    steel = shop.material(order, "steel shaft")
    assert (shop.material(order, "shaft").quantity, steel.quantity, steel.substitute_for) == (16, 2, shaft)
    answer = post(
        shop,
        f"components/{shaft.pk}/substitute_material",
        {"item": shop.items["steel shaft"].pk, "quantity": "8", "replaces": "16"},
    )
    assert answer.status_code == 200, answer.content
    gone = shop.material(order, "shaft")
    assert (gone.quantity, gone.execution) == (0, "done")
    shop.pick(order)
    listed = client.get("/production/components/?view=open").content.decode()
    assert order.number not in listed


def test_programs_issue_and_return_many_lines(shop: Shop, client: Client) -> None:
    shop.stock_up()
    first, second = shop.order("10"), shop.order("10")
    c1 = Lot.objects.get(code="C1").pk
    lines = [
        {"material": shop.material(first, "casting").pk, "quantity": "10", "lot": c1, "warehouse": shop.raw.pk},
        {"material": shop.material(second, "shaft").pk, "quantity": "20"},
    ]
    answer = post(shop, "issues/", {"lines": lines})
    assert answer.status_code == 200 and answer.json()["resource"] == "production/issues", answer.content
    assert shop.material(first, "casting").done_quantity == 10 and shop.material(second, "shaft").done_quantity == 20
    lines[1]["quantity"] = "2"
    assert post(shop, "issues/", {"lines": lines[1:]}).status_code == 422
    assert post(shop, "issues/", {"lines": lines[1:], "reason": "bent"}).status_code == 200
    assert Issue.objects.latest("pk").kind == "supplement"
    page = client.get(f"/production/issues/{Issue.objects.earliest('pk').pk}/").content.decode()
    assert first.number in page and second.number in page and "C1" in page
    back = [
        {"material": shop.material(first, "casting").pk, "quantity": "2", "lot": c1, "is_good": False},
        {"material": shop.material(second, "shaft").pk, "quantity": "3"},
    ]
    assert post(shop, "returns/", {"lines": back, "reason": "too many"}).status_code == 200
    told = list(MaterialReturn.objects.get().lines.order_by("line_no").values_list("item__code", "quantity", "is_good"))
    assert told == [("casting", 2, False), ("shaft", 3, True)]
    assert client.get("/production/returns/new").status_code == 200
