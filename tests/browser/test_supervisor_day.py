"""A supervisor's day in a real browser: at the desk from release to closed; on a phone calls, dispatch, a hold and a split."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from gongfang.production import services as production
from gongfang.production.models import WorkOrder
from tests.production.shop import Shop
shop = Shop()
for name, role in (("super", "supervisor"), ("engineer", "engineer"), ("worker", "operator")):
    person = shop.person(name, role)
    person.set_password("Gongfang-2026")
    person.pin, person.badge = make_password("1234"), name
    person.save()
shop.stock_up(40)
first = shop.order("10", release=False)
shop.approve(first)
second, late = shop.order("8"), shop.order("6")
WorkOrder.objects.filter(pk=late.pk).update(start=shop.today - timedelta(days=9), due=shop.today - timedelta(days=2))
shop.do(production.call_help, person, kind="help", operation_id=shop.operation(second, 10).pk, text="夹具松动")
"""
FIRST, SECOND, LATE = 1, 2, 3


@pytest.fixture(scope="module")
def company(site_of) -> Site:
    return site_of(SEED)


def opened(chrome: Browser, company: Site, user: str, width: int, height: int) -> Page:
    context = chrome.new_context(viewport={"width": width, "height": height}, base_url=company.url, locale="zh-CN")
    shown = context.new_page()
    shown.set_default_timeout(60_000)
    shown.goto("/login")
    shown.fill("#username", user)
    shown.fill("#password", "Gongfang-2026")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/")
    return shown


@pytest.fixture
def desk(chrome, company) -> Iterator[Page]:
    shown = opened(chrome, company, "super", 1366, 768)
    yield shown
    shown.context.close()


@pytest.fixture
def phone(chrome, company) -> Iterator[Page]:
    shown = opened(chrome, company, "super", 390, 844)
    yield shown
    shown.context.close()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{page.url} sticks out to the side"


def answered(page: Page, button: Locator, **answers: str) -> None:
    """Press a button that asks, answer, and press the dialog's own button; the page comes again."""
    if not button.is_visible():
        page.locator(".gf-actions [data-bs-toggle=dropdown]").last.click()
    button.click()
    dialog = page.locator("#gf-dialog form")
    expect(dialog).to_be_visible()
    for name, value in answers.items():
        field = dialog.locator(f"[name={name}]").first
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        dialog.locator(".btn-go").click()


def of_order(page: Page, card: str, order: int) -> Locator:
    return page.locator(f"#{card} li").filter(has=page.locator(f"a[href='/production/orders/{order}/']"))


def stamp(page: Page, order: int, text: str) -> None:
    page.goto(f"/production/orders/{order}/")
    expect(page.locator(".gf-stamp")).to_contain_text(text)


def report(page: Page, good: str) -> None:
    row = page.locator("#report tr").filter(has=page.locator(f"a[href='/production/orders/{FIRST}/']")).first
    row.locator("input[name=good]").fill(good)
    with page.expect_navigation():
        page.locator("#report button.btn-primary").click()


def test_the_desk_takes_an_order_from_its_release_to_its_closing(desk: Page, company: Site) -> None:
    desk.click(".gf-days a:has-text('我的车间日')")
    desk.wait_for_url("**/production/today/")
    fits(desk)
    with desk.expect_navigation():
        of_order(desk, "releasing", FIRST).get_by_role("button", name="下达").click()
    expect(of_order(desk, "releasing", FIRST)).to_have_count(0)
    of_order(desk, "fetching", FIRST).get_by_role("link", name="领料").click()
    with desk.expect_navigation():
        desk.get_by_role("button", name="确认领料").click()
    for good in ("10", "10"):
        desk.goto("/production/report/")
        report(desk, good)
    stamp(desk, FIRST, "生产中")
    with desk.expect_navigation():
        desk.get_by_role("button", name="全部入库").click()
    stamp(desk, FIRST, "完工")
    with desk.expect_navigation():
        desk.get_by_role("button", name="结案").click()
    stamp(desk, FIRST, "结案")
    desk.goto("/production/today/")
    expect(desk.locator(".pd-figures")).to_contain_text("10今日入库")
    expect(desk.locator("#people")).to_contain_text("super")
    assert company.verified() == ""


