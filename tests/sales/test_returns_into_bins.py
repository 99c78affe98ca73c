"""What comes back goes where the put-away rules say, or into the place that is named: from customers and from the shop."""

from decimal import Decimal as D

import pytest

from gongfang.inventory import services as store
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Location
from gongfang.ledger.services import create_location
from gongfang.sales import services as sales
from gongfang.sales.services import SentBack
from tests.bins import stands
from tests.trading import Trade


@pytest.fixture
def shipped(trade: Trade):
    """5 pumps left for C1; W1 has the bins A (holding a pump) and B, and the rule that pumps go where pumps are."""
    trade.place("W1")
    for code in ("A", "B"):
        trade.do(create_location, code=code, name=f"{code}架", warehouse=trade.warehouses["W1"].pk)
    pump = trade.items["pump"].pk
    trade.stock("pump", 6, "600.00")
    shipment = trade.ship(trade.sell(pump=5))
    trade.do(store.create_put_away_rule, warehouse=trade.warehouses["W1"].pk, strategy="same_item")
    trade.do(
        store.put_away,
        source=trade.place("W1").pk,
        lines=[store.PutAwayInput(pump, D(1), Location.objects.get(code="A").pk)],
    )
    assert stands(trade.items["pump"]) == {"A": 1}
    return shipment


def returned(trade: Trade, shipment, quantity: int, place: str = "store", location: int | None = None):
    document = trade.do(
        sales.create_return, customer_id=shipment.customer_id, warehouse_id=shipment.warehouse_id, place=place, reason="x",
        lines=[SentBack(shipment.lines.get().pk, D(quantity), location_id=location)],
    )  # fmt: skip
    return trade.do(sales.approve_return, document_id=document.pk)


def test_by_rule_by_name_and_back(trade: Trade, shipped) -> None:
    books, pump = trade.books(), trade.items["pump"]
    by_rule = returned(trade, shipped, 2)
    assert stands(pump) == {"A": 3} and trade.books() != books
    returned(trade, shipped, 1, location=Location.objects.get(code="B").pk)
    assert stands(pump) == {"A": 3, "B": 1}
    returned(trade, shipped, 1, place="blocked")
    assert stands(pump) == {"A": 3, "B": 1, trade.place("W1-HOLD").code: 1}
    trade.do(sales.unapprove_return, document_id=by_rule.pk)
    assert stands(pump)["A"] == 1


def test_a_place_of_another_warehouse_or_kind_is_refused(trade: Trade, shipped) -> None:
    books, pump = trade.books(), trade.items["pump"]
    for place, location in (("store", trade.place("W2").pk), ("blocked", Location.objects.get(code="B").pk)):
        with pytest.raises(DomainError) as refusal:
            returned(trade, shipped, 1, place, location)
        assert refusal.value.code == "bad_place_in"
    assert stands(pump) == {"A": 1} and trade.books() == books


def test_without_rules_the_main_place_takes_them(trade: Trade) -> None:
    trade.stock("pump", 5, "500.00")
    shipment = trade.ship(trade.sell(pump=5))
    returned(trade, shipment, 2)
    assert stands(trade.items["pump"]) == {"W1": 2}
