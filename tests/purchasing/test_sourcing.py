"""Merged requisitions, inquiries with awards, shares, blanket orders, changes approved by amount, contacts, tolerances in three modes."""

from datetime import date, timedelta
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.platform.approvals import services as approvals
from gongfang.platform.approvals.services import StepInput
from gongfang.platform.settings.models import Setting
from gongfang.purchasing import queries
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import Blanket, OrderChange, PurchaseOrder, Requisition, Rfq
from gongfang.purchasing.rules.sharing import by_share
from gongfang.purchasing.services import (
    BlanketItem,
    CallOff,
    ChangedLine,
    NewPurchase,
    OfferedPrice,
    Promise,
    RequisitionItem,
    Revision,
)
from tests.trading import D, Trade


def refused(act: Any) -> str:
    """The code that an act is refused with."""
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def requisition(trade: Trade, days: int = 7, **items: int) -> Requisition:
    made = trade.do(
        purchasing.create_requisition,
        lines=[RequisitionItem(trade.items[code].pk, D(many), trade.today + timedelta(days)) for code, many in items.items()],
    )  # fmt: skip
    return trade.do(purchasing.approve_requisition, document_id=made.pk)  # type: ignore[no-any-return]


def test_open_requisitions_merge_into_one_order_per_supplier(trade: Trade) -> None:
    trade.agree("S1", "shaft", "3")
    trade.agree("S2", "wheel", "4")
    one, two = requisition(trade, shaft=5, wheel=6), requisition(trade, shaft=7)
    later = requisition(trade, 60, shaft=9)
    orders = trade.do(purchasing.order_open, needed_until=trade.today + timedelta(30))
    assert sorted((order.supplier.code, [line.quantity for line in order.lines.all()]) for order in orders) == [
        ("S1", [D(12)]),
        ("S2", [D(6)]),
    ]
    for document, state in ((one, "done"), (two, "done"), (later, "open")):
        document.refresh_from_db()
        assert document.execution == state
    trade.do(purchasing.void_order, document_id=next(order for order in orders if order.supplier.code == "S1").pk)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.execution, two.execution) == ("partial", "open")


def test_merging_costs_a_constant_number_of_statements(trade: Trade) -> None:
    counts = []
    for size in (1, 3, 30):
        for n in range(size):
            trade.agree("S1", trade.item(f"m{size}-{n}").code, "2")
            requisition(trade, **{f"m{size}-{n}": 2})
        with trade.counted() as statements:
            trade.do(purchasing.order_open)
        counts.append(statements[0])
    assert counts[1] == counts[2], counts


def test_a_requisition_may_come_from_elsewhere(trade: Trade) -> None:
    lines = [RequisitionItem(trade.items["shaft"].pk, D(5), trade.today)]
    source = trade.order(wheel=1)
    from django.db import transaction

    with transaction.atomic():
        made = purchasing.request_purchase(trade.boss, lines, origin="reorder", purpose="低于再订货点", source=source)
    assert (made.origin, made.approval, made.lines.get().quantity) == ("reorder", "draft", D(5))


