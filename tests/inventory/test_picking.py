"""One rule says which lots and bins goods are taken from: that of the place, warehouse, item, category or company; as of the day."""

from datetime import timedelta
from decimal import Decimal as D
from uuid import uuid4

import pytest

from gongfang.inventory import services
from gongfang.kernel.errors import DomainError
from gongfang.ledger.queries import HouseWant, Want, picks, picks_in_house, spread
from gongfang.ledger.services import Move, create_location
from gongfang.platform.settings.services import change_setting
from gongfang.platform.verification import run_all

LOTS = (("L1", "A1", "5", 90), ("L2", "A2", "2", 60), ("L3", "A3", "9", 30))


@pytest.fixture
def paint(store, do):
    """Lot, bin, quantity, days to its end: as LOTS says, in the order of coming. All of it in the bins of W1."""
    warehouse = store.at("W1").warehouse_id
    store.item("paint", tracking="lot")
    for lot, code, quantity, days in LOTS:
        place = do(create_location, code=code, name=code, warehouse=warehouse)
        pk = store.lot("paint", lot, expires_on=store.today + timedelta(days=days))
        store.receive("paint", quantity, "10.00", lot=lot)
        store.post(Move(store.items["paint"].pk, D(quantity), store.at("W1"), place, pk))
        setattr(store, code.lower(), place)
    yield store
    assert run_all() == []


def proposed(store, quantity="6", **more):
    found, missing = picks([Want(1, store.items["paint"].pk, D(quantity), store.at("W1"))], on=store.today, **more)
    assert sum(pick.quantity for pick in found) + missing.get(1, D(0)) == D(quantity)
    return [f"{pick.lot_code}@{pick.location.code}" for pick in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("fefo", ["L3@A3"]), ("fifo", ["L1@A1", "L2@A2"]), ("lifo", ["L3@A3"]), ("fewest", ["L3@A3"]), ("clear", ["L2@A2", "L1@A1"]), ("manual", [])],
)  # fmt: skip
def test_orders_of_taking(paint, do, rule, expected):
    do(services.create_picking_rule, warehouse=paint.at("W1").warehouse_id, strategy=rule)
    assert proposed(paint) == expected


def test_the_nearest_rule_counts(paint, do):
    """Company, category, item, warehouse (all, category, item), place: each goes before those named earlier."""
    item, warehouse = paint.items["paint"], paint.at("W1").warehouse_id
    first = {"fifo": "L1@A1", "clear": "L2@A2", "fefo": "L3@A3"}

    def says(rule):
        assert proposed(paint, "1") == [first[rule]]

    says("fefo")
    change_setting(actor=paint.user, request_id=uuid4(), key="masterdata.picking_rule", value="clear")
    says("clear")
    item.category.picking_rule = "fifo"
    item.category.save()
    says("fifo")
    item.picking_rule = "fefo"
    item.save()
    says("fefo")
    for rule, target in (("clear", {}), ("fifo", {"category": item.category_id}), ("fefo", {"item": item.pk})):
        do(services.create_picking_rule, warehouse=warehouse, strategy=rule, **target)
        says(rule)
    do(services.create_picking_rule, warehouse=warehouse, strategy="clear", location=paint.at("W1").pk)
    says("clear")
    do(services.create_picking_rule, warehouse=paint.at("W2").warehouse_id, strategy="fifo", item=item.pk)
    says("clear")


def test_a_rule_names_a_place_of_its_warehouse(paint, do):
    with pytest.raises(DomainError) as refusal:
        do(services.create_picking_rule, warehouse=paint.at("W2").warehouse_id, location=paint.a1.pk)
    assert refusal.value.codes == ["other_warehouse_bin"]


def test_the_wanted_warehouse_comes_first_then_any(paint, do):
    do(services.create_picking_rule, warehouse=paint.at("W1").warehouse_id, strategy="fifo")
    paint.lot("paint", "L0", expires_on=paint.today + timedelta(days=1))
    paint.receive("paint", "4", "4.00", lot="L0", to="W2")
    item, mine = paint.items["paint"].pk, paint.at("W1").warehouse_id
    found, missing = picks_in_house([HouseWant(7, item, D(18), mine), HouseWant(8, item, D(5))], on=paint.today)
    assert [(p.key, p.lot_code, p.location.code, p.quantity) for p in found] == [
        (7, "L1", "A1", 5), (7, "L2", "A2", 2), (7, "L3", "A3", 9), (7, "L0", "W2", 2), (8, "L0", "W2", 2),
    ]  # fmt: skip
    assert missing == {8: D(3)}
    found, _ = picks_in_house([HouseWant(7, item, D(1))], on=paint.today, leave_out=[paint.at("W2").warehouse_id])
    assert found[0].location.code == "A1", "of one warehouse alone its rule counts"


def test_expired_lots_are_taken_only_by_name(paint, do):
    item, later = paint.items["paint"].pk, paint.today + timedelta(days=45)
    want = Want(1, item, D(3), paint.at("W1"))
    assert [pick.lot_code for pick in picks([want], on=later)[0]] == ["L2", "L1"]
    named = Want(1, item, D(3), paint.at("W1"), paint.lot("paint", "L3"))
    assert [pick.lot_code for pick in picks([named], on=later)[0]] == ["L3"]
    move = Move(item, D(8), paint.at("W1"), paint.at("W2"), source_line=1)
    with pytest.raises(DomainError) as refusal:
        spread([move], on=later, open_lots={1})
    assert refusal.value.codes == ["short_stock", "lots_by_name"]
    assert refusal.value.problems[1].data["more"] == 9


def test_what_was_not_there_yet_or_is_needed_since_is_not_proposed(store, do):
    """10 came three days ago, 8 of them left yesterday, 7 came today: for two days ago 2 are free, for today 9."""
    day = [store.today - timedelta(days=n) for n in range(5)]
    place = do(create_location, code="A1", name="A1", warehouse=store.at("W1").warehouse_id)
    pk = store.items["shaft"].pk
    for quantity, on in (("10", day[3]), ("7", day[0])):
        store.receive("shaft", quantity, f"{quantity}.00", on=on)
        store.post(Move(pk, D(quantity), store.at("W1"), place), on=on)
        if on == day[3]:
            store.post(*spread([store.move("shaft", "8", "W1", "CUSTOMER")], on=day[1]), on=day[1], partner="C1")
    free = {n: picks([Want(1, pk, D(99), store.at("W1"))], on=day[n])[1][1] for n in range(5)}
    assert {n: 99 - missing for n, missing in free.items()} == {0: 9, 1: 2, 2: 2, 3: 2, 4: 0}
    books = store.books()
    out = store.move("shaft", "3", "W1", "CUSTOMER")
    with pytest.raises(DomainError) as refusal:
        spread([out], on=day[2])
    assert refusal.value.codes == ["short_stock"] and refusal.value.problems[0].data["present"] == 2
    assert store.books() == books
    store.post(*spread([store.move("shaft", "2", "W1", "CUSTOMER")], on=day[2]), on=day[2], partner="C1")
    assert run_all() == []
