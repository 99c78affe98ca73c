"""A line without an agreed price is saved at 0.00 only after a question, whoever enters it by hand."""

from datetime import timedelta

import pytest

from gongfang.kernel.errors import DomainError, Kind
from gongfang.sales import services as sales
from gongfang.sales.models import Quotation, SalesOrder
from gongfang.sales.services import OrderLine, QuotedLine, Revision
from tests.trading import D, Trade

ASKED = frozenset[str]()
CONFIRMED = frozenset({"no_price"})


def order(trade: Trade, *lines: OrderLine, **values):
    header = {"customer_id": trade.partners["C1"].pk, "promised_date": trade.today + timedelta(10)}
    return trade.do(sales.create_order, lines=list(lines), **header, **values)


def asks(act) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    assert (refusal.value.code, refusal.value.kind) == ("no_price", Kind.CONFIRM)
    return " ".join(str(problem) for problem in refusal.value.problems)


def lines(trade: Trade, kind: type) -> list:
    """The pump has a price; shaft and wheel have none, the wheel's is typed as 0."""
    pump, shaft, wheel = (trade.items[code].pk for code in ("pump", "shaft", "wheel"))
    return [kind(pump, D(1)), kind(shaft, D(2)), kind(wheel, D(3), D(0))]


def test_an_order_asks_and_names_lines_and_items(trade: Trade) -> None:
    told = asks(lambda: order(trade, *lines(trade, OrderLine), confirm=ASKED))
    assert "Line 2, shaft" in told
    assert "Line 3, wheel" in told
    assert "pump" not in told
    assert not SalesOrder.objects.exists()
    made = order(trade, *lines(trade, OrderLine), confirm=CONFIRMED)
    assert [line.price for line in made.lines.order_by("line_no")] == [D(1000), D(0), D(0)]
    with pytest.raises(DomainError) as refusal:  # a draft may wait for its price, an approved order may not
        trade.do(sales.approve_order, document_id=made.pk)
    assert refusal.value.code == "price_missing"


def test_a_gift_and_a_program_are_not_asked(trade: Trade) -> None:
    gift = OrderLine(trade.items["shaft"].pk, D(1), discount=D(1))
    made = order(trade, gift, confirm=ASKED)
    assert trade.do(sales.approve_order, document_id=made.pk).approval == "approved"
    order(trade, OrderLine(trade.items["shaft"].pk, D(1)))
    assert SalesOrder.objects.count() == 2


def test_changing_lines_asks_too(trade: Trade) -> None:
    made = order(trade, OrderLine(trade.items["pump"].pk, D(1)), confirm=ASKED)
    free = [OrderLine(trade.items["shaft"].pk, D(1))]
    asks(lambda: trade.do(sales.change_order, order_id=made.pk, lines=free, confirm=ASKED))
    assert made.lines.get().item == trade.items["pump"]
    trade.do(sales.change_order, order_id=made.pk, lines=free, confirm=CONFIRMED)
    assert made.lines.get().price == 0


def test_revising_an_approved_price_to_nothing_asks(trade: Trade) -> None:
    made = trade.sell(pump=1)
    line = made.lines.get()
    told = asks(
        lambda: trade.do(sales.revise_order, order_id=made.pk, lines=[Revision(line.pk, price=D(0))], confirm=ASKED)
    )
    assert "Line 1, pump" in told
    trade.do(sales.revise_order, order_id=made.pk, lines=[Revision(line.pk, price=D(0))], confirm=CONFIRMED)
    line.refresh_from_db()
    assert line.price == 0


def test_a_quotation_asks_and_so_does_its_order(trade: Trade) -> None:
    values = {"customer_id": trade.partners["C1"].pk, "lines": lines(trade, QuotedLine)}
    asks(lambda: trade.do(sales.create_quotation, confirm=ASKED, **values))
    assert not Quotation.objects.exists()
    offer = trade.do(sales.create_quotation, confirm=CONFIRMED, **values)
    trade.do(sales.approve_quotation, document_id=offer.pk)
    asks(lambda: trade.do(sales.order_quotation, quotation_id=offer.pk, confirm=ASKED))
    assert trade.do(sales.order_quotation, quotation_id=offer.pk, confirm=CONFIRMED).lines.count() == 3


def test_many_lines_are_named_in_part(trade: Trade) -> None:
    shaft = trade.items["shaft"].pk
    told = asks(lambda: order(trade, *[OrderLine(shaft, D(1)) for _ in range(25)], confirm=ASKED))
    assert "Line 10," in told
    assert "Line 11," not in told
    assert "15 more lines" in told
