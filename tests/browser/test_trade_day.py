"""A seller's, a buyer's, a keeper's and an inspector's work in a real browser: order, ship, receive, judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, boss_page, look_up

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
GRID = ".gf-grid-entry[data-relation=lines]"
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.trading import Trade
trade = Trade()
trade.boss.set_password("Gongfang-2026")
trade.boss.language = "en"
trade.boss.save()
trade.stock("pump", 5, "3000")
trade.agree("S1", "seal", "8")
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    """A server of its own with a small trading company."""
    return site_of(SEED)


@pytest.fixture
def page(chrome, company) -> Iterator[Page]:
    with boss_page(chrome, company) as shown:
        yield shown


def choose(page: Page, place: str, text: str) -> None:
    """Type into a look-up and take the first row."""
    look_up(page, page.locator(place), text)


def enter(page: Page, address: str, partner: tuple[str, str], date: str, lines: list[tuple[str, str]]) -> None:
    """Fill the form of a new order by keyboard and save it."""
    page.goto(address)
    page.wait_for_selector(f"{GRID} tbody tr")
    choose(page, f"#f-{partner[0]}", partner[1])
    page.fill(f"[name={date}]", "2099-01-05")
    for number, (item, quantity) in enumerate(lines):
        if number:
            page.get_by_role("button", name="Add line").click()
        row = f"{GRID} tbody tr >> nth={number} >> td[data-name=%s] input"
        choose(page, row % "item", item)
        page.locator(row % "quantity").focus()
        page.keyboard.type(quantity)
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: not url.endswith("/new"))


def press(page: Page, name: str) -> None:
    """Press a verb's button and, where it asks something, its answer."""
    page.get_by_role("button", name=name, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    if name in ("Approve", "Ship all"):
        dialog.get_by_role("button", name=name, exact=True).click()


def stamped(page: Page, word: str) -> None:
    expect(page.locator(".gf-stamp")).to_contain_text(word, timeout=60_000)


def test_sell_and_ship(page: Page) -> None:
    enter(page, "/sales/orders/new", ("customer", "C1"), "promised_date", [("pump", "2")])
    expect(page.locator("body")).to_contain_text("2,260.00")
    press(page, "Approve")
    stamped(page, "Approved")
    press(page, "Make shipment")
    page.wait_for_url("**/sales/shipments/*/")
    press(page, "Approve")
    stamped(page, "Approved")
    expect(page.locator("body")).to_contain_text("1,200.00")  # two of five pumps worth 3,000.00


def test_buy_receive_and_judge(page: Page) -> None:
    enter(page, "/purchasing/orders/new", ("supplier", "S1"), "due_date", [("seal", "100")])
    expect(page.locator("body")).to_contain_text("904.00")
    press(page, "Approve")
    stamped(page, "Approved")
    press(page, "Make arrival")
    page.wait_for_url("**/purchasing/arrivals/*/")
    press(page, "Approve")
    stamped(page, "Approved")
    page.goto("/quality/inspections/?view=incoming")
    page.locator("table a", has_text="JY").first.click()
    page.wait_for_url("**/quality/inspections/*/")
    press(page, "All good")
    stamped(page, "Approved")
    expect(page.locator("body")).to_contain_text("100")
