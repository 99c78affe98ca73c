"""The page of one row, and its tabs fetched when opened."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.approvals.queries import decisions_on
from gongfang.platform.attachments.holders import files_of
from gongfang.platform.audit.queries import history_of
from gongfang.platform.bases import Document
from gongfang.platform.documents.links import chain
from gongfang.platform.documents.models import Comment
from gongfang.platform.documents.registry import document_types
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.verbs import REGISTRY
from gongfang.ui import derive
from gongfang.ui.document import DocumentView, chosen, fetch
from gongfang.ui.registry import screen, screen_of_model
from gongfang.ui.screens import Screen, Table
from gongfang.web.doing import verb_title
from gongfang.web.views.history import history_lines


def prints_of(declared: Screen, document: models.Model) -> list[tuple[str, Any]]:
    """Declared prints that the document may have, else the generic one."""
    if declared.prints:
        return [(one.name, one.title) for one in declared.prints if one.why_not is None or not one.why_not(document)]
    return [("document", derive.one(declared))]


def standard_tabs(declared: Screen, document: models.Model) -> list[tuple[str, Any]]:
    tabs: list[tuple[str, Any]] = []
    if isinstance(document, Document):
        tabs += [("chain", _("Up and down")), ("approvals", _("Approvals"))]
    tabs.append(("history", _("History")))
    if isinstance(document, Document):
        tabs.append(("comments", _("Comments")))
    if takes_files(declared, document):
        tabs.append(("files", _("Attachments")))
    return tabs


def takes_files(declared: Screen, row: models.Model) -> bool:
    """Files hang on documents and on every noun that people enter: certificates, drawings of items, papers of machines."""
    return isinstance(row, Document) or bool(declared.create_verb or declared.edit_verb)


def task_of(declared: Screen, document: models.Model) -> TaskRun | None:
    """The task that is working on the row now."""
    if isinstance(document, TaskRun):
        return None if document.is_over else document
    if declared.job is None:
        return None
    name, argument = declared.job
    found = TaskRun.objects.filter(job=name, arguments={argument: document.pk}).order_by("-pk").first()
    return found if found and not found.is_over else None


@require_GET
def show(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The document page."""
    declared = screen(key)
    document = fetch(declared, request.user, pk)
    view = DocumentView(declared, request.user, document)
    buttons, more = chosen(view.buttons({name: verb_title(name) for name in REGISTRY}))
    editable = view.editable
    context = {
        "declared": declared, "key": key, "document": document, "view": view, "name": view.name, "title": derive.one(declared),
        "list_title": derive.title(declared), "stamp": view.stamp(), "head": view.head(), "footer": view.footer(),
        "grids": view.grids(everything=bool(request.GET.get("all"))), "buttons": buttons, "more": more, "editable": editable,
        "tabs": [(tab.key, tab.title) for tab in view.tabs()], "standard_tabs": standard_tabs(declared, document),
        "prints": prints_of(declared, document), "may_create": bool(declared.create_verb) and request.user.may(declared.create_verb),
        "version": getattr(document, "version", ""), "label": view.label,
        "edit_primary": editable and not any(state.primary for state in buttons), "task": task_of(declared, document),
    }  # fmt: skip
    return render(request, "web/document.html", context)


@require_GET
def tab(request: HttpRequest, key: str, pk: int, name: str) -> HttpResponse:
    """One tab as a fragment."""
    declared = screen(key)
    document = fetch(declared, request.user, pk)
    if name in STANDARD and name in dict(standard_tabs(declared, document)):
        template, context = STANDARD[name](request, declared, document)
        return render(request, template, {"key": key, "document": document, **context})
    found = next((one for one in DocumentView(declared, request.user, document).tabs() if one.key == name), None)
    if found is None:
        raise DomainError(Problem("missing", "There is no tab “{name}”.", name=name), Kind.MISSING)
    context: dict[str, Any] = {"key": key, "document": document}
    if found.context is not None:
        context |= found.context(request.user, document)
    if found.template:
        return render(request, found.template, context)
    tables = found.tables(request.user, document) if found.tables else []
    tables = [tables] if isinstance(tables, Table) else list(tables)
    return render(
        request, "web/_tab_tables.html", {**context, "tables": [scoped(table, request.user) for table in tables]}
    )


def scoped(table: Table, user: Any) -> Table:
    """Without the columns whose money the person may not see."""
    return replace(table, columns=[c for c in table.columns if isinstance(c, str) or user.sees(c.scope)])


def chain_tab(request: HttpRequest, declared: Screen, document: models.Model) -> tuple[str, dict[str, Any]]:
    """What this was made from, and what was made from it, in columns by distance; what only shares a source is left out."""
    found = chain(document)
    here = (document.doc_type, document.pk)
    depth = {here: 0, **distances(found.edges, here, down=True), **distances(found.edges, here, down=False)}
    columns: dict[int, list[dict[str, Any]]] = {}
    for node in found.nodes:
        place = (node.doc_type, node.id)
        if place not in depth:
            continue
        target = screen_of_model(document_types()[node.doc_type]._meta.label)
        allowed = target is not None and (not target.view_permission or request.user.may(target.view_permission))
        url = f"/{target.key}/{node.id}/" if target and allowed else ""
        columns.setdefault(depth[place], []).append({"node": node, "url": url, "here": place == here})
    return "web/_tab_chain.html", {"columns": [columns[number] for number in sorted(columns)], "alone": len(depth) <= 1}


def distances(edges: Sequence[tuple[Any, Any]], here: Any, *, down: bool) -> dict[Any, int]:
    """Steps from here to everything below (positive) or above (negative)."""
    following: dict[Any, list[Any]] = {}
    for source, target in edges:
        following.setdefault(source if down else target, []).append(target if down else source)
    found: dict[Any, int] = {}
    frontier, steps = [here], 0
    while frontier:
        steps += 1 if down else -1
        frontier = [
            place for one in frontier for place in following.get(one, ()) if place != here and place not in found
        ]
        found |= {place: steps for place in frontier}
    return found


def approvals_tab(request: HttpRequest, declared: Screen, document: models.Model) -> tuple[str, dict[str, Any]]:
    return "web/_tab_approvals.html", {"decisions": decisions_on(document)}


def history_tab(request: HttpRequest, declared: Screen, document: models.Model) -> tuple[str, dict[str, Any]]:
    return "web/_tab_history.html", {"lines": history_lines(history_of(document), document, request.user)}


def comments_tab(request: HttpRequest, declared: Screen, document: models.Model) -> tuple[str, dict[str, Any]]:
    rows = (
        Comment.objects.filter(doc_type=document.doc_type, document_id=document.pk)
        .select_related("author")
        .order_by("pk")
    )
    return "web/_tab_comments.html", {"comments": rows}


def files_tab(request: HttpRequest, declared: Screen, document: models.Model) -> tuple[str, dict[str, Any]]:
    return "web/_tab_files.html", {"files": files_of(document)}


STANDARD = {
    "chain": chain_tab,
    "approvals": approvals_tab,
    "history": history_tab,
    "comments": comments_tab,
    "files": files_tab,
}
