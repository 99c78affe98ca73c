"""Append to the audit chain. Called by the verb decorator only."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from gongfang.platform.setwise import INT, TEXT, rows_as_table
from gongfang.platform.statements import ROWS_MAX, run

SUBJECTS_MAX = 200


class Trail:
    """What a running verb changed, field by field."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self.subjects: dict[tuple[str, int], None] = {}

    def note(self, subject: models.Model, changes: Mapping[str, tuple[Any, Any]]) -> None:
        label = subject._meta.label_lower
        self.subjects[label, subject.pk] = None
        for name, (old, new) in changes.items():
            self.changes.append(
                {
                    "model": label,
                    "id": subject.pk,
                    "row": str(subject),
                    "field": name,
                    "from": _text(old),
                    "to": _text(new),
                }
            )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def digest(previous: str, row: Any) -> str:
    """The hash of a row: SHA-256 over the previous hash and the row's content, in a fixed order."""
    content = [
        previous, row.id, row.at.isoformat(timespec="microseconds"), row.actor_id, row.actor_name, row.verb,
        str(row.request_id or ""), row.summary, row.changes,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def record(
    *, actor: Any, verb: str, request_id: uuid.UUID | None, subjects: Sequence[models.Model], trail: Trail,
    also: Sequence[tuple[str, list[Any]]] = (),
) -> None:  # fmt: skip
    """Append one row. Locks the chain's tail, as the last lock of the transaction; all others wait from here on.

    also: writes of the verb that may wait until now, and are run with those of the row. Two statements on PostgreSQL.
    """
    last_id, last_hash = _tail()
    row = apps.get_model("platform.AuditRow")(
        id=last_id + 1,
        at=timezone.now(),
        actor_id=getattr(actor, "pk", None),
        actor_name=str(actor) if actor is not None else "",
        verb=verb,
        request_id=request_id,
        summary=_summary(subjects),
        changes=trail.changes,
        previous_hash=last_hash,
    )
    row.hash = digest(last_hash, row)
    keys: dict[tuple[str, int], None] = {(s._meta.label_lower, s.pk): None for s in subjects[:SUBJECTS_MAX]}
    keys.update(trail.subjects)
    _append(row, list(keys), also)


def _tail() -> tuple[int, str]:
    """The last row's id and hash, locked until commit."""
    for _attempt in range(2):
        suffix = " FOR UPDATE" if connection.vendor == "postgresql" else ""
        for last_id, last_hash in run(f"SELECT last_id, last_hash FROM platform_audittail WHERE id = 1{suffix}"):
            return last_id, last_hash
        tail_model = apps.get_model("platform.AuditTail")
        tail_model.objects.bulk_create([tail_model(pk=1)], ignore_conflicts=True)  # a rival may be as early
    raise AssertionError("unreachable")


def _append(row: Any, subjects: Sequence[tuple[str, int]], also: Sequence[tuple[str, list[Any]]]) -> None:
    """Write a row, its subjects and the new end of the chain; by hand, since every verb does it while all others wait."""
    fields = [field for field in row._meta.concrete_fields]
    names, places = ", ".join(field.column for field in fields), ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    source, given = rows_as_table(
        [("audit_id", INT), ("model", TEXT), ("object_id", INT)], [(row.id, label, pk) for label, pk in subjects]
    )
    writes = [
        *also,
        (f"INSERT INTO platform_auditrow ({names}) VALUES ({places})", values),
        ("UPDATE platform_audittail SET last_id = %s, last_hash = %s WHERE id = 1", [row.id, row.hash]),
        (f"INSERT INTO platform_auditsubject (audit_id, model, object_id) {source}", given),
    ]
    if connection.vendor == "postgresql":
        *parts, last = (text for text, _ in writes)
        named = ", ".join(f"part{n} AS ({text})" for n, text in enumerate(parts))
        run(f"WITH {named} {last}", [value for _, some in writes for value in some], planned=len(subjects) <= ROWS_MAX)
    else:
        for text, some in writes if subjects else writes[:-1]:
            run(text, some)


def _summary(subjects: Sequence[models.Model]) -> str:
    names = ", ".join(str(subject) for subject in subjects[:5])
    return (names if len(subjects) <= 5 else f"{names} … ({len(subjects)})")[:300]


def broken_links(rows: Iterable[Any]) -> list[int]:
    """Ids of rows whose hash, predecessor or number does not fit; rows in order of id from the chain's start."""
    broken, previous, expected = [], "0" * 64, 1
    for row in rows:
        if row.id != expected or row.previous_hash != previous or row.hash != digest(row.previous_hash, row):
            broken.append(row.id)
        previous, expected = row.hash, row.id + 1
    return broken


def last_audit_id() -> int:
    """The number of the latest audit row: it changes with every verb anybody does. One statement."""
    from gongfang.platform.audit.models import AuditTail

    return AuditTail.objects.values_list("last_id", flat=True).first() or 0
