"""Output of many kinds in one receipt: the page, programs, co-products, parts; what the pieces cannot have given is refused."""

import json
import re
import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance, Lot, Reservation
from gongfang.ledger.services import create_location
from gongfang.masterdata.models import Bom, BomOutput, Item
from gongfang.platform.identity import services as identity
from gongfang.production import services
from gongfang.production.models import OutputReceipt, WorkOrder
from gongfang.production.rules import OutputCheck, Step, output_for, output_problems, pieces_through
from tests.production.shop import Shop

STEPS = [Step(10, (), D(8), D(9)), Step(20, (10,), D(4), D(5))]


@pytest.mark.parametrize(
    ("steps", "kind", "pieces"), [([], "co", None), (STEPS, "co", 5), (STEPS, "by", 9), (STEPS[:1], "co", 9)]
)
def test_pieces_that_can_have_given_further_output(steps: list[Step], kind: str, pieces: int | None) -> None:
    assert pieces_through(steps, kind) == pieces


# planned for 10 pieces, of which `through` are through; received before, about to be received, what is wrong
TABLE = [
    ("20", "0", 10, "0", "20", []),
    ("20", "0", 10, "0", "20.000001", ["over_receipt", "not_come"]),
    ("20", "0.05", 10, "0", "21", []),
    ("20", "0.05", 10, "1", "20.000001", ["over_receipt", "not_come"]),
    ("20", "0", 5, "0", "10", []),
    ("20", "0", 5, "0", "10.000001", ["not_come"]),
    ("20", "0.1", 5, "6", "5", []),
    ("20", "0.1", 5, "6", "5.1", ["not_come"]),
    ("20", "0", 0, "0", "0.000001", ["not_come"]),
    ("20", "0", None, "0", "20", []),
    ("20", "0", None, "15", "6", ["over_receipt"]),
    ("1", "0", 1, "0", "1", []),  # the drum that is begun
    ("20", "0", 10, "0", "0", ["not_positive"]),
]


@pytest.mark.parametrize(("planned", "tolerance", "through", "received", "quantity", "codes"), TABLE)
def test_further_output_has_the_tolerance_of_the_product(
    planned: str, tolerance: str, through: int | None, received: str, quantity: str, codes: list[str]
) -> None:
    ready = None if through is None else output_for(D(planned), D(10), D(through), 0)
    check = OutputCheck(
        "GD", "chips", "lines.0", D(planned), D(tolerance), D(received), None if through is None else D(through), ready, D(quantity)
    )  # fmt: skip
    assert [problem.code for problem in output_problems(check)] == codes


def client_of(shop: Shop, language: str = "en") -> Client:
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = language
    return client


def with_rotor(shop: Shop) -> WorkOrder:
    """Ten pumps, and with each a rotor as co-product that bears a fifth of the cost."""
    shop.item("rotor", "finished", "0", source="make", default_warehouse=shop.finished)
    bom = Bom.objects.get(item=shop.items["pump"])
    BomOutput.objects.create(bom=bom, item=shop.items["rotor"], quantity=D(1), kind="co", cost_share=D("0.2"))
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    return order


def form_of(page: str) -> dict[str, Any]:
    names = "order|output|quantity|lot|serials|warehouse|location|second"
    form: dict[str, Any] = {}
    for tag in re.findall(rf'<input[^>]*name="(?:{names})"[^>]*>', page):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name and value
        form.setdefault(name[1], []).append(value[1])
    form["warehouse"] = [re.search(r'value="(\d+)" selected', part) for part in page.split("<select")[1:]]
    form["warehouse"] = [found[1] if found else "" for found in form["warehouse"]]
    return form | {"request_id": str(uuid.uuid4())}


