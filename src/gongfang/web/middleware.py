"""What holds for every page: log-in needed, a strict content policy, refusals as pages, nobody's system starts at registration."""

import logging
from collections.abc import Callable
from time import perf_counter, thread_time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from gongfang.kernel.errors import DomainError
from gongfang.platform.identity.models import User
from gongfang.web.errors import not_by_address, refusal_page

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]

OUTSIDE = ("/api/", "/static/", "/healthz")
POLICY = "; ".join(
    (
        "default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
        "connect-src 'self'", "worker-src 'self' blob:", "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'",
    )
)  # fmt: skip


class ServerTiming:
    """Says how long the answer took here, and how much of it was computing: slow network, waiting, slow code. Stands first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, cpu = perf_counter(), thread_time()
        response = self.get_response(request)
        response.headers["Server-Timing"] = (
            f"app;dur={1000 * (perf_counter() - began):.1f}, cpu;dur={1000 * (thread_time() - cpu):.1f}"
        )
        return response


class ContentPolicy:
    """Scripts come from our own files only; inline scripts do not run. Pages of people are not kept by shared caches."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store" if request.user.is_authenticated else "no-cache")
        return response


class LogInNeeded:
    """Every page needs a person, unless its view says otherwise; the API has tokens of its own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if (
            request.path.startswith(OUTSIDE)
            or not getattr(view, "login_required", True)
            or request.user.is_authenticated
        ):
            return None
        if getattr(request, "htmx", False) or request.headers.get("Accept", "").startswith("application/json"):
            return HttpResponse(status=401)
        if not User.objects.exists():
            return redirect("/register")
        wanted = request.get_full_path()
        return redirect("/login" if wanted == "/" else f"/login?{urlencode({'next': wanted})}")


class Refusals:
    """A DomainError that a view did not show itself becomes a page (or a dialog) with the reasons; so does what is no page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.path.startswith(OUTSIDE):
            return response
        page = not_by_address(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith(OUTSIDE):
            return None
        return refusal_page(request, exception)
