"""Bring a backup back. It is unpacked, migrated and verified in a scratch place first; only when nothing is wrong does it
replace the present data, which is kept beside it. Stop the server before.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from gongfang.cli.boot import boot
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import say
from gongfang.kernel.errors import N_, DomainError, Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--yes", action="store_true", help="do not ask before replacing the present data")


def run(args: argparse.Namespace) -> int:
    boot()
    from gongfang.platform.backup.services import restore

    if not args.file.is_file():
        raise FileNotFoundError(2, "", str(args.file))
    if not args.yes and not agreed():
        say(_("Nothing was changed."))
        return 1
    say(_("Trying the backup in a scratch place …"))
    done = restore(args.file.absolute(), migrate_place, faults_of_place)
    say(
        _("Restored the backup of {moment} (version {version}). The data before it is kept in {kept}.").format(
            moment=done.manifest.made_at, version=done.manifest.version, kept=done.kept
        )
    )
    return 0


def agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input(_("Replace the present data by this backup? Type yes: ")).strip().lower() in {"yes", "是"}


def migrate_place(environment: dict[str, str], targets: dict[str, str]) -> None:
    """Migrate a scratch place: to the named step of each app, or to this version where none is named."""
    for step in targets.items() or [()]:
        command = [sys.executable, "-m", "gongfang.cli.manage", "migrate", *step, "--verbosity", "0", "--no-input"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DomainError(
                Problem(
                    "backup_migration",
                    N_("The backup cannot be brought to this version: {reason}"),
                    reason=done.stderr.strip()[-500:],
                )
            )


def faults_of_place(environment: dict[str, str]) -> list[str]:
    """What `gongfang verify` finds in a scratch place; empty when all is well."""
    command = [sys.executable, "-m", "gongfang.cli.main", "verify", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["faults"]
    except (ValueError, KeyError):
        return [done.stderr.strip()[-500:] or "verify gave no answer"]
    return [fault["message"] for fault in found]