def test_the_phone_answers_gives_out_holds_and_splits(phone: Page, company: Site) -> None:
    phone.goto("/production/today/")
    fits(phone)
    call = phone.locator("#calls li").filter(has_text="夹具松动")
    with phone.expect_navigation():
        call.get_by_role("button", name="我来处理").click()
    expect(phone.locator("#calls li").filter(has_text="夹具松动")).to_contain_text("super")
    answered(phone, phone.locator("#calls").get_by_role("button", name="已解决"), answer="已拧紧")
    expect(phone.locator("#calls")).to_have_count(0)
    # give the turning of the second order to the worker
    row = (
        phone.locator("#idle li")
        .filter(has_text="op10")
        .filter(has_text=str(phone.locator(f"#fetching a[href='/production/orders/{SECOND}/'] b").first.text_content()))
    )
    row.locator("input[name=operation]").check()
    phone.locator("#idle select[name=person]").select_option(label="worker")
    with phone.expect_navigation():
        phone.locator("#idle button:has-text('派工')").click()
    expect(of_order(phone, "centres", SECOND).filter(has_text="LATHE")).to_contain_text("worker")
    # hold the late order with its reason, and let it go on with the answer
    answered(
        phone, of_order(phone, "slipping", LATE).get_by_role("button", name="暂停"), kind="machine", reason="主轴异响"
    )
    assert phone.url.endswith("/production/today/"), "the supervisor goes on where the button was pressed"
    expect(of_order(phone, "held", LATE)).to_contain_text("主轴异响")
    expect(of_order(phone, "fetching", LATE)).to_have_count(0)
    answered(phone, of_order(phone, "held", LATE).get_by_role("button", name="恢复"), answer="已换轴承")
    expect(phone.locator("#held")).to_have_count(0)
    # split the second order: 3 of its 8 pieces become an order of their own
    phone.goto(f"/production/orders/{SECOND}/")
    fits(phone)
    answered(phone, phone.get_by_role("button", name="拆分", exact=True), quantity="3")
    fits(phone)
    phone.goto("/production/orders/4/")
    expect(phone.locator("main")).to_contain_text("3")
    expect(phone.locator(".gf-stamp")).to_contain_text("已下达")
    fits(phone)
    assert company.verified() == ""


def test_an_operator_has_no_supervisors_day(chrome, company) -> None:
    page = opened(chrome, company, "worker", 390, 844)
    assert page.goto("/production/today/").status == 403  # type: ignore[union-attr]
    page.context.close()


def shown_whole(page: Page, row: Locator) -> list[str]:
    """Every filled cell of a row lies on the screen; the names that stand before them."""
    for place in range(row.locator("td").count()):
        cell = row.locator("td").nth(place)
        if cell.inner_text().strip():
            box = cell.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, cell.inner_text()
    fits(page)
    return row.locator("td").evaluate_all(
        "cells => cells.filter(cell => cell.offsetHeight).map(cell => getComputedStyle(cell, '::before').content)"
    )


def test_rows_on_a_phone_are_cards_that_show_every_figure(phone: Page) -> None:
    phone.goto("/production/orders/")
    cards = phone.locator("#gf-list tbody tr")
    assert '"计划数量"' in shown_whole(phone, cards.first)
    heading = phone.locator("#gf-list thead th[data-path=due] a")
    heading.scroll_into_view_if_needed()
    heading.click()
    expect(phone.locator("#gf-list th[data-path=due][aria-sort]")).to_be_attached()
    fits(phone)
    cards.first.locator("td").nth(2).click()
    phone.wait_for_url("**/production/orders/*/")
    assert '"应领数量"' in shown_whole(phone, phone.locator(".gf-line-table tbody tr").first)


@pytest.mark.parametrize("address", ["/production/report/", "/production/dispatch/"])
def test_work_is_given_out_and_reported_on_a_phone_without_scrolling_sideways(phone: Page, address: str) -> None:
    phone.goto(address)
    fits(phone)
    cells = phone.locator(".pf-cards tbody tr").first.locator("td")
    assert cells.count() > 5
    for place in range(cells.count()):
        box = cells.nth(place).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, cells.nth(place).inner_text()
    named = phone.locator(".pf-cards tbody td[data-name]").first
    assert named.evaluate("cell => getComputedStyle(cell, '::before').content").strip('"') == named.get_attribute(
        "data-name"
    )
