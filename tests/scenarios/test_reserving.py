"""Goods kept for orders: reserved by approval or by hand, taken first by those they are kept for, let go when an order ends, swapped."""

from decimal import Decimal as D

import pytest

from gongfang.inventory import services as inventory
from gongfang.inventory.services import PutAwayInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Balance, Lot, Reservation
from gongfang.platform.settings.services import change_setting
from gongfang.platform.verification import run_all
from gongfang.production import services as production
from gongfang.sales import services as sales
from tests.bins import make_bins, put_into_bins
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


def kept(order):
    """Kind, item, lot and quantity of what is reserved for an order."""
    rows = ledger_queries.kept_of(order.doc_type, order.pk)
    return [(row.kind, row.item.code, row.lot.code if row.lot else "", int(row.quantity)) for row in rows]


def free(trade, code):
    pk = trade.items[code].pk
    return ledger_queries.available([pk])[pk]


def test_who_reserves_ships_and_the_others_wait(trade):
    """10 pumps, two orders of 8: the one that reserved ships all of it; the other gets the two that are left, then a swap."""
    trade.stock("pump", 10, "1000.00")
    first, second = trade.sell(pump=8), trade.sell("C2", pump=8)
    trade.do(sales.reserve_order, order_id=first.pk)
    assert kept(first) == [("hard", "pump", "", 8)] and free(trade, "pump") == 2
    with pytest.raises(DomainError) as refusal:
        trade.ship(second)
    assert refusal.value.code == "short_stock" and refusal.value.problems[0].data["reserved"] == 8
    pushed = trade.do(sales.push_shipment, order_ids=[second.pk])
    assert [line.quantity for line in pushed.lines.all()] == [2]
    trade.do(sales.reserve_order, order_id=second.pk)
    assert kept(second) == [("hard", "pump", "", 2)]
    with pytest.raises(DomainError) as refusal:
        trade.do(sales.reserve_order, order_id=second.pk)
    assert refusal.value.code == "nothing_free" and "pump" in str(refusal.value)
    pushed = trade.do(sales.push_shipment, order_ids=[first.pk])
    assert [line.quantity for line in pushed.lines.all()] == [8], "its own are free for it"
    trade.do(sales.approve_shipment, document_id=pushed.pk)
    assert kept(first) == [] and trade.on_hand("pump") == 2
    trade.ship(second, pump=2)
    assert not Reservation.objects.exists() and trade.on_hand("pump") == 0


def test_the_lot_that_is_kept_leaves_first(trade):
    """A lot set aside for an order goes to it, though another would expire first; what is shipped of another lot frees it as well."""
    trade.stock("grease", 5, "50.00", "NEW", expires_on=trade.today.replace(year=trade.today.year + 2))
    order = trade.sell(grease=4)
    trade.do(sales.reserve_order, order_id=order.pk)
    trade.stock("grease", 5, "50.00", "OLD", expires_on=trade.today.replace(year=trade.today.year + 1))
    pushed = trade.do(sales.push_shipment, order_ids=[order.pk])
    assert [(line.lot.code, line.quantity) for line in pushed.lines.all()] == [("NEW", 4)]
    trade.do(sales.SHIPMENT.void, document_id=pushed.pk)
    trade.ship(order, grease=(3, "OLD"))
    assert kept(order) == [("hard", "grease", "NEW", 1)], "three of four were served, whatever lot they were of"
    trade.ship(order)
    assert kept(order) == [] and Balance.objects.get(lot__code="NEW").quantity == 4


def test_what_stands_in_bins_is_kept_there(trade):
    make_bins(trade.boss, trade.place("W1"))
    trade.stock("pump", 10, "1000.00")
    put_into_bins(trade.boss, trade.place("W1"), (trade.items["pump"].pk, None))
    order = trade.sell(pump=9)
    trade.do(sales.reserve_order, order_id=order.pk)
    assert sum(row[3] for row in kept(order)) == 9 and len(kept(order)) == 3
    trade.ship(order)
    assert not Reservation.objects.exists() and Balance.objects.filter(reserved__gt=0).count() == 0


@pytest.mark.parametrize("end", ["close_order", "unapprove_order", "release_order"])
def test_an_order_that_ends_keeps_nothing(trade, end):
    trade.stock("pump", 10, "1000.00")
    order = trade.sell(pump=8)
    trade.do(sales.reserve_order, order_id=order.pk)
    key = "order_id" if end == "release_order" else "document_id"
    trade.do(getattr(sales, end), **{key: order.pk})
    assert kept(order) == [] and free(trade, "pump") == 10


def test_an_order_that_shrinks_keeps_less(trade):
    trade.stock("pump", 10, "1000.00")
    order = trade.sell(pump=8, wheel=1)
    trade.do(sales.reserve_order, order_id=order.pk)
    pump = order.lines.get(item__code="pump")
    trade.do(sales.revise_order, order_id=order.pk, lines=[sales.Revision(pump.pk, quantity=D(5))])
    assert kept(order) == [("hard", "pump", "", 5)]
    trade.do(sales.close_order_line, order_id=order.pk, line_id=pump.pk)
    assert kept(order) == []
    with pytest.raises(DomainError) as refusal:
        trade.do(sales.reserve_line, line_id=pump.pk)
    assert refusal.value.code == "nothing_open_to_keep"


