"""Fill, check and save master records from entered values; the same for every noun.

Entered values come under the names of the model's fields, references as primary keys. What a person may not see is not sent and
stays as it is; a name that is not on the noun's list is refused.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.platform.bases import Record
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.verbs import note

M = TypeVar("M", bound=models.Model)
R = TypeVar("R", bound=Record)
SHIFT = 1_000_000  # numbered rows step aside by this while they are renumbered


def unknown_fields(values: Mapping[str, Any], allowed: Collection[str], where: str = "") -> list[Problem]:
    """A problem for every value that the noun does not take."""
    return [
        Problem("unknown_field", "There is no field “{field}” here.", where=where + name, field=name)
        for name in values
        if name not in allowed
    ]


def cleaned(
    model: type[models.Model], values: Mapping[str, Any], where: str = ""
) -> tuple[dict[str, Any], list[Problem]]:
    """Entered values as the model keeps them (references under their `_id` name), and what is wrong with them.

    Asks no query: whether a reference exists is checked for all rows at once by `missing_references`.
    """
    result: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in values.items():
        field = model._meta.get_field(name)
        assert isinstance(field, models.Field)
        if isinstance(value, models.Model):
            value = value.pk
        if isinstance(value, str) and not isinstance(field, models.JSONField):
            value = value.strip()
        if isinstance(field, models.CharField | models.TextField) and value is None and not field.null:
            value = ""
        if value == "" and field.null:
            value = None
        if _left_empty(field, value):
            value = field.get_default()
        try:
            result[field.attname] = _clean(field, value)
        except ValidationError as error:
            problems += [
                Problem("invalid", "{reason}", where=where + name, reason=message) for message in error.messages
            ]
    return result, problems


def _left_empty(field: models.Field[Any, Any], value: Any) -> bool:
    """Whether nothing was entered where something must stand and a usual value is known."""
    if field.null or not field.has_default():
        return False
    return value is None or (value == "" and not field.blank)


def _clean(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(value, str) and "\x00" in value:
        raise ValidationError(_("Characters that cannot be printed are not allowed."))
    if isinstance(field, models.ForeignKey):
        if value is None and not field.null:
            raise ValidationError(field.error_messages["null"])
        try:
            return value if value is None else int(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(_("Choose one that exists.")) from error
    if isinstance(field, models.JSONField):
        return value
    value = field.to_python(value)
    field.validate(value, None)  # type: ignore[arg-type]
    field.run_validators(value)
    field.get_prep_value(value)
    return value


def missing_references(model: type[models.Model], rows: Sequence[Mapping[str, Any]], where: str = "") -> list[Problem]:
    """A problem for each reference to a row that does not exist; one statement per foreign key."""
    problems = []
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        wanted = {row[field.attname] for row in rows if row.get(field.attname) is not None}
        if not wanted:
            continue
        found = set(field.related_model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))  # type: ignore[union-attr]
        for n, row in enumerate(rows):
            if row.get(field.attname) is not None and row[field.attname] not in found:
                at = f"{where}.{n}.{field.name}" if where else field.name
                problems.append(
                    Problem("missing", "There is no {title} {id}.", where=at, title=str(field.verbose_name), id=row[field.attname])
                )  # fmt: skip
    return problems


def constraint_problems(row: models.Model) -> list[Problem]:
    """What the table's own rules (unique values, checks) say against a row."""
    problems = []
    for check in (row.validate_unique, row.validate_constraints):
        try:
            check()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                place = "" if name == NON_FIELD_ERRORS else name
                problems += [Problem("invalid", "{reason}", where=place, reason=message) for message in messages]
    return problems


def created(model: type[M], values: Mapping[str, Any], allowed: Collection[str], **server: Any) -> M:
    """Check and insert a record. server: values that the server sets, not the person."""
    problems = unknown_fields(values, allowed)
    required = [
        field.name
        for field in model._meta.concrete_fields
        if field.name in allowed and not field.blank and not field.has_default() and field.name not in server
    ]
    entered = dict.fromkeys(required) | {k: v for k, v in values.items() if k in allowed}
    ready, faults = cleaned(model, {k: v for k, v in entered.items() if k not in server})
    refuse_if(problems + faults or missing_references(model, [ready]))
    row = model(**ready, **server)
    refuse_if(constraint_problems(row))
    row.save(force_insert=True)
    return row


def changed(row: M, values: Mapping[str, Any], allowed: Collection[str], **server: Any) -> list[str]:
    """Check and save what differs on a locked row, with the differences on the audit row. Returns the changed names."""
    model = type(row)
    problems = unknown_fields(values, allowed)
    entered = {k: v for k, v in values.items() if k in allowed}
    entered = {k: v for k, v in entered.items() if not _left_empty(model._meta.get_field(k), v)}  # type: ignore[arg-type]
    ready, faults = cleaned(model, entered)
    refuse_if(problems + faults or missing_references(model, [ready]))
    ready |= server
    before = {name: getattr(row, name) for name in ready}
    for name, value in ready.items():
        setattr(row, name, value)
    found = constraint_problems(row)
    for name, value in before.items():
        setattr(row, name, value)
    refuse_if(found)
    if isinstance(row, Record):
        return change(row, **ready)
    different = {name: (before[name], value) for name, value in ready.items() if before[name] != value}
    if different:
        for name, (_old, value) in different.items():
            setattr(row, name, value)
        row.save(update_fields=list(different))
        note(row, **different)
    return list(different)


