"""A fault in the middle of a posting verb, at any statement: nothing is left behind, and doing it again works."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gongfang.ledger.models import Posting, StockMove, VoucherLine
from gongfang.platform.documents.models import LineLink
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrderLine, PurchaseReturn, Receipt
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, Nonconformance
from gongfang.sales import services as sales
from gongfang.sales.models import SalesOrderLine, SalesReturn, Shipment
from tests.trading import D, Trade

STEP = 6  # every sixth statement; the offset differs by verb, so that over all of them most kinds are hit
COUNTED = (
    Posting, StockMove, VoucherLine, LineLink, Receipt, PurchaseReturn, Inspection, Nonconformance, Shipment, SalesReturn,
)  # fmt: skip


class Broken(Exception):
    """The fault that is put in."""


class Breaker:
    """Raises at the n-th statement; counts them when n is 0."""

    def __init__(self, n: int = 0) -> None:
        self.n, self.count = n, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.count += 1
            if self.count == self.n:
                raise Broken
        return execute(sql, params, many, context)


def state() -> list[Any]:
    """What must not change: counts of rows, progress of order lines."""
    return [
        *(model.objects.count() for model in COUNTED),
        list(PurchaseOrderLine.objects.order_by("pk").values_list("received_quantity", "returned_quantity", "done_quantity", "execution")),
        list(SalesOrderLine.objects.order_by("pk").values_list("shipped_quantity", "returned_quantity", "done_quantity", "execution")),
        list(Inspection.objects.order_by("pk").values_list("approval", "accepted_quantity")),
    ]  # fmt: skip


def receiving(trade: Trade) -> dict[str, Any]:
    order = trade.order(seal=20, shaft=5, motor=2)
    return {"verb": purchasing.receive_order, "order_id": order.pk}


def taking_back(trade: Trade) -> dict[str, Any]:
    order = trade.order(seal=20, shaft=5)
    arrival = trade.do(purchasing.push_arrival, order_ids=[order.pk])
    trade.do(purchasing.approve_arrival, document_id=arrival.pk)
    return {"verb": purchasing.unapprove_arrival, "document_id": arrival.pk}


def judging(trade: Trade) -> dict[str, Any]:
    trade.receive(trade.order(seal=20))
    pk = Inspection.objects.get().pk
    return {
        "verb": quality.decide_inspection,
        "inspection_id": pk,
        "accepted_quantity": D(15),
        "rejected_quantity": D(5),
    }


def shipping(trade: Trade) -> dict[str, Any]:
    trade.stock("pump", 5, "500")
    return {"verb": sales.ship_order, "order_id": trade.sell(pump=3).pk}


def coming_back(trade: Trade) -> dict[str, Any]:
    trade.stock("pump", 5, "500")
    shipment = trade.ship(trade.sell(pump=3))
    back = trade.do(sales.return_shipment, shipment_id=shipment.pk, reason="坏")
    return {"verb": sales.approve_return, "document_id": back.pk}


@pytest.mark.slow
@pytest.mark.parametrize("prepare", [receiving, taking_back, judging, shipping, coming_back])
def test_a_fault_anywhere_leaves_nothing_behind(trade: Trade, prepare: Callable[[Trade], dict[str, Any]]) -> None:
    wanted = prepare(trade)
    verb, values = wanted.pop("verb"), wanted
    before, broken, request = state(), 0, uuid.uuid4()
    offset = 1 + len(prepare.__name__) % STEP
    for n in range(offset, 400, STEP):
        breaker = Breaker(n)
        try:
            with connection.execute_wrapper(breaker):
                trade.do(verb, request_id=request, **values)
        except Broken:
            broken += 1
            assert state() == before, n
            continue
        break
    assert broken >= 4 and state() != before
