"""Everything that can be taken back: it is as if it had never been, on its own day; a closed month keeps it, in words.

Each story makes what is needed, waits, posts one thing and says how it is taken back. It happens last month; it is taken back today.
"""

import uuid
from collections.abc import Callable, Generator, Iterator
from datetime import date, time, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.costing import services as costing
from gongfang.finance import services as finance
from gongfang.finance.rules import MatchInput
from gongfang.inventory import services as inventory
from gongfang.inventory.services import CountLineInput, OutputInput, ReceiptLineInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Period, Posting, StockMove
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.services.orders import PartInput
from gongfang.platform.verification import run_all
from gongfang.production import services as making
from gongfang.purchasing import services as purchasing
from gongfang.quality import queries as inspections
from gongfang.quality import services as quality
from gongfang.sales import services as sales
from gongfang.simulation.clock import Clock, running
from tests.ledger.conftest import Store
from tests.ledger.test_adjustments import freight
from tests.ledger.test_general import rent
from tests.maintenance.conftest import Workshop
from tests.pictures import picture, shut
from tests.production import test_subcontracting as outside
from tests.production.shop import Shop
from tests.quality.test_inspections import blocked
from tests.scenarios.test_goods_of_others import take_in
from tests.trading import Trade

Story = Generator[None, None, Callable[[], Any]]
Told = Callable[[Callable[[date], None]], Story]


def do(store: Store, verb: Callable[..., Any], **values: Any) -> Any:
    return verb(actor=store.user, request_id=uuid.uuid4(), **values)


# ------------------------------------------------------------------------------------------------------------- trade
def received(later: Any) -> Story:
    trade = Trade()
    order = trade.order(shaft=10, casting=2)
    yield
    document = trade.do(
        purchasing.receive_order, order_id=order.pk, lines=trade.goods(order, shaft=10, casting=(2, "L1"))
    )
    return lambda: trade.do(purchasing.unapprove_receipt, document_id=document.pk)


def received_for_inspection(later: Any) -> Story:
    """Goods were judged later and lie in the store; both are taken back, each on its day."""
    trade = Trade()
    order = trade.order(seal=100)
    yield
    document = trade.receive(order)
    later(trade.today + timedelta(days=2))
    trade.do(quality.pass_inspection, inspection_id=inspections.waiting().get().pk)
    return lambda: trade.do(purchasing.unapprove_receipt, document_id=document.pk)


def sent_back(later: Any) -> Story:
    trade = Trade()
    receipt = trade.receive(trade.order(shaft=10))
    yield
    back = trade.do(purchasing.return_receipt, receipt_id=receipt.pk, reason="磕碰")
    trade.do(purchasing.approve_return, document_id=back.pk)
    return lambda: trade.do(purchasing.unapprove_return, document_id=back.pk)


def shipped(later: Any) -> Story:
    trade = Trade()
    trade.stock("pump", 3, "1000")
    order = trade.sell(pump=2)
    yield
    document = trade.ship(order)
    return lambda: trade.do(sales.unapprove_shipment, document_id=document.pk)


def come_back(later: Any) -> Story:
    trade = Trade()
    trade.stock("pump", 3, "1000")
    shipment = trade.ship(trade.sell(pump=2))
    yield
    back = trade.do(sales.return_shipment, shipment_id=shipment.pk, reason="漏水", place="store")
    trade.do(sales.approve_return, document_id=back.pk)
    return lambda: trade.do(sales.unapprove_return, document_id=back.pk)


def kept_for_the_owner(later: Any) -> Story:
    trade = Trade()
    trade.stock("shaft", 1, "10")
    yield
    note = take_in(trade, "S1", ("shaft", 3, ""))
    return lambda: trade.do(inventory.CUSTODIES.unapprove, document_id=note.pk)


# ------------------------------------------------------------------------------------------------------------- stores
def taken_in(later: Any) -> Story:
    store = Store()
    store.receive("shaft", "2", "30.00")
    lines = [ReceiptLineInput(store.items["shaft"].pk, D(3), unit_cost=D("3.33"))]
    made = do(store, inventory.create_other_receipt, warehouse=store.warehouses["W1"].pk, lines=lines)
    yield
    do(store, inventory.approve_other_receipt, document_id=made.pk)
    return lambda: do(store, inventory.unapprove_other_receipt, document_id=made.pk)


def taken_out(later: Any) -> Story:
    store = Store()
    store.receive("shaft", "3", "10.00")
    lines = [StockLineInput(store.items["shaft"].pk, D(1))]
    made = do(store, inventory.create_other_issue, warehouse=store.warehouses["W1"].pk, lines=lines)
    yield
    do(store, inventory.approve_other_issue, document_id=made.pk)
    return lambda: do(store, inventory.unapprove_other_issue, document_id=made.pk)


