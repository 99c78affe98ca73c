#!/usr/bin/env python3
"""All the tests on whatever machine this is. `python3 run.py test` calls it inside the environment it has made.

    python3 run.py test                 everything: on SQLite, and beside it what must also hold on PostgreSQL
    python3 run.py test --fast          without the tests marked slow and without browser
    python3 run.py test tests/sales -k ship      any arguments of pytest: one run on SQLite of just that
    python3 run.py test --postgres tests/ledger  the same on PostgreSQL

What the machine lacks is installed where that is simple (Debian as root: chromium, postgresql, redis-server, mosquitto by apt-get) and
started for the length of the run on a free port, in a temporary folder. What cannot be had is named at the end, with the reason.

Read by the tests: GONGFANG_TEST_DATABASE_URL, GONGFANG_TEST_BROKER_URL, GONGFANG_TEST_BROWSER. Set one of
them before the run and it is taken as it is; set it to `none` and that part is left out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ON_BOTH_DATABASES = "postgres or both_databases"
NO_TESTS = 5  # pytest's own exit status for it
# Nothing here must outlive a power cut; deadlocks are made on purpose and need not be waited for.
SERVER_OPTIONS = (
    "listen_addresses=127.0.0.1", "max_connections=300", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
    "wal_level=minimal", "max_wal_senders=0", "deadlock_timeout=200ms",
)  # fmt: skip


class Absent(Exception):
    """Why a part of the tests cannot run here."""


def say(text: str) -> None:
    print(f"== {text}", flush=True)


# ------------------------------------------------------------------------------------------------- what a machine has
def apt_get(package: str) -> None:
    """Install a Debian package. Raises Absent where this is not Debian, or not root, or the archive is not reached."""
    if not shutil.which("apt-get"):
        raise Absent(f"{package} is not installed")
    if os.geteuid() != 0:
        raise Absent(f"{package} is not installed (`sudo apt-get install {package}` brings it)")
    say(f"installing {package} by apt-get …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    if subprocess.run(command, env=environment, check=False, **quiet).returncode:
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False, **quiet)
        if subprocess.run(command, env=environment, check=False, **quiet).returncode:
            raise Absent(f"apt-get could not install {package}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Absent(f"{what} did not start within {seconds:.0f} s")
        time.sleep(0.1)


def postgres_answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == (True,)
    except psycopg.Error:
        return False


def postgres_programs() -> Path | None:
    """The folder of `initdb` and `postgres`, newest first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextlib.contextmanager
def stopped_at_end(process: subprocess.Popen[bytes], how: int = signal.SIGTERM) -> Iterator[None]:
    try:
        yield
    finally:
        process.send_signal(how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server where databases can be made: one of our own, which takes the races' many connections.

    Where its programs cannot be had, the server of this machine serves, if there is one.
    """
    if postgres_programs() is None:
        local = "postgresql://postgres@127.0.0.1:5432/postgres"
        if postgres_answers(local):
            yield local
            return
        apt_get("postgresql")
    programs = postgres_programs()
    if programs is None:
        raise Absent("the PostgreSQL server programs (initdb, postgres) are not installed")
    with tempfile.TemporaryDirectory(prefix="gongfang-pg-", ignore_cleanup_errors=True) as folder:
        # PostgreSQL refuses to run as root: Debian's package has made an account for it.
        become = ["runuser", "-u", "postgres", "--"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        if become:
            shutil.chown(folder, "postgres")
        data, port = f"{folder}/data", free_port()
        made = subprocess.run(
            [*become, str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
        if made.returncode:
            raise Absent(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
        chosen = [word for option in SERVER_OPTIONS for word in ("-c", option)]
        server = subprocess.Popen(
            [*become, str(programs / "postgres"), "-D", data, "-p", str(port), "-k", folder, *chosen],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        with stopped_at_end(server, signal.SIGINT):
            wait_until(lambda: postgres_answers(url), "PostgreSQL")
            yield url


def redis_answers(url: str) -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(url, socket_timeout=2).ping())
    except redis.RedisError:
        return False


@contextlib.contextmanager
def broker() -> Iterator[str]:
    """Address of a Redis server: always one of our own, on a free port, keeping nothing."""
    if not shutil.which("redis-server"):
        apt_get("redis-server")
    program = shutil.which("redis-server")
    if program is None:
        raise Absent("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    with stopped_at_end(server):
        wait_until(lambda: redis_answers(url), "Redis")
        yield url


@contextlib.contextmanager
def browser() -> Iterator[str]:
    """Path of a Chromium or Chrome."""
    for _ in range(2):
        found = next(filter(None, (shutil.which(name) for name in BROWSERS)), None)
        if found is None and MAC_CHROME.exists():
            found = str(MAC_CHROME)
        if found:
            yield found
            return
        apt_get("chromium")
    raise Absent("no Chromium was found")


@contextlib.contextmanager
def mqtt_broker() -> Iterator[str]:
    """The program of an MQTT broker; its test starts one of its own."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    if not shutil.which("mosquitto", path=places):
        apt_get("mosquitto")
    found = shutil.which("mosquitto", path=places)
    if found is None:
        raise Absent("mosquitto is not installed")
    yield found


PARTS = {
    "GONGFANG_TEST_DATABASE_URL": ("PostgreSQL", postgres),
    "GONGFANG_TEST_BROKER_URL": ("broker", broker),
    "GONGFANG_TEST_BROWSER": ("browser", browser),
    "GONGFANG_TEST_MQTT": ("MQTT broker", mqtt_broker),
}


def provide(stack: contextlib.ExitStack, wanted: list[str]) -> tuple[dict[str, str], list[str]]:
    """The environment that the tests read, and a sentence for each part that cannot be had."""
    have, lacking = {}, []
    for name in wanted:
        title, make = PARTS[name]
        named = os.environ.get(name)
        if named == "none":
            lacking.append(f"{title}: left out as asked ({name}=none)")
        elif named:
            have[name] = named
        else:
            try:
                have[name] = stack.enter_context(make())
            except (Absent, OSError) as reason:
                lacking.append(f"{title}: {reason}")
    return have, lacking


# ---------------------------------------------------------------------------------------------------------------- runs
def environment_of(have: dict[str, str], database: str | None) -> dict[str, str]:
    """What the tests read, and nothing of a person's own settings. The database is SQLite unless named."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GONGFANG_")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it doubles the time of each start
    environment |= {name: value for name, value in have.items() if name != "GONGFANG_TEST_DATABASE_URL"}
    if database:
        environment["GONGFANG_TEST_DATABASE_URL"] = database
    return environment


def pytest(arguments: list[str], have: dict[str, str], database: str | None) -> int:
    """One run, shown as it goes."""
    say(f"pytest {' '.join(arguments)}   [{'PostgreSQL' if database else 'SQLite'}]")
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment_of(have, database), check=False).returncode


@contextlib.contextmanager
def pytest_beside(arguments: list[str], have: dict[str, str], database: str) -> Iterator[Callable[[], int]]:
    """One run beside another, shown when it is asked for: what it says must not mix with the other's."""
    say(f"pytest {' '.join(arguments)}   [PostgreSQL, beside; shown at the end]")
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=ROOT, env=environment_of(have, database), stdout=told, stderr=subprocess.STDOUT,
        )  # fmt: skip

        def result() -> int:
            code = process.wait()
            told.seek(0)
            say("PostgreSQL")
            print(told.read(), flush=True)
            return code

        try:
            yield result
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)


