"""Create and change drafts: headers and lines, checked, diffed into the audit trail; line ids survive an edit."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.platform.bases import Document, Record
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.prepared import Prepared
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import note

D = TypeVar("D", bound=Document)
M = TypeVar("M", bound=Record)


def new_document(model: type[D], *, actor: User, on: date | None = None, **header: Any) -> D:
    """Save a new draft with its number; the number belongs to it whatever becomes of it."""
    on = on or timezone.localdate()
    document = model(number=next_numbers(model, on)[0], business_date=on, created_by=actor, **header)
    insert_rows([document], key=["number"])
    return document


LOCKED: dict[type[Any], Prepared[Any]] = {}


def locked(model: type[M], pk: int, *, version: int | None = None) -> M:
    """Lock one document or record for a verb. version: the one the person saw; a newer one refuses (stale screen).

    Raises DomainError: missing; stale (conflict).
    """
    if model not in LOCKED:
        LOCKED[model] = Prepared(lambda ids: model._default_manager.select_for_update(of=("self",)).filter(pk__in=ids))
    rows = LOCKED[model]([pk])
    if not rows:
        title = str(model._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=pk), Kind.MISSING)
    row: M = rows[0]
    if version is not None and row.version != version:
        raise DomainError(
            Problem(
                "stale",
                "{subject} was changed by somebody else meanwhile. Reload the page and enter the change again.",
                subject=str(row),
            ),
            Kind.CONFLICT,
        )
    return row


def locked_all(model: type[M], pks: Sequence[int]) -> list[M]:
    """Lock several documents or records for a verb, in the order of their ids; one statement. Raises DomainError: none_chosen; missing."""
    title = str(model._meta.verbose_name)
    if not pks:
        raise DomainError(Problem("none_chosen", "Choose at least one {title}.", title=title))
    rows = list(model._default_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    gone = sorted(set(pks) - {row.pk for row in rows})
    if gone:
        raise DomainError(
            [Problem("missing", "There is no {title} {id}.", title=title, id=pk) for pk in gone], Kind.MISSING
        )
    return rows


def editable(model: type[D], pk: int, *, version: int | None = None) -> D:
    """Lock a document that may still be edited (draft or rejected)."""
    document = locked(model, pk, version=version)
    _refuse_fixed([document])
    return document


def editable_all(model: type[D], pks: Sequence[int]) -> list[D]:
    """Lock several documents that may still be edited, in the order of their ids; one statement."""
    documents = locked_all(model, pks)
    _refuse_fixed(documents)
    return documents


def _refuse_fixed(documents: Sequence[Document]) -> None:
    refuse_if(
        [
            Problem("not_editable", "{number} is no longer a draft; un-approve it or make a change order.", number=document.number)
            for document in documents
            if not document.is_editable
        ],
        Kind.CONFLICT,
    )  # fmt: skip


def change(row: Record, **values: Any) -> list[str]:
    """Set fields on a locked row, note the differences on the audit row, save. Returns the names that changed."""
    changed = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    if changed:
        for name, (_, value) in changed.items():
            setattr(row, name, value)
        row.version += 1
        row.save(update_fields=[*changed, "version", "updated_at"])
        note(row, **changed)
    return list(changed)


def change_all(rows: Sequence[Record], **values: Any) -> None:
    """Set the same fields on locked rows of one model, note the differences on the audit row, save; one statement."""
    change_each([(row, values) for row in rows])


def change_each(rows: Sequence[tuple[Record, Mapping[str, Any]]]) -> None:
    """Set fields on locked rows of one model, the same fields of each, as `change` does with one; one statement."""
    for row, values in rows:
        changed = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
        for name, (_, value) in changed.items():
            setattr(row, name, value)
        if changed:
            row.version += 1
            row.updated_at = timezone.now()
            note(row, **changed)
    if rows:
        update_rows([row for row, _ in rows], [*rows[0][1], "version", "updated_at"])


def save_lines(document: Document, model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[models.Model]:
    """Bring the lines of a draft to what was entered: update by `id`, insert the others, delete those left out.

    rows: field values per line, with "id" for a line that exists. Three statements at most beside the read; ids of kept lines
    never change. Raises DomainError(line_unknown) for an id of another document.
    """
    existing: dict[int, Any] = {line.pk: line for line in model._default_manager.filter(document=document)}
    fresh, kept, seen = [], [], set()
    fields: set[str] = set()
    for line_no, row in enumerate(rows, start=1):
        values = {key: value for key, value in row.items() if key != "id"} | {"line_no": line_no}
        pk = row.get("id")
        if pk:
            line = existing.get(int(pk))
            if line is None:
                raise DomainError(
                    Problem(
                        "line_unknown",
                        "Line {line} belongs to another document.",
                        where=f"lines.{line_no - 1}",
                        line=line_no,
                    )
                )
            changed = {key: (getattr(line, key), value) for key, value in values.items() if getattr(line, key) != value}
            for key, (_, value) in changed.items():
                setattr(line, key, value)
            if changed:
                note(line, **changed)
                fields |= set(changed)
                kept.append(line)
            seen.add(line.pk)
        else:
            fresh.append(model(document=document, **values))
    gone = [pk for pk in existing if pk not in seen]
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    if kept:
        model._default_manager.bulk_update(kept, sorted(fields), batch_size=500)
    if fresh:
        insert_rows(fresh)
    return list(model._default_manager.filter(document=document).order_by("line_no"))


def new_request_id() -> uuid.UUID:
    """An id for a request that comes from within (a schedule, the simulator)."""
    return uuid.uuid4()
