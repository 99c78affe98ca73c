"""Goods and money through the one door."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Posting, StockMove, Voucher, VoucherLine
from gongfang.ledger.services import Entry, Move


def test_goods_and_money_move_together(store):
    store.receive("shaft", "100", "1000.00")
    store.ship("shaft", "60")
    store.receive("shaft", "200", "2300.00")
    issue = store.ship("shaft", "190")
    assert store.on_hand("shaft") == D(50)
    assert store.worth("shaft") == (D(50), D("562.50"))
    assert issue.moves.get().value == D("2137.50")
    assert store.books() == {"140301": D("562.50"), "220202": D("-3300.00"), "540101": D("2737.50")}


def test_vouchers_are_numbered_without_gaps(store):
    numbers = [store.receive("shaft", "1", "1.00").voucher.number for _ in range(3)]
    with pytest.raises(DomainError):
        store.ship("shaft", "99")
    numbers.append(store.ship("shaft", "1").voucher.number)
    assert numbers == [1, 2, 3, 4]
    assert str(Voucher.objects.order_by("number").first()) == "记-0001"


def test_the_last_unit_takes_the_remainder(store):
    store.receive("shaft", "3", "10.00")
    values = [store.ship("shaft", "1").moves.get().value for _ in range(3)]
    assert sum(values) == D("10.00") and store.worth("shaft") == (D(0), D(0))
    assert sorted(values) == [D("3.33"), D("3.33"), D("3.34")]


def test_a_refusal_changes_nothing(store):
    store.receive("shaft", "5", "50.00")
    before = (Posting.objects.count(), StockMove.objects.count(), VoucherLine.objects.count(), store.books())
    with pytest.raises(DomainError) as refusal:
        store.post(store.move("shaft", "4", "W1", "CUSTOMER"), store.move("shaft", "2", "W1", "CUSTOMER"))
    assert refusal.value.codes == ["short_stock"]
    assert refusal.value.problems[0].data["needed"] == 6 and refusal.value.problems[0].data["present"] == 5
    assert (Posting.objects.count(), StockMove.objects.count(), VoucherLine.objects.count(), store.books()) == before
    assert store.on_hand("shaft") == 5


def test_all_shortages_are_named_at_once(store):
    with pytest.raises(DomainError) as refusal:
        store.post(store.move("shaft", "4", "W1", "CUSTOMER"), store.move("wheel", "2", "W1", "CUSTOMER"))
    assert [problem.data["item"] for problem in refusal.value.problems] == ["shaft", "wheel"]


def test_moves_inside_an_area_carry_no_value(store):
    store.receive("shaft", "5", "50.00", to="W1-QC")
    posting = store.post(store.move("shaft", "5", "W1-QC", "W1"), store.move("shaft", "2", "W1", "W2"))
    assert not hasattr(posting, "voucher") or posting.voucher is None
    assert (store.on_hand("shaft", "W1"), store.on_hand("shaft", "W2")) == (3, 2)
    assert store.worth("shaft") == (D(5), D("50.00"))


def test_goods_at_a_subcontractor_stand_on_their_own_account(store):
    store.receive("shaft", "3", "10.00")
    store.post(store.move("shaft", "2", "W1", "SUB-S1"))
    assert store.books() == {"140301": D("3.33"), "1408": D("6.67"), "220202": D("-10.00")}
    assert store.worth("shaft", "subcontract") == (D(2), D("6.67"))


def test_a_reversal_is_red_and_at_original_value(store):
    first = store.receive("shaft", "10", "100.00")
    store.receive("shaft", "10", "300.00")
    red = store.reverse(first)
    line = red.voucher.lines.order_by("line_no").first()
    assert (line.debit, line.credit) == (D("-100.00"), D(0))
    assert store.worth("shaft") == (D(10), D("300.00")) and store.on_hand("shaft") == 10
    with pytest.raises(DomainError) as refusal:
        store.reverse(first)
    assert refusal.value.code == "reversed_twice"
    with pytest.raises(DomainError) as refusal:
        store.reverse(red)
    assert refusal.value.code == "reversal_not_reversed"


def test_a_reversal_leaves_no_value_behind(store):
    dear = store.receive("shaft", "10", "100.00")
    store.ship("shaft", "5")
    store.receive("shaft", "5", "5.00")
    store.reverse(dear)
    assert store.worth("shaft") == (D(0), D(0)) and store.on_hand("shaft") == 0
    assert store.books() == {"220202": D("-5.00"), "540101": D("5.00")}  # what was sold came from the cheap ones


def test_a_reversal_without_goods_is_refused(store):
    receipt = store.receive("shaft", "10", "100.00")
    store.ship("shaft", "1")
    with pytest.raises(DomainError) as refusal:
        store.reverse(receipt)
    assert refusal.value.code == "short_stock"
    assert store.worth("shaft") == (D(9), D("90.00"))


def test_value_alone_can_change(store):
    store.receive("shaft", "13", "130.00")
    store.post(store.move("shaft", "0", "SUPPLIER", "W1", "15.00", counter_role="payable"))
    assert store.worth("shaft") == (D(13), D("145.00"))
    store.ship("shaft", "13")
    assert store.worth("shaft") == (D(0), D(0)) and store.books()["540101"] == D("145.00")
    with pytest.raises(DomainError) as refusal:
        store.post(store.move("shaft", "0", "SUPPLIER", "W1", "1.00"))
    assert refusal.value.code == "nothing_left"


def test_entries_beside_the_goods_must_balance(store):
    with pytest.raises(DomainError) as refusal:
        store.post(entries=[Entry("cash", debit=D("5.00")), Entry("capital", credit=D("4.00"))])
    assert refusal.value.code == "not_balanced"
    store.post(entries=[Entry("cash", debit=D("5.00")), Entry("3001", credit=D("5.00"))])
    assert store.books() == {"1001": D("5.00"), "3001": D("-5.00")}


@pytest.mark.parametrize(
    ("item", "quantity", "lot", "code"),
    [
        ("shaft", "1", "L1", "lot_not_kept"),
        ("casting", "1", "", "lot_needed"),
        ("motor", "2", "SN1", "serial_is_one"),
        ("shaft", "0", "", "quantity_not_positive"),
        ("shaft", "-1", "", "quantity_not_positive"),
    ],
)
def test_lot_rules(store, item, quantity, lot, code):
    with pytest.raises(DomainError) as refusal:
        move = store.move(
            item, quantity, "SUPPLIER", "W1", "1.00" if quantity not in ("0",) else None, lot if item != "shaft" else ""
        )
        if item == "shaft" and lot:
            move = replace(move, lot_id=store.lot("casting", lot))
        store.post(move)
    assert refusal.value.code == code


def test_a_serial_is_in_one_place(store):
    store.receive("motor", "1", "300.00", lot="SN1")
    with pytest.raises(DomainError) as refusal:
        store.receive("motor", "1", "300.00", lot="SN1", to="W2")
    assert refusal.value.code == "serial_not_unique"
    store.post(store.move("motor", "1", "W1", "W2", lot="SN1"))
    store.ship("motor", "1", "W2", lot="SN1")
    store.receive("motor", "1", "300.00", lot="SN1")
    assert store.on_hand("motor") == 1


def test_a_past_day_never_goes_below_zero(store):
    today = store.today
    store.receive("shaft", "5", "50.00", on=today - timedelta(days=2))
    with pytest.raises(DomainError) as refusal:
        store.ship("shaft", "1", on=today - timedelta(days=3))
    assert refusal.value.code == "short_in_past"
    store.ship("shaft", "3", on=today)
    with pytest.raises(DomainError) as refusal:
        store.ship("shaft", "3", on=today - timedelta(days=1))
    assert refusal.value.code == "short_stock"
    store.ship("shaft", "2", on=today - timedelta(days=1))


def test_ledger_rows_are_never_changed(store):
    posting = store.receive("shaft", "5", "50.00")
    for table in ("ledger_posting", "ledger_stockmove", "ledger_voucher", "ledger_voucherline"):
        for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
    assert posting.moves.count() == 1


@pytest.mark.parametrize("act", ["receive", "issue", "reverse"])
def test_statements_do_not_depend_on_lines(store, act):
    store.receive("shaft", "1", "1.00")  # books and month are open
    supplier, w1, customer = store.at("SUPPLIER"), store.at("W1"), store.at("CUSTOMER")
    counts = {}
    for size in (10, 100, 1000):
        items = [store.item(f"part{size}-{n}").pk for n in range(size)]
        into = [Move(pk, D(7), supplier, w1, value=D("3.33"), source_line=n) for n, pk in enumerate(items)]
        out = [Move(pk, D(3), w1, customer) for pk in items]
        posting = None if act == "receive" else store.post(*into)
        with CaptureQueriesContext(connection) as seen:
            if act == "reverse":
                store.reverse(posting)
            else:
                store.post(*(into if act == "receive" else out))
        counts[size] = len(seen)
    assert len(set(counts.values())) == 1, counts
    assert counts[10] <= 25 + (connection.vendor == "postgresql")  # the gate of the books
