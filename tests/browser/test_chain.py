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
from playwright.sync_api import Browser, Page, expect

from tests.browser.chain_book import PASSWORD, sheets, workbook
from tests.browser.conftest import Site, look_up

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "chain"
GRID = ".gf-grid-entry[data-relation={}]"
HOLD_MS = 60_000


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
        look_up(self.page, self.page.locator(place), text)

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
        if not button.first.get_attribute("hx-get"):
            with self.page.expect_navigation():
                button.first.click()
            return self
        button.first.click()
        dialog = self.page.get_by_role("dialog")
        for name, value in answers.items():
            dialog.locator(f"[name={name}]").fill(value)
        with self.page.expect_navigation():
            dialog.locator(".btn-go").click()
        return self

    def batch(self, verb: str) -> "Desk":
        """Tick all rows of the list and do one verb with them."""
        self.page.locator("thead input[type=checkbox]").check()
        self.page.get_by_role("button", name=verb, exact=True).click()
        expect(self.page.get_by_role("dialog")).to_contain_text("已完成", timeout=HOLD_MS)
        return self

    def arrives(self, address: str) -> "Desk":
        """Wait for the page of one row."""
        self.page.wait_for_url(re.compile(re.escape(address) + r"\d+/$"))
        return self

    def tab(self, name: str) -> "Desk":
        self.page.get_by_role("tab", name=name).click()
        panel = self.page.locator(".gf-tab-panel:not([hidden])")
        expect(panel).not_to_contain_text("加载中", timeout=HOLD_MS)
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
def factory(chrome, site_of) -> Iterator[Factory]:
    found = Factory(chrome, site_of("", tasks=True))
    yield found
    for page in found.pages.values():
        page.context.close()
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
    admin.page.select_option("[name=field]", "total_amount")
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


def buy(factory: Factory) -> None:
    """One purchase order for all of it, received; the inspector refuses one casting, which goes back to the foundry."""
    buyer = factory("buyer").open("/purchasing/orders/").row("洛水").sees("6,560.00", "7,412.80")
    address = buyer.page.url
    buyer.press("审核").stamped("已审核").picture("purchase-order")
    keeper = factory("keeper").open(address).press("生成到货单").arrives("/purchasing/arrivals/")
    keeper.page.get_by_role("link", name="编辑").click()
    keeper.page.wait_for_selector(f"{GRID.format('lines')} tbody tr")
    keeper.page.fill("[name=delivery_note]", "SH-20871")
    keeper.cell(0, "lot_code", "BT-0926")
    keeper.save().press("审核").stamped("已审核").picture("arrival")
    inspector = factory("inspector").open("/quality/inspections/?view=incoming").row("BT50")
    inspector.press("判定", accepted_quantity="9", rejected_quantity="1", sample_defects="1", remark="砂眼")
    inspector.stamped("已审核").picture("incoming-inspection")
    inspector.open("/quality/nonconformances/?view=open").row("BH").press("审核").stamped("已审核")
    keeper.open("/purchasing/returns/?view=draft").row("洛水").press("审核").stamped("已审核").picture("sent-back")


def invoice_and_pay(factory: Factory) -> None:
    """The supplier's invoice agrees with order and receipt in all lines; the cashier pays it from the list of open invoices."""
    accountant = factory("accountant").open("/finance/receipt-lines/")
    accountant.page.locator("thead input[type=checkbox]").check()
    accountant.page.get_by_role("button", name="录入发票", exact=True).click()
    dialog = accountant.page.get_by_role("dialog")
    dialog.locator(".btn-go").click()
    expect(dialog).to_contain_text("必填", timeout=HOLD_MS)
    dialog.locator("[name=invoice_no]").fill("25317000000012345678")
    dialog.locator(".btn-go").click()
    accountant.arrives("/finance/purchase-invoices/").sees("6,460.00", "839.80", "7,299.80")
    accountant.tab("三单匹配").picture("three-way-match").press("审核").stamped("已审核")
    cashier = factory("cashier").open("/finance/purchase-invoices/?view=open").row("洛水").press("付款")
    cashier.arrives("/finance/payments/").sees("7,299.80").press("审核").stamped("已审核").picture("payment")


