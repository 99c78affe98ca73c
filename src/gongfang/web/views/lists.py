"""The list of a noun: page, fragment, totals, batch verbs, saved views."""

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.ui import derive, forms
from gongfang.ui.conditions import OPERATORS, PERIODS, operator_kind
from gongfang.ui.entry import questions
from gongfang.ui.kept import kept, kept_template
from gongfang.ui.listing import COUNT_CAP, Listing, Request
from gongfang.ui.present import cell, number_text
from gongfang.ui.registry import registry, screen
from gongfang.ui.screens import Preset, Screen
from gongfang.ui.searching import WINDOW
from gongfang.web import queries, services
from gongfang.web.doing import verb_title
from gongfang.web.models import SavedView
from gongfang.web.views.lookups import filter_lookup_url


def effective(request: HttpRequest, declared: Screen) -> tuple[Request, list[SavedView], str, SavedView | None]:
    """The asked values over those of the chosen view; without any, one's default view and column layout apply."""
    asked = {name: list(values) for name, values in request.GET.lists()}
    saved = queries.views_of(declared.key, request.user)
    chosen = asked.get("view", [""])[-1]
    if not set(asked) - {"after", "before"}:
        chosen = next((str(view.pk) for view in saved if view.is_default and view.owner_id == request.user.pk), "")
    layout = next((view for view in saved if not view.name and view.owner_id == request.user.pk), None)
    base: dict[str, list[str]] = dict(layout.params) if layout else {}
    preset = next((one for one in declared.views if one.key == chosen), None)
    if preset is not None:
        base |= preset_values(preset)
    elif view := next((one for one in saved if str(one.pk) == chosen), None):
        base |= view.params
    return Request({**base, **asked}), [view for view in saved if view.name], chosen, layout


def preset_values(preset: Preset) -> dict[str, list[str]]:
    values = {}
    for name, value in preset.filters.items():
        items = value if isinstance(value, list | tuple) else [value]
        values[name] = ["1" if item is True else "0" if item is False else str(item) for item in items]
    return values | ({"sort": [preset.sort]} if preset.sort else {})


SHOWN_FILTERS = 5


def filter_controls(listing: Listing, request: Request) -> list[dict[str, Any]]:
    """Each filter with its present value, as the toolbar shows it. Those that nobody has set look alike to everybody."""
    controls = _filter_values(listing, request)
    for place, control in enumerate(controls):
        context = {"filter": control, "is_extra": place >= SHOWN_FILTERS}
        if control["on"]:
            control["html"] = render_to_string("web/_filter.html", context)
        else:
            key = (listing.declared, control["path"], place >= SHOWN_FILTERS)
            control["html"] = kept_template("web/_filter.html", key, lambda context=context: context)  # type: ignore[misc]
    return controls


def _filter_values(listing: Listing, request: Request) -> list[dict[str, Any]]:
    controls = []
    refs = forms.Refs()
    wanted: dict[str, set[int]] = {}
    for one in listing.filters:
        if operator_kind(one.kind) == "ref" and one.ref:
            wanted.setdefault(one.ref, set()).update(int(value) for value in request.many(one.path) if value.isdigit())
    refs.fetch({key: pks for key, pks in wanted.items() if pks}, listing.user)
    for one in listing.filters:
        kind = operator_kind(one.kind)
        values, low, high = request.many(one.path), request.one(f"{one.path}_from"), request.one(f"{one.path}_to")
        control: dict[str, Any] = {
            "path": one.path,
            "title": one.title,
            "kind": kind,
            "values": values,
            "low": low,
            "high": high,
            "on": bool(values or low or high),
        }
        if kind == "choice":
            control["choices"] = [(str(value), label, str(value) in values) for value, label in one.choices or ()]
            control["text"] = ", ".join(str(label) for value, label, on in control["choices"] if on)
            control["known"] = bool(one.choices)
        elif kind == "ref":
            control["lookup"] = filter_lookup_url(one, listing.declared.key)
            control["labels"] = [
                (value, refs.label(one.ref, int(value)) if value.isdigit() else _("Me")) for value in values
            ]
            control["text"] = ", ".join(label for _value, label in control["labels"])
        elif kind == "date":
            named = dict(PERIODS)
            control["text"] = (
                _(named[values[0].lstrip("@")])
                if values and values[0].lstrip("@") in named
                else f"{low or '…'} – {high or '…'}"
                if low or high
                else "".join(values)
            )
            control["periods"] = [(key, _(label), f"@{key}" in values or key in values) for key, label in PERIODS]
        elif kind == "number":
            control["text"] = f"{low or '…'} – {high or '…'}" if low or high else "".join(values)
        elif kind == "bool":
            control["text"] = (_("Yes") if values[0] in ("1", "true", "True") else _("No")) if values else ""
        else:
            control["text"] = "".join(values)
        controls.append(control)
    return controls


def builder_script(listing: Listing) -> SafeString:
    """What the query builder may ask, for its script; nothing where there is nothing to ask about."""
    if not listing.askable:
        return SafeString("")
    key = (listing.declared, tuple(listing.askable))
    return kept("query builder", key, lambda: json_script(builder(listing)))


def builder(listing: Listing) -> dict[str, Any]:
    return {
        "columns": [
            {
                "path": one.path,
                "title": str(one.title)[:1].upper() + str(one.title)[1:],
                "kind": operator_kind(one.kind),
                "choices": [[str(value), str(label)] for value, label in one.choices or ()],
            }
            for one in listing.askable.values()
        ],
        "operators": {kind: [[key, _(label)] for key, label in pairs] for kind, pairs in OPERATORS.items()},
        "periods": [[key, _(label)] for key, label in PERIODS],
    }


