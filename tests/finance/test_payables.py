"""Estimates in three ways, the three-way match in words, payment requests."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.finance import services as finance
from gongfang.finance.models import EstimatePolicy, EstimateRun, PaymentRequest, PurchaseInvoice
from gongfang.finance.services import InvoiceLineInput, MatchInput, unfinished_estimates
from gongfang.kernel.errors import DomainError
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Period
from gongfang.ledger.services import closing_warnings
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Partner
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.services import ReturnedGoods
from gongfang.ui.registry import registry
from tests.trading import D, Trade


def invoice(trade: Trade, receipt: Any, *, price: str | None = None, quantity: str | None = None, approved: bool = True, **header: Any) -> PurchaseInvoice:  # fmt: skip
    lines = [
        InvoiceLineInput(line.pk, D(quantity) if quantity else line.quantity, D(price) if price else None)
        for line in receipt.lines.all()
    ]
    values = {"supplier_id": receipt.supplier_id, "invoice_no": f"2{PurchaseInvoice.objects.count():019d}", **header}
    made = trade.do(finance.create_purchase_invoice, lines=lines, **values)
    if approved:
        trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
        made.refresh_from_db()
    return made  # type: ignore[no-any-return]


def choose(trade: Trade, method: str, since: date = date(2020, 1, 1)) -> None:
    trade.do(finance.create_estimate_policy, method=method, valid_from=since)


def turnover(trade: Trade, code: str) -> tuple[Any, Any]:
    """Debits and credits of an account, red ones negative."""
    from gongfang.ledger.models import VoucherLine

    rows = VoucherLine.objects.filter(account__code=code).values_list("debit", "credit")
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


@pytest.mark.parametrize(
    ("method", "debit", "credit"),
    [("difference", "1000.00", "1000.00"), ("single", "0", "0.00")],
)
def test_the_invoice_takes_the_estimate_as_chosen(trade: Trade, method: str, debit: str, credit: str) -> None:
    """Received at 1,000.00, invoiced at 1,030.00 + 133.90: what differs is the turnover of 220202 and nothing else."""
    choose(trade, method)
    invoice(trade, trade.receive(trade.order(shaft=100)), price="10.30")
    assert turnover(trade, "220202") == (D(debit), D(credit))
    assert trade.books() == {"140301": D("1000.00"), "220201": D("-1163.90"), "22210101": D("133.90"), "540102": D("30.00")}  # fmt: skip


@pytest.mark.parametrize(("gone", "stock"), [(0, "1030.00"), (40, "618.00"), (100, "0.00")])
def test_the_difference_goes_to_the_goods_that_are_left_and_gone(trade: Trade, gone: int, stock: str) -> None:
    """100 at 10.00 and 30.00 more on the invoice: what is left carries its share to the cent, the rest follows what left."""
    from gongfang.platform.settings.models import Setting

    Setting.objects.create(key="finance.price_difference", value="stock")
    receipt = trade.receive(trade.order(shaft=100))
    if gone:
        from django.db import transaction

        with transaction.atomic():
            move = ledger.Move(trade.items["shaft"].pk, D(gone), trade.place("W1"), trade.place("SCRAP"))
            ledger.post(actor=trade.boss, reason="test", source=None, on=trade.today, moves=[move])
    made = invoice(trade, receipt, price="10.30")
    assert trade.books().get("140301", D("0.00")) == D(stock) and "540102" not in trade.books()
    assert trade.books()["220201"] == D("-1163.90") and "220202" not in trade.books()
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=made.pk)
    assert trade.books().get("140301", D(0)) == D(10) * (100 - gone) and trade.books()["220202"] == D("-1000.00")


def test_reversed_on_the_first_and_estimated_again_at_the_end(trade: Trade) -> None:
    choose(trade, "month_start")
    first = trade.today.replace(day=1)
    before = first - timedelta(days=3)
    order = trade.order(shaft=100, wheel=10)
    one = trade.do(
        purchasing.receive_order, order_id=order.pk, lines=trade.goods(order, shaft=60), business_date=before
    )
    two = trade.do(purchasing.receive_order, order_id=order.pk, lines=trade.goods(order, shaft=40, wheel=10), business_date=before)  # fmt: skip
    trade.receive(trade.order(shaft=5))  # this month's: not to be reversed
    run = trade.do(finance.reverse_estimates, on=first)
    assert run.amount == D("1100.00") and trade.books()["220203"] == D("-1100.00")
    assert trade.books()["220202"] == D("-50.00") and trade.books()["140301"] == D("1150.00")
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.reverse_estimates, on=first)
    assert refusal.value.code == "nothing_waits"

    # an invoice draws on what was reversed; half a line first, the rest later
    half = invoice(trade, one, quantity="30")
    assert half.lines.get().estimate_reversed == D("300.00") and trade.books()["220203"] == D("-800.00")
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=run.pk)
    assert refusal.value.code == "reversal_used"
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.unapprove_receipt, document_id=two.pk)
    assert refusal.value.code == "downstream"

    again = trade.do(finance.restate_estimates, on=trade.today)
    assert again.amount == D("800.00") and "220203" not in trade.books()
    assert trade.books()["220202"] == D("-850.00")
    trade.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=again.pk)
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=half.pk)
    trade.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=run.pk)
    assert trade.books() == {"140301": D("1150.00"), "220202": D("-1150.00")}


def test_goods_returned_after_the_reversal(trade: Trade) -> None:
    choose(trade, "month_start")
    first = trade.today.replace(day=1)
    order = trade.order(shaft=10)
    receipt = trade.do(purchasing.receive_order, order_id=order.pk, business_date=first - timedelta(1))
    trade.do(finance.reverse_estimates, on=first)
    back = trade.do(purchasing.return_receipt, receipt_id=receipt.pk, reason="坏")
    trade.do(purchasing.approve_return, document_id=back.pk)
    assert trade.books() == {"220202": D("100.00"), "220203": D("-100.00")}
    trade.do(finance.restate_estimates)
    assert trade.books() == {}


def test_another_method_has_no_runs_and_history_stays(trade: Trade) -> None:
    choose(trade, "single")
    trade.receive(trade.order(shaft=5))
    for verb, values, code in (
        (finance.reverse_estimates, {}, "other_method"),
        (finance.restate_estimates, {}, "nothing_reversed"),
        (finance.create_estimate_policy, {"method": "single", "valid_from": date(2020, 1, 1)}, "taken_day"),
        (finance.create_estimate_policy, {"method": "never", "valid_from": date(2021, 1, 1)}, "bad_method"),
    ):
        with pytest.raises(DomainError) as refusal:
            trade.do(verb, **values)
        assert refusal.value.code == code
    policy = trade.do(finance.create_estimate_policy, method="difference", valid_from=trade.today + timedelta(9))
    trade.do(finance.change_estimate_policy, policy_id=policy.pk, method="month_start", valid_from=policy.valid_from)
    with pytest.raises(DomainError) as refusal:
        trade.do(
            finance.change_estimate_policy, policy_id=EstimatePolicy.objects.get(method="single").pk, method="difference", valid_from=policy.valid_from
        )  # fmt: skip
    assert refusal.value.code == "policy_holds"


def test_runs_cost_a_constant_number_of_statements(trade: Trade) -> None:
    choose(trade, "month_start")
    first, counts = trade.today.replace(day=1), []
    for size in (1, 2, 20):  # the first opens the month and the accounts
        for n in range(size):
            trade.item(f"p{size}-{n}")
        order = trade.order(**{f"p{size}-{n}": 3 for n in range(size)})
        trade.do(purchasing.receive_order, order_id=order.pk, business_date=first - timedelta(1))
        with trade.counted() as statements:
            trade.do(finance.reverse_estimates, on=first)
        counts.append(statements[0])
    assert counts[1] == counts[2], counts
    assert EstimateRun.objects.count() == 3


def test_differences_are_told_in_words_and_somebody_accepts_them(trade: Trade) -> None:
    receipt = trade.receive(trade.order(shaft=100))
    dear = invoice(trade, receipt, price="11", quantity="40", approved=False)
    found = finance.differences_of(dear)
    assert [(one.kind, one.is_beyond, one.amount) for one in found] == [("price", True, D("40.00")), ("quantity", False, D(0))]  # fmt: skip
    words = found[0].text.format(**found[0].data)
    assert words == f"{receipt.lines.get().item}: 11.000000 on the invoice, 10.000000 on order {receipt.lines.get().order_line.document.number}; 40.00 more for 40.000000 (10.0 %)."  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=dear.pk)
    assert refusal.value.code == "match_price"
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.accept_differences, document_id=dear.pk, reason=" ")
    assert refusal.value.code == "reason_missing"
    trade.do(finance.accept_differences, document_id=dear.pk, reason="铜价上涨")
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=dear.pk)
    close = invoice(trade, receipt, price="10.50", quantity="60")
    assert close.approval == "approved"  # 5 % is within the tolerance, the first forbidden is above
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.accept_differences, document_id=close.pk, reason="x")
    assert refusal.value.code == "nothing_to_accept"


def test_a_supplier_has_a_tolerance_of_its_own_and_every_difference_an_advice(trade: Trade) -> None:
    """2 % for S1, where the company lets 5 % pass: 10.21 has to be accepted, 10.20 not."""
    trade.do(masterdata.change_partner, partner_id=trade.partners["S1"].pk, match_tolerance=D("0.02"))
    receipt = trade.receive(trade.order(shaft=10))
    dear = invoice(trade, receipt, price="10.21", quantity="4", approved=False)
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=dear.pk)
    assert refusal.value.code == "match_price"
    told = [finance.advice_on(dear, one) for one in finance.differences_of(dear)]
    assert "freight as added cost" in told[0] and "waits for its invoice" in told[1]
    assert invoice(trade, receipt, price="10.20", quantity="4").approval == "approved"
    with pytest.raises(DomainError) as refusal:
        trade.do(masterdata.change_partner, partner_id=trade.partners["S1"].pk, match_tolerance=D("1.01"))
    assert refusal.value.code == "bad_match_tolerance"


@pytest.mark.parametrize(("price", "mode", "passes"), [("10.51", "approve", False), ("10.50", "approve", True), ("12", "warn", True), ("10.51", "forbid", False)])  # fmt: skip
def test_the_tolerance_and_its_three_modes(trade: Trade, price: str, mode: str, passes: bool) -> None:
    from gongfang.platform.settings.models import Setting

    Setting.objects.create(key="finance.match_mode", value=mode)
    made = invoice(trade, trade.receive(trade.order(shaft=10)), price=price, approved=False)
    if passes:
        trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)
    else:
        with pytest.raises(DomainError):
            trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=made.pk)


def test_payment_requests_from_the_due_list_to_the_payment(trade: Trade) -> None:
    due = invoice(trade, trade.receive(trade.order(shaft=10)), due_date=trade.today + timedelta(3))
    invoice(trade, trade.receive(trade.order("S2", shaft=20)), due_date=trade.today + timedelta(30))
    (request,) = trade.do(finance.request_due)
    assert (request.supplier_id, request.amount, request.pay_by) == (due.supplier_id, D("113.00"), due.due_date)
    for verb, values, code in (
        (finance.request_due, {}, "nothing_due"),
        (finance.pay_request, {"document_id": request.pk}, "not_approved"),
        (finance.create_payment_request, {"supplier_id": due.supplier_id, "lines": [MatchInput(due.pk, D("0.01"))]}, "over_settled"),
        (finance.create_payment_request, {"supplier_id": due.supplier_id, "lines": []}, "no_lines"),
        (finance.create_payment_request, {"supplier_id": 10**6, "lines": []}, "no_supplier"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refusal:
            trade.do(verb, **values)
        assert refusal.value.code == code
    trade.do(finance.PAYMENT_REQUEST_LIFECYCLE.approve, document_id=request.pk)
    payment = trade.do(finance.pay_request, document_id=request.pk)
    with pytest.raises(DomainError) as refusal:
        trade.do(finance.pay_request, document_id=request.pk)
    assert refusal.value.code == "paid_by"
    from gongfang.finance.services import PAYMENT_LIFECYCLE

    trade.do(PAYMENT_LIFECYCLE.approve, document_id=payment.pk)
    due.refresh_from_db()
    assert due.settled_amount == D("113.00") and PaymentRequest.objects.get().execution == "done"


def test_what_is_due_is_asked_for_in_a_constant_number_of_statements(trade: Trade) -> None:
    trade.is_spoilt, counts = True, []  # invoices without their posting
    for size in (1, 2, 40):  # the first opens the month's numbers
        partners = [Partner(code=f"V{size}-{n}", name=f"供应商 {n}", is_supplier=True) for n in range(size)]
        PurchaseInvoice.objects.bulk_create(
            PurchaseInvoice(
                number=f"V{size}-{n}-{part}", business_date=trade.today, created_by=trade.boss, supplier=supplier, invoice_no=f"{size}-{n}-{part}",
                due_date=trade.today + timedelta(part), total_amount=D("113.01"), approval="approved",
            )
            for n, supplier in enumerate(Partner.objects.bulk_create(partners))
            for part in (2, 1)
        )  # fmt: skip
        with trade.counted() as statements:
            made = trade.do(finance.request_due)
        counts.append(statements[0])
        assert len(made) == size and {request.pay_by for request in made} == {trade.today + timedelta(1)}
    assert counts[1] == counts[2], counts
    payable = next(tile for tile in registry().tiles if tile.key == "finance.payable")
    with CaptureQueriesContext(connection) as asked:
        assert payable.value(trade.boss).value == D("113.01") * 2 * (1 + 2 + 40)
    assert all("SUM(" in one["sql"] for one in asked), "the database adds up"
    last = PaymentRequest.objects.latest("pk")
    assert [line.amount for line in last.lines.all()] == [D("113.01")] * 2 and last.amount == D("226.02")
    assert len({request.number for request in PaymentRequest.objects.all()}) == 43
    for request in made[:2]:
        trade.do(finance.PAYMENT_REQUEST_LIFECYCLE.approve, document_id=request.pk)


def test_closing_a_month_asks_for_its_reversal_and_for_what_is_not_estimated_again(trade: Trade) -> None:
    choose(trade, "month_start")
    first = trade.today.replace(day=1)
    before = first - timedelta(days=3)
    order = trade.order(shaft=100)
    lines = trade.goods(order, shaft=60)
    trade.do(purchasing.receive_order, order_id=order.pk, lines=lines, business_date=before)

    def asked(month: date) -> list[str]:
        period = Period.objects.get(year=month.year, month=month.month)
        return [one.code for one in closing_warnings(period) if one.code.startswith("estimates")]

    trade.receive(trade.order(shaft=5))
    assert asked(first) == ["estimates_not_reversed"]
    assert asked(before) == []
    trade.do(finance.reverse_estimates, on=first)
    assert asked(first) == ["estimates_reversed"]
    assert asked(before) == [], "what this month reversed is nothing of the month before"
    trade.do(finance.restate_estimates, on=trade.today)
    assert asked(first) == []


def at_end(month: date, code: str) -> Any:
    """Debit less credit of an account at the end of a month."""
    from gongfang.ledger.models import VoucherLine

    end = (month + timedelta(31)).replace(day=1)
    rows = VoucherLine.objects.filter(account__code=code, voucher__on__lt=end).values_list("debit", "credit")
    return sum((debit - credit for debit, credit in rows), D(0))


def turned(trade: Trade, on: date) -> list[tuple[str, date, Any]]:
    """The runs that one night makes."""
    before = set(EstimateRun.objects.values_list("pk", flat=True))
    moment = timezone.make_aware(datetime.combine(on, time(0, 30)))
    finance.turn_month(actor=trade.boss, now=moment)
    return [(run.kind, run.business_date, run.amount) for run in EstimateRun.objects.exclude(pk__in=before).order_by("pk")]  # fmt: skip


def test_two_month_ends_turn_by_themselves(trade: Trade) -> None:
    """Received in May at 1,000.00, 300.00 invoiced in June, the rest in July at 721.00: each month's books are right at its end."""
    july = trade.today.replace(day=1)
    june, end_of_june = (july - timedelta(1)).replace(day=1), july - timedelta(1)
    may, end_of_may = (june - timedelta(1)).replace(day=1), june - timedelta(1)
    choose(trade, "month_start")
    order = trade.order(shaft=100)
    receipt = trade.do(purchasing.receive_order, order_id=order.pk, business_date=end_of_may)
    june_period = ledger.open_period(june)

    def asked(period: Period) -> list[str]:
        return [one.code for one in unfinished_estimates(period)]

    assert asked(june_period) == ["estimates_not_reversed"]
    assert turned(trade, june) == [("reverse", june, D("1000.00"))]
    assert turned(trade, june) == turned(trade, june + timedelta(9)) == [], "a night that was had already"
    assert asked(june_period) == ["estimates_reversed"]

    invoice(trade, receipt, quantity="30", business_date=june + timedelta(4))
    assert turned(trade, july) == [("restate", end_of_june, D("700.00")), ("reverse", july, D("700.00"))]
    assert turned(trade, july) == [] and asked(june_period) == []
    late = trade.do(purchasing.receive_order, order_id=trade.order(shaft=5).pk, business_date=end_of_june)
    assert turned(trade, july + timedelta(3)) == [("reverse", july, D("50.00"))], "what was entered late follows"
    # an invoice of June that comes in July: the night puts right what was estimated again, and reversed, too much
    half = invoice(trade, receipt, quantity="10", business_date=end_of_june)
    assert half.lines.get().estimate_reversed == D("100.00") and asked(june_period) == ["estimates_reversed"]
    assert turned(trade, july + timedelta(4)) == [("restate", end_of_june, D("-100.00")), ("reverse", july, D("-100.00"))]  # fmt: skip
    assert asked(june_period) == []

    last = invoice(trade, receipt, quantity="60", price="10.30", business_date=july + timedelta(5))
    assert (last.lines.get().estimate, last.lines.get().estimate_reversed) == (D("600.00"), D("600.00"))
    assert [at_end(month, "220202") for month in (may, june, july)] == [D("-1000.00"), D("-650.00"), D(0)]
    assert [at_end(month, "220203") for month in (may, june, july)] == [D(0), D(0), D("-50.00")]
    assert [at_end(month, "140301") for month in (may, june, july)] == [D("1000.00"), D("1050.00"), D("1050.00")]
    assert [at_end(month, "220201") for month in (may, june, july)] == [D(0), D("-452.00"), D("-1150.34")]
    assert at_end(july, "540102") == D("18.00") and trade.proven() == []
    trade.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=EstimateRun.objects.latest("pk").pk)
    assert turned(trade, july + timedelta(6)) == [("reverse", july, D("-100.00"))], "taken back, it is due again"
    invoice(trade, late, business_date=july + timedelta(6))
    assert turned(trade, july + timedelta(7)) == [] and at_end(july, "220202") == at_end(july, "220203") == 0


