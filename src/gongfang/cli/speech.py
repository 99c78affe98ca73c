"""The command's own sentences in the language of the terminal, without loading Django."""

import gettext as catalogues
import os
import sys
from functools import cache
from pathlib import Path


def language() -> str:
    """ "zh-hans" where the terminal is Chinese, else "en"; GONGFANG_LANGUAGE overrules."""
    named = next(
        filter(None, (os.environ.get(name) for name in ("GONGFANG_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), ""
    )
    return "zh-hans" if named.lower().startswith("zh") else "en"


@cache
def catalogue(name: str) -> catalogues.NullTranslations:
    if name == "en":
        return catalogues.NullTranslations()
    folder = Path(__file__).parent / "locale"
    return catalogues.translation("django", str(folder), languages=["zh_Hans"], fallback=True)


def gettext(text: str) -> str:
    """The sentence in the terminal's language."""
    return catalogue(language()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence in the form that the count asks for."""
    return catalogue(language()).ngettext(one, many, count)


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Tell why it did not work; stdout stays clean for what reads it."""
    print(text, file=sys.stderr, flush=True)
