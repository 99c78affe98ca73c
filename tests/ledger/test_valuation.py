"""Every costing method through the posting door: the textbook, what comes late, what comes after, what is taken back."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Layer, Period, StockMove, Voucher
from gongfang.ledger.services import average_month, reprice
from gongfang.platform.verification import run_all

METHODS = ["moving_average", "fifo", "standard", "month_average"]


@pytest.fixture
def item(store):
    """An item by a method; at standard it costs 10.00."""

    def make(method, code="part", **values):
        return store.item(code, costing_method=method, standard_cost=D(10), **values)

    return make


def day(store, ago):
    return store.today - timedelta(days=ago)


def month(store):
    """An open month that is over, so that its average can be known."""
    first = store.today.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def average(store, on):
    with transaction.atomic():
        period = Period.objects.get(year=on.year, month=on.month)
        return average_month(actor=store.user, period=period)


@pytest.mark.parametrize(
    ("method", "issues", "left"),
    [
        ("moving_average", ("600.00", "2137.50"), "562.50"),
        ("fifo", ("600.00", "2125.00"), "575.00"),
        ("standard", ("600.00", "1900.00"), "500.00"),
        ("month_average", ("660.00", "2090.00"), "550.00"),
    ],
)
def test_the_textbook(store, item, method, issues, left):
    """100 @ 10.00; issue 60; receive 200 for 2,300.00; issue 190."""
    item(method)
    start = month(store)
    store.receive("part", "100", "1000.00", on=start)
    first = store.ship("part", "60", on=start + timedelta(days=4))
    store.receive("part", "200", "2300.00", on=start + timedelta(days=9))
    second = store.ship("part", "190", on=start + timedelta(days=14))
    if method == "month_average":
        average(store, start)
    assert (store.stands_at(first), store.stands_at(second)) == tuple(D(value) for value in issues)
    assert store.worth("part") == (D(50), D(left))
    variance = {"540102": D("300.00")} if method == "standard" else {}
    assert store.books() == {"140301": D(left), "220202": D("-3300.00"), "540101": sum(map(D, issues)), **variance}
    assert run_all() == []


def test_each_lot_at_its_own_cost(store, item):
    item("specific", tracking="lot")
    store.receive("part", "100", "1000.00", lot="A")
    store.receive("part", "200", "2300.00", lot="B")
    dear, cheap = store.ship("part", "60", lot="B"), store.ship("part", "60", lot="A")
    assert (dear.moves.get().value, cheap.moves.get().value) == (D("690.00"), D("600.00"))
    assert store.worth("part") == (D(180), D("2010.00")) and run_all() == []


@pytest.mark.parametrize("method", [*METHODS, "specific"])
def test_ten_yuan_over_three_pieces(store, item, method):
    lot = "A" if method == "specific" else ""
    item(method, tracking="lot" if lot else "none")
    store.receive("part", "3", "10.00", lot=lot, on=day(store, 3))
    issues = [store.ship("part", "1", lot=lot, on=day(store, 2)) for _ in range(3)]
    values = sorted(store.stands_at(issue) for issue in issues)
    assert values == [D("3.33"), D("3.33"), D("3.34")] if method != "standard" else values == [D("10.00")] * 3
    assert store.worth("part") == (0, 0) and run_all() == []


LANDED = [("15.00", 13), ("4.00", 1000)]
GONE = [0, 5, "all"]


@pytest.mark.parametrize(("amount", "pieces"), LANDED)
@pytest.mark.parametrize("method", ["moving_average", "fifo", "specific", "month_average", "averaged"])
@pytest.mark.parametrize("gone", GONE)
def test_landed_cost_is_released_to_the_cent(store, item, method, amount, pieces, gone):
    """Whatever left before the freight came takes its share to where it went; nothing stays behind. averaged: a month reckoned before."""
    lot = "A" if method == "specific" else ""
    item("month_average" if method == "averaged" else method, tracking="lot" if lot else "none")
    ago = 0 if method == "averaged" else 5  # all of it in one month
    receipt = store.receive("part", str(pieces), "130.00", lot=lot, on=day(store, ago))
    gone = pieces if gone == "all" else gone
    if gone:
        store.ship("part", str(gone), lot=lot, on=day(store, max(0, ago - 1)))
    if method == "averaged":
        average(store, store.today)
    store.add_cost(receipt, amount)
    assert store.worth("part")[0] == pieces - gone
    total = D("130.00") + D(amount)
    assert store.worth("part")[1] + store.books().get("540101", D(0)) == total
    if gone < pieces:
        store.ship("part", str(pieces - gone), lot=lot)
    assert store.worth("part") == (0, 0) and store.books()["540101"] == total and run_all() == []


@pytest.mark.parametrize(("amount", "pieces"), LANDED)
@pytest.mark.parametrize("gone", GONE)
def test_landed_cost_on_standard_goods_is_variance(store, item, amount, pieces, gone):
    """Stock stays at standard, the freight is price variance whole; no cent is left when the goods are gone."""
    item("standard")
    receipt = store.receive("part", str(pieces), "130.00", on=day(store, 5))
    gone = pieces if gone == "all" else gone
    if gone:
        store.ship("part", str(gone), on=day(store, 4))
    store.add_cost(receipt, amount)
    variance = D("130.00") + D(amount) - 10 * pieces
    assert store.worth("part") == (D(pieces - gone), D(10 * (pieces - gone)))
    assert store.books().get("540102", D(0)) == variance
    if gone < pieces:
        store.ship("part", str(pieces - gone))
    assert store.worth("part") == (0, 0) and store.books()["540101"] == 10 * pieces
    assert store.books().get("540102", D(0)) == variance and run_all() == []


def test_landed_cost_of_one_lot_stays_with_it(store, item):
    item("specific", tracking="lot")
    receipt = store.receive("part", "10", "100.00", lot="A", on=day(store, 5))
    store.receive("part", "10", "100.00", lot="B", on=day(store, 5))
    sold = store.ship("part", "4", lot="A", on=day(store, 4))
    store.add_cost(receipt, "10.00")
    assert store.stands_at(sold) == D("44.00") and store.worth("part") == (D(16), D("166.00")) and run_all() == []


def test_landed_cost_can_be_taken_back(store, item):
    item("fifo")
    receipt = store.receive("part", "10", "100.00", on=day(store, 5))
    sold = store.ship("part", "4", on=day(store, 4))
    freight = store.add_cost(receipt, "10.00")
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        store.reverse(receipt)
    assert "cost_was_added" in refusal.value.codes
    store.reverse(freight)
    assert store.stands_at(sold) == D("40.00") and store.worth("part") == (D(6), D("60.00"))
    assert store.books().get("220201", 0) == 0 and run_all() == []


@pytest.mark.parametrize(
    ("method", "sold", "left"),
    [("moving_average", "150.00", "150.00"), ("fifo", "200.00", "100.00"), ("standard", "100.00", "100.00"), ("month_average", "150.00", "150.00")],
)  # fmt: skip
def test_a_receipt_before_an_issue_changes_its_cost_at_once(store, item, method, sold, left):
    """10 for 100.00, sold; then 10 for 200.00 that came first are entered."""
    item(method)
    store.receive("part", "10", "100.00", on=day(store, 5))
    issue = store.ship("part", "10", on=day(store, 3))
    assert store.stands_at(issue) == D("100.00")
    store.receive("part", "10", "200.00", on=day(store, 6))
    assert store.stands_at(issue) == D(sold) and store.worth("part") == (D(10), D(left))
    adjustments = StockMove.objects.filter(adjusts=issue.moves.get())
    assert [(row.kind, row.on, row.quantity) for row in adjustments] == (
        [("recost", day(store, 3), 0)] if sold != "100.00" else []
    )
    assert run_all() == []


def test_an_issue_before_others_is_costed_as_of_its_day(store, item):
    for method in ("moving_average", "fifo"):
        code = f"p-{method}"
        item(method, code)
        store.receive(code, "10", "100.00", on=day(store, 9))
        store.receive(code, "10", "300.00", on=day(store, 5))
        late = store.ship(code, "4", on=day(store, 7))
        assert late.moves.get().value == D("40.00")
        assert store.worth(code) == (D(16), D("360.00"))
    assert run_all() == []


def test_what_leaves_nothing_in_between_is_refused(store, item):
    item("fifo")
    store.receive("part", "10", "100.00", on=day(store, 9))
    store.ship("part", "10", on=day(store, 5))
    store.receive("part", "10", "100.00", on=day(store, 3))
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        store.ship("part", "1", on=day(store, 8))
    assert refusal.value.code == "short_in_past"


def test_taking_an_old_receipt_back_costs_the_rest_without_it(store, item):
    item("moving_average")
    first = store.receive("part", "10", "100.00", on=day(store, 9))
    store.receive("part", "10", "300.00", on=day(store, 8))
    issue = store.ship("part", "5", on=day(store, 5))
    assert store.stands_at(issue) == D("100.00")
    store.reverse(first)
    assert store.stands_at(issue) == D("150.00") and store.worth("part") == (D(5), D("150.00"))
    assert run_all() == []


def test_a_recosted_issue_comes_back_at_what_it_is_worth_now(store, item):
    item("moving_average")
    store.receive("part", "10", "100.00", on=day(store, 9))
    issue = store.ship("part", "10", on=day(store, 5))
    store.receive("part", "10", "200.00", on=day(store, 9))
    assert store.stands_at(issue) == D("150.00")
    store.reverse(issue)
    assert store.worth("part") == (D(20), D("300.00")) and store.books().get("540101", 0) == 0 and run_all() == []
    store.receive("part", "10", "600.00", on=day(store, 8))  # the issue takes no part any more
    assert store.stands_at(issue) == D("100.00") and store.worth("part") == (D(30), D("900.00")) and run_all() == []


def test_work_in_process_follows_its_material(store, item):
    """What went to an order is re-costed on the order's own cost object."""
    from gongfang.ledger.services import cost_objects_for

    item("fifo")
    order = cost_objects_for("work_order", {"WO-1": ""})["WO-1"]
    store.receive("part", "10", "100.00", on=day(store, 9))
    issue = store.post(store.move("part", "4", "W1", "PRODUCTION", cost_object_id=order.pk), on=day(store, 5))
    store.receive("part", "10", "400.00", on=day(store, 10))
    assert store.stands_at(issue) == D("160.00") and store.books()["40010101"] == D("160.00") and run_all() == []


