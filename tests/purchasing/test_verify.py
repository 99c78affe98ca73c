"""Each check of purchasing, sales and quality sees the fault it is for."""

from collections.abc import Callable

import pytest

from gongfang.platform.documents.models import LineLink
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, Nonconformance
from gongfang.sales.models import SalesOrderLine, Shipment, ShipmentLine
from tests.trading import D, Trade


@pytest.fixture
def busy(trade: Trade) -> Trade:
    trade.receive(trade.order(seal=10, shaft=5), seal=10, shaft=3)
    trade.do(
        quality.decide_inspection,
        inspection_id=Inspection.objects.get().pk,
        accepted_quantity=D(8),
        rejected_quantity=D(2),
    )
    trade.ship(trade.sell(shaft=2), shaft=1)
    assert trade.proven() == []
    trade.is_spoilt = True
    return trade


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        ("purchasing.purchaseorder_totals", lambda: PurchaseOrder.objects.update(net_amount=1)),
        ("purchasing.receipt_totals", lambda: Receipt.objects.update(total_amount=1)),
        ("purchasing.received", lambda: PurchaseOrderLine.objects.update(received_quantity=99)),
        ("purchasing.received", lambda: PurchaseOrderLine.objects.update(invoiced_quantity=1)),
        ("purchasing.returned", lambda: ReceiptLine.objects.update(returned_quantity=1)),
        ("purchasing.tolerance", lambda: PurchaseOrderLine.objects.update(done_quantity=99)),
        ("purchasing.receipt_posted", lambda: ReceiptLine.objects.update(net_amount=1)),
        ("purchasing.receipt_posted", lambda: Receipt.objects.update(approval="draft")),
        ("purchasing.links", lambda: LineLink.objects.filter(target_type="purchasing.receipt").update(quantity=1)),
        ("purchasing.execution", lambda: PurchaseOrderLine.objects.update(execution="partial")),
        ("sales.shipment_totals", lambda: Shipment.objects.update(tax_amount=7)),
        ("sales.shipped", lambda: SalesOrderLine.objects.update(shipped_quantity=99)),
        ("sales.returned", lambda: ShipmentLine.objects.update(returned_cost=5)),
        ("sales.shipment_posted", lambda: ShipmentLine.objects.update(cost_amount=5)),
        ("sales.links", lambda: LineLink.objects.filter(target_type="sales.shipment").update(quantity=9)),
        ("sales.execution", lambda: SalesOrderLine.objects.update(execution="done")),
        ("quality.decided", lambda: Inspection.objects.update(accepted_quantity=7)),
        ("quality.moved", lambda: Inspection.objects.update(approval="draft")),
        ("quality.reported", lambda: Nonconformance.objects.update(quantity=1)),
    ],
)
def test_the_check_sees_it(busy: Trade, check: str, spoil: Callable[[], object]) -> None:
    spoil()
    assert check in {fault.split(":")[0] for fault in busy.proven()}
