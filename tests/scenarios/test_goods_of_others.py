"""Goods that are not ours: consigned by a supplier until we take them over, and a customer's material worked into his order."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from gongfang.inventory import services as store
from gongfang.inventory.services import CustodyLineInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Balance, Location, Voucher
from gongfang.masterdata.models import Partner
from gongfang.platform.verification import run_all
from gongfang.production import services as production
from gongfang.production.services import ReturnInput
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseReturn
from gongfang.purchasing.services import TakenGoods
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from tests.production.shop import Shop
from tests.trading import Trade


@pytest.fixture
def trade(db):
    trade = Trade()
    yield trade
    assert trade.proven() == []


@pytest.fixture
def shop(db):
    shop = Shop()
    yield shop
    assert run_all() == []


def take_in(trade, partner, *lines, kind="receive", ownership="consigned", on=None):
    rows = [CustodyLineInput(trade.items[item].pk, D(quantity), lot) for item, quantity, lot in lines]
    note = trade.do(
        store.create_custody, warehouse=trade.warehouses["W1"].pk, partner=trade.partners[partner].pk, kind=kind, ownership=ownership, lines=rows,
        business_date=on,
    )  # fmt: skip
    return trade.do(store.CUSTODIES.approve, document_id=note.pk)


def theirs(trade, item):
    rows = Balance.objects.filter(item=trade.items[item], quantity__gt=0).exclude(location__ownership="own")
    return sum((row.quantity for row in rows), D(0))


def test_consigned_goods_reach_the_books_only_when_taken_over(trade):
    """100 shafts consigned, 10 given back, 30 taken over at 8.00: stock 30 worth 240.00, estimated 240.00; the invoice settles it."""
    note = take_in(trade, "S1", ("shaft", 100, ""))
    assert (
        theirs(trade, "shaft") == 100
        and trade.worth("shaft") == (0, 0)
        and trade.books() == {}
        and not Voucher.objects.exists()
    )
    pk = trade.items["shaft"].pk
    assert ledger.available([pk])[pk] == 0 and ledger.plannable_stock([pk]).get(pk, 0) == 0, "no supply of ours"
    take_in(trade, "S1", ("shaft", 10, ""), kind="give_back")
    assert theirs(trade, "shaft") == 90 and trade.books() == {}
    order = trade.order(shaft=(30, "8"))
    receipt = trade.do(purchasing.take_over, order_id=order.pk)
    assert receipt.is_take_over and theirs(trade, "shaft") == 60
    assert trade.on_hand("shaft") == 30 and trade.worth("shaft") == (30, D("240.00"))
    assert {code[:4]: amount for code, amount in trade.books().items()} == {"1403": D("240.00"), "2202": D("-240.00")}
    with pytest.raises(DomainError) as refusal:
        trade.do(store.CUSTODIES.unapprove, document_id=note.pk)
    assert refusal.value.code == "short_stock", "what is gone cannot go back"
    trade.do(purchasing.unapprove_receipt, document_id=receipt.pk)
    assert theirs(trade, "shaft") == 90 and trade.books() == {} and trade.on_hand("shaft") == 0


def test_lots_are_taken_over_by_the_picking_rules_or_by_name(trade):
    take_in(trade, "S1", ("casting", 6, "L1"), ("casting", 6, "L2"), ("motor", 1, "M1"), ("motor", 1, "M2"))
    order = trade.order(casting=(8, "10"), motor=(2, "300"))
    receipt = trade.do(purchasing.take_over, order_id=order.pk)
    assert sorted((line.lot_code, line.quantity) for line in receipt.lines.all()) == [
        ("L1", 6),
        ("L2", 2),
        ("M1", 1),
        ("M2", 1),
    ]
    more = trade.order(casting=(9, "10"))
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.take_over, order_id=more.pk, lines=[TakenGoods(more.lines.get().pk, D(9))])
    assert refusal.value.code == "consigned_short" and refusal.value.problems[0].data["gap"] == 5
    assert trade.do(purchasing.take_over, order_id=more.pk).lines.get().quantity == 4, "without lines: what is there"
    other = trade.order("S2", shaft=3)
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.take_over, order_id=other.pk)
    assert refusal.value.code == "nothing_consigned"


def test_what_is_inspected_waits_for_the_inspector_once_it_is_ours(trade):
    """Of 10 taken over 7 pass; 3 go back to the supplier at the order's price, and the lot keeps the dates it came with."""
    came = trade.today - timedelta(30)
    take_in(trade, "S1", ("grease", 10, "G1"), on=came)
    order = trade.order(grease=(10, "8"))
    receipt = trade.do(purchasing.take_over, order_id=order.pk)
    line = receipt.lines.get()
    assert line.is_inspected and (line.made_on, line.expires_on) == (came, came + timedelta(100))
    assert (trade.on_hand("grease"), trade.on_hand("grease", "W1-QC"), theirs(trade, "grease")) == (0, 10, 0)
    found = Inspection.objects.get()
    trade.do(
        quality.dispose_inspection, inspection_id=found.pk, accepted_quantity=D(7), rejected_quantity=D(3), disposition="return"
    )  # fmt: skip
    back = PurchaseReturn.objects.get()
    if back.approval != "approved":
        trade.do(purchasing.approve_return, document_id=back.pk)
    assert (trade.on_hand("grease"), trade.on_hand("grease", "W1-QC"), trade.on_hand("grease", "W1-HOLD")) == (7, 0, 0)
    assert trade.worth("grease") == (7, D("56.00")) and trade.books()["220202"] == D("-56.00")