def test_inquiry_compare_award_split_order(trade: Trade) -> None:
    trade.agree("S1", "shaft", "10")
    trade.agree("S2", "shaft", "11")
    asked = requisition(trade, shaft=100)
    rfq = trade.do(purchasing.inquire, requisition_id=asked.pk)
    asked.refresh_from_db()
    assert asked.execution == "done" and {row.supplier.code for row in rfq.offers.all()} == {"S1", "S2"}
    assert refused(lambda: trade.do(purchasing.RFQ.approve, document_id=rfq.pk)) == "no_offer"
    shaft, (first, second) = trade.items["shaft"].pk, rfq.offers.all()
    answers = [
        OfferedPrice(first.supplier_id, shaft, D("11.30"), tax_included=True, lead_days=5, id=first.pk, extra_cost=D("0.80")),
        OfferedPrice(second.supplier_id, shaft, D("10.50"), tax_included=False, lead_days=3, id=second.pk),
    ]  # fmt: skip
    trade.do(purchasing.change_rfq, rfq_id=rfq.pk, offers=answers)
    ranks = purchasing.comparison(rfq)[shaft]
    assert [(row.offer.supplier_id, row.offer.landed_price, row.is_best) for row in ranks] == [
        (second.supplier_id, D("10.5"), True),
        (first.supplier_id, D("10.8"), False),
    ]
    for wanted, code in (
        ({"offer_id": first.pk, "quantity": D(101)}, "over_awarded"),
        ({"offer_id": first.pk, "quantity": D("0.5")}, "too_fine_quantity"),
        ({"offer_id": 10**6, "quantity": D(1)}, "no_such_offer"),
    ):
        assert refused(lambda: trade.do(purchasing.award_offer, rfq_id=rfq.pk, **wanted)) == code  # noqa: B023
    trade.do(purchasing.award_offer, rfq_id=rfq.pk, offer_id=first.pk, quantity=D(30))
    trade.do(purchasing.award_offer, rfq_id=rfq.pk, offer_id=second.pk)
    trade.do(purchasing.approve_rfq, document_id=rfq.pk)
    orders = trade.do(purchasing.order_rfq, rfq_id=rfq.pk)
    assert sorted((order.supplier_id, order.lines.get().quantity, order.lines.get().price) for order in orders) == sorted(
        [(first.supplier_id, D(30), D(10)), (second.supplier_id, D(70), D("10.5"))]
    )  # fmt: skip
    trade.do(purchasing.void_order, document_id=orders[0].pk)
    assert Rfq.objects.get().execution == "partial"


def test_voiding_an_inquiry_opens_the_requisition(trade: Trade) -> None:
    asked = requisition(trade, shaft=10)
    rfq = trade.do(purchasing.inquire, requisition_id=asked.pk, supplier_ids=[trade.partners["S1"].pk])
    trade.do(purchasing.RFQ.void, document_id=rfq.pk)
    asked.refresh_from_db()
    assert asked.execution == "open"


@pytest.mark.parametrize(
    ("ordered", "wishes", "chosen"),
    [
        ({}, [10], [1]),  # nothing yet: the bigger share
        ({}, [10, 10, 10, 10, 10], [1, 2, 1, 2, 1]),  # 60 : 40
        ({(7, 1): 60, (7, 2): 30}, [10], [2]),
        ({(7, 1): 59, (7, 2): 41}, [10], [1]),
    ],
)
def test_shares(ordered: dict[Any, int], wishes: list[int], chosen: list[int]) -> None:
    had = {key: D(value) for key, value in ordered.items()}
    found = by_share([(7, D(many)) for many in wishes], {7: {1: D("0.6"), 2: D("0.4")}}, had)
    assert found == chosen and by_share([(8, D(1))], {7: {1: D(1)}}, {}) == [None]


def test_orders_follow_the_shares(trade: Trade) -> None:
    trade.agree("S1", "shaft", "5", share=D("0.7"))
    trade.agree("S2", "shaft", "5", share=D("0.3"))
    lines = purchasing.create_orders(trade.boss, [NewPurchase(trade.items["shaft"].pk, D(10), trade.today)] * 10)
    by_supplier = [line.document.supplier.code for line in lines]
    assert (by_supplier.count("S1"), by_supplier.count("S2")) == (7, 3)


def blanket(trade: Trade, **values: Any) -> Blanket:
    lines = [BlanketItem(trade.items["shaft"].pk, D(100), D(9)), BlanketItem(trade.items["wheel"].pk, D(50), D(4))]
    made = trade.do(
        purchasing.create_blanket,
        **{"supplier_id": trade.partners["S1"].pk, "valid_from": trade.today, "valid_to": trade.today + timedelta(90), "lines": lines, **values},
    )  # fmt: skip
    return trade.do(purchasing.BLANKET.approve, document_id=made.pk)  # type: ignore[no-any-return]


