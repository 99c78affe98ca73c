"""Purchase orders: amounts by the server, terms of the supplier, refusals that change nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Partner
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine
from gongfang.purchasing.services import NewPurchase, OrderLine, Revision
from tests.trading import D, Trade


def create(trade: Trade, *lines: OrderLine, **header: Any) -> PurchaseOrder:
    values = {"supplier_id": trade.partners["S1"].pk, "due_date": trade.today + timedelta(10), **header}
    return trade.do(purchasing.create_order, lines=list(lines), **values)


def test_the_server_computes_the_amounts(trade: Trade) -> None:
    order = create(
        trade, OrderLine(trade.items["shaft"].pk, D(10), D(100)), OrderLine(trade.items["wheel"].pk, D(3), D("33.335"), discount=D("0.1")),
        price_includes_tax=True,
    )  # fmt: skip
    first, second = order.lines.all()
    assert (first.net_amount, first.tax_amount, first.total_amount) == (D("884.96"), D("115.04"), D("1000.00"))
    assert second.total_amount == D("90.00") and second.net_amount + second.tax_amount == second.total_amount
    assert order.total_amount == D("1090.00") and order.net_amount == first.net_amount + second.net_amount
    assert order.number.startswith("CG")


def test_units_convert_exactly(trade: Trade) -> None:
    box = trade.in_boxes("shaft", 12)
    order = create(trade, OrderLine(trade.items["shaft"].pk, D("2.5"), D(120), unit_id=box.pk))
    line = order.lines.get()
    assert (line.quantity, line.unit_quantity, line.net_price, line.net_amount) == (D(30), D("2.5"), D(10), D("300.00"))


def test_agreed_prices_are_taken(trade: Trade) -> None:
    trade.agree("S1", "shaft", "11.30", tax_included=True)
    trade.agree("S1", "shaft", "9", min_quantity=D(100))
    trade.agree("S2", "shaft", "1")
    small, large = create(
        trade, OrderLine(trade.items["shaft"].pk, D(5)), OrderLine(trade.items["shaft"].pk, D(100))
    ).lines.all()
    assert (small.price, large.price) == (D(10), D(9))


@pytest.mark.parametrize(
    ("values", "code", "where"),
    [
        ({"quantity": D(0)}, "bad_quantity", "lines.0.quantity"),
        ({"quantity": D(-1)}, "bad_quantity", "lines.0.quantity"),
        ({"quantity": D("NaN")}, "bad_quantity", "lines.0.quantity"),
        ({"quantity": D(10) ** 10}, "too_many", "lines.0.quantity"),
        ({"quantity": D("1.5")}, "too_fine_quantity", "lines.0.quantity"),
        ({"price": D(-1)}, "bad_price", "lines.0.price"),
        ({"price": D(10) ** 10}, "bad_price", "lines.0.price"),
        ({"price": D("0.0000001")}, "too_fine", "lines.0.price"),
        ({"quantity": D(10) ** 8, "price": D(10) ** 8}, "too_dear", "lines.0.quantity"),
        ({"discount": D("1.01")}, "bad_discount", "lines.0.discount"),
        ({"discount": D("-0.1")}, "bad_discount", "lines.0.discount"),
        ({"tax_rate": D(1)}, "bad_tax_rate", "lines.0.tax_rate"),
        ({"over_receipt": D(2)}, "bad_tolerance", "lines.0.over_receipt"),
        ({"item_id": 10**6}, "item_unknown", "lines.0.item"),
        ({"unit_id": 10**6}, "unit_unknown", "lines.0.unit"),
    ],
)
def test_bad_lines_are_refused(trade: Trade, values: dict[str, Any], code: str, where: str) -> None:
    line = OrderLine(**{"item_id": trade.items["shaft"].pk, "quantity": D(1), "price": D(1), **values})
    with pytest.raises(DomainError) as refusal:
        create(trade, line)
    assert [(problem.code, problem.where) for problem in refusal.value.problems] == [(code, where)]
    assert not PurchaseOrder.objects.exists()


def test_headers_are_checked(trade: Trade) -> None:
    line = OrderLine(trade.items["shaft"].pk, D(1), D(1))
    for values, code in (
        ({"supplier_id": 10**6}, "supplier_unknown"),
        ({"supplier_id": trade.partners["C1"].pk}, "supplier_unknown"),
        ({"due_date": None}, "due_missing"),
    ):
        with pytest.raises(DomainError) as refusal:
            create(trade, line, **values)
        assert refusal.value.code == code
    with pytest.raises(DomainError) as refusal:
        create(trade)
    assert refusal.value.code == "no_lines"


def test_a_blocked_supplier_is_refused_at_every_step(trade: Trade) -> None:
    order = trade.order(approved=False, shaft=5)
    trade.partners["S1"].status = "blocked"
    trade.partners["S1"].save()
    for act in (
        lambda: trade.order(shaft=5),
        lambda: trade.do(purchasing.approve_order, document_id=order.pk),
        lambda: purchasing.create_orders(trade.boss, [NewPurchase(trade.items["shaft"].pk, D(1), trade.today, trade.partners["S1"].pk)]),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refusal:
            act()
        assert refusal.value.code == "supplier_blocked"
    order.refresh_from_db()
    assert order.approval == "draft"


def test_a_price_of_nothing_is_refused_a_gift_is_not(trade: Trade) -> None:
    order = create(trade, OrderLine(trade.items["shaft"].pk, D(1)))
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.approve_order, document_id=order.pk)
    assert refusal.value.code == "price_missing"
    gift = create(trade, OrderLine(trade.items["shaft"].pk, D(1), D(5), discount=D(1)))
    assert trade.do(purchasing.approve_order, document_id=gift.pk).approval == "approved"


def test_changing_a_draft_keeps_line_ids(trade: Trade) -> None:
    order = trade.order(approved=False, shaft=5, wheel=6)
    first, second = order.lines.all()
    trade.do(
        purchasing.change_order, order_id=order.pk, version=order.version,
        lines=[
            OrderLine(trade.items["wheel"].pk, D(7), D(2), id=second.pk, due_date=trade.today),
            OrderLine(trade.items["motor"].pk, D(1), D(3), due_date=trade.today),
        ],
    )  # fmt: skip
    order.refresh_from_db()
    assert [(line.pk == second.pk, line.quantity) for line in order.lines.all()] == [(True, D(7)), (False, D(1))]
    assert not PurchaseOrderLine.objects.filter(pk=first.pk).exists()
    assert order.net_amount == D("17.00")


def test_stale_foreign_and_approved_are_refused(trade: Trade) -> None:
    order, other = trade.order(approved=False, shaft=5), trade.order("S2", approved=False, shaft=1)
    line = OrderLine(trade.items["shaft"].pk, D(1), D(1), due_date=trade.today, id=other.lines.get().pk)
    for values, code in (({"version": 99}, "stale"), ({"lines": [line]}, "line_unknown")):
        with pytest.raises(DomainError) as refusal:
            trade.do(purchasing.change_order, order_id=order.pk, **values)
        assert refusal.value.code == code
    trade.do(purchasing.approve_order, document_id=order.pk)
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.change_order, order_id=order.pk, remark="x")
    assert refusal.value.code == "not_editable"


def test_permissions(trade: Trade) -> None:
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.create_order, actor=trade.user("operator"), supplier_id=trade.partners["S1"].pk, lines=[])
    assert refusal.value.code == "forbidden"


def test_revising_an_approved_order(trade: Trade) -> None:
    order = trade.order(shaft=10, wheel=4)
    trade.receive(order, shaft=6)
    shaft, wheel = order.lines.all()
    for change, code in (
        (Revision(shaft.pk, quantity=D(5)), "below_done"),
        (Revision(shaft.pk, price=D(9)), "price_used"),
        (Revision(10**6), "line_unknown"),
        (Revision(wheel.pk, quantity=D(0)), "bad_quantity"),
    ):
        with pytest.raises(DomainError) as refusal:
            trade.do(purchasing.revise_order, order_id=order.pk, lines=[change])
        assert refusal.value.code == code
    trade.do(
        purchasing.revise_order,
        order_id=order.pk,
        lines=[Revision(shaft.pk, quantity=D(6)), Revision(wheel.pk, price=D(12))],
    )
    order.refresh_from_db()
    assert (order.revision, order.net_amount, order.execution) == (1, D("108.00"), "partial")
    assert [line.execution for line in order.lines.all()] == ["done", "open"]


def test_orders_for_planning_group_by_supplier_in_constant_statements(trade: Trade) -> None:
    counts = []
    for size in (4, 40):
        wishes = []
        for n in range(size):
            item = trade.item(f"part-{size}-{n}", default_supplier=trade.partners["S1" if n % 2 else "S2"])
            trade.agree("S1" if n % 2 else "S2", item.code, "2.5", multiple=D(10))
            wishes.append(NewPurchase(item.pk, D(n + 1), trade.today, need="XS-1"))
        with trade.counted() as statements:
            lines = purchasing.create_orders(trade.boss, wishes)
        counts.append(statements[0])
        assert [line.item_id for line in lines] == [wish.item_id for wish in wishes]
        assert {line.document.supplier_id for line in lines} == {trade.partners["S1"].pk, trade.partners["S2"].pk}
        assert all(line.quantity % 10 == 0 and line.price == D("2.5") for line in lines)
    assert counts[0] == counts[1]


def test_planning_without_a_supplier_is_told(trade: Trade) -> None:
    with pytest.raises(DomainError) as refusal:
        purchasing.create_orders(trade.boss, [NewPurchase(trade.items["shaft"].pk, D(1), trade.today)])
    assert refusal.value.code == "no_supplier" and not PurchaseOrder.objects.exists()


def test_closing_and_reopening(trade: Trade) -> None:
    order = trade.order(shaft=10, wheel=4)
    trade.receive(order, shaft=10)
    trade.do(purchasing.close_order, document_id=order.pk)
    order.refresh_from_db()
    assert order.execution == "done" and [line.execution for line in order.lines.all()] == ["done", "closed"]
    with pytest.raises(DomainError) as refusal:
        trade.receive(order, wheel=1)
    assert refusal.value.code == "line_closed"
    trade.do(purchasing.reopen_order, document_id=order.pk)
    assert trade.receive(order, wheel=4).approval == "approved"


def test_requisitions_become_orders_and_open_again(trade: Trade) -> None:
    trade.agree("S1", "shaft", "3")
    trade.agree("S2", "wheel", "4")
    asked = trade.do(
        purchasing.create_requisition, purpose="备库",
        lines=[
            purchasing.RequisitionItem(trade.items["shaft"].pk, D(5), trade.today),
            purchasing.RequisitionItem(trade.items["wheel"].pk, D(6), trade.today),
        ],
    )  # fmt: skip
    trade.do(purchasing.approve_requisition, document_id=asked.pk)
    orders = trade.do(purchasing.order_requisition, requisition_id=asked.pk)
    asked.refresh_from_db()
    assert (len(orders), asked.execution) == (2, "done")
    assert sum(order.net_amount for order in orders) == D("39.00")
    trade.do(purchasing.void_order, document_id=orders[0].pk)
    asked.refresh_from_db()
    assert asked.execution == "partial"
    with pytest.raises(DomainError):
        trade.do(purchasing.order_requisition, requisition_id=orders[0].pk + 999)


def test_a_decimal_helper_is_no_float() -> None:
    assert isinstance(D("1"), Decimal)


def test_an_order_in_another_currency_is_not_booked_as_if_it_were_in_ours(trade: Trade) -> None:
    Partner.objects.filter(code="S1").update(currency="USD")
    order = trade.order(shaft=10, approved=False)
    assert order.currency == "USD"
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.approve_order, document_id=order.pk)
    assert refusal.value.code == "foreign_currency" and refusal.value.problems[0].data["own"] == "CNY"
    Partner.objects.filter(code="S1").update(currency="CNY")
    trade.do(purchasing.change_order, order_id=order.pk, remark="7.10")
    trade.do(purchasing.approve_order, document_id=order.pk)
    order.refresh_from_db()
    assert (order.currency, order.approval) == ("CNY", "approved")
