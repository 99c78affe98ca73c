"""What was put away into bins is shipped and sent back as what stands in the main place is."""

from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Lot
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.services import ReturnedGoods
from gongfang.sales import services as sales
from tests.bins import make_bins, put_into_bins, stands
from tests.trading import Trade

FILLED = {"A": 6, "B": 3, "W1": 1}


@pytest.fixture
def binned(trade: Trade) -> Trade:
    make_bins(trade.boss, trade.place("W1"))
    return trade


def test_shipped_from_bins_and_back_into_them(binned: Trade) -> None:
    trade, pump = binned, binned.items["pump"]
    trade.stock("pump", 10, "1000.00")
    put_into_bins(trade.boss, trade.place("W1"), (pump.pk, None))
    assert stands(pump) == FILLED
    books = trade.books()
    shipment = trade.ship(trade.sell(pump=8))
    assert stands(pump) == {"B": 2}
    assert (shipment.lines.count(), shipment.cost_amount) == (1, D("800.00")), "one line, three moves"
    trade.do(sales.unapprove_shipment, document_id=shipment.pk)
    assert stands(pump) == FILLED and trade.books() == books
    order = trade.sell(pump=11)
    with pytest.raises(DomainError) as refusal:
        trade.ship(order)
    assert refusal.value.code == "short_stock"
    assert (
        str(refusal.value)
        == f"pump pump: 11 needed in W1  on {shipment.business_date}, 10 free (W1 1 / A架 6 / B架 3; 0 reserved)."
    )
    assert stands(pump) == FILLED
    pushed = trade.do(sales.push_shipment, order_ids=[order.pk])
    assert [line.quantity for line in pushed.lines.all()] == [D(10)]
    trade.do(sales.approve_shipment, document_id=pushed.pk)
    assert stands(pump) == {}


def test_a_lot_in_many_places_is_one_line(binned: Trade) -> None:
    trade, casting = binned, binned.items["casting"]
    trade.stock("casting", 10, "500.00", "L1")
    lot = Lot.objects.get(code="L1")
    put_into_bins(trade.boss, trade.place("W1"), (casting.pk, lot.pk))
    order = trade.sell(casting=9)
    shipment = trade.ship(order, casting=(8, "L1"))
    assert [(line.lot.code, line.quantity) for line in shipment.lines.all()] == [("L1", D(8))]
    assert stands(casting) == {"B": 2}
    trade.ship(order)
    assert stands(casting) == {"B": 1}


def test_bought_goods_go_back_out_of_bins(binned: Trade) -> None:
    trade, shaft = binned, binned.items["shaft"]
    receipt = trade.receive(trade.order(shaft=(10, "10")))
    put_into_bins(trade.boss, trade.place("W1"), (shaft.pk, None))
    books = trade.books()
    back = trade.do(
        purchasing.create_return, supplier_id=trade.partners["S1"].pk, warehouse_id=trade.warehouses["W1"].pk, reason="磕碰",
        lines=[ReturnedGoods(receipt.lines.get().pk, D(8))],
    )  # fmt: skip
    trade.do(purchasing.approve_return, document_id=back.pk)
    assert stands(shaft) == {"B": 2} and trade.worth("shaft") == (D(2), D("20.00"))
    trade.do(purchasing.unapprove_return, document_id=back.pk)
    assert stands(shaft) == FILLED and trade.books() == books


def test_statements_with_bins_do_not_grow_with_the_lines(binned: Trade) -> None:
    trade, counts = binned, []
    for size in (1, 1, 50):
        items = [trade.item(f"s{len(counts)}-{n}") for n in range(size)]
        for item in items:
            trade.stock(item.code, 10, "100.00")
        put_into_bins(trade.boss, trade.place("W1"), *((item.pk, None) for item in items))
        order = trade.sell(**{item.code: 8 for item in items})
        with trade.counted() as there:
            shipment = trade.ship(order)
        with trade.counted() as back:
            trade.do(sales.unapprove_shipment, document_id=shipment.pk)
        assert stands(items[-1]) == FILLED
        counts.append((there[0], back[0]))
    assert counts[1] == counts[2], counts
