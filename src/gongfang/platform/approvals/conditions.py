"""What a flow asks of a document: fields of its head, and fields of its lines, of which one line is enough."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q

from gongfang.kernel.errors import Problem
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, PriceField, QuantityField

OPERATORS = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
    "in": lambda value, options: value in options,
}  # fmt: skip
LOOKUPS = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt", "==": "exact", "!=": "exact", "in": "in"}
CATEGORY = "category__code"
CATEGORY_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as entered; an empty field is no condition. suffix: of the entry fields, for problems."""

    field: str
    op: str
    value: str
    suffix: str = ""


def fulfilling(documents: Sequence[Document], condition: dict[str, Any]) -> set[int]:
    """Which of some saved documents of one type fulfil a condition. At most one statement, for what is not in their own row.

    Of lines, one that fulfils it is enough; `!=` holds where none is equal. A category stands for those below it too.
    """
    path, op, wanted = str(condition["field"]), str(condition["op"]), condition["value"]
    if documents and (_is_asked_of_many(type(documents[0]), path) or path.endswith(CATEGORY)):
        keys = {document.pk for document in documents}
        rows = type(documents[0])._default_manager.filter(_sql(path, op, wanted), pk__in=keys)
        equal = set(rows.values_list("pk", flat=True))
        return keys - equal if op == "!=" else equal
    return {document.pk for document in documents if _holds(document, path, op, wanted)}


def _holds(document: Document, path: str, op: str, wanted: Any) -> bool:
    value: Any = document
    for part in path.split("__"):
        value = getattr(value, part, None)
    if op == "in":
        return str(value) in _options(wanted)
    if isinstance(value, Decimal):
        try:
            wanted = Decimal(str(wanted))
        except InvalidOperation:
            return False
    else:
        value, wanted = str(value), str(wanted)
    return bool(OPERATORS[op](value, wanted))


def _options(wanted: Any) -> list[str]:
    return [part.strip() for part in str(wanted).replace("，", ",").split(",")] if isinstance(wanted, str) else wanted


def _sql(path: str, op: str, wanted: Any) -> Q:
    value = _options(wanted) if op == "in" else wanted
    found = Q(**{f"{path}__{LOOKUPS[op]}": value})
    if path.endswith(CATEGORY):
        above = path.removesuffix("code")
        for _level in range(1, CATEGORY_LEVELS):
            above += "parent__"
            found |= Q(**{f"{above}code__{LOOKUPS[op]}": value})
    return found


def _is_asked_of_many(model: type[Document], path: str) -> bool:
    owner: Any = model
    for part in path.split("__"):
        try:
            column = owner._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            return False
        if column.is_relation and (column.one_to_many or column.many_to_many):
            return True
        owner = column.related_model
    return False


def problems_of(model: type[Document], conditions: Sequence[Condition]) -> list[Problem]:
    """Why conditions could never be answered on a document of the type."""
    return [problem for one in conditions if one.field for problem in _problems_of_one(model, one)]


def _problems_of_one(model: type[Document], one: Condition) -> list[Problem]:
    problems = []
    if one.op not in OPERATORS:
        problems.append(Problem("bad_operator", "“{op}” is not a comparison.", where=f"op{one.suffix}", op=one.op))
    column: Any = None
    for part in one.field.split("__"):
        owner = model if column is None else column.related_model
        try:
            column = owner._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            missing = Problem(
                "no_such_field", "This document has no field “{field}”.", where=f"field{one.suffix}", field=one.field
            )
            return [*problems, missing]
    if not one.value:
        problems.append(Problem("required", "Required.", where=f"value{one.suffix}"))
    elif isinstance(column, MoneyField | QuantityField | PriceField):
        options = _options(one.value) if one.op == "in" else [one.value]
        problems += [
            Problem("not_a_number", "“{value}” is not a number.", where=f"value{one.suffix}", value=option)
            for option in options
            if not _is_number(option)
        ]
    return problems


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
