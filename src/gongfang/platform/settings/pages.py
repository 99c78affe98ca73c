"""Company settings on one page: what each is, what it is now and by default, changed together in one verb."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind
from gongfang.platform.permissions import area_places, permission_area
from gongfang.platform.settings import services
from gongfang.platform.settings.models import Setting
from gongfang.ui.forms import Unreadable, raw_text, read_number
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import Field
from gongfang.ui.sentences import sentence

CHANGE = "platform.change_settings"


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponseBase:
    """Everybody with the permission to look sees them; who may change them gets a form."""
    errors: dict[str, str] = {}
    general: list[str] = []
    if request.method == "POST":
        try:
            changed = services.change_settings(
                actor=request.user, request_id=request_id_of(request), values=_entered(request)
            )
            messages.success(
                request,
                ngettext("{count} setting changed.", "{count} settings changed.", len(changed)).format(
                    count=len(changed)
                ),
            )
            return redirect("/platform/settings/")
        except DomainError as error:
            if error.kind == Kind.FORBIDDEN:
                raise
            errors = {one.where: sentence(one) for one in error.problems if one.where in services.DECLARED}
            general = [sentence(one) for one in error.problems if one.where not in services.DECLARED]
    context = {
        "areas": _areas(request, errors), "general": general, "may_change": request.user.may(CHANGE), "request_id": uuid.uuid4(),
    }  # fmt: skip
    return render(request, "platform/settings.html", context, status=422 if errors or general else 200)


def _entered(request: HttpRequest) -> dict[str, Any]:
    """What the form says, for the settings it shows; a box that is not ticked is not sent."""
    found: dict[str, Any] = {}
    for key, declared in services.DECLARED.items():
        if f"has:{key}" in request.POST:
            found[key] = key in request.POST if declared.kind == "bool" else _typed(declared, request.POST.get(key, ""))
    return found


def _typed(declared: services.Declared, text: str) -> Any:
    """What was typed, as it is kept: 5 or 5% is 0.05 where the setting is a percentage."""
    if declared.kind != "percent":
        return text.strip()
    try:
        return f"{Decimal(read_number(Field(declared.key, kind='percent'), text.strip())).normalize():f}"
    except Unreadable:
        return text.strip() or "-"


def _as_typed(declared: services.Declared, value: Any) -> str:
    return raw_text(Decimal(str(value)), "percent") if declared.kind == "percent" else str(value)


def _areas(request: HttpRequest, errors: dict[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Settings by area, in the order of the menu; one statement."""
    saved = {row.key: row for row in Setting.objects.all()}
    found: dict[str, list[dict[str, Any]]] = {}
    for key, declared in services.DECLARED.items():
        row = saved.get(key)
        now = row.value if row else declared.default
        value = (
            request.POST.get(key, "")
            if f"has:{key}" in request.POST and declared.kind != "bool"
            else _as_typed(declared, now)
        )
        found.setdefault(_area(key), []).append(
            {
                "key": key, "title": _(declared.title), "kind": declared.kind, "value": value, "is_on": now is True,
                "choices": [(code, _(title)) for code, title in declared.choices], "error": errors.get(key, ""),
                "default": _shown(declared), "changed": row is not None and str(now) != str(declared.default), "row": row,
            }
        )  # fmt: skip
    places = area_places()
    return sorted(found.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[0]))


def _area(key: str) -> str:
    package = key.partition(".")[0]
    return _("Company") if package in ("company", "approvals") else permission_area(key)


def _shown(declared: services.Declared) -> str:
    """The default in words."""
    if declared.kind == "bool":
        return _("yes") if declared.default else _("no")
    words = dict((code, _(title)) for code, title in declared.choices)
    return words.get(declared.default, _as_typed(declared, declared.default)) + (
        "%" if declared.kind == "percent" else ""
    )
