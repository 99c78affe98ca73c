"""Prints of a document on the screen and as PDF."""

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.platform.settings import services as settings
from gongfang.ui.document import fetch
from gongfang.ui.prints import Sheet, find_print, qr_svg, sheet_of, to_pdf
from gongfang.ui.registry import screen


def sheet(request: HttpRequest, key: str, pk: int, name: str) -> Sheet:
    declared = screen(key)
    document: models.Model = fetch(declared, request.user, pk)
    layout = find_print(declared, name)
    if layout is None:
        raise DomainError(Problem("missing", "There is no print “{name}”.", name=name), Kind.MISSING)
    refuse_if(layout.why_not(document) if layout.why_not else (), Kind.CONFLICT)
    address = request.build_absolute_uri(f"/{key}/{pk}/")
    said = [
        str(settings.get(one) or "")
        for one in (settings.COMPANY_NAME, settings.COMPANY_ADDRESS, settings.COMPANY_PHONE)
    ]
    contact = " · ".join(filter(None, (said[1], said[2] and _("Tel. {number}").format(number=said[2]))))
    return sheet_of(declared, layout, request.user, document, company=said[0], address=address, contact=contact)


@require_GET
def html(request: HttpRequest, key: str, pk: int, name: str) -> HttpResponse:
    """On the screen, ready for the browser's own printing."""
    shown = sheet(request, key, pk, name)
    context = {
        "sheet": shown,
        "key": key,
        "pk": pk,
        "name": name,
        "qr": mark_safe(qr_svg(shown.qr)) if shown.qr else "",
    }
    return render(request, "web/print.html", context)


@require_GET
def pdf(request: HttpRequest, key: str, pk: int, name: str) -> HttpResponse:
    """As a PDF with our own Chinese font in it."""
    shown = sheet(request, key, pk, name)
    response = HttpResponse(to_pdf(shown), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{shown.number}.pdf"'
    return response
