"""A page of a noun: which rows, in which order, with which totals. Serves the list screen, the export, the API and look-ups.

Keyset paging: the next page starts after the last row's sort value, so that page 10,000 costs what page 1 costs. Rows found are
counted up to a cap only. The number of queries is constant: rows, count, and one for the totals of all where asked for.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q, Sum

from gongfang.kernel.errors import DomainError, Problem
from gongfang.ui.conditions import filter_condition, range_condition, tree_condition
from gongfang.ui.derive import (
    NUMBERS,
    allowed,
    choices_of,
    columns,
    crosses_many,
    end_field,
    filters,
    number_path,
    require_view,
    title_of,
)
from gongfang.ui.present import raw_value, related_paths
from gongfang.ui.registry import model_of
from gongfang.ui.screens import Column, Filter, Screen
from gongfang.ui.searching import FEW, Found, looks_at_part, search

PER_PAGE, MOST_PER_PAGE = 50, 500
COUNT_CAP = FEW
RESERVED = {"q", "ids", "sort", "after", "before", "per", "where", "view", "cols", "total", "whole", "page", "fields"}


@dataclass
class Request:
    """What a person or a program asks of a list, free of HTTP: values by name, each a list of strings."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        found = self.values.get(name) or [default]
        return found[-1]

    def many(self, name: str) -> list[str]:
        return [value for value in self.values.get(name, ()) if value != ""]


@dataclass
class Rows:
    """One page of rows, and how to reach the pages around it."""

    rows: list[Any]
    next: str = ""
    previous: str = ""


