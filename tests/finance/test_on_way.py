"""在途物资: invoices before their goods, in every order of events, with the books after each."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import translation

from gongfang.finance import coming
from gongfang.finance import services as finance
from gongfang.finance.models import OnWayMatch, PurchaseInvoiceLine
from gongfang.finance.services import InvoiceLineInput, MatchInput
from gongfang.ledger.models import Voucher
from gongfang.platform.settings.models import Setting
from gongfang.platform.verification import run_all
from gongfang.purchasing import queries as purchasing_queries
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrderLine, ReceiptLine
from gongfang.purchasing.services import ReturnedGoods
from tests.invoicing import ahead, approve, refused, take_back, unapprove, warn_only
from tests.trading import D, Trade

BOOKED = {"1402": D("1030.00"), "22210101": D("133.90"), "220201": D("-1163.90")}
CAME = {"140301": D("1030.00"), "22210101": D("133.90"), "220201": D("-1163.90")}


def test_the_invoice_comes_first(trade: Trade) -> None:
    """100 at 10.00 ordered, invoiced at 10.30: 1,030.00 on the way; the goods come in at the invoice's price, no estimate is booked."""
    order = trade.order(shaft=100)
    invoice = ahead(trade, order)
    assert trade.books() == BOOKED
    line = order.lines.get()
    assert (line.invoiced_quantity, line.on_way_quantity, line.received_quantity) == (D(100), D(100), D(0))
    receipt = trade.receive(order)
    assert trade.books() == CAME and trade.worth("shaft") == (D(100), D("1030.00"))
    voucher = Voucher.objects.latest("pk")
    assert sorted((row.account.code, row.debit - row.credit) for row in voucher.lines.all()) == [("1402", D("-1030.00")), ("140301", D("1030.00"))]  # fmt: skip
    line.refresh_from_db()
    came = receipt.lines.get()
    assert (line.invoiced_quantity, line.on_way_quantity) == (D(100), D(0))
    assert (came.done_quantity, came.on_way_quantity, came.net_amount, came.total_amount) == (D(100), D(100), D("1030.00"), D("1163.90"))  # fmt: skip
    receipt.refresh_from_db()
    assert receipt.execution == "done" and purchasing_queries.invoiceable_lines() == []
    assert invoice.lines.get().on_way_quantity == 0 and invoice.open_amount == D("1163.90")


def test_the_goods_come_first_and_the_invoice_names_the_order(trade: Trade) -> None:
    """The estimate leaves as with an invoice of the receipt; what differs is a price variance."""
    order = trade.order(shaft=100)
    receipt = trade.receive(order)
    invoice = ahead(trade, order)
    assert trade.books() == {
        "140301": D("1000.00"),
        "22210101": D("133.90"),
        "220201": D("-1163.90"),
        "540102": D("30.00"),
    }
    assert (receipt.lines.get().done_quantity, receipt.lines.get().on_way_quantity) == (D(100), D(0))
    assert finance.differences_of(invoice)[0].kind == "price" and len(finance.differences_of(invoice)) == 1
    unapprove(trade, invoice)
    assert trade.books() == {"140301": D("1000.00"), "220202": D("-1000.00")} and not OnWayMatch.objects.exists()


@pytest.mark.parametrize(
    ("target", "books"), [("stock", {"140301": "1030.00"}), ("variance", {"140301": "1000.00", "540102": "30.00"})]
)
def test_what_differs_goes_where_the_company_wants_it(trade: Trade, target: str, books: dict[str, str]) -> None:
    Setting.objects.create(key="finance.price_difference", value=target)
    order = trade.order(shaft=100)
    trade.receive(order)
    invoice = ahead(trade, order)
    assert {code: amount for code, amount in trade.books().items() if code in ("140301", "540102", "1402")} == {code: D(amount) for code, amount in books.items()}  # fmt: skip
    unapprove(trade, invoice)
    assert trade.books() == {"140301": D("1000.00"), "220202": D("-1000.00")}


