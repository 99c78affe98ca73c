"""From filter values to database conditions: simple filters and the AND/OR query builder.

Only declared, permitted columns can be asked about; a relation to many becomes a subquery, so that no row comes twice.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.ui.derive import NUMBERS, crosses_many, end_field
from gongfang.ui.screens import Filter

MAX_DEPTH, MAX_LEAVES = 4, 40

OPERATORS: dict[str, tuple[tuple[str, str], ...]] = {
    # kind: ((operator, msgid), …)
    "text": (("has", N_("contains")), ("not_has", N_("does not contain")), ("is", N_("is")), ("starts", N_("starts with")), ("empty", N_("is empty")), ("filled", N_("is filled"))),
    "number": (("eq", "="), ("ne", "≠"), ("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"), ("empty", N_("is empty"))),
    "date": (("on", N_("on")), ("ge", N_("from")), ("le", N_("until")), ("within", N_("in the period")), ("empty", N_("is empty")), ("filled", N_("is filled"))),
    "choice": (("any", N_("is one of")), ("none", N_("is none of"))),
    "bool": (("yes", N_("yes")), ("no", N_("no"))),
    "ref": (("has", N_("contains")), ("any", N_("is one of")), ("empty", N_("is empty")), ("filled", N_("is filled"))),
}  # fmt: skip

PERIODS: tuple[tuple[str, str], ...] = (
    ("today", N_("Today")), ("yesterday", N_("Yesterday")), ("week", N_("This week")), ("month", N_("This month")),
    ("last_month", N_("Last month")), ("quarter", N_("This quarter")), ("year", N_("This year")), ("next_7", N_("Next 7 days")),
    ("last_30", N_("Last 30 days")), ("past", N_("Before today")),
)  # fmt: skip


def operator_kind(kind: str) -> str:
    """Which row of OPERATORS a column's kind uses."""
    if kind in NUMBERS:
        return "number"
    return {"datetime": "date", "state": "choice"}.get(kind, kind if kind in OPERATORS else "text")


def period(name: str, today: date | None = None) -> tuple[date | None, date | None]:
    """First and last day of a named period, both included; None is open."""
    today = today or timezone.localdate()
    first = today.replace(day=1)
    monday = today - timedelta(days=today.weekday())
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    last_of_previous = first - timedelta(days=1)
    named: dict[str, tuple[date | None, date | None]] = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "week": (monday, monday + timedelta(days=6)),
        "month": (first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)),
        "last_month": (last_of_previous.replace(day=1), last_of_previous),
        "quarter": (quarter, (quarter + timedelta(days=95)).replace(day=1) - timedelta(days=1)),
        "year": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
        "next_7": (today, today + timedelta(days=7)),
        "last_30": (today - timedelta(days=30), today),
        "past": (None, today - timedelta(days=1)),
    }
    return named.get(name, (None, None))


def bad_value(where: str, value: Any) -> DomainError:
    return DomainError(
        Problem("bad_filter", "“{value}” is no value for this filter.", where=where, value=str(value)[:60])
    )


def to_date(where: str, value: str) -> date:
    try:
        return date.fromisoformat(value.strip().replace("/", "-"))
    except ValueError as error:
        raise bad_value(where, value) from error


def to_number(where: str, value: Any) -> Decimal:
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation as error:
        raise bad_value(where, value) from error
    if not number.is_finite() or abs(number) > Decimal("9e12"):
        raise bad_value(where, value)
    return number


def day_start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def date_range(model: type[models.Model], path: str, first: date | None, last: date | None) -> Q:
    """Both days included; a moment is compared with the start of the following day."""
    is_moment = isinstance(end_field(model, path), models.DateTimeField)
    found = Q()
    if first is not None:
        found &= Q(**{f"{path}__gte": day_start(first) if is_moment else first})
    if last is not None:
        found &= Q(**{f"{path}__lt": day_start(last + timedelta(days=1))}) if is_moment else Q(**{f"{path}__lte": last})
    return found


def distinct_rows(model: type[models.Model], path: str, condition: Q) -> Q:
    """Ask through a relation to many without repeating rows."""
    if not crosses_many(model, path):
        return condition
    return Q(pk__in=model._default_manager.filter(condition).order_by().values("pk"))