def approve_work(factory: Factory) -> str:
    """Planning, warehouse, workshop: each finds the order in the inbox. Returns its address."""
    planner = factory("planner").open("/production/orders/").row("QB50").press("提交")
    address = planner.page.url
    planner.press("审核")
    for person in ("keeper", "supervisor"):
        desk = factory(person).open("/")
        desk.page.locator("[hx-get='/-/todo'] a").first.click()
        desk.page.wait_for_url(address)
        desk.press("审核")
    supervisor = factory("supervisor").open(address)
    supervisor.tab("审批").sees("计划员", "仓管员", "车间主任").picture("work-order-approved")
    supervisor.press("下达").stamped("已下达")
    return address


def make(factory: Factory, address: str) -> None:
    """Materials are issued by lot and serial; the first operation is reported at the desk, the second at the terminal."""
    keeper = factory("keeper").open("/production/pick/")
    keeper.page.locator("#choose [name=order]").first.check()
    keeper.page.get_by_role("button", name="领料清单").click()
    keeper.sees("BT-0926", "BT-OLD", "DJ-001").picture("pick-list")
    keeper.page.get_by_role("button", name="确认领料").click()
    keeper.arrives("/production/issues/").sees("BT-0926").picture("issue")
    desk = factory("supervisor").open("/production/report/")
    row = desk.page.locator("#report tbody tr").first
    for name, value in {"good": "9", "scrap_material": "1", "minutes": "120", "cause": "铸件砂眼"}.items():
        row.locator(f"[name={name}]").fill(value)
    desk.page.locator("#report").get_by_label("郑强").check()
    desk.picture("report-at-the-desk")
    desk.page.locator("#report button.btn-primary").click()
    expect(desk.page.locator("#report tbody tr")).to_contain_text("装配试压", timeout=HOLD_MS)
    terminal = factory.window(390, 844, has_touch=True)
    terminal.goto("/shop/")
    terminal.fill("#badge", "B1")
    terminal.fill("#pin", "1234")
    terminal.click("#enter")
    terminal.tap(".job")
    terminal.tap(".pad button:text-is('9')")
    factory.picture(terminal, "terminal")
    terminal.tap("#report")
    expect(terminal.locator("#says")).to_have_text("报工成功", timeout=HOLD_MS)
    inspector = factory("inspector").open("/quality/inspections/?view=final").row("QB50").press("全部合格")
    inspector.stamped("已审核").picture("final-inspection")
    keeper.open(address).press("全部入库").stamped("完工")


def settle(factory: Factory, address: str) -> None:
    """By hand: material 1,030 + 5,300 + 200 + 18 = 6,548; turning 2 h: 80 + 60 + 40; assembly 9 × 12 min by two: 162 + 18.

    6,908.00 in all; received 9 at the standard of 700.00 = 6,300.00; 608.00 are variances.
    """
    factory("supervisor").open(address).press("结案").stamped("已结案")
    costs = factory("cost_accountant").open(address).press("结算").stamped("已结算")
    costs.tab("成本").sees("6,548.00", "242.00", "6,908.00", "767.56", "6,300.00", "608.00").picture("settlement")


def ship_and_collect(factory: Factory, order: str) -> None:
    """Two shipments, as pumps and motors lie in two warehouses: pumps of two lots, motors by serial number; invoiced, paid."""
    keeper = factory("keeper")
    for lots in (("QB-OLD", "GD"), ("DH",)):
        keeper.open(order).press("生成出库单").arrives("/sales/shipments/").sees(*lots).press("审核").stamped("已审核")
        keeper.picture("shipment")
    accountant = factory("accountant").open("/finance/shipment-lines/")
    accountant.page.locator("thead input[type=checkbox]").check()
    accountant.page.get_by_role("button", name="开票", exact=True).click()
    accountant.arrives("/finance/sales-invoices/").sees("20,600.00", "2,678.00", "23,278.00")
    accountant.press("审核").stamped("已审核").picture("sales-invoice")
    cashier = factory("cashier").open("/finance/sales-invoices/?view=open").row("青川").press("收款")
    cashier.arrives("/finance/receipts/").sees("23,278.00").press("审核").stamped("已审核").picture("receipt")