def moved(later: Any) -> Story:
    store = Store()
    store.receive("shaft", "6", "60.00")
    lines = [StockLineInput(store.items["shaft"].pk, D(2))]
    yield
    made = do(store, inventory.quick_transfer, source=store.at("W1").pk, target=store.at("W2").pk, lines=lines)
    return lambda: do(store, inventory.unapprove_transfer, document_id=made.pk)


def sent_and_arrived(later: Any) -> Story:
    """It left last month and arrived three days later; each step is taken back on its own day."""
    store = Store()
    store.receive("shaft", "6", "60.00")
    ends = {"source": store.at("W1").pk, "target": store.at("W2").pk}
    lines = [StockLineInput(store.items["shaft"].pk, D(2))]
    made = do(store, inventory.create_transfer, **ends, lines=lines, in_two_steps=True)
    yield
    do(store, inventory.approve_transfer, document_id=made.pk)
    later(store.today + timedelta(days=3))
    do(store, inventory.receive_transfer, document_id=made.pk)
    return lambda: do(store, inventory.unapprove_transfer, document_id=made.pk)


def converted(later: Any) -> Story:
    store = Store()
    store.receive("shaft", "3", "10.00")
    made = do(
        store, inventory.create_conversion, warehouse=store.warehouses["W1"].pk, kind="convert",
        lines=[StockLineInput(store.items["shaft"].pk, D(1))], outputs=[OutputInput(store.items["wheel"].pk, D(1))],
    )  # fmt: skip
    yield
    do(store, inventory.approve_conversion, document_id=made.pk)
    return lambda: do(store, inventory.unapprove_conversion, document_id=made.pk)


def counted(later: Any) -> Story:
    store = Store()
    store.receive("shaft", "5", "50.00")
    lines = [CountLineInput(store.items["shaft"].pk, D(3))]
    made = do(store, inventory.create_count, location=store.at("W1").pk, lines=lines)
    yield
    do(store, inventory.approve_count, document_id=made.pk)
    return lambda: do(store, inventory.unapprove_count, document_id=made.pk)


# ------------------------------------------------------------------------------------------------------------- books
def by_hand(later: Any) -> Story:
    store = Store()
    journal = rent(store)
    yield
    do(store, ledger.approve_journal, document_id=journal.pk)
    return lambda: do(store, ledger.unapprove_journal, document_id=journal.pk)


def freight_added(later: Any) -> Story:
    """Part of the goods is sold: the freight went on what is left and on what was sold."""
    store = Store()
    posting = store.receive("shaft", "10", "100.00")
    store.ship("shaft", "4")
    document = freight(store, "10.00", [posting.moves.get()])
    yield
    ledger.approve_value_adjustment(
        actor=store.user, request_id=uuid.uuid4(), document_id=document.pk, confirm=frozenset({"recost"})
    )
    return lambda: ledger.unapprove_value_adjustment(
        actor=store.user, request_id=uuid.uuid4(), document_id=document.pk, confirm=frozenset({"recost"})
    )


def _invoiced(trade: Trade, price: str | None = None) -> Any:
    receipt = trade.receive(trade.order(shaft=100))
    lines = [
        finance.InvoiceLineInput(line.pk, line.quantity, D(price) if price else None) for line in receipt.lines.all()
    ]
    return trade.do(
        finance.create_purchase_invoice, lines=lines, supplier_id=receipt.supplier_id, invoice_no="25317000000012345678"
    )


def billed(later: Any) -> Story:
    trade = Trade()
    made = _invoiced(trade, "10.30")
    yield
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    return lambda: trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=made.pk)


def billed_onto_the_goods(later: Any) -> Story:
    """What the invoice asks more goes on the goods and on those that were used meanwhile."""
    from gongfang.platform.settings.models import Setting

    trade = Trade()
    Setting.objects.create(key="finance.price_difference", value="stock")
    made = _invoiced(trade, "10.30")
    line = StockLineInput(trade.items["shaft"].pk, D(40))
    out = trade.do(inventory.create_other_issue, warehouse=trade.warehouses["W1"].pk, lines=[line])
    trade.do(inventory.approve_other_issue, document_id=out.pk)
    yield
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    return lambda: trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=made.pk)


def _sold(trade: Trade) -> Any:
    trade.stock("pump", 3, "1000")
    shipment = trade.ship(trade.sell(pump=2))
    return trade.do(finance.invoice_shipments, shipment_ids=[shipment.pk])


