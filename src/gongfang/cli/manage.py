"""Django's own management commands with this project's settings: `python -m gongfang.cli.manage migrate`."""

import os
import sys


def main(argv: list[str] | None = None) -> None:
    """Hand the arguments to Django; the settings are the developer's unless the environment names others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    main()
