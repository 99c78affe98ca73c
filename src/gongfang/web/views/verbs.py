"""Verb buttons: the dialog that asks, and the doing."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.verbs import authorize
from gongfang.ui.derive import end_field, one
from gongfang.ui.document import fetch, find_button, page_of
from gongfang.ui.entry import FieldSet, questions
from gongfang.ui.forms import default_of_model, stored_value
from gongfang.ui.registry import model_of, registry, screen
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import ListVerb, Screen, VerbButton
from gongfang.ui.sentences import placed, sentence, sentences
from gongfang.web.doing import address_of, do, verb_title
from gongfang.web.errors import STATUS, asked_again, headline
from gongfang.web.views.entries import posted


@require_http_methods(["GET", "POST"])
def verb(request: HttpRequest, key: str, pk: int, name: str) -> HttpResponseBase:
    """GET: the dialog with questions, effects or the question to confirm. POST: do it."""
    declared = screen(key)
    button = find_button(declared, name)
    if button is None:
        raise DomainError(Problem("missing", "There is no verb “{name}” here.", name=name), Kind.MISSING)
    authorize(request.user, button.verb)
    document = fetch(declared, request.user, pk)
    asked = questions(declared, button, request.user)
    url = f"/{key}/{pk}/verb/{name}"
    if request.method == "GET" and button.page:
        return redirect(page_of(button, [pk]))
    if request.method == "GET":
        asked.start(
            {one_field.name: starting(declared, one_field, document, request.user) for one_field in asked.fields}
        )
        return dialog(request, declared, button, asked, document, url, {"effects": _effects(button, document)})
    return _done(request, declared, button, asked, document, url)


def starting(declared: Screen, field: Any, document: models.Model | None, user: Any) -> Any:
    """What a question begins with: its default (a callable may take the document), else what the document has under that name."""
    if callable(field.default) and document is not None:
        try:
            return field.default(document)
        except (TypeError, AttributeError):
            pass
    if (
        field.default is None
        and document is not None
        and end_field(type(document), field.path) is not None
        and field.kind != "file"
    ):
        return stored_value(document, field)
    return default_of_model(None, field, user)


def _effects(button: VerbButton, document: models.Model) -> list[tuple[str, str]]:
    """What the verb would do, as sentences with links."""
    found = []
    for effect in button.preview(document) if button.preview else ():
        text, url = effect if isinstance(effect, tuple) else (effect, "")
        found.append((sentence(text), url))
    return found


def _done(
    request: HttpRequest, declared: Screen, button: VerbButton, asked: FieldSet, document: models.Model, url: str
) -> HttpResponseBase:
    many = {one_field.name for one_field in asked.fields if one_field.many}
    raw = posted(request, many)
    entry = asked.read(raw)
    entry.problems += asked.strangers(raw)
    version = str(raw.get("version") or "")
    try:
        if entry.problems:
            raise DomainError(entry.problems)
        result = do(
            request.user, button.verb, entry.values, request_id=request_id_of(request), document=document, button=button,
            version=int(version) if version.isdigit() else None, confirmed=request.POST.getlist("confirm"),
        )  # fmt: skip
    except DomainError as error:
        return refused(request, declared, button, asked, document, url, error)
    here = f"/{declared.key}/{document.pk}/"
    target = button.opens.format(pk=document.pk) if button.opens not in ("result", "document") else here
    if button.opens == "result":
        target = address_of(result, here)
    if target == here:
        target = pressed_on(request) or here
    return HttpResponse(headers={"HX-Redirect": target}) if request.htmx else redirect(target)


def pressed_on(request: HttpRequest) -> str:
    """The hand-written page on which the button was pressed: there the person goes on; empty on the document's own page."""
    here = (getattr(request.htmx, "current_url_abs_path", "") or "") if request.htmx else ""
    return here if here.partition("?")[0].strip("/") in registry().pages else ""


def refused(
    request: HttpRequest,
    declared: Screen,
    button: Any,
    asked: FieldSet,
    document: models.Model | None,
    url: str,
    error: DomainError,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The dialog again with the reasons; a warning can be accepted."""
    where = placed(error.problems, [one_field.name for one_field in asked.fields], {})
    extra = {
        "problems": where.general if (where.general or where.fields) else sentences(error.problems),
        "errors": where.fields,
        **asked_again(request, error),
        "headline": headline(error.kind),
        "final": error.kind in (Kind.CONFLICT, Kind.FORBIDDEN, Kind.MISSING),
        "request_id": request.POST.get("request_id"),
        **(more or {}),
    }
    status = STATUS[error.kind] if error.kind in (Kind.INVALID, Kind.CONFLICT, Kind.CONFIRM) else 422
    return dialog(request, declared, button, asked, document, url, extra, status)


def dialog(
    request: HttpRequest, declared: Screen, button: Any, asked: FieldSet, document: models.Model | None, url: str,
    extra: dict[str, Any], status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The questions of a verb; `extra` may bring problems, effects, or the rows of a batch (`pks`)."""
    context = {
        "button": button, "title": button.title or verb_title(button.verb), "url": url, "document": document, "noun": one(declared),
        "fields": asked.bound(extra.get("errors", {}), document), "version": request.POST.get("version") or getattr(document, "version", ""),
        "has_files": any(field.kind in ("file", "image") for field in asked.fields),
        **extra,
    }  # fmt: skip
    return render(request, "web/_verb_dialog.html", context, status=status)


@require_http_methods(["GET", "POST"])
def list_verb(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """A verb of the noun as a whole."""
    declared = screen(key)
    found: ListVerb | None = next(
        (item for item in declared.list_verbs if name in (item.verb, item.verb.rpartition(".")[2])), None
    )
    if found is None:
        raise DomainError(Problem("missing", "There is no verb “{name}” here.", name=name), Kind.MISSING)
    authorize(request.user, found.verb)
    asked = questions(declared, found, request.user)
    url = f"/{key}/do/{name}"
    if request.method == "GET":
        asked.start({field.name: default_of_model(model_of(declared), field, request.user) for field in asked.fields})
        return dialog(request, declared, found, asked, None, url, {})
    raw = posted(request, {field.name for field in asked.fields if field.many})
    entry = asked.read(raw)
    entry.problems += asked.strangers(raw)
    try:
        if entry.problems:
            raise DomainError(entry.problems)
        values = found.arguments(entry.values) if found.arguments else entry.values
        result = do(
            request.user,
            found.verb,
            values,
            request_id=request_id_of(request),
            confirmed=request.POST.getlist("confirm"),
        )
    except DomainError as error:
        return refused(request, declared, found, asked, None, url, error)
    target = address_of(result, f"/{key}/")
    return HttpResponse(headers={"HX-Redirect": target}) if request.htmx else redirect(target)
