"""The whole job in a real browser: from an empty company to the statements, each step by the person whose work it is.

What the figures must be, by hand (all without tax unless said):
- Opening: 1 pump 690.00; 2 castings 233.00; 2 motors 1,000.00; 100 bolts 50.00; bank 50,000.00; capital 51,973.00.
- Sold: 10 pumps at 2,000.00 less 5 % = 19,000.00; 2 spare motors at 800.00 = 1,600.00; 20,600.00 + 13 % 2,678.00 = 23,278.00.
- MRP: 10 pumps (9 are missing, lots of ten); 10 castings (8 missing), 10 motors (all 10: two are promised as spares), 10 seals.
- Bought: 10 castings at 100.00, one refused and sent back; 10 motors at 536.00; 10 seals at 20.00.
  Invoiced: 900.00 + 5,360.00 + 200.00 = 6,460.00 + 13 % 839.80 = 7,299.80.
- Moving averages: castings (233 + 900) / 11 = 103.00; motors (1,000 + 5,360) / 12 = 530.00.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chain_book import PASSWORD, sheets, workbook
from tests.browser.conftest import FLAGS, Site

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "chain"
GRID = ".gf-grid-entry[data-relation={}]"
HOLD_MS = 20_000


class Factory:
    """Everybody's browser windows at once; each person logs in when first needed."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site, self.errors, self.count = browser, site, [], 0  # type: ignore[var-annotated]
        self.pages: dict[str, Page] = {}
        PICTURES.mkdir(parents=True, exist_ok=True)

    def window(self, width: int = 1366, height: int = 768, **more: object) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.site.url, locale="zh-CN", **more
        )  # type: ignore[arg-type]
        context.set_default_timeout(HOLD_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def __call__(self, person: str) -> "Desk":
        if person not in self.pages:
            page = self.pages[person] = self.window()
            page.goto("/login")
            page.fill("#username", person)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/")
        return Desk(self.pages[person], self)

    def picture(self, page: Page, name: str) -> None:
        self.count += 1
        page.screenshot(path=PICTURES / f"{self.count:02}-{name}.png")


class Desk:
    """What a person does at the screen, in the words of the screen."""

    def __init__(self, page: Page, factory: Factory) -> None:
        self.page, self.factory = page, factory

    def open(self, address: str) -> "Desk":
        self.page.goto(address)
        return self

    def row(self, text: str) -> "Desk":
        """Open the first row of the list that has the text."""
        self.page.locator("tbody tr", has_text=text).first.locator("a").first.click()
        self.page.wait_for_url(re.compile(r"/\d+/$"))
        return self

    def choose(self, place: str, text: str) -> None:
        """Type into a look-up and take the first row."""
        self.page.locator(place).focus()
        self.page.keyboard.type(text)
        self.page.wait_for_selector(".gf-look tr[aria-selected=true]")
        self.page.keyboard.press("Enter")

    def cell(self, line: int, name: str, text: str, relation: str = "lines") -> None:
        place = f"{GRID.format(relation)} tbody tr >> nth={line} >> td[data-name={name}] input"
        if self.page.locator(place).first.get_attribute("data-picked") is not None:
            self.choose(place, text)
            return
        self.page.locator(place).focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")

    def save(self) -> "Desk":
        self.page.keyboard.press("Control+s")
        self.page.wait_for_url(re.compile(r"/\d+/$"))
        return self

    def press(self, verb: str, **answers: str) -> "Desk":
        """Press a verb's button; where it asks, answer and confirm."""
        button = self.page.locator(".gf-actions").get_by_role("button", name=verb, exact=True)
        if not button.count() or not button.first.is_visible():
            self.page.locator(".gf-actions").get_by_label("更多").click()
            button = self.page.locator(".gf-actions .dropdown-menu").get_by_text(verb, exact=True)
        asks = button.first.get_attribute("hx-get")
        with self.page.expect_response(lambda answer: "/verb/" in answer.url or "/do/" in answer.url):
            button.first.click()
        if asks:
            dialog = self.page.get_by_role("dialog")
            for name, value in answers.items():
                field = dialog.locator(f"[name={name}]")
                field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                dialog.locator(".btn-go").click()
        return self

    def batch(self, verb: str) -> "Desk":
        """Tick all rows of the list and do one verb with them."""
        self.page.locator("thead input[type=checkbox]").check()
        self.page.get_by_role("button", name=verb, exact=True).click()
        expect(self.page.get_by_role("dialog")).to_contain_text("已完成", timeout=HOLD_MS)
        return self

    def stamped(self, word: str) -> "Desk":
        expect(self.page.locator(".gf-stamp")).to_contain_text(word, timeout=HOLD_MS)
        return self

    def sees(self, *texts: str) -> "Desk":
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text, timeout=HOLD_MS)
        return self

    def picture(self, name: str) -> "Desk":
        self.factory.picture(self.page, name)
        return self


