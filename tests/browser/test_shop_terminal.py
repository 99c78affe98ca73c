"""The terminal in a real browser: three touches to a report; without network a report waits and is sent exactly once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

SEED = """
import uuid
from datetime import date
from decimal import Decimal
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from gongfang.masterdata import services as masterdata
from gongfang.platform.identity.services import create_user, register_first_admin
from gongfang.production import services
admin = register_first_admin(actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026")
do = lambda verb, **values: verb(actor=admin, request_id=uuid.uuid4(), **values)
do(create_user, username="zq", name="郑强", password="Gongfang-2026", roles=["operator"], badge="B1", pin="1234")
piece = do(masterdata.create_unit, code="PCS", name="件")
category = do(masterdata.create_category, code="10", name="产成品", inventory_role="finished")
plant = do(masterdata.create_plant, code="P1", name="一厂")
do(masterdata.create_warehouse, code="W1", name="成品库", plant=plant.pk, kind="finished")
centre = do(masterdata.create_work_centre, code="L1", name="数控车床", plant=plant.pk, labour_rate=Decimal(40))
item = do(masterdata.create_item, code="SHAFT", name="泵轴", category=category.pk, unit=piece.pk, kind="finished", source="make")
do(masterdata.create_routing, item=item.pk, operations=[{"operation_no": 10, "name": "车削", "work_centre": centre.pk, "run_minutes": Decimal(6)}])
order = do(services.create_order, item_id=item.pk, quantity=Decimal(20))
do(services.submit_order, document_id=order.pk)
for _ in range(3):
    do(services.approve_order, document_id=order.pk)
do(services.release_orders, order_ids=[order.pk])
"""
MORE = (
    SEED
    + """
from gongfang.production.models import WorkOrderOperation
do(masterdata.create_work_centre, code="L2", name="钳工台", plant=plant.pk, labour_rate=Decimal(30))
order2 = do(services.create_order, item_id=item.pk, quantity=Decimal(8))
do(services.submit_order, document_id=order2.pk)
for _ in range(3):
    do(services.approve_order, document_id=order2.pk)
do(services.release_orders, order_ids=[order2.pk])
order3 = do(services.create_order, item_id=item.pk, quantity=Decimal(5))
do(services.submit_order, document_id=order3.pk)
for _ in range(3):
    do(services.approve_order, document_id=order3.pk)
do(services.release_orders, order_ids=[order3.pk])
WorkOrderOperation.objects.filter(document=order3).update(inspection="first")
"""
)
COUNT = "(await (await fetch('/shop/jobs', {headers: {Authorization: 'Shop ' + JSON.parse(sessionStorage.shop).token}})).json()).jobs[0].done"


@pytest.fixture(scope="module")
def floor(site_of):
    return site_of(SEED)


@pytest.fixture
def page(chrome, floor) -> Iterator[Page]:
    context = chrome.new_context(
        viewport={"width": 390, "height": 844}, base_url=floor.url, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(60_000)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    yield shown
    shown.context.close()
    assert not errors


@pytest.fixture(scope="module")
def busy(site_of):
    return site_of(MORE)


@pytest.fixture
def terminal(chrome, busy) -> Iterator[Page]:
    context = chrome.new_context(
        viewport={"width": 390, "height": 844}, base_url=busy.url, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(60_000)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    yield shown
    context.close()
    assert not errors


def log_in(page: Page) -> None:
    page.goto("/shop/")
    page.fill("#badge", "B1")
    page.fill("#pin", "1234")
    page.click("#enter")
    page.wait_for_selector(".job")


def done(page: Page) -> str:
    return str(page.evaluate(f"(async () => {COUNT})()"))


def test_three_touches_report_and_the_network_may_fail(page: Page) -> None:
    log_in(page)
    expect(page.locator("#who")).to_have_text("郑强")
    page.tap(".job")  # 1
    page.tap(".pad button:has-text('4')")  # 2
    page.tap("#report")  # 3
    expect(page.locator("#says")).to_have_text("报工成功")
    assert done(page) == "4"

    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_selector(".job")
    page.context.set_offline(True)
    page.tap(".job")
    page.tap(".pad button:has-text('3')")
    page.tap("#report")
    expect(page.locator("#waiting")).to_contain_text("1 条待发送")
    page.reload()  # the page itself comes from the device
    expect(page.locator("#waiting")).to_contain_text("1 条待发送")
    page.context.set_offline(False)
    page.evaluate("for (let n = 0; n < 3; n++) dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_be_hidden()
    assert done(page) == "7"

    page.tap("#show-today")
    expect(page.locator("main")).to_contain_text("合计")
    expect(page.locator("main tr").last).to_contain_text("7")


def test_a_refused_report_is_told_and_nothing_is_kept(page: Page) -> None:
    log_in(page)
    page.tap(".job")
    for key in "999":
        page.tap(f".pad button:text-is('{key}')")
    page.tap("#report")
    expect(page.locator("#says")).to_contain_text("超出超报允差")
    expect(page.locator("#waiting")).to_be_hidden()


def test_help_is_two_touches(page: Page) -> None:
    log_in(page)
    page.tap("#show-help")
    page.tap("#help-machine")
    expect(page.locator("#says")).to_have_text("已呼叫")


def orders(page: Page) -> dict[str, str]:
    """Planned quantity → number of the order."""
    get = "(async () => (await (await fetch('/shop/jobs', {headers: {Authorization: 'Shop ' + JSON.parse(sessionStorage.shop).token}})).json()).jobs.map((job) => [job.planned, job.order]))()"
    return dict(page.evaluate(get))


def scan(page: Page, code: str) -> None:
    page.fill("#scan", code)
    page.press("#scan", "Enter")


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_several_orders_are_scanned_into_one_report_that_waits_once(terminal: Page) -> None:
    page = terminal
    log_in(page)
    numbers = orders(page)
    page.tap("#many")
    scan(page, numbers["20"])
    scan(page, f"{numbers['8']}/10")
    expect(page.locator(".line")).to_have_count(2)
    scan(page, numbers["8"])
    expect(page.locator("#says")).to_contain_text("已在清单中")
    scan(page, "NONE-1")
    expect(page.locator("#says")).to_contain_text("NONE-1")
    fits(page)
    amounts = page.locator(".line .good")
    assert [one.input_value() for one in amounts.all()] == ["20", "8"]
    amounts.nth(1).fill("999")
    page.tap("#report-many")
    expect(page.locator(".line").nth(1).locator("p")).to_contain_text("超报允差")
    expect(page.locator(".line").nth(0).locator("p")).to_have_count(0)
    expect(page.locator("#waiting")).to_be_hidden()

    page.locator(".line .good").nth(0).fill("6")
    page.locator(".line .good").nth(1).fill("3")
    page.context.set_offline(True)
    page.tap("#report-many")
    expect(page.locator("#waiting")).to_contain_text("1 条待发送")
    page.context.set_offline(False)
    page.evaluate("for (let n = 0; n < 3; n++) dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_be_hidden()
    page.tap("#show-today")
    expect(page.locator("main tr").last).to_contain_text("9")
    expect(page.locator("main tr")).to_have_count(4)


PASS = """
import uuid
from gongfang.platform.identity.models import User
from gongfang.quality import services
from gongfang.quality.queries import waiting
services.pass_inspection(actor=User.objects.get(username="admin"), request_id=uuid.uuid4(), inspection_id=waiting("first").get().pk)
"""


def test_the_first_piece_is_called_for_and_its_passing_is_told(terminal: Page, busy: Site) -> None:
    page = terminal
    log_in(page)
    number = orders(page)["5"]
    page.locator(".job", has_text=number).tap()
    expect(page.locator(".first")).to_contain_text("需先做首件检验")
    page.context.set_offline(True)
    page.tap("#first")
    expect(page.locator("#says")).to_contain_text("无法呼叫质检")
    expect(page.locator("#waiting")).to_be_hidden()
    page.context.set_offline(False)
    page.tap("#first")
    expect(page.locator(".first")).to_contain_text("等待质检")
    expect(page.locator("#first")).to_be_hidden()
    fits(page)
    page.tap("#report")
    expect(page.locator("#says")).to_contain_text("首件")

    # without network it is kept; refused then, it is tried again by itself until the first piece has passed
    page.context.set_offline(True)
    page.tap("#report")
    page.locator(".job", has_text=number).tap()
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#says")).to_contain_text("首件尚未检验合格")
    expect(page.locator("#waiting")).to_contain_text("1 条待发送")
    busy.run(PASS)
    expect(page.locator(".first")).to_contain_text("首件合格")
    expect(page.locator("#says")).to_contain_text("首件合格")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_be_hidden()
    page.tap("#show-today")
    expect(page.locator("main tr", has_text=number)).to_contain_text("5")


def test_a_terminal_keeps_the_work_centres_it_stands_for(terminal: Page) -> None:
    page = terminal
    log_in(page)
    jobs = page.locator(".job")
    expect(jobs).not_to_have_count(0)
    scanned_order = orders(page)["20"]
    expect(page.locator("#centres")).to_have_text("全部工作中心")
    page.tap("#centres")
    page.tap("dialog .chips button:text-is('钳工台')")
    fits(page)
    page.tap("#centres-take")
    expect(page.locator("#centres")).to_have_text("钳工台")
    expect(jobs).to_have_count(0)
    page.reload()
    expect(page.locator("#centres")).to_have_text("钳工台")
    expect(jobs).to_have_count(0)
    page.fill("#find", f"{scanned_order}/10")  # what a traveller's code says is found everywhere
    page.press("#find", "Enter")
    expect(page.locator(".info")).to_contain_text(scanned_order)
    page.tap("button.back")
    page.tap("#centres")
    page.tap("dialog .chips button:text-is('全部工作中心')")
    page.tap("#centres-take")
    expect(jobs).not_to_have_count(0)