def test_a_new_standard_revalues_the_stock(store, item):
    part = item("standard")
    store.receive("part", "10", "100.00", on=day(store, 5))
    type(part).objects.filter(pk=part.pk).update(standard_cost=D(12))
    with transaction.atomic():
        reprice(actor=store.user, item_ids=[part.pk], on=day(store, 3))
    assert store.worth("part") == (D(10), D("120.00")) and store.books()["540102"] == D("-20.00")
    assert store.ship("part", "5").moves.get().value == D("60.00") and run_all() == []
    late = store.receive("part", "10", "100.00", on=day(store, 4))
    assert late.moves.get(quantity=10).value == D("100.00"), "at the standard of its day, then revalued"
    assert store.worth("part") == (D(15), D("180.00")) and run_all() == []


def test_the_average_of_a_month_follows_what_comes_into_it(store, item):
    item("month_average")
    start = month(store)
    store.receive("part", "100", "1000.00", on=start)
    issue = store.ship("part", "50", on=start + timedelta(days=3))
    average(store, start)
    store.receive("part", "100", "2000.00", on=start + timedelta(days=5))
    assert store.stands_at(issue) == D("750.00") and store.worth("part") == (D(150), D("2250.00"))
    later = store.ship("part", "150", on=store.today)
    assert store.stands_at(later) == D("2250.00") and store.worth("part") == (0, 0) and run_all() == []


