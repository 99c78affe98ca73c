"""Read the audit trail."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from gongfang.platform.audit.models import AuditRow


def history_of(subject: models.Model, limit: int = 200) -> list[AuditRow]:
    """The audit rows about one document or record, newest first."""
    return list(
        AuditRow.objects.filter(subjects__model=subject._meta.label_lower, subjects__object_id=subject.pk).order_by(
            "-id"
        )[:limit]
    )


def shown_changes(user: Any, row: AuditRow) -> list[dict[str, Any]]:
    """The field changes of a row; figures of a scope (cost, price, pay) that the person lacks are left out."""
    return [change for change in row.changes if user.sees(_scope(change["model"], change["field"]))]


def _scope(label: str, field: str) -> str | None:
    try:
        return getattr(apps.get_model(label)._meta.get_field(field), "scope", None)
    except (LookupError, FieldDoesNotExist):
        return None
