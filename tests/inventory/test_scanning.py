"""Codes and what they stand for, labels, scan stations and the counting page: right ones, wrong ones, forbidden ones."""

import json
import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.inventory import services
from gongfang.inventory.models import Package
from gongfang.inventory.queries import resolve
from gongfang.inventory.queries.scanning import lot_label
from gongfang.inventory.services import PackedInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger.services import create_location
from gongfang.masterdata.models import Item, ItemBarcode, ItemUnit, Unit
from gongfang.platform.identity.models import DataScope, Role, User
from gongfang.platform.verification import run_all
from gongfang.ui.barcodes import WIDTHS, can_encode, code128_svg, symbols
from gongfang.ui.labels import Label, fits, labels_pdf

SSCC = "006141411234567890"


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


@pytest.fixture
def page(store) -> Client:
    client = Client()
    client.force_login(store.user)
    return client


def send(page: Client, url: str, **body: Any) -> Any:
    return page.post(url, json.dumps({"request_id": str(uuid.uuid4()), **body}), content_type="application/json")


def test_what_codes_stand_for(store, do):
    shaft, casting = store.items["shaft"], store.items["casting"]
    Item.objects.filter(pk=shaft.pk).update(barcode="6901234567892")
    box = Unit.objects.create(code="box", name="箱")
    ItemUnit.objects.create(item=shaft, unit=box, numerator=12)
    ItemBarcode.objects.create(item=shaft, code="BOX-12", unit=box)
    lot = store.lot("casting", "B1")
    store.receive("shaft", "5", "5.00")
    package = do(services.pack, location=store.at("W1").pk, lines=[PackedInput(shaft.pk, D(2))])
    Package.objects.create(code=SSCC, location=store.at("W1"))
    transfer = do(
        services.create_transfer,
        source=store.at("W1").pk,
        target=store.at("W2").pk,
        lines=[StockLineInput(shaft.pk, D(1))],
    )
    cases = {
        "shaft": ("item", shaft.pk, D(1), None), "6901234567892": ("item", shaft.pk, D(1), None), "BOX-12": ("item", shaft.pk, D(12), None),
        " shaft\r\n": ("item", shaft.pk, D(1), None), "B1": ("lot", casting.pk, D(1), lot), lot_label("casting", "B1"): ("lot", casting.pk, D(1), lot),
        "(01)06901234567892(30)5": ("item", shaft.pk, D(5), None), "(01)casting(10)B1": ("lot", casting.pk, D(1), lot),
        "]C10106901234567892305": ("item", shaft.pk, D(5), None), "0106901234567892" + "10X\x1d" + "305": ("item", shaft.pk, D(5), None),
        "]E06901234567892": ("item", shaft.pk, D(1), None), "]Q1shaft": ("item", shaft.pk, D(1), None), "]C1" + "00" + SSCC: ("package", None, D(1), None),
        "]d20106901234567892" + "17261231" + "10B1\x1d" + "3740": ("item", shaft.pk, D(40), None), "W1": ("location", None, D(1), None),
        package.code: ("package", None, D(1), None), transfer.number: ("document", None, D(1), None),
        f"http://any.host/inventory/transfers/{transfer.pk}/": ("document", None, D(1), None),
    }  # fmt: skip
    for text, expected in cases.items():
        with CaptureQueriesContext(connection) as seen:
            found = resolve(store.user, text)
        assert (found.kind, found.item_id, found.factor, found.lot_id) == expected, text
        assert len(seen) <= 14, text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "nothing",
        "x" * 201,
        "a\x00b",
        "L|shaft|no",
        "L|",
        "(01)no",
        "http://h/inventory/transfers/999999/",
        "SUPPLIER",
        "' OR 1=1 --",
    ],
)
def test_codes_that_stand_for_nothing(store, text):
    with pytest.raises(DomainError) as refusal:
        resolve(store.user, text)
    assert refusal.value.code == "code_unknown"


def test_a_lot_of_two_items_asks_for_the_item(store):
    store.item("other", tracking="lot")
    store.lot("casting", "SAME"), store.lot("other", "SAME")
    with pytest.raises(DomainError) as refusal:
        resolve(store.user, "SAME")
    assert refusal.value.code == "code_ambiguous"


