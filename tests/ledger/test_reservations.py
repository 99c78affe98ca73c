"""Goods kept for a document."""

from decimal import Decimal as D

import pytest
from django.db import transaction

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries
from gongfang.ledger.models import Balance, Reservation
from gongfang.ledger.services import Reserve, release, reserve


class Paper:
    """A document as far as reservations care."""

    doc_type, pk, number = "test.order", 7, "T-7"


def keep(store, quantity, line=1, item="shaft", lot=None, at="W1"):
    with transaction.atomic():
        reserve(source=Paper, wanted=[Reserve(store.items[item].pk, store.at(at), D(quantity), lot, line)])


def free(store):
    return queries.available([store.items["shaft"].pk])[store.items["shaft"].pk]


def test_reserved_goods_are_not_free_for_others(store):
    store.receive("shaft", "10", "100.00")
    keep(store, "4")
    keep(store, "3", line=2)
    assert free(store) == 3
    with pytest.raises(DomainError) as refusal:
        store.ship("shaft", "4")
    assert (refusal.value.code, refusal.value.problems[0].data["reserved"]) == ("short_stock", 7)
    with pytest.raises(DomainError):
        keep(store, "4")
    store.ship("shaft", "3")
    assert (store.on_hand("shaft"), free(store)) == (7, 0)


def test_released_goods_can_be_shipped(store):
    store.receive("shaft", "10", "100.00")
    keep(store, "4")
    keep(store, "6", line=2)
    with transaction.atomic():
        assert release(source=Paper, quantities={1: D(3), 9: D(1)}) == {1: D(3)}
    assert free(store) == 3 and Reservation.objects.get(source_line=1).quantity == 1
    with transaction.atomic():
        assert release(source=Paper) == {1: D(1), 2: D(6)}
    assert free(store) == 10 and not Reservation.objects.exists()
    assert Balance.objects.get(item=store.items["shaft"]).reserved == 0


def test_the_same_line_reserves_twice_as_one(store):
    store.receive("shaft", "10", "100.00")
    keep(store, "4")
    keep(store, "2")
    assert Reservation.objects.get().quantity == 6


def test_lots_are_reserved_by_name(store):
    store.receive("casting", "5", "50.00", lot="L1")
    with pytest.raises(DomainError) as refusal:
        keep(store, "1", item="casting")
    assert refusal.value.code == "lot_needed"
    keep(store, "5", item="casting", lot=store.lot("casting", "L1"))
    with pytest.raises(DomainError):
        store.ship("casting", "1", lot="L1")
