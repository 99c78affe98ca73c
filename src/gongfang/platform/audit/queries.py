"""Read the audit trail."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from gongfang.platform.audit.models import AuditRow, AuditSubject
from gongfang.platform.documents.finding import numbered
from gongfang.platform.documents.registry import document_model

ROWS_READ = 1_000


def history_of(subject: models.Model, limit: int = 200) -> list[AuditRow]:
    """The audit rows about one document or record, newest first."""
    return list(
        AuditRow.objects.filter(subjects__model=subject._meta.label_lower, subjects__object_id=subject.pk).order_by(
            "-id"
        )[:limit]
    )


def latest_verbs(user: Any, count: int = 300) -> list[str]:
    """What the person did lately, newest first, as names of verbs."""
    return list(AuditRow.objects.filter(actor_id=user.pk).order_by("-at").values_list("verb", flat=True)[:count])


def about_numbers(word: str) -> models.Q:
    """Audit rows about documents whose number begins with a word."""
    found = models.Q(pk__in=[])
    for code, keys in numbered(word).items():
        subjects = AuditSubject.objects.filter(model=document_model(code)._meta.label_lower, object_id__in=keys)
        found |= models.Q(pk__in=list(subjects.values_list("audit_id", flat=True)[:ROWS_READ]))
    return found


def shown_changes(user: Any, row: AuditRow) -> list[dict[str, Any]]:
    """The field changes of a row; figures of a scope (cost, price, pay) that the person lacks are left out."""
    return [change for change in row.changes if user.sees(_scope(change["model"], change["field"]))]


def _scope(label: str, field: str) -> str | None:
    try:
        return getattr(apps.get_model(label)._meta.get_field(field), "scope", None)
    except (LookupError, FieldDoesNotExist):
        return None