def test_code_128_as_the_standard_has_it():
    assert len(WIDTHS) == 107 and all(sum(map(int, bars)) == 11 for bars in WIDTHS[:106]) and len(set(WIDTHS)) == 107
    assert symbols("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]  # 54 with start A
    assert symbols("1234") == [105, 12, 34, (105 + 12 + 68) % 103, 106]
    assert symbols("A123456")[:6] == [104, 33, 99, 12, 34, 56]
    assert symbols("12345")[:3] == [104, 17, 99]
    for text in ("", "零件", "a\n"):
        assert not can_encode(text)
        with pytest.raises(ValueError, match="ASCII"):
            symbols(text)
    assert code128_svg("AB").count("M") == 3 * 4 + 4


def test_labels_are_read_back(store):
    """The printed label, drawn as a picture, gives back its code."""
    assert fits("A" * 17) and not fits("A" * 18) and fits("1" * 34) and not fits("零")
    pdf = labels_pdf([Label("轴 shaft", "L|shaft|B1", ["中文规格 φ20"], "B1")] * 3)
    assert pdf.startswith(b"%PDF") and len(pdf) > 2000
    assert labels_pdf([Label("a", "b")], paper="a4", skip=5).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=masterdata/items&codes=shaft,wheel&copies=2", 200),
        ("kind=inventory/locations&codes=W1&paper=a4&skip=3", 200),
        ("kind=masterdata/items&codes=nope", 422),
        ("kind=masterdata/items&codes=", 422),
        ("kind=masterdata/items&codes=shaft&copies=0", 422),
        ("kind=masterdata/items&codes=shaft&copies=101", 422),
        ("kind=masterdata/items&codes=shaft&copies=x", 422),
        ("kind=masterdata/items&codes=shaft&skip=21", 422),
        ("kind=no/such&codes=shaft", 422),
    ],
)
def test_label_pages(page, store, query, status):
    store.at("W1")
    answer = page.get(f"/inventory/labels/?pdf=1&{query}")
    assert answer.status_code == status
    assert (answer.headers["Content-Type"] == "application/pdf") == (status == 200)


def test_the_phone_counts(page, store, do):
    store.receive("shaft", "3", "3.00")
    count = do(services.open_count, location=store.at("W1").pk, is_blind=True)
    url = f"/inventory/counting/{count.pk}"
    sheet = page.get(url)
    assert sheet.status_code == 200 and b'"book": null' in sheet.content
    one = {"code": "shaft", "request_id": str(uuid.uuid4())}
    for _ in range(2):  # the same scan sent twice counts once
        answer = send(page, f"{url}/tally", **one)
    assert answer.json()["line"]["counted"] == "1"
    assert send(page, f"{url}/tally", code="wheel").json()["codes"] == ["not_on_sheet"]
    assert send(page, f"{url}/tally", code="wheel", new=True).json()["line"]["counted"] == "1"
    assert send(page, f"{url}/tally", code="W1").json()["codes"] == ["not_goods"]
    assert send(page, f"{url}/tally", code="nope").status_code == 404
    for bad in (
        {"quantity": "abc"},
        {"quantity": "1e99"},
        {"quantity": "0.0000001"},
        {"at": "yesterday"},
        {"request_id": "x"},
    ):
        assert send(page, f"{url}/tally", **{"code": "shaft", **bad}).status_code == 422, bad
    assert page.post(f"{url}/tally", "no json", content_type="application/json").status_code == 422
    assert (
        send(page, f"{url}/tally", item=store.items["shaft"].pk, lot=None, quantity="3", adds=False).json()["line"][
            "counted"
        ]
        == "3"
    )
    assert send(page, f"{url}/finish").json()["state"] == "submitted"
    assert send(page, f"{url}/tally", code="shaft").status_code == 404, "it is not open any more"


