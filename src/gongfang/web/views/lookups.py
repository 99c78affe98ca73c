"""Look-ups: rows of a noun for a reference field, and codes pasted from a sheet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from gongfang.ui.derive import (
    NUMBERS,
    allowed,
    derived_field,
    end_field,
    header_fields,
    line_fields,
    lookup_columns,
    lookup_extras,
    number_path,
)
from gongfang.ui.document import find_button
from gongfang.ui.entry import fill_value, tail_path
from gongfang.ui.forms import raw_text
from gongfang.ui.listing import visible_rows
from gongfang.ui.present import cell, label_of, number_text, reach, related_paths
from gongfang.ui.registry import model_of, registry
from gongfang.ui.screens import Field, Filter, Screen
from gongfang.ui.searching import search

LIMIT = 20
CODES_LIMIT = 2000


@dataclass
class Place:
    """The field that asks: its noun, itself, and the fields beside it that may be filled."""

    declared: Screen | None
    field: Field | None
    beside: list[Field]
    permission: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    """Values so far of the fields that the look-up asks for."""


def filter_lookup_url(one: Filter, key: str) -> str:
    return f"/-/lookup/{one.ref}?for={quote(key)}&field="


def place_of(request: HttpRequest) -> Place:
    declared = registry().screens.get(request.GET.get("for", ""))
    if declared is None:
        return Place(None, None, [])
    name, relation, verb = (request.GET.get(part, "") for part in ("field", "grid", "verb"))
    permission = declared.create_verb or declared.edit_verb
    if verb:
        button: Any = find_button(declared, verb) or next(
            (one for one in declared.list_verbs if one.verb == verb), None
        )
        fields = [derived_field(model_of(declared), one) for one in button.ask] if button else []
        permission = verb
    elif relation:
        grid = next((one for one in declared.grids if one.relation == relation), None)
        fields = list(line_fields(declared, grid)) if grid else []
    else:
        fields = list(header_fields(declared))
    fields = allowed(request.user, fields)
    given = {name[2:]: value for name, value in request.GET.items() if name.startswith("g.")}
    return Place(declared, next((one for one in fields if one.name == name), None), fields, permission, given)


def may_look_up(user: Any, target: Screen, place: Place) -> bool:
    """Who may see the noun, or may write a document that refers to it."""
    if not target.view_permission or user.may(target.view_permission):
        return True
    refers = place.field is not None and place.field.ref == target.key
    return refers and bool(place.permission) and user.may(place.permission)


def condition(request: HttpRequest, place: Place) -> Q:
    """The field's own condition on its look-up."""
    if place.field is None or place.field.where is None:
        return Q()
    where = place.field.where
    if callable(where):
        where = where(request.user, place.given)
    return where if isinstance(where, Q) else Q(**where)


def rows_of(request: HttpRequest, target: Screen, place: Place) -> Any:
    columns = allowed(request.user, lookup_columns(target))
    paths = related_paths(target, columns)
    rows = visible_rows(target, request.user).filter(condition(request, place))
    return (rows.select_related(*paths) if paths else rows), columns


