"""The `gongfang` command. Django and the engines are loaded by the sub-command that needs them, not here.

Exit status: 0 done; 1 refused or found faulty, with the reasons on stderr; 2 the call itself was wrong.
"""

import argparse
import contextlib
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from gongfang.cli.speech import complain
from gongfang.cli.speech import gettext as _
from gongfang.kernel.depth import with_room

if TYPE_CHECKING:
    from gongfang.kernel.errors import DomainError

COMMANDS: dict[str, str] = {
    "serve": "serve the web pages and the API",
    "worker": "work off background tasks",
    "counters": "listen to machine counters on an MQTT broker",
    "setup": "prepare the database and, when it is new, the demo factory or an empty company",
    "migrate": "bring the tables to this version",
    "user": "add a user, set a password or a role, list users",
    "import": "load a workbook: all of it or nothing",
    "export": "write a workbook",
    "plan": "run the material requirements plan",
    "simulate": "let demo people work some days",
    "verify": "recompute every balance, value and link and name what differs",
    "backup": "write everything to one archive",
    "restore": "bring an archive back, after proving that it is sound",
    "solve": "solve a planning problem from a file, without a database",
}
MODULES = {"import": "load", "export": "dump"}


class Command(Protocol):
    """What each module in `cli.commands` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def command(name: str) -> Command:
    return cast(Command, importlib.import_module(f"gongfang.cli.commands.{MODULES.get(name, name)}"))


def overview() -> argparse.ArgumentParser:
    """The parser of the first word; each sub-command has its own, made only when it is called."""
    lines = "\n".join(f"  {name:<10} {what}" for name, what in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="gongfang",
        description="工坊 Gongfang: what an administrator does without a browser.",
        epilog=f"commands:\n{lines}\n\n`gongfang COMMAND --help` tells more. The data folder is named by GONGFANG_DATA.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument("command", nargs="?", choices=list(COMMANDS), metavar="COMMAND")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command; refusals become sentences on stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    parser = overview()
    chosen = parser.parse_args(words[:1])
    if chosen.version:
        from gongfang import __version__

        print(__version__)
        return 0
    if chosen.command is None:
        parser.print_help()
        return 2
    module = command(chosen.command)
    own = argparse.ArgumentParser(prog=f"gongfang {chosen.command}", description=module.__doc__)
    own.formatter_class = argparse.RawDescriptionHelpFormatter
    module.add_arguments(own)
    args = own.parse_args(words[1:])
    return guarded(lambda: with_room(module.run, args))


def guarded(work: Callable[[], int]) -> int:
    """Say refusals and the common faults of the surroundings in sentences; our own bugs keep their traceback."""
    from gongfang.kernel.errors import DomainError

    try:
        return work()
    except DomainError as refusal:
        complain("\n".join(sentences(refusal)))
    except FileNotFoundError as missing:
        complain(_("There is no file {name}.").format(name=missing.filename))
    except IsADirectoryError as folder:
        complain(_("{name} is a folder.").format(name=folder.filename))
    except PermissionError as closed:
        complain(_("No permission for {name}.").format(name=closed.filename))
    except KeyboardInterrupt:
        complain(_("Stopped."))
        return 130
    except BrokenPipeError:  # the reader (`| head`) went away
        sys.stderr.close()
        return 0
    except ImportError as absent:
        complain(_("This part is not installed: {name}.").format(name=absent.name or absent))
    return 1


def sentences(refusal: "DomainError") -> list[str]:
    """Each problem on its own line with the place it belongs to; translated where Django is up."""
    render: Callable[[object], str] = str
    if "django" in sys.modules:
        from django.apps import apps

        if apps.ready:
            from gongfang.ui.sentences import sentence as render
    return [f"{problem.where}: {render(problem)}" if problem.where else render(problem) for problem in refusal.problems]


if __name__ == "__main__":
    sys.exit(main())