def test_a_line_by_hand_a_part_at_a_time(trade):
    trade.stock("pump", 10, "1000.00")
    order = trade.sell(pump=8)
    line = order.lines.get()
    trade.do(sales.reserve_line, line_id=line.pk, quantity=D(3))
    trade.do(sales.reserve_line, line_id=line.pk, quantity=D(2))
    assert kept(order) == [("hard", "pump", "", 5)]
    row = Reservation.objects.get()
    trade.do(ledger.release_reservation, reservation_id=row.pk, quantity=D(4))
    assert kept(order) == [("hard", "pump", "", 1)] and free(trade, "pump") == 9
    with pytest.raises(DomainError) as refusal:
        trade.do(ledger.release_reservation, reservation_id=row.pk, quantity=D(2))
    assert refusal.value.code == "too_much_released"
    trade.do(ledger.release_reservation, reservation_id=row.pk)
    assert not Reservation.objects.exists() and Balance.objects.get(item__code="pump").reserved == 0


def test_approval_promises_where_the_company_wants_it_and_orders_swap(trade):
    """Soft on approval; a customer who waits longer gets what another has firmly, and both show what they have."""
    trade.stock("pump", 8, "800.00")
    trade.do(change_setting, key="sales.reserve_on_approval", value="soft")
    first, urgent = trade.sell(pump=8), trade.sell("C2", pump=5)
    assert kept(first) == [("soft", "pump", "", 8)] and kept(urgent) == [("soft", "pump", "", 5)]
    assert free(trade, "pump") == 8, "a promise does not hold"
    trade.do(sales.reserve_order, order_id=first.pk)
    assert kept(first) == [("hard", "pump", "", 8)], "what is kept firmly is promised no more"
    mine, other = Reservation.objects.get(source_id=first.pk), Reservation.objects.get(source_id=urgent.pk)
    trade.do(ledger.swap_reservation, reservation_id=mine.pk, other_id=other.pk)
    assert kept(first) == [("hard", "pump", "", 3), ("soft", "pump", "", 5)] and kept(urgent) == [
        ("hard", "pump", "", 5)
    ]
    trade.ship(urgent)
    trade.ship(first, pump=3)
    assert kept(first) == [("soft", "pump", "", 5)] and trade.on_hand("pump") == 0
    trade.do(change_setting, key="sales.reserve_on_approval", value="hard")
    trade.stock("pump", 2, "200.00")
    third = trade.sell(pump=7)
    assert kept(third) == [("hard", "pump", "", 2)], "as far as it goes, and no refusal"


def test_a_promise_date_counts_what_is_kept_once(trade):
    """10 on hand, 8 of them kept for an order of 8: 2 are free to promise, not −6."""
    trade.stock("pump", 10, "1000.00")
    order = trade.sell(pump=8)
    asked = [(trade.items["pump"].pk, D(1))]
    before = sales.promise(asked, trade.today)[0].free_now
    trade.do(sales.reserve_order, order_id=order.pk)
    assert sales.promise(asked, trade.today)[0].free_now == before == 2


def test_statements_do_not_grow_with_the_lines(trade):
    counts = []
    for size in (1, 1, 40):
        codes = [trade.item(f"k{len(counts)}-{n}").code for n in range(size)]
        for code in codes:
            trade.stock(code, 10, "100.00")
        order = trade.sell(**dict.fromkeys(codes, 8))
        with trade.counted() as keeping:
            trade.do(sales.reserve_order, order_id=order.pk)
        with trade.counted() as shipping:
            trade.ship(order)
        counts.append((keeping[0], shipping[0]))
    assert counts[1] == counts[2], counts
    assert counts[1][0] < 30, counts


def test_materials_are_kept_for_a_work_order(shop):
    """One order keeps its castings; the other cannot pick them; issuing uses up what was kept, closing lets go of the rest."""
    shop.stock("casting", "12", "1200.00", "C1")
    shop.stock("shaft", "100", "3000.00")
    shop.stock("bolt", "500", "250.00")
    first, second = shop.order("10"), shop.order("10")
    shop.do(production.reserve_materials, order_ids=[first.pk])
    assert ("hard", "casting", "C1", 10) in kept(first)
    with pytest.raises(DomainError) as refusal:
        shop.pick(second)
    assert refusal.value.code == "short_material"
    shop.do(production.reserve_materials, order_ids=[second.pk])
    assert ("hard", "casting", "C1", 2) in kept(second)
    rows = {row.source_id: row for row in Reservation.objects.filter(item__code="casting")}
    with pytest.raises(DomainError) as refusal:
        shop.do(ledger.swap_reservation, reservation_id=rows[first.pk].pk, other_id=rows[second.pk].pk)
    assert refusal.value.code == "nothing_to_swap"
    shop.issue(first, "casting", "4")
    assert ("hard", "casting", "C1", 6) in kept(first)
    shop.pick(first)
    assert [row for row in kept(first) if row[1] != "bolt"] == []
    shop.do(production.release_materials, order_id=second.pk)
    assert kept(second) == []


