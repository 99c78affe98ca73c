"""Make Django ready for a sub-command, in the person's language and with somebody to act as."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gongfang.cli.speech import language
from gongfang.kernel.errors import N_, DomainError, Kind, Problem

if TYPE_CHECKING:
    from gongfang.platform.identity.models import User

SETTINGS = "gongfang.config.settings.local"


def set_environment() -> None:
    """Settings of one PC and the data folder of this checkout, unless the environment says otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "run.py").exists():
        os.environ.setdefault("GONGFANG_DATA", str(checkout / "data"))


def boot() -> None:
    """Set Django up. Safe to repeat; from then on every text comes in the terminal's language."""
    set_environment()
    import django
    from django.apps import apps
    from django.utils import translation

    if not apps.ready:
        django.setup()
    translation.activate(language())


def add_actor_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as", dest="actor", metavar="USER", help="act as this user (default: the first administrator)"
    )


def acting(args: argparse.Namespace) -> "User":
    """The person whose name stands on what the command does. Raises DomainError where there is none."""
    from gongfang.platform.identity.models import User

    people = User.objects.filter(is_active=True)
    if args.actor:
        user = people.filter(username__iexact=args.actor).first()
        if user is None:
            raise DomainError(
                Problem("unknown_user", N_("There is no active user “{name}”."), name=args.actor), Kind.MISSING
            )
        return user
    user = people.filter(roles__is_all=True).order_by("pk").first()
    if user is None:
        raise DomainError(
            Problem(
                "no_administrator",
                N_(
                    "Nobody is administrator yet: run `gongfang user add NAME --role admin`, or register in the browser."
                ),
            ),
            Kind.MISSING,
        )
    return user
