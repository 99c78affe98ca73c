"""Which document types there are: every concrete `Document` subclass, found by its `doc_type`."""

from functools import cache

from django.apps import apps

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.bases import Document


@cache
def document_types() -> dict[str, type[Document]]:
    """Code → model, for all installed document types."""
    return {model.doc_type: model for model in apps.get_models() if issubclass(model, Document)}


def document_model(doc_type: str) -> type[Document]:
    """The model of a type. Raises DomainError(missing)."""
    try:
        return document_types()[doc_type]
    except KeyError as error:
        raise DomainError(
            Problem("unknown_type", "There is no document type “{type}”.", type=doc_type), Kind.MISSING
        ) from error
