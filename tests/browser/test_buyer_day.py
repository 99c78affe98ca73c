"""A buyer's day in a real browser: requisition, inquiry, comparison, award, order approved by amount, change, confirmation, expediting,
arrival, partial inspection, return, invoice with a difference, payment request."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, boss_page, look_up

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.trading import D, Trade
from gongfang.platform.approvals import services as approvals
trade = Trade()
trade.boss.set_password("Gongfang-2026")
trade.boss.language = "en"
trade.boss.save()
trade.agree("S1", "seal", "20")
trade.agree("S2", "seal", "21")
for kind in ("purchasing.order", "purchasing.order_change"):
    trade.do(approvals.save_flow, doc_type=kind, name="from 2,000", field="total_amount", op=">=", value="2000",
             steps=[approvals.StepInput(1, role="owner")])
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    """A server of its own with a small trading company whose orders from 2,000.00 on are approved by the owner."""
    return site_of(SEED)


@pytest.fixture
def page(chrome, company) -> Iterator[Page]:
    with boss_page(chrome, company) as shown:
        yield shown


def act(page: Page, verb: str, **answers: str) -> None:
    """Press a verb's button, answer its questions, and wait until it is done."""
    button = page.locator(f"[hx-get$='/verb/{verb}'], form[hx-post$='/verb/{verb}'] button").first
    if not button.get_attribute("hx-get"):
        with page.expect_navigation():
            button.evaluate("element => element.click()")
    else:
        button.evaluate("element => element.click()")
        dialog = page.get_by_role("dialog")
        for name, value in answers.items():
            field = dialog.locator(f"[name={name}]").first
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        with page.expect_navigation():
            dialog.locator(".btn-go").click()


def stamped(page: Page, word: str) -> None:
    expect(page.locator(".gf-stamp")).to_contain_text(word)


def choose(page: Page, place: str, text: str) -> None:
    """Type into a look-up and take the first row."""
    look_up(page, page.locator(place), text)


def cell(relation: str, row: int, name: str) -> str:
    return f".gf-grid-entry[data-relation={relation}] tbody tr >> nth={row} >> td[data-name={name}] input"


def put(page: Page, place: str, text: str) -> None:
    page.locator(place).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: not url.split("?")[0].endswith(("/new", "/edit")))


def opened(page: Page, address: str) -> None:
    """Open the newest row of a list."""
    page.goto(address)
    page.locator(".gf-table tbody tr a").first.click()
    page.wait_for_url(lambda url: "?" not in url)


def ask_compare_award(page: Page) -> None:
    page.goto("/purchasing/requisitions/new")
    choose(page, cell("lines", 0, "item"), "seal")
    put(page, cell("lines", 0, "quantity"), "100")
    put(page, cell("lines", 0, "due_date"), "2099-01-05")
    save(page)
    act(page, "purchasing.approve_requisition")
    stamped(page, "Approved")
    page.goto("/purchasing/desk/")
    expect(page.locator("#card-order")).to_contain_text("seal seal × 100")
    page.locator("#card-order a.list-group-item").first.click()
    act(page, "purchasing.inquire")
    page.wait_for_url("**/purchasing/rfqs/*/")
    page.goto(page.url + "edit")
    put(page, cell("offers", 0, "price"), "20")
    put(page, cell("offers", 0, "extra_cost"), "3")
    put(page, cell("offers", 1, "price"), "21")
    put(page, cell("offers", 1, "awarded_quantity"), "100")
    save(page)
    page.get_by_role("tab", name="Comparison").click()
    expect(page.locator("body")).to_contain_text("Landed price")
    expect(page.locator("body")).to_contain_text("★")
    act(page, "purchasing.approve_rfq")
    stamped(page, "Approved")
    act(page, "purchasing.order_rfq")


def order_and_change(page: Page) -> None:
    opened(page, "/purchasing/orders/")
    expect(page.locator("body")).to_contain_text("S2")
    act(page, "purchasing.submit_order")
    stamped(page, "In approval")
    act(page, "purchasing.approve_order")
    stamped(page, "Approved")
    address = page.url
    page.goto("/purchasing/order-changes/new")
    choose(page, "#f-order", "CG")
    page.fill("[name=reason]", "customer wants more")
    choose(page, cell("lines", 0, "order_line"), "seal")
    put(page, cell("lines", 0, "quantity"), "120")
    save(page)
    act(page, "purchasing.submit_order_change")
    stamped(page, "In approval")
    act(page, "purchasing.approve_order_change")
    stamped(page, "Approved")
    page.goto(address)
    expect(page.locator("body")).to_contain_text("120")
    act(page, "purchasing.confirm_order", promised_date="2099-01-20")
    opened(page, "/purchasing/order-lines/?view=pressing")
    page.goto("/purchasing/desk/")
    expect(page.locator("#card-expedite")).to_contain_text("promised")
    page.locator("#card-expedite a.list-group-item").first.click()
    act(page, "purchasing.log_contact", note="truck broke down", promised_date="2099-01-21")
    page.get_by_role("tab", name="Contacts").click()
    expect(page.locator("body")).to_contain_text("truck broke down")
    page.goto(address)
    act(page, "purchasing.push_arrival")
    page.wait_for_url("**/purchasing/arrivals/*/")
    act(page, "purchasing.approve_arrival")
    stamped(page, "Approved")


def inspect_and_return(page: Page) -> None:
    opened(page, "/quality/inspections/?view=incoming")
    act(page, "quality.decide_inspection", accepted_quantity="110", rejected_quantity="10", sample_defects="0")
    stamped(page, "Approved")
    opened(page, "/quality/nonconformances/")
    act(page, "quality.approve_nonconformance")
    stamped(page, "Approved")
    opened(page, "/purchasing/returns/")
    act(page, "purchasing.approve_return")
    stamped(page, "Approved")
    expect(page.locator("body")).to_contain_text("210.00")


def invoice_and_pay(page: Page) -> None:
    page.goto("/finance/purchase-invoices/new")
    choose(page, "#f-supplier", "S2")
    page.fill("[name=invoice_no]", "20260000000000000001")
    choose(page, cell("lines", 0, "source_line"), "seal")
    put(page, cell("lines", 0, "quantity"), "110")
    put(page, cell("lines", 0, "price"), "23.10")
    save(page)
    page.get_by_role("tab", name="Three-way match").click()
    expect(page.locator("body")).to_contain_text("496.75 more for 110 (24.3 %)")
    act(page, "finance.accept_differences", reason="copper")
    act(page, "finance.approve_purchase_invoice")
    stamped(page, "Approved")
    page.goto("/finance/payment-requests/new")
    choose(page, "#f-supplier", "S2")
    choose(page, cell("lines", 0, "invoice"), "CF")
    put(page, cell("lines", 0, "amount"), "2871.33")
    save(page)
    act(page, "finance.approve_payment_request")
    stamped(page, "Approved")
    act(page, "finance.pay_request", bank_reference="B-1")
    page.wait_for_url("**/finance/payments/*/")
    expect(page.locator("body")).to_contain_text("2,871.33")


def test_a_buyers_day(page: Page) -> None:
    ask_compare_award(page)
    order_and_change(page)
    inspect_and_return(page)
    invoice_and_pay(page)
