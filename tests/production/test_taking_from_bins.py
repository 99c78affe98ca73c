"""Orders are served from the main place of a store and from its bins: issue, pick, line side, subcontractor."""

import re
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest

from gongfang.inventory import services as store
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Location, Lot
from gongfang.masterdata.models import Warehouse
from gongfang.platform.verification import run_all
from gongfang.production import services
from gongfang.production.prints import ORDER_PRINTS
from tests.bins import make_bins, put_into_bins, stands
from tests.production.shop import Shop
from tests.production.test_pages import client_of

FILLED = {"A": 6, "B": 3, "W1": 1}


@pytest.fixture
def binned(shop: Shop) -> Any:
    """10 castings of one lot, 10 shafts and 10 bolts, each 1 in W1, 6 in A and 3 in B."""
    main = ledger.store_of(shop.raw)
    make_bins(shop.boss, main)
    shop.stock("casting", "10", "1000.00", lot="C1")
    shop.stock("shaft", "10", "300.00")
    shop.stock("bolt", "10", "5.00")
    goods = [(shop.items[code].pk, None) for code in ("shaft", "bolt")]
    put_into_bins(shop.boss, main, *goods, (shop.items["casting"].pk, Lot.objects.get(code="C1").pk))
    yield shop
    assert run_all() == []


def test_the_lot_or_the_place_that_is_named_is_taken_and_no_other(binned: Shop) -> None:
    """C2 stands in another store, C3 in bin A with C1: each is issued where it is named alone, and refused where it is not enough."""
    shop = binned
    shop.stock("casting", "4", "400.00", lot="C2", warehouse=shop.finished)
    shop.stock("casting", "2", "200.00", lot="C3")
    order = shop.order("8")
    second, third = (Lot.objects.get(code=code) for code in ("C2", "C3"))
    document = shop.issue(order, "casting", "3", lot_id=second.pk)
    assert [(line.lot, line.warehouse, line.quantity) for line in document.lines.all()] == [(second, shop.finished, 3)]
    with pytest.raises(DomainError) as refusal:
        shop.issue(order, "casting", "2", lot_id=second.pk)
    assert refusal.value.code == "short_stock"
    assert [line.lot for line in shop.issue(order, "casting", "1", lot_id=third.pk).lines.all()] == [third]
    bin_b = Location.objects.get(code="B")
    taken = shop.issue(order, "casting", "3", location_id=bin_b.pk)
    assert [(line.lot.code, line.location, line.quantity) for line in taken.lines.all()] == [("C1", bin_b, 3)]
    for place, code in ((bin_b.pk, "short_material"), (ledger.store_of(shop.finished).pk, "bad_place_out")):
        with pytest.raises(DomainError) as refusal:
            shop.issue(order, "casting", "1", location_id=place, warehouse_id=shop.raw.pk)
        assert refusal.value.code == code
    with pytest.raises(DomainError) as refusal:
        shop.issue(order, "shaft", "1", location_id=ledger.store_of(shop.finished).pk, warehouse_id=shop.raw.pk)
    assert refusal.value.code == "bad_place_out"


def test_issued_from_bins_and_taken_back_into_them(binned: Shop) -> None:
    shop = binned
    order = shop.order("8")
    books = shop.books()
    for code in ("casting", "shaft"):
        document = shop.issue(order, code, "8")
        assert stands(shop.items[code]) == {"B": 2}
        assert document.lines.count() == 1, "one line for the lot, three moves"
        shop.do(services.undo_issue, document_id=document.pk)
        assert stands(shop.items[code]) == FILLED and shop.books() == books
        with pytest.raises(DomainError) as refusal:
            shop.do(
                services.supplement_materials, reason="?",
                lines=[services.IssueInput(shop.material(order, code).pk, D(11), Lot.objects.get(code="C1").pk if code == "casting" else None, shop.raw.pk)],
            )  # fmt: skip
        assert refusal.value.code == "short_stock"
        assert "11 needed in 原料库" in str(refusal.value)
        assert "10 free (原料库 1 / A架 6 / B架 3; 0 reserved)" in str(refusal.value)
    with pytest.raises(DomainError) as refusal:
        shop.pick(order)
    assert [problem.code for problem in refusal.value.problems] == ["short_material"], "16 shafts are needed"


def test_a_whole_order_is_picked_from_bins_at_the_same_statements(binned: Shop) -> None:
    shop = binned
    order = shop.order("5")
    document = shop.pick(order)
    assert sorted((line.item.code, line.quantity) for line in document.lines.all()) == [("casting", 5), ("shaft", 10)]
    assert (stands(shop.items["casting"]), stands(shop.items["shaft"])) == ({"A": 2, "B": 3}, {})
    assert shop.wip(order) == {"material": D("800.00")}


