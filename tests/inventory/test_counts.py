"""Counting: the books of the moment, recounts, places held still, limits, plans, accuracy."""

from datetime import timedelta
from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.inventory import services
from gongfang.inventory.models import StockCount
from gongfang.inventory.queries import accuracy_by_month
from gongfang.inventory.rules import abc_classes, beyond_tolerance, due_items, sheets_of
from gongfang.inventory.services import CounterInput, CountLineInput, CountPlanInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger import services as ledger_services
from gongfang.platform.identity.models import Role, User
from gongfang.platform.verification import run_all


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


def refused(action, **values):
    with pytest.raises(DomainError) as refusal:
        action(**values)
    return refusal.value.codes


def person(store, name, *permissions):
    role = Role.objects.create(code=name, name=name, is_all=not permissions)
    for permission in permissions:
        role.permissions.create(permission=permission)
    user = User.objects.create(username=name, name=name)
    user.roles.add(role)
    return user


def scan(do, count, item, quantity="1", lot=None, **more):
    return do(services.tally_count, document_id=count.pk, item=item.pk, quantity=D(quantity), lot=lot, **more)


def test_each_scan_is_one_more_and_the_books_are_those_of_its_moment(store, do):
    store.receive("shaft", "10", "100.00")
    count = do(services.open_count, location=store.at("W1").pk, is_blind=True)
    shaft = store.items["shaft"]
    for _ in range(9):
        line = scan(do, count, shaft)
    assert (line.counted, line.quantity, line.book_shown) == (9, 10, None)
    store.ship("shaft", "3")  # after the count of this line
    do(services.finish_count, document_id=count.pk)
    count = do(services.approve_count, document_id=count.pk)
    assert store.on_hand("shaft") == 6, "ten, one missing, three shipped"
    assert (count.line_count, count.right_count, count.book_value, count.gain_value, count.loss_value) == (
        1,
        0,
        D(100),
        D(0),
        D(10),
    )


def test_goods_that_move_between_count_and_entry_are_replayed(store, do):
    store.receive("shaft", "10", "100.00")
    moment = timezone.now()
    store.ship("shaft", "4")
    store.receive("shaft", "1", "10.00")
    store.receive("shaft", "5", "50.00", to="W2")
    pk = store.items["shaft"].pk
    assert ledger.book_quantities_at(store.at("W1").pk, [(pk, None, moment)]) == {(pk, None): D(10)}
    assert ledger.book_quantities_at(store.at("W1").pk, [(pk, None, timezone.now())]) == {(pk, None): D(7)}
    count = do(services.create_count, location=store.at("W1").pk)
    scan(do, count, store.items["shaft"], "10", adds=False, at=moment)
    do(services.finish_count, document_id=count.pk)
    do(services.approve_count, document_id=count.pk)
    assert store.on_hand("shaft") == 7, "it was right when it was counted"


def test_a_count_of_now_needs_no_clock(store, do, monkeypatch):
    """Books recorded by a clock that runs ahead, as those of an import before a simulated past, are there all the same."""
    store.receive("shaft", "10", "100.00")
    earlier = timezone.now() - timedelta(days=60)
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    entered = CountLineInput(store.items["shaft"].pk, D(9))
    count = do(services.create_count, location=store.at("W1").pk, lines=[entered])
    assert count.lines.get().quantity == 10
    scanned = do(services.open_count, location=store.at("W1").pk)
    assert scan(do, scanned, store.items["shaft"], "9").quantity == 10
    do(services.finish_count, document_id=scanned.pk)
    assert scanned.lines.get().quantity == 10


def test_nothing_moves_where_a_frozen_count_is_open(store, do):
    store.receive("shaft", "10", "100.00")
    count = do(services.open_count, location=store.at("W1").pk, mode="frozen")
    assert refused(store.ship, item="shaft", quantity="1") == ["place_held"]
    assert refused(store.receive, item="wheel", quantity="1", value="1") == ["place_held"]
    store.receive("wheel", "1", "1.00", to="W2")
    scan(do, count, store.items["shaft"], "8", adds=False)
    do(services.finish_count, document_id=count.pk)
    do(services.approve_count, document_id=count.pk)
    store.ship("shaft", "8")
    other = do(services.open_count, location=store.at("W2").pk, mode="frozen")
    do(services.void_count, document_id=other.pk)
    store.ship("wheel", "1", "W2")


