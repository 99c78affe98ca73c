"""Recompute every balance, value, reservation, link and total from the ledgers and documents, check the invariants and the
audit chain, and name the exact row of any fault. Reads only. Exit status 0 only when nothing is wrong.
"""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from gongfang.cli.boot import boot
from gongfang.cli.speech import complain, ngettext, say
from gongfang.cli.speech import gettext as _

if TYPE_CHECKING:
    from gongfang.platform.verification import Result

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--only", metavar="NAME", action="append", help="only checks whose name begins so (ledger)")


def run(args: argparse.Namespace) -> int:
    boot()
    from gongfang.platform.verification import checks, run_each

    wanted = [check for check in checks() if not args.only or check.name.startswith(tuple(args.only))]
    results = []
    for result in run_each(wanted):
        results.append(result)
        if not args.json:
            show(result)
    count = sum(len(result.faults) for result in results)
    if args.json:
        say(as_json(results))
    elif count:
        complain(ngettext("{count} fault was found.", "{count} faults were found.", count).format(count=count))
    else:
        say(_("{count} checks: everything agrees.").format(count=len(results)))
    return 1 if count else 0


def show(result: "Result") -> None:
    from django.utils.translation import gettext

    mark = "✗" if result.faults else "✓"
    title = gettext(result.check.title) if result.check.title else result.check.name
    say(f"{mark} {title}  ({result.check.name}, {result.seconds:.2f} s)")
    for fault in result.faults[:SHOWN]:
        complain(f"    {fault.row}: {fault.message}")
    if len(result.faults) > SHOWN:
        complain("    " + _("… and {count} more").format(count=len(result.faults) - SHOWN))


def as_json(results: "list[Result]") -> str:
    faults = [asdict(fault) for result in results for fault in result.faults]
    ran = [
        {"name": result.check.name, "seconds": round(result.seconds, 3), "faults": len(result.faults)}
        for result in results
    ]
    return json.dumps({"ok": not faults, "checks": ran, "faults": faults}, ensure_ascii=False, indent=1)
