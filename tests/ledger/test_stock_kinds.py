"""Others' goods, two units, promises and firm reservations, picking rules, ageing, the past, and where lots came from."""

import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import transaction

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries, services
from gongfang.ledger.models import Balance, Reservation, StockMove
from gongfang.ledger.queries import Want, ageing, ancestors, descendants, on_hand, picks, stock_ageing, stock_at
from gongfang.ledger.services import Move, Reserve, cost_objects_for, ensure_owner_location, release, reserve
from gongfang.masterdata.models import ItemUnit, Unit
from gongfang.platform.verification import run_all


class Paper:
    doc_type, pk, number = "test.order", 1, "T-1"


class Other:
    doc_type, pk, number = "test.order", 2, "T-2"


def do(store, verb, **values):
    return verb(actor=store.user, request_id=uuid.uuid4(), **values)


def keep(store, paper, quantity, kind="hard", place="W1", lot=None, item="shaft"):
    with transaction.atomic():
        reserve(source=paper, wanted=[Reserve(store.items[item].pk, store.at(place), D(quantity), lot)], kind=kind)


@pytest.mark.parametrize("ownership", ["consigned", "customer"])
def test_others_goods_have_no_value_until_they_are_ours(store, ownership):
    theirs = ensure_owner_location(store.warehouses["W1"], store.partners["S1"], ownership)
    assert ensure_owner_location(store.warehouses["W1"], store.partners["S1"], ownership) == theirs
    item = store.items["shaft"].pk
    store.post(Move(item, D(10), store.at("SUPPLIER"), theirs))
    assert store.worth("shaft") == (0, 0) and store.books() == {}
    assert Balance.objects.get(location=theirs).quantity == 10
    assert queries.on_hand([item])[item] == 0 and queries.available([item])[item] == 0
    store.post(Move(item, D(4), theirs, store.at("W1"), value=D("40.00"), counter_role="grni"))
    assert store.worth("shaft") == (D(4), D("40.00")) and queries.on_hand([item])[item] == 4 and run_all() == []
    with pytest.raises(DomainError) as refusal:
        store.post(Move(item, D(7), theirs, store.at("PRODUCTION"), counter_role=""))
    assert refusal.value.code == "short_stock"


def test_pieces_and_kilograms_are_both_counted(store):
    kg = Unit.objects.create(code="kg", name="千克", precision=3)
    store.item("coil", second_unit=kg)
    with pytest.raises(DomainError) as refusal:
        store.receive("coil", "3", "30.00")
    assert refusal.value.code == "second_needed"
    store.post(store.move("coil", "3", "SUPPLIER", "W1", "30.00", second=D("10.000")))
    store.post(store.move("coil", "1", "W1", "W2"))
    assert Balance.objects.get(location=store.at("W1")).second_quantity == D("6.666667")
    store.post(store.move("coil", "1", "W1", "CUSTOMER", second=D("3.1")))
    out = store.ship("coil", "1")
    assert out.moves.get().second_quantity == D("3.566667"), "the last piece takes what is left"
    assert Balance.objects.get(location=store.at("W1")).second_quantity == 0 and run_all() == []
    with pytest.raises(DomainError) as refusal:
        store.post(store.move("coil", "1", "W2", "CUSTOMER", second=D("9")))
    assert refusal.value.code == "second_short"
    ItemUnit.objects.create(item=store.items["coil"], unit=kg, numerator=1, denominator=3)
    received = store.receive("coil", "2", "20.00")
    assert received.moves.get().second_quantity == 6, "three kilograms a piece, exactly"
    store.reverse(received)
    assert run_all() == []


