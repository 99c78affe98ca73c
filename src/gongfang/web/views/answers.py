"""What stands beside the lines of an entry grid while they are entered: all of them in one call."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from gongfang.kernel.errors import DomainError, Problem
from gongfang.platform.verbs import authorize
from gongfang.ui.document import fetch
from gongfang.ui.registry import screen
from gongfang.ui.sentences import sentences
from gongfang.web.errors import STATUS

ROWS_MAX = 5000


@require_POST
def answers(request: HttpRequest, key: str, relation: str) -> JsonResponse:
    """POST {"header": {…}, "rows": [{…}]}; ?document= names the one being changed. {"answers": [{text, why, bad} or null, …]}."""
    try:
        return JsonResponse({"answers": _answered(request, key, relation)})
    except DomainError as refused:
        return JsonResponse({"problems": sentences(refused.problems)}, status=STATUS[refused.kind])


def _answered(request: HttpRequest, key: str, relation: str) -> list[dict[str, Any] | None]:
    declared = screen(key)
    authorize(request.user, declared.create_verb or declared.edit_verb)
    grid = next((one for one in declared.grids if one.relation == relation and one.answers), None)
    try:
        body = json.loads(request.body)
        header = _texts(body["header"])
        rows = [_texts(row) for row in body["rows"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DomainError(Problem("bad_body", "The request is not understood.")) from error
    if grid is None or grid.answers is None or len(rows) > ROWS_MAX:
        raise DomainError(Problem("bad_body", "The request is not understood."))
    named = request.GET.get("document", "")
    document = fetch(declared, request.user, int(named)).pk if named.isdecimal() and len(named) < 18 else None
    found = grid.answers.answer(request.user, header, rows, document)
    return [None if one is None else {"text": one.text, "why": one.why, "bad": one.is_bad} for one in found]


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}
