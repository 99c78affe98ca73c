"""All addresses that the program answers, as their patterns say it."""

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[str]:
    """The whole route of each address, numbers and names as `<int:pk>`."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route
