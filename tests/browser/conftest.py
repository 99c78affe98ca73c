"""A server of its own for a browser: a fresh data folder, seeded by a few lines of code, served like a person's first start."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

SOURCE = Path(__file__).resolve().parents[2] / "src"
SERVING = Path(__file__).with_name("serving.py")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
START_SECONDS = 240  # a machine busy with the other tests starts slowly


@dataclass
class Site:
    """A running server. url: without a slash at the end. environment: of commands on its data."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str] = field(default_factory=dict)

    def verified(self) -> str:
        """What `gongfang verify` says when something is wrong; empty when everything adds up."""
        command = [sys.executable, "-m", "gongfang.cli.main", "verify"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(site: Site, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert site.process.poll() is None, log.read_text("utf-8", "replace")
        try:
            urllib.request.urlopen(f"{site.url}/login", timeout=10).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer in time")


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """One browser for a module; each test opens a window of its own. (Its loop keeps other modules from the database.)"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databases made in this run, by all its workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def site_of(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Callable[[str], Site]]:
    """site_of(code): a server whose new database was prepared by that code; with tasks=True a worker runs beside it."""
    started: list[Site] = []
    workers: list[subprocess.Popen[bytes]] = []

    def start(seed: str = "", *, tasks: bool = False) -> Site:
        folder = tmp_path_factory.mktemp("data")
        own = {
            **os.environ, "GONGFANG_DATA": str(folder), "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "gongfang.config.settings.local",
        }  # fmt: skip
        own.pop("GONGFANG_DATABASE_URL", None)
        (folder / "seed.py").write_text(seed, "utf-8")
        port = free_port()
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(SERVING), str(port), str(folder / "seed.py"), str(prepared)],
                env=own, stdout=log, stderr=log,
            )  # fmt: skip
        site = Site(f"http://127.0.0.1:{port}", process, own)
        started.append(site)
        wait_for(site, folder / "server.log")
        if tasks:
            command = [sys.executable, "-m", "gongfang.cli.main", "worker"]
            workers.append(subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return site

    yield start
    for worker in workers:
        worker.terminate()
        worker.wait(20)
    for site in started:
        site.process.terminate()
        site.process.wait(10)
