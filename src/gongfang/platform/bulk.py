"""Write many rows fast: COPY on PostgreSQL, one prepared statement on SQLite. For tables that only this pass writes.

Field conversion is the caller's: values are what the column stores (scaled integers, ISO dates).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

CACHE_KIB = 384 * 1024  # more than the indexes of a run of two million suggestions


@contextmanager
def much_cached() -> Iterator[None]:
    """Around a transaction that writes millions of rows: on SQLite this connection keeps the pages that it changes in memory.

    With its usual cache a page of an index that is filled in no order goes to the log again and again. What is kept safe is the same.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    database = connection.connection
    (usual,) = database.execute("PRAGMA cache_size").fetchone()
    database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        yield
    finally:
        database.execute(f"PRAGMA cache_size = {int(usual)}")


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows. columns: attnames (`run_id`). Runs in the caller's transaction; one statement."""
    by_attname = {field.attname: field.column for field in model._meta.concrete_fields}
    names = [by_attname[name] for name in columns]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["?"] * len(names))
    connection.ensure_connection()
    with (
        connection.wrap_database_errors
    ):  # not by Django's cursor: it keeps all rows in memory until the last is written
        connection.connection.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({places})", rows)
