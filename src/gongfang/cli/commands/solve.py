"""Solve a planning problem from a file, without a database, and print the answer as JSON.

    gongfang solve mrp PROBLEM.json > plan.json
    gongfang solve schedule PROBLEM.json --seconds 30 --workers 2

A file that cannot be used is refused with every fault and its JSON path: exit status 2, nothing on standard output.
"""

import argparse
import sys

TEXTS = {
    "mrp": "net requirements over all levels, dated and pegged",
    "schedule": "when each operation runs on which machine",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="|".join(TEXTS))
    for kind, text in TEXTS.items():
        own = kinds.add_parser(kind, help=text, description=text)
        own.add_argument("file", help="the problem, plain or gzip")
        if kind == "schedule":
            own.add_argument("--seconds", type=float, default=10, help="time to search (default 10)")
            own.add_argument("--workers", type=int, default=2, help="processor cores to use (default 2)")


def run(args: argparse.Namespace) -> int:
    if args.kind == "mrp":
        from gongfang.engines.mrp import main_solve_mrp

        return main_solve_mrp(args.file, sys.stdout.buffer)
    from gongfang.engines.scheduling.command import main_solve_schedule

    return main_solve_schedule(args.file, sys.stdout, args.seconds, args.workers)