def test_a_work_order_that_ends_or_shrinks_keeps_less(shop):
    shop.stock_up()
    order = shop.order("10", release=False)
    with pytest.raises(DomainError) as refusal:
        shop.do(production.reserve_materials, order_ids=[order.pk])
    assert refusal.value.code == "not_approved_yet"
    shop.approve(order)
    shop.do(production.reserve_materials, order_ids=[order.pk])
    order = shop.fresh(order)
    shop.do(
        production.change_order, document_id=order.pk, quantity=D(6), start=order.start, due=order.due, reason="少做"
    )
    assert [row[3] for row in kept(order) if row[1] == "casting"] == [6]
    shop.do(production.cancel_orders, order_ids=[order.pk])
    assert kept(order) == []


def test_what_is_backflushed_is_used_up_too(shop):
    shop.stock_up()
    order = shop.order("10")
    shop.do(production.reserve_materials, order_ids=[order.pk])
    assert [row[3] for row in kept(order) if row[1] == "bolt"] == [40]
    shop.pick(order)
    shop.report(order, 10, "5")
    shop.report(order, 20, "5")
    assert [row[3] for row in kept(order) if row[1] == "bolt"] == [20]


def test_verify_sees_goods_kept_for_nothing(trade):
    trade.stock("pump", 10, "1000.00")
    order = trade.sell(pump=8)
    trade.do(sales.reserve_order, order_id=order.pk)
    type(order.lines.get()).objects.filter(document=order).update(execution="closed")
    found = trade.proven()
    assert any("reserved" in fault for fault in found), found
    type(order.lines.get()).objects.filter(document=order).update(execution="open")
    assert Lot.objects.count() == 0


def test_reserved_goods_are_put_away_and_stay_reserved(trade):
    """10 pumps, 6 kept for two orders: 7 go into a bin, then the rest; a freeze still asks first; taken back, they are kept where they were."""
    trade.stock("pump", 10, "1000.00")
    shelf, other = make_bins(trade.boss, trade.place("W1"))
    first, second = trade.sell(pump=4), trade.sell("C2", pump=2)
    for order in (first, second):
        trade.do(sales.reserve_order, order_id=order.pk)
    pump, main = trade.items["pump"].pk, trade.place("W1")

    def held(place):
        row = Balance.objects.filter(item=pump, location=place).first()
        return (int(row.quantity), int(row.reserved)) if row else (0, 0)

    def put_away(*parts):
        rows = [PutAwayInput(pump, D(quantity), place.pk) for quantity, place in parts]
        return trade.do(inventory.put_away, source=main.pk, lines=rows)

    (moved,) = put_away((7, shelf))
    assert (held(main), held(shelf)) == ((3, 3), (7, 3)) and kept(first) == [
        ("hard", "pump", "", 1),
        ("hard", "pump", "", 3),
    ]
    with pytest.raises(DomainError) as refusal:
        trade.do(inventory.freeze_goods, location=main.pk, item=pump, quantity=D(1), reason="scratched")
    assert refusal.value.code == "short_stock"
    put_away((2, other), (1, shelf))
    assert (held(main), held(shelf), held(other)) == ((0, 0), (8, 4), (2, 2))
    assert sum(row[3] for row in kept(first)) == 4 and sum(row[3] for row in kept(second)) == 2
    trade.do(inventory.unapprove_transfer, document_id=moved.pk)
    assert (held(main), held(shelf), held(other)) == ((7, 3), (1, 1), (2, 2))
    trade.ship(first)
    assert kept(first) == [] and kept(second) != []
    trade.ship(second)
    assert Balance.objects.filter(item=pump).exclude(reserved=0).count() == 0
    assert sum(row.quantity for row in Balance.objects.filter(item=pump)) == 4


def test_reserved_lots_are_put_away_without_naming_them(trade):
    trade.stock("casting", 5, "50", "L1")
    shelf, _other = make_bins(trade.boss, trade.place("W1"))
    order = trade.sell(casting=4)
    trade.do(sales.reserve_order, order_id=order.pk)
    lines = [StockLineInput(trade.items["casting"].pk, D(5))]
    transfer = trade.do(inventory.create_transfer, source=trade.place("W1").pk, target=shelf.pk, lines=lines)
    trade.do(inventory.approve_transfer, document_id=transfer.pk)
    (row,) = ledger_queries.kept_of(order.doc_type, order.pk)
    assert (row.location, row.quantity) == (shelf, 4)
    trade.do(inventory.unapprove_transfer, document_id=transfer.pk)
    (row,) = ledger_queries.kept_of(order.doc_type, order.pk)
    assert (row.location.code, row.quantity, row.lot.code) == ("W1", 4, "L1")
