"""A keeper's second day in a real browser: goods reserved, boxed and scanned, converted, sent in two steps, frozen and freed."""

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
from decimal import Decimal as D
from gongfang.inventory import services as store
from gongfang.inventory.services import OutputInput, PackedInput, StockLineInput
from tests.trading import Trade
trade = Trade()
trade.boss.set_password("Gongfang-2026")
trade.boss.language = "en"
trade.boss.save()
trade.stock("pump", 5, "3000")
trade.stock("shaft", 20, "200")
trade.stock("wheel", 9, "90")
trade.sell("C1", pump=4)
trade.sell("C2", pump=3)
trade.sell("C1", shaft=6)
w1, w2 = trade.place("W1"), trade.place("W2")
trade.do(store.pack, location=w1.pk, code="BOX-1", lines=[PackedInput(trade.items["shaft"].pk, D(6))])
trade.do(store.create_conversion, warehouse=w1.warehouse_id, kind="conversion", lines=[StockLineInput(trade.items["wheel"].pk, D(2))],
         outputs=[OutputInput(trade.items["shaft"].pk, D(1))])
trade.do(store.create_transfer, source=w1.pk, target=w2.pk, in_two_steps=True, lines=[StockLineInput(trade.items["wheel"].pk, D(3))])
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    """Five pumps and two orders that want seven; a box of shafts; a conversion and a transfer to approve."""
    return site_of(SEED)


@pytest.fixture
def desk(chrome, company) -> Iterator[Page]:
    with boss_page(chrome, company) as page:
        yield page


def press(
    page: Page,
    name: str,
    *,
    asks: bool = False,
    answers: dict[str, str] | None = None,
    choose: dict[str, str] | None = None,
) -> None:
    """A verb of the page, from the menu of further ones where it stands there. asks: a dialog comes; answers: text; choose: look-ups."""
    verb = page.locator("main").get_by_role("button", name=name, exact=True)
    if not verb.first.is_visible():
        page.locator("main").get_by_label("More").first.click()
    if not (asks or answers or choose):
        with page.expect_navigation():
            verb.first.click()
        return
    verb.first.click()
    dialog = page.get_by_role("dialog")
    for field, text in (choose or {}).items():
        look_up(page, dialog.locator(f"#f-{field}"), text)
    for field, text in (answers or {}).items():
        dialog.locator(f"[name={field}]").fill(text)
    with page.expect_navigation():
        dialog.locator(".btn-go").click()


def test_goods_are_reserved_shipped_and_let_go(desk: Page, company: Site) -> None:
    """Two orders want seven of five pumps: four are kept for the first and leave for it; the one left is kept and let go."""
    for order in (1, 2):
        desk.goto(f"/sales/orders/{order}/")
        press(desk, "Reserve goods")
        desk.locator("#t-kept").click()
        expect(desk.locator("#p-kept tbody")).to_contain_text("pump")
    desk.goto("/inventory/reservations/")
    expect(desk.locator("main tbody tr")).to_have_count(2)
    desk.goto("/sales/orders/1/")
    press(desk, "Ship all", asks=True)
    desk.goto("/inventory/reservations/")
    expect(desk.locator("main tbody tr")).to_have_count(1)
    desk.locator("main tbody tr a").first.click()
    press(desk, "Let go", asks=True)
    expect(desk.locator("body")).not_to_contain_text("XS")
    assert company.verified() == ""


def test_a_box_is_put_on_a_pallet_and_picked_by_one_scan(desk: Page, company: Site) -> None:
    desk.goto("/inventory/packages/1/")
    desk.locator("#t-contents").click()
    expect(desk.locator("#p-contents tbody")).to_contain_text("shaft")
    desk.goto("/inventory/scan/?task=pick")
    desk.locator("[data-number]").filter(has_text="XS").last.click()
    box = desk.locator("[data-gf-scan] input")
    box.fill("BOX-1")
    box.press("Enter")
    expect(desk.locator("[data-scan-said]")).to_contain_text("shaft × 6")
    desk.locator("#station-finish").click()
    desk.wait_for_url("**/sales/shipments/*/")
    desk.goto("/inventory/packages/1/")
    desk.locator("#t-contents").click()
    expect(desk.locator("#p-contents")).to_contain_text("Nothing is in it.")
    assert company.verified() == ""


def test_goods_change_their_form(desk: Page, company: Site) -> None:
    desk.goto("/inventory/conversions/1/")
    press(desk, "Approve", asks=True)
    expect(desk.locator(".gf-stamp")).to_contain_text("Approved")
    desk.goto("/inventory/stock/?q=wheel")
    expect(desk.locator("main tbody")).to_contain_text("7")
    assert company.verified() == ""


def test_goods_travel_in_two_steps(desk: Page, company: Site) -> None:
    desk.goto("/inventory/transfers/1/")
    press(desk, "Approve", asks=True)
    desk.locator("#t-transit").click()
    expect(desk.locator("#p-transit tbody")).to_contain_text("wheel")
    press(desk, "Receive all")
    expect(desk.locator(".gf-stamp")).to_contain_text("Done")
    assert company.verified() == ""


def test_goods_are_frozen_and_freed(desk: Page, company: Site) -> None:
    for verb in ("Freeze goods", "Unfreeze goods"):
        desk.goto("/inventory/transfers/")
        place = "W1" if verb == "Freeze goods" else "W1-HOLD"
        press(desk, verb, choose={"location": place, "item": "wheel"}, answers={"quantity": "1", "reason": "划伤待查"})
        expect(desk.locator("body")).to_contain_text("划伤待查")
    assert company.verified() == ""