def filter_condition(model: type[models.Model], one: Filter, values: Sequence[str], user: Any) -> Q:
    """One filter with its chosen values as a condition. Raises DomainError(bad_filter)."""
    kind, path = operator_kind(one.kind), one.path
    if kind == "bool":
        if values[0].lower() not in ("1", "true", "yes", "0", "false", "no"):
            raise bad_value(path, values[0])
        return distinct_rows(model, path, Q(**{path: values[0].lower() in ("1", "true", "yes")}))
    if kind in ("choice", "ref"):
        chosen: list[Any] = [user.pk if value == "@me" else value for value in values]
        if kind == "ref":
            chosen = [int(to_number(path, value)) for value in chosen]
        return distinct_rows(model, path, Q(**{f"{path}__in": chosen}))
    if kind == "date":
        first, last = period(values[0].lstrip("@")) if not values[0][:1].isdigit() else (to_date(path, values[0]),) * 2
        return distinct_rows(model, path, date_range(model, path, first, last))
    if kind == "number":
        return distinct_rows(model, path, Q(**{path: to_number(path, values[0])}))
    return distinct_rows(model, path, Q(**{f"{path}__icontains": values[0]}))


def range_condition(model: type[models.Model], one: Filter, low: str, high: str) -> Q:
    """From – to of a date or a number; either may be empty."""
    if operator_kind(one.kind) == "date":
        first, last = (to_date(one.path, value) if value else None for value in (low, high))
        return distinct_rows(model, one.path, date_range(model, one.path, first, last))
    condition = Q(**{f"{one.path}__gte": to_number(one.path, low)}) if low else Q()
    condition &= Q(**{f"{one.path}__lte": to_number(one.path, high)}) if high else Q()
    return distinct_rows(model, one.path, condition)


def tree_condition(model: type[models.Model], askable: Mapping[str, Filter], text: str) -> Q:
    """The query builder's tree: {"all"|"any": [leaf or tree …]}, leaf {"path", "op", "value"}. Raises DomainError(bad_query)."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise DomainError(Problem("bad_query", "The conditions cannot be read.")) from error
    leaves = [0]
    return _branch(model, askable, tree, 0, leaves)


def _branch(model: type[models.Model], askable: Mapping[str, Filter], node: Any, depth: int, leaves: list[int]) -> Q:
    leaves[0] += 1
    if not isinstance(node, dict) or depth > MAX_DEPTH or leaves[0] > MAX_LEAVES:
        raise DomainError(Problem("bad_query", "The conditions cannot be read."))
    for joiner in ("all", "any"):
        inner = node.get(joiner)
        if isinstance(inner, list):
            joined = Q()
            for child in inner:
                condition = _branch(model, askable, child, depth + 1, leaves)
                joined = joined & condition if joiner == "all" else joined | condition
            return joined
    one = askable.get(str(node.get("path")))
    if one is None:
        raise DomainError(
            Problem("bad_query", "There is no column “{path}” to ask about.", path=str(node.get("path"))[:60])
        )
    return distinct_rows(model, one.path, _leaf(model, one, str(node.get("op", "")), node.get("value")))


def _leaf(model: type[models.Model], one: Filter, operator: str, value: Any) -> Q:
    path, kind = one.path, operator_kind(one.kind)
    if operator not in {known for known, _label in OPERATORS[kind]}:
        raise DomainError(Problem("bad_query", "“{op}” is no comparison for this column.", op=operator[:20]))
    if operator in ("empty", "filled"):
        field = end_field(model, path)
        empty = Q(**{f"{path}__isnull": True})
        if kind == "text" and isinstance(field, models.CharField | models.TextField):
            empty |= Q(**{path: ""})
        return empty if operator == "empty" else ~empty
    if kind == "bool":
        return Q(**{path: operator == "yes"})
    if kind == "number":
        lookup = {"gt": "__gt", "ge": "__gte", "lt": "__lt", "le": "__lte"}.get(operator, "")
        condition = Q(**{f"{path}{lookup}": to_number(path, value)})
        return ~condition if operator == "ne" else condition
    if kind == "date":
        if operator == "within":
            return date_range(model, path, *period(str(value)))
        day = to_date(path, str(value))
        return date_range(
            model, path, day if operator in ("on", "ge") else None, day if operator in ("on", "le") else None
        )
    if kind in ("choice", "ref") and operator in ("any", "none"):
        values = value if isinstance(value, list) else [value]
        chosen = (
            [int(to_number(path, one_value)) for one_value in values] if kind == "ref" else [str(v) for v in values]
        )
        condition = Q(**{f"{path}__in": chosen})
        return ~condition if operator == "none" else condition
    if kind == "ref":
        return _ref_text(model, path, str(value))
    lookup = {"has": "icontains", "not_has": "icontains", "is": "iexact", "starts": "istartswith"}[operator]
    condition = Q(**{f"{path}__{lookup}": str(value)})
    return ~condition if operator == "not_has" else condition


def _ref_text(model: type[models.Model], path: str, text: str) -> Q:
    """A related row by its code or name."""
    field = end_field(model, path)
    found = Q()
    for name in ("number", "code", "name"):
        if field is not None and end_field(field.related_model, name) is not None:
            found |= Q(**{f"{path}__{name}__icontains": text})
    return found
