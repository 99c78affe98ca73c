"""A keeper's day in a real browser, at a desk and on a phone: receive by scan, put away, transfer, pick, count, print a label."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.trading import Trade
from gongfang.inventory import services as store
from gongfang.ledger.services import create_location
from gongfang.ledger import queries as ledger
trade = Trade()
trade.boss.set_password("Gongfang-2026")
trade.boss.language = "en"
trade.boss.save()
w1, w2 = trade.place("W1"), trade.place("W2")
trade.stock("wheel", 7, "70")
trade.stock("pump", 5, "3000")
trade.agree("S1", "shaft", "8")
trade.agree("S1", "casting", "9")
trade.order("S1", shaft=3, casting=2)
trade.sell("C1", pump=2)
trade.item("bolt")
trade.order("S1", bolt=9)
trade.do(create_location, code="A-01", name="Bin A-01", warehouse=w1.warehouse_id)
trade.do(store.create_put_away_rule, warehouse=w1.warehouse_id, strategy="empty")
trade.do(store.open_count, location=w1.pk, is_blind=True)
trade.item("part")
trade.stock("part", 2, "20")
packed = [store.PackedInput(trade.items[code].pk, 1) for code in ("wheel", "pump", "part")]
trade.do(store.pack, location=w1.pk, code="KIT", lines=packed)
"""


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    """A small company with one order on its way, one to ship, one count to do."""
    return site_of(SEED)


def logged_in(browser: Browser, company: Site, width: int, height: int) -> Page:
    """A page of its own in English; script errors are collected on it, buzzes counted."""
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=company.url)
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": "gongfang_language", "value": "en", "url": company.url}])
    page = context.new_page()
    page.add_init_script("window.buzzes = 0; document.addEventListener('gf:buzz', () => { window.buzzes += 1; });")
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]
    page.goto("/login")
    page.fill("#username", "boss")
    page.fill("#password", "Gongfang-2026")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    return page


@pytest.fixture(scope="module")
def desk(chrome, company) -> Iterator[Page]:
    page = logged_in(chrome, company, 1366, 768)
    yield page
    assert not page.faults
    page.context.close()


@pytest.fixture(scope="module")
def phone(chrome, company) -> Iterator[Page]:
    page = logged_in(chrome, company, 390, 844)
    yield page
    assert not page.faults
    page.context.close()


def scan(page: Page, *codes: str) -> None:
    """As a keyboard-wedge scanner does it: the code and Enter, wherever the focus is."""
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def said(page: Page, text: str, kind: str = "gs-ok") -> None:
    expect(page.locator(f".gs-said.{kind}")).to_contain_text(text)


def fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), page.url


def figure(page: Page, code: str) -> str:
    return page.locator(f".gs-line[data-code={code}] input").input_value()


def test_receive_by_scanning(phone: Page) -> None:
    phone.goto("/inventory/keeper/")
    fits(phone)
    phone.locator("a.gk-row", has_text="S1").first.click()
    phone.wait_for_url("**/inventory/scan/purchase/*")
    fits(phone)
    scan(phone, "shaft", "shaft", "shaft")
    said(phone, "shaft 3 / 3")
    scan(phone, "shaft")
    said(phone, "more than the 3", "gs-bad")
    scan(phone, "pump")
    said(phone, "does not belong to this document", "gs-bad")
    assert phone.evaluate("window.buzzes") == 2 and figure(phone, "shaft") == "3"
    scan(phone, "casting", "HEAT-7", "casting", "HEAT-7")
    said(phone, "casting HEAT-7 2 / 2")
    phone.get_by_role("button", name="Receive", exact=True).click()
    phone.wait_for_url("**/purchasing/arrivals/*/")
    expect(phone.locator(".gf-stamp")).to_contain_text("Approved")


def test_put_away_where_the_rules_say(desk: Page) -> None:
    desk.goto("/inventory/scan/?task=put_away")
    desk.locator("#station-source").select_option(label="W1")
    desk.locator("#scan-code").focus()
    scan(desk, "shaft", "shaft")
    said(desk, "→ Bin A-01")
    scan(desk, "nonsense")
    said(desk, "nonsense", "gs-bad")
    desk.get_by_role("button", name="Put away", exact=True).click()
    desk.wait_for_url("**/inventory/transfers/*/")
    expect(desk.locator("body")).to_contain_text("Bin A-01")


def test_transfer_by_scanning_places_and_goods(phone: Page) -> None:
    phone.goto("/inventory/scan/?task=transfer")
    fits(phone)
    scan(phone, "wheel")
    said(phone, "place it comes from first", "gs-bad")
    scan(phone, "W1", "wheel", "wheel", "W2")
    expect(phone.locator("#slot-to")).to_contain_text("W2")
    phone.get_by_role("button", name="Transfer", exact=True).click()
    phone.wait_for_url("**/inventory/transfers/*/")
    expect(phone.locator(".gf-stamp")).to_contain_text("Approved")


def lines(page: Page) -> list[list[str]]:
    """Item and quantity of the lines of an entry grid that say something."""
    rows = page.locator(".gf-grid-entry tbody tr")
    found = []
    for n in range(rows.count()):
        cells = [rows.nth(n).locator(f"td[data-name={name}] input").first.input_value() for name in page.scan_cells]  # type: ignore[attr-defined]
        if any(cells):
            found.append(cells)
    return found


