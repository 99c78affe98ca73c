"""Arrivals, receipts and returns: goods and money, tolerances, lots, and the whole way back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Lot
from gongfang.purchasing import queries
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrderLine, PurchaseReturn, Receipt
from gongfang.purchasing.services import IncomingGoods, OrderLine, ReturnedGoods
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, Nonconformance
from tests.trading import D, Trade


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def test_goods_and_value_come_in_at_the_order_price(trade: Trade) -> None:
    order = trade.order(shaft=(10, "3.333333"), wheel=(4, "25"))
    receipt = trade.receive(order)
    assert (trade.on_hand("shaft"), trade.worth("shaft")) == (D(10), (D(10), D("33.33")))
    assert receipt.net_amount == D("133.33") == order.__class__.objects.get(pk=order.pk).net_amount
    assert trade.books() == {"140301": D("133.33"), "220202": D("-133.33")}
    line = order.lines.first()
    assert (line.received_quantity, line.done_quantity, line.execution) == (D(10), D(10), "done")
    order.refresh_from_db()
    assert order.execution == "done"


def test_parts_of_an_order_line_add_up_to_its_amount(trade: Trade) -> None:
    order = trade.order(shaft=(3, "3.333333"))
    parts = [trade.receive(order, shaft=1).net_amount for _ in range(3)]
    assert sum(parts) == D("10.00") and sorted(parts) == [D("3.33"), D("3.33"), D("3.34")]
    assert trade.worth("shaft") == (D(3), D("10.00"))


def test_nothing_beyond_the_tolerance(trade: Trade) -> None:
    order = trade.order(shaft=10)
    line = order.lines.get()
    for quantity, code in (
        (11, "over_receipt"),
        (0, "bad_quantity"),
        (-1, "bad_quantity"),
        ("0.5", "too_fine_quantity"),
    ):
        assert refused(lambda quantity=quantity: trade.receive(order, shaft=quantity)) == code
    assert refused(lambda: trade.do(purchasing.receive_order, order_id=order.pk, lines=[IncomingGoods(line.pk, D(6)), IncomingGoods(line.pk, D(5))])) == "over_receipt"  # fmt: skip
    assert not Receipt.objects.exists() and trade.on_hand("shaft") == 0


@pytest.mark.parametrize("level", ["line", "item", "category"])
def test_tolerance_comes_from_line_item_or_category(trade: Trade, level: str) -> None:
    order = trade.order(shaft=10)
    target = {"line": order.lines.get(), "item": trade.items["shaft"], "category": trade.categories["raw"]}[level]
    target.over_receipt = D("0.1")
    target.save()
    assert refused(lambda: trade.receive(order, shaft=12)) == "over_receipt"
    trade.receive(order, shaft=11)
    assert trade.worth("shaft") == (D(11), D("110.00"))


def test_other_suppliers_drafts_and_strangers_are_refused(trade: Trade) -> None:
    order, draft, other = trade.order(shaft=1), trade.order(approved=False, shaft=1), trade.order("S2", shaft=1)
    supplier = trade.partners["S1"].pk
    for line, code in (
        (IncomingGoods(other.lines.get().pk, D(1)), "other_supplier"),
        (IncomingGoods(draft.lines.get().pk, D(1)), "order_not_approved"),
        (IncomingGoods(10**6, D(1)), "line_unknown"),
    ):
        assert (
            refused(lambda line=line: trade.do(purchasing.create_arrival, supplier_id=supplier, lines=[line])) == code
        )
    trade.receive(order)
    assert refused(lambda: trade.receive(order)) == "nothing_to_receive"


def test_one_arrival_of_many_orders(trade: Trade) -> None:
    orders = [trade.order(shaft=5), trade.order(shaft=7, wheel=2)]
    arrival = trade.do(purchasing.push_arrival, order_ids=[order.pk for order in orders])
    assert arrival.lines.count() == 3 and trade.on_hand("shaft") == 0
    trade.do(purchasing.approve_arrival, document_id=arrival.pk)
    assert (trade.on_hand("shaft"), trade.on_hand("wheel")) == (D(12), D(2))
    receipt = Receipt.objects.get()
    assert (receipt.supplier_id, receipt.approval, receipt.lines.count()) == (trade.partners["S1"].pk, "approved", 3)


def test_two_drafts_over_the_order_the_second_is_refused_at_approval(trade: Trade) -> None:
    order = trade.order(shaft=10)
    first, second = (trade.do(purchasing.push_arrival, order_ids=[order.pk]) for _ in range(2))
    trade.do(purchasing.approve_arrival, document_id=first.pk)
    assert refused(lambda: trade.do(purchasing.approve_arrival, document_id=second.pk)) == "over_receipt"
    second.refresh_from_db()
    assert (second.approval, trade.on_hand("shaft")) == ("draft", D(10))


def test_lots_are_made_with_dates(trade: Trade) -> None:
    order = trade.order(casting=10, grease=5)
    trade.receive(order, casting=(10, "L7"), grease=5)
    lot = Lot.objects.get(code="L7")
    assert (lot.item, lot.supplier, lot.source_number[:2]) == (trade.items["casting"], trade.partners["S1"], "RK")
    grease = Lot.objects.get(item=trade.items["grease"])
    assert grease.code.startswith("RK") and grease.expires_on == trade.today + timedelta(100)


def test_serials_become_one_line_each(trade: Trade) -> None:
    order = trade.order(motor=(5, "99.99"))
    for serials in ("SN01-SN04", "SN01-SN03,SN01-SN02", "SN09-SN05"):
        assert refused(lambda serials=serials: trade.receive(order, motor=(5, serials))) in (
            "serial_count",
            "bad_serials",
        )
    receipt = trade.receive(order, motor=(3, "SN01-SN03"))
    assert [line.lot.code for line in receipt.lines.all()] == ["SN01", "SN02", "SN03"]
    assert trade.receive(order, motor=2).lines.count() == 2
    assert trade.worth("motor") == (D(5), D("499.95"))


def test_a_serial_twice_is_refused_and_nothing_moves(trade: Trade) -> None:
    order = trade.order(motor=2)
    trade.receive(order, motor=(1, "X1-X1"))
    assert refused(lambda: trade.receive(order, motor=(1, "X1-X1"))) == "serial_not_unique"
    assert trade.on_hand("motor") == 1 and order.lines.get().received_quantity == 1


def test_inspected_goods_wait_and_are_judged(trade: Trade) -> None:
    order = trade.order(seal=100)
    trade.receive(order)
    inspection = Inspection.objects.get()
    assert (trade.on_hand("seal"), trade.on_hand("seal", "W1-QC")) == (D(0), D(100))
    assert (inspection.sample_size, inspection.accept_limit) == (D(13), 0)
    assert (
        refused(lambda: trade.do(quality.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(90)))
        == "not_all_decided"
    )
    trade.do(
        quality.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(90), concession_quantity=D(4),
        rejected_quantity=D(6), sample_defects=D(1),
    )  # fmt: skip
    assert (trade.on_hand("seal"), trade.on_hand("seal", "W1-QC"), trade.on_hand("seal", "W1-HOLD")) == (
        D(94),
        D(0),
        D(6),
    )
    assert trade.worth("seal") == (D(100), D("1000.00"))
    assert Nonconformance.objects.get().quantity == 6


def test_rejected_goods_go_back_at_their_cost(trade: Trade) -> None:
    order = trade.order(seal=(100, "3.333333"))
    trade.receive(order)
    trade.do(
        quality.decide_inspection,
        inspection_id=Inspection.objects.get().pk,
        accepted_quantity=D(94),
        rejected_quantity=D(6),
    )
    report = Nonconformance.objects.get()
    trade.do(quality.approve_nonconformance, document_id=report.pk)
    back = PurchaseReturn.objects.get()
    trade.do(purchasing.approve_return, document_id=back.pk)
    back.refresh_from_db()
    assert (trade.on_hand("seal", "W1-HOLD"), back.net_amount, back.total_amount) == (D(0), D("20.00"), D("22.60"))
    assert trade.books() == {"140301": D("313.33"), "220202": D("-313.33")}
    line = order.lines.get()
    assert (line.received_quantity, line.returned_quantity, line.done_quantity, line.execution) == (
        D(100),
        D(6),
        D(100),
        "done",
    )


def test_a_replacement_opens_the_line_again(trade: Trade) -> None:
    order = trade.order(shaft=10)
    receipt = trade.receive(order)
    back = trade.do(
        purchasing.create_return, supplier_id=trade.partners["S1"].pk, warehouse_id=trade.warehouses["W1"].pk, reason="磕碰",
        handling="replace", lines=[ReturnedGoods(receipt.lines.get().pk, D(3))],
    )  # fmt: skip
    trade.do(purchasing.approve_return, document_id=back.pk)
    line = order.lines.get()
    assert (line.done_quantity, line.execution) == (D(7), "partial")
    assert [supply.quantity for supply in queries.open_supply()] == [D(3)]
    trade.receive(order)
    assert refused(lambda: trade.do(purchasing.unapprove_return, document_id=back.pk)) == "replaced"
    assert trade.on_hand("shaft") == 10


def test_bad_returns(trade: Trade) -> None:
    order = trade.order(shaft=10)
    receipt = trade.receive(order)
    line = receipt.lines.get()
    base = {"supplier_id": trade.partners["S1"].pk, "warehouse_id": trade.warehouses["W1"].pk, "reason": "坏"}
    for values, code in (
        ({"lines": [ReturnedGoods(line.pk, D(11))]}, "over_return"),
        ({"lines": [ReturnedGoods(line.pk, D(6)), ReturnedGoods(line.pk, D(5))]}, "over_return"),
        ({"lines": [ReturnedGoods(line.pk, D(0))]}, "bad_quantity"),
        ({"lines": [ReturnedGoods(line.pk, D(1), "moon")]}, "bad_place"),
        ({"lines": [ReturnedGoods(10**6, D(1))]}, "line_unknown"),
        ({"lines": [ReturnedGoods(line.pk, D(1))], "supplier_id": trade.partners["S2"].pk}, "other_supplier_receipt"),
        ({"lines": [ReturnedGoods(line.pk, D(1))], "reason": " "}, "reason_needed"),
        ({"lines": []}, "no_lines"),
    ):
        assert refused(lambda values=values: trade.do(purchasing.create_return, **{**base, **values})) == code
    moved = trade.do(purchasing.create_return, **base, lines=[ReturnedGoods(line.pk, D(1), "blocked")])
    assert refused(lambda: trade.do(purchasing.approve_return, document_id=moved.pk)) == "short_stock"
    assert trade.on_hand("shaft") == 10


def test_taking_an_arrival_back_takes_everything_back(trade: Trade) -> None:
    order = trade.order(seal=20, shaft=5)
    arrival = trade.do(purchasing.push_arrival, order_ids=[order.pk])
    trade.do(purchasing.approve_arrival, document_id=arrival.pk)
    trade.do(
        quality.decide_inspection,
        inspection_id=Inspection.objects.get().pk,
        accepted_quantity=D(18),
        rejected_quantity=D(2),
    )
    preview = purchasing.ARRIVAL.preview_unapprove(arrival)
    assert not preview.problems and len(preview.effects) == 4
    trade.do(purchasing.unapprove_arrival, document_id=arrival.pk)
    for item in ("seal", "shaft"):
        assert [trade.on_hand(item, place) for place in ("W1", "W1-QC", "W1-HOLD")] == [D(0)] * 3
        assert trade.worth(item) == (D(0), D(0))
    assert trade.books() == {}
    assert {line.done_quantity for line in PurchaseOrderLine.objects.all()} == {D(0)}
    assert Inspection.objects.get().approval == "void" and Nonconformance.objects.get().approval == "void"
    arrival.refresh_from_db()
    assert arrival.approval == "draft" and Receipt.objects.get().approval == "void"
    trade.do(purchasing.approve_arrival, document_id=arrival.pk)
    assert trade.on_hand("seal", "W1-QC") == 20


def test_what_forbids_taking_back(trade: Trade) -> None:
    order = trade.order(seal=20, shaft=5)
    receipt = trade.receive(order)
    assert refused(lambda: trade.do(purchasing.unapprove_order, document_id=order.pk)) == "downstream"
    trade.do(
        quality.decide_inspection,
        inspection_id=Inspection.objects.get().pk,
        accepted_quantity=D(18),
        rejected_quantity=D(2),
    )
    trade.do(quality.approve_nonconformance, document_id=Nonconformance.objects.get().pk)
    assert refused(lambda: trade.do(purchasing.unapprove_receipt, document_id=receipt.pk)) == "downstream"
    trade.do(quality.unapprove_nonconformance, document_id=Nonconformance.objects.get().pk)
    assert PurchaseReturn.objects.get().approval == "void"
    shaft = receipt.lines.get(item=trade.items["shaft"])
    purchasing.record_invoiced({shaft.pk: D(5)})
    assert refused(lambda: trade.do(purchasing.unapprove_receipt, document_id=receipt.pk)) == "invoiced"
    purchasing.record_invoiced({shaft.pk: D(-5)})
    trade.do(purchasing.unapprove_receipt, document_id=receipt.pk)
    assert trade.books() == {}


def test_invoicing_is_remembered(trade: Trade) -> None:
    receipt = trade.receive(trade.order(shaft=10, wheel=5))
    shaft, wheel = receipt.lines.all()
    assert [(row.open, row.net_amount) for row in queries.invoiceable_lines(trade.partners["S1"].pk)] == [
        (D(10), D(100)),
        (D(5), D(50)),
    ]
    purchasing.record_invoiced({shaft.pk: D(10), wheel.pk: D(2)})
    receipt.refresh_from_db()
    assert receipt.execution == "partial" and [row.open for row in queries.invoiceable_lines()] == [D(3)]
    assert [line.invoiced_quantity for line in PurchaseOrderLine.objects.order_by("pk")] == [D(10), D(2)]


def test_the_same_request_receives_once(trade: Trade) -> None:
    order = trade.order(shaft=10)
    request = uuid.uuid4()
    first = trade.do(purchasing.receive_order, request_id=request, order_id=order.pk)
    again = trade.do(purchasing.receive_order, request_id=request, order_id=order.pk)
    assert first.pk == again.pk and trade.on_hand("shaft") == 10


@pytest.mark.parametrize("tracked", [False, True])
def test_statements_do_not_grow_with_the_lines(trade: Trade, tracked: bool) -> None:
    counts = []
    trade.receive(trade.order(shaft=1, seal=1, casting=1))  # the books and places are made by the first posting
    for size in (3, 30):
        values = {"tracking": "lot", "inspect_incoming": True} if tracked else {}
        lines = [OrderLine(trade.item(f"p{size}-{n}", **values).pk, D(2), D(5)) for n in range(size)]
        order = trade.do(
            purchasing.create_order, supplier_id=trade.partners["S1"].pk, lines=lines, due_date=trade.today
        )
        trade.do(purchasing.approve_order, document_id=order.pk)
        arrival = trade.do(purchasing.push_arrival, order_ids=[order.pk])
        with trade.counted() as statements:
            trade.do(purchasing.approve_arrival, document_id=arrival.pk)
        for inspection in Inspection.objects.filter(approval="draft", item__code__startswith=f"p{size}-"):
            half = {"accepted_quantity": D(1), "rejected_quantity": D(1)}
            trade.do(quality.decide_inspection, inspection_id=inspection.pk, **half)
        with trade.counted() as back:
            trade.do(purchasing.unapprove_arrival, document_id=arrival.pk)
        counts.append((statements[0], back[0]))
    assert counts[0] == counts[1], counts
    assert counts[0][0] <= 90, counts


def test_all_of_a_receipt_goes_back_from_where_its_inspection_left_it(trade: Trade) -> None:
    """Rejected goods from the blocked place, good ones from the store, what waits from the inspection place."""
    from gongfang.quality import services as quality
    from gongfang.quality.models import Inspection

    waiting = trade.receive(trade.order(seal=10, shaft=2))
    for number, places in ((1, {"inspection": D(10), "store": D(2)}), (2, {"blocked": D(3), "store": D(9)})):
        if number == 2:
            trade.do(quality.decide_inspection, inspection_id=Inspection.objects.get().pk, accepted_quantity=D(7), rejected_quantity=D(3))  # fmt: skip
        back = trade.do(purchasing.return_receipt, receipt_id=waiting.pk, reason="退")
        found: dict[str, Any] = {}
        for line in back.lines.all():
            found[line.place] = found.get(line.place, D(0)) + line.quantity
        assert found == places
        if number == 1:
            trade.do(purchasing.RETURN.void, document_id=back.pk)
    trade.do(purchasing.approve_return, document_id=back.pk)
    assert trade.on_hand("seal") == trade.on_hand("seal", "W1-HOLD") == trade.on_hand("seal", "W1-QC") == 0
