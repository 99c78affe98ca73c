"""The bell, the palette, the language, messages, comments, files, tasks: what every page can reach."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.attachments import services as attachments
from gongfang.platform.attachments.checking import SIZE_MAX, size_problem
from gongfang.platform.attachments.holders import holder_model, holder_type
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.attachments.serving import file_response
from gongfang.platform.bases import Document
from gongfang.platform.documents import services as documents
from gongfang.platform.documents.registry import document_types
from gongfang.platform.identity import services as identity
from gongfang.platform.notifications.models import Notification
from gongfang.platform.tasks import marks
from gongfang.platform.tasks import services as tasks
from gongfang.platform.tasks.models import TaskRun
from gongfang.ui.derive import one, title
from gongfang.ui.document import fetch
from gongfang.ui.listing import visible_rows
from gongfang.ui.present import label_of
from gongfang.ui.registry import may_view, model_of, registry, screen, screen_of_model
from gongfang.ui.requests import request_id_of
from gongfang.ui.screens import Screen
from gongfang.ui.searching import begins, newest, search
from gongfang.web.views.documents import takes_files
from gongfang.web.views.home import todo_rows
from gongfang.web.views.lookups import search_paths

FOUND_EACH = 5
SEARCHED = (
    "masterdata/items",
    "masterdata/customers",
    "masterdata/suppliers",
    "masterdata/partners",
    "people/employees",
)


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    rows, count = todo_rows(request.user)
    return render(request, "web/_bell.html", {"rows": rows, "count": count})


@require_GET
def bell_count(request: HttpRequest) -> HttpResponse:
    _rows, count = todo_rows(request.user)
    return render(request, "web/_bell_count.html", {"count": count})


@require_GET
def message(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open what a message is about; it counts as read."""
    row = get_object_or_404(Notification, pk=pk, user=request.user)
    Notification.objects.filter(pk=row.pk, read_at=None).update(read_at=timezone.now())
    if row.doc_type in document_types():
        target = screen_of_model(document_types()[row.doc_type]._meta.label)
        if target is not None and row.document_id:
            return redirect(f"/{target.key}/{row.document_id}/")
    return redirect(row.url if row.url.startswith("/") and not row.url.startswith("//") else "/")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    Notification.objects.filter(user=request.user, read_at=None).update(read_at=timezone.now())
    return bell_after(request)