class Listing:
    """A noun as one person sees it, narrowed by one request.

    Raises DomainError(bad_filter | bad_query | bad_sort | bad_page) for what cannot be understood, Kind.FORBIDDEN without the permission.
    """

    def __init__(self, declared: Screen, user: Any, request: Request | None = None, *, within: Q | None = None) -> None:
        require_view(user, declared)
        self.declared, self.user = declared, user
        self.request = request or Request()
        self.within = within
        self.model = model_of(declared)

    @cached_property
    def all_columns(self) -> list[Column]:
        return allowed(self.user, columns(self.declared))

    @cached_property
    def columns(self) -> list[Column]:
        """The chosen columns in their chosen order and width, else those not hidden.

        `cols` is written `number:120,customer__name,|,date`: a width after a colon, a bar after the columns that stay in sight.
        """
        by_path = {column.path: column for column in self.all_columns}
        picked = []
        for part in self.request.one("cols").split(","):
            name, _colon, width = part.partition(":")
            if name in by_path:
                wide = min(max(int(width), 40), 900) if width.isascii() and width.isdigit() and len(width) < 6 else None
                picked.append(replace(by_path[name], width=wide) if wide else by_path[name])
        return picked or [column for column in self.all_columns if not column.hidden]

    @cached_property
    def frozen(self) -> int:
        """How many columns stay in sight when the list is scrolled sideways."""
        before, bar, _after = self.request.one("cols").partition("|")
        known = {column.path for column in self.all_columns}
        return sum(part.partition(":")[0] in known for part in before.split(",")) if bar else 0

    @cached_property
    def filters(self) -> list[Filter]:
        return allowed(self.user, filters(self.declared))

    @cached_property
    def askable(self) -> dict[str, Filter]:
        """What the query builder may ask about: stored columns and filters that the person sees."""
        found = {one.path: one for one in self.filters if one.apply is None}
        for column in self.all_columns:
            if column.value is None and end_field(self.model, column.path) is not None:
                found.setdefault(
                    column.path,
                    Filter(column.path, column.title or title_of(self.model, column.path), kind=column.kind,
                           choices=column.choices or choices_of(end_field(self.model, column.path))),
                )  # fmt: skip
        return found

    def base(self) -> models.QuerySet[Any]:
        """The rows the person may see at all."""
        return visible_rows(self.declared, self.user)

    @cached_property
    def queryset(self) -> models.QuerySet[Any]:
        """The rows asked for, unordered."""
        return self._unsearched.filter(self.found.condition)

    @cached_property
    def found(self) -> Found:
        """What the quick search found."""
        text = self.request.one("q").strip()[:100]
        return search(
            self.model, self.search_paths, text, self.declared.search_beside, is_whole=bool(self.request.one("whole"))
        )

    @cached_property
    def is_partly_searched(self) -> bool:
        """Whether a word was looked for at any place of the newest rows only; one statement."""
        if self.request.one("whole") or not self.request.one("q").strip():
            return False
        return looks_at_part(self.model)

    @cached_property
    def _unsearched(self) -> models.QuerySet[Any]:
        rows = self.base()
        if self.within is not None:
            rows = rows.filter(self.within)
        if ids := self.request.one("ids"):
            rows = rows.filter(pk__in=[int(pk) for pk in ids.split(",")[:1000] if pk.isdigit()])
        for one in self.filters:
            rows = self._narrowed(rows, one)
        if tree := self.request.one("where"):
            rows = rows.filter(tree_condition(self.model, self.askable, tree))
        return rows

    @cached_property
    def search_paths(self) -> list[str]:
        """Columns of the quick search, without those whose figures the person may not see."""
        paths = self.declared.search or (number_path(self.declared),)
        return [path for path in paths if self.user.sees(getattr(end_field(self.model, path), "scope", None))]

    def _narrowed(self, rows: models.QuerySet[Any], one: Filter) -> models.QuerySet[Any]:
        values = self.request.many(one.path)
        if values:
            if one.apply is not None:
                rows = one.apply(rows, values if len(values) > 1 else values[0])
            else:
                rows = rows.filter(filter_condition(self.model, one, values, self.user))
        low, high = self.request.one(f"{one.path}_from"), self.request.one(f"{one.path}_to")
        if (low or high) and one.apply is None:
            rows = rows.filter(range_condition(self.model, one, low, high))
        return rows

    @cached_property
    def sort(self) -> tuple[str, bool]:
        """Path and whether descending."""
        asked = self.request.one("sort")
        default = (*self.declared.ordering, *self.model._meta.ordering, "-pk")[0]
        if asked:
            known = {column.path for column in self.all_columns if column.sortable}
            if asked.lstrip("-") not in known:
                raise DomainError(Problem("bad_sort", "The list cannot be sorted by “{path}”.", path=asked[:60]))
        path = asked or str(default)
        return path.lstrip("-"), path.startswith("-")

    @cached_property
    def per(self) -> int:
        asked = self.request.one("per")
        return min(max(int(asked), 1), MOST_PER_PAGE) if asked.isdigit() else PER_PAGE

    def ordered(self, *, backwards: bool = False) -> models.QuerySet[Any]:
        path, descending = self.sort
        descending ^= backwards
        order = models.F(path).desc(nulls_first=backwards or None, nulls_last=not backwards or None)
        if not descending:
            order = models.F(path).asc(nulls_first=backwards or None, nulls_last=not backwards or None)
        if not self._nullable:
            order = models.F(path).desc() if descending else models.F(path).asc()
        keys: list[Any] = [order] if path in ("pk", "id") else [order, "-pk" if descending else "pk"]
        return self._unsearched.filter(self.found.in_order).order_by(*keys)

    @cached_property
    def _nullable(self) -> bool:
        """Whether the sort value can be missing: then rows without one come last and the page token says so."""
        parts = self.sort[0].split("__")
        found = [end_field(self.model, "__".join(parts[: count + 1])) for count in range(len(parts))]
        return any(one is None or getattr(one, "null", False) for one in found)

    def fetched(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """With the relations that the shown columns read."""
        paths = related_paths(self.declared, self.columns)
        return rows.select_related(*paths) if paths else rows

    def _read(self, rows: models.QuerySet[Any], count: int) -> list[Any]:
        """The first rows in their order: their keys first, then these rows with their relations; two statements.

        In one, the database may begin at a small joined table (the locations of a million moves), join everything and sort it.
        """
        keys = list(rows.values_list("pk", flat=True)[:count])
        found = {row.pk: row for row in self.fetched(self.base().filter(pk__in=keys))} if keys else {}
        return [found[key] for key in keys if key in found]  # a draft may be deleted in between

    def page(self) -> Rows:
        """One page of rows: two statements. Raises DomainError(too_many_to_sort) where no index helps to sort very many rows."""
        if self.request.one("sort") and not indexed(self.model, self.sort[0]) and self.count_is_capped:
            raise DomainError(
                Problem(
                    "too_many_to_sort",
                    "More than {cap} rows: filter the list first, then sort by this column.",
                    cap=COUNT_CAP,
                )
            )
        before, after = self.request.one("before"), self.request.one("after")
        backwards = bool(before)
        rows = self.ordered(backwards=backwards)
        if token := before or after:
            rows = rows.filter(self._beyond(*self._decoded(token), backwards=backwards))
        found = self._read(rows, self.per + 1)
        more = len(found) > self.per
        found = found[: self.per]
        if backwards:
            found.reverse()
        if not found:
            return Rows([])
        has_next, has_previous = (True, more) if backwards else (more, bool(after))
        return Rows(found, self._token(found[-1]) if has_next else "", self._token(found[0]) if has_previous else "")

    def _beyond(self, value: Any, key: int, *, backwards: bool) -> Q:
        """Rows after (or before) a place. The redundant bound on the sort value lets the database start in its index."""
        path, descending = self.sort
        down = descending ^ backwards
        further, at_least = ("lt", "lte") if down else ("gt", "gte")
        beside = Q(**{f"pk__{further}": key})
        if path in ("pk", "id"):
            return beside
        if value is None:
            here = Q(**{f"{path}__isnull": True}) & beside
            return here | Q(**{f"{path}__isnull": False}) if backwards else here
        condition = Q(**{f"{path}__{at_least}": value}) & (
            Q(**{f"{path}__{further}": value}) | (Q(**{path: value}) & beside)
        )
        return condition | Q(**{f"{path}__isnull": True}) if self._nullable and not backwards else condition

    def _token(self, row: Any) -> str:
        value = raw_value(row, Column(self.sort[0]))
        value = str(value) if isinstance(value, Decimal | date | datetime) else value
        text = json.dumps([value, row.pk], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _decoded(self, token: str) -> tuple[Any, int]:
        try:
            value, key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            sorted_field = end_field(self.model, self.sort[0])
            if value is not None and sorted_field is not None:
                value = sorted_field.to_python(value)
            return value, int(key)
        except (ValueError, TypeError, binascii.Error, ValidationError) as error:
            raise DomainError(
                Problem("bad_page", "This page address is no longer good; open the list anew.")
            ) from error

    @cached_property
    def count(self) -> int:
        """How many rows were found, at most COUNT_CAP + 1: one query that stops there, none where the search knows."""
        known = self.found.count
        if known is not None and (self.found.is_exact or known > COUNT_CAP) and not self._unsearched.query.where:
            return min(known, COUNT_CAP + 1)
        is_many = connection.vendor == "postgresql" and known is not None and not self.found.is_exact
        # many rows hold the words, the newest first of all: PostgreSQL, left alone, begins with the oldest
        rows = self.queryset.order_by("-pk") if is_many else self.queryset.order_by()
        return rows[: COUNT_CAP + 1].count()

    @property
    def count_is_capped(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def summed(self) -> list[Column]:
        return [column for column in self.columns if column.total and column.kind in NUMBERS]

    def totals(self) -> dict[str, Any]:
        """Sums over all rows found, by column path: one query, whose cost grows with the rows."""
        stored = [
            c
            for c in self.summed
            if c.value is None
            and (
                c.path in self.queryset.query.annotations
                or (end_field(self.model, c.path) and not crosses_many(self.model, c.path))
            )
        ]
        if not stored:
            return {}
        sums = {f"sum_{index}": Sum(column.path) for index, column in enumerate(stored)}
        found = self.queryset.order_by().aggregate(**sums)
        return {column.path: found[f"sum_{index}"] for index, column in enumerate(stored)}

    def page_totals(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Sums over the rows of one page."""
        return {
            column.path: sum((value for row in rows if (value := raw_value(row, column)) is not None), Decimal(0))
            for column in self.summed
        }


def indexed(model: type[models.Model], path: str) -> bool:
    """Whether the database can read rows in the order of a column instead of sorting them all."""
    if path in ("pk", "id"):
        return True
    field = end_field(model, path) if "__" not in path else None
    if field is None or not isinstance(field, models.Field):
        return False
    leading = {index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields}
    return field.db_index or field.unique or field.name in leading


def visible_rows(declared: Screen, user: Any) -> models.QuerySet[Any]:
    """The rows of a noun within a person's data scope."""
    if declared.queryset is not None:
        return declared.queryset(user)
    manager = model_of(declared)._default_manager
    return manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
