"""Work off background tasks until told to stop. `gongfang serve` starts one by itself; more may run on any machine
that reaches the same database.
"""

import argparse
import os
import threading
import time

from gongfang.cli.boot import boot


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="work off what waits, then end")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    if args.parent:
        end_with(args.parent)
    boot()
    from django.core.management import call_command

    call_command("db_worker", batch=args.once, reload=False, startup_delay=False, verbosity=0)
    return 0


def end_with(parent: int) -> None:
    """End at once when the process that started us is gone: a killed server leaves no worker behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True, name="parent-watch").start()
