"""Invoices before their goods, receipts and what is taken back, at the same moment: they meet one after the other, and the books add up."""

import uuid
from collections import Counter

import pytest

from gongfang.finance import services as finance
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrderLine
from tests.concurrency.test_trade_races import together
from tests.invoicing import ahead, warn_only
from tests.trading import D, Trade

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 6


@pytest.fixture
def trade() -> Trade:
    return Trade()


def test_one_order_line_is_invoiced_once(trade: Trade) -> None:
    order = trade.order(shaft=10)
    drafts = [ahead(trade, order, "10", None, approved=False) for _ in range(6)]
    approve = finance.PURCHASE_INVOICE_LIFECYCLE.approve
    found = together(
        trade, [lambda person, pk=one.pk: approve(actor=person, request_id=uuid.uuid4(), document_id=pk) for one in drafts]
    )  # fmt: skip
    assert found["done"] == 1 and set(found) <= {"done", "over_invoiced", "taken_meanwhile"}, found
    assert PurchaseOrderLine.objects.get(document=order).on_way_quantity == 10 and trade.proven() == []


def test_goods_come_while_their_invoice_is_taken_back_or_credited(trade: Trade) -> None:
    """Whoever is first, quantities and 1402 fit: the proof after each round."""
    warn_only()
    outcomes: Counter[str] = Counter()
    lifecycle = finance.PURCHASE_INVOICE_LIFECYCLE
    for _ in range(ROUNDS):
        order = trade.order(shaft=10)
        invoice = ahead(trade, order, "10", "10.30")
        goods = [trade.goods(order, shaft=part) for part in (4, 6)]
        receipts = [trade.do(purchasing.create_receipt, supplier_id=order.supplier_id, lines=lines) for lines in goods]
        red = ahead(trade, order, "-5", None, approved=False)
        acts = [
            lambda person, pk=one.pk: purchasing.approve_receipt(actor=person, request_id=uuid.uuid4(), document_id=pk) for one in receipts
        ]  # fmt: skip
        acts += [
            lambda person, pk=invoice.pk: lifecycle.unapprove(actor=person, request_id=uuid.uuid4(), document_id=pk),
            lambda person, pk=red.pk: lifecycle.approve(actor=person, request_id=uuid.uuid4(), document_id=pk),
        ]
        outcomes += together(trade, acts)
        assert trade.proven() == []
    print(f"rounds {ROUNDS}, outcomes {dict(outcomes)}")
    assert trade.on_hand("shaft") == D(10 * ROUNDS)
    assert set(outcomes) <= {
        "done",
        "credited",
        "downstream",
        "over_credited_way",
        "taken_meanwhile",
        "not_balanced",
    }, outcomes
