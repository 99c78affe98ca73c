"""A maintainer's day on a phone: a fault found at a spot check is repaired with a spare part and handed back; the machine runs again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, look_up
from tests.browser.test_shop_terminal import SEED
from tests.browser.test_supervisor_day import answered, fits, opened

pytestmark = pytest.mark.browser

MORE = """
from gongfang.maintenance import services as maintenance
from django.db import transaction
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, post
from gongfang.masterdata.models import Item, Warehouse
do(create_user, username="maint", name="王修", password="Gongfang-2026", roles=["maintainer"])
do(create_user, username="super", name="李班长", password="Gongfang-2026", roles=["supervisor"])
bearing = do(masterdata.create_item, code="BEARING", name="轴承", category=category.pk, unit=piece.pk, kind="part", source="buy", default_warehouse=1)
with transaction.atomic():
    post(actor=admin, reason="opening", source=None, on=timezone.localdate(), moves=[Move(bearing.pk, Decimal(5), ledger.location("OPENING"), ledger.store_of(Warehouse.objects.get()), value=Decimal("250.00"))])
lathe = do(maintenance.create_equipment, code="L1-01", name="数控车床 1 号", work_centre=centre.pk)
do(maintenance.create_check_plan, equipment=lathe.pk, name="班前点检", points=[{"name": "油位"}, {"name": "气压", "is_measured": True, "lower": Decimal("0.4"), "upper": Decimal("0.6")}])
"""


@pytest.fixture(scope="module")
def floor(site_of):
    return site_of(SEED + MORE)


@pytest.fixture
def page(chrome, floor) -> Iterator[Page]:
    shown = opened(chrome, floor, "maint", 390, 844)
    yield shown
    shown.context.close()


@pytest.fixture
def supervisor(chrome, floor) -> Iterator[Page]:
    shown = opened(chrome, floor, "super", 390, 844)
    yield shown
    shown.context.close()


def test_a_fault_found_at_a_spot_check_is_repaired_and_handed_back(page: Page, supervisor: Page, floor: Site) -> None:
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
    # repair it: begin, take a spare part, finish
    page.locator("a", has_text="油位过低").first.click()
    page.wait_for_url("**/maintenance/orders/*/")
    order = page.url
    fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="开始维修", exact=True).click()
    expect(page.locator(".gf-stamp")).to_contain_text("维修中")
    page.get_by_role("button", name="领用备件", exact=True).click()
    dialog = page.locator("#gf-dialog form")
    look_up(page, dialog.locator("[data-picked]").first, "BEARING")
    dialog.locator("[name=quantity]").fill("2")
    with page.expect_navigation():
        dialog.locator(".btn-go").click()
    expect(page.locator("#p-parts")).to_contain_text("轴承")
    answered(page, page.get_by_role("button", name="完工", exact=True), work_done="加油并换轴承", labour_minutes="25")
    expect(page.locator(".gf-stamp")).to_contain_text("待验收")
    fits(page)
    page.goto("/maintenance/today/")
    expect(page.locator("main")).not_to_contain_text("停机中")
    # the shop takes the machine back
    supervisor.goto(order)
    with supervisor.expect_navigation():
        supervisor.get_by_role("button", name="验收", exact=True).click()
    expect(supervisor.locator(".gf-stamp")).to_contain_text("已验收")
    page.goto("/maintenance/today/")
    expect(page.locator("main")).not_to_contain_text("油位过低")
    assert floor.verified() == ""
