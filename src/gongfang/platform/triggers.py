"""Database triggers that forbid UPDATE and DELETE on append-only tables, for both databases.

A migration calls `append_only("table")`; the promise then does not depend on Python.
"""

from typing import Any

from django.db import migrations


def _create(table: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "CREATE OR REPLACE FUNCTION gongfang_append_only() RETURNS trigger AS $$ BEGIN"
                    " RAISE EXCEPTION 'rows of % are never changed or deleted; post a reversal', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
                )
                cursor.execute(
                    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                    " FOR EACH ROW EXECUTE FUNCTION gongfang_append_only()"
                )
            else:
                for event in ("UPDATE", "DELETE"):
                    cursor.execute(
                        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} BEGIN"
                        f" SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted; post a reversal'); END"
                    )

    return run


def _drop(table: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
            else:
                for event in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}")

    return run


def append_only(table: str) -> migrations.RunPython:
    """The migration operation that makes a table append-only."""
    return migrations.RunPython(_create(table), _drop(table))
