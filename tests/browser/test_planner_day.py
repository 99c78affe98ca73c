"""A planner's morning at the demo factory: why a suggestion is there, for whom, from what; changed, firmed, scheduled."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys, uuid, datetime
from decimal import Decimal as D
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from gongfang.masterdata import queries as masterdata
from gongfang.planning.services import plan_now
from gongfang.platform.exchange import services as exchange
from gongfang.platform.identity import services as identity
from gongfang.sales import services as sales
admin = identity.register_first_admin(actor=None, request_id=uuid.uuid4(), username="root", name="root", password="Gongfang-2026")
content = Path({str(ROOT / "examples" / "pump-factory.xlsx")!r}).read_bytes()
exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=content, start=datetime.date.today() - datetime.timedelta(days=30))
pump = masterdata.item_by_code("IS50-32-160")
on = datetime.date.today() + datetime.timedelta(days=60)
line = sales.OrderLine(pump.pk, D(40), D(3000), promised_date=on)
order = sales.create_order(actor=admin, request_id=uuid.uuid4(), customer_id=masterdata.customers().first().pk, promised_date=on, lines=[line])
sales.approve_order(actor=admin, request_id=uuid.uuid4(), document_id=order.pk, confirm=frozenset(["over_credit", "credit", "overdue"]))
plan_now(actor=admin)
from gongfang.planning import services as planning
from gongfang.planning.models import Schedule
from gongfang.planning.services.schedules import solve_into
from gongfang.platform.tasks.services import Progress
from gongfang.production import services as production
for code in ("XBD4.0/10-65", "ISG50-125"):  # painted red and blue
    made = masterdata.item_by_code(code)
    production.create_order(
        actor=admin, request_id=uuid.uuid4(), item_id=made.pk, quantity=D(5), start=datetime.date.today(), due=on)
for name in ("first", "shop"):
    made = planning.create_schedule(actor=admin, request_id=uuid.uuid4(), name=name, seconds=0)
    solve_into(made, Progress())
admin.language = "en"
admin.save()
"""


@pytest.fixture(scope="module")
def factory(site_of) -> Site:
    return site_of(SEED)


@pytest.fixture
def page(chrome, factory) -> Iterator[Page]:
    """The planner's browser, in English; any script error fails the test."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, base_url=factory.url)
    context.set_default_timeout(60_000)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.goto("/login")
    shown.fill("#username", "root")
    shown.fill("#password", "Gongfang-2026")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/")
    yield shown
    shown.context.close()
    assert not errors


def test_a_suggestion_leads_to_its_customer_order_and_its_purchase(page):
    page.goto("/planning/workbench/?q=IS50-32-160")
    page.locator(".pl-list a", has_text="IS50-32-160").first.click()
    expect(page.locator(".pl-weeks")).to_be_visible()
    page.get_by_role("button", name="Why").last.click()
    reasons = page.locator(".pl-reasons")
    for words in ("needed for", "are needed: stock serves", "Lot rule", "lead time"):
        expect(reasons).to_contain_text(re.compile(words, re.I))
    order = page.locator(".pl-tree .pl-demand a").first
    number = order.inner_text()
    assert "XS" in number
    bought = page.locator(".pl-tree .pl-buy > a").first
    suggestion = bought.inner_text()
    bought.click()
    page.wait_for_url("**/planning/suggestions/*/")
    expect(page.locator("h1")).to_contain_text(suggestion)
    page.go_back()
    page.get_by_role("button", name="Why").last.click()
    page.locator(".pl-tree .pl-demand a").first.click()
    page.wait_for_url("**/sales/orders/*/")
    expect(page.locator("h1")).to_contain_text(number)


def test_a_change_shows_its_effect_and_is_kept(page):
    page.goto("/planning/workbench/?q=IS50-32-160")
    page.locator(".pl-list a", has_text="IS50-32-160").first.click()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("button", name="Release", exact=True)).to_be_visible()
    page.get_by_role("button", name="Change", exact=True).first.click()
    page.fill("#pl-quantity", "400")
    expect(page.locator("#pl-effect")).to_contain_text("400")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#pl-orders")).to_contain_text(re.compile("F\\d+"))
    page.goto("/planning/firm-orders/?view=open")
    expect(page.locator(".gf-list-table")).to_contain_text("400")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_board_shows_operations_and_keeps_to_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/planning/gantt/")
    bars = page.locator("#pl-gantt .ec-event[data-operation]")
    expect(page.locator("#pl-gantt .ec-title")).to_have_text(
        re.compile(r"^\s*\d{4}-\d\d-\d\d( – \d{4}-\d\d-\d\d)?\s*$")
    )
    expect(bars.first).to_be_attached()
    title = bars.first.get_attribute("title")
    assert title is not None and "GD" in title and "→" in title
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def bar_to_drag(page):
    """The last bar of the week that is in sight, so that what comes after it does not stand in the way."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/planning/gantt/")
    bars = page.locator("#pl-gantt .ec-event[data-operation][role=button]")
    bars.first.scroll_into_view_if_needed()
    boxes = [(bar, bar.bounding_box()) for bar in bars.all()]
    seen = [(box["x"], bar, box) for bar, box in boxes if box and box["width"] > 12 and 320 < box["x"] < 1200]
    _, bar, box = max(seen, key=lambda one: one[0])
    return bar, box