def test_a_closed_month_and_another_way_have_no_turn(trade: Trade) -> None:
    first, end = trade.today.replace(day=1), trade.today.replace(day=1) - timedelta(1)
    trade.do(purchasing.receive_order, order_id=trade.order(shaft=10).pk, business_date=end - timedelta(days=end.day))
    assert turned(trade, first) == [], "nobody chose to reverse"
    choose(trade, "month_start")
    trade.do(finance.reverse_estimates, on=end.replace(day=1))
    Period.objects.filter(year=end.year, month=end.month).update(state="closed")
    assert turned(trade, first) == [], "what a closed month left reversed stays so"
    Period.objects.filter(year=end.year, month=end.month).update(state="open")
    choose(trade, "difference", first)
    assert turned(trade, first) == [("restate", end, D("100.00"))], "from this month on it is not reversed any more"


def send_back(trade: Trade, receipt: Any, quantity: str, handling: str = "credit") -> None:
    lines = [ReturnedGoods(line.pk, D(quantity)) for line in receipt.lines.all()]
    back = trade.do(
        purchasing.create_return, supplier_id=receipt.supplier_id, warehouse_id=receipt.warehouse_id, lines=lines, reason="坏", handling=handling
    )  # fmt: skip
    trade.do(purchasing.approve_return, document_id=back.pk)


