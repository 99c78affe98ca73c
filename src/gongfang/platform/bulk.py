"""Write many rows fast: COPY on PostgreSQL, one prepared statement on SQLite. For tables that only this pass writes.

Field conversion is the caller's: values are what the column stores (scaled integers, ISO dates).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows. columns: attnames (`run_id`). Runs in the caller's transaction; one statement."""
    by_attname = {field.attname: field.column for field in model._meta.concrete_fields}
    names = [by_attname[name] for name in columns]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({places})", rows)
