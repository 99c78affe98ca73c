"""Entered text to typed values and back: headers, line grids, the questions of a verb, import rows. One parser for all of them.

Fields that a person may not see are neither offered nor accepted; names that are not declared are refused.
"""

import inspect
import json
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils import timezone

from gongfang.kernel.errors import N_, Problem
from gongfang.ui.derive import NUMBERS, end_field, forward_relations, line_model
from gongfang.ui.listing import visible_rows
from gongfang.ui.present import label_of, plain, reach
from gongfang.ui.registry import model_of, registry
from gongfang.ui.screens import Field, LineGrid, Screen

PLACES = {"money": 2, "quantity": 6, "price": 6, "percent": 6, "progress": 6}
LARGEST = {"money": Decimal("9e13"), "quantity": Decimal("9e11"), "price": Decimal("9e11"), "percent": Decimal("9e6")}
TEXT_LIMIT = 20_000
LINES_LIMIT = 10_000
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
"""Control characters, and those that turn the direction of text around: a name must be what it looks like."""
TRUE, FALSE = {"1", "true", "on", "yes", "y", "是", "√"}, {"", "0", "false", "off", "no", "n", "否", "×"}


class Unreadable(Exception):
    """One text that is no value of its kind; carries the problem's code, template and figures."""

    def __init__(self, code: str, template: str, **data: Any) -> None:
        self.code, self.template, self.data = code, template, data
        super().__init__(code)


def read_number(field: Field, text: str) -> Decimal | int:
    """A number as people type it: thousands separators, full-width digits and a trailing % are understood."""
    cleaned = text.translate(FULL_WIDTH).replace(",", "").replace(" ", "").lstrip("¥￥")
    percent = field.kind in ("percent", "progress")
    if cleaned.endswith("%"):
        cleaned, percent = cleaned[:-1], True
    try:
        number = Decimal(cleaned)
    except InvalidOperation as error:
        raise Unreadable("not_a_number", N_("“{value}” is not a number."), value=text[:40]) from error
    if not number.is_finite() or abs(number) > LARGEST.get(field.kind, Decimal("9e14")):
        raise Unreadable("out_of_range", N_("{value} is too large."), value=text[:40])
    number = number.scaleb(-2) if percent else number
    if field.kind == "number" and number == number.to_integral_value():
        number = int(number)  # type: ignore[assignment]
    places = PLACES.get(field.kind, 6)
    if isinstance(number, Decimal) and number != round(number, places):
        raise Unreadable(
            "too_many_places", N_("{value} has more than {places} decimals."), value=text[:40], places=places
        )
    for limit, beyond in ((field.minimum, number.__lt__), (field.maximum, number.__gt__)):
        if limit is not None and beyond(limit):
            if limit is field.minimum:
                raise Unreadable("too_small", N_("At least {limit}."), limit=limit)
            raise Unreadable("too_large", N_("At most {limit}."), limit=limit)
    return number


FULL_WIDTH = {0xFF10 + digit: 48 + digit for digit in range(10)} | {
    ord("，"): ",",
    ord("．"): ".",
    ord("－"): "-",
    ord("％"): "%",
}


def read_date(text: str) -> date:
    """yyyy-MM-dd, also with / or . or 年月日, or eight digits."""
    cleaned = text.strip().replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").rstrip("日")
    if len(cleaned) == 8 and cleaned.isdigit():
        cleaned = f"{cleaned[:4]}-{cleaned[4:6]}-{cleaned[6:]}"
    try:
        year, month, day = (int(part) for part in cleaned.split("-"))
        found = date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Unreadable("not_a_date", N_("“{value}” is not a date (yyyy-mm-dd)."), value=text[:40]) from error
    if not 1990 <= found.year <= 2199:
        raise Unreadable("date_out_of_range", N_("{value} lies outside 1990 – 2199."), value=found)
    return found


