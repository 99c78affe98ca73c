"""What was shipped turns out dearer: the shipment says so too, its returns take the new cost, the proofs hold."""

from datetime import timedelta
from decimal import Decimal as D

from gongfang.inventory import services as inventory
from gongfang.inventory.services import StockLineInput
from gongfang.platform.verification import run_all
from gongfang.sales import services as sales
from gongfang.sales.services import SentBack
from tests.trading import Trade


def test_documents_carry_what_the_ledger_says(trade: Trade) -> None:
    """10 at 100.00 are shipped and scrapped by halves; 10 at 300.00 came the day before: 200.00 each."""
    pump = trade.items["pump"].pk
    trade.stock("pump", 20, "2000.00")
    shipment = trade.ship(trade.sell(pump=5))
    issue = trade.do(
        inventory.create_other_issue, warehouse=trade.warehouses["W1"].pk, purpose="scrap", lines=[StockLineInput(pump, D(5))]
    )  # fmt: skip
    trade.do(inventory.approve_other_issue, document_id=issue.pk)
    other = trade.ship(trade.sell(pump=1))
    trade.do(sales.unapprove_shipment, document_id=other.pk)
    trade.stock("pump", 20, "6000.00", on=trade.today - timedelta(days=1))
    shipment.refresh_from_db()
    assert (shipment.cost_amount, shipment.lines.get().cost_amount) == (D("1000.00"), D("1000.00"))
    assert issue.lines.get().amount == D("1000.00")
    assert run_all() == []
    trade.do(sales.approve_shipment, document_id=other.pk)
    other.refresh_from_db()
    assert other.cost_amount == D("200.00") and run_all() == []
    back = trade.do(
        sales.create_return, customer_id=shipment.customer_id, warehouse_id=shipment.warehouse_id, lines=[SentBack(shipment.lines.get().pk, D(2))], reason="x"
    )  # fmt: skip
    trade.do(sales.approve_return, document_id=back.pk)
    back.refresh_from_db()
    assert back.cost_amount == D("400.00") and run_all() == []