@pytest.mark.parametrize("goes_to", ["variance", "stock"])
def test_what_is_returned_is_credited_at_what_it_was_invoiced(trade: Trade, goes_to: str) -> None:
    """Booked at 33.33, invoiced at 34.33 in parts; all goes back and is credited in parts: nothing is left anywhere."""
    from gongfang.platform.settings.models import Setting

    Setting.objects.create(key="finance.price_difference", value=goes_to)
    receipt = trade.receive(trade.order(shaft=(10, "3.333333")))
    invoice(trade, receipt, quantity="3", price="3.433333")
    invoice(trade, receipt, quantity="7", price="3.433333")
    send_back(trade, receipt, "10")
    with pytest.raises(DomainError) as refusal:
        invoice(trade, receipt, quantity="-4", price="9")
    assert refusal.value.code == "over_credited" and refusal.value.problems[0].data["billed"] == D("34.33")
    first = invoice(trade, receipt, quantity="-4")
    assert (first.net_amount, first.lines.get().price, first.lines.get().estimate) == (D("-13.73"), D("3.433000"), D("-13.33"))  # fmt: skip
    invoice(trade, receipt, quantity="-6")
    assert trade.books() == {}
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=first.pk)
    assert trade.books()["220202"] == D("13.33")


@pytest.mark.parametrize("goes_to", ["variance", "stock"])
def test_what_replaces_invoiced_goods_is_invoiced_with_them(trade: Trade, goes_to: str) -> None:
    """10 invoiced at 10.30; 5 go back, 3 to be replaced: when these come no line stays open, and the credit for 2 is still due."""
    from gongfang.platform.settings.models import Setting
    from gongfang.purchasing.queries import invoiceable_lines

    Setting.objects.create(key="finance.price_difference", value=goes_to)
    order = trade.order(shaft=10)
    receipt = trade.receive(order)
    invoice(trade, receipt, price="10.30")
    send_back(trade, receipt, "3", "replace")
    send_back(trade, receipt, "2")
    early = trade.receive(order, shaft=1)
    trade.receive(order, shaft=2)
    assert [(line.receipt_id, line.open) for line in invoiceable_lines()] == [(receipt.pk, D(-2))]
    settled = PurchaseInvoice.objects.filter(is_replacement=True).order_by("pk")
    assert [(one.total_amount, one.invoice_no) for one in settled] == [(0, line.number) for line in early.__class__.objects.exclude(pk=receipt.pk).order_by("pk")]  # fmt: skip
    red = invoice(trade, receipt, quantity="-2")
    assert red.net_amount == D("-20.60") and invoiceable_lines() == []
    worth = {"140301": D("80.00"), "540102": D("2.40")} if goes_to == "variance" else {"140301": D("82.40")}
    assert trade.books() == {**worth, "22210101": D("10.71"), "220201": D("-93.11")}
    with pytest.raises(DomainError) as refusal:
        trade.do(purchasing.unapprove_receipt, document_id=early.pk)
    assert {"invoiced", "downstream"} & set(refusal.value.codes)


