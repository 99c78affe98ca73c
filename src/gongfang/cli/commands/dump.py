"""Write a workbook.

gongfang export workbook FILE               what is in the database, in the form that imports again
gongfang export workbook FILE --template    empty, with a note on every heading
"""

import argparse
from pathlib import Path

from gongfang.cli.boot import acting, add_actor_argument, boot
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["workbook"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--template", action="store_true", help="the empty workbook")
    add_actor_argument(parser)


def run(args: argparse.Namespace) -> int:
    boot()
    from gongfang.platform.exchange import services

    content = services.template() if args.template else services.export_workbook(actor=acting(args))
    args.file.write_bytes(content)
    say(_("Written: {file} ({size} KB).").format(file=args.file, size=len(content) // 1024))
    return 0
