"""The board and the wall screen in a real browser: a report made elsewhere shows within two seconds, without reloading."""

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from http.client import HTTPResponse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_shop_terminal import SEED

pytestmark = pytest.mark.browser
LIMIT = 2.0


@pytest.fixture(scope="module")
def floor(site_of) -> Site:
    return site_of(SEED)


@pytest.fixture
def page(chrome, floor) -> Iterator[Page]:
    shown = chrome.new_context(viewport={"width": 1366, "height": 768}, base_url=floor.url, locale="zh-CN").new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.set_default_timeout(60_000)
    shown.goto("/login")
    shown.fill("input[name=username]", "admin")
    shown.fill("input[name=password]", "Gongfang-2026")
    shown.press("input[name=password]", "Enter")
    shown.wait_for_url("**/")
    yield shown
    shown.context.close()
    assert not errors


class Terminal:
    """A shop-floor terminal that is somewhere else."""

    def __init__(self, site: Site) -> None:
        self.url = site.url
        self.token = ""
        self.token = str(self.send("login", {"badge": "B1", "pin": "1234"})["token"])

    def send(self, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Shop {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/shop/{path}", data=data, headers=headers)
        answer: HTTPResponse
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.loads(answer.read()))

    def act(self, **values: object) -> None:
        self.send("act", {"request_id": str(uuid.uuid4()), **values})

    def job(self) -> object:
        jobs = self.send("jobs")["jobs"]
        assert isinstance(jobs, list)
        return jobs[0]["id"]


@pytest.mark.parametrize("address", ["/production/board/", "/production/board/wall"])
def test_a_report_shows_within_two_seconds(page: Page, floor: Site, address: str) -> None:
    terminal = Terminal(floor)
    job = terminal.job()
    page.goto(address)
    board = page.locator("#board")
    loaded = page.evaluate("performance.timeOrigin")
    page.wait_for_timeout(1500)  # the board has asked at least once
    before = board.inner_html()
    terminal.act(act="report", operation=job, good=2)
    reported = time.monotonic()
    page.wait_for_function(
        "before => document.querySelector('#board').innerHTML !== before", arg=before, timeout=10_000, polling=50
    )
    assert time.monotonic() - reported < LIMIT
    terminal.act(act="help", operation=job, kind="quality", text=f"请来检验 {address}")
    called = time.monotonic()
    expect(board).to_contain_text(f"请来检验 {address}", timeout=10_000)
    assert time.monotonic() - called < LIMIT
    assert page.evaluate("performance.timeOrigin") == loaded, "the page was not loaded again"


def test_the_wall_is_read_from_five_metres_and_says_when_it_is_cut_off(page: Page) -> None:
    """At 768 lines the large figures are over 60 px high: a thirteenth of the screen, 5 cm on a screen of 60 cm."""
    page.goto("/production/board/wall")
    figure = page.locator(".pw-figure b").first
    assert float(figure.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")) > 60
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.set_offline(True)
    expect(page.locator(".pf-lost")).to_be_visible(timeout=20_000)
    page.context.set_offline(False)
    expect(page.locator(".pf-lost")).to_be_hidden(timeout=10_000)
