"""Addresses: the shell's own under /-/ and /me/, then every declared noun and page under its key."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ui.registry import may_view, registry
from gongfang.ui.screens import Page
from gongfang.web.views import (
    account,
    batches,
    documents,
    entries,
    home,
    lists,
    lookups,
    printing,
    scanning,
    sheets,
    shell,
    substitutes,
    verbs,
)


def guarded(page: Page, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A hand-written view behind the page's permission."""

    @wraps(view)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not page.public and not may_view(request.user, page):
            raise DomainError(
                Problem(
                    "forbidden",
                    "You may not see this: the permission “{permission}” is missing.",
                    permission=page.view_permission,
                ),
                Kind.FORBIDDEN,
            )
        return view(request, *args, **kwargs)

    call.login_required = not page.public  # type: ignore[attr-defined]
    return call


def noun_patterns(key: str) -> list[URLPattern]:
    given = {"key": key}
    return [
        path(f"{key}/", lists.index, given),
        path(f"{key}/new", entries.new, given),
        path(f"{key}/export.xlsx", sheets.export, given),
        path(f"{key}/import", sheets.import_rows, given),
        path(f"{key}/import/template.xlsx", sheets.template, given),
        path(f"{key}/views/save", lists.save_view, given),
        path(f"{key}/views/<int:view_id>/remove", lists.remove_view, given),
        path(f"{key}/do/<str:name>", verbs.list_verb, given),
        path(f"{key}/batch/<str:verb>", batches.batch, given),
        path(f"{key}/<int:pk>/", documents.show, given),
        path(f"{key}/<int:pk>/edit", entries.edit, given),
        path(f"{key}/<int:pk>/tab/<str:name>", documents.tab, given),
        path(f"{key}/<int:pk>/verb/<str:name>", verbs.verb, given),
        path(f"{key}/<int:pk>/print/<str:name>.pdf", printing.pdf, given),
        path(f"{key}/<int:pk>/print/<str:name>", printing.html, given),
        path(f"{key}/<int:pk>/comment", shell.comment, given),
        path(f"{key}/<int:pk>/attach", shell.attach, given),
        path(f"{key}/<int:pk>/detach/<int:attachment_id>", shell.detach, given),
    ]


def page_patterns(page: Page) -> list[URLPattern]:
    found = [path(f"{page.key}/", guarded(page, page.view))]
    for route, view in page.routes:
        found.append(path(f"{page.key}/{route}", guarded(page, view)))
    return found


def declared_patterns() -> list[URLPattern]:
    found = registry()
    patterns: list[URLPattern] = []
    for page in found.pages.values():
        patterns += page_patterns(page)
    for key in found.screens:
        patterns += noun_patterns(key)
    return patterns


urlpatterns = [
    path("", home.home, name="home"),
    path("login", account.log_in, name="login"),
    path("login/code", account.second_factor),
    path("logout", account.log_out, name="logout"),
    path("register", account.register, name="register"),
    path("me", account.me),
    path("me/password", account.password),
    path("me/two-factor", account.two_factor),
    path("me/sessions", account.sessions),
    path("me/tokens", account.tokens),
    path("me/substitutes", substitutes.substitutes),
    path("-/process", home.process_map),
    path("-/todo", home.todo),
    path("-/alerts", home.alerts),
    path("-/tiles", home.tiles),
    path("-/bell", shell.bell),
    path("-/bell-count", shell.bell_count),
    path("-/read-all", shell.read_all),
    path("-/message/<int:pk>", shell.message),
    path("-/language", shell.language),
    path("-/palette", shell.palette),
    path("-/file/<int:pk>", shell.file),
    path("-/task/<int:pk>", shell.task),
    path("-/task/<int:pk>/cancel", shell.cancel_task),
    re_path(r"^-/lookup/(?P<key>[\w-]+/[\w-]+)$", lookups.lookup),
    re_path(r"^-/scan/(?P<key>[\w-]+/[\w-]+)/(?P<relation>\w+)$", scanning.scan),
    *declared_patterns(),
]
