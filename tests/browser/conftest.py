"""A server of its own for a browser: a fresh data folder, seeded by a few lines of code, served like a person's first start."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

SOURCE = Path(__file__).resolve().parents[2] / "src"
SERVING = Path(__file__).with_name("serving.py")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
START_SECONDS = 240  # a machine busy with the other tests starts slowly
expect.set_options(timeout=60_000)  # and answers slowly: what is expected comes at once, or then, or never


class Nursery:
    """The process whose forks serve and run code (serving.py). environment: of commands on any of its data."""

    def __init__(self, folder: Path, prepared: Path) -> None:
        self.environment = {
            **os.environ, "GONGFANG_DATA": str(folder), "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "gongfang.config.settings.local",
        }  # fmt: skip
        self.environment.pop("GONGFANG_DATABASE_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, str(SERVING), str(prepared)],
            env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, do: str, **values: object) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


@dataclass
class Site:
    """A running server. url: without a slash at the end."""

    url: str
    folder: Path
    nursery: Nursery
    pid: int

    def verified(self) -> str:
        """What `gongfang verify` says when something is wrong; empty when everything adds up."""
        status, said = self._run("import sys; from gongfang.cli.main import main; sys.exit(main(['verify']))")
        return said if status else ""

    def run(self, code: str) -> str:
        """What some lines of code print that run beside the server, in a process of their own."""
        status, said = self._run(code)
        assert status == 0, said
        return said

    def _run(self, code: str) -> tuple[int, str]:
        (self.folder / "run.py").write_text(code, "utf-8")
        status, said = self.nursery("run", data=str(self.folder))
        return status, said


@contextmanager
def boss_page(chrome: Browser, site: Site) -> Iterator[Page]:
    """The boss of a trading company, logged in, in English; any script error fails the test."""
    context = chrome.new_context(viewport={"width": 1366, "height": 768}, base_url=site.url)
    context.set_default_timeout(60_000)
    shown = context.new_page()
    shown.goto("/login")
    shown.fill("#username", "boss")
    shown.fill("#password", "Gongfang-2026")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/")
    context.add_cookies([{"name": "gongfang_language", "value": "en", "url": site.url}])
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    yield shown
    context.close()
    assert not errors


def look_up(page: Page, field: Locator, text: str) -> None:
    """Type into a look-up and take the first row of what answers the whole text, not of what its first letters found."""
    field.focus()
    page.keyboard.type(text)
    page.wait_for_selector(f".gf-look[data-typed={json.dumps(text, ensure_ascii=False)}] tr[aria-selected=true]")
    page.keyboard.press("Enter")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert site.nursery("lives", pid=site.pid), (site.folder / "server.log").read_text("utf-8", "replace")
        try:
            urllib.request.urlopen(f"{site.url}/login", timeout=10).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer in time")


class Shared:
    """The browser and the nursery of all files here, made when first needed, gone when other folders' tests follow.

    No fixture lasts that long: a session's would keep the browser's loop running, and with it those tests from the database.
    """

    def __init__(self) -> None:
        self.playwright: Playwright | None = None
        self.browser: Browser | None = None
        self.made: Nursery | None = None

    def chrome(self, path: str) -> Browser:
        if self.browser is None:
            self.playwright = sync_playwright().start()
            self.browser = self.playwright.chromium.launch(executable_path=path, args=FLAGS)
        return self.browser

    def nursery(self, folder: Path, prepared: Path) -> Nursery:
        if self.made is None:
            self.made = Nursery(folder, prepared)
        return self.made

    def close(self) -> None:
        if self.browser is not None and self.playwright is not None:
            self.browser.close()
            self.playwright.stop()
        if self.made is not None:
            self.made.close()
        self.playwright = self.browser = self.made = None


SHARED = Shared()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After the fixtures of the last test here have ended, the browser does."""
    result = yield
    if nextitem is None or nextitem.path.parent != item.path.parent:
        SHARED.close()
    return result


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """The browser; each test opens a window of its own, and those that a module leaves open are closed with it."""
    browser = SHARED.chrome(chromium)
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databases made in this run, by all its workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def site_of(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Callable[..., Site]]:
    """site_of(code): a server whose new database was prepared by that code; with tasks=True a worker runs beside it."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork, which this system lacks")
    nursery = SHARED.nursery(tmp_path_factory.mktemp("nursery"), prepared)
    started: list[Site] = []
    workers: list[subprocess.Popen[bytes]] = []

    def start(seed: str = "", *, tasks: bool = False) -> Site:
        folder, port = tmp_path_factory.mktemp("data"), free_port()
        (folder / "seed.py").write_text(seed, "utf-8")
        site = Site(f"http://127.0.0.1:{port}", folder, nursery, nursery("serve", data=str(folder), port=port))
        started.append(site)
        wait_for(site)
        if tasks:
            own = {**nursery.environment, "GONGFANG_DATA": str(folder)}
            command = [sys.executable, "-m", "gongfang.cli.main", "worker"]
            workers.append(subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return site

    yield start
    for worker in workers:
        worker.terminate()
        worker.wait(60)
    for site in started:
        nursery("stop", pid=site.pid)
