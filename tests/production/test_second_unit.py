"""Components counted in two units: weighed when they are issued and when they come back."""

from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.db import transaction

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Balance
from gongfang.ledger.services import Move, post
from gongfang.masterdata.models import Unit
from gongfang.platform.verification import run_all
from gongfang.production import services
from gongfang.production.models import Issue, MaterialReturn
from tests.production.shop import Shop
from tests.production.test_pages import client_of


@pytest.fixture
def rods(shop: Shop) -> Shop:
    """100 rods of 2 kg by the factor that weigh 205 kg, two of them in a frame; an order of 10 frames."""
    kg = Unit.objects.create(code="kg", name="千克", precision=2)
    rod = shop.item("rod", "raw", "5", second_unit=kg)
    rod.units.create(unit=kg, numerator=1, denominator=2)
    shop.item("frame", "finished", "0", source="make", default_warehouse=shop.finished)
    shop.bom("frame", rod="2")
    shop.routing("frame", (10, shop.turning, "0", "1", 1))
    with transaction.atomic():
        move = Move(rod.pk, D(100), ledger.location("OPENING"), ledger.store_of(shop.raw), None, D(500), second=D(205))
        post(actor=shop.boss, reason="opening", source=None, on=shop.today, moves=[move])
    return shop


def stands(shop: Shop) -> tuple[D, D]:
    return Balance.objects.values_list("quantity", "second_quantity").get(
        item=shop.items["rod"], location=ledger.store_of(shop.raw)
    )


def test_issued_and_returned_by_weight(rods: Shop) -> None:
    shop = rods
    order = shop.order("10", "frame")
    first = shop.issue(order, "rod", "8", second=D("16.8"))
    assert stands(shop) == (92, D("188.2")) and first.lines.get().second_quantity == D("16.8")
    shop.issue(order, "rod", "2")
    assert stands(shop) == (90, D("184.108696")), "left empty: the share of what is there"
    line = services.ReturnInput(shop.material(order, "rod").pk, D(3), second=D("6.2"))
    back = shop.do(services.return_materials, lines=[line])
    assert stands(shop) == (93, D("190.308696")) and back.lines.get().second_quantity == D("6.2")
    shop.do(services.undo_return, document_id=back.pk)
    shop.do(services.undo_issue, document_id=first.pk)
    assert stands(shop) == (98, D("200.908696")) and run_all() == []


def test_far_from_the_factor_and_one_unit_only(rods: Shop) -> None:
    shop = rods
    order = shop.order("10", "frame")
    line = [services.IssueInput(shop.material(order, "rod").pk, D(8), second=D(30))]
    with pytest.raises(DomainError) as refusal:
        shop.do(services.issue_materials, lines=line, confirm=frozenset())
    assert refusal.value.code == "second_off" and stands(shop) == (100, 205)
    for accepted in (frozenset(), frozenset({"second_off"})):  # no answer to a question lets it pass
        with pytest.raises(DomainError) as refusal:
            shop.do(
                services.issue_materials,
                lines=[services.IssueInput(line[0].material_id, D(8), second=D(-16))],
                confirm=accepted,
            )
        assert refusal.value.code == "second_negative" and stands(shop) == (100, 205)
    shop.stock("shaft", "10", "300.00")
    pump = shop.order("2")
    with pytest.raises(DomainError) as refusal:
        shop.issue(pump, "shaft", "2", second=D(1))
    assert refusal.value.code == "second_not_kept"


def test_the_pages_ask_for_it_and_show_it(rods: Shop) -> None:
    shop = rods
    order = shop.order("10", "frame")
    client = client_of(shop.boss)
    page = client.get(f"/production/pick/?order={order.pk}").content.decode()
    assert 'name="second"' in page and "千克" in page
    row = {
        "material": shop.material(order, "rod").pk,
        "lot": "",
        "warehouse": shop.raw.pk,
        "place": "",
        "quantity": "10",
    }
    wrong = client.post(f"/production/pick/?order={order.pk}", {**row, "second": "a bit", "request_id": str(uuid4())})
    assert wrong.status_code == 422 and "a bit" in wrong.content.decode()
    client.post("/production/pick/", {**row, "second": "20.8", "request_id": str(uuid4())})
    assert stands(shop) == (90, D("184.2"))
    shown = client.get(f"/production/issues/{Issue.objects.get().pk}/").content.decode()
    assert "20.8" in shown
    address = f"/production/orders/{order.pk}/verb/return_materials"
    assert 'name="second"' in client.get(address).content.decode()
    answers = {
        "component": shop.items["rod"].pk,
        "returned": "2",
        "second": "4.1",
        "is_good": "on",
        "request_id": str(uuid4()),
    }
    assert client.post(address, answers).status_code == 302 and stands(shop) == (92, D("188.3"))
    assert (
        "4.1" in client.get(f"/production/returns/{MaterialReturn.objects.get().pk}/").content.decode()
        and run_all() == []
    )
