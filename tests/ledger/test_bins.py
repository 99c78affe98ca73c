"""Goods in bins leave with those of the main place: in which order, within what is free, and back where they came from."""

from datetime import date, timedelta
from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance, Location, Lot, Posting, Reservation
from gongfang.ledger.queries import Want, available, free_in_warehouses, picks, spread
from gongfang.ledger.queries.shelves import Shelves, Spot, no_rules
from gongfang.ledger.services import Move, Reserve, harden_reservation, release, reserve
from gongfang.platform.verification import run_all


@pytest.fixture
def bins(store):
    """A, B: bins of W1. Q: a place to inspect. The books hold after each test."""
    main = store.at("W1")
    for code, kind in (("B", "store"), ("A", "store"), ("Q", "inspection")):
        place = Location.objects.create(
            code=code, name=code, warehouse=main.warehouse, parent=main, kind=kind, area="stock"
        )
        setattr(store, code.lower(), place)
    yield store
    assert run_all() == []


def put(store, item, quantity, place, lot="", target=None):
    pk = store.items[item].pk
    lot_id = store.lot(item, lot) if lot else None
    store.post(Move(pk, D(quantity), target or store.at("W1"), place, lot_id))


def stands(store, item):
    """Code of the place, and lot where there is one → what is there."""
    rows = Balance.objects.filter(item=store.items[item]).exclude(quantity=0).select_related("location", "lot")
    return {row.location.code + (f"/{row.lot.code}" if row.lot else ""): row.quantity for row in rows}


def filled(store, item="shaft", lot=""):
    """10 received: 1 left in the main place, 6 in A, 3 in B."""
    store.receive(item, "10", "100.00", lot=lot)
    put(store, item, "6", store.a, lot)
    put(store, item, "3", store.b, lot)


def ship(store, *lines, target="CUSTOMER", open_lots=()):
    moves = [
        Move(store.items[item].pk, D(quantity), store.at("W1"), store.at(target), store.lot(item, lot) if lot else None, source_line=n)
        for n, (item, quantity, lot) in enumerate(lines)
    ]  # fmt: skip
    return store.post(*spread(moves, on=store.today, open_lots=open_lots))


def refusal(act):
    with pytest.raises(DomainError) as found:
        act()
    return found.value


def test_main_place_first_then_bins_by_code_and_back(bins):
    filled(bins)
    before, books = stands(bins, "shaft"), bins.books()
    assert before == {"W1": 1, "A": 6, "B": 3}
    posting = ship(bins, ("shaft", "8", ""))
    assert stands(bins, "shaft") == {"B": 2}
    assert bins.books() != books
    bins.reverse(posting)
    assert stands(bins, "shaft") == before and bins.books() == books


def test_what_is_there_is_named_when_it_is_too_little(bins):
    filled(bins)
    error = refusal(lambda: ship(bins, ("shaft", "8", ""), ("shaft", "3", "")))
    assert (error.code, len(error.problems)) == ("short_stock", 1)
    assert str(error) == f"shaft shaft: 11 needed in W1  on {bins.today}, 10 free (W1 1 / A 6 / B 3; 0 reserved)."
    assert stands(bins, "shaft") == {"W1": 1, "A": 6, "B": 3}
    ship(bins, ("shaft", "10", ""))
    assert stands(bins, "shaft") == {}
    assert str(refusal(lambda: ship(bins, ("shaft", "1", "")))) == "shaft shaft: 1 needed in W1 , 0 free (0 reserved)."


def test_what_is_kept_for_others_stays(bins):
    filled(bins)
    source = Posting.objects.first()
    source.doc_type, source.number = "test.order", "SO1"
    with transaction.atomic():
        reserve(source=source, wanted=[Reserve(bins.items["shaft"].pk, bins.a, D(5))])
    assert available([bins.items["shaft"].pk], warehouse_id=bins.warehouses["W1"].pk) == {bins.items["shaft"].pk: 5}
    assert "5 free (W1 1 / A 1 / B 3; 5 reserved)" in str(refusal(lambda: ship(bins, ("shaft", "6", ""))))
    ship(bins, ("shaft", "3", ""))
    assert stands(bins, "shaft") == {"A": 5, "B": 2}
    with transaction.atomic():
        release(source=source)


