"""How long deliveries took and how late they were: facts of receipts, for forecasts and stock policies."""

from datetime import timedelta

import pytest

from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine
from gongfang.purchasing.queries import Delivery, deliveries
from tests.trading import Trade

pytestmark = pytest.mark.django_db


def test_deliveries_are_measured_from_the_order_and_against_the_day_agreed(db):
    trade = Trade()
    order = trade.order(shaft=5, wheel=3)
    PurchaseOrder.objects.filter(pk=order.pk).update(business_date=trade.today - timedelta(12))
    PurchaseOrderLine.objects.filter(document=order, item__code="wheel").update(due_date=trade.today - timedelta(4))
    trade.receive(order)
    found = {row.item_id: row for row in deliveries(trade.today - timedelta(30))}
    shaft, wheel, supplier = trade.items["shaft"].pk, trade.items["wheel"].pk, trade.partners["S1"].pk
    assert found == {shaft: Delivery(shaft, supplier, 12, -10), wheel: Delivery(wheel, supplier, 12, 4)}
    assert [row.item_id for row in deliveries(trade.today, [wheel])] == [wheel]
    assert deliveries(trade.today + timedelta(1)) == []