def test_parts_of_both_meet_by_quantity(trade: Trade) -> None:
    """60 invoiced at 10.30, then 40 at 10.20; received 40, 40, 20: 412.00, then 206.00 + 204.00, then 204.00."""
    order = trade.order(shaft=100)
    ahead(trade, order, "60")
    first = trade.receive(order, shaft=40)
    assert trade.books()["140301"] == D("412.00") and trade.books()["1402"] == D("206.00")
    second = trade.receive(order, shaft=40)  # 20 of them by the invoice, 20 estimated
    assert second.lines.get().net_amount == D("406.00") and trade.books()["220202"] == D("-200.00")
    assert "1402" not in trade.books() and second.lines.get().done_quantity == D(20)
    rest = ahead(trade, order, "40", "10.20")  # 20 that are there, 20 still to come
    assert (
        trade.books()["1402"] == D("204.00") and "220202" not in trade.books() and trade.books()["540102"] == D("4.00")
    )
    third = trade.receive(order, shaft=20)
    assert trade.books() == {
        "140301": D("1022.00"),
        "22210101": D("133.38"),
        "220201": D("-1159.38"),
        "540102": D("4.00"),
    }
    assert [line.net_amount for line in ReceiptLine.objects.order_by("pk")] == [D("412.00"), D("406.00"), D("204.00")]
    # taken back from the last to the first, all is as it was
    take_back(trade, third)
    unapprove(trade, rest)
    assert trade.books()["220202"] == D("-200.00") and "1402" not in trade.books()
    take_back(trade, second)
    take_back(trade, first)
    assert trade.books() == {"1402": D("618.00"), "22210101": D("80.34"), "220201": D("-698.34")}


def test_a_receipt_in_part_estimated_is_billed_at_what_is_left_of_it(trade: Trade) -> None:
    """40 of 100 came with the invoice at 10.30, 60 estimated at 10.00: the bill of the receipt, without a price, is 600.00."""
    order = trade.order(shaft=100)
    ahead(trade, order, "40")
    receipt = trade.receive(order)
    assert receipt.lines.get().net_amount == D("1012.00") and trade.books()["220202"] == D("-600.00")
    rest = trade.do(finance.invoice_receipts, receipt_ids=[receipt.pk], invoice_no="F2")
    assert (rest.net_amount, rest.lines.get().quantity) == (D("600.00"), D(60))
    approve(trade, rest)
    assert trade.books() == {"140301": D("1012.00"), "22210101": D("131.56"), "220201": D("-1143.56")}
    refused("invoiced", purchasing.unapprove_receipt, trade, document_id=receipt.pk)
    unapprove(trade, rest)
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.void, document_id=rest.pk)
    take_back(trade, receipt)
    assert trade.books()["1402"] == D("412.00")


def test_the_invoice_is_taken_back_after_the_goods_came(trade: Trade) -> None:
    """The goods keep their value and are an estimate; approved again it takes that estimate, at another price the rest is variance."""
    order = trade.order(shaft=100)
    invoice = ahead(trade, order)
    receipt = trade.receive(order)
    unapprove(trade, invoice)
    assert trade.books() == {"140301": D("1030.00"), "220202": D("-1030.00")}
    line = order.lines.get()
    assert (line.invoiced_quantity, line.on_way_quantity, receipt.lines.get().done_quantity) == (D(0), D(0), D(0))
    assert trade.proven() == []
    changed = [InvoiceLineInput(None, D(100), D("10.10"), order_line_id=line.pk)]
    trade.do(
        finance.change_purchase_invoice, document_id=invoice.pk, invoice_no="N2", due_date=trade.today, lines=changed, business_date=trade.today
    )  # fmt: skip
    approve(trade, invoice)
    assert trade.books() == {
        "140301": D("1030.00"),
        "22210101": D("131.30"),
        "220201": D("-1141.30"),
        "540102": D("-20.00"),
    }
    refused("invoiced", purchasing.unapprove_receipt, trade, document_id=receipt.pk)
    unapprove(trade, invoice)
    take_back(trade, receipt)  # the estimate that stood for the taken back invoice goes with it
    assert trade.books() == {}


