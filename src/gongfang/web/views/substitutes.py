"""One's own absences: who decides one's approvals meanwhile, and for whom one decides."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError
from gongfang.platform.approvals import substituting
from gongfang.platform.identity.models import Delegation, User
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import placed

FIELDS = ("substitute", "first_on", "last_on", "reason")


@require_http_methods(["GET", "POST"])
def substitutes(request: HttpRequest) -> HttpResponseBase:
    """Name a substitute for a time, see who stands in for whom, end it."""
    context: dict[str, Any] = {"errors": {}, "values": {"first_on": timezone.localdate().isoformat()}}
    if request.method == "POST":
        try:
            return _done(request)
        except DomainError as error:
            where = placed(error.problems, list(FIELDS), {})
            values = {name: request.POST.get(name, "") for name in FIELDS}
            context = {"errors": where.fields, "general": where.general, "values": values}
    return _page(request, context)


def _done(request: HttpRequest) -> HttpResponseBase:
    request_id = request_id_of(request)
    if request.POST.get("end", "").isdigit():
        substituting.end_delegation(actor=request.user, request_id=request_id, delegation_id=int(request.POST["end"]))
        messages.success(request, _("The substitution has ended."))
    else:
        row = substituting.delegate(
            actor=request.user, request_id=request_id, substitute_id=int(request.POST.get("substitute") or 0),
            first_on=_day(request, "first_on"), last_on=_day(request, "last_on"), reason=request.POST.get("reason", ""),
        )  # fmt: skip
        messages.success(request, _("{name} decides your approvals meanwhile.").format(name=row.substitute))
    return redirect("/me/substitutes")


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError as error:
        raise DomainError(substituting.no_day(name, request.POST.get(name, ""))) from error


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    today = timezone.localdate()
    rows = Delegation.objects.select_related("user", "substitute")
    others = User.objects.filter(is_active=True).exclude(pk=request.user.pk).order_by("name")
    context |= {
        "mine": rows.filter(user=request.user.pk).order_by("-first_on", "-pk")[:50],
        "theirs": rows.filter(substitute=request.user.pk, ended_at=None, last_on__gte=today).order_by("first_on"),
        "others": others, "today": today, "request_id": uuid.uuid4(),
    }  # fmt: skip
    return render(
        request, "web/substitutes.html", context, status=422 if context["errors"] or context.get("general") else 200
    )
