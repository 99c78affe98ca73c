"""Which row a text in a sheet stands for: a number, a code, a line ("CG20260101-0001-3"), the text of the look-up, a name.

Asked for many texts at once, with one query per way of naming. What several rows answer to is not guessed.
"""

import string
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from gongfang.ui.derive import end_field, forward_relations, number_path
from gongfang.ui.listing import visible_rows
from gongfang.ui.present import reach
from gongfang.ui.registry import model_of
from gongfang.ui.screens import Screen

LINE_KEY = "{document__number}-{line_no}"
KEYS = ("pk", "id")  # database ids are no names: nobody sees them


@dataclass(frozen=True, slots=True)
class Named:
    """A text as it stands in a row, with the item that the row names besides: a lot code is looked up within it."""

    text: str
    item: int | None = None


@cache
def ways(target: Screen) -> tuple[str, ...]:
    """Templates of the texts that name a row of this noun, the strictest first."""
    model = model_of(target)
    found = [f"{{{name}}}" for name in dict.fromkeys((number_path(target), "code", "number")) if name not in KEYS]
    found += [LINE_KEY, target.label, "{name}", "{username}"]
    return tuple(way for way in dict.fromkeys(found) if way and _answers(model, way))


def _answers(model: type[models.Model], way: str) -> bool:
    """Whether the database can be asked for the first value of a template, and the row for the others."""
    first = end_field(model, _paths(way)[0]) if _paths(way) else None
    return first is not None and not first.is_relation and (way != LINE_KEY or end_field(model, "line_no") is not None)


def _paths(way: str) -> list[str]:
    return [name for _text, name, _spec, _conversion in string.Formatter().parse(way) if name]


def per_item(target: Screen) -> bool:
    """Whether rows of this noun belong to an item and are named within it (lots)."""
    model = model_of(target)
    item = end_field(model, "item")
    return LINE_KEY not in ways(target) and "{code}" in ways(target) and item is not None and not item.primary_key


def keys_of(user: Any, target: Screen, wanted: Collection[Named]) -> dict[Named, list[int]]:
    """Primary keys by text, in the person's data scope; several where it is ambiguous. One query per way of naming."""
    found: dict[Named, list[int]] = {}
    rows = visible_rows(target, user)
    within = per_item(target)
    for find in _finders(target):
        left = [named for named in wanted if named not in found]
        if not left:
            break
        hits = find(rows, {named.text for named in left})
        for named in left:
            of_item = [pk for pk, item in hits.get(named.text, {}).items() if not within or named.item in (None, item)]
            if of_item:
                found[named] = of_item
    return found


def _finders(target: Screen) -> Iterable[Any]:
    if target.named is not None:
        named = target.named
        yield lambda rows, texts: {text: dict.fromkeys(pks) for text, pks in named(rows, texts).items()}
    for way in ways(target):
        yield lambda rows, texts, way=way: _by(target, rows, way, texts)


def _by(target: Screen, rows: Any, way: str, texts: Collection[str]) -> Mapping[str, Mapping[int, int | None]]:
    """Text → primary key → item, of the rows whose template reads like one of the texts."""
    model, paths = model_of(target), _paths(way)
    between = way.partition("}")[2].partition("{")[0]
    first = {text for text in texts} if len(paths) == 1 else {part for text in texts for part in _heads(text, between)}
    relations = {relation for path in paths if (relation := forward_relations(model, path))}
    asked = rows.filter(**{f"{paths[0]}__in": sorted(first)})
    found: dict[str, dict[int, int | None]] = defaultdict(dict)
    for row in asked.select_related(*sorted(relations)) if relations else asked:
        text = way.format(**{path: _shown(reach(row, path)) for path in paths}).strip()
        if text in texts:
            found[text][row.pk] = getattr(row, "item_id", None)
    return found


def _shown(value: Any) -> Any:
    return "" if value is None else value


def _heads(text: str, between: str) -> Iterable[str]:
    """What may stand before the first piece between two values, for every place where that piece stands."""
    place = text.find(between)
    while between and place >= 0:
        yield text[:place]
        place = text.find(between, place + 1)
