"""A keeper's second day in a real browser: goods reserved and swapped for orders."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS, Site, boss_page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.trading import Trade
trade = Trade()
trade.boss.set_password("Gongfang-2026")
trade.boss.language = "en"
trade.boss.save()
trade.stock("pump", 5, "3000")
trade.sell("C1", pump=4)
trade.sell("C2", pump=3)
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    """Five pumps, two orders that want seven."""
    return site_of(SEED)


@pytest.fixture(scope="module")
def desk(chromium, company) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chrome: Browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with boss_page(chrome, company) as page:
            yield page
        chrome.close()


def press(page: Page, name: str) -> None:
    """A verb of the document, from the menu of further ones where it stands there."""
    button = page.get_by_role("button", name=name, exact=True)
    if not button.first.is_visible():
        page.get_by_role("button", name="More").first.click()
    button.first.click()


def test_goods_are_reserved_for_orders_and_swapped(desk: Page, company: Site) -> None:
    desk.goto("/sales/orders/1/")
    press(desk, "Reserve goods")
    desk.get_by_role("tab", name="Reserved").click()
    expect(desk.get_by_role("tabpanel").get_by_text("W1")).to_be_visible()
    desk.goto("/sales/orders/2/")
    press(desk, "Reserve goods")
    desk.goto("/inventory/reservations/")
    expect(desk.locator("tbody tr")).to_have_count(2)
    assert company.verified() == ""