def test_a_promise_shows_but_does_not_hold(store):
    store.receive("shaft", "10", "100.00")
    keep(store, Paper, "8", "soft")
    keep(store, Other, "6")
    item = store.items["shaft"].pk
    assert (
        queries.available([item])[item] == 4
        and [row.quantity for row in queries.kept_of("test.order", 1)] == [8]
        and run_all() == []
    )
    soft = Reservation.objects.get(kind="soft")
    with pytest.raises(DomainError) as refusal:
        do(store, services.harden_reservation, reservation_id=soft.pk)
    assert refusal.value.code == "short_stock"
    with transaction.atomic():
        release(source=Other)
    hard = do(store, services.harden_reservation, reservation_id=soft.pk)
    assert (hard.kind, hard.quantity) == ("hard", 8) and not Reservation.objects.filter(kind="soft").exists()
    assert Balance.objects.get().reserved == 8 and run_all() == []


def test_two_orders_swap_what_they_have(store):
    store.receive("shaft", "10", "100.00")
    keep(store, Paper, "10")
    keep(store, Other, "6", "soft")
    mine, other = Reservation.objects.get(source_id=1), Reservation.objects.get(source_id=2)
    do(store, services.swap_reservation, reservation_id=mine.pk, other_id=other.pk, quantity=D(4))
    kept = {(row.source_id, row.kind): row.quantity for row in Reservation.objects.all()}
    assert kept == {(1, "hard"): 6, (1, "soft"): 4, (2, "hard"): 4, (2, "soft"): 2}
    assert Balance.objects.get().reserved == 10 and run_all() == []
    hard = Reservation.objects.get(source_id=2, kind="hard")
    with pytest.raises(DomainError) as refusal:
        do(store, services.swap_reservation, reservation_id=hard.pk, other_id=hard.pk)
    assert refusal.value.code == "same_reservation"
    with transaction.atomic():
        assert release(source=Paper) == {0: D(10)}
    assert Balance.objects.get().reserved == 4 and run_all() == []


@pytest.mark.parametrize(("rule", "expected"), [("fefo", ["B", "A"]), ("fifo", ["A", "B"]), ("manual", [])])
def test_lots_are_proposed_by_the_items_rule(store, rule, expected):
    store.item("paint", tracking="lot", picking_rule=rule)
    for code, days in (("A", 90), ("B", 30)):
        store.lot("paint", code, expires_on=store.today + timedelta(days=days))
        store.receive("paint", "5", "50.00", lot=code)
    found, missing = picks([Want(1, store.items["paint"].pk, D(8), store.at("W1"))])
    codes = {store.lot("paint", code): code for code in "AB"}
    assert [codes[pick.lot_id] for pick in found] == expected and bool(missing) == (rule == "manual")
    named, _ = picks([Want(1, store.items["paint"].pk, D(2), store.at("W1"), store.lot("paint", "A"))])
    assert [(codes[pick.lot_id], pick.quantity) for pick in named] == [("A", D(2))]


@pytest.mark.parametrize("few", [200, 0])
def test_stock_ages_by_what_came_last(store, monkeypatch, few):
    """Looked up item by item where few are open, else swept back window by window: the same."""
    monkeypatch.setattr(ageing, "FEW_ITEMS", few)
    for ago, quantity in ((400, "5"), (100, "5"), (10, "4")):
        store.receive("shaft", quantity, f"{int(quantity) * 10}.00", on=store.today - timedelta(days=ago))
    store.ship("shaft", "6", on=store.today - timedelta(days=5))
    store.post(store.move("shaft", "3", "W1", "W2"), on=store.today)
    (row,) = stock_ageing(store.today)
    assert row.quantities == (4, 0, 0, 4, 0, 0) and row.value == D("80.00")
    assert row.oldest == store.today - timedelta(days=100)
    (before,) = stock_ageing(store.today - timedelta(days=6))
    assert before.quantities == (4, 0, 0, 5, 0, 5)
    store.receive("wheel", "1", "1.00", on=store.today - timedelta(days=31))
    store.receive("wheel", "2", "2.00", on=store.today - timedelta(days=90))
    wheel = next(row for row in stock_ageing(store.today) if row.item.code == "wheel")
    assert (wheel.quantities, wheel.oldest) == ((0, 1, 2, 0, 0, 0), store.today - timedelta(days=90))


