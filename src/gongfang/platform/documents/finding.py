"""Documents by the beginning of their number, of whatever type: for lists of rows that only name their document."""

from django.db import models
from django.db.models import Q

from gongfang.platform.documents.models import NumberRule
from gongfang.platform.documents.registry import document_types
from gongfang.ui.searching import begins

MOST_OF_A_TYPE = 50


def numbered(word: str) -> dict[str, list[int]]:
    """Type → keys of the documents whose number begins with the word, at most MOST_OF_A_TYPE each.

    Only types whose prefix the word begins with are asked, so a word without digits or without letters finds none: one statement,
    and one for each such type.
    """
    if word[:1].isdigit() or not any(sign.isdigit() for sign in word):
        return {}
    prefixes = dict(NumberRule.objects.values_list("doc_type", "prefix"))
    found = {}
    for code, model in document_types().items():
        prefix = prefixes.get(code, model.prefix)
        if prefix and word.upper().startswith(prefix.upper()):
            manager: models.Manager[models.Model] = model._default_manager
            condition = begins("number", prefix + word[len(prefix) :])
            found[code] = list(manager.filter(condition).order_by("-pk").values_list("pk", flat=True)[:MOST_OF_A_TYPE])
    return {code: keys for code, keys in found.items() if keys}


def made_by_documents(word: str) -> Q:
    """Rows that keep their document as source_type and source_id, by its number."""
    found = Q(pk__in=[])
    for code, keys in numbered(word).items():
        found |= Q(source_type=code, source_id__in=keys)
    return found
