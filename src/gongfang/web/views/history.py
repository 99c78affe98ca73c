"""The audit rows of a document as people read them: who, when, what, from which value to which."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from gongfang.platform.audit.models import AuditRow
from gongfang.platform.audit.queries import shown_changes
from gongfang.ui.derive import choices_of, end_field, state_label
from gongfang.web.doing import verb_title


@dataclass
class Line:
    """One verb that was done on the document."""

    row: AuditRow
    title: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def history_lines(rows: Iterable[AuditRow], document: models.Model, user: Any) -> list[Line]:
    return [Line(row, verb_title(row.verb), list(changes_of(row, document, user))) for row in rows]


def changes_of(row: AuditRow, document: models.Model, user: Any) -> Iterable[tuple[str, str, str]]:
    """Field title, from, to; figures of a money scope the person lacks, and what a verb changed of others of its kind, are left out."""
    own = document._meta.label_lower
    for change in shown_changes(user, row):
        if change["model"] == own and change.get("id") != document.pk:
            continue
        model = _model(change["model"])
        column = end_field(model, change["field"]) if model is not None else None
        title = str(getattr(column, "verbose_name", change["field"]))
        prefix = "" if change["model"] == own else f"{change['row']} · "
        yield f"{prefix}{title}", shown(column, change["from"]), shown(column, change["to"])


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label) if "." in label else None
    except LookupError:
        return None


def shown(column: Any, value: Any) -> str:
    if value in (None, ""):
        return "–"
    for known, label in choices_of(column) or ():
        if known == value:
            return str(label)
    return state_label(value) if isinstance(value, str) else str(value)