def test_a_promise_becomes_firm_in_the_bins(bins):
    filled(bins)
    source = Posting.objects.first()
    source.doc_type, source.number = "test.order", "SO1"
    with transaction.atomic():
        reserve(source=source, wanted=[Reserve(bins.items["shaft"].pk, bins.at("W1"), D(8))], kind="soft")
    row = Reservation.objects.get()
    harden_reservation(actor=bins.user, request_id=uuid4(), reservation_id=row.pk)
    kept = Reservation.objects.order_by("location__code").values_list("location__code", "quantity", "kind")
    assert list(kept) == [("A", 6, "hard"), ("B", 1, "hard"), ("W1", 1, "hard")]
    assert refusal(lambda: ship(bins, ("shaft", "3", ""))).code == "short_stock"
    with transaction.atomic():
        release(source=source)
    ship(bins, ("shaft", "10", ""))


def test_a_move_within_the_warehouse_names_its_place(bins):
    filled(bins)
    place = bins.items["shaft"].pk
    for target in (bins.b, bins.at("W1-QC")):
        move = Move(place, D(2), bins.at("W1"), target)
        assert spread([move], on=bins.today) == [move]
    out = Move(place, D(2), bins.a, bins.at("CUSTOMER"))
    assert spread([out], on=bins.today) == [out], "a bin that is named is meant"


def test_goods_to_inspect_and_foreign_goods_are_no_supply(bins):
    bins.receive("shaft", "5", "50.00")
    put(bins, "shaft", "5", bins.q)
    foreign = Location.objects.create(
        code="F", name="F", warehouse=bins.warehouses["W1"], parent=bins.at("W1"), kind="store", ownership="consigned", area=""
    )  # fmt: skip
    bins.post(Move(bins.items["shaft"].pk, D(5), bins.at("SUPPLIER"), foreign, counter_role=""))
    assert refusal(lambda: ship(bins, ("shaft", "1", ""))).code == "short_stock"
    assert available([bins.items["shaft"].pk], warehouse_id=bins.warehouses["W1"].pk) == {bins.items["shaft"].pk: 0}


def dated(store, rule, **lots):
    """Lots of the casting by name: (place, pieces, days until they expire)."""
    store.items["casting"].picking_rule = rule
    store.items["casting"].save()
    for lot, (place, quantity, days) in lots.items():
        pk = store.lot("casting", lot, expires_on=store.today + timedelta(days))
        store.receive("casting", quantity, f"{quantity}0.00", lot=lot)
        if place is not None:
            store.post(Move(store.items["casting"].pk, D(quantity), store.at("W1"), place, pk))


@pytest.mark.parametrize(
    ("rule", "places", "left"),
    [
        ("fefo", ["B", "A"], {"W1/L1": 4, "A/L2": 1}),
        ("fifo", ["W1", "A"], {"A/L2": 1, "B/L3": 4}),
        ("manual", [], {"W1/L1": 4, "A/L2": 4, "B/L3": 4}),
    ],
)
def test_lots_go_by_the_rule_over_all_places(bins, rule, places, left):
    """L1 (main, expires last), L2 (A, in between), L3 (B, first): 4 each, 7 are taken."""
    dated(bins, rule, L1=(None, "4", 90), L2=(bins.a, "4", 60), L3=(bins.b, "4", 30))
    found, missing = picks([Want(1, bins.items["casting"].pk, D(7), bins.at("W1"))])
    assert [pick.location.code for pick in found] == places
    if rule == "manual":
        assert missing == {1: D(7)}
        assert refusal(lambda: ship(bins, ("casting", "7", ""), open_lots={0})).code == "short_stock"
    else:
        ship(bins, ("casting", "7", ""), open_lots={0})
    assert stands(bins, "casting") == left


def test_a_named_lot_is_taken_wherever_it_stands_before_open_lines(bins):
    filled(bins, "casting", "L1")
    bins.receive("casting", "4", "40.00", lot="L2")
    ship(bins, ("casting", "4", ""), ("casting", "8", "L1"), open_lots={0})
    assert stands(bins, "casting") == {"W1/L2": 2}