def test_a_bar_is_dragged_checked_compared_and_published(page):
    bar, box = bar_to_drag(page)
    operation = bar.get_attribute("data-operation")
    page.mouse.move(box["x"] + 6, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 6 + step * 11, box["y"] + box["height"] / 2)
    with page.expect_response("**/planning/gantt/move") as answered:
        page.mouse.up()
    if answered.value.status == 409:  # refused in words; the others make room
        expect(page.locator("#pl-reasons li").first).to_be_visible()
        page.get_by_role("button", name="Fit the others in").click()
    pinned = page.locator(f'#pl-gantt .ec-event.pl-pinned[data-operation="{operation}"]')
    expect(pinned.first).to_be_attached()
    page.select_option("#pl-with", label="first")
    expect(page.get_by_role("heading", name="Compared with first")).to_be_visible()
    page.get_by_role("button", name="Publish to the shop").click()
    expect(page.locator(".gf-head-row .badge")).to_have_text("published")
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)


PLACED = """([operation, day]) => JSON.parse(document.getElementById("pl-board")?.textContent ?? '{"events": []}').events
  .some((one) => one.id === operation && one.start.slice(0, 10) >= day && one.classNames.includes("pl-pinned"))"""


def test_a_bar_is_moved_by_keyboard_and_a_schedule_is_deleted(page):
    page.goto("/planning/gantt/")
    page.select_option("select[name=schedule]", label="first")
    expect(page.locator("h1")).to_contain_text("first")
    bar = page.locator("#pl-gantt .ec-event[data-operation][role=button]").last
    operation = bar.get_attribute("data-operation")
    bar.focus()
    page.keyboard.press("Enter")
    form = page.locator(".pl-place")
    expect(form.locator("select")).to_be_focused()
    later = datetime.datetime.now() + datetime.timedelta(days=120)
    form.locator("input").fill(f"{later:%Y-%m-%d}T09:00")
    with page.expect_response("**/planning/gantt/move") as answered:
        form.get_by_role("button", name="Move there").click()
    if answered.value.status == 409:
        page.get_by_role("button", name="Fit the others in").click()
    page.wait_for_function(PLACED, arg=[operation, f"{later:%Y-%m-%d}"])  # only the page loaded anew says so
    expect(page.locator("#pl-reasons")).to_be_empty()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("h1")).not_to_contain_text("first")


def test_a_sales_line_is_promised_while_it_is_entered(page):
    """40 pumps are sold already; the second line of 400 can be had later than the first of 1; one call for both."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/sales/orders/new")
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/-/answers/" in one.url else None)

    def cell(row, name):
        return page.locator(".gf-grid-entry tbody tr").nth(row).locator(f'td[data-name="{name}"]')

    def enter(row, quantity):
        cell(row, "item").locator("input").fill("IS50-32-160")
        page.wait_for_selector('.gf-look[data-typed="IS50-32-160"] tr[aria-selected=true]')
        page.keyboard.press("Enter")
        cell(row, "quantity").locator("input").fill(quantity)
        page.keyboard.press("Tab")

    enter(0, "1")
    possible = cell(0, "answer:")
    expect(possible).to_contain_text(re.compile("20\\d\\d-"))
    first = possible.text_content()[:10]
    page.get_by_role("button", name="Add line").click()
    enter(1, "400")
    expect(cell(1, "answer:")).to_contain_text(re.compile("20\\d\\d-"))
    assert cell(1, "answer:").text_content()[:10] > first
    assert len(asked) <= 4