def test_goods_for_nothing_are_invoiced_without_a_voucher(trade: Trade) -> None:
    """A free sample stands at 0.00; so does an invoice of what was replaced against what went back."""
    lines = [purchasing.OrderLine(trade.items["shaft"].pk, D(5), D(10), discount=D(1))]
    order = trade.do(purchasing.create_order, supplier_id=trade.partners["S1"].pk, lines=lines, due_date=trade.today)
    free = trade.receive(trade.do(purchasing.approve_order, document_id=order.pk))
    made = invoice(trade, free)
    assert made.total_amount == 0 and trade.books() == {}
    trade.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=made.pk)
    with pytest.raises(DomainError) as refusal:
        invoice(trade, free, price="1")
    assert refusal.value.code == "match_price"


def test_a_customer_is_credited_all_that_was_invoiced(trade: Trade) -> None:
    from gongfang.sales import services as sales
    from gongfang.sales.services import SentBack

    trade.stock("pump", 3, "3000")
    shipment = trade.ship(trade.sell(pump=(3, "33.333333")))
    (line,) = shipment.lines.all()
    sold = trade.do(finance.invoice_shipment_lines, line_ids=[line.pk])
    trade.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=sold.pk)
    back = trade.do(sales.create_return, customer_id=shipment.customer_id, warehouse_id=shipment.warehouse_id, lines=[SentBack(line.pk, D(3))], reason="坏")  # fmt: skip
    trade.do(sales.approve_return, document_id=back.pk)
    red = trade.do(finance.invoice_shipment_lines, line_ids=[line.pk])
    trade.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=red.pk)
    sold.refresh_from_db()
    red.refresh_from_db()
    assert (red.net_amount, red.tax_amount, red.total_amount) == (-sold.net_amount, -sold.tax_amount, -sold.total_amount)  # fmt: skip
    assert not {code for code in trade.books() if code.startswith(("1122", "5001", "2221"))}


def test_what_is_to_be_invoiced_adds_up_to_the_estimates(trade: Trade, client: Client) -> None:
    """10 at 33.33, 4 invoiced, 3 sent back: 3 are open, and the list's total is the balance of 220202, on the page and over all."""
    receipt = trade.receive(trade.order(shaft=(10, "3.333333")))
    trade.receive(trade.order(wheel=2))
    invoice(trade, receipt, quantity="4", price="3.40")
    send_back(trade, receipt, "3")
    client.force_login(trade.boss)
    page = client.get("/finance/receipt-lines/?total=1").content.decode()
    foot = page[page.index("<tfoot") : page.index("</tfoot")]
    waiting = -trade.books()["220202"]
    assert waiting == D("30.00") and foot.count("30.00") == 2
