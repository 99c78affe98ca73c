"""Prepare the database and, when nobody is registered yet, the company in it.

    gongfang setup --demo     the demo factory with its people and history
    gongfang setup --empty    nothing but tables and roles: the first visitor registers as administrator

Where somebody is registered already, only the tables are brought up to date; data is never touched.
"""

import argparse

from gongfang.cli.boot import boot
from gongfang.cli.commands.migrate import bring_up_to_date
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--demo", action="store_true", help="the demo factory")
    kind.add_argument("--empty", action="store_true", help="an empty company")


def run(args: argparse.Namespace) -> int:
    boot()
    say(_("Preparing the tables …"))
    bring_up_to_date()
    from gongfang.platform.identity.models import User

    if User.objects.exists():
        say(_("This system has users already; its data stays as it is."))
    return 0