def test_goods_move_to_a_subcontractor_at_cost(store, item):
    item("fifo")
    store.receive("part", "10", "100.00", on=day(store, 9))
    store.receive("part", "10", "300.00", on=day(store, 8))
    sent = store.post(store.move("part", "15", "W1", "SUB-S1"), on=day(store, 5))
    assert sent.moves.get().value == D("250.00")
    store.receive("part", "10", "500.00", on=day(store, 10))
    assert store.stands_at(sent) == D("550.00") and store.worth("part", "subcontract") == (D(15), D("550.00"))
    assert run_all() == []


def test_the_method_is_fixed_after_the_first_posting(store, item):
    part = item("fifo")
    store.receive("part", "1", "10.00")
    type(part).objects.filter(pk=part.pk).update(costing_method="standard")
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        store.receive("part", "1", "10.00")
    assert refusal.value.code == "costing_method_fixed"


@pytest.mark.parametrize("method", ["moving_average", "fifo"])
def test_statements_do_not_grow_with_lines(store, method):
    counts = {}
    for size in (5, 50):
        codes = [store.item(f"{method}-{size}-{n}", costing_method=method).code for n in range(size)]
        store.post(*(store.move(code, "2", "SUPPLIER", "W1", "7.00") for code in codes), on=day(store, 5))
        store.post(*(store.move(code, "1", "W1", "CUSTOMER") for code in codes), on=day(store, 3))
        moves = [store.move(code, "2", "SUPPLIER", "W1", "9.00") for code in codes]
        with CaptureQueriesContext(connection) as seen:
            store.post(*moves, on=day(store, 6))
        counts[size] = len(seen)
    assert counts[5] == counts[50], counts