def test_the_pick_page_names_bins_in_the_order_of_walking(binned: Shop) -> None:
    """Bin by bin: what is taken there of all items; issued as it says, even where a bin further on would come later by the rule."""
    shop = binned
    order = shop.order("4")
    client = client_of(shop.boss)
    page = client.get(f"/production/pick/?order={order.pk}").content.decode()
    cells = re.findall(r'(?:fw-bold|text-secondary)">([^<]+)</td><td class="text-nowrap">(\w+)</td>', page)
    assert cells == [("原料库", "casting"), ("原料库", "shaft"), ("A架", "casting"), ("A架", "shaft"), ("B架", "shaft")]
    form: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(material|lot|warehouse|place|quantity)" value="([^"]*)"', page):
        form.setdefault(name, []).append(value)
    form["quantity"][3] = "0"  # no shafts out of A
    assert client.post("/production/pick/", {**form, "request_id": str(uuid4())}).status_code == 302
    assert (stands(shop.items["casting"]), stands(shop.items["shaft"])) == ({"A": 3, "B": 3}, {"A": 6, "B": 2})
    picks = next(one for one in ORDER_PRINTS if one.name == "picklist").data(shop.boss, order)
    assert [row["place"] for row in picks["rows"]] == ["A架"]


def test_brought_to_the_line_from_bins(binned: Shop) -> None:
    shop = binned
    line = Warehouse.objects.create(code="L1", name="线边", plant=shop.plant, kind="line")
    order = shop.order("2")
    shop.do(services.stage_line, order_ids=[order.pk], warehouse_id=line.pk)
    assert stands(shop.items["bolt"]) == {"B": 2, "L1": 8}


def test_sent_outside_from_bins_and_taken_back(binned: Shop) -> None:
    shop = binned
    order = shop.order("2", release=False)
    outside = shop.do(
        services.create_subcontract_order,
        order_id=order.pk,
        operation_no=None,
        partner_id=shop.supplier.pk,
        price=D(20),
    )
    shop.do(services.SUBCONTRACT.submit, document_id=outside.pk)
    shop.do(services.SUBCONTRACT.approve, document_id=outside.pk)
    shop.approve(order)
    shop.do(services.release_orders, order_ids=[order.pk])
    sent = shop.do(services.send_subcontract, subcontract_id=outside.pk)
    assert [stands(shop.items[code]) for code in ("casting", "shaft", "bolt")] == [
        {"A": 5, "B": 3, "SUB-S1": 2}, {"A": 3, "B": 3, "SUB-S1": 4}, {"B": 2, "SUB-S1": 8},
    ]  # fmt: skip
    assert sent.lines.count() == 3
    shop.do(services.undo_subcontract_transfer, document_id=sent.pk)
    assert all(stands(shop.items[code]) == FILLED for code in ("casting", "shaft", "bolt"))


def test_returned_into_the_bin_of_the_rule_or_the_one_named(binned: Shop) -> None:
    shop = binned
    order = shop.order("4")
    shop.issue(order, "shaft", "7")
    assert stands(shop.items["shaft"]) == {"B": 3}
    shop.do(store.create_put_away_rule, warehouse=shop.raw.pk, strategy="same_item")
    material = shop.material(order, "shaft").pk
    shop.do(services.return_materials, lines=[services.ReturnInput(material, D(2))])
    assert stands(shop.items["shaft"]) == {"B": 5}
    there = Location.objects.get(code="A")
    shop.do(services.return_materials, lines=[services.ReturnInput(material, D(1), location_id=there.pk)])
    assert stands(shop.items["shaft"]) == {"A": 1, "B": 5}
    with pytest.raises(DomainError) as refusal:
        shop.do(
            services.return_materials, lines=[services.ReturnInput(material, D(1), is_good=False, location_id=there.pk)]
        )
    assert refusal.value.code == "bad_place_in" and stands(shop.items["shaft"]) == {"A": 1, "B": 5}


def test_the_return_dialog_names_the_place(binned: Shop) -> None:
    shop = binned
    order = shop.order("4")
    shop.issue(order, "shaft", "7")
    client = client_of(shop.boss)
    address = f"/production/orders/{order.pk}/verb/return_materials"
    dialog = client.get(address).content.decode()
    assert 'name="location"' in dialog and order.item.name not in dialog, "the product is not what comes back"
    there, shaft = Location.objects.get(code="A"), shop.items["shaft"].pk

    def send(**more: Any) -> Any:
        return client.post(
            address, {"component": shaft, "returned": "1", "is_good": "on", "request_id": str(uuid4()), **more}
        )

    assert send(location=there.pk).status_code == 302 and stands(shop.items["shaft"]) == {"A": 1, "B": 3}
    answer = send(location=there.pk, into=shop.finished.pk)
    assert answer.status_code == 422 and "another warehouse" in answer.content.decode()
    assert "no such component" in send(component=shop.items["pump"].pk).content.decode()
    assert send(location=there.pk, is_good="").status_code == 422 and stands(shop.items["shaft"]) == {"A": 1, "B": 3}