def test_others_goods_stay_apart(trade):
    """No transfer makes them ours; no shipment or issue takes them; their owner has to fit."""
    take_in(trade, "S1", ("shaft", 5, ""))
    place = Location.objects.get(ownership="consigned")
    with pytest.raises(DomainError) as refusal:
        transfer = trade.do(
            store.create_transfer,
            source=place.pk,
            target=trade.place("W1").pk,
            lines=[StockLineInput(trade.items["shaft"].pk, D(1))],
        )
        trade.do(store.TRANSFERS.approve, document_id=transfer.pk)
    assert refusal.value.code == "owner_differs"
    with pytest.raises(DomainError) as refusal:
        trade.ship(trade.sell(shaft=1))
    assert refusal.value.code == "short_stock"
    for partner, ownership, code in (
        ("C1", "consigned", "owner_supplier_needed"),
        ("S1", "customer", "owner_is_customer"),
    ):
        with pytest.raises(DomainError) as refusal:
            take_in(trade, partner, ("shaft", 1, ""), ownership=ownership)
        assert refusal.value.code == code
    with pytest.raises(DomainError) as refusal:
        take_in(trade, "S1", ("shaft", 6, ""), kind="give_back")
    assert refusal.value.code == "short_stock"
    with pytest.raises(DomainError) as refusal:
        take_in(trade, "S1", ("casting", 1, ""))
    assert refusal.value.code == "lot_code_missing"


def test_a_customers_material_is_worked_in_without_cost(shop):
    """A pump of the customer's casting: cost is what we add; what is left of his casting goes back to his place, then to him."""
    shop.stock("shaft", "20", "600.00")
    shop.stock("bolt", "40", "20.00")
    customer = Partner.objects.create(code="K9", name="客户九", pinyin="khj", is_customer=True)
    casting = shop.items["casting"]
    note = shop.do(
        store.create_custody, warehouse=shop.raw.pk, partner=customer.pk, ownership="customer", lines=[CustodyLineInput(casting.pk, D(12), "K1")]
    )  # fmt: skip
    shop.do(store.CUSTODIES.approve, document_id=note.pk)
    order = shop.order("10", customer_id=customer.pk)
    before = shop.fresh(order).standard_material
    assert before == D("1620.00")
    books = shop.books()
    issue = shop.do(production.issue_customer_material, order_id=order.pk)
    assert [(line.lot.code, line.quantity, line.value, line.owner_id) for line in issue.lines.all()] == [
        ("K1", 10, 0, customer.pk)
    ]
    order = shop.fresh(order)
    assert (shop.books(), order.actual_material, order.standard_material) == (books, 0, D("620.00"))
    back = shop.do(
        production.return_materials, reason="余料", lines=[ReturnInput(shop.material(order, "casting").pk, D(3), issue.lines.get().lot_id, shop.raw.pk)]
    )  # fmt: skip
    place = Location.objects.get(ownership="customer")
    assert Balance.objects.get(location=place).quantity == 5 and back.lines.get().value == 0 and shop.books() == books
    shop.do(production.undo_return, document_id=back.pk)
    shop.do(production.undo_issue, document_id=issue.pk)
    assert Balance.objects.get(location=place).quantity == 12 and shop.books() == books
    other = shop.order("1")
    with pytest.raises(DomainError) as refusal:
        shop.do(production.issue_customer_material, order_id=other.pk)
    assert refusal.value.code == "no_customer"