def test_the_page_receives_part_by_lot_and_place(shop: Shop) -> None:
    """Six of ten through: pumps in two lots, rotors with them into a bin; the rest later; nothing twice, nothing that is not there."""
    order = with_rotor(shop)
    shop.report(order, 10, "10")
    shop.report(order, 20, "6")
    client = client_of(shop)
    address = f"/production/receive/?order={order.pk}"
    form = form_of(client.get(address).content.decode())
    assert form["quantity"] == ["6", "6"] and form["lot"][0] == order.number
    rack = shop_bin(shop)
    for name, values in {
        "order": [str(order.pk)] * 3, "output": ["", "", form["output"][1]], "quantity": ["4", "2", "7"], "lot": ["A", "B", ""],
        "serials": [""] * 3, "second": [""] * 3, "warehouse": [str(shop.finished.pk)] * 3, "location": ["", "", str(rack.pk)], "place": [""] * 3,
    }.items():  # fmt: skip
        form[name] = values
    refused = client.post(address, form)
    assert refused.status_code == 422 and "6 pieces give 6 of rotor" in refused.content.decode()
    assert 'value="7"' in refused.content.decode() and not OutputReceipt.objects.exists()
    form |= {"quantity": ["4", "2", "6"], "request_id": str(uuid.uuid4())}
    assert client.post(address, form).status_code == 302 and client.post(address, form).status_code == 302
    lines = OutputReceipt.objects.get().lines.order_by("line_no")
    told = list(lines.values_list("item__code", "lot__code", "quantity"))
    assert told == [("pump", "A", 4), ("pump", "B", 2), ("rotor", None, 6)]
    assert Balance.objects.get(item=shop.items["rotor"], location=rack).quantity == 6
    assert form_of(client.get(address).content.decode())["quantity"] == ["", ""]
    shop.report(order, 20, "4")
    shop.do(services.receive_orders, order_ids=[order.pk])
    order = shop.fresh(order)
    assert order.stage == "completed" and order.outputs.get().received_quantity == 10
    assert (
        order.received_value == D("1955.00") and order.number not in client.get("/production/receive/").content.decode()
    )


def test_the_page_offers_what_may_come_in_now(shop: Shop) -> None:
    """Of five orders one is through, one waits for its inspection, one has turned only, one is whole: one is offered, by the switch four."""
    shop.stock_up()
    through, turned, whole, begun, gone = (shop.order("2") for _n in range(5))
    for order, steps in ((through, (10, 20)), (turned, (10,)), (whole, (10, 20)), (gone, (10, 20))):
        for number in steps:
            shop.report(order, number, "2")
    shop.report(begun, 10, "1")
    shop.receive(gone, "2")
    shop.receive(whole, "1")
    client = client_of(shop)
    page = client.get("/production/receive/").content.decode()
    assert [order.number in page for order in (through, turned, whole, begun, gone)] == [
        True,
        False,
        True,
        False,
        False,
    ]
    every = client.get("/production/receive/?all=1").content.decode()
    assert [order.number in every for order in (through, turned, whole, begun, gone)] == [True, True, True, True, False]
    assert 'name="all" value="1" checked' in every and 'name="all" value="1" checked' not in page
    Item.objects.update(inspect_final=True)
    assert through.number not in client.get("/production/receive/").content.decode(), "not inspected"
    chosen = client.get(f"/production/receive/?order={through.pk}").content.decode()
    assert through.number in chosen, "what is asked for by name is shown all the same"
    Item.objects.update(inspect_final=False)
    with CaptureQueriesContext(connection) as one:
        client.get("/production/receive/")
    for _n in range(4):
        more = shop.order("1")
        for number in (10, 20):
            shop.report(more, number, "1")
    with CaptureQueriesContext(connection) as many:
        client.get("/production/receive/")
    assert len(many) <= len(one)


def shop_bin(shop: Shop) -> Any:
    from gongfang.ledger import queries as ledger

    ledger.store_of(shop.finished)  # made when it is first asked for
    return shop.do(create_location, code="F-01", name="F-01", warehouse=shop.finished.pk)


def test_a_place_in_another_warehouse_is_refused(shop: Shop) -> None:
    order = with_rotor(shop)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    with pytest.raises(DomainError) as refusal:
        shop.receive(order, "1", warehouse_id=shop.raw.pk, location_id=shop_bin(shop).pk)
    assert refusal.value.code == "bad_place_in" and not OutputReceipt.objects.exists()


