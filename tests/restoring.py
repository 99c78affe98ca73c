"""After a test that commits, PostgreSQL's database becomes again what the migrations left, by a hundredth of the work of Django's flush.

Django truncates all of some hundred tables and makes content types and permissions anew, each time, and leaves out the rows that
migrations made; here the tables that have rows are emptied and get the rows back that they had before the first such test.
"""

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase

flush = TransactionTestCase._fixture_teardown


@cache
def _may() -> bool:
    """Whether this role may write rows past triggers and foreign keys."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _with_rows() -> list[str]:
    """All tables that have a row."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        parts = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names]
        cursor.execute(" UNION ALL ".join(parts))
        return [row[0] for row in cursor.fetchall()]


@cache
def _first() -> dict[str, bytes]:
    """The rows of the tables as they are now, the first time this is asked."""
    rows = {}
    connection.ensure_connection()
    for name in _with_rows():
        with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
            rows[name] = b"".join(bytes(part) for part in copy)
    return rows


def _restore() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in _with_rows():
            cursor.execute(f'DELETE FROM "{name}"')
        for name, rows in _first().items():
            with connection.connection.cursor() as copier, copier.copy(f'COPY "{name}" FROM STDIN') as copy:
                copy.write(rows)


def restore_quickly() -> None:
    """Let tests with `django_db(transaction=True)` end so."""
    setup = TransactionTestCase._fixture_setup.__func__  # type: ignore[attr-defined]

    def before(cls: type[TransactionTestCase]) -> None:
        setup(cls)
        if _may():
            _first()

    def after(self: TransactionTestCase) -> None:
        if _may():
            _restore()
        else:
            flush(self)

    TransactionTestCase._fixture_setup = classmethod(before)  # type: ignore[assignment]
    TransactionTestCase._fixture_teardown = after  # type: ignore[method-assign]
