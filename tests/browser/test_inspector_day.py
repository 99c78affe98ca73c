"""An inspector's day at a desk and on a phone: measure a lot with its chart, release a first piece, dispose, trace a lot."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SEED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from django.db import transaction
from django.contrib.auth.hashers import make_password
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Lot
from gongfang.ledger.services import Move, post
from gongfang.masterdata.models import Item
from gongfang.production import services as production
from gongfang.production.models import WorkOrderOperation
from gongfang.purchasing import services as purchasing
from gongfang.quality import services as quality
from gongfang.quality.services import Point, ResultLine
from tests.production.shop import D, Shop
shop = Shop()
inspector = shop.person("inspector", "inspector")
inspector.set_password("Gongfang-2026")
inspector.save()
worker = shop.person("worker", "operator")
worker.pin = make_password("1234")
worker.save()
shop.stock_up(30)
shaft = shop.items["shaft"]
points = [Point("外径", "φ20±0.05", "千分尺", True, D("19.95"), D("20.05"), "i_mr"), Point("外观", "无划伤")]
shop.do(quality.create_plan, code="P1", name="泵轴", item_id=shaft.pk, aql=D("0.01"), characteristics=points)
for n in range(12):
    past = shop.do(quality.create_inspection, item_id=shaft.pk, kind="incoming", quantity=D(10))
    rows = list(past.results.all())
    value = str(D(20) + D(n % 3 - 1) / 1000)
    found = [ResultLine(row.characteristic, lower=row.lower, upper=row.upper, is_measured=row.is_measured, sample_size=D(1), values=value if row.is_measured else "", id=row.pk) for row in rows]
    shop.do(quality.decide_inspection, inspection_id=past.pk, accepted_quantity=D(10), results=found)
Item.objects.filter(pk=shaft.pk).update(inspect_incoming=True)
bought = shop.do(purchasing.create_order, supplier_id=shop.supplier.pk, lines=[purchasing.OrderLine(shaft.pk, D(50), D(30))], due_date=shop.today, warehouse_id=shop.raw.pk)
shop.do(purchasing.approve_order, document_id=bought.pk)
shop.do(purchasing.receive_order, order_id=bought.pk)
done = shop.order("10")
shop.pick(done)
shop.report(done, 10, "10")
shop.report(done, 20, "10")
shop.receive(done, "10")
pump = shop.items["pump"]
lot = Lot.objects.filter(item=pump).latest("pk")
store, hold = ledger.store_of(shop.finished), ledger.blocked_of(shop.finished)
with transaction.atomic():
    post(actor=shop.boss, reason="test", source=None, on=shop.today, moves=[Move(pump.pk, D(3), store, hold, lot.pk)])
shop.do(quality.create_nonconformance, item_id=pump.pk, quantity=D(3), defect="漆面划伤", location_id=hold.pk, lot_id=lot.pk)
held = shop.order("5")
WorkOrderOperation.objects.filter(document=held, operation_no=10).update(inspection="first")
shop.pick(held)
shop.do(production.begin_operation, operation_id=shop.operation(held, 10).pk)
"""


@pytest.fixture(scope="module")
def site(site_of) -> Site:
    return site_of(SEED)