def test_the_receipt_is_taken_back_and_then_the_invoice(trade: Trade) -> None:
    order = trade.order(shaft=100)
    invoice = ahead(trade, order)
    receipt = trade.receive(order)
    take_back(trade, receipt)
    assert trade.books() == BOOKED and not OnWayMatch.objects.exists()
    assert order.lines.get().on_way_quantity == D(100) and invoice.lines.get().on_way_amount == D("1030.00")
    trade.do(purchasing.approve_receipt, document_id=receipt.pk)
    assert trade.books() == CAME
    take_back(trade, receipt)
    unapprove(trade, invoice)
    assert trade.books() == {} and order.lines.get().invoiced_quantity == 0


def test_a_red_invoice_credits_what_has_not_come(trade: Trade) -> None:
    """60 of 100 came; the other 40, at 10.30, are credited: without a price what was invoiced of them, 412.00."""
    order = trade.order(shaft=100)
    invoice = ahead(trade, order)
    receipt = trade.receive(order, shaft=60)
    red = ahead(trade, order, "-40", None)
    assert (red.net_amount, red.tax_amount) == (D("-412.00"), D("-53.56"))
    assert trade.books() == {"140301": D("618.00"), "22210101": D("80.34"), "220201": D("-698.34")}
    assert (order.lines.get().invoiced_quantity, order.lines.get().on_way_quantity) == (D(60), D(0))
    told = refused("credited", finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, trade, document_id=invoice.pk)
    assert red.number in str(told)
    again = ahead(trade, order, "40", "10")
    refused("invoiced_again", finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, trade, document_id=red.pk)
    unapprove(trade, again)
    unapprove(trade, red)
    assert trade.books()["1402"] == D("412.00")
    take_back(trade, receipt)
    unapprove(trade, invoice)
    assert trade.books() == {}


def test_a_red_invoice_for_less_than_was_invoiced_keeps_the_rest_as_variance(trade: Trade) -> None:
    """The supplier keeps a tenth: 1,030.00 leaves the way, 927.00 is credited, 103.00 is a price variance."""
    order = trade.order(shaft=100)
    ahead(trade, order)
    warn_only()
    ahead(trade, order, "-100", "9.27")
    assert trade.books() == {"540102": D("103.00"), "22210101": D("13.39"), "220201": D("-116.39")}
    refused("over_credited_way", finance.create_purchase_invoice, trade, supplier_id=order.supplier_id, invoice_no="X",
            lines=[InvoiceLineInput(None, D(-1), order_line_id=order.lines.get().pk)])  # fmt: skip


def test_goods_that_met_their_invoice_go_back(trade: Trade) -> None:
    """20 of 100 go back at 206.00; a red invoice of the receipt credits them; the order's invoice can still be taken back after it."""
    order = trade.order(shaft=100)
    invoice = ahead(trade, order)
    receipt = trade.receive(order)
    back = trade.do(
        purchasing.create_return, supplier_id=order.supplier_id, warehouse_id=receipt.warehouse_id, reason="坏",
        lines=[ReturnedGoods(receipt.lines.get().pk, D(20))],
    )  # fmt: skip
    trade.do(purchasing.approve_return, document_id=back.pk)
    assert trade.books()["220202"] == D("206.00") and trade.books()["140301"] == D("824.00")
    red = trade.do(finance.invoice_receipts, receipt_ids=[receipt.pk], invoice_no="R1")
    assert (red.net_amount, red.lines.get().quantity) == (D("-206.00"), D(-20))
    approve(trade, red)
    assert trade.books() == {"140301": D("824.00"), "22210101": D("107.12"), "220201": D("-931.12")}
    refused("over_invoiced", finance.create_purchase_invoice, trade, supplier_id=order.supplier_id, invoice_no="X",
            lines=[InvoiceLineInput(None, D(1), order_line_id=order.lines.get().pk)])  # fmt: skip
    unapprove(trade, red)
    unapprove(trade, invoice)
    assert trade.books() == {"140301": D("824.00"), "220202": D("-824.00")}