def test_what_differs_too_much_is_counted_again_by_somebody_else(store, do):
    for item, quantity in (("shaft", "100"), ("wheel", "100")):
        store.receive(item, quantity, "100.00")
    count = do(services.open_count, location=store.at("W1").pk, tolerance=D("0.02"), other_person=True)
    scan(do, count, store.items["shaft"], "98", adds=False)
    scan(do, count, store.items["wheel"], "97", adds=False)
    count = do(services.finish_count, document_id=count.pk)
    assert (count.round, count.approval) == (2, "draft")
    assert [line.needs_recount for line in count.lines.order_by("item__code")] == [False, True]
    assert refused(do, verb=services.approve_count, document_id=count.pk) == ["recount_needed"]
    assert refused(scan, do=do, count=count, item=store.items["shaft"]) == ["not_recounted"]
    assert refused(scan, do=do, count=count, item=store.items["wheel"]) == ["same_person"]
    store.user = person(store, "second")
    scan(do, count, store.items["wheel"], "99", adds=False)
    count = do(services.finish_count, document_id=count.pk)
    assert count.approval == "submitted"
    do(services.approve_count, document_id=count.pk)
    assert (store.on_hand("shaft"), store.on_hand("wheel")) == (98, 99)


def test_what_was_not_counted_is_asked_for_or_taken_as_gone(store, do):
    store.receive("shaft", "2", "20.00")
    store.receive("wheel", "2", "20.00")
    count = do(services.open_count, location=store.at("W1").pk)
    scan(do, count, store.items["shaft"], "2")
    assert refused(do, verb=services.finish_count, document_id=count.pk) == ["not_counted"]
    do(services.finish_count, document_id=count.pk, rest_is_zero=True)
    do(services.approve_count, document_id=count.pk)
    assert (store.on_hand("shaft"), store.on_hand("wheel")) == (2, 0)


def test_a_large_difference_is_not_the_keepers_to_approve(store, do):
    store.receive("shaft", "10", "10000.00")
    count = do(services.open_count, location=store.at("W1").pk)
    scan(do, count, store.items["shaft"], "8", adds=False)
    do(services.finish_count, document_id=count.pk)
    boss, store.user = store.user, person(store, "keeper", "inventory.approve_count")
    assert refused(do, verb=services.approve_count, document_id=count.pk) == ["variance_too_large"]
    assert store.on_hand("shaft") == 10
    store.user = boss
    do(services.approve_count, document_id=count.pk)
    assert store.on_hand("shaft") == 8


@pytest.mark.parametrize(
    ("item", "quantity", "lot", "code"),
    [
        ("shaft", "-1", False, "quantity_negative"),
        ("casting", "1", False, "lot_needed"),
        ("motor", "2", True, "serial_is_one"),
    ],
)
def test_faulty_scans_are_refused(store, do, item, quantity, lot, code):
    store.receive("shaft", "1", "1.00")
    count = do(services.open_count, location=store.at("W1").pk)
    chosen = store.lot(item, "X1") if lot else None
    assert refused(scan, do=do, count=count, item=store.items[item], quantity=quantity, lot=chosen) == [code]
    assert refused(do, verb=services.tally_count, document_id=count.pk, item=10**9, quantity=D(1)) == ["item_unknown"]
    assert count.lines.filter(counted__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("book", "found", "tolerance", "again"),
    [("100", "98", "0.02", False), ("100", "97.999999", "0.02", True), ("100", "102", "0.02", False), ("100", "102.1", "0.02", True),
     ("0", "1", "0.5", True), ("0", "0", "0", False), ("100", "1", None, False)],
)  # fmt: skip
def test_tolerance(book, found, tolerance, again):
    assert beyond_tolerance(D(book), D(found), None if tolerance is None else D(tolerance)) is again