def lock(model: type[M], pk: int, version: int | None = None) -> M:
    """Lock a record for a verb; refuses a missing one and, with the version the person saw, a stale screen."""
    if issubclass(model, Record):
        return locked(model, pk, version=version)
    row = model._default_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        title = str(model._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=pk), Kind.MISSING)
    return row


def save_children(
    parent: models.Model, relation: str, rows: Sequence[Mapping[str, Any]] | None, allowed: Collection[str], *,
    numbered: str = "", key: Sequence[str] = (),
) -> list[models.Model]:  # fmt: skip
    """Bring the rows of a grid to what was entered: update by `id`, insert the others, delete those left out.

    rows: None leaves all as it is. numbered: a column that stands for the order (set here, 1, 2, 3 …, when it is not entered).
    key: columns that tell the rows apart; a row whose key changes is made anew. A constant number of statements.
    """
    link = parent._meta.get_field(relation)
    model: Any = link.related_model
    existing = {row.pk: row for row in model._default_manager.filter(**{link.field.name: parent})}  # type: ignore[union-attr]
    if rows is None:
        return list(existing.values())
    ready, problems, ids = [], [], []
    for n, entered in enumerate(rows):
        values = {name: value for name, value in entered.items() if name != "id"}
        problems += unknown_fields(values, allowed, f"{relation}.{n}.")
        values = {name: value for name, value in values.items() if name in allowed}
        if numbered and numbered not in allowed:
            values[numbered] = n + 1
        values = dict.fromkeys(_required(model, allowed)) | values
        row, faults = cleaned(model, values, f"{relation}.{n}.")
        problems += faults
        ready.append(row)
        pk = int(entered.get("id") or 0)
        if pk and pk not in existing:
            problems.append(
                Problem("line_unknown", "Line {line} belongs to another record.", where=f"{relation}.{n}", line=n + 1)
            )
        ids.append(pk)
    refuse_if(problems)
    refuse_if(
        missing_references(model, ready, relation)
        + _repeated(ready, relation, key or ((numbered,) if numbered else ()))
    )
    _write(model, {link.field.name: parent}, existing, list(zip(ids, ready, strict=True)), numbered, key)  # type: ignore[union-attr]
    return list(model._default_manager.filter(**{link.field.name: parent}))  # type: ignore[union-attr]


def _required(model: type[models.Model], allowed: Collection[str]) -> list[str]:
    fields = [f for f in model._meta.concrete_fields if f.name in allowed]
    return [f.name for f in fields if not f.blank and not f.null and not f.has_default()]


def _repeated(rows: Sequence[Mapping[str, Any]], relation: str, key: Sequence[str]) -> list[Problem]:
    seen: dict[tuple[Any, ...], int] = {}
    problems = []
    for n, row in enumerate(rows):
        value = tuple(row.get(name) for name in key)
        if key and value in seen:
            problems.append(
                Problem(
                    "repeated", "Lines {first} and {second} say the same.", where=f"{relation}.{n}",
                    first=seen[value] + 1, second=n + 1,
                )
            )  # fmt: skip
        seen.setdefault(value, n)
    return problems


def _write(
    model: Any, parent: dict[str, Any], existing: dict[int, Any], rows: list[tuple[int, dict[str, Any]]], numbered: str,
    key: Sequence[str],
) -> None:  # fmt: skip
    fresh, kept, seen, names = [], [], set(), set()
    for pk, values in rows:
        row = existing.get(pk)
        if row is None or any(getattr(row, name) != values.get(name) for name in key):
            fresh.append(model(**parent, **values))
            continue
        seen.add(pk)
        differs = {n: (getattr(row, n), v) for n, v in values.items() if getattr(row, n) != v}
        if differs:
            for name, (_old, value) in differs.items():
                setattr(row, name, value)
            note(row, **differs)
            names |= set(differs)
            kept.append(row)
    if gone := [pk for pk in existing if pk not in seen]:
        model._default_manager.filter(pk__in=gone).delete()
    if kept:
        if numbered in names:
            model._default_manager.filter(pk__in=seen).update(**{numbered: models.F(numbered) + SHIFT})
            names.add(numbered)
            kept = [row for pk, row in existing.items() if pk in seen]
        model._default_manager.bulk_update(kept, sorted(names), batch_size=500)
    model._default_manager.bulk_create(fresh, batch_size=5000)
