"""People at the same orders at the same time: one wins, the others get the reason, nothing is received or shipped twice."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gongfang.kernel.errors import DomainError
from gongfang.platform.models import User
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrderLine, Receipt
from gongfang.sales import services as sales
from gongfang.sales.models import SalesOrderLine
from tests.trading import D, Trade

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 12


@pytest.fixture
def trade() -> Trade:
    return Trade()


def together(trade: Trade, acts: list[Callable[[User], Any]]) -> Counter[str]:
    """Do the acts at once, each in a thread and as a fresh person; count how they ended."""
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(len(acts))

    def work(act: Callable[[User], Any]) -> None:
        person = User.objects.get(pk=trade.boss.pk)
        barrier.wait()
        try:
            act(person)
            outcomes["done"] += 1
        except DomainError as refusal:
            outcomes[refusal.code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_one_order_is_received_once(trade: Trade) -> None:
    order = trade.order(shaft=10, wheel=4)
    trade.receive(trade.order(shaft=1))
    found = together(
        trade,
        [lambda person: purchasing.receive_order(actor=person, request_id=uuid.uuid4(), order_id=order.pk)] * THREADS,
    )
    assert found == {"done": 1, "nothing_to_receive": THREADS - 1}
    assert trade.on_hand("shaft") == 11 and trade.proven() == []


def test_many_arrivals_of_one_line_stop_at_the_order(trade: Trade) -> None:
    order = trade.order(shaft=10)
    line = order.lines.get()
    goods = [purchasing.IncomingGoods(line.pk, D(3))]
    drafts = [
        trade.do(purchasing.create_arrival, supplier_id=order.supplier_id, lines=goods, warehouse_id=order.warehouse_id)
        for _ in range(THREADS)
    ]
    found = together(
        trade,
        [
            lambda person, pk=draft.pk: purchasing.approve_arrival(
                actor=person, request_id=uuid.uuid4(), document_id=pk
            )
            for draft in drafts
        ],
    )
    assert found == {"done": 3, "over_receipt": THREADS - 3}
    assert PurchaseOrderLine.objects.get(pk=line.pk).received_quantity == 9 and trade.on_hand("shaft") == 9
    assert trade.proven() == []


def test_two_receipts_against_the_last_open_quantity(trade: Trade) -> None:
    """Ten of ten rounds: one receipt of the last four is posted, the other is refused with what is left."""
    outcomes: Counter[str] = Counter()
    for _ in range(10):
        order = trade.order(shaft=10)
        trade.receive(order, shaft=6)
        goods = trade.goods(order, shaft=4)
        drafts = [trade.do(purchasing.create_receipt, supplier_id=order.supplier_id, lines=goods) for _ in range(2)]
        outcomes += together(
            trade,
            [
                lambda person, pk=draft.pk: purchasing.approve_receipt(
                    actor=person, request_id=uuid.uuid4(), document_id=pk
                )
                for draft in drafts
            ],
        )
        assert PurchaseOrderLine.objects.get(document=order).received_quantity == 10
    print(f"rounds 10, outcomes {dict(outcomes)}")
    assert outcomes == {"done": 10, "over_receipt": 10} and trade.on_hand("shaft") == 100
    assert trade.proven() == []


def test_a_blanket_order_is_called_off_once(trade: Trade) -> None:
    agreed = trade.do(
        purchasing.create_blanket, supplier_id=trade.partners["S1"].pk, valid_from=trade.today, valid_to=trade.today,
        lines=[purchasing.BlanketItem(trade.items["shaft"].pk, D(10), D(9))],
    )  # fmt: skip
    trade.do(purchasing.BLANKET.approve, document_id=agreed.pk)
    calls = [purchasing.CallOff(agreed.lines.get().pk, D(4))]
    found = together(
        trade,
        [lambda person: purchasing.call_off(actor=person, request_id=uuid.uuid4(), blanket_id=agreed.pk, lines=calls)]
        * THREADS,
    )
    assert found == {"done": 2, "over_called": THREADS - 2} and trade.proven() == []


def test_one_receipt_is_taken_back_once(trade: Trade) -> None:
    receipt = trade.receive(trade.order(shaft=10))
    found = together(
        trade,
        [lambda person: purchasing.unapprove_receipt(actor=person, request_id=uuid.uuid4(), document_id=receipt.pk)]
        * THREADS,
    )
    assert found == {"done": 1, "illegal_transition": THREADS - 1}
    assert (
        Receipt.objects.get(pk=receipt.pk).approval == "draft" and trade.on_hand("shaft") == 0 and trade.proven() == []
    )


def test_orders_compete_for_the_last_pumps(trade: Trade) -> None:
    trade.stock("pump", 7, "7000")
    orders = [trade.sell("C1" if n % 2 else "C2", pump=2) for n in range(THREADS)]
    found = together(
        trade,
        [
            lambda person, pk=order.pk: sales.ship_order(actor=person, request_id=uuid.uuid4(), order_id=pk)
            for order in orders
        ],
    )
    assert found == {"done": 3, "short_stock": THREADS - 3}
    assert trade.on_hand("pump") == 1 and trade.worth("pump") == (D(1), D("1000.00"))
    assert sum(SalesOrderLine.objects.values_list("shipped_quantity", flat=True)) == 6 and trade.proven() == []


def test_the_same_request_twice_at_once_ships_once(trade: Trade) -> None:
    trade.stock("pump", 9, "900")
    order, request = trade.sell(pump=2), uuid.uuid4()
    found = together(
        trade, [lambda person: sales.ship_order(actor=person, request_id=request, order_id=order.pk)] * THREADS
    )
    assert found == {"done": THREADS}
    assert trade.on_hand("pump") == 7 and trade.proven() == []


@pytest.mark.slow
def test_fifty_orders_reserve_one_of_ten(trade: Trade, capsys: pytest.CaptureFixture[str]) -> None:
    """Every round ten of fifty orders get a pump, the lots whichever are left; the others are told that nothing is free."""
    rounds = 2
    for turn in range(rounds):
        code = trade.item(f"ten{turn}", tracking="lot" if turn % 2 else "none", sales_price=D(9)).code
        for n in range(5 if turn % 2 else 1):
            trade.stock(code, 2 if turn % 2 else 10, "100", f"L{n}" if turn % 2 else "")
        orders = [trade.sell(**{code: 1}) for _ in range(50)]
        found = together(
            trade,
            [
                lambda person, pk=order.pk: sales.reserve_order(actor=person, request_id=uuid.uuid4(), order_id=pk)
                for order in orders
            ],
        )
        assert found == {"done": 10, "nothing_free": 40}
    with capsys.disabled():
        print(f"\n50 orders reserve one of 10: {rounds} rounds, {10 * rounds} kept, {40 * rounds} refused")
    assert trade.proven() == []


def test_shipping_swapping_and_letting_go_at_once(trade: Trade) -> None:
    """Four rounds of two orders: one ships, its goods are swapped and let go meanwhile; nothing is kept that is not there."""
    from gongfang.ledger import services as ledger
    from gongfang.ledger.models import Reservation

    for _ in range(4):
        trade.stock("pump", 6, "600")
        first, second = trade.sell(pump=4), trade.sell(pump=2)
        for order in (first, second):
            trade.do(sales.reserve_order, order_id=order.pk)
        mine, other = (Reservation.objects.get(source_id=order.pk).pk for order in (first, second))
        acts: list[Callable[[User], Any]] = [
            lambda person, pk=first.pk: sales.ship_order(actor=person, request_id=uuid.uuid4(), order_id=pk),
            lambda person, pk=mine: ledger.release_reservation(actor=person, request_id=uuid.uuid4(), reservation_id=pk, quantity=D(1)),
            lambda person, pk=other: ledger.release_reservation(actor=person, request_id=uuid.uuid4(), reservation_id=pk),
            lambda person, pk=second.pk: sales.reserve_order(actor=person, request_id=uuid.uuid4(), order_id=pk),
        ]  # fmt: skip
        found = together(trade, acts)
        assert set(found) <= {"done", "missing", "nothing_free", "too_much_released", "short_stock"}, found
        assert trade.proven() == []
        trade.do(sales.ship_order, order_id=second.pk)
        assert trade.proven() == []