def test_classes_and_what_is_due():
    classes = abc_classes({1: D(800), 2: D(150), 3: D(40), 4: D(10), 5: D(0)})
    assert classes == {1: "A", 2: "B", 3: "C", 4: "C", 5: "C"}
    assert abc_classes({1: D(5)}) == {1: "A"} and abc_classes({}) == {}
    today = timezone.localdate()
    last = {1: today - timedelta(30), 2: today - timedelta(89), 3: today - timedelta(180)}
    assert due_items([1, 2, 3, 4], classes, last, {"A": 30, "B": 90, "C": 180}, today) == [4, 3, 1]
    assert [list(part) for part in sheets_of([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]] and sheets_of([], 2) == []


def plan(store, **values):
    return CountPlanInput(**{"name": "P", "warehouse": store.warehouses["W1"].pk, **values})


def test_a_plan_deals_its_sheets_to_its_people(store, do):
    for n in range(5):
        store.item(f"i{n}")
        store.receive(f"i{n}", "3", "3.00")
    second = person(store, "second")
    chosen = plan(
        store, lines_a_sheet=2, people=[CounterInput(store.user.pk), CounterInput(second.pk)], next_on=store.today
    )
    row = do(services.create_count_plan, plan=chosen)
    counts = do(services.run_count_plan, pk=row.pk)
    assert [(count.lines.count(), count.assignee_id) for count in counts] == [
        (2, store.user.pk),
        (2, second.pk),
        (1, store.user.pk),
    ]
    assert all(count.is_blind and count.due_on == store.today + timedelta(3) for count in counts)
    row.refresh_from_db()
    assert row.next_on == store.today + timedelta(30)
    assert refused(do, verb=services.run_count_plan, pk=row.pk) == ["nothing_to_count"], (
        "all of it stands on open sheets"
    )


def test_a_cycle_counts_the_valuable_more_often(store, do):
    for item, quantity, value in (("shaft", "10", "9000.00"), ("wheel", "10", "10.00")):
        store.receive(item, quantity, value)
        store.ship(item, "5")
    row = do(services.create_count_plan, plan=plan(store, method="abc", a_days=10, b_days=20, c_days=100))
    (count,) = do(services.run_count_plan, pk=row.pk)
    for name in ("shaft", "wheel"):
        scan(do, count, store.items[name], "5")
    do(services.finish_count, document_id=count.pk)
    do(services.approve_count, document_id=count.pk)
    (again,) = do(services.run_count_plan, pk=row.pk, on=store.today + timedelta(10))
    assert [line.item.code for line in again.lines.all()] == ["shaft"]


def test_a_sample_is_drawn_again_by_its_seed(store, do):
    for n in range(30):
        store.item(f"i{n}")
        store.receive(f"i{n}", "1", "1.00")
    row = do(services.create_count_plan, plan=plan(store, method="random", sample_size=4))
    drawn = []
    for _ in range(2):
        (count,) = do(services.run_count_plan, pk=row.pk, seed=7)
        drawn.append([line.item_id for line in count.lines.all()])
        do(services.void_count, document_id=count.pk)
    assert drawn[0] == drawn[1] and len(drawn[0]) == 4


@pytest.mark.parametrize(
    ("values", "code"),
    [({"name": " "}, "name_missing"), ({"sample_size": 0}, "not_positive"), ({"lines_a_sheet": 0}, "not_positive"),
     ({"interval_days": 0}, "not_positive"), ({"tolerance": D("1.01")}, "not_a_share"), ({"tolerance": D("-0.01")}, "not_a_share")],
)  # fmt: skip
def test_faulty_plans_are_refused(store, do, values, code):
    assert refused(do, verb=services.create_count_plan, plan=plan(store, **values)) == [code]
    do(services.create_count_plan, plan=plan(store))
    assert refused(do, verb=services.create_count_plan, plan=plan(store)) == ["name_taken"]


def test_statements_do_not_grow_with_the_lines(store, do):
    seen = {}
    for size in (5, 60):
        items = [store.item(f"s{size}-{n}") for n in range(size)]
        for item in items:
            store.receive(item.code, "1", "1.00", to="W2")
        row = do(services.create_count_plan, plan=plan(store, name=f"P{size}", warehouse=store.warehouses["W2"].pk))
        with CaptureQueriesContext(connection) as making:
            (count,) = do(services.run_count_plan, pk=row.pk)
        lines = [CountLineInput(line.item_id, D(2), id=line.pk) for line in count.lines.all()]
        with CaptureQueriesContext(connection) as entering:
            do(services.edit_count, document_id=count.pk, lines=lines)
        with CaptureQueriesContext(connection) as approving:
            do(services.approve_count, document_id=count.pk)
        seen[size] = (len(making), len(entering), len(approving))
    assert seen[5] == seen[60], seen
    assert StockCount.objects.filter(right_count=5, line_count=65).exists()


def test_a_transfer_may_not_touch_a_place_that_is_counted(store, do):
    store.receive("shaft", "5", "50.00")
    do(services.open_count, location=store.at("W1").pk, mode="frozen")
    transfer = do(
        services.create_transfer,
        source=store.at("W1").pk,
        target=store.at("W2").pk,
        lines=[StockLineInput(store.items["shaft"].pk, D(1))],
    )
    assert refused(do, verb=services.approve_transfer, document_id=transfer.pk) == ["place_held"]


def test_location_by_location_takes_those_that_were_not_counted_for_longest(store, do):
    home = ledger.store_of(store.warehouses["W1"])
    bins = [
        ledger_services.create_location(
            actor=store.user, request_id=uuid4(), code=f"W1-{n}", name=f"W1-{n}", warehouse=home.warehouse_id
        )
        for n in range(3)
    ]
    store.receive("shaft", "9", "9.00")
    moves = [ledger_services.Move(store.items["shaft"].pk, D(2), home, place) for place in bins]
    with transaction.atomic():
        ledger_services.post(actor=store.user, reason="test", source=None, on=store.today, moves=moves)
    row = do(services.create_count_plan, plan=plan(store, method="location", sample_size=2, interval_days=10))

    def counted(on) -> list[str]:
        counts = do(services.run_count_plan, pk=row.pk, on=on)
        for count in counts:
            for line in count.lines.all():
                scan(do, count, line.item, str(line.quantity))
            do(services.finish_count, document_id=count.pk)
            do(services.approve_count, document_id=count.pk)
            StockCount.objects.filter(pk=count.pk).update(business_date=on)
        return sorted(count.location.code for count in counts)

    first, second = counted(store.today), counted(store.today + timedelta(1))
    assert len(first) == len(second) == 2
    assert sorted(first + second) == ["W1", "W1-0", "W1-1", "W1-2"], "each place once before any comes again"
    assert refused(do, verb=services.run_count_plan, pk=row.pk, on=store.today + timedelta(2)) == ["nothing_to_count"]
    assert counted(store.today + timedelta(10)) == first


def test_the_accuracy_of_a_month_is_that_of_its_counts(store, do):
    for name in ("shaft", "wheel", "pump"):
        store.receive(name, "10", "100.00")
    home = ledger.store_of(store.warehouses["W1"])

    def count(found: dict[str, int], on) -> None:
        lines = [CountLineInput(store.items[name].pk, D(quantity)) for name, quantity in found.items()]
        made = do(services.create_count, location=home.pk, lines=lines)
        do(services.approve_count, document_id=made.pk)
        StockCount.objects.filter(pk=made.pk).update(business_date=on)

    this = store.today.replace(day=1)
    before = (this - timedelta(1)).replace(day=1)
    count({"shaft": 10, "wheel": 9, "pump": 12}, before)  # 10.00 missing, 20.00 found of 300.00
    count({"shaft": 10, "wheel": 9}, this)
    count({"pump": 12}, this)
    found = accuracy_by_month(store.user)
    assert [(one.month, one.counts, one.lines, one.right) for one in found] == [(before, 1, 3, 1), (this, 2, 3, 3)]
    assert [(one.book_value, one.gain, one.loss) for one in found] == [(D(300), D(20), D(10)), (D(310), D(0), D(0))]
    assert [(one.item_accuracy, one.value_accuracy) for one in found] == [(D("0.3333"), D("0.9000")), (D(1), D(1))]
    assert accuracy_by_month(store.user, warehouse=store.warehouses["W2"].pk) == []
    assert [one.month for one in accuracy_by_month(store.user, months=1)] == [this]
