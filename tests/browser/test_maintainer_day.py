"""A maintainer's day on a phone: a fault found at a spot check is a repair, and the machine stands."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_shop_terminal import SEED

pytestmark = pytest.mark.browser

MORE = """
from gongfang.maintenance import services as maintenance
lathe = do(maintenance.create_equipment, code="L1-01", name="数控车床 1 号", work_centre=centre.pk)
do(maintenance.create_check_plan, equipment=lathe.pk, name="班前点检", points=[{"name": "油位"}, {"name": "气压", "is_measured": True, "lower": Decimal("0.4"), "upper": Decimal("0.6")}])
"""


@pytest.fixture(scope="module")
def floor(site_of):
    return site_of(SEED + MORE)


@pytest.fixture
def page(chrome, floor) -> Iterator[Page]:
    shown = chrome.new_context(viewport={"width": 390, "height": 844}, base_url=floor.url, locale="zh-CN").new_page()
    shown.set_default_timeout(60_000)
    shown.goto("/login")
    shown.fill("input[name=username]", "admin")
    shown.fill("input[name=password]", "Gongfang-2026")
    shown.press("input[name=password]", "Enter")
    shown.wait_for_url("**/")
    yield shown
    shown.context.close()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), "no sideways scrolling on a phone"


def test_a_fault_found_at_a_spot_check_is_repaired(page: Page) -> None:
    page.goto("/maintenance/check/")
    fits(page)
    page.fill("input[name=code]", "L1-01")
    page.press("input[name=code]", "Enter")
    page.click("a:has-text('班前点检')")
    fits(page)
    page.fill("input[name=value-1]", "0.5")
    page.click("label[for=bad-0]")
    page.fill("input[name=remark-0]", "油位过低")
    page.check("input[name=stops]")
    page.click("#done")
    expect(page.locator("main")).to_contain_text("停机中")
    page.goto("/maintenance/today/")
    fits(page)
    expect(page.locator("main")).to_contain_text("油位过低")
