"""What the random histories found: lots that would go into themselves, pieces that never went out, operations that documents name."""

from decimal import Decimal as D
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Lot
from gongfang.production import services
from gongfang.production.models import LotUse, WorkOrder
from tests.production.shop import Shop
from tests.production.test_refusals import told


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up(20)
    return shop.order("10")


def taken_apart(shop: Shop, lot_code: str) -> Lot:
    """One received pump in its parts; the casting comes back as a lot of its own."""
    apart = shop.do(services.create_disassembly, item_id=shop.items["pump"].pk, quantity=D(1))
    shop.approve(apart)
    shop.do(services.release_orders, order_ids=[apart.pk])
    shop.pick(apart)
    casting = apart.outputs.get(item=shop.items["casting"])
    shop.receive(apart, "1", output_id=casting.pk, lot_code=lot_code)
    return Lot.objects.get(code=lot_code, item=shop.items["casting"])


def test_a_part_of_an_orders_own_output_does_not_go_into_it(shop: Shop, order: WorkOrder) -> None:
    """Five of ten pumps are received, one is taken apart: its casting may go into any other order, not into this one."""
    shop.issue(order, "casting", "6")
    shop.issue(order, "shaft", "20")
    shop.report(order, 10, "6")
    shop.report(order, 20, "6")
    shop.receive(order, "5")
    lot = taken_apart(shop, "Z1")
    words = f"Lot {order.number} came out of what {order.number} has made; it cannot go into the same order. Take another lot."

    def give(to: WorkOrder) -> Any:
        return shop.issue(to, "casting", "1", lot_id=lot.pk, warehouse_id=shop.raw.pk)

    found = told(shop, lambda: give(order))
    assert found == [("lot_circle", "", words.replace(f"Lot {order.number}", "Lot Z1"))]
    other = shop.order("1")
    give(other)
    assert LotUse.objects.get(order=other, lot=lot).quantity == 1


def test_an_order_gives_nothing_out_into_a_lot_that_is_inside_it(shop: Shop, order: WorkOrder) -> None:
    """A pump of lot L1 is taken apart, its casting goes into another pump: that one may not be received as L1."""
    shop.stock("pump", "1", "200.00", lot="L1")
    lot = taken_apart(shop, "Z1")
    shop.issue(order, "casting", "1", lot_id=lot.pk, warehouse_id=shop.raw.pk)
    shop.issue(order, "shaft", "20")
    shop.report(order, 10, "1")
    shop.report(order, 20, "1")
    ((code, _, words),) = told(shop, lambda: shop.receive(order, "1", lot_code="L1"))
    assert code == "lot_circle" and "Z1" in words and order.number in words
    shop.receive(order, "1", lot_code="L2")


def given_outside(shop: Shop, order: WorkOrder, **values: Any) -> Any:
    document = shop.do(
        services.create_subcontract_order, order_id=order.pk, partner_id=shop.supplier.pk, price=D(2), **values
    )
    shop.do(services.SUBCONTRACT.approve, document_id=document.pk)
    return document


def test_no_pieces_come_back_unworked_where_none_went_out(shop: Shop, order: WorkOrder) -> None:
    document = given_outside(shop, order)
    shop.do(services.send_subcontract, subcontract_id=document.pk)
    found = told(shop, lambda: shop.do(services.return_subcontract, subcontract_id=document.pk, pieces=D(1)))
    words = f"{document.number}: this is the first operation; no pieces went out, only unused material comes back."
    assert found == [("no_pieces_out", "pieces", words)]


def test_operations_that_documents_name_are_not_replaced(shop: Shop, order: WorkOrder) -> None:
    report = shop.report(order, 10, "1")
    shop.do(services.undo_report, document_id=report.pk)
    ((code, _, words),) = told(shop, lambda: given_outside(shop, order))
    assert code == "operations_named" and words.startswith(f"{order.number}: reports, calls or subcontract orders name")
    given_outside(shop, order, operation_no=20)
    fresh = shop.order("2")
    shop.do(services.call_help, kind="help", operation_id=shop.operation(fresh, 10).pk)
    with pytest.raises(DomainError) as refusal:
        given_outside(shop, fresh)
    assert refusal.value.code == "operations_named"