def test_blanket_orders_are_called_off_until_nothing_remains(trade: Trade) -> None:
    agreed = blanket(trade)
    shaft, wheel = agreed.lines.all()
    order = trade.do(purchasing.call_off, blanket_id=agreed.pk, lines=[CallOff(shaft.pk, D(60))])
    assert (order.lines.get().price, order.lines.get().quantity) == (D(9), D(60))
    for lines, code in (
        ([CallOff(shaft.pk, D(41))], "over_called"),
        ([CallOff(shaft.pk, D(0))], "bad_quantity"),
        ([CallOff(wheel.pk, D(-1))], "bad_quantity"),
        ([CallOff(10**6, D(1))], "line_unknown"),
        ([], "nothing_left"),
    ):
        assert refused(lambda: trade.do(purchasing.call_off, blanket_id=agreed.pk, lines=lines)) == code  # noqa: B023
    changed = purchasing.OrderLine(trade.items["shaft"].pk, D(61), D(9), trade.today, id=order.lines.get().pk)
    trade.do(purchasing.change_order, order_id=order.pk, lines=[changed])
    assert refused(lambda: trade.do(purchasing.approve_order, document_id=order.pk)) == "beyond_call"
    within = purchasing.OrderLine(trade.items["shaft"].pk, D(60), D(9), trade.today, id=order.lines.get().pk)
    trade.do(purchasing.change_order, order_id=order.pk, lines=[within])
    trade.do(purchasing.approve_order, document_id=order.pk)
    more = purchasing.Revision(order.lines.get().pk, quantity=D(61))
    assert refused(lambda: trade.do(purchasing.revise_order, order_id=order.pk, lines=[more])) == "beyond_call"
    trade.do(purchasing.unapprove_order, document_id=order.pk)
    trade.do(purchasing.void_order, document_id=order.pk)
    whole = trade.do(purchasing.call_off, blanket_id=agreed.pk)
    agreed.refresh_from_db()
    assert agreed.execution == "done" and [line.quantity for line in whole.lines.all()] == [D(100), D(50)]
    assert refused(lambda: trade.do(purchasing.call_off, blanket_id=agreed.pk)) == "nothing_left"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"lines": []}, "no_lines"), ({"lines": [BlanketItem(10**6, D(1), D(1))]}, "item_unknown"), ({"supplier_id": 10**6}, "supplier_unknown"),
        ({"lines": "free"}, "price_missing"), ({"lines": "twice"}, "item_twice"), ({"lines": "nan"}, "bad_quantity"), ({"lines": "negative"}, "bad_price"),
        ({"lines": "rate"}, "bad_tax_rate"), ({"valid_to": -1}, "dates_reversed_validity"),
    ],
)  # fmt: skip
def test_bad_blanket_orders(trade: Trade, values: dict[str, Any], code: str) -> None:
    pk = trade.items["shaft"].pk
    named = {
        "free": [BlanketItem(pk, D(1), D(0))], "twice": [BlanketItem(pk, D(1), D(1))] * 2, "nan": [BlanketItem(pk, D("NaN"), D(1))],
        "negative": [BlanketItem(pk, D(1), D(-1))], "rate": [BlanketItem(pk, D(1), D(1), D(1))],
    }  # fmt: skip
    values = dict(values)
    if isinstance(values.get("lines"), str):
        values["lines"] = named[values["lines"]]
    if "valid_to" in values:
        values["valid_to"] = trade.today - timedelta(1)
    assert refused(lambda: blanket(trade, **values)) == code and not Blanket.objects.exists()


def test_a_blanket_order_holds_between_its_days(trade: Trade) -> None:
    agreed = blanket(trade, valid_from=trade.today + timedelta(1))
    assert refused(lambda: trade.do(purchasing.call_off, blanket_id=agreed.pk)) == "not_valid_now"


def flow(trade: Trade, doc_type: str, amount: str) -> None:
    trade.do(
        approvals.save_flow, doc_type=doc_type, name="大额", field="total_amount", op=">=", value=amount, steps=[StepInput(1, role="owner")]
    )  # fmt: skip


