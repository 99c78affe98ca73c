"""Zones, racks and bins: places that stand in places, made by hand or from a sheet; put-away looks where its rule says."""

from decimal import Decimal as D

import pytest

from gongfang.inventory import services
from gongfang.inventory.rules.placing import Goods
from gongfang.inventory.services.placing import propose_bins
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance, Location
from gongfang.ledger.services import change_location, create_location
from gongfang.masterdata.models import Partner
from gongfang.platform.exchange import services as exchange
from gongfang.platform.verification import run_all
from tests.platform.test_exchange import workbook


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


@pytest.fixture
def tree(store, do):
    """W1 with zone A (rack A-01 with two bins) and zone B (one bin)."""
    warehouse = store.at("W1").warehouse_id
    made = {}
    for code, parent in (("A", None), ("A-01", "A"), ("A-01-1", "A-01"), ("A-01-2", "A-01"), ("B", None), ("B-1", "B")):
        above = made[parent].pk if parent else None
        made[code] = do(create_location, code=code, name=f"{code}位", warehouse=warehouse, parent=above)
    return made


def test_places_stand_in_places(store, do, tree):
    assert [place.path for place in Location.objects.filter(warehouse=store.at("W1").warehouse_id, path__startswith="W1").order_by("path") if place.parent_id] == [
        "W1 / A", "W1 / A / A-01", "W1 / A / A-01 / A-01-1", "W1 / A / A-01 / A-01-2", "W1 / B", "W1 / B / B-1",
    ]  # fmt: skip
    do(change_location, location_id=tree["A-01"].pk, name="一号架", parent=tree["B"].pk)
    assert (
        Location.objects.get(code="A-01-2").path == "W1 / B / A-01 / A-01-2"
        and Location.objects.get(code="A-01-2").depth == 3
    )
    other = store.at("W2")
    cases = [
        (create_location, {"code": "X", "name": "X", "warehouse": other.warehouse_id, "parent": tree["A"].pk}, "other_warehouse_place"),
        (create_location, {"code": "X/Y", "name": "X", "warehouse": other.warehouse_id}, "code_has_slash"),
        (create_location, {"code": "A", "name": "X", "warehouse": other.warehouse_id}, "code_taken"),
        (create_location, {"code": "X", "name": "X", "warehouse": other.warehouse_id, "ownership": "consigned"}, "owner_needed"),
        (change_location, {"location_id": tree["B"].pk, "name": "B", "parent": tree["A-01-1"].pk}, "stands_in_itself"),
        (change_location, {"location_id": tree["B"].pk, "name": "B", "parent": other.pk}, "other_warehouse_place"),
        (change_location, {"location_id": store.at("W1").pk, "name": "W1", "parent": tree["B"].pk}, "main_place_stays"),
        (change_location, {"location_id": tree["A-01"].pk, "name": "x", "is_active": False}, "places_in_it"),
    ]  # fmt: skip
    for verb, values, code in cases:
        with pytest.raises(DomainError) as refusal:
            do(verb, **values)
        assert refusal.value.code == code, values
    deep = tree["B-1"].pk
    with pytest.raises(DomainError) as refusal:
        for n in range(9):
            deep = do(create_location, code=f"D{n}", name="D", warehouse=tree["B"].warehouse_id, parent=deep).pk
    assert refusal.value.code == "too_deep" and refusal.value.problems[0].where == "parent"


def test_put_away_takes_bins_of_the_zone_never_the_rack(store, do, tree):
    """Zones and racks are no bins; a rule that names a zone looks only there; a fixed one means its place."""
    warehouse, shaft, wheel = store.at("W1").warehouse_id, store.items["shaft"], store.item("nut")
    rule = do(services.create_put_away_rule, warehouse=warehouse, strategy="empty")
    goods = [Goods(1, shaft.pk, D(1)), Goods(2, wheel.pk, D(1))]
    assert propose_bins(warehouse, goods) == {1: tree["A-01-1"].pk, 2: tree["A-01-2"].pk}
    do(services.edit_put_away_rule, pk=rule.pk, warehouse=warehouse, strategy="empty", location=tree["B"].pk)
    assert propose_bins(warehouse, goods) == {1: tree["B-1"].pk, 2: None}
    do(services.edit_put_away_rule, pk=rule.pk, warehouse=warehouse, strategy="fixed", location=tree["A"].pk)
    assert propose_bins(warehouse, goods) == {1: tree["A"].pk, 2: tree["A"].pk}


def test_what_stands_in_any_depth_is_the_warehouse_s(store, do, tree):
    """Goods two racks deep are taken for the warehouse, in the order of the tree."""
    store.receive("shaft", "10", "100.00")
    do(services.put_away, source=store.at("W1").pk, lines=[
        services.PutAwayInput(store.items["shaft"].pk, D(4), tree["B-1"].pk), services.PutAwayInput(store.items["shaft"].pk, D(6), tree["A-01-2"].pk)])  # fmt: skip
    issue = do(
        services.create_other_issue,
        warehouse=store.at("W1").warehouse_id,
        lines=[services.StockLineInput(store.items["shaft"].pk, D(7))],
    )
    do(services.OTHER_ISSUES.approve, document_id=issue.pk)
    assert {row.location.code: row.quantity for row in Balance.objects.filter(quantity__gt=0)} == {"B-1": 3}


HEAD = ["code", "name", "warehouse", "parent", "ownership", "owner"]


def test_places_come_from_a_sheet(store, do):
    """In any order of the rows; again with another rack; wrong rows are named with the reason, and nothing is loaded."""
    Partner.objects.create(code="S9", name="S9", pinyin="s9", is_supplier=True)
    rows = [
        ["A-01-1", "bin", "W1", "A-01"], ["A-01", "rack", "W1", "A"], ["A", "zone", "W1", ""], ["JS", "consigned", "W1", "", "consigned", "S9"],
    ]  # fmt: skip
    do(exchange.import_workbook, content=workbook({"locations": [HEAD, *rows]}))
    place = Location.objects.get(code="A-01-1")
    assert (place.path, place.kind, place.area) == ("W1 / A / A-01 / A-01-1", "store", "stock")
    theirs = Location.objects.get(code="JS")
    assert (theirs.ownership, theirs.partner.code, theirs.area) == ("consigned", "S9", "")
    do(
        exchange.import_workbook,
        content=workbook({"locations": [HEAD[:4], ["B", "zone", "W1"], ["A-01", "rack", "W1", "B"]]}),
    )
    assert Location.objects.get(code="A-01-1").path == "W1 / B / A-01 / A-01-1", "what stands in a rack goes with it"
    wrong = [
        (["W1", "main", "W1"], "main_place"), (["A-01", "rack", "W2"], "other_warehouse"), (["C", "c", "W2", "A"], "other_warehouse_place"),
        (["C/1", "c", "W1"], "code_has_slash"), (["A", "a", "W1", "A"], "stands_in_itself"), (["C", "c", "W1", "", "consigned"], "owner_or_not"),
    ]  # fmt: skip
    for row, code in wrong:
        found = exchange.check_workbook(workbook({"locations": [HEAD, row]}))
        assert code in [fault.problem.code for fault in found.faults], row