def test_goods_are_replaced_while_others_are_on_the_way(trade: Trade) -> None:
    """100 invoiced, 60 came, 10 of them go back to be replaced; 45 come: 40 that were on the way, 5 for those that went back."""
    order = trade.order(shaft=100)
    ahead(trade, order)
    receipt = trade.receive(order, shaft=60)
    back = trade.do(
        purchasing.create_return, supplier_id=order.supplier_id, warehouse_id=receipt.warehouse_id, reason="坏", handling="replace",
        lines=[ReturnedGoods(receipt.lines.get().pk, D(10))],
    )  # fmt: skip
    trade.do(purchasing.approve_return, document_id=back.pk)
    line = trade.receive(order, shaft=45).lines.get()
    assert (line.done_quantity, line.on_way_quantity) == (D(45), D(40))
    trade.receive(order, shaft=5)
    assert (
        purchasing_queries.invoiceable_lines() == [] and "220202" not in trade.books() and "1402" not in trade.books()
    )
    assert trade.worth("shaft") == (D(100), D("1027.00"))  # 50 + 40 at 10.30, 10 by the order; 3.00 is variance
    assert trade.books()["540102"] == D("3.00")


def test_goods_received_on_an_earlier_day_than_their_invoice(trade: Trade) -> None:
    """Entered late, dated before: an estimate until the day of the invoice, which settles it; 1402 never stands on the other side."""
    order = trade.order(shaft=100)
    invoice = ahead(trade, order)
    early = trade.do(purchasing.receive_order, order_id=order.pk, business_date=trade.today - timedelta(1))
    assert trade.books() == {
        "140301": D("1000.00"),
        "22210101": D("133.90"),
        "220201": D("-1163.90"),
        "540102": D("30.00"),
    }
    assert OnWayMatch.objects.get().on == trade.today and not OnWayMatch.objects.get().is_at_receipt
    refused("invoiced", purchasing.unapprove_receipt, trade, document_id=early.pk)
    unapprove(trade, invoice)
    take_back(trade, early)
    assert trade.books() == {}


def test_an_invoice_dated_before_its_goods_is_on_the_way_until_they_came(trade: Trade) -> None:
    """Received today, the invoice of yesterday is entered after: on the way yesterday, settled today."""
    order = trade.order(shaft=100)
    trade.receive(order)
    invoice = ahead(trade, order, business_date=trade.today - timedelta(1))
    found = [(voucher.on, sorted((row.account.code, row.debit - row.credit) for row in voucher.lines.all())) for voucher in Voucher.objects.order_by("pk")]  # fmt: skip
    assert (trade.today - timedelta(1), sorted([("1402", D("1030.00")), ("22210101", D("133.90")), ("220201", D("-1163.90"))])) in found  # fmt: skip
    assert (trade.today, [("1402", D("-1030.00")), ("220202", D("1000.00")), ("540102", D("30.00"))]) in found
    unapprove(trade, invoice)
    assert trade.books() == {"140301": D("1000.00"), "220202": D("-1000.00")}


def test_leftovers_are_matched_by_hand(trade: Trade) -> None:
    """60 received and billed, 40 invoiced ahead; the bill is void: receipt and goods on the way stand open until somebody matches them."""
    order = trade.order(shaft=100)
    receipt = trade.receive(order, shaft=60)
    bill = approve(trade, trade.do(finance.invoice_receipts, receipt_ids=[receipt.pk], invoice_no="B1"))
    invoice = ahead(trade, order, "40")
    assert trade.books()["1402"] == D("412.00")
    line = invoice.lines.get()
    refused("nothing_came", finance.meet_on_way, trade, line_ids=[line.pk])
    unapprove(trade, bill)
    assert trade.books()["1402"] == D("412.00") and trade.books()["220202"] == D("-600.00")
    trade.do(finance.meet_on_way, line_ids=[line.pk])
    assert (
        "1402" not in trade.books()
        and trade.books()["220202"] == D("-200.00")
        and trade.books()["540102"] == D("12.00")
    )
    refused("over_invoiced", finance.PURCHASE_INVOICE_LIFECYCLE.approve, trade, document_id=bill.pk)
    unapprove(trade, invoice)
    assert trade.books() == {"140301": D("600.00"), "220202": D("-600.00")}


