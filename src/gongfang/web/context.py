"""What the shell shows on every page."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from gongfang.ui.areas import AREAS
from gongfang.ui.derive import title
from gongfang.ui.registry import may_view, registry
from gongfang.ui.screens import Page, Screen


@cache
def _ordered() -> tuple[tuple[str, tuple[Screen | Page, ...]], ...]:
    """Menu entries by area; computed once, permissions are looked at per request."""
    found = registry()
    entries = [one for one in (*found.screens.values(), *found.pages.values()) if one.menu]
    return tuple(
        (area.key, tuple(sorted((one for one in entries if one.area_key == area.key), key=lambda one: one.order)))
        for area in AREAS
    )


def menu_of(user: Any, path: str) -> list[dict[str, Any]]:
    """The groups and entries a person may open, with the present one marked."""
    areas = {area.key: area for area in AREAS}
    groups = []
    for key, entries in _ordered():
        shown = [
            {
                "title": title(one) if isinstance(one, Screen) else one.title,
                "url": f"/{one.key}/",
                "active": path.startswith(f"/{one.key}/"),
                "icon": one.icon,
            }
            for one in entries
            if may_view(user, one)
        ]
        if shown:
            active = any(entry["active"] for entry in shown)
            groups.append(
                {"key": key, "title": areas[key].title, "icon": areas[key].icon, "entries": shown, "active": active}
            )
    return groups


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu of the person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    return {"gf_menu": menu_of(user, request.path)}
