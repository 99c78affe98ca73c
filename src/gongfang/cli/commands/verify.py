"""Recompute every balance, value, reservation, link and total from the ledgers and documents, check the invariants and the
audit chain, and name the exact row of any fault. Reads only. Exit status 0 only when nothing is wrong.
"""

import argparse
import json
import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gongfang.cli.boot import boot
from gongfang.cli.speech import complain, say
from gongfang.cli.speech import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gongfang.platform.verification import Check

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One check that was run: how long it took and what it found (check, row, message)."""

    package: str
    name: str
    seconds: float
    faults: list[dict[str, Any]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--only", metavar="PACKAGE", action="append", help="only this package's checks")


def run(args: argparse.Namespace) -> int:
    boot()
    results = []
    for package, check in checks(args.only):
        results.append(checked(package, check))
        if not args.json:
            show(results[-1])
    faults = [fault for result in results for fault in result.faults]
    if args.json:
        say(as_json(results, faults))
    elif faults:
        complain(_("{count} faults were found.").format(count=len(faults)))
    else:
        say(_("{count} checks: everything agrees.").format(count=len(results)))
    return 1 if faults else 0


def checks(only: list[str] | None) -> "Iterator[tuple[str, Check]]":
    """(package, check) of every package that offers `verify.CHECKS`, from the lowest package up."""
    from django.apps import apps
    from django.utils.module_loading import module_has_submodule

    for config in apps.get_app_configs():
        own = config.name.startswith("gongfang.") and module_has_submodule(config.module, "verify")
        if own and (not only or config.label in only):
            yield from ((config.label, check) for check in import_module(f"{config.name}.verify").CHECKS)


def checked(package: str, check: "Check") -> Result:
    started = time.monotonic()
    faults = [{"check": fault.check, "row": str(fault.row), "message": str(fault.message)} for fault in check.run()]
    return Result(package, str(check.name), time.monotonic() - started, faults)


def show(result: Result) -> None:
    mark = "✓" if not result.faults else "✗"
    say(f"{mark} {result.package}: {_(result.name)}  {result.seconds:.2f} s")
    for fault in result.faults[:SHOWN]:
        complain(f"    {fault['row']}: {fault['message']}")
    if len(result.faults) > SHOWN:
        complain("    " + _("… and {count} more").format(count=len(result.faults) - SHOWN))


def as_json(results: list[Result], faults: list[dict[str, Any]]) -> str:
    summary = [
        {"package": one.package, "check": one.name, "seconds": round(one.seconds, 3), "faults": len(one.faults)}
        for one in results
    ]
    return json.dumps({"ok": not faults, "checks": summary, "faults": faults}, ensure_ascii=False, indent=1)
