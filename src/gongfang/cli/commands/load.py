"""Load a workbook: all of it in one go, or nothing.

    gongfang import workbook FILE --dry-run    checks it and names every fault, with sheet, row, column and reason
    gongfang import workbook FILE              loads it
    gongfang import workbook FILE --start 2026-09-01    as if it were for another opening date

On a system where nobody is registered yet, the workbook's own administrator is registered first.
"""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from gongfang.cli.boot import acting, add_actor_argument, boot
from gongfang.cli.speech import complain, ngettext, say
from gongfang.cli.speech import gettext as _

if TYPE_CHECKING:
    from gongfang.platform.exchange.services import Checked
    from gongfang.platform.identity.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["workbook"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="check only; change nothing")
    parser.add_argument(
        "--start", type=date.fromisoformat, metavar="DATE", help="opening date in place of the workbook's"
    )
    add_actor_argument(parser)


def run(args: argparse.Namespace) -> int:
    boot()
    from gongfang.platform.exchange import services

    content = args.file.read_bytes()
    checked = services.check_workbook(content, start=args.start)
    if checked.faults:
        report_faults(checked)
        return 1
    rows = sum(checked.counts.values())
    if args.dry_run:
        say(
            ngettext(
                "The workbook is sound: {rows} row. Nothing was changed.",
                "The workbook is sound: {rows} rows. Nothing was changed.",
                rows,
            ).format(rows=rows)
        )
        return 0
    actor = first_administrator(checked) or acting(args)
    services.import_workbook(actor=actor, request_id=uuid4(), content=content, start=args.start)
    say(ngettext("Loaded: {rows} row.", "Loaded: {rows} rows.", rows).format(rows=rows))
    return 0


def first_administrator(checked: "Checked") -> "User | None":
    """Register the workbook's administrator where nobody is registered yet; None where somebody is.

    The company starts in the language of the workbook's other people, whatever this shell speaks.
    """
    from django.utils import translation

    from gongfang.platform.identity.models import User
    from gongfang.platform.identity.services import register_first_admin

    if User.objects.exists():
        return None
    row = next((row for row in checked.context.rows.get("users", ()) if "admin" in row.get("roles", ())), None)
    if row is None:
        return None
    with translation.override(User._meta.get_field("language").default):
        return register_first_admin(
            actor=None, request_id=uuid4(), username=row["username"], name=row["name"], password=row["password"]
        )


def report_faults(checked: "Checked", shown: int = 200) -> None:
    """Each fault on its own line: sheet, row, column, reason."""
    from gongfang.platform.exchange.services import fault_lines

    for line in fault_lines(checked.faults[:shown]):
        place = _("{sheet}, row {row}").format(sheet=line.sheet, row=line.row) if line.row else line.sheet
        complain(f"{place}{', ' + line.column if line.column else ''}: {line.reason}")
    if len(checked.faults) > shown:
        complain(_("… and {count} more.").format(count=len(checked.faults) - shown))
    complain(
        ngettext(
            "{count} fault; nothing was changed.", "{count} faults; nothing was changed.", len(checked.faults)
        ).format(count=len(checked.faults))
    )