def answer_rows(
    user: Any, target: Screen, place: Place, rows: list[Any], columns: list[Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Columns and rows with their texts and with what they fill beside."""
    extras = lookup_extras(target, user)
    added: dict[str, Mapping[int, Any]] = {
        extra.name: extra.values(user, [row.pk for row in rows]) if rows else {} for extra in extras
    }
    more: Mapping[int, Mapping[str, Any]] = {}
    if place.field is not None and place.field.fill_with is not None and rows:
        more = place.field.fill_with(user, place.given, [row.pk for row in rows])
    heads = [{"title": head(column.title), "number": column.kind in NUMBERS} for column in columns]
    heads += [{"title": head(extra.title), "number": extra.kind in NUMBERS} for extra in extras]
    found = []
    code = number_path(target)
    for row in rows:
        texts = [cell(row, column).text for column in columns]
        figures = {extra.name: added[extra.name].get(row.pk) for extra in extras}
        texts += [extra_text(figures[extra.name], extra.kind) for extra in extras]
        found.append(
            {
                "id": row.pk,
                "label": label_of(row, target),
                "code": str(reach(row, code) or ""),
                "cells": texts,
                "fill": fills(place, row, figures) | filled(place, more.get(row.pk, {})),
            }
        )
    return heads, found


def head(title: Any) -> str:
    text = str(title)
    return text[:1].upper() + text[1:]


def extra_text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    return number_text(value, kind) if kind in NUMBERS else str(value)


def fills(place: Place, row: Any, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Declared fills, and the read-only fields beside that follow from this reference."""
    if place.field is None:
        return {}
    found: dict[str, Any] = {}
    kinds = {one.name: one.kind for one in place.beside}
    for name, source in place.field.fills.items():
        if name not in kinds:
            continue
        if source in figures:
            text = raw_text(figures[source], kinds[name])
            found[name] = {"value": text, "label": text}
        else:
            found[name] = fill_value(row, source, kinds[name])
    for one in place.beside:
        rest = tail_path(one, place.field)
        if rest and one.name not in found and one.readonly:
            found[one.name] = fill_value(row, rest, one.kind)
    return found


def filled(place: Place, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that `Field.fill_with` found, as texts of the fields that the person may write."""
    kinds = {one.name: one.kind for one in place.beside}
    texts = {name: raw_text(value, kinds[name]) for name, value in values.items() if name in kinds}
    return {name: {"value": text, "label": text} for name, text in texts.items()}


def search_paths(target: Screen, user: Any) -> list[str]:
    paths = target.search or (number_path(target),)
    return [path for path in paths if user.sees(getattr(end_field(model_of(target), path), "scope", None))]


@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest, key: str) -> HttpResponse:
    """GET `q`: the best rows. POST {"codes": […]}: each code's row or its fault, in one query."""
    target = registry().screens.get(key)
    place = place_of(request)
    if target is None:
        return JsonResponse({"columns": [], "rows": []}, status=404)
    if not may_look_up(request.user, target, place):
        return JsonResponse({"columns": [], "rows": []}, status=403)
    rows, columns = rows_of(request, target, place)
    if request.method == "POST":
        return JsonResponse({"found": resolved(request, target, place, rows, columns)})
    text = request.GET.get("q", "").strip()[:100]
    code = number_path(target)
    if text:
        # A code that begins with the text comes first; the rest by the noun's search columns.
        rows = rows.filter(search(model_of(target), search_paths(target, request.user), text).in_order)
    ordering = target.ordering or model_of(target)._meta.ordering or (code,)
    found = list(rows.order_by(*ordering)[: LIMIT * 3])
    lowered = text.lower()
    found.sort(key=lambda row: rank(str(reach(row, code) or "").lower(), lowered))
    heads, answer = answer_rows(request.user, target, place, found[:LIMIT], columns)
    return JsonResponse({"columns": heads, "rows": answer})


def rank(code: str, text: str) -> int:
    return 0 if code == text else 1 if text and code.startswith(text) else 2


def resolved(request: HttpRequest, target: Screen, place: Place, rows: Any, columns: list[Any]) -> dict[str, Any]:
    """Pasted codes or names: code first, then name."""
    try:
        codes = [str(code)[:120] for code in json.loads(request.body).get("codes", [])][:CODES_LIMIT]
    except (ValueError, AttributeError):
        return {}
    model = model_of(target)
    names = [
        name
        for name in dict.fromkeys((number_path(target), "code", "number", "name"))
        if end_field(model, name) is not None
    ]
    wanted = Q()
    for name in names:
        wanted |= Q(**{f"{name}__in": codes})
    by_text: dict[str, list[Any]] = {}
    found = list(rows.filter(wanted)[: CODES_LIMIT * 2])
    for name in names:
        for row in found:
            text = str(reach(row, name) or "")
            if text and row not in by_text.get(text, []):
                by_text.setdefault(text, []).append(row)
    _heads, answer = answer_rows(request.user, target, place, found, columns)
    texts = {row["id"]: row for row in answer}
    result: dict[str, Any] = {}
    for code in codes:
        hits = by_text.get(code, [])
        exact = [row for row in hits if str(reach(row, names[0]) or "") == code]
        if len(exact or hits) == 1:
            result[code] = texts[(exact or hits)[0].pk]
        elif hits:
            result[code] = {"fault": "ambiguous"}
    return result
