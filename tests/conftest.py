"""What all tests share: which database a run is on, and what is left out where the machine lacks something.

A run is on SQLite unless GONGFANG_TEST_DATABASE_URL names a PostgreSQL server. `python3 run.py test` makes both runs:
everything on SQLite, then on PostgreSQL what is marked `postgres` (only there) or `both_databases`
(there too; all of scenarios/, property/ and concurrency/ is, without a mark).

Property tests draw the same cases each time, so that a run fails for what changed and not by chance or for a slow machine; to search with
fresh ones: `--hypothesis-profile=default`, with `--hypothesis-seed` to come back to them.
"""

import gc
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from django.db import transaction
from django.utils import translation

from gongfang.kernel.depth import with_room
from tests.machine_code import MachineCode
from tests.restoring import restore_quickly

hypothesis.settings.register_profile(
    "same_cases", derandomize=True, print_blob=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)  # fmt: skip
hypothesis.settings.load_profile("same_cases")

HERE = Path(__file__).parent
ON_BOTH = ("scenarios", "property", "concurrency")
WITHOUT_DATABASE = ("test_mrp", "test_schedule")  # properties of the pure engines: once is enough
SLOWEST_SHOWN = 15
# What compiles most of the engines, on one worker each, so that others need not; then the longest, so that none is left alone with one.
FIRST = (
    "test_mrp_net_change.py", "test_schedule_plans.py", "test_mrp_sites.py", "test_ledger_races.py", "test_every_statement_breaks.py",
    "test_kill.py", "test_matrix.py",
)  # fmt: skip
LONG = (
    "scenarios",
    "browser",
    "api",
    "security",
    "concurrency",
    "property",
    "web",
    "platform",
    "simulation",
    "cli",
    "arch",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def on_postgres() -> bool:
    return bool(os.environ.get("GONGFANG_TEST_DATABASE_URL"))


restore_quickly()
machine_code: MachineCode | None = None
if "PYTEST_XDIST_WORKER" in os.environ:  # the runs on both databases go on side by side
    machine_code = MachineCode(os.environ["PYTEST_XDIST_WORKER"] + ("pg" if on_postgres() else ""))


@pytest.fixture(scope="module", autouse=True)
def _machine_code() -> None:
    """Each file begins with all that any worker has compiled."""
    if machine_code:
        machine_code.take_over()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Each test runs with room for deep calls, as requests and commands do."""
    pyfuncitem.obj = partial(with_room, pyfuncitem.obj)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Each test begins in the company's language, whatever page in which language was asked for before."""
    translation.deactivate()
    yield
    translation.deactivate()


def browser_path() -> str | None:
    named = os.environ.get("GONGFANG_TEST_BROWSER")
    return named or next(filter(None, (shutil.which(name) for name in BROWSERS)), None)


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give whole folders their marks, and a reason to what cannot run here."""
    reasons = {
        "postgres": None if on_postgres() else "needs PostgreSQL: name one in GONGFANG_TEST_DATABASE_URL",
        "broker": None
        if os.environ.get("GONGFANG_TEST_BROKER_URL")
        else "needs a Redis server: name one in GONGFANG_TEST_BROKER_URL",
        "browser": None if browser_path() else "needs Chromium: install it or name it in GONGFANG_TEST_BROWSER",
    }
    for item in items:
        folder = folder_of(item)
        if folder in ON_BOTH and not item.path.name.startswith(WITHOUT_DATABASE):
            item.add_marker(pytest.mark.both_databases)
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


class LongOnesFirst:
    """Parallel workers take file by file in this order, so that none has a long one left when the others are done."""

    @pytest.hookimpl(trylast=True)  # pytest-django puts all that use no database, browsers and kills too, at the end
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        files = {name: place for place, name in enumerate(FIRST)}
        folders = {folder: place for place, folder in enumerate(LONG)}
        items.sort(
            key=lambda item: (files.get(item.path.name, len(FIRST)), folders.get(folder_of(item), len(LONG)), item.path)
        )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LongOnesFirst())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The files that took longest, so that nobody has to guess where the time of a run goes."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.split("::")[0]] += report.duration
    if len(seconds) <= 1:
        return
    terminalreporter.section(f"slowest {SLOWEST_SHOWN} files of {len(seconds)}")
    for name in sorted(seconds, key=lambda name: -seconds[name])[:SLOWEST_SHOWN]:
        terminalreporter.write_line(f"{seconds[name]:7.1f} s  {name}")


def pytest_collection_finish() -> None:
    """What all files have loaded stays: the collector of garbage need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A transaction around a module: what its module-wide fixtures write is made once, seen by all its tests, then gone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; its tests are skipped with the reason where there is none."""
    path = browser_path()
    if path is None:
        pytest.skip("needs Chromium: install it or name it in GONGFANG_TEST_BROWSER")
    return path


@pytest.fixture(scope="session")
def broker_url() -> str:
    """Address of a Redis server that keeps nothing; only for tests marked `broker`."""
    return os.environ["GONGFANG_TEST_BROKER_URL"]
