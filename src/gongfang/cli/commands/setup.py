"""Prepare the database and, when nobody is registered yet, the company in it.

    gongfang setup --demo     the demo factory, its people and three weeks of history
    gongfang setup --empty    nothing but tables and roles: the first visitor registers as administrator

Where somebody is registered already, only the tables are brought up to date; data is never touched.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from gongfang.cli.boot import boot
from gongfang.cli.commands.load import first_administrator, report_faults
from gongfang.cli.commands.migrate import bring_up_to_date
from gongfang.cli.commands.simulate import simulated
from gongfang.cli.numbers import whole
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import ngettext, say
from gongfang.kernel.errors import N_, DomainError, Kind, Problem

WORKBOOK = Path(__file__).resolve().parents[4] / "examples" / "pump-factory.xlsx"
DAYS = 21  # what a first start has time for: the whole of it should take less than a minute
THIS_MORNING = clock_time(8, 20)
SEED = 2026
SCHEDULE_SECONDS = 5
LOGINS = "demo-logins.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--demo", action="store_true", help="the demo factory")
    kind.add_argument("--empty", action="store_true", help="an empty company")
    parser.add_argument(
        "--days", type=whole(0, 3650), default=DAYS, help=f"days of history of the demo factory (default {DAYS})"
    )


def run(args: argparse.Namespace) -> int:
    boot()
    say(_("Preparing the tables …"))
    bring_up_to_date()
    from gongfang.platform.identity.models import User

    if User.objects.exists():
        say(_("This system has users already; its data stays as it is."))
    elif args.demo:
        with compiling() as compiler:
            return set_up_demo(args.days, compiler)
    return 0


def set_up_demo(days: int, compiler: "subprocess.Popen[bytes]") -> int:
    """Import the workbook as of `days` ago and, once the engine is compiled, let its people work until this morning.

    They stop while there is something to do at every desk: arrivals to inspect, orders to approve, pumps to ship.
    """
    from django.conf import settings
    from django.utils import timezone

    from gongfang.platform.exchange import services
    from gongfang.simulation.clock import Clock, running

    if not WORKBOOK.exists():
        raise DomainError(
            Problem("no_demo", N_("The demo factory is not here: {name} is missing."), name=str(WORKBOOK)), Kind.MISSING
        )
    start = timezone.localdate() - timedelta(days=days)
    say(_("Importing the demo factory …"))
    content, began = WORKBOOK.read_bytes(), time.monotonic()
    checked = services.check_workbook(content, start=start)
    if checked.faults:
        report_faults(checked)
        return 1
    with running(Clock(start)):  # recorded before what its people record
        services.import_workbook(actor=first_administrator(checked), request_id=uuid4(), content=content, start=start)
    rows = sum(checked.counts.values())
    say(
        ngettext("  {rows} row in {seconds} s", "  {rows} rows in {seconds} s", rows).format(
            rows=rows, seconds=f"{time.monotonic() - began:.0f}"
        )
    )
    if days:
        say(ngettext("Its people work {days} day …", "Its people work {days} days …", days).format(days=days))
        compiler.wait()
        simulated(days + 1, SEED, start, until=THIS_MORNING)
        queue_planning()
    logins = login_lines(checked.context.rows.get("users", ()))
    (Path(settings.DATA_DIR) / LOGINS).write_text("\n".join(logins) + "\n", encoding="utf-8")
    return 0


def queue_planning() -> None:
    """What a planner looks at in the morning: forecast, stock policy and a schedule of the floor. The worker makes them after the start."""
    from gongfang.planning import services as planning
    from gongfang.platform.identity.models import User

    planner = User.objects.filter(roles__code="planner", is_active=True).earliest("pk")
    planning.start_forecast(actor=planner, request_id=uuid4())
    planning.start_policy(actor=planner, request_id=uuid4())
    planning.create_schedule(actor=planner, request_id=uuid4(), seconds=SCHEDULE_SECONDS)


def login_lines(people: Sequence[Mapping[str, object]]) -> list[str]:
    """Who can log in to the demo: the first person of each role, in the order of the workbook."""
    lines, seen = [], set()
    for person in people:
        roles = person.get("roles") or ()
        assert isinstance(roles, list | tuple | set | frozenset)
        new = [str(role) for role in roles if role not in seen]
        if new:
            seen.update(roles)
            lines.append(f"    {person['username']!s:<18}{person['name']!s:<8}\t{', '.join(new)}")
    passwords = {str(person["password"]) for person in people}
    if len(passwords) == 1:
        lines.insert(0, _("  Demo log-ins; the password of all is {password}").format(password=passwords.pop()))
    return lines


@contextmanager
def compiling() -> "Iterator[subprocess.Popen[bytes]]":
    """Meanwhile compile the planning engine in a second process; its code is kept on disk for all later starts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gongfang.cli.warm"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
