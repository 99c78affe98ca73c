"""How values look: thousands separators, negative red, dates yyyy-MM-dd, states as badges. One place for screen, print and API text."""

import string
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from gongfang.ui.derive import NUMBERS, forward_relations, state_label
from gongfang.ui.registry import model_of, registry, screen_of, url_of
from gongfang.ui.screens import Column, Screen


@dataclass(slots=True)
class Cell:
    """One shown value. raw: the Python value. text: as people read it. css: classes of the cell; color: of a badge."""

    raw: Any
    text: str
    kind: str
    css: str = ""
    url: str = ""
    color: str = ""
    unit: str = ""
    percent: int = 0


PLACES = 6  # of a quantity; what is computed from several may have more


def plain(value: Decimal, least: int = 0, most: int | None = None) -> str:
    """A number with thousands separators; trailing zeros beyond `least` places are left out, `most` rounds for display only."""
    if most is not None:
        value = round(value, most)
    text = f"{value:,f}"
    whole, _sep, places = text.partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return f"{whole}.{places}" if places else whole


def number_text(value: Any, kind: str, precision: int | None = None) -> str:
    """A figure as its kind is read: money 2 places, price at least 2, quantity at the unit's precision, percent of a ratio."""
    if isinstance(value, float):
        return f"{value:,.2f}"
    number = Decimal(value)
    if kind == "money":
        return f"{number:,.2f}"
    if kind == "price":
        return plain(number, 2, PLACES)
    if kind in ("percent", "progress"):
        return plain(number * 100, 0, 2) + "%"
    if kind == "quantity" and precision is not None:
        return plain(number, precision, PLACES)
    return plain(number, 0, PLACES)


def date_text(value: Any) -> str:
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
            if timezone.is_aware(value)
            else f"{value:%Y-%m-%d %H:%M}"
        )
    return value.isoformat() if isinstance(value, date) else str(value)


def reach(row: Any, path: str) -> Any:
    """The value at a path; None where a relation on the way is empty. Dicts and dataclasses are walked too."""
    value = row
    for part in path.split("__"):
        if value is None:
            return None
        try:
            value = value.get(part) if isinstance(value, dict) else getattr(value, part)
        except ObjectDoesNotExist:
            return None
    return value() if callable(value) and not isinstance(value, models.Manager) else value


def raw_value(row: Any, column: Column) -> Any:
    """What a column holds for a row, before it is made text."""
    return column.value(row) if column.value else reach(row, column.path)


def choice_text(value: Any, column: Any) -> str:
    """The label of a value, or the labels of several."""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(choice_text(one, column) for one in value)
    choices = column.choices() if callable(column.choices) else column.choices
    for known, label in choices or ():
        if known == value:
            return gettext(label) if type(label) is str else str(label)
    return state_label(value)


def cell(row: Any, column: Column) -> Cell:
    """A column of a row, ready for a template."""
    value = raw_value(row, column)
    kind = column.kind or guessed_kind(value)
    if kind in NUMBERS and isinstance(value, str):
        kind = "text"  # a computed text over a figure's column
    css = "gf-num" if kind in NUMBERS else "gf-wrap" if column.wraps else ""
    if value is None or value == "":
        return Cell(value, "", kind, css, url=target_url(row, column))
    shown = Cell(value, "", kind, css, url=target_url(row, column))
    if kind in NUMBERS:
        precision = reach(row, column.precision) if column.precision else None
        shown.text = number_text(value, kind, precision)
        shown.unit = str(reach(row, column.unit) or "") if column.unit else ""
        shown.css += " gf-neg" if value < 0 else ""
        if kind == "progress":
            shown.percent = max(0, min(100, int(value * 100)))
    elif kind in ("date", "datetime"):
        shown.text, shown.css = date_text(value), "gf-date"
    elif kind in ("state", "choice"):
        shown.text = choice_text(value, column)
        shown.color = column.colors.get(str(value), "secondary") if kind == "state" else ""
    elif kind == "link":  # (text, url)
        shown.text, shown.url = str(value[0]), value[1]
    elif kind == "bool":
        shown.text = gettext("Yes") if value else gettext("No")
    elif isinstance(value, models.Model):
        shown.text = label_of(value, screen_of(value))
    else:
        shown.text = text_of(value)
    return shown


def guessed_kind(value: Any) -> str:
    """The kind of a computed value whose column says none."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Decimal | int | float):
        return "number"
    if isinstance(value, datetime):
        return "datetime"
    return "date" if isinstance(value, date) else "text"


def text_of(value: Any) -> str:
    if isinstance(value, list | tuple | set):
        return ", ".join(text_of(inner) for inner in value)
    return str(value)


def target_url(row: Any, column: Column) -> str:
    """Where a click on a cell leads: the row of the relation the column shows; of a dict or dataclass, the row its path begins with."""
    if column.to is None and column.kind != "ref":
        return ""
    if not isinstance(row, models.Model):
        shown = reach(row, column.path.partition("__")[0])
        return f"/{column.to}/{shown.pk}/" if column.to and isinstance(shown, models.Model) else ""
    relation = forward_relations(type(row), column.path)
    target = reach(row, relation) if relation else None
    if column.to == "":
        return url_of(row)
    if isinstance(target, models.Model):
        return f"/{column.to}/{target.pk}/" if column.to else url_of(target)
    return ""


def label_of(row: Any, declared: Screen | None = None) -> str:
    """The text that stands for a row in look-ups, links and titles."""
    if declared is None or not declared.label:
        return str(row)
    places = {name for name in _places(declared.label)}
    return declared.label.format(**{name: reach(row, name) or "" for name in places}).strip()


def _places(template: str) -> list[str]:
    return [name for _text, name, _spec, _conversion in string.Formatter().parse(template) if name]


def ref_label(key: str, row: Any) -> str:
    """The text for a looked-up row, by the target noun's declaration."""
    declared = registry().screens.get(key)
    return label_of(row, declared)


def related_paths(declared: Screen, columns: list[Column]) -> list[str]:
    """The relations that these columns read, for select_related: a list then costs one query whatever its columns."""
    model = model_of(declared)
    paths: set[str] = set()
    for column in columns:
        for path in (column.path if column.value is None else "", column.unit, column.precision, *column.needs):
            if path and (relation := forward_relations(model, path)):
                paths.add(relation)
    return sorted(paths)


@dataclass
class Shown:
    """A table ready for a template: columns, rows of cells, totals by column."""

    columns: list[Column]
    rows: list[list[Cell]]
    totals: list[str] = field(default_factory=list)


def shown_table(rows: list[Any], columns: list[Column]) -> Shown:
    """Rows of instances, dicts or dataclasses as cells, with the totals of the columns that ask for one."""
    filled = [column if column.kind or not rows else _with_kind(column, rows) for column in columns]
    cells = [[cell(row, column) for column in filled] for row in rows]
    totals = []
    if any(column.total for column in filled):
        for index, column in enumerate(filled):
            values = [line[index].raw for line in cells if line[index].raw is not None]
            totals.append(number_text(sum(values, Decimal(0)), column.kind) if column.total and values else "")
    return Shown(filled, cells, totals)


def _with_kind(column: Column, rows: list[Any]) -> Column:
    value = next((found for row in rows if (found := raw_value(row, column)) is not None), None)
    return replace(column, kind=guessed_kind(value), title=column.title or column.path.replace("_", " "))