def test_parts_come_only_out_of_what_was_issued(shop: Shop) -> None:
    """A disassembly order on the page: parts in proportion to the products that are in it; one button takes the rest."""
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    apart = shop.do(services.create_disassembly, item_id=shop.items["pump"].pk, quantity=D(2))
    shop.approve(apart)
    shop.do(services.release_orders, order_ids=[apart.pk])
    client = client_of(shop)
    address = f"/production/receive/?order={apart.pk}"
    assert form_of(client.get(address).content.decode())["quantity"] == ["", "", ""]
    shaft = apart.outputs.get(item=shop.items["shaft"])
    with pytest.raises(DomainError) as refusal:
        shop.receive(apart, "1", output_id=shaft.pk)
    assert refusal.value.code == "not_come"
    lot = order.lot_uses.get(role="produced").lot_id
    shop.issue(apart, "pump", "1", lot_id=lot)
    form = form_of(client.get(address).content.decode())
    assert form["quantity"] == ["1", "2", "4"]
    assert client.post(address, form).status_code == 302
    assert shop.fresh(apart).wip == 0  # one pump in, all its parts out
    shop.issue(apart, "pump", "1", lot_id=lot)
    shop.do(services.receive_orders, order_ids=[apart.pk])
    assert {row.item.code: row.received_quantity for row in apart.outputs.select_related("item")} == {
        "casting": 2,
        "shaft": 4,
        "bolt": 8,
    }
    assert shop.fresh(apart).received_value == D("391.00") == shop.fresh(apart).actual_material


def test_serial_numbers_are_typed_as_a_range(shop: Shop) -> None:
    shop.items["pump"].tracking = "serial"
    shop.items["pump"].save()
    shop.stock_up()
    order = shop.order("3")
    shop.pick(order)
    shop.report(order, 10, "3")
    shop.report(order, 20, "3")
    for text, code in (("P1-P2", "serial_count"), ("P1, P1, P2", "serial_count"), ("P9-P1", "bad_serials")):
        with pytest.raises(DomainError) as refusal:
            shop.receive(order, "3", serials=text)
        assert refusal.value.code == code
    lines = shop.receive(order, "3", serials="P1-P2, X7").lines.order_by("line_no")
    assert [line.lot.code for line in lines] == ["P1", "P2", "X7"]


def test_an_order_that_all_came_of_keeps_no_material(shop: Shop) -> None:
    """Casting and shafts were reserved and never fetched; the last receipt completes the order, and others may have them."""
    shop.stock_up()
    order = shop.order("10")
    shop.do(services.reserve_materials, order_ids=[order.pk])
    for number in (10, 20):
        shop.report(order, number, "10")
    assert Reservation.objects.count() == 2
    shop.receive(order, "10")
    assert shop.fresh(order).stage == "completed" and not Reservation.objects.exists()


def test_serial_numbers_are_the_first_free_ones_and_those_that_went_into_a_rework(shop: Shop) -> None:
    """Three come, two more, the three go back: they get their numbers again, not those of the two. Reworked pieces keep theirs."""
    shop.items["pump"].tracking = "serial"
    shop.items["pump"].save()
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    for number in (10, 20):
        shop.report(order, number, "10")

    def come(document: OutputReceipt) -> list[str]:
        return [
            code.rpartition("-")[2] for code in document.lines.order_by("line_no").values_list("lot__code", flat=True)
        ]

    first, second = shop.receive(order, "3"), shop.receive(order, "2")
    assert (come(first), come(second)) == (["001", "002", "003"], ["004", "005"])
    shop.do(services.undo_receipt, document_id=first.pk)
    both = [services.ReceiptInput(order.pk, D(1)), services.ReceiptInput(order.pk, D(3))]
    assert come(shop.do(services.receive_output, lines=both)) == ["001", "002", "003", "006"]
    rework = shop.do(services.create_rework, document_id=order.pk, quantity=D(2), reason="x")
    shop.approve(rework)
    shop.do(services.release_orders, order_ids=[rework.pk])
    material = rework.materials.get()
    lots = [Lot.objects.get(code=f"{order.number}-00{n}") for n in (2, 5)]
    lines = [services.IssueInput(material.pk, D(1), lot.pk, shop.finished.pk) for lot in lots]
    shop.do(services.issue_materials, lines=lines)
    shop.report(rework, rework.operations.get().operation_no, "2")
    assert list(shop.receive(rework, "1").lines.values_list("lot__code", flat=True)) == [lots[0].code]
    assert list(shop.receive(rework, "1").lines.values_list("lot__code", flat=True)) == [lots[1].code]


