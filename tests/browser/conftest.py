"""A server of its own for a browser: a fresh data folder, seeded by a few lines of code, served like a person's first start."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
START_SECONDS = 60


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def manage(environment: dict[str, str], *arguments: str) -> list[str]:
    return [sys.executable, "-m", "gongfang.cli.manage", *arguments]


@pytest.fixture(scope="module")
def site_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """site_of(code): a server whose new database was prepared by that code; with tasks=True a worker runs beside it."""
    started: list[Site] = []
    workers: list[subprocess.Popen[bytes]] = []

    def start(seed: str = "", *, tasks: bool = False) -> Site:
        folder = tmp_path_factory.mktemp("data")
        own = {
            **os.environ, "GONGFANG_DATA": str(folder), "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "gongfang.config.settings.local",
        }  # fmt: skip
        own.pop("GONGFANG_DATABASE_URL", None)
        subprocess.run(manage(own, "migrate", "-v0"), env=own, check=True)
        if seed:
            subprocess.run(manage(own, "shell", "--no-imports", "-c", seed), env=own, check=True)
        port = free_port()
        process = subprocess.Popen(
            manage(own, "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"),
            env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if tasks:
            command = [sys.executable, "-m", "gongfang.cli.main", "worker"]
            workers.append(subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        site = Site(f"http://127.0.0.1:{port}", process, own)
        started.append(site)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{site.url}/login", timeout=2).close()
                return site
            except urllib.error.HTTPError:
                return site
            except OSError:
                time.sleep(0.2)
        raise AssertionError("the server did not answer in time")

    yield start
    for worker in workers:
        worker.terminate()
        worker.wait(20)
    for site in started:
        site.process.terminate()
        site.process.wait(10)
