"""The page of output in a real browser: two lots of one product, the co-product into a bin that is looked up."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site
from tests.browser.test_shop_terminal import SEED

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWN = (
    SEED.replace('source="make")', 'source="make", default_warehouse=1, tracking="lot")').partition("order = do(")[0]
    + """
from gongfang.ledger.services import create_location
from gongfang.ledger import queries as ledger
from gongfang.masterdata.models import Bom, BomLine, BomOutput, Warehouse
house = Warehouse.objects.get()
ledger.store_of(house)
do(create_location, code="F-01", name="一号架", warehouse=house.pk)
ring = do(masterdata.create_item, code="RING", name="料环", category=category.pk, unit=piece.pk, kind="finished", source="make", default_warehouse=house.pk)
steel = do(masterdata.create_item, code="BAR", name="圆钢", category=category.pk, unit=piece.pk, kind="raw", source="buy", default_warehouse=house.pk)
bom = Bom.objects.create(item=item)
BomLine.objects.create(bom=bom, line_no=1, component=steel, quantity=Decimal(1), issue_method="bulk")
BomOutput.objects.create(bom=bom, item=ring, quantity=Decimal(1), kind="co", cost_share=Decimal("0.1"))
order = do(services.create_order, item_id=item.pk, quantity=Decimal(20))
do(services.submit_order, document_id=order.pk)
for _ in range(3):
    do(services.approve_order, document_id=order.pk)
do(services.release_orders, order_ids=[order.pk])
do(services.report_operation, operation_id=order.operations.get().pk, good=Decimal(12))
"""
)


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    return site_of(OWN)


def test_two_lots_and_a_bin(chrome: Browser, company: Site) -> None:
    context = chrome.new_context(viewport={"width": 1366, "height": 768}, base_url=company.url, locale="zh-CN")
    context.set_default_timeout(60_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/login")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", "Gongfang-2026")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto("/production/orders/1/")
    page.get_by_role("link", name="生产入库", exact=True).and_(page.locator(".gf-actions a")).click()
    page.wait_for_url("**/production/receive/?order=1")
    quantity = page.locator("#receive [name=quantity]")
    expect(quantity).to_have_count(2)
    expect(quantity.nth(0)).to_have_value("12")
    page.locator("#receive .pf-more").first.click()
    expect(quantity).to_have_count(3)
    lots = page.locator("#receive [name=lot]")
    for n, (pieces, lot) in enumerate((("7", "A"), ("5", "B"))):
        quantity.nth(n).fill(pieces)
        lots.nth(n).fill(lot)
    place = page.locator("#receive [name=place]").nth(2)
    place.press_sequentially("F-01")
    page.locator(".gf-look tr", has_text="F-01").click()
    expect(page.locator("#receive [name=location]").nth(2)).not_to_have_value("")
    with page.expect_navigation():
        page.get_by_role("button", name="立即入库").click()
    expect(page.locator(".gf-stamp")).to_contain_text("已审核")
    for text in ("A", "B", "料环"):
        expect(page.locator("#p-lines")).to_contain_text(text)
    page.goto("/production/receive/?order=1")
    expect(quantity.nth(0)).to_have_value("")
    context.close()
    assert not errors
    assert company.verified() == ""
