"""Let the factory's people work some days by themselves, through the same verbs as real people: orders come in, suppliers are
late, parts are rejected, bills are paid. The same seed on the same data gives the same days.

    gongfang simulate --days 60 --seed 1      the 60 days until yesterday, or from the last posting on
"""

import argparse
from datetime import date, time
from typing import TYPE_CHECKING

from gongfang.cli.boot import boot
from gongfang.cli.numbers import whole
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import say

if TYPE_CHECKING:
    from gongfang.simulation.runner import Report

TOLD = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=whole(1, 3650), required=True, metavar="N", help="calendar days")
    parser.add_argument("--seed", type=whole(0, 10**12), default=1, metavar="S", help="chance, repeatable (default 1)")
    parser.add_argument("--start", type=date.fromisoformat, metavar="DATE", help="the first day")


def run(args: argparse.Namespace) -> int:
    boot()
    tell_report(simulated(args.days, args.seed, args.start))
    return 0


def simulated(days: int, seed: int, start: date | None = None, until: time | None = None) -> "Report":
    """Simulate, telling about every tenth part of it; until: when people stop on the last day."""
    from gongfang.simulation.runner import simulate

    def tell(done: int, total: int, day: date) -> None:
        if done * TOLD // total != (done - 1) * TOLD // total:
            say(_("  {percent} %, {day}").format(percent=done * 100 // total, day=day))

    return simulate(days=days, seed=seed, start=start, until=until, tell=tell)


def tell_report(report: "Report") -> None:
    say(_("Simulated {first} to {last}.").format(first=report.first, last=report.last))
    say("  " + ", ".join(f"{name} {count}" for name, count in report.done.items()))
    if report.refused:
        say(_("Refused on the way:"))
        say("  " + ", ".join(f"{name} {count}" for name, count in report.refused.items()))
