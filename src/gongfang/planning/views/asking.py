"""What the pages read from a request: figures, dates and the request id; what cannot be read counts as not given."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

ROUND = Decimal("0.000001")
LARGEST = Decimal(10) ** 12


def given(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else request.GET


def whole(request: HttpRequest, name: str, otherwise: int | None = None) -> int | None:
    """A whole number, not negative."""
    text = given(request).get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 18 else otherwise


def quantity(request: HttpRequest, name: str) -> Decimal | None:
    """A quantity as people type it, with or without thousands separators."""
    return as_quantity(given(request).get(name, ""))


def as_quantity(text: str) -> Decimal | None:
    """The figure that a text means."""
    try:
        value = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return value.quantize(ROUND) if value.is_finite() and abs(value) < LARGEST else None


def day(request: HttpRequest, name: str, otherwise: date | None = None) -> date | None:
    """A date as yyyy-MM-dd."""
    try:
        return date.fromisoformat(given(request).get(name, "").strip())
    except ValueError:
        return otherwise


def numbers(request: HttpRequest, name: str) -> list[int]:
    """All the ids sent under a name."""
    return [int(text) for text in given(request).getlist(name) if text.isdecimal() and len(text) < 18]


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Load the page anew that a fragment request came from."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None) or not target.startswith("/"):
        target = otherwise
    return HttpResponseClientRedirect(target)


def cents(value: int) -> Decimal:
    """Cents as money."""
    return Decimal(value).scaleb(-2)