def page_of(browser: Browser, site: Site, width: int, height: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, base_url=site.url, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/login")
    page.fill("#username", "inspector")
    page.fill("#password", "Gongfang-2026")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    return page


@pytest.fixture(scope="module")
def desk(chrome, site) -> Page:
    return page_of(chrome, site, 1366, 768)


@pytest.fixture(scope="module")
def phone(chrome, site) -> Page:
    return page_of(chrome, site, 390, 844)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{page.url} sticks out to the side"


def keep(page: Page, values: str) -> None:
    page.locator("input[name^=values-]").fill(values)
    with page.expect_navigation():
        page.get_by_role("button", name="保存并看图").click()


def test_a_lot_is_measured_with_its_chart(phone: Page) -> None:
    phone.goto("/quality/today/")
    fits(phone)
    phone.locator("section", has_text="来料检验").locator("a", has_text="shaft").click()
    fits(phone)
    expect(phone.locator("[data-gf-chart] canvas")).to_have_count(2)
    keep(phone, "20.02")
    fits(phone)
    expect(phone.locator(".ql-warn").first).to_contain_text("1 点超出 3σ")
    assert "超出界限" not in phone.locator(".ql-measure").first.inner_text()


def test_a_lot_with_a_point_outside_is_not_passed_whole(phone: Page) -> None:
    keep(phone, "20.001 20.06")
    expect(phone.locator(".ql-measure").first).to_contain_text("1 个超出界限")
    phone.get_by_role("button", name="全部合格").click()
    expect(phone.get_by_role("alert")).to_contain_text("Ac")
    fits(phone)
    assert phone.locator("input[name^=values-]").input_value() == "20.001 20.06", "what was typed is kept"
    phone.fill("input[name=rejected]", "4")
    phone.get_by_role("button", name="判不合格").click()
    phone.wait_for_url("**/quality/today/")
    expect(phone.locator("section", has_text="待处置的不合格")).to_contain_text("外径")


def test_the_chart_shows_what_was_measured(desk: Page) -> None:
    desk.goto("/quality/spc/")
    fits(desk)
    expect(desk.locator("[data-gf-chart] canvas")).to_have_count(2)
    expect(desk.locator("main")).to_contain_text("N1")
    expect(desk.locator("main")).to_contain_text("Cpk")


REPORT = """async ([order, good]) => {
  const send = async (path, body, token = "") => {
    const answer = await fetch("/shop/" + path, {method: body ? "POST" : "GET", body: body && JSON.stringify(body), credentials: "omit",
      headers: {"Content-Type": "application/json", Authorization: "Shop " + token}});
    return answer.json();
  };
  const {token} = await send("login", {badge: "worker", pin: "1234"});
  const job = (await send("jobs", null, token)).jobs.find((one) => one.operation.startsWith("10 "));
  return send("act", {act: "report", operation: job.id, good, request_id: crypto.randomUUID()}, token);
}"""


def test_a_first_piece_lets_the_operation_go_on(phone: Page, desk: Page) -> None:
    assert desk.evaluate(REPORT, ["", "2"])["code"] == "first_piece"
    phone.goto("/quality/today/")
    phone.locator("section", has_text="首件检验").locator("a", has_text="pump").click()
    phone.get_by_role("button", name="全部合格").click()
    phone.wait_for_url("**/quality/today/")
    expect(phone.locator("section", has_text="首件检验")).to_have_count(0)
    assert desk.evaluate(REPORT, ["", "2"])["done"] is True


def test_what_failed_is_reworked(desk: Page) -> None:
    desk.goto("/quality/today/")
    desk.locator("section", has_text="待处置的不合格").locator("a", has_text="漆面划伤").click()
    desk.get_by_role("link", name="编辑").click()
    desk.locator("[name=disposition]").select_option("rework")
    desk.get_by_role("button", name="保存", exact=False).first.click()
    desk.wait_for_url("**/quality/nonconformances/*/")
    desk.get_by_role("button", name="审核", exact=True).first.click()
    dialog = desk.get_by_role("dialog").get_by_role("button", name="审核", exact=True)
    dialog.click()
    expect(desk.locator(".gf-stamp")).to_contain_text("已审核")
    expect(desk.locator("main")).to_contain_text("GD")


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_a_lot_is_recalled_with_its_mass_balance(width: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(width)
    page.goto("/quality/recall/")
    fits(page)
    page.fill("input[name=lot]", "C1")
    page.press("input[name=lot]", "Enter")
    page.wait_for_url("**lot=C1*")
    fits(page)
    expect(page.locator("main")).to_contain_text("物料平衡相符")
    expect(page.locator("main table").first).to_contain_text("下游批次")
    if width == "desk":
        page.fill("input[name=reason]", "年度演练")
        page.click("#keep")
        page.wait_for_url("**/quality/recalls/")


def test_the_books_are_proven(desk: Page, site: Site) -> None:
    assert site.verified() == ""
