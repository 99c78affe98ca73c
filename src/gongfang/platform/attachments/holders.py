"""What files hang on: documents by their type, every other noun that people enter by its model ("purchasing.certificate")."""

from typing import Any

from django.apps import apps
from django.db import models

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.bases import Document
from gongfang.platform.documents.registry import document_types


def holder_type(row: models.Model) -> str:
    """The code under which the files of a row are kept."""
    return row.doc_type if isinstance(row, Document) else row._meta.label_lower


def holder_model(code: str) -> type[models.Model]:
    """The model behind such a code. Raises DomainError(missing)."""
    if code in document_types():
        return document_types()[code]
    try:
        return apps.get_model(code)
    except (LookupError, ValueError) as error:
        raise DomainError(Problem("missing", "There is no file here."), Kind.MISSING) from error


def files_of(row: models.Model) -> Any:
    """The files on a row that were not removed, oldest first."""
    rows = Attachment.objects.filter(doc_type=holder_type(row), document_id=row.pk, removed_at=None)
    return rows.select_related("uploaded_by").order_by("pk")