@pytest.fixture(scope="module")
def factory(chromium, site_of) -> Iterator[Factory]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        found = Factory(browser, site_of(""))
        yield found
        browser.close()
        assert not found.errors


def open_the_books(factory: Factory) -> None:
    """The administrator registers, tries a faulty workbook, loads the right one, and makes large sales orders the owner's matter."""
    admin = Desk(factory.window(), factory)
    factory.pages["admin"] = admin.page
    admin.open("/register")
    for name, value in {"name": "管理员", "username": "admin", "password": PASSWORD, "again": PASSWORD}.items():
        admin.page.fill(f"#{name}", value)
    admin.page.keyboard.press("Enter")
    admin.page.wait_for_url("**/")
    admin.picture("empty-home")
    opening = timezone.localdate().replace(day=1)
    book = sheets(opening)
    wrong = {**book, "boms": [*book["boms"], ["QB50", "XX99", 1, "push", 10]]}
    for rows, act, word in ((wrong, "检查", "XX99"), (book, "检查", "检查通过"), (book, "导入", "已导入")):
        admin.open("/masterdata/import/")
        admin.page.set_input_files(
            "#import-file", {"name": "opening.xlsx", "mimeType": "application/xlsx", "buffer": workbook(rows)}
        )
        admin.page.on("dialog", lambda dialog: dialog.accept())
        admin.page.get_by_role("button", name=act).click()
        expect(admin.page.locator("#import-result")).to_contain_text(word, timeout=HOLD_MS)
        admin.picture("workbook")
    admin.open("/platform/flows/new")
    admin.page.select_option("[name=doc_type]", "sales.order")
    admin.page.fill("[name=name]", "大额销售订单由老板审批")
    admin.page.fill("[name=field]", "total_amount")
    admin.page.select_option("[name=op]", ">=")
    admin.page.fill("[name=value]", "10000")
    admin.cell(0, "order", "10", "steps")
    admin.page.select_option(f"{GRID.format('steps')} td[data-name=role] select", "owner")
    admin.picture("flow")
    admin.save()


def sell(factory: Factory) -> str:
    """An order of pumps with a discount and of spare motors; the owner finds it in the inbox and approves it. Returns its address."""
    seller = factory("sales").open("/sales/orders/new")
    seller.page.wait_for_selector(f"{GRID.format('lines')} tbody tr")
    seller.choose("#f-customer", "K001")
    seller.page.fill("[name=promised_date]", f"{timezone.localdate() + timedelta(days=30)}")
    seller.cell(0, "item", "QB50")
    seller.cell(0, "quantity", "10")
    seller.cell(0, "discount", "5")
    seller.page.get_by_role("button", name="增行").click()
    seller.cell(1, "item", "DJ55")
    seller.cell(1, "quantity", "2")
    seller.picture("sales-order-entry")
    seller.save().sees("20,600.00", "2,678.00", "23,278.00").press("提交").stamped("审批中")
    address = seller.page.url
    owner = factory("owner").open("/")
    owner.page.locator("#gf-todo a, [hx-get='/-/todo'] a").first.click()
    owner.page.wait_for_url(address)
    owner.press("审核", comment="同意").stamped("已审核").picture("sales-order-approved")
    return address


def plan(factory: Factory) -> None:
    """MRP proposes one work order and three purchases, says why, and all of it is released at once."""
    planner = factory("planner").open("/planning/suggestions/").press("运行 MRP").stamped("已完成")
    planner.open("/planning/suggestions/").sees("BT50", "DJ55", "MF25", "QB50").picture("suggestions")
    planner.row("BT50").sees("XS", "最小批量与倍数", "10 件").picture("suggestion")
    planner.open("/planning/suggestions/").batch("下达").picture("released")
    planner.open("/planning/suggestions/?view=open").sees("共 0 条")


def buy(factory: Factory) -> str:
    """One purchase order for all of it, received; the inspector refuses one casting, which goes back. Returns its address."""
    buyer = factory("buyer").open("/purchasing/orders/").row("洛水").sees("6,560.00", "7,412.80")
    address = buyer.page.url
    buyer.press("审核").stamped("已审核").picture("purchase-order")
    keeper = factory("keeper").open(address).press("生成到货单")
    keeper.page.wait_for_url("**/purchasing/arrivals/*/")
    return address


def test_the_whole_chain(factory: Factory) -> None:
    open_the_books(factory)
    sell(factory)
    plan(factory)
    buy(factory)
