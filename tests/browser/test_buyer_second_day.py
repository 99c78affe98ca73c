"""A buyer's and an accountant's second day in a real browser: what is rare, but has to work. Alerts and their one click, blanket orders,
certificates, corrective requests; count plans, freight on goods that are gone with its preview, a new standard cost, estimates."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, boss_page
from tests.browser.test_buyer_day import act, cell, choose, opened, put, save, stamped

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from datetime import timedelta
from django.db import transaction
from gongfang.finance.models import EstimatePolicy
from gongfang.inventory import services as inventory
from gongfang.ledger import services as ledger
from gongfang.purchasing import services as purchasing
from tests.trading import D, Trade
trade = Trade()
trade.boss.set_password("Gongfang-2026")
trade.boss.language = "en"
trade.boss.save()
first = trade.today.replace(day=1)
before = first - timedelta(days=3)
type(trade.items["wheel"]).objects.filter(code="wheel").update(reorder_point=D(8), max_stock=D(20), default_supplier=trade.partners["S1"])
trade.stock("wheel", 5, "50")
trade.item("gear", costing_method="standard", standard_cost=D(10))
trade.stock("gear", 40, "400")
order = trade.order(shaft=100)
trade.do(purchasing.receive_order, order_id=order.pk, business_date=before)
for n in range(24):
    move = ledger.Move(trade.items["shaft"].pk, D(2), trade.place("W1"), trade.place("CUSTOMER"))
    with transaction.atomic():
        ledger.post(actor=trade.boss, reason="test", source=None, on=before + timedelta(days=n % 3), moves=[move])
EstimatePolicy.objects.create(valid_from=first, method="month_start")
inventory.ensure_rules()
inventory.look()
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    """Wheels below their reorder point, gears at standard cost, a receipt of last month without invoice whose goods half left."""
    return site_of(SEED)


@pytest.fixture
def page(chrome, company) -> Iterator[Page]:
    with boss_page(chrome, company) as shown:
        yield shown


def one_click(page: Page) -> None:
    """From the alert on the home page to the requisition that settles it."""
    page.goto("/inventory/alerts/?view=open")
    expect(page.locator(".gf-table tbody")).to_contain_text("wheel")
    opened(page, "/inventory/alerts/?view=open")
    act(page, "inventory.act_on_alert")
    page.wait_for_url("**/purchasing/requisitions/*/")
    expect(page.locator("body")).to_contain_text("15")
    page.goto("/inventory/alerts/?view=handled")
    expect(page.locator(".gf-table tbody tr")).to_have_count(1)


def agree_and_call_off(page: Page) -> None:
    page.goto("/purchasing/blankets/new")
    choose(page, "#f-supplier", "S1")
    page.fill("[name=valid_to]", "2099-12-31")
    choose(page, cell("lines", 0, "item"), "wheel")
    put(page, cell("lines", 0, "quantity"), "300")
    put(page, cell("lines", 0, "price"), "9.50")
    save(page)
    act(page, "purchasing.approve_blanket")
    stamped(page, "Approved")
    blanket = page.url
    opened(page, "/purchasing/blanket-lines/?view=open")
    act(page, "purchasing.call_off_line", quantity="120", due_date="2099-02-01")
    page.goto(blanket)
    expect(page.locator("body")).to_contain_text("180")  # remaining
    opened(page, "/purchasing/orders/")
    expect(page.locator("body")).to_contain_text("1,140.00")


def a_paper_runs_out(page: Page) -> None:
    """Without a valid licence nothing is ordered; the supplier is asked to mend what went wrong."""
    page.goto("/purchasing/certificates/new")
    choose(page, "#f-supplier", "S1")
    page.fill("[name=title]", "ISO 9001")
    page.fill("[name=expires_on]", "2020-01-01")
    page.check("[name=is_needed]")
    save(page)
    opened(page, "/purchasing/orders/")
    page.get_by_role("button", name="More").click()
    expect(page.locator(".dropdown-menu.show")).to_contain_text("ISO 9001")  # why it cannot be approved
    page.goto("/purchasing/certificates/1/edit")
    page.fill("[name=expires_on]", "2099-01-01")
    save(page)
    opened(page, "/purchasing/orders/")
    act(page, "purchasing.approve_order")
    stamped(page, "Approved")
    page.goto("/purchasing/correctives/new")
    choose(page, "#f-supplier", "S1")
    page.fill("[name=problem]", "rust")
    save(page)
    act(page, "purchasing.approve_corrective")
    act(page, "purchasing.answer_corrective", root_cause="wet store", action="dry store")
    act(page, "purchasing.verify_corrective")
    expect(page.locator("body")).to_contain_text("dry store")


def test_a_buyers_second_day(page: Page, company: Site) -> None:
    one_click(page)
    agree_and_call_off(page)
    a_paper_runs_out(page)
    assert company.verified() == ""


def freight_on_goods_that_are_gone(page: Page) -> None:
    """The question names twenty documents, the preview all twenty-four with their sum; it is confirmed afterwards."""
    page.goto("/ledger/value-adjustments/new")
    choose(page, "#f-partner", "S2")
    page.fill("[name=amount]", "50")
    choose(page, cell("lines", 0, "move"), "shaft")
    save(page)
    page.locator("[hx-get$='/verb/ledger.approve_value_adjustment'], form[hx-post$='/verb/ledger.approve_value_adjustment'] button").first.evaluate("one => one.click()")  # fmt: skip
    dialog = page.get_by_role("dialog")
    dialog.locator(".btn-go").click()
    expect(dialog).to_contain_text("Later documents that are re-costed: 24, by 24.00 in all")
    with page.expect_popup() as popup:
        dialog.get_by_role("link", name="See all 24 rows").click()
    preview = popup.value
    expect(preview.locator(".gf-table tbody tr")).to_have_count(24)
    expect(preview.locator(".gf-table tfoot")).to_contain_text("24.00")
    with preview.expect_download() as sheet:
        preview.get_by_role("link", name="Export").click()
    assert sheet.value.suggested_filename == "What is re-costed.xlsx"
    preview.close()
    with page.expect_navigation():
        dialog.locator(".btn-go").click()
    stamped(page, "Approved")
    page.get_by_role("tab", name="Where it went").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("24.00")


def dearer_gears(page: Page) -> None:
    """A new standard cost says what it does to the stock before it is saved."""
    page.goto("/masterdata/items/?q=gear")
    page.locator(".gf-table tbody tr a").first.click()
    page.wait_for_url(lambda url: "?" not in url)
    page.goto(page.url.split("?")[0] + "edit")
    page.fill("[name=standard_cost]", "12")
    page.keyboard.press("Control+s")
    warned = page.locator(".gf-problems.gf-warn")
    expect(warned).to_contain_text("gear: 40 in stock are worth 80.00 more")
    expect(warned.get_by_role("link", name="See the one row it is about")).to_be_visible()
    page.get_by_role("button", name="Save all the same").click()
    page.wait_for_url(lambda url: not url.endswith("/edit"))
    page.goto("/ledger/values/?q=gear")
    expect(page.locator("body")).to_contain_text("480.00")


def estimates_and_a_count(page: Page) -> None:
    page.goto("/finance/estimate-runs/")
    page.locator("[hx-get$='/do/finance.reverse_estimates'], [hx-get$='/do/reverse_estimates']").first.click()
    with page.expect_navigation():
        page.get_by_role("dialog").locator(".btn-go").click()
    expect(page.locator("body")).to_contain_text("1,000.00")
    page.goto("/inventory/count-plans/new")
    page.fill("[name=name]", "full count")
    choose(page, "#f-warehouse", "W1")
    save(page)
    act(page, "inventory.run_count_plan")
    opened(page, "/inventory/counts/")
    expect(page.locator("body")).to_contain_text("gear")


def test_an_accountants_second_day(page: Page, company: Site) -> None:
    freight_on_goods_that_are_gone(page)
    dearer_gears(page)
    estimates_and_a_count(page)
    assert company.verified() == ""