def test_an_order_is_approved_by_amount_and_so_is_its_change(trade: Trade) -> None:
    flow(trade, "purchasing.order", "2000")
    flow(trade, "purchasing.order_change", "2000")
    buyer, owner = trade.user("buyer"), trade.user("owner")
    order = trade.order(shaft=100)  # 1,130.00: below, approved at once
    line = order.lines.get()
    assert refused(lambda: trade.do(purchasing.revise_order, order_id=order.pk, lines=[Revision(line.pk, quantity=D(200))])) == "needs_change_order"  # fmt: skip
    change = trade.do(purchasing.create_order_change, actor=buyer, order_id=order.pk, reason="客户加单", lines=[ChangedLine(line.pk, quantity=D(200), due_date=trade.today)])  # fmt: skip
    assert (change.total_before, change.total_amount, change.increase) == (D("1130.00"), D("2260.00"), D("1130.00"))
    trade.do(purchasing.ORDER_CHANGE.submit, actor=buyer, document_id=change.pk)
    assert refused(lambda: trade.do(purchasing.ORDER_CHANGE.approve, actor=buyer, document_id=change.pk)) == "not_your_step"  # fmt: skip
    order.refresh_from_db()
    assert (order.revision, order.lines.get().quantity) == (0, D(100))
    trade.do(purchasing.ORDER_CHANGE.approve, actor=owner, document_id=change.pk)
    order.refresh_from_db()
    assert (order.revision, order.total_amount, order.lines.get().due_date) == (1, D("2260.00"), trade.today)
    assert refused(lambda: trade.do(purchasing.ORDER_CHANGE.unapprove, document_id=change.pk)) == "change_done"


def test_a_change_keeps_before_and_after_and_never_goes_below_what_came(trade: Trade) -> None:
    order = trade.order(shaft=100, wheel=10)
    shaft, wheel = order.lines.all()
    change = trade.do(purchasing.create_order_change, order_id=order.pk, reason="减量", lines=[ChangedLine(shaft.pk, quantity=D(60), price=D(9))])  # fmt: skip
    kept = change.lines.get()
    assert (kept.quantity_before, kept.quantity, kept.price_before, kept.price) == (D(100), D(60), D(10), D(9))
    assert refused(lambda: trade.do(purchasing.create_order_change, order_id=order.pk, reason="x", lines=[ChangedLine(wheel.pk, quantity=D(1))])) == "change_open"  # fmt: skip
    trade.receive(order, shaft=70)  # meanwhile
    assert refused(lambda: trade.do(purchasing.ORDER_CHANGE.approve, document_id=change.pk)) == "below_done"
    for lines, code in (
        ([], "no_lines"),
        ([ChangedLine(10**6, D(1))], "line_unknown"),
        ([ChangedLine(wheel.pk)], "nothing_changes"),
        ([ChangedLine(wheel.pk, D(1)), ChangedLine(wheel.pk, D(2))], "line_twice"),
        ([ChangedLine(wheel.pk, D(0))], "bad_quantity"),
        ([ChangedLine(wheel.pk, price=D(-1))], "bad_price"),
    ):
        assert refused(lambda: trade.do(purchasing.change_order_change, document_id=change.pk, lines=lines)) == code  # noqa: B023
    draft = trade.order(approved=False, shaft=1)
    assert refused(lambda: trade.do(purchasing.create_order_change, order_id=draft.pk, reason="x", lines=[])) == "not_approved"  # fmt: skip
    assert refused(lambda: trade.do(purchasing.create_order_change, order_id=order.pk, reason=" ", lines=[])) == "reason_missing"  # fmt: skip
    assert OrderChange.objects.count() == 1


