"""Documents by the beginning of their number, of whatever type: for lists of rows that only name their document."""

from collections.abc import Collection
from typing import Any

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


def lines_named(texts: Collection[str]) -> dict[str, tuple[str, int, int]]:
    """Texts like "CG20260101-0001-3" → type, document and line key. Two statements for each type whose prefix a text begins with."""
    wanted = {text: text.rpartition("-") for text in texts}
    prefixes = dict(NumberRule.objects.values_list("doc_type", "prefix"))
    found: dict[str, tuple[str, int, int]] = {}
    for code, model in document_types().items():
        prefix = prefixes.get(code, model.prefix)
        mine = {text: (number, int(line)) for text, (number, _dash, line) in wanted.items() if line.isdecimal() and prefix and number.startswith(prefix)}  # fmt: skip
        if not mine or not model.lines_name:
            continue
        lines: Any = model._meta.get_field(model.lines_name).related_model
        rows = lines.objects.filter(document__number__in={number for number, _line in mine.values()})
        known = {
            (row[2], row[3]): row[:2] for row in rows.values_list("document_id", "pk", "document__number", "line_no")
        }
        found |= {text: (code, *known[place]) for text, place in mine.items() if place in known}
    return found


def made_by_documents(word: str) -> Q:
    """Rows that keep their document as source_type and source_id, by its number."""
    found = Q(pk__in=[])
    for code, keys in numbered(word).items():
        found |= Q(source_type=code, source_id__in=keys)
    return found
