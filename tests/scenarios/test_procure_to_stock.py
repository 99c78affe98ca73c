"""A requisition becomes an order, goods arrive in two lorries, some fail inspection and go back, the rest is stock."""

from datetime import timedelta

import pytest

from gongfang.purchasing import queries
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseReturn, Receipt
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, Nonconformance
from tests.trading import D, Trade


@pytest.fixture
def trade(db: None) -> Trade:
    return Trade()


def test_procure_to_stock(trade: Trade) -> None:
    planner, buyer, keeper, inspector = (trade.user(role) for role in ("planner", "buyer", "keeper", "inspector"))
    seal, shaft = trade.items["seal"], trade.items["shaft"]
    trade.agree("S1", "seal", "2.50")
    trade.agree("S1", "shaft", "113", tax_included=True)

    # the planner asks, the buyer orders at the agreed prices
    asked = trade.do(
        purchasing.create_requisition, actor=planner, purpose="XS-0001",
        lines=[
            purchasing.RequisitionItem(seal.pk, D(200), trade.today + timedelta(7)),
            purchasing.RequisitionItem(shaft.pk, D(10), trade.today + timedelta(7)),
        ],
    )  # fmt: skip
    trade.do(purchasing.approve_requisition, actor=planner, document_id=asked.pk)
    (order,) = trade.do(purchasing.order_requisition, actor=buyer, requisition_id=asked.pk)
    trade.do(purchasing.approve_order, actor=buyer, document_id=order.pk)
    order.refresh_from_db()
    assert (order.net_amount, order.tax_amount, order.total_amount) == (D("1500.00"), D("195.00"), D("1695.00"))
    assert sum(row.quantity for row in queries.open_supply()) == D(210)

    # first lorry: all shafts and half of the seals; seals wait for the inspector
    arrival = trade.do(
        purchasing.create_arrival, actor=keeper, supplier_id=order.supplier_id, lines=trade.goods(order, seal=100, shaft=10),
        delivery_note="SH-77",
    )  # fmt: skip
    trade.do(purchasing.approve_arrival, actor=keeper, document_id=arrival.pk)
    assert (trade.on_hand("shaft"), trade.on_hand("seal"), trade.on_hand("seal", "W1-QC")) == (D(10), D(0), D(100))
    inspection = Inspection.objects.get()
    trade.do(
        quality.decide_inspection, actor=inspector, inspection_id=inspection.pk, accepted_quantity=D(92), rejected_quantity=D(8),
        sample_defects=D(1),
    )  # fmt: skip

    # what failed goes back and is to be replaced
    report = Nonconformance.objects.get()
    trade.do(quality.approve_nonconformance, actor=inspector, document_id=report.pk)
    back = PurchaseReturn.objects.get()
    trade.do(purchasing.change_return, actor=keeper, return_id=back.pk, handling="replace")
    trade.do(purchasing.approve_return, actor=keeper, document_id=back.pk)
    order.refresh_from_db()
    assert order.execution == "partial" and [row.quantity for row in queries.open_supply()] == [D(108)]

    # second lorry brings the rest; everything is good
    receipt = trade.do(purchasing.receive_order, actor=keeper, order_id=order.pk)
    trade.do(quality.pass_inspection, actor=inspector, inspection_id=Inspection.objects.order_by("-pk")[0].pk)
    order.refresh_from_db()
    assert order.execution == "done" and receipt.total_amount == D("305.10")
    assert (trade.on_hand("seal"), trade.on_hand("seal", "W1-QC"), trade.on_hand("seal", "W1-HOLD")) == (
        D(200),
        D(0),
        D(0),
    )
    assert trade.worth("seal") == (D(200), D("500.00"))
    assert trade.books() == {"140301": D("1500.00"), "220202": D("-1500.00")}

    # the invoice can cover exactly what was kept
    rows = queries.invoiceable_lines(order.supplier_id)
    assert sum(row.net_amount for row in rows) == D("1500.00") and sum(row.open for row in rows) == D(210)
    assert Receipt.objects.filter(approval="approved").count() == 2
    assert trade.proven() == []
