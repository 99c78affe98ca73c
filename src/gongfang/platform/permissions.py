"""Permissions in words: what each allows, and to which area of the work it belongs."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.platform.documents.lifecycle import LIFECYCLES
from gongfang.platform.identity.presets import SCOPES
from gongfang.platform.identity.services import all_permissions
from gongfang.platform.verbs import REGISTRY
from gongfang.ui import derive
from gongfang.ui.areas import AREAS
from gongfang.ui.registry import registry

PAGES_NAMED = 3
FIGURES = _("Figures that are seen")


@cache
def _nouns() -> dict[str, Any]:
    """Verb of a life cycle → the document it is for, since the verb alone (“Approve”) does not say."""
    return {
        lifecycle.verb_name(action): lifecycle.model._meta.verbose_name
        for lifecycle in LIFECYCLES.values()
        for action in ("submit", "withdraw", "approve", "reject", "unapprove", "void", "close", "reopen")
    }


@cache
def _pages() -> dict[str, list[Any]]:
    """View permission → the lists and pages that it opens."""
    found: dict[str, list[Any]] = {}
    for screen in registry().screens.values():
        found.setdefault(screen.view_permission, []).append(lambda screen=screen: derive.title(screen))
    for page in registry().pages.values():
        found.setdefault(page.view_permission, []).append(lambda page=page: page.title)
    return found


def permission_title(name: str) -> str:
    """What a permission allows, in the reader's language."""
    if name in REGISTRY:
        title = gettext(REGISTRY[name].title)
        return gettext("{verb}: {noun}").format(verb=title, noun=_nouns()[name]) if name in _nouns() else title
    scope = name.removeprefix("see.")
    if scope in SCOPES:
        return gettext(SCOPES[scope][0])
    pages = list(dict.fromkeys(str(title()) for title in _pages().get(name, ())))
    if not pages:
        return gettext("View")
    shown = gettext(", ").join(pages[:PAGES_NAMED]) + (" …" if len(pages) > PAGES_NAMED else "")
    return gettext("View: {pages}").format(pages=shown)


def permission_area(name: str) -> str:
    """The package's name, in the reader's language."""
    package = name.partition(".")[0]
    known = {area.key: area.title for area in AREAS}
    known |= {"see": FIGURES, "platform": known["settings"]}
    if package in known:
        return str(known[package])
    return str(apps.get_app_config(package).verbose_name) if package in apps.app_configs else package


def area_places() -> dict[str, int]:
    """The areas' names in the reader's language, in the order of the menu."""
    return {str(area.title): place for place, area in enumerate(AREAS)}


def in_words(names: Iterable[str]) -> list[dict[str, str]]:
    """Rows of permissions in words, by area and title."""
    rows = [{"area": permission_area(name), "title": permission_title(name), "permission": name} for name in names]
    places = area_places()
    return sorted(rows, key=lambda row: (places.get(row["area"], len(places)), row["area"], row["title"]))


def grouped(names: Iterable[str]) -> list[tuple[str, list[dict[str, str]]]]:
    """Permissions in words by area, in the order of the menu's areas."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in in_words(names):
        found.setdefault(row["area"], []).append(row)
    return list(found.items())


def permission_choices() -> list[tuple[str, str]]:
    return [(row["permission"], row["title"]) for row in in_words(all_permissions())]
