"""Invoices, goods, returns and what is taken back of them, in any order: the books add up after each."""

import random
from datetime import timedelta
from typing import Any

import pytest

from gongfang.finance import services as finance
from gongfang.finance.models import PurchaseInvoice, PurchaseInvoiceLine
from gongfang.kernel.errors import DomainError
from gongfang.platform.settings.models import Setting
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import Receipt
from gongfang.purchasing.services import ReturnedGoods
from tests.invoicing import ahead, approve, take_back, unapprove, warn_only
from tests.trading import D, Trade


@pytest.mark.parametrize("seed", range(12))
def test_any_history_leaves_books_that_add_up(trade: Trade, seed: int) -> None:
    """Random acts of buyers, keepers and accountants; what is refused changes nothing. At the end everything is proven (see `trade`)."""
    luck = random.Random(seed)
    warn_only()
    Setting.objects.create(key="finance.price_difference", value=luck.choice(["stock", "variance"]))
    orders = [trade.order(shaft=(luck.randint(3, 9), "10")) for _ in range(2)]
    done: dict[str, int] = {}

    def act() -> Any:
        order = luck.choice(orders)
        line, on = order.lines.get(), trade.today - timedelta(luck.randint(0, 2))
        receipts = list(Receipt.objects.filter(approval="approved"))
        invoices = list(PurchaseInvoice.objects.filter(approval="approved"))
        drafts = list(PurchaseInvoice.objects.filter(approval="draft"))
        kind = luck.choice(
            [
                "ahead",
                "ahead",
                "receive",
                "receive",
                "bill",
                "red",
                "return",
                "unapprove",
                "take_back",
                "approve",
                "meet",
            ]
        )
        price = luck.choice([None, "10.37", "9.99"])
        if kind == "ahead":
            return kind, ahead(trade, order, str(luck.randint(1, 5)), price, business_date=on)
        if kind == "red":
            return kind, ahead(trade, order, str(-luck.randint(1, 3)), None, business_date=on)
        if kind == "receive":
            goods = trade.goods(order, shaft=luck.randint(1, 4))
            return kind, trade.do(purchasing.receive_order, order_id=order.pk, lines=goods, business_date=on)
        if kind == "bill" and receipts:
            return kind, approve(trade, trade.do(finance.invoice_receipts, receipt_ids=[luck.choice(receipts).pk], invoice_no=f"B{luck.random()}".replace(".", "")))  # fmt: skip
        if kind == "return" and receipts:
            receipt = luck.choice(receipts)
            back = trade.do(
                purchasing.create_return, supplier_id=receipt.supplier_id, warehouse_id=receipt.warehouse_id, reason="坏", handling=luck.choice(["credit", "replace"]),
                lines=[ReturnedGoods(receipt.lines.get().pk, D(1))],
            )  # fmt: skip
            return kind, trade.do(purchasing.approve_return, document_id=back.pk)
        if kind == "unapprove" and invoices:
            return kind, unapprove(trade, luck.choice(invoices))
        if kind == "take_back" and receipts:
            return kind, take_back(trade, luck.choice(receipts))
        if kind == "approve" and drafts:
            return kind, approve(trade, luck.choice(drafts))
        if kind == "meet":
            return kind, trade.do(finance.meet_on_way, line_ids=list(PurchaseInvoiceLine.objects.filter(order_line=line).values_list("pk", flat=True)))  # fmt: skip
        return "", None

    for _ in range(40):
        before = trade.books()
        try:
            kind, _result = act()
            done[kind] = done.get(kind, 0) + 1
        except DomainError:
            assert trade.books() == before
    assert len(done) > 4, done
