"""Read the audit trail."""

from django.db import models

from gongfang.platform.audit.models import AuditRow


def history_of(subject: models.Model, limit: int = 200) -> list[AuditRow]:
    """The audit rows about one document or record, newest first."""
    return list(
        AuditRow.objects.filter(subjects__model=subject._meta.label_lower, subjects__object_id=subject.pk).order_by(
            "-id"
        )[:limit]
    )