def read_datetime(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T").replace("/", "-"))
    except ValueError as error:
        raise Unreadable("not_a_time", N_("“{value}” is not a date with time."), value=text[:40]) from error
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def typed_ref(text: str) -> str:
    """What was typed into a look-up that found no row; forms send it behind a "?", so that "1001" is never read as a key."""
    return text.removeprefix("?")


def choices_of_field(field: Field) -> list[tuple[str, str]]:
    """Value and label of a choice field, as text."""
    choices = field.choices() if callable(field.choices) else field.choices
    return [(str(value), str(label)) for value, label in choices or ()]


def read_one(field: Field, text: str) -> Any:
    """One text as a value of the field's kind; references come back as the text of a primary key. Raises Unreadable."""
    if field.kind in NUMBERS:
        return read_number(field, text)
    if field.kind == "date":
        return read_date(text)
    if field.kind == "datetime":
        return read_datetime(text)
    if field.kind == "choice":
        choices = field.choices() if callable(field.choices) else field.choices
        for value, label in choices or ():
            if text in (str(value), str(label)):
                return value  # a level is a number, as the model has it
        raise Unreadable("not_a_choice", N_("“{value}” is not one of the choices."), value=text[:40])
    if field.kind == "ref":
        if not text.isdigit() or len(text) > 18:
            raise Unreadable("unknown_ref", N_("“{value}” was not found."), value=typed_ref(text)[:40])
        return int(text)
    limit = field.max_length or TEXT_LIMIT
    if len(text) > limit:
        raise Unreadable("too_long", N_("At most {limit} characters."), limit=limit)
    if UNPRINTABLE.search(text):
        raise Unreadable("bad_text", N_("The text contains a character that cannot be kept."))
    return text


def read(field: Field, raw: Any) -> Any:
    """A raw entry (text, list of texts, or already typed) as a value. Raises Unreadable; empty is None, "" for texts."""
    if field.kind == "file":
        if not raw and field.required:
            raise Unreadable("required", N_("Please fill this in."))
        return raw or None
    if field.many:
        items = raw if isinstance(raw, list | tuple) else [part for part in str(raw or "").split(",")]
        values = [read_one(field, str(item).strip()) for item in items if str(item).strip()]
        if field.required and not values:
            raise Unreadable("required", N_("Please fill this in."))
        return values
    text = "" if raw is None else str(raw).strip() if field.kind != "textarea" else str(raw).strip("\n\r ")
    if field.kind == "bool":
        if text.lower() not in TRUE | FALSE:
            raise Unreadable("not_a_choice", N_("“{value}” is not one of the choices."), value=text[:40])
        return text.lower() in TRUE
    if not text:
        if field.required:
            raise Unreadable("required", N_("Please fill this in."))
        return "" if field.kind in ("text", "textarea", "choice", "") else None
    return read_one(field, text)


@dataclass
class Entry:
    """What was read: values for the verb, problems by place, and the raw texts to show again."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_fields(fields: Sequence[Field], raw: Mapping[str, Any], user: Any, *, prefix: str = "") -> Entry:
    """Read one set of fields; references are checked to exist in the person's data scope, one query per target noun."""
    entry = Entry()
    for one in fields:
        if one.readonly:
            continue
        try:
            entry.values[one.name] = read(one, raw.get(one.name))
        except Unreadable as error:
            entry.problems.append(Problem(error.code, error.template, where=f"{prefix}{one.name}", **error.data))
    return entry


def read_lines(
    grid: LineGrid, fields: Sequence[Field], rows: Any, user: Any
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows of a grid; wholly empty ones are left out beforehand by `meant`."""
    lines: list[dict[str, Any]] = []
    problems: list[Problem] = []
    names = {one.name for one in fields} | {"id"}
    for index, row in enumerate(rows):
        unknown = [name for name in row if name not in names]
        if unknown:
            problems.append(
                Problem(
                    "unknown_field",
                    "There is no field “{name}”.",
                    where=f"{grid.relation}.{index}",
                    name=unknown[0][:40],
                )
            )
        entry = read_fields(fields, row, user, prefix=f"{grid.relation}.{index}.")
        problems += entry.problems
        pk = str(row.get("id") or "")
        lines.append({**entry.values, "id": int(pk) if pk.isdigit() and len(pk) < 19 else None})
    return lines, problems


def posted_lines(text: str, relation: str) -> tuple[list[dict[str, str]], list[Problem]]:
    """The JSON that the grid posts: a list of objects with texts."""
    try:
        rows = json.loads(text or "[]")
    except json.JSONDecodeError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return [], [Problem("bad_lines", "The lines cannot be read; reload the page and try again.", where=relation)]
    if len(rows) > LINES_LIMIT:
        return [], [Problem("too_many_lines", "At most {limit} lines.", where=relation, limit=LINES_LIMIT)]
    plain_rows = [{str(key): "" if value is None else str(value) for key, value in row.items()} for row in rows]
    return plain_rows, []


def meant(rows: Iterable[Mapping[str, str]], fields: Sequence[Field]) -> list[dict[str, str]]:
    """Rows in which somebody entered something: an existing line, or a value in a field that has no default."""
    telling = [one.name for one in fields if not one.readonly and one.default is None and one.kind != "bool"]
    telling = telling or [one.name for one in fields if not one.readonly]
    return [dict(row) for row in rows if row.get("id") or any(str(row.get(name) or "").strip() for name in telling)]


@dataclass
class Refs:
    """Looked-up rows by noun and primary key: one query per noun for a whole form."""

    found: dict[str, dict[int, Any]] = field(default_factory=dict)

    def fetch(self, wanted: Mapping[str, set[int]], user: Any) -> None:
        for key, pks in wanted.items():
            declared = registry().screens.get(key)
            missing = pks - self.found.get(key, {}).keys()
            if declared is None or not missing:
                continue
            paths = [
                relation for name in _label_paths(declared) if (relation := forward_relations(model_of(declared), name))
            ]
            rows = visible_rows(declared, user).filter(pk__in=missing)
            rows = rows.select_related(*paths) if paths else rows
            self.found.setdefault(key, {}).update({row.pk: row for row in rows})

    def row(self, key: str, pk: Any) -> Any:
        return self.found.get(key, {}).get(pk)

    def label(self, key: str, pk: Any) -> str:
        row = self.row(key, pk)
        return label_of(row, registry().screens.get(key)) if row is not None else ""


def _label_paths(declared: Screen) -> list[str]:
    return [name for _t, name, _s, _c in string.Formatter().parse(declared.label) if name]


def wanted_refs(fields: Sequence[Field], rows: Iterable[Mapping[str, Any]]) -> dict[str, set[int]]:
    """Which rows the given raw or typed values refer to."""
    wanted: dict[str, set[int]] = {}
    refs = [one for one in fields if one.kind == "ref" and one.ref]
    for row in rows:
        for one in refs:
            value = row.get(one.name)
            for item in value if isinstance(value, list | tuple) else [value]:
                if str(item or "").isdigit() and len(str(item)) < 19:
                    wanted.setdefault(one.ref, set()).add(int(str(item)))
    return wanted


def ref_problems(
    fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], refs: Refs, prefix: str = ""
) -> list[Problem]:
    """References to rows that do not exist or lie outside the person's data scope. prefix: "lines." numbers the rows."""
    problems = []
    for index, row in enumerate(rows):
        for one in fields:
            value = row.get(one.name)
            if (
                one.kind != "ref"
                or not one.ref
                or one.readonly
                or value in (None, "", [])
                or one.ref not in registry().screens
            ):
                continue
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, int) and refs.row(one.ref, item) is None:
                    where = f"{prefix}{index}.{one.name}" if prefix else one.name
                    problems.append(Problem("unknown_ref", "“{value}” was not found.", where=where, value=item))
    return problems


def raw_text(value: Any, kind: str) -> str:
    """A stored value as the text of an input box."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else ""
    if kind in ("percent", "progress") and isinstance(value, Decimal | int):
        value = Decimal(value) * 100
    if isinstance(value, Decimal):
        return plain(value).replace(",", "")
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, list | tuple):
        return ",".join(raw_text(item, "") for item in value)
    return str(value)


def stored_value(row: models.Model, one: Field) -> Any:
    """What a field holds on a row: the key of a reference, the value of all else."""
    column = end_field(type(row), one.path)
    if one.kind == "ref" and column is not None and column.is_relation:
        if column.many_to_many:
            return [inner.pk for inner in getattr(row, one.path).all()]
        head, _sep, tail = one.path.rpartition("__")
        owner = reach(row, head) if head else row
        return getattr(owner, getattr(column, "attname", tail), None) if owner is not None else None
    return reach(row, one.path)


def default_value(one: Field, user: Any) -> Any:
    """What a new form starts with."""
    default = one.default
    if default == "today":
        return timezone.localdate()
    if isinstance(default, timedelta):
        return timezone.localdate() + default
    if callable(default):
        return default(user) if inspect.signature(default).parameters else default()
    if isinstance(default, str) and one.kind in NUMBERS:
        return Decimal(default)  # a figure, shown as figures of its kind are: "0.9" of a share is 90 %
    return default


def default_for(one: Field, user: Any, document: Any = None) -> Any:
    """What a question begins with: a callable may take the document that it is asked of, else the person."""
    if callable(one.default) and document is not None:
        try:
            return one.default(document)
        except (TypeError, AttributeError):
            pass
    return default_value(one, user)


def default_of_model(model: type[models.Model] | None, one: Field, user: Any) -> Any:
    """The field's own default, else the model column's."""
    if one.default is not None:
        return default_value(one, user)
    column = end_field(model, one.path) if model is not None else None
    if column is not None and getattr(column, "has_default", lambda: False)() and one.kind != "file":
        return column.get_default()
    return None


def grid_rows(
    declared: Screen, grid: LineGrid, fields: Sequence[Field], document: models.Model
) -> list[dict[str, str]]:
    """The stored lines of a document as the texts of an entry grid; one query."""
    model = line_model(declared, grid)
    paths = sorted({relation for one in fields if (relation := forward_relations(model, one.path))})
    lines = getattr(document, grid.relation).all()
    lines = lines.select_related(*paths) if paths else lines
    lines = lines.order_by(*grid.order_by) if grid.order_by else lines
    return [
        {"id": str(line.pk), **{one.name: raw_text(stored_value(line, one), one.kind) for one in fields}}
        for line in lines
    ]