def charged(later: Any) -> Story:
    trade = Trade()
    made = _sold(trade)
    yield
    trade.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    return lambda: trade.do(finance.SALES_INVOICE_LIFECYCLE.unapprove, document_id=made.pk)


def paid(later: Any) -> Story:
    trade = Trade()
    made = _invoiced(trade)
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    (payment,) = trade.do(finance.pay_invoices, invoice_ids=[made.pk])
    yield
    trade.do(finance.PAYMENT_LIFECYCLE.approve, document_id=payment.pk)
    return lambda: trade.do(finance.PAYMENT_LIFECYCLE.unapprove, document_id=payment.pk)


def money_received(later: Any) -> Story:
    trade = Trade()
    made = _sold(trade)
    trade.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    receipt = trade.do(
        finance.create_receipt, customer_id=trade.partners["C1"].pk, amount=D(200), lines=[MatchInput(made.pk, D("200.00"))]
    )  # fmt: skip
    yield
    trade.do(finance.RECEIPT_LIFECYCLE.approve, document_id=receipt.pk)
    return lambda: trade.do(finance.RECEIPT_LIFECYCLE.unapprove, document_id=receipt.pk)


def estimates_reversed(later: Any) -> Story:
    trade = Trade()
    trade.do(finance.create_estimate_policy, method="month_start", valid_from=date(2020, 1, 1))
    order = trade.order(shaft=100)
    first = trade.today.replace(day=1)
    trade.do(purchasing.receive_order, order_id=order.pk, business_date=first - timedelta(days=3))
    yield
    run = trade.do(finance.reverse_estimates)
    return lambda: trade.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=run.pk)


def fee_billed(later: Any) -> Story:
    shop = outside.plated.__wrapped__(Shop())  # type: ignore[attr-defined]
    ordered = outside.outside(shop, outside.turned(shop))
    shop.do(making.send_subcontract, subcontract_id=ordered.pk)
    receipt = shop.do(making.receive_subcontract, subcontract_id=ordered.pk, good=D(10))
    made = shop.do(
        finance.invoice_fees, receipt_ids=[receipt.pk], invoice_no="01234567890123456789", net_amount=D("31.00")
    )
    yield
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    return lambda: shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=made.pk)


# ------------------------------------------------------------------------------------------------------------- quality
def judged(later: Any) -> Story:
    trade = Trade()
    trade.receive(trade.order(seal=100))
    waiting = inspections.waiting().get()
    yield
    trade.do(quality.decide_inspection, inspection_id=waiting.pk, accepted_quantity=D(94), rejected_quantity=D(6))
    return lambda: trade.do(quality.unapprove_inspection, document_id=waiting.pk)


def scrapped(later: Any) -> Story:
    trade = Trade()
    report = blocked(trade)
    trade.do(quality.change_nonconformance, nonconformance_id=report.pk, disposition="scrap")
    yield
    trade.do(quality.approve_nonconformance, document_id=report.pk)
    return lambda: trade.do(quality.unapprove_nonconformance, document_id=report.pk)


# ------------------------------------------------------------------------------------------------------------- the shop
def _shop() -> tuple[Shop, Any]:
    shop = Shop()
    shop.stock_up()
    return shop, shop.order("10")


def issued(later: Any) -> Story:
    shop, order = _shop()
    yield
    document = shop.pick(order)
    return lambda: shop.do(making.undo_issue, document_id=document.pk)


def returned(later: Any) -> Story:
    shop, order = _shop()
    shop.issue(order, "shaft", "20")
    yield
    line = making.ReturnInput(shop.material(order, "shaft").pk, D(3))
    document = shop.do(making.return_materials, lines=[line])
    return lambda: shop.do(making.undo_return, document_id=document.pk)


def reported(later: Any) -> Story:
    """The last operation takes the bolts out."""
    shop, order = _shop()
    shop.pick(order)
    shop.report(order, 10, "10", minutes="90")
    yield
    document = shop.report(order, 20, "10", minutes="120")
    return lambda: shop.do(making.undo_report, document_id=document.pk)


def made(later: Any) -> Story:
    shop, order = _shop()
    shop.pick(order)
    for number in (10, 20):
        shop.report(order, number, "10", minutes="90")
    yield
    document = shop.receive(order, "4")
    return lambda: shop.do(making.undo_receipt, document_id=document.pk)


