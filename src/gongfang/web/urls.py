"""Addresses: the shell's own under /-/ and /me/, then every declared noun and page under its key."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLResolver, include, path, re_path

from gongfang.ui.derive import require_view
from gongfang.ui.registry import registry
from gongfang.ui.screens import Page
from gongfang.web.views import (
    account,
    answers,
    batches,
    documents,
    entries,
    home,
    lists,
    lookups,
    previews,
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
        if not page.public:
            require_view(request.user, page)
        return view(request, *args, **kwargs)

    call.login_required = not page.public  # type: ignore[attr-defined]
    return call


def noun_patterns(key: str) -> URLResolver:
    """All addresses of a noun, below one prefix: an address is found by its noun first, not among some thousand others."""
    given = {"key": key}
    below = [
        path("", lists.index, given),
        path("new", entries.new, given),
        path("export.xlsx", sheets.export, given),
        path("import", sheets.import_rows, given),
        path("import/template.xlsx", sheets.template, given),
        path("views/save", lists.save_view, given),
        path("views/<int:view_id>/remove", lists.remove_view, given),
        path("do/<str:name>", verbs.list_verb, given),
        path("batch/<str:verb>", batches.batch, given),
        path("<int:pk>/", documents.show, given),
        path("<int:pk>/export.xlsx", sheets.export_document, given),
        path("<int:pk>/edit", entries.edit, given),
        path("<int:pk>/tab/<str:name>", documents.tab, given),
        path("<int:pk>/verb/<str:name>", verbs.verb, given),
        path("<int:pk>/print/<str:name>.pdf", printing.pdf, given),
        path("<int:pk>/print/<str:name>", printing.html, given),
        path("<int:pk>/comment", shell.comment, given),
        path("<int:pk>/attach", shell.attach, given),
        path("<int:pk>/detach/<int:attachment_id>", shell.detach, given),
    ]
    return path(f"{key}/", include(below))


def page_patterns(page: Page) -> URLResolver:
    below = [("", page.view), *page.routes]
    return path(f"{page.key}/", include([path(route, guarded(page, view)) for route, view in below]))


def declared_patterns() -> list[URLResolver]:
    found = registry()
    return [*map(page_patterns, found.pages.values()), *map(noun_patterns, found.screens)]


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
    path("-/preview/<uuid:preview_id>", previews.preview),
    path("-/task/<int:pk>", shell.task),
    path("-/task/<int:pk>/cancel", shell.cancel_task),
    re_path(r"^-/lookup/(?P<key>[\w-]+/[\w-]+)$", lookups.lookup),
    re_path(r"^-/answers/(?P<key>[\w-]+/[\w-]+)/(?P<relation>\w+)$", answers.answers),
    re_path(r"^-/scan/(?P<key>[\w-]+/[\w-]+)/(?P<relation>\w+)$", scanning.scan),
    *declared_patterns(),
]