def test_confirmation_by_line_contacts_and_the_expediting_list(trade: Trade) -> None:
    order = trade.order(shaft=10, wheel=10, casting=10)
    shaft, wheel, casting = order.lines.all()
    assert list(queries.expected_late(trade.today)) == []
    trade.do(purchasing.confirm_order, order_id=order.pk, promised_date=trade.today + timedelta(9), lines=[Promise(wheel.pk, trade.today + timedelta(20))])  # fmt: skip
    assert [line.pk for line in queries.expected_late(trade.today)] == [wheel.pk]  # promised after its date
    trade.do(purchasing.log_contact, line_ids=[shaft.pk, wheel.pk], kind="call", note="模具坏了", promised_date=trade.today + timedelta(12))  # fmt: skip
    found = list(queries.expected_late(trade.today))
    assert [(line.pk, line.asked_on, line.contact_count) for line in found] == [(shaft.pk, trade.today, 1), (wheel.pk, trade.today, 1)]  # fmt: skip
    for ids, kind, code in (([], "call", "no_lines"), ([casting.pk], "telex", "bad_kind")):
        assert refused(lambda: trade.do(purchasing.log_contact, line_ids=ids, kind=kind)) == code  # noqa: B023
    trade.receive(order, casting=(10, "L1"))
    assert refused(lambda: trade.do(purchasing.log_contact, line_ids=[casting.pk])) == "line_not_open"
    with trade.counted() as few:
        list(queries.expected_late(trade.today))
    assert few[0] == 1


@pytest.mark.parametrize(("mode", "entered", "code"), [("forbid", False, "over_receipt"), ("approve", True, "excess_not_accepted"), ("warn", True, "")])  # fmt: skip
def test_over_receipt_in_three_modes(trade: Trade, mode: str, entered: bool, code: str) -> None:
    Setting.objects.create(key="purchasing.over_receipt_mode", value=mode)
    order = trade.order(shaft=100)
    trade.receive(order, shaft=105)  # 5 % is the company's tolerance
    goods = trade.goods(order, shaft=1)
    act = lambda: trade.do(purchasing.create_receipt, supplier_id=order.supplier_id, lines=goods)  # noqa: E731
    if not entered:
        assert refused(act) == code
        return
    receipt = act()
    if code:
        assert refused(lambda: trade.do(purchasing.approve_receipt, document_id=receipt.pk)) == code
        assert refused(lambda: trade.do(purchasing.accept_excess, receipt_id=receipt.pk, reason="")) == "reason_missing"
        trade.do(purchasing.accept_excess, receipt_id=receipt.pk, reason="整箱")
    assert trade.do(purchasing.approve_receipt, document_id=receipt.pk).approval == "approved"
    assert trade.on_hand("shaft") == D(106)


@pytest.mark.parametrize(
    ("line", "item", "category", "code"),
    [
        ("", "", "", "over_receipt"),
        ("", "", "warn", ""),
        ("", "forbid", "warn", "over_receipt"),
        ("warn", "forbid", "", ""),
    ],
)
def test_the_mode_resolves_line_item_category_company(
    trade: Trade, line: str, item: str, category: str, code: str
) -> None:
    trade.categories["raw"].over_mode = category
    trade.categories["raw"].save()
    trade.items["shaft"].over_mode = item
    trade.items["shaft"].save()
    order = trade.order(approved=False, shaft=100, wheel=100)
    order.lines.filter(item=trade.items["shaft"]).update(over_mode=line)
    trade.do(purchasing.approve_order, document_id=order.pk)
    act = lambda: trade.receive(order, shaft=106)  # noqa: E731
    if code:
        assert refused(act) == code
    else:
        act()
        assert trade.on_hand("shaft") == D(106)


@pytest.mark.parametrize(
    ("line", "category", "company", "came", "state"),
    [(None, None, "0", 99, "partial"), (None, None, "0.02", 98, "done"), (None, None, "0.02", 97, "partial"), (None, "0.05", "0", 95, "done"), ("0", "0.05", "0.05", 95, "partial")],
)  # fmt: skip
def test_under_receipt_resolves_line_category_company(
    trade: Trade, line: str | None, category: str | None, company: str, came: int, state: str
) -> None:
    Setting.objects.create(key="masterdata.under_receipt", value=company)
    trade.categories["raw"].under_receipt = D(category) if category else None
    trade.categories["raw"].save()
    order = trade.order(approved=False, shaft=100)
    order.lines.update(under_receipt=D(line) if line else None)
    trade.do(purchasing.approve_order, document_id=order.pk)
    trade.receive(order, shaft=came)
    assert PurchaseOrder.objects.get().execution == state