@pytest.mark.parametrize("method", ["single", "month_start"])
def test_each_way_of_estimating(trade: Trade, method: str) -> None:
    """Goods of last month, reversed on the first where the company does; an invoice that names the order draws on it."""
    trade.do(finance.create_estimate_policy, method=method, valid_from=date(2020, 1, 1))
    first = trade.today.replace(day=1)
    order = trade.order(shaft=100)
    trade.do(
        purchasing.receive_order,
        order_id=order.pk,
        lines=trade.goods(order, shaft=60),
        business_date=first - timedelta(3),
    )
    if method == "month_start":
        trade.do(finance.reverse_estimates, on=first)
    invoice = ahead(trade, order)
    assert trade.books() == {"1402": D("412.00"), "140301": D("600.00"), "22210101": D("133.90"), "220201": D("-1163.90"), "540102": D("18.00")}  # fmt: skip
    trade.receive(order)
    assert trade.books()["140301"] == D("1012.00") and trade.proven() == []
    unapprove(trade, invoice)
    waiting = {
        "difference": {},
        "single": {"220202": D("-1012.00")},
        "month_start": {"220202": D("-412.00"), "220203": D("-600.00")},
    }
    assert trade.books() == {"140301": D("1012.00"), **waiting[method]}


def test_standard_cost_goods_come_at_standard_and_the_rest_is_variance(trade: Trade) -> None:
    trade.item("valve", costing_method="standard", standard_cost=D("10"))
    order = trade.order(valve=100)
    ahead(trade, order)
    trade.receive(order)
    assert (
        trade.books()["140301"] == D("1000.00")
        and trade.books()["540102"] == D("30.00")
        and "1402" not in trade.books()
    )


def test_lots_and_serials_meet_line_by_line(trade: Trade) -> None:
    """Three serials at 33.3333 invoiced as 100.01: they come one by one and take the whole to the cent."""
    warn_only()
    order = trade.order(motor=(3, "33"))
    ahead(trade, order, "3", "33.336667")
    trade.receive(order, motor=(2, "M1-M2"))
    trade.receive(order, motor=(1, "M3-M3"))
    assert sorted(line.net_amount for line in ReceiptLine.objects.all()) == [D("33.33"), D("33.34"), D("33.34")]
    assert trade.books()["140301"] == D("100.01") and "1402" not in trade.books()