def test_stations_put_away_and_transfer(page, store, do):
    bin_ = do(create_location, code="A-01", name="A-01", warehouse=store.at("W1").warehouse_id)
    store.receive("shaft", "5", "5.00")
    do(services.create_put_away_rule, warehouse=bin_.warehouse_id, strategy="empty")
    answer = send(page, "/inventory/scan/resolve", code="shaft", place=store.at("W1").pk, propose=True).json()
    assert (answer["present"], answer["bin"]["id"]) == ("5", bin_.pk)
    for task in ("receive", "put_away", "pick", "transfer", "nonsense"):
        assert page.get(f"/inventory/scan/?task={task}").status_code == 200
    line = {"item": store.items["shaft"].pk, "quantity": "2", "bin": bin_.pk}
    assert (
        send(page, "/inventory/scan/finish", task="put_away", source=store.at("W1").pk, lines=[line]).status_code == 200
    )
    assert store.on_hand("shaft") == 3
    moved = {"item": store.items["shaft"].pk, "quantity": "1"}
    body = {"task": "transfer", "source": store.at("W1").pk, "target": store.at("W2").pk, "lines": [moved]}
    request = str(uuid.uuid4())
    for _ in range(2):
        assert send(page, "/inventory/scan/finish", request_id=request, **body).status_code == 200
    assert store.on_hand("shaft", "W2") == 1
    for bad, status in (
        ({"lines": []}, 422),
        ({"lines": "x"}, 422),
        ({"task": "?"}, 422),
        ({"target": "x"}, 422),
        ({"lines": [{**moved, "quantity": "99"}]}, 409),
    ):
        assert send(page, "/inventory/scan/finish", **{**body, **bad}).status_code in (status, 409), bad
    assert store.on_hand("shaft", "W2") == 1


def test_transfers_on_their_way_are_received_by_scanning(page, store, do):
    store.receive("shaft", "5", "5.00")
    document = do(
        services.create_transfer,
        source=store.at("W1").pk,
        target=store.at("W2").pk,
        in_two_steps=True,
        lines=[StockLineInput(store.items["shaft"].pk, D(4))],
    )
    do(services.approve_transfer, document_id=document.pk)
    assert document.number.encode() in page.get("/inventory/scan/?task=receive").content
    assert page.get(f"/inventory/scan/transit/{document.pk}").status_code == 200
    (line,) = document.lines.all()
    body = {"kind": "transit", "key": document.pk}
    assert send(page, "/inventory/scan/finish", **body, lines=[{"key": line.pk, "quantity": "5"}]).json()["codes"] == [
        "more_than_in_transit"
    ]
    assert send(page, "/inventory/scan/finish", **body, lines=[{"key": line.pk, "quantity": "0"}]).json()["codes"] == [
        "nothing_scanned"
    ]
    assert send(page, "/inventory/scan/finish", **body, lines=[{"key": line.pk, "quantity": "4"}]).status_code == 200
    assert store.on_hand("shaft", "W2") == 4


PAGES = ["/inventory/keeper/", "/inventory/scan/", "/inventory/counting/", "/inventory/labels/", "/inventory/accuracy/", "/inventory/idle/", "/inventory/alerts/",
         "/inventory/alert-rules/", "/inventory/count-plans/", "/inventory/conversions/", "/inventory/packages/", "/inventory/put-away-rules/", "/inventory/picking-rules/"]  # fmt: skip


@pytest.mark.parametrize("url", PAGES)
def test_pages_open_for_the_keeper_and_not_for_strangers(page, store, url):
    assert page.get(url).status_code == 200
    stranger = User.objects.create(username="nobody", name="nobody")
    stranger.roles.add(Role.objects.create(code="none", name="none"))
    other = Client()
    assert other.get(url).status_code == 302
    other.force_login(stranger)
    assert other.get(url).status_code == 403


def test_money_is_not_shown_to_who_may_not_see_it(page, store):
    role = Role.objects.create(code="plain", name="plain")
    for name in ("inventory.view_documents", "inventory.act_on_alert", "ledger.view_stock"):
        role.permissions.create(permission=name)
    keeper = User.objects.create(username="k", name="k")
    keeper.roles.add(role)
    services.ensure_rules()
    Item.objects.filter(pk=store.items["shaft"].pk).update(max_stock=D(1))
    store.receive("shaft", "5", "7777.00")
    services.look()
    client = Client()
    client.force_login(keeper)
    for url in ("/inventory/idle/", "/inventory/alerts/", "/inventory/accuracy/", "/"):
        assert page.get(url).status_code == 200
        assert "6,221" not in client.get(url).content.decode(), url
    assert "6,221.60" in page.get("/inventory/idle/").content.decode()


def test_a_keeper_counts_in_their_own_warehouse(page, store, do):
    store.receive("shaft", "3", "3.00", to="W2")
    count = do(services.open_count, location=store.at("W2").pk)
    DataScope.objects.create(user=store.user, kind="warehouse", code="W1")
    assert page.get(f"/inventory/counting/{count.pk}").status_code == 404
    assert send(page, f"/inventory/counting/{count.pk}/tally", code="shaft").status_code == 404
