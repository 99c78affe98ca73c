"""The entry grid by keyboard, in a real browser: look-up, next cell, new line, block from Excel, undo, refused save, draft."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, look_up

pytestmark = pytest.mark.browser

GRID = ".gf-grid-entry[data-relation=lines]"
FOCUS = "document.activeElement.closest('td')?.dataset.name"
ITEMS = """
from uuid import uuid4
from gongfang.masterdata import services
from gongfang.platform.identity.services import register_first_admin
admin = register_first_admin(actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026")
do = lambda verb, **values: verb(actor=admin, request_id=uuid4(), **values)
piece = do(services.create_unit, code="PCS", name="件")
category = do(services.create_category, code="10", name="铸件")
for number, name in enumerate(("单级泵", "泵体", "叶轮", "泵轴"), 1):
    do(services.create_item, code=f"M{number}", name=name, spec=f"IS{number}", category=category.pk, unit=piece.pk)
"""


@pytest.fixture(scope="module")
def factory(site_of) -> Site:
    """A server of its own with four items and somebody who may do everything."""
    return site_of(ITEMS)


@pytest.fixture
def page(chrome, factory) -> Iterator[Page]:
    """A logged-in page on the form of a new bill of materials; any script error fails the test."""
    context = chrome.new_context(viewport={"width": 1366, "height": 768}, base_url=factory.url)
    context.set_default_timeout(60_000)
    shown = context.new_page()
    shown.goto("/login")
    shown.fill("#username", "admin")
    shown.fill("#password", "Gongfang-2026")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/")
    context.add_cookies([{"name": "gongfang_language", "value": "en", "url": factory.url}])
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    shown.goto("/masterdata/boms/new")
    shown.wait_for_selector(f"{GRID} tbody tr")
    yield shown
    shown.context.close()
    assert not [error for error in errors if "422" not in error]


def cell(page: Page, row: int, name: str):
    return page.locator(f"{GRID} tbody tr").nth(row).locator(f"td[data-name={name}]")


def values(page: Page, name: str) -> list[str]:
    return page.evaluate(
        f"[...document.querySelectorAll('{GRID} td[data-name={name}]')].map(c => c.firstElementChild?.value ?? c.textContent)"
    )


def until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression to hold. Playwright's own waiting evaluates it anew, which our content policy forbids but for functions."""
    deadline = time.monotonic() + 60
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def paste(page: Page, block: str) -> None:
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})) }""",
        block,
    )
    until(page, "document.querySelector('.gf-grid-entry .gf-msg').textContent !== ''")


def test_a_bill_of_materials_is_entered_without_a_mouse(page):
    look_up(page, page.locator("#f-item"), "M1")
    assert page.locator("[name=item]").input_value() != ""

    look_up(page, cell(page, 0, "component").locator("input"), "叶轮")  # by name; the only hit is taken
    until(page, f"{FOCUS} === 'quantity'")
    assert cell(page, 0, "name").inner_text() == "叶轮"
    page.keyboard.type("1200.5")
    page.keyboard.press("Enter")
    assert values(page, "quantity") == ["1,200.5"]
    for _step in range(10):
        page.keyboard.press("Enter")
        if page.evaluate("document.activeElement.closest('tr').sectionRowIndex") == 1:
            break
    assert page.evaluate(FOCUS) == "component"  # the last cell made a new line

    page.keyboard.type("M4")
    page.keyboard.press("F7")
    page.wait_for_selector(".gf-look[data-typed=M4] tr[aria-selected=true]")
    page.keyboard.press("Enter")
    until(page, f"{FOCUS} === 'quantity'")
    page.keyboard.press("Control+d")
    assert values(page, "quantity") == ["1,200.5", "1,200.5"]
    page.keyboard.press("Control+s")
    page.wait_for_url("**/masterdata/boms/*/")
    lines = page.locator("#p-lines tbody tr")
    assert [lines.nth(row).inner_text().split()[1:3] for row in (0, 1)] == [["M3", "叶轮"], ["M4", "泵轴"]]
    assert page.locator("#p-lines").inner_text().count("1,200.5") == 2
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('gf-draft'))") == []
    keep_typing_in_a_dialog(page)


def test_enter_takes_what_was_typed_not_what_its_first_letters_found(page):
    component = cell(page, 0, "component").locator("input")
    component.focus()
    page.keyboard.type("M")
    page.wait_for_selector('.gf-look[data-typed="M"] tr[aria-selected=true]')  # M1 is its first row
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    until(page, f"document.querySelector('{GRID} td[data-name=name]').textContent === '叶轮'")


def keep_typing_in_a_dialog(page: Page) -> None:
    """The focus goes in, stays in and comes back; a click beside the dialog throws nothing away that was typed."""
    inside = "document.activeElement.closest('.gf-modal') !== null"
    page.locator(".gf-actions button", has_text="Copy as new version").click()
    until(page, "document.activeElement.id === 'f-code'")
    page.keyboard.type("V2")
    page.mouse.click(700, 700)
    assert page.locator("#f-code").input_value() == "V2"
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        page.keyboard.press(key)
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    until(page, "document.querySelector('.gf-modal') === null")
    until(page, "document.activeElement.textContent.includes('Copy as new version')")


def test_a_block_from_excel_marks_what_it_cannot_read_and_is_undone(page):
    cell(page, 0, "component").locator("input").focus()
    paste(page, "M2\t2\nnothing\tabc\nM3\t1,000\n")
    assert values(page, "component") == ["M2 泵体", "nothing", "M3 叶轮"]
    assert values(page, "quantity") == ["2", "abc", "1,000"]
    assert page.locator(f"{GRID} td.gf-bad").count() == 2
    page.keyboard.press("Control+z")
    assert values(page, "component") == [""]
    page.keyboard.press("Control+y")
    assert values(page, "component") == ["M2 泵体", "nothing", "M3 叶轮"]


def test_a_refused_save_keeps_every_cell_and_says_why(page):
    """A text that names nothing is refused, even "1", which is the key of an item; sent before the look-up has answered, it stays."""
    cell(page, 0, "component").locator("input").focus()
    paste(page, "M2\tabc\nM3\t-4\n1\t5\n")
    page.locator("#f-item").focus()
    page.keyboard.type("nothing")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".gf-problems")
    assert "Line 1" in page.locator(".gf-problems").inner_text()
    assert "Line 3: component: “1” was not found." in page.locator(".gf-problems").inner_text()
    assert values(page, "component") == ["M2 泵体", "M3 叶轮", "1"]
    assert values(page, "quantity") == ["abc", "-4", "5"]
    assert page.locator(f"{GRID} td.gf-bad").count() >= 1
    assert page.locator("#f-item").input_value() == "nothing"
    assert "“nothing” was not found." in page.locator(".gf-error").inner_text()
    assert page.url.endswith("/new")


def test_what_was_typed_survives_a_lost_page(page):
    cell(page, 0, "component").locator("input").focus()
    paste(page, "M2\t7\n")
    page.locator("#f-remark").fill("试制")
    until(
        page, "Object.entries(localStorage).some(([key, kept]) => key.startsWith('gf-draft') && kept.includes('试制'))"
    )
    page.reload()
    page.wait_for_selector(".gf-draft")
    page.locator(".gf-draft button").first.click()
    until(page, f"document.querySelector('{GRID} td[data-name=quantity]')?.firstElementChild?.value === '7'")
    assert values(page, "quantity") == ["7"]
    assert page.locator("#f-remark").input_value() == "试制"
