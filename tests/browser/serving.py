"""One process that has loaded the program once and serves any number of databases: each in a fork of itself, which begins at once.

It reads one order a line, in JSON, and answers each with one line, in JSON too:

    {"do": "serve", "data": folder, "port": port}   the fork's id; it makes the database by `seed.py` of the folder, then serves it
    {"do": "run", "data": folder}                   exit status and output of `run.py` of the folder, once it has run to its end
    {"do": "lives", "pid": id}                      whether that fork still lives
    {"do": "stop", "pid": id}                       null, once it is gone

Argument: the folder of databases prepared in this run; what the same lines made before is copied.
"""

import hashlib
import importlib
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from asgiref.local import Local  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import get_internal_wsgi_application, run  # noqa: E402
from django.db import connections  # noqa: E402
from django.template.loader import get_template  # noqa: E402
from django.urls import get_resolver  # noqa: E402
from django.utils import translation  # noqa: E402

from gongfang.config.settings.base import PACKAGE_DIR  # noqa: E402

PREPARED = Path(sys.argv[1])


def load() -> None:
    """Whatever a server loads before and while it answers for the first time."""
    for part in get_resolver().url_patterns:
        getattr(part, "url_patterns", None)
    for path in sorted(PACKAGE_DIR.glob("*/templates/**/*.html")):
        get_template("/".join(path.relative_to(PACKAGE_DIR).parts[2:]))
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")


def move_to(folder: Path) -> None:
    """Stand on another data folder, as a process would that was started there."""
    os.environ["GONGFANG_DATA"] = str(folder)
    for name in ("gongfang.config.settings.base", os.environ["DJANGO_SETTINGS_MODULE"]):
        module = importlib.reload(sys.modules[name])
    for name in filter(str.isupper, dir(module)):
        setattr(settings, name, getattr(module, name))
    connections._settings = None
    connections.__dict__.pop("settings", None)
    connections._connections = Local(connections.thread_critical)


def prepare(file: Path, seed: str) -> None:
    """Make the database, or copy it; two processes may make the same one at once, the last is kept."""
    known = PREPARED / f"{hashlib.sha256(seed.encode()).hexdigest()}.sqlite3"
    if known.exists():
        shutil.copyfile(known, file)
        return
    if seed:
        prepare(file, "")
        exec(compile(seed, "seed", "exec"), {"__name__": "seed"})
    else:
        call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()  # the last connection leaves all in one file
    mine = known.with_suffix(f".{os.getpid()}")
    shutil.copyfile(file, mine)
    mine.replace(known)


def serve(folder: Path, port: int) -> None:
    prepare(Path(settings.DATABASES["default"]["NAME"]), (folder / "seed.py").read_text("utf-8"))
    run("127.0.0.1", port, get_internal_wsgi_application(), threading=True)


def fork(folder: Path, log: str, act: Callable[[], Any]) -> int:
    """Do it in a child on that folder, which says what it says into a log there; the child's id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        said = os.open(folder / log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(said, 1)
        os.dup2(said, 2)
        move_to(folder)
        act()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


class Nursery:
    """Obeys the orders; knows which of its forks live."""

    def __init__(self) -> None:
        self.alive: set[int] = set()

    def serve(self, data: str, port: int) -> int:
        pid = fork(Path(data), "server.log", lambda: serve(Path(data), port))
        self.alive.add(pid)
        return pid

    def run(self, data: str) -> tuple[int, str]:
        lines = compile((Path(data) / "run.py").read_text("utf-8"), "run", "exec")
        _, status = os.waitpid(fork(Path(data), "run.log", lambda: exec(lines, {"__name__": "run"})), 0)
        return os.waitstatus_to_exitcode(status), (Path(data) / "run.log").read_text("utf-8", "replace")

    def lives(self, pid: int) -> bool:
        if pid in self.alive and os.waitpid(pid, os.WNOHANG)[0]:
            self.alive.remove(pid)
        return pid in self.alive

    def stop(self, pid: int) -> None:
        if self.lives(pid):
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            self.alive.remove(pid)


if __name__ == "__main__":
    load()
    nursery = Nursery()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(getattr(nursery, order.pop("do"))(**order)), flush=True)
    for pid in list(nursery.alive):
        nursery.stop(pid)