TRIAL_BALANCE = {
    # account: closing balance (debit positive). Raw material: one casting 103.00 and 64 bolts 32.00.
    "100201": "65,978.20", "140301": "135.00", "22210101": "839.80", "22210107": "2,678.00", "221101": "242.00", "410198": "118.00",
    "3001": "51,973.00", "5001": "20,600.00", "540101": "8,050.00", "540102": "30.00", "540103": "2.00", "540104": "20.00",
    "540105": "25.00", "540108": "535.00",
}  # fmt: skip
BALANCE_SHEET = {
    # Inventories: 135.00 of material less 118.00 of overhead that was charged to orders and not spent yet.
    "货币资金": "65,978.20", "存货": "17.00", "资产总计": "65,995.20",
}  # fmt: skip
LIABILITIES = {
    "应付职工薪酬": "242.00", "应交税费": "1,838.20", "未分配利润": "11,942.00", "负债和所有者权益总计": "65,995.20",
}  # fmt: skip
INCOME = {"一、营业收入": "20,600.00", "减：营业成本": "8,658.00", "四、净利润": "11,942.00"}


def prove_the_books(factory: Factory) -> None:
    """Trial balance, balance sheet and income statement to the cent; from the revenue down to the invoice."""
    books = factory("accountant").open("/ledger/trial-balance/")
    for code, amount in TRIAL_BALANCE.items():
        expect(books.page.locator("tr", has=books.page.get_by_text(code, exact=True))).to_contain_text(amount)
    for code in ("1122", "140501", "220201", "220202", "40010101", "40010102", "40010103", "310499"):
        last = (
            books.page.locator("tr", has=books.page.get_by_text(code, exact=True)).locator("td").all_inner_texts()[-2:]
        )
        assert [text.strip() for text in last] == ["", ""], (code, last)
    books.picture("trial-balance").open("/ledger/balance-sheet/")
    for name, amount in (BALANCE_SHEET | LIABILITIES).items():
        expect(books.page.locator("tr", has_text=name).first).to_contain_text(amount)
    books.picture("balance-sheet").open("/ledger/income-statement/")
    for name, amount in INCOME.items():
        expect(books.page.locator("tr", has_text=name).first).to_contain_text(amount)
    books.picture("income-statement")
    books.page.locator("tr", has_text="一、营业收入").locator("a").first.click()
    books.sees("20,600.00").picture("account-lines")
    books.page.locator("tbody a", has_text="记-").first.click()
    books.arrives("/ledger/vouchers/").sees("主营业务收入", "22210107", "23,278.00").picture("voucher")
    books.tab("来源单据与流水")
    books.page.locator(".gf-tab-panel:not([hidden]) a", has_text="XF").first.click()
    books.arrives("/finance/sales-invoices/").sees("23,278.00")


def undo(factory: Factory) -> None:
    """Taking the customer's money back tells first what it does; then the invoice is open and the bank poorer by 23,278.00."""
    cashier = factory("cashier").open("/finance/receipts/").row("青川")
    cashier.page.locator(".gf-actions").get_by_label("更多").click()
    cashier.page.locator(".gf-actions .dropdown-menu").get_by_text("反审核", exact=True).click()
    dialog = cashier.page.get_by_role("dialog")
    expect(dialog).to_contain_text("红字冲销", timeout=HOLD_MS)
    expect(dialog).to_contain_text("23,278.00 恢复为未结")
    cashier.picture("undo-preview")
    dialog.locator(".btn-go").click()
    cashier.stamped("草稿")
    books = factory("accountant").open("/ledger/trial-balance/")
    for code, amount in {"100201": "42,700.20", "1122": "23,278.00"}.items():
        expect(books.page.locator("tr", has=books.page.get_by_text(code, exact=True))).to_contain_text(amount)


def test_the_whole_chain(factory: Factory) -> None:
    open_the_books(factory)
    order = sell(factory)
    plan(factory)
    buy(factory)
    invoice_and_pay(factory)
    work_order = approve_work(factory)
    make(factory, work_order)
    settle(factory, work_order)
    ship_and_collect(factory, order)
    prove_the_books(factory)
    undo(factory)
    assert factory.site.verified() == ""
