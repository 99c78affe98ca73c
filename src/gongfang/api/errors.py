"""Refusals as answers: one shape, the status by kind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ui.sentences import error_payload

STATUS = {Kind.INVALID: 422, Kind.CONFLICT: 409, Kind.CONFIRM: 409, Kind.FORBIDDEN: 403, Kind.MISSING: 404}


class ProblemOut(Schema):
    """One reason. where: the field, such as `lines.0.quantity`."""

    code: str
    where: str
    message: str


class Refusal(Schema):
    """Why a request changed nothing. kind "confirm": send it again with the codes in `confirm`.

    preview: id under `/v1/previews/` of everything that the question is about, else empty.
    """

    code: str
    kind: str
    preview: str = ""
    problems: list[ProblemOut]


REFUSALS: dict[int, Any] = {400: Refusal, 401: Refusal, 403: Refusal, 404: Refusal, 409: Refusal, 422: Refusal}


def install(api: NinjaAPI) -> None:
    """Answer every expected error in the shape of `Refusal`."""

    def answer(request: HttpRequest, error: DomainError, status: int | None = None) -> HttpResponse:
        return api.create_response(request, error_payload(error), status=status or STATUS[error.kind])

    def domain(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, error)

    def unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
        problem = Problem("unauthenticated", "Send a valid token, or log in.")
        return answer(request, DomainError(problem, Kind.FORBIDDEN), 401)

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        problems = [
            Problem("invalid_field", "{reason}", where=_place(one.get("loc", ())), reason=str(one.get("msg", "")))
            for one in error.errors
        ]
        return answer(request, DomainError(problems))

    def http(request: HttpRequest, error: Any) -> HttpResponse:
        kind = Kind.MISSING if error.status_code == 404 else Kind.INVALID
        return answer(
            request, DomainError(Problem("bad_request", "{reason}", reason=error.message), kind), error.status_code
        )

    api.add_exception_handler(DomainError, domain)
    api.add_exception_handler(AuthenticationError, unauthenticated)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(HttpError, http)


def _place(loc: Any) -> str:
    """`("body", "payload", "lines", 0, "quantity")` as `lines.0.quantity`."""
    parts = [str(part) for part in loc]
    return ".".join(parts[2:] if parts[:1] == ["body"] else parts[1:])