def bell_after(request: HttpRequest) -> HttpResponse:
    rows, count = todo_rows(request.user)
    return render(request, "web/_bell.html", {"rows": rows, "count": count})


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch between Chinese and English; remembered with the person and in a cookie."""
    chosen = request.POST.get("language", "")
    wanted = request.POST.get("next") or "/"
    response = redirect(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/")
    if chosen in dict(settings.LANGUAGES):
        translation.activate(chosen)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax")
        if request.user.is_authenticated:
            identity.set_own_language(actor=request.user, request_id=uuid.uuid4(), language=chosen)
    return response


language.login_required = False  # type: ignore[attr-defined]


@require_GET
def palette(request: HttpRequest) -> JsonResponse:
    """Pages and verbs whose title holds the text, documents by number, items and partners by the quick search."""
    text = request.GET.get("q", "").strip()[:60]
    groups = []
    pages, create = page_hits(request.user, text.lower())
    if create and text:
        groups.append({"title": _("Create"), "rows": create[:6]})
    if text:
        if numbers := number_hits(request.user, text):
            groups.append({"title": _("Documents"), "rows": numbers})
        groups += noun_hits(request.user, text)
    if pages:
        groups.append({"title": _("Pages"), "rows": pages[:12] if text else pages[:30]})
    if create and not text:
        groups.append({"title": _("Create"), "rows": create[:12]})
    return JsonResponse({"groups": groups})


def page_hits(user: Any, text: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    pages, create = [], []
    found = registry()
    for declared in (*found.screens.values(), *found.pages.values()):
        if not declared.menu or not may_view(user, declared):
            continue
        name = str(title(declared) if isinstance(declared, Screen) else declared.title)
        if text in name.lower() or text in declared.key:
            pages.append({"text": name, "url": f"/{declared.key}/", "icon": declared.icon, "detail": ""})
        if isinstance(declared, Screen) and declared.create_verb and user.may(declared.create_verb):
            noun = str(one(declared))
            if text in noun.lower() or text in name.lower():
                create.append(
                    {
                        "text": _("New: {noun}").format(noun=noun),
                        "url": f"/{declared.key}/new",
                        "icon": "plus",
                        "detail": "",
                    }
                )
    return pages, create


def number_hits(user: Any, text: str) -> list[dict[str, str]]:
    """Documents whose number begins with the text (or ends with it, for the digits alone), by the prefix of their type."""
    rows: list[dict[str, str]] = []
    letters = text.upper().rstrip("0123456789-")
    if not any(sign.isdigit() for sign in text):
        return rows
    for model in document_types().values():
        declared = screen_of_model(model._meta.label)
        if (
            declared is None
            or not may_view(user, declared)
            or (letters and not model.prefix.upper().startswith(letters))
        ):
            continue
        found = visible_rows(declared, user)
        begun = begins("number", text) | begins("number", text.upper())
        found = found.filter(begun) if letters else found.filter(newest(model), number__endswith=text)
        for row in found.order_by("-pk")[:FOUND_EACH]:
            rows.append(
                {
                    "text": row.number,
                    "url": f"/{declared.key}/{row.pk}/",
                    "icon": declared.icon,
                    "detail": str(one(declared)),
                }
            )
        if len(rows) >= 3 * FOUND_EACH:
            break
    return rows


def noun_hits(user: Any, text: str) -> list[dict[str, Any]]:
    groups = []
    for key in SEARCHED:
        declared = registry().screens.get(key)
        if declared is None or not may_view(user, declared):
            continue
        rows = visible_rows(declared, user).filter(
            search(model_of(declared), search_paths(declared, user), text).in_order
        )
        hits = [
            {"text": label_of(row, declared), "url": f"/{key}/{row.pk}/", "icon": declared.icon, "detail": ""}
            for row in rows[:FOUND_EACH]
        ]
        if hits:
            groups.append({"title": str(title(declared)), "rows": hits})
    return groups


def _document(request: HttpRequest, key: str, pk: int) -> Document:
    """A document the person may see, for remarks on it."""
    found = fetch(screen(key), request.user, pk)
    if not isinstance(found, Document):
        raise DomainError(Problem("missing", "This has no comments."), Kind.MISSING)
    return found


def _holder(request: HttpRequest, key: str, pk: int) -> models.Model:
    """A row the person may see, for files on it."""
    found = fetch(screen(key), request.user, pk)
    if not takes_files(screen(key), found):
        raise DomainError(Problem("missing", "This takes no files."), Kind.MISSING)
    return found


@require_POST
def comment(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    document = _document(request, key, pk)
    documents.comment(
        actor=request.user,
        request_id=request_id_of(request),
        doc_type=document.doc_type,
        document_id=document.pk,
        text=request.POST.get("text", ""),
    )
    return redirect(f"/{key}/{pk}/tab/comments")


@require_POST
def attach(request: HttpRequest, key: str, pk: int) -> HttpResponseBase:
    row = _holder(request, key, pk)
    upload = request.FILES.get("file")
    if upload is None:
        raise DomainError(Problem("required", "Choose a file.", where="file"))
    if upload.size and upload.size > SIZE_MAX:  # before it is read
        raise DomainError(size_problem(upload.name or "file"))
    attachments.attach(
        actor=request.user, request_id=request_id_of(request), doc_type=holder_type(row), document_id=row.pk,
        name=upload.name or "file", content=upload.read(),
    )  # fmt: skip
    return redirect(f"/{key}/{pk}/tab/files")


@require_POST
def detach(request: HttpRequest, key: str, pk: int, attachment_id: int) -> HttpResponseBase:
    row = _holder(request, key, pk)
    get_object_or_404(Attachment, pk=attachment_id, doc_type=holder_type(row), document_id=row.pk)
    attachments.remove_attachment(actor=request.user, request_id=request_id_of(request), attachment_id=attachment_id)
    return redirect(f"/{key}/{pk}/tab/files")


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file, always as a download, for whoever may see what it hangs on: a supplier is seen as a partner or as a supplier."""
    row = get_object_or_404(Attachment, pk=pk, removed_at=None)
    model = holder_model(row.doc_type)
    nouns = [declared for declared in registry().screens.values() if model_of(declared) is model]
    seen = [declared for declared in nouns if may_view(request.user, declared)]
    if not nouns:
        raise DomainError(Problem("missing", "There is no file here."), Kind.MISSING)
    if not any(visible_rows(declared, request.user).filter(pk=row.document_id).exists() for declared in seen):
        fetch((seen or nouns)[0], request.user, row.document_id)  # refuses in words
    return file_response(row)


@require_GET
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of a long job; asks again until it is over."""
    row = get_object_or_404(TaskRun, pk=pk)
    if row.actor_id != request.user.pk and not request.user.may("platform.view_tasks"):
        return HttpResponse(status=404)
    marked = None if row.is_over else marks.seen(row.pk)
    if marked is not None:
        row.progress, row.message = marked
    left = None
    if row.started_at and not row.is_over and 0 < row.progress < 100:
        passed = (timezone.now() - row.started_at).total_seconds()
        left = int(passed * (100 - row.progress) / row.progress)
    status = 286 if row.is_over else 200  # 286 tells htmx to stop asking
    reload = request.GET.get("reload")
    response = render(request, "web/_task.html", {"task": row, "left": left, "reload": reload}, status=status)
    if row.is_over and reload:
        response.headers["HX-Refresh"] = "true"  # the page shows what the task made
    return response


@require_POST
def cancel_task(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(TaskRun, pk=pk, actor=request.user)
    tasks.cancel(row)
    return redirect(f"/-/task/{pk}" + ("?reload=1" if request.GET.get("reload") else ""))