def run_all(fast: bool, extra: list[str]) -> int:
    """The whole suite on SQLite, and beside it on PostgreSQL what is marked for it.

    The run on PostgreSQL waits much for its server, browsers and killed processes make the other wait: side by side
    they fill the processors. Its workers come on top, so it takes one for two of the other's.
    """
    wanted = ["GONGFANG_TEST_DATABASE_URL", "GONGFANG_TEST_BROKER_URL"]
    wanted += [] if fast else ["GONGFANG_TEST_BROWSER", "GONGFANG_TEST_MQTT"]
    processors = min(os.cpu_count() or 1, 8)
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        have, lacking = provide(stack, wanted)
        for line in lacking:
            say(f"skipped, {line}")
        database = have.get("GONGFANG_TEST_DATABASE_URL")
        leave_out = ["slow", "browser"] if fast else []
        first = " and ".join(f"not {mark}" for mark in [*leave_out, *(["postgres"] if database else [])])
        on_sqlite = [*workers(processors), *(["-m", first] if first else []), *extra]
        if not database:
            code = other = pytest(on_sqlite, have, None)
        else:
            marks = f"({ON_BOTH_DATABASES})" + "".join(f" and not {mark}" for mark in leave_out)
            on_postgres = [*workers(max(1, processors // 2)), "-m", marks, *extra]
            with pytest_beside(on_postgres, have, database) as result:
                code = pytest(on_sqlite, have, None)
                other = result()
        for line in lacking:
            say(f"skipped, {line}")
    outcome = {0: "passed", NO_TESTS: "had no tests"}
    if database:
        say(f"SQLite {outcome.get(code, 'FAILED')}, PostgreSQL {outcome.get(other, 'FAILED')}")
    say(f"{time.monotonic() - started:.0f} s in all")
    return max(code, other) if {code, other} - {0, NO_TESTS} else code


def workers(count: int) -> list[str]:
    """A file stays with one worker: its tests may follow each other and share what was made once. Long ones come first."""
    return ["-n", str(count), "--dist", "loadfile", "--no-loadscope-reorder"]


def run_some(arguments: list[str], on_postgres: bool) -> int:
    """Just what was named, on one database."""
    with contextlib.ExitStack() as stack:
        wanted = ["GONGFANG_TEST_DATABASE_URL"] if on_postgres else ["GONGFANG_TEST_BROWSER"]
        have, lacking = provide(stack, wanted)
        for line in lacking:
            say(f"skipped, {line}")
        if on_postgres and not have:
            return NO_TESTS
        return pytest(arguments, have, have.get("GONGFANG_TEST_DATABASE_URL"))


def main(arguments: list[str]) -> int:
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    own = {"--fast", "--postgres"}
    rest = [word for word in arguments if word not in own]
    picks = [word for word in rest if (ROOT / word.split("::")[0]).exists() and not word.startswith("-")]
    try:
        if picks or "--postgres" in arguments:
            return run_some(rest, "--postgres" in arguments)
        return run_all("--fast" in arguments, rest)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