def test_what_may_be_named(trade: Trade) -> None:
    """No more than ordered, no draft order, no other supplier, one of receipt and order, the order stays as it is."""
    order, draft, other = trade.order(shaft=10), trade.order(shaft=10, approved=False), trade.order("S2", shaft=10)
    lines = {name: one.lines.get().pk for name, one in (("order", order), ("draft", draft), ("other", other))}
    supplier = order.supplier_id
    for line, code in (
        (InvoiceLineInput(None, D("10.000001"), order_line_id=lines["order"]), "over_invoiced"),
        (InvoiceLineInput(None, D(0), order_line_id=lines["order"]), "over_invoiced"),
        (InvoiceLineInput(None, D(-1), order_line_id=lines["order"]), "over_credited_way"),
        (InvoiceLineInput(None, D(1), order_line_id=lines["draft"]), "foreign_line"),
        (InvoiceLineInput(None, D(1), order_line_id=lines["other"]), "foreign_line"),
        (InvoiceLineInput(1, D(1), order_line_id=lines["order"]), "one_source"),
        (InvoiceLineInput(None, D(1)), "one_source"),
    ):
        refused(code, finance.create_purchase_invoice, trade, supplier_id=supplier, invoice_no="X", lines=[line])
    two = [InvoiceLineInput(None, D(4), order_line_id=lines["order"])] * 2
    refused("line_twice", finance.create_purchase_invoice, trade, supplier_id=supplier, invoice_no="X", lines=two)
    refused(
        "nothing_to_invoice",
        finance.invoice_order_lines,
        trade,
        line_ids=[lines["order"], lines["other"]],
        invoice_no="X",
    )
    invoice = approve(trade, trade.do(finance.invoice_order_lines, line_ids=[lines["order"]], invoice_no="F9"))
    assert (invoice.net_amount, invoice.tax_amount) == (D("100.00"), D("13.00"))
    refused("nothing_to_invoice", finance.invoice_order_lines, trade, line_ids=[lines["order"]], invoice_no="X")
    refused("downstream", purchasing.unapprove_order, trade, document_id=order.pk)
    less = [purchasing.ChangedLine(lines["order"], quantity=D(9))] if hasattr(purchasing, "ChangedLine") else []
    if less:
        refused("below_invoiced", purchasing.create_order_change, trade, order_id=order.pk, reason="x", lines=less)


def test_one_invoice_of_goods_there_and_goods_to_come(trade: Trade) -> None:
    """One paper: 40 of a receipt of one order, 60 of another order ahead."""
    there, coming = trade.order(shaft=40), trade.order(shaft=60)
    receipt = trade.receive(there)
    lines = [
        InvoiceLineInput(receipt.lines.get().pk, D(40)),
        InvoiceLineInput(None, D(60), order_line_id=coming.lines.get().pk),
    ]
    made = trade.do(finance.create_purchase_invoice, supplier_id=there.supplier_id, invoice_no="M1", lines=lines)
    approve(trade, made)
    assert trade.books() == {
        "1402": D("600.00"),
        "140301": D("400.00"),
        "22210101": D("130.00"),
        "220201": D("-1130.00"),
    }
    unapprove(trade, made)
    assert trade.books() == {"140301": D("400.00"), "220202": D("-400.00")}


def test_the_three_way_match_says_what_has_not_come(trade: Trade) -> None:
    order = trade.order(shaft=100)
    dear = ahead(trade, order, "60", "11", approved=False)
    found = finance.differences_of(dear)
    assert [(one.kind, one.is_beyond) for one in found] == [("price", True), ("coming", False)]
    assert found[1].text.format(**found[1].data) == f"{order.lines.get().item}: 60.000000 on the invoice of 100.000000 ordered on {order.number}; 60.000000 has not come yet."  # fmt: skip
    assert "receipt will take the invoice's price" in finance.advice_on(dear, found[1])
    refused("match_price", finance.PURCHASE_INVOICE_LIFECYCLE.approve, trade, document_id=dear.pk)
    trade.do(finance.accept_differences, document_id=dear.pk, reason="铜价上涨")
    approve(trade, dear)
    trade.receive(order, shaft=50)
    coming = [one for one in finance.differences_of(dear) if one.kind == "coming"]
    assert coming[0].data["on_way"] == D(10)
    trade.receive(order)
    rest = finance.differences_of(dear)[1]
    assert (rest.kind, rest.data["rest"]) == ("quantity", D(40))


def test_it_is_paid_as_any_invoice(trade: Trade) -> None:
    """Asked for, paid, and then kept from being taken back; the goods may still come."""
    order = trade.order(shaft=10)
    invoice = ahead(trade, order, "10", None)
    lines = [MatchInput(invoice.pk, D("113.00"))]
    request = trade.do(finance.create_payment_request, supplier_id=order.supplier_id, lines=lines)
    trade.do(finance.PAYMENT_REQUEST_LIFECYCLE.approve, document_id=request.pk)
    payment = trade.do(finance.pay_request, document_id=request.pk)
    trade.do(finance.PAYMENT_LIFECYCLE.approve, document_id=payment.pk)
    refused("is_paid", finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, trade, document_id=invoice.pk)
    trade.receive(order)
    assert trade.books() == {"100201": D("-113.00"), "140301": D("100.00"), "22210101": D("13.00")}


