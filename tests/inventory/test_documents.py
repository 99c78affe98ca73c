"""Transfers, counts, other receipts and issues: goods, money, refusals, undo."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from gongfang.inventory import services
from gongfang.inventory.services import CountLineInput, ReceiptLineInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Layer
from gongfang.platform.documents.lifecycle import LIFECYCLES
from gongfang.platform.identity.models import DataScope
from gongfang.platform.verification import run_all


@pytest.fixture(autouse=True)
def proven(store):
    """Whatever a test does, the books must hold afterwards."""
    yield
    assert run_all() == []


def transfer(store, do, quantity, item="shaft", source="W1", target="W2", lot=None):
    return do(
        services.create_transfer, source=store.at(source).pk, target=store.at(target).pk,
        lines=[StockLineInput(store.items[item].pk, D(quantity), lot)],
    )  # fmt: skip


def test_a_transfer_moves_goods_and_no_money(store, do):
    store.receive("shaft", "10", "100.00")
    books = store.books()
    document = transfer(store, do, "4")
    assert store.on_hand("shaft", "W2") == 0
    document = do(services.approve_transfer, document_id=document.pk)
    assert (document.approval, document.execution) == ("approved", "done")
    assert (store.on_hand("shaft"), store.on_hand("shaft", "W2")) == (6, 4) and store.books() == books
    preview = LIFECYCLES["inventory.transfer"].preview_unapprove(document)
    assert [str(effect) for effect in preview.effects] == ["shaft 4 goes back from W2 to W1."]
    document = do(services.unapprove_transfer, document_id=document.pk)
    assert (document.approval, document.execution) == ("draft", "open")
    assert (store.on_hand("shaft"), store.on_hand("shaft", "W2")) == (10, 0)
    do(services.approve_transfer, document_id=document.pk)
    assert store.on_hand("shaft", "W2") == 4


def test_a_transfer_of_too_much_changes_nothing(store, do):
    store.receive("shaft", "3", "30.00")
    document = transfer(store, do, "4")
    with pytest.raises(DomainError) as refusal:
        do(services.approve_transfer, document_id=document.pk)
    assert refusal.value.code == "short_stock"
    document.refresh_from_db()
    assert (document.approval, store.on_hand("shaft")) == ("draft", 3)


def test_used_goods_cannot_be_taken_back(store, do):
    store.receive("shaft", "4", "40.00")
    document = do(services.approve_transfer, document_id=transfer(store, do, "4").pk)
    store.ship("shaft", "1", "W2")
    with pytest.raises(DomainError) as refusal:
        do(services.unapprove_transfer, document_id=document.pk)
    assert refusal.value.code == "short_stock"
    document.refresh_from_db()
    assert document.approval == "approved"


def test_lots_are_chosen_first_expired_first_out(store, do):

    late = store.lot("casting", "LATE", expires_on=store.today + timedelta(days=90))
    soon = store.lot("casting", "SOON", expires_on=store.today + timedelta(days=9))
    store.receive("casting", "5", "50.00", lot="LATE")
    store.receive("casting", "5", "60.00", lot="SOON")
    document = do(services.approve_transfer, document_id=transfer(store, do, "6", item="casting").pk)
    moved = {move.lot_id: move.quantity for posting in [document] for move in services_moves(posting)}
    assert moved == {soon: D(5), late: D(1)}
    with pytest.raises(DomainError) as refusal:
        do(services.approve_transfer, document_id=transfer(store, do, "6", item="casting").pk)
    assert refusal.value.code == "short_stock"


def services_moves(document):
    from gongfang.ledger.queries import moves_of

    return moves_of(document)


def receipt(store, do, *lines, **header):
    return do(services.create_other_receipt, warehouse=store.warehouses["W1"].pk, lines=lines, **header)


def test_other_receipts_and_issues_book_by_purpose(store, do):
    items = store.items
    document = receipt(
        store, do, ReceiptLineInput(items["shaft"].pk, D(3), unit_cost=D("3.333333")), ReceiptLineInput(items["motor"].pk, D(1), "SN9", D(300))
    )  # fmt: skip
    do(services.approve_other_receipt, document_id=document.pk)
    assert store.books() == {"140301": D("310.00"), store.code("count_gain"): D("-310.00")}
    issue = do(
        services.create_other_issue, warehouse=store.warehouses["W1"].pk, purpose="scrap",
        lines=[StockLineInput(items["shaft"].pk, D(1)), StockLineInput(items["motor"].pk, D(1))],
    )  # fmt: skip
    issue = do(services.approve_other_issue, document_id=issue.pk)
    assert store.books()[store.code("scrap")] == D("303.33")
    assert [line.amount for line in issue.lines.all()] == [D("3.33"), D("300.00")]
    do(services.unapprove_other_issue, document_id=issue.pk)
    do(services.unapprove_other_receipt, document_id=document.pk)
    assert store.books() == {} and store.on_hand("motor") == 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("shaft", "0", "", "1"), "quantity_not_positive"),
        (("shaft", "-2", "", "1"), "quantity_not_positive"),
        (("shaft", "1", "", "-1"), "value_negative"),
        (("motor", "1", "", "1"), "lot_code_missing"),
        (("shaft", "1", "", None), "value_needed"),
    ],
)
def test_faulty_receipts_are_refused(store, do, line, code):
    item, quantity, lot, cost = line
    document = receipt(
        store, do, ReceiptLineInput(store.items[item].pk, D(quantity), lot, None if cost is None else D(cost))
    )
    with pytest.raises(DomainError) as refusal:
        do(services.approve_other_receipt, document_id=document.pk)
    assert code in refusal.value.codes and store.books() == {}


def test_a_count_posts_only_differences_while_goods_move(store, do):
    store.receive("shaft", "10", "100.00")
    store.receive("wheel", "5", "50.00")
    count = do(services.open_count, location=store.at("W1").pk)
    shaft, wheel = count.lines.order_by("item__code")
    assert (shaft.quantity, wheel.quantity) == (10, 5)
    moment = timezone.now()
    store.ship("shaft", "2")
    with pytest.raises(DomainError) as refusal:
        do(services.approve_count, document_id=count.pk)
    assert refusal.value.codes == ["not_counted", "not_counted"]
    do(
        services.edit_count, document_id=count.pk, counted_at=moment,
        lines=[CountLineInput(shaft.item_id, D(9), id=shaft.pk), CountLineInput(wheel.item_id, D(6), id=wheel.pk)],
    )  # fmt: skip
    count = do(services.approve_count, document_id=count.pk)
    assert (store.on_hand("shaft"), store.on_hand("wheel"), count.execution) == (7, 6, "done")
    assert store.code("count_difference") not in store.books(), "10.00 lost and 10.00 found cancel out"
    do(services.unapprove_count, document_id=count.pk)
    assert (store.on_hand("shaft"), store.on_hand("wheel")) == (8, 5)


def test_a_count_can_find_what_the_books_do_not_know(store, do):
    store.item("bolt", standard_cost=D("0.5"))
    count = do(services.create_count, location=store.at("W1").pk, lines=[CountLineInput(store.items["bolt"].pk, D(7))])
    do(services.approve_count, document_id=count.pk)
    assert store.worth("bolt") == (D(7), D("3.50"))
    with pytest.raises(DomainError) as refusal:
        do(services.open_count, location=store.at("W2").pk)
    assert refusal.value.code == "nothing_to_count"


def test_a_keeper_works_in_their_own_warehouse_only(store, do):
    store.receive("shaft", "10", "100.00")
    DataScope.objects.create(user=store.user, kind="warehouse", code="W1")
    with pytest.raises(DomainError) as refusal:
        transfer(store, do, "1")
    assert refusal.value.code == "other_warehouse"


def test_the_statements_of_a_document_do_not_depend_on_its_lines(store, do):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    do(services.approve_transfer, document_id=_big_transfer(store, do, 2).pk)
    counts = {}
    for size in (10, 100):
        document = _big_transfer(store, do, size)
        with CaptureQueriesContext(connection) as seen:
            do(services.approve_transfer, document_id=document.pk)
        counts[size] = len(seen)
    assert counts[10] == counts[100], counts


def _big_transfer(store, do, size):
    items = [store.item(f"t{size}-{n}").pk for n in range(size)]
    document = receipt(store, do, *(ReceiptLineInput(pk, D(2), unit_cost=D(1)) for pk in items))
    do(services.approve_other_receipt, document_id=document.pk)
    return do(
        services.create_transfer,
        source=store.at("W1").pk,
        target=store.at("W2").pk,
        lines=[StockLineInput(pk, D(1)) for pk in items],
    )


def test_an_edited_line_is_found_by_the_proof(store, do):
    store.receive("shaft", "10", "100.00")
    document = do(services.approve_transfer, document_id=transfer(store, do, "4").pk)
    document.lines.update(quantity=D(5))
    assert [fault.check for fault in run_all()] == ["inventory.transfer.moved"]
    document.lines.update(quantity=D(4))
    assert run_all() == []


def test_opening_layers_of_several_documents_leave_by_the_day_they_came(store, do):
    """The later document brings the older goods; what was issued between is costed anew."""
    store.item("part", costing_method="fifo")
    part, day = store.items["part"].pk, store.today - timedelta(days=9)

    def opening(*rows, warehouse="W1", purpose="opening"):
        lines = [ReceiptLineInput(part, D(quantity), unit_cost=D(cost), came_on=on) for quantity, cost, on in rows]
        document = do(services.create_other_receipt, warehouse=store.warehouses[warehouse].pk, purpose=purpose, lines=lines, business_date=day)  # fmt: skip
        return do(services.approve_other_receipt, document_id=document.pk)

    opening(("4", "12", day - timedelta(days=30)), ("5", "9", day - timedelta(days=60)), ("1", "20", None))
    issue = store.ship("part", "5")
    assert store.stands_at(issue) == 45
    second = opening(("3", "2", day - timedelta(days=90)), warehouse="W2")
    assert store.stands_at(issue) == 3 * 2 + 2 * 9
    assert [(row.quantity, row.value) for row in Layer.objects.order_by("pk")] == [(3, 27), (4, 48), (1, 20)]
    assert run_all() == []
    do(services.unapprove_other_receipt, document_id=second.pk)
    assert store.stands_at(issue) == 45
    for rows, purpose, code in (
        ([("1", "1", day)], "found", "came_before_books"),
        ([("1", "1", day + timedelta(1))], "opening", "came_later"),
    ):
        with pytest.raises(DomainError) as refusal:
            opening(*rows, purpose=purpose)
        assert refusal.value.code == code
