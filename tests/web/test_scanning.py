"""Scanned into an entry form: lines counted up and begun, lots and serials, places of the header; what fits nothing is told."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.inventory import services as inventory
from gongfang.inventory.services import PackedInput
from gongfang.ledger.models import Lot
from gongfang.platform.identity.models import User
from tests.trading import D, Trade
from tests.web.conftest import browser_of


@pytest.fixture
def trade(db) -> Trade:
    return Trade()


def scan(trade, screen, code, rows=(), user=None, document="", **header):
    """(status, answer) of a code scanned above the lines of a new document."""
    answer = browser_of(user or trade.boss).post(
        f"/-/scan/{screen}/lines?document={document}", json.dumps({"code": code, "rows": list(rows), "header": header}), content_type="application/json"
    )  # fmt: skip
    return answer.status_code, answer.json() if answer["Content-Type"].startswith("application/json") else {}


def row(item, lot=""):
    return {"item": str(item), "lot": str(lot)}


def test_goods_begin_a_line_then_count_it_up(trade):
    wheel, pump = trade.items["wheel"], trade.items["pump"]
    status, begun = scan(trade, "inventory/transfers", "wheel", source="", target="")
    assert (status, begun["new"]["id"], begun["add"], begun["set"]) == (200, wheel.pk, "1", {})
    assert begun["new"]["fill"]["item_name"]["value"] == "wheel"
    wheel.barcodes.create(code="4006381333931", unit=trade.box)
    wheel.units.create(unit=trade.box, numerator=12, denominator=1)
    _, again = scan(trade, "inventory/transfers", "4006381333931", [row(pump.pk), row(""), row(wheel.pk)])
    assert (again["row"], again["add"]) == (2, "12")


def test_places_fill_the_header_in_their_order(trade):
    w1, w2 = trade.place("W1"), trade.place("W2")
    _, first = scan(trade, "inventory/transfers", "W1", source="", target="")
    assert (first["place"]["name"], first["place"]["value"]) == ("source", str(w1.pk))
    _, second = scan(trade, "inventory/transfers", "W2", source=str(w1.pk), target="")
    assert (second["place"]["name"], second["place"]["value"]) == ("target", str(w2.pk))
    status, refused = scan(trade, "inventory/other-issues", "W1")
    assert status == 409 and "none is asked for here" in refused["problems"][0]


def test_lots_and_serials(trade):
    trade.stock("casting", 5, "50", "L1")
    trade.stock("casting", 5, "50", "L2")
    trade.stock("motor", 1, "50", "SN1")
    casting, motor = trade.items["casting"].pk, trade.items["motor"].pk
    lots = dict(Lot.objects.values_list("code", "pk"))
    _, begun = scan(trade, "inventory/other-issues", "L1")
    assert begun["set"] == {"lot": {"value": str(lots["L1"]), "label": "L1"}}
    held = [row(casting, lots["L1"])]
    assert scan(trade, "inventory/other-issues", "L1", held)[1]["row"] == 0
    assert "new" in scan(trade, "inventory/other-issues", "L2", held)[1], "another lot is another line"
    assert scan(trade, "inventory/other-issues", "L2", [*held, row(casting)])[1]["row"] == 1, (
        "the line without a lot takes it"
    )
    status, refused = scan(trade, "inventory/other-issues", "SN1", [row(motor, lots["SN1"])])
    assert status == 409 and "SN1 of motor was scanned already" in refused["problems"][0]


def test_orders_are_asked_what_is_open(trade):
    order = trade.order("S1", shaft=3)
    trade.order("S2", wheel=3)
    line = order.lines.get()
    supplier = str(trade.partners["S1"].pk)
    _, begun = scan(trade, "purchasing/receipts", "shaft", supplier=supplier)
    assert begun["new"]["id"] == line.pk and begun["new"]["label"].endswith("shaft")
    assert scan(trade, "purchasing/receipts", "shaft", [row(line.pk)], supplier=supplier)[1]["row"] == 0
    status, refused = scan(trade, "purchasing/receipts", "wheel", supplier=supplier)
    assert status == 409 and "no open line has it" in refused["problems"][0]
    receipt = trade.receive(order)
    assert scan(trade, "purchasing/receipts", "shaft", supplier=supplier)[0] == 409, "all of it has come"
    trade.stock("motor", 1, "50", "SN1")
    trade.stock("motor", 1, "50", "SN2")
    sold = trade.sell("C1", motor=2).lines.get()
    customer = str(trade.partners["C1"].pk)
    assert scan(trade, "sales/shipments", "SN1", customer=customer)[1]["set"]["serials"]["value"] == "SN1"
    _, more = scan(trade, "sales/shipments", "SN2", [row(sold.pk, "SN1")], customer=customer)
    assert (more["row"], more["set"]["serials"]["value"]) == (0, "SN1, SN2")
    status, refused = scan(trade, "sales/shipments", receipt.number, customer=customer)
    assert status == 409 and "scan an item" in refused["problems"][0]


def test_counts_are_counted_up(trade):
    _, begun = scan(trade, "inventory/counts", "wheel", location="")
    assert begun["new"]["id"] == trade.items["wheel"].pk
    trade.place("W1")
    assert scan(trade, "inventory/counts", "W1", location="")[1]["place"]["name"] == "location"


def test_nonsense_and_strangers_are_refused(trade):
    status, refused = scan(trade, "inventory/transfers", "nonsense")
    assert status == 404 and "“nonsense” is no item" in refused["problems"][0]
    assert scan(trade, "masterdata/items", "wheel")[0] == 422
    assert scan(trade, "inventory/transfers", "wheel", user=User.objects.create(username="stranger"))[0] == 403


def test_the_statements_do_not_depend_on_the_lines(trade):
    counts = []
    for size in (2, 200):
        rows = [row(trade.items["pump"].pk, "x") for _ in range(size)]
        with CaptureQueriesContext(connection) as seen:
            scan(trade, "inventory/transfers", "wheel", rows)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_package_fills_a_line_for_all_that_is_in_it(trade):
    trade.stock("shaft", 20, "200")
    trade.stock("casting", 5, "50", "L1")
    trade.stock("motor", 1, "50", "SN1")
    trade.stock("motor", 1, "50", "SN2")
    lots, place, pks = dict(Lot.objects.values_list("code", "pk")), trade.place("W1").pk, {code: item.pk for code, item in trade.items.items()}  # fmt: skip
    pallet = trade.do(inventory.pack, location=place, kind="pallet", code="006141411234567890")
    for code, lines in {
        "BOX1": [PackedInput(pks["shaft"], D(6)), PackedInput(pks["motor"], D(1), lots["SN1"])],
        "BOX2": [PackedInput(pks["shaft"], D(2)), PackedInput(pks["casting"], D(5), lots["L1"]), PackedInput(pks["motor"], D(1), lots["SN2"])],
    }.items():  # fmt: skip
        trade.do(inventory.pack, location=place, code=code, lines=lines, parent=pallet.pk)
    held = [row(""), row(pks["shaft"]), {**row(pks["casting"]), "unit": str(trade.box.pk)}]
    status, found = scan(trade, "inventory/other-issues", "(00)006141411234567890", held)
    assert (status, found["said"]) == (200, "006141411234567890 · W1: 4")
    told = [(one.get("row"), one.get("new", {}).get("id"), one["add"], one["set"].get("lot", {}).get("label")) for one in found["several"]]  # fmt: skip
    assert told == [
        (None, pks["casting"], "5", "L1"), (None, pks["motor"], "1", "SN1"), (None, pks["motor"], "1", "SN2"), (1, None, "8", None),
    ]  # fmt: skip
    order = trade.sell("C1", motor=2, shaft=8)
    lines = {line.item.code: line.pk for line in order.lines.select_related("item")}
    customer = str(trade.partners["C1"].pk)
    status, refused = scan(trade, "sales/shipments", "BOX2", customer=customer)
    assert status == 409 and len(refused["problems"]) == 1 and "casting" in refused["problems"][0]
    _, found = scan(trade, "sales/shipments", "BOX1", [row(lines["shaft"])], customer=customer)
    assert [one.get("row", one.get("new", {}).get("id")) for one in found["several"]] == [lines["motor"], 0]
    status, refused = scan(
        trade, "inventory/other-issues", trade.do(inventory.pack, location=place, kind="pallet").code
    )
    assert status == 409 and "is empty" in refused["problems"][0]


def test_statements_of_a_package_do_not_depend_on_its_goods(trade):
    codes = [f"part{n}" for n in range(12)]
    for code in codes:
        trade.item(code)
        trade.stock(code, 2, "20")
    counts = []
    for size in (2, 10):
        lines = [PackedInput(trade.items[code].pk, D(1)) for code in codes[:size]]
        package = trade.do(inventory.pack, location=trade.place("W1").pk, lines=lines)
        with CaptureQueriesContext(connection) as seen:
            assert len(scan(trade, "inventory/transfers", package.code)[1]["several"]) == size
        counts.append(len(seen))
    assert counts[0] == counts[1]
