"""Make to stock: a sub-assembly and the product made of it, over-production, scrap, three receipts, settlement, recall trace."""

from decimal import Decimal as D

import pytest

from gongfang.costing import services as costing
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Lot
from gongfang.platform.verification import run_all
from gongfang.production import queries, services
from tests.production.shop import Shop


@pytest.mark.django_db
def test_a_skid_is_made_of_pumps_that_are_made_of_castings() -> None:
    shop = Shop()
    shop.stock_up(40)
    shop.item("skid", "finished", "0", source="make", tracking="serial", default_warehouse=shop.finished)
    shop.bom("skid", pump="2", bolt="8")

    # twelve pumps are planned; one is spoiled at assembly, the tolerance lets none be made in its place
    pumps = shop.order("12", lot_code="P-01")
    shop.pick(pumps)
    shop.report(pumps, 10, "12")
    shop.report(pumps, 20, "5")
    shop.receive(pumps, "5")
    shop.report(pumps, 20, "6", scrap_worker="1")
    shop.receive(pumps, "4")
    shop.receive(pumps, "2")
    pumps = shop.fresh(pumps)
    assert (pumps.stage, pumps.received_quantity, pumps.scrap_quantity) == ("completed", D(11), D(1))
    assert pumps.received_value == D("2142.25")  # 11 × 194.75: (1,944.00 + 102 min at 90.00 + 144 min at 100.00) ÷ 12
    with pytest.raises(DomainError, match="the last operation has reported"):
        shop.receive(pumps, "1")

    # four skids, each with its serial number, take eight pumps
    skids = shop.order("4", "skid")
    shop.pick(skids)
    assert shop.on_hand("pump") == 3
    receipt = shop.do(
        services.receive_output, lines=[services.ReceiptInput(skids.pk, D(4), serials=("S1", "S2", "S3", "S4"))]
    )
    assert receipt.lines.count() == 4 and shop.fresh(skids).stage == "completed"

    shop.close(pumps, skids)
    shop.do(costing.settle_orders, order_ids=[pumps.pk, skids.pk])
    for order in (pumps, skids):
        assert shop.wip(order) == {} and shop.fresh(order).wip == 0

    # recall drill: from the casting lot to every skid, and back
    casting = Lot.objects.get(code="C1").pk
    reached = set(Lot.objects.filter(pk__in=queries.lots_made_of([casting])).values_list("code", flat=True))
    assert reached == {"P-01", "S1", "S2", "S3", "S4"}
    inside = set(
        Lot.objects.filter(pk__in=queries.lots_inside([Lot.objects.get(code="S3").pk])).values_list("code", flat=True)
    )
    assert inside == {"P-01", "C1"}
    assert [str(fault) for fault in run_all()] == []