def column_form(listing: Listing, layout: SavedView | None) -> SafeString:
    """The form that chooses and arranges columns."""
    shown = {column.path for column in listing.columns}
    ordered = [*listing.columns, *(column for column in listing.all_columns if column.path not in shown)]
    choice = [(column, column.path in shown) for column in ordered]
    context = {"column_choice": choice, "frozen": listing.frozen, "key": listing.declared.key, "layout": layout}
    key = (
        listing.declared,
        tuple((column.path, column.width, on) for column, on in choice),
        listing.frozen,
        bool(layout),
    )
    return kept_template("web/_columns.html", key, lambda: context)


def batch_verbs(declared: Screen, user: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": button.verb.rpartition(".")[2],
            "title": button.title or verb_title(button.verb),
            "icon": button.icon,
            "danger": button.danger,
            "asks": bool(button.page) or any(field.required for field in questions(declared, button, user).fields),
        }
        for button in declared.verbs
        if button.batch and user.may(button.verb)
    ]


def table_context(listing: Listing, declared: Screen, *, whole_totals: bool) -> dict[str, Any]:
    """Rows as cells, with totals; the totals of all are reckoned at once for as many rows as are counted, else on demand."""
    page = listing.page()
    columns = listing.columns
    lines = []
    for row in page.rows:
        cells = [cell(row, column) for column in columns]
        lines.append(
            {
                "pk": row.pk,
                "url": f"/{declared.key}/{row.pk}/",
                "cells": cells,
                "css": declared.row_class(row) if declared.row_class else "",
            }
        )
    totals: dict[str, Any] = {"page": [], "all": []}
    if listing.summed and lines:
        of_page = listing.page_totals(page.rows)
        totals["page"] = [number_text(of_page[c.path], c.kind) if c.path in of_page else "" for c in columns]
        if whole_totals or not listing.count_is_capped:
            of_all = listing.totals()
            totals["all"] = [
                number_text(of_all[c.path], c.kind) if of_all.get(c.path) is not None else "" for c in columns
            ]
    sort, descending = listing.sort
    return {
        "columns": columns, "lines": lines, "page": page, "totals": totals, "sort": sort, "descending": descending,
        "frozen": listing.frozen, "count": listing.count, "capped": listing.count_is_capped, "cap": COUNT_CAP, "whole_totals": whole_totals, "per": listing.per,
        "searched": WINDOW if listing.is_partly_searched else 0,
    }  # fmt: skip


@require_GET
def index(request: HttpRequest, key: str) -> HttpResponse:
    """The list page, or its table alone for a fragment request."""
    declared = screen(key)
    asked, saved, chosen, layout = effective(request, declared)
    listing = Listing(declared, request.user, asked)
    context = {
        "declared": declared, "key": key, "asked": asked.values, "batch": batch_verbs(declared, request.user), "chosen": chosen,
        **table_context(listing, declared, whole_totals=bool(asked.one("total"))),
    }  # fmt: skip
    context["narrowed"] = bool(
        set(asked.values) - {"cols", "sort", "per", "view", "after", "before", "total", "whole"}
    ) or bool(chosen)
    if request.htmx and request.htmx.target == "gf-list":
        return render(request, "web/_list_table.html", context)
    context |= {
        "title": derive.title(declared), "one": derive.one(declared), "saved": saved, "layout": layout,
        "filters": filter_controls(listing, asked), "q": asked.one("q"), "where": asked.one("where"),
        "builder": builder_script(listing), "column_form": column_form(listing, layout),
        "may_create": bool(declared.create_verb) and request.user.may(declared.create_verb),
        "may_import": importable(declared) and request.user.may(declared.create_verb),
        "list_verbs": [(one, one.verb.rpartition(".")[2]) for one in declared.list_verbs if request.user.may(one.verb)],
        "related": [registry().screens[other] for other in declared.related if other in registry().screens],
    }  # fmt: skip
    return render(request, "web/list.html", context)


def importable(declared: Screen) -> bool:
    """Whether rows may come from a sheet: there is a verb to create them."""
    return (
        bool(declared.create_verb)
        if declared.importable is None
        else declared.importable and bool(declared.create_verb)
    )


@require_POST
def save_view(request: HttpRequest, key: str) -> HttpResponseBase:
    """Keep the present view under a name, or the column layout without one."""
    params: dict[str, list[str]] = {}
    for name, values in json.loads(request.POST.get("params") or "{}").items():
        if name not in ("after", "before", "view", "total", "whole"):
            params[str(name)] = [str(value) for value in values]
    if cols := request.POST.get("cols"):
        params["cols"] = [cols]
    name = request.POST.get("name", "").strip()
    if not name:
        params = {"cols": params.get("cols", [""])}
    row = services.save_view(
        actor=request.user, request_id=uuid.UUID(request.POST["request_id"]), screen=key, name=name, params=params,
        is_shared=request.POST.get("is_shared") == "1", is_default=request.POST.get("is_default") == "1",
    )  # fmt: skip
    return redirect(f"/{key}/?view={row.pk}" if name else f"/{key}/")


@require_POST
def remove_view(request: HttpRequest, key: str, view_id: int) -> HttpResponseBase:
    services.remove_view(actor=request.user, request_id=uuid.UUID(request.POST["request_id"]), view_id=view_id)
    return redirect(f"/{key}/?view=")