def test_programs_receive_what_pages_receive(shop: Shop) -> None:
    """One order by its own address, many lines by that of receipts."""
    order = with_rotor(shop)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    client = Client()
    headers = {"Authorization": f"Bearer {identity.create_token(actor=shop.boss, name='t')[1]}"}

    def post(path: str, body: Any) -> Any:
        return client.post(f"/api/v1/production/{path}", json.dumps(body), "application/json", headers=headers)

    answer = post(f"orders/{order.pk}/receive_output", {"received": "3", "lot_code": "A"})
    assert answer.status_code == 200 and answer.json()["resource"] == "production/receipts", answer.content
    rotor = order.outputs.get()
    lines = [
        {"order": order.pk, "quantity": "2", "lot_code": "B", "warehouse": shop.finished.pk},
        {"order": order.pk, "output": rotor.pk, "quantity": "11"},
    ]
    answer = post("receipts/", {"lines": lines})
    assert answer.status_code == 422 and answer.json()["problems"][0]["where"] == "lines.1.quantity", answer.content
    lines[1]["quantity"] = "5"
    answer = post("receipts/", {"lines": lines, "on": shop.today.isoformat()})
    assert answer.status_code == 200, answer.content
    assert shop.fresh(order).received_quantity == 5 and order.outputs.get().received_quantity == 5
    shown = client.get(f"/api/v1/production/receipts/{answer.json()['ids'][0]}", headers=headers).json()
    assert [D(line["quantity"]) for line in shown["lines"]] == [2, 5]
    page = client_of(shop).get(f"/production/receipts/{answer.json()['ids'][0]}/").content.decode()
    assert "rotor" in page and order.number in page
    assert client_of(shop).get(f"/production/outputs/{rotor.pk}/").status_code == 200
    assert client_of(shop).get("/production/receipts/new").status_code == 200


def test_the_order_leads_to_the_page(shop: Shop) -> None:
    order = with_rotor(shop)
    client = client_of(shop)
    assert (
        f'href="/production/receive/?order={order.pk}"'
        in client.get(f"/production/orders/{order.pk}/").content.decode()
    )
    assert client.get(f"/production/orders/{order.pk}/verb/receive_output").status_code == 302
    answer = client.post("/production/orders/batch/receive_output", {"pk": [order.pk], "request_id": str(uuid.uuid4())})
    assert answer.headers["HX-Redirect"] == f"/production/receive/?order={order.pk}"


def test_the_scan_station_receives_product_and_co_product(shop: Shop) -> None:
    order = with_rotor(shop)
    rotor = order.outputs.get()
    client = client_of(shop)
    assert order.number not in client.get("/inventory/scan/?task=receive").content.decode()
    shop.report(order, 10, "10")
    shop.report(order, 20, "6")
    assert order.number in client.get("/inventory/scan/?task=receive").content.decode()
    page = client.get(f"/inventory/scan/output/{order.pk}").content.decode()
    assert "rotor" in page and f"{order.number}" in page

    def finish(product: str, of_rotor: str) -> Any:
        lines = [
            {"key": 0, "quantity": product, "lots": [{"lot": None, "code": "A", "quantity": product}]},
            {"key": rotor.pk, "quantity": of_rotor, "lots": []},
        ]
        body = {"task": "receive", "kind": "output", "key": order.pk, "request_id": str(uuid.uuid4()), "lines": lines}
        return client.post("/inventory/scan/finish", json.dumps(body), content_type="application/json")

    refused = finish("6", "7")
    assert refused.status_code == 422 and not OutputReceipt.objects.exists(), refused.content
    assert finish("6", "5").status_code == 200
    told = list(
        OutputReceipt.objects.get().lines.order_by("line_no").values_list("item__code", "lot__code", "quantity")
    )
    assert told == [("pump", "A", 6), ("rotor", None, 5)]
