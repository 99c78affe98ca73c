"""Boxes where pieces are kept: every document takes them, turns them into pieces, and refuses what does not come out even."""

from collections.abc import Callable
from typing import Any

import pytest

from gongfang.inventory import services as inventory
from gongfang.inventory.services import StockLineInput
from gongfang.inventory.services.conversions import OutputInput
from gongfang.inventory.services.counts import CountLineInput
from gongfang.inventory.services.custody import CustodyLineInput
from gongfang.inventory.services.others import ReceiptLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import ValueBalance
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.rules.inputs import IncomingGoods, OrderLine, RequisitionItem
from gongfang.sales import services as sales
from tests.trading import D, Trade


@pytest.fixture
def trade(db: None) -> Trade:
    trade = Trade()
    trade.in_boxes("shaft", 12)
    trade.stock("shaft", 500, "5000")
    trade.place("W2")
    return trade


def _requisition(trade: Trade, quantity: D, unit: int) -> Any:
    line = RequisitionItem(trade.items["shaft"].pk, quantity, trade.today, unit=unit)
    return trade.do(purchasing.create_requisition, lines=[line]).lines.get().quantity


def _receipt(trade: Trade, quantity: D, unit: int) -> Any:
    order = trade.order(shaft=48)
    line = IncomingGoods(order.lines.get().pk, quantity, unit=unit)
    values = {"supplier_id": order.supplier_id, "warehouse_id": order.warehouse_id, "lines": [line]}
    return trade.do(purchasing.create_receipt, **values).lines.get().quantity


def _arrival(trade: Trade, quantity: D, unit: int) -> Any:
    order = trade.order(shaft=48)
    line = IncomingGoods(order.lines.get().pk, quantity, unit=unit)
    values = {"supplier_id": order.supplier_id, "warehouse_id": order.warehouse_id, "lines": [line]}
    return trade.do(purchasing.create_arrival, **values).lines.get().quantity


def _transfer(trade: Trade, quantity: D, unit: int) -> Any:
    places = {"source": trade.place("W1").pk, "target": trade.place("W2").pk}
    line = StockLineInput(trade.items["shaft"].pk, quantity, unit=unit)
    return trade.do(inventory.create_transfer, lines=[line], **places).lines.get().quantity


def _in(trade: Trade, quantity: D, unit: int) -> Any:
    line = ReceiptLineInput(trade.items["shaft"].pk, quantity, unit=unit)
    return (
        trade.do(inventory.create_other_receipt, warehouse=trade.warehouses["W1"].pk, lines=[line]).lines.get().quantity
    )


def _out(trade: Trade, quantity: D, unit: int) -> Any:
    line = StockLineInput(trade.items["shaft"].pk, quantity, unit=unit)
    return (
        trade.do(inventory.create_other_issue, warehouse=trade.warehouses["W1"].pk, lines=[line]).lines.get().quantity
    )


def _conversion(trade: Trade, quantity: D, unit: int) -> Any:
    values = {
        "warehouse": trade.warehouses["W1"].pk, "lines": [StockLineInput(trade.items["wheel"].pk, D(1))],
        "outputs": [OutputInput(trade.items["shaft"].pk, quantity, unit=unit)],
    }  # fmt: skip
    return trade.do(inventory.create_conversion, **values).outputs.get().quantity


def _count(trade: Trade, quantity: D, unit: int) -> Any:
    line = CountLineInput(trade.items["shaft"].pk, quantity, unit=unit)
    return trade.do(inventory.create_count, location=trade.place("W1").pk, lines=[line]).lines.get().counted


def _order(trade: Trade, quantity: D, unit: int) -> Any:
    line = OrderLine(trade.items["shaft"].pk, quantity, D(100), trade.today, unit)
    return trade.do(purchasing.create_order, supplier_id=trade.partners["S1"].pk, lines=[line]).lines.get().quantity


