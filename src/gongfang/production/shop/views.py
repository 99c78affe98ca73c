"""The terminal's page and calls. Calls carry the token of the person, not a session, and answer JSON. What it does: `acts.py`."""

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from django.contrib.staticfiles import finders
from django.db.models import Case, Q, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.maintenance.queries import machines_by_centre
from gongfang.people.queries import active_employees, employee_of, team_of
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.attachments.serving import file_response
from gongfang.platform.turns import Turns
from gongfang.platform.verbs import authorize
from gongfang.production.instructions import SHOWN, instruction_files
from gongfang.production.models import WorkOrderOperation
from gongfang.production.permissions import VIEW_FLOOR
from gongfang.production.queries import (
    arrived_quantities,
    first_pieces,
    last_report,
    open_calls,
    pieces_today,
    shop_list,
    usual_causes,
)
from gongfang.production.services import by_clock, clocks_of
from gongfang.production.shop.acts import ACTS
from gongfang.production.shop.texts import texts
from gongfang.production.shop.tokens import log_in, token_of, user_of
from gongfang.production.views.reading import integer_of
from gongfang.production.views.report import work_centres
from gongfang.ui.present import number_text
from gongfang.ui.sentences import error_payload

STATUS = {Kind.INVALID: 422, Kind.CONFLICT: 409, Kind.CONFIRM: 409, Kind.FORBIDDEN: 403, Kind.MISSING: 404}
JOBS_MAX = 120
BODY_MAX = 200_000
TERMINALS = Turns(
    3
)  # more at once only wait for each other's locks: the counter of numbers, the month, the tail of the audit
View = Callable[..., HttpResponseBase]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The shell of the terminal; it holds no data, so that it may be kept for work without network."""
    return render(request, "production/shop/shop.html", {"texts": texts()})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, below /shop/ so that it rules that page alone."""
    path = finders.find("production/shop-worker.js")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        return HttpResponse(file.read(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the page installable."""
    icons: list[dict[str, str]] = [
        {
            "src": static(f"production/shop-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
    ]
    icons.append({"src": static("ui/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"})
    data = {
        "name": _("Shop floor"), "short_name": _("Shop floor"), "start_url": "/shop/", "scope": "/shop/", "display": "fullscreen",
        "background_color": "#0f172a", "theme_color": "#0f172a", "icons": icons, "id": "/shop/", "lang": get_language() or "zh-hans",
    }  # fmt: skip
    return JsonResponse(data, content_type="application/manifest+json")


def call(view: View) -> View:
    """A JSON call: refusals become answers with their reasons; the person comes from the token (`request.user` is not used)."""

    @csrf_exempt  # no cookie gives any right here: the token in the header does
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return JsonResponse(error_payload(error), status=STATUS[error.kind])

    return answer


def _user(request: HttpRequest) -> Any:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Shop":
        raise DomainError(Problem("log_in", "Log in again with badge and PIN."), Kind.FORBIDDEN)
    return user_of(token)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body) if len(request.body) <= BODY_MAX else None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise DomainError(Problem("bad_request", "The request cannot be read."))
    return data


@call
@require_POST
def login(request: HttpRequest) -> HttpResponse:
    """Badge (or user name) and PIN for a token."""
    data = _body(request)
    user = log_in(str(data.get("badge", "")), str(data.get("pin", "")), request.META.get("REMOTE_ADDR", ""))
    authorize(user, VIEW_FLOOR)
    return JsonResponse({"token": token_of(user), "name": str(user), "id": user.pk})


@call
@require_GET
def session_token(request: HttpRequest) -> HttpResponse:
    """For whoever is logged in on this device already (a phone): no PIN needed."""
    if not request.user.is_authenticated or not request.user.may(VIEW_FLOOR):
        return JsonResponse({})
    return JsonResponse({"token": token_of(request.user), "name": str(request.user), "id": request.user.pk})


def _job(
    row: WorkOrderOperation, ready: Decimal, mine: bool, first: str, clock: tuple[Decimal, datetime | None] | None
) -> dict[str, Any]:
    """One operation as the terminal shows it. clock: None where the company does not count by the clock; ack: it waits to be acknowledged."""
    order = row.document
    return {
        "id": row.pk, "order": order.number, "item": order.item.name, "code": order.item.code, "spec": order.item.spec,
        "drawing": order.item.drawing_no, "operation": f"{row.operation_no} {row.name}", "centre": row.work_centre.name,
        "planned": number_text(order.quantity, "quantity"), "done": number_text(row.worked_quantity, "quantity"),
        "ready": number_text(ready, "quantity").replace(",", ""), "unit": order.item.unit.name, "due": order.due.isoformat(),
        "late": order.due < timezone.localdate(), "state": row.state, "mine": mine,
        "instruction": row.instruction, "remark": order.remark, "first": first, "centre_id": row.work_centre_id, "machine": row.machine,
        "ack": mine and row.acknowledged_at is None, "team": row.team,
        "clock": clock and {"minutes": number_text(clock[0], "quantity").replace(",", ""), "since": _milliseconds(clock[1])},
    }  # fmt: skip


def _files(rows: Sequence[Attachment]) -> list[dict[str, Any]]:
    return [{"id": one.pk, "name": one.name, "kind": SHOWN[one.content_type]} for one in rows]


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


@call
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """What can be worked on here, of outside operations what came back unworked: what is given to the person or the team first, then by urgency. ?centre=1,2: there only, besides that.

    ?q= finds an order by its scanned number (`number/20` that operation of it) or an item, at every work centre.
    """
    user = _user(request)
    authorize(user, VIEW_FLOOR)
    text = request.GET.get("q", "").strip()[:60]
    team = team_of(user)
    own = Q(assigned_to=user) | Q(assigned_to=None, team=team) if team else Q(assigned_to=user)
    rows = shop_list()
    if text:
        rows = rows.filter(_found_by(text))
    elif centres := [integer_of(one, "centre") for one in request.GET.get("centre", "").split(",")[:JOBS_MAX] if one]:
        rows = rows.filter(own | Q(work_centre__in=centres))
    rows = rows.annotate(mine=Case(When(own, then=True), default=False)).order_by("-mine", *rows.query.order_by)
    found = list(rows[:JOBS_MAX])
    ready = arrived_quantities(found)
    first = first_pieces(found)
    papers = instruction_files(found, user)
    clocks = clocks_of(user, [row.pk for row in found])
    stands = (Decimal(0), None) if by_clock() else None
    shown = [
        _job(row, ready.get(row.pk, Decimal(0)), row.mine, first.get(row.pk, ""), clocks.get(row.pk, stands))
        | {"files": _files(papers.get(row.pk, ()))}
        for row in found
    ]
    shown.sort(key=lambda job: (not job["mine"], job["ready"] == "0"))
    return JsonResponse({"jobs": shown, "calls": _calls(user), "causes": usual_causes()})


def _found_by(text: str) -> Q:
    """Orders and items that a scanned or typed text means; an operation where its number follows a slash, as on a traveller."""
    number, slash, operation = text.rpartition("/")
    found = (
        Q(document__number__icontains=text)
        | Q(document__item__code__icontains=text)
        | Q(document__item__name__icontains=text)
    )
    if slash and operation.strip().isdigit():
        found |= Q(document__number__iexact=number.strip(), operation_no=int(operation[:9]))
    return found


@call
@require_GET
def files(request: HttpRequest) -> HttpResponseBase:
    """A picture or PDF of an operation's instruction; ?operation=…&file=…"""
    user = _user(request)
    authorize(user, VIEW_FLOOR)
    operation = integer_of(request.GET.get("operation", ""), "operation")
    asked = integer_of(request.GET.get("file", ""), "file")
    rows = WorkOrderOperation.objects.filter(pk=operation).select_related("document")
    found = instruction_files(rows, user).get(operation, ()) if rows else ()
    for one in found:
        if one.pk == asked:
            return file_response(one)
    raise DomainError(Problem("missing", "There is no file here."), Kind.MISSING)


@call
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Who may be named in a report, the person first (0: not on the pay list yet), work centres and the machines of each."""
    user = _user(request)
    authorize(user, VIEW_FLOOR)
    own = employee_of(user)
    people = [{"id": own.pk if own else 0, "code": own.code if own else "", "name": own.name if own else str(user)}]
    people += [
        {"id": one.pk, "code": one.code, "name": one.name}
        for one in active_employees()
        if own is None or one.pk != own.pk
    ]
    machines = {
        centre: [{"code": one.code, "name": one.name} for one in rows] for centre, rows in machines_by_centre().items()
    }
    centres = [
        {"id": one.pk, "name": one.name, "workshop": one.workshop} for one in work_centres() if one.kind != "outside"
    ]
    return JsonResponse({"people": people, "machines": machines, "centres": centres})


@call
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """The person's own calls for help that are not solved, and who is on the way; ?first=1,2: how first pieces stand there."""
    user = _user(request)
    authorize(user, VIEW_FLOOR)
    asked = [integer_of(text, "first") for text in request.GET.get("first", "").split(",")[:JOBS_MAX] if text]
    first = first_pieces(WorkOrderOperation.objects.filter(pk__in=asked)) if asked else {}
    return JsonResponse({"calls": _calls(user), "first": first})


def _calls(user: Any) -> list[dict[str, Any]]:
    return [
        {"id": row.pk, "kind": row.get_kind_display(), "state": row.state, "shown": row.get_state_display(),
         "place": row.work_centre.name if row.work_centre else "", "who": str(row.taken_by or "")}
        for row in open_calls().filter(raised_by=user)
    ]  # fmt: skip


@call
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The person's own pieces today, and what they earn by the piece."""
    user = _user(request)
    rows = pieces_today(user)
    lines = [
        {"order": row.line.order.number, "item": row.line.order.item.name, "operation": str(row.line.operation),
         "good": number_text(row.good, "quantity"), "pay": number_text(row.pay, "money") if row.piece_rate else ""}
        for row in rows
    ]  # fmt: skip
    total = {"good": number_text(sum((row.good for row in rows), Decimal(0)), "quantity"),
             "pay": number_text(sum((row.pay for row in rows), Decimal(0)), "money") if any(row.piece_rate for row in rows) else ""}  # fmt: skip
    last = last_report(user)
    undo = {"id": last.pk, "number": last.number} if last else None
    return JsonResponse({"lines": lines, "total": total, "undo": undo})


@call
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do one thing under its request id: the same id sent twice is done once and answered the same."""
    user = _user(request)
    data = _body(request)
    try:
        request_id = uuid.UUID(str(data.get("request_id", "")))
    except ValueError as error:
        raise DomainError(Problem("bad_request", "The request cannot be read.", where="request_id")) from error
    doing = ACTS.get(str(data.get("act", "")))
    if doing is None:
        raise DomainError(Problem("bad_request", "The request cannot be read.", where="act"))
    with TERMINALS.turn():
        return JsonResponse({"done": True, **doing(user, request_id, data)})


ROUTES: list[tuple[str, View]] = [
    ("sw.js", worker), ("manifest.webmanifest", manifest), ("login", login), ("token", session_token), ("jobs", jobs),
    ("today", today), ("calls", calls), ("lists", lists), ("files", files), ("act", act),
]  # fmt: skip