def test_frozen_lots_are_not_proposed_and_refused_by_name(bins):
    dated(bins, "fefo", L1=(bins.a, "4", 30), L2=(bins.b, "4", 60))
    Lot.objects.filter(code="L1").update(status="frozen")
    assert "4 free (B 4; 0 reserved)" in str(refusal(lambda: ship(bins, ("casting", "5", ""), open_lots={0})))
    assert refusal(lambda: ship(bins, ("casting", "1", "L1"))).code == "blocked_lot"
    ship(bins, ("casting", "4", ""), open_lots={0})
    assert stands(bins, "casting") == {"A/L1": 4}


def test_one_row_for_a_lot_in_many_places(bins):
    filled(bins, "casting", "L1")
    (row,) = free_in_warehouses([bins.items["casting"].pk])
    assert (row.warehouse_id, row.lot.code, row.quantity) == (bins.warehouses["W1"].pk, "L1", 10)


def test_values_are_split_to_the_cent(bins):
    filled(bins)
    move = Move(bins.items["shaft"].pk, D(9), bins.at("W1"), bins.at("SUPPLIER"), value=D("10.00"), second=D("1"))
    parts = spread([move], on=bins.today)
    assert [part.value for part in parts] == [D("1.11"), D("6.67"), D("2.22")]
    assert sum(part.second for part in parts) == 1


def test_statements_do_not_grow(bins):
    """One cheap read without bins; four with (places, stock, the company's rule, those of warehouses), whatever the lines; the posting has as many."""
    counts = {}
    for size in (1, 50):
        names = [f"i{size}-{n}" for n in range(size)]
        for name in names:
            bins.item(name)
        bins.post(*(bins.move(name, "10", "SUPPLIER", "W1", "100.00") for name in names))
        bins.post(*(Move(bins.items[name].pk, D(6), bins.at("W1"), bins.a) for name in names))
        bins.post(*(Move(bins.items[name].pk, D(3), bins.at("W1"), bins.b) for name in names))
        moves = [bins.move(name, "8", "W1", "CUSTOMER") for name in names]
        with CaptureQueriesContext(connection) as split:
            parts = spread(moves, on=bins.today)
        assert len(parts) == 3 * size
        with CaptureQueriesContext(connection) as posted:
            posting = bins.post(*parts)
        with CaptureQueriesContext(connection) as undone:
            bins.reverse(posting)
        counts[size] = (len(split), len(posted), len(undone))
    assert counts[1] == counts[50] and counts[1][0] == 4, counts
    plain = [bins.move("shaft", "1", "W2", "CUSTOMER")]
    with CaptureQueriesContext(connection) as seen:
        assert spread(plain, on=bins.today) == plain
    assert len(seen) == 1
    with CaptureQueriesContext(connection) as seen:
        spread([bins.move("shaft", "1", "SUPPLIER", "CUSTOMER")] * 2, on=bins.today)
    assert not [query for query in seen if "ledger_balance" in query["sql"]]


PLACES = [Location(pk=n, code=str(n), name=str(n)) for n in (1, 2, 3)]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 20)), max_size=8, unique_by=lambda one: one[:2]),
    st.lists(st.tuples(st.integers(1, 25), st.sampled_from([None, 0, 1, 2])), max_size=5),
)  # fmt: skip
def test_never_more_than_is_free_and_never_less_than_could_be(stock, wants):
    shelves = object.__new__(Shelves)
    shelves.places, shelves.by_id, shelves._ordered = {1: PLACES}, {one.pk: one for one in PLACES}, {}
    shelves._own, shelves._usual, shelves._chosen, shelves._manual = {9: "fefo"}, "", no_rules(()), False
    far = date.max
    spots = [Spot(lot, "", place, D(free), D(0), False, far, far, D(free)) for lot, place, free in stock]
    shelves._spots = {9: spots}
    for quantity, lot in wants:
        could = sum(spot.free for spot in spots if lot is None or spot.lot == lot)
        parts = shelves.take(9, 1, D(quantity), lot)
        assert sum(part for _, _, part in parts) == min(quantity, could)
        assert all(lot is None or one.lot == lot for one, _, _ in parts)
        assert parts == sorted(parts, key=lambda part: (part[0].lot, part[1].pk))
    assert all(spot.free >= 0 for spot in spots)
