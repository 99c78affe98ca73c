"""What the shell shows on every page."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from gongfang.ui.areas import AREAS
from gongfang.ui.derive import title
from gongfang.ui.kept import kept_template
from gongfang.ui.registry import may_view, registry
from gongfang.ui.screens import Page, Screen

Menu = tuple[tuple[str, tuple[str, ...]], ...]

MOST_MENUS = 500
_menus: dict[frozenset[str], Menu] = {}


@cache
def _ordered() -> tuple[tuple[str, tuple[Screen | Page, ...]], ...]:
    """Menu entries by area; computed once, permissions are looked at per request."""
    found = registry()
    entries = [one for one in (*found.screens.values(), *found.pages.values()) if one.menu]
    return tuple(
        (area.key, tuple(sorted((one for one in entries if one.area_key == area.key), key=lambda one: one.order)))
        for area in AREAS
    )


def _menu_for(user: Any) -> Menu:
    """Areas with the keys of the entries a person may open; the same for everybody with the same permissions."""
    grants = user.grants()
    if grants not in _menus:
        if len(_menus) >= MOST_MENUS:
            _menus.clear()
        shown = ((area, tuple(one.key for one in entries if may_view(user, one))) for area, entries in _ordered())
        _menus[grants] = tuple((area, keys) for area, keys in shown if keys)
    return _menus[grants]


def menu_of(user: Any, path: str) -> SafeString:
    """The groups and entries a person may open, with the present one marked."""
    groups = []
    for area, keys in _menu_for(user):
        active = tuple(f"/{key}/" for key in keys if path.startswith(f"/{key}/"))
        groups.append(
            kept_template(
                "ui/_menu_group.html", (area, keys, active), lambda area=area, keys=keys, active=active: _group(area, keys, active)  # type: ignore[misc]
            )
        )  # fmt: skip
    return SafeString("".join(groups))


def _group(area: str, keys: tuple[str, ...], active: tuple[str, ...]) -> dict[str, Any]:
    known: dict[str, Any] = {**registry().screens, **registry().pages}
    entries = [{"title": title(one), "url": f"/{one.key}/"} for one in (known[key] for key in keys)]
    return {"key": area, "area": next(one for one in AREAS if one.key == area), "entries": entries, "active": active}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu of the person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    return {"gf_menu": menu_of(user, request.path)}
