"""What invoices and payments are refused for, and their arithmetic."""

from decimal import Decimal as D

import pytest

from gongfang.finance.rules import (
    Invoiceable,
    InvoiceLineInput,
    MatchInput,
    OpenInvoice,
    amounts,
    invoice_number_problem,
    invoice_problems,
    invoice_row,
    match_problems,
    share_of_estimate,
)


def source(**changes) -> Invoiceable:
    values = {
        "line_id": 1, "item_id": 9, "item": "ZJ-01 泵体", "partner_id": 5, "quantity": D(10), "invoiced": D(4), "price": D("12.50"),
        "tax_rate": D("0.13"), "value": D("125.00"), "released": D("50.00"),
    }  # fmt: skip
    return Invoiceable(**(values | changes))


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (InvoiceLineInput(1, D(6)), []),
        (InvoiceLineInput(1, D("6.000001")), ["over_invoiced"]),
        (InvoiceLineInput(1, D(0)), ["over_invoiced"]),
        (InvoiceLineInput(1, D(-1)), ["over_invoiced"]),
        (InvoiceLineInput(2, D(1)), ["foreign_line"]),
        (InvoiceLineInput(1, D(1), price=D(-1)), ["bad_price"]),
        (InvoiceLineInput(1, D(1), tax_rate=D(1)), ["bad_tax_rate"]),
        (InvoiceLineInput(1, D(6), tax_amount=D("9.81")), []),
        (InvoiceLineInput(1, D(6), tax_amount=D("9.82")), ["tax_differs"]),
    ],
)
def test_invoice_lines(line, codes):
    assert [problem.code for problem in invoice_problems([line], {1: source()}, 5)] == codes


def test_an_invoice_of_another_supplier_and_without_lines():
    assert invoice_problems([InvoiceLineInput(1, D(1))], {1: source()}, 6)[0].code == "foreign_line"
    assert invoice_problems([], {}, 5)[0].code == "no_lines"
    twice = [InvoiceLineInput(1, D(1)), InvoiceLineInput(1, D(1))]
    assert [problem.code for problem in invoice_problems(twice, {1: source()}, 5)] == ["line_twice"]


def test_goods_that_went_back_after_the_invoice_are_due_a_red_one():
    over = source(quantity=D(3), invoiced=D(5))
    assert invoice_problems([InvoiceLineInput(1, D(-2))], {1: over}, 5) == []
    assert invoice_problems([InvoiceLineInput(1, D(-3))], {1: over}, 5)[0].code == "over_invoiced"


def test_what_was_booked_at_receipt_is_taken_back_to_the_cent():
    line = source(quantity=D(3), invoiced=D(0), value=D("10.00"), released=D(0))
    shares, released = [], D(0)
    for invoiced in (0, 1, 2):
        share = share_of_estimate(
            source(quantity=D(3), invoiced=D(invoiced), value=D("10.00"), released=released), D(1)
        )
        shares.append(share)
        released += share
    assert shares == [D("3.33"), D("3.34"), D("3.33")]
    assert sum(shares) == line.value


def test_a_line_without_a_price_takes_its_share_of_what_was_booked():
    row = invoice_row(InvoiceLineInput(1, D(6)), source())
    assert (row["net_amount"], row["tax_amount"], row["total_amount"]) == (D("75.00"), D("9.75"), D("84.75"))
    row = invoice_row(InvoiceLineInput(1, D(6), price=D("12.60"), tax_amount=D("9.80")), source())
    assert (row["net_amount"], row["tax_amount"], row["total_amount"]) == (D("75.60"), D("9.80"), D("85.40"))


@pytest.mark.parametrize(
    ("quantity", "price", "net", "tax"), [("3", "3.333333", "10.00", "1.30"), ("0.5", "0.01", "0.01", "0.00")]
)
def test_amounts_are_rounded_once(quantity, price, net, tax):
    found = amounts(D(quantity), D(price), D("0.13"))
    assert (found.net, found.tax) == (D(net), D(tax))


@pytest.mark.parametrize(
    ("amount", "lines", "codes"),
    [
        ("100", [("1", "60")], []),
        ("100", [], []),
        ("0", [], ["bad_amount"]),
        ("-5", [], ["bad_amount"]),
        ("100", [("1", "60.01")], ["over_settled"]),
        ("100", [("1", "0")], ["over_settled"]),
        ("50", [("1", "60")], ["over_matched"]),
        ("100", [("1", "30"), ("1", "30")], ["line_twice"]),
        ("100", [("2", "10")], ["foreign_invoice"]),
        ("100", [("3", "10")], ["foreign_invoice"]),
    ],
)
def test_matching(amount, lines, codes):
    invoices = {
        1: OpenInvoice(1, "CF1", 5, D(60), True),
        2: OpenInvoice(2, "CF2", 6, D(60), True),
        3: OpenInvoice(3, "CF3", 5, D(60), False),
    }
    inputs = [MatchInput(int(invoice), D(part)) for invoice, part in lines]
    assert [problem.code for problem in match_problems(D(amount), inputs, invoices, 5)] == codes


@pytest.mark.parametrize(
    ("number", "good"),
    [("25317000000012345678", True), ("INV-2026-1", True), ("", False), ("x" * 31, False), ("a b", False)],
)
def test_invoice_numbers(number, good):
    assert (invoice_number_problem(number) is None) is good