def reported_and_made(later: Any) -> Story:
    """A report, a later one and a receipt, on three days; the first takes the others with it."""
    shop, order = _shop()
    shop.pick(order)
    yield
    document = shop.report(order, 10, "10", minutes="90")
    later(shop.today + timedelta(days=1))
    shop.report(order, 20, "10", minutes="120")
    later(shop.today + timedelta(days=2))
    shop.receive(order, "10")
    return lambda: shop.do(making.undo_report, document_id=document.pk, cascade=True)


def sent_outside(later: Any) -> Story:
    shop = outside.plated.__wrapped__(Shop())  # type: ignore[attr-defined]
    ordered = outside.outside(shop, outside.turned(shop))
    yield
    document = shop.do(making.send_subcontract, subcontract_id=ordered.pk)
    return lambda: shop.do(making.undo_subcontract_transfer, document_id=document.pk)


def back_from_outside(later: Any) -> Story:
    shop = outside.plated.__wrapped__(Shop())  # type: ignore[attr-defined]
    ordered = outside.outside(shop, outside.turned(shop))
    shop.do(making.send_subcontract, subcontract_id=ordered.pk)
    yield
    document = shop.do(making.receive_subcontract, subcontract_id=ordered.pk, good=D(9))
    return lambda: shop.do(making.undo_subcontract_receipt, document_id=document.pk)


def settled(later: Any) -> Story:
    shop, order = _shop()
    shop.pick(order)
    for number in (10, 20):
        shop.report(order, number, "10", minutes="90")
    shop.receive(order, "10")
    shop.close(order)
    yield
    shop.do(costing.settle_orders, order_ids=[order.pk])
    return lambda: shop.do(costing.unsettle_orders, order_ids=[order.pk])


def repaired(later: Any) -> Story:
    shop = Workshop()
    shop.stock("shaft", 10, "200.00")
    order = shop.do(maintenance.report_fault, equipment_id=shop.lathe.pk, fault="主轴异响")
    shop.do(maintenance.begin_order, document_id=order.pk)
    yield
    part = PartInput(shop.items["shaft"].pk, D(3), shop.warehouses["W1"].pk)
    shop.do(maintenance.issue_parts, document_id=order.pk, lines=[part])
    return lambda: shop.do(maintenance.return_part, document_id=order.pk)


STORIES: list[Told] = [
    received, received_for_inspection, sent_back, shipped, come_back, kept_for_the_owner, taken_in, taken_out, moved, sent_and_arrived,
    converted, counted, by_hand, freight_added, billed, billed_onto_the_goods, charged, paid, money_received, estimates_reversed, fee_billed,
    judged, scrapped, issued, returned, reported, made, reported_and_made, sent_outside, back_from_outside, settled, repaired,
]  # fmt: skip


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Ten in the morning of a day of last month."""
    clock = Clock(timezone.localdate().replace(day=1) - timedelta(days=10))
    with running(clock):
        yield clock


@pytest.mark.both_databases
@pytest.mark.django_db
@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.__name__)
def test_it_is_as_if_it_had_never_been(told: Told, clock: Clock) -> None:
    today, then = timezone.localdate() + timedelta(days=20), clock.today
    story = told(lambda day: clock.set(day, time(9)))
    next(story)
    before, known = picture(), Posting.objects.count()
    back = posted(story)
    assert picture() != before and Posting.objects.filter(on__gte=today).count() == 0
    assert Posting.objects.count() > known and then.month != today.month
    clock.set(today, time(9))
    back()
    after = picture()
    for name, expected in before.items():
        assert after[name] == expected, name
    assert not StockMove.objects.filter(on=today).exists(), "nothing is of the day on which it was taken back"
    assert run_all() == []


@pytest.mark.both_databases
@pytest.mark.django_db
@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.__name__)
def test_a_closed_month_keeps_it(told: Told, clock: Clock) -> None:
    today, then = timezone.localdate() + timedelta(days=20), clock.today
    story = told(lambda day: clock.set(day, time(9)))
    next(story)
    back = posted(story)
    period = shut(then)
    clock.set(today, time(9))
    before, count = picture(), Posting.objects.count()
    with pytest.raises(DomainError) as refusal:
        back()
    assert refusal.value.code == "period_closed" and refusal.value.kind == "conflict"
    words = str(refusal.value.problems[0])
    assert f"cannot be taken back: {period.year}-{period.month:02d} is closed. Reopen" in words
    assert (picture(), Posting.objects.count()) == (before, count)
    Period.objects.update(state=Period.State.OPEN)
    assert run_all() == []
    back()
    assert run_all() == []


def posted(story: Story) -> Callable[[], Any]:
    """Let the story go on: it posts, and says how that is taken back."""
    with pytest.raises(StopIteration) as told:
        next(story)
    return told.value.value  # type: ignore[no-any-return]
