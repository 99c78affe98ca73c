"""All declarations of the installed packages, found by looking into their `screens` modules once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import models

from gongfang.ui.screens import Alert, ExtraTab, LookupExtra, Page, ProcessBox, Screen, Tile


@dataclass
class Registry:
    """What the packages declared, by key."""

    screens: dict[str, Screen] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    boxes: dict[str, ProcessBox] = field(default_factory=dict)
    tiles: list[Tile] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    lookup_extras: list[LookupExtra] = field(default_factory=list)
    extra_tabs: list[ExtraTab] = field(default_factory=list)

    def add_module(self, module: Any) -> None:
        """Take over one package's declarations. Two nouns under one key are a programming error."""
        for declared in getattr(module, "SCREENS", ()):
            target: dict[str, Any] = self.screens if isinstance(declared, Screen) else self.pages
            assert declared.key not in self.screens and declared.key not in self.pages, (
                f"{declared.key} is declared twice"
            )
            target[declared.key] = declared
        self.boxes.update({box.key: box for box in getattr(module, "PROCESS_BOXES", ())})
        self.tiles.extend(getattr(module, "TILES", ()))
        self.alerts.extend(getattr(module, "ALERTS", ()))
        self.lookup_extras.extend(getattr(module, "LOOKUP_EXTRAS", ()))
        self.extra_tabs.extend(getattr(module, "EXTRA_TABS", ()))


@cache
def registry() -> Registry:
    """The declarations of every installed `gongfang` package. Call after the app registry is ready."""
    found = Registry()
    for config in apps.get_app_configs():
        if config.name.startswith("gongfang.") and find_spec(f"{config.name}.screens") and config.name != "gongfang.ui":
            found.add_module(import_module(f"{config.name}.screens"))
    found.tiles.sort(key=lambda tile: tile.order)
    found.alerts.sort(key=lambda alert: alert.order)
    return found


def screen(key: str) -> Screen:
    """The noun under a key. Raises KeyError."""
    return registry().screens[key]


def model_of(declared: Screen) -> type[models.Model]:
    return apps.get_model(declared.model)


@cache
def screen_of_model(label: str) -> Screen | None:
    """The noun that shows rows of a model ("sales.SalesOrder"); the first in the menu where several do."""
    for declared in registry().screens.values():
        if model_of(declared)._meta.label_lower == label.lower():
            return declared
    return None


def screen_of(row: models.Model) -> Screen | None:
    """The noun that shows this row."""
    return screen_of_model(row._meta.label)


def visible_screens(user: Any) -> Iterator[Screen | Page]:
    """What the person may open, in menu order."""
    found = registry()
    for declared in sorted([*found.screens.values(), *found.pages.values()], key=lambda one: one.order):
        if may_view(user, declared):
            yield declared


def may_view(user: Any, declared: Screen | Page) -> bool:
    return not declared.view_permission or user.may(declared.view_permission)


def url_of(row: models.Model) -> str:
    """Address of a row's document; empty when it has no screen."""
    declared = screen_of(row)
    return f"/{declared.key}/{row.pk}/" if declared and row.pk else ""
