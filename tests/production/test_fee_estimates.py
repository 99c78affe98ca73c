"""Fees of subcontractors that wait for their invoice over a month's edge: in three ways, to the cent, and proven."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.finance import services as finance
from gongfang.finance.models import EstimateRun
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import VoucherLine
from gongfang.platform.verification import run_all
from gongfang.production import services
from gongfang.production.models import SubcontractOrder
from tests.production.shop import Shop
from tests.production.test_subcontracting import outside, plated, turned

__all__ = ["plated"]
NUMBER = "01234567890123456789"


def estimates(shop: Shop) -> dict[str, D]:
    return {code: amount for code, amount in shop.books().items() if code in ("220201", "220202", "220203", "540106")}


def received(shop: Shop, *parts: str, on: date | None = None) -> list[Any]:
    ww = outside(shop, turned(shop))
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    return [shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(part), on=on) for part in parts]


def choose(shop: Shop, method: str) -> None:
    shop.do(finance.create_estimate_policy, method=method, valid_from=date(2020, 1, 1))


def refused(shop: Shop, verb: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        shop.do(verb, **values)
    return refusal.value.code


def test_the_fee_is_reversed_drawn_in_part_and_estimated_again(plated: Shop) -> None:
    """12.00 and 18.00 go to 220203 on the first; 18.00 is invoiced at 19.00 + 13 %, 12.00 comes back at the month's end."""
    shop = plated
    choose(shop, "month_start")
    four, six = received(shop, "4", "6")
    first = (shop.today.replace(day=1) + timedelta(days=31)).replace(day=1)
    assert refused(shop, finance.reverse_estimates, on=shop.today.replace(day=1)) == "nothing_waits", "this month's"
    run = shop.do(finance.reverse_estimates, on=first)
    lines = {line.fee_receipt_id: (line.receipt_line_id, line.amount) for line in run.lines.all()}
    assert lines == {four.pk: (None, D("12.00")), six.pk: (None, D("18.00"))} and run.amount == D("30.00")
    assert estimates(shop) == {"220203": D("-30.00")} and run_all() == []
    assert refused(shop, finance.reverse_estimates, on=first) == "nothing_waits"

    invoice = shop.do(
        finance.invoice_fees, receipt_ids=[six.pk], invoice_no=NUMBER, net_amount=D("19.00"), business_date=first
    )
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    invoice.refresh_from_db()
    assert invoice.lines.get().estimate_reversed == D("18.00")
    assert estimates(shop) == {"220203": D("-12.00"), "540106": D("1.00"), "220201": -invoice.total_amount}
    assert refused(shop, finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=run.pk) == "reversal_used"
    again = shop.do(finance.restate_estimates, on=first + timedelta(days=27))
    assert again.amount == D("12.00") and again.lines.get().fee_receipt_id == four.pk
    assert estimates(shop) == {"220202": D("-12.00"), "540106": D("1.00"), "220201": -invoice.total_amount}
    assert refused(shop, finance.restate_estimates) == "nothing_reversed" and run_all() == []

    shop.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=again.pk)
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=invoice.pk)
    assert estimates(shop) == {"220203": D("-30.00")} and invoice.lines.get().estimate_reversed == 0
    shop.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=run.pk)
    assert estimates(shop) == {"220202": D("-30.00")} and run_all() == []


def test_a_receipt_taken_back_after_the_reversal(plated: Shop) -> None:
    shop = plated
    choose(shop, "month_start")
    (receipt,) = received(shop, "10")
    first = (shop.today.replace(day=1) + timedelta(days=31)).replace(day=1)
    shop.do(finance.reverse_estimates, on=first)
    shop.do(services.undo_subcontract_receipt, document_id=receipt.pk)
    assert estimates(shop) == {} and run_all() == []
    assert [(run.amount, run.business_date) for run in EstimateRun.objects.all()] == [(D("30.00"), first)] * 2
    assert refused(shop, finance.restate_estimates, on=first) == "nothing_reversed"


def test_a_loss_beyond_the_fee_is_a_claim(plated: Shop) -> None:
    """100.00 charged with no fee are owed by the subcontractor (应收赔款), not a fee below zero; undone, nothing is left."""
    shop = plated
    received(shop, "9")
    ww = SubcontractOrder.objects.get()
    loss = shop.do(
        services.reckon_loss,
        subcontract_id=ww.pk,
        item_id=shop.items["paint"].pk,
        quantity=D("0.5"),
        deduction=D(100),
        reason="lost",
    )
    assert estimates(shop) == {"220202": D("-27.00")} and shop.books()["122103"] == D("100.00") and run_all() == []
    assert shop.fresh(ww.order).actual_subcontract == D("-73.00") == shop.books()["40010104"]
    shop.do(services.undo_subcontract_receipt, document_id=loss.pk)
    assert "122103" not in shop.books() and estimates(shop) == {"220202": D("-27.00")} and run_all() == []


@pytest.mark.parametrize(("method", "debit", "credit"), [("difference", "30", "30"), ("single", "0", "0")])
def test_the_invoice_takes_the_fee_as_chosen(plated: Shop, method: str, debit: str, credit: str) -> None:
    shop = plated
    choose(shop, method)
    (receipt,) = received(shop, "10")
    assert refused(shop, finance.reverse_estimates) == "other_method"
    invoice = shop.do(finance.invoice_fees, receipt_ids=[receipt.pk], invoice_no=NUMBER, net_amount=D("31.00"))
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    rows = VoucherLine.objects.filter(account__code="220202").values_list("debit", "credit")
    assert (sum(row[0] for row in rows), sum(row[1] for row in rows)) == (D(debit), D(credit))
    assert estimates(shop) == {"540106": D("1.00"), "220201": -invoice.total_amount} and run_all() == []


def test_a_run_of_fees_costs_a_constant_number_of_statements_and_shows_them(plated: Shop, client: Client) -> None:
    shop = plated
    choose(shop, "month_start")
    received(shop, "1")
    first = (shop.today.replace(day=1) + timedelta(days=31)).replace(day=1)
    shop.do(finance.reverse_estimates, on=first)  # opens the month and the accounts
    counts, pages = [], []
    client.force_login(shop.boss)
    for parts in (("1",), ("1", "1", "1", "1")):
        receipts = received(shop, *parts)
        with CaptureQueriesContext(connection) as queries:
            run = shop.do(finance.reverse_estimates, on=first)
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/finance/estimate-runs/{run.pk}/").content.decode()
        pages.append(len(queries))
        assert all(receipt.number in page for receipt in receipts) and "None" not in page
    assert counts[0] == counts[1], counts
    assert pages[0] == pages[1], pages