def test_planned_quantities_are_raised_to_minimum_and_multiple(trade: Trade) -> None:
    trade.agree("S1", "shaft", "5", min_quantity=D(50), multiple=D(20))
    wishes = [NewPurchase(trade.items["shaft"].pk, D(many), trade.today) for many in (1, 50, 60, 61)]
    assert [line.quantity for line in purchasing.create_orders(trade.boss, wishes)] == [D(60), D(60), D(60), D(80)]


def test_a_quantity_raised_to_the_next_step_has_its_price(trade: Trade) -> None:
    """90 are raised to 100, where 4.00 begins; the step counts, not the share that stands beside it."""
    trade.agree("S1", "shaft", "5", multiple=D(20), share=D("0.6"))
    trade.agree("S1", "shaft", "4", min_quantity=D(100), multiple=D(20), share=D("0.5"))
    wishes = [NewPurchase(trade.items["shaft"].pk, D(many), trade.today) for many in (80, 90, 101)]
    assert [(line.quantity, line.price) for line in purchasing.create_orders(trade.boss, wishes)] == [
        (D(80), D(5)), (D(100), D(4)), (D(120), D(4)),
    ]  # fmt: skip


def test_agreements_hold_on_their_first_and_last_day_and_the_later_counts(trade: Trade) -> None:
    day = trade.today
    trade.agree("S1", "shaft", "5", valid_to=day - timedelta(1))
    trade.agree("S1", "shaft", "6", valid_from=day - timedelta(9), valid_to=day)
    trade.agree("S1", "shaft", "7", valid_from=day, valid_to=day, share=D("0.5"))
    trade.agree("S1", "shaft", "8", valid_from=day + timedelta(1))

    def price(on: date) -> Any:
        lines = [purchasing.OrderLine(trade.items["shaft"].pk, D(1))]
        order = trade.do(purchasing.create_order, supplier_id=trade.partners["S1"].pk, lines=lines, business_date=on, due_date=day)  # fmt: skip
        return order.lines.get().price

    days = (day - timedelta(1), day, day + timedelta(1))
    assert [price(on) for on in days] == [D(6), D(7), D(8)], "5 ended too, but began before"


@pytest.mark.parametrize(
    ("lines", "code"),
    [([], "no_lines"), ([(10**6, "1")], "item_unknown"), ([("shaft", "0")], "bad_quantity"), ([("shaft", "-3")], "bad_quantity"),
     ([("shaft", "NaN")], "bad_quantity"), ([("shaft", "1.5")], "too_fine_quantity"), ([("shaft", "10000000000")], "too_many")],
)  # fmt: skip
def test_bad_requisitions(trade: Trade, lines: list[tuple[Any, str]], code: str) -> None:
    rows = [
        RequisitionItem(trade.items[item].pk if isinstance(item, str) else item, D(many), trade.today)
        for item, many in lines
    ]
    assert refused(lambda: trade.do(purchasing.create_requisition, lines=rows)) == code
    assert not Requisition.objects.exists()


def test_calling_off_and_changing_cost_a_constant_number_of_statements(trade: Trade) -> None:
    calls, changes = [], []
    for size in (1, 3, 30):
        codes = [trade.item(f"b{size}-{n}").code for n in range(size)]
        items = [BlanketItem(trade.items[code].pk, D(10), D(9)) for code in codes]
        agreed = blanket(trade, lines=items)
        with trade.counted() as statements:
            order = trade.do(purchasing.call_off, blanket_id=agreed.pk)
        calls.append(statements[0])
        trade.do(purchasing.approve_order, document_id=order.pk)
        lines = [ChangedLine(line.pk, quantity=D(8)) for line in order.lines.all()]
        change = trade.do(purchasing.create_order_change, order_id=order.pk, reason="减量", lines=lines)
        with trade.counted() as statements:
            trade.do(purchasing.ORDER_CHANGE.approve, document_id=change.pk)
        changes.append(statements[0])
    assert calls[1] == calls[2] and changes[1] == changes[2], (calls, changes)
