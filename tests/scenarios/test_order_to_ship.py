"""A customer is quoted, orders, gets it in two shipments, sends one back; goods, money and demand follow."""

from datetime import timedelta

import pytest

from gongfang.sales import queries
from gongfang.sales import services as sales
from gongfang.sales.services import QuotedLine, SentBack
from tests.trading import D, Trade


@pytest.fixture
def trade(db: None) -> Trade:
    return Trade()


def test_order_to_ship(trade: Trade) -> None:
    seller, keeper, owner = (trade.user(role) for role in ("sales", "keeper", "owner"))
    customer = trade.partners["C1"]
    customer.credit_limit = D(5000)
    customer.save()
    trade.stock("pump", 6, "3600")

    # quoted with tax, ordered at the quoted price, promised from stock
    quotation = trade.do(
        sales.create_quotation, actor=seller, customer_id=customer.pk, price_includes_tax=True,
        lines=[QuotedLine(trade.items["pump"].pk, D(10), D(1130), discount=D("0.1"))],
    )  # fmt: skip
    trade.do(sales.approve_quotation, actor=seller, document_id=quotation.pk)
    order = trade.do(sales.order_quotation, actor=seller, quotation_id=quotation.pk, customer_reference="PO-9")
    assert (order.net_amount, order.tax_amount, order.total_amount) == (D("9000.00"), D("1170.00"), D("10170.00"))

    # beyond the credit limit until the owner lets it pass
    with pytest.raises(Exception, match="credit limit"):
        trade.do(sales.approve_order, actor=seller, document_id=order.pk)
    trade.do(sales.pass_credit, actor=owner, order_id=order.pk)
    trade.do(sales.approve_order, actor=seller, document_id=order.pk)
    assert [row.quantity for row in queries.open_demand()] == [D(10)]

    # what is there goes out now, the rest when it was made
    first = trade.do(sales.push_shipment, actor=keeper, order_ids=[order.pk], warehouse_id=trade.warehouses["W1"].pk)
    trade.do(sales.approve_shipment, actor=keeper, document_id=first.pk)
    first.refresh_from_db()
    assert (first.lines.get().quantity, first.cost_amount, first.net_amount) == (D(6), D("3600.00"), D("5400.00"))
    trade.stock("pump", 4, "2800")
    second = trade.do(sales.ship_order, actor=keeper, order_id=order.pk, warehouse_id=trade.warehouses["W1"].pk)
    order.refresh_from_db()
    assert order.execution == "done" and first.total_amount + second.total_amount == order.total_amount
    assert queries.open_demand() == [] and trade.on_hand("pump") == 0

    # one of the dear ones comes back, at the cost it left with, and is replaced
    back = trade.do(
        sales.create_return, actor=keeper, customer_id=customer.pk, warehouse_id=trade.warehouses["W1"].pk, reason="运输破损",
        handling="replace", place="blocked", lines=[SentBack(second.lines.get().pk, D(1))],
    )  # fmt: skip
    trade.do(sales.approve_return, actor=keeper, document_id=back.pk)
    assert trade.worth("pump") == (D(1), D("700.00")) and trade.on_hand("pump", "W1-HOLD") == 1
    assert [row.quantity for row in queries.open_demand()] == [D(1)]
    assert sum(amount for code, amount in trade.books().items() if code.startswith("5401")) == D("5700.00")
    assert [row.open for row in queries.invoiceable_lines(customer.pk)] == [D(6), D(3)]
    assert queries.late_lines(trade.today + timedelta(60)).count() == 1
    assert trade.proven() == []
