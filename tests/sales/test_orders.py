"""Sales orders: prices, credit, promises, refusals that change nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import CustomerPrice
from gongfang.masterdata.queries import working_calendar
from gongfang.sales import queries
from gongfang.sales import services as sales
from gongfang.sales.models import SalesOrder
from gongfang.sales.services import OrderLine, QuotedLine, Revision, promising
from tests.trading import D, Trade


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def create(trade: Trade, *lines: OrderLine, **header: Any) -> SalesOrder:
    values = {"customer_id": trade.partners["C1"].pk, "promised_date": trade.today + timedelta(10), **header}
    return trade.do(sales.create_order, lines=list(lines), **values)


def test_prices_are_the_customers_then_the_lists_then_the_items(trade: Trade) -> None:
    pump, shaft, wheel = (trade.items[code].pk for code in ("pump", "shaft", "wheel"))
    CustomerPrice.objects.create(customer=trade.partners["C1"], item_id=shaft, price=D("11.3"), tax_included=True)
    CustomerPrice.objects.create(customer=None, item_id=shaft, price=D(12), tax_included=False)
    CustomerPrice.objects.create(customer=None, item_id=wheel, price=D(20), tax_included=False)
    CustomerPrice.objects.create(customer=None, item_id=wheel, price=D(18), tax_included=False, min_quantity=D(100))
    order = create(
        trade, OrderLine(pump, D(1)), OrderLine(shaft, D(1)), OrderLine(wheel, D(1)), OrderLine(wheel, D(100))
    )
    assert [line.price for line in order.lines.all()] == [D(1000), D(10), D(20), D(18)]
    gross = create(trade, OrderLine(pump, D(1)), price_includes_tax=True)
    assert (gross.lines.get().price, gross.total_amount, gross.net_amount) == (D(1130), D("1130.00"), D("1000.00"))


@pytest.mark.parametrize(
    ("values", "code", "where"),
    [
        ({"quantity": D(0)}, "bad_quantity", "lines.0.quantity"),
        ({"quantity": D(-2)}, "bad_quantity", "lines.0.quantity"),
        ({"quantity": D("1e10")}, "too_many", "lines.0.quantity"),
        ({"quantity": D("0.1")}, "too_fine_quantity", "lines.0.quantity"),
        ({"price": D("-0.01")}, "bad_price", "lines.0.price"),
        ({"discount": D(2)}, "bad_discount", "lines.0.discount"),
        ({"tax_rate": D("-0.1")}, "bad_tax_rate", "lines.0.tax_rate"),
        ({"over_delivery": D(9)}, "bad_tolerance", "lines.0.over_delivery"),
        ({"item_id": 10**6}, "item_unknown", "lines.0.item"),
        ({"unit_id": 10**6}, "unit_unknown", "lines.0.unit"),
    ],
)
def test_bad_lines_are_refused(trade: Trade, values: dict[str, Any], code: str, where: str) -> None:
    line = OrderLine(**{"item_id": trade.items["pump"].pk, "quantity": D(1), "price": D(1), **values})
    with pytest.raises(DomainError) as refusal:
        create(trade, line)
    assert [(problem.code, problem.where) for problem in refusal.value.problems] == [(code, where)]
    assert not SalesOrder.objects.exists()


def test_headers_are_checked(trade: Trade) -> None:
    line = OrderLine(trade.items["pump"].pk, D(1))
    assert refused(lambda: create(trade, line, customer_id=trade.partners["S1"].pk)) == "customer_unknown"
    assert refused(lambda: create(trade, line, promised_date=None)) == "promise_missing"
    assert refused(lambda: create(trade)) == "no_lines"
    trade.partners["C1"].status = "blocked"
    trade.partners["C1"].save()
    assert refused(lambda: create(trade, line)) == "customer_blocked"


def test_credit_must_be_let_pass_by_somebody_with_the_right(trade: Trade) -> None:
    customer = trade.partners["C1"]
    customer.credit_limit = D(2000)
    customer.save()
    trade.sell(pump=(1, 1000))
    order = trade.sell(approved=False, pump=(1, 1000))
    assert refused(lambda: trade.do(sales.approve_order, document_id=order.pk)) == "credit_exceeded"
    assert refused(lambda: trade.do(sales.pass_credit, actor=trade.user("sales"), order_id=order.pk)) == "forbidden"
    trade.do(sales.pass_credit, actor=trade.user("owner"), order_id=order.pk)
    line = order.lines.get()
    trade.do(sales.change_order, order_id=order.pk, lines=[OrderLine(line.item_id, D(1), D(1001), id=line.pk)])
    assert refused(lambda: trade.do(sales.approve_order, document_id=order.pk)) == "credit_exceeded"
    trade.do(sales.pass_credit, order_id=order.pk)
    assert trade.do(sales.approve_order, document_id=order.pk).approval == "approved"


def test_exposure_follows_the_goods(trade: Trade) -> None:
    trade.stock("pump", 10, "6000")
    order = trade.sell(pump=(4, 1000))
    customer = trade.partners["C1"].pk
    assert sales.exposure(customer) == D("4520.00")
    shipment = trade.ship(order, pump=1)
    assert sales.exposure(customer) == D("4520.00")
    sales.record_invoiced({shipment.lines.get().pk: D(1)})
    assert sales.exposure(customer) == D("3390.00")
    trade.do(sales.close_order, document_id=order.pk)
    assert sales.exposure(customer) == D("0.00")


def test_open_demand(trade: Trade) -> None:
    trade.stock("pump", 10, "6000")
    order = trade.sell(pump=4, _priority=1)
    trade.sell(approved=False, pump=9)
    trade.ship(order, pump=1)
    (row,) = queries.open_demand()
    assert (row.quantity, row.on, row.number, row.priority, row.doc_type) == (D(3), trade.today + timedelta(10), order.number, 1, "sales.order")  # fmt: skip
    assert queries.open_demand([trade.items["shaft"].pk]) == []


def test_lines_of_an_order_are_promised_in_turn(trade: Trade) -> None:
    """Two pumps are free, ten are ordered, a further one takes 20 working days: what one line takes, the next cannot have."""
    pump = trade.items["pump"]
    type(pump).objects.filter(pk=pump.pk).update(lead_time_days=20)
    trade.stock("pump", 5, "3000")
    trade.sell(pump=3, _promised_date=trade.today + timedelta(3))
    soon = trade.order(pump=10).due_date
    later = working_calendar().add_working_days(trade.today, 20)
    assert later > soon
    for quantities, expected in {
        (2, 10, 1): [("stock", trade.today, 2), ("incoming", soon, 0), ("capable", later, 0)],
        (2, 12): [("stock", trade.today, 2), ("capable", later, 0)],
        (12, 1): [("incoming", soon, 2), ("capable", later, 0)],
        (13,): [("capable", later, 2)],
    }.items():
        found = sales.promise([(pump.pk, D(quantity)) for quantity in quantities], trade.today)
        assert [(one.kind, one.on, one.free_now) for one in found] == expected, quantities
    order = create(trade, OrderLine(pump.pk, D(2)), OrderLine(pump.pk, D(12)))
    trade.do(sales.promise_order, order_id=order.pk)
    order.refresh_from_db()
    assert [line.promised_date for line in order.lines.all()] == [trade.today, later] and order.promised_date == later
    trade.do(sales.approve_order, document_id=order.pk)
    again = sales.promise([(pump.pk, D(2)), (pump.pk, D(10))], trade.today, without_order=order.pk)
    assert [one.kind for one in again] == ["stock", "incoming"]


def test_nothing_is_promised_that_nobody_knows_how_to_get(trade: Trade) -> None:
    (found,) = sales.promise([(trade.items["pump"].pk, D(1))], trade.today)
    assert (found.kind, found.on) == ("none", None)
    assert "提前期" in found.reason


def test_promising_many_lines_takes_the_statements_of_one(trade: Trade) -> None:
    def statements(*codes: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            sales.promise([(trade.items[code].pk, D(3)) for code in codes], trade.today)
        return len(caught)

    assert statements("pump") == statements("pump", "shaft", "wheel", "casting", "motor", "pump")


def test_without_planning_stock_and_lead_times_answer_in_turn(trade: Trade) -> None:
    pump = trade.items["pump"]
    type(pump).objects.filter(pk=pump.pk).update(lead_time_days=20)
    trade.stock("pump", 5, "3000")
    found = promising._by_stock_and_lead_time([(pump.pk, D(4)), (pump.pk, D(2)), (pump.pk, D(1))], trade.today)
    assert [(one.kind, one.free_now) for one in found] == [("stock", 5), ("lead_time", 1), ("stock", 1)]


def test_revising(trade: Trade) -> None:
    trade.stock("pump", 10, "6000")
    order = trade.sell(pump=(4, 1000))
    trade.ship(order, pump=2)
    line = order.lines.get()
    assert (
        refused(lambda: trade.do(sales.revise_order, order_id=order.pk, lines=[Revision(line.pk, quantity=D(1))]))
        == "below_done"
    )
    assert (
        refused(lambda: trade.do(sales.revise_order, order_id=order.pk, lines=[Revision(line.pk, price=D(1))]))
        == "price_used"
    )
    assert refused(lambda: trade.do(sales.revise_order, order_id=order.pk, version=77, lines=[])) == "stale"
    trade.do(sales.revise_order, order_id=order.pk, lines=[Revision(line.pk, quantity=D(2))])
    order.refresh_from_db()
    assert (order.execution, order.net_amount, order.revision) == ("done", D("2000.00"), 1)


def test_a_quotation_becomes_an_order_once(trade: Trade) -> None:
    quotation = trade.do(
        sales.create_quotation,
        customer_id=trade.partners["C1"].pk,
        lines=[QuotedLine(trade.items["pump"].pk, D(3), D(950), lead_days=20)],
    )
    assert refused(lambda: trade.do(sales.order_quotation, quotation_id=quotation.pk)) == "quotation_not_valid"
    trade.do(sales.approve_quotation, document_id=quotation.pk)
    order = trade.do(sales.order_quotation, quotation_id=quotation.pk)
    assert (order.net_amount, order.lines.get().promised_date) == (D("2850.00"), trade.today + timedelta(20))
    assert refused(lambda: trade.do(sales.order_quotation, quotation_id=quotation.pk)) == "nothing_open"


def test_keepers_may_not_sell(trade: Trade) -> None:
    assert (
        refused(lambda: trade.do(sales.create_order, actor=trade.user("keeper"), customer_id=1, lines=[]))
        == "forbidden"
    )
