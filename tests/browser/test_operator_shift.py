"""An operator's shift on a phone: log in, scan, begin, report good and bad, call for help, work without network, undo."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shop_terminal import SEED

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def floor(site_of) -> Site:
    return site_of(SEED)


@pytest.fixture(scope="module")
def page(chrome, floor) -> Iterator[Page]:
    """One phone for the whole shift; its tests follow each other."""
    context = chrome.new_context(
        viewport={"width": 390, "height": 844}, base_url=floor.url, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(60_000)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    yield shown
    context.close()
    assert not errors


def ask(page: Page, path: str, body: str = "null") -> dict:
    """What the server says to this person, past the page."""
    return page.evaluate(
        """async ([path, body]) => (await fetch("/shop/" + path, {method: body === "null" ? "GET" : "POST", body: body === "null" ? undefined : body,
        headers: {"Content-Type": "application/json", Authorization: "Shop " + JSON.parse(sessionStorage.shop).token}})).json()""",
        [path, body],
    )


def done(page: Page) -> str:
    return str(ask(page, "jobs")["jobs"][0]["done"])


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), "no sideways scrolling on a phone"


def touch(page: Page, *labels: str) -> int:
    """Touch buttons by what stands on them; the number of touches."""
    for label in labels:
        button = page.locator(f".pad button:text-is('{label}')") if label.isdigit() else page.locator(label)
        box = button.bounding_box()
        assert box and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 390, label
        button.tap()
    return len(labels)


def says(page: Page, text: str) -> None:
    expect(page.locator("#says")).to_contain_text(text)
    page.evaluate("document.getElementById('says').textContent = ''")  # so that the next word is a new one


def test_a_wrong_pin_is_told_and_the_right_one_lets_in(page: Page) -> None:
    page.goto("/shop/")
    page.fill("#badge", "B1")
    touch(page, "9", "9", "9", "9", "#enter")
    says(page, "工牌或 PIN 不正确")
    fits(page)
    touch(page, "1", "2", "3", "4", "#enter")
    expect(page.locator("#who")).to_have_text("郑强")
    fits(page)


def test_a_scanned_order_is_begun_and_reported(page: Page) -> None:
    order = ask(page, "jobs")["jobs"][0]["order"]
    page.fill("#find", order)
    page.press("#find", "Enter")
    expect(page.locator(".info")).to_contain_text(order)
    fits(page)
    touch(page, "#begin")
    says(page, "已开工")
    assert ask(page, "jobs")["jobs"][0]["state"] == "started"
    assert touch(page, "4", "#report") <= 3
    says(page, "报工成功")
    assert done(page) == "4"


def test_scrap_with_its_cause_takes_three_touches(page: Page) -> None:
    """Sixteen are left: one is scrap by the material's fault, so fifteen are proposed as good."""
    page.tap(".job")
    assert touch(page, "#kind-scrap_material", "1", "#report") == 3
    says(page, "报工成功")
    expect(page.locator(".job")).to_have_count(0)  # twenty of twenty: nothing is left to do
    assert ask(page, "today")["lines"][0]["good"] == "15"
    touch(page, "#show-today")
    expect(page.locator("main tr").last).to_contain_text("19")
    fits(page)


def test_the_last_report_is_undone_by_two_touches(page: Page, floor: Site) -> None:
    touch(page, "#undo")
    expect(page.locator("#undo")).to_contain_text("再按一次撤销")
    touch(page, "#undo")
    says(page, "已撤销")
    expect(page.locator("main tr").last).to_contain_text("4")
    assert done(page) == "4"
    other = {"act": "undo", "report": 10**9, "request_id": str(uuid.uuid4())}
    assert ask(page, "act", str(other).replace("'", '"'))["code"] == "not_last"


def test_a_cause_in_words_is_offered_to_the_next(page: Page) -> None:
    page.tap("main button:has-text('返回')")
    page.tap(".job")
    touch(page, "2", "#kind-scrap_worker", "1")
    page.fill("#cause", "尺寸超差")
    fits(page)
    touch(page, "#report")
    says(page, "报工成功")
    assert done(page) == "7"
    expect(page.locator(".job").first).to_contain_text("7 / 20")
    page.tap(".job")
    touch(page, "#kind-rework")
    expect(page.locator(".causes button")).to_have_text(["尺寸超差"])
    page.tap(".back")


def test_help_is_called_and_the_one_who_comes_is_seen(page: Page, floor: Site) -> None:
    touch(page, "#show-help")
    fits(page)
    touch(page, "#help-machine")
    says(page, "已呼叫")
    expect(page.locator("#calls")).to_contain_text("已呼叫")
    desk = page.context.browser.new_context(base_url=floor.url, locale="zh-CN").new_page()
    desk.goto("/login")
    desk.fill("input[name=username]", "admin")
    desk.fill("input[name=password]", "Gongfang-2026")
    desk.press("input[name=password]", "Enter")
    desk.wait_for_url("**/")
    desk.goto("/production/calls/")
    desk.locator("table a[href^='/production/calls/']").first.click()
    desk.get_by_role("button", name="我来处理", exact=True).first.click()
    dialog = desk.get_by_role("dialog").get_by_role("button", name="我来处理", exact=True)
    if dialog.count():
        dialog.click()
    expect(page.locator("#calls .coming")).to_contain_text("管理员")
    desk.context.close()


def test_reports_wait_without_network_and_are_sent_once(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_selector(".job")
    page.context.set_offline(True)
    for waiting, key, done_by_then in ((1, "2", 9), (2, "3", 12)):
        page.tap(".job")
        touch(page, key, "#report")
        expect(page.locator("#waiting")).to_contain_text(f"{waiting} 条待发送")
        expect(page.locator(".job").first).to_contain_text(f"{done_by_then} / 20")  # what waits is reckoned with
    page.tap("#waiting")
    expect(page.locator("main .info")).to_have_count(2)
    fits(page)
    page.reload()
    expect(page.locator("#waiting")).to_contain_text("2 条待发送")
    page.context.set_offline(False)
    page.evaluate("for (let n = 0; n < 3; n++) dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_be_hidden()
    assert done(page) == "12"
    page.tap("#show-today")
    expect(page.locator("main tr")).to_have_count(6)
    expect(page.locator("main tr").last).to_contain_text("11")


def test_the_books_are_proven(page: Page, floor: Site) -> None:
    assert floor.verified() == ""
