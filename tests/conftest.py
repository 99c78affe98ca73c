"""What all tests share: which database a run is on, and what is left out where the machine lacks something.

A run is on SQLite unless GONGFANG_TEST_DATABASE_URL names a PostgreSQL server. `python3 run.py test` makes both runs:
everything on SQLite, then on PostgreSQL what is marked `postgres` (only there) or `both_databases`
(there too; all of scenarios/, property/ and concurrency/ is, without a mark).

Property tests draw the same cases each time, so that a run fails for what changed and not by chance; to search with
fresh ones: `--hypothesis-profile=default`, with `--hypothesis-seed` to come back to them.
"""

import hashlib
import os
import shutil
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("same_cases", derandomize=True, print_blob=True)
hypothesis.settings.load_profile("same_cases")

HERE = Path(__file__).parent
ON_BOTH = ("scenarios", "property", "concurrency")
WITHOUT_DATABASE = ("test_mrp", "test_schedule")  # properties of the pure engines: once is enough
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def own_machine_code(worker: str) -> None:
    """Give each parallel worker its own folder of compiled engine code: numba's cache breaks when two write it at once."""
    sources = sorted((HERE.parent / "src" / "gongfang" / "engines").rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    folder = HERE.parent / ".numba_cache"
    for old in folder.glob(f"*-{worker}"):
        if old.name != f"{digest}-{worker}":
            shutil.rmtree(old, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder / f"{digest}-{worker}")


if "PYTEST_XDIST_WORKER" in os.environ:
    own_machine_code(os.environ["PYTEST_XDIST_WORKER"])


def on_postgres() -> bool:
    return bool(os.environ.get("GONGFANG_TEST_DATABASE_URL"))


def browser_path() -> str | None:
    named = os.environ.get("GONGFANG_TEST_BROWSER")
    return named or next(filter(None, (shutil.which(name) for name in BROWSERS)), None)


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
        folder = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
        if folder in ON_BOTH and not item.path.name.startswith(WITHOUT_DATABASE):
            item.add_marker(pytest.mark.both_databases)
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


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
