"""Refusals and faults as pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import is_valid_path
from django.utils.translation import gettext as _

from gongfang.kernel.errors import DomainError, Kind
from gongfang.ui.sentences import sentences

STATUS = {Kind.INVALID: 422, Kind.CONFLICT: 409, Kind.CONFIRM: 409, Kind.FORBIDDEN: 403, Kind.MISSING: 404}


def headline(kind: Kind) -> str:
    return {
        Kind.INVALID: _("This cannot be done yet"),
        Kind.CONFLICT: _("This cannot be done now"),
        Kind.CONFIRM: _("Please confirm"),
        Kind.FORBIDDEN: _("You may not do this"),
        Kind.MISSING: _("Not found"),
    }[kind]


def asked_again(request: HttpRequest, error: DomainError) -> dict[str, Any]:
    """What a form that asks shows: codes confirmed so far with the new ones, and where all that is asked about is read."""
    if error.kind != Kind.CONFIRM:
        return {"confirm": []}
    return {
        "confirm": list(dict.fromkeys([*request.POST.getlist("confirm"), *error.codes])), "preview": error.preview_id,
        "preview_rows": len(error.preview.rows) if error.preview else 0,
    }  # fmt: skip


def refusal_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The reasons as a dialog for a fragment request, as a page otherwise."""
    context = {"title": headline(error.kind), "sentences": sentences(error.problems), "status": STATUS[error.kind]}
    if getattr(request, "htmx", False):
        # Fragments swap 409 and 422; other kinds travel as 422 so that the reason is seen.
        response = render(request, "web/_refusal.html", context, status=409 if error.kind == Kind.CONFLICT else 422)
        response.headers["HX-Retarget"] = "#gf-dialog"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "web/error.html", context, status=STATUS[error.kind])


def meant(request: HttpRequest) -> str:
    """The address of the page that an address with a slash too many or too few means; empty where there is none."""
    bare = "/" + request.path.strip("/")
    if request.method not in ("GET", "HEAD") or is_valid_path(request.path_info):
        return ""
    return next((one for one in (bare, f"{bare}/") if is_valid_path(one)), "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page that was meant, for all pages by one rule; otherwise that there is none."""
    if there := meant(request):
        asked = request.META.get("QUERY_STRING", "")
        return redirect(f"{there}?{asked}" if asked else there)
    context = {"title": _("Not found"), "sentences": [_("There is no page at this address.")], "status": 404}
    return render(request, "web/error.html", context, status=404)


def not_by_address(request: HttpRequest) -> HttpResponse:
    """What a page sends is no page itself: a bookmark of it, or the address typed after logging out."""
    text = _("What stands at this address is done from a page, by a button there. Open that page from the menu.")
    context = {"title": _("Not a page"), "sentences": [text], "status": 405}
    return render(request, "web/error.html", context, status=405)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    context = {
        "title": _("You may not do this"),
        "sentences": [_("Ask an administrator for the permission.")],
        "status": 403,
    }
    return render(request, "web/error.html", context, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    context = {
        "title": _("This page is too old"),
        "sentences": [_("Reload the page and try again. What you typed is kept as a draft.")],
        "status": 403,
    }
    return render(request, "web/error.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither the database nor the session: those may be what failed."""
    template = loader.get_template("web/fault.html")
    return HttpResponse(template.render({"title": _("Something went wrong on our side")}), status=500)
