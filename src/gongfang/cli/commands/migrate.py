"""Bring the tables to this version. Data is kept; preset roles learn the new verbs. Back up first: `gongfang backup`."""

import argparse

from gongfang.cli.boot import boot
from gongfang.cli.speech import ngettext, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only tell whether something is to do (exit status 1)")


def run(args: argparse.Namespace) -> int:
    boot()
    if args.check:
        steps = pending()
        say(ngettext("{count} migration to apply.", "{count} migrations to apply.", steps).format(count=steps))
        return 1 if steps else 0
    steps = bring_up_to_date()
    say(
        ngettext(
            "The database is up to date ({count} migration applied).",
            "The database is up to date ({count} migrations applied).",
            steps,
        ).format(count=steps)
    )
    return 0


def pending() -> int:
    """How many migrations are not applied yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> int:
    """Apply migrations and let the preset roles know every verb. Safe to repeat. Returns how many were applied."""
    from django.core.management import call_command
    from django.utils import timezone

    from gongfang.platform.identity.services import sync_preset_roles
    from gongfang.platform.statistics import refresh_statistics

    steps = pending()
    if steps:
        call_command("migrate", verbosity=0, interactive=False)
    sync_preset_roles()
    if steps:  # a table that was made anew has lost what was known of it
        refresh_statistics(actor=None, now=timezone.now())
    return steps
