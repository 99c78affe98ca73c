"""Insert and change many model rows in one statement each, however many they are, on both databases."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from gongfang.platform import setwise


def _value(field: models.Field[Any, Any], row: models.Model, add: bool) -> Any:
    value = field.pre_save(row, add)
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    value = field.get_db_prep_save(value, connection)
    return value if value is None or isinstance(value, int) else str(value)


@cache
def _columns(vendor: str, fields: tuple[models.Field[Any, Any], ...]) -> list[tuple[str, str]]:
    """Names and kinds, known once: a column's kind is found by taking its field apart."""
    return [
        (field.column, str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection)))
        for field in fields
    ]


def insert_rows(rows: Sequence[models.Model], known_by: str = "") -> None:
    """Insert new rows of one model; one statement. known_by: a whole number that tells them apart; their ids are filled in by it."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key)
    columns = _columns(connection.vendor, fields)
    values = [[_value(field, row, True) for field in fields] for row in rows]
    ids = dict(setwise.insert(meta.db_table, columns, values, [known_by, meta.pk.column] if known_by else ()))  # type: ignore[arg-type, list-item, union-attr]
    if known_by:
        for row in rows:
            row.pk = ids[getattr(row, known_by)]


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some fields of rows of one model; one statement. The rows must be locked."""
    if not rows:
        return
    meta = rows[0]._meta
    fields: tuple[Any, ...] = (meta.pk, *(meta.get_field(name) for name in names))
    assign = ", ".join(f'"{field.column}" = given."{field.column}"' for field in fields[1:])
    values = [[_value(field, row, False) for field in fields] for row in rows]
    setwise.update(meta.db_table, _columns(connection.vendor, fields), values, assign)
