"""From an empty company to a finished work order in at most 12 entries or clicks, counted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


class Hand:
    """A person's hand: every click and every filled field counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, selector: str) -> None:
        self.count += 1
        self.page.click(selector)

    def enter(self, selector: str, text: str) -> None:
        self.count += 1
        self.page.fill(selector, text)


@pytest.fixture(scope="module")
def empty_site(site_of):
    return site_of("")


@pytest.fixture
def page(chrome, empty_site) -> Iterator[Page]:
    context = chrome.new_context(viewport={"width": 1366, "height": 768}, base_url=empty_site.url, locale="zh-CN")
    context.set_default_timeout(60_000)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    yield shown
    shown.context.close()
    assert not errors


def test_a_first_order_takes_at_most_twelve_entries(page: Page) -> None:
    page.goto("/register")
    page.fill("#name", "管理员")
    page.fill("#username", "admin")
    page.fill("#password", "Gongfang-2026")
    page.fill("#again", "Gongfang-2026")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    hand = Hand(page)
    link = page.locator("aside a[href='/production/quick/']")
    if not link.is_visible():
        hand.click("aside details[data-key=production] summary")
    hand.click("aside a[href='/production/quick/']")
    hand.enter("#product", "单级离心泵")
    hand.enter("#quantity", "5")
    hand.enter("#rows tr:nth-child(1) [name=material_name]", "泵体铸件")
    hand.enter("#rows tr:nth-child(1) [name=material_quantity]", "5")
    hand.enter("#rows tr:nth-child(1) [name=material_price]", "80")
    hand.click("#start")
    hand.click("#finish")
    expect(page.locator("#finished")).to_contain_text("5 件 已入库")
    assert hand.count <= 12, hand.count
    print("entries and clicks:", hand.count)
    page.goto("/production/orders/")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("单级离心泵")
    expect(row).to_contain_text("已结案")
