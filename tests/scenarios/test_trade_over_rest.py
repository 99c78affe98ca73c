"""A program buys, inspects, sells, ships and takes back through REST, with the same verbs, checks and rights as people."""

from datetime import timedelta
from typing import Any

import pytest

from gongfang.quality.models import Inspection
from tests.api.conftest import Caller
from tests.trading import D, Trade


@pytest.fixture
def trade(db: None) -> Trade:
    return Trade()


def ok(answer: tuple[int, Any]) -> Any:
    status, body = answer
    assert status == 200, (status, body)
    return body


def made(answer: tuple[int, Any]) -> int:
    """The id of the row that a call returned."""
    return int(ok(answer)["ids"][0])


def test_buy_inspect_and_send_back(trade: Trade) -> None:
    call, day = Caller(trade.boss), (trade.today + timedelta(9)).isoformat()
    trade.agree("S1", "seal", "8")
    pk = made(
        call("POST", "purchasing/orders/", {
            "supplier": trade.partners["S1"].pk, "due_date": day, "warehouse": trade.warehouses["W1"].pk,
            "lines": [{"item": trade.items["seal"].pk, "quantity": "100"}, {"item": trade.items["shaft"].pk, "quantity": "5", "price": "20", "discount": "0.1"}],
        })
    )  # fmt: skip
    assert ok(call("GET", f"purchasing/orders/{pk}"))["net_amount"] == "890.00"
    ok(call("POST", f"purchasing/orders/{pk}/approve_order", {}))
    arrival = made(call("POST", f"purchasing/orders/{pk}/push_arrival", {}))
    ok(call("POST", f"purchasing/arrivals/{arrival}/approve_arrival", {}))
    assert (trade.on_hand("shaft"), trade.on_hand("seal", "W1-QC")) == (D(5), D(100))
    inspection = Inspection.objects.get().pk
    ok(
        call(
            "POST",
            f"quality/inspections/{inspection}/decide_inspection",
            {"accepted_quantity": "97", "rejected_quantity": "3"},
        )
    )
    assert (trade.on_hand("seal"), trade.on_hand("seal", "W1-HOLD")) == (D(97), D(3))
    status, body = call("POST", f"purchasing/orders/{pk}/unapprove_order", {})
    assert status == 409 and "downstream" in str(body)
    ok(call("POST", f"purchasing/arrivals/{arrival}/unapprove_arrival", {}))
    assert trade.books() == {} and trade.proven() == []


def test_sell_and_ship(trade: Trade) -> None:
    call = Caller(trade.boss)
    trade.stock("pump", 5, "3000")
    status, body = call(
        "POST",
        "sales/orders/",
        {"customer": trade.partners["C1"].pk, "lines": [{"item": trade.items["pump"].pk, "quantity": "-1"}]},
    )
    assert status == 422 and "lines.0.quantity" in str(body)
    order = made(
        call("POST", "sales/orders/", {
            "customer": trade.partners["C1"].pk, "promised_date": trade.today.isoformat(), "warehouse": trade.warehouses["W1"].pk,
            "lines": [{"item": trade.items["pump"].pk, "quantity": "2"}],
        })
    )  # fmt: skip
    assert ok(call("GET", f"sales/orders/{order}"))["net_amount"] == "2000.00"
    ok(call("POST", f"sales/orders/{order}/approve_order", {}))
    shipment = made(call("POST", f"sales/orders/{order}/push_shipment", {}))
    ok(call("POST", f"sales/shipments/{shipment}/approve_shipment", {}))
    assert trade.on_hand("pump") == 3
    back = made(call("POST", f"sales/shipments/{shipment}/return_shipment", {"reason": "坏", "place": "blocked"}))
    ok(call("POST", f"sales/returns/{back}/approve_return", {}))
    assert trade.on_hand("pump", "W1-HOLD") == 2 and trade.proven() == []


def test_a_keeper_sees_no_prices_and_may_not_sell(trade: Trade) -> None:
    trade.stock("pump", 5, "3000")
    order = trade.sell(pump=(2, 1234))
    keeper = Caller(trade.user("keeper"))
    seen = ok(keeper("GET", f"sales/orders/{order.pk}"))
    assert "1234" not in str(seen) and "2468" not in str(seen) and "total_amount" not in seen
    assert keeper("POST", "sales/orders/", {"customer": 1, "lines": []})[0] == 403
    assert keeper("POST", f"sales/orders/{order.pk}/push_shipment", {})[0] == 200
