"""One process that prepares a database and serves it: a fresh data folder, seeded by a few lines of code, then a real server.

Arguments: port, file with the seed, folder of what was prepared before. A database that the same lines made in this run is copied.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import get_internal_wsgi_application, run  # noqa: E402
from django.db import connections  # noqa: E402


def prepare(file: Path, seed: str, kept: Path) -> None:
    """Make the database, or copy it; two processes may make the same one at once, the last is kept."""
    known = kept / f"{hashlib.sha256(seed.encode()).hexdigest()}.sqlite3"
    if known.exists():
        shutil.copyfile(known, file)
        return
    if seed:
        prepare(file, "", kept)
        exec(compile(seed, "seed", "exec"), {"__name__": "seed"})
    else:
        call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()  # the last connection leaves all in one file
    mine = known.with_suffix(f".{os.getpid()}")
    shutil.copyfile(file, mine)
    mine.replace(known)


if __name__ == "__main__":
    prepare(Path(settings.DATABASES["default"]["NAME"]), Path(sys.argv[2]).read_text("utf-8"), Path(sys.argv[3]))
    run("127.0.0.1", int(sys.argv[1]), get_internal_wsgi_application(), threading=True)
