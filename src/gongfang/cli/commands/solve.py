"""Solve a planning problem from a file, without a database, and print the answer as JSON.

    gongfang solve mrp PROBLEM.json > plan.json
    gongfang solve mrp PROBLEM.json --capacity       within weekly hours, with a promise for every demand
    gongfang solve schedule PROBLEM.json --seconds 30 --workers 2
    gongfang solve forecast PROBLEM.json
    gongfang solve policy PROBLEM.json

A file that cannot be used is refused with every fault and its JSON path: exit status 2, nothing on standard output.
"""

import argparse
import sys

from gongfang.cli.numbers import seconds, whole

TEXTS = {
    "mrp": "net requirements over all levels, dated and pegged",
    "schedule": "when each operation runs on which machine",
    "forecast": "demand by the method that each item's past prefers",
    "policy": "order points, lot sizes and safety stocks",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="|".join(TEXTS))
    for kind, text in TEXTS.items():
        own = kinds.add_parser(kind, help=text, description=text)
        own.add_argument("file", help="the problem, plain or gzip")
        if kind == "mrp":
            own.add_argument("--capacity", action="store_true", help="plan within the weekly hours of the resources")
        if kind == "schedule":
            own.add_argument("--seconds", type=seconds, default=10, help="time to search (default 10)")
            own.add_argument("--workers", type=whole(1, 256), default=2, help="processor cores to use (default 2)")


def run(args: argparse.Namespace) -> int:
    if args.kind == "mrp":
        from gongfang.engines.mrp.command import main_solve_mrp

        return main_solve_mrp(args.file, sys.stdout.buffer, capacity=args.capacity)
    if args.kind == "schedule":
        from gongfang.engines.scheduling.command import main_solve_schedule

        return main_solve_schedule(args.file, sys.stdout, args.seconds, args.workers)
    if args.kind == "forecast":
        from gongfang.engines.forecasting.command import main_solve_forecast

        return main_solve_forecast(args.file, sys.stdout)
    from gongfang.engines.stockpolicy.command import main_solve_policy

    return main_solve_policy(args.file, sys.stdout)