def test_any_number_of_lines_costs_as_many_statements(trade: Trade) -> None:
    counts = []
    for size in (1, 2, 20):
        codes = [f"w{size}-{n}" for n in range(size)]
        for code in codes:
            trade.item(code)
        order = trade.order(**dict.fromkeys(codes, 10))
        made = trade.do(
            finance.invoice_order_lines, line_ids=[line.pk for line in order.lines.all()], invoice_no=f"C{size}"
        )
        with trade.counted() as approving:
            trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
        with trade.counted() as receiving:
            receipt = trade.receive(order)
        with trade.counted() as taking:
            unapprove(trade, made)
        with trade.counted() as again:
            approve(trade, made)
        unapprove(trade, made)
        with trade.counted() as leaving:
            take_back(trade, receipt)
        counts.append((approving[0], receiving[0], taking[0], again[0], leaving[0]))
    assert counts[1] == counts[2], counts


def test_the_proof_finds_what_does_not_fit(trade: Trade) -> None:
    ahead(trade, trade.order(shaft=10), "10", None)
    trade.is_spoilt = True
    assert trade.proven() == []
    for rows, name in (
        (PurchaseInvoiceLine.objects.all(), "on_way_amount"), (PurchaseInvoiceLine.objects.all(), "on_way_quantity"), (PurchaseOrderLine.objects.all(), "on_way_quantity"),
    ):  # fmt: skip
        before = rows.values_list(name, flat=True).get()
        rows.update(**{name: before + 1})
        assert "finance.on_way" in {fault.check for fault in run_all()}
        rows.update(**{name: before})
    assert trade.proven() == []
    # too much at one line, as much too little at another
    both = trade.order(wheel=10)
    lines = [ahead(trade, both, part, None).lines.get() for part in ("4", "6")]
    for line, more in zip(lines, (1, -1), strict=True):
        PurchaseInvoiceLine.objects.filter(pk=line.pk).update(on_way_quantity=line.on_way_quantity + more, on_way_amount=line.on_way_amount + 10 * more)  # fmt: skip
    assert [fault.check for fault in run_all()] == ["finance.on_way"] * 2


def test_the_screens_tell_what_became_of_it(trade: Trade) -> None:
    """The tab of the invoice: 60 received, 30 credited, 10 awaited; the list: one line, its days and whether it is paid."""
    order = trade.order(shaft=100)
    invoice = ahead(trade, order, business_date=trade.today - timedelta(4))
    receipt = trade.receive(order, shaft=60)
    red = ahead(trade, order, "-30", None)
    with translation.override("en"):
        told = [(row["what"], row["quantity"], row["amount"]) for row in coming.met(trade.boss, invoice).rows]
        credited = [(row["what"], row["quantity"]) for row in coming.met(trade.boss, red).rows]
    assert told == [
        (f"received with {receipt.number}", D(60), D("618.00")),
        (f"credited by {red.number}", D(30), D("309.00")),
        ("has not come", D(10), D("103.00")),
    ]
    assert credited == [(f"credits {invoice.number}", D(30))]
    client = Client()
    client.force_login(trade.boss)
    page = client.get("/purchasing/on-way/").content.decode()
    assert invoice.number in page and order.number in page and "103.00" in page
    assert invoice.number not in client.get("/purchasing/on-way/?view=paid&paid=yes").content.decode()
    assert client.get(f"/finance/purchase-invoices/{invoice.pk}/tab/match").status_code == 200
    assert "103.00" in client.get("/finance/payables-due/").content.decode()
    assert order.number not in client.get("/finance/order-lines/").content.decode().split("<tbody")[0]
