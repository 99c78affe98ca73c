"""A fault at any statement of a posting leaves nothing behind, and the next try works."""

import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gongfang.inventory import services
from gongfang.inventory.services import ReceiptLineInput
from gongfang.ledger.models import (
    AccountBalance,
    Balance,
    Layer,
    Period,
    Posting,
    StandardPrice,
    StockMove,
    ValueBalance,
    Voucher,
    VoucherLine,
)
from gongfang.ledger.services import average_month, reprice
from gongfang.masterdata.models import Item
from gongfang.platform.models import AuditRow, Request
from gongfang.platform.verification import run_all
from tests.breaking import At

TABLES = [AccountBalance, Balance, Period, Posting, StockMove, ValueBalance, Voucher, VoucherLine, AuditRow, Request]


def test_a_broken_receipt_can_be_sent_again(store):
    request_id = uuid.uuid4()
    receipt = services.create_other_receipt(
        actor=store.user, request_id=uuid.uuid4(), warehouse=store.warehouses["W1"].pk,
        lines=[ReceiptLineInput(store.items["shaft"].pk, D(2), unit_cost=D(3))],
    )  # fmt: skip
    for _ in range(2):
        services.approve_other_receipt(actor=store.user, request_id=request_id, document_id=receipt.pk)
    assert store.on_hand("shaft") == 2 and Posting.objects.count() == 1


def late_receipt(store):
    store.receive("part", "10", "300.00", on=store.today - timedelta(days=9))


def freight(store):
    store.add_cost(Posting.objects.filter(reason="test").earliest("pk"), "15.00")


def taken_back(store):
    store.reverse(Posting.objects.filter(reason="test").latest("pk"))


def new_standard(store):
    with transaction.atomic():
        Item.objects.filter(code="part").update(standard_cost=D(12))
        reprice(actor=store.user, item_ids=[store.items["part"].pk])


def month_end(store):
    with transaction.atomic():
        average_month(actor=store.user, period=Period.objects.latest("pk"))


@pytest.mark.parametrize(
    ("method", "act"),
    [("moving_average", late_receipt), ("fifo", late_receipt), ("fifo", freight), ("fifo", taken_back), ("standard", new_standard),
     ("month_average", month_end)],
)  # fmt: skip
def test_re_costing_is_whole_or_not_at_all(store, method, act):
    """The n-th statement of a late receipt, freight, reversal, revaluation or month end breaks, for every n."""
    store.item("part", costing_method=method, standard_cost=D(10))
    store.receive("part", "10", "100.00", on=store.today - timedelta(days=1))
    store.ship("part", "2", on=store.today)
    store.receive("part", "10", "200.00", on=store.today)
    store.ship("part", "4", on=store.today)
    tables = [*TABLES, Layer, StandardPrice]

    def rows():
        return [list(table.objects.order_by("pk").values_list()) for table in tables]

    with CaptureQueriesContext(connection) as seen, transaction.atomic():
        act(store)
        after = rows()
        transaction.set_rollback(True)
    statements = len(
        [query for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    ) - len(tables)
    before = rows()
    assert statements > 10 and after != before
    for n in range(statements):
        with connection.execute_wrapper(At(n)), pytest.raises(DatabaseError):
            act(store)
        assert rows() == before, f"statement {n} left something behind"
    act(store)
    assert rows() != before and run_all() == []