def test_a_past_day_is_as_it_was(store):
    first, later = store.today - timedelta(days=9), store.today - timedelta(days=4)
    store.receive("shaft", "10", "100.00", on=first)
    store.ship("shaft", "4", on=later)
    store.ship("shaft", "2")
    item = store.items["shaft"].pk
    assert stock_at(first)[item] == (D(10), D("100.00")) and stock_at(later)[item] == (D(6), D("60.00"))
    assert stock_at(store.today)[item] == (D(4), D("40.00"))
    assert stock_at(first, store.warehouses["W2"].pk).get(item, (D(0), D(0)))[0] == 0


@pytest.mark.parametrize("few", [0, 200])
def test_every_past_day_summed_from_either_end(store, monkeypatch, few):
    """From the beginning or back from now, item by item or in one sweep: the sum of the moves up to the day."""
    monkeypatch.setattr("gongfang.ledger.queries.dated.FEW_ITEMS", few)
    for ago in range(10, 0, -1):
        on = store.today - timedelta(days=ago)
        store.receive("shaft", "10", f"{ago}.37", on=on)
        store.receive("wheel", "3", "9.99", to="W2", on=on)
        store.post(store.move("shaft", "4", "W1", "W2"), on=on)
        store.ship("shaft", "1", source="W2", on=on)
    pks = [store.items[code].pk for code in ("shaft", "wheel", "pump")]
    moves = list(StockMove.objects.select_related("source", "target"))
    for ago in range(12, -1, -1):
        on = store.today - timedelta(days=ago)
        for places, found in (
            ({store.at("W1").pk}, on_hand(pks, at=on, locations=[store.at("W1")])),
            ({store.at("W1").pk, store.at("W2").pk}, on_hand(pks, at=on)),
            ({store.at("SUPPLIER").pk}, on_hand(pks, at=on, locations=[store.at("SUPPLIER")])),
        ):
            summed = dict.fromkeys(pks, D(0))
            for move in moves:
                if move.on <= on:
                    summed[move.item_id] += move.quantity * ((move.target_id in places) - (move.source_id in places))
            assert found == summed, (ago, places)
        whole, second = stock_at(on), stock_at(on, store.warehouses["W2"].pk)
        assert whole.get(pks[0], (D(0),))[0] == D(9) * max(0, 11 - max(ago, 1))
        if ago <= 10:
            assert second[pks[0]][0] == D(3) * (11 - max(ago, 1))
    assert on_hand(pks, at=store.today, locations=[]) == dict.fromkeys(pks, D(0))


def test_a_lot_knows_where_it_came_from_and_went(store):
    store.item("bar", tracking="lot")
    store.item("axle", tracking="lot", role="semi")
    store.item("cart", tracking="lot", role="finished")
    store.receive("bar", "10", "100.00", lot="R1")
    orders = cost_objects_for("work_order", {"WO-1": "", "WO-2": ""})
    first, second = orders["WO-1"].pk, orders["WO-2"].pk
    store.post(store.move("bar", "6", "W1", "PRODUCTION", lot="R1", cost_object_id=first))
    store.post(store.move("axle", "3", "PRODUCTION", "W1", "60.00", lot="M1", cost_object_id=first))
    store.post(store.move("axle", "2", "W1", "PRODUCTION", lot="M1", cost_object_id=second))
    store.post(store.move("cart", "1", "PRODUCTION", "W1", "40.00", lot="F1", cost_object_id=second))
    lots = {code: store.lot(item, code) for item, code in (("bar", "R1"), ("axle", "M1"), ("cart", "F1"))}
    assert [(kin.level, kin.lot_id, kin.via, kin.quantity) for kin in ancestors([lots["F1"]])] == [
        (1, lots["M1"], "WO-2", D(2)), (2, lots["R1"], "WO-1", D(6)),
    ]  # fmt: skip
    assert [(kin.level, kin.lot_id) for kin in descendants([lots["R1"]])] == [(1, lots["M1"]), (2, lots["F1"])]
    returned = StockMove.objects.get(lot=lots["M1"], target__code="PRODUCTION").posting
    store.reverse(returned)
    assert descendants([lots["M1"]]) == [] and ancestors([lots["F1"]]) == []