def test_a_closed_month_takes_nothing(store, item):
    item("fifo")
    start = month(store)
    store.receive("part", "10", "100.00", on=start)
    Period.objects.filter(year=start.year, month=start.month).update(state="closed")
    for act in (lambda: store.receive("part", "1", "1.00", on=start), lambda: store.ship("part", "1", on=start)):
        with pytest.raises(DomainError) as refusal, transaction.atomic():
            act()
        assert refusal.value.code == "period_closed"
    freight = store.add_cost(store.receive("part", "1", "10.00"), "1.00")
    assert freight.on == timezone.localdate()


def test_cost_on_a_receipt_of_a_closed_month_is_booked_today(store, item):
    item("moving_average")
    start = month(store)
    receipt = store.receive("part", "10", "100.00", on=start)
    sold = store.ship("part", "5", on=start + timedelta(days=2))
    Period.objects.filter(year=start.year, month=start.month).update(state="closed")
    store.add_cost(receipt, "20.00")
    assert store.stands_at(sold) == D("60.00") and store.worth("part") == (D(5), D("60.00"))
    assert {
        voucher.on for voucher in Voucher.objects.filter(posting__reason__in=("test.freight", "ledger.recost"))
    } == {store.today}
    assert run_all() == [] and not Layer.objects.exists()
    assert isinstance(start, date)


@pytest.mark.parametrize("method", ["moving_average", "fifo", "standard", "month_average"])
def test_cost_is_taken_back_off_goods_of_a_closed_month(store, item, method):
    """Freight entered this month on goods of last month goes again, this month; the closed one stays as it is."""
    item(method)
    first = month(store)
    receipt = store.receive("part", "10", "100.00", on=first)
    store.ship("part", "4", on=first)
    if method == "month_average":
        average(store, first)
    Period.objects.filter(year=first.year, month=first.month).update(state="closed")
    freight = store.add_cost(receipt, "15.00")
    store.reverse(freight)
    assert store.worth("part") == (D(6), D("60.00")) and store.books()["540101"] == D("40.00")
    assert "540102" not in store.books() and "220201" not in store.books()
    assert run_all() == []


def test_goods_sent_late_to_a_subcontractor_stand_at_the_new_standard(store, item):
    """Nothing of it was ever there when the standard changed: what is entered late into it is revalued all the same."""
    part = item("standard")
    assert store.at("SUB-S1")
    store.receive("part", "10", "100.00", on=day(store, 5))
    type(part).objects.filter(pk=part.pk).update(standard_cost=D(12))
    with transaction.atomic():
        reprice(actor=store.user, item_ids=[part.pk], on=day(store, 2))
    store.post(store.move("part", "4", "W1", "SUB-S1"), on=day(store, 3))
    assert store.worth("part", "subcontract") == (D(4), D("48.00")) and store.worth("part") == (D(6), D("72.00"))
    store.post(store.move("part", "4", "SUB-S1", "W1"))
    assert store.worth("part", "subcontract") == (0, 0) and store.worth("part") == (D(10), D("120.00"))
    assert run_all() == []
