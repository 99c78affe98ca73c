"""Work off background tasks until told to stop. `gongfang serve` starts one by itself; more may run on any machine
that reaches the same database. What happens by the clock (nightly maintenance orders, escalation of calls) runs here too.
"""

import argparse
import contextlib
import os
import threading
import time

from gongfang.cli.boot import boot

SCHEDULE_SECONDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="work off what waits, then end")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    if args.parent:
        end_with(args.parent)
    boot()
    from django.core.management import call_command

    if args.once:
        from gongfang.platform.tasks.schedules import run_due

        run_due()
    else:
        threading.Thread(target=keep_schedules, daemon=True, name="schedules").start()
    call_command("db_worker", batch=args.once, reload=False, startup_delay=False, verbosity=0)
    return 0


def keep_schedules() -> None:
    """Look every few seconds at what is due by the clock; a database that is away is asked again later."""
    from django.db import DatabaseError, close_old_connections

    from gongfang.platform.tasks.schedules import run_due

    while True:
        close_old_connections()
        with contextlib.suppress(DatabaseError):
            run_due()
        time.sleep(SCHEDULE_SECONDS)


def end_with(parent: int) -> None:
    """End at once when the process that started us is gone: a killed server leaves no worker behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True, name="parent-watch").start()
