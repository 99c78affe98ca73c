"""One verb on many rows of a list."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError
from gongfang.platform.verbs import REGISTRY, authorize
from gongfang.ui.calls import takes_many
from gongfang.ui.document import find_button, page_of
from gongfang.ui.entry import questions
from gongfang.ui.forms import default_of_model
from gongfang.ui.listing import Listing
from gongfang.ui.registry import screen
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import Screen, VerbButton
from gongfang.ui.sentences import sentences
from gongfang.web.doing import address_of, do, verb_title
from gongfang.web.views.entries import posted
from gongfang.web.views.verbs import dialog
from gongfang.web.views.verbs import refused as refused_dialog

MOST = 500  # rows at once


@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """One verb on the ticked rows: all in one call where the verb takes many, so that it can combine them (one order per supplier).

    Where that is refused, and with other verbs, each row by itself in its own transaction; what was refused is told row by row.
    """
    declared = screen(key)
    button = find_button(declared, verb)
    data = request.POST if request.method == "POST" else request.GET
    pks = [int(value) for value in data.getlist("pk") if value.isdigit()][:MOST]
    if button is None or not button.batch or not pks:
        return HttpResponse(status=404)
    authorize(request.user, button.verb)
    asked = questions(declared, button, request.user)
    url = f"/{key}/batch/{verb}"
    if button.page:
        return HttpResponse(headers={"HX-Redirect": page_of(button, pks)})
    if request.method == "GET":
        asked.start({field.name: default_of_model(None, field, request.user) for field in asked.fields})
        return dialog(request, declared, button, asked, None, url, {"pks": pks})
    raw = posted(request, {field.name for field in asked.fields if field.many})
    entry = asked.read(raw)
    entry.problems += asked.strangers(raw, ["pk"])
    if entry.problems:
        return refused_dialog(request, declared, button, asked, None, url, DomainError(entry.problems), {"pks": pks})
    # What was not asked is left to the verb's own default.
    answers = {name: value for name, value in entry.values.items() if value is not None and name in raw}
    base = request_id_of(request)
    found = {row.pk: row for row in Listing(declared, request.user).base().filter(pk__in=pks)}
    rows = [found[pk] for pk in pks if pk in found]
    results: list[Any] = []
    refused: list[tuple[Any, list[str]]] = []
    if not _all_at_once(request.user, button, answers, base, rows, results):
        for row in rows:
            try:
                results.append(
                    do(request.user, button.verb, answers, request_id=uuid.uuid5(base, str(row.pk)), document=row, button=button)
                )  # fmt: skip
            except DomainError as error:
                refused.append((row, sentences(error.problems)))
    made = made_of(results, declared)
    if len(made) == 1 and not refused:
        return HttpResponse(headers={"HX-Redirect": made[0][1]})
    told = {row.pk for row, _reasons in refused}
    context = {
        "title": button.title or verb_title(button.verb), "done": [row for row in rows if row.pk not in told], "refused": refused, "key": key,
        "made": made,
    }  # fmt: skip
    response = render(request, "web/_batch_result.html", context)
    response.headers["HX-Trigger"] = "gf:reload-list"
    return response


def _all_at_once(
    user: Any, button: VerbButton, answers: dict[str, Any], base: uuid.UUID, rows: list[Any], results: list[Any]
) -> bool:
    """Whether the verb took all rows in one call."""
    if len(rows) < 2 or button.arguments is not None or not takes_many(REGISTRY[button.verb].function, rows[0]):
        return False
    try:
        results.append(do(user, button.verb, answers, request_id=base, document=rows[0], button=button, together=rows))
    except DomainError:
        return False
    return True


def made_of(results: list[Any], declared: Screen) -> list[tuple[Any, str]]:
    """The documents of another kind that a batch made, with their addresses."""
    found: dict[str, Any] = {}
    for result in results:
        for row in result if isinstance(result, list | tuple) else [result]:
            url = address_of(row, "")
            if url and not url.startswith(f"/{declared.key}/"):
                found[url] = row
    return [(row, url) for url, row in found.items()]
