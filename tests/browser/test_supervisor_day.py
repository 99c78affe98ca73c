"""A supervisor's day in a real browser, at the desk and on a phone: release, report, receive, close."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shop_terminal import SEED

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWN = SEED.replace("do(services.release_orders, order_ids=[order.pk])\n", "").replace(
    'source="make")', 'source="make", default_warehouse=1)'
)


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    return site_of(OWN)


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, chrome, company) -> Iterator[Page]:
    width, height = request.param
    context = chrome.new_context(viewport={"width": width, "height": height}, base_url=company.url, locale="zh-CN")
    shown = context.new_page()
    shown.set_default_timeout(60_000)
    shown.goto("/login/")
    shown.fill("input[name=username]", "admin")
    shown.fill("input[name=password]", "Gongfang-2026")
    shown.keyboard.press("Enter")
    shown.wait_for_load_state("networkidle")
    yield shown
    shown.context.close()


def press(page: Page, name: str, **answers: str) -> None:
    """A button of the document (or of its menu), and the same in its dialog when there is one."""
    found = page.get_by_role("button", name=name, exact=True).first
    if not found.is_visible():
        page.locator(".gf-more, [aria-label='更多'], [data-bs-toggle=dropdown]").last.click()
    found.click()
    page.wait_for_timeout(400)
    dialog = page.locator("dialog[open], .modal.show")
    if dialog.count():
        for field, value in answers.items():
            dialog.locator(f"[name={field}]").first.fill(value)
        dialog.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state("networkidle")


def test_from_release_to_closed(page: Page, company: Site) -> None:
    narrow = (page.viewport_size or {"width": 0})["width"] < 500
    page.goto("/production/orders/1/")
    if not narrow:  # the desk releases and reports; the phone looks at what came of it
        press(page, "下达")
        expect(page.locator(".gf-stamp")).to_contain_text("已下达", timeout=60_000)
        page.goto("/production/report/")
        page.locator("input[name=good]").first.fill("20")
        page.locator("form#report button[type=submit], form#report button.btn-primary").first.click()
        page.wait_for_load_state("networkidle")
        page.goto("/production/orders/1/")
        expect(page.locator(".gf-stamp")).to_contain_text("生产中", timeout=60_000)
        press(page, "全部入库")
        page.goto("/production/orders/1/")
        expect(page.locator(".gf-stamp")).to_contain_text("完工", timeout=60_000)
        press(page, "结案")
        page.goto("/production/orders/1/")
        expect(page.locator(".gf-stamp")).to_contain_text("结案", timeout=60_000)
    page.goto("/production/orders/1/tab/closing")
    expect(page.locator("li")).to_have_count(6)
    page.goto("/production/orders/")
    expect(page.locator("body")).to_contain_text("泵轴")
    assert page.evaluate("document.documentElement.scrollWidth") <= (page.viewport_size or {"width": 0})["width"] + 1
    assert company.verified() == ""
