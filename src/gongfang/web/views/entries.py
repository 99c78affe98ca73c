"""Create and edit: the form, and what comes back when it is refused."""

import uuid
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.verbs import authorize
from gongfang.ui import derive
from gongfang.ui.document import DocumentView, fetch
from gongfang.ui.entry import EntryForm
from gongfang.ui.registry import screen
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import Screen
from gongfang.ui.sentences import sentences
from gongfang.web.doing import address_of, save
from gongfang.web.errors import STATUS, asked_again


def posted(request: HttpRequest, many: set[str]) -> dict[str, Any]:
    """Posted texts by name; a list for fields that take several; files beside them."""
    values: dict[str, Any] = {
        name: items if name in many else items[-1] for name, items in request.POST.lists() if items
    }
    return values | dict(request.FILES.items())


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, key: str) -> HttpResponseBase:
    """A new row: empty, from a copy (`?copy=`), or filled by what the address gives."""
    declared = screen(key)
    if not declared.create_verb:
        raise DomainError(Problem("missing", "This cannot be created here."), Kind.MISSING)
    authorize(request.user, declared.create_verb)
    form = EntryForm(declared, request.user)
    if request.method == "POST":
        return _saved(request, declared, form, None)
    if copied := request.GET.get("copy", ""):
        form.start_from(fetch(declared, request.user, int(copied) if copied.isdigit() else 0), copy=True)
    else:
        given: dict[str, Any] = {name: request.GET[name] for name in request.GET}
        if declared.initial is not None:
            given |= declared.initial(request.user, given)
        form.start_new(given)
    return _page(request, declared, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    """Change a row that may still be changed."""
    declared = screen(key)
    if not declared.edit_verb:
        raise DomainError(Problem("missing", "This cannot be edited here."), Kind.MISSING)
    authorize(request.user, declared.edit_verb)
    document = fetch(declared, request.user, pk)
    form = EntryForm(declared, request.user, document)
    if request.method == "POST":
        return _saved(request, declared, form, document)
    if not DocumentView(declared, request.user, document).editable:
        raise DomainError(
            Problem("not_editable_now", "{name} cannot be edited in its present state.", name=str(document)),
            Kind.CONFLICT,
        )
    form.start_from(document)
    return _page(request, declared, form, document)


def _saved(request: HttpRequest, declared: Screen, form: EntryForm, document: models.Model | None) -> HttpResponseBase:
    many = {one.name for one in form.header.fields if one.many}
    raw = posted(request, many)
    raw |= {name: [] for name in many - raw.keys()}
    entry = form.read(raw)
    version = str(raw.get("version") or "")
    try:
        if entry.problems:
            raise DomainError(entry.problems)
        result = save(
            request.user, declared, entry.values, request_id=request_id_of(request), document=document,
            version=int(version) if version.isdigit() else None, confirmed=request.POST.getlist("confirm"),
        )  # fmt: skip
    except DomainError as error:
        return _refused(request, declared, form, document, error, version)
    url = address_of(result, f"/{declared.key}/{document.pk}/" if document else f"/{declared.key}/")
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


def _refused(
    request: HttpRequest,
    declared: Screen,
    form: EntryForm,
    document: models.Model | None,
    error: DomainError,
    version: str,
) -> HttpResponse:
    """The same form with what was typed, each problem at its place."""
    form.show(error.problems)
    extra = {
        "problems": form.placed.general or (sentences(error.problems) if not form.placed.fields else []),
        **asked_again(request, error),
        "refused": True,
        "version": version,
        "request_id": request.POST.get("request_id"),
    }
    return _page(request, declared, form, document, extra, status=STATUS[error.kind])


def _page(
    request: HttpRequest, declared: Screen, form: EntryForm, document: models.Model | None,
    extra: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "declared": declared, "key": declared.key, "form": form, "document": document, "fields": form.bound(),
        "grids": form.grid_settings(), "title": derive.one(declared), "list_title": derive.title(declared),
        "version": getattr(document, "version", "") if document else "", "request_id": uuid.uuid4(),
        "draft_key": f"{request.user.pk}:{request.path}", "has_files": any(one.field.kind in ("file", "image") for one in form.bound()),
        "name": DocumentView(declared, request.user, document).name if document else "", **(extra or {}),
    }  # fmt: skip
    context["placed"] = form.placed
    template = "web/_entry_form.html" if request.htmx and request.method == "POST" else "web/entry.html"
    return render(request, template, context, status=status)
