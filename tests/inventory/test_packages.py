"""Packages follow the stock: what leaves a place leaves them; they stand in each other, and a scan of one stands for all that is in it."""

import json
import uuid
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.inventory import services
from gongfang.inventory.models import Package, PackageLine, StockCountLine
from gongfang.inventory.services import PackedInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger.services import create_location
from gongfang.platform.verification import run_all


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


@pytest.fixture
def page(store):
    client = Client()
    client.force_login(store.user)
    return client


def send(page, url, **body):
    return page.post(url, json.dumps({"request_id": str(uuid.uuid4()), **body}), content_type="application/json")


def boxed(store, do, quantity, item="shaft", parent=None, lot=None, kind="box"):
    lines = [PackedInput(store.items[item].pk, D(quantity), lot)] if quantity else []
    return do(services.pack, location=store.at("W1").pk, lines=lines, parent=parent, kind=kind)


def held(*packages):
    rows = dict(PackageLine.objects.values_list("package", "quantity"))
    return [int(rows.get(package.pk, 0)) for package in packages]


def test_what_leaves_the_place_leaves_the_packages(store, do):
    """10 on hand, boxes of 4 and 3: the 3 loose ones go first, then the oldest box; an emptied one is unpacked; a return fills nothing."""
    store.receive("shaft", "10", "100.00")
    first, second = boxed(store, do, 4), boxed(store, do, 3)
    store.ship("shaft", "3")
    assert held(first, second) == [4, 3]
    out = store.ship("shaft", "2")
    assert held(first, second) == [2, 3]
    store.ship("shaft", "3")
    assert held(first, second) == [0, 2] and Package.objects.get(pk=first.pk).state == "empty"
    store.reverse(out)
    assert held(first, second) == [0, 2]


def test_a_pallet_is_moved_with_its_boxes(store, do):
    store.receive("shaft", "10", "100.00")
    store.receive("casting", "5", "50.00", lot="L1")
    pallet = boxed(store, do, 0, kind="pallet")
    boxes = [
        boxed(store, do, 4, parent=pallet.pk),
        boxed(store, do, 3, parent=pallet.pk),
        boxed(store, do, 5, "casting", pallet.pk, store.lot("casting", "L1")),
    ]
    assert sorted((line.item.code, int(line.quantity)) for line in services.contents_of(pallet)) == [
        ("casting", 5),
        ("shaft", 3),
        ("shaft", 4),
    ]
    do(services.move_package, pk=pallet.pk, target=store.at("W2").pk)
    assert (store.on_hand("shaft", "W2"), store.on_hand("casting", "W2"), store.on_hand("shaft")) == (7, 5, 3)
    assert {row.location_id for row in Package.objects.all()} == {store.at("W2").pk} and held(*boxes) == [4, 3, 5]
    do(services.move_package, pk=boxes[0].pk, target=store.at("W1").pk)
    assert Package.objects.get(pk=boxes[0].pk).parent_id is None, "a box that leaves the pallet stands by itself"
    do(services.unpack, pk=pallet.pk)
    assert not Package.objects.exclude(parent=None).exists() and held(*boxes) == [4, 3, 5]


def test_where_a_package_cannot_stand(store, do):
    store.receive("shaft", "10", "100.00")
    outer = boxed(store, do, 1)
    inner = boxed(store, do, 1, parent=outer.pk)
    there = do(create_location, code="A", name="A", warehouse=store.at("W1").warehouse_id)
    cases = [
        (services.pack, {"location": there.pk, "lines": [], "kind": "pallet", "parent": outer.pk}, "package_elsewhere"),
        (services.pack, {"location": there.pk, "lines": []}, "no_lines"),
        (services.repack, {"pk": outer.pk, "lines": [PackedInput(store.items["shaft"].pk, D(1))], "parent": inner.pk}, "package_in_itself"),
        (services.repack, {"pk": outer.pk, "lines": [PackedInput(store.items["shaft"].pk, D(1))], "parent": outer.pk}, "package_in_itself"),
        (services.repack, {"pk": outer.pk, "lines": [PackedInput(store.items["shaft"].pk, D(10))]}, "not_there_to_pack"),
    ]  # fmt: skip
    for verb, values, code in cases:
        with pytest.raises(DomainError) as refusal:
            do(verb, **values)
        assert refusal.value.code == code, values


def test_a_scanned_package_counts_all_that_is_in_it(store, do, page):
    store.receive("shaft", "10", "100.00")
    store.receive("casting", "5", "50.00", lot="L1")
    pallet = boxed(store, do, 0, kind="pallet")
    boxed(store, do, 4, parent=pallet.pk)
    boxed(store, do, 5, "casting", pallet.pk, store.lot("casting", "L1"))
    count = do(services.open_count, location=store.at("W1").pk)
    answer = send(page, f"/inventory/counting/{count.pk}/tally", code=pallet.code)
    assert answer.status_code == 200, answer.content
    assert sorted((line["code"], line["counted"]) for line in answer.json()["lines"]) == [
        ("casting", "5"),
        ("shaft", "4"),
    ]
    send(page, f"/inventory/counting/{count.pk}/tally", code="shaft", quantity="6")
    assert StockCountLine.objects.get(document=count, item=store.items["shaft"]).counted == 10
    do(services.move_package, pk=pallet.pk, target=store.at("W2").pk)
    refused = send(page, f"/inventory/counting/{count.pk}/tally", code=pallet.code)
    assert refused.status_code == 409 and pallet.code in refused.json()["problems"][0]


def test_a_scanned_package_is_goods_for_stations(store, do, page):
    store.receive("shaft", "10", "100.00")
    bin_ = do(create_location, code="A-01", name="A-01", warehouse=store.at("W1").warehouse_id)
    do(services.create_put_away_rule, warehouse=store.at("W1").warehouse_id, strategy="empty")
    box = boxed(store, do, 4)
    answer = send(page, "/inventory/scan/resolve", code=box.code, place=store.at("W1").pk, propose=True).json()
    assert [(row["item_code"], row["factor"]) for row in answer["goods"]] == [("shaft", "4")]
    assert answer["bins"] == [{"id": bin_.pk, "name": "A-01"}]
    line = {"item": store.items["shaft"].pk, "quantity": "4", "bin": bin_.pk}
    done = send(
        page, "/inventory/scan/finish", task="put_away", source=store.at("W1").pk, lines=[line], packages=[box.pk]
    )
    assert done.status_code == 200, done.content
    assert Package.objects.get(pk=box.pk).location_id == bin_.pk and held(box) == [4], (
        "the box stands in the bin, though loose ones were left"
    )


def test_statements_do_not_grow_with_the_packages(store, do):
    counts = []
    for n, packages in enumerate((2, 2, 20)):
        code = store.item(f"boxed{n}").code
        store.receive(code, "100", "1000.00")
        for _ in range(packages):
            boxed(store, do, 4, code)
        with CaptureQueriesContext(connection) as seen:
            issue = do(
                services.create_other_issue,
                warehouse=store.at("W1").warehouse_id,
                lines=[StockLineInput(store.items[code].pk, D(98))],
            )
            do(services.OTHER_ISSUES.approve, document_id=issue.pk)
        counts.append(len(seen))
        assert sum(PackageLine.objects.filter(item=store.items[code]).values_list("quantity", flat=True)) == 2
    assert counts[1] == counts[2], counts
