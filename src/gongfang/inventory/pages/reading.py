"""What scanning pages send, read strictly; refusals as JSON."""

import functools
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ui.sentences import sentences

LARGEST = Decimal(10) ** 12
MAX_BODY = 1 << 20
STATUS = {Kind.INVALID: 422, Kind.CONFLICT: 409, Kind.CONFIRM: 409, Kind.FORBIDDEN: 403, Kind.MISSING: 404}


def decimal_of(value: Any, where: str) -> Decimal:
    """A number as typed or sent as text. Raises DomainError at the field."""
    text = str(value if value is not None else "").strip().replace(",", "").replace("，", "")
    bad = DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40]))
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise bad from error
    exponent = number.as_tuple().exponent
    if not number.is_finite() or abs(number) >= LARGEST or not isinstance(exponent, int) or exponent < -6:
        raise bad
    return number


def integer_of(value: Any, where: str) -> int:
    """A key. Raises DomainError."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40]))
    return int(text)


def moment_of(value: Any) -> datetime | None:
    """When something was done, as the device says; None where it does not."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError as error:
        raise DomainError(
            Problem("not_a_moment", "“{text}” is not a moment.", where="at", text=str(value)[:40])
        ) from error
    if moment.tzinfo is None:
        raise DomainError(Problem("not_a_moment", "“{text}” is not a moment.", where="at", text=str(value)[:40]))
    return moment


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request. Raises DomainError."""
    try:
        body = json.loads(request.body) if len(request.body) <= MAX_BODY else None
    except (ValueError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise DomainError(Problem("bad_body", "The request is not understood."))
    return body


def request_id_of(body: dict[str, Any]) -> uuid.UUID:
    """The id the device gave: sent twice, done once. Raises DomainError."""
    try:
        return uuid.UUID(str(body.get("request_id", "")))
    except ValueError as error:
        raise DomainError(Problem("bad_body", "The request is not understood.", where="request_id")) from error


View = Callable[..., HttpResponseBase]


def answers_json(view: Callable[..., Any]) -> View:
    """A view that answers data, and refusals as {"problems": [...], "codes": [...]}."""

    @functools.wraps(view)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return JsonResponse(view(request, *args, **kwargs))
        except DomainError as refused:
            return JsonResponse(
                {"problems": sentences(refused.problems), "codes": refused.codes}, status=STATUS[refused.kind]
            )

    return call
