"""Write the database and all attached files to one archive (ZIP with checksums), while everybody goes on working.

gongfang backup                     into the data folder, under backups/
gongfang backup monday.zip          to this file, which must not exist yet
gongfang backup --keep 14           and keep only the newest 14 of the folder's own backups
"""

import argparse
from pathlib import Path

from gongfang.cli.boot import boot
from gongfang.cli.numbers import whole
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import ngettext, say

PATTERN = "gongfang-*.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument(
        "--keep", type=whole(1, 100_000), metavar="N", help="delete all but the newest N in the backups folder"
    )


def run(args: argparse.Namespace) -> int:
    boot()
    from django.conf import settings
    from django.utils import timezone

    from gongfang.platform.backup.services import back_up

    folder = Path(settings.DATA_DIR) / "backups"
    target = args.file or folder / f"gongfang-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
    manifest = back_up(target.absolute())
    size = target.stat().st_size / 1e6
    say(
        ngettext(
            "Backed up to {name}: {parts} part, {size} MB.",
            "Backed up to {name}: {parts} parts, {size} MB.",
            len(manifest.parts),
        ).format(name=target, parts=len(manifest.parts), size=f"{size:.1f}")
    )
    for old in outdated(folder, args.keep):
        old.unlink()
        say(_("Deleted the old backup {name}.").format(name=old.name))
    return 0


def outdated(folder: Path, keep: int | None) -> list[Path]:
    """All but the newest `keep` backups; none where no number was given."""
    return sorted(folder.glob(PATTERN))[:-keep] if keep is not None else []
