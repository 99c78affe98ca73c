"""Pieces of pages that depend on nothing but their key and the language: rendered once, then handed out.

Most of a page is the same for everybody who sees it (menu, texts of the scripts, filters nobody has set). Rendering them anew for
every request was two thirds of the time of a list page.
"""

from collections.abc import Callable, Hashable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_PIECES = 5_000
_pieces: dict[tuple[str | None, str, Hashable], SafeString] = {}


def kept(name: str, key: Hashable, make: Callable[[], str]) -> SafeString:
    """The piece `name` for a key in the present language. key: everything but the language that the piece depends on."""
    place = (get_language(), name, key)
    piece = _pieces.get(place)
    if piece is None:
        if len(_pieces) >= MOST_PIECES:
            _pieces.clear()
        piece = _pieces[place] = SafeString(make())
    return piece


def kept_template(template: str, key: Hashable, context: Callable[[], dict[str, Any]]) -> SafeString:
    """A rendered template, kept."""
    return kept(template, key, lambda: render_to_string(template, context()))
