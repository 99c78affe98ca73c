"""A shift at the terminal beyond pieces: work acknowledged, the clock, warnings, people with shares, machines, many with bad pieces."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shop_terminal import MORE, log_in, orders, scan

pytestmark = pytest.mark.browser

SEED = (
    MORE
    + """
from gongfang.maintenance.models import Equipment
from gongfang.people.models import Employee
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import change_setting
from gongfang.production.models import WorkOrderOperation
for key, value in (("time_source", "clock"), ("over_report", "warn")):
    do(change_setting, key=f"production.{key}", value=value)
Employee.objects.create(code="E01", name="郑强", user=User.objects.get(username="zq"))
for code, name in (("E02", "李娜"), ("E03", "王海")):
    Employee.objects.create(code=code, name=name)
for code in ("L1-01", "L1-02"):
    Equipment.objects.create(code=code, name="车床", work_centre_id=centre.pk)
WorkOrderOperation.objects.update(inspection="none", piece_rate=Decimal("0.37"))
step = WorkOrderOperation.objects.get(document=order)
from base64 import b64decode
from gongfang.platform.attachments.services import attach
picture = b64decode("iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsItjRMMaxgi+hcEKLNXzWgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQELguEEsFaPUnz5AAAAABJRU5ErkJggg==")
do(attach, doc_type="masterdata.item", document_id=item.pk, name="装夹.png", content=picture)
do(attach, doc_type="masterdata.routing", document_id=order.routing_id, name="10 车削.pdf", content=b"%PDF-1.4 0000000000")
do(services.dispatch_operations, operation_ids=[step.pk], user_id=User.objects.get(username="zq").pk, machine="L1-01")
"""
)


@pytest.fixture(scope="module")
def floor(site_of: Any) -> Site:
    return site_of(SEED)


@pytest.fixture
def page(chrome: Any, floor: Site) -> Iterator[Page]:
    context = chrome.new_context(
        viewport={"width": 390, "height": 844}, base_url=floor.url, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(60_000)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    log_in(shown)
    yield shown
    context.close()
    assert not errors


def told(floor: Site, query: str) -> str:
    """A figure out of the server's database, by a line of code."""
    return floor.run(f"from gongfang.production.models import *; print({query})").strip().splitlines()[-1]


def says(page: Page, text: str) -> None:
    expect(page.locator("#says")).to_contain_text(text)
    page.evaluate("document.getElementById('says').textContent = ''")


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_given_work_is_acknowledged_and_its_clock_runs_without_network_too(page: Page, floor: Site) -> None:
    job = page.locator(".job.mine")
    expect(job).to_contain_text("新派工")
    job.tap()
    expect(page.locator("#machine")).to_contain_text("L1-01")
    fits(page)
    expect(page.locator(".papers .paper")).to_have_text("10 车削.pdf")
    expect(page.locator(".picture img")).to_have_attribute("src", re.compile("^blob:"))
    page.wait_for_function("() => document.querySelector('.picture img')?.naturalWidth === 64")
    page.tap(".picture")
    expect(page.locator("dialog img")).to_be_visible()
    page.locator("dialog button").tap()
    page.tap("#acknowledge")
    says(page, "已确认")
    expect(page.locator("#acknowledge")).to_have_count(0)
    page.tap("#begin")
    says(page, "已开工")
    expect(page.locator("#my-time")).to_contain_text("我的工时 0 分钟 · 自")
    fits(page)
    # twenty minutes later by the device's clock, without network: stop, and go on five minutes after
    page.evaluate("window.real = Date.now; window.later = 0; Date.now = () => window.real() + window.later")
    told(
        floor,
        "OperationTime.objects.update(began_at=__import__('django').utils.timezone.now() - __import__('datetime').timedelta(minutes=30))",
    )
    page.tap(".back")
    with page.expect_response("**/shop/jobs?q="):
        page.tap("#many")
        page.tap(".back")
    page.locator(".job.mine").tap()
    expect(page.locator("#my-time")).to_contain_text("我的工时 30 分钟")
    page.context.set_offline(True)
    page.evaluate("window.later = -10 * 60000")  # entered ten minutes ago: thirty minus ten are twenty minutes of work
    page.tap("#stop")
    says(page, "恢复后自动发送")
    expect(page.locator("#begin")).to_have_text("继续")
    page.evaluate("window.later = -5 * 60000")
    page.tap("#begin")
    says(page, "恢复后自动发送")
    expect(page.locator("#waiting")).to_contain_text("2 条待发送")
    page.evaluate("window.later = 0")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_be_hidden()
    assert told(floor, "[round(one.minutes) for one in OperationTime.objects.order_by('pk')]") == "[20, 0]"
    page.tap(".back")
    expect(page.locator(".job.mine")).to_contain_text("计时中")
    page.locator(".job.mine").tap()
    expect(page.locator("#my-time")).to_contain_text("我的工时 25 分钟")
    page.tap(".pad button:has-text('4')")
    page.tap("#report")
    says(page, "报工成功")
    line = "[(round(one.minutes), one.machine, one.good) for one in ReportLine.objects.all()]"
    assert told(floor, line) == "[(25, 'L1-01', Decimal('4.000000'))]"
    page.locator(".job.mine").tap()
    expect(page.locator("#begin")).to_have_text("开工")
    expect(page.locator("#my-time")).to_have_count(0)