def _sale(trade: Trade, quantity: D, unit: int) -> Any:
    line = sales.OrderLine(trade.items["shaft"].pk, quantity, D(100), trade.today, unit)
    return trade.do(sales.create_order, customer_id=trade.partners["C1"].pk, lines=[line]).lines.get().quantity


def _custody(trade: Trade, quantity: D, unit: int) -> Any:
    line = CustodyLineInput(trade.items["shaft"].pk, quantity, unit=unit)
    values = {
        "ownership": "customer",
        "partner": trade.partners["C1"].pk,
        "warehouse": trade.warehouses["W1"].pk,
        "lines": [line],
    }
    return trade.do(inventory.create_custody, **values).lines.get().quantity


DOCUMENTS = [_custody, _requisition, _receipt, _arrival, _transfer, _in, _out, _conversion, _count, _order, _sale]


@pytest.mark.parametrize("write", DOCUMENTS, ids=lambda write: write.__name__[1:])
def test_boxes_are_kept_as_pieces_or_refused(trade: Trade, write: Callable[..., Any]) -> None:
    assert write(trade, D(2), trade.box.pk) == D(24)
    assert write(trade, D("0.5"), trade.box.pk) == D(6)
    assert write(trade, D(7), trade.unit.pk) == D(7)
    for quantity, unit, code in ((D("0.1"), trade.box, "uneven_unit"), (D(1), trade.items["shaft"], "unit_unknown")):
        with pytest.raises(DomainError) as refusal:
            write(trade, quantity, unit.pk if code == "uneven_unit" else 10**9)
        (problem,) = refusal.value.problems
        assert problem.code == code
        assert problem.where.partition(".")[0] in ("lines", "outputs")


def test_an_order_of_a_tenth_of_a_box_says_what_it_would_be(trade: Trade) -> None:
    with pytest.raises(DomainError) as refusal:
        _order(trade, D("0.1"), trade.box.pk)
    assert "1.2" in str(refusal.value)


def test_statements_do_not_grow_with_lines_in_boxes(trade: Trade) -> None:
    def statements(count: int) -> int:
        lines = [StockLineInput(trade.items["shaft"].pk, D(1), unit=trade.box.pk) for _n in range(count)]
        with trade.counted() as found:
            trade.do(inventory.create_other_issue, warehouse=trade.warehouses["W1"].pk, lines=lines)
        return found[0]

    statements(1)
    assert statements(2) == statements(9)


def test_what_was_entered_is_remembered_and_shown(trade: Trade, client: Any) -> None:
    shaft, box = trade.items["shaft"], trade.box
    line = ReceiptLineInput(shaft.pk, D(2), unit_cost=D(100), unit=box.pk)
    receipt = trade.do(inventory.create_other_receipt, warehouse=trade.warehouses["W1"].pk, lines=[line])
    kept = receipt.lines.get()
    assert (kept.quantity, kept.unit_quantity, kept.unit, kept.amount) == (24, 2, box, D(200))  # a hundred for a box
    client.force_login(trade.boss)
    url = f"/inventory/other-receipts/{receipt.pk}/"
    for page in (url, f"{url}print/receipt"):
        text = " ".join(client.get(page).content.decode().split())
        assert "24 个" in text and "箱" in text and "200.00" in text
    rows = [
        ReceiptLineInput(shaft.pk, D(3), unit_cost=D(100), unit=box.pk, id=kept.pk),
        ReceiptLineInput(shaft.pk, D(5)),
    ]
    trade.do(inventory.edit_other_receipt, document_id=receipt.pk, warehouse=trade.warehouses["W1"].pk, lines=rows)
    trade.do(inventory.approve_other_receipt, document_id=receipt.pk)
    kept, plain = receipt.lines.order_by("line_no")
    assert (kept.quantity, kept.amount, plain.unit, plain.unit_quantity) == (36, D(300), trade.unit, 5)
    assert ValueBalance.objects.get(item=shaft).value == D(
        "5349.44"
    )  # 500 at ten, 36 at a twelfth of a hundred, 5 at what it then stands at