def test_scan_into_an_entry_form(desk: Page) -> None:
    """A transfer written by a scanner alone: both places, goods counted up; what fits nothing is told and changes nothing."""
    desk.scan_cells = ["item", "quantity"]  # type: ignore[attr-defined]
    desk.goto("/inventory/transfers/new")
    desk.locator("#scan-lines").focus()
    scan(desk, "W1", "W2", "wheel", "pump", "wheel")
    said(desk, "wheel wheel × 2")
    assert [(item.split()[0], quantity) for item, quantity in lines(desk)] == [("wheel", "2"), ("pump", "1")]
    scan(desk, "nonsense")
    said(desk, "“nonsense” is no item", "gs-bad")
    assert len(lines(desk)) == 2
    scan(desk, "KIT")
    said(desk, "KIT · W1: 3")
    assert [(item.split()[0], quantity) for item, quantity in lines(desk)] == [
        ("wheel", "3"),
        ("pump", "2"),
        ("part", "1"),
    ]
    fits(desk)
    desk.keyboard.press("Control+s")
    desk.wait_for_url("**/inventory/transfers/*/")
    expect(desk.locator("body")).to_contain_text("wheel")


def test_scan_into_a_receipt_of_what_was_ordered(desk: Page) -> None:
    desk.scan_cells = ["order_line", "quantity", "lot_code"]  # type: ignore[attr-defined]
    desk.goto("/purchasing/receipts/new")
    desk.locator(".gf-ref input[type=text]").first.fill("S1")
    desk.keyboard.press("Tab")
    desk.locator("#scan-lines").focus()
    scan(desk, "pump")
    said(desk, "no open line has it", "gs-bad")
    scan(desk, "bolt", "bolt", "bolt")
    said(desk, "bolt bolt × 3")
    assert [(line.split()[-1], quantity, lot) for line, quantity, lot in lines(desk)] == [("bolt", "3", "")]


def test_pick_what_was_sold(desk: Page) -> None:
    desk.goto("/inventory/scan/?task=pick")
    desk.locator("a.gs-card", has_text="C1").first.click()
    desk.wait_for_url("**/inventory/scan/sales/*")
    scan(desk, "wheel")
    said(desk, "does not belong", "gs-bad")
    scan(desk, "pump", "pump")
    said(desk, "pump 2 / 2")
    desk.get_by_role("button", name="Picked", exact=True).click()
    desk.wait_for_url("**/sales/shipments/*/")
    expect(desk.locator(".gf-stamp")).to_contain_text("Approved")


def test_count_blind_on_the_phone(phone: Page, desk: Page) -> None:
    phone.goto("/inventory/counting/")
    fits(phone)
    phone.locator("a.gs-card").first.click()
    phone.wait_for_url("**/inventory/counting/*")
    fits(phone)
    assert "By the books" not in phone.locator("#count-lines").inner_text()
    scan(phone, *["pump"] * 3)
    said(phone, "= 3")
    phone.context.set_offline(True)
    scan(phone, "wheel")
    expect(phone.locator("#count-waiting")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("#count-waiting")).to_be_hidden()
    scan(phone, *["wheel"] * 3)
    said(phone, "= 4")
    scan(phone, "shaft")
    said(phone, "not on this sheet", "gs-bad")
    phone.get_by_role("button", name="Counted", exact=True).click()
    phone.wait_for_url("**/inventory/counting/")
    desk.goto("/inventory/counts/")
    desk.locator("table a", has_text="PD").first.click()
    desk.wait_for_url("**/inventory/counts/*/")
    desk.get_by_role("button", name="Approve", exact=True).first.click()
    desk.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(desk.locator(".gf-stamp")).to_contain_text("Approved")
    desk.goto("/inventory/accuracy/")
    expect(desk.locator("body")).to_contain_text("50")  # the pumps were right, one of five wheels is missing


READ = """async (bars) => {
  const { codeReader } = await import("/static/ui/js/scan.js");
  delete window.BarcodeDetector;
  const image = new Image();
  image.src = "data:image/svg+xml;base64," + btoa(bars);
  await image.decode();
  const canvas = document.createElement("canvas");
  const square = image.width === image.height;
  canvas.width = square ? 400 : image.width * 3; canvas.height = square ? 400 : 160;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 20, 20, canvas.width - 40, canvas.height - 40);
  return (await codeReader())(canvas);
}"""


@pytest.mark.parametrize("code", ["P-2026/0001", "6901234567892", "A1234567", "L|casting|HEAT-7"])
def test_what_is_printed_is_read_back_by_the_camera_reader(desk: Page, code: str) -> None:
    """Bars and QR code of a label, drawn as pictures, through the vendored reader under our content policy."""
    from gongfang.ui.barcodes import code128_svg
    from gongfang.ui.prints import qr_svg

    desk.goto("/inventory/scan/?task=transfer")
    assert desk.evaluate(READ, code128_svg(code)) == code
    assert desk.evaluate(READ, qr_svg(code)) == code


def test_a_label_is_printed(desk: Page) -> None:
    desk.goto("/inventory/labels/")
    desk.locator("#label-codes").fill("shaft\nwheel")
    answer = desk.request.get("/inventory/labels/?pdf=1&kind=masterdata/items&codes=shaft,wheel&paper=a4")
    assert answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF")