def test_bad_pieces_with_their_cause_in_a_report_of_several(page: Page, floor: Site) -> None:
    number = orders(page)["8"]
    page.tap("#many")
    scan(page, number)
    line = page.locator(".line")
    line.locator("button").first.tap()
    line.locator("[data-name=scrap_worker]").fill("1")
    line.locator("[data-name=cause]").fill("偏心")
    line.locator(".good").fill("2")
    fits(page)
    page.tap("#report-many")
    says(page, "报工成功")
    assert (
        told(floor, "ReportLine.objects.filter(cause='偏心').values_list('good', 'scrap_worker').get()")
        == "(Decimal('2.000000'), Decimal('1.000000'))"
    )


def test_three_people_share_a_report_on_a_machine_that_is_chosen(page: Page, floor: Site) -> None:
    page.locator(".job", has_text=orders(page)["8"]).tap()
    page.tap("#crew")
    expect(page.locator(".member:not(.head)")).to_have_count(1)
    page.fill("#crew-find", "E02")
    page.press("#crew-find", "Enter")
    page.locator(".chips button", has_text="王海").tap()
    for row, share in zip(page.locator(".member:not(.head)").all(), ("50", "30", "20"), strict=True):
        row.locator("input").first.fill(share)
    expect(page.locator(".member:not(.head)").nth(1)).to_contain_text("30 %")
    fits(page)
    page.tap("#crew-take")
    expect(page.locator("#crew")).to_contain_text("郑强 50 · 李娜 30 · 王海 20")
    page.tap("#machine")
    page.fill("#machine-find", "L1-02")
    page.press("#machine-find", "Enter")
    expect(page.locator("#machine")).to_contain_text("L1-02")
    fits(page)
    page.tap(".pad button:text-is('4')")
    page.tap("#report")
    says(page, "报工成功")
    pay = "[(one.employee.name, one.pay) for one in ReportPerson.objects.filter(line__machine='L1-02').order_by('pk')]"
    assert told(floor, pay) == "[('郑强', Decimal('0.74')), ('李娜', Decimal('0.44')), ('王海', Decimal('0.30'))]"


def test_a_warning_is_gone_on_with_at_once_or_from_the_queue(page: Page, floor: Site) -> None:
    number = orders(page)["5"]
    page.locator(".job", has_text=number).tap()
    for key in ("9",):
        page.tap(f".pad button:text-is('{key}')")
    page.tap("#report")
    expect(page.locator("dialog")).to_contain_text("允差")
    page.locator("dialog button", has_text="返回").tap()
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#kind-good b")).to_have_text("9")  # what was entered stays
    page.context.set_offline(True)
    page.tap("#report")
    expect(page.locator("#waiting")).to_contain_text("1 条待发送")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    says(page, "允差")
    page.tap("#waiting")
    expect(page.locator("main .info")).to_contain_text("未被接受")
    fits(page)
    page.locator("main .info button", has_text="仍然继续").tap()
    expect(page.locator("#waiting")).to_be_hidden()
    assert told(floor, f"ReportLine.objects.get(order__number='{number}').good.normalize()") == "9"
    page.tap("main button:has-text('返回')")
    page.locator(".job.mine").tap()
    for key in "99":
        page.tap(f".pad button:text-is('{key}')")
    page.tap("#report")
    page.tap("#anyway")
    says(page, "报工成功")


def test_the_books_are_proven(floor: Site) -> None:
    assert floor.verified() == ""
