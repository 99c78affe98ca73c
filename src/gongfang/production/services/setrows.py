"""Insert and change many model rows in one statement each, however many they are, on both databases."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from gongfang.platform import setwise


def _value(field: models.Field[Any, Any], row: models.Model, add: bool) -> Any:
    value = field.pre_save(row, add)
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    value = field.get_db_prep_save(value, connection)
    return value if value is None or isinstance(value, int) else str(value)


def _columns(fields: Sequence[models.Field[Any, Any]]) -> list[tuple[str, str]]:
    return [
        (field.column, str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection)))
        for field in fields
    ]


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; one statement. Their ids are not filled in: read them back where they matter."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    setwise.insert(meta.db_table, _columns(fields), [[_value(field, row, True) for field in fields] for row in rows])


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some fields of rows of one model; one statement. The rows must be locked."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [meta.pk, *(meta.get_field(name) for name in names)]
    assign = ", ".join(f'"{field.column}" = given."{field.column}"' for field in fields[1:])  # type: ignore[union-attr]
    values = [[_value(field, row, False) for field in fields] for row in rows]  # type: ignore[arg-type]
    setwise.update(meta.db_table, _columns(fields), values, assign)  # type: ignore[arg-type]
