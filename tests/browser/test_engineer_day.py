"""An engineer's day in a real browser: a new version of a structure, a change with its impact, its effect, the versions compared."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_chain import Desk, Factory
from tests.browser.test_supervisor_day import SEED, fits, opened

pytestmark = pytest.mark.browser

MORE = """
shop.item("seal", "raw", "2")
shop.stock("seal", "50", "100.00")
shop.item("frame", "semi", "0", source="make")
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    return site_of(SEED + MORE)


@pytest.fixture(scope="module")
def engineer(chrome, company) -> Iterator[Desk]:
    factory = Factory(chrome, company)
    yield factory("engineer")
    assert not factory.errors


def compared(page: Page, bom: int, other: str) -> list[list[str]]:
    """How a version differs from another one, on the tab: code, there, here."""
    page.goto(f"/masterdata/boms/{bom}/")
    page.get_by_role("tab", name="版本对比").click()
    expect(page.locator("#p-compare")).to_contain_text("对比")
    table = page.locator(f"#p-compare h3:has-text('{other}') + .gf-table-wrap")
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    return [[row[0], row[2], row[3]] for row in rows]


def test_a_version_is_copied_changed_and_compared(engineer: Desk) -> None:
    page = engineer.page
    page.goto("/")
    page.click(".gf-days a:has-text('我的工艺日')")
    page.wait_for_url("**/production/engineer/")
    fits(page)
    expect(page.locator("#no-bom")).to_contain_text("frame")
    expect(page.locator("#no-routing")).to_contain_text("frame")
    engineer.open("/masterdata/boms/1/").press("复制为新版本", code="V2.0")
    page.goto("/masterdata/boms/2/edit")
    engineer.cell(1, "quantity", "3")
    engineer.save()
    assert compared(page, 2, "V1.0") == [["shaft", "2", "3"]]


def test_a_routing_is_copied_changed_and_takes_the_place_of_the_old_one(engineer: Desk) -> None:
    page = engineer.page
    engineer.open("/masterdata/routings/1/").press("复制为新版本", code="V2.0")
    page.wait_for_url("**/masterdata/routings/2/")
    expect(page.locator(".gf-actions")).not_to_contain_text("设为默认")
    page.goto("/masterdata/routings/2/edit")
    page.locator("[name=status]").select_option("active")
    engineer.cell(0, "run_minutes", "7", "operations")
    engineer.save().press("设为默认")
    page.get_by_role("tab", name="工艺流程图").click()
    expect(page.locator("#p-way .md-step").first).to_contain_text("单件 7")
    page.get_by_role("tab", name="版本对比").click()
    expect(page.locator("#p-compare tbody tr")).to_have_count(1)
    expect(page.locator("#p-compare tbody tr")).to_contain_text("单件工时")
    page.goto("/masterdata/routings/1/")
    expect(page.locator(".gf-actions")).to_contain_text("设为默认")
    engineer.press("设为默认")


def test_a_change_shows_what_it_touches_and_takes_effect(engineer: Desk, company: Site) -> None:
    page = engineer.page
    tomorrow = timezone.localdate() + timedelta(days=1)
    page.goto("/masterdata/changes/new")
    page.fill("#f-title", "轴封改型")
    page.fill("#f-reason", "客户投诉漏油")
    page.fill("#f-effective_on", tomorrow.isoformat())
    engineer.cell(0, "bom", "V1.0")
    engineer.cell(0, "component", "shaft")
    engineer.cell(0, "replacement", "seal")
    engineer.save()
    change = page.url
    page.get_by_role("tab", name="影响范围").click()
    impact = page.locator("#p-impact")
    expect(impact).to_contain_text("-0002")
    expect(impact).to_contain_text("-0003")
    expect(impact).to_contain_text("seal")
    page.goto("/production/engineer/")
    card = page.locator("#changes li").filter(has_text="轴封改型")
    expect(card).to_contain_text("3 张工单")
    expect(card).to_contain_text("2 种物料的库存")
    page.goto(change)
    engineer.press("提交")
    engineer.press("审核")
    page.goto("/production/engineer/")
    expect(page.locator("#turning")).to_contain_text("V1.1")
    expect(page.locator("#turning")).to_contain_text("V1.0")
    page.goto(change)
    engineer.press("立即生效")
    page.goto("/production/engineer/")
    expect(page.locator("#changes")).not_to_contain_text("轴封改型")
    assert compared(page, 3, "V1.0") == [["shaft", "2", ""], ["seal", "", "2"]]
    expect(page.locator("body")).to_contain_text("V1.1")
    assert company.verified() == ""


def test_the_day_fits_a_phone(chrome, company) -> None:
    page = opened(chrome, company, "engineer", 390, 844)
    page.goto("/production/engineer/")
    fits(page)
    expect(page.locator("#no-bom")).to_contain_text("frame")
    page.context.close()
